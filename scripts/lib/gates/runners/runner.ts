/** What one test runner says of its tests, in words of ours. */

/** Undecided: it ran, and its failure would not count (a TODO), or it only groups others. */
export type Outcome = 'passed' | 'failed' | 'skipped' | 'undecided';

/** One test that a runner names. Of tests with the same name each is one. */
export interface Test {
  name: string;
  outcome: Outcome;
  /** One more failure of a test that was named before: of a subtest. */
  isAgain?: true;
  /** No test, but a file or a package that could not be loaded, with what was to run in it. */
  isUnloaded?: true;
  /** Why it failed. */
  message?: string;
}

/** Skipped tests did not run. */
export interface TestCount {
  ran: number;
  failed: number;
}

/** How often a pattern occurs in the whole log. */
export type Occurrences = (pattern: RegExp) => number;

/**
 * One kind of summary: what it looks like, and what one of them says. A pattern alone says it by the names of its groups:
 * `passed`, or `total` and `skipped`; `failed`, `errors`, `outside` (of all tests); or `words`, `1 failed, 2 passed`, in
 * any order. Without a group it says that no test ran.
 */
export type Summary =
  | RegExp
  | { pattern: RegExp; count: (match: RegExpMatchArray, inLog: Occurrences) => TestCount | null };

/** What a report is asked with; `path` is free for it, and has no character that a shell minds. */
export interface Request {
  path: string;
  /** The gate's command, the scripts and the settings of the project: what they say is kept. */
  words: string;
  env: NodeJS.ProcessEnv;
}

export interface Asked {
  env?: NodeJS.ProcessEnv;
  /** What is put behind the command of the runner, where that stands alone. */
  argument?: string;
  /** A program of ours that the runner loads, by what is put behind `path`. */
  program?: { suffix: string; text: string };
}

/** What Node says when a file of tests cannot be loaded. */
export const NODE_UNLOADED =
  /^ *(?:Exception during run: )?(?:Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find (?:module|package)|SyntaxError\b)/m;

export interface Runner {
  name: string;
  /** A pattern starts at a line's start, and never crosses blank lines freely. */
  summaries?: readonly Summary[];
  /** What no single summary says. */
  count?: (log: string) => readonly (TestCount | null)[];
  /** The tests that a log names in its runner's own list; nothing where that runner did not print. */
  names?: (lines: readonly string[]) => Test[];
  /** What the runner says when nothing could be loaded. */
  unloaded?: RegExp;
  /** Asks for a report in a way that changes nothing else; null where that is not sure. */
  ask?: (request: Request) => Asked | null;
  /** The tests of such a report; null when it is none. */
  read?: (report: string) => Test[] | null;
}

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
export function addUnnamed(tests: Test[], more: readonly Test[]): Test[] {
  const keyOf = ({ name, outcome }: Test) => `${outcome} ${name}`;
  const known = new Set(tests.map(keyOf));
  for (const test of more) {
    if (known.has(keyOf(test))) continue;
    known.add(keyOf(test));
    tests.push(test);
  }
  return tests;
}

/** What one summary says. Null: tests ran, and nobody knows how many. */
export function countIn(summary: Summary, match: RegExpMatchArray, inLog: Occurrences) {
  if (!(summary instanceof RegExp)) return summary.count(match, inLog);
  const groups = match.groups ?? {};
  const { words } = groups;
  // An error counts as a test that failed.
  if (words !== undefined) {
    const failed = numberBefore('failed|errors?', words);
    return { ran: numberBefore('passed|xfailed|xpassed', words) + failed, failed };
  }
  const number = (name: string) => Number(groups[name] ?? 0);
  const failed = number('failed') + number('errors') + number('outside');
  if (groups.total === undefined) return { ran: number('passed') + failed, failed };
  return { ran: number('total') - number('skipped') + number('outside'), failed };
}

export function numberBefore(words: string, line = ''): number {
  return [...line.matchAll(new RegExp(`\\b(\\d+) (?:${words})\\b`, 'g'))].reduce(
    (total, [, number]) => total + Number(number),
    0,
  );
}
