/** Whether two files hold the same, read in pieces, however large they are. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const PIECE = 1 << 20;
const pieces = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)] as const;

export function haveSameBytes(one: Buffer | string, other: Buffer | string): boolean {
  const files = [openSync(one, 'r')];
  try {
    files.push(openSync(other, 'r'));
    const [a = 0, b = 0] = files;
    const { size } = fstatSync(a);
    if (size !== fstatSync(b).size) return false;
    for (let at = 0; at < size; at += PIECE) {
      const [readA, readB] = [
        readSync(a, pieces[0], 0, PIECE, at),
        readSync(b, pieces[1], 0, PIECE, at),
      ];
      if (pieces[0].compare(pieces[1], 0, readB, 0, readA) !== 0) return false;
    }
    return true;
  } finally {
    for (const file of files) closeSync(file);
  }
}
