import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withLock } from '../../scripts/lib/process/lock.ts';
import { compiledModule } from '../support/compiled.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const module = JSON.stringify(compiledModule('lib/process/lock'));

/** A process that runs code with `withLock` and `lock` (the directory) at hand. */
function start(lock: string, code: string) {
  const whole = `import { withLock } from ${module};
    import fs from 'node:fs';
    const lock = ${JSON.stringify(lock)};
    ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', whole], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    child,
    ended: once(child, 'exit').then(([code]) => code as number | null),
    line: async () => String((await once(child.stdout, 'data'))[0]),
  };
}

/** Holds the lock in this process until `release` is called. */
async function holdHere(lock: string): Promise<{ held: Promise<void>; release: () => void }> {
  return new Promise((holding) => {
    const held = withLock(lock, () => new Promise<void>((release) => holding({ held, release })));
  });
}

test('eight processes count together and lose nothing', async () => {
  await using folder = await temporaryFolder();
  const counter = join(folder.path, 'counter');
  await writeFile(counter, '0');
  const code = `const counter = ${JSON.stringify(counter)};
    for (let i = 0; i < 15; i++) await withLock(lock, async () => {
      const value = Number(fs.readFileSync(counter, 'utf8'));
      await new Promise((resolve) => setTimeout(resolve, 1));
      fs.writeFileSync(counter, String(value + 1));
    });`;
  const lock = join(folder.path, 'lock');
  const codes = await Promise.all(Array.from({ length: 8 }, () => start(lock, code).ended));
  assert.equal(codes, Array(8).fill(0));
  assert.is(await readFile(counter, 'utf8'), '120');
  assert.equal(await readdir(lock), []);
});

test('callers in one process wait for each other too, first come first served', async () => {
  await using folder = await temporaryFolder();
  const lock = join(folder.path, 'deep', 'lock');
  const seen: string[] = [];
  const work = (name: string) =>
    withLock(lock, async () => {
      seen.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(`${name} out`);
      return name;
    });
  const first = work('a');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await Promise.all([first, work('b')]), ['a', 'b']);
  assert.equal(seen, ['a in', 'a out', 'b in', 'b out']);
});

test('a holder that was killed blocks nobody, and its leavings are swept', async () => {
  await using folder = await temporaryFolder();
  const lock = join(folder.path, 'lock');
  const holder = start(
    lock,
    "await withLock(lock, async () => { console.log('held'); await new Promise((resolve) => setTimeout(resolve, 600_000)); });",
  );
  await holder.line();
  assert.is((await readdir(lock)).length, 1);
  holder.child.kill('SIGKILL');
  await holder.ended;
  assert.is(await withLock(lock, async () => 'mine', { patienceMs: 5_000 }), 'mine');
  assert.equal(await readdir(lock), []);
});

test('a pid that was given to another process since does not count as the holder', async () => {
  await using folder = await temporaryFolder();
  const stale = [`ticket.000000001.${process.pid}.12-34.0`, `choosing.${process.pid}.12-34.1`];
  for (const name of stale) await writeFile(join(folder.path, name), '');
  assert.is(await withLock(folder.path, async () => 1, { patienceMs: 5_000 }), 1);
  assert.equal(await readdir(folder.path), []);
});

test('patience ends with an error that names the holder, and leaves no ticket', async () => {
  await using folder = await temporaryFolder();
  const lock = join(folder.path, 'lock');
  const holder = start(
    lock,
    "await withLock(lock, async () => { console.log('held'); await new Promise((resolve) => setTimeout(resolve, 600_000)); });",
  );
  try {
    await holder.line();
    const error = await rejection(withLock(lock, async () => 1, { patienceMs: 50 }));
    assert.is(error.code, 'locked');
    assert.is(error.exitStatus, 1);
    assert.match(error.message, `pid ${holder.child.pid}`);
    assert.is((await readdir(lock)).length, 1);
  } finally {
    holder.child.kill('SIGKILL');
    await holder.ended;
  }
});

test('waiting can be interrupted', async () => {
  await using folder = await temporaryFolder();
  const { held, release } = await holdHere(folder.path);
  const abort = new AbortController();
  const waiting = withLock(folder.path, async () => 1, { signal: abort.signal });
  abort.abort(new Error('stop'));
  assert.is((await rejection(waiting)).message, 'stop');
  release();
  await held;
  assert.equal(await readdir(folder.path), []);
});

test('a failure inside gives the lock back', async () => {
  await using folder = await temporaryFolder();
  const failing = withLock(folder.path, async () => {
    throw new Error('inside');
  });
  assert.is((await rejection(failing)).message, 'inside');
  assert.is(await withLock(folder.path, async () => 2, { patienceMs: 0 }), 2);
});

test.run();
