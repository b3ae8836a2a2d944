/** The hunks of several models in one file, the same one once. */
import type { SharedHunk } from './compare.ts';
import { type Hunk, shortestPrefixes, sortHunks } from './hunks.ts';

/** Their ids are made anew, to be unambiguous among all of them. */
export function shareHunks(
  views: readonly { model: string; hunks: readonly Hunk[] }[],
): SharedHunk[] {
  const shared = new Map<string, SharedHunk>();
  for (const { model, hunks } of views) {
    for (const hunk of hunks) {
      const known = shared.get(hunk.digest);
      shared.set(hunk.digest, {
        ...hunk,
        // It lies at different lines of the new files: the first place is the one that names no model.
        new_start: Math.min(hunk.new_start, known?.new_start ?? hunk.new_start),
        models: [...(known?.models ?? []), model],
      });
    }
  }
  const ids = shortestPrefixes(new Set(shared.keys()));
  const hunks = [...shared.values()].map((hunk) => ({ ...hunk, id: `h${ids.get(hunk.digest)}` }));
  return sortHunks(hunks);
}
