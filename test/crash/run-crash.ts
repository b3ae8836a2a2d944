/**
 * `npm run test:crash`: the kill points of every scenario (or of those whose names hold one of the given words), then
 * the tests of concurrency and of full disks, many times over. With `--exhaustive` also the points at which nothing
 * else lies on the disk than at the one before, and every way to recover at each. Exits with 1 when anything was lost,
 * torn or not recovered.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inParallel } from '../../scripts/lib/process/in-parallel.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { compiledFolder } from '../support/compiled.ts';
import {
  type CrashScenario,
  type Exploration,
  explore,
  type Problem,
} from '../support/crash-harness.ts';
import { SCENARIOS } from './scenarios.ts';

const ROUNDS = '20';

const exhaustive = process.argv.includes('--exhaustive');
const wanted = process.argv.slice(2).filter((word) => word !== '--exhaustive');
const chosen = SCENARIOS.filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
);
const explorations = await inParallel(availableParallelism(), chosen, exploreAloud);
const tests = wanted.length > 0 ? [] : ['concurrency', 'disk'];
const red = tests.filter((name) => !isGreen(name));
const problems = explorations.flatMap((it) => it.problems);
console.log(`\n${explorations.map(summary).join('\n')}`);
for (const name of red) console.log(`${name}: red`);
process.exitCode = chosen.length > 0 && problems.length + red.length === 0 ? 0 : 1;

async function exploreAloud(scenario: CrashScenario): Promise<Exploration> {
  const result = await explore(scenario, {
    exhaustive,
    onProblem: (problem) => console.log(describe(scenario.name, problem)),
  });
  console.log(summary(result));
  return result;
}

function isGreen(name: string): boolean {
  const { status } = spawnSync(
    process.execPath,
    [join(compiledFolder, 'test', 'crash', `${name}.test.mjs`)],
    { cwd: skillFolder, env: { ...process.env, MM_ROUNDS: ROUNDS }, stdio: 'inherit' },
  );
  return status === 0;
}

function describe(scenario: string, { where, recovery, kind, details }: Problem): string {
  return `${kind.toUpperCase()} ${scenario}, ${where}, then ${recovery}:\n  ${details.replaceAll('\n', '\n  ')}`;
}

function summary({ scenario, points, tries, undisturbed, problems }: Exploration): string {
  const count = (kind: Problem['kind']) => problems.filter((it) => it.kind === kind).length;
  return `${scenario}: ${points} points, ${tries} kills (${undisturbed} not reached), ${count('loss')} losses, ${count('torn')} torn, ${count('unrecovered')} unrecovered`;
}
