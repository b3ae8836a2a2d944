import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rm } from '../disk.ts';
import { git, type TrustedPlace } from './git.ts';
import { writeLike } from './lfs.ts';
import { splitNul } from './paths.ts';
import type { Repository } from './repository.ts';
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

/**
 * Writes the files of a worktree that was just added. Several may be filled at the same time. What a sparse checkout
 * leaves out is left out here too: its patterns are the trusted git directory's, and git copied them with `worktree add`.
 * @param adminDir the worktree's own part of the repository
 * @param mainTree has content of git-lfs, or pointers, where the worktree is to have it; null: it has all that is on the disk
 */
export async function fillWorktree(
  place: TrustedPlace,
  adminDir: string,
  start: string,
  mainTree: string | null = null,
): Promise<void> {
  await writeLike(place, join(adminDir, 'index'), start, mainTree);
}

/**
 * A worktree's own part of the repository, found from there: the worktree's `.git` can have been replaced.
 * Null when the repository does not know it.
 */
export async function adminDirOf(commonDir: string, path: string): Promise<string | null> {
  const all = join(commonDir, 'worktrees');
  for (const name of await readdir(all).catch(() => [])) {
    const pointer = await readFile(join(all, name, 'gitdir'), 'utf8').catch(() => '');
    // Newer git can write it relative to where it lies.
    if (resolve(all, name, pointer.replace(/\n$/, '')) === join(path, '.git'))
      return join(all, name);
  }
  return null;
}

/** Removes a worktree, its files included. The caller has proved that nothing in it is lost. */
export async function removeWorktree(
  { topLevel, commonDir }: Pick<Repository, 'topLevel' | 'commonDir'>,
  path: string,
): Promise<void> {
  // By name, and not by `git worktree remove`, which looks into the worktree's own `.git` first: that may be anything.
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
  // A bare `prune` would forget those of other people too.
  if ((await adminDirOf(commonDir, path)) === null) return;
  // Twice --force: once for what may lie there, once for our own lock on it.
  await git(topLevel, ['worktree', 'remove', '--force', '--force', path]);
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
