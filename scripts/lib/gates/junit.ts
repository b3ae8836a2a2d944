import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import glob from 'fast-glob';
import type { TestCount } from './count-tests.ts';
import { outcomesOf, type TestOutcomes } from './outcomes/outcomes.ts';
import { nameOf, type Outcome, type TestLine } from './outcomes/test-line.ts';
import { type XmlTag, xmlTags } from './outcomes/xml-tags.ts';

export interface JunitReport {
  count: TestCount;
  outcomes: TestOutcomes;
}

export interface JunitTests {
  tests: TestLine[];
  /** False when the report breaks off. */
  isWhole: boolean;
  /** Where the text goes on behind it. */
  end: number;
}

/** Deeper than any real report; each name is made of all suites around it. */
const DEEPEST = 20;

/**
 * Reads a report in JUnit's form, also one that is cut off or damaged.
 * @param root top of the working tree, to be left out of the names
 * @returns null when it is no such report
 */
export function readJunit(xml: string, root?: string): JunitReport | null {
  const all: JunitTests[] = [];
  for (let start = 0; ; ) {
    const one = scanJunit(xml, start);
    if (one === null) break;
    all.push(one);
    start = one.end;
    if (!one.isWhole) break;
  }
  if (all.length === 0) return null;
  const tests = all.flatMap((one) => one.tests);
  const complete = all.every(({ isWhole }) => isWhole);
  return {
    count: countJunit(tests),
    outcomes: outcomesOf(tests, { complete, partial: !complete }, root),
  };
}

/** How many of a report's tests ran and failed; skipped tests did not run. */
export function countJunit(tests: readonly TestLine[]): TestCount {
  const ran = tests.filter(({ outcome }) => outcome !== 'skipped');
  return {
    ran: ran.length,
    failed: ran.filter(({ outcome }) => outcome === 'failed').length,
  };
}

/** The first report at or behind a place in a text, to the end of its outermost suite; null when there is none. */
export function scanJunit(text: string, start: number): JunitTests | null {
  const { tests, take, isStarted } = newReport();
  for (const tag of xmlTags(text, start)) {
    if (take(tag)) return { tests, isWhole: true, end: tag.end };
  }
  return isStarted() ? { tests, isWhole: false, end: text.length } : null;
}

function newReport() {
  const tests: TestLine[] = [];
  const suites: string[] = [];
  let depth = 0;
  let isStarted = false;
  let open: TestLine | null = null;

  const takeSuite = ({ kind, name, attributes }: XmlTag) => {
    if (kind === 'close') depth--;
    if (kind !== 'open') {
      suites.length = Math.min(suites.length, Math.max(depth, 0));
      return;
    }
    depth++;
    if (depth <= DEEPEST) suites.push(name === 'testsuite' ? (attributes.get('name') ?? '') : '');
  };
  const takeCase = (tag: XmlTag) => {
    if (open !== null) tests.push(open);
    open = tag.kind === 'close' ? null : { name: caseName(tag, suites), outcome: 'passed' };
    if (tag.kind !== 'empty' || open === null) return;
    tests.push(open);
    open = null;
  };
  const takeOutcome = (outcome: Outcome) => {
    // Of a suite itself: what is around all its tests went wrong.
    if (open === null && outcome === 'failed') tests.push({ name: nameOf(named(suites)), outcome });
    if (open !== null && RANK[outcome] > RANK[open.outcome]) open.outcome = outcome;
  };
  /** @returns whether that was the end of the report */
  const take = (tag: XmlTag): boolean => {
    if (tag.name === 'testsuite' || tag.name === 'testsuites') {
      if (!isStarted && tag.kind === 'close') return false;
      isStarted = true;
      takeSuite(tag);
      return depth <= 0;
    }
    const outcome = tag.kind === 'close' ? null : outcomeOf(tag);
    if (isStarted && tag.name === 'testcase') takeCase(tag);
    else if (isStarted && outcome !== null) takeOutcome(outcome);
    return false;
  };
  return { tests, take, isStarted: () => isStarted };
}

/** A TODO's failure does not count, and what fails in the clean-up after a skipped test does. */
const RANK: Record<Outcome, number> = { passed: 0, skipped: 1, failed: 2, undecided: 3 };

function outcomeOf({ name, attributes }: XmlTag): Outcome | null {
  if (name === 'failure' || name === 'error') return 'failed';
  if (name !== 'skipped') return null;
  return attributes.get('type') === 'todo' ? 'undecided' : 'skipped';
}

/** node:test calls each class `test`; others leave it away, or repeat the whole name in it. */
function caseName({ attributes }: XmlTag, suites: readonly string[]): string {
  const name = attributes.get('name') ?? '';
  const type = attributes.get('classname') ?? '';
  if (type === '' || type === 'test') return nameOf([...named(suites), name]);
  return type === name ? nameOf([name]) : nameOf([type, name]);
}

function named(suites: readonly string[]): string[] {
  return suites.filter((name) => name !== '' && !isAbsolute(name));
}

/** Where the customary tools put their reports, in the project and one level of modules below it. */
const PLACES = [
  '{,*/}target/{surefire,failsafe}-reports/TEST-*.xml',
  '{,*/}build/test-results/**/TEST-*.xml',
  '{,*/}target/nextest/*/*junit*.xml',
  '{,*/}{junit,test-report,test-results,rspec}.xml',
  '{,*/}junit-*.xml',
  '{,*/}{test-results,test-reports,TestResults}/*.xml',
  '{,*/}reports/{junit,TEST-,test}*.xml',
  'test/reports/TEST-*.xml',
  'coverage/junit.xml',
  'build/logs/junit.xml',
];

const MOST_FILES = 500;
const MOST_BYTES = 50 * 1024 ** 2;

/**
 * The reports that a gate wrote: absolute paths, sorted, of files that were changed since then.
 * Nothing is read through links, and no more than 500 files and 50 MB in all.
 * @param sinceMs milliseconds since 1970
 */
export async function findJunitReports(directory: string, sinceMs: number): Promise<string[]> {
  const top = await realpath(directory).catch(() => null);
  if (top === null) return [];
  const found = await glob(PLACES, {
    cwd: top,
    absolute: true,
    onlyFiles: true,
    followSymbolicLinks: false,
    suppressErrors: true,
    deep: 8,
    ignore: ['**/node_modules/**'],
  });
  const reports: string[] = [];
  let bytes = 0;
  for (const path of found.sort()) {
    if (reports.length === MOST_FILES) break;
    const size = await sizeOfNew(path, sinceMs);
    if (size === null || bytes + size > MOST_BYTES) continue;
    bytes += size;
    reports.push(join(directory, relative(top, path)));
  }
  return reports;
}

/** Null for what is old, no plain file, or reached through a link to a folder. */
async function sizeOfNew(path: string, sinceMs: number): Promise<number | null> {
  const [status, real] = await Promise.all([lstat(path), realpath(path)]).catch(() => []);
  if (status === undefined || real !== path || !status.isFile()) return null;
  return status.mtimeMs >= sinceMs ? status.size : null;
}
