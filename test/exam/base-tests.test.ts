import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { baseTestsFailing, tamperedGates, tellsLess } from '../../scripts/lib/exam/base-tests.ts';

type Gate = Parameters<typeof tellsLess>[0][number];

const named = (passed: string[], failed: string[] = [], complete = true): Gate => ({
  ...{ name: 'test', kind: 'test', status: failed.length > 0 ? 'fail' : 'pass', flaky: false },
  outcomes: { passed, failed, complete },
  tests: { ran: passed.length + failed.length, failed: failed.length },
});
const unnamed = (status: Gate['status'], facts: Partial<Gate> = {}): Gate => ({
  ...{ name: 'test', kind: 'test', status, flaky: false, outcomes: null, tests: null },
  ...facts,
});

const failing: [string, Gate, Gate, Gate | null, string[]][] = [
  ['a test of base that it changed', named(['a']), named([], ['a']), named(['a']), ['test: a']],
  ['one that it took away', named([]), named([], ['a']), named(['a']), ['test: a']],
  ['one that was red and is gone', named([]), named([], ['a']), named([], ['a']), ['test: a']],
  ['one that fails in its own run as well', named([], ['a']), named([], ['a']), named(['a']), []],
  [
    'a new test without what it needs',
    named(['a', 'new']),
    named(['a'], ['new']),
    named(['a']),
    [],
  ],
  [
    'a file that cannot be loaded',
    named(['b']),
    named([], ['a.test.js']),
    named(['a']),
    ['test: a.test.js'],
  ],
  ['all of base passes', named(['rows']), named(['a']), named(['a']), []],
  ['no names', unnamed('pass'), unnamed('fail'), unnamed('pass'), ['test']],
  ['no names, and red anyway', unnamed('fail'), unnamed('fail'), unnamed('pass'), []],
  ['flaky', named(['a']), { ...named([], ['a']), flaky: true }, named(['a']), []],
  ['base not gated', named(['a']), named([], ['b']), null, ['test: b']],
];
for (const [what, own, asBase, base, expected] of failing)
  test(`base's tests that fail: ${what}`, () =>
    assert.equal(baseTestsFailing([own], [asBase], base && [base]), expected));

const tampered: [string, Gate, Gate, boolean, boolean][] = [
  ['a test that no longer runs', named([]), named([], ['a']), false, true],
  ['a script that says nothing', unnamed('pass'), named([], ['a']), true, true],
  ['a test that passes with its own settings', named(['a']), named([], ['a']), false, false],
  [
    'files that cannot be loaded without its settings',
    named(['a']),
    named([], ['a.test.js']),
    false,
    false,
  ],
  [
    'a script that covers what the task added',
    named(['a', 'new']),
    { ...named(['a']), status: 'fail' },
    true,
    false,
  ],
  ['a lint script that finds less', unnamed('pass'), unnamed('fail'), true, true],
  ['settings of a linter', unnamed('pass'), unnamed('fail'), false, false],
  ['it could not start', unnamed('pass'), unnamed('error'), true, false],
  ['red by itself', unnamed('fail'), unnamed('fail'), true, false],
];
for (const [what, own, withSettings, isScript, expected] of tampered)
  test(`tampered: ${what}: ${expected}`, () =>
    assert.equal(
      tamperedGates([own], [withSettings], [named(['a'])], () => isScript),
      expected ? ['test'] : [],
    ));

const less: [string, Gate, Gate, boolean][] = [
  ['a name is gone', named(['b']), named(['a']), true],
  ['more names', named(['a', 'b']), named(['a']), false],
  [
    'fewer ran',
    unnamed('pass', { tests: { ran: 1, failed: 0 } }),
    unnamed('pass', { tests: { ran: 2, failed: 0 } }),
    true,
  ],
  [
    'more ran',
    unnamed('pass', { tests: { ran: 3, failed: 0 } }),
    unnamed('pass', { tests: { ran: 2, failed: 0 } }),
    false,
  ],
  ['nothing is known', unnamed('pass'), unnamed('pass'), true],
  ['it is red by itself', named([], ['a']), named(['a']), false],
  [
    'no gate of tests',
    unnamed('pass', { kind: 'linter' }),
    unnamed('pass', { kind: 'linter' }),
    false,
  ],
];
for (const [what, own, base, expected] of less)
  test(`tells less than base: ${what}`, () => assert.is(tellsLess([own], [base]), expected));

test.run();
