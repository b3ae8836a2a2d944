import { countJunit } from './junit.ts';
import { byPackage } from './outcomes/by-package.ts';
import { countGo } from './outcomes/go.ts';
import { plainText } from './outcomes/plain-text.ts';
import { withoutReports } from './outcomes/printed-reports.ts';
import { occurrencesIn, REPETITIONS, SUMMARIES } from './outcomes/summaries.ts';
import { countTap } from './outcomes/tap.ts';

export interface TestCount {
  /** Skipped tests did not run. */
  ran: number;
  failed: number;
}

/** Tests ran, and nobody knows how many: null. */
type Counts = readonly (TestCount | null)[];

/**
 * How many tests a log says that ran and failed, summed over all runners in it.
 * @returns null when the log does not say
 */
export function countTests(log: string): TestCount | null {
  const { text, tests: reported } = withoutReports(byPackage(plainText(log)));
  const counts: (TestCount | null)[] = [];
  const inLog = occurrencesIn(text);
  let rest = text;
  for (const { pattern, count } of SUMMARIES) {
    // What one runner's summary is made of must not be read as another's.
    rest = rest.replace(pattern, (...match) => {
      counts.push(count(match as RegExpMatchArray, inLog));
      return '';
    });
  }
  counts.push(...countGo(rest), ...countTap(text));
  if (counts.length > 0) return sum(counts);
  if (reported.length > 0) return countJunit(reported.flatMap((report) => report.tests));
  for (const { pattern, count } of REPETITIONS) {
    const repeated = [...rest.matchAll(pattern)].map((match) => count(match, inLog));
    if (repeated.length > 0) return sum(repeated);
  }
  return null;
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
