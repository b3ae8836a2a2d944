import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { runMark, sessionMark } from '../../scripts/lib/session/marks.ts';
import { metadataMarkdown } from '../../scripts/lib/session/metadata.ts';
import { selectModels, selectPass } from '../../scripts/lib/session/select-models.ts';
import {
  captureOf,
  createSession,
  fileName,
  hostWorksInMainTree,
  participants,
  readSession,
  recordEvent,
  type Session,
  sessionSchema,
  updateSession,
  worktreeOf,
} from '../../scripts/lib/session/session.ts';
import { compiledModule } from '../support/compiled.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { makeSession, sessionData, sessionModel } from '../support/sessions.ts';

async function setUp(more: Parameters<typeof makeSession>[1] = {}) {
  const box = await ownSandbox();
  const made = await makeSession(await box.repository(), more);
  return { box, ...made, [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() };
}

test('a session is a private directory with one file that says it all', async () => {
  await using it = await setUp();
  const { session } = it;
  assert.equal((await readSession(session.directory))?.data, session.data);
  assert.is((await stat(session.directory)).mode & 0o777, 0o700);
  assert.is((await stat(join(session.directory, 'session.json'))).mode & 0o777, 0o600);
  assert.is(await readSession(it.box.folder), null);
  assert.is(await readSession(join(session.directory, 'session.json')), null);
});

test('a damaged session.json is no missing one', async () => {
  await using it = await setUp();
  await writeFile(join(it.session.directory, 'session.json'), '{"schema_version":2}');
  assert.is((await rejection(readSession(it.session.directory))).code, 'damaged-file');
});

test('processes that change it at the same time lose nothing', async () => {
  await using it = await setUp();
  const module = compiledModule('lib/session/session');
  const code = (model: string) => `import * as it from ${JSON.stringify(module)};
    const session = await it.readSession(${JSON.stringify(it.session.directory)});
    for (let pass = 1; pass <= 8; pass++) {
      await it.updateSession(session, ({ worktrees }) => ({ worktrees: [...worktrees,
        { model: '${model}', pass, path: '/x', branch: 'b', start: '${'a'.repeat(40)}', state: 'ready', removed: false,
    provided: [], tree_after_gates: null }] }));
      await it.recordEvent(session, 'run_start', { model: '${model}', pass });
    }`;
  const ends = await Promise.all(
    ['a', 'b', 'c'].map((model) =>
      runCommand({
        file: process.execPath,
        args: ['--input-type=module', '-e', code(model)],
        cwd: process.cwd(),
        env: process.env,
      }),
    ),
  );
  for (const { exitCode, stderr } of ends) assert.is(exitCode, 0, stderr);
  const read = await readSession(it.session.directory);
  assert.is(read?.data.worktrees.length, 24);
  const events = (await readFile(join(it.session.directory, 'events.jsonl'), 'utf8'))
    .trim()
    .split('\n');
  assert.is(events.length, 24);
  for (const line of events) assert.is(JSON.parse(line).event, 'run_start');
});

test('a change is taken on what the file says now, and what does not fit is not written', async () => {
  await using it = await setUp();
  const stale: Session = { ...it.session };
  await updateSession(it.session, () => ({ prompt_summary: 'newer' }));
  await updateSession(stale, () => ({ completed_passes: 1 }));
  assert.is(stale.data.prompt_summary, 'newer');
  await rejection(updateSession(stale, () => ({ base: 'no object id' })));
  const read = await readSession(it.session.directory);
  assert.is(read?.data.completed_passes, 1);
  assert.is(read?.data.base, it.session.data.base);
  assert.is(stale.data.base, it.session.data.base);
});

test('a session that was deleted meanwhile does not come back to life', async () => {
  await using it = await setUp();
  await rm(it.session.directory, { recursive: true });
  await rejection(updateSession(it.session, () => ({ status: 'completed' })));
  assert.is(await readSession(it.session.directory), null);
});

test('a state directory that cannot be written is said', async () => {
  await using it = await setUp();
  const file = join(it.box.folder, 'file');
  await writeFile(file, '');
  const data = sessionData(await openRepository(it.repository.topLevel));
  const error = await rejection(createSession(join(file, 'x'), data));
  assert.is(error.code, 'cannot-write');
});

test('events are single lines, whatever they hold', async () => {
  await using it = await setUp();
  await recordEvent(it.session, 'run_end', { text: 'line\nbreak\u2028' });
  const text = await readFile(join(it.session.directory, 'events.jsonl'), 'utf8');
  assert.is(text.split('\n').length, 2);
  const event = JSON.parse(text);
  assert.is(event.text, 'line\nbreak\u2028');
  assert.match(event.timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
});

test('the last record of a model in a pass counts', async () => {
  await using it = await setUp();
  const oid = it.session.data.base;
  const worktree = (path: string, pass: number) => ({
    ...{ model: 'gpt#2', pass, path, branch: 'b', start: oid },
    ...{ state: 'ready' as const, removed: false, provided: [], tree_after_gates: null },
  });
  await updateSession(it.session, () => ({
    worktrees: [worktree('/old', 1), worktree('/new', 1), worktree('/two', 2)],
  }));
  assert.is(worktreeOf(it.session, 'gpt#2', 1)?.path, '/new');
  assert.is(worktreeOf(it.session, 'gpt', 1), null);
  assert.is(captureOf(it.session, 'gpt#2'), null);
  assert.is(fileName('gpt#2'), 'gpt-2');
});

test('who takes part, and whether the host works in the main tree', async () => {
  const models = [
    sessionModel('claude', { role: 'host' }),
    sessionModel('gpt', { available: false, reason: 'codex was not found' }),
  ];
  await using it = await setUp({ models, host: 'claude' });
  assert.equal(
    participants(it.session).map(({ model }) => model),
    ['claude'],
  );
  assert.ok(hostWorksInMainTree(it.session));
  await updateSession(it.session, () => ({ host_tree: 'worktree' }));
  assert.not.ok(hostWorksInMainTree(it.session));
  await updateSession(it.session, () => ({ host_tree: 'main', models: [sessionModel('gpt')] }));
  assert.not.ok(hostWorksInMainTree(it.session));
});

test('models are selected by name, each once; all are those that take part', async () => {
  const models = [
    sessionModel('claude'),
    sessionModel('gpt#2'),
    sessionModel('gemini', { available: false, reason: 'gemini was not found' }),
  ];
  await using it = await setUp({ models });
  const select = (...model: string[]) =>
    selectModels(it.session, { model, all: false }).map((found) => found.model);
  assert.equal(select('gpt#2', 'claude', 'gpt#2'), ['gpt#2', 'claude']);
  assert.equal(
    selectModels(it.session, { model: [], all: true }).map((found) => found.model),
    ['claude', 'gpt#2'],
  );
  const refusals: [string[], string, number, RegExp][] = [
    [[], 'no-model', 2, /--model|No model/],
    [['cluade'], 'unknown-model', 2, /Did you mean "claude"/],
    [['claude', 'x'.repeat(30)], 'unknown-model', 2, /Known: claude, gpt#2, gemini/],
    [['gemini'], 'model-unavailable', 3, /gemini was not found/],
  ];
  for (const [names, code, status, message] of refusals) {
    const error = await rejection(Promise.resolve().then(() => select(...names)));
    assert.equal([error.code, error.exitStatus], [code, status]);
    assert.match(error.message, message);
  }
});

test('a pass that is not there yet is refused', async () => {
  await using it = await setUp({ current_pass: 2, pass_count: 3 });
  assert.is(selectPass(it.session, undefined), 2);
  assert.is(selectPass(it.session, 1), 1);
  const error = await rejection(Promise.resolve().then(() => selectPass(it.session, 3)));
  assert.is(error.code, 'unknown-pass');
});

test('marks: a run is unique, and is found by its session and no other', async () => {
  await using it = await setUp();
  const [one, two] = [runMark(it.session, 'gpt#2: tests'), runMark(it.session, 'gpt#2: tests')];
  assert.is.not(one, two);
  assert.ok(one.startsWith(sessionMark(it.session)));
  assert.not.match(one, /[:\s]/);
  assert.match(runMark(null, 'x'), /^alone\/x-[0-9a-f]{8}$/);
  const longer = {
    ...it.session,
    data: { ...it.session.data, session_id: `${it.session.data.session_id}0` },
  };
  assert.not.ok(runMark(longer, 'x').startsWith(sessionMark(it.session)));
});

test('metadata for people names what is known, and what is not', async () => {
  await using it = await setUp({
    models: [
      sessionModel('claude', { role: 'host', backend: null }),
      sessionModel('gpt', { available: false, reason: 'not found' }),
    ],
    branch: null,
    trunk: null,
    timeout_s: 'none',
  });
  const text = metadataMarkdown(it.session.data);
  for (const line of [
    '(detached HEAD)',
    'trunk: (unknown)',
    'Time limit of a model: none',
    '- claude: host',
    '- gpt: not available (not found)',
    it.session.data.session_id,
  ])
    assert.match(text, line);
});

test('the schema refuses what would be dangerous later', async () => {
  await using it = await setUp();
  assert.ok(sessionSchema.safeParse(it.session.data).success);
  for (const wrong of [
    { ref: '--all' },
    { status: 'done' },
    { schema_version: 2 },
    { created_at: 'yesterday' },
  ])
    assert.not.ok(sessionSchema.safeParse({ ...it.session.data, ...wrong }).success);
});

test.run();
