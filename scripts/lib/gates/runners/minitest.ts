import { addUnnamed, numberBefore, type Outcome, type Runner, type Test } from './runner.ts';

/** And test-unit, which counts more kinds, and says `tests`. */
export const minitest: Runner = {
  name: 'minitest',
  // `3 runs, 5 assertions, 1 failures, 0 errors, 1 skips`.
  summaries: [
    {
      pattern:
        /^(\d+) (?:runs|tests), \d+ assertions, (\d+) failures, (\d+) errors((?:, \d+ [a-z]+)*)$/gm,
      count: ([, total, failures, errors, others]) => ({
        ran: Number(total) - numberBefore('skips|pendings|omissions', others),
        failed: Number(failures) + Number(errors),
      }),
    },
  ],
  names: readMinitest,
  unloaded: / \((?:LoadError|SyntaxError)\)$/m,
};

const SIGNS: Record<string, Outcome> = { '.': 'passed', F: 'failed', E: 'failed', S: 'skipped' };

/** The tests that minitest and test-unit name: of minitest with -v all of them, else those that failed. */
function readMinitest(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^\d+ (?:runs|tests), \d+ assertions, /.test(line))) return [];
  const listed: Test[] = [];
  const failed: Test[] = [];
  lines.forEach((line, index) => {
    const [, test = '', sign = ''] = /^(\S.*) = [\d.]+ s = ([.FES])$/.exec(line) ?? [];
    const outcome = SIGNS[sign];
    if (outcome !== undefined && test.includes('#')) listed.push({ name: test, outcome });
    // `  1) Failure:`, and on the next line `Class#test [file:3]:`.
    const explained = /^(?: *\d+\) )?(?:Failure|Error):$/.test(line) ? lines[index + 1] : undefined;
    const name = explained === undefined ? undefined : titleOf(explained);
    // test-unit: `Failure: test_a(Class)`, `Error: test_a(Class): message`.
    const unit = /^(?:Failure|Error): (\S+\([\w:]+\))(?::|$)/.exec(line)?.[1];
    for (const title of [name, unit]) {
      if (title !== undefined) failed.push({ name: title, outcome: 'failed' });
    }
  });
  return addUnnamed(listed, failed);
}

function titleOf(line: string): string | undefined {
  if (!line.includes('#') || !line.endsWith(':')) return undefined;
  const place = line.endsWith(']:') ? line.lastIndexOf(' [') : -1;
  return place === -1 ? line.slice(0, -1) : line.slice(0, place);
}
