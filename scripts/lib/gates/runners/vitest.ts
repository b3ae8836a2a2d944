import { readJestReport } from './jest.ts';
import { addUnnamed, type Runner, type Test } from './runner.ts';

export const vitest: Runner = {
  name: 'vitest',
  // `      Tests  1 failed | 2 passed | 1 skipped (4)`.
  summaries: [/^[ \t]*Tests[ \t]{2,}(?<words>no tests|\d.*)$/gm],
  names: readFailures,
  /** Whoever names a reporter names all of them. */
  ask: ({ path, words, env }) =>
    /reporter|outputFile/i.test(words) || env.GITHUB_ACTIONS !== undefined
      ? null
      : { argument: `--reporter=default --reporter=json --outputFile.json=${path}.report` },
  read: readJestReport,
};

/** The tests that vitest explains, each with its file: those that failed. A file that could not be loaded: `a.ts [ a.ts ]`. */
function readFailures(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^ +(?:Test Files|Tests) {2}/.test(line))) return [];
  const failed = lines.flatMap((line): Test[] => {
    const text = /^ FAIL {2}(\S.*)$/.exec(line)?.[1];
    if (text === undefined) return [];
    if (!text.endsWith(' ]')) return [{ name: text, outcome: 'failed' }];
    return [{ name: text.slice(0, text.lastIndexOf(' [ ')), outcome: 'failed', isUnloaded: true }];
  });
  return addUnnamed([], failed);
}
