/** Several scripts, sessions and the user in one repository at the same time. `MM_ROUNDS` sets how often. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertNothingLeft } from '../support/leftovers.ts';
import { contentsOf, repositoryState } from '../support/repository-state.ts';
import { type Json, type Sandbox, type ScriptResult, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { ok, PROJECT, project } from '../support/walk.ts';

const ROUNDS = Number(process.env.MM_ROUNDS ?? 2);
const MODELS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
const START = ['start-session', '--another', '--task', 'Repair', '--host', 'none'];

/** Folders, worktrees and branches of the user's own that look as if they were ours. */
async function makeLookalikes(box: Sandbox, cwd: string): Promise<void> {
  for (const branch of ['mm/one/fix', 'mm/two', 'mm/three/20250101-000000'])
    await box.git(cwd, 'branch', branch);
  await mkdir(`${cwd}-mm-one`);
  await writeFile(`${cwd}-mm-one/mine.txt`, 'mine\n');
  await box.git(cwd, 'worktree', 'add', '--quiet', `${cwd}-mm-one-2`, 'mm/one/fix');
  await box.git(cwd, 'worktree', 'add', '--quiet', '--detach', `${cwd}-mm-two`);
  await box.git(cwd, 'worktree', 'lock', '--reason', 'multi-model-execute', `${cwd}-mm-two`);
  await writeFile(`${cwd}-mm-two/mine.txt`, 'mine too\n');
}

/** The repository, and every lookalike beside it, to the byte. */
async function everything(box: Sandbox, cwd: string) {
  const folders = ['one', 'one-2', 'two'].map((name) => `${cwd}-mm-${name}`);
  return {
    repository: await repositoryState(cwd),
    lookalikes: await Promise.all(folders.map(contentsOf)),
    links: await Promise.all(folders.slice(1).map((at) => readFile(join(at, '.git'), 'utf8'))),
    status: await box.git(`${cwd}-mm-two`, 'status', '--porcelain'),
  };
}

for (let round = 1; round <= ROUNDS; round++) {
  test(`16 worktrees of two sessions at once, among lookalikes: round ${round}`, async () => {
    await using box = await sandbox();
    const scripted = Object.fromEntries(MODELS.map((name) => [name, '']));
    const cwd = await box.repository({
      ...PROJECT,
      ...(await scriptedModels(box.folder, scripted)),
    });
    await makeLookalikes(box, cwd);
    const before = await everything(box, cwd);
    const sessions: string[] = await Promise.all(
      [1, 2].map(async () => (await ok(box, cwd, ...START)).session_id),
    );
    const inBoth = (...words: string[]) =>
      Promise.all(sessions.map((session) => ok(box, cwd, ...words, '--session', session)));

    const made = (await inBoth('make-worktrees')).flatMap(({ worktrees }) => worktrees);
    const places: string[] = made.map(({ path }) => path);
    assert.is(new Set(places).size, 16);
    assert.is(new Set(made.map(({ branch }) => branch)).size, 16);
    for (const place of places) {
      assert.is(await readFile(join(place, 'sum.js'), 'utf8'), PROJECT['sum.js']);
      assert.is(await box.git(place, 'status', '--porcelain'), '');
      await writeFile(join(place, 'by-model.txt'), place);
    }
    for (const { captures } of await inBoth('capture-diff', '--all')) {
      assert.equal(
        captures.map((it: Json) => it.files.map(({ path }: Json) => path)),
        MODELS.map(() => ['by-model.txt']),
      );
    }
    for (const { kept } of await inBoth('cleanup', '--restore')) assert.equal(kept, []);
    assert.equal(await everything(box, cwd), before);
  });
}

/** It worked, or it says in its answer why not; never a crash, never half an answer. */
function assertAnswered({ exitCode, json }: ScriptResult): void {
  if (exitCode === 0) return;
  assert.ok([1, 3].includes(exitCode), `exit ${exitCode}`);
  assert.type(json.error.code, 'string');
  assert.is.not(json.error.code, 'unexpected', json.error.message);
}

for (let round = 1; round <= ROUNDS; round++) {
  test(`four scripts of one session at once: round ${round}`, async () => {
    await using box = await sandbox();
    const cwd = await project(box);
    const before = await repositoryState(cwd);
    const { session_id } = await ok(box, cwd, ...START);
    const session = ['--session', session_id];
    await ok(box, cwd, 'make-worktrees', ...session);
    await ok(box, cwd, 'run-model', '--all', ...session);
    const answers = await Promise.all(
      [['status'], ['capture-diff', '--all'], ['snapshot', '--all'], ['gates', '--all']].map((it) =>
        box.mm(cwd, ...it, ...session),
      ),
    );
    for (const answer of answers) assertAnswered(answer);
    assert.is(answers[1]?.exitCode, 0);
    for (const words of [['snapshot', '--all'], ['gates', '--all'], ['compare']])
      await ok(box, cwd, ...words, ...session);
    const again = await ok(box, cwd, 'capture-diff', '--all', ...session);
    const trees = (captures: Json) => captures.map((it: Json) => it.tree);
    assert.equal(trees(again.captures), trees(answers[1]?.json.captures));
    assert.equal((await ok(box, cwd, 'cleanup', ...session)).kept, []);
    await assertNothingLeft(box, cwd, session_id);
    assert.equal(await repositoryState(cwd), before);
  });
}

/** A user who goes on with other things: commits on two branches, and changes between them, until told to stop. */
function busyUser(box: Sandbox, cwd: string) {
  const refused: string[] = [];
  let commits = 0;
  let isOver = false;
  const git = (...words: string[]) =>
    box.git(cwd, ...words).catch((error) => refused.push(`${words.join(' ')}: ${error.message}`));
  const work = async () => {
    while (!isOver) {
      for (const branch of ['other', 'main']) {
        await git('switch', '--quiet', branch);
        await appendFile(join(cwd, 'diary.txt'), `entry ${++commits}\n`);
        await git('commit', '--quiet', '--message', `entry ${commits}`, '--', 'diary.txt');
      }
    }
  };
  const ended = work();
  return {
    async stop() {
      isOver = true;
      await ended;
      return { commits, refused };
    },
  };
}

for (let round = 1; round <= ROUNDS; round++) {
  test(`the user commits and switches branches meanwhile: round ${round}`, async () => {
    await using box = await sandbox();
    const cwd = await project(box);
    await writeFile(join(cwd, 'diary.txt'), '');
    await box.git(cwd, 'add', 'diary.txt');
    await box.git(cwd, 'commit', '--quiet', '--message', 'A diary');
    await box.git(cwd, 'branch', 'other');
    const { session_id } = await ok(box, cwd, ...START);
    const session = ['--session', session_id];
    await ok(box, cwd, 'make-worktrees', ...session);
    await ok(box, cwd, 'run-model', '--all', ...session);
    await writeFile(join(cwd, 'untracked.txt'), 'mine\n');

    const user = busyUser(box, cwd);
    assertAnswered(await box.mm(cwd, 'capture-diff', '--all', ...session));
    await ok(box, cwd, 'capture-diff', '--all', ...session);
    for (const words of [['--take', 'one'], ['--undo'], ['--take', 'two'], ['--undo']])
      assertAnswered(await box.mm(cwd, 'apply-picks', ...words, ...session));
    const { commits, refused } = await user.stop();

    // Our scripts hold no lock that the user's git would meet.
    assert.equal(refused, []);
    const log = await box.git(cwd, 'log', '--branches', '--format=%s');
    assert.is(log.split('\n').filter((line) => line.startsWith('entry ')).length, commits);
    assert.is(await readFile(join(cwd, 'untracked.txt'), 'utf8'), 'mine\n');
    for (let left = 2; left > 0; left--)
      assertAnswered(await box.mm(cwd, 'apply-picks', '--undo', ...session));
    assert.is(await box.git(cwd, 'status', '--porcelain'), '?? untracked.txt');
    await ok(box, cwd, 'cleanup', ...session);
    await assertNothingLeft(box, cwd, session_id);
  });
}

test.run();
