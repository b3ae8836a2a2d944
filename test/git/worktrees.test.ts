import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { treeOf } from '../../scripts/lib/git/trees.ts';
import { placeIn } from '../../scripts/lib/git/trusted-git-dir.ts';
import {
  addWorktree,
  adminDirOf,
  fillWorktree,
  listWorktrees,
  parseWorktrees,
  removeWorktree,
} from '../../scripts/lib/git/worktrees.ts';
import { readAll } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { type Sandbox, writeFiles } from '../support/sandbox.ts';
import { makePlaces, showTree, writeWorkingTree } from '../support/working-tree.ts';

/** Fills worktrees as they are filled in a session: all at once, through one trusted git directory. */
async function fill(box: Sandbox, repository: string, ...paths: string[]): Promise<void> {
  const { worktrees: place } = await makePlaces(box, repository);
  await Promise.all(
    paths.map(async (path) => {
      const adminDir = await adminDirOf(join(repository, '.git'), path);
      assert.ok(adminDir, `git knows ${path}`);
      await fillWorktree(placeIn(place, path), adminDir, 'HEAD');
    }),
  );
}

test('several are added one after the other and filled at the same time', async () => {
  await using box = await ownSandbox();
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`dir/${at}.txt`, `${at}\n`]),
  );
  const repository = await box.repository(files);
  const names = ['a', 'b', 'c', 'd e', 'ü'];
  const paths = names.map((name) => join(box.folder, `wt ${name}`));
  for (const [at, path] of paths.entries()) {
    await addWorktree(repository, {
      path,
      branch: `mm/${at}/x`,
      start: 'HEAD',
      reason: `session ${at}`,
    });
  }
  assert.not.ok(existsSync(join(paths[0] ?? '', 'dir')), 'no files yet');
  await fill(box, repository, ...paths);
  for (const path of paths) {
    assert.is(await box.git(path, 'status', '--porcelain'), '');
    assert.is(await readFile(join(path, 'dir', '199.txt'), 'utf8'), '199\n');
  }
  const listed = await listWorktrees(repository);
  assert.is(listed[0]?.path, repository);
  assert.is(listed[0]?.lockReason, null);
  assert.equal(
    listed.slice(1).map(({ path, branch, lockReason }) => [path, branch, lockReason]),
    paths.map((path, at) => [path, `mm/${at}/x`, `session ${at}`]),
  );
});

test('a branch without an upstream, whatever is configured; or no branch at all', async () => {
  await using box = await ownSandbox();
  const remote = await box.repository({}, 'remote');
  const repository = join(box.folder, 'clone');
  await box.git(box.folder, 'clone', '--quiet', remote, repository);
  await box.git(repository, 'config', 'branch.autoSetupMerge', 'always');
  const [path, detached] = [join(box.folder, 'wt'), join(box.folder, 'detached')];
  await addWorktree(repository, { path, branch: 'mm/x', start: 'origin/main', reason: 'r' });
  await rejection(box.git(path, 'rev-parse', '--abbrev-ref', '@{upstream}'));
  await addWorktree(repository, { path: detached, branch: null, start: 'HEAD', reason: 'r' });
  assert.is((await listWorktrees(repository)).find((it) => it.path === detached)?.branch, null);
});

test('nothing is made where the branch, or the place, is taken', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const path = join(box.folder, 'wt');
  const taken = { path, branch: 'main', start: 'HEAD', reason: 'r' };
  assert.is((await rejection(addWorktree(repository, taken))).code, 'git-failed');
  assert.not.ok(existsSync(path));
  await rejection(addWorktree(repository, { ...taken, branch: 'mm/x', path: repository }));
  assert.is((await listWorktrees(repository)).length, 1);
});

test('our lock keeps it through a prune; removal takes it with what lies in it', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const path = join(box.folder, 'wt');
  await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'ours' });
  await fill(box, repository, path);
  await writeFile(join(path, 'untracked.txt'), 'u');
  await writeFile(join(path, 'README.md'), 'changed');
  await box.git(repository, 'worktree', 'prune');
  await remove(repository, path);
  assert.not.ok(existsSync(path));
  assert.is((await listWorktrees(repository)).length, 1);
  assert.ok(
    (await box.git(repository, 'branch', '--list', 'mm/x')).includes('mm/x'),
    'the branch stays',
  );
});

async function remove(repository: string, path: string): Promise<void> {
  await removeWorktree(await openRepository(repository), path);
}

/** What a model may have made of its worktree's `.git`. */
const REPLACED: [string, (dotGit: string, box: Sandbox) => Promise<unknown>][] = [
  ['is gone', async () => undefined],
  [
    'is a repository of its own',
    async (dotGit, box) => {
      await box.git(join(dotGit, '..'), 'init', '--quiet');
      await box.git(join(dotGit, '..'), 'commit', '--quiet', '--allow-empty', '-m', 'mine');
    },
  ],
  ['is a bare folder', (dotGit) => mkdir(dotGit)],
  ['names what is not there', (dotGit) => writeFile(dotGit, 'gitdir: /no/where\n')],
  ['is no pointer at all', (dotGit) => writeFile(dotGit, 'hello\n')],
  ['is a link to nowhere', (dotGit) => symlink('/no/where', dotGit)],
];

for (const [name, replace] of REPLACED) {
  test(`a worktree whose .git ${name} is found and removed all the same`, async () => {
    await using box = await ownSandbox();
    const repository = await box.repository();
    const path = join(box.folder, 'wt');
    await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'ours' });
    await fill(box, repository, path);
    await rm(join(path, '.git'));
    await replace(join(path, '.git'), box);
    assert.is(
      await adminDirOf(join(repository, '.git'), path),
      join(repository, '.git', 'worktrees', 'wt'),
    );
    await remove(repository, path);
    assert.not.ok(existsSync(path));
    assert.equal(
      (await listWorktrees(repository)).map((it) => it.path),
      [repository],
    );
  });
}

test("another repository's folder that a replaced .git names stays", async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const other = await box.repository({ 'theirs.txt': 't\n' }, 'other');
  const path = join(box.folder, 'wt');
  await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'ours' });
  await rm(join(path, '.git'));
  await symlink(join(other, '.git'), join(path, '.git'));
  await remove(repository, path);
  assert.not.ok(existsSync(path));
  assert.is(await box.git(other, 'status', '--porcelain'), '');
});

test('the own part of a worktree: of none that git does not know, also where names are alike', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const common = join(repository, '.git');
  assert.is(await adminDirOf(common, join(box.folder, 'wt')), null, 'no worktrees at all');
  const paths = [join(box.folder, 'a', 'wt'), join(box.folder, 'b', 'wt')];
  for (const [at, path] of paths.entries())
    await addWorktree(repository, { path, branch: `mm/${at}`, start: 'HEAD', reason: 'r' });
  assert.equal(await Promise.all(paths.map((path) => adminDirOf(common, path))), [
    join(common, 'worktrees', 'wt'),
    join(common, 'worktrees', 'wt1'),
  ]);
  assert.is(await adminDirOf(common, join(box.folder, 'wt')), null);
  assert.is(await adminDirOf(common, repository), null);
});

test('the own part of a worktree that newer git registers with a relative path', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const path = join(box.folder, 'wt');
  await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'r' });
  const adminDir = join(repository, '.git', 'worktrees', 'wt');
  // As git 2.48 writes it with worktree.useRelativePaths.
  await writeFile(join(adminDir, 'gitdir'), '../../../../wt/.git\n');
  assert.is(await adminDirOf(join(repository, '.git'), path), adminDir);
});

test('filled exactly as the commit says, whatever somebody has planted since', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'a\n', 'tool.sh': 't\n' });
  await box.git(repository, 'update-index', '--chmod=+x', 'tool.sh');
  await box.git(repository, 'commit', '--quiet', '-m', 'executable');
  const { worktrees: place } = await makePlaces(box, repository);
  const path = join(box.folder, 'wt');
  await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'r' });
  await box.git(repository, 'config', 'filter.evil.smudge', `touch ${box.folder}/ran; cat`);
  await box.git(repository, 'config', 'core.autocrlf', 'true');
  await writeFile(join(repository, '.git', 'info', 'attributes'), '* filter=evil\n');
  const adminDir = (await adminDirOf(join(repository, '.git'), path)) ?? '';
  await fillWorktree(placeIn(place, path), adminDir, 'HEAD');
  assert.equal(await readAll(path), { 'a.txt': '644 a\n', 'tool.sh': '755 t\n' });
  assert.not.ok(existsSync(join(box.folder, 'ran')));
});

/** How a main tree can be sparse, and what of it is then left out. */
const SPARSE: [string, string[], { worktreeConfig: boolean }][] = [
  ['by folders', ['set', '--cone', 'in'], { worktreeConfig: true }],
  ['by patterns', ['set', '--no-cone', '/*', '!/out/'], { worktreeConfig: true }],
  ['with a sparse index', ['set', '--cone', '--sparse-index', 'in'], { worktreeConfig: true }],
  ['as git before 2.36 had it', [], { worktreeConfig: false }],
];

for (const [name, words, { worktreeConfig }] of SPARSE) {
  test(`a sparse checkout is inherited, ${name}; captures are right`, async () => {
    await using box = await ownSandbox();
    const repository = await box.repository({
      ...{ 'a.txt': 'a\n', 'in/x': 'x\n', 'out/y': 'y\n', 'out/deep/z': 'z\n' },
    });
    if (worktreeConfig) await box.git(repository, 'sparse-checkout', ...words);
    else {
      // One setting for all worktrees, and the patterns written by hand.
      await box.git(repository, 'config', 'core.sparseCheckout', 'true');
      await writeFile(join(repository, '.git/info/sparse-checkout'), '/*\n!/out/\n');
      await box.git(repository, 'read-tree', '-m', '-u', 'HEAD');
    }
    assert.not.ok(existsSync(join(repository, 'out')));
    const path = join(box.folder, 'wt');
    await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'r' });
    const { worktrees } = await makePlaces(box, repository);
    const place = placeIn(worktrees, path);
    const adminDir = (await adminDirOf(join(repository, '.git'), path)) ?? '';
    await fillWorktree(place, adminDir, 'HEAD', repository);
    const indexFile = join(box.folder, 'index');
    await writeFile(indexFile, await readFile(join(adminDir, 'index')));

    assert.equal(Object.keys(await readAll(path)), ['a.txt', 'in/x']);
    assert.is(await box.git(path, 'status', '--porcelain'), '');
    // What git does there later goes by the same patterns.
    await box.git(path, 'read-tree', '-m', '-u', 'HEAD');
    assert.equal(Object.keys(await readAll(path)), ['a.txt', 'in/x']);

    const capture = () => writeWorkingTree(place, indexFile);
    const start = await treeOf(repository, 'HEAD');
    assert.is(await capture(), start, 'what is left out is not deleted');
    await writeFiles(path, { 'out/y': 'by a model\n', 'out/new': 'n\n', 'in/x': 'changed\n' });
    assert.equal(await showTree(repository, await capture()), {
      ...{ 'a.txt': 'a\n', 'in/x': 'changed\n', 'out/deep/z': 'z\n' },
      ...{ 'out/y': 'by a model\n', 'out/new': 'n\n' },
    });
    await rm(join(path, 'out'), { recursive: true });
    await rm(join(path, 'in/x'));
    assert.equal(await showTree(repository, await capture()), {
      ...{ 'a.txt': 'a\n', 'out/deep/z': 'z\n', 'out/y': 'y\n' },
    });
    // A model that wants to see all of it changes nothing by that.
    await writeFile(join(path, 'in/x'), 'x\n');
    await box.git(path, 'sparse-checkout', 'disable');
    assert.is(await capture(), start);
    assert.not.ok(existsSync(join(repository, 'out')), 'and the main tree stays as it is');
  });
}

test('only the named one is forgotten, not those of other people that are absent too', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const [ours, theirs] = [join(box.folder, 'ours'), join(box.folder, 'theirs')];
  await addWorktree(repository, { path: ours, branch: 'mm/x', start: 'HEAD', reason: 'ours' });
  await box.git(repository, 'worktree', 'add', '--quiet', '-b', 'theirs', theirs);
  for (const path of [ours, theirs]) await rm(path, { recursive: true });
  await remove(repository, ours);
  assert.equal(
    (await listWorktrees(repository)).map(({ path }) => path),
    [repository, theirs],
  );
  await remove(repository, ours);
  await remove(repository, join(box.folder, 'never there'));
  assert.is((await listWorktrees(repository)).length, 2);
});

test('the list: detached, locked without a reason, with one, bare, awkward names', () => {
  const list = [
    ...['worktree /r', 'HEAD a1', 'branch refs/heads/main', ''],
    ...['worktree /a b/line\nbreak', 'HEAD b2', 'detached', 'locked', ''],
    ...[
      'worktree /c',
      'HEAD c3',
      'branch refs/heads/mm/x/1',
      'locked why not\nat all',
      'prunable gone',
      '',
    ],
    ...[`worktree /${Buffer.from('ü').toString('latin1')}`, 'bare', ''],
  ];
  assert.equal(parseWorktrees(list), [
    { path: '/r', head: 'a1', branch: 'main', lockReason: null },
    { path: '/a b/line\nbreak', head: 'b2', branch: null, lockReason: '' },
    { path: '/c', head: 'c3', branch: 'mm/x/1', lockReason: 'why not\nat all' },
    { path: '/ü', head: null, branch: null, lockReason: null },
  ]);
  assert.equal(parseWorktrees([]), []);
});

test.run();
