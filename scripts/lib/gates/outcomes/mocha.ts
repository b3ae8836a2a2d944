import { headingPath } from './heading-path.ts';
import { addUnnamed, nameOf, type Outcome, type TestLine } from './test-line.ts';

/** Of each group, and of the whole list, in spaces. */
const INDENTATION = 2;

/** Groups in groups that an explanation of a failure names, at most. */
const DEEPEST = 20;

/** The tests that mocha names: all of them with its spec reporter, else those that failed. */
export function readMocha(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^ {2}\d+ passing(?: |$)/.test(line))) return [];
  const listed: TestLine[] = [];
  const failed: TestLine[] = [];
  const path = headingPath();
  /** How many failures are still to be explained, below the summary. */
  let explanations = 0;
  let explained: string[] = [];
  for (const line of lines) {
    explanations = Number(/^ {2}(\d+) failing$/.exec(line)?.[1] ?? explanations);
    const [, space = '', text = ''] = /^( {2,})(\S.*)$/.exec(line) ?? [];
    const indent = space.length;
    const numbered = /^\d+\) (.+)$/.exec(text)?.[1];
    if (explained.length > 0) {
      // `1) group`, `deeper group`, `test:`, each on a line.
      explained.push(text);
      const isEnd = text === '' || explained.length > DEEPEST;
      if (isEnd || addExplained(explained, failed)) explained = [];
    } else if (numbered !== undefined && explanations > 0 && indent === 2) {
      explanations--;
      explained = addExplained([numbered], failed) ? [] : [numbered];
    } else if (text !== '' && !/^\d+ (?:passing|pending|failing)\b/.test(text)) {
      addListed(indent, text, numbered, path, listed);
    }
  }
  return addUnnamed(listed, failed);
}

function addListed(
  indent: number,
  text: string,
  numbered: string | undefined,
  path: ReturnType<typeof headingPath>,
  listed: TestLine[],
): void {
  const above = path.above(indent);
  const add = (name: string, outcome: Outcome) => {
    // A log that has lost its start names the first tests without their groups.
    const isHalf = (above.length + 1) * INDENTATION < indent;
    if (!isHalf) listed.push({ name: nameOf([...above, name]), outcome });
  };
  if (/^[✔✓] /.test(text)) add(text.slice(2).replace(/ \(\d+ms\)$/, ''), 'passed');
  else if (text.startsWith('- ')) add(text.slice(2), 'skipped');
  else if (numbered !== undefined) add(numbered, 'failed');
  else path.open(indent, text);
}

function addExplained(parts: readonly string[], failed: TestLine[]): boolean {
  const last = parts.at(-1) ?? '';
  if (!last.endsWith(':')) return false;
  failed.push({ name: nameOf([...parts.slice(0, -1), last.slice(0, -1)]), outcome: 'failed' });
  return true;
}
