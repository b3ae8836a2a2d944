import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GateResult, GateStatus } from '../../scripts/lib/gates/run.ts';
import type { TestOutcomes } from '../../scripts/lib/gates/runners/outcomes.ts';
import { judge, judgeBase, type Verdict, verdictOf } from '../../scripts/lib/gates/verdict.ts';

function result(
  status: GateStatus,
  {
    name = 'test',
    failed = null as number | null,
    flaky = false,
    outcomes = null as TestOutcomes | null,
  } = {},
): GateResult {
  return {
    name,
    kind: 'test',
    command: 'npm test',
    status,
    exit_code: 0,
    duration_ms: 1,
    log: '/log',
    tail: '',
    cached: false,
    flaky,
    tests: failed === null ? null : { ran: 10, failed },
    outcomes,
    cannot_load: false,
    changed_files: [],
    verdict: null,
    interference: false,
    missing_dependencies: [],
    broken_tests: [],
    repaired_tests: [],
    missing_tests: [],
  };
}

const statuses: GateStatus[] = ['pass', 'fail', 'timeout', 'not-run', 'error'];
const table: Record<GateStatus, Verdict[]> = {
  pass: ['ok', 'introduced', 'introduced', 'introduced', 'introduced'],
  fail: ['fixed', 'pre-existing', 'introduced', 'introduced', 'introduced'],
  timeout: ['fixed', 'pre-existing', 'pre-existing', 'introduced', 'introduced'],
  'not-run': ['ok', 'introduced', 'introduced', 'broken', 'introduced'],
  error: ['fixed', 'broken', 'broken', 'broken', 'broken'],
};
for (const [base, verdicts] of Object.entries(table) as [GateStatus, Verdict[]][]) {
  for (const [index, status] of statuses.entries()) {
    test(`${status} where base is ${base}: ${verdicts[index]}`, () => {
      assert.is(verdictOf(result(status), result(base)), verdicts[index]);
    });
  }
}

test('without base there is no verdict', () => {
  assert.is(verdictOf(result('fail'), undefined), null);
});

test('more red tests than on base are introduced, fewer are pre-existing', () => {
  const base = result('fail', { failed: 1 });
  assert.is(verdictOf(result('fail', { failed: 2 }), base), 'introduced');
  assert.is(verdictOf(result('fail', { failed: 1 }), base), 'pre-existing');
  assert.is(verdictOf(result('fail'), base), 'pre-existing');
});

test('what changes its mind is flaky, and no reason to refuse', () => {
  const flaky = result('fail', { flaky: true });
  assert.is(verdictOf(flaky, result('pass')), 'flaky');
  assert.is(verdictOf(flaky, undefined), 'flaky');
  assert.is(verdictOf(result('fail'), flaky), 'flaky');
  assert.is(verdictOf(result('pass'), flaky), 'ok');
  assert.is(verdictOf(result('timeout'), flaky), 'introduced');
  assert.is(judge([flaky], { base: [result('pass')] }).passed, true);
  assert.is(judge([flaky], { base: null }).passed, true);
});

test('no gate at all does not pass', () => {
  assert.is(judge([], { base: null }).passed, false);
  assert.is(judge([], { base: [] }).passed, false);
});

test('without base every gate must pass', () => {
  assert.is(judge([result('pass')], { base: null }).passed, true);
  for (const status of statuses.slice(1)) {
    assert.is(
      judge([result('pass', { name: 'lint' }), result(status)], { base: null }).passed,
      false,
    );
  }
});

test('with base what was red before does not count, what is new does', () => {
  const base = [result('fail'), result('pass', { name: 'lint' })];
  const same = judge([result('fail'), result('pass', { name: 'lint' })], { base });
  assert.is(same.passed, true);
  assert.equal(
    same.results.map(({ verdict }) => verdict),
    ['pre-existing', 'ok'],
  );
  assert.is(judge([result('pass'), result('not-run', { name: 'lint' })], { base }).passed, false);
});

test('a gate that base does not have must pass', () => {
  const base = [result('pass')];
  assert.is(judge([result('pass'), result('fail', { name: 'new' })], { base }).passed, false);
  assert.is(judge([result('pass'), result('pass', { name: 'new' })], { base }).passed, true);
});

test('gates that run nowhere prove nothing', () => {
  assert.is(judge([result('error')], { base: [result('error')] }).passed, false);
  assert.is(judge([result('not-run')], { base: [result('not-run')] }).passed, false);
});

const named = (failed: string[], passed: string[] = []) => ({
  outcomes: { failed, passed, complete: true },
});

test('both red: judged by which tests fail, where they are named', () => {
  const base = result('fail', named(['a', 'b'], ['c']));
  const other = judge([result('fail', named(['c'], ['a', 'b']))], { base: [base] });
  assert.equal(other.results[0]?.verdict, 'introduced');
  assert.equal(other.results[0]?.broken_tests, ['c']);
  assert.equal(other.results[0]?.repaired_tests, ['a', 'b']);
  const fewer = judge([result('fail', named(['b'], ['a']))], { base: [base] });
  assert.equal(fewer.results[0]?.verdict, 'pre-existing');
  assert.equal(fewer.results[0]?.repaired_tests, ['a']);
  assert.equal(fewer.results[0]?.missing_tests, ['c']);
});

test('green only because its scripts or settings were changed: tampered, and not passed', () => {
  for (const base of [null, [result('fail')], [result('pass')]]) {
    const { results, passed } = judge([result('pass')], { base, tampered: ['test'] });
    assert.is(results[0]?.verdict, 'tampered');
    assert.is(passed, false);
  }
});

test('green is more than passed: what was red before and is red still, or never ran, is not green', () => {
  const of = (one: GateResult, base: GateResult[] | null = [result('pass')]) => {
    const { passed, green } = judge([one], { base });
    return [passed, green];
  };
  assert.equal(of(result('pass')), [true, true]);
  assert.equal(of(result('pass'), null), [true, true]);
  assert.equal(of(result('fail', { flaky: true })), [true, true]);
  assert.equal(of(result('fail'), [result('fail')]), [true, false]);
  assert.equal(of(result('not-run')), [false, false]);
  assert.equal(judgeBase([result('fail')], null).green, false);
});

test('what could not start on base judges nobody: broken, and not pre-existing', () => {
  for (const facts of [{ exit_code: 126 }, { exit_code: 127 }]) {
    const broken = { ...result('fail'), ...facts };
    const base = judgeBase([broken], [broken]).results;
    assert.is(base[0]?.verdict, 'broken');
    assert.is(judge([broken], { base }).results[0]?.verdict, 'broken');
    assert.is(judge([result('pass')], { base }).results[0]?.verdict, 'fixed');
  }
  for (const status of ['error', 'not-run'] as const) {
    const base = judgeBase([result(status)], null).results;
    assert.is(base[0]?.verdict, 'broken');
    assert.is(judge([result(status)], { base }).results[0]?.verdict, 'broken');
  }
  // What only the main tree has is missing, and the gate is not broken.
  assert.is(judgeBase([result('error')], [result('pass')]).results[0]?.verdict, 'environment');
});

test('base: red in a worktree and green in the main tree is the environment, for the models too', () => {
  const base = judgeBase(
    [result('fail'), result('pass', { name: 'lint' })],
    [result('pass'), result('pass', { name: 'lint' })],
  );
  assert.equal(
    base.results.map(({ verdict }) => verdict),
    ['environment', null],
  );
  assert.is(base.passed, false);
  const model = judge([result('fail'), result('fail', { name: 'lint' })], { base: base.results });
  assert.equal(
    model.results.map(({ verdict }) => verdict),
    ['environment', 'introduced'],
  );
});

test('base: red in both is pre-existing; without the main tree nothing is said', () => {
  assert.is(judgeBase([result('fail')], [result('error')]).results[0]?.verdict, 'pre-existing');
  assert.is(judgeBase([result('fail')], null).results[0]?.verdict, null);
  assert.is(judgeBase([result('pass')], null).passed, true);
  assert.is(judgeBase([], null).passed, false);
});

test.run();
