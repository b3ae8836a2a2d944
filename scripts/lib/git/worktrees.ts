import { git } from './git.ts';
import { splitNul } from './paths.ts';
import { splitOnce } from './trees.ts';

export interface Worktree {
  path: string;
  head: string | null;
  /** Short name; null when detached. */
  branch: string | null;
  /** Why it is locked; null when it is not. Our worktrees carry their session's id here. */
  lockReason: string | null;
}

/**
 * Registers a worktree and its branch, without files yet. Two of these at once break each other (GIT-FACTS): call it
 * under the repository's lock. It is locked from birth, with our mark, so that nobody's `prune` takes it.
 */
export async function addWorktree(
  directory: string,
  {
    path,
    branch,
    start,
    reason,
  }: { path: string; branch: string | null; start: string; reason: string },
): Promise<void> {
  await git(directory, [
    'worktree',
    'add',
    '--quiet',
    '--no-checkout',
    '--lock',
    '--reason',
    reason,
    ...(branch === null ? ['--detach'] : ['--no-track', '-b', branch]),
    path,
    start,
  ]);
}

/** Writes the files of a worktree that was just added. Several may be filled at the same time. */
export async function fillWorktree(path: string): Promise<void> {
  await git(path, ['reset', '--hard', '--quiet']);
}

/** Removes a worktree, its files included. The caller has proved that nothing in it is lost. */
export async function removeWorktree(directory: string, path: string): Promise<void> {
  // Twice --force: once for its files, once for our own lock on it.
  await git(directory, ['worktree', 'remove', '--force', '--force', path]);
}

/** Forgets one worktree whose folder is gone; a bare `prune` would forget those of other people too. */
export async function unregisterWorktree(directory: string, path: string): Promise<void> {
  const known = (await listWorktrees(directory)).some((it) => it.path === path);
  if (known) await removeWorktree(directory, path);
}

/** All worktrees of the repository, the main one first. */
export async function listWorktrees(directory: string): Promise<Worktree[]> {
  const { stdout } = await git(directory, ['worktree', 'list', '--porcelain', '-z']);
  return parseWorktrees(splitNul(stdout));
}

/** Parses `worktree list --porcelain -z`: attributes, an empty item after each worktree. */
export function parseWorktrees(items: readonly string[]): Worktree[] {
  const worktrees: Worktree[] = [];
  for (const item of items) {
    const [name, value] = splitOnce(Buffer.from(item, 'latin1').toString('utf8'), ' ');
    const current = worktrees.at(-1);
    if (name === 'worktree')
      worktrees.push({ path: value, head: null, branch: null, lockReason: null });
    else if (current === undefined) continue;
    else if (name === 'HEAD') current.head = value;
    else if (name === 'branch') current.branch = value.replace(/^refs\/heads\//, '');
    else if (name === 'locked') current.lockReason = value;
  }
  return worktrees;
}
