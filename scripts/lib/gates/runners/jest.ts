import * as z from 'zod';
import { addUnnamed, nameOf, type Runner, type Test } from './runner.ts';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

export const jest: Runner = {
  name: 'jest',
  // `Tests:       1 failed, 2 passed, 3 total`.
  summaries: [
    /^(?<words>Tests:[ \t]+\d+ .*)\btotal$/gm,
    /^No test(?: file)?s found, exiting with code \d+/gm,
  ],
  names: readFailures,
  /** Beside its reporters, whichever they are: what is printed goes to stderr then, which is the same log. */
  ask: ({ path, words }) =>
    /--json\b|--outputFile|testResultsProcessor/.test(words)
      ? null
      : { argument: `--json --outputFile=${path}.report` },
  read: readJestReport,
};

const OUTCOMES: Record<string, Test['outcome']> = {
  passed: 'passed',
  failed: 'failed',
  pending: 'skipped',
  skipped: 'skipped',
  disabled: 'skipped',
  todo: 'skipped',
};

/** The report of `--json`, which vitest writes too. */
export function readJestReport(report: string): Test[] | null {
  const parsed = reportSchema.safeParse(JSON.parse(report));
  if (!parsed.success) return null;
  return parsed.data.testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const tests = assertionResults.map((one): Test => {
      const { ancestorTitles, title, failureMessages } = one;
      const text = failureMessages?.join('\n') ?? '';
      return {
        name: nameOf([file, ...ancestorTitles, title]),
        outcome: OUTCOMES[one.status] ?? 'undecided',
        ...(text === '' ? {} : { message: text }),
      };
    });
    const isUnloaded = status === 'failed' && tests.every(({ outcome }) => outcome !== 'failed');
    if (!isUnloaded) return tests;
    return [
      ...tests,
      { name: file, outcome: 'failed' as const, message, isUnloaded: true as const },
    ];
  });
}

/** The tests that jest explains: those that failed. */
function readFailures(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^Tests: +\d.* total$/.test(line))) return [];
  const failed: Test[] = [];
  let file = '';
  for (const line of lines) {
    const started = /^(?:PASS|FAIL) (.+)$/.exec(line)?.[1];
    if (started !== undefined) file = started.replace(/ \([\d.]+ m?s\)$/, '').trim();
    const title = /^ {2}● (\S.*)$/.exec(line)?.[1];
    if (title === undefined || title === 'Console' || file === '') continue;
    const isUnloaded = title === 'Test suite failed to run';
    failed.push({
      name: nameOf([file, ...(isUnloaded ? [] : title.split(' › '))]),
      outcome: 'failed',
      ...(isUnloaded ? { isUnloaded } : {}),
    });
  }
  return addUnnamed([], failed);
}
