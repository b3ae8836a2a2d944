/** What it costs to start a script, in multiples of the emptiest Node program. */
import { runCommand } from '../../scripts/lib/process/command.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { allScripts } from '../support/all-scripts.ts';
import { type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { median } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const ROUNDS = 10;
const MOST_USED = 5;
const ANY = 10;

/**
 * status and parse-triggers do their whole job on a repository with an open session; every other script answers --help
 * and does what it does there without options, which is a refusal where something is missing.
 */
export async function startUp(): Promise<Measured[]> {
  await using box = await sandbox();
  const cwd = await box.repository(await scriptedModels(box.folder, { one: 'console.log(1)' }));
  await box.mm(cwd, 'start-session', '--task', 'x', '--host', 'none');
  const commands: Record<string, { words: string[]; bound: number }> = {
    status: { words: [launcher, 'status'], bound: MOST_USED },
    'parse-triggers': {
      words: [launcher, 'parse-triggers', '--task', 'x2 do it'],
      bound: MOST_USED,
    },
  };
  // The demo and execute are whole procedures; what they cost beyond their start is measured elsewhere.
  for (const { name } of await allScripts()) {
    commands[`${name} --help`] = { words: [launcher, name, '--help'], bound: ANY };
    if (name in commands || name === 'demo') continue;
    commands[name] = { words: [launcher, name], bound: ANY };
  }
  // Awaited here: the sandbox lives as long as this function.
  return await measure(box, cwd, commands);
}

/** All commands in turn, round by round, so that a slow moment of the machine falls on all of them. */
async function measure(
  { env }: Sandbox,
  cwd: string,
  commands: Record<string, { words: string[]; bound: number }>,
): Promise<Measured[]> {
  const floor: number[] = [];
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  const time = async (args: string[]) => {
    const started = performance.now();
    await runCommand({ file: process.execPath, args, cwd, env });
    return performance.now() - started;
  };
  for (let round = -1; round < ROUNDS; round++) {
    const empty = await time(['-e', '0']);
    if (round >= 0) floor.push(empty);
    for (const [name, { words }] of Object.entries(commands)) {
      const ms = await time(words);
      if (round >= 0) times.get(name)?.push(ms);
    }
  }
  return Object.entries(commands).map(([name, { bound }]) => ({
    name,
    bound,
    ms: median(times.get(name) ?? []),
    floorMs: median(floor),
  }));
}
