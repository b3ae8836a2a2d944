/** Gates ask git in a worktree, and are answered as in the user's own tree: HEAD on base, the result uncommitted. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

/** Prints what it sees, and is green where it is as a user who changed a file sees it. */
const LOOK = `#!/bin/sh
git describe --tags
git log --format=%s
git merge-base HEAD main
git diff --name-only HEAD
git diff --cached --name-only
git ls-files --others --exclude-standard
`;

const COMMIT =
  "const { execFileSync: run } = await import('node:child_process'); const git = (...words) => run('git', words, { stdio: 'ignore' });";

const MODELS = {
  leaves: `${IMPORTS} write('a.txt', 'changed\\n'); write('new.txt', 'new\\n'); console.log('done');`,
  commits: `${IMPORTS} ${COMMIT} write('a.txt', 'changed\\n'); write('new.txt', 'new\\n'); git('add', '-A'); git('commit', '-qm', 'mine'); console.log('done');`,
  stages: `${IMPORTS} ${COMMIT} write('a.txt', 'changed\\n'); write('new.txt', 'new\\n'); git('add', '-A'); console.log('done');`,
};

async function captured(box: Sandbox, models: Record<string, string> = MODELS) {
  const cwd = await box.repository({
    ...{ 'a.txt': 'a\n', 'look.sh': LOOK },
    ...(await scriptedModels(box.folder, models)),
  });
  await box.git(cwd, 'tag', 'v1.0.0');
  await box.git(cwd, 'commit', '--quiet', '--allow-empty', '--message', 'second');
  const { session_id } = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', session_id];
  const { worktrees } = await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  const pathOf = (model: string): string => worktrees.find((it: Json) => it.model === model).path;
  return { cwd, session, pathOf };
}

const stateOf = async (box: Sandbox, at: string) =>
  Promise.all([
    box.git(at, 'symbolic-ref', 'HEAD'),
    box.git(at, 'log', '--format=%s'),
    box.git(at, 'status', '--porcelain'),
  ]);

test('base, models that commit, stage, or do neither, and a mix of them see the same history and the same changes', async () => {
  await using box = await sandbox();
  const { cwd, session, pathOf } = await captured(box);
  const before = await stateOf(box, pathOf('commits'));
  const gate = ['--gate', 'look=sh look.sh'];
  const { results } = await ok(box, cwd, 'gates', '--all', '--base', ...gate, ...session);
  const printed = async (it: Json) =>
    (await readFile(it.gates[0].log, 'utf8')).trimEnd().split('\n');
  const [base = [], ...models] = await Promise.all(results.map(printed));
  assert.match(base[0] ?? '', /^v1\.0\.0-1-g/);
  assert.equal(base.length, 4);
  for (const seen of models) assert.equal(seen, [...base, 'a.txt', 'new.txt']);
  assert.is(models.length, 3);
  // What they did is as it was.
  assert.equal(await stateOf(box, pathOf('commits')), before);
  assert.is((await stateOf(box, pathOf('stages')))[2], 'M  a.txt\nA  new.txt');
  await ok(box, cwd, 'compare', ...session);
  const picks = [
    '--pick',
    'a.txt=commits',
    '--pick',
    'new.txt=leaves',
    '--verify',
    '--to',
    'scratch',
  ];
  const { verify } = await ok(box, cwd, 'apply-picks', ...picks, ...session);
  assert.equal(await printed(verify), [...base, 'a.txt', 'new.txt']);
});

test('a broken file is red whether its model committed it or not, and in a mix', async () => {
  await using box = await sandbox();
  const spoil = "write('broken.mjs', 'export const x = (;');";
  const { cwd, session } = await captured(box, {
    leaves: `${IMPORTS} ${spoil} console.log('done');`,
    commits: `${IMPORTS} ${COMMIT} ${spoil} git('add', '-A'); git('commit', '-qm', 'x'); console.log('done');`,
  });
  const lint =
    'for f in $(git diff --name-only HEAD -- "*.mjs"; git ls-files --others --exclude-standard -- "*.mjs"); do node --check $f || exit 1; done';
  const words = ['gates', '--all', '--base', '--gate', `lint=${lint}`, ...session];
  const { results } = await ok(box, cwd, ...words);
  assert.equal(
    results.map((it: Json) => it.gates[0].status),
    ['pass', 'fail', 'fail'],
  );
  const { json } = await box.mm(cwd, 'apply-picks', '--take', 'commits', '--verify', ...session);
  assert.is(json.error?.code, 'gates-red');
});

test('gates that are killed leave HEAD on base, and the next script puts it back', async () => {
  await using box = await sandbox();
  const { cwd, session, pathOf } = await captured(box, { commits: MODELS.commits });
  const before = await stateOf(box, pathOf('commits'));
  const flag = join(box.folder, 'killed');
  // Kills the script that started it, once.
  const gate = `if [ ! -e ${flag} ]; then touch ${flag}; kill -9 $PPID; sleep 1; fi; git log --format=%s`;
  const killed = await box
    .mm(cwd, 'gates', '--all', '--gate', `look=${gate}`, ...session)
    .catch(() => null);
  assert.is.not(killed?.exitCode, 0);
  assert.is.not(await box.git(pathOf('commits'), 'log', '--format=%s'), before[1]);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  assert.equal(await stateOf(box, pathOf('commits')), before);
});

test('a capture while gates run in a worktree is refused: what lies there in git is not the model’s', async () => {
  await using box = await sandbox();
  const { cwd, session, pathOf } = await captured(box, { commits: MODELS.commits });
  const [started, over] = [join(box.folder, 'started'), join(box.folder, 'over')];
  const gate = `touch ${started}; while [ ! -e ${over} ]; do sleep 0.1; done`;
  const gating = box.mm(cwd, 'gates', '--all', '--gate', `wait=${gate}`, ...session);
  while (!existsSync(started)) await new Promise((resolve) => setTimeout(resolve, 50));
  const { exitCode, json } = await box.mm(cwd, 'capture-diff', '--all', ...session);
  await writeFile(over, '');
  assert.is((await gating).exitCode, 0);
  assert.equal([exitCode, json.error?.code], [3, 'gates-running']);
  assert.match(await box.git(pathOf('commits'), 'log', '--format=%s'), /^mine/);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
});

test.run();
