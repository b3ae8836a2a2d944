import { addUnnamed, none, type Runner, type Test, type TestCount } from './runner.ts';

export const maven: Runner = {
  name: 'maven surefire',
  summaries: [
    // The total of a module, without the time that the lines for each class have.
    {
      pattern:
        /^(?:\[[A-Z]+\] +)?Tests run: *(\d+), +Failures: *(\d+)(?:, +Errors: *(\d+))?(?:, +Skipped: *(\d+))?(?:, +Flakes: *\d+)?$/gm,
      count: countSurefire,
    },
    { pattern: /^\[INFO\] (?:No tests to run|Tests are skipped)\.$/gm, count: none },
  ],
  names: readSurefire,
  unloaded: /^\[ERROR\] COMPILATION ERROR/m,
};

/** Of ant too, for each class: it may repeat what a total says, so it counts only where there is none. */
export const surefireClasses: Runner = {
  name: 'surefire by class',
  summaries: [
    {
      pattern:
        /^(?:\[[A-Za-z]+\] +)?Tests run: *(\d+), +Failures: *(\d+), +Errors: *(\d+)(?:, +Skipped: *(\d+))?, +Time elapsed: .*$/gm,
      count: countSurefire,
    },
  ],
};

function countSurefire([
  ,
  total,
  failures,
  errors = '0',
  skipped = '0',
]: RegExpMatchArray): TestCount {
  return {
    ran: Number(total) - Number(skipped),
    failed: Number(failures) + Number(errors),
  };
}

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
