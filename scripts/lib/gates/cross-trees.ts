/** Which files belong to the tests, and how the tests of one result are put on the code of another. */

import { belongsToTests, folderOf, nameOf, roleOf } from '../exam/roles.ts';
import type { EntryChange } from '../git/changes.ts';
import { pathText, type RawPath } from '../git/paths.ts';
import type { TreeEntry } from '../git/trees.ts';

/** The tests that a result added or changed against base; those that it deleted are not among them. */
export function testsIn(changes: readonly EntryChange[]): EntryChange[] {
  return changes.filter(({ path, to }) => to !== null && belongsToTests(pathText(path)));
}

const PROGRAM =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|go|rs|rb|php|java|kts?|scala|groovy|cs|swift|exs?|dart|c|cc|cpp|hp?p?|sh)$/;

/** What a result added beside its tests, by what becomes of it where they run on another's code. */
export interface AddedFiles {
  /** Goes along. */
  companions: EntryChange[];
  /** Programs that the tests name, and that stay with the code. */
  named: EntryChange[];
  /** Neither the tests nor the code name it. */
  rest: EntryChange[];
}

/**
 * What the new tests name goes along, and what lies in a folder of base's tests alone. A program elsewhere is what is
 * tested, and stays: on another's code, that one's own is to be tested.
 * @param texts of the result's tests, and of its other programs
 */
export function addedFiles(
  changes: readonly EntryChange[],
  texts: { tests: string; code: string },
  baseFiles: readonly string[],
): AddedFiles {
  const folders = foldersOfTests(baseFiles);
  const inTests = wordsOf(texts.tests);
  const inCode = wordsOf(texts.code);
  const namesOfBase = new Set(baseFiles.map(nameOf));
  const found: AddedFiles = { companions: [], named: [], rest: [] };
  for (const change of changes) {
    const path = pathText(change.path);
    const isNew = change.from === null && change.to !== null;
    if (!isNew || belongsToTests(path) || roleOf(path) !== 'other') continue;
    const isNamed = inTests.has(nameOf(path));
    if (folders.has(folderOf(path)) || (isNamed && !isProgram(path))) found.companions.push(change);
    else if (!isProgram(path) && !inCode.has(nameOf(path))) found.rest.push(change);
    // Another `index.js` may be meant.
    else if (isNamed && !namesOfBase.has(nameOf(path))) found.named.push(change);
  }
  return found;
}

/** The names that may be in a text; each letter is read once, however many files there are. */
function wordsOf(text: string): Set<string> {
  return new Set(text.split(/[\s"'`/\\()<>[\]{},;:=|&*?!#%$^]+/));
}

/** Below the top, those with tests and without other programs. */
function foldersOfTests(files: readonly string[]): Set<string> {
  const programs = files.filter((path) => isProgram(path));
  const folders = new Set(programs.filter(belongsToTests).map(folderOf));
  for (const path of programs) if (!belongsToTests(path)) folders.delete(folderOf(path));
  folders.delete('');
  return folders;
}

/** By its name: the text of a program. */
export function isProgram(path: string): boolean {
  return PROGRAM.test(path);
}

/**
 * What to write into a result's tree, so that its code is there with base's tests, and with somebody's tests over them.
 * @param code the result's changes against base; none: base itself
 * @param author the changes against base of whose tests it is; none: base's own tests
 * @param brought those of them that go along; in the place of a test, or where the code has nothing of its own
 * @returns null where a file would lie in the place of a folder: then these two cannot be one tree
 */
export function crossEntries(
  code: readonly EntryChange[],
  author: readonly EntryChange[],
  brought: readonly EntryChange[] = testsIn(author),
): Map<RawPath, TreeEntry | null> | null {
  const own = new Set(code.flatMap(({ path, to }) => (to === null ? [] : path)));
  const tests = brought.filter(({ path }) => belongsToTests(pathText(path)) || !own.has(path));
  const restored = code.filter(({ path }) => belongsToTests(pathText(path)));
  const entries = new Map<RawPath, TreeEntry | null>([
    ...restored.map(({ path, from }) => [path, from] as const),
    ...tests.map(({ path, to }) => [path, to] as const),
  ]);
  // What both have from base cannot be in the way of anything that either has.
  const present = new Map<RawPath, boolean>([
    ...author.map(({ path, from }) => [path, from !== null] as const),
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
