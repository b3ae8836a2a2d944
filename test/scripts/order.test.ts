/** Steps that build on others are refused before these, each with the command that is missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { MODELS, ok, project } from '../support/walk.ts';

const START = ['start-session', '--task', 'x', '--host', 'none', '--another'];

/** Refused with that code, and with the command that comes first. */
async function refusal(
  box: Sandbox,
  cwd: string,
  [code, command]: [string, string],
  ...words: string[]
) {
  const { exitCode, json } = await box.mm(cwd, ...words);
  assert.equal([exitCode, json.error?.code], [3, code], words.join(' '));
  assert.match(json.error.hint, command);
  return json.error.details;
}

test('no analysis without a capture, no comparison without gates, no end with worktrees left', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const { session_id, session_dir } = await ok(box, cwd, ...START);
  const session = ['--session', session_id];
  await ok(box, cwd, 'make-worktrees', ...session);

  const analysis = ['complete-pass', '--analysis-text', 'all is well', ...session];
  await refusal(box, cwd, ['nothing-captured', 'capture-diff --all'], ...analysis);
  assert.not(existsSync(join(session_dir, 'pass-0001/synthesis.md')));
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);

  const compare = ['compare', '--suggest', ...session];
  await refusal(box, cwd, ['not-gated', 'gates --all --base'], ...compare);
  await ok(box, cwd, 'gates', '--model', 'one', ...session);
  const half = await refusal(box, cwd, ['not-gated', 'gates --model two'], ...compare);
  assert.equal(half, { models: ['two'] });
  await ok(box, cwd, 'gates', '--model', 'two', ...session);
  await ok(box, cwd, ...compare);
  await ok(box, cwd, ...analysis);

  const finish = ['finish-session', ...session];
  const left = await refusal(box, cwd, ['worktrees-left', 'cleanup --restore'], ...finish);
  assert.is(left.worktrees.length, 2);
  assert.is((await ok(box, cwd, 'status', ...session)).status, 'in_progress');
  await ok(box, cwd, 'cleanup', ...session);
  const { warnings } = await ok(box, cwd, ...finish);
  assert.match(warnings[0], /Nothing of what the models did was applied: .*apply-picks/);
});

test('a project without gates is compared after a run that found none; who gives up may end at any time', async () => {
  await using box = await sandbox();
  const cwd = await box.repository({ a: '', ...(await scriptedModels(box.folder, MODELS)) });
  const session = ['--session', (await ok(box, cwd, ...START)).session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  await refusal(box, cwd, ['not-gated', 'gates --all'], 'compare', ...session);
  await refusal(box, cwd, ['no-gates', '--gate'], 'gates', '--all', '--base', ...session);
  await ok(box, cwd, 'compare', ...session);
  const { models, next } = await ok(box, cwd, 'status', ...session);
  assert.is(models[0].gates, 'none');
  assert.match(next, 'complete-pass');
  const ended = await ok(box, cwd, 'finish-session', '--status', 'abandoned', ...session);
  assert.equal([ended.status, ended.worktrees_left.length], ['abandoned', 2]);
});

test.run();
