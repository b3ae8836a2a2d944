import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tellingLines } from '../../../scripts/lib/gates/runners/excerpt.ts';

const NODE = `
> project@1.0.0 test
> node --test

✔ handles errors (1.1ms)
✖ sum (1.2ms)
  AssertionError [ERR_ASSERTION]: -1 == 3
      at TestContext.<anonymous> (file:///work/sum.test.mjs:1:120)
      at Test.runInAsyncScope (node:async_hooks:206:9)
    actual: -1,
    expected: 3,
ℹ tests 2
ℹ fail 1
`;

test('the lines of a failure and what follows, not what is green, counted, or of the runner', () => {
  assert.equal(tellingLines(NODE), [
    '✖ sum (1.2ms)',
    '  AssertionError [ERR_ASSERTION]: -1 == 3',
    '      at TestContext.<anonymous> (file:///work/sum.test.mjs:1:120)',
    '    actual: -1,',
    '    expected: 3,',
  ]);
});

test('what speaks of a failure, and what does not', () => {
  const table: [string, boolean][] = [
    ["src/a.ts(3,1): error TS2304: Cannot find name 'x'.", true],
    ['E   assert 1 == 2', true],
    ['--- FAIL: TestSum (0.00s)', true],
    ['not ok 2 - sum', true],
    ["thread 'main' panicked at src/main.rs:2", true],
    ['Traceback (most recent call last):', true],
    ['  3:1  error  Unexpected var  no-var', true],
    ['✔ fails without a name', false],
    ['ok 3 - throws an error', false],
    ['# fail 0', false],
    ['# Subtest: throws an error', false],
    ['0 errors, 2 warnings', false],
    ['npm error code 1', false],
    ['compiling', false],
  ];
  for (const [line, isTelling] of table) {
    const lines = tellingLines(`first\n${line}\n`);
    assert.is(lines[0] === line, isTelling, line);
  }
});

test('what a failed test was told of no errors is part of it', () => {
  const log = 'not ok 1 - a\n  expected no errors, but got one\nok 2 - b\n';
  assert.equal(tellingLines(log), ['not ok 1 - a', '  expected no errors, but got one']);
});

test('green tests between two failures are left out', () => {
  const log = 'not ok 1 - a\nok 2 - b\nnot ok 3 - c\n';
  assert.equal(tellingLines(log), ['not ok 1 - a', 'not ok 3 - c']);
});

test('at most fifteen, the first; without any, the last lines of the log', () => {
  const many = Array.from({ length: 40 }, (_, at) => `error ${at}`);
  assert.equal(tellingLines(many.join('\n')), many.slice(0, 15));
  const quiet = Array.from({ length: 40 }, (_, at) => `line ${at}`);
  assert.equal(tellingLines(`${quiet.join('\n')}\n\n`), quiet.slice(-15));
  assert.equal(tellingLines(''), []);
});

test('colours go, progress lines show their last state, long lines are cut', () => {
  const [line, cut] = tellingLines(`\u001b[31m1%\r99%\rerror\u001b[0m: x\n${'é'.repeat(500)}\n`);
  assert.is(line, 'error: x');
  assert.is(cut, `${'é'.repeat(200)}…`);
});

test.run();
