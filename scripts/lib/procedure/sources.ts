/** Texts of versions of files, read once for all models. */
import { readBlobSizes } from '../git/blob-sizes.ts';
import { readBlobs } from '../git/blobs.ts';
import { pathText } from '../git/paths.ts';
import type { ComparedFile } from '../synthesis/compare.ts';

/** Object id to text. */
export type Sources = ReadonlyMap<string, string>;

/** Nobody writes larger ones by hand. */
const MOST_BYTES = 1024 ** 2;

/** All versions, base's included, of the files that are wanted; none of what is binary or larger than is read. */
export async function readSources(
  directory: string,
  files: readonly ComparedFile[],
  isWanted: (path: string) => boolean,
): Promise<Sources> {
  const wanted = files.filter(({ path }) => isWanted(pathText(path)));
  const oids = wanted.flatMap(({ base, versions }) => [
    ...(base?.mode.startsWith('100') ? [base.oid] : []),
    ...versions.flatMap(({ blob, mode, binary }) =>
      blob !== null && mode?.startsWith('100') && !binary ? [blob] : [],
    ),
  ]);
  const sizes = await readBlobSizes(directory, oids);
  const small = [...sizes].flatMap(([oid, size]) => (size <= MOST_BYTES ? oid : []));
  const blobs = await readBlobs(directory, small);
  return new Map([...blobs].map(([oid, content]) => [oid, content.toString('utf8')]));
}
