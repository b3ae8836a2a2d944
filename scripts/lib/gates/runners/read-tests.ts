/** What a test gate says of its tests: in the report that it was asked for, in its log, else in files that it left. */
import { readFile } from 'node:fs/promises';
import { countTests, findJunitReports, readJunit } from './junit.ts';
import { factsOf, type LogFacts, readLog, type TestFacts } from './read-log.ts';
import type { Test } from './runner.ts';

export { askForReport } from './ask.ts';

/**
 * @param output the log, or its end
 * @param place where the gate ran, and since when (milliseconds since the epoch): an older report is of another run
 * @param reported the tests of the report that was asked for
 */
export async function readTests(
  output: string,
  { directory, root, sinceMs }: { directory: string; root: string; sinceMs: number },
  reported: readonly Test[] = [],
): Promise<TestFacts> {
  const log = readLog(output);
  if (isWhole(reported, log)) return factsOf(withReport(log, reported), root);
  if (log.count !== null) return factsOf(log, root);
  const left = await readLeft(directory, sinceMs);
  return factsOf({ ...withReport(log, left.tests), isBrokenOff: left.isBrokenOff }, root);
}

/** A report of one runner of several, or of the last of several runs, tells less than the log. */
function isWhole(reported: readonly Test[], { count, tests }: LogFacts): boolean {
  const { ran, failed } = countTests(reported);
  if (reported.length === 0) return false;
  return count === null ? ran >= tests.length : ran >= count.ran && failed >= count.failed;
}

/** The log counts what its runner calls a test; groups are tests for some. */
function withReport(log: LogFacts, reported: readonly Test[]): LogFacts {
  if (reported.length === 0) return log;
  return { ...log, count: log.count ?? countTests(reported), tests: [...reported] };
}

async function readLeft(directory: string, sinceMs: number) {
  const files = await findJunitReports(directory, sinceMs);
  const read = await Promise.all(
    files.map(async (file) => readJunit(await readFile(file, 'utf8'))),
  );
  const reports = read.filter((report) => report !== null);
  return {
    tests: reports.flatMap(({ tests }) => tests),
    isBrokenOff: reports.some(({ isWhole }) => !isWhole),
  };
}
