import { headingPath } from './heading-path.ts';
import { nameOf, type TestLine } from './test-line.ts';

/** Of each group, in spaces. */
const INDENTATION = 2;

/** The tests that node:test's spec reporter lists. */
export function readNodeSpec(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^ℹ tests \d+$/.test(line))) return [];
  const tests: TestLine[] = [];
  const path = headingPath();
  let failures = 0;
  let groups = 0;
  /** Indentation of the last line whose groups have no line in the log, since it has lost its start. */
  let lost = 0;
  let isRepeated = false;
  for (const line of lines) {
    // Below the summary the tests that failed are shown once more, each under its place.
    const wasRepeated = isRepeated;
    isRepeated = /^ *test at /.test(line);
    const suites = /^ℹ suites (\d+)$/.exec(line)?.[1];
    if (suites !== undefined) {
      // A test with subtests is a test, a suite is none.
      for (let count = Number(suites); count < groups; count++) tests.push(UNNAMED);
      groups = 0;
    }
    const [, space = '', sign, text = ''] = /^( *)([▶✔✖﹣]) (.+)$/.exec(line) ?? [];
    if (sign === undefined || wasRepeated) continue;
    const indent = space.length;
    const [, name = '', note = ''] = /^(.+) \([\d.]+ms\)(?: # ?(.*))?$/.exec(text) ?? [];
    const before = name === '' ? null : path.close(indent, name);
    const above = path.above(indent);
    const isEndOfLost = name !== '' && before === null && indent < lost;
    const isHalf = above.length * INDENTATION < indent;
    lost = isHalf || isEndOfLost ? indent : lost;
    if (before !== null || isEndOfLost) groups++;
    if (name === '' && sign === '▶') path.open(indent, text, failures);
    // A group fails by itself when a hook of it does.
    const isOwn = before === null || (sign === '✖' && before === failures);
    // Half a name would be taken for that of another test.
    if (name === '' || !isOwn || isHalf || isEndOfLost) continue;
    const outcome = outcomeOf(sign, note);
    if (outcome === 'failed') failures++;
    tests.push({ name: nameOf([...above, name]), outcome });
  }
  return tests;
}

const UNNAMED: TestLine = { name: '', outcome: 'undecided' };

function outcomeOf(sign: string, note: string): TestLine['outcome'] {
  if (sign === '﹣') return 'skipped';
  if (note.startsWith('TODO')) return 'undecided';
  return sign === '✔' ? 'passed' : 'failed';
}
