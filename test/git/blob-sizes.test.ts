import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readBlobSizes } from '../../scripts/lib/git/blob-sizes.ts';
import { sandbox } from '../support/sandbox.ts';

test('bytes of blobs; commits and what is not there have none', async () => {
  await using box = await sandbox();
  const at = await box.repository({ 'a.txt': 'abc\n', 'empty.txt': '' });
  await writeFile(join(at, 'b.txt'), 'é');
  const [a, empty, commit] = await Promise.all(
    ['HEAD:a.txt', 'HEAD:empty.txt', 'HEAD'].map((name) => box.git(at, 'rev-parse', name)),
  );
  const b = await box.git(at, 'hash-object', '-w', 'b.txt');
  const gone = 'f'.repeat(40);
  const sizes = await readBlobSizes(at, [a, empty, b, commit, gone, a].map(String));
  assert.equal(
    [a, empty, b, commit, gone].map((oid) => sizes.get(oid ?? '')),
    [4, 0, 2, undefined, undefined],
  );
  assert.is((await readBlobSizes(at, [])).size, 0);
});

test.run();
