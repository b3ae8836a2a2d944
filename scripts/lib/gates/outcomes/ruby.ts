import { headingPath } from './heading-path.ts';
import { addUnnamed, nameOf, type Outcome, type TestLine } from './test-line.ts';

const EXAMPLES = /^(\d+) examples?, \d+ failures?\b/;

/** The examples that rspec names: all of them in its documentation format, else those that failed, by file. */
export function readRspec(lines: readonly string[]): TestLine[] {
  const tests: TestLine[] = [];
  let start = 0;
  let isListed = false;
  lines.forEach((line, index) => {
    const count = EXAMPLES.exec(line)?.[1];
    if (count !== undefined) {
      const listed = readDocumentation(lines.slice(start, index));
      // Other lines than a list's may be indented too: the list is what has as many examples as were counted.
      isListed = listed.length > 0 && listed.length === Number(count);
      if (isListed) for (const test of listed) tests.push(test);
      start = index + 1;
    }
    const [, place = '', title = ''] = /^rspec (\S+) +# (.+)$/.exec(line) ?? [];
    if (place !== '' && !isListed) {
      tests.push({ name: nameOf([fileOf(place), title]), outcome: 'failed' });
    }
    const broken = /^An error occurred while loading (\S+)\.$/.exec(line)?.[1];
    if (broken !== undefined) tests.push({ name: broken, outcome: 'failed' });
  });
  return tests;
}

/** `./spec/a_spec.rb:3`, `'./spec/a_spec.rb[1:2]'`. */
function fileOf(place: string): string {
  return place.replace(/^'/, '').replace(/(?::\d+|\[[\d:]+\])?'?$/, '');
}

/** A line is an example when nothing deeper follows it; groups alone start at the margin. */
function readDocumentation(lines: readonly string[]): TestLine[] {
  const end = lines.findIndex((line) => /^(?:Pending:|Failures:$|Finished in )/.test(line));
  const list = lines.slice(0, end === -1 ? lines.length : end).filter((line) => line.trim() !== '');
  const path = headingPath();
  return list.flatMap((line, index): TestLine[] => {
    const text = line.trim();
    const indent = indentOf(line);
    const isGroup = indentOf(list[index + 1] ?? '') > indent;
    const above = path.above(indent);
    if (isGroup) path.open(indent, text);
    if (isGroup || indent === 0) return [];
    const note = text.endsWith(')') ? / \((FAILED - \d+|PENDING: .*)\)$/.exec(text) : null;
    const title = note === null ? text : text.slice(0, note.index);
    return [{ name: nameOf([...above, title]), outcome: outcomeOf(note?.[1]) }];
  });
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function outcomeOf(note: string | undefined): Outcome {
  if (note === undefined) return 'passed';
  return note.startsWith('FAILED') ? 'failed' : 'skipped';
}

const SIGNS: Record<string, Outcome> = { '.': 'passed', F: 'failed', E: 'failed', S: 'skipped' };

/** The tests that minitest and test-unit name: of minitest with -v all of them, else those that failed. */
export function readMinitest(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^\d+ (?:runs|tests), \d+ assertions, /.test(line))) return [];
  const listed: TestLine[] = [];
  const failed: TestLine[] = [];
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
