/** Every bad input: its JSON, its exit status, and a repository and state that are as they were. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { repositoryState } from '../support/repository-state.ts';
import { type Sandbox, type ScriptResult, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';

const WRITES =
  "import { writeFileSync } from 'node:fs'; writeFileSync('made.txt', 'made\\n'); console.log('done');";

/** A failure as the contract has it: the code, the status, a message, and a hint that says what to do. */
function assertFailure(result: ScriptResult, code: string, exitCode: number): void {
  assert.is(result.json.ok, false, result.stdout);
  assert.is(result.json.schema_version, 1);
  assert.is(result.json.error.code, code, result.stdout);
  assert.is(result.exitCode, exitCode);
  assert.ok(result.json.error.message.length > 10);
  assert.ok(result.json.error.hint.length > 10);
  assert.type(result.json.error.details, 'object');
}

async function startedProject(box: Sandbox): Promise<{ project: string; session: string }> {
  const project = await box.repository({
    'README.md': '# Test\n',
    ...(await scriptedModels(box.folder, { alpha: WRITES })),
  });
  const started = await box.mm(project, 'start-session', '--task', 'Do it', '--host', 'none');
  assert.is(started.exitCode, 0, started.stdout);
  return { project, session: started.json.session_id };
}

test('a directory that is no repository', async () => {
  await using box = await sandbox();
  const folder = join(box.folder, 'plain');
  await mkdir(folder);
  for (const script of ['status', 'start-session', 'gates', 'make-worktrees', 'cleanup']) {
    const words = script === 'start-session' ? [script, '--task', 'x'] : [script];
    assertFailure(await box.mm(folder, ...words), 'not-a-repository', 3);
  }
  assertFailure(
    await box.mm(folder, 'status', '--repo', join(box.folder, 'absent')),
    'missing-directory',
    1,
  );
});

test('a bare repository', async () => {
  await using box = await sandbox();
  const bare = join(box.folder, 'bare.git');
  await box.git(box.folder, 'init', '--quiet', '--bare', bare);
  assertFailure(await box.mm(bare, 'start-session', '--task', 'x'), 'bare-repository', 3);
});

test('a repository without commits', async () => {
  await using box = await sandbox();
  const empty = join(box.folder, 'empty');
  await box.git(box.folder, 'init', '--quiet', empty);
  assertFailure(await box.mm(empty, 'start-session', '--task', 'x'), 'no-commits', 3);
});

test('a detached HEAD is fine', async () => {
  await using box = await sandbox();
  const project = await box.repository({
    ...(await scriptedModels(box.folder, { alpha: WRITES })),
  });
  await box.git(project, 'checkout', '--quiet', '--detach');
  const { json, exitCode } = await box.mm(
    project,
    'start-session',
    '--task',
    'x',
    '--host',
    'none',
  );
  assert.is(exitCode, 0);
  assert.is(json.branch, null);
});

test('a missing git', async () => {
  await using box = await sandbox();
  const project = await box.repository();
  box.env.PATH = join(box.folder, 'nothing');
  assertFailure(await box.mm(project, 'status'), 'missing-program', 4);
});

test('an unknown script, option and word, each with the nearest', async () => {
  await using box = await sandbox();
  const project = await box.repository();
  const script = await box.mm(project, 'gate');
  assertFailure(script, 'unknown-script', 2);
  assert.match(script.json.error.message, '"gates"');
  const option = await box.mm(project, 'status', '--sesion', 'x');
  assertFailure(option, 'usage', 2);
  assert.match(option.json.error.message, '"session"');
  assertFailure(await box.mm(project, 'status', 'word'), 'usage', 2);
  assertFailure(await box.mm(project, 'status', '--wait', 'soon'), 'usage', 2);
  assertFailure(await box.mm(project, 'status', '--wait'), 'usage', 2);
  assertFailure(await box.mm(project, 'status', '--pass', '1', '--pass', '2'), 'usage', 2);
  assertFailure(await box.mm(project, 'gates', '--timeout', '-1'), 'usage', 2);
});

test('an unknown model, in detection and in a session', async () => {
  await using box = await sandbox();
  const { project } = await startedProject(box);
  const detected = await box.mm(project, 'detect-models', '--models', 'claud');
  assertFailure(detected, 'unknown-model', 2);
  assert.match(detected.json.error.hint, 'claude');
  const run = await box.mm(project, 'run-model', '--model', 'alhpa');
  assertFailure(run, 'unknown-model', 2);
  assert.match(run.json.error.message, 'alpha');
  assertFailure(await box.mm(project, 'run-model'), 'no-model', 2);
});

test('an empty task, and one that is nothing but triggers', async () => {
  await using box = await sandbox();
  const project = await box.repository();
  const before = await repositoryState(project);
  for (const task of ['', '   \n ', 'x3 timeout:60']) {
    assertFailure(await box.mm(project, 'start-session', '--task', task), 'empty-task', 2);
  }
  assertFailure(await box.mm(project, 'start-session'), 'empty-task', 2);
  assertFailure(
    await box.mm(project, 'start-session', '--task-file', 'absent.md'),
    'unreadable-file',
    2,
  );
  assertFailure(
    await box.mm(project, 'start-session', '--task', 'a', '--task-file', 'b'),
    'two-inputs',
    2,
  );
  assert.equal(await repositoryState(project), before);
});

test('a dirty tree without a decision', async () => {
  await using box = await sandbox();
  const project = await box.repository();
  await writeFile(join(project, 'README.md'), 'changed\n');
  await writeFile(join(project, 'new.txt'), 'new\n');
  const before = await repositoryState(project);
  const refused = await box.mm(project, 'start-session', '--task', 'x', '--host', 'claude');
  assertFailure(refused, 'dirty-tree', 3);
  assert.equal(
    refused.json.error.details.files.map(({ path }: { path: string }) => path),
    ['README.md', 'new.txt'],
  );
  assert.equal(Object.keys(refused.json.error.details.choices), ['include', 'set-aside']);
  assert.equal(await repositoryState(project), before);
  assertFailure(await box.mm(project, 'status'), 'no-session', 3);
});

test('no model at all', async () => {
  await using box = await sandbox();
  const project = await box.repository();
  assertFailure(
    await box.mm(project, 'start-session', '--task', 'x', '--host', 'none'),
    'no-models',
    3,
  );
});

test('a session that does not exist, is no session, or belongs to another repository', async () => {
  await using box = await sandbox();
  const { project, session } = await startedProject(box);
  const other = await box.repository({ 'other.txt': 'other\n' }, 'other');
  assertFailure(await box.mm(other, 'status'), 'no-session', 3);
  const unknown = await box.mm(project, 'status', '--session', session.replace(/.$/, 'x'));
  assertFailure(unknown, 'unknown-session', 2);
  assert.match(unknown.json.error.message, session);
  assertFailure(await box.mm(project, 'status', '--session', '/'), 'unknown-session', 2);
  assertFailure(await box.mm(project, 'status', '--session', '../../x'), 'unknown-session', 2);
  const { json } = await box.mm(project, 'status');
  assertFailure(
    await box.mm(other, 'status', '--repo', other, '--session', json.session_dir),
    'foreign-session',
    2,
  );
  assertFailure(await box.mm(project, 'status', '--pass', '2'), 'unknown-pass', 2);
});

test('a damaged session.json', async () => {
  await using box = await sandbox();
  const { project } = await startedProject(box);
  const { json } = await box.mm(project, 'status');
  await writeFile(join(json.session_dir, 'session.json'), '{"schema_version": 1}');
  assertFailure(await box.mm(project, 'status', '--session', json.session_dir), 'damaged-file', 1);
});

test('a worktree path that is taken gets another name, and what lies there stays', async () => {
  await using box = await sandbox();
  const { project } = await startedProject(box);
  const taken = join(box.folder, 'project-mm-alpha');
  await mkdir(taken);
  await writeFile(join(taken, 'mine.txt'), 'mine\n');
  const { json, exitCode } = await box.mm(project, 'make-worktrees');
  assert.is(exitCode, 0);
  assert.match(json.worktrees[0].path, /project-mm-alpha-\d{8}-\d{6}$/);
  assertFailure(
    await box.mm(project, 'run-model', '--model', 'alpha', '--prompt-file', 'absent.md'),
    'no-prompt',
    3,
  );
});

test('steps out of order', async () => {
  await using box = await sandbox();
  const { project } = await startedProject(box);
  const before = await repositoryState(project);
  assertFailure(await box.mm(project, 'run-model', '--all'), 'no-worktree', 3);
  assertFailure(await box.mm(project, 'capture-diff', '--all'), 'no-worktree', 3);
  assertFailure(await box.mm(project, 'snapshot', '--all'), 'not-captured', 3);
  assertFailure(await box.mm(project, 'gates', '--all', '--gate', 'x=true'), 'not-captured', 3);
  assertFailure(await box.mm(project, 'gates'), 'no-target', 2);
  assertFailure(await box.mm(project, 'gates', '--main'), 'no-gates', 3);
  assertFailure(await box.mm(project, 'compare'), 'nothing-captured', 3);
  assertFailure(await box.mm(project, 'apply-picks', '--take', 'alpha'), 'nothing-captured', 3);
  assertFailure(await box.mm(project, 'apply-picks', '--undo'), 'nothing-to-undo', 3);
  assertFailure(await box.mm(project, 'next-pass'), 'pass-not-complete', 3);
  assertFailure(
    await box.mm(project, 'complete-pass', '--analysis-text', ' '),
    'empty-analysis',
    2,
  );
  assert.equal(await repositoryState(project), before);
});

test('picks that are no JSON, of the wrong shape, or name what nobody changed', async () => {
  await using box = await sandbox();
  const { project } = await startedProject(box);
  for (const script of ['make-worktrees', 'run-model --all', 'capture-diff --all']) {
    const { exitCode, stdout } = await box.mm(project, ...script.split(' '));
    assert.is(exitCode, 0, stdout);
  }
  const before = await repositoryState(project);
  const picks = join(box.folder, 'picks.json');
  const withPicks = async (text: string) => {
    await writeFile(picks, text);
    return box.mm(project, 'apply-picks', '--picks', picks);
  };
  assertFailure(await withPicks('not json'), 'bad-picks', 2);
  assertFailure(await withPicks('{"picks":[{"path":"made.txt"}]}'), 'bad-picks', 2);
  assertFailure(
    await withPicks('{"picks":[{"path":"made.txt","from":"alpha","form":1}]}'),
    'bad-picks',
    2,
  );
  const unknown = await withPicks('{"picks":[{"path":"maed.txt","from":"alpha"}]}');
  assertFailure(unknown, 'unknown-path', 2);
  assert.match(unknown.json.error.message, 'made.txt');
  assertFailure(
    await withPicks('{"picks":[{"path":"made.txt","from":"alpah"}]}'),
    'unknown-model',
    2,
  );
  assertFailure(await box.mm(project, 'apply-picks'), 'no-picks', 2);
  assertFailure(await box.mm(project, 'apply-picks', '--pick', 'made.txt'), 'bad-picks', 2);
  assertFailure(
    await box.mm(project, 'apply-picks', '--picks', join(box.folder, 'absent')),
    'unreadable-file',
    2,
  );
  assert.equal(await repositoryState(project), before);
});

test('a state directory that cannot be written', async () => {
  await using box = await sandbox();
  const project = await box.repository({
    ...(await scriptedModels(box.folder, { alpha: WRITES })),
  });
  const before = await repositoryState(project);
  // A file where the folder should be: it fails for the superuser too, whom permissions do not stop.
  box.env.AI_AIP_ROOT = join(box.folder, 'file');
  await writeFile(box.env.AI_AIP_ROOT, '');
  assertFailure(
    await box.mm(project, 'start-session', '--task', 'x', '--host', 'none'),
    'cannot-write',
    1,
  );
  assert.equal(await repositoryState(project), before);
  await rm(box.env.AI_AIP_ROOT);
  await mkdir(box.env.AI_AIP_ROOT);
  await chmod(box.env.AI_AIP_ROOT, 0o500);
  if (process.getuid?.() !== 0) {
    assertFailure(
      await box.mm(project, 'start-session', '--task', 'x', '--host', 'none'),
      'cannot-write',
      1,
    );
    assert.equal(await repositoryState(project), before);
  }
});

test('a disk that is full half way leaves no session behind', async () => {
  await using box = await sandbox();
  const project = await box.repository({
    ...(await scriptedModels(box.folder, { alpha: WRITES })),
  });
  assert.is((await box.mm(project, 'parse-triggers', '--task', 'compiled now')).exitCode, 0);
  await writeFile(join(box.folder, 'task.md'), 'long '.repeat(10_000));
  const before = await repositoryState(project);
  // A limit on file sizes fails as a full disk does, in the middle of writing, and for the superuser too.
  const { exitCode, stdout } = await runCommand({
    file: 'sh',
    args: [
      ...['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, launcher, 'start-session'],
      ...['--task-file', join(box.folder, 'task.md'), '--host', 'none'],
    ],
    cwd: project,
    env: box.env,
  });
  const json = JSON.parse(stdout.toString());
  assertFailure({ exitCode, json, stdout: stdout.toString(), stderr: '' }, 'cannot-write', 1);
  assert.equal(await repositoryState(project), before);
  assertFailure(await box.mm(project, 'status'), 'no-session', 3);
});

test('a configuration with an unknown key, or that is no JSON', async () => {
  await using box = await sandbox();
  const project = await box.repository({ '.multi-model.json': '{"modles": ["claude"]}\n' });
  const misspelt = await box.mm(project, 'detect-models');
  assertFailure(misspelt, 'bad-configuration', 2);
  assert.match(misspelt.json.error.message, '"models"');
  const broken = await box.repository({ '.multi-model.json': '{' }, 'broken');
  assertFailure(await box.mm(broken, 'start-session', '--task', 'x'), 'bad-configuration', 2);
});

test('every script answers --help, --schema and a wrong option as the contract says', async () => {
  await using box = await sandbox();
  const project = await box.repository();
  const { allScripts } = await import('../support/all-scripts.ts');
  const scripts = await allScripts();
  assert.ok(scripts.length >= 18);
  for (const { name, examples } of scripts) {
    assert.ok(examples.length > 0, `${name} has an example`);
    const wrong = await box.mm(project, name, '--no-such-option');
    assertFailure(wrong, 'usage', 2);
    assert.is(wrong.json.script, name);
  }
});

test.run();
