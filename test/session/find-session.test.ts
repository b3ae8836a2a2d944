import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answerNotes } from '../../scripts/lib/answer-notes.ts';
import {
  findSession,
  findSessionOrNull,
  lockReasonFor,
  sessionInLockReason,
} from '../../scripts/lib/session/find-session.ts';
import { listSessionIds, sessionsFolder } from '../../scripts/lib/session/list-sessions.ts';
import { updateSession } from '../../scripts/lib/session/session.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { makeSession } from '../support/sessions.ts';

const day = (number: number) => new Date(Date.UTC(2026, 0, number, 12));

test('without a session there is none: refused, or null for scripts that also work alone', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  const error = await rejection(findSession({ repo }));
  assert.equal([error.code, error.exitStatus], ['no-session', 3]);
  assert.match(error.hint, `start-session --task TEXT --repo ${repo} (`);
  assert.is(await findSessionOrNull({ repo }), null);
  assert.is((await rejection(findSession({ repo, session: 'latest' }))).code, 'no-session');
  assert.is((await rejection(findSessionOrNull({ repo: box.folder }))).code, 'not-a-repository');
});

test('the newest open one, from any folder inside; finished ones do not count', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository({ 'deep/er/x': '' });
  const { session: first } = await makeSession(repo, {}, day(1));
  const { session: second } = await makeSession(repo, {}, day(2));
  const { session: third } = await makeSession(repo, { status: 'abandoned' }, day(3));
  const found = async (options = {}) =>
    (await findSession({ repo: join(repo, 'deep', 'er'), ...options })).session.directory;
  assert.is(await found(), second.directory);
  await updateSession(second, () => ({ status: 'completed' }));
  assert.is(await found(), first.directory);
  assert.is(await found({ session: third.data.session_id }), third.directory);
  assert.equal(
    await listSessionIds(join(first.directory, '..')),
    [first, second, third].map(({ data }) => data.session_id),
  );
  assert.equal(await listSessionIds(join(box.folder, 'none')), []);
});

test('latest: what the link names, before there is one the newest open', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  const { session: old, repository } = await makeSession(repo, { status: 'completed' }, day(1));
  const { session: open } = await makeSession(repo, {}, day(2));
  const latest = async () => (await findSession({ repo, session: 'latest' })).session.directory;
  assert.is(await latest(), open.directory);
  const link = join(await sessionsFolder(repository), 'latest');
  await symlink(old.data.session_id, link);
  assert.is(await latest(), old.directory);
});

test('by directory, also one that is not below the state root, and from anywhere', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  const { session } = await makeSession(repo);
  const found = await findSession({ session: session.directory });
  assert.is(found.session.data.session_id, session.data.session_id);
  assert.is(found.repository.topLevel, repo);
  // What stdout has no room for will lie there.
  assert.is(answerNotes.session, session.directory);
});

test('what names no session: an id, a directory, a file, nothing, nonsense', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  const { session } = await makeSession(repo);
  const id = session.data.session_id;
  const file = join(box.folder, 'file');
  await writeFile(file, '');
  for (const named of [
    `${id}0`,
    box.folder,
    file,
    './nothing',
    '../',
    '',
    '.',
    '..',
    'a/b',
    '../../x',
    '--all',
    'x'.repeat(300),
    'latest/',
  ]) {
    const error = await rejection(findSession({ repo, session: named }));
    assert.equal([error.code, error.exitStatus], ['unknown-session', 2], named);
  }
  const typed = await rejection(findSession({ repo, session: `${id.slice(0, -1)}x` }));
  assert.match(`${typed.message} ${typed.hint}`, id);
});

test("another repository's session is refused, by id or directory, and says where it belongs", async () => {
  await using box = await ownSandbox();
  const [mine, other] = [await box.repository({}, 'mine'), await box.repository({}, 'other')];
  const { session } = await makeSession(other);
  await makeSession(mine);
  const error = await rejection(findSession({ repo: mine, session: session.directory }));
  assert.equal([error.code, error.exitStatus], ['foreign-session', 2]);
  assert.match(error.message, other);
  const byId = await rejection(findSession({ repo: mine, session: session.data.session_id }));
  assert.is(byId.code, 'unknown-session');
});

test('clones of one origin share a folder and not their sessions', async () => {
  await using box = await ownSandbox();
  const origin = await box.repository({}, 'origin');
  const clones = ['a/app', 'b/app'].map((name) => join(box.folder, name));
  for (const clone of clones) {
    await mkdir(join(clone, '..'));
    await box.git(box.folder, 'clone', '--quiet', origin, clone);
  }
  const [a = '', b = ''] = clones;
  const { session, repository } = await makeSession(a);
  assert.is(await findSessionOrNull({ repo: b }), null);
  const error = await rejection(findSession({ repo: b, session: session.data.session_id }));
  assert.is(error.code, 'foreign-session');
  assert.is((await findSession({ repo: a })).session.directory, session.directory);
  assert.ok(repository);
});

test('$MM_SESSION counts, --session counts more, an empty one not at all', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  const { session: first } = await makeSession(repo, {}, day(1));
  const { session: second } = await makeSession(repo, {}, day(2));
  process.env.MM_SESSION = first.data.session_id;
  assert.is((await findSession({ repo })).session.directory, first.directory);
  const named = await findSession({ repo, session: second.data.session_id });
  assert.is(named.session.directory, second.directory);
  process.env.MM_SESSION = first.directory;
  assert.is(
    (await findSession({ repo: join(box.folder, 'project') })).session.directory,
    first.directory,
  );
  process.env.MM_SESSION = '';
  assert.is((await findSession({ repo })).session.directory, second.directory);
  process.env.MM_SESSION = 'gone';
  assert.is((await rejection(findSessionOrNull({ repo }))).code, 'unknown-session');
});

test("from inside a model's worktree it is the session of that worktree, in its main tree", async () => {
  await using box = await ownSandbox();
  const repo = await box.repository({ 'deep/x': '' });
  const { session, repository } = await makeSession(repo, {}, day(1));
  const [worktree] = await makeWorktrees(repository, session, {
    models: ['gpt'],
    start: session.data.base,
    provided: [],
    onProgress: () => {},
  });
  const inside = join(worktree?.path ?? '', 'deep');
  const found = await findSession({ repo: inside });
  assert.is(found.session.directory, session.directory);
  assert.is(found.repository.topLevel, repo);
});

test("the user's own worktree has sessions of its own", async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  await makeSession(repo);
  const second = join(box.folder, 'second');
  await box.git(repo, 'worktree', 'add', '--quiet', '--lock', '--reason', 'on a stick', second);
  assert.is(await findSessionOrNull({ repo: second }), null);
});

test('a lock reason of ours names the session, any other none', async () => {
  await using box = await ownSandbox();
  const { session } = await makeSession(await box.repository());
  assert.is(sessionInLockReason(lockReasonFor(session)), session.directory);
  for (const other of [
    null,
    '',
    'on a stick',
    'multi-model-execute',
    'multi-model-execute ',
    'not multi-model-execute /x',
  ])
    assert.is(sessionInLockReason(other), null);
});

test('a damaged session is an error where it is named, and passed over with a warning elsewhere', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  const { session: finished } = await makeSession(repo, { status: 'completed' }, day(1));
  const { session: open } = await makeSession(repo, {}, day(2));
  const folder = join(open.directory, '..');
  const damaged = `${open.data.session_id.replace('20260102', '20260103')}`;
  await mkdir(join(folder, damaged));
  await writeFile(join(folder, damaged, 'session.json'), '{"schema_version":1}');
  await symlink(damaged, join(folder, 'latest'));
  const found = async (...words: string[]) => {
    const { json } = await box.mm(repo, 'status', ...words);
    return [
      json.session_id ?? json.error.code,
      json.warnings.map((it: string) => it.includes(damaged) && !it.includes('\n')),
    ];
  };
  assert.equal(await found(), [open.data.session_id, [true]]);
  assert.equal(await found('--session', 'latest'), [finished.data.session_id, [true]]);
  assert.equal(await found('--session', open.data.session_id), [open.data.session_id, []]);
  assert.equal(await found('--session', damaged), ['damaged-file', []]);
  assert.is((await box.mm(repo, 'cleanup', '--expired')).exitCode, 0);
});

test('through a script: the JSON error and the exit status', async () => {
  await using box = await ownSandbox();
  const repo = await box.repository();
  const none = await box.mm(repo, 'status');
  assert.equal([none.exitCode, none.json.error.code], [3, 'no-session']);
  const unknown = await box.mm(repo, 'status', '--session', '20260101-000000Z-1-abcd');
  assert.equal([unknown.exitCode, unknown.json.error.code], [2, 'unknown-session']);
});

test.run();
