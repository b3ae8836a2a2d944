/** What the gates of three results cost with two at a time, in multiples of the best order by hand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gate } from '../../scripts/lib/gates/gate.ts';
import { modelTarget } from '../../scripts/lib/procedure/gate-choices.ts';
import { gateTargets } from '../../scripts/lib/procedure/gate-targets.ts';
import { captureModel } from '../../scripts/lib/session/capture.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';
import { compareSides, type Side } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const ROUNDS = 3;
const BOUND = 1.15;
const MODELS = ['claude', 'gemini', 'gpt'];

/**
 * Works for about so many twentieths of a second: always the same work, however busy the machine is. The gates are as
 * long as quick ones of real projects; of shorter ones, what is done around each would be most.
 */
function work(twentieths: number): string {
  const script = `let x = 0; for (let i = 0; i < ${twentieths} * 1e7; i++) x = (x + i) % 7; console.log(x)`;
  return `node -e "${script}"`;
}

const GATES: Gate[] = (
  [
    ['format', 'formatter', 10],
    ['lint', 'linter', 30],
    ['test', 'test', 90],
  ] as const
).map(([name, kind, twentieths]) => ({
  ...{ name, kind, command: work(twentieths), cwd: '.', source: 'bench' },
}));

/** What two hands would do: the tests last, one tree's as soon as it is ready, nobody idle. */
const BY_HAND: readonly (readonly [worktree: number, gate: number][])[] = [
  [
    [0, 0],
    [0, 1],
    [0, 2],
    [2, 2],
  ],
  [
    [1, 0],
    [2, 0],
    [1, 1],
    [2, 1],
    [1, 2],
  ],
];

export async function gates(): Promise<Measured[]> {
  await using box = await ownSandbox();
  const at = join(box.folder, 'project');
  await box.git(box.folder, 'init', '--quiet', at);
  writeFileSync(join(at, 'a.txt'), '1\n');
  await box.git(at, 'add', '--all');
  await box.git(at, 'commit', '--quiet', '--message', 'base');
  const models = MODELS.map((model) => sessionModel(model));
  const { repository, session } = await makeSession(at, { models });
  const worktrees = await makeWorktrees(repository, session, {
    ...{ models: MODELS, start: session.data.base, provided: [] },
    onProgress: () => undefined,
  });
  for (const { model, path } of worktrees) {
    writeFileSync(join(path, 'a.txt'), `${model}\n`);
    await captureModel(repository, session, model, 1);
  }
  const quiet = { progress: () => undefined, board: () => undefined, warn: () => undefined };
  const logs = join(box.folder, 'logs');
  const ours: Side = {
    prepare: async () => rmSync(logs, { recursive: true, force: true }),
    steps: [
      async () => {
        const targets = await Promise.all(
          MODELS.map((model) => modelTarget(repository, session, model, 1, quiet)),
        );
        const { signal } = new AbortController();
        const request = {
          ...{ gates: GATES, targets, base: session.data.base, timeoutMs: 600_000, jobs: 2 },
          ...{ useCache: true, exam: true, logs, cache: join(logs, 'cache'), signal },
        };
        const results = await gateTargets(repository, session, request, quiet);
        if (!results.every(({ passed }) => passed)) throw new Error('a gate is red');
      },
    ],
  };
  const floor: Side = {
    steps: [
      () =>
        Promise.all(
          BY_HAND.map(async (list) => {
            for (const [worktree, gate] of list)
              await runByHand(GATES[gate]?.command ?? '', worktrees[worktree]?.path ?? '');
          }),
        ),
    ],
  };
  const steps = [{ name: 'three gates on three trees', bound: BOUND }];
  return await compareSides(steps, ours, floor, { rounds: ROUNDS });
}

async function runByHand(command: string, cwd: string): Promise<void> {
  const child = spawn('sh', ['-c', command], { cwd, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}
