/** Phase 5: the files that a model made or changed, as files to read. */

import { dirname } from 'node:path';
import { mkdir, mkdtemp, rename, rm } from '../disk.ts';
import { listChanges } from '../git/changes.ts';
import { checkoutFiles, sumOfBlobSizes } from '../git/checkout-files.ts';
import type { TrustedPlace } from '../git/git.ts';
import { type PrintedPath, printPath } from '../git/paths.ts';

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
  const changes = await listChanges(repository, base, tree, { renames: false });
  const present = changes.filter(({ status, mode }) => status !== 'deleted' && mode !== '160000');
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const fresh = await mkdtemp(`${folder}.`);
  try {
    await checkoutFiles(
      repository,
      tree,
      new Map(
        present.flatMap(({ path, mode, oid }) =>
          mode === null || oid === null ? [] : [[path, { mode, oid }]],
        ),
      ),
      fresh,
    );
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return {
    dir: folder,
    files: present.length,
    bytes: await sumOfBlobSizes(
      repository,
      present.flatMap(({ oid }) => oid ?? []),
    ),
    deleted: changes
      .filter(({ status }) => status === 'deleted')
      .map(({ path }) => printPath(path)),
  };
}
