/** The procedure in other situations: a host that takes part, users who go on working, models that fail, later passes. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { laidDown } from '../support/laid-down.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { contentsOf, repositoryState } from '../support/repository-state.ts';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import {
  IMPORTS,
  MODELS,
  ok,
  PROJECT,
  project,
  upToCaptures,
  upToComparison,
} from '../support/walk.ts';

test('the host works in the main tree; what no pick takes of it goes back to base, and can be had again', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { models: ['claude', 'one'] });
  await writeFile(join(cwd, 'secret.env'), 'KEY=1\n');
  const before = await repositoryState(cwd);
  const started = await ok(box, cwd, 'start-session', '--task', 'Repair', '--host', 'claude');
  const session = ['--session', started.session_id];
  const { worktrees } = await ok(box, cwd, 'make-worktrees', ...session);
  assert.equal(
    worktrees.map((it: Json) => it.model),
    ['one'],
  );
  await ok(box, cwd, 'run-model', '--all', '--detach', ...session);
  await writeFile(join(cwd, 'sum.js'), 'export const sum = (a, b) => b + a;\n');
  await writeFile(join(cwd, 'notes.md'), 'by the host\n');
  const recorded = await ok(
    box,
    cwd,
    'run-model',
    '--model',
    'claude',
    '--record-text',
    'Did it.',
    ...session,
  );
  assert.equal([recorded.runs[0].status, recorded.runs[0].changed], ['succeeded', true]);
  const status = await ok(box, cwd, 'status', '--wait', '60', ...session);
  assert.is(status.running, 0);

  const refused = await box.mm(cwd, 'apply-picks', '--take', 'one', ...session);
  assert.equal([refused.exitCode, refused.json.error.code], [3, 'nothing-captured']);
  await ok(box, cwd, 'capture-diff', '--model', 'one', ...session);
  const hostFirst = await box.mm(cwd, 'apply-picks', '--take', 'one', ...session);
  assert.equal([hostFirst.exitCode, hostFirst.json.error.code], [3, 'host-not-captured']);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  const { results } = await ok(box, cwd, 'gates', '--all', ...session);
  assert.equal(
    results.map((it: Json) => it.passed),
    [true, true],
  );
  const hostState = await contentsOf(cwd);

  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  assert.is(await readFile(join(cwd, 'sum.js'), 'utf8'), 'export const sum = (a, b) => a + b;\n');
  assert.is(existsSync(join(cwd, 'notes.md')), false);
  assert.is(await readFile(join(cwd, 'secret.env'), 'utf8'), 'KEY=1\n');
  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  assert.equal(await contentsOf(cwd), hostState);
  await ok(box, cwd, 'apply-picks', '--take', 'one', '--pick', 'notes.md=claude', ...session);
  assert.is(await readFile(join(cwd, 'notes.md'), 'utf8'), 'by the host\n');
  await ok(box, cwd, 'cleanup', ...session);
  await assertNothingLeft(box, cwd, started.session_id);
  assert.is((await repositoryState(cwd)).index, before.index);
});

/** Staged, unstaged, staged and changed again, untracked, deleted. */
async function makeDirty(box: Sandbox, cwd: string): Promise<void> {
  await writeFile(join(cwd, 'AGENTS.md'), `${PROJECT['AGENTS.md']}\nStaged.\n`);
  await box.git(cwd, 'add', 'AGENTS.md');
  await writeFile(join(cwd, 'AGENTS.md'), `${PROJECT['AGENTS.md']}\nStaged, and changed again.\n`);
  await box.git(cwd, 'rm', '--quiet', '--cached', 'old.js');
  await writeFile(join(cwd, 'draft.txt'), 'untracked\n');
  await writeFile(join(cwd, 'package.json'), '{ "type": "module" }\n');
}

const SET_ASIDE = ['--host', 'claude', '--user-changes', 'set-aside'];

test('set aside: the models start from HEAD, and the work comes back on top of the result', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { models: ['claude', 'one'] });
  await box
    .git(cwd, 'stash', 'push', '--quiet', '--include-untracked', '--message', 'nothing to stash')
    .catch(() => '');
  await makeDirty(box, cwd);
  const before = await repositoryState(cwd);
  const started = await ok(box, cwd, 'start-session', '--task', 'Repair', ...SET_ASIDE);
  const session = ['--session', started.session_id];
  assert.is(await box.git(cwd, 'status', '--porcelain'), '');
  assert.is(
    await box.git(cwd, 'stash', 'list', '--format=%gs'),
    `mm-execute: user-changes stash ${started.session_id}`,
  );
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(
    box,
    cwd,
    'run-model',
    '--model',
    'claude',
    '--record-text',
    'Nothing to do.',
    ...session,
  );
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  await ok(box, cwd, 'apply-picks', '--take', 'one', '--verify', ...session);
  const cleaned = await ok(box, cwd, 'cleanup', '--restore', ...session);
  assert.is(cleaned.restored.status, 'restored');
  const after = await repositoryState(cwd);
  assert.equal([after.index, after.stash, after.refs], [before.index, before.stash, before.refs]);
  const { 'sum.js': repaired, ...others } = after.files;
  const { 'sum.js': wrong, ...othersBefore } = before.files;
  assert.equal(others, othersBefore);
  assert.is.not(repaired, wrong);
});

test('set aside with a conflict: the result stays, the work stays stored, the command brings it back', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { models: ['claude', 'one'] });
  await writeFile(join(cwd, 'sum.js'), 'export const sum = (a, b) => a * b; // mine\n');
  const { session } = await upToCaptures(box, cwd, ...SET_ASIDE);
  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  const applied = await contentsOf(cwd);
  const { restored } = await ok(box, cwd, 'cleanup', '--restore', ...session);
  assert.is(restored.status, 'conflict');
  assert.equal(restored.conflicts, [{ path: 'sum.js' }]);
  assert.match(restored.command, 'stash apply');
  assert.equal(await contentsOf(cwd), applied);
  assert.match(await box.git(cwd, 'stash', 'show', '-p', 'stash@{0}'), '// mine');
  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  assert.is((await ok(box, cwd, 'cleanup', '--restore', ...session)).restored.status, 'restored');
  assert.is(
    await readFile(join(cwd, 'sum.js'), 'utf8'),
    'export const sum = (a, b) => a * b; // mine\n',
  );
});

test('include: the models start from what the user sees, and nothing of it moves', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  await makeDirty(box, cwd);
  const before = await repositoryState(cwd);
  const { started, session, worktrees } = await upToComparison(
    box,
    cwd,
    '--host',
    'none',
    '--user-changes',
    'include',
  );
  assert.equal((await repositoryState(cwd)).files, before.files);
  assert.is((await repositoryState(cwd)).index, before.index);
  assert.is(await readFile(join(worktrees[0].path, 'draft.txt'), 'utf8'), 'untracked\n');
  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  await ok(box, cwd, 'cleanup', '--restore', ...session);
  await assertNothingLeft(box, cwd, started.session_id);
  const after = await repositoryState(cwd);
  assert.is(after.index, before.index);
  const { 'sum.js': _, ...others } = after.files;
  const { 'sum.js': __, ...othersBefore } = before.files;
  assert.equal(others, othersBefore);
});

/** At the comparison of the first of two passes. */
const atComparison = laidDown(
  (make) => make(),
  async (box) => {
    const cwd = await project(box);
    const walked = await upToComparison(box, cwd, '--host', 'none', '--passes', '2');
    return { cwd, started: walked.started, session: walked.session, worktrees: walked.worktrees };
  },
);

test('the user edits the main tree meanwhile: merged where clean, refused where not, nothing half written', async () => {
  await using box = await atComparison();
  const { cwd, session } = box.made;
  await writeFile(join(cwd, 'mine.txt'), 'mine\n');
  await writeFile(join(cwd, 'sum.js'), 'export const sum = "edited meanwhile";\n');
  const before = await repositoryState(cwd);
  const refused = await box.mm(cwd, 'apply-picks', '--take', 'one', ...session);
  assert.equal([refused.exitCode, refused.json.error.code], [3, 'main-tree-conflict']);
  assert.equal(refused.json.error.details.conflicts, ['sum.js']);
  assert.equal((await repositoryState(cwd)).files, before.files);
  await ok(box, cwd, 'apply-picks', '--pick', 'product.js=two', ...session);
  assert.is(await readFile(join(cwd, 'mine.txt'), 'utf8'), 'mine\n');
  assert.is(existsSync(join(cwd, 'product.js')), true);
  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  assert.equal((await repositoryState(cwd)).files, before.files);
});

/** The scratch worktree stays for the next mix, until the session's worktrees go. */
function withoutScratch(worktrees: string): string {
  return worktrees
    .split('\n\n')
    .filter((one) => !one.includes('-mm-scratch-'))
    .join('\n\n');
}

test('a red mix is refused and never touches the main tree', async () => {
  await using box = await atComparison();
  const { cwd, session } = box.made;
  const before = await repositoryState(cwd);
  const refused = await box.mm(
    cwd,
    'apply-picks',
    '--pick',
    'sum.js=two',
    '--verify',
    '--gate',
    'test=node --test',
    '--gate',
    'no=false',
    ...session,
  );
  assert.equal([refused.exitCode, refused.json.error.code], [3, 'gates-red']);
  assert.is(refused.json.error.details.verify.passed, false);
  const after = await repositoryState(cwd);
  assert.equal(
    [after.files, after.index, withoutScratch(after.worktrees)],
    [before.files, before.index, withoutScratch(before.worktrees)],
  );
});

test('a second pass: fresh worktrees, a prompt made from the analysis, both passes kept', async () => {
  await using box = await atComparison();
  const { cwd, started, session, worktrees } = box.made;
  const completed = await ok(
    box,
    cwd,
    'complete-pass',
    '--analysis-text',
    'ANALYSIS-OF-ONE',
    ...session,
  );
  assert.match(completed.next, 'next-pass');
  const second = await ok(box, cwd, 'next-pass', '--feedback-text', 'KEEP-THE-NAMES', ...session);
  assert.is(second.pass, 2);
  const prompt = await readFile(second.prompt, 'utf8');
  for (const part of ['Repair sum, add product', 'ANALYSIS-OF-ONE', 'KEEP-THE-NAMES'])
    assert.match(prompt, part);
  assert.equal(
    second.worktrees.map((it: Json) => it.path),
    worktrees.map((it: Json) => it.path),
  );
  await ok(box, cwd, 'run-model', '--all', ...session);
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  assert.is(captures.length, 2);
  await ok(box, cwd, 'gates', '--all', ...session);
  for (const pass of ['1', '2']) {
    assert.is((await ok(box, cwd, 'compare', '--pass', pass, ...session)).pass, Number(pass));
  }
  await ok(box, cwd, 'apply-picks', '--pass', '1', '--take', 'one', ...session);
  await ok(box, cwd, 'cleanup', ...session);
  await assertNothingLeft(box, cwd, started.session_id);
});

test('cleanup keeps what was not captured, and --force keeps it in the archive', async () => {
  await using box = await atComparison();
  const { cwd, started, session, worktrees } = box.made;
  await writeFile(join(worktrees[0].path, 'late.txt'), 'written after the capture\n');
  const kept = await ok(box, cwd, 'cleanup', ...session);
  assert.equal(kept.kept, [
    { path: worktrees[0].path, reason: 'it was changed after the capture' },
  ]);
  assert.is(existsSync(worktrees[0].path), true);
  assert.is(existsSync(worktrees[1].path), false);
  await ok(box, cwd, 'cleanup', '--force', ...session);
  await assertNothingLeft(box, cwd, started.session_id);
  const bundle = join(started.session_dir, 'refs.bundle');
  const left = (await box.git(cwd, 'bundle', 'list-heads', bundle))
    .split('\n')
    .find((line) => line.endsWith('one/left'));
  await box.git(cwd, 'fetch', '--quiet', bundle, `${left?.split(' ')[1]}:refs/heads/recovered`);
  assert.is(await box.git(cwd, 'show', 'recovered:late.txt'), 'written after the capture');
});

test('a model that fails is reported with its reason, and the others go on', async () => {
  await using box = await sandbox();
  const models = {
    good: MODELS.one,
    crash: `${IMPORTS} console.error('boom'); process.exit(3);`,
    half: `${IMPORTS} write('half.txt', 'half\\n'); console.error('401 Unauthorized'); process.exit(1);`,
    slow: 'await new Promise((resolve) => setTimeout(resolve, 600_000));',
  };
  const cwd = await box.repository({ ...PROJECT, ...(await scriptedModels(box.folder, models)) });
  const started = await ok(box, cwd, 'start-session', '--task', 'Repair', '--host', 'none');
  const session = ['--session', started.session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  const run = await box.mm(cwd, 'run-model', '--all', '--timeout', '2', '--check', ...session);
  assert.is(run.exitCode, 1);
  assert.equal(
    run.json.runs.map((it: Json) => [it.model, it.status, it.cause, it.attempts.length]),
    [
      ['good', 'succeeded', null, 1],
      ['crash', 'failed', 'crash', 1],
      ['half', 'partial', 'auth', 1],
      ['slow', 'failed', 'timeout', 2],
    ],
  );
  assert.is(run.json.runs[3].attempts[1].timeout_ms, 3000);
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  assert.equal(
    captures.map((it: Json) => it.state),
    ['changed', 'empty', 'changed', 'empty'],
  );
  const again = await ok(box, cwd, 'run-model', '--model', 'good', ...session);
  assert.match(again.warnings[0], 'has succeeded in this pass already');
  await ok(box, cwd, 'cleanup', ...session);
  await assertNothingLeft(box, cwd, started.session_id);
});

test('cleanup ends a detached run and everything it started', async () => {
  await using box = await sandbox();
  const cwd = await box.repository({
    ...PROJECT,
    ...(await scriptedModels(box.folder, {
      slow: `const { spawn } = await import('node:child_process');
        spawn('setsid', ['sleep', '600'], { stdio: 'ignore' }).unref();
        await new Promise((resolve) => setTimeout(resolve, 600_000));`,
    })),
  });
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', started.session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  const { runs } = await ok(box, cwd, 'run-model', '--all', '--detach', ...session);
  assert.is(runs[0].status, 'running');
  const waited = await ok(box, cwd, 'status', '--wait', '1', ...session);
  assert.is(waited.running, 1);
  const cleaned = await ok(box, cwd, 'cleanup', ...session);
  assert.ok(cleaned.removed.some((it: Json) => it.kind === 'process'));
  await assertNothingLeft(box, cwd, started.session_id);
  const status = await ok(box, cwd, 'status', ...session);
  assert.equal(status.models[0].run.cause, 'interrupted');
});
test('--trace shows every command; a rerun of each step finds it done', async () => {
  await using box = await atComparison();
  const { cwd, session } = box.made;
  const traced = await box.mm(cwd, 'capture-diff', '--all', '--trace', ...session);
  assert.match(traced.stderr, /\[trace\] 0 \d+ms .*\$ git .* add --all/);
  assert.is((await ok(box, cwd, 'make-worktrees', ...session)).worktrees[0].created, false);
  const cached = await ok(box, cwd, 'gates', '--all', '--base', ...session);
  assert.ok(cached.results.every((it: Json) => it.gates.every((gate: Json) => gate.cached)));
  const quiet = await box.mm(cwd, 'gates', '--all', '--quiet', ...session);
  assert.is(quiet.stderr, '');
});

test('compare --blind names nobody; --reveal tells', async () => {
  await using box = await atComparison();
  const { cwd, session } = box.made;
  const blind = await box.mm(cwd, 'compare', '--blind', ...session);
  assert.is(/"one"|"two"/.test(blind.stdout), false, blind.stdout);
  assert.equal(
    blind.json.models.map((it: Json) => it.model),
    ['A', 'B'],
  );
  const { labels } = await ok(box, cwd, 'compare', '--reveal', ...session);
  assert.equal(Object.values(labels).sort(), ['one', 'two']);
});

test.run();
