import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TargetResult } from '../../scripts/lib/procedure/gate-record.ts';
import {
  greenWith,
  hopelessItems,
  isGreen,
  redItems,
} from '../../scripts/lib/procedure/red-items.ts';

type Gate = TargetResult['gates'][number];

function gate(name: string, facts: Partial<Gate> = {}): Gate {
  return {
    ...{ name, kind: 'test', command: name, status: 'pass', exit_code: 0, duration_ms: 1 },
    ...{ log: '', tail: '', cached: false, flaky: false, tests: null, changed_files: [] },
    ...{
      verdict: null,
      interference: false,
      cannot_load: false,
      missing_dependencies: [],
      broken_tests: [],
      repaired_tests: [],
      missing_tests: [],
      outcomes: null,
    },
    ...facts,
  };
}

const named = (failed: string[], passed: string[], complete = true): Partial<Gate> => ({
  status: failed.length > 0 ? 'fail' : 'pass',
  outcomes: { failed, passed, complete },
  tests: { ran: failed.length + passed.length, failed: failed.length },
});

function result(target: string, gates: Gate[], passed = false): TargetResult {
  return {
    ...{ target, tree: 'x', gates, passed, green: passed, tampered: [], as_base: null },
    ...{ gate_files: [], base_tests_failing: [], left_red: [], in_main: null },
  };
}

const items: [string, Gate, string[]][] = [
  ['green', gate('test'), []],
  ['red without names', gate('lint', { status: 'fail' }), ['lint']],
  ['red tests by name', gate('test', named(['a', 'b'], ['c'])), ['test: a', 'test: b']],
  ['a limit', gate('test', { status: 'timeout' }), ['test (timeout)']],
  ['no test ran', gate('test', { status: 'not-run' }), ['test (not-run)']],
  ['it changes its mind', gate('test', { status: 'fail', flaky: true }), []],
  ['red in worktrees only', gate('test', { status: 'fail', verdict: 'environment' }), []],
];
for (const [what, one, expected] of items)
  test(`red items: ${what}`, () => assert.equal([...redItems({ gates: [one] })], expected));

const greens: [string, string, Gate, boolean][] = [
  ['the gate passed', 'lint', gate('lint'), true],
  ['the gate failed', 'lint', gate('lint', { status: 'fail' }), false],
  ['it had a limit, and passes', 'test (timeout)', gate('test'), true],
  ['the test passed among red ones', 'test: a', gate('test', named(['b'], ['a'])), true],
  ['the test failed', 'test: a', gate('test', named(['a'], ['b'])), false],
  ['the test did not run in a green gate', 'test: a', gate('test', named([], ['b'])), false],
  ['the test did not run in a red gate', 'test: a', gate('test', named(['b'], [])), false],
  ['the gate passed and names nobody', 'test: a', gate('test'), true],
  ['the file did not load', 'test: a', gate('test', { status: 'fail' }), false],
  ['another gate of a longer name', 'test', gate('test:unit'), false],
];
for (const [what, item, one, expected] of greens)
  test(`green: ${what}`, () => assert.is(isGreen(item, { gates: [one] }), expected));

test('where failures alone are named, a test is green only if no fewer ran', () => {
  const from = {
    gates: [gate('test', { ...named(['a'], [], false), tests: { ran: 5, failed: 1 } })],
  };
  const other = (ran: number) => ({
    gates: [gate('test', { ...named(['b'], [], false), tests: { ran, failed: 1 } })],
  });
  assert.is(isGreen('test: a', other(5), from), true);
  assert.is(isGreen('test: a', other(2), from), false);
  assert.is(isGreen('test: a', other(5)), false);
});

test('what is red on base and with everybody is hopeless', () => {
  const base = result('base', [gate('test', named(['old', 'new'], []))]);
  const claude = result('claude', [gate('test', named(['old'], ['new']))], true);
  const gpt = result('gpt', [gate('test', named(['old', 'new'], []))], true);
  const known = new Map([base, claude, gpt].map((it) => [it.target, it]));
  assert.equal(greenWith('test: new', known), ['claude']);
  assert.equal([...hopelessItems(redItems(gpt), base, known)], ['test: old']);
  assert.equal([...hopelessItems(redItems(gpt), null, known)], []);
});

test.run();
