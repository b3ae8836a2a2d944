/** What it costs to bring the main tree to a synthesis, and back, in multiples of git apply with a patch that is ready. */
import { join } from 'node:path';
import { applySynthesis, undoApplication } from '../../scripts/lib/procedure/apply.ts';
import { makeSession } from '../support/sessions.ts';
import { bareGit } from './bare-git.ts';
import { type LargeRepository, largeRepository } from './large-repository.ts';
import { compareSides, type Side, type Step } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const BOUND = 1.5;

export async function apply(): Promise<Measured[]> {
  await using large = await largeRepository();
  const many: Step[] = [
    { name: '10 000 files', bound: BOUND },
    { name: '10 000 files, undo', bound: null },
  ];
  // One file is a matter of how many programs are started, which is not for git apply to compare with.
  const one: Step[] = [
    { name: '1 file', bound: null },
    { name: '1 file, undo', bound: null },
  ];
  return [
    ...(await applyTree(large, large.changed, many, { check: false, rounds: 5 })),
    ...(await applyTree(large, large.changedOnce, one, { check: true, rounds: 9 })),
  ];
}

async function applyTree(
  { box, at, base }: LargeRepository,
  tree: string,
  steps: readonly Step[],
  { check, rounds }: { check: boolean; rounds: number },
): Promise<Measured[]> {
  const { repository, session } = await makeSession(at);
  const patch = join(box.folder, 'ready.diff');
  const words = ['diff-tree', '-r', '-p', '--binary', '--full-index', base, tree];
  await bareGit(at, words, { into: patch });
  const ours: Side = {
    steps: [
      () => applySynthesis(repository, session, { tree, pass: 1 }),
      () => undoApplication(repository, session),
    ],
  };
  const bareApply = async (...direction: string[]) => {
    if (check) await bareGit(at, ['apply', '--check', '--binary', ...direction, patch]);
    await bareGit(at, ['apply', '--binary', ...direction, patch]);
  };
  const floor: Side = { steps: [() => bareApply(), () => bareApply('-R')] };
  return compareSides(steps, ours, floor, { rounds });
}
