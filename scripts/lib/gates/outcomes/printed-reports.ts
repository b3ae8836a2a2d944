import { type JunitTests, scanJunit } from '../junit.ts';

/**
 * Takes the JUnit reports out of a log. A report starts at the start of a line; one that breaks off takes the rest of
 * the log with it only when it names tests.
 * @returns the log without them, and their tests
 */
export function withoutReports(log: string): { text: string; tests: JunitTests[] } {
  const tests: JunitTests[] = [];
  const starts = /^[ \t]*(?:<\?xml[^>\n]*>[ \t]*)?<testsuites?[\s>]/gm;
  let text = '';
  let position = 0;
  for (let start = starts.exec(log); start !== null; start = starts.exec(log)) {
    const report = scanJunit(log, start.index);
    if (report === null || (!report.isWhole && report.tests.length === 0)) break;
    tests.push(report);
    text += log.slice(position, start.index);
    position = report.end;
    starts.lastIndex = position;
  }
  return { text: text + log.slice(position), tests };
}
