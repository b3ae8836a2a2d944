import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  directoryOf,
  git,
  gitLine,
  gitLineOrNull,
  scrubbedEnvironment,
} from '../../scripts/lib/git/git.ts';
import { commitTree } from '../../scripts/lib/git/trees.ts';
import { placeIn } from '../../scripts/lib/git/trusted-git-dir.ts';
import {
  addWorktree,
  adminDirOf,
  fillWorktree,
  removeWorktree,
} from '../../scripts/lib/git/worktrees.ts';
import { changeMainTree, planMainTree } from '../../scripts/lib/session/main-tree.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { makeSession } from '../support/sessions.ts';
import { makePlaces, workingTree } from '../support/working-tree.ts';

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
  const tree = await workingTree(mine);
  assert.is(await gitLine(mine, ['cat-file', '-t', tree]), 'tree');
});

test('through a trusted place its variables count, before what the caller adds, and no redirection', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  process.env.GIT_DIR = join(box.folder, 'elsewhere');
  const { main: place } = await makePlaces(box, repository);
  assert.is(directoryOf(place), repository);
  assert.is(directoryOf(repository), repository);
  assert.is(await gitLine(place, ['rev-parse', '--git-dir']), place.env.GIT_DIR);
  const env = { GIT_DIR: join(repository, '.git') };
  assert.is(await gitLine(place, ['rev-parse', '--git-dir'], { env }), env.GIT_DIR);
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
  const { worktrees: place } = await makePlaces(box, repository);
  await addWorktree(repository, { path, branch: 'mm/x', start: 'HEAD', reason: 'r' });
  const adminDir = (await adminDirOf(join(repository, '.git'), path)) ?? '';
  await fillWorktree(placeIn(place, path), adminDir, 'HEAD^{tree}');
  await writeFile(join(path, 'a.txt'), '2\n');
  const ancestor = await gitLine(path, ['rev-parse', 'HEAD^{tree}']);
  const target = await workingTree(path);
  await commitTree(path, target, ['HEAD'], 'm');
  await git(path, ['commit', '--quiet', '--all', '-m', 'ours']);
  const { session, repository: opened } = await makeSession(repository);
  const plan = await planMainTree(session, { ancestor, target, hint: '' });
  await changeMainTree(opened, session, plan, async () => undefined);
  assert.is(await readFile(join(repository, 'a.txt'), 'utf8'), '2\n');
  await removeWorktree(opened, path);
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
  await workingTree(repository);
  assert.equal(await readdir(ran), []);
  await box.git(repository, '-c', `core.fsmonitor=${program}`, 'status');
  assert.equal(await readdir(ran), ['it']);
});

test('reading leaves the index file alone, though git would like to refresh it', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
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
