/** What a test gate says of its tests: in its log, else in the report files that it wrote. */
import { readFile } from 'node:fs/promises';
import { countTests, type TestCount } from './count-tests.ts';
import { mergeOutcomes, readOutcomes, type TestOutcomes } from './test-outcomes.ts';

export interface TestFacts {
  /** Null: nobody says how many ran. */
  tests: TestCount | null;
  outcomes: TestOutcomes | null;
}

/**
 * @param output the log, or its end
 * @param place where the gate ran, and since when (milliseconds since the epoch): an older report is of another run
 */
export async function readTests(
  output: string,
  { directory, root, sinceMs }: { directory: string; root: string; sinceMs: number },
): Promise<TestFacts> {
  const tests = countTests(output);
  const outcomes = readOutcomes(output, root);
  if (tests !== null) return { tests, outcomes };
  const reports = await readReports(directory, root, sinceMs);
  if (reports.length === 0) return { tests, outcomes };
  return {
    tests: {
      ran: sum(reports.map(({ count }) => count.ran)),
      failed: sum(reports.map(({ count }) => count.failed)),
    },
    outcomes: outcomes ?? mergeOutcomes(reports.map((report) => report.outcomes)),
  };
}

async function readReports(directory: string, root: string, sinceMs: number) {
  // Loaded late: most logs say what is asked.
  const { findJunitReports, readJunit } = await import('./junit.ts');
  const files = await findJunitReports(directory, sinceMs);
  const reports = await Promise.all(
    files.map(async (file) => readJunit(await readFile(file, 'utf8'), root)),
  );
  return reports.filter((report) => report !== null);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
