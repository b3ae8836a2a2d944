/** What became of the tests of all changed files together: a test may have moved from one into another. */
import { assertsSomething, compareAssertions, countTexts } from './compare-assertions.ts';
import { grouped } from './grouped.ts';
import { type Finding, shortened, strong, type Tampering, weak } from './kinds.ts';
import { matchAcross, matchWithin, type TestPair } from './match-tests.ts';
import type { Table } from './tables.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** One changed file that has tests, or had some. */
export interface TestChange {
  /** Base's path. */
  path: string;
  before: TestFile | null;
  after: TestFile | null;
  /** What is outside of tests is a test's as well; in a program with tests in it, it is the program's. */
  isWhollyTest: boolean;
  /** The runner starts this file by itself, so that an exit in it ends an exam. */
  isRun: boolean;
  /** Its source was deleted in the same change. */
  lostItsSource: boolean;
}

const NO_TESTS: TestFile = {
  tests: [],
  outside: {
    name: '',
    path: '',
    body: '',
    lines: () => new Set(),
    assertions: [],
    skips: [],
    evasions: [],
    isHandedOn: false,
  },
  onlys: [],
  exits: [],
  runs: 0,
  tables: [],
};

export function compareTests(changes: readonly TestChange[]): Tampering[] {
  const sides = changes.map((change) => ({
    change,
    before: change.before ?? NO_TESTS,
    after: change.after ?? NO_TESTS,
    matched: matchWithin(change.before ?? NO_TESTS, change.after ?? NO_TESTS),
  }));
  const across = matchAcross(
    sides.flatMap(({ matched }) => matched.lost),
    sides.flatMap(({ matched }) => matched.gained),
  );
  const movedTo = new Map(across.pairs.map(({ before, after }) => [before, after]));
  const testPairs = [...across.pairs, ...sides.flatMap(({ matched }) => matched.pairs)];
  const testsNow = sides.flatMap((side) => side.after.tests);
  const inTests = newAssertions(testsNow, testPairs);
  const elsewhere = newAssertions(
    [...testsNow, ...sides.map((side) => side.after.outside)],
    [
      ...testPairs,
      ...sides.map((side) => ({ before: side.before.outside, after: side.after.outside })),
    ],
  );
  const helping = sides.some(
    (side) => side.after.outside.assertions.length > side.before.outside.assertions.length,
  );
  return sides.flatMap(({ change, before, after, matched }) => {
    const moved = matched.lost.flatMap((test) => {
      const now = movedTo.get(test);
      return now === undefined ? [] : [{ before: test, after: now }];
    });
    const lost = matched.lost.filter((test) => !movedTo.has(test));
    const hasHelpers = helping || assertsSomething(after.outside.assertions);
    const findings = [
      ...deleted(change, lost, inTests),
      ...[...matched.pairs, ...moved].flatMap((pair) => comparePair(pair, elsewhere, hasHelpers)),
      ...(change.isWhollyTest ? compareOutside(before, after, elsewhere) : []),
      ...compareRunning(change, before, after),
      ...(change.after === null ? [] : compareTables(before, after)),
    ];
    return findings.map((finding) => ({ path: change.path, ...finding }));
  });
}

/** The assertions that none of these had before: among them are those that moved. */
function newAssertions(cases: readonly TestCase[], pairs: readonly TestPair[]) {
  const fresh = countTexts(cases.flatMap(({ assertions }) => assertions));
  for (const { before, after } of pairs) {
    const old = countTexts(before.assertions);
    for (const [text, count] of countTexts(after.assertions)) {
      fresh.set(text, (fresh.get(text) ?? 0) - Math.min(count, old.get(text) ?? 0));
    }
  }
  return fresh;
}

/** `inTests`: the assertions that are new in tests; in a function that nothing runs they would assert nothing. */
function deleted(
  change: TestChange,
  lost: readonly TestCase[],
  inTests: ReadonlyMap<string, number>,
): Finding[] {
  if (change.after === null) return fileGone(change, lost);
  return lost.map((test) => {
    const detail = `test "${shortened(test.name)}" is gone`;
    const isMerged =
      assertsSomething(test.assertions) &&
      test.assertions.every(({ text }) => (inTests.get(text) ?? 0) > 0);
    return isMerged
      ? weak('test-deleted', `${detail}; what it asserts is in other tests now`)
      : strong('test-deleted', detail);
  });
}

function fileGone({ before, lostItsSource }: TestChange, lost: readonly TestCase[]): Finding[] {
  const all = before?.tests.length ?? 0;
  if (before === null || (all > 0 && lost.length === 0)) return [];
  if (all === 0) {
    return assertsSomething(before.outside.assertions)
      ? [strong('test-deleted', 'the file is gone with its assertions')]
      : // A helper that nothing needs any more: what needed it and lost it says so itself.
        [weak('test-deleted', 'the file is gone; it had no test of its own')];
  }
  const detail = `the file is gone with ${lost.length} ${lost.length === 1 ? 'test' : 'tests'}`;
  return lostItsSource
    ? [weak('test-deleted', `${detail}, and so is what it tested`)]
    : [strong('test-deleted', detail)];
}

function comparePair(
  { before, after }: TestPair,
  elsewhere: Map<string, number>,
  hasHelpers: boolean,
): Finding[] {
  const label = `test "${shortened(before.name)}"`;
  const skip = after.skips.length > before.skips.length ? after.skips.at(-1) : undefined;
  const skipped =
    skip === undefined ? [] : [strong('test-skipped', `${label} is skipped: ${shortened(skip)}`)];
  if (before.body === after.body && before.evasions.length >= after.evasions.length) return skipped;
  const isEmpty = isBlank(after) && !isBlank(before);
  const lostAll = assertsSomething(before.assertions) && !assertsSomething(after.assertions);
  const helper = hasHelpers ? newHelper(before, after) : null;
  if (helper !== null && after.assertions.length < before.assertions.length) {
    const counts = `assertions: ${before.assertions.length} before, ${after.assertions.length} now`;
    return [
      ...skipped,
      weak('assertions-removed', `${label}: ${counts}, and ${shortened(helper, 40)} is called`),
    ];
  }
  if (isEmpty || lostAll) {
    const detail = isEmpty
      ? `${label} has no statement left`
      : `${label} asserts nothing any more: assertions: ${before.assertions.length} before`;
    return [...skipped, strong('test-emptied', detail)];
  }
  return [
    ...skipped,
    ...evaded(label, before, after),
    ...compareAssertions(label, before.assertions, after.assertions, elsewhere),
  ];
}

/** A function of another place that may assert for the test now, and did not before. */
function newHelper(before: TestCase, after: TestCase): string | null {
  if (after.isHandedOn) return before.isHandedOn ? null : (/\w+/.exec(after.body)?.[0] ?? null);
  const calls = after.body.matchAll(
    /(?<![\w.])(\w{0,40}(?:test|check|assert|expect|verify|validate)\w{0,40})\(/gi,
  );
  const names = new Set([...calls].map(([, name = '']) => name));
  return [...names].slice(0, 50).find((name) => !before.body.includes(`${name}(`)) ?? null;
}

/** Nothing but brackets, and strings that document. */
function isBlank({ body }: TestCase): boolean {
  const words = body.slice(0, 4000).replace(/"[^"]*"/g, '');
  return /^(?:[(){}]|=>|pass|\.\.\.|do|end|async|function|t|done|_)*$/.test(words);
}

function evaded(label: string, before: TestCase, after: TestCase): Finding[] {
  return after.evasions
    .slice(before.evasions.length)
    .map((evasion) =>
      evasion.startsWith('it returns')
        ? strong('test-skipped', `${label}: ${shortened(evasion)}`)
        : strong('assertion-loosened', `${label}: ${shortened(evasion)}`),
    );
}

/** Set-up and helpers: what they assert holds for all tests that use them. */
function compareOutside(
  before: TestFile,
  after: TestFile,
  elsewhere: Map<string, number>,
): Finding[] {
  // A file that is gone, or is new, was told of as a file.
  if (before === NO_TESTS || after === NO_TESTS) return [];
  const label = 'outside of tests';
  const old = before.outside;
  const now = after.outside;
  const skips = now.skips.slice(old.skips.length);
  return [
    ...skips.map((skip) =>
      strong('test-skipped', `tests of the file are skipped: ${shortened(skip)}`),
    ),
    ...evaded(label, old, now),
    ...compareAssertions(label, old.assertions, now.assertions, elsewhere),
  ];
}

function compareRunning(change: TestChange, before: TestFile, after: TestFile): Finding[] {
  const findings: Finding[] = [];
  const [only] = after.onlys;
  if (only !== undefined && after.onlys.length > before.onlys.length) {
    findings.push(strong('test-skipped', `${shortened(only)}: the other tests no longer run`));
  }
  const isExam = change.isRun || before.tests.length > 0;
  const [exit] = after.exits;
  if (isExam && exit !== undefined && after.exits.length > before.exits.length) {
    const detail = `${shortened(exit)}: the runner may end before it fails`;
    // A new file may well be a program that ends itself.
    findings.push((change.before === null ? weak : strong)('test-skipped', detail));
  }
  if (change.after !== null && before.runs > 0 && after.runs === 0) {
    findings.push(strong('test-skipped', 'no suite of the file is run any more'));
  }
  return findings;
}

/** Tables of the same name in their order; those that did not change are no partners of others. */
function compareTables(before: TestFile, after: TestFile): Finding[] {
  const same = (a: Table, b: Table) =>
    a.rows.length === b.rows.length && a.rows.every((row, at) => row === b.rows[at]);
  const now = grouped(after.tables, ({ name }) => name);
  return [...grouped(before.tables, ({ name }) => name)].flatMap(([name, tables]) => {
    const current = (now.get(name) ?? []).slice(0, MOST_OF_A_NAME);
    const old = tables.slice(0, MOST_OF_A_NAME).filter((table) => {
      const at = current.findIndex((it) => same(it, table));
      if (at >= 0) current.splice(at, 1);
      return at < 0;
    });
    return old.flatMap(({ rows }, at) => {
      const changed = current[at]?.rows;
      return changed === undefined ? [] : compareRows(name, rows, changed);
    });
  });
}

/** No person writes more tables that are told apart by their order alone. */
const MOST_OF_A_NAME = 50;

function compareRows(name: string, rows: readonly string[], now: readonly string[]): Finding[] {
  const kept = new Set(now);
  const gone = rows.filter((row) => !kept.has(row));
  const [first] = gone;
  // A list that has nothing in common with the old one is another list.
  if (first === undefined || (gone.length === rows.length && rows.length > 1)) return [];
  const label = `table ${shortened(name, 60)}`;
  if (now.length < rows.length) {
    const counts = `rows: ${rows.length} before, ${now.length} now`;
    return [strong('test-cases-removed', `${label}: ${counts}; gone: ${shortened(first)}`)];
  }
  const count = gone.length === 1 ? '1 row differs' : `${gone.length} rows differ`;
  return [weak('assertion-changed', `${label}: ${count}: ${shortened(first)}`)];
}
