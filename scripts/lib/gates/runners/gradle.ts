import { nameOf, type Outcome, type Runner, type Test } from './runner.ts';

export const gradle: Runner = {
  name: 'gradle',
  // It counts only where a test failed.
  summaries: [
    /^(?<total>\d+) tests? completed(?:, (?<failed>\d+) failed)?(?:, (?<skipped>\d+) skipped)?$/gm,
  ],
  names: readGradle,
  unloaded: /^> Task :\S*compile(?:Test)?\w* FAILED$/m,
};

const WORDS: Record<string, Outcome> = { PASSED: 'passed', FAILED: 'failed', SKIPPED: 'skipped' };

/** The tests that gradle names: those that failed, and the others too where the build says so. */
function readGradle(lines: readonly string[]): Test[] {
  if (!lines.some((line) => line.startsWith('> Task :'))) return [];
  return lines.flatMap((line): Test[] => {
    const [, name = '', word = ''] = /^(\w\S* > .+) (PASSED|FAILED|SKIPPED)$/.exec(line) ?? [];
    const outcome = WORDS[word];
    return outcome === undefined ? [] : [{ name: nameOf(name.split(' > ')), outcome }];
  });
}
