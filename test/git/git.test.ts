import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyBetweenTrees } from '../../scripts/lib/git/apply.ts';
import { git, gitLine, gitLineOrNull, scrubbedEnvironment } from '../../scripts/lib/git/git.ts';
import { commitTree, writeWorkingTree } from '../../scripts/lib/git/trees.ts';
import { addWorktree, fillWorktree, removeWorktree } from '../../scripts/lib/git/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';

test('redirections of a hook or a rebase around us have no effect', async () => {
  await using box = await ownSandbox();
  const mine = await box.repository({ 'a.txt': 'mine\n' }, 'mine');
  const other = await box.repository({ 'b.txt': 'other\n' }, 'other');
  Object.assign(process.env, {
    GIT_DIR: join(other, '.git'),
    GIT_WORK_TREE: other,
    GIT_INDEX_FILE: join(other, '.git', 'index'),
    GIT_OBJECT_DIRECTORY: join(other, '.git', 'objects'),
    GIT_COMMON_DIR: join(other, '.git'),
    GIT_PREFIX: 'deep/',
    GIT_NAMESPACE: 'elsewhere',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.bare',
    GIT_CONFIG_VALUE_0: 'true',
    GIT_CONFIG_PARAMETERS: "'core.bare=true'",
    GIT_EXTERNAL_DIFF: '/bin/false',
    GIT_LITERAL_PATHSPECS: '1',
  });
  assert.is(await gitLine(mine, ['rev-parse', '--show-toplevel']), mine);
  assert.is(await gitLine(mine, ['ls-files']), 'a.txt');
  const tree = await writeWorkingTree(mine, join(mine, '.git', 'index'));
  assert.is(await gitLine(mine, ['cat-file', '-t', tree]), 'tree');
});

test('what says who commits, where configuration lies and how to log in stays', () => {
  const kept = {
    GIT_CONFIG_GLOBAL: '/c',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'c@d',
    GIT_SSH_COMMAND: 'ssh -i k',
    GIT_ASKPASS: '/bin/ask',
    GIT_LFS_SKIP_SMUDGE: '1',
    PATH: '/bin',
    HOME: '/home/me',
  };
  assert.equal(
    scrubbedEnvironment({ ...kept, GIT_DIR: '/x', GIT_CONFIG: '/y', GIT_EDITOR: 'vi' }),
    kept,
  );
});

/** Every hook of a repository, each leaving a file behind when it runs. */
async function plantHooks(repository: string, ran: string): Promise<void> {
  const names = [
    'post-checkout',
    'pre-commit',
    'post-commit',
    'commit-msg',
    'post-index-change',
    'reference-transaction',
    'post-merge',
    'pre-applypatch',
    'fsmonitor-watchman',
  ];
  for (const name of names) {
    const hook = join(repository, '.git', 'hooks', name);
    await mkdir(join(hook, '..'), { recursive: true });
    await writeFile(hook, `#!/bin/sh\ntouch '${ran}/${name}'\n`);
    await chmod(hook, 0o755);
  }
}

test('hooks that were planted in the repository do not run', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  const ran = join(box.folder, 'ran');
  await mkdir(ran);
  await plantHooks(repository, ran);
  const path = join(box.folder, 'wt');
  await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'r' });
  await fillWorktree(path);
  await writeFile(join(path, 'a.txt'), '2\n');
  const from = await gitLine(path, ['rev-parse', 'HEAD^{tree}']);
  const to = await writeWorkingTree(
    path,
    await gitLine(path, ['rev-parse', '--git-path', 'index']),
  );
  await commitTree(path, to, ['HEAD'], 'm');
  await git(path, ['commit', '--quiet', '--all', '-m', 'ours']);
  await applyBetweenTrees(path, to, from);
  await removeWorktree(repository, path);
  assert.equal(await readdir(ran), []);
  // They would have run: the test itself sees them.
  await box.git(
    repository,
    '-c',
    'core.hooksPath=.git/hooks',
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    'x',
  );
  assert.ok((await readdir(ran)).includes('post-commit'));
});

test('a program that was planted as fsmonitor or pager does not run', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  const program = join(box.folder, 'planted');
  const ran = join(box.folder, 'ran');
  await mkdir(ran);
  await writeFile(program, `#!/bin/sh\ntouch '${ran}/it'\nexit 1\n`);
  await chmod(program, 0o755);
  await box.git(repository, 'config', 'core.fsmonitor', program);
  await box.git(repository, 'config', 'core.pager', program);
  await writeFile(join(repository, 'a.txt'), '2\n');
  await git(repository, ['status', '--porcelain']);
  await git(repository, ['--paginate', 'log']);
  await writeWorkingTree(repository, join(repository, '.git', 'index'));
  assert.equal(await readdir(ran), []);
  await box.git(repository, '-c', `core.fsmonitor=${program}`, 'status');
  assert.equal(await readdir(ran), ['it']);
});

test('reading leaves the index file alone, though git would like to refresh it', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  const { readFile } = await import('node:fs/promises');
  await writeFile(join(repository, 'a.txt'), '1\n');
  const before = await readFile(join(repository, '.git', 'index'));
  await git(repository, ['status']);
  assert.equal(await readFile(join(repository, '.git', 'index')), before);
});

test('a failure says which command, where, and what git said', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const error = await rejection(git(repository, ['cat-file', 'blob', 'no-such-thing']));
  assert.is(error.code, 'git-failed');
  assert.is(error.exitStatus, 1);
  assert.match(error.message, 'git cat-file blob failed in');
  assert.match(error.message, 'no-such-thing');
  assert.equal(error.details.args, ['cat-file', 'blob', 'no-such-thing']);
  assert.is(error.details.exit_code, 128);
});

test('exit statuses can be answers; "there is none" is null', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  assert.is((await git(repository, ['config', '--get', 'no.such'], { answers: [1] })).exitCode, 1);
  assert.is(await gitLineOrNull(repository, ['config', '--get', 'no.such']), null);
  assert.is(await gitLineOrNull(repository, ['config', '--get', 'core.bare']), 'false');
});

test('only the last newline of a line is taken off', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(repository, 'config', 'test.value', ' two\nlines\n');
  assert.is(await gitLine(repository, ['config', '--get', 'test.value']), ' two\nlines\n');
});

test('without git it is said so', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  process.env.PATH = box.folder;
  const error = await rejection(git(repository, ['status']));
  assert.is(error.code, 'missing-program');
  assert.is(error.exitStatus, 4);
  assert.match(error.message, '"git"');
});

test.run();
