import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hashOfFile, hashOfLink } from '../../scripts/lib/git/object-names.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { placeOf } from '../../scripts/lib/git/survey.ts';
import { readTree } from '../../scripts/lib/git/trees.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { type Awkward, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeFifo } from '../support/special-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FILES: Record<RawPath, Awkward> = {
  empty: '',
  text: 'a\n',
  crlf: 'a\r\nb\n',
  'caf\xe9\n': 'x',
  'one piece': Buffer.alloc(1 << 18, 7),
  'some pieces and a half': randomBytes((1 << 20) + 12345),
  link: { link: 'where/ever' },
  'odd-link': { link: 'caf\u00e9' },
};

for (const format of ['sha1', 'sha256']) {
  test(`files and links have the names that git gives them: ${format}`, async () => {
    await using box = await ownSandbox();
    const at = join(box.folder, 'project');
    await box.git(box.folder, 'init', '--quiet', `--object-format=${format}`, at);
    await writeAwkward(at, FILES);
    await box.git(at, '-c', 'core.autocrlf=false', 'add', '--all');
    const tree = await readTree(at, await box.git(at, 'write-tree'));
    assert.is(tree.size, Object.keys(FILES).length);
    for (const [path, entry] of tree) {
      const hash = entry?.mode === '120000' ? hashOfLink : hashOfFile;
      assert.is(hash(placeOf(at, path), entry?.oid.length ?? 0), entry?.oid, path);
    }
  });
}

test('what took the place of a file is neither followed nor waited for', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, { text: 'a\n', link: { link: 'text' } });
  await makeFifo(join(folder.path, 'pipe'));
  assert.throws(() => hashOfFile(placeOf(folder.path, 'link'), 40), /ELOOP/);
  const empty = await runCommand({
    ...{ file: 'git', args: ['hash-object', '--stdin'], cwd: folder.path },
    ...{ env: process.env, input: Buffer.of() },
  });
  assert.is(hashOfFile(placeOf(folder.path, 'pipe'), 40), empty.stdout.toString().trim());
});

test.run();
