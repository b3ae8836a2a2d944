import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import type { Sight } from '../../scripts/lib/git/present-files.ts';
import { placeOf } from '../../scripts/lib/git/survey.ts';
import { type Swap, swapFiles, withExecutable } from '../../scripts/lib/git/swap-files.ts';
import type { TreeEntry } from '../../scripts/lib/git/trees.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { rejection } from '../support/rejection.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';
import { sightOf } from '../support/working-tree.ts';

type AwkwardFiles = Record<RawPath, Awkward>;

/** No object is read: what an entry says counts only as there or not, link or file, executable or not. */
function entryOf(file: Awkward | undefined): TreeEntry | null {
  if (file === undefined) return null;
  const oid = '1'.repeat(40);
  if (typeof file === 'string' || Buffer.isBuffer(file)) return { mode: '100644', oid };
  return { mode: 'link' in file ? '120000' : '100755', oid };
}

interface SetUp extends AsyncDisposable {
  swap: Swap;
  tree: string;
  folder: TemporaryFolder;
}

/** A working tree with files, others made ready beside it, and the swap from the one to the other. */
async function setUp(before: AwkwardFiles, after: AwkwardFiles): Promise<SetUp> {
  const folder = await temporaryFolder();
  const [tree, staged] = [join(folder.path, 'tree'), join(folder.path, 'staged')];
  await mkdir(tree);
  await mkdir(staged);
  await writeAwkward(tree, before);
  await writeAwkward(staged, after);
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const entries = (files: AwkwardFiles) => new Map(paths.map((it) => [it, entryOf(files[it])]));
  const sights = new Map(paths.map((path) => [path, sightOf(tree, path)]));
  const swap = { directory: tree, staged, before: entries(before), after: entries(after), sights };
  return { swap, tree, folder, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** What a folder holds once some files are written into it. */
async function written(files: AwkwardFiles): Promise<Record<RawPath, string>> {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, files);
  return await readAll(folder.path);
}

/** What swapFiles() throws. */
function refusal(swap: Swap) {
  return rejection(Promise.resolve().then(() => swapFiles(swap)));
}

const SWAPS: [string, AwkwardFiles, AwkwardFiles][] = [
  ['nothing', {}, {}],
  [
    'changed, new and removed, whatever they are called',
    { ...Object.fromEntries(NAMES.map((name) => [name, 'old\n'])), gone: 'g', 'deep/gone/x': 'x' },
    {
      ...Object.fromEntries(NAMES.map((name) => [name, 'new\n'])),
      'new/caf\xe9/x': 'n',
      'empty.txt': '',
      'b.bin': Buffer.from([0, 255, 13, 10]),
    },
  ],
  ['a file to a folder', { it: 'file\n' }, { 'it/deep/x': 'x\n' }],
  ['a folder to a file', { 'it/deep/x': 'x\n', 'it/y': 'y\n' }, { it: 'file\n' }],
  ['two that change places with folders', { a: 'a\n', 'b/x': 'x\n' }, { 'a/x': 'x\n', b: 'b\n' }],
  ['a folder to a link', { 'it/x': 'x\n' }, { it: { link: '/no/where' } }],
  ['a link to a folder', { it: { link: '/no/where' } }, { 'it/x': 'x\n' }],
  ['a link to a file and back', { a: { link: 'b' }, b: 'b\n' }, { a: 'a\n', b: { link: 'a' } }],
  ['a link that leads elsewhere', { it: { link: 'a' } }, { it: { link: 'b' } }],
  [
    'executable or not',
    { a: 'a\n', b: { executable: 'b\n' } },
    { a: { executable: 'a\n' }, b: 'b\n' },
  ],
];

for (const [name, before, after] of SWAPS) {
  test(`swapped exactly: ${name}`, async () => {
    await using it = await setUp(before, after);
    swapFiles(it.swap);
    assert.equal(await readAll(it.tree), await written(after));
    assert.equal(await readAll(it.swap.staged), {}, 'by renames: nothing is left');
  });
}

test('what is not in the swap stays; a folder goes with its last file only', async () => {
  await using it = await setUp(
    { 'a/gone': 'g\n', 'b/deep/gone': 'g\n', 'c/changed': '1\n' },
    { 'c/changed': '2\n' },
  );
  await writeAwkward(it.tree, { 'a/mine': 'm\n', 'c/mine': 'm\n', 'd/mine': 'm\n' });
  await mkdir(join(it.tree, 'c', 'empty'));
  swapFiles(it.swap);
  assert.equal(await readAll(it.tree), {
    'a/mine': '644 m\n',
    'c/changed': '644 2\n',
    'c/mine': '644 m\n',
    'd/mine': '644 m\n',
  });
  assert.equal((await readdir(it.tree)).sort(), ['a', 'c', 'd']);
  assert.ok((await stat(join(it.tree, 'c', 'empty'))).isDirectory(), 'an empty folder of somebody');
});

test('a folder that holds nothing but empty folders makes room for a file', async () => {
  await using it = await setUp({ 'left/x': 'x\n' }, { 'new.txt': 'n\n', left: 'l\n' });
  await mkdir(join(it.tree, 'new.txt', 'deep', 'er'), { recursive: true });
  await mkdir(join(it.tree, 'new.txt', 'other'));
  await mkdir(placeOf(it.tree, 'left/caf\xe9'));
  swapFiles(it.swap);
  assert.equal(await readAll(it.tree), { 'new.txt': '644 n\n', left: '644 l\n' });
});

/** What somebody may have done since the files were read, or what lay in the way all along. */
const OBSTACLES: [string, (tree: string) => unknown, named?: RawPath][] = [
  ['a changed file', (at) => writeFileSync(join(at, 'changed.txt'), 'mine\n')],
  ['the same content written again', (at) => writeFileSync(join(at, 'changed.txt'), '1\n')],
  ['other permissions', (at) => chmod(join(at, 'changed.txt'), 0o600)],
  ['a file that is gone', (at) => rm(join(at, 'changed.txt'))],
  [
    'a changed file that is to go',
    (at) => writeFileSync(join(at, 'z-gone.txt'), 'mine\n'),
    'z-gone.txt',
  ],
  ['a file that is gone already', (at) => rm(join(at, 'z-gone.txt')), 'z-gone.txt'],
  [
    'a file in the place of a new one',
    (at) => writeFileSync(join(at, 'new.txt'), 'mine\n'),
    'new.txt',
  ],
  [
    'a link in the place of a new file',
    (at) => symlink('/no/where', join(at, 'new.txt')),
    'new.txt',
  ],
  [
    'a folder with a file in the place of a new one',
    (at) => writeAwkward(at, { 'new.txt/deep/caf\xe9': 'mine\n' }),
    'new.txt',
  ],
  [
    'a folder in the place of a changed file',
    async (at) => {
      await rm(join(at, 'changed.txt'));
      await mkdir(join(at, 'changed.txt'));
    },
  ],
  [
    'a file in the place of a folder',
    (at) => writeFileSync(join(at, 'dir'), 'mine\n'),
    'dir/deep/x',
  ],
  [
    'a link to a folder on the way',
    (at) => symlink(join(at, '..', 'outside'), join(at, 'dir')),
    'dir/deep/x',
  ],
  [
    'a link deep on the way',
    async (at) => {
      await mkdir(join(at, 'dir'));
      await symlink(join(at, '..', 'outside'), join(at, 'dir', 'deep'));
    },
    'dir/deep/x',
  ],
];

for (const [name, make, named = 'changed.txt'] of OBSTACLES) {
  test(`refused before anything is touched: ${name}`, async () => {
    await using it = await setUp(
      { 'a-first.txt': '1\n', 'changed.txt': '1\n', 'z-gone.txt': '1\n' },
      { 'a-first.txt': '2\n', 'changed.txt': '2\n', 'new.txt': 'n\n', 'dir/deep/x': 'x\n' },
    );
    await mkdir(join(it.folder.path, 'outside'));
    await make(it.tree);
    const before = await readAll(it.folder.path);
    const error = await refusal(it.swap);
    assert.equal([error.code, error.exitStatus], ['files-differ', 3]);
    assert.equal([error.details.path, error.details.directory], [named, it.tree]);
    assert.equal(await readAll(it.folder.path), before);
  });
}

/** The sights of a swap, with something that happens when one is asked for the second time: just before its turn. */
function meanwhile(swap: Swap, path: RawPath, act: () => void): Swap {
  let asked = 0;
  class Watched extends Map<RawPath, Sight> {
    override get(key: RawPath) {
      if (key === path && ++asked === 2) act();
      return super.get(key);
    }
  }
  return { ...swap, sights: new Watched(swap.sights) };
}

test('a file that is changed just before its turn is not written over, nor anything after it', async () => {
  await using it = await setUp(
    { 'a.txt': '1\n', 'b.txt': '1\n', 'c.txt': '1\n' },
    { 'a.txt': '2\n', 'b.txt': '2\n', 'c.txt': '2\n' },
  );
  const save = () => writeFileSync(join(it.tree, 'b.txt'), 'saved just now\n');
  const error = await refusal(meanwhile(it.swap, 'b.txt', save));
  assert.equal([error.code, error.details.path], ['files-differ', 'b.txt']);
  assert.equal(await readAll(it.tree), {
    'a.txt': '644 2\n',
    'b.txt': '644 saved just now\n',
    'c.txt': '644 1\n',
  });
});

test('a file that is changed just before it would be removed stays', async () => {
  await using it = await setUp(
    { 'a.txt': '1\n', 'b.txt': '1\n', 'c.txt': '1\n' },
    { 'c.txt': '2\n' },
  );
  const save = () => writeFileSync(join(it.tree, 'b.txt'), 'saved just now\n');
  const error = await refusal(meanwhile(it.swap, 'b.txt', save));
  assert.equal([error.code, error.details.path], ['files-differ', 'b.txt']);
  assert.equal(await readAll(it.tree), { 'b.txt': '644 saved just now\n', 'c.txt': '644 1\n' });
});

test('a file that appears just before a new one takes its place stays', async () => {
  await using it = await setUp({ 'a.txt': '1\n' }, { 'a.txt': '2\n', 'b.txt': 'b\n' });
  const save = () => writeFileSync(join(it.tree, 'b.txt'), 'saved just now\n');
  const error = await refusal(meanwhile(it.swap, 'b.txt', save));
  assert.equal([error.code, error.details.path], ['files-differ', 'b.txt']);
  assert.equal(await readAll(it.tree), { 'a.txt': '644 2\n', 'b.txt': '644 saved just now\n' });
});

test('a folder that gets a file just before it makes room is kept with it', async () => {
  await using it = await setUp({}, { 'a.txt': 'a\n' });
  await mkdir(join(it.tree, 'a.txt', 'deep'), { recursive: true });
  const save = () => writeFileSync(join(it.tree, 'a.txt', 'deep', 'x'), 'saved just now\n');
  await refusal(meanwhile(it.swap, 'a.txt', save));
  assert.equal(await readAll(it.tree), { 'a.txt/deep/x': '644 saved just now\n' });
});

for (const [name, prepare] of [
  ['where no folder was', () => undefined],
  ['in place of a folder', (dir: string) => mkdir(dir)],
] as const) {
  test(`a link that is planted on the way just before leads nothing out of the tree: ${name}`, async () => {
    await using it = await setUp({ 'a.txt': '1\n' }, { 'a.txt': '2\n', 'dir/x': 'x\n' });
    const [dir, outside] = [join(it.tree, 'dir'), join(it.folder.path, 'outside')];
    await mkdir(outside);
    await prepare(dir);
    const plant = () => {
      rmSync(dir, { recursive: true, force: true });
      symlinkSync(outside, dir);
    };
    const thrown = await refusal(meanwhile(it.swap, 'a.txt', plant)).catch(() => null);
    assert.equal([await readAll(outside), thrown?.code], [{}, 'files-differ']);
  });
}

test('a failure of the disk leaves each file either old or new', async () => {
  await using it = await setUp(
    { 'a.txt': '1\n', 'b.txt': '1\n', 'c.txt': '1\n' },
    { 'a.txt': '2\n', 'b.txt': '2\n', 'c.txt': '2\n' },
  );
  await rm(join(it.swap.staged, 'b.txt'));
  const error = await refusal(it.swap);
  assert.is(error.code, 'ENOENT');
  assert.equal(await readAll(it.tree), {
    'a.txt': '644 2\n',
    'b.txt': '644 1\n',
    'c.txt': '644 1\n',
  });
});

/** Permissions of an old file, whether it was and shall be executable, and what it has then. */
const PERMISSIONS: [string, boolean, boolean, string][] = [
  ['600', false, false, '600'],
  ['640', false, false, '640'],
  ['664', false, false, '664'],
  ['444', false, false, '444'],
  ['600', false, true, '700'],
  ['640', false, true, '750'],
  ['644', false, true, '755'],
  ['700', true, true, '700'],
  ['750', true, true, '750'],
  ['700', true, false, '600'],
  ['750', true, false, '640'],
  ['755', true, false, '644'],
  // Of others who may execute it git knows nothing: the owner counts.
  ['645', false, false, '645'],
];

for (const [old, was, shall, expected] of PERMISSIONS) {
  test(`permissions ${old}, executable ${was} and then ${shall}, become ${expected}`, async () => {
    const [from, to] = [Number.parseInt(old, 8), Number.parseInt(expected, 8)];
    assert.is(withExecutable(from, shall), to);
    const file = (executable: boolean, text: string) => (executable ? { executable: text } : text);
    await using it = await setUp({ a: file(was, '1\n') }, { a: file(shall, '2\n') });
    await chmod(join(it.tree, 'a'), from);
    const sights = new Map([['a', sightOf(it.tree, 'a')]]);
    swapFiles({ ...it.swap, sights });
    assert.equal(await readAll(it.tree), { a: `${expected} 2\n` });
  });
}

test('permissions that are known from before count for new files and changed ones', async () => {
  await using it = await setUp(
    { changed: '1\n', 'was-link': { link: 'x' } },
    { changed: '2\n', back: 'b\n', tool: { executable: 't\n' }, 'was-link': 'f\n', other: 'o\n' },
  );
  const modes = new Map([
    ['changed', 0o640],
    ['back', 0o600],
    ['tool', 0o700],
    ['was-link', 0o660],
  ]);
  swapFiles({ ...it.swap, modes });
  assert.equal(await readAll(it.tree), {
    back: '600 b\n',
    changed: '640 2\n',
    other: '644 o\n',
    tool: '700 t\n',
    'was-link': '660 f\n',
  });
});

test('a link never gets permissions, nor does what it leads to', async () => {
  await using it = await setUp({ a: '1\n' }, { a: { link: '../outside' } });
  await chmod(join(it.tree, 'a'), 0o600);
  await writeFile(join(it.folder.path, 'outside'), 'o\n');
  const sights = new Map([['a', sightOf(it.tree, 'a')]]);
  swapFiles({ ...it.swap, sights, modes: new Map([['a', 0o600]]) });
  assert.equal(await readAll(it.tree), { a: 'link ../outside' });
  assert.is((await stat(join(it.folder.path, 'outside'))).mode & 0o777, 0o644);
});

test.run();
