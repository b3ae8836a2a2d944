/** What a log says of the tests that ran, where no report does. */
import { REPETITIONS, RUNNERS } from './all.ts';
import { countTests, withoutReports } from './junit.ts';
import { outcomesOf, type TestOutcomes } from './outcomes.ts';
import { plainText } from './plain-text.ts';
import { withoutPrefixes } from './prefixes.ts';
import { countIn, type Occurrences, type Summary, type Test, type TestCount } from './runner.ts';

export interface TestFacts {
  /** Null: nobody says how many ran. */
  tests: TestCount | null;
  outcomes: TestOutcomes | null;
  /** Nothing could be loaded: no test had the chance to pass or to fail. */
  cannot_load: boolean;
}

/** Tests ran, and nobody knows how many: null. */
type Counts = (TestCount | null)[];

/** No name is longer; what is, is data, and would be searched for names in vain. */
const LONGEST_LINE = 2000;

export interface LogFacts {
  count: TestCount | null;
  tests: Test[];
  isUnloaded: boolean;
  /** A report ends before its end. */
  isBrokenOff?: boolean;
}

/** How many tests a log says that ran and failed, summed over all runners in it, and which ones it names. */
export function readLog(log: string): LogFacts {
  const { text, tests: reported } = withoutReports(withoutPrefixes(plainText(log)));
  const lines = linesOf(text);
  const named = RUNNERS.flatMap(({ names }) => names?.(lines) ?? []);
  const tests = named.length > 0 ? named : reported;
  const count = countAll(text, reported);
  return {
    count,
    tests: withMessages(tests, lines),
    isUnloaded:
      (count?.ran ?? 0) === 0 &&
      tests.length === 0 &&
      RUNNERS.some(({ unloaded }) => unloaded?.test(text)),
  };
}

/** @param root top of the working tree that the tests ran in, to be left out of the names */
export function factsOf(
  { count, tests, isUnloaded, isBrokenOff = false }: LogFacts,
  root?: string,
): TestFacts {
  const ran = tests.filter(({ outcome }) => outcome !== 'skipped');
  const failed = ran.filter(({ outcome }) => outcome === 'failed').length;
  const cannot_load = isUnloaded || (ran.length > 0 && ran.every((test) => test.isUnloaded));
  const isSilent = tests.length === 0 && (count === null || count.ran === 0 || count.failed > 0);
  if (isSilent) return { tests: count, outcomes: null, cannot_load };
  // A log may have lost its start, or hold the tests of another runner, that names none of them.
  const each = ran.filter(({ isAgain }) => !isAgain).length;
  const complete = !isBrokenOff && count !== null && tests.length > 0 && each >= count.ran;
  const partial = isBrokenOff || (!complete && count !== null && failed < count.failed);
  return { tests: count, outcomes: outcomesOf(tests, { complete, partial }, root), cannot_load };
}

function countAll(text: string, reported: readonly Test[]): TestCount | null {
  const inLog = occurrencesIn(text);
  const counts: Counts = [];
  let rest = text;
  for (const summary of RUNNERS.flatMap(({ summaries = [] }) => summaries)) {
    // What one runner's summary is made of must not be read as another's.
    rest = rest.replace(patternOf(summary), (...words) => {
      const groups = words.at(-1);
      const match = Object.assign(words, typeof groups === 'object' ? { groups } : {});
      counts.push(countIn(summary, match as unknown as RegExpMatchArray, inLog));
      return '';
    });
  }
  for (const { name, count } of RUNNERS)
    counts.push(...(count?.(name === 'TAP' ? text : rest) ?? []));
  if (counts.length > 0) return sum(counts);
  if (reported.length > 0) return countTests(reported);
  const repeated = REPETITIONS.flatMap(({ summaries = [] }) => summaries)
    .map((summary) => occurrencesOf(summary, rest, inLog))
    .find((found) => found.length > 0);
  return repeated === undefined ? null : sum(repeated);
}

function patternOf(summary: Summary): RegExp {
  return summary instanceof RegExp ? summary : summary.pattern;
}

function occurrencesOf(summary: Summary, text: string, inLog: Occurrences): Counts {
  return [...text.matchAll(patternOf(summary))].map((match) => countIn(summary, match, inLog));
}

/** Counts in a text, each pattern once however often it is asked for. */
function occurrencesIn(text: string): Occurrences {
  const known = new Map<string, number>();
  return (pattern) => {
    const count = known.get(pattern.source) ?? [...text.matchAll(pattern)].length;
    known.set(pattern.source, count);
    return count;
  };
}

function sum(counts: Counts): TestCount | null {
  return counts.reduce<TestCount | null>(
    (total, one) =>
      total === null || one === null
        ? null
        : { ran: total.ran + one.ran, failed: total.failed + one.failed },
    { ran: 0, failed: 0 },
  );
}

/** Empty lines end something, so one of several is enough. */
function linesOf(text: string): string[] {
  return text
    .replaceAll(/\n{3,}/g, '\n\n')
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? '' : line.trimEnd()));
}

const MOST_EXPLAINED = 40;
const LINES_OF_EXPLANATION = 12;

/** What stands behind a line that names a test which failed, up to the next one. */
function withMessages(tests: Test[], lines: readonly string[]): Test[] {
  const failed = tests.filter((it) => it.outcome === 'failed' && it.message === undefined);
  const explained = failed.slice(0, MOST_EXPLAINED);
  const all = explained.map(({ name }) => keysOf(name));
  const ends = [...new Set(all.map((keys) => keys.at(-1) ?? ''))];
  const places = lines.flatMap((line, at) => (ends.some((end) => line.includes(end)) ? [at] : []));
  const textsBehind = (key: string) =>
    places
      .filter((at) => lines[at]?.includes(key))
      .slice(-5)
      .map((at) => {
        const next = places.find((it) => it > at) ?? lines.length;
        return lines
          .slice(at + 1, Math.min(next, at + LINES_OF_EXPLANATION))
          .join('\n')
          .trimEnd();
      });
  // What several tests end with says nothing of one of them.
  const isOwn = (key: string) => all.filter((keys) => keys.includes(key)).length === 1;
  return tests.map((test) => {
    const keys = all[explained.indexOf(test)]?.filter(isOwn) ?? [];
    // A list of names has nothing behind them.
    const texts = keys.map((key) =>
      textsBehind(key).reduce((a, b) => (b.length >= a.length ? b : a), ''),
    );
    const message = texts.find((text) => text !== '');
    return message === undefined ? test : { ...test, message };
  });
}

/** As much of a name as a log may have in one line: with or without its file, at last its end. */
function keysOf(name: string): string[] {
  const [, ...groups] = name.split(' > ');
  const short = name.split(/ > |::|#/).at(-1) ?? name;
  return [name, groups.join(' > '), groups.join(' › '), short].filter((key) => key !== '');
}
