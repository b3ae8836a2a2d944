import { nameOf, type TestLine } from './test-line.ts';

/** The tests that uvu names: those that failed, each with its suite and, where uvu's own command ran, its file. */
export function readUvu(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^ +Total: +\d+$/.test(line))) return [];
  const tests: TestLine[] = [];
  let file: string[] = [];
  for (const line of lines) {
    if (/^\S+\.[cm]?[jt]sx?$/.test(line)) file = [line];
    if (!line.startsWith('   FAIL  ') || !line.endsWith('"')) continue;
    const text = line.slice('   FAIL  '.length, -1);
    const quote = text.startsWith('"') ? 0 : text.indexOf('  "') + 2;
    if (quote === 1) continue;
    const suite = text.slice(0, quote).trim();
    const parts = [...file, ...(suite === '' ? [] : [suite]), text.slice(quote + 1)];
    tests.push({ name: nameOf(parts), outcome: 'failed' });
  }
  return tests;
}

/** The tests that ava lists: all of them. */
export function readAva(lines: readonly string[]): TestLine[] {
  const end = lines.indexOf('  ─');
  if (end === -1) return [];
  // ava puts what happened behind the title of a test that failed; its explanation has the title alone.
  const titles = new Set(lines.slice(end).filter((line) => /^ {2}\S/.test(line)));
  return lines.flatMap((line): TestLine[] => {
    const [, sign, text = ''] =
      /^ {2}(✔|✖|✘ \[fail\]:|- \[skip\]|- \[todo\]) (.+)$/.exec(line) ?? [];
    if (sign === undefined) return [];
    const title = text.replace(/ \(\d[\d.]*m?s\)$/, '').replace(/^\[(?:expected )?fail\]:? /, '');
    if (sign === '✔') return [{ name: named(title), outcome: 'passed' }];
    if (sign.startsWith('-')) return [{ name: named(title), outcome: 'skipped' }];
    return [{ name: named(titleAmong(titles, title)), outcome: 'failed' }];
  });
}

/** What is put behind a title has few words; the more are tried, the longer a hostile log takes. */
const MOST_WORDS = 60;

function titleAmong(titles: ReadonlySet<string>, text: string): string {
  let end = text.length;
  for (
    let words = 0;
    end > 0 && words < MOST_WORDS;
    words++, end = text.lastIndexOf(' ', end - 1)
  ) {
    const start = text.slice(0, end);
    if (titles.has(`  ${start}`)) return start;
  }
  return text;
}

function named(title: string): string {
  return nameOf(title.split(' › '));
}
