import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type RawPath, rawPathOf } from '../../scripts/lib/git/paths.ts';
import { readTree } from '../../scripts/lib/git/trees.ts';
import { placeIn } from '../../scripts/lib/git/trusted-git-dir.ts';
import { readWorkingTree, type WorkingTreeSource } from '../../scripts/lib/git/working-tree.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Files, Sandbox } from '../support/sandbox.ts';
import { makeFifo, makeSocket } from '../support/special-files.ts';
import { makePlaces, showTree, workingTree, writeWorkingTree } from '../support/working-tree.ts';

const indexOf = (repository: string) => join(repository, '.git', 'index');

/** A repository, and how its working tree is read and shown. */
async function setUp(files: Files = { 'a.txt': 'a\n' }) {
  const box = await ownSandbox();
  const at = await box.repository(files);
  const { main: place } = await makePlaces(box, at);
  const read = (more: Partial<WorkingTreeSource> = {}) =>
    readWorkingTree({ place, indexFile: indexOf(at), ...more });
  return {
    ...{ box, at, place, read },
    show: async (more: Partial<WorkingTreeSource> = {}) => showTree(at, (await read(more)).tree),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

/** A repository inside another one; with a commit unless there are no files. */
async function nestedRepository(box: Sandbox, at: string, files: Record<RawPath, Awkward>) {
  await mkdir(at, { recursive: true });
  await box.git(at, 'init', '--quiet');
  await writeAwkward(at, files);
  if (Object.keys(files).length === 0) return null;
  await box.git(at, 'add', '--all');
  await box.git(at, 'commit', '--quiet', '-m', 'inside');
  return box.git(at, 'rev-parse', 'HEAD');
}

/** Adds a submodule to a repository and commits it; answers with its commit. */
async function addSubmodule(box: Sandbox, at: string, path: string): Promise<string> {
  const module = await box.repository({ 'inside.txt': 'i\n', '.gitignore': '*.log\n' }, 'module');
  const words = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', module, path];
  await box.git(at, ...words);
  await box.git(at, 'commit', '--quiet', '-m', 'submodule');
  return box.git(module, 'rev-parse', 'HEAD');
}

test('a working tree is written as it lies there, index and files stay byte-identical', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({
    'kept.txt': 'kept\n',
    'changed.txt': 'old\n',
    'deleted.txt': 'x\n',
    'file-to-folder': 'x\n',
    'folder/to-file': 'x\n',
    'tool.sh': 'x\n',
    'staged.txt': 'old\n',
    '.gitignore': 'ignored/\n.env\n',
  });
  await writeFile(join(repository, 'staged.txt'), 'staged\n');
  await box.git(repository, 'add', 'staged.txt');
  for (const gone of ['deleted.txt', 'file-to-folder', 'folder', 'tool.sh'])
    await rm(join(repository, gone), { recursive: true });
  await writeAwkward(repository, {
    ...Object.fromEntries(NAMES.map((name) => [name, `I am ${name}\n`])),
    'changed.txt': 'new\n',
    'staged.txt': 'changed again\n',
    'file-to-folder/inside': 'in\n',
    folder: 'a file now\n',
    'tool.sh': { executable: 'x\n' },
    'empty.txt': '',
    'binary.bin': Buffer.from([0, 1, 255, 13, 10, 0]),
    'no-newline': 'end',
    'crlf.txt': 'a\r\nb\r\n',
    link: { link: 'kept.txt' },
    'broken-link': { link: '/no/where' },
    'link-to-folder': { link: 'file-to-folder' },
    '.env': 'SECRET\n',
    'ignored/x': 'x\n',
  });
  const before = [await readFile(indexOf(repository)), await readAll(repository)];

  const tree = await workingTree(repository);

  assert.equal([await readFile(indexOf(repository)), await readAll(repository)], before);
  assert.equal(await showTree(repository, tree), {
    ...Object.fromEntries(NAMES.map((name) => [name, `I am ${name}\n`])),
    '.gitignore': 'ignored/\n.env\n',
    'kept.txt': 'kept\n',
    'changed.txt': 'new\n',
    'staged.txt': 'changed again\n',
    'file-to-folder/inside': 'in\n',
    folder: 'a file now\n',
    'tool.sh': '100755 x\n',
    'empty.txt': '',
    'binary.bin': '\x00\x01\xff\r\n\x00',
    'no-newline': 'end',
    'crlf.txt': 'a\r\nb\r\n',
    link: '120000 kept.txt',
    'broken-link': '120000 /no/where',
    'link-to-folder': '120000 file-to-folder',
  });
});

test("a change in the very moment of the index's own time stamp is seen", async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'one\n' });
  await box.git(repository, 'config', 'core.trustctime', 'false');
  const file = join(repository, 'a.txt');
  // Same size, same time as in the index, and the index is as old: only its content tells that it was changed.
  const touch = (path: string) =>
    runCommand({
      file: 'touch',
      args: ['-d', '2024-01-02 03:04:05.999700000', path],
      cwd: '/',
      env: { PATH: process.env.PATH },
    });
  await touch(file);
  await box.git(repository, 'update-index', '--refresh');
  await writeFile(file, 'two\n');
  await touch(file);
  await touch(indexOf(repository));
  const tree = await workingTree(repository);
  assert.equal(await showTree(repository, tree), { 'a.txt': 'two\n' });
});

test('an untracked folder that is a link out of the tree is kept as a link', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await mkdir(join(box.folder, 'outside'));
  await writeFile(join(box.folder, 'outside', 'secret'), 's');
  await symlink(join(box.folder, 'outside'), join(repository, 'out'));
  const tree = await workingTree(repository);
  assert.is((await readTree(repository, tree)).get('out')?.mode, '120000');
});

test('paths that are none of it are left out, with all that lies in them, whatever they are called', async () => {
  await using it = await setUp({ 'a.txt': 'a\n', 'node_modules/tracked.txt': 't\n' });
  await writeAwkward(it.at, {
    'node_modules/x/y.txt': 'y\n',
    'pkg/node_modules/z.txt': 'z\n',
    [rawPathOf('*.ü/x')]: 'x\n',
    'other.u/x': 'x\n',
  });
  await nestedRepository(it.box, join(it.at, 'node_modules', 'nested'), { 'n.txt': 'n\n' });
  const without = ['node_modules', '*.ü'];
  const found = await it.read({ without });
  assert.equal(found.nested, []);
  assert.equal(await showTree(it.at, found.tree), {
    'a.txt': 'a\n',
    // What lies there is not looked at: the tracked file stays what it was.
    'node_modules/tracked.txt': 't\n',
    'pkg/node_modules/z.txt': 'z\n',
    'other.u/x': 'x\n',
  });
  assert.is(await writeWorkingTree(it.place, indexOf(it.at), without), found.tree);
});

test('paths that are none of it may be ignored as well, as provided dependencies are', async () => {
  await using it = await setUp({ 'a.txt': 'a\n', '.gitignore': 'node_modules/\n.env\n' });
  await writeAwkward(it.at, { 'node_modules/x/y.txt': 'y\n', '.env': 'SECRET\n', 'b.txt': 'b\n' });
  assert.equal(await it.show({ without: ['node_modules', '.env'] }), {
    'a.txt': 'a\n',
    '.gitignore': 'node_modules/\n.env\n',
    'b.txt': 'b\n',
  });
});

test('files that somebody tracked since count although they are ignored, as far as they are there', async () => {
  await using it = await setUp({ '.gitignore': '*.log\nbuild/\n' });
  await writeAwkward(it.at, {
    'seen.log': 's\n',
    'left.log': 'l\n',
    'build/deep/caf\xe9': 'b\n',
    'provided/x.log': 'x\n',
    'link.log': { link: '/no/where' },
    'folder.log/x': 'x\n',
  });
  const paths = ['seen.log', 'build/deep/caf\xe9', 'gone.log', 'provided/x.log', 'link.log'];
  const trackedSince = async () => [...paths, 'folder.log', '../outside', '.git/config'];
  assert.equal(await it.show({ trackedSince, without: ['provided'] }), {
    '.gitignore': '*.log\nbuild/\n',
    'seen.log': 's\n',
    'build/deep/caf\xe9': 'b\n',
    'link.log': '120000 /no/where',
  });
});

test('fifos, sockets and names that git refuses are told and left out, whatever was tracked there', async () => {
  await using it = await setUp({ 'a.txt': 'a\n', 'was-a-file': 'f\n' });
  await rm(join(it.at, 'was-a-file'));
  for (const name of ['was-a-file', 'pipe']) await makeFifo(join(it.at, name));
  await writeAwkward(it.at, { 'deep/.GIT/config': 'x\n', 'git~1': 'x\n', 'b.txt': 'b\n' });
  await using _socket = await makeSocket(join(it.at, 'socket'));
  const { tree, left, nested } = await it.read();
  assert.equal(nested, []);
  assert.equal(left, ['deep/.GIT', 'git~1', 'pipe', 'socket', 'was-a-file']);
  assert.equal(await showTree(it.at, tree), { 'a.txt': 'a\n', 'b.txt': 'b\n' });
});

for (const [name, file] of [
  ['.git:x', 'x'],
  ['.gitmodules', { link: '/no/where' }],
] as const) {
  test(`what git refuses to add is told and left out: ${name}`, async () => {
    await using it = await setUp();
    await writeAwkward(it.at, { [`deep/${name}`]: file, 'deep/b.txt': 'b\n' });
    const { tree, left } = await it.read();
    assert.equal(left, [`deep/${name}`]);
    assert.equal(await showTree(it.at, tree), { 'a.txt': 'a\n', 'deep/b.txt': 'b\n' });
  });
}

test('fifos and sockets that are ignored are nobody’s business', async () => {
  await using it = await setUp({ 'a.txt': 'a\n', '.gitignore': '*.log\ncache/\n' });
  await makeFifo(join(it.at, 'ignored.log'));
  await mkdir(join(it.at, 'cache', 'deep'), { recursive: true });
  await using _socket = await makeSocket(join(it.at, 'cache', 'deep', 'socket'));
  const { tree, left } = await it.read();
  assert.equal(await showTree(it.at, tree), { 'a.txt': 'a\n', '.gitignore': '*.log\ncache/\n' });
  assert.equal(left, []);
});

test('a repository inside is read as files; that it has a history of its own is told', async () => {
  await using it = await setUp({ 'a.txt': 'a\n', '.gitignore': '*.log\n' });
  const head = await nestedRepository(it.box, join(it.at, 'lib', 'nested'), {
    'x.txt': 'x\n',
    'caf\xe9/y': 'y\n',
    '.gitignore': '*.tmp\n',
    link: { link: '../../a.txt' },
  });
  await writeAwkward(join(it.at, 'lib', 'nested'), {
    'untracked.txt': 'u\n',
    'ignored-outside.log': 'l\n',
    'ignored-inside.tmp': 't\n',
  });
  const inner = await nestedRepository(it.box, join(it.at, 'lib/nested/inner'), { i: 'i\n' });
  const { nested, tree } = await it.read();
  assert.equal(nested, [
    { path: 'lib/nested', kind: 'repository', head, holdsMore: true },
    { path: 'lib/nested/inner', kind: 'repository', head: inner, holdsMore: true },
  ]);
  assert.equal(await showTree(it.at, tree), {
    'a.txt': 'a\n',
    '.gitignore': '*.log\n',
    'lib/nested/.gitignore': '*.tmp\n',
    'lib/nested/caf\xe9/y': 'y\n',
    'lib/nested/inner/i': 'i\n',
    'lib/nested/link': '120000 ../../a.txt',
    'lib/nested/untracked.txt': 'u\n',
    'lib/nested/x.txt': 'x\n',
  });
});

test('a file that a repository inside tracks although it ignores it is not lost', async () => {
  await using it = await setUp();
  const nested = join(it.at, 'nested');
  await nestedRepository(it.box, nested, { '.gitignore': 'dist/\n', 'x.txt': 'x\n' });
  await writeAwkward(nested, { 'dist/built.js': 'b\n' });
  await it.box.git(nested, 'add', '--force', 'dist/built.js');
  await it.box.git(nested, 'commit', '--quiet', '-m', 'built');
  assert.is((await it.show())['nested/dist/built.js'], 'b\n');
});

test('a folder of tracked files that became a repository: what was changed, added and removed in it', async () => {
  await using it = await setUp({ 'lib/a.txt': 'a\n', 'lib/b.txt': 'b\n', 'lib/c/d.txt': 'd\n' });
  await rm(join(it.at, 'lib', 'b.txt'));
  await rm(join(it.at, 'lib', 'c'), { recursive: true });
  await writeAwkward(it.at, { 'lib/a.txt': 'changed\n', 'lib/c': 'a file now\n', 'lib/e': 'e\n' });
  await it.box.git(join(it.at, 'lib'), 'init', '--quiet');
  assert.equal(await it.show(), {
    'lib/a.txt': 'changed\n',
    'lib/c': 'a file now\n',
    'lib/e': 'e\n',
  });
});

test('a repository inside without a commit holds nothing more than its files', async () => {
  await using it = await setUp();
  await nestedRepository(it.box, join(it.at, 'nested'), {});
  await writeFile(join(it.at, 'nested', 'x.txt'), 'x\n');
  const { nested, tree } = await it.read();
  assert.equal(nested, [{ path: 'nested', kind: 'repository', head: null, holdsMore: false }]);
  assert.equal(await showTree(it.at, tree), { 'a.txt': 'a\n', 'nested/x.txt': 'x\n' });
});

test('an ignored folder with a repository in it is no part of the tree', async () => {
  await using it = await setUp({ '.gitignore': 'vendor/\n' });
  await nestedRepository(it.box, join(it.at, 'vendor', 'x'), { 'x.txt': 'x\n' });
  const { tree, nested } = await it.read();
  assert.equal(await showTree(it.at, tree), { '.gitignore': 'vendor/\n' });
  assert.equal(nested, [], 'and so nothing needs to be said of it');
});

test('programs that a repository inside configures do not run', async () => {
  await using it = await setUp();
  const nested = join(it.at, 'nested');
  await nestedRepository(it.box, nested, { 'x.txt': 'x\n', '.gitattributes': '* filter=evil\n' });
  const ran = join(it.box.folder, 'ran');
  for (const name of ['filter.evil.clean', 'filter.evil.smudge', 'core.fsmonitor'])
    await it.box.git(nested, 'config', name, `touch ${ran}; cat`);
  await writeFile(join(nested, 'x.txt'), 'changed\n');
  const { tree } = await it.read();
  assert.is((await showTree(it.at, tree))['nested/x.txt'], 'changed\n');
  assert.not.ok(existsSync(ran));
});

test('a submodule is the commit that it stands at; what it holds beyond that is told', async () => {
  await using it = await setUp();
  const path = 'lib/module';
  const commit = await addSubmodule(it.box, it.at, path);
  const inside = join(it.at, path);
  const facts = async (gitlinks: RawPath[] = [path]) => {
    const { nested, tree } = await it.read({ gitlinks });
    return [...nested, (await readTree(it.at, tree)).get(path)?.oid];
  };
  const told = (head: string, holdsMore: boolean) => ({ path, kind: 'submodule', head, holdsMore });
  assert.equal(await facts(), [told(commit, false), commit]);
  assert.equal(await facts([]), [told(commit, false), commit], 'found by .gitmodules alone');

  await writeFile(join(inside, 'x.log'), 'ignored\n');
  assert.equal(await facts(), [told(commit, false), commit], 'ignored files are none');
  await writeFile(join(inside, 'new.txt'), 'n\n');
  assert.equal(await facts(), [told(commit, true), commit], 'an untracked file');
  await rm(join(inside, 'new.txt'));
  await writeFile(join(inside, 'inside.txt'), 'changed\n');
  assert.equal(await facts(), [told(commit, true), commit], 'a changed file');
  await it.box.git(inside, 'commit', '--quiet', '--all', '-m', 'moved');
  const moved = await it.box.git(inside, 'rev-parse', 'HEAD');
  assert.equal(await facts(), [told(moved, true), moved], 'another commit');
  await it.box.git(it.at, 'add', path);
  assert.equal(await facts(), [told(moved, false), moved], 'the index names it as well');
});

test('a submodule that is not there, or holds nothing, stays the commit that the index names', async () => {
  await using it = await setUp();
  const commit = await addSubmodule(it.box, it.at, 'module');
  await it.box.git(it.at, 'submodule', '--quiet', 'deinit', '--force', 'module');
  const gitlinks = ['module'];
  const empty = await it.read({ gitlinks });
  assert.is((await readTree(it.at, empty.tree)).get('module')?.oid, commit);
  assert.equal(empty.nested, []);
  await rm(join(it.at, 'module'), { recursive: true });
  const gone = await it.read({ gitlinks });
  assert.is((await readTree(it.at, gone.tree)).get('module'), undefined, 'deleted is deleted');
});

test('files in the folder of a submodule that is not there are not lost in silence', async () => {
  await using it = await setUp();
  await addSubmodule(it.box, it.at, 'module');
  await it.box.git(it.at, 'submodule', '--quiet', 'deinit', '--force', 'module');
  await writeFile(join(it.at, 'module', 'written.txt'), 'w\n');
  const { tree, nested, left } = await it.read({ gitlinks: ['module'] });
  const isCaptured = (await readTree(it.at, tree)).has('module/written.txt');
  const isTold = nested.some((one) => one.holdsMore) || left.length > 0;
  assert.ok(isCaptured || isTold);
});

test('a file that a submodule tracks although it ignores it is no change', async () => {
  await using it = await setUp();
  await addSubmodule(it.box, it.at, 'module');
  const inside = join(it.at, 'module');
  await writeFile(join(inside, 'tracked.log'), 't\n');
  await it.box.git(inside, 'add', '--force', 'tracked.log');
  await it.box.git(inside, 'commit', '--quiet', '-m', 'tracked');
  await it.box.git(it.at, 'add', 'module');
  const { nested } = await it.read({ gitlinks: ['module'] });
  assert.equal(
    nested.map(({ holdsMore }) => holdsMore),
    [false],
  );
});

test('a submodule in a submodule is judged by itself; what else lies in one is a matter of the outer one', async () => {
  await using it = await setUp();
  const inner = await it.box.repository({ 'inner.txt': 'i\n' }, 'inner');
  await addSubmodule(it.box, it.at, 'lib');
  const lib = join(it.at, 'lib');
  const words = [
    '-c',
    'protocol.file.allow=always',
    'submodule',
    '--quiet',
    'add',
    inner,
    'deep/inner',
  ];
  await it.box.git(lib, ...words);
  await it.box.git(lib, 'commit', '--quiet', '-m', 'inner');
  await it.box.git(it.at, 'add', 'lib');
  const more = async (gitlinks: RawPath[] = ['lib']) => {
    const { nested, left } = await it.read({ gitlinks });
    assert.equal([nested.map(({ path }) => path), left], [['lib', 'lib/deep/inner'], []]);
    return nested.filter(({ holdsMore }) => holdsMore).map(({ path }) => path);
  };
  assert.equal([await more(), await more([])], [[], []]);
  await makeFifo(join(lib, 'fifo'));
  await nestedRepository(it.box, join(lib, 'ignored.log'), { x: 'x\n' });
  assert.equal(await more(), [], 'a fifo, and what is ignored, are none');
  await writeFile(join(lib, 'deep/inner/inner.txt'), 'changed\n');
  assert.equal(await more(), ['lib/deep/inner']);
  await nestedRepository(it.box, join(lib, 'strange'), {});
  assert.equal(await more(), ['lib', 'lib/deep/inner'], 'a repository that is no submodule');
  await rm(join(lib, 'strange'), { recursive: true });
  await it.box.git(join(lib, 'deep/inner'), 'checkout', '--quiet', '.');
  await mkdir(join(lib, '.GIT'));
  assert.equal(await more(), ['lib'], 'a name that git refuses');
});

test('programs that a submodule configures do not run', async () => {
  await using it = await setUp();
  await addSubmodule(it.box, it.at, 'module');
  const inside = join(it.at, 'module');
  const ran = join(it.box.folder, 'ran');
  for (const name of ['filter.evil.clean', 'core.fsmonitor', 'core.pager'])
    await it.box.git(inside, 'config', name, `touch ${ran}; cat`);
  await writeAwkward(inside, { '.gitattributes': '* filter=evil\n', 'new.txt': 'n\n' });
  const { nested } = await it.read({ gitlinks: ['module'] });
  assert.is(nested[0]?.holdsMore, true);
  assert.not.ok(existsSync(ran));
});

test('a worktree whose .git became a repository of its own is told, its files are read', async () => {
  await using it = await setUp();
  const path = join(it.box.folder, 'wt');
  await it.box.git(it.at, 'worktree', 'add', '--quiet', '-b', 'x', path);
  const place = placeIn(it.place, path);
  assert.is((await it.read({ place })).isReinitialised, false);
  await rm(join(path, '.git'));
  await nestedRepository(it.box, path, { 'b.txt': 'b\n' });
  const { tree, nested, isReinitialised } = await it.read({ place });
  assert.equal([nested, isReinitialised], [[], true]);
  assert.equal(await showTree(it.at, tree), { 'a.txt': 'a\n', 'b.txt': 'b\n' });
});

test('files whose filter or encoding fails are in it as they are, and told; all others as ever', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'kept.txt': 'k\n' });
  await box.git(at, 'config', 'filter.fails.clean', 'false');
  await box.git(at, 'config', 'filter.fails.required', 'true');
  await writeAwkward(at, {
    '.gitattributes':
      '*.bad filter=fails\n*.u16 working-tree-encoding=UTF-16\n*.crlf text eol=crlf\n',
    'one.bad': 'one\r\n',
    'caf\xe9.bad': 'two\n',
    'no-bom.u16': 'text\n',
    'fine.u16': Buffer.from([0xfe, 0xff, 0, 0x61]),
    'a.crlf': 'a\r\n',
    'kept.txt': 'changed\n',
  });
  const { main: place } = await makePlaces(box, at);
  const { tree, unconverted } = await readWorkingTree({ place, indexFile: indexOf(at) });
  assert.equal([...unconverted].sort(), ['caf\xe9.bad', 'no-bom.u16', 'one.bad']);
  const { '.gitattributes': _, ...shown } = await showTree(at, tree);
  assert.equal(shown, {
    'a.crlf': 'a\n',
    'caf\xe9.bad': 'two\n',
    'fine.u16': 'a',
    'kept.txt': 'changed\n',
    'no-bom.u16': 'text\n',
    'one.bad': 'one\r\n',
  });
});

test('a file that was written again as it was, and whose filter fails now, stays what it was', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.bad': 'a\n', 'b.txt': 'b\n' });
  await box.git(at, 'config', 'filter.fails.clean', 'false');
  await box.git(at, 'config', 'filter.fails.required', 'true');
  await writeAwkward(at, { '.gitattributes': '*.bad filter=fails\n', 'a.bad': 'a\n' });
  await utimes(join(at, 'a.bad'), 1000, 1000);
  const { main: place } = await makePlaces(box, at);
  const { tree } = await readWorkingTree({ place, indexFile: indexOf(at) });
  assert.is((await showTree(at, tree))['a.bad'], 'a\n');
});

for (const name of ['.gitignore', '.gitattributes', 'deep/.gitignore']) {
  test(`a fifo in the place of rules is an error in a moment: ${name}`, async () => {
    await using it = await setUp();
    await mkdir(join(it.at, 'deep'));
    await makeFifo(join(it.at, name));
    const error = await rejection(it.read());
    assert.equal([error.code, error.details.files], ['special-file', [name]]);
  });
}

test('files outside of a sparse checkout stay; one that lies there counts', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'in/a': 'a\n', 'out/b': 'b\n', 'out/c': 'c\n', d: 'd\n' });
  await box.git(at, 'sparse-checkout', 'set', '--cone', 'in');
  assert.equal(Object.keys(await readAll(at)), ['d', 'in/a']);
  await writeAwkward(at, { 'out/c': 'changed\n', 'out/new': 'n\n', 'in/a': 'A\n' });
  assert.equal(await showTree(at, await workingTree(at)), {
    d: 'd\n',
    'in/a': 'A\n',
    'out/b': 'b\n',
    'out/c': 'changed\n',
    'out/new': 'n\n',
  });
});

test('modes are not what the disk says where the user has git ignore them', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'tool.sh': 't\n' });
  await box.git(at, 'config', 'core.fileMode', 'false');
  const { main, worktrees } = await makePlaces(box, at);
  await writeAwkward(at, { 'tool.sh': { executable: 't\n' } });
  const mode = async (place: typeof main) => {
    const { tree } = await readWorkingTree({ place, indexFile: indexOf(at) });
    return (await readTree(at, tree)).get('tool.sh')?.mode;
  };
  assert.is(await mode(main), '100644');
  assert.is(await mode(worktrees), '100755');
});

test('a folder that cannot be read is an error, never a tree without it', async () => {
  // For root there is none.
  if (process.getuid?.() === 0) return;
  await using it = await setUp();
  await writeAwkward(it.at, { 'closed/x': 'x\n' });
  await chmod(join(it.at, 'closed'), 0);
  try {
    const error = await rejection(it.read());
    assert.equal([error.code, error.details.folders], ['unreadable-folder', ['closed']]);
  } finally {
    await chmod(join(it.at, 'closed'), 0o700);
  }
});

test.run();
