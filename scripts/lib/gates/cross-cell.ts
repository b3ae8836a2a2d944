/** What one result's tests say of one result's code. */

import { belongsToTests } from '../exam/roles.ts';
import { cutTo } from '../foreign-text.ts';
import { listed } from '../listed.ts';
import { compareOutcomes } from './compare-outcomes.ts';
import type { GateResult } from './run.ts';

/** A test gate's result. */
export type TestGate = Pick<
  GateResult,
  'name' | 'status' | 'flaky' | 'tests' | 'outcomes' | 'log'
> &
  Partial<Pick<GateResult, 'interference' | 'missing_dependencies'>>;

/** The test gates on one tree; null: tests and code could not be put together. */
export type TestRun = readonly TestGate[] | null;

/** The one that says most first: it counts for all gates of a cell. */
export const cellKinds = [
  'caught',
  'does-not-fit',
  'fails-own',
  'unknown',
  'not-run',
  'passes',
] as const;

export type CellKind = (typeof cellKinds)[number];

export interface CellAnswer {
  kind: CellKind;
  /** Tests that fail there, and do not fail on the same code with base's own tests. */
  failed: string[];
  /** One line for people: why, where the kind does not say it. */
  detail: string;
}

/** The run in question, and those that it is compared with. */
export interface CellRuns {
  run: TestRun;
  /** Whether the tests and the code are of the same result. */
  isOwn: boolean;
  /** The same tests on their author's code. */
  own: TestRun;
  /** And without what its author added beside them and did not go along; null: there is no such run. */
  control: TestRun;
  /** Base's tests on this code, and on the code of the tests' author. */
  baseHere: TestRun;
  baseOwn: TestRun;
  /** Files that the tests need, and that this code does not have, or has others in their place. */
  absent: readonly string[];
}

/** A gate that says nothing here said nothing anywhere. */
type GateAnswer = Omit<CellAnswer, 'kind'> & { kind: CellKind | 'silent' };

export function judgeCell(runs: CellRuns): CellAnswer {
  if (runs.run === null)
    return {
      kind: 'not-run',
      failed: [],
      detail: 'a file of one lies where the other has a folder',
    };
  const answers = runs.run.map((gate) => judgeGate(gate, runs));
  const failed = [...new Set(answers.flatMap((answer) => answer.failed))];
  for (const kind of cellKinds) {
    const first = answers.find((answer) => answer.kind === kind);
    if (first !== undefined) return { kind, failed, detail: first.detail };
  }
  const isUnrun = runs.run.every(({ status }) => status === 'not-run');
  return { kind: isUnrun ? 'not-run' : 'unknown', failed, detail: answers[0]?.detail ?? '' };
}

function judgeGate(gate: TestGate, runs: CellRuns): GateAnswer {
  const ofGate = (run: TestRun) => run?.find(({ name }) => name === gate.name);
  const [own, baseHere, baseOwn] = [ofGate(runs.own), ofGate(runs.baseHere), ofGate(runs.baseOwn)];
  const changed = changedTests(own, baseOwn);
  const here = standing(gate, baseHere, changed);
  if (here.state === 'unknown') {
    const isSilent = !gate.flaky && gate.status !== 'fail' && gate.status === own?.status;
    return { kind: isSilent ? 'silent' : 'unknown', failed: [], detail: here.detail };
  }
  if (here.state === 'passes') {
    const isMissing = haveNotRun(gate, own, baseOwn);
    const detail = isMissing ? 'none of these tests was run on this code' : '';
    return { kind: isMissing ? 'not-run' : 'passes', failed: [], detail };
  }
  const { failed } = here;
  if (runs.isOwn) return { kind: 'fails-own', failed, detail: 'they fail on their own code' };
  const control = ofGate(runs.control ?? runs.own);
  const mine = control === undefined ? null : standing(control, baseOwn, changed);
  if (control === undefined || mine === null || mine.state === 'unknown')
    return {
      kind: 'unknown',
      failed,
      detail: 'it is not known whether they pass on their own code',
    };
  if (mine.state === 'fails' && holdingIn(control, failed).length === 0)
    return holdingIn(own, failed).length === 0
      ? { kind: 'fails-own', failed, detail: 'they fail on their own code too' }
      : misfit(failed, 'without other new files of their author they fail on its code too');
  return judgeFailure(gate, control, failed, runs.absent);
}

/** Only tests that ran can catch: a file that the runner could not load says nothing of what the code does. */
function judgeFailure(
  { tests }: TestGate,
  own: TestGate,
  failed: string[],
  absent: readonly string[],
): GateAnswer {
  if (absent.length > 0)
    return misfit(
      failed,
      `they need ${inWords(absent)}, which is missing here, or is another file`,
    );
  const holding = holdingIn(own, failed);
  // Where all that ran on their own code is named, nothing else is a test.
  const proving = own.outcomes?.complete
    ? holding
    : holding.filter((name) => isTestName(name, tests !== null));
  if (proving.length > 0) return { kind: 'caught', failed: proving, detail: '' };
  if (failed.length > 0) return misfit(failed, `the runner could not run ${inWords(failed)}`);
  const ranAll = tests !== null && own.tests !== null && tests.ran >= own.tests.ran;
  return ranAll && tests.failed < tests.ran
    ? { kind: 'caught', failed, detail: '' }
    : misfit(failed, 'the runner does not say that they ran');
}

/** Runners name a file where they could not read the tests in it, unittest its stand-in, go a package alone. */
function isTestName(name: string, isCounted: boolean): boolean {
  const isFile = /^\S+\.\w+$/.test(name) && belongsToTests(name);
  return !isFile && !name.includes('._FailedTest.') && (isCounted || / > |::|#/.test(name));
}

function misfit(failed: string[], detail: string): GateAnswer {
  return { kind: 'does-not-fit', failed, detail };
}

function inWords(names: readonly string[]): string {
  const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
  return cutTo(`${names.slice(0, 2).join(', ')}${more}`, 160);
}

interface Standing {
  state: 'passes' | 'fails' | 'unknown';
  failed: string[];
  detail: string;
}

const WHY_UNKNOWN = {
  timeout: 'it did not end in time',
  error: 'it could not be started',
  'not-run': 'no test was run',
} as const;

/**
 * Whether more fails than with base's own tests on the same code.
 * @param changed tests that go by a name of base's, and are others: what base's own say does not count for them
 */
function standing(
  gate: TestGate,
  base: TestGate | undefined,
  changed: ReadonlySet<string>,
): Standing {
  const unknown = (detail: string): Standing => ({ state: 'unknown', failed: [], detail });
  const { status, outcomes, tests } = gate;
  if (status === 'pass') return { state: 'passes', failed: [], detail: '' };
  if (status !== 'fail') return unknown(WHY_UNKNOWN[status]);
  if (gate.interference) return unknown('another program had a port or a lock that it needs');
  if (gate.missing_dependencies?.length)
    return unknown(`packages are not installed there: ${listed(gate.missing_dependencies)}`);
  if (gate.flaky) return unknown('it was red, and green when it was run once more');
  if (base?.flaky) return unknown("base's own tests change their mind on this code");
  const isRed = base?.status === 'fail';
  if (base === undefined || (!isRed && base.status !== 'pass' && base.status !== 'not-run'))
    return unknown("it is not known what base's own tests say of this code");
  if (!isRed) return { state: 'fails', failed: outcomes?.failed ?? [], detail: '' };
  if (outcomes !== null && base.outcomes !== null) {
    const before = new Set(base.outcomes.failed.filter((name) => !changed.has(name)));
    const failed = outcomes.failed.filter((name) => !before.has(name));
    if (failed.length > 0) return { state: 'fails', failed, detail: '' };
    if (!outcomes.partial) return { state: 'passes', failed: [], detail: '' };
  }
  return tests !== null && base.tests !== null && tests.failed > base.tests.failed
    ? { state: 'fails', failed: [], detail: '' }
    : unknown("base's own tests fail on this code too, and the runner does not name what fails");
}

/** Tests whose names base has: on the same code base's fail and these hold, so they are not the same tests. */
function changedTests(own: TestGate | undefined, baseOwn: TestGate | undefined): Set<string> {
  return new Set(holdingIn(own, baseOwn?.outcomes?.failed ?? []));
}

/** Which of some tests are right in a run. */
export function holdingIn(gate: TestGate | undefined, names: string[]): string[] {
  if (gate === undefined) return [];
  if (gate.outcomes === null) return gate.status === 'pass' ? names : [];
  const failed = { failed: names, passed: [], complete: false };
  return compareOutcomes(gate.outcomes, failed).repaired;
}

/** All names that the tests brought along are absent: the code's own settings do not look for these files. */
function haveNotRun(
  { outcomes }: TestGate,
  own: TestGate | undefined,
  baseOwn: TestGate | undefined,
): boolean {
  if (!outcomes?.complete || !own?.outcomes?.complete) return false;
  // With no test of base's to run, all are new.
  if (baseOwn?.status !== 'not-run' && !baseOwn?.outcomes?.complete) return false;
  const known = new Set([...(baseOwn.outcomes?.passed ?? []), ...(baseOwn.outcomes?.failed ?? [])]);
  const brought = own.outcomes.passed.filter((name) => !known.has(name));
  const here = new Set([...outcomes.passed, ...outcomes.failed]);
  return brought.length > 0 && !brought.some((name) => here.has(name));
}
