/** The user's own working tree: read as a tree, changed only by comparing first. */
import { join } from 'node:path';
import { Failure, Refusal } from '../errors.ts';
import { applyBetweenTrees } from '../git/apply.ts';
import { mergeTrees } from '../git/merge-trees.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { writeWorkingTree } from '../git/trees.ts';

/** What lies in the main tree now, as a tree. */
export function readMainTree(repository: Repository): Promise<string> {
  return writeWorkingTree(repository.topLevel, join(repository.gitDir, 'index'));
}

export interface MainTreeChange {
  before: string;
  after: string;
}

/**
 * What the main tree would become if the step from `ancestor` to `target` were taken on top of what lies there now:
 * what somebody changed since `ancestor` is merged in. Nothing is written.
 * @throws Refusal `main-tree-conflict` where both changed the same place
 */
export async function planMainTree(
  repository: Repository,
  { ancestor, target, hint }: { ancestor: string; target: string; hint: string },
): Promise<MainTreeChange> {
  const before = await readMainTree(repository);
  const { tree, conflicts } = await mergeTrees(repository.topLevel, ancestor, before, target);
  if (conflicts.length === 0) return { before, after: tree };
  const paths = conflicts.map(pathText);
  throw new Refusal({
    code: 'main-tree-conflict',
    message: `${paths.length === 1 ? 'One file was' : `${paths.length} files were`} changed in ${repository.topLevel} in the same places: ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ', ...' : ''}. Nothing was written.`,
    hint,
    details: { conflicts: paths },
  });
}

/** Carries out a plan, and checks by content that it came out as planned. */
export async function changeMainTree(
  repository: Repository,
  { before, after }: MainTreeChange,
): Promise<void> {
  await applyBetweenTrees(repository.topLevel, before, after);
  const found = await readMainTree(repository);
  if (found === after) return;
  throw new Failure({
    code: 'tree-differs',
    message: `${repository.topLevel} was changed by something else while it was written.`,
    hint: 'mm.mjs apply-picks --undo takes back what was written and keeps the other change.',
    details: { expected: after, found },
  });
}
