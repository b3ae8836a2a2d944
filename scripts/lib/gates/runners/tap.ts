/** The Test Anything Protocol, whoever prints it. */
import { Parser } from 'tap-parser';
import {
  NODE_UNLOADED,
  nameOf,
  type Runner,
  type Summary,
  type Test,
  type TestCount,
} from './runner.ts';

const TOTALS: readonly Summary[] = [
  // node-tap: `# { total: 3, pass: 2, fail: 1 }`.
  {
    pattern: /^# \{ total: \d+,.*\}$/gm,
    count: ([line = '']) => {
      const word = (name: string) => Number(new RegExp(` ${name}: (\\d+)`).exec(line)?.[1] ?? 0);
      return { ran: word('total') - word('skip'), failed: word('fail') };
    },
  },
  // prove: `t/a.t (Wstat: 256 Tests: 3 Failed: 1)`, `Files=2, Tests=5, `.
  /^Files=\d+, Tests=(?<passed>\d+), .*$/gm,
  {
    pattern: /^[^\s(][^\n(]*\(Wstat: \d+ (?:\([^\n()]*\) )?Tests: \d+ Failed: (\d+)\)$/gm,
    count: ([, failed]) => ({ ran: 0, failed: Number(failed) }),
  },
];

export const tap: Runner = {
  name: 'TAP',
  summaries: TOTALS,
  count: countTap,
  names: readTap,
  unloaded: NODE_UNLOADED,
};

/** Whether lines hold a document of it. */
function isTap(lines: readonly string[]): boolean {
  return lines.some((line) => /^(?:TAP version \d+|1\.\.\d+(?: *#.*)?)$/.test(line));
}

/** A comment that is no name of a test: summaries and markers. */
const NO_HEADING = /^# (?:Subtest: |(?:tests|pass|fail|skip|todo|ok|suites)\b|SKIP |TODO |\{ )/;

const RESULT = /^ *(?:not )?ok\b/;

/** Deeper than any real subtest; a hostile one would cost a parser for each level. */
const DEEPEST = 80;

/** The tests at the lowest level of TAP, each with the names of the subtests that it stands in. */
function readTap(lines: readonly string[]): Test[] {
  if (!isTap(lines)) return [];
  const events = documentsIn(lines).flatMap((it) => Parser.parse(it, { flat: true }));
  return events.flatMap(([event, result]): Test[] => {
    if (event !== 'assert') return [];
    const { ok, fullname, id, skip, todo } = result;
    const name = fullname === '' ? `test ${id}` : nameOf(fullname.split(' › '));
    const outcome = outcomeOf({ ok, skip, todo });
    // node:test names a file that could not be loaded.
    const isUnloaded = outcome === 'failed' && /^\S+\.[cm]?[jt]sx?$/.test(name);
    return [{ name, outcome, ...(isUnloaded ? { isUnloaded } : {}) }];
  });
}

function outcomeOf(said: { ok: boolean; skip: unknown; todo: unknown }): Test['outcome'] {
  if (said.skip) return 'skipped';
  if (said.todo) return 'undecided';
  return said.ok ? 'passed' : 'failed';
}

/**
 * What the parser is given: each document up to its plan; no blocks of YAML, which cost seconds a megabyte, and nothing
 * that is too deep. tape prints `ok 1 name` below the `# heading` that it belongs to, others `ok 1 - name`.
 */
function documentsIn(lines: readonly string[]): string[] {
  const documents: string[][] = [[]];
  let heading = '';
  let block: string | null = null;
  let hasResults = false;
  // Else what is indented is a program's.
  const hasSubtests = lines.some((line) => /^ *# Subtest|^ *(?:not )?ok .*\{$/.test(line));
  for (const line of lines) {
    const indent = line.slice(0, line.length - line.trimStart().length);
    const document = documents.at(-1) ?? [];
    if (block !== null) {
      if (line === `${block}...`) block = null;
    } else if (line.trim() === '---' && RESULT.test(document.at(-1) ?? '')) {
      block = indent;
    } else if (indent.length <= (hasSubtests ? DEEPEST : 0)) {
      if (line.startsWith('# ') && !NO_HEADING.test(line)) heading = line.slice(2);
      const [, result, name] = /^((?:not )?ok \d+) (?![-#])(.+)$/.exec(line) ?? [];
      document.push(name === undefined || !heading ? line : `${result} - ${heading} > ${name}`);
      hasResults ||= indent === '' && RESULT.test(line);
      if (!hasResults || !/^1\.\.\d+/.test(line)) continue;
      documents.push([]);
      hasResults = false;
    }
  }
  return documents.map((document) => document.join('\n').concat('\n'));
}

/** TAP whose producer sums it up itself. */
const SUMMED_UP = /^(?:# tests[ \t]+\d+|# \{ total: \d+,.*|Files=\d+, Tests=\d+,.*)$/m;

/** What the results at the margin count up to; a subtest is part of its parent. Nothing where a summary says it. */
function countTap(log: string): TestCount[] {
  const lines = log.split('\n');
  if (!isTap(lines) || SUMMED_UP.test(log)) return [];
  const results = lines.filter((line) => /^(?:not ok|ok)(?: \d+| - |$)/.test(line));
  if (results.length === 0 && !/^1\.\.0\b/m.test(log)) return [];
  const ran = results.filter((line) => !/ # ?skip/i.test(line));
  return [
    {
      ran: ran.length,
      failed: ran.filter((it) => /^not ok/.test(it) && !/ # ?todo/i.test(it)).length,
    },
  ];
}
