/**
 * Which folders a working tree had, and when something last happened in each: a later look need only read the others,
 * as git's index spares it to read files again.
 */
import { lstatSync, readFileSync, type Stats } from 'node:fs';
import { writeFile } from '../disk.ts';
import type { RawPath } from './paths.ts';
import { isPlain, lookInto, nothingFound, parentOf, placeOf, type Recall } from './survey.ts';

interface Folder {
  path: RawPath;
  inode: number;
  /** When something was last added to it, removed or renamed in it; null: it has to be read each time. */
  ctimeMs: number | null;
}

/** Remembers the folders in which nothing but files, links and folders lies. */
export async function rememberFolders(directory: string, file: string): Promise<void> {
  const folders: Folder[] = [];
  const waiting: RawPath[] = [''];
  for (let at = 0; at < waiting.length; at++) {
    const path = waiting[at] ?? '';
    // Before its entries are read: what happens to them from now on makes another time of it.
    const stats = statsOf(directory, path);
    const found = nothingFound();
    waiting.push(...lookInto(directory, path, found));
    folders.push({
      path,
      inode: stats?.ino ?? 0,
      ctimeMs: isPlain(found) ? (stats?.ctimeMs ?? null) : null,
    });
  }
  await writeFile(file, JSON.stringify(withoutRecent(folders)), { mode: 0o600 });
}

/** How long a time stamp may stand still, in milliseconds: on most file systems, and on those that count in seconds. */
const TICK_MS = 50;
const COARSE_TICK_MS = 2_000;

/** A folder may have been changed again within the tick of its time, after it was read. */
function withoutRecent(folders: readonly Folder[]): Folder[] {
  const times = folders.map(({ ctimeMs }) => ctimeMs ?? 0);
  const tick = times.some((time) => time % 10 !== 0) ? TICK_MS : COARSE_TICK_MS;
  // The file system's own clock, which need not be that of this machine.
  const now = times.reduce((latest, time) => Math.max(latest, time), 0);
  return folders.map((folder) =>
    folder.ctimeMs !== null && folder.ctimeMs < now - tick ? folder : { ...folder, ctimeMs: null },
  );
}

/** @param file written by rememberFolders(); a missing or damaged one remembers nothing */
export function recallFolders(directory: string, file: string): Recall {
  const known = new Map<RawPath, Folder>();
  const below = new Map<RawPath, RawPath[]>();
  for (const folder of read(file)) {
    const { path } = folder;
    known.set(path, folder);
    below.set(path, []);
    // Outer ones are listed before those in them.
    if (path !== '') below.get(parentOf(path))?.push(path);
  }
  return (path) => {
    const { inode, ctimeMs } = known.get(path) ?? {};
    if (ctimeMs === undefined || ctimeMs === null) return null;
    const stats = statsOf(directory, path);
    const isSame = stats?.ino === inode && stats?.ctimeMs === ctimeMs;
    return isSame ? (below.get(path) ?? null) : null;
  };
}

function read(file: string): Folder[] {
  try {
    const folders: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(folders) && folders.every(isFolder) ? folders : [];
  } catch {
    // All is read then, as it would be without a memory.
    return [];
  }
}

/** By hand: a schema would copy them all, thousands of them, at each capture. */
function isFolder(found: Partial<Folder> | null): found is Folder {
  const { path, inode, ctimeMs } = found ?? {};
  const isTime = ctimeMs === null || typeof ctimeMs === 'number';
  return typeof path === 'string' && typeof inode === 'number' && isTime;
}

function statsOf(directory: string, folder: RawPath): Stats | null {
  const stats = lstatSync(placeOf(directory, folder), { throwIfNoEntry: false });
  return stats?.isDirectory() ? stats : null;
}
