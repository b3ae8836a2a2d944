/** Several sessions of one repository: asked about, listed, named; and where they may not lie. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeRef } from '../../scripts/lib/git/refs.ts';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { stateOf } from '../../scripts/lib/procedure/sessions.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { refPrefix, type SessionData } from '../../scripts/lib/session/session.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Json } from '../support/sandbox.ts';
import { makeSession, sessionData } from '../support/sessions.ts';
import { ok } from '../support/walk.ts';

const day = (number: number) => new Date(Date.UTC(2026, 0, number, 12));
const HOST = ['--task', 'Make it faster', '--host', 'claude', '--models', 'claude'];

function worktree(path: string): SessionData['worktrees'][number] {
  return {
    ...{ model: 'gpt', pass: 1, path, branch: 'mm/gpt/1', start: '0'.repeat(40), state: 'ready' },
    ...{ removed: false, provided: [], tree_after_gates: null },
  };
}

test('a second session is asked about; all are listed, with what is left of each', async () => {
  await using box = await ownSandbox();
  const main = await box.repository();
  const { session: old, repository } = await makeSession(
    main,
    { status: 'completed', worktrees: [worktree('/gone')], prompt_summary: 'An old one' },
    day(1),
  );
  await writeRef(main, `${refPrefix(old)}/pass-0001/gpt/tree`, repository.head);
  const damaged = join(old.directory, '..', '20260102-120000Z-1-abcd');
  await mkdir(damaged);
  await writeFile(join(damaged, 'session.json'), '{}');

  const first = await ok(box, main, 'start-session', ...HOST);
  assert.match(first.warnings[0], damaged);
  const refused = await box.mm(main, 'start-session', ...HOST);
  const { error } = refused.json;
  assert.equal([refused.exitCode, error.code], [3, 'open-session']);
  assert.equal(
    error.details.open.map((it: Json) => [it.session_id, it.task, it.state]),
    [[first.session_id, 'Make it faster', 'started']],
  );
  assert.match(error.hint, `mm.mjs status --session ${first.session_id}`);
  assert.match(error.hint, '--another');
  const second = await ok(box, main, 'start-session', '--another', ...HOST);

  const listed = await ok(box, main, 'sessions');
  assert.match(listed.warnings[0], damaged);
  const nothing = { worktrees: [], refs: 0, set_aside: null };
  assert.equal(
    listed.sessions.map((it: Json) => [it.session_id, it.status, it.latest, it.left]),
    [
      [second.session_id, 'in_progress', true, nothing],
      [first.session_id, 'in_progress', false, nothing],
      [old.data.session_id, 'completed', false, { ...nothing, worktrees: ['/gone'], refs: 1 }],
    ],
  );
  assert.match(listed.next, ` status --session ${second.session_id} --repo ${main}`);
  await ok(box, main, 'finish-session', '--session', first.session_id);
  const { sessions } = await ok(box, main, 'sessions');
  const latest = sessions.find((it: Json) => it.latest);
  assert.equal([latest.session_id, latest.task], [first.session_id, 'Make it faster']);
  const found = await ok(box, main, 'status', '--session', 'latest');
  assert.is(found.session_id, first.session_id);
});

test('how far a session came is told by what is recorded of its current pass', async () => {
  await using box = await ownSandbox();
  const repository = await openRepository(await box.repository());
  const capture = { ...{ model: 'gpt', pass: 1, tree: repository.head, ref: 'r' } };
  const captured = { ...capture, head: repository.head, state: 'empty' as const, captured_at: '' };
  const applied = {
    ...{ before: '', after: '', modes: [], pass: 1, tree: '', applied_at: '' },
    state: 'applied' as const,
  };
  const worktrees = [worktree('/w')];
  const captures = [captured];
  const table: [Partial<SessionData>, boolean, string][] = [
    [{}, false, 'started'],
    [{ worktrees }, false, 'worktrees-made'],
    [{ worktrees }, true, 'running'],
    [{ worktrees, captures }, false, 'captured'],
    [{ captures, completed_passes: 1 }, false, 'pass-complete'],
    [{ captures, completed_passes: 1, applications: [applied] }, false, 'applied'],
    [{ applications: [{ ...applied, state: 'undone' }], captures }, false, 'captured'],
    [{ worktrees, captures, completed_passes: 1, current_pass: 2 }, false, 'started'],
  ];
  for (const [data, isRunning, state] of table)
    assert.is(stateOf({ directory: '', data: sessionData(repository, data) }, isRunning), state);
});

test('a state root among the files of the repository is refused, before anything is written', async () => {
  await using box = await ownSandbox();
  const main = await box.repository({ '.gitignore': 'ignored/\n', x: '' });
  await mkdir(join(main, 'inside'));
  await symlink(join(main, 'inside'), join(box.folder, 'link'));
  const start = (root: string, ...words: string[]) => {
    box.env.AI_AIP_ROOT = root;
    return box.mm(main, ...words);
  };
  const begin = ['start-session', '--dry-run', ...HOST];
  for (const root of ['.', '.ai-state', join(main, 'a/b'), join(box.folder, 'link', 'state')]) {
    const { exitCode, json } = await start(root, ...begin);
    assert.equal([exitCode, json.error?.code], [3, 'state-root-in-repository'], root);
  }
  assert.is(
    (await start('.ai-state', 'gates', '--main')).json.error.code,
    'state-root-in-repository',
  );
  assert.is(await box.git(main, 'status', '--short', '--ignored', '--untracked-files=all'), '');
  for (const root of ['ignored/state', '.git/state', `${main}-state`])
    assert.is((await start(root, ...begin)).exitCode, 0, root);

  const { error } = (await start('.ai-state', ...begin)).json;
  const command = /git ignore it: (.+) and run/.exec(error.hint)?.[1] ?? '';
  await runCommand({ file: 'sh', args: ['-c', command], cwd: main, env: box.env });
  assert.is((await start('.ai-state', ...begin)).exitCode, 0);
});

test.run();
