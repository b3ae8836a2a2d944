/** Models that misbehave on purpose, run by the scripts themselves. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findSandbox } from '../../scripts/lib/models/sandbox.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { type Files, type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';

async function ok(box: Sandbox, cwd: string, ...words: string[]): Promise<Json> {
  const { json, exitCode, stdout, stderr } = await box.mm(cwd, ...words);
  assert.is(exitCode, 0, `${words.join(' ')}: ${stdout}\n${stderr}`);
  return json;
}

/** A session with worktrees in which these models (scripts of Node) are ready to be run. */
async function readySession(
  box: Sandbox,
  models: Record<string, string>,
  more: Record<string, unknown> = {},
  files: Files = {},
) {
  const cwd = await box.repository({
    'a.txt': 'a\n',
    ...files,
    ...(await scriptedModels(box.folder, models, more)),
  });
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', started.session_id];
  const { worktrees } = await ok(box, cwd, 'make-worktrees', ...session);
  const worktree = (model: string): string => worktrees.find((it: Json) => it.model === model).path;
  const atWork = () => findByEnvironment(MARK_VARIABLE, `session=${started.session_id}/`);
  return { cwd, session, worktree, atWork, directory: started.session_dir as string };
}

const WAITS = 'await new Promise((resolve) => setTimeout(resolve, 600_000));';

test('SIGKILL to run-model, then cleanup: daemons, deaf shells and what has no mark any more are all ended', async () => {
  await using box = await sandbox();
  const bare = `sleep ${400_000 + process.pid}`;
  const it = await readySession(box, {
    wild: `import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      const shell = (code) => spawn('sh', ['-c', code], { detached: true, stdio: 'ignore' });
      shell("trap : INT TERM HUP; while :; do sleep 1; done");
      shell('env -i ${bare} & wait');
      writeFileSync('started', '');
      process.on('SIGTERM', () => {}); process.on('SIGINT', () => {});
      ${WAITS}`,
  });
  const words = [launcher, 'run-model', '--all', ...it.session];
  const run = execa(process.execPath, words, {
    ...{ cwd: it.cwd, env: box.env, extendEnv: false, reject: false, stdin: 'ignore' as const },
  });
  while (!existsSync(join(it.worktree('wild'), 'started'))) await sleep(50);
  run.kill('SIGKILL');
  await run;
  assert.ok((await it.atWork()).length >= 3);
  const cleaned = await ok(box, it.cwd, 'cleanup', ...it.session);
  assert.ok(cleaned.removed.filter(({ kind }: Json) => kind === 'process').length >= 3);
  assert.equal(await it.atWork(), []);
  const { stdout } = await runCommand({
    file: 'ps',
    args: ['-axo', 'stat=,args='],
    cwd: '/',
    env: { PATH: process.env.PATH },
  });
  const left = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line.endsWith(bare) && !line.startsWith('Z'));
  assert.equal(left, []);
});

test('a lock that a killed model left in its git directory stops nobody', async () => {
  await using box = await sandbox();
  const it = await readySession(box, {
    locks: `import { execFileSync } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      writeFileSync('new.txt', 'new\\n');
      const lock = execFileSync('git', ['rev-parse', '--git-path', 'index.lock']).toString().trim();
      writeFileSync(lock, '');
      console.log('Done.');`,
  });
  const { runs } = await ok(box, it.cwd, 'run-model', '--all', ...it.session);
  assert.equal([runs[0].status, runs[0].changed], ['succeeded', true]);
  const { captures } = await ok(box, it.cwd, 'capture-diff', '--all', ...it.session);
  assert.equal(
    captures[0].files.map(({ path }: Json) => path),
    ['new.txt'],
  );
  await ok(box, it.cwd, 'cleanup', ...it.session);
});

test('a quota that one model found used up stops further starts on its account, and no others', async () => {
  await using box = await sandbox();
  const models = {
    first: "console.error('You have hit your usage limit, resets in 2h'); process.exit(1);",
    second:
      "import { writeFileSync } from 'node:fs'; writeFileSync('new', ''); console.log('Done.');",
    other:
      "import { writeFileSync } from 'node:fs'; writeFileSync('new', ''); console.log('Done.');",
  };
  const cwdFiles = await scriptedModels(box.folder, models);
  const configuration = JSON.parse(String(cwdFiles['.multi-model.json']));
  for (const name of ['first', 'second']) configuration.backends[name].account = 'shared';
  const it = await readySession(box, models, { backends: configuration.backends });
  const run = async (...words: string[]) =>
    (await ok(box, it.cwd, 'run-model', ...words, ...it.session)).runs.map((one: Json) => [
      one.model,
      one.status,
      one.cause,
    ]);

  assert.equal(await run('--model', 'first'), [['first', 'failed', 'quota']]);
  const refused = await ok(
    box,
    it.cwd,
    'run-model',
    '--model',
    'second',
    '--model',
    'other',
    ...it.session,
  );
  const [second, other] = refused.runs;
  assert.equal([second.status, second.cause, second.attempts], ['failed', 'quota', []]);
  assert.match(second.message, 'Not started: the quota of shared is used up until 20');
  assert.is(Math.abs(Date.parse(second.resets_at) - Date.now() - 7_200_000) < 300_000, true);
  assert.ok(refused.warnings.some((warning: string) => warning.includes('--again')));
  assert.is(other.status, 'succeeded');
  assert.equal(await run('--model', 'second', '--again'), [['second', 'succeeded', null]]);
  assert.equal(await run('--model', 'first', '--again'), [['first', 'failed', 'quota']]);
});

test('--detach outlives the shell that started it, and status --wait sees its end', async () => {
  await using box = await sandbox();
  const it = await readySession(box, {
    late: `import { writeFileSync } from 'node:fs';
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      writeFileSync('new.txt', ''); console.log('Done.');`,
  });
  const line = [process.execPath, launcher, 'run-model', '--all', '--detach', ...it.session]
    .map((word) => `'${word}'`)
    .join(' ');
  // The shell's whole group is ended, as agents' shells end what they started.
  const shell = await execa('setsid', ['sh', '-c', `${line}; kill -KILL -$$`], {
    ...{ cwd: it.cwd, env: box.env, extendEnv: false, reject: false, stdin: 'ignore' as const },
  });
  assert.is(JSON.parse(String(shell.stdout)).runs[0].status, 'running');
  const waited = await ok(box, it.cwd, 'status', '--wait', '60', ...it.session);
  assert.equal([waited.models[0].run.status, waited.running], ['succeeded', 0]);
});

test('an idle limit ends a model that hangs, and what it had done counts', async () => {
  await using box = await sandbox();
  const it = await readySession(box, {
    hangs: `import { writeFileSync } from 'node:fs'; writeFileSync('new.txt', ''); ${WAITS}`,
  });
  const { runs } = await ok(
    box,
    it.cwd,
    'run-model',
    '--all',
    '--idle-timeout',
    '5',
    ...it.session,
  );
  assert.equal([runs[0].status, runs[0].cause, runs[0].changed], ['partial', 'timeout', true]);
  assert.match(runs[0].message, 'it printed and changed nothing for');
  assert.equal(await it.atWork(), []);
});

test('a sandbox that is not there is a refusal, and nothing is run', async () => {
  await using box = await sandbox();
  const it = await readySession(box, {
    writes: "import { writeFileSync } from 'node:fs'; writeFileSync('new', '');",
  });
  const bin = join(box.folder, 'bin');
  await execa('sh', [
    '-c',
    `mkdir -p ${bin} && for tool in git node sh ps; do ln -s "$(command -v $tool)" ${bin}/; done`,
  ]);
  const env = { ...box.env, PATH: bin };
  const { stdout, exitCode } = await execa(
    process.execPath,
    [launcher, 'run-model', '--all', '--sandbox', ...it.session],
    {
      ...{ cwd: it.cwd, env, extendEnv: false, reject: false, stdin: 'ignore' as const },
    },
  );
  assert.equal([exitCode, JSON.parse(String(stdout)).error.code], [3, 'no-sandbox']);
  assert.not(existsSync(join(it.worktree('writes'), 'new')));
});

const hasSandbox = await findSandbox(process.env).then(
  () => true,
  () => false,
);
// A machine may have no sandbox at all (a container without user namespaces); the refusal is tested above.
const sandboxTest = hasSandbox ? test : test.skip;

sandboxTest(
  'in the sandbox a model writes its worktree and commits there, and nothing else',
  async () => {
    await using box = await sandbox();
    const probe = `import { execFileSync } from 'node:child_process';
    import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
    const places = JSON.parse(readFileSync(process.env.HOME + '/places.json', 'utf8'));
    const tried = places.map((place) => {
      try { writeFileSync(place, 'written'); return [place, 'written']; } catch (error) { return [place, error.code]; }
    });
    const git = (...words) => execFileSync('git', words, { stdio: 'pipe' }).toString().trim();
    const attempt = (...words) => { try { git(...words); return 'done'; } catch { return 'refused'; } };
    writeFileSync('inside.txt', 'inside\\n');
    const done = { add: attempt('add', 'inside.txt'), commit: attempt('commit', '-qm', 'Mine'), tag: attempt('tag', 'mine'),
      config: attempt('config', 'user.name', 'x'), branch: attempt('branch', 'elsewhere') };
    writeFileSync('result.json', JSON.stringify({ tried, done }));
    console.log('Done.');`;
    const it = await readySession(box, { one: probe, two: probe });
    const home = box.env.HOME ?? '';
    const closed = [
      join(it.cwd, 'a.txt'),
      join(it.cwd, '.git/hooks/post-checkout'),
      join(it.cwd, '.git/config'),
      join(it.worktree('two'), 'a.txt'),
      join(it.directory, 'session.json'),
      join(home, '.profile'),
      '/etc/mm-sandbox-test',
    ];
    const open = [join(it.worktree('one'), 'new.txt'), join(box.folder, 'temporary.txt')];
    await writeFile(join(home, 'places.json'), JSON.stringify([...closed, ...open]));
    const { runs } = await ok(
      box,
      it.cwd,
      'run-model',
      '--model',
      'one',
      '--sandbox',
      ...it.session,
    );
    assert.is(
      runs[0].status,
      'succeeded',
      `${runs[0].message} ${await readFile(runs[0].stderr, 'utf8')}`,
    );
    const { tried, done } = JSON.parse(
      await readFile(join(it.worktree('one'), 'result.json'), 'utf8'),
    );
    assert.equal(
      tried.filter(([, how]: string[]) => how === 'written').map(([place]: string[]) => place),
      open,
    );
    assert.equal(done, {
      add: 'done',
      commit: 'done',
      tag: 'refused',
      config: 'refused',
      branch: 'refused',
    });
    const { captures } = await ok(box, it.cwd, 'capture-diff', '--model', 'one', ...it.session);
    assert.equal(
      captures[0].files.map(({ path }: Json) => path),
      ['inside.txt', 'new.txt', 'result.json'],
    );
    await ok(box, it.cwd, 'cleanup', '--force', ...it.session);
  },
);

test.run();
