import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listWorktrees } from '../../scripts/lib/git/worktrees.ts';
import { lockReasonFor } from '../../scripts/lib/session/find-session.ts';
import { readSession, trustedIndex, worktreeOf } from '../../scripts/lib/session/session.ts';
import { makeWorktrees, planWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';

async function setUp() {
  const box = await ownSandbox();
  const at = await box.repository({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
  const made = await makeSession(at, {
    models: ['gpt', 'gpt#2', 'gemini'].map((it) => sessionModel(it)),
  });
  const make = (...models: string[]) =>
    makeWorktrees(made.repository, made.session, {
      models,
      start: made.session.data.base,
      provided: [],
      onProgress: () => {},
    });
  return { box, at, ...made, make, [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() };
}

test('one for each model: place, branch, mark, files, trusted index, record, event', async () => {
  await using it = await setUp();
  const made = await it.make('gpt', 'gpt#2');
  assert.equal(
    made.map(({ path, created }) => [path, created]),
    [
      [join(it.box.folder, 'project-mm-gpt'), true],
      [join(it.box.folder, 'project-mm-gpt-2'), true],
    ],
  );
  const listed = await listWorktrees(it.at);
  for (const record of made) {
    assert.match(record.branch, /^mm\/gpt(-2)?\/\d{8}-\d{6}$/);
    const entry = listed.find(({ path }) => path === record.path);
    assert.equal([entry?.branch, entry?.lockReason], [record.branch, lockReasonFor(it.session)]);
    assert.is(await readFile(join(record.path, 'dir', 'b.txt'), 'utf8'), 'b\n');
    assert.is(await it.box.git(record.path, 'status', '--porcelain'), '');
    const own = await it.box.git(record.path, 'rev-parse', '--absolute-git-dir');
    const trusted = trustedIndex(it.session, record);
    assert.equal(await readFile(trusted), await readFile(join(own, 'index')));
  }
  const read = await readSession(it.session.directory);
  assert.equal(
    read?.data.worktrees.map(({ path }) => path),
    made.map(({ path }) => path),
  );
  const events = (await readFile(join(it.session.directory, 'events.jsonl'), 'utf8'))
    .trim()
    .split('\n');
  assert.equal(events.map((line) => JSON.parse(line).model).sort(), ['gpt', 'gpt#2']);
});

test('made again, they are found; one that was deleted is made again', async () => {
  await using it = await setUp();
  const [gpt, gemini] = await it.make('gpt', 'gemini');
  await writeFile(join(gpt?.path ?? '', 'work.txt'), 'w');
  await rm(gemini?.path ?? '', { recursive: true });
  const again = await it.make('gpt', 'gemini');
  assert.equal(
    again.map(({ created }) => created),
    [false, true],
  );
  assert.is(again[0]?.path, gpt?.path);
  assert.ok(existsSync(join(gpt?.path ?? '', 'work.txt')));
  assert.ok(existsSync(join(again[1]?.path ?? '', 'a.txt')), 'files are there');
  assert.is(await it.box.git(again[1]?.path ?? '', 'status', '--porcelain'), '');
});

test('where the place is taken, the time is behind the name; what lies there stays', async () => {
  await using it = await setUp();
  const taken = join(it.box.folder, 'project-mm-gpt');
  await mkdir(taken);
  await writeFile(join(taken, 'mine.txt'), 'm');
  const [made] = await it.make('gpt');
  assert.match(made?.path ?? '', /project-mm-gpt-\d{8}-\d{6}$/);
  assert.is(await readFile(join(taken, 'mine.txt'), 'utf8'), 'm');
});

test('where everything is taken it is refused, with the names, and nothing is made', async () => {
  await using it = await setUp();
  const now = new Date('2026-01-02T03:04:05Z');
  const id = it.session.data.session_id.slice(-4);
  for (const name of ['', '-20260102-030405', `-20260102-030405-${id}`])
    await writeFile(join(it.box.folder, `project-mm-gpt${name}`), '');
  const error = await rejection(planWorktrees(it.repository, it.session, ['gpt'], now));
  assert.equal([error.code, error.exitStatus, error.details.paths.length], ['path-taken', 3, 3]);
  assert.is((await listWorktrees(it.at)).length, 1);
});

test('a branch of that name gets a number; a plan makes nothing', async () => {
  await using it = await setUp();
  const now = new Date('2026-01-02T03:04:05Z');
  await it.box.git(it.at, 'branch', 'mm/gpt/20260102-030405');
  const [plan] = await planWorktrees(it.repository, it.session, ['gpt'], now);
  assert.equal([plan?.branch, plan?.create], ['mm/gpt/20260102-030405-2', true]);
  assert.is((await listWorktrees(it.at)).length, 1);
});

test('two sessions at once do not disturb each other', async () => {
  await using it = await setUp();
  const other = await makeSession(it.at, { models: [sessionModel('gpt'), sessionModel('gemini')] });
  const [mine, theirs] = await Promise.all([
    it.make('gpt', 'gemini'),
    makeWorktrees(other.repository, other.session, {
      models: ['gpt', 'gemini'],
      start: other.session.data.base,
      provided: [],
      onProgress: () => {},
    }),
  ]);
  const all = [...mine, ...theirs];
  assert.is(new Set(all.map(({ path }) => path)).size, 4);
  assert.is(new Set(all.map(({ branch }) => branch)).size, 4);
  for (const { path } of all) assert.is(await it.box.git(path, 'status', '--porcelain'), '');
});

test('a crash between the record and the worktree is finished by the next run', async () => {
  await using it = await setUp();
  const wrong = makeWorktrees(it.repository, it.session, {
    models: ['gpt'],
    start: 'f'.repeat(40),
    provided: [],
    onProgress: () => {},
  });
  await rejection(wrong);
  assert.ok(worktreeOf(it.session, 'gpt', 1), 'recorded first');
  const [made] = await it.make('gpt');
  assert.is(made?.created, true);
  assert.is(worktreeOf(it.session, 'gpt', 1)?.path, made?.path);
  assert.ok(existsSync(join(made?.path ?? '', 'a.txt')));
});

test('a crash while a worktree was filled is finished by the next run', async () => {
  await using it = await setUp();
  const [made] = await it.make('gpt');
  const path = made?.path ?? '';
  const own = await it.box.git(path, 'rev-parse', '--absolute-git-dir');
  await rm(trustedIndex(it.session, { model: 'gpt', pass: 1 }));
  await rm(join(own, 'index'));
  await rm(join(path, 'dir'), { recursive: true });
  await writeFile(join(path, 'a.txt'), 'half of');
  const [again] = await it.make('gpt');
  assert.equal([again?.created, again?.path], [true, path]);
  assert.is(await readFile(join(path, 'a.txt'), 'utf8'), 'a\n');
  assert.is(await it.box.git(path, 'status', '--porcelain'), '');
  assert.equal(
    await readFile(trustedIndex(it.session, { model: 'gpt', pass: 1 })),
    await readFile(join(own, 'index')),
  );
});

test('what was planted since the session began does not run, and changes nothing that is filled', async () => {
  await using it = await setUp();
  const ran = join(it.box.folder, 'ran');
  await it.box.git(it.at, 'config', 'filter.evil.smudge', `touch ${ran}; cat`);
  await it.box.git(it.at, 'config', 'core.autocrlf', 'true');
  await writeFile(join(it.at, '.git', 'info', 'attributes'), '* filter=evil\n');
  await writeFile(join(it.at, '.git', 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${ran}\n`);
  await chmod(join(it.at, '.git', 'hooks', 'post-checkout'), 0o755);
  const [made] = await it.make('gpt');
  assert.is(await readFile(join(made?.path ?? '', 'a.txt'), 'utf8'), 'a\n');
  assert.not.ok(existsSync(ran));
});

test('a worktree that git does not know is said to be so', async () => {
  await using it = await setUp();
  await it.make('gpt');
  await rm(trustedIndex(it.session, { model: 'gpt', pass: 1 }));
  await rm(join(it.at, '.git', 'worktrees'), { recursive: true });
  const error = await rejection(it.make('gpt'));
  assert.equal([error.code, error.exitStatus], ['not-registered', 1]);
});

test.run();
