import type { GateResult, GateStatus } from './run.ts';

/** How a gate's result compares with the same gate on base. */
export type Verdict = 'ok' | 'introduced' | 'fixed' | 'pre-existing' | 'flaky';

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

type Judged = Pick<GateResult, 'status' | 'tests' | 'flaky'>;

/**
 * Null without base's result: there is nothing to compare with. What changes its mind on base too says nothing of
 * a result that is red.
 */
export function verdictOf(result: Judged, baseResult: Judged | undefined): Verdict | null {
  if (result.flaky || (baseResult?.flaky && result.status === 'fail')) return 'flaky';
  if (baseResult === undefined) return null;
  const baseStatus = baseResult.flaky ? 'pass' : baseResult.status;
  return failsMore(result, baseResult) ? 'introduced' : VERDICTS[baseStatus][result.status];
}

/**
 * The results with their verdicts, and whether they are good enough. Without base every gate must pass; with it,
 * nothing may be introduced. In neither case do gates that never ran prove anything.
 */
export function judge(
  results: readonly GateResult[],
  baseResults: readonly GateResult[] | null,
): { results: GateResult[]; passed: boolean } {
  const judged = results.map((result) => ({
    ...result,
    verdict: verdictOf(
      result,
      baseResults?.find(({ name }) => name === result.name),
    ),
  }));
  const proved = judged.some(({ status }) => status === 'pass' || status === 'fail');
  return { results: judged, passed: proved && judged.every(isAcceptable) };
}

function isAcceptable({ status, verdict }: GateResult): boolean {
  return verdict === null ? status === 'pass' : verdict !== 'introduced';
}

/** Both red, but more tests fail than before. */
function failsMore(result: Judged, base: Judged): boolean {
  if (result.status !== 'fail' || base.status !== 'fail') return false;
  return result.tests !== null && base.tests !== null && result.tests.failed > base.tests.failed;
}
