/** Each script that changes something, at a moment that matters, and the way on after a kill. */
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import glob from 'fast-glob';
import * as assert from 'uvu/assert';
import { listWorktrees } from '../../scripts/lib/git/worktrees.ts';
import type { CrashScenario, Prepared, Walk } from '../support/crash-harness.ts';
import { contentsOf } from '../support/repository-state.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { readMade, readUserWork, type UserWork } from '../support/user-work.ts';
import { IMPORTS, MODELS, ok, PROJECT } from '../support/walk.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n';

/** More than a small disk takes, and not to be compressed to nothing. */
const LARGE = Array.from(
  { length: 9_000 },
  (_, line) => `line ${line}, ${line ** 7 % 1_000_003}\n`,
).join('');

/** Changes files, adds some, removes one, makes one executable: enough for an application to stop half way. */
const BUSY_MODEL = `${IMPORTS}
  const { chmodSync, mkdirSync } = await import('node:fs');
  write('sum.js', 'export const sum = (a, b) => a + b;\\n');
  write('shared.txt', read('shared.txt', 'utf8').replace('one', 'ONE'));
  mkdirSync('lib'); write('lib/new.js', 'export const x = 1;\\n'); write('a-new.txt', 'new\\n');
  write('lib/large.txt', read('large.txt', 'utf8').replaceAll('1', 'I'));
  write('large.txt', read('large.txt', 'utf8').replace('line 2,', 'LINE 2,'));
  write('docs/guide.md', '# The guide\\n');
  remove('useless.txt'); chmodSync('run.sh', 0o755); console.log('done');`;

/** A repository with a past: branches, a tag, a stash entry and ignored files of the user's own. */
async function usersRepository(box: Sandbox, models: string[]): Promise<string> {
  const scripted = { one: BUSY_MODEL, two: MODELS.two };
  const cwd = await box.repository({
    ...PROJECT,
    ...(await scriptedModels(box.folder, scripted, { models })),
    '.worktreeinclude': 'secret.env\n',
    'shared.txt': LINES,
    'large.txt': LARGE,
    'docs/guide.md': '# Guide\n',
    'useless.txt': 'useless\n',
    'run.sh': 'echo run\n',
    'staged.txt': 'old\n',
    'gone.txt': 'gone\n',
    'gone-staged.txt': 'gone\n',
    'moved.txt': `${LINES}moved\n`,
    'tool.sh': 'echo tool\n',
    'to-folder': 'a file\n',
    'crlf.txt': 'one\r\ntwo\r\n',
  });
  await symlink('sum.js', join(cwd, 'link'));
  await box.git(cwd, 'add', '--all');
  await box.git(cwd, 'commit', '--quiet', '--message', 'A link');
  await box.git(cwd, 'branch', 'feature', 'HEAD~1');
  await box.git(cwd, 'tag', 'v1');
  for (const title of ['own work', 'own later work']) {
    await writeFile(join(cwd, 'shared.txt'), `${LINES}${title}\n`);
    await writeFile(join(cwd, 'stashed.txt'), `${title}\n`);
    await box.git(cwd, 'stash', 'push', '--quiet', '--include-untracked', '--message', title);
  }
  await writeFile(join(cwd, 'secret.env'), 'KEY=1\n');
  await mkdir(join(cwd, 'node_modules/it'), { recursive: true });
  await writeFile(join(cwd, 'node_modules/it/index.js'), 'it\n');
  return cwd;
}

/** Everything that `git status` knows, and some more. */
async function makeDirty(box: Sandbox, cwd: string): Promise<void> {
  const write = (path: string, content: string) => writeFile(join(cwd, path), content);
  await write('staged.txt', 'staged\n');
  await write('AGENTS.md', `${PROJECT['AGENTS.md']}\nStaged.\n`);
  await box.git(cwd, 'add', 'staged.txt', 'AGENTS.md');
  await write('AGENTS.md', `${PROJECT['AGENTS.md']}\nStaged, and changed again.\n`);
  await write('package.json', '{ "type": "module" }\n');
  await write('large.txt', LARGE.replace('line 8000,', 'mine 8000,'));
  await write('shared.txt', LINES.replace('eight', 'EIGHT'));
  await write('crlf.txt', 'one\r\ntwo\r\nthree');
  await rm(join(cwd, 'gone.txt'));
  await box.git(cwd, 'rm', '--quiet', 'gone-staged.txt');
  await box.git(cwd, 'rm', '--quiet', '--cached', 'old.js');
  await box.git(cwd, 'mv', 'moved.txt', 'moved to.txt');
  await chmod(join(cwd, 'tool.sh'), 0o755);
  await rm(join(cwd, 'link'));
  await symlink('tool.sh', join(cwd, 'link'));
  await symlink('nowhere', join(cwd, 'dangling'));
  await write('planned.txt', 'planned\n');
  await box.git(cwd, 'add', '--intent-to-add', 'planned.txt');
  await rename(join(cwd, 'to-folder'), join(cwd, 'was-file'));
  for (const folder of ['to-folder', 'notes/deep']) {
    await mkdir(join(cwd, folder), { recursive: true });
    await write(`${folder}/inside.md`, `inside ${folder}\n`);
  }
  for (const name of ['draft.txt', 'line\nbreak', '-dash', 'ümläut'])
    await write(name, `${name}\n`);
}

/** The user's own edits beside what a model does, and in a file that it changes too. */
async function editMeanwhile(cwd: string): Promise<void> {
  await writeFile(join(cwd, 'mine.txt'), 'mine\n');
  await writeFile(join(cwd, 'shared.txt'), LINES.replace('eight', 'EIGHT'));
  await writeFile(join(cwd, 'large.txt'), LARGE.replace('line 8000,', 'mine 8000,'));
  await writeFile(join(cwd, 'AGENTS.md'), `${PROJECT['AGENTS.md']}\nEdited.\n`);
}

const START = ['start-session', '--another', '--task', 'Repair sum'];
const SET_ASIDE = ['--user-changes', 'set-aside', '--host', 'claude', '--host-tree', 'main'];
const HOST_AND_ONE = ['claude', 'one'];

async function prepared(box: Sandbox, cwd: string, work?: UserWork): Promise<Prepared> {
  return { cwd, work: work ?? (await readUserWork(box, cwd)) };
}

/** A session with two external models, up to the named script. */
async function walkTo(
  script: string,
  box: Sandbox,
  cwd: string,
  ...start: string[]
): Promise<string> {
  await ok(box, cwd, ...START, ...(start.length === 0 ? ['--host', 'none'] : start));
  for (const words of [['make-worktrees'], ['run-model', '--all'], ['capture-diff', '--all']]) {
    if (words[0] === script) return cwd;
    await ok(box, cwd, ...words);
  }
  return cwd;
}

async function cleanUp({ ok }: Walk): Promise<void> {
  assert.equal((await ok('cleanup', '--restore')).kept, []);
}

/** What a start is for: the models find what they are to find. */
async function worktreesMade(walk: Walk): Promise<unknown> {
  await walk.ok('make-worktrees');
  return worktreeContents(walk);
}

/** What lies in each model's worktree, whatever that is called after a kill. */
async function worktreeContents({ cwd }: Walk): Promise<Record<string, unknown>> {
  const worktrees = (await listWorktrees(cwd)).slice(1);
  const contents = worktrees.map(async ({ path, branch }) => [
    branch?.replace(/\/[^/]*$/, '') ?? 'detached',
    await contentsOf(path),
  ]);
  return { number: worktrees.length, ...Object.fromEntries(await Promise.all(contents)) };
}

function again(...words: string[]): CrashScenario['recoveries'] {
  return { again: async ({ ok }) => ok(...words) };
}

/** Once more from the start, and from then on in the new session. */
function startAgain(words: string[]): (walk: Walk) => Promise<void> {
  return async (walk) => {
    walk.session = (await walk.ok(...words)).session_id;
  };
}

/** A start may be killed when all of it is done, but before it could say so: `status` tells, and cleanup ends it. */
async function isStarted({ mm }: Walk): Promise<boolean> {
  const { exitCode, json } = await mm('status');
  if (exitCode !== 0) return false;
  const events = await readFile(join(json.session_dir, 'events.jsonl'), 'utf8').catch(() => '');
  return events.endsWith('\n');
}

function startRecoveries(words: string[]): CrashScenario['recoveries'] {
  return {
    async 'cleanup --restore, again'(walk) {
      if ((await walk.mm('status')).exitCode === 0) await walk.ok('cleanup', '--restore');
      // An empty file that probed the disk may be left in .git: the next start removes it.
      await walk.assertUnchanged('gitFolder');
      await startAgain(words)(walk);
    },
    async again(walk) {
      if (await isStarted(walk)) await walk.ok('cleanup', '--restore');
      await startAgain(words)(walk);
    },
  };
}

const INCLUDE = [...START, '--user-changes', 'include', '--host', 'none'];

const startInclude: CrashScenario = {
  name: 'start-session, include',
  async prepare(box) {
    const cwd = await usersRepository(box, ['one', 'two']);
    await makeDirty(box, cwd);
    return prepared(box, cwd);
  },
  words: INCLUDE,
  recoveries: startRecoveries(INCLUDE),
  evidence: worktreesMade,
  finish: cleanUp,
};

const startSetAside: CrashScenario = {
  name: 'start-session, set-aside',
  async prepare(box) {
    const cwd = await usersRepository(box, HOST_AND_ONE);
    await makeDirty(box, cwd);
    return prepared(box, cwd);
  },
  words: [...START, ...SET_ASIDE],
  recoveries: startRecoveries([...START, ...SET_ASIDE]),
  evidence: worktreesMade,
  finish: cleanUp,
};

const makeWorktrees: CrashScenario = {
  name: 'make-worktrees',
  async prepare(box) {
    const cwd = await usersRepository(box, ['one', 'two']);
    await walkTo('make-worktrees', box, cwd);
    await editMeanwhile(cwd);
    return prepared(box, cwd);
  },
  words: ['make-worktrees'],
  recoveries: {
    ...again('make-worktrees'),
    async 'cleanup, again'({ ok, assertUnchanged }) {
      assert.equal((await ok('cleanup')).kept, []);
      await assertUnchanged();
      await ok('make-worktrees');
    },
  },
  evidence: worktreeContents,
  finish: cleanUp,
};

const capture: CrashScenario = {
  name: 'capture-diff',
  async prepare(box) {
    const cwd = await usersRepository(box, ['one', 'two']);
    return prepared(box, await walkTo('capture-diff', box, cwd));
  },
  words: ['capture-diff', '--all'],
  recoveries: again('capture-diff', '--all'),
  async evidence({ ok }) {
    const { snapshots } = await ok('snapshot', '--all');
    return snapshots.map(({ dir, ...captured }: { dir: string }) => captured);
  },
  async finish({ ok }) {
    await ok('apply-picks', '--take', 'one');
    await ok('cleanup', '--restore');
  },
};

const APPLY = ['apply-picks', '--take', 'one'];

/** The session's refs may stay until cleanup; the main tree may not stay otherwise than it was. */
async function undoAndAgain(walk: Walk): Promise<void> {
  const { exitCode, json } = await walk.mm('apply-picks', '--undo');
  if (exitCode !== 0 && json.error.code !== 'nothing-to-undo') {
    throw new Error(`undo: ${JSON.stringify(json.error)}`);
  }
  // Files that were made ready in .git go with the next application, or with cleanup.
  await walk.assertUnchanged('refs', 'gitFolder');
  await walk.ok(...APPLY);
}

const apply: CrashScenario = {
  name: 'apply-picks',
  async prepare(box) {
    const cwd = await usersRepository(box, ['one', 'two']);
    await walkTo('apply-picks', box, cwd);
    await editMeanwhile(cwd);
    return prepared(box, cwd);
  },
  words: APPLY,
  recoveries: { ...again(...APPLY), 'undo, again': undoAndAgain },
  async finish({ ok }) {
    await ok('cleanup', '--restore');
    await ok('apply-picks', '--undo');
    await ok('cleanup');
  },
};

const undo: CrashScenario = {
  name: 'apply-picks --undo',
  async prepare(box) {
    const cwd = await usersRepository(box, ['one', 'two']);
    await walkTo('apply-picks', box, cwd);
    await editMeanwhile(cwd);
    await ok(box, cwd, ...APPLY);
    await writeFile(join(cwd, 'mine-too.txt'), 'mine too\n');
    return prepared(box, cwd);
  },
  words: ['apply-picks', '--undo'],
  recoveries: {
    async again({ mm }) {
      const { exitCode, json } = await mm('apply-picks', '--undo');
      if (exitCode !== 0 && json.error.code !== 'nothing-to-undo') {
        throw new Error(`undo: ${JSON.stringify(json.error)}`);
      }
    },
  },
  async finish({ ok }) {
    await ok('cleanup', '--restore');
  },
};

const cleanup: CrashScenario = {
  name: 'cleanup --restore',
  async prepare(box) {
    const cwd = await usersRepository(box, HOST_AND_ONE);
    await makeDirty(box, cwd);
    const work = await readUserWork(box, cwd);
    await walkTo('apply-picks', box, cwd, ...SET_ASIDE);
    await ok(box, cwd, ...APPLY);
    return prepared(box, cwd, work);
  },
  words: ['cleanup', '--restore'],
  recoveries: again('cleanup', '--restore'),
  async finish({ ok }) {
    await ok('cleanup', '--restore');
    await ok('apply-picks', '--undo');
    await ok('cleanup');
  },
};

/** Its worktrees hold what nothing has captured: it is kept before it goes. */
const cleanupForce: CrashScenario = {
  name: 'cleanup --force',
  async prepare(box) {
    const cwd = await usersRepository(box, ['one', 'two']);
    await walkTo('apply-picks', box, cwd);
    await editMeanwhile(cwd);
    const late = `${cwd}-mm-one`;
    await writeFile(join(late, 'late.txt'), 'after the capture\n');
    await writeFile(join(late, 'sum.js'), 'export const sum = () => "later";\n');
    const work = await readUserWork(box, cwd);
    return { cwd, work: { ...work, made: await readMade(box, late) } };
  },
  words: ['cleanup', '--force'],
  recoveries: again('cleanup', '--force'),
  async evidence({ box }) {
    const bundles = await glob('state/**/refs.bundle', { cwd: box.folder, absolute: true });
    const refs = (await box.git(box.folder, 'bundle', 'list-heads', bundles[0] ?? '')).split('\n');
    return refs.map((line) => line.replace(/^.*\/pass-/, 'pass-'));
  },
  finish: async ({ ok }) => ok('cleanup'),
};

async function walkToNextPass(box: Sandbox, cwd: string, ...start: string[]): Promise<void> {
  await walkTo('apply-picks', box, cwd, ...start);
  await ok(box, cwd, 'complete-pass', '--analysis-text', 'Once more.');
}

async function secondPass(walk: Walk): Promise<unknown> {
  const status = await walk.ok('status');
  const file = (name: string) =>
    readFile(join(status.session_dir, 'pass-0002', name), 'utf8').catch(() => null);
  return {
    pass: status.pass,
    prompt: await file('prompt.md'),
    start: await file('start.json'),
    worktrees: await worktreeContents(walk),
  };
}

const nextPass: CrashScenario = {
  name: 'next-pass',
  async prepare(box) {
    const cwd = await usersRepository(box, ['one', 'two']);
    await walkToNextPass(box, cwd);
    await editMeanwhile(cwd);
    return prepared(box, cwd);
  },
  words: ['next-pass'],
  recoveries: again('next-pass'),
  evidence: secondPass,
  finish: cleanUp,
};

const nextPassWithHost: CrashScenario = {
  name: 'next-pass, host in the main tree',
  async prepare(box) {
    const cwd = await usersRepository(box, HOST_AND_ONE);
    await ok(box, cwd, ...START, '--host', 'claude', '--host-tree', 'main');
    await ok(box, cwd, 'make-worktrees');
    await ok(box, cwd, 'run-model', '--all');
    await writeFile(join(cwd, 'sum.js'), 'export const sum = (a, b) => b + a;\n');
    await writeFile(join(cwd, 'by-host.txt'), 'by the host\n');
    await ok(box, cwd, 'run-model', '--model', 'claude', '--record-text', 'Done.');
    await ok(box, cwd, 'capture-diff', '--all');
    await ok(box, cwd, 'complete-pass', '--analysis-text', 'Once more.');
    await writeFile(join(cwd, 'mine.txt'), 'mine\n');
    return prepared(box, cwd);
  },
  words: ['next-pass'],
  recoveries: again('next-pass'),
  evidence: secondPass,
  finish: cleanUp,
};

const FROM_MIX = ['next-pass', '--from', 'synthesis', '--feedback-text', 'Go on.'];

/** The host's main tree and the worktree both start from the mix. */
const nextPassFromMix: CrashScenario = {
  name: 'next-pass --from synthesis',
  async prepare(box) {
    const cwd = await usersRepository(box, HOST_AND_ONE);
    await ok(box, cwd, ...START, '--host', 'claude', '--host-tree', 'main');
    await ok(box, cwd, 'make-worktrees');
    await ok(box, cwd, 'run-model', '--all');
    await writeFile(join(cwd, 'by-host.txt'), 'by the host\n');
    await ok(box, cwd, 'run-model', '--model', 'claude', '--record-text', 'Done.');
    await ok(box, cwd, 'capture-diff', '--all');
    await ok(box, cwd, 'apply-picks', '--take', 'one', '--to', 'scratch');
    await ok(box, cwd, 'complete-pass', '--analysis-text', 'Once more.');
    await writeFile(join(cwd, 'mine.txt'), 'mine\n');
    return prepared(box, cwd);
  },
  words: FROM_MIX,
  recoveries: {
    ...again(...FROM_MIX),
    // As status says: a pass that has begun knows what it starts from.
    async 'make-worktrees, if the pass has begun'({ ok }) {
      await ok(...((await ok('status')).pass === 2 ? ['make-worktrees'] : FROM_MIX));
    },
  },
  evidence: secondPass,
  finish: cleanUp,
};

export const SCENARIOS: CrashScenario[] = [
  startInclude,
  startSetAside,
  makeWorktrees,
  capture,
  apply,
  undo,
  cleanup,
  cleanupForce,
  nextPass,
  nextPassWithHost,
  nextPassFromMix,
];

export function scenarioNamed(wanted: string): CrashScenario {
  const found = SCENARIOS.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`There is no scenario "${wanted}".`);
  return found;
}
