import { junitCases } from './junit.ts';
import type { Runner, Test } from './runner.ts';

export const phpunit: Runner = {
  name: 'phpunit',
  summaries: [
    // `OK (3 tests, 5 assertions)`; JUnit 4: `OK (3 tests)`.
    /^OK \((?<passed>\d+) tests?(?:, \d+ assertions?)?\)$/gm,
    // `Tests: 3, Assertions: 5, Failures: 1, Skipped: 1.`
    {
      pattern: /^Tests: (\d+), Assertions: \d+((?:, [A-Za-z ]+: \d+)*)\.$/gm,
      count: ([, total, others = '']) => {
        const word = (name: string) =>
          Number(new RegExp(`, ${name}: (\\d+)`).exec(others)?.[1] ?? 0);
        return {
          ran: Number(total) - word('Skipped') - word('Incomplete'),
          failed: word('Failures') + word('Errors'),
        };
      },
    },
    /^No tests executed!$/gm,
  ],
  names: readFailures,
  unloaded: /^PHP Fatal error: /m,
  ask: ({ path, words }) =>
    /junit/i.test(words) ? null : { argument: `--log-junit ${path}.report` },
  read(report) {
    const cases = junitCases(report)?.cases;
    return (
      cases?.map(({ name, attributes, type: _, ...test }): Test => {
        const { class: type = attributes.classname ?? '' } = attributes;
        return { ...test, name: withoutValues(type === '' ? name : `${type}::${name}`) };
      }) ?? null
    );
  },
};

/** The tests that phpunit explains: those that failed. */
function readFailures(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^PHPUnit \d/.test(line))) return [];
  const tests: Test[] = [];
  let isFailures = false;
  for (const line of lines) {
    const section = /^There (?:was|were) \d+ (\w+)/.exec(line)?.[1];
    if (section !== undefined) isFailures = /^(?:error|failure)/.test(section);
    if (/^(?:OK\b|FAILURES!|ERRORS!|Tests: \d)/.test(line)) isFailures = false;
    const explained = isFailures ? /^\d+\) (\S+::.+)$/.exec(line)?.[1] : undefined;
    if (explained !== undefined) tests.push({ name: withoutValues(explained), outcome: 'failed' });
  }
  return tests;
}

/** `A::test with data set "one" (1, Object)`: the values may be anything. */
function withoutValues(text: string): string {
  const set = / with data set (?:#\d+|"[^"]*")/.exec(text);
  return set === null ? text : text.slice(0, set.index + set[0].length);
}
