/** What it costs to prove and remove a captured worktree of 70 000 files, in multiples of the same by bare git. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyIndex } from '../../scripts/lib/git/trees.ts';
import { cleanUp } from '../../scripts/lib/procedure/cleanup.ts';
import { captureModel } from '../../scripts/lib/session/capture.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { makeSession } from '../support/sessions.ts';
import { bareGit, bareTree } from './bare-git.ts';
import { CHANGED, contentOf, type LargeRepository, largeRepository } from './large-repository.ts';
import { compareSides, type Side } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const ROUNDS = 3;
const MODEL = 'claude';
const BOUND = 1.5;

export async function cleanup(): Promise<Measured[]> {
  await using large = await largeRepository();
  const steps = [{ name: 'a worktree of 70 000 files', bound: BOUND }];
  const options = { rounds: ROUNDS, warmUp: false };
  // Awaited here: the repository lives as long as this function.
  return await compareSides(steps, oursIn(large), floorIn(large), options);
}

function oursIn({ at }: LargeRepository): Side {
  const quiet = { progress: () => undefined, board: () => undefined, warn: () => undefined };
  let remove = async () => {};
  return {
    prepare: async (round) => {
      const { repository, session } = await makeSession(at);
      const [record] = await makeWorktrees(repository, session, {
        ...{ models: [MODEL], start: session.data.base, provided: [] },
        onProgress: () => undefined,
      });
      changeOne(record?.path ?? '', round);
      await captureModel(repository, session, MODEL, 1);
      remove = async () => {
        const options = { keepWorktrees: false, force: false, captureFirst: false };
        const { kept } = await cleanUp(repository, session, options, quiet);
        if (kept.length > 0) throw new Error(`it was kept: ${kept[0]?.reason}`);
      };
    },
    steps: [() => remove()],
  };
}

function floorIn({ at, box }: LargeRepository): Side {
  const worktree = join(box.folder, 'bare-worktree');
  const [trusted, copy] = ['trusted', 'copy'].map((name) => join(box.folder, `${name}-index`));
  const index = { trusted: trusted ?? '', copy: copy ?? '' };
  return {
    prepare: async (round) => {
      await bareGit(at, ['worktree', 'add', '--quiet', '--detach', worktree, 'main']);
      const own = await bareGit(worktree, ['rev-parse', '--absolute-git-dir']);
      await copyIndex(join(own, 'index'), index.trusted);
      changeOne(worktree, round);
    },
    steps: [
      async () => {
        await copyIndex(index.trusted, index.copy);
        await bareTree(worktree, index.copy);
        await bareGit(at, ['worktree', 'remove', '--force', worktree]);
      },
    ],
  };
}

function changeOne(directory: string, round: number): void {
  const path = CHANGED[0] ?? '';
  writeFileSync(join(directory, path), contentOf(path, `cleanup ${round}`));
}
