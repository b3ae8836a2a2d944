import { readFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertNothingLeft } from '../support/leftovers.ts';
import { paste } from '../support/paste.ts';
import { sandbox } from '../support/sandbox.ts';

test('the demo ends with green gates, a mix of two models, unstaged changes, and nothing left behind', async () => {
  await using box = await sandbox();
  const { json, exitCode, stderr } = await box.mm(box.folder, 'demo', '--out', box.folder);
  assert.is(exitCode, 0, stderr);
  assert.equal([json.ok, json.passed, json.from], [true, true, ['bold', 'steady']]);
  const attempts = Object.fromEntries(
    json.runs.map((run: { model: string; attempts: unknown[] }) => [
      run.model,
      run.attempts.length,
    ]),
  );
  assert.equal(attempts, { steady: 1, bold: 1, flaky: 2 });
  assert.match(stderr, /model +run +time +changes/);
  assert.match(stderr, json.session_dir);
  const status = await box.git(json.project, 'status', '--porcelain');
  assert.equal(
    status.split('\n').map((line) => line.slice(0, 2)),
    [' D', ' M', ' M', '??', '??'],
  );
  await assertNothingLeft(box, json.project, json.session_id);

  // Nothing frightens, and whoever wants to see more pastes what was printed.
  assert.equal([json.warnings, /warning|error/i.test(stderr)], [[], false]);
  assert.match(await readFile(json.report, 'utf8'), /^<!doctype html>/i);
  const { status: look, report, undo } = json.commands;
  for (const command of [look, report, undo]) assert.match(stderr, command);
  assert.is(json.next, look);
  assert.is((await paste(box, look)).session_id, json.session_id);
  assert.is((await paste(box, report)).report, json.report);
  assert.match(await readFile(json.summary, 'utf8'), undo);
  assert.is((await paste(box, undo)).undone, true);
  assert.is(await box.git(json.project, 'status', '--porcelain'), '');
});

test.run();
