import { addUnnamed, type Outcome, type TestLine } from './test-line.ts';

const SIGNS: Record<string, Outcome> = {
  '✓': 'passed',
  '×': 'failed',
  '↓': 'skipped',
  '□': 'skipped',
};

/** The tests that vitest names in full: those that failed, and with the verbose reporter all of them. */
export function readVitest(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^ +(?:Test Files|Tests) {2}/.test(line))) return [];
  const listed: TestLine[] = [];
  const failed: TestLine[] = [];
  for (const line of lines) {
    const [, sign = '', text = ''] = /^ ([✓×↓□]) (\S.* > .+)$/.exec(line) ?? [];
    const outcome = SIGNS[sign];
    if (outcome !== undefined) listed.push({ name: withoutNotes(text), outcome });
    const failure = /^ FAIL {2}(\S.*)$/.exec(line)?.[1];
    if (failure !== undefined) failed.push({ name: withoutFile(failure), outcome: 'failed' });
  }
  return addUnnamed(listed, failed);
}

function withoutNotes(text: string): string {
  return text.replace(/ \d[\d.]*m?s$/, '').replace(/ \((?:retry|repeat) x\d+\)$/, '');
}

/** A file that could not be loaded: `a.test.ts [ a.test.ts ]`. */
function withoutFile(text: string): string {
  return text.endsWith(' ]') ? text.slice(0, text.lastIndexOf(' [ ')) : text;
}
