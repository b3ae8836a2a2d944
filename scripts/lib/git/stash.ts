/** The stash list: one for all working trees of a repository. */
import { git } from './git.ts';
import { splitNul } from './paths.ts';
import { listRefs } from './refs.ts';

export interface StashEntry {
  oid: string;
  message: string;
}

/** The entries as `git stash list` shows them, the newest first. */
export async function listStash(directory: string): Promise<StashEntry[]> {
  if ((await listRefs(directory, 'refs/stash')).length === 0) return [];
  const words = ['log', '--walk-reflogs', '-z', '--no-patch', '--no-color', '--format=%H%x00%gs'];
  const { stdout } = await git(directory, [...words, 'refs/stash', '--']);
  return parseStash(splitNul(stdout));
}

/** Parses object id and message by turns. */
export function parseStash(items: readonly string[]): StashEntry[] {
  const entries: StashEntry[] = [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const message = Buffer.from(items[at + 1] ?? '', 'latin1').toString('utf8');
    entries.push({ oid: items[at] ?? '', message });
  }
  return entries;
}

/** Lists a commit that has the form of a stash entry, as the newest one. */
export async function storeStash(directory: string, { oid, message }: StashEntry): Promise<void> {
  await git(directory, ['stash', 'store', '--quiet', '-m', message, oid]);
}
