/** The whole procedure, script by script, each fed with what the one before printed, on real repositories. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertNothingLeft } from '../support/leftovers.ts';
import { contentsOf, repositoryState } from '../support/repository-state.ts';
import { type Json, sandbox } from '../support/sandbox.ts';
import { ok, project, upToComparison } from '../support/walk.ts';

test('two external models, the best parts of both, nothing left behind', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const before = await repositoryState(cwd);
  const { started, session, worktrees, runs, captures, snapshots, results, compared } =
    await upToComparison(box, cwd, '--host', 'none');

  assert.equal(
    worktrees.map((it: Json) => it.path),
    [join(box.folder, 'project-mm-one'), join(box.folder, 'project-mm-two')],
  );
  for (const { branch, model } of worktrees)
    assert.match(branch, new RegExp(`^mm/${model}/\\d{8}-\\d{6}$`));
  assert.equal(
    runs.map((it: Json) => [it.model, it.status, it.changed]),
    [
      ['one', 'succeeded', true],
      ['two', 'succeeded', true],
    ],
  );
  assert.is(await readFile(runs[0].output, 'utf8'), 'repaired\n');
  const files = (at: number) => captures[at].files.map((it: Json) => `${it.status} ${it.path}`);
  assert.equal(files(0), ['modified sum.js']);
  assert.equal(files(1), ['deleted old.js', 'added product.js', 'modified sum.js']);
  assert.is(captures[1].commits_by_model, 1);
  assert.equal(await contentsOf(snapshots[1].dir), {
    'product.js': (await contentsOf(worktrees[1].path))['product.js'],
    'sum.js': (await contentsOf(worktrees[1].path))['sum.js'],
  });
  assert.equal(
    results.map((it: Json) => [it.target, it.passed, it.gates[0].status]),
    [
      ['base', false, 'fail'],
      ['one', true, 'pass'],
      ['two', true, 'fail'],
    ],
  );
  assert.equal(
    results.map((it: Json) => it.gates[0].verdict),
    ['pre-existing', 'fixed', 'pre-existing'],
  );
  assert.equal([compared.decisions, compared.suggestion.spine.model], [0, 'one']);
  assert.equal(await repositoryState(cwd).then((it) => it.files), before.files);

  const picks = join(box.folder, 'picks.json');
  await writeFile(
    picks,
    JSON.stringify({
      picks: [
        { path: 'sum.js', from: 'one', why: 'it is right' },
        { path: 'product.js', from: 'two' },
        { path: 'old.js', from: 'two' },
      ],
    }),
  );
  const dry = await ok(box, cwd, 'apply-picks', '--picks', picks, '--dry-run', ...session);
  assert.equal((await repositoryState(cwd)).files, before.files);
  const applied = await ok(box, cwd, 'apply-picks', '--picks', picks, '--verify', ...session);
  assert.is(applied.tree, dry.tree);
  assert.is(applied.verify.passed, true);
  assert.equal(applied.unpicked, []);
  assert.is(await box.git(cwd, 'status', '--porcelain'), ' D old.js\n M sum.js\n?? product.js');
  const after = await repositoryState(cwd);
  assert.equal(
    [after.head, after.stash, after.config, after.index],
    [before.head, before.stash, before.config, before.index],
  );
  const gated = await ok(box, cwd, 'gates', '--main', ...session);
  assert.is(gated.results[0].passed, true);

  await ok(box, cwd, 'complete-pass', '--analysis-text', '# one repaired, two added', ...session);
  const cleaned = await ok(box, cwd, 'cleanup', '--restore', ...session);
  assert.equal(cleaned.kept, []);
  await assertNothingLeft(box, cwd, started.session_id);
  const finished = await ok(box, cwd, 'finish-session', ...session);
  const summary = await readFile(finished.summary, 'utf8');
  assert.match(summary, '| sum.js | one | modified | it is right |');
  assert.match(
    await readFile(join(started.session_dir, 'metadata.md'), 'utf8'),
    'Command: execute',
  );
  const events = (await readFile(join(started.session_dir, 'events.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  assert.is(events[0], 'session_start');
  assert.is(events.at(-1), 'session_complete');
  for (const event of [
    'worktree_created',
    'run_start',
    'run_end',
    'capture',
    'gates',
    'apply',
    'pass_complete',
    'cleanup',
  ]) {
    assert.ok(events.includes(event), event);
  }
  assert.is((await ok(box, cwd, 'status', '--session', 'latest')).status, 'completed');

  // Undo works after cleanup too: the captures were packed into the session.
  const undone = await ok(box, cwd, 'apply-picks', '--undo', '--session', 'latest');
  assert.is(undone.undone, true);
  assert.equal(await repositoryState(cwd), before);
});
test('one phase alone: the scripts work without a session on what their options name', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const copy = join(box.folder, 'copy');
  await box.git(cwd, 'worktree', 'add', '--quiet', '-b', 'work', copy);
  await writeFile(join(box.folder, 'prompt.md'), 'Repair sum');
  const out = join(box.folder, 'out');
  const { runs } = await ok(
    box,
    copy,
    'run-model',
    '--model',
    'one',
    '--worktree',
    copy,
    '--prompt-file',
    '../prompt.md',
    '--out',
    out,
  );
  assert.equal([runs[0].status, runs[0].changed], ['succeeded', true]);
  const { captures } = await ok(
    box,
    cwd,
    'capture-diff',
    '--worktree',
    copy,
    '--base',
    'HEAD',
    '--out',
    out,
  );
  const tree = captures[0].tree;
  await box.git(cwd, 'apply', '--check', captures[0].diff);
  const { snapshots } = await ok(
    box,
    cwd,
    'snapshot',
    '--tree',
    tree,
    '--base',
    'HEAD',
    '--out',
    join(out, 'files'),
  );
  assert.equal(Object.keys(await contentsOf(snapshots[0].dir)), ['sum.js']);
  const gated = await ok(box, cwd, 'gates', '--tree', tree, '--gate', 'test=node --test');
  assert.equal([gated.results[0].passed, gated.results[0].gates[0].tests.ran], [true, 1]);
  const red = await box.mm(cwd, 'gates', '--main', '--check');
  assert.equal([red.exitCode, red.json.results[0].passed], [1, false]);
  const candidates = ['--candidate', `mine=${tree}`, '--base', 'HEAD'];
  const compared = await ok(box, cwd, 'compare', ...candidates);
  assert.equal(
    compared.files.map((it: Json) => [it.path, it.agreement]),
    [['sum.js', 'single']],
  );
  const applied = await ok(
    box,
    cwd,
    'apply-picks',
    ...candidates,
    '--take',
    'mine',
    '--to',
    'scratch',
  );
  assert.is(applied.tree, tree);
  const refused = await box.mm(cwd, 'apply-picks', ...candidates, '--take', 'mine');
  assert.is(refused.json.error.code, 'needs-session');
  assert.is(await box.git(cwd, 'status', '--porcelain'), '');
});
test.run();
