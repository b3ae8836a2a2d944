/** Phase 5: the files that a model made or changed, as files to read. */

import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { mkdir, mkdtemp, rename, rm } from '../disk.ts';
import { listEntryChanges } from '../git/changes.ts';
import { checkoutFiles } from '../git/checkout-files.ts';
import type { TrustedPlace } from '../git/git.ts';
import { type PrintedPath, printPath } from '../git/paths.ts';
import { placeOf } from '../git/survey.ts';
import type { TreeEntry } from '../git/trees.ts';

export interface Snapshot {
  dir: string;
  files: number;
  bytes: number;
  deleted: PrintedPath[];
}

/**
 * Writes the new and modified files of a tree into a folder, which is replaced whole: byte-exact, with modes and links.
 * Links are written as links, never followed.
 */
export async function snapshotTree(
  repository: TrustedPlace,
  base: string,
  tree: string,
  folder: string,
): Promise<Snapshot> {
  const changes = await listEntryChanges(repository, base, tree);
  const isFile = (entry: TreeEntry | null) => entry !== null && entry.mode !== '160000';
  const present = new Map(changes.filter(({ to }) => isFile(to)).map(({ path, to }) => [path, to]));
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    await checkoutFiles(repository, tree, present, fresh);
    const bytes = sum([...present.keys()].map((path) => lstatSync(placeOf(fresh, path)).size));
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    const deleted = changes.filter(({ to }) => to === null).map(({ path }) => printPath(path));
    return { dir: folder, files: present.size, bytes, deleted };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
