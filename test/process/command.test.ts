import { chmod, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Command, runCommand } from '../../scripts/lib/process/command.ts';
import { findByEnvironment, listProcesses } from '../../scripts/lib/process/processes.ts';
import { compiledModule } from '../support/compiled.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const env = { PATH: process.env.PATH };
const sh = (script: string, more: Partial<Command> = {}) =>
  runCommand({ file: 'sh', args: ['-c', script], cwd: '/', env, ...more });
const node = (script: string, more: Partial<Command> = {}) =>
  runCommand({ file: process.execPath, args: ['-e', script], cwd: '/', env, ...more });

test('a program that is not there is told from a directory that is not there', async () => {
  const program = await rejection(sh('', { file: 'no-such-program-here' }));
  assert.is(program.code, 'missing-program');
  assert.is(program.exitStatus, 4);
  assert.match(program.message, '"no-such-program-here"');

  const directory = await rejection(sh('', { cwd: '/no/such/directory' }));
  assert.is(directory.code, 'missing-directory');
  assert.is(directory.exitStatus, 1);
  assert.is(directory.details.directory, '/no/such/directory');
});

test('what is there but cannot be started is neither', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'plain.txt');
  await writeFile(file, 'hello');
  assert.is((await rejection(sh('', { file }))).code, 'cannot-start');
  assert.is((await rejection(sh('', { cwd: file }))).code, 'cannot-start');
});

test('stdin is empty, not an open pipe', async () => {
  const { exitCode, stdout } = await sh('cat; echo end');
  assert.is(exitCode, 0);
  assert.is(stdout.toString(), 'end\n');
});

test('input is passed on byte for byte, also one that nobody reads', async () => {
  const bytes = Buffer.from([0, 255, 13, 10, 128, 10]);
  assert.equal((await sh('cat', { input: bytes })).stdout, bytes);
  assert.equal((await sh('cat', { input: '' })).stdout, Buffer.alloc(0));
  assert.is((await sh('exit 3', { input: Buffer.alloc(5_000_000) })).exitCode, 3);
});

test('exit statuses are data; a signal is 128 and its number, as in a shell', async () => {
  assert.is((await sh('exit 0')).exitCode, 0);
  assert.is((await sh('exit 77')).exitCode, 77);
  assert.is((await sh('kill -KILL $$')).exitCode, 137);
  assert.is((await sh('kill -TERM $$')).exitCode, 143);
});

test('both outputs are kept apart and as they are, the last newline too', async () => {
  const result = await sh("printf 'a\\377\\n\\n'; printf 'b\\n' >&2");
  assert.equal(result.stdout, Buffer.from([97, 255, 10, 10]));
  assert.is(result.stderr, 'b\n');
});

test('10 MB of stdout arrive whole', async () => {
  const { stdout } = await node("process.stdout.write('x'.repeat(10 * 1024 * 1024) + 'end')");
  assert.is(stdout.length, 10 * 1024 * 1024 + 3);
  assert.is(stdout.subarray(-4).toString(), 'xend');
});

test('stdout goes to a descriptor, which stays open', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'out');
  const file = await open(path, 'w');
  // Beyond the ten descriptors that execa's types know.
  const others = await Promise.all(Array.from({ length: 12 }, () => open(path, 'r')));
  const high = await open(path, 'a');
  try {
    const stdoutFd = high.fd;
    const { stdout } = await node("process.stdout.write('y'.repeat(200_000))", { stdoutFd });
    assert.is(stdout.length, 0);
    await sh('echo more', { stdoutFd });
    assert.is((await stat(path)).size, 200_005);
    assert.match(await readFile(path, 'utf8'), /ymore\n$/);
  } finally {
    await Promise.all([file, high, ...others].map((it) => it.close()));
  }
});

test('only the given environment is seen', async () => {
  const { stdout } = await sh('/usr/bin/env', { env: { ONLY: 'this' }, file: '/bin/sh' });
  const names = stdout
    .toString()
    .split('\n')
    .map((line) => line.split('=')[0]);
  assert.ok(names.includes('ONLY'));
  assert.not.ok(names.includes('HOME'));
});

test('at the time limit the group is killed, and a grandchild with the pipe does not hold it up', async () => {
  const mark = `command-test-${process.pid}`;
  // It says so when it has left the group: on a busy machine that takes a while.
  const leave = (timeoutMs: number) =>
    sh("setsid sh -c 'echo left; exec sleep 600' & sleep 600", {
      env: { ...env, COMMAND_TEST: mark },
      timeoutMs,
    });
  let timeoutMs = 250;
  let result = await leave(timeoutMs);
  for (; result.stdout.length === 0 && timeoutMs < 60_000; timeoutMs *= 2)
    result = await leave(2 * timeoutMs);
  // A killed process is listed until the kernel has taken it away.
  let left = await findByEnvironment('COMMAND_TEST', mark);
  for (const end = Date.now() + 60_000; left.length > 1 && Date.now() < end; )
    left = await findByEnvironment('COMMAND_TEST', mark);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  assert.is(result.stdout.toString(), 'left\n');
  assert.is(result.exitCode, 124);
  assert.is(result.timedOut, true);
  assert.is(left.length, 1, 'only what left the group is still there');
});

test('a limit that is not reached changes nothing, and does not keep the process waiting', async () => {
  const code = `import { runCommand } from ${JSON.stringify(compiledModule('lib/process/command'))};
    await runCommand({ file: 'true', args: [], cwd: '/', env: process.env, timeoutMs: 600_000 });
    console.log('done');`;
  const result = await runCommand({
    file: process.execPath,
    args: ['--input-type=module', '-e', code],
    cwd: process.cwd(),
    env,
    timeoutMs: 60_000,
  });
  assert.is(result.stdout.toString(), 'done\n');
  assert.is(result.timedOut, false);
});

test('it runs in a process group of its own, out of reach of a Ctrl-C at the terminal', async () => {
  const { stdout } = await sh('ps -o pgid= -p $$; echo $$');
  const [group, pid] = stdout.toString().split('\n').map(Number);
  assert.is(group, pid);
  assert.equal(
    (await listProcesses()).filter(({ session }) => session === Number(pid)),
    [],
  );
});

test('a script that may not be executed', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'tool');
  await writeFile(file, '#!/bin/sh\necho ran\n');
  assert.is((await rejection(sh('', { file }))).code, 'cannot-start');
  await chmod(file, 0o755);
  assert.is((await runCommand({ file, args: [], cwd: '/', env })).stdout.toString(), 'ran\n');
});

test.run();
