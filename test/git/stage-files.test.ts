import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { attributeFiles, stageAsBytes, stageFiles } from '../../scripts/lib/git/stage-files.ts';
import { readTree } from '../../scripts/lib/git/trees.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makePlaces, workingTree } from '../support/working-tree.ts';

/** A repository whose working tree is at its commit, entries of some other files, and a folder for them. */
async function setUp(base: Record<string, string>, files: Record<RawPath, Awkward>) {
  const box = await ownSandbox();
  const at = await box.repository(base);
  const other = await box.repository({}, 'other');
  await writeAwkward(other, files);
  const tree = await workingTree(other);
  await box.git(at, 'fetch', '--quiet', other, await commitOf(box, other));
  const entries = await readTree(at, tree);
  const { main, bytes } = await makePlaces(box, at);
  const folder = join(box.folder, 'staged');
  await mkdir(folder);
  return {
    box,
    at,
    folder,
    entries,
    main,
    bytes,
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

async function commitOf(box: Awaited<ReturnType<typeof ownSandbox>>, at: string): Promise<string> {
  await box.git(at, '-c', 'core.autocrlf=false', 'add', '--all', '--force');
  await box.git(at, 'commit', '--quiet', '-m', 'wanted');
  return box.git(at, 'rev-parse', 'HEAD');
}

test('the files come out with modes, links and awkward names; what is to go is nothing', async () => {
  const files: Record<RawPath, Awkward> = {
    ...Object.fromEntries(NAMES.map((name) => [name, `${name}\n`])),
    'tool.sh': { executable: 'x' },
    link: { link: '/etc/passwd' },
    'b.bin': Buffer.from([0, 255, 13, 10]),
    empty: '',
  };
  await using it = await setUp({ 'gone.txt': 'g\n' }, files);
  await stageFiles(it.main, new Map([...it.entries, ['gone.txt', null]]), it.folder);
  const expected = join(it.box.folder, 'expected');
  await mkdir(expected);
  await writeAwkward(expected, files);
  assert.equal(await readAll(it.folder), await readAll(expected));
  await stageFiles(it.main, new Map(), join(it.box.folder, 'never made'));
});

/** Attributes that lie in the working tree, and those that are staged; and what a text file becomes. */
const ATTRIBUTES: [string, Record<string, string>, Record<string, string>, string][] = [
  ['none', {}, {}, 'x\n'],
  ['those that lie there', { '.gitattributes': '* eol=crlf\n' }, {}, 'x\r\n'],
  ['those that lie there in the folder', { 'dir/.gitattributes': '* eol=crlf\n' }, {}, 'x\r\n'],
  ['those of another folder do not', { 'other/.gitattributes': '* eol=crlf\n' }, {}, 'x\n'],
  ['those that are staged', {}, { '.gitattributes': '* eol=crlf\n' }, 'x\r\n'],
  [
    'the staged ones in place of those that lie there',
    { '.gitattributes': '* eol=crlf\n' },
    { '.gitattributes': '* eol=lf\n' },
    'x\n',
  ],
  [
    'both, where they are of different folders',
    { '.gitattributes': '* eol=crlf\n' },
    { 'dir/.gitattributes': '* eol=lf\n' },
    'x\n',
  ],
];

for (const [name, there, staged, expected] of ATTRIBUTES) {
  test(`converted by the attributes that hold there afterwards: ${name}`, async () => {
    await using it = await setUp({ 'a.txt': 'a\n', ...there }, { 'dir/x.txt': 'x\n', ...staged });
    await stageFiles(it.main, it.entries, it.folder);
    assert.is((await readAll(it.folder))['dir/x.txt'], `644 ${expected}`);
  });
}

test('attributes that go with this very step count no more', async () => {
  await using it = await setUp({ '.gitattributes': '* eol=crlf\n' }, { 'dir/x.txt': 'x\n' });
  const entries = new Map([...it.entries, ['.gitattributes', null]]);
  await stageFiles(it.main, entries, it.folder);
  assert.equal(await readAll(it.folder), { 'dir/x.txt': '644 x\n' });
});

test('attributes that are a link are followed by nobody', async () => {
  await using it = await setUp({ 'a.txt': 'a\n' }, { 'dir/x.txt': 'x\n' });
  await writeFile(join(it.box.folder, 'attributes'), '* eol=crlf\n');
  await symlink(join(it.box.folder, 'attributes'), join(it.at, '.gitattributes'));
  await stageFiles(it.main, it.entries, it.folder);
  assert.equal(await readAll(it.folder), { 'dir/x.txt': '644 x\n' });
});

test('for bytes no attributes count', async () => {
  await using it = await setUp({ '.gitattributes': '* eol=crlf\n' }, { 'dir/x.txt': 'x\n' });
  await stageFiles(it.bytes, it.entries, it.folder);
  assert.is((await readAll(it.folder))['dir/x.txt'], '644 x\n');
});

test('every place where attributes of some paths may be written', () => {
  const places = (...paths: RawPath[]) => [...attributeFiles(paths)].sort();
  assert.equal(places(), []);
  assert.equal(places('a'), ['.gitattributes']);
  assert.equal(places('a/b/c', 'a/d', 'e'), [
    '.gitattributes',
    'a/.gitattributes',
    'a/b/.gitattributes',
  ]);
  assert.equal(places('caf\xe9/x', '.gitattributes'), ['.gitattributes', 'caf\xe9/.gitattributes']);
});

test('as bytes, side by side: nothing is converted, and each file is where it is said to be', async () => {
  const files: Record<RawPath, Awkward> = {
    ...Object.fromEntries(NAMES.map((name) => [name, `${name}\r\n`])),
    ...{ 'deep/tool.sh': { executable: 'x' }, 'deep/link': { link: '/etc/passwd' }, empty: '' },
  };
  await using it = await setUp({ '.gitattributes': '* text eol=lf\n' }, files);
  const wanted = new Map([...it.entries, ['gone.txt', null]]);
  const names = await stageAsBytes(it.main, wanted, it.folder);
  assert.equal([...names.keys()].sort(), Object.keys(files).sort());
  const staged = await readAll(it.folder);
  assert.is(Object.keys(staged).length, names.size);
  const found = Object.fromEntries([...names].map(([path, name]) => [path, staged[name]]));
  await writeAwkward(join(it.folder, '..', 'expected'), files);
  assert.equal(found, await readAll(join(it.folder, '..', 'expected')));
});

test('as bytes, none: nothing is written', async () => {
  await using it = await setUp({ 'a.txt': 'a\n' }, { 'b.txt': 'b\n' });
  assert.equal(await stageAsBytes(it.main, new Map([['a.txt', null]]), it.folder), new Map());
  assert.equal(await readAll(it.folder), {});
});

test.run();
