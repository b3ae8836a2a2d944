/**
 * The table of awkward cases, and what is checked of every row: what a model left in its worktree is what the
 * main tree gets, to the byte; nothing else of the user's moves; undo brings everything back; cleanup loses nothing.
 */
import { existsSync, lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pathText, type RawPath } from '../../scripts/lib/git/paths.ts';
import {
  applyAndUndo,
  type SessionOfRows,
  type Taken,
  takenAtOnce,
  type Walk,
} from './awkward-cases-apply.ts';
import { groupsOf } from './awkward-cases-groups.ts';
import { type Hands, handsIn } from './awkward-cases-hands.ts';
import { assertPatch } from './awkward-cases-patch.ts';
import { absolute, assertSame, type Photo, photograph } from './awkward-cases-photo.ts';
import { runScript } from './awkward-cases-script.ts';
import { assertState, type State, stateReader } from './awkward-cases-state.ts';
import type { AwkwardCase } from './awkward-cases-table.ts';
import { type Awkward, writeAwkward } from './awkward-files.ts';
import { type Json, type Sandbox, sandbox } from './sandbox.ts';
import { scriptedModels } from './scripted-models.ts';

/** What base holds in every case: files that most models leave alone. */
export const STANDARD: Record<RawPath, Awkward> = {
  'a.txt': 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n',
  'kept.txt': 'kept\n',
};

/** All rows of a table, each named in its group's test. */
export function testAwkward(rows: readonly AwkwardCase[]): void {
  for (const group of groupsOf(rows))
    test(group.map(({ name }) => name).join(' | '), () => runGroup(group));
}

/** Rows of one repository and one session, each the work of one of its models. */
async function runGroup(rows: readonly AwkwardCase[]): Promise<void> {
  await using box = await sandbox();
  const user = await prepareUser(rows, box);
  const readState = await stateReader(user);
  const before = { photo: photograph(user.root), state: await readState() };
  const session = await startSession(rows, user, readState);
  if (session === null) {
    assertSame(before.photo, photograph(user.root), 'the main tree after a refused start');
    return assertState(before.state, await readState(), 'a refused start');
  }
  const { walks } = session;
  for (const walk of walks) {
    walk.fresh = photograph(walk.model.root);
    const others = identities(walk, rows);
    await named([walk], () => walk.row.model(walk.model, user));
    walk.left = photograph(walk.model.root);
    const whose = 'it touches what base holds for another row: give it "alone", or other names';
    assert.equal(identities(walk, rows), others, `${walk.row.name}: ${whose}`);
  }
  // The models may have made branches and settings, but they do not touch the user's index.
  const state = { ...(await readState()), index: before.state.index };
  const captures = await captureAll(session);
  for (const { row, model, left } of walks)
    assertSame(left, photograph(model.root), `${row.name}: the worktree after capture-diff`);
  assertSame(before.photo, photograph(user.root), 'the main tree after capture-diff');
  assertState(state, await readState(), 'capture-diff');

  const taken = walks.flatMap((walk): Taken[] => {
    const capture = captures?.find((it) => it.model === walk.name);
    return capture === undefined ? [] : [{ walk, capture }];
  });
  for (const { walk, capture } of taken) {
    await named([walk], async () => {
      checkCapture(walk, capture);
      await assertPatch(user, capture, walk.row.expect?.patch ?? 'in-clone');
    });
  }
  for (const some of takenAtOnce(taken)) {
    const run = () => applyAndUndo(some);
    const isUserBusy = some.some(({ walk: { row } }) => row.meanwhile ?? row.afterwards);
    await named(
      some.map(({ walk }) => walk),
      () => (isUserBusy && walks.length > 1 ? thenAsBefore(user, run) : run()),
    );
  }
  await cleanUp(session);
}

/** What base holds for other rows: it would be another case if this row wrote or removed it, be it the same. */
function identities({ row, model }: Walk, rows: readonly AwkwardCase[]): string[] {
  const paths = new Set(rows.flatMap(({ base }) => Object.keys(base ?? {})));
  return [...paths]
    .filter((path) => !(path in (row.base ?? {})))
    .map((path) => {
      const there = lstatSync(absolute(model.root, path), { bigint: true, throwIfNoEntry: false });
      return `${pathText(path)} ${there?.ino} ${there?.mtimeNs}`;
    });
}

/** What the user did in the main tree is gone afterwards; in place, for sessions record absolute paths. */
async function thenAsBefore({ box, root }: Hands, run: () => Promise<void>): Promise<void> {
  const copy = `${root}-before`;
  const outside = handsIn(box, box.folder);
  await outside.run('cp', '-a', '--', root, copy);
  await run();
  await outside.run('rm', '-rf', '--', root);
  renameSync(copy, root);
}

/** A failure says which rows it is of. */
async function named(
  walks: readonly Walk[],
  run: () => Promise<unknown> | undefined,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const names = walks.map(({ row }) => row.name).join(' | ');
    if (error instanceof Error) error.message = `${names}: ${error.message}`;
    throw error;
  }
}

const NOTHING: Photo = new Map();

function modelNames(rows: readonly AwkwardCase[]): string[] {
  return rows.map((_, at) => (at === 0 ? 'one' : `one${at + 1}`));
}

/** The user's repository with its first commit, and what the user did to it. */
async function prepareUser(rows: readonly AwkwardCase[], box: Sandbox): Promise<Hands> {
  const [row = { name: '', model: () => undefined }] = rows;
  const user = handsIn(box, join(box.folder, row.folder ?? 'project'));
  const models = Object.fromEntries(modelNames(rows).map((name) => [name, '']));
  const configuration = await scriptedModels(box.folder, models);
  await handsIn(box, box.folder).git('init', '--quiet', ...(row.init ?? []), '--', user.root);
  const config = Object.assign({}, ...rows.map((it) => it.config));
  for (const [name, value] of Object.entries<string>(config)) await user.git('config', name, value);
  await writeAwkward(user.root, { ...STANDARD, ...(configuration as Record<string, string>) });
  for (const { base } of rows) await user.put(base ?? {});
  await user.git('add', '--all', '--force');
  await user.git('commit', '--quiet', '-m', 'Start');
  let root = user.root;
  for (const before of new Set(rows.map((it) => it.before))) root = (await before?.(user)) ?? root;
  return user.in(root);
}

/** Null when it was refused, as the case says. */
async function startSession(
  rows: readonly AwkwardCase[],
  user: Hands,
  readState: () => Promise<State>,
): Promise<SessionOfRows | null> {
  const changes = rows[0]?.includeChanges ? ['--user-changes', 'include'] : [];
  const names = modelNames(rows);
  const started = await runScript(rows, user, [
    ...['start-session', '--task', 'x', '--host', 'none', '--models', names.join(',')],
    ...changes,
  ]);
  if (started === null) return null;
  const id = started.session_id as string;
  const made = await runScript(rows, user, ['make-worktrees', '--session', id]);
  if (made === null) return null;
  const walks = rows.map((row, at): Walk => {
    const worktree = made.worktrees.find((it: Json) => it.model === names[at]);
    const model = handsIn(user.box, worktree.path);
    return {
      id,
      user,
      readState,
      row,
      name: names[at] ?? '',
      model,
      fresh: NOTHING,
      left: NOTHING,
    };
  });
  assert.is(made.worktrees.length, walks.length, 'a worktree for each row');
  return { id, user, readState, walks };
}

/** What capture-diff says of the models; null when it refused, as the case says. */
async function captureAll({ user, id, walks }: SessionOfRows): Promise<Json[] | null> {
  const rows = walks.map(({ row }) => row);
  const answer = await runScript(rows, user, ['capture-diff', '--all', '--session', id]);
  if (answer === null) return null;
  assert.is(answer.captures.length, walks.length, 'a capture for each row');
  return answer.captures.map((it: Json) => {
    const isOfAnother = ({ name }: Walk, text: string) =>
      name !== it.model && text.startsWith(`${name}: `);
    const said = answer.warnings.filter(
      (text: string) => !walks.some((walk) => isOfAnother(walk, text)),
    );
    return { ...it, warnings: [...it.warnings, ...said] };
  });
}

function checkCapture({ row }: Walk, capture: Json): void {
  const { warns, files } = row.expect ?? {};
  const { warnings } = capture;
  if (warns) assert.ok(warns.test(warnings.join('\n')), `no warning matches ${warns}: ${warnings}`);
  if (files) assert.equal(capture.files.map((it: Json) => it.path).sort(), files.sort());
}

async function cleanUp({ user, id, readState, walks }: SessionOfRows): Promise<void> {
  const state = await readState();
  const rows = walks.map(({ row }) => row);
  const answer = await runScript(rows, user, ['cleanup', '--session', id]);
  for (const walk of walks) {
    // Cleanup may have its reasons to keep another row's worktree.
    const others = walks.filter((it) => it !== walk).map((it) => it.model.root);
    const kept = answer.kept.filter((it: Json) => !others.includes(it.path));
    await named([walk], async () => checkCleanUp(walk, { ...answer, kept }));
  }
  assertState(state, await readState(), 'cleanup');
}

function checkCleanUp({ row, model, left }: Walk, answer: Json): void {
  const { kept, mayBeKept } = row.expect ?? {};
  const isThere = existsSync(model.root);
  const reasons = answer.kept.map((it: Json) => it.reason).join('\n');
  if (kept ?? (isThere && mayBeKept)) {
    assert.ok(isThere, 'cleanup removed the worktree, which holds what is nowhere else');
    assert.match(reasons, (kept ?? mayBeKept) as RegExp);
    assertSame(left, photograph(model.root), 'the worktree that cleanup kept');
  } else {
    assert.equal(answer.kept, [], 'cleanup keeps nothing');
    assert.not.ok(isThere, 'cleanup left the worktree');
    assert.ok(answer.removed.some((it: Json) => it.kind === 'worktree' && it.name === model.root));
  }
}
