import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import {
  findByEnvironment,
  identifyProcess,
  isRunning,
  listProcesses,
  ownIdentity,
  parsePsEnvironment,
  parsePsRows,
  parsePsStart,
} from '../../scripts/lib/process/processes.ts';
import { compiledModule } from '../support/compiled.ts';

/** A process that runs until its scope ends. */
function running(file: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${file} was not started.`);
  return {
    pid,
    child,
    firstLine: async () => String((await once(child.stdout, 'data'))[0]).trim(),
    [Symbol.asyncDispose]: async () => {
      const ended = child.exitCode === null && child.signalCode === null;
      if (!ended) return;
      process.kill(-pid, 'SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The live processes of a session. */
async function inSession(session: number): Promise<number[]> {
  return (await listProcesses()).flatMap((row) => (row.session === session ? [row.pid] : []));
}

test('a process is named by its pid and its start; a gone one has no identity', async () => {
  await using it = running('sleep', ['600']);
  const identity = await identifyProcess(it.pid);
  assert.is(identity?.pid, it.pid);
  assert.ok(identity && (await isRunning(identity)));
  assert.not.ok(await isRunning({ ...identity, started: 'at another time' }));
  it.child.kill('SIGKILL');
  await once(it.child, 'exit');
  assert.is(await identifyProcess(it.pid), null);
  assert.not.ok(await isRunning(identity));
});

test('this process knows itself', async () => {
  const own = await ownIdentity();
  assert.is(own.pid, process.pid);
  assert.ok(await isRunning(own));
});

test('a name with spaces and parentheses does not confuse', async () => {
  const script = "process.title = 'a ) S 1 (b'; console.log('named'); setInterval(() => {}, 1e6);";
  await using it = running(process.execPath, ['-e', script]);
  await it.firstLine();
  assert.equal(await inSession(it.pid), [it.pid]);
  assert.ok((await identifyProcess(it.pid)) !== null);
});

test('a zombie is gone, though a signal still reaches it', async () => {
  // The parent never waits for its child, which has ended.
  const script =
    'import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\nos.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)\nprint(pid, flush=True)\ntime.sleep(600)';
  await using it = running('python3', ['-c', script], { ZOMBIE_TEST: `mark-${process.pid}` });
  const zombie = Number(await it.firstLine());
  assert.ok(process.kill(zombie, 0));
  assert.is(await identifyProcess(zombie), null);
  assert.equal(await inSession(it.pid), [it.pid]);
  assert.equal(await findByEnvironment('ZOMBIE_TEST', `mark-${process.pid}`), [it.pid]);
});

test('a mark is looked for in one variable only, and what is not marked is not found', async () => {
  const mark = `:mark-${process.pid}:`;
  await using marked = running('sleep', ['600'], { THE_MARKS: `:outer${mark}inner:` });
  await using other = running('sleep', ['600'], {
    OTHER: `THE_MARKS=${mark}`,
    NOT_THE_MARKS: mark,
  });
  const found = await findByEnvironment('THE_MARKS', mark);
  assert.equal(found, [marked.pid]);
  assert.not.ok(found.includes(other.pid));
});

test('whoever asks is not found, and none of those that started it', async () => {
  const module = compiledModule('lib/process/processes');
  const code = `import { findByEnvironment } from ${JSON.stringify(module)};
    console.log(JSON.stringify(await findByEnvironment('LINE_TEST', 'family')));`;
  const { stdout } = await runCommand({
    file: 'sh',
    // Two shells above it, and a sibling that is to be found.
    args: [
      '-c',
      'sleep 600 & echo $!; sh -c \'"$@"; true\' sh "$@"; kill $!',
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      code,
    ],
    cwd: process.cwd(),
    env: { PATH: process.env.PATH, LINE_TEST: 'family' },
  });
  const [sibling, found] = stdout.toString().split('\n');
  assert.is(found, `[${sibling}]`);
});

test('ps, for macOS: start times, zombies left out', () => {
  assert.is(parsePsStart('S+   Sun Nov 22 14:40:00 2026\n'), 'Sun Nov 22 14:40:00 2026');
  assert.is(parsePsStart('  Ss Fri Jan  2 03:04:05 2026    \n'), 'Fri Jan  2 03:04:05 2026');
  assert.is(parsePsStart('Z+   Sun Nov 22 14:40:00 2026\n'), null);
  assert.is(parsePsStart(''), null);
});

test('ps, for macOS: the live processes, with their parents and groups', () => {
  const listing =
    '    1     0     1 Ss   Sun Nov 22 14:40:00 2026\n  501     1   500 S+   Fri Jan  2 03:04:05 2026    \n  502   501   500 Z+   Fri Jan  2 03:04:05 2026\n\n';
  assert.equal(parsePsRows(listing), [
    { pid: 1, parent: 0, session: 1, started: 'Sun Nov 22 14:40:00 2026' },
    { pid: 501, parent: 1, session: 500, started: 'Fri Jan  2 03:04:05 2026' },
  ]);
  assert.equal(parsePsRows(''), []);
});

test('ps, for macOS: marks in the environment behind the command', () => {
  const listing = [
    '  501 node run.js MM_RUN_MARKS=:a:b: HOME=/Users/me',
    '  502 sleep 600 HOME=/Users/me MM_RUN_MARKS=:a:',
    '  503 grep :b: OTHER_MM_RUN_MARKS=:b:',
    '  504 (defunct)',
    '',
  ].join('\n');
  assert.equal(parsePsEnvironment(listing, 'MM_RUN_MARKS', ':b:'), [501]);
  assert.equal(parsePsEnvironment(listing, 'MM_RUN_MARKS', ':a:'), [501, 502]);
  assert.equal(parsePsEnvironment('', 'MM_RUN_MARKS', ':a:'), []);
});

test.run();
