/** Gates that are in each other's way, or in that of another program: run alone before anybody is blamed. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseGateOption } from '../../scripts/lib/gates/gate.ts';
import { isInterfered, speaksOfInterference } from '../../scripts/lib/gates/interference.ts';
import { runGates } from '../../scripts/lib/gates/run.ts';
import { Slots } from '../../scripts/lib/process/slots.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function runEach(commands: readonly string[], jobs: number) {
  const folder = await temporaryFolder();
  const slots = new Slots(jobs);
  const results = await Promise.all(
    commands.map(async (command, at) => {
      const directory = join(folder.path, `tree ${at}`);
      await mkdir(directory);
      const [result] = await runGates({
        ...{ directory, gates: [parseGateOption(`test=${command}`)], label: 'x', slots },
        ...{ logDirectory: join(folder.path, `logs ${at}`), timeoutMs: 20_000 },
        mark: `interference-test-${process.pid}-${at}`,
      });
      return result;
    }),
  );
  await folder[Symbol.asyncDispose]();
  return results.map((it) => [it?.status, it?.flaky, it?.interference]);
}

const LISTEN = (port: number, ms: number) =>
  `node -e "require('net').createServer().listen(${port},'127.0.0.1');setTimeout(()=>process.exit(0),${ms})"`;

test('red beside others and green alone is green, and it is told; what is red alone too is red', async () => {
  const port = await freePort();
  const [one, two, red] = await runEach([LISTEN(port, 1500), LISTEN(port, 1500), 'exit 1'], 3);
  assert.equal([one?.[0], two?.[0]], ['pass', 'pass']);
  assert.equal([one?.[2], two?.[2]].filter(Boolean), [true]);
  assert.equal(red, ['fail', false, false]);
});

test('whatever they share, the words do not matter: a folder that both make', async () => {
  await using shared = await temporaryFolder();
  const path = join(shared.path, 'lock');
  const command = `mkdir ${path} 2>/dev/null || exit 3; sleep 0.8; rmdir ${path}`;
  const results = await runEach([command, command, command], 3);
  assert.equal(
    results.map((it) => it[0]),
    ['pass', 'pass', 'pass'],
  );
  assert.equal(results.map((it) => it[1]).filter(Boolean), []);
});

test('a port that another program holds is interference; one that the gate itself takes twice is its fault', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const held = (server.address() as AddressInfo).port;
  const own = await freePort();
  const twice = `node -e "for(const n of [1,2])require('net').createServer().listen(${own},'127.0.0.1')"`;
  assert.equal(await runEach([LISTEN(held, 10), twice], 1), [
    ['fail', false, true],
    ['fail', false, false],
  ]);
  server.close();
});

test('a port is found in the words of many programs, and asked for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const said = [
    `Error: listen EADDRINUSE: address already in use :::${port}`,
    `listen tcp 127.0.0.1:${port}: bind: address already in use`,
    `[Errno 98] error while attempting to bind on address ('127.0.0.1', ${port}): address already in use`,
    `Bind for 0.0.0.0:${port} failed: port is already allocated`,
    `Error: http://localhost:${port} is already used\nPort ${port} is already in use`,
  ];
  for (const text of said) assert.is(await isInterfered(text), true, text);
  server.close();
  await once(server, 'close');
  for (const text of said) assert.is(await isInterfered(text), false, text);
});

test('locks by their words; a test that speaks of a lock is none', () => {
  for (const text of [
    'sqlite3.OperationalError: database is locked',
    '    Blocking waiting for file lock on build directory',
    "fatal: Unable to create '/x/.git/index.lock': File exists.",
    'Could not acquire lock /var/lib/x',
    'Another next build process is already running',
    'Error: ELOCKED lock file is already being held',
  ])
    assert.is(speaksOfInterference(text), true, text);
  for (const text of ['not ok 3 - locks the door', 'expected lock to be released', 'yarn.lock'])
    assert.is(speaksOfInterference(text), false, text);
});

test('who runs alone waits for all others, nobody overtakes, and an ended one gives its slots back', async () => {
  const slots = new Slots(2);
  const order: string[] = [];
  const work = (name: string, ms: number) => async () => {
    order.push(`+${name}`);
    await wait(ms);
    order.push(`-${name}`);
  };
  const over = AbortSignal.abort(new Error('over'));
  await Promise.all([
    slots.use(0, work('a', 30)),
    slots.use(0, work('b', 10)),
    slots.use(0, work('late', 1)),
    slots.alone(work('alone', 5)),
    slots.alone(work('never', 5), over).catch(({ message }) => order.push(message)),
  ]);
  assert.equal(order, ['+a', '+b', '-b', '-a', '+alone', '-alone', 'over', '+late', '-late']);
  assert.is(await slots.use(0, async (wasBeside) => wasBeside()), false);
});

test.run();
