import { git, type TrustedPlace } from './git.ts';
import { withTemporaryIndex } from './trees.ts';

/**
 * Makes a worktree that holds one tree hold another. Only paths in which the two differ are touched: what is ignored,
 * or no part of either, stays. For worktrees of ours alone: what is replaced is not kept.
 * @param place the worktree
 */
export async function rewindWorktree(place: TrustedPlace, from: string, to: string): Promise<void> {
  await withTemporaryIndex(place, { tree: from }, async (env) => {
    await git(place, ['read-tree', '--reset', '-u', to], { env });
  });
}
