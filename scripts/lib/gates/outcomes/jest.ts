import { headingPath } from './heading-path.ts';
import { addUnnamed, nameOf, type Outcome, type TestLine } from './test-line.ts';

const SIGNS: Record<string, Outcome> = {
  '✓': 'passed',
  '√': 'passed',
  '✕': 'failed',
  '×': 'failed',
  '○': 'skipped',
  '✎': 'skipped',
};

/** The tests that jest names: all of them with --verbose or when there is one file, else those that failed. */
export function readJest(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^Tests: +\d.* total$/.test(line))) return [];
  const listed: TestLine[] = [];
  const failed: TestLine[] = [];
  const path = headingPath();
  let file = '';
  // The list of a file ends with the first empty line.
  let isList = false;
  for (const line of lines) {
    const started = /^(?:PASS|FAIL) (.+)$/.exec(line)?.[1];
    if (started !== undefined) {
      file = started.replace(/ \([\d.]+ m?s\)$/, '').trim();
      isList = true;
      path.open(0, file);
    } else if (line.trim() === '') {
      isList = false;
    } else if (isList) {
      readListed(line, path, listed);
    }
    const title = /^ {2}● (\S.*)$/.exec(line)?.[1];
    if (title === undefined || title === 'Console' || file === '') continue;
    const parts = title === 'Test suite failed to run' ? [] : title.split(' › ');
    failed.push({ name: nameOf([file, ...parts]), outcome: 'failed' });
  }
  return addUnnamed(listed, failed);
}

function readListed(line: string, path: ReturnType<typeof headingPath>, listed: TestLine[]) {
  const [, space = '', text = ''] = /^( {2,})(\S.*)$/.exec(line) ?? [];
  if (text === '' || text.startsWith('●')) return;
  const outcome = text[1] === ' ' ? SIGNS[text[0] ?? ''] : undefined;
  if (outcome === undefined) {
    path.open(space.length, text);
    return;
  }
  const name = text
    .slice(2)
    .replace(/ \([\d.]+ m?s\)$/, '')
    .replace(outcome === 'skipped' ? /^(?:skipped|todo) / : '', '');
  listed.push({ name: nameOf([...path.above(space.length), name]), outcome });
}
