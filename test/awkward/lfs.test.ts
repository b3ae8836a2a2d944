import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { initialiseSubmodules } from '../../scripts/lib/git/submodules.ts';
import { treeOf } from '../../scripts/lib/git/trees.ts';
import { placeIn } from '../../scripts/lib/git/trusted-git-dir.ts';
import { readWorkingTree } from '../../scripts/lib/git/working-tree.ts';
import { addWorktree, adminDirOf, fillWorktree } from '../../scripts/lib/git/worktrees.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Files, Sandbox } from '../support/sandbox.ts';
import { makePlaces } from '../support/working-tree.ts';

/**
 * Acts as git-lfs does with one file at a time, its pointers a line: `clean` keeps the content in the store, `smudge`
 * gives it back; what is not there it downloads, which leaves a canary.
 */
const FAKE_LFS = `#!/bin/sh
store=$(git config lfs.storage || echo "$(git rev-parse --path-format=absolute --git-common-dir)/lfs")
mkdir -p "$store/objects"
case "$1" in
clean)
  cat > "$store/new.$$"
  if head -c 8 "$store/new.$$" | grep -q '^pointer '; then cat "$store/new.$$"; rm "$store/new.$$"; exit; fi
  name=$(sha1sum < "$store/new.$$" | cut -c1-40)
  mv "$store/new.$$" "$store/objects/$name"
  echo "pointer $name" ;;
smudge)
  read -r word name
  if [ "$word" != pointer ]; then echo "$word\${name:+ $name}"; cat
  elif [ -n "$GIT_LFS_SKIP_SMUDGE" ] && [ "$GIT_LFS_SKIP_SMUDGE" != 0 ]; then echo "pointer $name"
  elif [ -f "$store/objects/$name" ]; then cat "$store/objects/$name"
  elif [ "$(git config lfs.url)" = file:///dev/null ] && [ "$(git config lfs.skipdownloaderrors)" = true ]; then echo "pointer $name"
  else touch "$CANARY"; exit 1
  fi ;;
esac
`;

type Lfs = 'fake' | 'real';

async function isInstalled(): Promise<boolean> {
  const { exitCode } = await runCommand({
    ...{ file: 'git', args: ['lfs', 'version'], cwd: '/', env: process.env },
  });
  return exitCode === 0;
}

async function configure(box: Sandbox, lfs: Lfs): Promise<void> {
  const bin = join(box.folder, 'bin');
  process.env.CANARY = join(box.folder, 'downloaded');
  const set = (name: string, value: string) =>
    box.git(box.folder, 'config', '--global', `filter.lfs.${name}`, value);
  await set('clean', 'git-lfs clean -- %f');
  await set('smudge', 'git-lfs smudge -- %f');
  await set('required', 'true');
  if (lfs === 'real') return void (await set('process', 'git-lfs filter-process'));
  await mkdir(bin);
  await writeFile(join(bin, 'git-lfs'), FAKE_LFS);
  await chmod(join(bin, 'git-lfs'), 0o755);
  process.env.PATH = `${bin}:${process.env.PATH}`;
}

const ATTRIBUTES = { '.gitattributes': '*.bin filter=lfs -text\n' };
const LARGE: Files = {
  ...ATTRIBUTES,
  'a.bin': 'content a\n',
  'deep/b.bin': 'content b\n',
  'c.txt': 'c\n',
};

/** A repository with large files, whose worktrees are made as a session makes them. */
async function setUp(lfs: Lfs, files: Files = LARGE) {
  const box = await ownSandbox();
  await configure(box, lfs);
  const at = await box.repository(files);
  let made = 0;
  const makeWorktree = async (start = 'HEAD') => {
    const path = join(box.folder, `wt-${++made}`);
    const { worktrees } = await makePlaces(box, at, `trust-${made}`);
    const place = placeIn(worktrees, path);
    await addWorktree(at, { path, branch: null, start, reason: 'ours' });
    const adminDir = (await adminDirOf(join(at, '.git'), path)) ?? '';
    await fillWorktree(place, adminDir, start, at);
    const read = (file: string) => readFile(join(path, file), 'utf8');
    const capture = () => readWorkingTree({ place, indexFile: join(adminDir, 'index') });
    return { path, place, read, capture };
  };
  /** As after a clone with GIT_LFS_SKIP_SMUDGE=1; the store keeps its content if it is told to. */
  const leavePointers = async (...paths: string[]) => {
    for (const path of paths) await rm(join(at, path));
    process.env.GIT_LFS_SKIP_SMUDGE = '1';
    await box.git(at, 'checkout', '--', ...paths);
    delete process.env.GIT_LFS_SKIP_SMUDGE;
  };
  const forget = () => rename(join(at, '.git/lfs/objects'), join(box.folder, 'store'));
  const wasDownloaded = () => existsSync(join(box.folder, 'downloaded'));
  return {
    ...{ box, at, makeWorktree, leavePointers, forget, wasDownloaded },
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

const isPointer = (text: string) => /^(pointer|version https:\/\/git-lfs)/.test(text);

function testsWith(lfs: Lfs, declare: (name: string, action: () => Promise<void>) => void): void {
  const check = (name: string, action: () => Promise<void>) =>
    declare(`${lfs} lfs: ${name}`, action);

  check(
    'content in the main tree: content from the store of this disk, and a clean worktree',
    async () => {
      await using it = await setUp(lfs);
      const wt = await it.makeWorktree();
      assert.equal(
        [await wt.read('a.bin'), await wt.read('deep/b.bin')],
        ['content a\n', 'content b\n'],
      );
      assert.is(await it.box.git(wt.path, 'status', '--porcelain'), '');
      assert.is((await wt.capture()).tree, await treeOf(it.at, 'HEAD'));
    },
  );

  check('pointers in the main tree: pointers, also where the store has the content', async () => {
    await using it = await setUp(lfs);
    await it.leavePointers('a.bin', 'deep/b.bin');
    const wt = await it.makeWorktree();
    assert.ok(isPointer(await wt.read('a.bin')));
    await it.forget();
    const bare = await it.makeWorktree();
    assert.is(await bare.read('deep/b.bin'), await readFile(join(it.at, 'deep/b.bin'), 'utf8'));
    assert.is((await bare.capture()).tree, await treeOf(it.at, 'HEAD'));
    assert.is(await it.box.git(bare.path, 'status', '--porcelain'), '');
    assert.not.ok(it.wasDownloaded());
  });

  check('some pointers in the main tree: the same ones', async () => {
    await using it = await setUp(lfs);
    await it.leavePointers('a.bin');
    const wt = await it.makeWorktree();
    assert.ok(isPointer(await wt.read('a.bin')));
    assert.is(await wt.read('deep/b.bin'), 'content b\n');
  });

  check('content that is nowhere on this disk: a pointer, no download, no failure', async () => {
    await using it = await setUp(lfs);
    await it.box.git(it.at, 'config', 'lfs.url', 'https://localhost:1/lfs');
    await it.forget();
    const wt = await it.makeWorktree();
    assert.ok(isPointer(await wt.read('a.bin')));
    assert.not.ok(it.wasDownloaded());
    assert.is((await wt.capture()).tree, await treeOf(it.at, 'HEAD'));
  });

  check(
    'what a model makes of one is content where its tree is checked out, pointers or not',
    async () => {
      await using it = await setUp(lfs);
      await it.leavePointers('a.bin', 'deep/b.bin');
      const wt = await it.makeWorktree();
      await writeFile(join(wt.path, 'a.bin'), 'made by a model\n');
      await writeFile(join(wt.path, 'new.bin'), 'new\n');
      const { tree } = await wt.capture();
      const commit = await it.box.git(it.at, 'commit-tree', tree, '-m', 'result');
      const scratch = await it.makeWorktree(commit);
      assert.equal(
        [await scratch.read('a.bin'), await scratch.read('new.bin')],
        ['made by a model\n', 'new\n'],
      );
      assert.ok(isPointer(await scratch.read('deep/b.bin')));
    },
  );

  check(
    'a file that was committed as it is, before its attributes said so, stays as it is',
    async () => {
      await using it = await setUp(lfs, { 'raw.bin': 'raw\n' });
      await writeFile(join(it.at, '.gitattributes'), ATTRIBUTES['.gitattributes']);
      await it.box.git(it.at, 'add', '.gitattributes');
      await it.box.git(it.at, 'commit', '--quiet', '-m', 'attributes');
      const wt = await it.makeWorktree();
      assert.is(await wt.read('raw.bin'), 'raw\n');
    },
  );

  check('a store that the user keeps elsewhere is found', async () => {
    await using it = await setUp(lfs);
    await mkdir(join(it.box.folder, 'shared'));
    await rename(join(it.at, '.git/lfs/objects'), join(it.box.folder, 'shared/objects'));
    await it.box.git(it.at, 'config', 'lfs.storage', join(it.box.folder, 'shared'));
    const wt = await it.makeWorktree();
    assert.is(await wt.read('a.bin'), 'content a\n');
  });

  check('what a sparse checkout leaves out is left out', async () => {
    await using it = await setUp(lfs);
    await it.box.git(it.at, 'sparse-checkout', 'set', '--cone', 'elsewhere');
    const wt = await it.makeWorktree();
    assert.is(await wt.read('a.bin'), 'content a\n');
    assert.not.ok(existsSync(join(wt.path, 'deep')));
  });

  check(
    'in a submodule: from its own store, and what the main tree keeps does not grow',
    async () => {
      await using it = await setUp(lfs, { 'c.txt': 'c\n' });
      const library = await it.box.repository(LARGE, 'library');
      await it.box.git(it.at, 'clone', '--quiet', '--no-checkout', library, 'lib');
      const own = join(it.at, 'lib/.git/lfs');
      await mkdir(own);
      await rename(join(library, '.git/lfs/objects'), join(own, 'objects'));
      await it.box.git(join(it.at, 'lib'), 'reset', '--quiet', '--hard');
      await it.box.git(it.at, '-c', 'advice.addEmbeddedRepo=false', 'add', '--all');
      await it.box.git(it.at, 'commit', '--quiet', '-m', 'lib');
      const wt = await it.makeWorktree();
      const repository = await openRepository(it.at);
      assert.equal(await initialiseSubmodules(wt.place, repository), [
        { path: 'lib', how: 'cloned' },
      ]);
      assert.is(await wt.read('lib/a.bin'), 'content a\n');
      const { nested } = await readWorkingTree({
        ...{ place: wt.place, gitlinks: ['lib'] },
        indexFile: join(it.at, '.git/worktrees/wt-1/index'),
      });
      assert.equal(
        nested.map(({ holdsMore }) => holdsMore),
        [false],
      );
      const kept = await readdir(join(it.at, '.git/lfs/objects'), { recursive: true }).catch(
        () => [],
      );
      assert.equal(kept, []);
      assert.not.ok(it.wasDownloaded());
    },
  );
}

testsWith('fake', test);
// Not everywhere is git-lfs; the fake above stands for it there.
testsWith('real', (await isInstalled()) ? test : test.skip);

test('without git-lfs configured, attributes that name it do nothing', async () => {
  await using box = await ownSandbox();
  const at = await box.repository(LARGE);
  const path = join(box.folder, 'wt');
  const { worktrees } = await makePlaces(box, at);
  await addWorktree(at, { path, branch: null, start: 'HEAD', reason: 'ours' });
  const adminDir = (await adminDirOf(join(at, '.git'), path)) ?? '';
  await fillWorktree(placeIn(worktrees, path), adminDir, 'HEAD', at);
  assert.is(await readFile(join(path, 'a.bin'), 'utf8'), 'content a\n');
});

test.run();
