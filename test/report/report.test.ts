import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sandbox } from '../support/sandbox.ts';
import { ok, project, upToComparison } from '../support/walk.ts';

test('a session that has only begun has a page', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const started = await ok(box, cwd, 'start-session', '--task', 'Repair <b>sum</b>');
  const { json, exitCode } = await box.mm(cwd, 'report');
  assert.is(exitCode, 0);
  assert.equal([json.session_id, json.pass, json.opened], [started.session_id, 1, false]);
  assert.is(json.report, join(started.session_dir, 'pass-0001', 'report.html'));
  assert.is(json.bytes, (await stat(json.report)).size);
  const page = await readFile(json.report, 'utf8');
  assert.match(page, /<h1>Repair &lt;b&gt;sum&lt;\/b&gt;<\/h1>/);
  assert.match(page, /not run yet/);
});

test('the page tells the whole walk, also after cleanup, and names what it cannot read', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const { session } = await upToComparison(box, cwd);
  await ok(box, cwd, 'complete-pass', '--analysis-text', 'one is better', ...session);
  const picks = ['--pick', 'sum.js=one', '--pick', 'product.js=two'];
  await ok(box, cwd, 'apply-picks', ...picks, ...session);
  await ok(box, cwd, 'cleanup', '--restore', ...session);

  const { report } = await ok(box, cwd, 'report', ...session);
  const page = await readFile(report, 'utf8');
  for (const part of [
    ...['decide: conflict', '+export const product', '-export const old', 'one is better'],
    ...['stands in your working tree', 'apply-picks --undo', './diffs/two.diff', 'fixed here'],
  ]) {
    assert.ok(page.includes(part), part);
  }

  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  await writeFile(join(report, '..', 'gates.json'), '{');
  const again = await ok(box, cwd, 'report', ...session);
  assert.match(again.warnings.join(), /gates\.json cannot be read/);
  assert.match(await readFile(report, 'utf8'), /applied and taken back/);
});

test('refusals: a pass that is not there, a session that is not there', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const none = await box.mm(cwd, 'report');
  assert.equal([none.exitCode, none.json.error.code], [3, 'no-session']);
  await ok(box, cwd, 'start-session', '--task', 'Repair sum');
  const later = await box.mm(cwd, 'report', '--pass', '2');
  assert.equal([later.exitCode, later.json.error.code], [2, 'unknown-pass']);
});

test('--open without a display warns', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  await ok(box, cwd, 'start-session', '--task', 'Repair sum');
  const { json, exitCode } = await box.mm(cwd, 'report', '--open');
  assert.equal([exitCode, json.opened], [0, false]);
  assert.match(json.warnings.join(), /The page was not opened/);
});

test.run();
