import type { TestOutcomes } from './runners/outcomes.ts';

export interface OutcomeChanges {
  /** Fail now, and did not fail on base, where they may not have been. */
  broken: string[];
  /** Failed on base, and do not fail now. */
  repaired: string[];
  /** Ran on base, and did not run now. */
  missing: string[];
}

/**
 * What became of the tests since base. Both results must be of runs that ended by themselves.
 * @param result null: nothing is known, so nothing is said
 * @param base null: no test is known to have failed there
 */
export function compareOutcomes(
  result: TestOutcomes | null,
  base: TestOutcomes | null,
): OutcomeChanges {
  if (result === null) return { broken: [], repaired: [], missing: [] };
  const known = nameOnBase(result, base);
  const failed = new Set(result.failed.map(known));
  const passed = new Set(result.passed.map(known).filter((name) => !failed.has(name)));
  const failedOnBase = new Set(base?.failed);
  const isNamed = (name: string) => failed.has(name) || passed.has(name);
  const ranOnBase = base === null ? [] : [...base.failed, ...(base.complete ? base.passed : [])];
  // Where only failures are named, a test is right when it is not among them, unless its file or group is.
  const isRight = (name: string) =>
    passed.has(name) || !(result.complete || result.partial || isUnder(failed, name));
  return {
    broken: [...failed].filter((name) => !failedOnBase.has(name)),
    repaired: [...failedOnBase].filter((name) => !failed.has(name) && isRight(name)),
    missing: result.complete ? ranOnBase.filter((name) => !isNamed(name)) : [],
  };
}

/**
 * What base calls a test whose name only gained or lost its file: ava puts the file in front as soon as there are two.
 */
function nameOnBase(result: TestOutcomes, base: TestOutcomes | null): (name: string) => string {
  const own = new Set([...result.failed, ...result.passed]);
  const gone = [...(base?.failed ?? []), ...(base?.passed ?? [])].filter((name) => !own.has(name));
  const names = new Map([...gone.map((name) => [withoutFile(name), name] as const).reverse()]);
  const isGone = new Set(gone);
  return (name) => {
    const short = withoutFile(name);
    return isGone.has(short) ? short : (names.get(name) ?? name);
  };
}

function withoutFile(name: string): string {
  const at = name.indexOf(' > ');
  return at < 0 ? name : name.slice(at + ' > '.length);
}

/** Whether a test is part of what has one of these names: a file, a group, a package. */
function isUnder(names: ReadonlySet<string>, test: string): boolean {
  return [...test.matchAll(/ > |::|\/|#/g)].some(({ index }) => names.has(test.slice(0, index)));
}
