/** Secrets of the user that were copied into worktrees: in none of the texts that we write. */
import { readBlobs } from '../git/blobs.ts';
import type { FileChange } from '../git/changes.ts';
import { type PrintedPath, printPath } from '../git/paths.ts';
import { maskFile, readSecrets, type Secret, secretsFoundIn } from '../secrets.ts';
import type { Session } from './session.ts';

/** Read anew each time: they are kept nowhere. */
export function secretsOf({ data }: Session): Promise<Secret[]> {
  const paths = new Set(data.worktrees.flatMap(({ provided }) => provided));
  return readSecrets(data.main_tree, [...paths]);
}

/** A file of a capture that contains a secret. */
export interface Leak extends PrintedPath {
  /** What the secret is called: `.env: API_KEY`. */
  secret: string;
}

/**
 * Masks secrets in the diff of a capture, and tells which text files they stand in.
 */
export async function maskDiff(
  topLevel: string,
  diff: string,
  files: readonly FileChange[],
  secrets: readonly Secret[],
): Promise<Leak[]> {
  // The diff says whether there is anything at all: contents are read in the rare case only.
  if (!(await maskFile(diff, secrets))) return [];
  const written = files.filter(
    ({ mode, oid, binary }) => mode?.startsWith('100') && oid && !binary,
  );
  const blobs = await readBlobs(
    topLevel,
    written.map(({ oid }) => oid ?? ''),
  );
  return written.flatMap(({ path, oid }) =>
    secretsFoundIn(blobs.get(oid ?? '') ?? Buffer.alloc(0), secrets).map(({ name }) => ({
      ...printPath(path),
      secret: name,
    })),
  );
}
