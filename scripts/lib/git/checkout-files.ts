import { git } from './git.ts';
import { bytesOf, type RawPath } from './paths.ts';
import { withTemporaryIndex } from './trees.ts';

/** Writes some files of a tree below a folder that exists; what lies in any working tree plays no part. */
export async function checkoutFiles(
  directory: string,
  tree: string,
  paths: readonly RawPath[],
  folder: string,
): Promise<void> {
  if (paths.length === 0) return;
  await withTemporaryIndex(directory, { tree }, (env) =>
    git(directory, ['checkout-index', '--force', '-z', '--stdin', `--prefix=${folder}/`], {
      env,
      input: bytesOf(paths.map((path) => `${path}\0`).join('')),
    }),
  );
}

/** The bytes that blobs hold together. */
export async function sumOfBlobSizes(directory: string, oids: readonly string[]): Promise<number> {
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
