import { addUnnamed, type Runner, type Test } from './runner.ts';

export const maven: Runner = {
  name: 'maven surefire',
  summaries: [
    // The total of a module, without the time that the lines for each class have.
    /^(?:\[[A-Z]+\] +)?Tests run: *(?<total>\d+), +Failures: *(?<failed>\d+)(?:, +Errors: *(?<errors>\d+))?(?:, +Skipped: *(?<skipped>\d+))?(?:, +Flakes: *\d+)?$/gm,
    /^\[INFO\] (?:No tests to run|Tests are skipped)\.$/gm,
  ],
  names: readSurefire,
  unloaded: /^\[ERROR\] COMPILATION ERROR/m,
};

/** Of ant too, for each class: it may repeat what a total says, so it counts only where there is none. */
export const surefireClasses: Runner = {
  name: 'surefire by class',
  summaries: [
    /^(?:\[[A-Za-z]+\] +)?Tests run: *(?<total>\d+), +Failures: *(?<failed>\d+), +Errors: *(?<errors>\d+)(?:, +Skipped: *(?<skipped>\d+))?, +Time elapsed: .*$/gm,
  ],
};

/** The tests that surefire names: those that failed. */
function readSurefire(lines: readonly string[]): Test[] {
  const failed = lines.flatMap((line): Test[] => {
    const [, text = ''] =
      /^(?:\[ERROR\] +)?(\S.*\S) +Time elapsed: [\d.]+ s(?:ec)? +<<< (?:FAILURE|ERROR)!$/.exec(
        line,
      ) ?? [];
    if (text === '' || text.startsWith('Tests run:')) return [];
    return [{ name: classFirst(text.replace(/ +--$/, '')), outcome: 'failed' }];
  });
  return addUnnamed([], failed);
}

/** Before version 3 it was `test(Class)`. */
function classFirst(text: string): string {
  const [, test, type] = /^(\w+)\(([\w.$]+)\)$/.exec(text) ?? [];
  return test === undefined ? text : `${type}.${test}`;
}
