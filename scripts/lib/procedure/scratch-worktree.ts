/** A worktree for a tree that nobody works in: gates run in it, then it goes away. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readConfiguration } from '../configuration.ts';
import { planProvision, provide } from '../gates/provide.ts';
import { filesAt } from '../git/files-at.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/trees.ts';
import { addWorktree, fillWorktree, removeWorktree } from '../git/worktrees.ts';
import { withLock } from '../process/lock.ts';
import { lockReasonFor } from '../session/find-session.ts';
import { repositoryLock, slugOf, stateRoot } from '../session/paths.ts';
import type { Session } from '../session/session.ts';

/** What marks a scratch worktree in its path. Everything in one can be made again from its tree. */
const SCRATCH = '-mm-scratch-';

export function isScratchPath(path: string): boolean {
  return basename(path).includes(SCRATCH);
}

/**
 * Checks a tree out beside the main tree, provided like a model's worktree, for as long as `action` runs. It lies where
 * models' worktrees lie, so that gates find there what they find in those.
 */
export async function withScratchWorktree<T>(
  repository: Repository,
  session: Session | null,
  tree: string,
  action: (directory: string) => Promise<T>,
): Promise<T> {
  const { topLevel } = repository;
  const commit = await commitTree(topLevel, tree, [], 'scratch');
  const lock = repositoryLock(stateRoot(), repository.commonDir);
  const path = await withLock(lock, async () => {
    const free = freePath(topLevel, tree);
    const reason = session === null ? 'multi-model-execute' : lockReasonFor(session);
    await addWorktree(topLevel, { path: free, branch: null, start: commit, reason });
    return free;
  });
  try {
    await fillWorktree(path);
    const configuration = await readConfiguration(
      filesAt(topLevel, session?.data.base ?? repository.head),
    );
    await provide(topLevel, path, await planProvision(topLevel, configuration), {});
    return await action(path);
  } finally {
    await withLock(lock, () => removeWorktree(topLevel, path));
  }
}

function freePath(topLevel: string, tree: string): string {
  const stem = join(dirname(topLevel), `${slugOf(topLevel)}${SCRATCH}${tree.slice(0, 8)}`);
  for (let number = 1; ; number++) {
    const path = number === 1 ? stem : `${stem}-${number}`;
    if (!existsSync(path)) return path;
  }
}
