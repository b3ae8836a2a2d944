import { readJestReport } from './jest.ts';
import { addUnnamed, countWords, type Outcome, type Runner, type Test } from './runner.ts';

export const vitest: Runner = {
  name: 'vitest',
  // `      Tests  1 failed | 2 passed | 1 skipped (4)`.
  summaries: [
    { pattern: /^[ \t]*Tests[ \t]{2,}(?:no tests|\d.*)$/gm, count: ([line]) => countWords(line) },
  ],
  names: readNames,
  /** Whoever names a reporter names all of them. */
  ask: ({ path, words, env }) =>
    /reporter|outputFile/i.test(words) || env.GITHUB_ACTIONS !== undefined
      ? null
      : { argument: `--reporter=default --reporter=json --outputFile.json=${path}.report` },
  read: readJestReport,
};

const SIGNS: Record<string, Outcome> = {
  '✓': 'passed',
  '×': 'failed',
  '↓': 'skipped',
  '□': 'skipped',
};

/** The tests that vitest names in full, each with its file: those that failed, and with the verbose reporter all of them. */
function readNames(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^ +(?:Test Files|Tests) {2}/.test(line))) return [];
  const listed: Test[] = [];
  const failed: Test[] = [];
  for (const line of lines) {
    const [, sign = '', text = ''] = /^ ([✓×↓□]) (\S.* > .+)$/.exec(line) ?? [];
    const outcome = SIGNS[sign];
    if (outcome !== undefined) listed.push({ name: withoutNotes(text), outcome });
    const failure = /^ FAIL {2}(\S.*)$/.exec(line)?.[1];
    if (failure !== undefined) failed.push(failedTest(failure));
  }
  return addUnnamed(listed, failed);
}

function withoutNotes(text: string): string {
  return text.replace(/ \d[\d.]*m?s$/, '').replace(/ \((?:retry|repeat) x\d+\)$/, '');
}

/** A file that could not be loaded: `a.test.ts [ a.test.ts ]`. */
function failedTest(text: string): Test {
  if (!text.endsWith(' ]')) return { name: text, outcome: 'failed' };
  return { name: text.slice(0, text.lastIndexOf(' [ ')), outcome: 'failed', isUnloaded: true };
}
