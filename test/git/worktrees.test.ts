import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addWorktree,
  fillWorktree,
  listWorktrees,
  parseWorktrees,
  removeWorktree,
  unregisterWorktree,
} from '../../scripts/lib/git/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';

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
  await Promise.all(paths.map(fillWorktree));
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
  await fillWorktree(path);
  await writeFile(join(path, 'untracked.txt'), 'u');
  await writeFile(join(path, 'README.md'), 'changed');
  await box.git(repository, 'worktree', 'prune');
  await removeWorktree(repository, path);
  assert.not.ok(existsSync(path));
  assert.is((await listWorktrees(repository)).length, 1);
  assert.ok(
    (await box.git(repository, 'branch', '--list', 'mm/x')).includes('mm/x'),
    'the branch stays',
  );
});

test('only the named one is forgotten, not those of other people that are absent too', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const [ours, theirs] = [join(box.folder, 'ours'), join(box.folder, 'theirs')];
  await addWorktree(repository, { path: ours, branch: 'mm/x', start: 'HEAD', reason: 'ours' });
  await box.git(repository, 'worktree', 'add', '--quiet', '-b', 'theirs', theirs);
  for (const path of [ours, theirs]) await rm(path, { recursive: true });
  await unregisterWorktree(repository, ours);
  assert.equal(
    (await listWorktrees(repository)).map(({ path }) => path),
    [repository, theirs],
  );
  await unregisterWorktree(repository, ours);
  await unregisterWorktree(repository, join(box.folder, 'never there'));
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
