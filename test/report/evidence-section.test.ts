import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CrossCell } from '../../scripts/lib/gates/cross-tests.ts';
import { reportPage } from '../../scripts/lib/report/page.ts';
import type { ReportData } from '../../scripts/lib/report/report-data.ts';
import { assertSays, textOf } from './said.ts';
import { sample } from './sample.ts';
import { cell, crossTests, evidenceOf } from './sample-evidence.ts';

/** The rows of a table of the page, by their heads, each cell as it is read. */
function rowsOf(data: ReportData, table: string): Map<string, string[]> {
  const [, found] =
    new RegExp(`aria-label="${table}"[^>]*><table[^>]*>(.*?)</table>`, 's').exec(
      reportPage(data),
    ) ?? [];
  assert.ok(found, table);
  return new Map(
    [...found.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) => {
      const cells = [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)];
      const [head = '', ...rest] = cells.map(([, text = '']) => textOf(text).trim());
      return [head, rest];
    }),
  );
}

test('a column for each model, and a row for each fact that somebody has', () => {
  const rows = rowsOf(sample(), 'Evidence');
  assert.equal(rows.get('Fact'), ['claude', 'gemini', 'gpt']);
  const expected: Record<string, string[]> = {
    size: ['4 files +128 −31', '4 files +128 −31', '7 files +1204 −56'],
    'linter lint': [
      '✓ passed as on base',
      '✗ passed by tampering tampered: red with the gate files of base',
      '✗ ran out of time introduced here',
    ],
    test: [
      '✓ passed as on base 221 tests',
      '✓ passed fixed here 219 tests',
      '✗ failed introduced here 3 of 214 tests failed',
    ],
    'all gates': ['✓ passed', '✗ not passed', '✗ not passed'],
    'gates tampered with': ['none', '✗ weaker biome.json : a check was made less strict', 'none'],
    'deleted tests': ['none', '! deleted test/legacy.test.ts', 'none'],
    'tests run, against base': ['7 more', '5 more', '! 2 fewer'],
    'its tests catch': ['gpt', 'none', 'none'],
    'is caught by tests of': ['none', 'none', '✗ caught claude'],
    'its tests fail on base': ['✓ yes', '! no they pass without its change', '✓ yes'],
    'its tests fail on its own code': ['no', 'no', '✗ yes'],
    'dependencies added': ['none', 'p-retry', 'none'],
    'public names added': ['RetryOptions backoff', 'none', 'none'],
    'public names removed': ['none', 'none', '! removed HttpError'],
    time: ['3 min 7 s', '1 min 35 s', '45 min'],
    attempts: ['1', '1', '2'],
    cost: ['$0.84', '–', '–'],
  };
  for (const [head, cells] of Object.entries(expected)) assert.equal(rows.get(head), cells, head);
  for (const absent of ['dependencies removed', 'dependencies changed'])
    assert.not.ok(rows.has(absent), absent);
});

test('where nothing was run and nothing is known, only the size is told', () => {
  const rows = rowsOf(sample({ evidence: [evidenceOf('a'), evidenceOf('b')] }), 'Evidence');
  assert.equal([...rows.keys()], ['Fact', 'size']);
});

test('not known is not none', () => {
  const known = { catches: ['b'], caught_by: [], proves_something: null, fails_own: false };
  const rows = rowsOf(
    sample({
      evidence: [
        evidenceOf('a', { cross_tests: known }),
        evidenceOf('b', { cross_tests: { ...known, catches: [] } }),
        evidenceOf('c'),
      ],
    }),
    'Evidence',
  );
  assert.equal(rows.get('its tests catch'), ['b', 'none', '–']);
  for (const absent of ['is caught by tests of', 'its tests fail on base', 'all gates'])
    assert.not.ok(rows.has(absent), absent);
});

test('long lists are cut, and say so', () => {
  const rows = rowsOf(sample(), 'Evidence');
  const paths = [1, 2, 3, 4, 5, 6].map((number) => `test/retry/case-${number}.test.ts`);
  assert.is(rows.get('new tests')?.[0], [...paths, 'and 3 more'].join(' '));
});

test('the matrix: whose tests in the rows, whose code in the columns', () => {
  const rows = rowsOf(sample(), 'Whose tests catch whose code');
  assert.equal(
    [...rows],
    [
      ['', ['on base', 'on claude', 'on gemini', 'on gpt']],
      [
        'tests of claude',
        [
          '✓ fails as new tests should 2 of 12 failed',
          '✓ passes 12 ran its own code',
          '! does not fit 2 of 12 failed',
          '✗ caught 2 of 12 failed',
        ],
      ],
      [
        'tests of gemini',
        [
          '! passes proves nothing new 12 ran',
          '✓ passes 12 ran',
          '✓ passes 12 ran its own code',
          'not run',
        ],
      ],
      [
        'tests of gpt',
        [
          '✓ does not fit as new tests may 2 of 12 failed',
          'unknown',
          'not run',
          '✗ fails on its own code 2 of 12 failed its own code',
        ],
      ],
    ],
  );
  assertSays(
    sample(),
    'Caught: they pass on their own code and fail on this',
    'tests of claude on gpt : ✗ caught ; client > gives up after the limit , client > honours Retry-After and 12 more',
    "tests of claude on gemini : ! does not fit ; SyntaxError: '../src/client.ts' does not provide",
    'tests of gpt on gpt : ✗ fails on its own code ; they fail on their own code',
  );
});

test('no tests of their own is no matrix; many failures are cut', () => {
  assertSays(
    sample({ cross_tests: { ...crossTests, cells: [] } }),
    'No model added or changed a test.',
  );
  const models = Array.from({ length: 9 }, (_, index) => `m${index}`);
  const cells = models.flatMap((tests) =>
    models.map((code): CrossCell => cell(tests, code, 'caught', { detail: 'so it is' })),
  );
  assertSays(
    sample({ cross_tests: { ...crossTests, models, cells } }),
    'and 21 more in cross-tests.json',
  );
});

test.run();
