/** Awkward repositories: of the user's making, and of the model's. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { testAwkward } from '../support/awkward-cases.ts';
import type { Hands } from '../support/awkward-cases-hands.ts';
import type { AwkwardCase } from '../support/awkward-cases-table.ts';

const CHANGED = { 'a.txt': 'one\n2\nthree\n', 'new/b.txt': 'b\n' };
const work = (it: Hands) => it.put(CHANGED);
/** git allows no local paths as submodules otherwise. */
const LOCAL = ['-c', 'protocol.file.allow=always'];

/** Another repository, with two commits. */
async function library(it: Hands): Promise<Hands> {
  const there = it.in(join(it.box.folder, 'library'));
  await it.in(it.box.folder).git('init', '--quiet', there.root);
  for (const content of ['first\n', 'second\n']) {
    await there.put({ 'lib.txt': content });
    await there.git('add', '--all');
    await there.git('commit', '--quiet', '-m', content.trim());
  }
  return there;
}

async function addSubmodule(it: Hands): Promise<void> {
  const { root } = await library(it);
  await it.git(...LOCAL, 'submodule', '--quiet', 'add', root, 'sub');
  await it.git('commit', '--quiet', '-m', 'submodule');
}

/** Makes a repository of a folder; its files are those that are in it. */
async function nestedRepository(it: Hands, folder: string): Promise<Hands> {
  const nested = it.in(join(it.root, folder));
  mkdirSync(nested.root, { recursive: true });
  await nested.git('init', '--quiet');
  return nested;
}

async function commitAll(it: Hands): Promise<void> {
  await it.git('add', '--all');
  await it.git('commit', '--quiet', '-m', 'nested');
}

/** Where the user has cloned the repository to. */
async function cloned(user: Hands, ...words: string[]): Promise<string> {
  const there = join(user.box.folder, 'cloned');
  await user.in(user.box.folder).git('clone', '--quiet', ...words, there);
  return there;
}

async function sparse(it: Hands): Promise<void> {
  await it.git('sparse-checkout', 'set', '--cone', 'in');
}

const CASES: AwkwardCase[] = [
  {
    name: 'a nested repository without commits',
    model: async (it) => {
      const nested = await nestedRepository(it, 'nested');
      await nested.put({ 'x.txt': 'x\n', 'deep/y.txt': 'y\n' });
      await it.put({ 'b.txt': 'b\n' });
    },
    expect: { mayBeKept: /nested/ },
  },
  {
    name: 'a nested repository with commits',
    model: async (it) => {
      const nested = await nestedRepository(it, 'nested');
      await nested.put({ 'x.txt': 'x\n', 'deep/y.txt': 'y\n' });
      await commitAll(nested);
      await nested.put({ 'x.txt': 'x, later\n', 'untracked.txt': 'u\n' });
      await it.put({ 'b.txt': 'b\n' });
    },
    expect: { warns: /nested/, kept: /nested/ },
  },
  {
    name: 'a nested repository with commits, staged as a gitlink',
    model: async (it) => {
      const nested = await nestedRepository(it, 'nested');
      await nested.put({ 'x.txt': 'x\n' });
      await commitAll(nested);
      await it.git('-c', 'advice.addEmbeddedRepo=false', 'add', '--all');
      await it.git('commit', '--quiet', '-m', 'with a gitlink');
    },
    expect: { warns: /nested/, kept: /nested/ },
  },
  {
    name: 'a nested repository in a nested repository',
    model: async (it) => {
      const outer = await nestedRepository(it, 'outer');
      await outer.put({ 'x.txt': 'x\n' });
      await commitAll(outer);
      const inner = await nestedRepository(outer, 'deep/inner');
      await inner.put({ 'y.txt': 'y\n' });
      await commitAll(inner);
    },
    expect: { warns: /outer/, kept: /outer/ },
  },
  {
    name: 'a nested repository with its own .gitignore',
    model: async (it) => {
      const nested = await nestedRepository(it, 'nested');
      await nested.put({ '.gitignore': '*.log\n', 'x.txt': 'x\n', 'x.log': 'l\n' });
    },
    expect: { ignored: ['nested/x.log'], mayBeKept: /nested/ },
  },
  {
    name: 'a nested repository in an ignored folder is nobody’s business',
    base: { '.gitignore': 'node_modules/\n' },
    model: async (it) => {
      const nested = await nestedRepository(it, 'node_modules/pack');
      await nested.put({ 'x.js': 'x\n' });
      await commitAll(nested);
      await work(it);
    },
    expect: { ignored: ['node_modules/pack/x.js'], mayBeKept: /node_modules/ },
  },
  {
    name: 'a tracked folder that becomes a repository with commits',
    base: { 'lib/x.txt': 'x\n', 'lib/gone.txt': 'g\n' },
    model: async (it) => {
      const nested = await nestedRepository(it, 'lib');
      await nested.put({ 'x.txt': 'changed\n', 'gone.txt': null, 'new.txt': 'n\n' });
      await commitAll(nested);
    },
    expect: { warns: /lib/, kept: /lib/ },
  },
  {
    name: 'a worktree of the model’s own inside of its worktree',
    model: async (it) => {
      await work(it);
      await it.git('worktree', 'add', '--quiet', '-b', 'inner', '.worktrees/inner');
      await it.in(join(it.root, '.worktrees/inner')).put({ 'inner.txt': 'i\n' });
    },
    expect: { warns: /\.worktrees\/inner/, mayBeKept: /inner/ },
  },
  {
    name: 'a bare repository among the files',
    model: async (it) => {
      await it.git('init', '--quiet', '--bare', 'fixtures/bare.git');
      await work(it);
    },
  },
  {
    name: 'a file called .git in a folder',
    model: async (it) => {
      await it.put({
        'fixture/.git': 'gitdir: /nowhere\n',
        'fixture/x.txt': 'x\n',
        'b.txt': 'b\n',
      });
    },
    expect: { mayBeKept: /fixture/ },
  },
  {
    name: 'a submodule added by the model',
    model: async (it) => {
      await work(it);
      const { root } = await library(it);
      await it.git(...LOCAL, 'submodule', '--quiet', 'add', root, 'sub');
    },
    expect: { except: ['sub'], warns: /sub/, patch: 'on-index', mayBeKept: /sub/ },
  },
  {
    name: 'a submodule moved to another commit',
    together: 'submodule',
    before: addSubmodule,
    model: async (it) => {
      await work(it);
      await it.git(...LOCAL, 'submodule', '--quiet', 'update', '--init');
      await it.in(join(it.root, 'sub')).git('checkout', '--quiet', 'HEAD~');
    },
    expect: { except: ['sub'], warns: /sub/, patch: 'on-index', mayBeKept: /sub/ },
  },
  {
    name: 'a submodule with a commit of the model’s own',
    together: 'submodule',
    before: addSubmodule,
    model: async (it) => {
      await work(it);
      await it.git(...LOCAL, 'submodule', '--quiet', 'update', '--init');
      const sub = it.in(join(it.root, 'sub'));
      await sub.put({ 'lib.txt': 'the model’s\n' });
      await commitAll(sub);
    },
    expect: { except: ['sub'], warns: /sub/, patch: 'on-index', kept: /sub/ },
  },
  {
    name: 'changed files in a submodule, without a commit',
    together: 'submodule',
    before: addSubmodule,
    model: async (it) => {
      await work(it);
      await it.git(...LOCAL, 'submodule', '--quiet', 'update', '--init');
      await it.in(join(it.root, 'sub')).put({ 'lib.txt': 'the model’s\n', 'new.txt': 'n\n' });
    },
    expect: { except: ['sub'], warns: /sub/, patch: 'on-index', kept: /sub/ },
  },
  {
    name: 'a submodule that is untouched, initialised in the main tree',
    together: 'submodule',
    before: addSubmodule,
    model: work,
    expect: { files: ['a.txt', 'new/b.txt'], patch: 'on-index' },
  },
  {
    name: 'a submodule that is initialised nowhere',
    before: async (user) => {
      await addSubmodule(user);
      return cloned(user, user.root);
    },
    model: work,
    expect: { files: ['a.txt', 'new/b.txt'], patch: 'on-index' },
  },
  {
    name: 'a submodule removed by the model',
    together: 'submodule',
    before: addSubmodule,
    model: async (it) => {
      await work(it);
      await it.git('rm', '--quiet', 'sub');
    },
    expect: { except: ['sub'], warns: /sub/, patch: 'on-index' },
  },
  {
    name: 'a sparse checkout of the main tree, by folders',
    together: 'sparse',
    base: { 'in/x': 'x\n', 'out/y': 'y\n', 'out/deep/z': 'z\n' },
    before: sparse,
    model: (it) => it.put({ 'in/x': 'changed\n', 'in/new': 'n\n', 'a.txt': 'a\n' }),
    expect: { files: ['a.txt', 'in/new', 'in/x'] },
  },
  {
    name: 'a sparse checkout of the main tree, by patterns',
    base: { 'in/x': 'x\n', 'out/y': 'y\n' },
    before: async (it) =>
      void (await it.git('sparse-checkout', 'set', '--no-cone', '/*', '!/out/')),
    model: (it) => it.put({ 'in/x': 'changed\n', 'in/new': 'n\n', 'a.txt': 'a\n' }),
    expect: { files: ['a.txt', 'in/new', 'in/x'] },
  },
  {
    name: 'a sparse checkout of the main tree, and new files outside of it',
    together: 'sparse',
    base: { 'in/x': 'x\n', 'out/y': 'y\n', 'out/deep/z': 'z\n' },
    before: sparse,
    model: (it) => it.put({ 'in/x': 'changed\n', 'elsewhere/new': 'n\n' }),
    expect: { files: ['elsewhere/new', 'in/x'] },
  },
  {
    name: 'a shallow clone',
    before: async (user) => {
      await user.git('commit', '--quiet', '--allow-empty', '-m', 'second');
      return cloned(user, '--depth=1', `file://${user.root}`);
    },
    model: work,
  },
  {
    name: 'a clone with alternates',
    before: (user) => cloned(user, '--shared', user.root),
    model: work,
  },
  {
    name: 'a partial clone, whose old contents are elsewhere',
    base: { 'large.txt': 'l\n'.repeat(99) },
    before: async (user) => {
      await user.git('config', 'uploadpack.allowFilter', 'true');
      await user.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
      return cloned(user, '--filter=blob:none', `file://${user.root}`);
    },
    model: (it) => it.put({ ...CHANGED, 'large.txt': null }),
    expect: { patch: 'on-index' },
  },
  {
    name: 'a SHA-256 repository',
    init: ['--object-format=sha256'],
    base: { 'gone.txt': 'g\n' },
    model: (it) => it.put({ ...CHANGED, 'gone.txt': null }),
  },
  {
    name: 'a main tree that is itself a linked worktree',
    before: async (user) => {
      const there = join(user.box.folder, 'linked');
      await user.git('worktree', 'add', '--quiet', '-b', 'feature', there);
      return there;
    },
    model: work,
  },
  {
    name: 'a bare repository with worktrees',
    before: async (user) => {
      const bare = user.in(await cloned(user, '--bare', user.root));
      await bare.git('worktree', 'add', '--quiet', '-b', 'feature', join(user.box.folder, 'work'));
      return join(user.box.folder, 'work');
    },
    model: work,
  },
  {
    name: 'a git directory kept apart',
    before: (user) =>
      cloned(user, '--separate-git-dir', join(user.box.folder, 'apart.git'), user.root),
    model: work,
  },
  { name: 'spaces and quotes in the repository’s path', folder: `My "own" it's`, model: work },
  { name: 'other scripts in the repository’s path', folder: 'проект/プロジェクト ü', model: work },
  { name: 'syntax in the repository’s path', folder: 'a:b,c;d$(e)*[f] -- #g', model: work },
  { name: 'a repository’s path that begins with a dash', folder: '-project', model: work },
  {
    name: 'a line break in the repository’s path',
    folder: 'line\nbreak',
    model: work,
    expect: { refused: { script: 'start-session', code: /./, optional: true } },
  },
  {
    name: 'hooks of the user’s that all fail',
    together: 'surroundings',
    before: (it) =>
      it.put(
        Object.fromEntries(
          ['post-checkout', 'pre-commit', 'reference-transaction', 'post-index-change'].map(
            (hook) => [`.git/hooks/${hook}`, { executable: '#!/bin/sh\nexit 1\n' }],
          ),
        ),
      ),
    model: work,
  },
  {
    name: 'a branch of the user’s where the session’s branches would lie',
    before: async (it) => void (await it.git('branch', 'mm')),
    model: work,
    expect: { refused: { script: 'make-worktrees', code: /./, names: 'mm', optional: true } },
  },
  {
    name: 'no identity',
    together: 'surroundings',
    before: async ({ box }) => {
      writeFileSync(join(box.folder, 'gitconfig'), '[user]\n\tuseConfigOnly = true\n');
      for (const name of ['EMAIL', 'GIT_AUTHOR_NAME', 'GIT_COMMITTER_NAME']) delete box.env[name];
    },
    model: work,
  },
  {
    name: 'signed commits wanted, without a key',
    together: 'surroundings',
    config: { 'user.signingKey': 'nobody', 'gpg.program': '/bin/false' },
    before: async (it) => {
      await it.git('config', 'commit.gpgSign', 'true');
      await it.git('config', 'tag.gpgSign', 'true');
    },
    model: work,
  },
  {
    name: 'started in a folder of the repository',
    base: { 'deep/er/x': 'x\n' },
    from: 'deep/er',
    model: work,
  },
  {
    name: 'started inside a hook of another repository',
    together: 'surroundings',
    before: async ({ box, in: at }) => {
      const other = at(join(box.folder, 'other'));
      await at(box.folder).git('init', '--quiet', other.root);
      // Only the scripts see these: the case's own git would follow them.
      const mm = box.mm;
      box.mm = async (...words) => {
        Object.assign(box.env, {
          GIT_DIR: join(other.root, '.git'),
          GIT_WORK_TREE: other.root,
          GIT_INDEX_FILE: join(other.root, '.git/index'),
          GIT_OBJECT_DIRECTORY: join(other.root, '.git/objects'),
        });
        try {
          return await mm(...words);
        } finally {
          for (const name of ['DIR', 'WORK_TREE', 'INDEX_FILE', 'OBJECT_DIRECTORY'])
            delete box.env[`GIT_${name}`];
        }
      };
    },
    model: work,
  },
  {
    name: 'a removed .git file',
    base: { '.gitignore': '*.log\n' },
    model: async (it) => {
      await it.put({ ...CHANGED, 'x.log': 'ignored\n' });
      it.remove('.git');
    },
    expect: { ignored: ['x.log'], mayBeKept: /./ },
  },
  {
    name: 'a .git file that points elsewhere',
    model: async (it) => {
      await work(it);
      const { root } = await library(it);
      await it.put({ '.git': `gitdir: ${root}/.git\n` });
    },
    expect: { mayBeKept: /./ },
  },
  {
    name: 'a .git file that points nowhere',
    model: async (it) => {
      await work(it);
      await it.put({ '.git': 'gitdir: /nowhere/at/all\n' });
    },
    expect: { mayBeKept: /./ },
  },
  {
    name: 'a .git made anew, with commits',
    // `git worktree repair` of another row stumbles over it.
    alone: true,
    base: { 'gone.txt': 'g\n' },
    model: async (it) => {
      it.remove('.git', 'gone.txt');
      await it.git('init', '--quiet');
      await work(it);
      await commitAll(it);
    },
    expect: { kept: /./ },
  },
  {
    name: 'a worktree that was moved and put back',
    model: async (it) => {
      await work(it);
      renameSync(it.root, `${it.root}-moved`);
      renameSync(`${it.root}-moved`, it.root);
      await it.git('worktree', 'repair');
    },
  },
  {
    name: 'git worktree prune by the model, of its own entry',
    alone: true,
    model: async (it, user) => {
      await work(it);
      await user.git('worktree', 'unlock', it.root);
      renameSync(it.root, `${it.root}-away`);
      await user.git('worktree', 'prune');
      renameSync(`${it.root}-away`, it.root);
    },
    expect: { mayBeKept: /./ },
  },
];

testAwkward(CASES);
test.run();
