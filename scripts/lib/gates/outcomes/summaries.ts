import type { TestCount } from '../count-tests.ts';

/** How often a pattern occurs in the whole log. */
export type Occurrences = (pattern: RegExp) => number;

/** One kind of summary: what it looks like, and what one of them says. Null: tests ran, nobody knows how many. */
export interface Summary {
  pattern: RegExp;
  count: (match: RegExpMatchArray, inLog: Occurrences) => TestCount | null;
}

const PYTEST =
  '\\d+ (?:subtests )?(?:passed|failed|skipped|deselected|errors?|warnings?|xfailed|xpassed|rerun)';

/** A runner of a new kind is a new entry. A pattern starts at a line's start, and never crosses blank lines freely. */
export const SUMMARIES: readonly Summary[] = [
  // node:test, spec and TAP; also mocha's, ava's and tape's TAP, which leave out most of the lines.
  {
    pattern: /^[#ℹ] tests[ \t]+(\d+)$(?:\n[#ℹ] (?!tests)[a-z_]+[ \t]+[\d.]+$)*/gm,
    count: ([all = '', total], inLog) => {
      const line = (name: string) =>
        Number(new RegExp(`^\\S ${name}\\s+(\\d+)`, 'm').exec(all)?.[1] ?? 0);
      // ava counts what is still to be done among the failures.
      const todo = all.includes('cancelled') ? 0 : inLog(/^not ok \d+ - .* # TODO/gm);
      return {
        ran: Number(total) - line('skipped') - todo,
        failed: Math.max(line('fail') + line('cancelled') - todo, 0),
      };
    },
  },
  // node-tap: `# { total: 3, pass: 2, fail: 1 }`; prove: `t/a.t (Wstat: 256 Tests: 3 Failed: 1)`, `Files=2, Tests=5, `.
  { pattern: /^# \{ total: \d+,.*\}$/gm, count: ([line]) => countTapTotal(line) },
  { pattern: /^Files=\d+, Tests=(\d+), .*$/gm, count: ([, ran]) => countOf(ran, '0') },
  {
    pattern: /^[^\s(][^\n(]*\(Wstat: \d+ (?:\([^\n()]*\) )?Tests: \d+ Failed: (\d+)\)$/gm,
    count: ([, failed]) => ({ ran: 0, failed: Number(failed) }),
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
  {
    pattern: /^[ \t]+(\d+) tests? failed$/gm,
    // ava counts what passed only where nothing failed.
    count: ([, failed], inLog) =>
      inLog(/^[ \t]+\d+ tests? passed$/gm) > 0
        ? countOf('0', failed)
        : countOf(String(inLog(/^ {2}✔ /gm)), failed),
  },
  // playwright: `  3 passed (2.1s)`, `  1 failed`.
  { pattern: /^[ \t]+(\d+) passed \(\d.*\)$/gm, count: ([, passed]) => countOf(passed, '0') },
  { pattern: /^[ \t]+(\d+) failed$/gm, count: ([, failed]) => countOf('0', failed) },
  { pattern: /^\?[ \t]+\S+[ \t]+\[no test files\]$/gm, count: none },
  { pattern: /^ok[ \t]+\S+[ \t].*\[no tests to run\]$/gm, count: none },
  // ctest; what it skipped stands below the total, and what is disabled is not part of it.
  {
    pattern:
      /^\d+% tests passed, (\d+) tests? failed out of (\d+)$(?:\n(?:Total Test time .*|The following tests did not run:|\t.*)?$)*/gm,
    count: ([all = '', failed, total]) => ({
      ran: Math.max(Number(total) - occurrences(all, /^\t.* \(Skipped\)/gm), 0),
      failed: Number(failed),
    }),
  },
  { pattern: /^No tests were found!!!$/gm, count: none },
  // rspec: `3 examples, 1 failure, 1 pending, 1 error occurred outside of examples`.
  {
    pattern:
      /^(\d+) examples?, (\d+) failures?(?:, (\d+) pending)?(?:, (\d+) errors? occurred outside of examples)?$/gm,
    count: ([, total, failed, pending = '0', errors = '0']) => ({
      ran: Number(total) - Number(pending) + Number(errors),
      failed: Number(failed) + Number(errors),
    }),
  },
  // minitest: `3 runs, 5 assertions, 1 failures, 0 errors, 1 skips`; test-unit counts more kinds, and says `tests`.
  {
    pattern:
      /^(\d+) (?:runs|tests), \d+ assertions, (\d+) failures, (\d+) errors((?:, \d+ [a-z]+)*)$/gm,
    count: ([, total, failures, errors, others]) => ({
      ran: Number(total) - numberBefore('skips|pendings|omissions', others),
      failed: Number(failures) + Number(errors),
    }),
  },
  // phpunit: `OK (3 tests, 5 assertions)`, `Tests: 3, Assertions: 5, Failures: 1, Skipped: 1.`; JUnit 4: `OK (3 tests)`.
  {
    pattern: /^OK \((\d+) tests?(?:, \d+ assertions?)?\)$/gm,
    count: ([, ran]) => countOf(ran, '0'),
  },
  {
    pattern: /^Tests: (\d+), Assertions: \d+((?:, [A-Za-z ]+: \d+)*)\.$/gm,
    count: ([, total, others = '']) => {
      const word = (name: string) => Number(new RegExp(`, ${name}: (\\d+)`).exec(others)?.[1] ?? 0);
      return {
        ran: Number(total) - word('Skipped') - word('Incomplete'),
        failed: word('Failures') + word('Errors'),
      };
    },
  },
  { pattern: /^No tests executed!$/gm, count: none },
  // surefire's total of a module, without the time that its lines for each class have; gradle, where a test failed.
  {
    pattern:
      /^(?:\[[A-Z]+\] +)?Tests run: *(\d+), +Failures: *(\d+)(?:, +Errors: *(\d+))?(?:, +Skipped: *(\d+))?(?:, +Flakes: *\d+)?$/gm,
    count: countSurefire,
  },
  { pattern: /^\[INFO\] (?:No tests to run|Tests are skipped)\.$/gm, count: none },
  {
    pattern: /^(\d+) tests? completed(?:, (\d+) failed)?(?:, (\d+) skipped)?$/gm,
    count: ([, total, failed = '0', skipped = '0']) => ({
      ran: Number(total) - Number(skipped),
      failed: Number(failed),
    }),
  },
  // dotnet, in its three forms.
  {
    pattern: /^[A-Z][a-z]+! +- Failed: +(\d+), Passed: +(\d+), Skipped: +\d+, Total: +\d+.*$/gm,
    count: ([, failed, passed]) => countOf(passed, failed),
  },
  {
    pattern: /^Total tests: \d+$(?:\n +(?:Passed|Failed|Skipped): \d+$)*/gm,
    count: ([all = '']) => {
      const word = (name: string) => new RegExp(`^ +${name}: (\\d+)$`, 'm').exec(all)?.[1];
      return countOf(word('Passed'), word('Failed'));
    },
  },
  {
    pattern: /^ +total: \d+\n +failed: (\d+)\n +succeeded: (\d+)\n +skipped: \d+$/gm,
    count: ([, failed, passed]) => countOf(passed, failed),
  },
  { pattern: /^No test is available in /gm, count: none },
  // make found a file or folder of the target's name, and ran nothing.
  {
    pattern: /^make(?:\[\d+\])?: (?:['`‘]\S+['’] is up to date|Nothing to be done for .*)\.$/gm,
    count: none,
  },
];

/** These may repeat what other summaries say, so they count only where there are none, and the first kind found. */
export const REPETITIONS: readonly Summary[] = [
  // surefire and ant for each class.
  {
    pattern:
      /^(?:\[[A-Za-z]+\] +)?Tests run: *(\d+), +Failures: *(\d+), +Errors: *(\d+)(?:, +Skipped: *(\d+))?, +Time elapsed: .*$/gm,
    count: countSurefire,
  },
  // Our own last line, and that of many home-made runners.
  {
    pattern: /^[ \t]*(\d+) passed, (\d+) failed\b.*$/gm,
    count: ([, passed, failed]) => countOf(passed, failed),
  },
];

function countSurefire([
  ,
  total,
  failures,
  errors = '0',
  skipped = '0',
]: RegExpMatchArray): TestCount {
  return {
    ran: Number(total) - Number(skipped),
    failed: Number(failures) + Number(errors),
  };
}

function countTapTotal(line = ''): TestCount {
  const word = (name: string) => Number(new RegExp(` ${name}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { ran: word('total') - word('skip'), failed: word('fail') };
}

/** `1 failed, 2 passed, 3 skipped`, in any order. An error counts as a test that failed. */
function countWords(line = ''): TestCount {
  const failed = numberBefore('failed|errors?', line);
  return { ran: numberBefore('passed|xfailed|xpassed', line) + failed, failed };
}

function numberBefore(words: string, line = ''): number {
  return [...line.matchAll(new RegExp(`\\b(\\d+) (?:${words})\\b`, 'g'))].reduce(
    (total, [, number]) => total + Number(number),
    0,
  );
}

/** Counts in a text, each pattern once however often it is asked for. */
export function occurrencesIn(text: string): Occurrences {
  const known = new Map<string, number>();
  return (pattern) => {
    const count = known.get(pattern.source) ?? occurrences(text, pattern);
    known.set(pattern.source, count);
    return count;
  };
}

function occurrences(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

function countOf(passed = '0', failed = '0'): TestCount {
  return { ran: Number(passed) + Number(failed), failed: Number(failed) };
}

function none(): TestCount {
  return { ran: 0, failed: 0 };
}
