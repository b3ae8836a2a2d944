/** The texts of a bundle that somebody sent: those that we know, none of them large. */
import { readBlobs } from '../../git/blobs.ts';
import { git } from '../../git/git.ts';
import { passName } from '../../session/paths.ts';
import { badBundle } from './bundle-errors.ts';
import type { BundleFacts } from './bundle-facts.ts';
import {
  filesOfPass,
  MOST_BYTES,
  MOST_BYTES_OF_ALL,
  SUMMARY_FILE,
  TASK_FILE,
} from './bundle-results.ts';

/** All but the facts. */
export async function readTexts(
  staging: string,
  file: string,
  results: string,
  { models, passes }: BundleFacts,
): Promise<Map<string, string>> {
  const files = filesOfPass(models.map(({ model }) => model));
  return readFiles(staging, file, results, [
    ...[TASK_FILE, SUMMARY_FILE],
    ...passes.flatMap(({ pass }) => files.map((name) => `${passName(pass)}/${name}`)),
  ]);
}

/** Asked for by name, so that a tree of any size costs nothing. */
export async function readFiles(
  staging: string,
  file: string,
  results: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const words = ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'];
  const input = names.map((name) => `${results}:${name}\n`).join('');
  const lines = (await git(staging, words, { input })).stdout.toString('latin1').split('\n');
  const found = names.flatMap((name, at) => {
    const [oid = '', kind, size] = lines[at]?.split(' ') ?? [];
    return kind === 'blob' ? [{ name, oid, size: Number(size) }] : [];
  });
  const all = found.reduce((sum, { size }) => sum + size, 0);
  if (all > MOST_BYTES_OF_ALL || found.some(({ size }) => size > MOST_BYTES)) {
    throw badBundle(file, 'its results are far too large');
  }
  const blobs = await readBlobs(
    staging,
    found.map(({ oid }) => oid),
  );
  return new Map(found.map(({ name, oid }) => [name, blobs.get(oid)?.toString('utf8') ?? '']));
}
