import { addUnnamed, type Outcome, type Runner, type Test } from './runner.ts';

export const unittest: Runner = {
  name: 'unittest',
  // `Ran 3 tests in 0.001s`, a blank line, `FAILED (failures=1, skipped=1)`.
  summaries: [
    {
      pattern: /^Ran (\d+) tests? in [\d.]+s\n+((?:OK|FAILED|NO TESTS RAN)\b.*)$/gm,
      count: ([, total, outcome = '']) => {
        const word = (name: string) =>
          Number(new RegExp(`[(,] ?${name}=(\\d+)`).exec(outcome)?.[1] ?? 0);
        const ran = Number(total) - word('skipped');
        const failed = word('failures') + word('errors') + word('unexpected successes');
        // A test with subtests is one that ran, and fails as often as its subtests do.
        return {
          ran: Math.max(ran, Math.min(failed, 1)),
          failed: Math.min(failed, Math.max(ran, 1)),
        };
      },
    },
  ],
  names: readUnittest,
};

/** A module that could not be imported is told as a test of its own. */
function unloaded(name: string) {
  return name.startsWith('unittest.loader._FailedTest.') ? { isUnloaded: true as const } : {};
}

const WORDS: Record<string, Outcome> = {
  ok: 'passed',
  'expected failure': 'passed',
  FAIL: 'failed',
  ERROR: 'failed',
  'unexpected success': 'failed',
};

/** The tests that unittest names by their dotted names: with -v all of them, else those that failed. */
function readUnittest(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^Ran \d+ tests? in /.test(line))) return [];
  const listed: Test[] = [];
  const failed: Test[] = [];
  let name: string | null = null;
  for (const line of lines) {
    const explained = /^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (.+)$/.exec(line)?.[1];
    const title = explained === undefined ? null : dottedName(explained);
    if (title !== null) failed.push({ name: title, outcome: 'failed', ...unloaded(title) });
    // With a doc comment, the outcome stands on the comment's line, below the name.
    const end = line.lastIndexOf(' ... ');
    const own = dottedName(end === -1 ? line : line.slice(0, end));
    const outcome = end === -1 ? undefined : outcomeOf(line.slice(end + ' ... '.length));
    name = own ?? (end === -1 ? null : name);
    if (name !== null && outcome !== undefined) listed.push({ name, outcome });
  }
  return withAgain(listed.length === 0 ? failed : addUnnamed(listed, failed));
}

/** Each subtest that failed has a line of its own. */
function withAgain(tests: readonly Test[]): Test[] {
  const known = new Set<string>();
  return tests.map((test) => {
    const isAgain = known.has(test.name);
    known.add(test.name);
    return isAgain ? { ...test, isAgain } : test;
  });
}

function outcomeOf(text: string): Outcome | undefined {
  return text.startsWith('skipped ') ? 'skipped' : WORDS[text.trimEnd()];
}

/** `test_a (module.Class.test_a)`, before Python 3.11 `test_a (module.Class)`; a subtest is its test. */
function dottedName(text: string): string | null {
  const [, test = '', place = ''] = /^ *([\w.]+) \(([\w.]+)\)(?: .*)?$/.exec(text) ?? [];
  if (test === '') return null;
  return place.endsWith(`.${test}`) ? place : `${place}.${test}`;
}
