import { countTests } from './count-tests.ts';
import { byPackage } from './outcomes/by-package.ts';
import { readCargo, readNextest } from './outcomes/cargo.ts';
import { readCtest } from './outcomes/ctest.ts';
import { readGo, readGoJson } from './outcomes/go.ts';
import { readDotnet, readGradle, readSurefire } from './outcomes/java.ts';
import { readJest } from './outcomes/jest.ts';
import { readMocha } from './outcomes/mocha.ts';
import { readNodeSpec } from './outcomes/node-test.ts';
import { outcomesOf, type TestOutcomes } from './outcomes/outcomes.ts';
import { readPhpunit } from './outcomes/php.ts';
import { plainText } from './outcomes/plain-text.ts';
import { withoutReports } from './outcomes/printed-reports.ts';
import { readPytest, readUnittest } from './outcomes/python.ts';
import { readMinitest, readRspec } from './outcomes/ruby.ts';
import { readTap } from './outcomes/tap.ts';
import type { Reader, TestLine } from './outcomes/test-line.ts';
import { readAva, readUvu } from './outcomes/uvu-ava.ts';
import { readVitest } from './outcomes/vitest.ts';

export type { TestOutcomes };

/** A runner of a new kind is a new reader. */
const READERS: readonly Reader[] = [
  readNodeSpec,
  readTap,
  readVitest,
  readJest,
  readMocha,
  readUvu,
  readAva,
  readPytest,
  readUnittest,
  readCargo,
  readNextest,
  readGo,
  readGoJson,
  readCtest,
  readRspec,
  readMinitest,
  readPhpunit,
  readGradle,
  readSurefire,
  readDotnet,
];

/** No name is longer; what is, is data, and would be searched for names in vain. */
const LONGEST_LINE = 2000;

/**
 * The names of the tests in a log, as its runners print them: native names whole (`a.py::test`, `pkg > TestA/sub`),
 * others with their file and groups, joined by ` > `.
 * @param root top of the working tree that the tests ran in, to be left out of the names
 * @returns null when no name can be read; no names, and not complete, when the log only says that none failed
 */
export function readOutcomes(log: string, root?: string): TestOutcomes | null {
  const plain = byPackage(plainText(log));
  const { text, tests: reports } = withoutReports(plain);
  const lines = linesOf(text);
  const read = READERS.flatMap((reader) => reader(lines));
  const tests = read.length > 0 ? read : reports.flatMap((report) => report.tests);
  const count = countTests(plain);
  const failed = tests.filter(({ outcome }) => outcome === 'failed').length;
  if (tests.length === 0 && (count === null || count.ran === 0 || count.failed > 0)) return null;
  // A log may have lost its start, or hold the tests of another runner, that names none of them.
  const isComplete = count !== null && tests.length > 0 && countRan(tests) >= count.ran;
  const isPartial = !isComplete && count !== null && failed < count.failed;
  return outcomesOf(tests, { complete: isComplete, partial: isPartial }, root);
}

/** Empty lines end something, so one of several is enough. */
function linesOf(text: string): string[] {
  return text
    .replaceAll(/\n{3,}/g, '\n\n')
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? '' : line.trimEnd()));
}

function countRan(tests: readonly TestLine[]): number {
  return tests.filter(({ outcome, isAgain }) => outcome !== 'skipped' && !isAgain).length;
}

/** The outcomes of several reports of one run; null when there are none. */
export function mergeOutcomes(all: readonly TestOutcomes[]): TestOutcomes | null {
  if (all.length === 0) return null;
  const tests = all.flatMap(({ failed, passed }): TestLine[] => [
    ...failed.map((name) => ({ name, outcome: 'failed' as const })),
    ...passed.map((name) => ({ name, outcome: 'passed' as const })),
  ]);
  return outcomesOf(tests, {
    complete: all.every(({ complete }) => complete),
    partial: all.some(({ partial }) => partial),
  });
}
