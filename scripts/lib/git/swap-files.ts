/** Staged files take their places in a working tree: compared first, each by one rename, so that none is ever half written. */
import { type BigIntStats, constants, lstatSync, readdirSync } from 'node:fs';
import { chmodSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from '../disk.ts';
import { Refusal, systemErrorCode } from '../errors.ts';
import { pathText, type RawPath } from './paths.ts';
import { type Sight, sightOfEntry } from './present-files.ts';
import { isFolder, type KnownFolders, kindOf, look, parentOf, placeOf } from './survey.ts';
import type { Entries, TreeEntry } from './trees.ts';

export interface Swap {
  directory: string;
  /** The paths that change: what lies there, and what shall. */
  before: Entries;
  after: Entries;
  /** What was seen when `before` was read. */
  sights: ReadonlyMap<RawPath, Sight>;
  /** Where the new files are, by path. */
  staged: string;
  /** Those that lie there under other names. */
  names?: ReadonlyMap<RawPath, RawPath>;
  /** Permissions that files had once and a tree does not know. */
  modes?: ReadonlyMap<RawPath, number>;
}

/**
 * Swaps the files. Everything is compared before the first is touched, and each once more just before its turn.
 * @throws Refusal `files-differ` when something was changed since it was read, or lies in the way
 */
export function swapFiles(swap: Swap): void {
  const { before, after } = swap;
  const paths = [...after.keys()];
  const goes = new Set(paths.filter((path) => before.get(path) !== null));
  const known: KnownFolders = new Map();
  for (const path of paths) {
    const found = assertUnchanged(swap, path, known);
    if (after.get(path) !== null) assertFree(swap, path, found, { goes, known });
  }
  takeAway(
    swap,
    paths.filter((path) => after.get(path) === null && before.get(path) !== null),
  );
  // What was known of folders was true before the first of them went away.
  known.clear();
  for (const path of paths) {
    const entry = after.get(path) ?? null;
    if (entry !== null) put(swap, path, entry, known);
  }
}

function takeAway(swap: Swap, paths: readonly RawPath[]): void {
  const { directory } = swap;
  const known: KnownFolders = new Map();
  for (const path of paths) {
    assertUnchanged(swap, path, known);
    unlinkSync(placeOf(directory, path));
  }
  removeEmptyFolders(directory, paths);
}

function put(swap: Swap, path: RawPath, entry: TreeEntry, known: KnownFolders): void {
  const { directory, staged } = swap;
  const from = placeOf(staged, swap.names?.get(path) ?? path);
  keepPermissions(swap, path, entry, from);
  makeFolders(directory, path, known);
  const found = assertUnchanged(swap, path, known);
  if (found?.isDirectory()) removeFolders(directory, path);
  renameSync(from, placeOf(directory, path));
}

/** One by one: what makes them all at once would follow a link. */
function makeFolders(directory: string, path: RawPath, known: KnownFolders): void {
  if (isFolder(directory, parentOf(path), known)) return;
  const names = path.split('/').slice(0, -1);
  for (const [index] of names.entries()) {
    const folder = names.slice(0, index + 1).join('/');
    if (isFolder(directory, folder, known)) continue;
    if (look(directory, folder, known) !== null) {
      throw filesDiffer(directory, path, `${pathText(folder)} is no folder`);
    }
    mkdirSync(placeOf(directory, folder));
    known.set(folder, true);
  }
}

/** A tree knows of permissions only whether a file is executable; the rest stays as it is. */
function keepPermissions(swap: Swap, path: RawPath, entry: TreeEntry, staged: Buffer): void {
  if (!entry.mode.startsWith('100')) return;
  const known = swap.modes?.get(path);
  const old = swap.before.get(path)?.mode.startsWith('100')
    ? swap.sights.get(path)?.mode
    : undefined;
  const from = known ?? old;
  if (from === undefined) return;
  chmodSync(staged, withExecutable(from, entry.mode === '100755'));
}

/** Permissions that are executable or not, for those who may read. */
export function withExecutable(mode: number, executable: boolean): number {
  const isExecutable = (mode & constants.S_IXUSR) !== 0;
  if (isExecutable === executable) return mode;
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}

/** Gives what lies at the path, which is a folder or what was seen. */
function assertUnchanged(
  { directory, sights, before }: Swap,
  path: RawPath,
  known: KnownFolders,
): BigIntStats | null {
  const seen = sights.get(path);
  const found = look(directory, path, known);
  if (seen?.identity === sightOfEntry(found)?.identity) return found;
  const what = before.get(path) === null ? 'something lies there now' : 'it was changed';
  throw filesDiffer(directory, path, `${what} since it was read`);
}

interface Around {
  /** What goes away. */
  goes: ReadonlySet<RawPath>;
  known: KnownFolders;
}

/** That a file can be made at a path: no link and no file on the way to it, no folder with other contents in its place. */
function assertFree(
  { directory }: Swap,
  path: RawPath,
  found: BigIntStats | null,
  around: Around,
): void {
  if (found === null) assertWay(directory, path, around);
  if (found?.isDirectory() && holdsOther(directory, path, around.goes)) {
    throw filesDiffer(directory, path, 'a folder with other files is in its place');
  }
}

/** That whatever lies on the way to a path is a folder, or goes away. */
function assertWay(directory: string, path: RawPath, { goes, known }: Around): void {
  for (let way = parentOf(path); !isFolder(directory, way, known); way = parentOf(way)) {
    if (look(directory, way, known) === null || goes.has(way)) continue;
    throw filesDiffer(directory, path, `${pathText(way)} is no folder`);
  }
}

function holdsOther(directory: string, folder: RawPath, goes: ReadonlySet<RawPath>): boolean {
  return readdirSync(placeOf(directory, folder), { encoding: 'latin1' }).some((name) => {
    const path = `${folder}/${name}`;
    return kindOf(directory, path) === 'folder'
      ? holdsOther(directory, path, goes)
      : !goes.has(path);
  });
}

/** Removes a folder that holds nothing but folders; anything else in it is a failure, and stays. */
function removeFolders(directory: string, folder: RawPath): void {
  for (const name of readdirSync(placeOf(directory, folder), { encoding: 'latin1' })) {
    removeFolders(directory, `${folder}/${name}`);
  }
  rmdirSync(placeOf(directory, folder));
}

/** As git does it: a folder goes with the last file in it. */
export function removeEmptyFolders(directory: string, paths: readonly RawPath[]): void {
  const waiting = new Set(paths.map(parentOf));
  for (const folder of waiting) {
    // Asked again when the next one in it has gone.
    waiting.delete(folder);
    if (folder !== '' && removeWhenEmpty(directory, folder)) waiting.add(parentOf(folder));
  }
}

function removeWhenEmpty(directory: string, folder: RawPath): boolean {
  const place = placeOf(directory, folder);
  try {
    if (!lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) return false;
    rmdirSync(place);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
}

function filesDiffer(directory: string, path: RawPath, reason: string): Refusal {
  return new Refusal({
    code: 'files-differ',
    message: `${pathText(path)} in ${directory} is not as it was a moment ago (${reason}).`,
    hint: 'Let whatever writes there (an editor, a watcher, an agent) finish, then run the same command again.',
    details: { directory, path: pathText(path), reason },
  });
}
