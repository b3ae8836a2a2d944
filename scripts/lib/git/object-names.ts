/** The names that git would give to what lies on the disk, as it lies there. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';

/** What took the file's place a moment ago is not followed as a link and not waited for as a fifo. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const PIECE = 1 << 18;
const piece = Buffer.allocUnsafe(PIECE);

/** A file's object id, of as many digits as the repository's have. It is read in pieces, however large it is. */
export function hashOfFile(path: Buffer, digits: number): string {
  const file = openSync(path, FLAGS);
  try {
    const { size } = fstatSync(file);
    const hash = hashOfBlob(size, digits);
    for (let at = 0; at < size; ) {
      const read = readSync(file, piece, 0, PIECE, null);
      // Cut short meanwhile: then it is another file than the one that the hash would speak of.
      if (read === 0) break;
      hash.update(piece.subarray(0, read));
      at += read;
    }
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}

/** The object id of a link: of where it leads to. */
export function hashOfLink(path: Buffer, digits: number): string {
  const target = readlinkSync(path, { encoding: 'buffer' });
  return hashOfBlob(target.length, digits).update(target).digest('hex');
}

function hashOfBlob(size: number, digits: number): Hash {
  return createHash(digits === 64 ? 'sha256' : 'sha1').update(`blob ${size}\0`);
}
