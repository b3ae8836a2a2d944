/** How large blobs are, before one is read into memory. */
import { git, type Place } from './git.ts';

/** Bytes by id, all by one git process; what is not there, or is no blob, has none. */
export async function readBlobSizes(
  directory: Place,
  oids: Iterable<string>,
): Promise<Map<string, number>> {
  const wanted = [...new Set(oids)];
  if (wanted.length === 0) return new Map();
  const words = ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'];
  const { stdout } = await git(directory, words, {
    input: wanted.map((oid) => `${oid}\n`).join(''),
  });
  const lines = stdout.toString('latin1').split('\n');
  return new Map(
    lines.flatMap((line): [string, number][] => {
      const [oid = '', kind, size] = line.split(' ');
      return kind === 'blob' ? [[oid, Number(size)]] : [];
    }),
  );
}
