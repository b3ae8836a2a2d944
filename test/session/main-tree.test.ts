import { existsSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printPath } from '../../scripts/lib/git/paths.ts';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { readTree } from '../../scripts/lib/git/trees.ts';
import {
  changeMainTree,
  type MainTreeChange,
  planBack,
  planMainTree,
  readMainTree,
  readMainTreeAlone,
  removeStaging,
} from '../../scripts/lib/session/main-tree.ts';
import { readSession, updateSession } from '../../scripts/lib/session/session.ts';
import { readAll, writeAwkward } from '../support/awkward-files.ts';
import { laidDown } from '../support/laid-down.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { makeSession } from '../support/sessions.ts';
import { showTree, workingTree } from '../support/working-tree.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';

/** A session in a repository at its commit, and a tree that is wanted. */
const begun = laidDown(ownSandbox, async (box) => {
  const at = await box.repository({ 'a.txt': LINES, 'b.txt': 'b\n', 'gone.txt': 'g\n' });
  const { repository, session } = await makeSession(at);
  const read = () => readMainTree(repository, session);
  const ancestor = await read();
  await writeAwkward(at, { 'a.txt': LINES.replace('one', 'ONE'), 'new.txt': 'n\n' });
  await rm(join(at, 'gone.txt'));
  const target = await read();
  await rm(join(at, 'new.txt'));
  await box.git(at, 'checkout', '--quiet', '--', '.');
  return { at, repository, folder: session.directory, ancestor, target };
});

/** The same with what can be done in it. */
async function wanted({ made }: Awaited<ReturnType<typeof begun>>) {
  const { repository, ancestor, target } = made;
  const session = await readSession(made.folder);
  if (session === null) throw new Error('the session is gone');
  return {
    ...{ ...made, session, read: () => readMainTree(repository, session) },
    plan: (hint = '') => planMainTree(session, { ancestor, target, hint }),
    carryOut: async (plan: Awaited<ReturnType<typeof planMainTree>>) => {
      let told: MainTreeChange | null = null;
      await changeMainTree(repository, session, plan, async (change) => {
        told = change;
      });
      return told as unknown as MainTreeChange;
    },
  };
}

test('a plan writes nothing; carried out, the tree is the wanted one and the index untouched', async () => {
  await using box = await begun();
  const it = await wanted(box);
  const index = await readFile(join(it.at, '.git', 'index'));
  const before = await readAll(it.at);
  const plan = await it.plan();
  assert.equal([...plan.wanted.keys()].sort(), ['a.txt', 'gone.txt', 'new.txt']);
  const [from, to] = [await readTree(it.at, it.ancestor), await readTree(it.at, it.target)];
  for (const path of plan.wanted.keys()) {
    assert.equal(plan.present.get(path), from.get(path) ?? null);
    assert.equal(plan.wanted.get(path), to.get(path) ?? null);
  }
  assert.equal(plan.submodules, []);
  assert.equal(await readAll(it.at), before);
  const change = await it.carryOut(plan);
  assert.is(await it.read(), it.target);
  assert.equal(await readFile(join(it.at, '.git', 'index')), index);
  await it.carryOut(await planBack(it.session, change, ''));
  assert.equal(await readAll(it.at), before);
  assert.equal(await readFile(join(it.at, '.git', 'index')), index);
});

test('what somebody else changed meanwhile stays, merged in', async () => {
  await using box = await begun();
  const it = await wanted(box);
  await writeAwkward(it.at, { 'a.txt': LINES.replace('seven', 'SEVEN'), 'mine.txt': 'm\n' });
  await it.carryOut(await it.plan());
  assert.equal(await readAll(it.at), {
    'a.txt': `644 ${LINES.replace('one', 'ONE').replace('seven', 'SEVEN')}`,
    'b.txt': '644 b\n',
    'mine.txt': '644 m\n',
    'new.txt': '644 n\n',
  });
});

test('what the main tree holds already needs no change', async () => {
  await using box = await begun();
  const it = await wanted(box);
  await writeAwkward(it.at, { 'new.txt': 'n\n' });
  await rm(join(it.at, 'gone.txt'));
  const plan = await it.plan();
  assert.equal([...plan.wanted.keys()], ['a.txt']);
  await it.carryOut(plan);
  assert.is(await it.read(), it.target);
});

test('the same place changed on both sides is refused with the names, nothing is written', async () => {
  await using box = await begun();
  const it = await wanted(box);
  await writeAwkward(it.at, { 'a.txt': LINES.replace('one', 'mine'), 'gone.txt': 'changed\n' });
  const before = await readAll(it.at);
  const error = await rejection(it.plan('do this'));
  assert.equal([error.code, error.exitStatus, error.hint], ['main-tree-conflict', 3, 'do this']);
  assert.equal(error.details.conflicts, ['a.txt', 'gone.txt']);
  assert.equal(await readAll(it.at), before);
});

const BETWEEN: [string, string, (at: string) => Promise<unknown>][] = [
  ['is changed', 'a.txt', (at) => writeFile(join(at, 'a.txt'), 'saved just now\n')],
  ['is written again as it was', 'a.txt', (at) => writeFile(join(at, 'a.txt'), LINES)],
  ['gets other permissions', 'a.txt', (at) => chmod(join(at, 'a.txt'), 0o600)],
  ['goes away', 'a.txt', (at) => rm(join(at, 'a.txt'))],
  ['is to go and is changed', 'gone.txt', (at) => writeFile(join(at, 'gone.txt'), 'mine\n')],
  ['appears', 'new.txt', (at) => writeFile(join(at, 'new.txt'), 'saved just now\n')],
];

for (const [name, path, change] of BETWEEN) {
  test(`a file of the plan that ${name} between plan and act stops it before the first byte`, async () => {
    await using box = await begun();
    const it = await wanted(box);
    const plan = await it.plan();
    await change(it.at);
    const before = await readAll(it.at);
    const error = await rejection(it.carryOut(plan));
    assert.equal([error.code, error.exitStatus, error.details.path], ['files-differ', 3, path]);
    assert.equal(await readAll(it.at), before);
  });
}

test('what changes elsewhere between plan and act is nobody’s business, and stays', async () => {
  await using box = await begun();
  const it = await wanted(box);
  const plan = await it.plan();
  await writeAwkward(it.at, { 'b.txt': 'saved just now\n', 'more.txt': 'm\n' });
  await it.carryOut(plan);
  assert.equal(await readAll(it.at), {
    'a.txt': `644 ${LINES.replace('one', 'ONE')}`,
    'b.txt': '644 saved just now\n',
    'more.txt': '644 m\n',
    'new.txt': '644 n\n',
  });
});

test('ignored files are neither read nor touched', async () => {
  await using box = await begun();
  const it = await wanted(box);
  await writeFile(join(it.at, '.gitignore'), '.env\n');
  const before = await it.read();
  await writeFile(join(it.at, '.env'), 'SECRET\n');
  assert.is(await it.read(), before);
  await it.carryOut(await it.plan());
  assert.is(await readFile(join(it.at, '.env'), 'utf8'), 'SECRET\n');
});

test('what is excluded since the session began counts all the same: it could hide a change', async () => {
  await using box = await begun();
  const it = await wanted(box);
  await writeFile(join(it.at, '.git', 'info', 'exclude'), 'hidden.txt\n');
  await writeFile(join(it.at, 'hidden.txt'), 'h\n');
  assert.is((await showTree(it.at, await it.read()))['hidden.txt'], 'h\n');
  assert.is((await showTree(it.at, await workingTree(it.at)))['hidden.txt'], undefined);
});

test('read without a session it is what holds now, and the same tree', async () => {
  await using box = await begun();
  const it = await wanted(box);
  await writeAwkward(it.at, { 'b.txt': 'changed\n', 'caf\xe9': 'c\n' });
  const index = await readFile(join(it.at, '.git', 'index'));
  assert.is(await readMainTreeAlone(await openRepository(it.at)), await it.read());
  assert.equal(await readFile(join(it.at, '.git', 'index')), index);
});

test('a split index, and one with flags of its own, is read like any other', async () => {
  await using box = await begun();
  const it = await wanted(box);
  await box.git(it.at, 'update-index', '--split-index');
  await writeFile(join(it.at, 'b.txt'), 'changed\n');
  await box.git(it.at, 'add', 'b.txt');
  await writeFile(join(it.at, 'b.txt'), 'changed again\n');
  assert.is((await showTree(it.at, await it.read()))['b.txt'], 'changed again\n');
});

test('submodules of base are read as submodules even if .gitmodules is gone', async () => {
  await using box = await begun();
  const it = await wanted(box);
  const module = await box.repository({ 'inside.txt': 'i\n' }, 'module');
  const allow = ['-c', 'protocol.file.allow=always'];
  await box.git(it.at, ...allow, 'submodule', '--quiet', 'add', module, 'lib/mod');
  await box.git(it.at, 'commit', '--quiet', '-m', 'submodule');
  await updateSession(it.session, () => ({ submodules: [printPath('lib/mod')] }));
  await rm(join(it.at, '.gitmodules'));
  const entry = (await readTree(it.at, await it.read())).get('lib/mod');
  assert.is(entry?.mode, '160000');
});

test('what a killed process left beside the tree is removed, and nothing else', async () => {
  await using box = await begun();
  const it = await wanted(box);
  const staging = join(it.at, '.git', `multi-model-execute-${it.session.data.session_id}`);
  await writeAwkward(staging, { 'deep/a.txt': 'x' });
  await writeAwkward(`${staging}0`, { 'of-another-session': 'x' });
  await removeStaging(it.repository, it.session);
  assert.equal([existsSync(staging), existsSync(`${staging}0`)], [false, true]);
  await removeStaging(it.repository, it.session);
});

test.run();
