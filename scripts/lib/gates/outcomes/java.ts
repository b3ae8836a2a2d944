import { addUnnamed, nameOf, type Outcome, type TestLine } from './test-line.ts';

const WORDS: Record<string, Outcome> = { PASSED: 'passed', FAILED: 'failed', SKIPPED: 'skipped' };

/** The tests that gradle names: those that failed, and the others too where the build says so. */
export function readGradle(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => line.startsWith('> Task :'))) return [];
  return lines.flatMap((line): TestLine[] => {
    const [, name = '', word = ''] = /^(\w\S* > .+) (PASSED|FAILED|SKIPPED)$/.exec(line) ?? [];
    const outcome = WORDS[word];
    return outcome === undefined ? [] : [{ name: nameOf(name.split(' > ')), outcome }];
  });
}

/** The tests that surefire names: those that failed. */
export function readSurefire(lines: readonly string[]): TestLine[] {
  const failed = lines.flatMap((line): TestLine[] => {
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

/** The tests that dotnet test names: those that failed, and in its more talkative modes all of them. */
export function readDotnet(lines: readonly string[]): TestLine[] {
  return lines.flatMap((line): TestLine[] => {
    const [, word = '', name = ''] =
      /^ {2}(Passed|Failed|Skipped) (\S.*) \[<? ?[\d.:]+ ?m?s\]$/.exec(line) ?? [];
    const outcome = WORDS[word.toUpperCase()];
    return outcome === undefined ? [] : [{ name, outcome }];
  });
}
