/** Reports in JUnit's form, also ones that are cut off or damaged. */
import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import glob from 'fast-glob';
import { Parser } from 'htmlparser2';
import { nameOf, type Outcome, type Test, type TestCount } from './runner.ts';

type Attributes = Record<string, string>;

/** As it stands there: what its name means is for the runner to say. */
export interface JunitCase extends Test {
  attributes: Attributes;
  suites: readonly string[];
  /** Of what it came to: `pytest.xfail`, `todo`. */
  type?: string;
}

export interface JunitCases {
  cases: JunitCase[];
  /** False when the report breaks off. */
  isWhole: boolean;
  /** Where the text goes on behind it. */
  end: number;
}

/** Deeper than any real report: the parser's time grows with the square of the depth. */
const DEEPEST = 200;
const DEEPEST_NAME = 20;

/** A TODO's failure does not count, and what fails in the clean-up after a skipped test does. */
const RANK: Record<Outcome, number> = { passed: 0, skipped: 1, failed: 2, undecided: 3 };

/** The first report at or behind a place in a text, to the end of its outermost suite; null when there is none. */
export function junitCases(text: string, start = 0): JunitCases | null {
  const cases: JunitCase[] = [];
  const suites: string[] = [];
  const said: string[] = [];
  let open: JunitCase | null = null;
  let depth = 0;
  let nesting = 0;
  let end = -1;
  let isStarted = false;
  /** What the parser closes then is closed by nothing in the text. */
  let isCut = false;

  const finish = () => {
    if (open !== null) cases.push(open);
    open = null;
  };
  const take = (outcome: Outcome, attributes: Attributes) => {
    // Of a suite itself: what is around all its tests went wrong.
    if (open === null && outcome === 'failed')
      cases.push({ name: '', outcome, attributes: {}, suites: [...suites] });
    if (open === null || RANK[outcome] <= RANK[open.outcome]) return;
    const { message = '', type } = attributes;
    Object.assign(open, {
      outcome,
      ...(outcome === 'failed' ? { message } : {}),
      ...(type ? { type } : {}),
    });
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (++nesting > DEEPEST) return parser.pause();
        if (name === 'testsuite' || name === 'testsuites') {
          isStarted = true;
          suites[depth++] = name === 'testsuite' ? (attributes.name ?? '') : '';
        } else if (isStarted && name === 'testcase') {
          finish();
          const test = { name: attributes.name ?? '', outcome: 'passed' as const };
          open = { ...test, attributes, suites: suites.slice(0, DEEPEST_NAME) };
        } else if (isStarted && (name === 'failure' || name === 'error'))
          take('failed', attributes);
        else if (isStarted && name === 'skipped')
          take(attributes.type === 'todo' ? 'undecided' : 'skipped', attributes);
        said.length = 0;
      },
      ontext: (data) => {
        if (said.length < 50) said.push(data.slice(0, 2000));
      },
      onclosetag(name) {
        if (isCut) return;
        nesting--;
        if (open !== null && /^(?:failure|error)$/.test(name) && said.length > 0)
          open.message = said.join('').trim() || open.message;
        if (name === 'testcase') finish();
        if (!/^testsuites?$/.test(name) || !isStarted || end >= 0) return;
        suites.length = Math.max(--depth, 0);
        if (depth > 0) return;
        end = start + parser.endIndex + 1;
        parser.pause();
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(start === 0 ? text : text.slice(start));
  isCut = true;
  parser.end();
  if (!isStarted) return null;
  return { cases, isWhole: end >= 0, end: end >= 0 ? end : text.length };
}

/** All reports in a text, with the customary names; null when there is none. */
export function readJunit(text: string): { tests: Test[]; isWhole: boolean } | null {
  const all: JunitCases[] = [];
  for (
    let one = junitCases(text);
    one !== null;
    one = one.isWhole ? junitCases(text, one.end) : null
  )
    all.push(one);
  if (all.length === 0) return null;
  return { tests: all.flatMap(junitTests), isWhole: all.every(({ isWhole }) => isWhole) };
}

function junitTests({ cases }: JunitCases): Test[] {
  return cases.map(({ attributes, suites, type: _, ...test }) => ({
    ...test,
    name: caseName(test.name, attributes.classname ?? '', suites),
  }));
}

/** node:test calls each class `test`; others leave it away, or repeat the whole name in it. */
function caseName(name: string, type: string, suites: readonly string[]): string {
  const named = suites.filter((it) => it !== '' && !isAbsolute(it));
  if (name === '') return nameOf(named);
  if (type === '' || type === 'test') return nameOf([...named, name]);
  return type === name ? nameOf([name]) : nameOf([type, name]);
}

/** How many tests ran and failed, by their names. */
export function countTests(tests: readonly Test[]): TestCount {
  const ran = tests.filter(({ outcome }) => outcome !== 'skipped');
  return { ran: ran.length, failed: ran.filter(({ outcome }) => outcome === 'failed').length };
}

/**
 * Takes the reports out of a log. A report starts at the start of a line; one that breaks off takes the rest of the
 * log with it only when it names tests.
 */
export function withoutReports(log: string): { text: string; tests: Test[] } {
  const tests: Test[] = [];
  const starts = /^[ \t]*(?:<\?xml[^>\n]*>[ \t]*)?<testsuites?[\s>]/gm;
  let text = '';
  let position = 0;
  for (let start = starts.exec(log); start !== null; start = starts.exec(log)) {
    const report = junitCases(log, start.index);
    if (report === null || (!report.isWhole && report.cases.length === 0)) break;
    tests.push(...junitTests(report));
    text += log.slice(position, start.index);
    position = report.end;
    starts.lastIndex = position;
  }
  return { text: text + log.slice(position), tests };
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
