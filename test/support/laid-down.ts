import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type Sandbox, sandbox, sandboxIn } from './sandbox.ts';

/**
 * What several tests of a file begin with: made once in a sandbox of the given kind, and laid down for each test in the
 * very place where it was made, since it is full of paths. What `make` gives must still be true then: data, no session.
 */
export function laidDown<Box extends Sandbox, Made>(
  kind: (from: () => Promise<Sandbox>) => Promise<Box>,
  make: (box: Box) => Promise<Made>,
): () => Promise<Box & { made: Made }> {
  let kept: { copy: string; folder: string; made: Made } | undefined;
  return async () => {
    if (kept !== undefined) {
      const { copy, folder, made } = kept;
      execFileSync('cp', ['-a', copy, folder]);
      return { ...(await kind(async () => sandboxIn(folder))), made };
    }
    const box = await kind(sandbox);
    const copy = `${box.folder}-kept`;
    process.once('exit', () => {
      for (const folder of [copy, box.folder]) rmSync(folder, { recursive: true, force: true });
    });
    const made = await make(box);
    execFileSync('cp', ['-a', box.folder, copy]);
    kept = { copy, folder: box.folder, made };
    return { ...box, made };
  };
}
