import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tailOf } from '../../scripts/lib/gates/log.ts';
import {
  describeRed,
  type GatedPass,
  type Red,
  redGates,
  withoutPlaces,
} from '../../scripts/lib/procedure/red-gates.ts';
import type { SessionData } from '../../scripts/lib/session/session.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Target = GatedPass['results'][number];
type Gate = Target['gates'][number];

function gate(facts: Partial<Gate> = {}): Gate {
  return {
    ...{ name: 'test', kind: 'test', command: 'npm test', status: 'fail', exit_code: 1 },
    ...{ duration_ms: 1, log: '/nowhere.log', tail: 'error', cached: false, flaky: false },
    ...{ tests: null, changed_files: [], verdict: 'introduced' },
    ...{
      interference: false,
      cannot_load: false,
      missing_dependencies: [],
      broken_tests: [],
      repaired_tests: [],
      missing_tests: [],
    },
    ...facts,
  };
}

function target(name: string, gates: Gate[], facts: Partial<Target> = {}): Target {
  return {
    ...{ target: name, tree: `tree-${name}`, gates, passed: false, green: false },
    ...{
      tampered: [],
      gate_files: [],
      base_tests_failing: [],
      left_red: [],
      as_base: null,
      in_main: null,
    },
    ...facts,
  };
}

const inShort = (red: Red[]) => red.map(({ of, target, result }) => [of, target, result.name]);

const MODELS = ['claude', 'gpt'];

test('without a proof: what the models broke, and nothing that is not theirs', () => {
  const verdicts: [Partial<Gate>, boolean][] = [
    [{ verdict: 'introduced' }, true],
    [{ verdict: 'introduced', status: 'timeout' }, true],
    [{ verdict: 'introduced', status: 'not-run' }, true],
    [{ verdict: 'tampered', status: 'pass' }, true],
    // Base was not run: nobody knows whose it is.
    [{ verdict: null }, true],
    [{ verdict: null, status: 'pass' }, false],
    [{ verdict: 'ok', status: 'pass' }, false],
    [{ verdict: 'fixed', status: 'pass' }, false],
    [{ verdict: 'pre-existing' }, false],
    [{ verdict: 'pre-existing', status: 'timeout' }, false],
    [{ verdict: 'environment' }, false],
    [{ verdict: 'flaky', flaky: true }, false],
    [{ verdict: null, flaky: true }, false],
  ];
  for (const [facts, isRed] of verdicts) {
    const results = [target('gpt', [gate(facts)])];
    const red = redGates({ proof: null, mix: null, results, models: MODELS });
    assert.equal(inShort(red), isRed ? [['model', 'gpt', 'test']] : [], JSON.stringify(facts));
  }
  const others = ['base', 'main', 'f'.repeat(40), 'no-model'].map((it) => target(it, [gate()]));
  assert.equal(redGates({ proof: null, mix: null, results: others, models: MODELS }), []);
});

test('a tampered gate shows what failed with base’s own tests and settings', () => {
  const examined = gate({ tail: 'error: with the files of base', broken_tests: ['sum'] });
  const result = target('gpt', [gate({ verdict: 'tampered', status: 'pass', tail: '' })], {
    as_base: { tree: 't', gates: [examined] },
  });
  const [red] = redGates({ proof: null, mix: null, results: [result], models: MODELS });
  assert.equal(
    [red?.result.status, red?.result.verdict, red?.result.broken_tests],
    ['fail', 'tampered', ['sum']],
  );
});

test('the proof of the mix counts alone; that of another mix beside the models', () => {
  const results = [target('claude', [gate({ name: 'lint' })])];
  const red = target('synthesis', [gate()]);
  const green = target('synthesis', [gate({ status: 'pass', verdict: 'ok' })]);
  const of = (proof: Target | null, mix: string | null) =>
    inShort(redGates({ proof, mix, results, models: MODELS }));
  const ofModels = [['model', 'claude', 'lint']];
  assert.equal(of(red, 'tree-synthesis'), [['mix', 'synthesis', 'test']]);
  assert.equal(of(red, null), [['mix', 'synthesis', 'test']]);
  assert.equal(of(green, 'tree-synthesis'), []);
  assert.equal(of(red, 'another tree'), [['tried-mix', 'synthesis', 'test'], ...ofModels]);
  assert.equal(of(green, 'another tree'), ofModels);
  assert.equal(of(null, 'tree-synthesis'), ofModels);
});

test('evidence comes from the log, or from the tail once the log is of another run, or gone', async () => {
  await using folder = await temporaryFolder();
  const log = join(folder.path, 'gate-test.log');
  const text = `starting\nerror: first\n${'quiet\n'.repeat(60)}error: last\n`;
  const data = { main_tree: '/home/me/project', slug: 'project' } as SessionData;
  const evidence = async (facts: Partial<Gate>) =>
    (await describeRed({ of: 'model', target: 'gpt', result: gate({ log, ...facts }) }, data))
      .evidence[0];
  await writeFile(log, text);
  assert.is(await evidence({ tail: tailOf(text) }), 'error: first');
  assert.is(await evidence({ tail: 'error: of an earlier run' }), 'error: of an earlier run');
  assert.is(await evidence({ log: join(folder.path, 'gone.log'), tail: 'error: it' }), 'error: it');
  assert.is(await evidence({ log: folder.path, tail: 'error: a folder' }), 'error: a folder');
});

test('the places of worktrees do not show', () => {
  const lines = [
    'at file:///home/me (x)/project-mm-gpt-2/src/a.ts:1',
    'at /home/me (x)/project-mm-scratch-12ab34cd/b.ts, /home/me (x)/project/c.ts',
  ];
  const data = { main_tree: '/home/me (x)/project', slug: 'project' };
  assert.equal(withoutPlaces(lines, data), [
    'at file://./src/a.ts:1',
    'at ./b.ts, /home/me (x)/project/c.ts',
  ]);
});

test.run();
