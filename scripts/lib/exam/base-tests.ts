/** What base's own tests and settings say of a result, by the names of the tests. */
import type { GateResult } from '../gates/run.ts';

type Judged = Pick<GateResult, 'name' | 'status' | 'flaky' | 'outcomes'>;

/**
 * Base's tests that fail on a result, and not in its own run: because it changed them, or what they obey. `test: adds`, or
 * the gate alone where its tests have no names.
 * @param own the result's gates, with its own tests
 * @param asBase the same gates with base's own tests and settings
 * @param base of base itself; null: it was not gated
 */
export function baseTestsFailing(
  own: readonly Judged[],
  asBase: readonly Judged[],
  base: readonly Judged[] | null,
): string[] {
  return asBase.flatMap((exam) => {
    if (isGreen(exam)) return [];
    const [result, before] = [byName(own, exam.name), byName(base ?? [], exam.name)];
    const known = new Set([
      ...(before?.outcomes?.passed ?? []),
      ...(before?.outcomes?.failed ?? []),
    ]);
    const [passed, failed] = [outcome(result, 'passed'), outcome(result, 'failed')];
    // A test of the result's own may miss what base's settings do not have.
    const isOfBase = (test: string) => known.has(test) || !passed.has(test);
    const names = [...outcome(exam, 'failed')].filter((it) => !failed.has(it) && isOfBase(it));
    if (names.length > 0) return names.map((test) => `${exam.name}: ${test}`);
    const isNamed = outcome(exam, 'failed').size > 0;
    return !isNamed && result !== undefined && isGreen(result) ? [exam.name] : [];
  });
}

/**
 * Gates that are green because their scripts or settings were changed: with base's own, tests of base fail by name that
 * did not run; or, where tests have no names, the gate's own script was changed, and base's is red.
 * @param withSettings the gates with base's scripts and settings, and the result's tests
 * @param isScriptChanged whether what the gate of a name runs is another command now
 */
export function tamperedGates(
  own: readonly Judged[],
  withSettings: readonly Judged[],
  base: readonly Judged[] | null,
  isScriptChanged: (gate: string) => boolean,
): string[] {
  return withSettings.flatMap((exam) => {
    const [result, before] = [byName(own, exam.name), byName(base ?? [], exam.name)];
    if (result === undefined || !isGreen(result) || exam.status !== 'fail' || exam.flaky) return [];
    const known = new Set([...outcome(before, 'passed'), ...outcome(before, 'failed')]);
    const failed = [...outcome(exam, 'failed')].filter((it) => known.size === 0 || known.has(it));
    const ran = outcome(result, 'passed');
    // Where tests have names and none fails, something else is red: the coverage of what the task added, say.
    const isUnnamed = outcome(exam, 'failed').size + outcome(exam, 'passed').size === 0;
    const isMadeGreen = isUnnamed ? isScriptChanged(exam.name) : failed.some((it) => !ran.has(it));
    return isMadeGreen ? [exam.name] : [];
  });
}

/**
 * Whether a run tells less of base's tests than base's own: some are not named any more, fewer ran, or nothing is known.
 * A line that was added can do that.
 */
export function tellsLess(own: readonly Tested[], base: readonly Tested[]): boolean {
  return base.some(({ name, kind, outcomes, tests }) => {
    const now = own.find((it) => it.name === name);
    if (kind !== 'test' || now === undefined || !isGreen(now)) return false;
    if (outcomes?.complete && now.outcomes?.complete) {
      const passed = outcome(now, 'passed');
      return outcomes.passed.some((test) => !passed.has(test));
    }
    return tests === null || now.tests === null || now.tests.ran < tests.ran;
  });
}

type Tested = Judged & Pick<GateResult, 'kind' | 'tests'>;

function byName(results: readonly Judged[], name: string): Judged | undefined {
  return results.find((it) => it.name === name);
}

function outcome(result: Judged | undefined, kind: 'passed' | 'failed'): ReadonlySet<string> {
  return new Set(result?.outcomes?.[kind]);
}

function isGreen({ status, flaky }: Judged): boolean {
  return status === 'pass' || flaky;
}
