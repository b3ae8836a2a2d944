/** A model's worktree is like the main tree: in a session, from its making over the capture to its removal. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printPath } from '../../scripts/lib/git/paths.ts';
import { initialiseSubmodules } from '../../scripts/lib/git/submodules.ts';
import { adminDirOf, listWorktrees } from '../../scripts/lib/git/worktrees.ts';
import { cleanUp } from '../../scripts/lib/procedure/cleanup.ts';
import type { Reporter } from '../../scripts/lib/script.ts';
import { captureModel } from '../../scripts/lib/session/capture.ts';
import { passFolder } from '../../scripts/lib/session/session.ts';
import { worktreePlace } from '../../scripts/lib/session/trusted-places.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';

const LOCAL = ['-c', 'protocol.file.allow=always'];
const SILENT = { progress: () => {}, warn: () => {} } as unknown as Reporter;

/** A session on a repository with a submodule in a submodule, and a worktree with both, as models get it. */
async function setUp() {
  const box = await ownSandbox();
  const inner = await box.repository({ 'inner.txt': 'i\n' }, 'inner');
  const outer = await box.repository({ 'outer.txt': 'o\n' }, 'outer');
  const at = await box.repository({ 'a.txt': 'a\n' });
  await box.git(outer, ...LOCAL, 'submodule', '--quiet', 'add', inner, 'inner');
  await box.git(outer, 'commit', '--quiet', '-m', 'inner');
  await box.git(at, ...LOCAL, 'submodule', '--quiet', 'add', outer, 'lib');
  await box.git(at, ...LOCAL, 'submodule', '--quiet', 'update', '--init', '--recursive');
  await box.git(at, 'commit', '--quiet', '-m', 'lib');
  const { repository, session } = await makeSession(at, {
    models: [sessionModel('gpt')],
    submodules: [printPath('lib')],
  });
  const [made] = await makeWorktrees(repository, session, {
    models: ['gpt'],
    start: session.data.base,
    provided: [],
    onProgress: () => {},
  });
  const path = made?.path ?? '';
  await initialiseSubmodules(worktreePlace(session, path), repository);
  const adminDir = (await adminDirOf(repository.commonDir, path)) ?? '';
  const clean = (force = false) =>
    cleanUp(repository, session, { keepWorktrees: false, force, captureFirst: false }, SILENT);
  return {
    ...{ box, at, session, path, adminDir, clean },
    capture: () => captureModel(repository, session, 'gpt', 1),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

test('submodules that nobody touched: an empty capture without a warning, and cleanup leaves nothing', async () => {
  await using it = await setUp();
  assert.ok(existsSync(join(it.path, 'lib/inner/inner.txt')));
  const { state, files, warnings } = await it.capture();
  assert.equal([state, files, warnings], ['empty', [], []]);
  const { kept } = await it.clean();
  assert.equal(kept, []);
  assert.not.ok(existsSync(it.path));
  assert.not.ok(existsSync(it.adminDir));
  assert.is((await listWorktrees(it.at)).length, 1);
  assert.is(await it.box.git(it.at, 'status', '--porcelain'), '');
  await it.box.git(join(it.at, 'lib/inner'), 'fsck', '--strict');
});

test('beside them, only what the model did is captured', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, 'b.txt'), 'b\n');
  await it.box.git(it.path, 'add', '--all');
  const { files, warnings } = await it.capture();
  assert.equal([files.map(({ path }) => path), warnings], [['b.txt'], []]);
  assert.equal((await it.clean()).kept, []);
});

test('work in one, also in the inner one alone: told, kept, and archived before it goes', async () => {
  await using it = await setUp();
  const inner = join(it.path, 'lib/inner');
  await writeFile(join(inner, 'inner.txt'), "the model's\n");
  await it.box.git(inner, 'commit', '--quiet', '--all', '-m', 'mine');
  await writeFile(join(inner, 'new.txt'), 'n\n');
  const commit = await it.box.git(inner, 'rev-parse', 'HEAD');
  const { warnings } = await it.capture();
  assert.ok(
    warnings.some((warning) => warning.startsWith('lib/inner is a submodule with changes')),
  );
  const { kept } = await it.clean();
  assert.match(kept[0]?.reason ?? '', /lib\/inner/);
  assert.ok(existsSync(inner));

  assert.equal((await it.clean(true)).kept, []);
  assert.not.ok(existsSync(it.path));
  assert.not.ok(existsSync(it.adminDir));
  const left = join(passFolder(it.session, 1), 'left/gpt');
  assert.is(await readFile(join(left, 'lib/inner/inner.txt'), 'utf8'), "the model's\n");
  assert.is(await readFile(join(left, 'lib/inner/new.txt'), 'utf8'), 'n\n');
  const archived = join(left, 'lib/inner');
  const words = ['--git-dir', `${archived}.git`, '--work-tree', archived];
  const history = await it.box.git(left, ...words, 'log', '-1', '--format=%H');
  assert.is(history, commit);
  assert.equal(await readdir(join(it.at, '.git/modules/lib/modules')), ['inner']);
  assert.is(await it.box.git(it.at, 'status', '--porcelain'), '');
});

test('one that a model takes out, or adds to, does not reach the main tree', async () => {
  await using it = await setUp();
  const state = () => it.box.git(it.at, 'submodule', 'status', '--recursive');
  const before = await state();
  await it.box.git(it.path, 'rm', '--quiet', 'lib');
  const { files } = await it.capture();
  assert.equal(files.map(({ path, status }) => [path, status]).sort(), [
    ['.gitmodules', 'modified'],
    ['lib', 'deleted'],
  ]);
  assert.is(await state(), before);
  assert.equal((await it.clean()).kept, []);
  assert.is(await state(), before);
});

test.run();
