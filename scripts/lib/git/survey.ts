/** What lies in a working tree that git does not read as files: repositories of their own, fifos, names it refuses. */
import { type BigIntStats, type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { systemErrorCode } from '../errors.ts';
import { bytesOf, type RawPath, rawPathOf } from './paths.ts';

export interface Survey {
  /** Folders with a `.git` of their own, outer ones before those in them. */
  repositories: RawPath[];
  /** Fifos, sockets, devices. */
  special: RawPath[];
  /** What git takes for its own folder on some disk, and so refuses as a name. */
  unnameable: RawPath[];
  /** Folders that could not be read. */
  unreadable: RawPath[];
}

/** `.git` in other letters, or as Windows shortens or extends it: fatal for `git add`. */
const LIKE_GIT = /^(\.git|git~1)[. ]*(:.*)?$/i;
/** As a link, this is refused too: what it says would be read from elsewhere. */
const LIKE_MODULES = /^(\.gitmodules|gitmod~\d)[. ]*(:.*)?$/i;

/** Every other name is an ordinary one. */
const DOUBTFUL = /\\|^\.git|^git(~1|mod~)/i;

function isUnnameable(entry: Dirent): boolean {
  // A backslash divides names on Windows.
  const parts = entry.name.split('\\');
  return (
    parts.some((part) => LIKE_GIT.test(part)) ||
    (entry.isSymbolicLink() && LIKE_MODULES.test(entry.name))
  );
}

export function nothingFound(): Survey {
  return { repositories: [], special: [], unnameable: [], unreadable: [] };
}

/** Whether nothing but files, links and folders was found. */
export function isPlain({ repositories, special, unnameable, unreadable }: Survey): boolean {
  return [repositories, special, unnameable, unreadable].every(({ length }) => length === 0);
}

/** The folders below a folder that is known to hold nothing else to speak of; null: it has to be read. */
export type Recall = (folder: RawPath) => readonly RawPath[] | null;

/**
 * Looks at the kinds of all entries, never at contents, and follows no link. All at once and not asynchronously: 77 000
 * entries take 0.2 s, while git hashes in its own process.
 * @param without what is not looked into, such as provided dependencies
 */
export function surveyWorkingTree(
  directory: string,
  without: readonly RawPath[] = [],
  recall: Recall = () => null,
): Survey {
  const found = nothingFound();
  const skipped = new Set(without);
  const waiting: RawPath[] = [''];
  for (let at = 0; at < waiting.length; at++) {
    const folder = waiting[at] ?? '';
    const below = recall(folder) ?? lookInto(directory, folder, found, skipped);
    for (const path of below) if (!skipped.has(path)) waiting.push(path);
  }
  return found;
}

/** Adds to what was found, and gives the folders below. */
export function lookInto(
  directory: string,
  folder: RawPath,
  found: Survey,
  skipped: ReadonlySet<RawPath> = new Set(),
): RawPath[] {
  const below: RawPath[] = [];
  const entries = readFolder(directory, folder);
  if (entries === null) found.unreadable.push(folder);
  for (const entry of entries ?? []) {
    // Nearly all are: nothing more is asked about them.
    if (entry.isFile() && !DOUBTFUL.test(entry.name)) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name === '.git') {
      if (folder !== '') found.repositories.push(folder);
    } else if (isUnnameable(entry)) found.unnameable.push(path);
    else if (skipped.has(path)) continue;
    else if (entry.isDirectory()) below.push(path);
    else if (!entry.isFile() && !entry.isSymbolicLink()) found.special.push(path);
  }
  return below;
}

/** Null where it cannot be read; one that is gone meanwhile is empty. */
function readFolder(directory: string, folder: RawPath): Dirent[] | null {
  try {
    return readdirSync(placeOf(directory, folder), { encoding: 'latin1', withFileTypes: true });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    if (code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

/** Where a path of a working tree lies on the disk, byte for byte. */
export function placeOf(directory: string, path: RawPath): Buffer {
  return bytesOf(`${rawDirectory(directory)}/${path}`);
}

let [last, rawLast] = ['', ''];

/** Mostly the same one as before, ten thousand times in a row. */
function rawDirectory(directory: string): RawPath {
  if (directory !== last) [last, rawLast] = [directory, rawPathOf(directory)];
  return rawLast;
}

/** What was found out of folders in one look at many files, so that each is asked about once. Valid for that look only. */
export type KnownFolders = Map<RawPath, boolean>;

/**
 * What lies at a path; null: nothing. A link is never followed, neither there nor on the way.
 * @param known asks about each folder on the way once, where many paths are looked at
 */
export function look(
  directory: string,
  path: RawPath,
  known: KnownFolders = new Map(),
): BigIntStats | null {
  if (!isFolder(directory, parentOf(path), known)) return null;
  return lstatSync(placeOf(directory, path), { bigint: true, throwIfNoEntry: false }) ?? null;
}

/** The folder that a path lies in; empty: the working tree itself. */
export function parentOf(path: RawPath): RawPath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Whether a path is a folder, and all on the way to it are. */
export function isFolder(directory: string, path: RawPath, known: KnownFolders): boolean {
  if (path === '') return true;
  const answer = known.get(path);
  if (answer !== undefined) return answer;
  const isOne =
    isFolder(directory, parentOf(path), known) &&
    (lstatSync(placeOf(directory, path), { throwIfNoEntry: false })?.isDirectory() ?? false);
  known.set(path, isOne);
  return isOne;
}

/** What kind of entry lies at a path; null: none. */
export function kindOf(
  directory: string,
  path: RawPath,
  known?: KnownFolders,
): 'file' | 'link' | 'folder' | 'special' | null {
  const found = look(directory, path, known);
  return found === null ? null : kindOfEntry(found);
}

export function kindOfEntry(found: Stats | BigIntStats): 'file' | 'link' | 'folder' | 'special' {
  if (found.isFile()) return 'file';
  if (found.isSymbolicLink()) return 'link';
  return found.isDirectory() ? 'folder' : 'special';
}
