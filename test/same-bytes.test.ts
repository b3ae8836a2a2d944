import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { haveSameBytes } from '../scripts/lib/same-bytes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const LARGE = randomBytes((2 << 20) + 77);

function withByte(content: Buffer, at: number): Buffer {
  const other = Buffer.from(content);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

test('files are the same when each byte is', async () => {
  await using folder = await temporaryFolder();
  const [one, other] = [join(folder.path, 'one'), join(folder.path, 'other')];
  const rows: [Buffer, Buffer, boolean][] = [
    [Buffer.of(), Buffer.of(), true],
    [Buffer.of(0), Buffer.of(), false],
    [Buffer.of(1, 2), Buffer.of(1, 2), true],
    [Buffer.of(1, 2), Buffer.of(2, 1), false],
    [LARGE, Buffer.from(LARGE), true],
    [LARGE, LARGE.subarray(1), false],
    ...[0, (1 << 20) - 1, 1 << 20, LARGE.length - 1].map((at): [Buffer, Buffer, boolean] => [
      LARGE,
      withByte(LARGE, at),
      false,
    ]),
  ];
  for (const [index, [a, b, same]] of rows.entries()) {
    await writeFile(one, a);
    await writeFile(other, b);
    assert.is(haveSameBytes(one, other), same, `row ${index}`);
  }
});

test('one that is missing is an error, not a difference', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'there');
  await writeFile(file, 'x');
  assert.throws(() => haveSameBytes(file, join(folder.path, 'none')), /ENOENT/);
  assert.throws(() => haveSameBytes(join(folder.path, 'none'), file), /ENOENT/);
});

test.run();
