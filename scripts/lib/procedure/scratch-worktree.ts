/** A worktree for a tree that nobody works in: gates run in it, then it goes away. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TrustedPlace } from '../git/git.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree, copyIndex, listSubmodules } from '../git/trees.ts';
import { placeIn } from '../git/trusted-git-dir.ts';
import { addWorktree, adminDirOf, fillWorktree, removeWorktree } from '../git/worktrees.ts';
import { withLock } from '../process/lock.ts';
import type { Reporter } from '../script.ts';
import type { Workplace } from '../session/capture.ts';
import { scratchLockReasonFor } from '../session/find-session.ts';
import { repositoryLock, slugOf, stateRoot } from '../session/paths.ts';
import type { Session } from '../session/session.ts';
import { withPlaceAlone, worktreePlace } from '../session/trusted-places.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { prepareWorktree } from './prepare-worktree.ts';
import type { Preparation } from './worktree-needs.ts';

/**
 * Checks a tree out beside the main tree, provided like a model's worktree, for as long as `action` runs. It lies where
 * models' worktrees lie, so that gates find there what they find in those.
 */
export async function withScratchWorktree<T>(
  repository: Repository,
  session: Session | null,
  {
    tree,
    label,
    preparation,
    signal,
  }: { tree: string; label: string; preparation: Preparation; signal: AbortSignal },
  reporter: Reporter,
  action: (scratch: Workplace) => Promise<T>,
): Promise<T> {
  const { topLevel, commonDir } = repository;
  const commit = await commitTree(topLevel, tree, [], 'scratch');
  const lock = repositoryLock(stateRoot(), commonDir);
  const path = await withLock(lock, async () => {
    const free = freePath(topLevel, tree);
    const reason = scratchLockReasonFor(session);
    await addWorktree(topLevel, { path: free, branch: null, start: commit, reason });
    return free;
  });
  try {
    return await withPlace(repository, session, path, (place) =>
      withTemporaryFolder(async (folder) => {
        const adminDir = await adminDirOf(commonDir, path);
        if (adminDir === null) throw new Error(`git does not know the worktree ${path}.`);
        await fillWorktree(place, adminDir, commit, topLevel);
        const indexFile = join(folder, 'index');
        await copyIndex(join(adminDir, 'index'), indexFile);
        const workplace: Workplace = {
          ...{ directory: path, place, indexFile, commonDir, adminDir, start: commit },
          ...{ without: [], submodules: await listSubmodules(place, commit) },
        };
        const { without } = await prepareWorktree(
          repository,
          session,
          { label, workplace },
          preparation,
          signal,
          reporter,
        );
        return action({ ...workplace, without });
      }),
    );
  } finally {
    await withLock(lock, () => removeWorktree(repository, path));
  }
}

/** Without a session the trusted git directory lives as long as the worktree. */
function withPlace<T>(
  repository: Repository,
  session: Session | null,
  path: string,
  action: (place: TrustedPlace) => Promise<T>,
): Promise<T> {
  if (session !== null) return action(worktreePlace(session, path));
  return withPlaceAlone(repository, (place) => action(placeIn(place, path)), 'worktrees');
}

function freePath(topLevel: string, tree: string): string {
  const stem = join(dirname(topLevel), `${slugOf(topLevel)}-mm-scratch-${tree.slice(0, 8)}`);
  for (let number = 1; ; number++) {
    const path = number === 1 ? stem : `${stem}-${number}`;
    if (!existsSync(path)) return path;
  }
}
