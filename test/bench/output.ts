/** What it costs to run a program that prints 500 MB, against a shell that sends the same into files. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../../scripts/lib/git/git.ts';
import { configuredBackendSchema, toBackend } from '../../scripts/lib/models/backend.ts';
import { type RunRequest, runModel } from '../../scripts/lib/models/run.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { type Sandbox, sandbox } from '../support/sandbox.ts';
import { peaksOf } from './peaks.ts';
import { compareSides } from './rounds.ts';
import type { Measured } from './run-bench.ts';

const ROUNDS = 7;
const BOUND = 1.2;
const BOUND_MB = 100;
/** Lines as an agent prints them, and a result at the end. */
const PROGRAM = `touch new.txt
yes '{"type":"assistant","message":{"content":[{"type":"text","text":"I think, and think, and think it over."}]}}' | head -c 500000000
echo
echo '{"type":"result","result":"Done.","is_error":false}'
`;

export async function output(): Promise<Measured[]> {
  await using box = await sandbox();
  const program = join(box.folder, 'prints.sh');
  await writeFile(program, PROGRAM);
  const measured = await compareWithShell(box, program);
  if (process.platform === 'linux') measured.push(await memoryOf(box, program));
  return measured;
}

async function compareWithShell({ folder }: Sandbox, program: string): Promise<Measured[]> {
  const at = (path: string) => join(folder, path);
  await mkdir(at('worktree'));
  await writeFile(at('prompt.md'), 'x');
  const configured = configuredBackendSchema.parse({
    command: ['sh', program],
    output: 'claude-json',
  });
  const request: RunRequest = {
    model: 'one',
    backend: toBackend('one', configured),
    agentModel: null,
    worktree: at('worktree'),
    promptFile: at('prompt.md'),
    outputFile: at('one.md'),
    stdoutFile: at('one-stdout.txt'),
    stderrFile: at('one-stderr.txt'),
    timeoutMs: null,
    mark: `bench-${process.pid}`,
    hasChanged: async () => true,
  };
  const run = async () => {
    const { status, message } = await runModel(request);
    if (status !== 'succeeded') throw new Error(`${status}: ${message}`);
  };
  const shell = () =>
    runCommand({
      file: 'sh',
      args: ['-c', 'sh "$1" <prompt.md >shell-stdout.txt 2>shell-stderr.txt', 'sh', program],
      cwd: folder,
      env: process.env,
    });
  // Both begin without the other's files in the disk's cache, and neither writes over its own.
  const clean = () =>
    Promise.all(['one', 'shell'].map((name) => rm(at(`${name}-stdout.txt`), { force: true })));
  return compareSides(
    [{ name: 'a run that prints 500 MB', bound: BOUND }],
    { prepare: clean, steps: [run] },
    { prepare: clean, steps: [shell] },
    { rounds: ROUNDS },
  );
}

/** Of the whole script. */
async function memoryOf(box: Sandbox, program: string): Promise<Measured> {
  const backends = { one: { command: ['sh', program], output: 'claude-json' } };
  const configuration = JSON.stringify({ models: ['one'], backends });
  const cwd = await box.repository({ '.multi-model.json': configuration });
  await git(cwd, ['worktree', 'add', '-q', join(box.folder, 'tree'), '-b', 'tree']);
  const prompt = join(box.folder, 'prompt.md');
  const { own } = await peaksOf(box, cwd, [
    ...['run-model', '--model', 'one', '--worktree', join(box.folder, 'tree')],
    ...['--prompt-file', prompt, '--out', join(box.folder, 'out')],
  ]);
  return { name: 'run-model, 500 MB printed (Linux)', megabytes: own, bound: BOUND_MB };
}
