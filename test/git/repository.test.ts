import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  configValue,
  countCommits,
  findTrunk,
  openRepository,
  resolveRevision,
} from '../../scripts/lib/git/repository.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';

test('what is no repository is refused, each with its code and a remedy', async () => {
  await using box = await ownSandbox();
  const plain = join(box.folder, 'plain');
  await mkdir(plain);
  await box.git(box.folder, 'init', '--quiet', '--bare', 'bare.git');
  await box.git(box.folder, 'init', '--quiet', 'empty');
  const repository = await box.repository();
  const refusals: [string, string][] = [
    [plain, 'not-a-repository'],
    [join(repository, '.git'), 'not-a-repository'],
    [join(box.folder, 'bare.git'), 'bare-repository'],
    [join(box.folder, 'empty'), 'no-commits'],
  ];
  for (const [directory, code] of refusals) {
    const error = await rejection(openRepository(directory));
    assert.is(error.code, code, directory);
    assert.is(error.exitStatus, 3);
    assert.ok(error.hint.length > 20);
  }
  assert.is((await rejection(openRepository(join(box.folder, 'gone')))).code, 'missing-directory');
});

test('from a folder deep inside, the whole is found', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a b/c/d.txt': '' }, 'the project ü');
  const opened = await openRepository(join(repository, 'a b', 'c'));
  assert.equal(opened, {
    topLevel: repository,
    commonDir: join(repository, '.git'),
    gitDir: join(repository, '.git'),
    head: await box.git(repository, 'rev-parse', 'HEAD'),
    branch: 'main',
  });
});

test('a worktree has its own git directory and shares the common one', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const path = join(box.folder, 'second');
  await box.git(repository, 'worktree', 'add', '--quiet', '-b', 'feature/x', path);
  const opened = await openRepository(path);
  assert.is(opened.topLevel, path);
  assert.is(opened.commonDir, join(repository, '.git'));
  assert.is(opened.gitDir, join(repository, '.git', 'worktrees', 'second'));
  assert.is(opened.branch, 'feature/x');
});

test('a worktree of a bare repository is no bare repository', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(box.folder, 'clone', '--quiet', '--bare', repository, 'bare.git');
  const path = join(box.folder, 'work');
  await box.git(join(box.folder, 'bare.git'), 'worktree', 'add', '--quiet', path);
  assert.is((await openRepository(path)).topLevel, path);
});

test('a detached HEAD is fine: no branch', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(repository, 'checkout', '--quiet', '--detach');
  assert.is((await openRepository(repository)).branch, null);
});

test('a branch keeps its name beside a tag of the same name', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(repository, 'tag', 'main');
  assert.is((await openRepository(repository)).branch, 'main');
});

test('revisions: by kind, and null for what there is not', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1' });
  const head = await box.git(repository, 'rev-parse', 'HEAD');
  assert.is(await resolveRevision(repository, 'main', 'commit'), head);
  assert.is(
    await resolveRevision(repository, 'HEAD', 'tree'),
    await box.git(repository, 'rev-parse', 'HEAD^{tree}'),
  );
  assert.is(
    await resolveRevision(repository, 'HEAD:a.txt', 'blob'),
    await box.git(repository, 'rev-parse', 'HEAD:a.txt'),
  );
  for (const none of [
    '',
    'nope',
    '--all',
    '-h',
    '^HEAD',
    'HEAD..HEAD',
    'HEAD HEAD',
    '0'.repeat(40),
    'HEAD:a.txt',
  ]) {
    assert.is(await resolveRevision(repository, none, 'commit'), null, `"${none}"`);
  }
});

test('commits are counted', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const start = await box.git(repository, 'rev-parse', 'HEAD');
  for (const name of ['a', 'b'])
    await box.git(repository, 'commit', '--quiet', '--allow-empty', '-m', name);
  assert.is(await countCommits(repository, start, 'HEAD'), 2);
  assert.is(await countCommits(repository, 'HEAD', start), 0);
});

test('a configuration value, or null', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(repository, 'config', 'remote.origin.url', 'git@example.com:a b.git');
  assert.is(await configValue(repository, 'remote.origin.url'), 'git@example.com:a b.git');
  assert.is(await configValue(repository, 'remote.origin.nothing'), null);
});

test('trunk: what origin/HEAD says, also beside a local branch of that very name', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(repository, 'update-ref', 'refs/remotes/origin/dev/next', 'HEAD');
  await box.git(
    repository,
    'symbolic-ref',
    'refs/remotes/origin/HEAD',
    'refs/remotes/origin/dev/next',
  );
  assert.is(await findTrunk(repository, null), 'dev/next');
  await box.git(repository, 'branch', 'origin/dev/next');
  assert.is(await findTrunk(repository, null), 'dev/next');
});

test('trunk: asked of the remote where it is not known here', async () => {
  await using box = await ownSandbox();
  const remote = await box.repository({}, 'remote');
  await box.git(remote, 'branch', '--move', 'trunk');
  const repository = await box.repository();
  await box.git(repository, 'remote', 'add', 'origin', remote);
  assert.is(await findTrunk(repository, remote), 'trunk');
});

test('trunk: a remote that cannot be reached is no obstacle; main, else master, else none', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(repository, 'remote', 'add', 'origin', join(box.folder, 'gone.git'));
  assert.is(await findTrunk(repository, 'gone'), 'main');
  await box.git(repository, 'branch', '--move', 'master');
  assert.is(await findTrunk(repository, 'gone'), 'master');
  await box.git(repository, 'branch', '--move', 'work');
  assert.is(await findTrunk(repository, 'gone'), null);
});

test('trunk: a remote that hangs is given up', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const ssh = join(box.folder, 'ssh');
  await writeFile(ssh, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  process.env.GIT_SSH_COMMAND = ssh;
  await box.git(repository, 'remote', 'add', 'origin', 'ssh://example.invalid/a.git');
  assert.is(await findTrunk(repository, 'ssh:'), 'main');
});

test.run();
