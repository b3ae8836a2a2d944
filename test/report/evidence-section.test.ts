import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { evidenceTable } from '../../scripts/lib/procedure/evidence-table.ts';
import { reportPage } from '../../scripts/lib/report/page.ts';
import type { ReportData } from '../../scripts/lib/report/report-data.ts';
import { assertSays, textOf } from './said.ts';
import { sample } from './sample.ts';
import { crossTests, evidenceOf } from './sample-evidence.ts';

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
  assert.equal(rows.get(''), ['claude', 'gemini', 'gpt']);
  const expected: Record<string, string[]> = {
    'files, lines': ['4, +128 −31', '4, +128 −31', '7, +1204 −56'],
    lint: [
      '✓ pass',
      '✗ passed, tampered: red with the scripts and settings of base',
      '✗ ran out of time, introduced',
    ],
    test: ['✓ pass, 221 ran', '✓ pass, 219 ran, fixed', '✗ fail, 3 of 214 failed, introduced'],
    'all gates': ['✓ green', '✗ not passed', '✗ not passed'],
    'tests of base that fail on it': ['none', 'test: keeps the legacy header', 'none'],
    'made green by scripts or settings': ['none', 'lint', 'none'],
    'deleted tests': ['none', 'test/legacy.test.ts', 'none'],
    'tests more than base': ['7', '5', '-2'],
    'its tests catch': ['gpt', 'none', 'none'],
    'is caught by tests of': ['none', 'none', 'claude'],
    'its tests fail on base': ['yes', 'no', 'yes'],
    'its tests fail on its own code': ['', '', 'yes'],
    'dependencies added': ['none', 'p-retry', 'none'],
    'public names added': ['RetryOptions backoff', 'none', 'none'],
    'public names removed': ['none', 'none', 'HttpError'],
    time: ['3 min 7 s', '1 min 35 s', '45 min'],
    cost: ['$0.84', '', ''],
  };
  for (const [head, cells] of Object.entries(expected)) assert.equal(rows.get(head), cells, head);
  assert.not.ok(rows.has('dependencies removed'));
});

test('where nothing was run and nothing is known, only the size is told', () => {
  const evidence = evidenceTable([evidenceOf('a'), evidenceOf('b')]);
  assert.equal([...rowsOf(sample({ evidence }), 'Evidence').keys()], ['', 'files, lines']);
});

test('not known is not none', () => {
  const known = { catches: ['b'], caught_by: [], proves_something: null, fails_own: false };
  const evidence = evidenceTable([
    evidenceOf('a', { cross_tests: known }),
    evidenceOf('b', { cross_tests: { ...known, catches: [] } }),
    evidenceOf('c'),
  ]);
  const rows = rowsOf(sample({ evidence }), 'Evidence');
  assert.equal(rows.get('its tests catch'), ['b', 'none', '']);
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
  const failed = '2 of 12 failed';
  assert.equal(
    [...rows],
    [
      ['tests of \\ code of', ['base', 'claude', 'gemini', 'gpt']],
      [
        'claude',
        [
          `✓ fails, ${failed}`,
          '✓ passes, 12 ran',
          `! does not fit, ${failed}`,
          `✗ caught, ${failed}`,
        ],
      ],
      ['gemini', ['! passes, 12 ran', '✓ passes, 12 ran', '✓ passes, 12 ran', 'not run']],
      ['gpt', [`✓ does not fit, ${failed}`, 'unknown', '', `✗ fails on its own code, ${failed}`]],
    ],
  );
  assertSays(
    sample(),
    'Caught: they pass on their own code and fail on this',
    'claude gpt ✗ caught 14 client > gives up after the limit client > honours Retry-After',
    "claude gemini ! does not fit SyntaxError: '../src/client.ts' does not provide",
    'gpt gpt ✗ fails on its own code they fail on their own code',
  );
});

test('no tests of their own is no matrix; many failures are cut', () => {
  assertSays(
    sample({ cross_tests: { ...crossTests, matrix: null } }),
    'No model added or changed a test.',
  );
  const failures = { head: [], rows: Array.from({ length: 81 }, () => ['a', 'b', 'caught']) };
  assertSays(
    sample({ cross_tests: { ...crossTests, failures } }),
    'and 21 more in cross-tests.json',
  );
});

test('the wholes in their order, what is added, what is offered, what is asked and how it is answered', () => {
  const data = sample();
  assert.equal(
    [...rowsOf(data, 'Wholes, best first')],
    [
      ['whole of', ['breaks alone', 'repairs']],
      ['claude', ['none', 'test: retries']],
      ['gemini', ['not gated', 'none']],
      ['gpt', ['test: gives up after the limit', 'none']],
    ],
  );
  assertSays(
    data,
    'All of claude : it breaks nothing.',
    'Added to it test/backoff.test.ts : tests of gemini',
    'not taken docs/retry.md (gemini, gpt) and 2 more files, in comparison.md',
    'q3f1a9 Tests of gpt fail on claude. honours Retry-After Answers: gpt = gemini, neither',
    'mm.mjs apply-picks --picks picks.suggested.json --verify --pick q3f1a9=neither',
  );
  const { suggestion } = data;
  assert.ok(suggestion);
  assertSays(sample({ suggestion: { ...suggestion, questions: [] } }), 'No question is open.');
  assertSays(sample({ suggestion: { ...suggestion, spine: null } }), 'Nobody changed anything.');
});

test.run();
