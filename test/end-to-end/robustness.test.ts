/** What went wrong once, or easily could: each on a real repository, from the outside. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { laidDown } from '../support/laid-down.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { contentsOf } from '../support/repository-state.ts';
import { type Json, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok, PROJECT, project, upToCaptures } from '../support/walk.ts';

/** Two models have worked and are captured. */
const capturedProject = laidDown(
  (make) => make(),
  async (box) => {
    const cwd = await project(box);
    const { session, captures } = await upToCaptures(box, cwd, '--host', 'none');
    return { cwd, session, captures };
  },
);

test('a second cleanup keeps what the first one packed away, also after git gc', async () => {
  await using box = await capturedProject();
  const { cwd, session, captures } = box.made;
  await ok(box, cwd, 'gates', '--all', '--gate', 'it=true', ...session);
  await ok(box, cwd, 'cleanup', ...session);
  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  await ok(box, cwd, 'cleanup', ...session);
  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  await assertNothingLeft(box, cwd, session[1] ?? '');
  await box.git(cwd, 'reflog', 'expire', '--expire=now', '--all');
  await box.git(cwd, 'gc', '--quiet', '--prune=now');
  assert.is(await box.git(cwd, 'cat-file', '-t', captures[0].tree).catch(() => 'gone'), 'gone');
  assert.is((await ok(box, cwd, 'compare', '--full', ...session)).disputes.length, 1);
  await ok(box, cwd, 'apply-picks', '--take', 'two', ...session);
  assert.is(existsSync(join(cwd, 'product.js')), true);
});

test('worktrees made again after a cleanup have their files; the captures of before stand', async () => {
  await using box = await capturedProject();
  const { cwd, session, captures } = box.made;
  await ok(box, cwd, 'cleanup', ...session);
  const again = await ok(box, cwd, 'capture-diff', '--all', ...session);
  assert.equal(
    again.captures.map((it: Json) => it.tree),
    captures.map((it: Json) => it.tree),
  );
  const { worktrees } = await ok(box, cwd, 'make-worktrees', ...session);
  assert.is(await readFile(join(worktrees[0].path, 'sum.js'), 'utf8'), PROJECT['sum.js']);
  await ok(box, cwd, 'cleanup', ...session);
});

test('what was provided is no part of a capture, also when the model reveals it in .gitignore', async () => {
  await using box = await sandbox();
  const cwd = await box.repository({
    ...PROJECT,
    '.gitignore': '.env\nnode_modules/\n',
    ...(await scriptedModels(box.folder, {
      one: `${IMPORTS} write('.gitignore', ''); console.log('revealed');`,
    })),
  });
  await writeFile(join(cwd, '.env'), 'SECRET=1\n');
  await mkdir(join(cwd, 'node_modules/it'), { recursive: true });
  await writeFile(join(cwd, 'node_modules/it/index.js'), '');
  const { session, captures, worktrees } = await upToCaptures(box, cwd, '--host', 'none');
  assert.equal(worktrees[0].provided.map((it: Json) => it.path).sort(), ['.env', 'node_modules']);
  assert.is(await readFile(join(worktrees[0].path, '.env'), 'utf8'), 'SECRET=1\n');
  assert.equal(
    captures[0].files.map((it: Json) => it.path),
    ['.gitignore'],
  );
  assert.is((await readFile(captures[0].diff, 'utf8')).includes('SECRET'), false);
  assert.equal((await ok(box, cwd, 'cleanup', ...session)).kept, []);
});

test('base and the mix are prepared as the models were: the setup command runs there too', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { setup: 'echo ready > ready.txt' });
  await writeFile(join(cwd, '.git/info/exclude'), 'ready.txt\n');
  const { session } = await upToCaptures(box, cwd, '--host', 'none');
  const { results } = await ok(
    box,
    cwd,
    'gates',
    '--all',
    '--base',
    '--gate',
    'ready=test -f ready.txt',
    ...session,
  );
  assert.equal(
    results.map((it: Json) => it.gates[0].status),
    ['pass', 'pass', 'pass'],
  );
  const { verify } = await ok(
    box,
    cwd,
    'apply-picks',
    '--take',
    'one',
    '--verify',
    '--to',
    'scratch',
    ...session,
  );
  assert.is(verify.gates[0].status, 'pass');
});

test('another pass starts from the original code, for a host in the main tree too', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { models: ['claude', 'one'] });
  const started = await ok(
    box,
    cwd,
    'start-session',
    '--task',
    'x',
    '--host',
    'claude',
    '--passes',
    '2',
  );
  const session = ['--session', started.session_id];
  const original = await contentsOf(cwd);
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await writeFile(join(cwd, 'sum.js'), 'export const sum = 1;\n');
  await ok(box, cwd, 'run-model', '--model', 'claude', '--record-text', 'one', ...session);
  await ok(box, cwd, 'capture-diff', '--model', 'claude', ...session);
  await ok(box, cwd, 'complete-pass', '--analysis-text', 'no good', ...session);
  const refused = await box.mm(cwd, 'next-pass', '--again', ...session);
  assert.equal([refused.exitCode, refused.json.error.code], [3, 'not-captured']);
  assert.is(await readFile(join(cwd, 'sum.js'), 'utf8'), 'export const sum = 1;\n');
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  await ok(box, cwd, 'next-pass', ...session);
  assert.equal(await contentsOf(cwd), original);
  const status = await ok(box, cwd, 'status', ...session);
  assert.equal([status.pass, status.applied], [2, null]);
  assert.match(status.next, 'run-model --all');
  await ok(box, cwd, 'gates', '--all', '--pass', '1', '--gate', 'it=true', ...session);
  assert.is(
    (await ok(box, cwd, 'compare', '--pass', '1', '--full', ...session)).files[0].versions.length,
    2,
  );
  await ok(box, cwd, 'apply-picks', '--pass', '1', '--take', 'claude', ...session);
  assert.is(await readFile(join(cwd, 'sum.js'), 'utf8'), 'export const sum = 1;\n');
});

test('the same picks twice are found applied: one undo takes them back', async () => {
  await using box = await capturedProject();
  const { cwd, session } = box.made;
  const before = await contentsOf(cwd);
  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  assert.equal(await contentsOf(cwd), before);
  assert.is(
    (await box.mm(cwd, 'apply-picks', '--undo', ...session)).json.error.code,
    'nothing-to-undo',
  );
});

test('run-model after a SIGKILL ends what the killed one left at work, and starts afresh', async () => {
  await using box = await sandbox();
  const cwd = await box.repository({
    ...PROJECT,
    ...(await scriptedModels(box.folder, {
      slow: 'await new Promise((resolve) => setTimeout(resolve, 600_000));',
    })),
  });
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', started.session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  const start = () =>
    execa(process.execPath, [launcher, 'run-model', '--all', ...session], {
      ...{ cwd, env: box.env, extendEnv: false, reject: false, stdin: 'ignore' as const },
    });
  const atWork = () => findByEnvironment(MARK_VARIABLE, `session=${started.session_id}/`);
  const until = async (isSo: (pids: number[]) => boolean) => {
    for (;;) {
      const pids = await atWork();
      if (isSo(pids)) return pids;
      await sleep(50);
    }
  };
  const first = start();
  const [orphan = 0] = await until((pids) => pids.length > 0);
  first.kill('SIGKILL');
  await first;
  assert.equal(await atWork(), [orphan]);
  const second = start();
  const pids = await until((now) => now.length > 0 && !now.includes(orphan));
  assert.is(pids.length, 1);
  second.kill('SIGINT');
  assert.is((await second).exitCode, 130);
  assert.equal(await atWork(), []);
  await ok(box, cwd, 'cleanup', ...session);
});

test('the command of a conflict brings the user’s changes back, with marks to resolve', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { models: ['claude', 'one'] });
  await writeFile(join(cwd, 'sum.js'), 'export const sum = (a, b) => a * b; // mine\n');
  await writeFile(join(cwd, 'mine.txt'), 'mine\n');
  const start = ['--host', 'claude', '--user-changes', 'set-aside'];
  const { session } = await upToCaptures(box, cwd, ...start);
  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  const { restored } = await ok(box, cwd, 'cleanup', '--restore', ...session);
  assert.is(restored.status, 'conflict');
  await runCommand({ file: 'sh', args: ['-c', restored.command], cwd: box.folder, env: box.env });
  const merged = await readFile(join(cwd, 'sum.js'), 'utf8');
  for (const part of ['<<<<<<<', 'a + b', '// mine', '>>>>>>>']) assert.match(merged, part);
  assert.is(await readFile(join(cwd, 'mine.txt'), 'utf8'), 'mine\n');
});

test('a cached result keeps its own log', async () => {
  await using box = await capturedProject();
  const { cwd, session } = box.made;
  const gate = ['--gate', 'show=cat sum.js; grep -q "a + b" sum.js'];
  const prove = (model: string) =>
    box.mm(
      cwd,
      'apply-picks',
      '--pick',
      `sum.js=${model}`,
      '--verify',
      '--to',
      'scratch',
      ...gate,
      ...session,
    );
  const red = (await prove('two')).json.error.details.verify.gates[0];
  assert.is((await prove('one')).json.verify.gates[0].status, 'pass');
  const again = (await prove('two')).json.error.details.verify.gates[0];
  assert.equal([red.status, again.status, again.cached], ['fail', 'fail', true]);
  assert.match(await readFile(again.log, 'utf8'), 'sum = () => 0');
});

test('a capture of the host after an application leaves its own work as it was captured', async () => {
  await using box = await sandbox();
  const cwd = await project(box, { models: ['claude', 'one'] });
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'claude');
  const session = ['--session', started.session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await writeFile(join(cwd, 'host.txt'), 'by the host\n');
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  await ok(box, cwd, 'apply-picks', '--take', 'one', ...session);
  const again = await ok(box, cwd, 'capture-diff', '--all', ...session);
  assert.equal(
    again.captures.map((it: Json) => it.tree),
    captures.map((it: Json) => it.tree),
  );
});

test('two sessions at once in one repository do not disturb each other', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const sessions = await Promise.all(
    [1, 2, 3].map(
      async () =>
        (await ok(box, cwd, 'start-session', '--another', '--task', 'x', '--host', 'none'))
          .session_id,
    ),
  );
  assert.is(new Set(sessions).size, 3);
  const made = await Promise.all(
    sessions.map((id) => ok(box, cwd, 'make-worktrees', '--session', id)),
  );
  const paths = made.flatMap(({ worktrees }) => worktrees.map((it: Json) => it.path));
  assert.is(new Set(paths).size, 6);
  await Promise.all(sessions.map((id) => ok(box, cwd, 'run-model', '--all', '--session', id)));
  await ok(box, cwd, 'cleanup', '--session', sessions[0], '--force');
  for (const path of paths.slice(2)) assert.is(existsSync(join(path, 'sum.js')), true);
  await Promise.all(sessions.map((id) => ok(box, cwd, 'cleanup', '--force', '--session', id)));
  assert.is((await box.git(cwd, 'worktree', 'list')).split('\n').length, 1);
});

test.run();
