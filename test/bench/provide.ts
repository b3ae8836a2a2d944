/** What it costs to give a worktree 400 MB of dependencies, in multiples of `cp` alone. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provide } from '../../scripts/lib/gates/provide.ts';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { planPreparation, readNeeds } from '../../scripts/lib/procedure/worktree-needs.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { compareSides, type Side } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const ROUNDS = 5;
const BOUND = 1.2;

/** As a large node_modules is: 1 000 packages of 20 files, 20 KB each. */
const [PACKAGES, FILES, BYTES] = [1_000, 20, 20_480];

export async function provideDependencies(): Promise<Measured[]> {
  await using box = await ownSandbox();
  const at = join(box.folder, 'project');
  const worktree = join(box.folder, 'worktree');
  await box.git(box.folder, 'init', '--quiet', at);
  writeFileSync(join(at, '.gitignore'), 'node_modules/\n');
  await box.git(at, 'add', '--all');
  await box.git(at, 'commit', '--quiet', '--message', 'base');
  fillDependencies(join(at, 'node_modules'));
  await box.git(at, 'worktree', 'add', '--quiet', '--detach', worktree);
  const repository = await openRepository(at);
  const copy = join(worktree, 'node_modules');
  const prepare = async () => rmSync(copy, { recursive: true, force: true });
  const ours: Side = {
    prepare,
    steps: [
      async () => {
        const needs = await readNeeds(repository, null);
        const { provision } = await planPreparation(repository, null, needs, 1);
        const install = async () => 'nothing is installed here';
        const [provided] = await provide(at, worktree, provision, { install });
        const bytes = PACKAGES * FILES * BYTES;
        if (provided?.bytes !== bytes) throw new Error(`provided: ${JSON.stringify(provided)}`);
      },
    ],
  };
  const floor: Side = {
    prepare,
    steps: [
      async () => {
        execFileSync('cp', ['-a', '--reflink=auto', join(at, 'node_modules'), copy]);
      },
    ],
  };
  const steps = [{ name: '400 MB in 20 000 files', bound: BOUND }];
  return await compareSides(steps, ours, floor, { rounds: ROUNDS });
}

function fillDependencies(folder: string): void {
  for (let number = 0; number < PACKAGES; number++) {
    const directory = join(folder, `package-${number}`, 'lib');
    mkdirSync(directory, { recursive: true });
    for (let file = 0; file < FILES; file++)
      writeFileSync(join(directory, `${file}.js`), Buffer.alloc(BYTES, `${number}.${file} `));
  }
}
