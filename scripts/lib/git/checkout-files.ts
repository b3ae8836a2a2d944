import { git, type Place, type TrustedPlace } from './git.ts';
import { bytesOf } from './paths.ts';
import { attributeFiles } from './stage-files.ts';
import { type Entries, setEntries, withTemporaryIndex } from './trees.ts';
import { placeIn } from './trusted-git-dir.ts';

/**
 * Writes some files of a tree below an empty folder, as a checkout of that tree would: its own attributes count, and
 * what lies in any working tree plays no part.
 */
export async function checkoutFiles(
  place: TrustedPlace,
  tree: string,
  files: Entries,
  folder: string,
): Promise<void> {
  if (files.size === 0) return;
  const there = placeIn(place, folder);
  await withTemporaryIndex(there, 'empty', async (env) => {
    await setEntries(there, env, await attributesFor(there, tree, files));
    await setEntries(there, env, files);
    await git(there, ['checkout-index', '--force', '-z', '--stdin'], {
      env,
      input: bytesOf([...files.keys()].map((path) => `${path}\0`).join('')),
    });
  });
}

/** The attributes files of a tree that may speak of the paths. */
async function attributesFor(place: TrustedPlace, tree: string, files: Entries): Promise<Entries> {
  // A name with a line break in it cannot be asked for in lines.
  const paths = [...attributeFiles(files.keys())].filter((path) => !path.includes('\n'));
  const { stdout } = await git(place, ['cat-file', '--batch-check=%(objecttype) %(objectname)'], {
    input: bytesOf(paths.map((path) => `${tree}:${path}\n`).join('')),
  });
  const answers = stdout.toString('latin1').split('\n');
  return new Map(
    paths.flatMap((path, at) => {
      const oid = /^blob ([0-9a-f]+)$/.exec(answers[at] ?? '')?.[1];
      return oid === undefined ? [] : [[path, { mode: '100644', oid }] as const];
    }),
  );
}

/** The bytes that blobs hold together. */
export async function sumOfBlobSizes(directory: Place, oids: readonly string[]): Promise<number> {
  if (oids.length === 0) return 0;
  const { stdout } = await git(directory, ['cat-file', '--batch-check=%(objectsize)'], {
    input: `${oids.join('\n')}\n`,
  });
  return stdout
    .toString()
    .trim()
    .split('\n')
    .reduce((sum, size) => sum + Number(size), 0);
}
