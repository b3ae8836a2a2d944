import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TellingTest } from '../../scripts/lib/gates/cross-tests.ts';
import { matrixScores } from '../../scripts/lib/gates/matrix-score.ts';

/** `a: +a +b -c`: a test of a that passes on a and b and fails on c. */
function tellingTest(line: string, at: number): TellingTest {
  const [author = '', outcomes = ''] = line.split(': ');
  const on = (sign: string) =>
    outcomes
      .split(' ')
      .filter((it) => it.startsWith(sign))
      .map((it) => it.slice(1));
  return { tests_of: author, name: `test ${at}`, passes_on: on('+'), fails_on: on('-') };
}

function scores(models: string, lines: readonly string[]): Record<string, number | null> {
  const found = matrixScores({ models: models.split(''), telling_tests: lines.map(tellingTest) });
  return Object.fromEntries(
    [...found].map(([model, score]) => [model, score && Number(score.toFixed(2))]),
  );
}

const cases: [
  name: string,
  models: string,
  tests: string[],
  expected: Record<string, number | null>,
][] = [
  [
    'one wrong test that nobody else passes, against two right ones',
    'abc',
    ['a: +a -b -c', 'b: -a +b +c', 'c: -a +b +c'],
    { a: 0, b: 1, c: 1 },
  ],
  [
    'one wrong test that another wrong one passes, against two right ones',
    'abcd',
    ['a: +a -b -c +d', 'b: -a +b +c -d', 'c: -a +b +c -d'],
    { a: 0, b: 1, c: 1, d: 0 },
  ],
  [
    'a popular wrong code: two of three others fail a right test, and that of another author agrees',
    'abcd',
    ['a: +a +b -c -d', 'b: +a +b -c -d', 'c: -a -b +c +d'],
    { a: 1, b: 1, c: 0, d: 0 },
  ],
  [
    'a popular wrong code of two in three: the right test of one of them agrees',
    'abc',
    ['a: +a -b -c', 'b: +a +b -c'],
    { a: 1, b: null, c: 0 },
  ],
  [
    'many tests of one wrong author are one voice, and contradicted',
    'abcd',
    [...Array.from({ length: 10 }, () => 'a: +a -b -c +d'), 'b: -a +b +c -d'],
    { a: 0, b: 0, c: 0.5, d: 0.5 },
  ],
  [
    'many tests of one wrong author against one of each of two others',
    'abcd',
    [...Array.from({ length: 10 }, () => 'a: +a -b -c +d'), 'b: -a +b +c -d', 'd: -a +b +c +d'],
    { a: 0, b: 0.84, c: 0.9, d: 0.2 },
  ],
  [
    'a test that fails on the code of its author',
    'abc',
    ['a: -a +b -c'],
    { a: null, b: null, c: null },
  ],
  [
    'everyone passes, or everyone fails',
    'abc',
    ['a: +a +b +c', 'b: -a -b -c'],
    { a: null, b: null, c: null },
  ],
  ['two models: each fails the other’s test', 'ab', ['a: +a -b', 'b: -a +b'], { a: null, b: null }],
  ['one author alone orders the others', 'abc', ['a: +a +b -c'], { a: null, b: 1, c: 0 }],
  [
    'only of one model is something known',
    'abc',
    ['a: +a +b', 'b: +b +a -c'],
    { a: 1, b: null, c: 0 },
  ],
  [
    'a test that did not run there says nothing of it',
    'abcd',
    ['a: +a +b -c'],
    { a: null, b: 1, c: 0, d: null },
  ],
  ['no test at all', 'ab', [], { a: null, b: null }],
];
for (const [name, models, tests, expected] of cases) {
  test(name, () => assert.equal(scores(models, tests), expected));
}

test('names unknown: all tests of an author are one', () => {
  const found = matrixScores({
    models: ['a', 'b', 'c'],
    telling_tests: [{ tests_of: 'a', name: null, passes_on: ['a', 'b'], fails_on: ['c'] }],
  });
  assert.equal([...found.values()], [null, 1, 0]);
});

test('a result of before, without tests', () => {
  assert.equal([...matrixScores({ models: ['a'] })], [['a', null]]);
});

test.run();
