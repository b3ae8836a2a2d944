import { posix } from 'node:path';

/** The folder of a repository's file; the repository itself: empty. */
export function folderOf(path: string): string {
  const folder = posix.dirname(path);
  return folder === '.' ? '' : folder;
}

/** A path seen from a folder of the repository; null: it leads out of the repository. */
export function pathFrom(folder: string, path: string): string | null {
  const joined = posix.join(folder, path).replace(/\/$/, '');
  if (joined === '..' || joined.startsWith('../') || joined.startsWith('/')) return null;
  return joined === '.' ? '' : joined;
}
