/** Undecided: it ran, and its failure would not count (a TODO), or it only groups others. */
export type Outcome = 'passed' | 'failed' | 'skipped' | 'undecided';

/** One test that a log names. Of tests with the same name each is one. */
export interface TestLine {
  name: string;
  outcome: Outcome;
  /** One more failure of a test that was named before: of a subtest. */
  isAgain?: true;
}

/** Reads one family of runners. Gets the lines of a whole log, and returns nothing where its runners did not print. */
export type Reader = (lines: readonly string[]) => TestLine[];

const LONGEST_NAME = 500;

/** One name of its parts: file, groups, test. What is longer than any real name is cut while it grows. */
export function nameOf(parts: readonly string[]): string {
  let name = '';
  for (const part of parts) {
    if (name.length > LONGEST_NAME) break;
    const short = part.slice(0, LONGEST_NAME);
    name = name === '' ? short : `${name} > ${short}`;
  }
  return name;
}

/** Adds tests that a runner names once more, at its end, unless they were named before with that outcome. */
export function addUnnamed(tests: TestLine[], more: readonly TestLine[]): TestLine[] {
  const keyOf = ({ name, outcome }: TestLine) => `${outcome} ${name}`;
  const known = new Set(tests.map(keyOf));
  for (const test of more) {
    if (known.has(keyOf(test))) continue;
    known.add(keyOf(test));
    tests.push(test);
  }
  return tests;
}
