import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gitLine } from '../../scripts/lib/git/git.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import {
  convertedPaths,
  plainPaths,
  readPresentFiles,
} from '../../scripts/lib/git/present-files.ts';
import { type Entries, readTree, type TreeEntry, writeTree } from '../../scripts/lib/git/trees.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Files } from '../support/sandbox.ts';
import { makeFifo } from '../support/special-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makePlaces, showTree, sightOf } from '../support/working-tree.ts';

test('nothing is seen where there is no file: of none, a folder, or beyond a link', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, { 'dir/x': 'x', through: { link: 'dir' } });
  for (const path of ['none', 'dir', 'none/x', 'dir/x/y', 'through/x']) {
    assert.is(sightOf(folder.path, path), null, path);
  }
  assert.is(sightOf(folder.path, 'dir/x')?.mode, 0o644);
  assert.ok(sightOf(folder.path, 'through'));
});

const CHANGES: [string, (file: string) => Promise<unknown>][] = [
  ['other content of the same size', (file) => writeFile(file, 'B\n')],
  [
    'other content, with its old time put back',
    async (file) => {
      await writeFile(file, 'B\n');
      await utimes(file, 1000, 1000);
    },
  ],
  ['other permissions', (file) => chmod(file, 0o600)],
  [
    'another file with the same content and time in its place',
    async (file) => {
      await writeFile(`${file}.new`, 'A\n');
      await utimes(`${file}.new`, 1000, 1000);
      await rename(`${file}.new`, file);
    },
  ],
  [
    'a link in its place',
    async (file) => {
      await rm(file);
      await symlink('x', file);
    },
  ],
  ['it is gone', (file) => rm(file)],
];

for (const [name, change] of CHANGES) {
  test(`a file is not the one that was seen: ${name}`, async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'caf\u00e9');
    const path = 'caf\xc3\xa9';
    await writeFile(file, 'A\n');
    await utimes(file, 1000, 1000);
    const seen = sightOf(folder.path, path);
    assert.equal(sightOf(folder.path, path), seen, 'looking changes nothing');
    await change(file);
    assert.is.not(sightOf(folder.path, path)?.identity, seen?.identity);
  });
}

/** A repository, and what lies at some paths of its working tree. */
async function setUp(files: Files = {}) {
  const box = await ownSandbox();
  const at = await box.repository(files);
  const places = await makePlaces(box, at);
  const read = (...paths: RawPath[]) =>
    readPresentFiles(places.main, new Map(paths.map((path) => [path, null])));
  return {
    ...{ box, at, places, read },
    show: async (entries: Entries) => showTree(at, await writeTree(places.main, entries)),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

test('files are read as a tree would have them, ignored or not; whatever is no file is nothing', async () => {
  await using it = await setUp({ '.gitignore': '*.log\nignored/\n', 'tracked.txt': 't\n' });
  await writeAwkward(it.at, {
    ...Object.fromEntries(NAMES.map((name) => [name, `${name}\n`])),
    'tracked.txt': 'changed\n',
    'x.log': 'log\n',
    'ignored/deep/x': 'x\n',
    'tool.sh': { executable: 'x' },
    link: { link: 'ignored' },
    'broken-link': { link: '/no/where' },
    'a-folder/x': 'x\n',
    '.gitattributes': '',
  });
  const there = [
    ...NAMES,
    ...['tracked.txt', 'x.log', 'ignored/deep/x', 'tool.sh', 'link', 'broken-link'],
  ];
  const absent = ['none', 'none/x', 'a-folder', 'link/deep/x', 'tracked.txt/x'];
  const before = await readAll(it.at);
  const { entries, sights } = await it.read(...there, ...absent);
  assert.equal([...entries.keys()], [...there, ...absent]);
  assert.equal([...sights.keys()], [...there, ...absent]);
  for (const path of absent) {
    assert.equal([entries.get(path), sights.get(path)], [null, null], path);
  }
  assert.equal(await it.show(entries), {
    ...Object.fromEntries(NAMES.map((name) => [name, `${name}\n`])),
    'tracked.txt': 'changed\n',
    'x.log': 'log\n',
    'ignored/deep/x': 'x\n',
    'tool.sh': '100755 x',
    link: '120000 ignored',
    'broken-link': '120000 /no/where',
  });
  assert.equal(await readAll(it.at), before);
});

test('no other file is looked at', async () => {
  await using it = await setUp({ 'a.txt': 'a\n' });
  await it.box.git(it.at, 'config', 'filter.fatal.clean', 'false');
  await it.box.git(it.at, 'config', 'filter.fatal.required', 'true');
  await writeAwkward(it.at, { '.gitattributes': '*.fatal filter=fatal\n', 'x.fatal': 'x\n' });
  await makeFifo(join(it.at, 'pipe'));
  const places = await makePlaces(it.box, it.at, 'with the filter');
  const read = (path: RawPath) => readPresentFiles(places.main, new Map([[path, null]]));
  assert.equal(await it.show((await read('a.txt')).entries), { 'a.txt': 'a\n' });
  assert.is((await rejection(read('x.fatal'))).code, 'git-failed', 'it would have been noticed');
});

test('nothing asked, nothing read; nothing there neither', async () => {
  await using it = await setUp();
  assert.equal(await it.read(), { entries: new Map(), sights: new Map() });
  const { entries } = await it.read('none');
  assert.equal([...entries], [['none', null]]);
});

test('a file in place of an expected folder, and a folder in place of an expected file', async () => {
  await using it = await setUp({ 'a/x': 'x\n', b: 'b\n' });
  const expected = await readTree(it.at, 'HEAD');
  await rm(join(it.at, 'a'), { recursive: true });
  await rm(join(it.at, 'b'));
  await writeAwkward(it.at, { a: 'a file now\n', 'b/y': 'y\n' });
  const all = new Map<RawPath, TreeEntry | null>([...expected, ['a', null], ['b/y', null]]);
  const { entries } = await readPresentFiles(it.places.main, all);
  assert.equal(await it.show(entries), { a: 'a file now\n', 'b/y': 'y\n' });
  assert.equal([entries.get('a/x'), entries.get('b')], [null, null]);
});

test('what is no file at all is refused', async () => {
  await using it = await setUp({ 'a.txt': 'a\n' });
  await mkdir(join(it.at, 'dir'));
  await makeFifo(join(it.at, 'dir', 'pipe'));
  const error = await rejection(it.read('a.txt', 'dir/pipe'));
  assert.equal([error.code, error.exitStatus], ['special-file', 3]);
  assert.equal(error.details, { directory: it.at, path: 'dir/pipe' });
});

test('files whose bytes are those of their objects are told without git, with the same answer', async () => {
  const old: Record<RawPath, Awkward> = {
    ...Object.fromEntries(NAMES.map((name) => [name, `${name}\n`])),
    ...{ same: 's\n', other: 'o\n', gone: 'g\n', tool: { executable: 't' }, 'not-tool': 'n' },
    ...{ link: { link: 'same' }, 'other-link': { link: 'same' }, 'was-link': { link: 'same' } },
    ...{ 'was-file': 'same', 'was-folder/x': 'x', 'tool-no-more': { executable: 't' } },
  };
  await using it = await setUp({});
  await writeAwkward(it.at, old);
  await it.box.git(it.at, 'add', '--all');
  const expected = await readTree(it.at, await it.box.git(it.at, 'write-tree'));
  await Promise.all(
    ['gone', 'other-link', 'was-link', 'was-file', 'was-folder'].map((path) =>
      rm(join(it.at, path), { recursive: true }),
    ),
  );
  await writeAwkward(it.at, {
    ...{ other: 'O\n', 'other-link': { link: 'other' }, 'was-link': 'same' },
    ...{ 'was-file': { link: 'same' }, 'was-folder': 'x' },
  });
  await chmod(join(it.at, 'not-tool'), 0o755);
  await chmod(join(it.at, 'tool-no-more'), 0o644);
  const all: Entries = new Map([...expected, ['new', null], ['was-folder', null]]);
  for (const place of [it.places.main, it.places.bytes]) {
    const plain = await plainPaths(place, [...all.keys()]);
    assert.equal([...plain], [...all.keys()]);
    const known = await readPresentFiles(place, all, plain);
    assert.equal(known, await readPresentFiles(place, all));
    assert.is(known.entries.get('same')?.oid, expected.get('same')?.oid);
  }
});

test('no file is plain that attributes or settings may convert, or whose mode git does not heed', async () => {
  await using it = await setUp({ '.gitattributes': '*.txt text\n*.bin -text\n*.x ident\n' });
  const paths = ['a.txt', 'a.bin', 'a.x', 'a', 'caf\xe9\n.txt', 'caf\xe9'];
  const plain = async (...settings: [string, string][]) => {
    for (const [key, value] of settings) await it.box.git(it.at, 'config', key, value);
    const { main } = await makePlaces(it.box, it.at, settings.join(' ') || 'none');
    return [...(await plainPaths(main, paths))];
  };
  assert.equal(await plain(), ['a.bin', 'a', 'caf\xe9']);
  assert.equal([...(await plainPaths(it.places.bytes, paths))], paths, 'byte for byte all are');
  assert.equal(await plain(['core.autocrlf', 'input']), []);
  assert.equal(await plain(['core.autocrlf', 'false'], ['core.symlinks', 'false']), []);
  assert.equal(await plain(['core.symlinks', 'true'], ['core.fileMode', 'no']), []);
  assert.equal(await plain(['core.fileMode', 'yes']), ['a.bin', 'a', 'caf\xe9']);
});

test('where git ignores modes, the mode is the one that is expected', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'tool.sh': 't\n', 'plain.txt': 'p\n' });
  await box.git(at, 'config', 'core.fileMode', 'false');
  const { main, worktrees } = await makePlaces(box, at);
  const plain = await readTree(at, 'HEAD');
  const oid = plain.get('tool.sh')?.oid ?? '';
  const expected = new Map([...plain, ['tool.sh', { mode: '100755', oid }]]);
  await writeFile(join(at, 'plain.txt'), 'changed\n');
  await chmod(join(at, 'plain.txt'), 0o755);
  const modes = async (place: typeof main) =>
    [...(await readPresentFiles(place, expected)).entries].map(([path, it]) => [path, it?.mode]);
  assert.equal(await modes(main), [
    ['plain.txt', '100644'],
    ['tool.sh', '100755'],
  ]);
  assert.equal(await modes(worktrees), [
    ['plain.txt', '100755'],
    ['tool.sh', '100644'],
  ]);
});

test('as the user’s settings convert them, or byte for byte', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ '.gitattributes': '* text=auto\n' });
  await writeFile(join(at, 'a.txt'), 'one\r\ntwo\n');
  const { main, bytes } = await makePlaces(box, at);
  const content = async (place: typeof main) => {
    const { entries } = await readPresentFiles(place, new Map([['a.txt', null]]));
    return gitLine(at, ['cat-file', 'blob', entries.get('a.txt')?.oid ?? '']);
  };
  assert.is(await content(main), 'one\ntwo');
  assert.is(await content(bytes), 'one\r\ntwo');
});

/** Attributes, settings, and of `a.txt` and `b.bin` those that may be converted, by what. */
const CONVERTED: [string, string, Record<string, string>, Record<string, string | null>][] = [
  ['nothing', '', {}, {}],
  ['no text', '*.txt -text\n', {}, {}],
  ['other attributes', '* diff merge=union whitespace -export-subst\n', {}, {}],
  ['text', '*.txt text\n', {}, { 'a.txt': null }],
  ['perhaps text', '* text=auto\n', {}, { 'a.txt': null, 'b.bin': null }],
  ['line ends', '*.txt eol=crlf\n', {}, { 'a.txt': null }],
  ['as it was called once', '*.txt crlf\n', {}, { 'a.txt': null }],
  ['a keyword', '*.txt ident\n', {}, { 'a.txt': null }],
  ['an encoding', '*.txt working-tree-encoding=ISO-8859-1\n', {}, { 'a.txt': null }],
  ['a filter', '*.bin filter=some\n', {}, { 'b.bin': 'some' }],
  ['a filter, and no text', '*.bin filter=lfs diff=lfs merge=lfs -text\n', {}, { 'b.bin': 'lfs' }],
  ['a filter, and line ends', '*.bin eol=lf filter=lfs text\n', {}, { 'b.bin': 'lfs' }],
  ['a macro', '[attr]odd filter=some\n*.txt odd\n', {}, { 'a.txt': 'some' }],
  ['binary', '* binary\n', {}, {}],
  ['line ends everywhere', '', { 'core.autocrlf': 'true' }, { 'a.txt': null, 'b.bin': null }],
  ['or in one direction', '', { 'core.autocrlf': 'input' }, { 'a.txt': null, 'b.bin': null }],
  ['and not', '', { 'core.autocrlf': 'false', 'core.eol': 'crlf' }, {}],
  [
    'line ends everywhere, and a filter',
    '*.bin filter=lfs\n',
    { 'core.autocrlf': 'true' },
    { 'a.txt': null, 'b.bin': 'lfs' },
  ],
];

for (const [name, attributes, settings, expected] of CONVERTED) {
  test(`whose bytes may be others than in an object: ${name}`, async () => {
    await using box = await ownSandbox();
    const at = await box.repository({ '.gitattributes': attributes, 'a.txt': 'a', 'b.bin': 'b' });
    for (const [key, value] of Object.entries(settings)) await box.git(at, 'config', key, value);
    const { main } = await makePlaces(box, at);
    const found = await convertedPaths(main, ['a.txt', 'b.bin']);
    assert.equal(Object.fromEntries(found), expected);
    assert.equal(await convertedPaths(main, []), new Map());
  });
}

test('a setting without a value is a true one', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': 'a' });
  await writeFile(join(box.folder, 'gitconfig'), '[core]\n\tautocrlf\n');
  const { main } = await makePlaces(box, at);
  assert.equal(Object.fromEntries(await convertedPaths(main, ['a.txt'])), { 'a.txt': null });
});

test('attributes of names that are awkward', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ '.gitattributes': '* text=auto\n' });
  const { main } = await makePlaces(box, at);
  assert.equal([...(await convertedPaths(main, NAMES)).keys()].sort(), [...NAMES].sort());
});

test.run();
