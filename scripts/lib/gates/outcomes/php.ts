import { nameOf, type Outcome, type TestLine } from './test-line.ts';

const SIGNS: Record<string, Outcome> = {
  '✔': 'passed',
  '✘': 'failed',
  '↩': 'skipped',
  '∅': 'skipped',
  '☢': 'passed',
};

/** The tests that phpunit names: with --testdox all of them, else those that failed. */
export function readPhpunit(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^PHPUnit \d/.test(line))) return [];
  const tests: TestLine[] = [];
  let isFailures = false;
  let isRepeated = false;
  let heading = '';
  for (const line of lines) {
    const section = /^There (?:was|were) \d+ (\w+)/.exec(line)?.[1];
    if (section !== undefined) isFailures = /^(?:error|failure)/.test(section);
    if (/^(?:OK\b|FAILURES!|ERRORS!|Tests: \d)/.test(line)) isFailures = false;
    if (line === 'Summary of non-successful tests:') isRepeated = true;
    if (/^PHPUnit \d/.test(line)) isRepeated = false;
    const explained = isFailures ? /^\d+\) (\S+::.+)$/.exec(line)?.[1] : undefined;
    if (explained !== undefined) tests.push({ name: withoutValues(explained), outcome: 'failed' });
    if (/^\S/.test(line)) heading = line;
    const outcome = line[0] === ' ' && line[2] === ' ' ? SIGNS[line[1] ?? ''] : undefined;
    if (outcome === undefined || isRepeated) continue;
    const title = line.slice(3).replace(/ \[[\d.]+ ms\]$/, '');
    tests.push({ name: nameOf([heading, title]), outcome });
  }
  return tests;
}

/** `A::test with data set "one" (1, Object)`: the values may be anything. */
function withoutValues(text: string): string {
  const set = / with data set (?:#\d+|"[^"]*")/.exec(text);
  return set === null ? text : text.slice(0, set.index + set[0].length);
}
