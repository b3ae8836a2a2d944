import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeWorkingTree } from '../../scripts/lib/git/trees.ts';
import { captureAlone, captureModel, hasChanged } from '../../scripts/lib/session/capture.ts';
import { printCapture } from '../../scripts/lib/session/printed-capture.ts';
import { captureOf, readSession, updateSession } from '../../scripts/lib/session/session.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\n';

async function setUp() {
  const box = await ownSandbox();
  const at = await box.repository({
    'a.txt': 'a\n',
    'old.txt': LINES,
    'gone.txt': 'g\n',
    'tool.sh': 't\n',
    '.gitignore': '*.log\n',
  });
  const made = await makeSession(at, {
    models: [sessionModel('claude', { role: 'host' }), sessionModel('gpt#2')],
    host: 'claude',
  });
  const [worktree] = await makeWorktrees(made.repository, made.session, {
    models: ['gpt#2'],
    start: made.session.data.base,
    provided: [],
    onProgress: () => {},
  });
  const path = worktree?.path ?? '';
  return {
    ...{ box, at, path, ...made },
    capture: () => captureModel(made.repository, made.session, 'gpt#2', 1),
    changed: () => hasChanged(made.repository, made.session, 'gpt#2', 1),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

test('nothing done is empty; something done is changed, whatever became of the index', async () => {
  await using it = await setUp();
  assert.is((await it.capture()).state, 'empty');
  assert.is(await it.changed(), false);
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  assert.is(await it.changed(), true);
  const own = await it.box.git(it.path, 'rev-parse', '--absolute-git-dir');
  const tampering: [string, () => Promise<unknown>][] = [
    ['assume-unchanged', () => it.box.git(it.path, 'update-index', '--assume-unchanged', 'a.txt')],
    ['skip-worktree', () => it.box.git(it.path, 'update-index', '--skip-worktree', 'a.txt')],
    ['a lock', () => writeFile(join(own, 'index.lock'), '')],
    ['a corrupt index', () => writeFile(join(own, 'index'), 'no index')],
    ['no index', () => rm(join(own, 'index'))],
  ];
  for (const [name, tamper] of tampering) {
    await tamper();
    const { state, files } = await it.capture();
    assert.equal([state, files.map(({ path }) => path)], ['changed', ['a.txt']], name);
  }
});

test('committed, staged, unstaged and untracked work is all of it; ignored files are none', async () => {
  await using it = await setUp();
  await writeAwkward(it.path, { 'committed.txt': 'c\n' });
  await it.box.git(it.path, 'add', '--all');
  await it.box.git(it.path, 'commit', '--quiet', '-m', 'one');
  await it.box.git(it.path, 'commit', '--quiet', '--allow-empty', '-m', 'two');
  await writeAwkward(it.path, {
    'staged.txt': 's\n',
    'caf\xe9.bin': Buffer.from([0, 1, 255]),
    link: { link: '/etc/passwd' },
    'x.log': 'ignored\n',
  });
  await it.box.git(it.path, 'add', 'staged.txt');
  await rm(join(it.path, 'gone.txt'));
  await it.box.git(it.path, 'mv', 'old.txt', 'new.txt');
  await chmod(join(it.path, 'tool.sh'), 0o755);
  const files = await readAll(it.path);

  const capture = await it.capture();
  assert.is(capture.commitsByModel, 2);
  const printed = printCapture(capture);
  assert.equal(
    printed.files.map(
      ({ path, status, old_path }) => `${status} ${path}${old_path ? ` < ${old_path}` : ''}`,
    ),
    [
      'added caf\uFFFD.bin',
      'added committed.txt',
      'deleted gone.txt',
      'added link',
      'renamed new.txt < old.txt',
      'added staged.txt',
      'modified tool.sh',
    ],
  );
  assert.is(printed.files[0]?.path_base64, Buffer.from('caf\xe9.bin', 'latin1').toString('base64'));
  assert.equal(printed.totals, { files: 7, additions: 3, deletions: 1 });
  assert.equal(await readAll(it.path), files, 'the worktree is as it was');

  const clone = join(it.box.folder, 'clone');
  await it.box.git(it.box.folder, 'clone', '--quiet', it.at, clone);
  await it.box.git(clone, 'apply', '--binary', capture.diff);
  assert.is(await writeWorkingTree(clone, join(clone, '.git', 'index')), capture.tree);
});

test('a capture is kept by refs, the model’s commits too, and recorded once', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  await it.box.git(it.path, 'commit', '--quiet', '--all', '-m', 'mine');
  const head = await it.box.git(it.path, 'rev-parse', 'HEAD');
  const first = await it.capture();
  const refs = `refs/mm/${it.session.data.session_id}/`;
  assert.ok(first.ref?.startsWith(refs));
  assert.is(await it.box.git(it.at, 'rev-parse', `${first.ref}^{tree}`), first.tree);
  assert.is(await it.box.git(it.at, 'rev-parse', `${first.ref}^`), it.session.data.base);
  assert.ok((await it.box.git(it.at, 'for-each-ref', '--contains', head, refs)) !== '');
  const again = await it.capture();
  assert.equal({ ...again }, { ...first });
  await writeFile(join(it.path, 'b.txt'), 'b\n');
  const more = await it.capture();
  const read = await readSession(it.session.directory);
  assert.is(read?.data.captures.length, 1);
  assert.is(captureOf(it.session, 'gpt#2', 1)?.tree, more.tree);
});

test('a model that switched branches or detached its HEAD is captured all the same', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  await it.box.git(it.path, 'checkout', '--quiet', '-b', 'my-own');
  await it.box.git(it.path, 'commit', '--quiet', '--all', '-m', 'mine');
  await it.box.git(it.path, 'checkout', '--quiet', '--detach');
  const { files, commitsByModel } = await it.capture();
  assert.equal([files.map(({ path }) => path), commitsByModel], [['a.txt'], 1]);
});

test('a worktree that is gone is an error, never an empty capture; change is then unknown', async () => {
  await using it = await setUp();
  await rm(it.path, { recursive: true });
  const error = await rejection(it.capture());
  assert.equal([error.code, error.exitStatus], ['no-worktree', 3]);
  assert.is(await it.changed(), null);
  await updateSession(it.session, ({ worktrees }) => ({
    worktrees: worktrees.map((record) => ({ ...record, removed: true })),
  }));
  assert.is((await rejection(it.capture())).code, 'no-worktree');
  assert.is(captureOf(it.session, 'gpt#2', 1), null);
});

test('an object store that cannot be read is an error, never an empty capture', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, '.git'), 'gitdir: /no/where\n');
  assert.is((await rejection(it.capture())).code, 'git-failed');
  assert.is(await it.changed(), null);
});

test('the host is captured in the main tree; a model without a worktree is not', async () => {
  await using it = await setUp();
  await writeFile(join(it.at, 'a.txt'), 'host\n');
  const capture = await captureModel(it.repository, it.session, 'claude', 1);
  assert.equal(
    capture.files.map(({ path }) => path),
    ['a.txt'],
  );
  assert.is(
    (await rejection(captureModel(it.repository, it.session, 'gemini', 1))).code,
    'no-worktree',
  );
});

test('alone, without a session: any folder against any base, no ref', async () => {
  await using it = await setUp();
  await mkdir(join(it.at, 'dir'));
  await symlink('../a.txt', join(it.at, 'dir', 'link'));
  const diff = join(it.box.folder, 'out', 'deep', 'x.diff');
  const { ref, files, state, commitsByModel } = await captureAlone(
    it.at,
    it.session.data.base,
    diff,
  );
  assert.equal(
    [ref, state, commitsByModel, files.map(({ path }) => path)],
    [null, 'changed', 0, ['dir/link']],
  );
  assert.match(await readFile(diff, 'utf8'), 'new file mode 120000');
});

test.run();
