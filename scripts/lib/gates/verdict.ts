import { compareOutcomes } from './compare-outcomes.ts';
import type { GateResult, GateStatus } from './run.ts';

/**
 * How a gate's result compares with the same gate on base. `environment`: red on base in a worktree, and green in the
 * main tree with the same content, so that something is missing in worktrees. `tampered`: green, but not so with the
 * gate files that base has.
 */
export const verdicts = [
  'ok',
  'introduced',
  'fixed',
  'pre-existing',
  'environment',
  'tampered',
  'flaky',
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

type Judged = Pick<GateResult, 'name' | 'status' | 'tests' | 'flaky' | 'outcomes'>;

/**
 * Null without base's result: there is nothing to compare with. What changes its mind on base too says nothing of
 * a result that is red.
 */
export function verdictOf(result: Judged, baseResult: Judged | undefined): Verdict | null {
  if (result.flaky || (baseResult?.flaky && result.status === 'fail')) return 'flaky';
  if (baseResult === undefined) return null;
  return failsMore(result, baseResult)
    ? 'introduced'
    : VERDICTS[statusOf(baseResult)][result.status];
}

/** What a target's results are compared with, as far as it is known. */
export interface Comparands {
  /** The same gates on base, judged by judgeBase(); null where base was not run. */
  base: readonly GateResult[] | null;
  /** The target's own results with the gate files that base has, where it weakened some. */
  asBase?: readonly GateResult[] | null;
}

/**
 * The results with their verdicts, and whether they are good enough. Without base every gate must pass; with it,
 * nothing may be introduced. In neither case do gates that never ran prove anything.
 */
export function judge(
  results: readonly GateResult[],
  { base, asBase = null }: Comparands,
): { results: GateResult[]; passed: boolean } {
  const judged = results.map((result) => {
    const baseResult = base?.find(({ name }) => name === result.name);
    const examined = asBase?.find(({ name }) => name === result.name);
    return {
      ...result,
      ...testsAgainst(result, baseResult),
      verdict: verdictWith(result, baseResult, examined),
    };
  });
  const proved = judged.some(({ status }) => status === 'pass' || status === 'fail');
  return { results: judged, passed: proved && judged.every(isAcceptable) };
}

function testsAgainst({ outcomes }: GateResult, base: GateResult | undefined) {
  const { broken, repaired, missing } = compareOutcomes(
    base === undefined ? null : outcomes,
    base?.outcomes ?? null,
  );
  return { broken_tests: broken, repaired_tests: repaired, missing_tests: missing };
}

function verdictWith(
  result: GateResult,
  base: GateResult | undefined,
  examined: GateResult | undefined,
): Verdict | null {
  const verdict = verdictOf(result, base);
  if (verdict === 'flaky') return verdict;
  if (examined !== undefined && isGreen(result) && !isGreen(examined)) return 'tampered';
  return verdict === 'pre-existing' && base?.verdict === 'environment' ? 'environment' : verdict;
}

/**
 * Base's own results: what is red in a worktree and green in the main tree is for want of something that only the main
 * tree has.
 * Null for what is green: there is nothing else to compare it with.
 * @param main results of the main tree while its content is the same as base's, of the red ones at least; null: not known
 */
export function judgeBase(
  results: readonly GateResult[],
  main: readonly GateResult[] | null,
): { results: GateResult[]; passed: boolean } {
  const judged = results.map((result) => {
    const inMain = main?.find(({ name }) => name === result.name);
    return { ...result, verdict: verdictOnBase(result, inMain) };
  });
  return {
    results: judged,
    passed: judged.length > 0 && judged.every(({ status }) => status === 'pass'),
  };
}

function verdictOnBase(result: GateResult, inMain: GateResult | undefined): Verdict | null {
  if (result.flaky) return 'flaky';
  if (isGreen(result) || inMain === undefined) return null;
  return isGreen(inMain) ? 'environment' : 'pre-existing';
}

function isGreen(result: Judged): boolean {
  return statusOf(result) === 'pass';
}

/** What was green when it was run once more is not red. */
function statusOf({ flaky, status }: Judged): GateStatus {
  return flaky ? 'pass' : status;
}

function isAcceptable({ status, verdict }: GateResult): boolean {
  if (verdict === null) return status === 'pass';
  return verdict !== 'introduced' && verdict !== 'tampered';
}

/** Both red, but other tests fail than before, or more. */
function failsMore(result: Judged, base: Judged): boolean {
  if (result.status !== 'fail' || base.status !== 'fail') return false;
  if (result.outcomes !== null && base.outcomes !== null)
    return compareOutcomes(result.outcomes, base.outcomes).broken.length > 0;
  return result.tests !== null && base.tests !== null && result.tests.failed > base.tests.failed;
}
