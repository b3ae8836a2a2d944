/** Many blobs at a time: a process for each would be most of the cost. */

import { join } from 'node:path';
import { writeFile } from '../disk.ts';
import { Failure } from '../errors.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { directoryOf, git, type Place } from './git.ts';

/**
 * The contents of blobs by their ids, all read by one git process.
 * @throws Failure `missing-object` when the repository does not hold one of them
 */
export async function readBlobs(
  directory: Place,
  oids: Iterable<string>,
): Promise<Map<string, Buffer>> {
  const wanted = [...new Set(oids)];
  if (wanted.length === 0) return new Map();
  const { stdout } = await git(directory, ['cat-file', '--batch'], {
    input: wanted.map((oid) => `${oid}\n`).join(''),
  });
  return parseBatch(stdout, directoryOf(directory));
}

/** Writes contents as blobs, all by one git process, and gives their ids in the same order. */
export async function writeBlobs(directory: Place, contents: readonly Buffer[]): Promise<string[]> {
  if (contents.length === 0) return [];
  return withTemporaryFolder(async (folder) => {
    const files = contents.map((_, index) => join(folder, String(index)));
    for (const [index, file] of files.entries()) await writeFile(file, contents[index] ?? '');
    // Without filters: the bytes are the content already, whatever .gitattributes says of line ends.
    const words = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
    const { stdout } = await git(directory, words, {
      input: files.map((file) => `${file}\n`).join(''),
    });
    return stdout.toString().trimEnd().split('\n');
  });
}

/** Parses `cat-file --batch`: `<oid> blob <size>`, a newline, the bytes, a newline. */
function parseBatch(output: Buffer, directory: string): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf('\n', at);
    const [oid = '', type = '', size] = output.toString('latin1', at, lineEnd).split(' ');
    if (type !== 'blob') throw missingObject(oid, type, directory);
    const start = lineEnd + 1;
    const end = start + Number(size);
    contents.set(oid, output.subarray(start, end));
    at = end + 1;
  }
  return contents;
}

function missingObject(oid: string, answer: string, directory: string): Failure {
  return new Failure({
    code: 'missing-object',
    message: `The repository does not hold the file content ${oid} (git says: ${answer}).`,
    hint: 'Run capture-diff again for the models concerned; "git fsck" shows what else is missing.',
    details: { oid, directory },
  });
}
