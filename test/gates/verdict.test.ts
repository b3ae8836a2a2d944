import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GateResult, GateStatus } from '../../scripts/lib/gates/run.ts';
import { judge, type Verdict, verdictOf } from '../../scripts/lib/gates/verdict.ts';

function result(
  status: GateStatus,
  { name = 'test', failed = null as number | null, flaky = false } = {},
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
    verdict: null,
  };
}

const statuses: GateStatus[] = ['pass', 'fail', 'timeout', 'not-run', 'error'];
const table: Record<GateStatus, Verdict[]> = {
  pass: ['ok', 'introduced', 'introduced', 'introduced', 'introduced'],
  fail: ['fixed', 'pre-existing', 'introduced', 'introduced', 'introduced'],
  timeout: ['fixed', 'pre-existing', 'pre-existing', 'introduced', 'introduced'],
  'not-run': ['ok', 'introduced', 'introduced', 'pre-existing', 'introduced'],
  error: ['fixed', 'pre-existing', 'pre-existing', 'pre-existing', 'pre-existing'],
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
  assert.is(judge([flaky], [result('pass')]).passed, true);
  assert.is(judge([flaky], null).passed, true);
});

test('no gate at all does not pass', () => {
  assert.is(judge([], null).passed, false);
  assert.is(judge([], []).passed, false);
});

test('without base every gate must pass', () => {
  assert.is(judge([result('pass')], null).passed, true);
  for (const status of statuses.slice(1)) {
    assert.is(judge([result('pass', { name: 'lint' }), result(status)], null).passed, false);
  }
});

test('with base what was red before does not count, what is new does', () => {
  const base = [result('fail'), result('pass', { name: 'lint' })];
  const same = judge([result('fail'), result('pass', { name: 'lint' })], base);
  assert.is(same.passed, true);
  assert.equal(
    same.results.map(({ verdict }) => verdict),
    ['pre-existing', 'ok'],
  );
  assert.is(judge([result('pass'), result('not-run', { name: 'lint' })], base).passed, false);
});

test('a gate that base does not have must pass', () => {
  const base = [result('pass')];
  assert.is(judge([result('pass'), result('fail', { name: 'new' })], base).passed, false);
  assert.is(judge([result('pass'), result('pass', { name: 'new' })], base).passed, true);
});

test('gates that run nowhere prove nothing', () => {
  assert.is(judge([result('error')], [result('error')]).passed, false);
  assert.is(judge([result('not-run')], [result('not-run')]).passed, false);
});

test.run();
