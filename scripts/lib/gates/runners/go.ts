import { nameOf, type Outcome, type Runner, type Test, type TestCount } from './runner.ts';

/** With -json it tells all by itself; without, nothing can make it write a report beside its log. */
export const go: Runner = {
  name: 'go test',
  summaries: [
    /^\?[ \t]+\S+[ \t]+\[no test files\]$/gm,
    /^ok[ \t]+\S+[ \t].*\[no tests to run\]$/gm,
  ],
  count: countGo,
  names: (lines) => [...readGo(lines), ...readGoJson(lines)],
};

const WORDS: Record<string, Outcome> = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' };
const ACTIONS: Record<string, Outcome> = { pass: 'passed', fail: 'failed', skip: 'skipped' };

/** The tests that go test names, each with its package: with -v all of them, else those that failed. */
function readGo(lines: readonly string[]): Test[] {
  const tests: Test[] = [];
  let ofPackage: Test[] = [];
  for (const line of lines) {
    const [, word = '', name = ''] = /^ *--- (PASS|FAIL|SKIP): (\S+) \([\d.]+s\)$/.exec(line) ?? [];
    const outcome = WORDS[word];
    if (outcome !== undefined) ofPackage.push({ name, outcome });
    // `ok  <tab>package<tab>0.02s`, after the tests of the package.
    const [, status, path = ''] = /^(ok {2}|FAIL)\t(\S+)(?:[\t ]|$)/.exec(line) ?? [];
    if (status === undefined) continue;
    for (const test of ofPackage) tests.push({ ...test, name: nameOf([path, test.name]) });
    // It does not compile, or ended before its tests did.
    const isExplained = ofPackage.some((test) => test.outcome === 'failed');
    if (status === 'FAIL' && !isExplained) {
      const isUnloaded = /\[(?:build|setup) failed\]$/.test(line);
      tests.push({ name: path, outcome: 'failed', ...(isUnloaded ? { isUnloaded } : {}) });
    }
    ofPackage = [];
  }
  return [...tests, ...ofPackage];
}

interface GoEvent {
  Action: string;
  Package: string;
  Test?: string;
}

/** What go test -json says about outcomes. */
function goEvents(lines: readonly string[]): GoEvent[] {
  return lines.flatMap((line) => {
    if (!line.startsWith('{') || !/"Action":"(?:pass|fail|skip)"/.test(line)) return [];
    const event = parseEvent(line);
    return event === null ? [] : [event];
  });
}

function parseEvent(line: string): GoEvent | null {
  try {
    const { Action, Package, Test } = JSON.parse(line);
    if (typeof Action !== 'string' || typeof Package !== 'string') return null;
    return { Action, Package, ...(typeof Test === 'string' ? { Test } : {}) };
  } catch {
    return null;
  }
}

/** The tests of go test -json: all of them. */
function readGoJson(lines: readonly string[]): Test[] {
  const failed = new Set<string>();
  return goEvents(lines).flatMap(({ Action, Package, Test }): Test[] => {
    const outcome = ACTIONS[Action];
    if (outcome === undefined) return [];
    if (Test !== undefined) {
      if (outcome === 'failed') failed.add(Package);
      return [{ name: nameOf([Package, Test]), outcome }];
    }
    return outcome === 'failed' && !failed.has(Package) ? [{ name: Package, outcome }] : [];
  });
}

/** go test names the tests that passed with -v and -json only: else a package ran nobody knows how many. */
function countGo(log: string): (TestCount | null)[] {
  const counts = countText(log);
  const events = goEvents(log.split('\n'));
  if (events.length === 0) return counts;
  const tests = events.filter(
    ({ Action, Test }) => Action !== 'skip' && Test?.includes('/') === false,
  );
  const failed = tests.filter(({ Action }) => Action === 'fail').length;
  return [...counts, { ran: tests.length, failed }];
}

function countText(log: string): (TestCount | null)[] {
  const outcomes = [...log.matchAll(/^--- (PASS|FAIL): /gm)].map(([, outcome]) => outcome);
  const isVerbose = /^=== RUN /m.test(log);
  const isPackageNamed = /^(?:ok|FAIL)[ \t]+\S+[ \t]+(?:[\d.]+s|\(cached\))/m.test(log);
  if (isPackageNamed && !isVerbose) return [null];
  if (!isVerbose && outcomes.length === 0) return [];
  return [
    { ran: outcomes.length, failed: outcomes.filter((outcome) => outcome === 'FAIL').length },
  ];
}
