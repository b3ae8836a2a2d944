import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runPostCheckout } from '../../scripts/lib/procedure/post-checkout.ts';
import { identifyProcess } from '../../scripts/lib/process/processes.ts';
import { runMark } from '../../scripts/lib/session/marks.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Files, Sandbox } from '../support/sandbox.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';

async function writeHook(file: string, body: string, mode = 0o755): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, body.startsWith('#!') ? body : `#!/bin/sh\n${body}\n`);
  await chmod(file, mode);
}

/** A repository as `prepare` leaves it, then a session, then a worktree; `run` runs the hook in it. */
async function setUp(
  prepare: (at: string, box: Sandbox) => Promise<unknown>,
  files: Files = { 'a.txt': 'a\n' },
) {
  const box = await ownSandbox();
  const at = await box.repository(files);
  await prepare(at, box);
  const { repository, session } = await makeSession(at, { models: [sessionModel('gpt')] });
  const [made] = await makeWorktrees(repository, session, {
    models: ['gpt'],
    start: session.data.base,
    provided: [],
    onProgress: () => {},
  });
  const worktree = made?.path ?? '';
  const log = join(box.folder, 'logs', 'hook.log');
  const run = (
    more: Partial<{ timeoutMs: number; signal: AbortSignal; env: NodeJS.ProcessEnv }> = {},
    trusted: typeof session | null = session,
  ) =>
    runPostCheckout(repository, trusted, {
      ...{ worktree, commit: session.data.base, log, mark: runMark(session, 'gpt-hook') },
      signal: new AbortController().signal,
      ...more,
    });
  const printed = () => readFile(log, 'utf8');
  return {
    ...{ box, at, repository, session, worktree, log, run, printed },
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

const NONE = { hook: null, ran: false, exit_code: null, log: null, problem: null };
const ownHook = (at: string) => join(at, '.git/hooks/post-checkout');
/** Says how it was called. */
const TELL = 'echo "$@"; pwd; cat; echo "dir=$GIT_DIR index=$GIT_INDEX_FILE"; git rev-parse HEAD';

test('none, or one that may not be executed: nothing is run, and nothing is said', async () => {
  await using it = await setUp((at) => writeHook(ownHook(at), 'echo no', 0o644));
  assert.equal(await it.run(), NONE);
  assert.not.ok(existsSync(it.log));
});

test("the repository's hook: as git worktree add calls it, with nothing to read, output in the log", async () => {
  await using it = await setUp((at) => writeHook(ownHook(at), `${TELL}; echo wrong >&2`));
  process.env.GIT_DIR = '/nowhere';
  const result = await it.run({ env: { MORE: 'more' } });
  delete process.env.GIT_DIR;
  assert.equal(result, {
    ...{ hook: ownHook(it.at), ran: true, exit_code: 0, log: it.log, problem: null },
  });
  const { base } = it.session.data;
  assert.is(
    await it.printed(),
    `${'0'.repeat(40)} ${base} 1\n${it.worktree}\ndir= index=\n${base}\nwrong\n`,
  );
});

test('what git itself passes is what we pass', async () => {
  await using it = await setUp(async (at, box) => {
    await writeHook(ownHook(at), `{ echo "$@"; pwd; } >> ${box.folder}/calls`);
  });
  await it.run();
  const theirs = join(it.box.folder, 'theirs');
  const { runCommand } = await import('../../scripts/lib/process/command.ts');
  await runCommand({
    ...{ file: 'git', args: ['worktree', 'add', '--quiet', '--detach', theirs] },
    ...{ cwd: it.at, env: it.box.env },
  });
  const [args, pwd, gitArgs, gitPwd] = (await readFile(join(it.box.folder, 'calls'), 'utf8')).split(
    '\n',
  );
  assert.equal([args, pwd, gitPwd], [gitArgs, it.worktree, theirs]);
});

test('core.hooksPath: relative to the worktree, with what base has there', async () => {
  await using it = await setUp(
    async (at, box) => {
      await chmod(join(at, '.githooks/post-checkout'), 0o755);
      await box.git(at, 'commit', '--quiet', '--all', '-m', 'executable');
      await box.git(at, 'config', 'core.hooksPath', '.githooks');
      await writeHook(ownHook(at), 'echo the wrong one');
    },
    {
      '.githooks/post-checkout': '#!/bin/sh\n. "$(dirname "$0")/common"\n',
      '.githooks/common': 'echo base\n',
    },
  );
  await writeFile(join(it.at, '.githooks/common'), 'echo main tree\n');
  const { hook, exit_code } = await it.run();
  assert.equal([hook, exit_code], [join(it.worktree, '.githooks/post-checkout'), 0]);
  assert.is(await it.printed(), 'base\n');
});

test('core.hooksPath: generated and ignored, as husky has it, it is not in the worktree, and that is all', async () => {
  await using it = await setUp(
    async (at, box) => {
      await box.git(at, 'config', 'core.hooksPath', '.husky/_');
      await writeHook(join(at, '.husky/_/post-checkout'), 'echo husky');
    },
    { '.gitignore': '.husky/_\n' },
  );
  assert.equal(await it.run(), NONE);
});

test("core.hooksPath: the user's own for all repositories, below the home folder; set to nothing", async () => {
  await using it = await setUp(async (_at, box) => {
    await writeHook(join(box.folder, 'home/hooks/post-checkout'), 'echo mine');
    await box.git(box.folder, 'config', '--global', 'core.hooksPath', '~/hooks');
  });
  assert.is((await it.run()).exit_code, 0);
  assert.is(await it.printed(), 'mine\n');
  for (const path of ['/dev/null', '']) {
    await it.box.git(it.at, 'config', 'core.hooksPath', path);
    assert.equal(await it.run({}, null), NONE, path);
  }
});

/** What a model may do while it runs, after the session began. */
const PLANTED: [string, (at: string, box: Sandbox) => Promise<unknown>][] = [
  ['a hook changed', (at, { folder }) => writeHook(ownHook(at), `touch ${folder}/evil`)],
  [
    'a file beside it',
    (at, box) => writeFile(join(at, '.git/hooks/common'), `touch ${box.folder}/evil`),
  ],
  [
    'a link in its place',
    async (at, box) => {
      await writeHook(join(box.folder, 'evil.sh'), `touch ${box.folder}/evil`);
      await rm(ownHook(at));
      await symlink(join(box.folder, 'evil.sh'), ownHook(at));
    },
  ],
];

for (const [name, plant] of PLANTED) {
  test(`planted since the session began: ${name}, and it does not run`, async () => {
    await using it = await setUp(async (at) => {
      await writeFile(join(at, '.git/hooks/common'), 'echo common\n');
      await writeHook(ownHook(at), '. "$(dirname "$0")/common"');
    });
    await plant(it.at, it.box);
    const { ran, problem, hook } = await it.run();
    assert.equal([ran, hook], [false, ownHook(it.at)]);
    assert.match(problem ?? '', /was changed since the session began/);
    assert.not.ok(existsSync(join(it.box.folder, 'evil')));
  });
}

test('planted since the session began: one where none was, or a setting that leads to one', async () => {
  await using it = await setUp(async () => undefined);
  const evil = `touch ${it.box.folder}/evil`;
  await writeHook(join(it.box.folder, 'theirs/post-checkout'), evil);
  await it.box.git(it.at, 'config', 'core.hooksPath', join(it.box.folder, 'theirs'));
  assert.equal(await it.run(), NONE);
  await writeHook(ownHook(it.at), evil);
  assert.match((await it.run()).problem ?? '', /was changed since/);
  assert.not.ok(existsSync(join(it.box.folder, 'evil')));
});

test("a session that was begun before hooks were noted trusts none; git's examples are no change", async () => {
  await using it = await setUp((at) => writeHook(ownHook(at), 'echo ran'));
  await writeFile(join(it.at, '.git/hooks/pre-push.sample'), 'changed');
  assert.is((await it.run()).ran, true);
  await rm(join(it.session.directory, 'git/hooks.json'));
  assert.match((await it.run()).problem ?? '', /was changed since/);
});

test('one that fails is a problem with the log, and no failure', async () => {
  await using it = await setUp((at) => writeHook(ownHook(at), 'echo so it is; exit 3'));
  const { ran, exit_code, problem, log } = await it.run();
  assert.equal([ran, exit_code, problem, log], [true, 3, 'it failed (exit 3)', it.log]);
  assert.is(await it.printed(), 'so it is\n');
});

test('one without its interpreter, and one without any', async () => {
  await using it = await setUp((at) => writeHook(ownHook(at), '#!/no/such/interpreter\n'));
  const { ran, exit_code, problem } = await it.run();
  assert.equal([ran, exit_code], [true, null]);
  assert.match(problem ?? '', /interpreter/);
  await writeFile(ownHook(it.at), 'echo plain "$3"\n');
  assert.is((await it.run({}, null)).problem, null);
  assert.is(await it.printed(), 'plain 1\n');
});

/** Leaves a process behind in a session of its own, and says which. */
const LEAVE = (folder: string) => `setsid sleep 60 & echo $! > ${folder}/left`;

async function isLeft({ folder }: Sandbox): Promise<boolean> {
  const pid = Number(await readFile(join(folder, 'left'), 'utf8'));
  assert.ok(pid > 1);
  return (await identifyProcess(pid)) !== null;
}

test('one that hangs is ended with all that it started, and is a problem', async () => {
  await using it = await setUp((at, { folder }) =>
    writeHook(ownHook(at), `${LEAVE(folder)}; echo started; sleep 60`),
  );
  const { ran, exit_code, problem } = await it.run({ timeoutMs: 500 });
  assert.equal([ran, exit_code, problem], [true, null, 'it was ended after 0.5 s']);
  assert.is(await it.printed(), 'started\n');
  assert.is(await isLeft(it.box), false);
});

test('what it leaves running is ended; an interruption ends it too, and is thrown', async () => {
  await using it = await setUp((at, { folder }) =>
    writeHook(ownHook(at), `${LEAVE(folder)}; [ -z "$HANG" ] || sleep 60`),
  );
  assert.is((await it.run()).problem, null);
  assert.is(await isLeft(it.box), false);
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('stopped')), 300);
  const error = await rejection(it.run({ signal: stop.signal, env: { HANG: '1' } }));
  assert.is(error.message, 'stopped');
  assert.is(await isLeft(it.box), false);
});

test.run();
