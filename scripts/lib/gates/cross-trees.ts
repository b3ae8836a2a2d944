/** Which files belong to the tests, and how the tests of one result are put on the code of another. */
import type { EntryChange } from '../git/changes.ts';
import { pathText, type RawPath } from '../git/paths.ts';
import type { TreeEntry } from '../git/trees.ts';
import { nameOf, roleOf } from './tampering/names.ts';

/** What lies in such a folder is there for tests, whatever it is: helpers, fixtures, configuration of their own. */
const TEST_FOLDER =
  /(^|\/)(tests?|specs?|__tests__|e2e|testdata|__fixtures__|fixtures?|__mocks__|__snapshots__)\//;

/**
 * Whether a file goes where the tests go: a test, what tests compare with or read, or anything in a folder of tests.
 * Tests that stand inside of source files, as in Rust, stay with the code.
 */
export function belongsToTests(path: string): boolean {
  const role = roleOf(path);
  if (role === 'ci') return false;
  const isTest = role === 'test' || role === 'snapshot';
  return isTest || nameOf(path) === 'conftest.py' || TEST_FOLDER.test(path);
}

/** The tests that a result added or changed against base; those that it deleted are not among them. */
export function testsIn(changes: readonly EntryChange[]): EntryChange[] {
  return changes.filter(({ path, to }) => to !== null && belongsToTests(pathText(path)));
}

/**
 * What to write into a result's tree, so that its code is there with base's tests, and with somebody's tests over them.
 * @param code the result's changes against base; none: base itself
 * @param tests the changes against base of whose tests it is; none: base's own tests
 * @returns null where a file would lie in the place of a folder: then these two cannot be one tree
 */
export function crossEntries(
  code: readonly EntryChange[],
  tests: readonly EntryChange[],
): Map<RawPath, TreeEntry | null> | null {
  const restored = code.filter(({ path }) => belongsToTests(pathText(path)));
  const entries = new Map<RawPath, TreeEntry | null>([
    ...restored.map(({ path, from }) => [path, from] as const),
    ...testsIn(tests).map(({ path, to }) => [path, to] as const),
  ]);
  // What both have from base cannot be in the way of anything that either has.
  const present = new Map<RawPath, boolean>([
    ...tests.map(({ path, from }) => [path, from !== null] as const),
    ...code.map(({ path, to }) => [path, to !== null] as const),
    ...[...entries].map(([path, entry]) => [path, entry !== null] as const),
  ]);
  return isInOwnWay(present) ? null : entries;
}

/** Whether one of the paths that are there is a folder of another one. */
function isInOwnWay(present: ReadonlyMap<RawPath, boolean>): boolean {
  return [...present].some(([path, isThere]) => {
    if (!isThere) return false;
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      if (present.get(path.slice(0, at))) return true;
    return false;
  });
}
