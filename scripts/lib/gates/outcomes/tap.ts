import type { TestCount } from '../count-tests.ts';
import { headingPath } from './heading-path.ts';
import { nameOf, type Outcome, type TestLine } from './test-line.ts';

interface Pending {
  indent: number;
  /** Innermost first: a subtest's own line comes before its parent's. */
  parts: string[];
  outcome: Outcome;
}

interface Result {
  indent: number;
  name: string;
  outcome: Outcome;
  /** `ok 1 - name`; tape and mocha print `ok 1 name`. */
  hasDash: boolean;
  hasBlock: boolean;
}

/** A comment that is no name of a test: summaries and markers. */
const NO_HEADING = /^# (?:Subtest: |(?:tests|pass|fail|skip|todo|ok|suites)\b|SKIP |TODO )/;

/** Whether lines hold a document of the Test Anything Protocol. */
export function isTap(lines: readonly string[]): boolean {
  return lines.some((line) => /^(?:TAP version \d+|1\.\.\d+(?: *#.*)?)$/.test(line));
}

/** The tests at the lowest level of TAP, each with the names of the subtests that it stands in. */
export function readTap(lines: readonly string[]): TestLine[] {
  if (!isTap(lines)) return [];
  const pending: Pending[] = [];
  const blocks = headingPath();
  let heading = '';
  let groups = 0;
  let yaml: number | null = null;
  let wasResult = false;
  for (const line of lines) {
    const indent = line.length - line.trimStart().length;
    const text = line.slice(indent).trimEnd();
    if (yaml !== null) {
      if (text === '...' && indent === yaml) yaml = null;
      continue;
    }
    if (text === '---' && wasResult) yaml = indent;
    const result = parseResult(line);
    wasResult = result !== null;
    if (result === null) {
      if (indent === 0 && text.startsWith('# ')) {
        if (!NO_HEADING.test(text)) heading = text.slice(2);
        groups = endDocument(text, groups, pending);
      }
      continue;
    }
    if (result.hasBlock) blocks.open(indent, result.name);
    else groups += add(pending, result, blocks.above(indent), heading);
  }
  return pending.map(({ parts, outcome }) => ({
    name: nameOf(parts.toReversed()),
    outcome,
  }));
}

/** @returns 1 when the result was that of a group of others, else 0 */
function add(pending: Pending[], result: Result, blocks: string[], heading: string): number {
  const { indent, name, outcome, hasDash } = result;
  let first = pending.length;
  // What vitest prints between braces has its parent's name above it.
  if (blocks.length === 0) while ((pending[first - 1]?.indent ?? -1) > indent) first--;
  const children = pending.slice(first);
  for (const child of children) {
    child.indent = indent;
    child.parts.push(name);
  }
  const isOwn = outcome === 'failed' && children.every((child) => child.outcome !== 'failed');
  if (children.length > 0 && !isOwn) return 1;
  const above = !hasDash && heading !== '' ? [heading] : [];
  pending.push({
    indent: blocks.length > 0 ? 0 : indent,
    parts: [...name.split(' › ').toReversed(), ...blocks.toReversed(), ...above],
    outcome,
  });
  return children.length > 0 ? 1 : 0;
}

/** node:test counts a test with subtests among the tests, and a suite not. */
function endDocument(text: string, groups: number, pending: Pending[]): number {
  const suites = /^# suites (\d+)$/.exec(text)?.[1];
  if (suites === undefined) return groups;
  for (let count = Number(suites); count < groups; count++) {
    pending.push({ indent: 0, parts: [''], outcome: 'undecided' });
  }
  return 0;
}

function parseResult(line: string): Result | null {
  const match = /^( *)(not ok|ok)(?: +(\d+))?( +-)?(?: (.*))?$/.exec(line);
  if (match === null) return null;
  const [, space = '', status, number = '', dash, rest = ''] = match;
  const hasBlock = rest.endsWith(' {');
  const directive = /(?:^| )# ?(skip|todo|time=)/i.exec(rest);
  const text = (directive === null ? rest : rest.slice(0, directive.index)).trim();
  if (number === '' && text === '') return null;
  return {
    indent: space.length,
    name: text === '' ? `test ${number}` : text.replaceAll(/\\([\\#])/g, '$1'),
    outcome: outcomeOf(status === 'ok', directive?.[1]?.toLowerCase()),
    hasDash: dash !== undefined || text === '',
    hasBlock,
  };
}

function outcomeOf(isOk: boolean, directive: string | undefined): Outcome {
  if (directive === 'skip') return 'skipped';
  if (directive === 'todo') return 'undecided';
  return isOk ? 'passed' : 'failed';
}

/** TAP whose producer sums it up itself. */
const SUMMED_UP = /^(?:# tests[ \t]+\d+|# \{ total: \d+,.*|Files=\d+, Tests=\d+,.*)$/m;

/** What the results at the margin count up to; a subtest is part of its parent. Nothing where a summary says it. */
export function countTap(log: string): TestCount[] {
  const lines = log.split('\n');
  if (!isTap(lines) || SUMMED_UP.test(log)) return [];
  const results = lines.flatMap((line) => {
    const result = /^(?:not ok|ok)\b/.test(line) ? parseResult(line) : null;
    return result === null ? [] : [result.outcome];
  });
  const isEmpty = results.length === 0;
  if (isEmpty && !/^1\.\.0\b/m.test(log)) return [];
  const ran = results.filter((outcome) => outcome !== 'skipped');
  return [{ ran: ran.length, failed: ran.filter((outcome) => outcome === 'failed').length }];
}
