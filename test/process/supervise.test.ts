import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findByEnvironment, identifyProcess } from '../../scripts/lib/process/processes.ts';
import {
  endMarkedProcesses,
  endProcess,
  type LongCommand,
  MARK_VARIABLE,
  superviseCommand,
} from '../../scripts/lib/process/supervise.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let runs = 0;

/** A folder, and a way to run a shell script in it under a mark of its own. */
async function stage() {
  const folder = await temporaryFolder();
  const mark = `supervise-test-${process.pid}-${runs++}`;
  const file = (name: string) => join(folder.path, name);
  return {
    mark,
    file,
    run: (script: string, more: Partial<LongCommand> = {}) =>
      superviseCommand({
        file: 'sh',
        args: ['-c', script],
        cwd: folder.path,
        env: { PATH: process.env.PATH },
        stdoutFile: file('out'),
        stderrFile: file('err'),
        timeoutMs: null,
        mark,
        ...more,
      }),
    read: (name: string) => readFile(file(name), 'utf8'),
    pid: async (name: string) => Number(await readFile(file(name), 'utf8')),
    /** Waits until the script has made a file. */
    until: async (name: string) => {
      while (!existsSync(file(name))) await sleep(20);
    },
    left: () => findByEnvironment(MARK_VARIABLE, `:${mark}:`),
    [Symbol.asyncDispose]: async () => {
      for (const pid of await findByEnvironment(MARK_VARIABLE, `:${mark}:`)) {
        process.kill(pid, 'SIGKILL');
      }
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function isGone(pid: number): Promise<boolean> {
  return (await identifyProcess(pid)) === null;
}

test('it ends by itself: exit status, both outputs', async () => {
  await using it = await stage();
  const end = await it.run('echo out; echo err >&2; exit 7');
  assert.equal(
    { ...end, durationMs: 0, quietMs: 0 },
    { endedBy: 'itself', exitCode: 7, signal: null, durationMs: 0, quietMs: 0 },
  );
  assert.is(await it.read('out'), 'out\n');
  assert.is(await it.read('err'), 'err\n');
});

test('a signal from elsewhere is named', async () => {
  await using it = await stage();
  const end = await it.run('kill -SEGV $$');
  assert.is(end.endedBy, 'itself');
  assert.is(end.exitCode, null);
  assert.is(end.signal, 'SIGSEGV');
});

test('a program that is not there', async () => {
  await using it = await stage();
  const end = await it.run('', { file: 'no-such-program-here' });
  assert.is(end.endedBy, 'not-found');
  assert.is(end.exitCode, null);
  assert.is(await it.read('out'), '');
});

test('stdin is empty, or a file', async () => {
  await using it = await stage();
  assert.is((await it.run('cat; echo end')).exitCode, 0);
  assert.is(await it.read('out'), 'end\n');
  await writeFile(it.file('prompt'), 'do it\n');
  await it.run('cat', { stdinFile: it.file('prompt') });
  assert.is(await it.read('out'), 'do it\n');
});

test('one file takes both outputs in the order in which they were written', async () => {
  await using it = await stage();
  const log = { stdoutFile: it.file('log'), stderrFile: it.file('log') };
  await writeFile(it.file('log'), 'of an earlier run\n');
  await it.run('for i in 1 2 3; do echo out $i; echo err $i >&2; done', log);
  assert.is(await it.read('log'), 'out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n');
});

test('the time limit ends the whole tree, with what went into a session of its own', async () => {
  await using it = await stage();
  const end = await it.run(
    'setsid sh -c "echo \\$\\$ >far; exec sleep 600" & sleep 600 & echo $! >near; wait',
    { timeoutMs: 1_500 },
  );
  assert.is(end.endedBy, 'timeout');
  assert.ok(await isGone(await it.pid('far')));
  assert.ok(await isGone(await it.pid('near')));
  assert.equal(await it.left(), []);
});

test('the group is ended also where somebody wiped the environment', async () => {
  await using it = await stage();
  await it.run('env -i sleep 600 & echo $! >bare; wait', { timeoutMs: 1_500 });
  assert.ok(await isGone(await it.pid('bare')));
});

test('who ignores the gentle signals is killed', async () => {
  await using it = await stage();
  const stubborn = "trap '' INT TERM; echo $$ >pid; while :; do sleep 0.05; done";
  const end = await it.run(stubborn, { timeoutMs: 1_500 });
  assert.is(end.endedBy, 'timeout');
  assert.is(end.signal, 'SIGKILL');
  assert.ok(await isGone(await it.pid('pid')));
});

test('who can tidy up is let', async () => {
  await using it = await stage();
  const end = await it.run(
    "trap 'echo tidied; exit 0' INT; touch ready; while :; do sleep 0.05; done",
    {
      timeoutMs: 1_500,
    },
  );
  assert.is(end.endedBy, 'timeout', 'whatever its exit status says');
  assert.is(end.exitCode, 0);
  assert.is(await it.read('out'), 'tidied\n');
});

test('a daemon that is left when the command has ended is swept', async () => {
  await using it = await stage();
  const end = await it.run('setsid sleep 600 & echo $! >daemon; sleep 600 & echo $! >job; exit 0');
  assert.is(end.endedBy, 'itself');
  assert.is(end.exitCode, 0);
  assert.ok(await isGone(await it.pid('daemon')));
  assert.ok(await isGone(await it.pid('job')));
});

test('nobody else is touched: not the unmarked, not those of a longer or a shorter mark', async () => {
  await using it = await stage();
  const marks = [undefined, `:${it.mark}0:`, `:x${it.mark}:`, ':supervise-test:'];
  const others = marks.map((value) =>
    spawn('sleep', ['600'], {
      env: { PATH: process.env.PATH, ...(value === undefined ? {} : { [MARK_VARIABLE]: value }) },
      stdio: 'ignore',
    }),
  );
  try {
    await it.run('sleep 600', { timeoutMs: 200 });
    for (const { exitCode, signalCode } of others)
      assert.equal([exitCode, signalCode], [null, null]);
    for (const { pid } of others) assert.not.ok(await isGone(pid ?? 0));
  } finally {
    for (const other of others) other.kill('SIGKILL');
  }
});

test('an abort ends it as an interruption, also one that came before the start', async () => {
  await using it = await stage();
  const abort = new AbortController();
  const running = it.run('setsid sleep 600 & touch begun; wait', { signal: abort.signal });
  await it.until('begun');
  abort.abort();
  assert.is((await running).endedBy, 'interruption');
  assert.equal(await it.left(), []);

  assert.is((await it.run('sleep 600', { signal: AbortSignal.abort() })).endedBy, 'interruption');
  assert.equal(await it.left(), []);
});

test('an abort after the end changes nothing', async () => {
  await using it = await stage();
  const abort = new AbortController();
  const end = await it.run('exit 0', { signal: abort.signal, timeoutMs: 60_000 });
  abort.abort();
  assert.is(end.endedBy, 'itself');
});

test('marks nest: ending the outer run ends the inner one, not the other way round', async () => {
  await using it = await stage();
  const inner = `${it.mark}-inner`;
  const env = { PATH: process.env.PATH, [MARK_VARIABLE]: `:${it.mark}:` };
  const outer = spawn('sleep', ['600'], { env, stdio: 'ignore' });
  try {
    await it.run('echo "$MM_RUN_MARKS" >marks; setsid sleep 600', {
      env,
      mark: inner,
      timeoutMs: 300,
    });
    assert.is(await it.read('marks'), `:${it.mark}:${inner}:\n`);
    assert.equal(await it.left(), [outer.pid]);

    const running = it.run('touch begun; setsid sleep 600', { env, mark: inner });
    await it.until('begun');
    await endMarkedProcesses(`:${it.mark}:`);
    assert.is((await running).endedBy, 'itself');
    assert.equal(await it.left(), []);
  } finally {
    outer.kill('SIGKILL');
  }
});

test('the process is named as soon as it runs', async () => {
  await using it = await stage();
  const pids: number[] = [];
  await it.run('echo $$ >pid', { onStart: (pid) => pids.push(pid) });
  assert.equal(pids, [await it.pid('pid')]);
});

test('one process is ended gently, and a gone one is no fault', async () => {
  await using it = await stage();
  const script =
    "trap 'echo tidied >tidied; exit 0' INT; touch begun; while :; do sleep 0.05; done";
  const [pid] = await new Promise<number[]>((resolve) => {
    const child = spawn('sh', ['-c', script], { cwd: it.file(''), stdio: 'ignore' });
    resolve([child.pid ?? 0]);
  });
  await it.until('begun');
  await endProcess(pid ?? 0);
  assert.ok(await isGone(pid ?? 0));
  assert.is(await it.read('tidied'), 'tidied\n');
  await endProcess(pid ?? 0);
});

test.run();
