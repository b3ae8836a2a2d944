import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkoutFiles } from '../../scripts/lib/git/checkout-files.ts';
import { filesAt } from '../../scripts/lib/git/files-at.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { readTree, type TreeEntry } from '../../scripts/lib/git/trees.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { makePlaces, workingTree } from '../support/working-tree.ts';

async function treeOf(box: Sandbox, files: Record<string, Awkward>) {
  const repository = await box.repository({});
  await writeAwkward(repository, files);
  const { main: place } = await makePlaces(box, repository);
  const tree = await workingTree(repository);
  const folder = join(box.folder, 'the snapshot');
  await mkdir(folder);
  const there = await readTree(repository, tree);
  const entries = (...paths: RawPath[]) =>
    new Map(paths.map((path) => [path, there.get(path) as TreeEntry] as const));
  return { repository, place, tree, entries, folder };
}

test('files come out byte for byte, with modes, links and awkward names; others do not', async () => {
  await using box = await ownSandbox();
  const files: Record<string, Awkward> = {
    ...Object.fromEntries(NAMES.map((name) => [name, `${name}\n`])),
    'tool.sh': { executable: 'x' },
    link: { link: '/etc/passwd' },
    'b.bin': Buffer.from([0, 255, 13, 10]),
    'empty.txt': '',
  };
  const { repository, place, tree, entries, folder } = await treeOf(box, {
    ...files,
    'left.txt': 'l',
    'dir/left.txt': 'l',
  });
  await writeFile(join(repository, 'plain.txt'), 'changed since');
  await checkoutFiles(place, tree, entries(...Object.keys(files)), folder);
  const expected = join(box.folder, 'expected');
  await mkdir(expected);
  await writeAwkward(expected, files);
  assert.equal(await readAll(folder), await readAll(expected));
});

test('a link that lies in the folder already is not followed', async () => {
  await using box = await ownSandbox();
  const { place, tree, entries, folder } = await treeOf(box, { 'dir/file.txt': 'new\n' });
  const outside = join(box.folder, 'outside');
  await mkdir(outside);
  await symlink(outside, join(folder, 'dir'));
  await checkoutFiles(place, tree, entries('dir/file.txt'), folder);
  assert.equal(await readAll(outside), {});
  assert.equal(await readAll(folder), { 'dir/file.txt': '644 new\n' });
});

test('the attributes of the tree count, not those of any working tree', async () => {
  await using box = await ownSandbox();
  const { repository, place, tree, entries, folder } = await treeOf(box, {
    '.gitattributes': '*.txt text eol=crlf\n',
    'deep/.gitattributes': 'b.txt -text\n',
    'a.txt': 'a\n',
    'deep/b.txt': 'b\n',
    'deep/c.txt': 'c\n',
  });
  // Planted where git would look otherwise.
  for (const planted of ['.gitattributes', '.git/info/attributes']) {
    await writeFile(join(repository, planted), '*.txt text eol=lf\n');
  }
  await checkoutFiles(place, tree, entries('a.txt', 'deep/b.txt', 'deep/c.txt'), folder);
  assert.equal(await readAll(folder), {
    'a.txt': '644 a\r\n',
    'deep/b.txt': '644 b\n',
    'deep/c.txt': '644 c\r\n',
  });
});

test('no paths, no work', async () => {
  await using box = await ownSandbox();
  const { place, tree, folder } = await treeOf(box, { 'a.txt': 'a' });
  await checkoutFiles(place, tree, new Map(), folder);
  assert.equal(await readAll(folder), {});
});

test('files at a revision: what lies in the working tree plays no part', async () => {
  await using box = await ownSandbox();
  const { repository, tree } = await treeOf(box, {
    'a.txt': '\xc3\xa4\n',
    'dir/b.txt': 'b',
    'umlaut-\xc3\xa4': 'x',
  });
  await writeFile(join(repository, 'a.txt'), 'changed');
  await writeFile(join(repository, 'new.txt'), 'new');
  const files = filesAt(repository, tree);
  assert.is(await files.read('a.txt'), 'ä\n');
  assert.is(await files.read('dir/b.txt'), 'b');
  for (const none of ['new.txt', 'dir', 'dir/none', '../a.txt', '/etc/passwd', '']) {
    assert.is(await files.read(none), null, none);
  }
  assert.equal(await files.list(), ['a.txt', 'dir/b.txt', 'umlaut-ä']);
  assert.equal(await files.which(['dir/b.txt', 'new.txt', 'dir/none', 'a.txt', 'umlaut-ä']), [
    'a.txt',
    'dir/b.txt',
    'umlaut-ä',
  ]);
  assert.equal(await files.which([]), []);
  const below = filesAt(join(repository, 'dir'), tree);
  assert.equal(await below.list(), ['a.txt', 'dir/b.txt', 'umlaut-ä']);
  assert.is(await below.read('a.txt'), 'ä\n');
});

test.run();
