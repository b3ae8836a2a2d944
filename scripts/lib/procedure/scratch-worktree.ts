/** A worktree for a tree that nobody works in: gates run in it, then it goes away. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/trees.ts';
import { placeIn } from '../git/trusted-git-dir.ts';
import { addWorktree, adminDirOf, fillWorktree, removeWorktree } from '../git/worktrees.ts';
import { withLock } from '../process/lock.ts';
import type { Reporter } from '../script.ts';
import { scratchLockReasonFor } from '../session/find-session.ts';
import { repositoryLock, slugOf, stateRoot } from '../session/paths.ts';
import type { Session } from '../session/session.ts';
import { withPlaceAlone, worktreePlace } from '../session/trusted-places.ts';
import { planPreparation, prepareWorktree } from './prepare-worktree.ts';

/**
 * Checks a tree out beside the main tree, provided like a model's worktree, for as long as `action` runs. It lies where
 * models' worktrees lie, so that gates find there what they find in those.
 */
export async function withScratchWorktree<T>(
  repository: Repository,
  session: Session | null,
  { tree, label, signal }: { tree: string; label: string; signal: AbortSignal },
  reporter: Reporter,
  action: (directory: string) => Promise<T>,
): Promise<T> {
  const { topLevel } = repository;
  const commit = await commitTree(topLevel, tree, [], 'scratch');
  const lock = repositoryLock(stateRoot(), repository.commonDir);
  const path = await withLock(lock, async () => {
    const free = freePath(topLevel, tree);
    const reason = scratchLockReasonFor(session);
    await addWorktree(topLevel, { path: free, branch: null, start: commit, reason });
    return free;
  });
  try {
    await fill(repository, session, path, commit);
    const preparation = await planPreparation(repository, session);
    const place = { label, path };
    await prepareWorktree(repository, session, place, preparation, signal, reporter);
    return await action(path);
  } finally {
    await withLock(lock, () => removeWorktree(topLevel, path));
  }
}

async function fill(
  repository: Repository,
  session: Session | null,
  path: string,
  commit: string,
): Promise<void> {
  const adminDir = await adminDirOf(repository.commonDir, path);
  if (adminDir === null) throw new Error(`git does not know the worktree ${path}.`);
  if (session !== null) return fillWorktree(worktreePlace(session, path), adminDir, commit);
  await withPlaceAlone(repository, (place) => fillWorktree(placeIn(place, path), adminDir, commit));
}

function freePath(topLevel: string, tree: string): string {
  const stem = join(dirname(topLevel), `${slugOf(topLevel)}-mm-scratch-${tree.slice(0, 8)}`);
  for (let number = 1; ; number++) {
    const path = number === 1 ? stem : `${stem}-${number}`;
    if (!existsSync(path)) return path;
  }
}
