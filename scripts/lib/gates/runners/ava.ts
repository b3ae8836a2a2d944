import { nameOf, type Runner, type Test } from './runner.ts';

export const ava: Runner = {
  name: 'ava',
  summaries: [
    // `  3 tests passed`, `  1 test failed`.
    /^[ \t]+(?<passed>\d+) tests? passed$/gm,
    {
      pattern: /^[ \t]+(\d+) tests? failed$/gm,
      // What passed is counted only where nothing failed.
      count: ([, failed], inLog) =>
        inLog(/^[ \t]+\d+ tests? passed$/gm) > 0
          ? { ran: Number(failed), failed: Number(failed) }
          : { ran: inLog(/^ {2}✔ /gm) + Number(failed), failed: Number(failed) },
    },
  ],
  names: readAva,
  unloaded:
    /^ {2}✘ (?:No tests found in |\S+ exited with a non-zero exit code: )|^ {2}Uncaught exception in /m,
};

/** The tests that ava lists: all of them. */
function readAva(lines: readonly string[]): Test[] {
  const end = lines.indexOf('  ─');
  if (end === -1) return [];
  // ava puts what happened behind the title of a test that failed; its explanation has the title alone.
  const titles = new Set(lines.slice(end).filter((line) => /^ {2}\S/.test(line)));
  return lines.flatMap((line): Test[] => {
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
