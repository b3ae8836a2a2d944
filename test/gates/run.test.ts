import { EventEmitter, once } from 'node:events';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type CachedResult,
  fileGateCache,
  type GateMemory,
  memoryOf,
} from '../../scripts/lib/gates/cache.ts';
import { type Gate, parseGateOption } from '../../scripts/lib/gates/gate.ts';
import { gateEnvironment } from '../../scripts/lib/gates/gate-environment.ts';
import { type RunGatesRequest, recallGates, runGates } from '../../scripts/lib/gates/run.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { Slots } from '../../scripts/lib/process/slots.ts';
import { MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const node = JSON.stringify(process.execPath);
let runs = 0;

/** A project in a folder whose name has a space, and what is needed to run its gates. */
async function project(files: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  const directory = join(folder.path, 'the project');
  await mkdir(directory);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const mark = `gates-test-${process.pid}-${runs++}`;
  const run = (gates: Gate[], request: Partial<RunGatesRequest> = {}) =>
    runGates({
      directory,
      gates,
      logDirectory: join(folder.path, 'the logs'),
      label: 'gpt',
      timeoutMs: 60_000,
      mark,
      ...request,
    });
  return {
    path: folder.path,
    run,
    one: async (text: string, request: Partial<RunGatesRequest> = {}) => {
      const [result] = await run([parseGateOption(text)], request);
      if (result === undefined) throw new Error('no result');
      return result;
    },
    left: () => findByEnvironment(MARK_VARIABLE, mark),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** How many lines a gate has written to a file of the project. */
async function lines(folder: string, file: string): Promise<number> {
  return (await readFile(join(folder, 'the project', file), 'utf8')).split('\n').length - 1;
}

test('a command that is not found is an error, not a red gate', async () => {
  await using it = await project();
  const result = await it.one('lint=no-such-program-here .');
  assert.is(result.status, 'error');
  assert.is(result.exit_code, 127);
  assert.match(result.tail, 'no-such-program-here');
});

test('a file that cannot be executed is an error', async () => {
  await using it = await project({ prove: 'no' });
  assert.is((await it.one('prove=./prove')).status, 'error');
});

test('a folder that is not there is an error, with a log', async () => {
  await using it = await project();
  const gate = { ...parseGateOption('test=true'), cwd: 'packages/gone' };
  const [result] = await it.run([gate]);
  assert.is(result?.status, 'error');
  assert.match(await readFile(result?.log ?? '', 'utf8'), 'packages/gone is not there');
});

test('a red gate is a result, and the next one runs all the same', async () => {
  await using it = await project();
  const seen: string[] = [];
  const results = await it.run(
    ['lint=echo out; echo err >&2; exit 3', 'build=echo fine'].map(parseGateOption),
    { onGate: ({ name, status }) => seen.push(`${name} ${status}`) },
  );
  assert.equal(seen, ['lint fail', 'build pass']);
  assert.is(results[0]?.exit_code, 3);
  assert.is(results[0]?.tail, 'out\nerr');
  assert.is(results[1]?.tail, '');
  assert.is(results[1]?.log, join(it.path, 'the logs', 'gpt-build.log'));
  assert.is(await readFile(results[1]?.log ?? '', 'utf8'), 'fine\n');
});

test('a red gate is run once more: red again, it is red; green then, it is flaky, and is not kept', async () => {
  await using it = await project();
  const cache = fileGateCache(join(it.path, 'cache'));
  const run = async (command: string) =>
    (
      await it.run([parseGateOption(`test=${command}`)], {
        memory: memoryOf(cache, 'a'.repeat(40), ''),
      })
    )[0];
  const red = await run('echo >> red; exit 1');
  assert.equal([red?.status, red?.flaky, await lines(it.path, 'red')], ['fail', false, 2]);
  assert.is((await run('echo >> red; exit 1'))?.cached, true);
  const flaky = 'echo >> runs; [ $(wc -l < runs) != 1 ] || { echo no; exit 1; }';
  const first = await run(flaky);
  assert.equal([first?.status, first?.flaky, first?.tail], ['fail', true, 'no']);
  assert.is(await readFile((first?.log ?? '').replace('.log', '.again.log'), 'utf8'), '');
  const second = await run(flaky);
  assert.equal([second?.status, second?.flaky, second?.cached], ['pass', false, false]);
  assert.is(await lines(it.path, 'runs'), 3);
});

test('a gate that a signal ends has failed, with the status that a shell gives', async () => {
  await using it = await project();
  const result = await it.one('test=kill -SEGV $$');
  assert.is(result.status, 'fail');
  assert.is(result.exit_code, 139);
});

test('a gate runs in its own folder of the tree', async () => {
  await using it = await project({ 'packages/a b/here': '' });
  const [result] = await it.run([{ ...parseGateOption('x=test -f here'), cwd: 'packages/a b' }]);
  assert.is(result?.status, 'pass');
});

test("node's test runner works inside a test run, and its tests are counted", async () => {
  const file = "import { test } from 'node:test'; test('a', () => {}); test('b', () => {});";
  await using it = await project({ 'a.test.mjs': file });
  const result = await it.one(`test=${node} --test a.test.mjs`, {
    env: { ...process.env, NODE_TEST_CONTEXT: 'child-v8' },
  });
  assert.is(result.status, 'pass');
  assert.equal(result.tests, { ran: 2, failed: 0 });
});

test('a test gate that ran no test is not-run', async () => {
  await using it = await project({ 'empty/x': '' });
  const [result] = await it.run([{ ...parseGateOption(`test=${node} --test`), cwd: 'empty' }]);
  assert.is(result?.status, 'not-run');
  assert.is(result?.exit_code, 0);
  assert.match(result?.tail ?? '', 'tests 0');
});

test('another kind of gate may print what it likes', async () => {
  await using it = await project();
  const result = await it.one("lint=printf '# tests 0\\n'");
  assert.is(result.status, 'pass');
  assert.is(result.tests, null);
});

test('stdin is empty, and there is no terminal', async () => {
  await using it = await project();
  assert.is((await it.one('x=test -z "$(cat)" && ! test -t 0 && ! test -t 1')).status, 'pass');
});

test('a gate that hangs is ended at its time limit, with what escaped into a session of its own', async () => {
  await using it = await project();
  const gate = {
    ...parseGateOption('test=echo begun; setsid sleep 600 & setsid sleep 600'),
    timeout_s: 1,
  };
  const [result] = await it.run([gate]);
  assert.is(result?.status, 'timeout');
  assert.is(result?.exit_code, null);
  assert.is(result?.tail, 'begun');
  assert.equal(await it.left(), []);
});

test('a gate that passes leaves no process behind either', async () => {
  await using it = await project();
  assert.is((await it.one('test=setsid sleep 600 & true')).status, 'pass');
  assert.equal(await it.left(), []);
});

test('gates under one mark do not end each other', async () => {
  await using it = await project();
  const [slow] = await Promise.all([
    it.one('x=while ! test -e go; do sleep 0.1; done'),
    it.one('y=true', { label: 'gemini' }).then(() => it.one('z=touch go', { label: 'gemini' })),
  ]);
  assert.is(slow.status, 'pass');
});

test('an interruption ends what runs, starts nothing more, and is thrown on', async () => {
  await using it = await project();
  const interruption = new AbortController();
  const gates = ['x=touch begun; setsid sleep 600', 'y=touch second'].map(parseGateOption);
  const seen: string[] = [];
  const running = it.run(gates, {
    signal: interruption.signal,
    onGate: ({ name }) => seen.push(name),
  });
  const begun = join(it.path, 'the project', 'begun');
  const exists = () => readFile(begun).then(Boolean, () => false);
  while (!(await exists())) await sleep(20);
  interruption.abort(new Error('stopped by the user'));
  try {
    await running;
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'stopped by the user');
  }
  assert.equal(seen, []);
  assert.equal(await it.left(), []);
});

test('two names that make one file name get a log each', async () => {
  await using it = await project();
  const results = await it.run(['a:b=echo 1', 'a-b=echo 2'].map(parseGateOption), {
    label: 'gpt#2',
  });
  assert.equal(
    results.map(({ log }) => log.slice(log.lastIndexOf('/') + 1)),
    ['gpt-2-a-b.log', 'gpt-2-a-b-2.log'],
  );
});

test('the tail is short, plain and the end of a long log', async () => {
  await using it = await project();
  const script =
    "for (let i = 0; i < 200000; i++) console.log('line ' + i + ' of a long log'); console.log('10%\\r100%'); console.log('\\x1b[31mred\\x1b[0m'); process.exit(1)";
  const result = await it.one(`x=${node} -e ${JSON.stringify(script)}`);
  const lines = result.tail.split('\n');
  assert.ok(lines.length <= 20 && result.tail.length <= 2000);
  assert.equal(lines.slice(-3), ['line 199999 of a long log', '100%', 'red']);
});

test('the environment is free of redirections, of our session and of test runners', () => {
  const env = gateEnvironment(
    {
      PATH: '/bin',
      HOME: '/home/me',
      GIT_DIR: '/elsewhere',
      MM_SESSION: 'x',
      MM_RUN_MARKS: ':outer:',
      NODE_OPTIONS: '--inspect',
      NODE_TEST_CONTEXT: 'child',
      FORCE_COLOR: '1',
    },
    'inner',
  );
  assert.equal(env, {
    PATH: '/bin',
    HOME: '/home/me',
    NODE_OPTIONS: '--inspect',
    MM_RUN_MARKS: ':outer:inner:',
    CI: '1',
    NO_COLOR: '1',
  });
});

test('the same tree is tested once; another tree, or none, again', async () => {
  await using it = await project();
  const cache = fileGateCache(join(it.path, 'cache'));
  const text = "test=echo run >> ../count; printf '# tests 2\\n# fail 1\\n'; exit 1";
  const first = await it.one(text, { memory: memoryOf(cache, 'a', '') });
  const second = await it.one(text, { memory: memoryOf(cache, 'a', ''), label: 'gemini' });
  assert.is(first.cached, false);
  assert.equal(second, { ...first, cached: true, log: second.log });
  assert.is(await readFile(second.log, 'utf8'), await readFile(first.log, 'utf8'));
  assert.is((await it.one(text, { memory: memoryOf(cache, 'b', '') })).cached, false);
  assert.is((await it.one(text, { memory: memoryOf(cache, 'a', 'other') })).cached, false);
  assert.is((await it.one(text)).cached, false);
  // Each red run is made twice.
  assert.is(await readFile(join(it.path, 'count'), 'utf8'), 'run\n'.repeat(8));
});

test('errors and time-outs are not kept', async () => {
  await using it = await project();
  const kept: CachedResult[] = [];
  const memory: GateMemory = {
    read: async () => null,
    write: async (_, result) => {
      kept.push(result);
    },
  };
  await it.one('x=no-such-program-here', { memory });
  await it.one('x=sleep 600', { memory, timeoutMs: 200 });
  await it.one('test=echo no tests ran in 0.01s', { memory });
  assert.equal(
    kept.map(({ status }) => status),
    ['not-run'],
  );
});

test('what is known of all gates is told without a run; of some, nothing', async () => {
  await using it = await project();
  const memory = memoryOf(fileGateCache(join(it.path, 'cache')), 'a', '');
  const gates = ['lint=true', 'build=exit 3'].map(parseGateOption);
  assert.is(await recallGates(gates, memory), null);
  await it.one('lint=true', { memory });
  assert.is(await recallGates(gates, memory), null);
  await it.run(gates, { memory });
  const known = await recallGates(gates, memory);
  assert.equal(
    known?.map(({ name, status, cached }) => `${name} ${status} ${cached}`),
    ['lint pass true', 'build fail true'],
  );
});

test('tests are read from the report that a gate leaves, where its log says nothing', async () => {
  await using it = await project({ 'src/keep': '' });
  const xml =
    '<testsuite><testcase classname="a" name="adds"/><testcase classname="a" name="halves"><failure/></testcase></testsuite>';
  const result = await it.one(`test=printf %s '${xml}' > junit.xml; exit 1`);
  assert.equal(result.tests, { ran: 2, failed: 1 });
  assert.equal([result.outcomes?.failed, result.outcomes?.passed], [['a > halves'], ['a > adds']]);
  // Left by an earlier run: it says nothing of this one.
  await utimes(join(it.path, 'the project/junit.xml'), 1000, 1000);
  assert.is((await it.one('test=exit 1')).tests, null);
});

test('secrets are masked in the log and in the tail', async () => {
  await using it = await project();
  const secrets = [{ name: 'KEY', value: 'hunter22hunter22' }];
  const result = await it.one('x=echo the key is hunter22hunter22; exit 1', { secrets });
  assert.is(result.tail, 'the key is [masked]');
  assert.is(await readFile(result.log, 'utf8'), 'the key is [masked]\n');
});

test('what a gate changed is put back after each run of it, and told', async () => {
  await using it = await project();
  let times = 0;
  const putBack = async () => (times++ === 0 ? ['a.js'] : []);
  const result = await it.one('x=false', { putBack });
  assert.is(times, 2);
  assert.equal(result.changed_files, ['a.js']);
});

test('gates of several trees share their slots, linters before tests', async () => {
  await using it = await project();
  let asked = 0;
  class CountedSlots extends Slots {
    override use<Result>(...words: Parameters<Slots['use']>): Promise<Result> {
      asked++;
      return super.use(...words) as Promise<Result>;
    }
  }
  const slots = new CountedSlots(1);
  const order: string[] = [];
  const onGate = ({ name }: { name: string }) => order.push(name);
  const run = (label: string, names: string[]) =>
    it.run(
      names.map((name) => parseGateOption(`${name}=true`)),
      { slots, onGate, label },
    );
  // Nothing begins before all have asked.
  const gate = new EventEmitter();
  const allowed = once(gate, 'open');
  const blocked = slots.use(0, () => allowed);
  const all = [
    run('a', ['test-a1', 'test-a2']),
    run('b', ['test-b']),
    run('c', ['lint-c1', 'lint-c2']),
  ];
  while (asked < 4) await sleep(5);
  gate.emit('open');
  await Promise.all([blocked, ...all]);
  assert.equal(order.slice(0, 2), ['lint-c1', 'lint-c2']);
  assert.equal(order.slice(2).sort(), ['test-a1', 'test-a2', 'test-b']);
});

test.run();
