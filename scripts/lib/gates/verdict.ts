import { compareOutcomes } from './compare-outcomes.ts';
import type { GateResult, GateStatus } from './run.ts';
import { excerptOf } from './runners/excerpt.ts';

/**
 * How a gate's result compares with the same gate on base. `environment`: red on base in a worktree, and green in the
 * main tree with the same content, so that something is missing in worktrees. `broken`: it could not start on base, so
 * that it judges nobody. `tampered`: green only because its scripts or settings were changed. `interference`: another
 * program had a port or a lock that it needs. `missing-dependency`: packages that the tree asks for could not be had.
 * Both are no proof, and blame nobody.
 */
export const verdicts = [
  'ok',
  'introduced',
  'fixed',
  'pre-existing',
  'broken',
  'environment',
  'tampered',
  'flaky',
  'interference',
  'missing-dependency',
] as const;

export type Verdict = (typeof verdicts)[number];

/**
 * By base's status, then by the result's. What stopped earlier than on base (a red test run that now runs no test,
 * hangs, or cannot be started) is worse than before, even though base was red already.
 */
const VERDICTS: Record<GateStatus, Record<GateStatus, Verdict>> = {
  pass: {
    pass: 'ok',
    fail: 'introduced',
    timeout: 'introduced',
    'not-run': 'introduced',
    error: 'introduced',
  },
  fail: {
    pass: 'fixed',
    fail: 'pre-existing',
    timeout: 'introduced',
    'not-run': 'introduced',
    error: 'introduced',
  },
  timeout: {
    pass: 'fixed',
    fail: 'pre-existing',
    timeout: 'pre-existing',
    'not-run': 'introduced',
    error: 'introduced',
  },
  'not-run': {
    pass: 'ok',
    fail: 'introduced',
    timeout: 'introduced',
    'not-run': 'pre-existing',
    error: 'introduced',
  },
  error: {
    pass: 'fixed',
    fail: 'pre-existing',
    timeout: 'pre-existing',
    'not-run': 'pre-existing',
    error: 'pre-existing',
  },
};

type Judged = Pick<GateResult, 'name' | 'status' | 'exit_code' | 'tests' | 'flaky' | 'outcomes'>;

/**
 * Null without base's result: there is nothing to compare with. What changes its mind on base too says nothing of
 * a result that is red.
 */
export function verdictOf(result: Judged, baseResult: Judged | undefined): Verdict | null {
  if (result.flaky || (baseResult?.flaky && result.status === 'fail')) return 'flaky';
  if (baseResult === undefined) return null;
  if (failsMore(result, baseResult)) return 'introduced';
  const verdict = VERDICTS[statusOf(baseResult)][result.status];
  return verdict === 'pre-existing' && isBroken(baseResult) ? 'broken' : verdict;
}

/** The shell's own words for a program that is not there, or that is none. */
const NO_PROGRAM = [126, 127];

/** Whether a gate could not start: its program is missing, or it ran no test. */
export function isBroken({ status, exit_code, flaky }: Judged): boolean {
  if (flaky || status === 'pass' || status === 'timeout') return false;
  return status !== 'fail' || NO_PROGRAM.includes(exit_code ?? 0);
}

/** What a target's results are compared with, as far as it is known. */
export interface Comparands {
  /** The same gates on base, judged by judgeBase(); null where base was not run. */
  base: readonly GateResult[] | null;
  /** Gates that are green because their scripts or settings were changed. */
  tampered?: readonly string[];
}

/**
 * The results with their verdicts, and whether they are good enough: `passed`, nothing is introduced (without base: every
 * gate passes), and something ran; `green`: every gate ran and passed, or was green when it was run once more.
 */
export function judge(
  results: readonly GateResult[],
  { base, tampered = [] }: Comparands,
): { results: GateResult[]; passed: boolean; green: boolean } {
  const judged = results.map((result) => {
    const baseResult = base?.find(({ name }) => name === result.name);
    const tests = testsAgainst(result, baseResult);
    return {
      ...result,
      ...tests,
      tail: excerptOf(result.outcomes, tests.broken_tests) || result.tail,
      verdict: verdictWith(result, baseResult, tampered.includes(result.name)),
    };
  });
  const proved = judged.some(({ status }) => status === 'pass' || status === 'fail');
  return { results: judged, passed: proved && judged.every(isAcceptable), green: areGreen(judged) };
}

/** What was in the way of a red gate that says nothing of the code. */
function hindranceOf(result: GateResult): Verdict | null {
  if (isGreen(result)) return null;
  if (result.missing_dependencies.length > 0) return 'missing-dependency';
  return result.interference ? 'interference' : null;
}

function testsAgainst(result: GateResult, base: GateResult | undefined) {
  const isKnown = base !== undefined && hindranceOf(result) === null;
  const { broken, repaired, missing } = compareOutcomes(
    isKnown ? result.outcomes : null,
    base?.outcomes ?? null,
  );
  return { broken_tests: broken, repaired_tests: repaired, missing_tests: missing };
}

function verdictWith(
  result: GateResult,
  base: GateResult | undefined,
  isTampered: boolean,
): Verdict | null {
  const verdict = hindranceOf(result) ?? verdictOf(result, base);
  if (verdict === 'flaky') return verdict;
  if (isTampered) return 'tampered';
  return verdict === 'pre-existing' && base?.verdict === 'environment' ? 'environment' : verdict;
}

/**
 * Base's own results: what is red in a worktree, and green or less red in the main tree, is for want of something that
 * only the main tree has.
 * Null for what is green: there is nothing else to compare it with.
 * @param main results of the main tree while its content is the same as base's, of the red ones at least; null: not known
 */
export function judgeBase(
  results: readonly GateResult[],
  main: readonly GateResult[] | null,
): { results: GateResult[]; passed: boolean; green: boolean } {
  const judged = results.map((result) => {
    const inMain = main?.find(({ name }) => name === result.name);
    return { ...result, verdict: verdictOnBase(result, inMain) };
  });
  return {
    results: judged,
    passed: judged.length > 0 && judged.every(({ status }) => status === 'pass'),
    green: areGreen(judged),
  };
}

function areGreen(results: readonly GateResult[]): boolean {
  return results.length > 0 && results.every(isGreen);
}

function verdictOnBase(result: GateResult, inMain: GateResult | undefined): Verdict | null {
  const hindrance = hindranceOf(result);
  if (result.flaky || hindrance !== null) return hindrance ?? 'flaky';
  if (isGreen(result)) return null;
  if (inMain !== undefined && isWorseThan(result, inMain)) return 'environment';
  if (isBroken(result)) return 'broken';
  return inMain === undefined ? null : 'pre-existing';
}

/** The same content fails otherwise, or more, in a worktree, though it may be red in the main tree for its own reason. */
function isWorseThan(result: GateResult, inMain: GateResult): boolean {
  if (VERDICTS[statusOf(inMain)][result.status] === 'introduced') return true;
  const isUnread = result.tests === null && inMain.tests !== null;
  return isUnread || failsMore(result, inMain) || (result.lacks?.length ?? 0) > 0;
}

function isGreen(result: Judged): boolean {
  return statusOf(result) === 'pass';
}

/** What was green when it was run once more is not red. */
function statusOf({ flaky, status }: Judged): GateStatus {
  return flaky ? 'pass' : status;
}

const UNACCEPTABLE: ReadonlySet<Verdict> = new Set([
  'introduced',
  'tampered',
  'interference',
  'missing-dependency',
]);

function isAcceptable({ status, verdict }: GateResult): boolean {
  if (verdict === null) return status === 'pass';
  return !UNACCEPTABLE.has(verdict);
}

/** Both red, but other tests fail than before, or more. */
function failsMore(result: Judged, base: Judged): boolean {
  if (result.status !== 'fail' || base.status !== 'fail') return false;
  if (result.outcomes !== null && base.outcomes !== null)
    return compareOutcomes(result.outcomes, base.outcomes).broken.length > 0;
  return result.tests !== null && base.tests !== null && result.tests.failed > base.tests.failed;
}
