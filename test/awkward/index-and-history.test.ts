/** Whatever the index says, wherever HEAD is: what lies in the worktree counts. */
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testAwkward } from '../support/awkward-cases.ts';
import type { Hands } from '../support/awkward-cases-hands.ts';
import type { AwkwardCase } from '../support/awkward-cases-table.ts';

const CHANGED = { 'a.txt': 'one\n2\nthree\n' };

/** Everything that is there becomes a commit. */
async function commit(it: Hands, message = 'mine'): Promise<void> {
  await it.git('add', '--all');
  await it.git('commit', '--quiet', '--allow-empty', '-m', message);
}

/** A second branch of the user's, which changes the same line as the model will. */
async function userBranch(it: Hands): Promise<void> {
  await it.git('checkout', '--quiet', '-b', 'theirs');
  await it.put({ 'a.txt': 'one\ntheirs\nthree\n', 'theirs.txt': 't\n' });
  await commit(it, 'theirs');
  await it.git('checkout', '--quiet', 'main');
}

async function secondCommit(it: Hands): Promise<void> {
  await it.put({ 'second.txt': 's\n' });
  await commit(it, 'second');
}

async function assumeUnchanged(it: Hands): Promise<void> {
  await it.git('update-index', '--assume-unchanged', 'local.conf');
  await it.put({ 'local.conf': 'the user’s own\n' });
}

async function stash(it: Hands): Promise<void> {
  await it.put({ 'a.txt': 'the user’s stashed work\n' });
  await it.git('stash', 'push', '--quiet', '-m', 'mine');
}

const CASES: AwkwardCase[] = [
  {
    name: 'everything staged',
    base: { 'gone.txt': 'g\n' },
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n', 'gone.txt': null });
      await it.git('add', '--all');
    },
  },
  {
    name: 'staged, then changed again: the file counts, not the index',
    model: async (it) => {
      await it.put({ 'a.txt': 'staged\n', 'b.txt': 'staged\n', 'c.txt': 'staged\n' });
      await it.git('add', '--all');
      await it.put({ 'a.txt': 'later\n', 'b.txt': 'later\n', 'c.txt': null });
    },
    expect: { files: ['a.txt', 'b.txt'] },
  },
  {
    name: 'a deletion that is only in the index: the file is still there',
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      await it.git('rm', '--quiet', '--cached', 'a.txt');
    },
    expect: { files: ['b.txt'] },
  },
  {
    name: 'an ignored file, force-added',
    base: { '.gitignore': '*.log\n' },
    model: async (it) => {
      await it.put({ 'forced.log': 'f\n', 'other.log': 'o\n' });
      await it.git('add', '--force', 'forced.log');
    },
    expect: { ignored: ['other.log'], files: ['forced.log'] },
  },
  {
    name: 'an ignored file, force-added and committed',
    base: { '.gitignore': '*.log\n' },
    model: async (it) => {
      await it.put({ 'forced.log': 'f\n', 'other.log': 'o\n' });
      await it.git('add', '--force', 'forced.log');
      await it.git('commit', '--quiet', '-m', 'forced');
    },
    expect: { ignored: ['other.log'], files: ['forced.log'] },
  },
  {
    name: 'an ignored file, force-added, committed and changed after that',
    base: { '.gitignore': '*.log\n' },
    model: async (it) => {
      await it.put({ 'forced.log': 'f\n' });
      await it.git('add', '--force', 'forced.log');
      await it.git('commit', '--quiet', '-m', 'forced');
      await it.put({ 'forced.log': 'later\n' });
    },
    expect: { files: ['forced.log'] },
  },
  {
    name: 'an ignored file, force-added and committed, and then the index is lost',
    base: { '.gitignore': '*.log\n' },
    model: async (it) => {
      await it.put({ 'forced.log': 'f\n', 'other.log': 'o\n' });
      await it.git('add', '--force', 'forced.log');
      await it.git('commit', '--quiet', '-m', 'forced');
      rmSync(join(await it.gitDir(), 'index'));
    },
    expect: { ignored: ['other.log'], files: ['forced.log'] },
  },
  {
    name: 'intent to add',
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n', 'c.txt': 'c\n' });
      await it.git('add', '--intent-to-add', 'b.txt', 'c.txt');
      it.remove('c.txt');
    },
    expect: { files: ['b.txt'] },
  },
  {
    name: 'assume-unchanged on a changed file',
    base: { 'hidden.txt': 'b\n' },
    model: async (it) => {
      await it.git('update-index', '--assume-unchanged', 'a.txt', 'hidden.txt');
      await it.put({ ...CHANGED, 'hidden.txt': null });
    },
  },
  {
    name: 'skip-worktree on a changed and on a deleted file',
    base: { 'hidden.txt': 'b\n' },
    model: async (it) => {
      await it.git('update-index', '--skip-worktree', 'a.txt', 'hidden.txt');
      await it.put({ ...CHANGED, 'hidden.txt': null });
    },
  },
  {
    name: 'the user’s assume-unchanged file stays as the user has it',
    together: 'flags',
    base: { 'local.conf': 'default\n' },
    before: assumeUnchanged,
    model: (it) => it.put(CHANGED),
  },
  {
    name: 'the user’s skip-worktree file stays as the user has it, also when deleted',
    together: 'flags',
    base: { 'own.conf': 'default\n', 'unwanted.txt': 'u\n' },
    before: async (it) => {
      await it.git('update-index', '--skip-worktree', 'own.conf', 'unwanted.txt');
      await it.put({ 'own.conf': 'the user’s own\n', 'unwanted.txt': null });
    },
    model: (it) => it.put(CHANGED),
  },
  {
    name: 'the user’s assume-unchanged file, changed by the model in the same place',
    together: 'flags',
    base: { 'local.conf': 'default\n' },
    before: assumeUnchanged,
    model: (it) => it.put({ ...CHANGED, 'local.conf': 'the model’s\n' }),
    expect: {
      refused: {
        script: 'apply-picks',
        code: /main-tree-conflict|files-differ/,
        names: 'local.conf',
      },
    },
  },
  {
    name: 'a split index of the user’s',
    before: async (it) => void (await it.git('update-index', '--split-index')),
    model: (it) => it.put({ ...CHANGED, 'b.txt': 'b\n' }),
  },
  {
    name: 'a split index of the model’s, and core.splitIndex',
    config: { 'core.splitIndex': 'true' },
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      await it.git('add', 'b.txt');
      await it.git('update-index', '--split-index');
    },
  },
  {
    name: 'untracked cache',
    config: { 'core.untrackedCache': 'true' },
    before: async (it) => void (await it.git('update-index', '--untracked-cache')),
    model: async (it) => {
      await it.git('update-index', '--untracked-cache');
      await it.put({ 'new/b.txt': 'b\n' });
      await it.git('status');
      await it.put({ 'new/c.txt': 'c\n' });
    },
  },
  {
    name: 'index version 4 and feature.manyFiles',
    config: { 'feature.manyFiles': 'true' },
    before: async (it) => void (await it.git('update-index', '--index-version', '4')),
    model: (it) => it.put({ ...CHANGED, 'new/b.txt': 'b\n' }),
  },
  {
    name: 'a locked index in the worktree',
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      writeFileSync(join(await it.gitDir(), 'index.lock'), '');
    },
  },
  {
    name: 'a locked index in the main tree',
    before: async (it) => writeFileSync(join(it.root, '.git/index.lock'), ''),
    model: (it) => it.put({ ...CHANGED, 'b.txt': 'b\n' }),
  },
  {
    name: 'a corrupt index in the worktree',
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      writeFileSync(join(await it.gitDir(), 'index'), 'not an index');
    },
  },
  {
    name: 'a deleted index in the worktree',
    base: { 'gone.txt': 'g\n' },
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n', 'gone.txt': null });
      rmSync(join(await it.gitDir(), 'index'));
    },
  },
  {
    name: 'an index of another tree, with time stamps that lie',
    model: async (it) => {
      await it.put({ 'a.txt': 'ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n' });
      await it.git('read-tree', '--empty');
      await it.git('add', 'kept.txt');
    },
  },
  {
    name: 'a change of equal size, with its time set back',
    model: async (it) => {
      const path = join(it.root, 'kept.txt');
      const { atime, mtime } = statSync(path);
      writeFileSync(path, 'KEPT\n');
      utimesSync(path, atime, mtime);
      await it.put({ 'b.txt': 'b\n' });
    },
  },
  {
    name: 'commits, and uncommitted work on top',
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      await commit(it);
      await it.put({ 'c.txt': 'c\n' });
      await commit(it, 'more');
      await it.put({ 'b.txt': 'b, later\n', 'd.txt': 'd\n' });
    },
  },
  {
    name: 'amended history: base’s own commit is replaced',
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      await it.git('add', '--all');
      await it.git('commit', '--quiet', '--amend', '-m', 'as if it had always been so');
    },
  },
  {
    name: 'reset --soft to before base',
    together: 'history',
    before: secondCommit,
    model: async (it) => {
      await it.put(CHANGED);
      await it.git('reset', '--quiet', '--soft', 'HEAD~');
    },
    expect: { files: ['a.txt'] },
  },
  {
    name: 'reset --hard to before base: what was added there is deleted',
    together: 'history',
    before: secondCommit,
    model: async (it) => {
      await it.git('reset', '--quiet', '--hard', 'HEAD~');
      await it.put(CHANGED);
    },
    expect: { files: ['a.txt', 'second.txt'] },
  },
  {
    name: 'a switched branch',
    together: 'history',
    model: async (it) => {
      await it.git('checkout', '--quiet', '-b', 'my-own');
      await it.put(CHANGED);
      await commit(it);
      await it.put({ 'b.txt': 'b\n' });
    },
  },
  {
    name: 'a detached HEAD, the session’s branch deleted',
    together: 'history',
    model: async (it) => {
      await it.put(CHANGED);
      const branch = await it.git('symbolic-ref', '--short', 'HEAD');
      await it.git('checkout', '--quiet', '--detach');
      await commit(it);
      await it.git('branch', '--quiet', '-D', branch);
    },
  },
  {
    name: 'the session’s branch renamed',
    together: 'history',
    model: async (it) => {
      await it.put(CHANGED);
      await commit(it);
      await it.git('branch', '-m', 'better-name');
    },
  },
  {
    name: 'an orphan branch without commits',
    together: 'history',
    model: async (it) => {
      await it.git('checkout', '--quiet', '--orphan', 'fresh');
      await it.git('rm', '--quiet', '-r', '--cached', '.');
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
    },
    expect: { files: ['a.txt', 'b.txt'] },
  },
  {
    name: 'a HEAD that says nonsense',
    model: async (it) => {
      await it.put(CHANGED);
      writeFileSync(join(await it.gitDir(), 'HEAD'), `${'1'.repeat(40)}\n`);
    },
    expect: { mayBeKept: /./ },
  },
  {
    name: 'a merge in progress, with conflict markers',
    together: 'history',
    before: userBranch,
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      await commit(it);
      await it.tryGit('merge', '--quiet', 'theirs');
      assert.match(it.read('a.txt').toString(), '<<<<<<<');
    },
  },
  {
    name: 'a rebase in progress, with a conflict',
    together: 'history',
    before: userBranch,
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      await commit(it);
      await it.tryGit('rebase', '--quiet', 'theirs');
      assert.match(it.read('a.txt').toString(), '<<<<<<<');
    },
  },
  {
    name: 'a cherry-pick in progress, and a bisect',
    together: 'history',
    before: userBranch,
    model: async (it) => {
      await it.put(CHANGED);
      await commit(it);
      await it.git('bisect', 'start');
      await it.tryGit('cherry-pick', 'theirs');
      assert.match(it.read('a.txt').toString(), '<<<<<<<');
    },
  },
  {
    name: 'the user’s stash, popped by the model: what is left counts',
    together: 'stash',
    before: stash,
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      await it.git('stash', 'apply', '--quiet');
    },
  },
  {
    name: 'part of the work stashed; the user’s own stash entries survive',
    together: 'stash',
    before: stash,
    // Of two stashes the newest is popped: this row comes last.
    model: async (it) => {
      await it.put({ ...CHANGED, 'stashed.txt': 's\n' });
      await it.git('stash', 'push', '--quiet', '--include-untracked');
      await it.put({ 'b.txt': 'b\n' });
    },
    expect: { files: ['b.txt'] },
  },
  {
    name: 'git gc --prune=now, after everything was forgotten',
    together: 'history',
    model: async (it) => {
      await it.put({ ...CHANGED, 'b.txt': 'b\n' });
      await commit(it);
      await it.git('reset', '--quiet', '--soft', 'HEAD~');
      await it.git('reset', '--quiet');
      await it.git('reflog', 'expire', '--expire=now', '--expire-unreachable=now', '--all');
      await it.git('gc', '--quiet', '--prune=now');
    },
  },
  {
    name: 'git gc of the user’s between capture and application',
    together: 'history',
    model: (it) => it.put({ ...CHANGED, 'b.txt': 'b\n' }),
    meanwhile: async (it) => {
      await it.git('reflog', 'expire', '--expire=now', '--all');
      await it.git('gc', '--quiet', '--prune=now');
    },
    afterwards: async (it) => void (await it.git('gc', '--quiet', '--prune=now')),
  },
  {
    name: 'git repack and pack-refs by the model',
    together: 'history',
    model: async (it) => {
      await it.put(CHANGED);
      await commit(it);
      await it.git('pack-refs', '--all');
      await it.git('repack', '-a', '-d', '-q');
      await it.git('prune', '--expire=now');
    },
  },
  {
    name: 'tags by the model',
    together: 'history',
    before: async (it) => void (await it.git('tag', 'v1')),
    model: async (it) => {
      await it.put(CHANGED);
      await commit(it);
      await it.git('tag', 'v2');
      await it.git('tag', '--annotate', '-m', 'annotated', 'HEAD');
    },
  },
  {
    name: 'a branch named like the session’s base, and refs that are ambiguous',
    together: 'history',
    model: async (it) => {
      await it.put(CHANGED);
      await commit(it);
      for (const name of ['HEAD', 'one', 'a.txt', await it.git('rev-parse', 'HEAD~')])
        await it.tryGit('update-ref', `refs/heads/${name}`, 'HEAD');
    },
  },
  {
    name: 'a blob of base replaced with git replace',
    together: 'replaced',
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      const old = await it.git('rev-parse', 'HEAD:kept.txt');
      await it.in(it.box.folder).put({ other: 'replaced\n' });
      const other = await it.git('hash-object', '-w', join(it.box.folder, 'other'));
      await it.git('replace', old, other);
    },
    expect: { files: ['b.txt'] },
  },
  {
    name: 'the commit of base replaced with git replace',
    together: 'replaced',
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      const empty = await it.git('hash-object', '-t', 'tree', '-w', '/dev/null');
      const other = await it.git('commit-tree', empty, '-m', 'nothing');
      await it.git('replace', 'HEAD', other);
    },
    expect: { files: ['b.txt'] },
  },
  {
    name: 'an origin, added by the model: the session is still found',
    model: async (it) => {
      await it.put(CHANGED);
      await it.git('remote', 'add', 'origin', 'https://localhost/elsewhere.git');
    },
  },
  {
    name: 'a worktree of the model’s own',
    model: async (it) => {
      await it.put(CHANGED);
      await it.git('worktree', 'add', '--quiet', '-b', 'helper', join(it.box.folder, 'helper'));
      await it.in(join(it.box.folder, 'helper')).put({ 'helper.txt': 'h\n' });
    },
    expect: { files: ['a.txt'] },
  },
  {
    name: 'a sparse checkout of the model’s: what it hides is deleted, or the user is told',
    together: 'history',
    base: { 'x/a': 'x\n', 'y/b': 'y\n' },
    model: async (it) => {
      await it.put({ 'x/new': 'n\n' });
      await it.git('sparse-checkout', 'set', 'x');
    },
    expect: { except: ['y/b'] },
  },
];

testAwkward(CASES);
test.run();
