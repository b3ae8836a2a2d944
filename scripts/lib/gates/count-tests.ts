import { stripVTControlCharacters } from 'node:util';

export interface TestCount {
  /** Skipped tests did not run. */
  ran: number;
  failed: number;
}

/** One kind of summary: what it looks like, and what one of them says. Null: tests ran, nobody knows how many. */
interface Summary {
  pattern: RegExp;
  count: (match: RegExpMatchArray) => TestCount | null;
}

const PYTEST =
  '\\d+ (?:subtests )?(?:passed|failed|skipped|deselected|errors?|warnings?|xfailed|xpassed|rerun)';

/** A runner of a new kind is a new entry. A pattern starts at a line's start, and never crosses blank lines freely. */
const SUMMARIES: readonly Summary[] = [
  // node:test, spec and TAP; also mocha's, ava's and tape's TAP, which leave out most of the lines.
  {
    pattern: /^[#ℹ] tests[ \t]+(\d+)$(?:\n[#ℹ] (?!tests)[a-z_]+[ \t]+[\d.]+$)*/gm,
    count: ([all = '', total]) => {
      const line = (name: string) =>
        Number(new RegExp(`^\\S ${name}\\s+(\\d+)`, 'm').exec(all)?.[1] ?? 0);
      return { ran: Number(total) - line('skipped'), failed: line('fail') + line('cancelled') };
    },
  },
  // uvu; its total leaves out what was skipped.
  {
    pattern: /^[ \t]*Total:[ \t]+(\d+)\n[ \t]*Passed:[ \t]+(\d+)\n[ \t]*Skipped:[ \t]+\d+$/gm,
    count: ([, total, passed]) => ({ ran: Number(total), failed: Number(total) - Number(passed) }),
  },
  // vitest: `      Tests  1 failed | 2 passed | 1 skipped (4)`.
  { pattern: /^[ \t]*Tests[ \t]{2,}(?:no tests|\d.*)$/gm, count: ([line]) => countWords(line) },
  // jest: `Tests:       1 failed, 2 passed, 3 total`.
  { pattern: /^Tests:[ \t]+\d+ .*\btotal$/gm, count: ([line]) => countWords(line) },
  { pattern: /^No test(?: file)?s found, exiting with code \d+/gm, count: none },
  // pytest: `===== 1 failed, 3 passed in 0.12s =====`, without the rules with -q.
  {
    pattern: new RegExp(
      `^=*[ \\t]*(?:no tests ran|${PYTEST}(?:, ${PYTEST})*) in \\d[\\d.]*s\\b.*$`,
      'gm',
    ),
    count: ([line]) => countWords(line),
  },
  { pattern: /^collected 0 items\b/gm, count: none },
  // unittest: `Ran 3 tests in 0.001s`, a blank line, `FAILED (failures=1, skipped=1)`.
  {
    pattern: /^Ran (\d+) tests? in [\d.]+s\n+((?:OK|FAILED|NO TESTS RAN)\b.*)$/gm,
    count: ([, total, outcome = '']) => {
      const word = (name: string) =>
        Number(new RegExp(`\\b${name}=(\\d+)`).exec(outcome)?.[1] ?? 0);
      return { ran: Number(total) - word('skipped'), failed: word('failures') + word('errors') };
    },
  },
  // cargo test, one for each crate and for the doc tests; then cargo nextest.
  {
    pattern: /^[ \t]*test result: \w+\. (\d+) passed; (\d+) failed;/gm,
    count: ([, passed, failed]) => countOf(passed, failed),
  },
  {
    pattern: /^[ \t]*Summary \[.*\] +(?:\d+\/)?(\d+) tests? run: .*$/gm,
    count: ([line]) => countWords(line),
  },
  // deno: `ok | 3 passed (1 step) | 1 failed (5ms)`; bun: ` 3 pass`, ` 1 fail`.
  {
    pattern: /^(?:ok|FAILED) \| (\d+) passed\b.*?\| (\d+) failed\b.*$/gm,
    count: ([, passed, failed]) => countOf(passed, failed),
  },
  { pattern: /^[ \t]+(\d+) pass$/gm, count: ([, passed]) => countOf(passed, '0') },
  { pattern: /^[ \t]+(\d+) fail$/gm, count: ([, failed]) => countOf('0', failed) },
  // mocha: `  3 passing (5ms)`, `  1 failing`.
  { pattern: /^[ \t]+(\d+) passing\b.*$/gm, count: ([, passed]) => countOf(passed, '0') },
  { pattern: /^[ \t]+(\d+) failing$/gm, count: ([, failed]) => countOf('0', failed) },
  // ava: `  3 tests passed`, `  1 test failed`.
  { pattern: /^[ \t]+(\d+) tests? passed$/gm, count: ([, passed]) => countOf(passed, '0') },
  { pattern: /^[ \t]+(\d+) tests? failed$/gm, count: ([, failed]) => countOf('0', failed) },
  // playwright: `  3 passed (2.1s)`, `  1 failed`.
  { pattern: /^[ \t]+(\d+) passed \(\d.*\)$/gm, count: ([, passed]) => countOf(passed, '0') },
  { pattern: /^[ \t]+(\d+) failed$/gm, count: ([, failed]) => countOf('0', failed) },
  { pattern: /^\?[ \t]+\S+[ \t]+\[no test files\]$/gm, count: none },
  { pattern: /^ok[ \t]+\S+[ \t].*\[no tests to run\]$/gm, count: none },
  // make found a file or folder of the target's name, and ran nothing.
  {
    pattern: /^make(?:\[\d+\])?: (?:['`‘]\S+['’] is up to date|Nothing to be done for .*)\.$/gm,
    count: none,
  },
];

/** The last line of our own and of many home-made runners. It repeats other summaries, so it counts only alone. */
const PLAIN: Summary = {
  pattern: /^[ \t]*(\d+) passed, (\d+) failed\b.*$/gm,
  count: ([, passed, failed]) => countOf(passed, failed),
};

/**
 * How many tests a log says that ran and failed, summed over all runners in it.
 * @returns null when the log does not say
 */
export function countTests(log: string): TestCount | null {
  let rest = stripVTControlCharacters(log).replaceAll('\r\n', '\n');
  const counts: (TestCount | null)[] = [];
  for (const { pattern, count } of SUMMARIES) {
    // What one runner's summary is made of must not be read as another's.
    rest = rest.replace(pattern, (...match) => {
      counts.push(count(match as RegExpMatchArray));
      return '';
    });
  }
  counts.push(...countGo(rest));
  if (counts.length === 0) counts.push(...[...rest.matchAll(PLAIN.pattern)].map(PLAIN.count));
  if (counts.length === 0) return null;
  return counts.reduce(
    (total, one) =>
      total === null || one === null
        ? null
        : { ran: total.ran + one.ran, failed: total.failed + one.failed },
    { ran: 0, failed: 0 },
  );
}

/** go test names the tests that passed with -v only: without it a package ran nobody knows how many. */
function countGo(log: string): (TestCount | null)[] {
  const tests = [...log.matchAll(/^--- (PASS|FAIL): /gm)].map(([, outcome]) =>
    countOf(outcome === 'PASS' ? '1' : '0', outcome === 'FAIL' ? '1' : '0'),
  );
  const isVerbose = /^=== RUN /m.test(log);
  const isPackageNamed = /^(?:ok|FAIL)[ \t]+\S+[ \t]+(?:[\d.]+s|\(cached\))/m.test(log);
  if (isPackageNamed && !isVerbose) return [null];
  return isVerbose && tests.length === 0 ? [none()] : tests;
}

/** `1 failed, 2 passed, 3 skipped`, in any order. An error counts as a test that failed. */
function countWords(line = ''): TestCount {
  const numbers = (words: string) =>
    [...line.matchAll(new RegExp(`\\b(\\d+) (?:${words})\\b`, 'g'))].reduce(
      (total, [, number]) => total + Number(number),
      0,
    );
  const failed = numbers('failed|errors?');
  return { ran: numbers('passed|xfailed|xpassed') + failed, failed };
}

function countOf(passed = '0', failed = '0'): TestCount {
  return { ran: Number(passed) + Number(failed), failed: Number(failed) };
}

function none(): TestCount {
  return { ran: 0, failed: 0 };
}
