import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { changeMainTree, planMainTree, readMainTree } from '../../scripts/lib/session/main-tree.ts';
import { readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Sandbox } from '../support/sandbox.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n';

/** A repository at its commit, and a tree that is wanted. */
async function wanted(box: Sandbox) {
  const at = await box.repository({ 'a.txt': LINES, 'b.txt': 'b\n', 'gone.txt': 'g\n' });
  const repository = await openRepository(at);
  const ancestor = await readMainTree(repository);
  await writeAwkward(at, { 'a.txt': LINES.replace('one', 'ONE'), 'new.txt': 'n\n' });
  await rm(join(at, 'gone.txt'));
  const target = await readMainTree(repository);
  await rm(join(at, 'new.txt'));
  await box.git(at, 'checkout', '--quiet', '--', '.');
  return { at, repository, ancestor, target };
}

test('a plan writes nothing; carried out, the tree is the wanted one and the index untouched', async () => {
  await using box = await ownSandbox();
  const { at, repository, ancestor, target } = await wanted(box);
  const index = await readFile(join(at, '.git', 'index'));
  const before = await readAll(at);
  const plan = await planMainTree(repository, { ancestor, target, hint: '' });
  assert.equal(plan, { before: ancestor, after: target });
  assert.equal(await readAll(at), before);
  await changeMainTree(repository, plan);
  assert.is(await readMainTree(repository), target);
  assert.equal(await readFile(join(at, '.git', 'index')), index);
  await changeMainTree(repository, { before: plan.after, after: plan.before });
  assert.equal(await readAll(at), before);
});

test('what somebody else changed meanwhile stays, merged in', async () => {
  await using box = await ownSandbox();
  const { at, repository, ancestor, target } = await wanted(box);
  await writeAwkward(at, { 'a.txt': LINES.replace('seven', 'SEVEN'), 'mine.txt': 'm\n' });
  await changeMainTree(repository, await planMainTree(repository, { ancestor, target, hint: '' }));
  assert.equal(await readAll(at), {
    'a.txt': `644 ${LINES.replace('one', 'ONE').replace('seven', 'SEVEN')}`,
    'b.txt': '644 b\n',
    'mine.txt': '644 m\n',
    'new.txt': '644 n\n',
  });
});

test('the same place changed on both sides is refused with the names, nothing is written', async () => {
  await using box = await ownSandbox();
  const { at, repository, ancestor, target } = await wanted(box);
  await writeAwkward(at, { 'a.txt': LINES.replace('one', 'mine'), 'gone.txt': 'changed\n' });
  const before = await readAll(at);
  const error = await rejection(planMainTree(repository, { ancestor, target, hint: 'do this' }));
  assert.equal([error.code, error.exitStatus, error.hint], ['main-tree-conflict', 3, 'do this']);
  assert.equal(error.details.conflicts, ['a.txt', 'gone.txt']);
  assert.equal(await readAll(at), before);
});

test('a file that changes between plan and act stops it before the first byte', async () => {
  await using box = await ownSandbox();
  const { at, repository, ancestor, target } = await wanted(box);
  const plan = await planMainTree(repository, { ancestor, target, hint: '' });
  await writeFile(join(at, 'a.txt'), 'saved just now\n');
  const before = await readAll(at);
  assert.is((await rejection(changeMainTree(repository, plan))).code, 'files-differ');
  assert.equal(await readAll(at), before);
});

test('a file elsewhere that changes between plan and act is told, and stays', async () => {
  await using box = await ownSandbox();
  const { at, repository, ancestor, target } = await wanted(box);
  const plan = await planMainTree(repository, { ancestor, target, hint: '' });
  await writeFile(join(at, 'b.txt'), 'saved just now\n');
  assert.is((await rejection(changeMainTree(repository, plan))).code, 'tree-differs');
  assert.is(await readFile(join(at, 'b.txt'), 'utf8'), 'saved just now\n');
});

test('ignored files are neither read nor touched', async () => {
  await using box = await ownSandbox();
  const { at, repository, ancestor, target } = await wanted(box);
  await writeFile(join(at, '.git', 'info', 'exclude'), '.env\n');
  await writeFile(join(at, '.env'), 'SECRET\n');
  assert.is(await readMainTree(repository), ancestor);
  await changeMainTree(repository, await planMainTree(repository, { ancestor, target, hint: '' }));
  assert.is(await readFile(join(at, '.env'), 'utf8'), 'SECRET\n');
});

test.run();
