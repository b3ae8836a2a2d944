import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { settingsToKeep } from '../../scripts/lib/git/local-clone.ts';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { initialiseSubmodules, moduleFolders } from '../../scripts/lib/git/submodules.ts';
import { treeOf } from '../../scripts/lib/git/trees.ts';
import { placeIn } from '../../scripts/lib/git/trusted-git-dir.ts';
import { readWorkingTree } from '../../scripts/lib/git/working-tree.ts';
import {
  addWorktree,
  adminDirOf,
  fillWorktree,
  removeWorktree,
} from '../../scripts/lib/git/worktrees.ts';
import { readAll } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Files } from '../support/sandbox.ts';
import { makePlaces } from '../support/working-tree.ts';

/** git allows no local paths as submodules otherwise. */
const LOCAL = ['-c', 'protocol.file.allow=always'];

/** A repository to have submodules, and hands to make worktrees of it. */
async function setUp(files: Files = { 'a.txt': 'a\n' }) {
  const box = await ownSandbox();
  const at = await box.repository(files);
  const git = box.git;
  const addSubmodule = async (folder: string, origin: string, path: string, ...more: string[]) => {
    await git(folder, ...LOCAL, 'submodule', '--quiet', 'add', ...more, '--', origin, path);
    await git(folder, 'commit', '--quiet', '-m', `submodule ${path}`);
  };
  const checkOutAll = () =>
    git(at, ...LOCAL, 'submodule', '--quiet', 'update', '--init', '--recursive');
  let made = 0;
  /** As a session does it: added, filled, its index copied away, then the submodules. */
  const makeWorktree = async (start = 'HEAD') => {
    const path = join(box.folder, `wt ${++made}`);
    const { worktrees } = await makePlaces(box, at, `trust-${made}`);
    const place = placeIn(worktrees, path);
    await addWorktree(at, { path, branch: null, start, reason: 'ours' });
    const repository = await openRepository(at);
    const adminDir = (await adminDirOf(repository.commonDir, path)) ?? '';
    await fillWorktree(place, adminDir, start, at);
    const indexFile = join(box.folder, `index-${made}`);
    await writeFile(indexFile, await readFile(join(adminDir, 'index')));
    const initialise = () => initialiseSubmodules(place, repository);
    const capture = async (gitlinks: string[]) => readWorkingTree({ place, indexFile, gitlinks });
    return { path, place, adminDir, initialise, capture };
  };
  return {
    ...{ box, at, git, addSubmodule, checkOutAll, makeWorktree },
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

/** With a library at `lib/outer`, in which there is another at `deep/inner`. */
async function setUpNested() {
  const it = await setUp();
  const inner = await it.box.repository({ 'inner.txt': 'i\n' }, 'inner');
  const outer = await it.box.repository({ 'outer.txt': 'o\n', '.gitignore': '*.log\n' }, 'outer');
  await it.git(outer, 'tag', 'v1');
  await it.addSubmodule(outer, inner, 'deep/inner');
  await it.addSubmodule(it.at, outer, 'lib/outer');
  await it.checkOutAll();
  return { ...it, inner, outer };
}

/** All that is in the main tree and its git directory, but for the worktrees' own parts. */
async function everything(at: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(at, { recursive: true })).sort()) {
    const stats = await lstat(join(at, name));
    if (/^\.git\/(worktrees|index$)/.test(name) || stats.isDirectory()) continue;
    // Of an object, git itself renews the time where it is written again.
    const time = name.includes('/objects/') ? '' : stats.mtimeMs;
    found.push(`${name} ${stats.mode} ${stats.size} ${time}`);
  }
  return found;
}

/** The files below a folder; how a nested repository points to its git directory is its own business. */
async function filesBelow(folder: string): Promise<Record<string, string>> {
  const all = Object.entries(await readAll(folder));
  return Object.fromEntries(all.filter(([path]) => !/(^|\/)\.git$/.test(path)));
}

const cloned = (...paths: string[]) => paths.map((path) => ({ path, how: 'cloned' }));

test('what is checked out in the main tree is checked out in the worktree, at its commit, recursively', async () => {
  await using it = await setUpNested();
  const before = await everything(it.at);
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), cloned('lib/outer', 'lib/outer/deep/inner'));
  assert.equal(await everything(it.at), before, 'the main tree is as it was');
  assert.equal(await filesBelow(join(wt.path, 'lib')), await filesBelow(join(it.at, 'lib')));
  for (const folder of [wt.path, join(wt.path, 'lib/outer'), join(wt.path, 'lib/outer/deep/inner')])
    assert.is(await it.git(folder, 'status', '--porcelain'), '', folder);
  const status = (folder: string) => it.git(folder, 'submodule', 'status', '--recursive');
  assert.is(await status(wt.path), await status(it.at));
  assert.equal(await wt.initialise(), [
    { path: 'lib/outer', how: 'present' },
    { path: 'lib/outer/deep/inner', how: 'present' },
  ]);
});

test('each is a repository of its own: true address, history, tags; in it nothing reaches the main tree', async () => {
  await using it = await setUpNested();
  const wt = await it.makeWorktree();
  await wt.initialise();
  const [mine, theirs] = [join(wt.path, 'lib/outer'), join(it.at, 'lib/outer')];
  assert.is(await it.git(mine, 'remote', 'get-url', 'origin'), it.outer);
  assert.is(await it.git(mine, 'describe', '--tags'), await it.git(theirs, 'describe', '--tags'));
  assert.is(await it.git(mine, 'rev-parse', '--git-dir'), join(wt.adminDir, 'modules/lib/outer'));
  assert.is(
    await it.git(mine, 'rev-parse', 'origin/main'),
    await it.git(theirs, 'rev-parse', 'HEAD'),
  );
  assert.not.ok(existsSync(join(wt.adminDir, 'modules/lib/outer/objects/info/alternates')));

  const before = await everything(it.at);
  const refs = await it.git(theirs, 'for-each-ref');
  await writeFile(join(mine, 'outer.txt'), 'mine\n');
  await it.git(mine, 'commit', '--quiet', '--all', '-m', 'mine');
  await it.git(mine, 'tag', '--force', 'v1');
  await it.git(mine, 'update-ref', '-d', 'refs/heads/main');
  await it.git(mine, 'reflog', 'expire', '--expire=now', '--all');
  await it.git(mine, 'gc', '--quiet', '--prune=now');
  assert.is(await it.git(theirs, 'for-each-ref'), refs);
  assert.equal(await everything(it.at), before);
  await it.git(theirs, 'fsck', '--strict');
  // And the other way round: what the user repacks and prunes stays in the worktree.
  await it.git(theirs, 'gc', '--quiet', '--prune=now');
  await it.git(mine, 'fsck', '--strict');
});

test('untouched, it is an empty capture; what a model does in one, at any depth, is told', async () => {
  await using it = await setUpNested();
  const wt = await it.makeWorktree();
  await wt.initialise();
  const gitlinks = ['lib/outer'];
  const { tree, nested } = await wt.capture(gitlinks);
  assert.is(tree, await treeOf(it.at, 'HEAD'));
  assert.equal(
    nested.map(({ path, holdsMore }) => [path, holdsMore]),
    [
      ['lib/outer', false],
      ['lib/outer/deep/inner', false],
    ],
  );
  const more = async () =>
    (await wt.capture(gitlinks)).nested.filter((one) => one.holdsMore).map(({ path }) => path);
  const inner = join(wt.path, 'lib/outer/deep/inner');
  await writeFile(join(wt.path, 'lib/outer/x.log'), 'ignored\n');
  assert.equal(await more(), []);
  await writeFile(join(inner, 'new.txt'), 'n\n');
  assert.equal(await more(), ['lib/outer/deep/inner'], 'a file in the inner one alone');
  await it.git(inner, 'add', '--all');
  await it.git(inner, 'commit', '--quiet', '-m', 'new');
  assert.equal(await more(), ['lib/outer/deep/inner'], 'a commit in the inner one alone');
  await writeFile(join(wt.path, 'lib/outer/outer.txt'), 'changed\n');
  assert.equal(await more(), ['lib/outer', 'lib/outer/deep/inner']);
});

test('one that is not checked out in the main tree stays so, and so do those in it', async () => {
  await using it = await setUpNested();
  const other = await it.box.repository({ 'other.txt': 'o\n' }, 'other');
  await it.addSubmodule(it.at, other, 'other');
  await it.git(it.at, 'submodule', '--quiet', 'deinit', '--force', 'other');
  await it.git(join(it.at, 'lib/outer'), 'submodule', '--quiet', 'deinit', '--force', 'deep/inner');
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), cloned('lib/outer'));
  assert.equal(await readdir(join(wt.path, 'other')), []);
  assert.equal(await readdir(join(wt.path, 'lib/outer/deep/inner')), []);
  const { tree } = await wt.capture(['lib/outer', 'other']);
  assert.is(tree, await treeOf(it.at, 'HEAD'));
});

test('with its own .git folder, without an entry in .gitmodules, borrowing objects, shallow', async () => {
  await using it = await setUp();
  const library = await it.box.repository({ 'lib.txt': 'l\n' }, 'library');
  await it.git(library, 'commit', '--quiet', '--allow-empty', '-m', 'second');
  const ways: Record<string, string[]> = {
    'own-folder': [],
    borrowing: ['--shared'],
    shallow: ['--depth=1', '--no-local'],
  };
  for (const [path, words] of Object.entries(ways))
    await it.git(it.at, ...LOCAL, 'clone', '--quiet', ...words, library, path);
  await it.git(it.at, '-c', 'advice.addEmbeddedRepo=false', 'add', '--all');
  await it.git(it.at, 'commit', '--quiet', '-m', 'embedded');
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), cloned('borrowing', 'own-folder', 'shallow'));
  await rm(library, { recursive: true });
  for (const path of Object.keys(ways)) {
    assert.is(await readFile(join(wt.path, path, 'lib.txt'), 'utf8'), 'l\n');
    await it.git(join(wt.path, path), 'fsck');
    assert.is(await it.git(join(wt.path, path), 'status', '--porcelain'), '');
  }
  const isShallow = (path: string) =>
    it.git(join(wt.path, path), 'rev-parse', '--is-shallow-repository');
  assert.equal([await isShallow('shallow'), await isShallow('borrowing')], ['true', 'false']);
});

test('in a main tree that is itself a linked worktree', async () => {
  await using it = await setUpNested();
  const linked = join(it.box.folder, 'linked');
  await it.git(it.at, 'worktree', 'add', '--quiet', '-b', 'feature', linked);
  await it.git(linked, ...LOCAL, 'submodule', '--quiet', 'update', '--init', '--recursive');
  const { worktrees } = await makePlaces(it.box, linked, 'trust-linked');
  const path = join(it.box.folder, 'wt');
  const repository = await openRepository(linked);
  await addWorktree(linked, { path, branch: null, start: 'HEAD', reason: 'r' });
  const place = placeIn(worktrees, path);
  await fillWorktree(place, (await adminDirOf(repository.commonDir, path)) ?? '', 'HEAD', linked);
  const outcomes = await initialiseSubmodules(place, repository);
  assert.equal(outcomes, cloned('lib/outer', 'lib/outer/deep/inner'));
});

test('a commit that the main tree does not have is a reason with the command to run, and no failure', async () => {
  await using it = await setUpNested();
  const commit = await it.git(it.outer, 'commit-tree', '-m', 'elsewhere', 'HEAD^{tree}');
  await it.git(it.at, 'update-index', '--cacheinfo', `160000,${commit},lib/outer`);
  await it.git(it.at, 'commit', '--quiet', '-m', 'moved');
  const wt = await it.makeWorktree();
  const [outcome, ...rest] = await wt.initialise();
  assert.equal(rest, []);
  assert.equal([outcome?.path, outcome?.how], ['lib/outer', 'skipped']);
  assert.match(outcome?.reason ?? '', commit);
  const command = `git -C '${wt.path}' submodule update --init --recursive -- lib/outer`;
  assert.ok(outcome?.reason?.endsWith(command), outcome?.reason);
  assert.equal(await readdir(join(wt.path, 'lib/outer')), []);
  assert.equal(await readdir(join(wt.adminDir, 'modules')).catch(() => []), []);
});

test('nothing that is configured in the submodule of the main tree runs, and nothing is fetched', async () => {
  await using it = await setUpNested();
  const theirs = join(it.at, 'lib/outer');
  const ran = join(it.box.folder, 'ran');
  const evil = `touch ${ran}; cat`;
  for (const name of [
    ...['filter.evil.smudge', 'filter.evil.process', 'core.fsmonitor', 'core.sshCommand'],
    ...['uploadpack.packObjectsHook', 'core.alternateRefsCommand', 'remote.origin.uploadpack'],
  ])
    await it.git(theirs, 'config', name, evil);
  await it.git(theirs, 'config', 'remote.origin.url', `ext::sh -c "touch ${ran}"`);
  await it.git(theirs, 'config', 'remote.origin.promisor', 'true');
  const modules = join(it.at, '.git/modules/lib/outer');
  await writeFile(join(modules, 'info/attributes'), '* filter=evil\n');
  for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction']) {
    await mkdir(join(modules, 'hooks'), { recursive: true });
    await writeFile(join(modules, 'hooks', hook), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  }
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), cloned('lib/outer', 'lib/outer/deep/inner'));
  await wt.capture(['lib/outer']);
  assert.not.ok(existsSync(ran));
  const settings = await readFile(join(wt.adminDir, 'modules/lib/outer/config'), 'utf8');
  assert.not.match(settings, /touch .*cat|evil/);
  assert.not.ok(existsSync(join(wt.adminDir, 'modules/lib/outer/hooks')));
});

test('a place that links, files or another repository take is left alone', async () => {
  await using it = await setUpNested();
  const wt = await it.makeWorktree();
  const elsewhere = join(it.box.folder, 'elsewhere');
  await mkdir(join(elsewhere, 'outer'), { recursive: true });
  await rm(join(wt.path, 'lib'), { recursive: true });
  await symlink(elsewhere, join(wt.path, 'lib'));
  const [link] = await wt.initialise();
  assert.match(link?.reason ?? '', /^lib is no folder/);
  assert.equal(await readdir(join(elsewhere, 'outer')), []);

  await rm(join(wt.path, 'lib'));
  await symlink(elsewhere, join(it.box.folder, 'other-link'));
  await mkdir(join(wt.path, 'lib'));
  await symlink(elsewhere, join(wt.path, 'lib/outer'));
  assert.match((await wt.initialise())[0]?.reason ?? '', /something else lies in its place/);
  await rm(join(wt.path, 'lib/outer'));
  await mkdir(join(wt.path, 'lib/outer'));
  await writeFile(join(wt.path, 'lib/outer/mine.txt'), 'm\n');
  assert.match((await wt.initialise())[0]?.reason ?? '', /there are files in its folder/);
  assert.equal(await readAll(join(wt.path, 'lib/outer')), { 'mine.txt': '644 m\n' });
});

test('a submodule that the main tree reaches through a link is none of its own', async () => {
  await using it = await setUpNested();
  await rename(join(it.at, 'lib'), join(it.box.folder, 'lib-elsewhere'));
  await symlink(join(it.box.folder, 'lib-elsewhere'), join(it.at, 'lib'));
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), []);
  assert.equal(await readdir(join(wt.path, 'lib/outer')), []);
});

test('names lead nowhere but below the own folder', () => {
  const folders = (names: Record<string, string>) =>
    Object.fromEntries(moduleFolders(new Map(Object.entries(names))));
  const good = { lib: 'lib', 'a/b': 'third_party/b-1.0 x', c: 'C++', d: 'd.git' };
  assert.equal(folders(good), good);
  const bad = [
    ...[
      '',
      '.',
      '..',
      '../x',
      'a/../../x',
      '/etc',
      'a//b',
      'a/',
      '.git',
      '.mm-x',
      '-x',
      'a\\..\\b',
    ],
    ...['a/.git/hooks', 'a\nb', 'C:x', 'x.', 'a/.', 'git~1/..', `${'a.'.repeat(50_000)}!`],
  ];
  for (const name of bad) assert.equal(folders({ path: name }), {}, name.slice(0, 40));
  assert.equal(folders({ one: 'a', two: 'a/hooks', three: 'b' }), { three: 'b' }, 'one in another');
  assert.equal(folders({ one: 'a', two: 'A' }), {}, 'one and the same on some disks');
});

test('hostile names and addresses of .gitmodules lead to nothing outside, and are not used', async () => {
  await using it = await setUpNested();
  const ran = join(it.box.folder, 'ran');
  const text = [
    ...['[submodule "../../../../escaped"]', '\tpath = lib/outer'],
    ...[`\turl = ext::sh -c "touch ${ran}"`, '\tupdate = !touch ran'],
    ...['[submodule "x"]', '\tpath = ../outside', `\turl = -u./evil`],
    ...['[submodule "y"]', '\tpath = .git/hooks', '\turl = x'],
  ].join('\n');
  await writeFile(join(it.at, '.gitmodules'), text);
  await it.git(it.at, 'commit', '--quiet', '--all', '-m', 'hostile');
  const before = (await readdir(it.box.folder)).length;
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), cloned('lib/outer', 'lib/outer/deep/inner'));
  assert.not.ok(existsSync(ran));
  // The worktree, its trusted git directory and its index.
  assert.is((await readdir(it.box.folder)).length, before + 3);
  assert.equal(
    (await readdir(join(wt.adminDir, 'modules'))).map((name) => name.slice(0, 4)),
    ['.mm-'],
  );
  assert.is(await it.git(join(wt.path, 'lib/outer'), 'status', '--porcelain'), '');
});

test('a name that is no UTF-8 is said to be one; line breaks, dashes and syntax are names', async () => {
  await using it = await setUp();
  const library = await it.box.repository({ 'lib.txt': 'l\n' }, 'library');
  const paths = ['-dash', 'a:b', 'line\nbreak', '"quoted"', 'with space/ü'];
  for (const path of paths) await it.git(it.at, ...LOCAL, 'clone', '--quiet', library, `./${path}`);
  await it.git(it.at, ...LOCAL, 'clone', '--quiet', library, 'latin1');
  await rename(join(it.at, 'latin1'), Buffer.from(`${it.at}/caf\xe9`, 'latin1'));
  await it.git(it.at, '-c', 'advice.addEmbeddedRepo=false', 'add', '--all');
  await it.git(it.at, 'commit', '--quiet', '-m', 'embedded');
  const wt = await it.makeWorktree();
  const outcomes = await wt.initialise();
  assert.equal(
    outcomes.filter(({ how }) => how === 'cloned'),
    cloned(...[...paths].sort()),
  );
  assert.equal(
    outcomes.filter(({ how }) => how !== 'cloned'),
    [{ path: 'caf\ufffd', how: 'skipped', reason: 'its name is no UTF-8' }],
  );
  for (const path of paths)
    assert.is(await readFile(join(wt.path, path, 'lib.txt'), 'utf8'), 'l\n');
  const { tree, nested } = await wt.capture(paths.map((it) => Buffer.from(it).toString('latin1')));
  assert.is(tree, await treeOf(it.at, 'HEAD'));
  assert.equal(
    nested.filter(({ holdsMore }) => holdsMore),
    [],
  );
});

test('what a crash left half made is made anew', async () => {
  await using it = await setUpNested();
  const wt = await it.makeWorktree();
  const left = join(wt.adminDir, 'modules/lib/outer');
  await mkdir(join(left, 'objects'), { recursive: true });
  await writeFile(join(left, 'HEAD'), 'half');
  assert.equal(await wt.initialise(), cloned('lib/outer', 'lib/outer/deep/inner'));
  assert.equal(await readdir(join(wt.adminDir, 'modules')), ['lib']);
  await it.git(join(wt.path, 'lib/outer'), 'fsck');
});

test('where a sparse checkout leaves others out, it is checked out whole, and read so', async () => {
  await using it = await setUpNested();
  await it.git(it.at, 'sparse-checkout', 'set', '--cone', 'elsewhere');
  await it.checkOutAll();
  assert.ok(existsSync(join(it.at, 'lib/outer/outer.txt')), 'git leaves it in the main tree');
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), cloned('lib/outer', 'lib/outer/deep/inner'));
  assert.equal(await filesBelow(join(wt.path, 'lib')), await filesBelow(join(it.at, 'lib')));
  const { tree, nested } = await wt.capture(['lib/outer']);
  assert.is(tree, await treeOf(it.at, 'HEAD'));
  assert.equal(
    nested.filter(({ holdsMore }) => holdsMore),
    [],
  );
  await writeFile(join(wt.path, 'lib/outer/outer.txt'), 'changed\n');
  const changed = await wt.capture(['lib/outer']);
  assert.is(changed.nested.find(({ holdsMore }) => holdsMore)?.path, 'lib/outer');
});

test('removed with the worktree, the own parts included', async () => {
  await using it = await setUpNested();
  const wt = await it.makeWorktree();
  await wt.initialise();
  await removeWorktree(await openRepository(it.at), wt.path);
  assert.not.ok(existsSync(wt.path));
  assert.not.ok(existsSync(wt.adminDir));
  await it.git(join(it.at, 'lib/outer'), 'fsck');
});

test('an interrupted one is told, and goes on with the next call', async () => {
  await using it = await setUpNested();
  const wt = await it.makeWorktree();
  const repository = await openRepository(it.at);
  const stop = AbortSignal.abort(new Error('stopped'));
  const error = await initialiseSubmodules(wt.place, repository, stop).catch((it) => it);
  assert.is(error.message, 'stopped');
  assert.equal(await wt.initialise(), cloned('lib/outer', 'lib/outer/deep/inner'));
});

test('a repository without any has nothing to tell', async () => {
  await using it = await setUp();
  const wt = await it.makeWorktree();
  assert.equal(await wt.initialise(), []);
  assert.not.ok(existsSync(join(wt.adminDir, 'modules')));
});

test('of the settings, those that say what it is and where it came from are kept', () => {
  const kept = [
    ['core.filemode', 'true'],
    ['remote.origin.url', '-u./x'],
    ['remote.a.b.fetch', '+refs/heads/*:refs/remotes/a.b/*'],
    ['branch.main.merge', 'refs/heads/main'],
    ['submodule.deep/inner.url', 'https://host/inner'],
    ['extensions.objectformat', 'sha256'],
  ] as const;
  const dropped = [
    ['core.worktree', '../../../lib'],
    ['core.hookspath', '/evil'],
    ['core.sshcommand', 'evil'],
    ['core.fsmonitor', 'evil'],
    ['include.path', '/evil'],
    ['filter.evil.clean', 'evil'],
    ['remote.origin.uploadpack', 'evil'],
    ['remote.origin.vcs', 'evil'],
    ['submodule.x.update', '!evil'],
    ['credential.helper', 'evil'],
    ['alias.status', '!evil'],
  ] as const;
  assert.equal(settingsToKeep([...kept, ...dropped]), [...kept]);
});

test.run();
