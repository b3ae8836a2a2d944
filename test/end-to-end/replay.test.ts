/** What was applied in one clone is made again in another, byte for byte, from one file. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Json, sandbox } from '../support/sandbox.ts';
import { ok, project, upToComparison } from '../support/walk.ts';

test('picks.json and the bundle make the same tree in a fresh clone, and it can be taken back', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const { session, started } = await upToComparison(box, cwd);
  const mix = ['apply-picks', '--pick', 'sum.js=one', '--pick', 'product.js=two'];
  const applied = await ok(box, cwd, ...mix, '--verify', ...session);
  const bundle = join(box.folder, 'result.bundle');
  await ok(box, cwd, 'cleanup', ...session);
  const finished = await ok(box, cwd, 'finish-session', '--bundle', bundle, ...session);
  assert.ok(finished.bundle.bytes > 0);

  const clone = join(box.folder, 'elsewhere');
  await box.git(box.folder, 'clone', '--quiet', cwd, clone);
  const state = join(box.folder, 'other-state');
  await mkdir(state);
  box.env.AI_AIP_ROOT = state;
  const replayed = await ok(box, clone, 'apply-picks', '--bundle', bundle, '--verify');
  assert.is(replayed.tree, applied.tree);
  assert.is.not(replayed.session_id, started.session_id);
  assert.equal([replayed.verify.passed, replayed.main_gates.passed], [true, true]);
  for (const path of ['sum.js', 'product.js'])
    assert.is(await readFile(join(clone, path), 'utf8'), await readFile(join(cwd, path), 'utf8'));
  assert.equal(
    await box.git(clone, 'status', '--porcelain'),
    await box.git(cwd, 'status', '--porcelain'),
  );

  const undo = replayed.undo.split(' ').slice(1);
  await ok(box, clone, ...undo);
  assert.is(await box.git(clone, 'status', '--porcelain'), '');

  // The picks alone, on the same captures, are enough too; others than the bundle's own are the user's word.
  const picks = join(box.folder, 'picks.json');
  const kept = join(started.session_dir, 'pass-0001/picks.json');
  await writeFile(picks, await readFile(kept));
  const again = await ok(
    box,
    clone,
    'apply-picks',
    '--bundle',
    bundle,
    '--picks',
    picks,
    '--to',
    'scratch',
  );
  assert.is(again.tree, applied.tree);
  const other = await ok(
    box,
    clone,
    'apply-picks',
    '--bundle',
    bundle,
    '--take',
    'two',
    '--to',
    'scratch',
  );
  assert.is.not(other.tree, applied.tree);

  await rm(bundle);
  const { json, exitCode } = await box.mm(clone, 'apply-picks', '--bundle', bundle);
  assert.is(exitCode, 2, JSON.stringify(json as Json));
});

test.run();
