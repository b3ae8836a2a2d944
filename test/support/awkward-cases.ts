/**
 * The table of awkward cases, and what is checked of every row: what a model left in its worktree is what the
 * main tree gets, to the byte; nothing else of the user's moves; undo brings everything back; cleanup loses nothing.
 */
import { existsSync, lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pathText, type RawPath } from '../../scripts/lib/git/paths.ts';
import { groupsOf } from './awkward-cases-groups.ts';
import { type Contents, type Hands, handsIn } from './awkward-cases-hands.ts';
import { assertPatch } from './awkward-cases-patch.ts';
import {
  absolute,
  assertNone,
  assertSame,
  type Difference,
  describeAwkward,
  differences,
  filesOf,
  type Photo,
  photograph,
} from './awkward-cases-photo.ts';
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
    await named(walk, () => walk.row.model(walk.model, user));
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

  for (const walk of walks) {
    const capture = captures?.find((it) => it.model === walk.name);
    if (capture === undefined) continue;
    await named(walk, async () => {
      checkCapture(walk, capture);
      await assertPatch(user, capture, walk.row.expect?.patch ?? 'in-clone');
      const run = () => applyAndUndo(walk, capture.warnings);
      const isUserBusy = walk.row.meanwhile !== undefined || walk.row.afterwards !== undefined;
      await (isUserBusy && walks.length > 1 ? thenAsBefore(user, run) : run());
    });
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

/** A failure says which row it is. */
async function named(walk: Walk, run: () => Promise<unknown> | undefined): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) error.message = `${walk.row.name}: ${error.message}`;
    throw error;
  }
}

interface SessionOfRows {
  id: string;
  user: Hands;
  readState: () => Promise<State>;
  walks: Walk[];
}

/** One row on its way. */
interface Walk extends Omit<SessionOfRows, 'walks'> {
  row: AwkwardCase;
  /** Of the model that it is. */
  name: string;
  model: Hands;
  /** The worktree before the model, and after it. */
  fresh: Photo;
  left: Photo;
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
  for (const [name, value] of Object.entries(row.config ?? {})) {
    await user.git('config', name, value);
  }
  await writeAwkward(user.root, { ...STANDARD, ...(configuration as Record<string, string>) });
  for (const { base } of rows) await user.put(base ?? {});
  await user.git('add', '--all', '--force');
  await user.git('commit', '--quiet', '-m', 'Start');
  const elsewhere = await row.before?.(user);
  return typeof elsewhere === 'string' ? user.in(elsewhere) : user;
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
  return answer.captures.map((it: Json) => ({
    ...it,
    warnings: [...it.warnings, ...answer.warnings],
  }));
}

function checkCapture({ row }: Walk, capture: Json): void {
  const { warns, files } = row.expect ?? {};
  const { warnings } = capture;
  if (warns) assert.ok(warns.test(warnings.join('\n')), `no warning matches ${warns}: ${warnings}`);
  if (files) assert.equal(capture.files.map((it: Json) => it.path).sort(), files.sort());
}

async function applyAndUndo(walk: Walk, ofCapture: string[]): Promise<void> {
  const { row, user, id, readState, name } = walk;
  await row.meanwhile?.(user);
  const before = { photo: photograph(user.root), state: await readState() };
  const picks = row.picks?.map((it) => `--pick=${it.replace(/=one$/, `=${name}`)}`);
  const words = picks ?? ['--take', name];
  const applied = await runScript([row], user, ['apply-picks', ...words, '--session', id]);
  if (applied === null) {
    assertSame(before.photo, photograph(user.root), 'the main tree after a refusal');
    return assertState(before.state, await readState(), 'a refusal');
  }
  const warnings = [...ofCapture, ...(applied.warnings as string[])];
  const expected = expectedMainTree(walk, before.photo);
  const found = filesOf(photograph(user.root));
  const wrong = differences(expected, found).filter((it) => !isExcused(row, it, warnings));
  assertNone(wrong, `the main tree after apply-picks (warnings: ${JSON.stringify(warnings)})`);
  assertState(before.state, await readState(), 'apply-picks');

  await row.afterwards?.(user);
  const state = row.afterwards ? await readState() : before.state;
  await runScript([row], user, ['apply-picks', '--undo', '--session', id]);
  const undone = withContents(before.photo, row.expect?.undone ?? {});
  assertSame(undone, photograph(user.root), 'the main tree after undo');
  assertState(state, await readState(), 'undo');
}

/** The main tree as it was, with what the model changed, added and removed in its worktree. */
function expectedMainTree({ row, fresh, left }: Walk, before: Photo): Photo {
  const { ignored = [], arrives, merged = {} } = row.expect ?? {};
  const expected = filesOf(before);
  const [old, now] = [filesOf(fresh), filesOf(left)];
  for (const path of new Set([...old.keys(), ...now.keys()])) {
    const isTaken = arrives === undefined ? !ignored.includes(path) : arrives.includes(path);
    if (!isTaken || old.get(path) === now.get(path)) continue;
    setOrDelete(expected, path, now.get(path));
  }
  return withContents(expected, merged);
}

function withContents(photo: Photo, contents: Contents): Photo {
  const changed = new Map(photo);
  for (const [path, content] of Object.entries(contents)) {
    setOrDelete(changed, path, content === null ? undefined : describeAwkward(content));
  }
  return changed;
}

function setOrDelete(photo: Map<RawPath, string>, path: RawPath, what: string | undefined): void {
  if (what === undefined) photo.delete(path);
  else photo.set(path, what);
}

/** A difference that the case allows, and of which the user was told. */
function isExcused(row: AwkwardCase, { path }: Difference, warnings: string[]): boolean {
  const excepted = row.expect?.except?.find((it) => path === it || path.startsWith(`${it}/`));
  return excepted !== undefined && warnings.some((it) => it.includes(pathText(excepted)));
}

async function cleanUp({ user, id, readState, walks }: SessionOfRows): Promise<void> {
  const state = await readState();
  const rows = walks.map(({ row }) => row);
  const answer = await runScript(rows, user, ['cleanup', '--session', id]);
  for (const walk of walks) {
    // Cleanup may have its reasons to keep another row's worktree.
    const others = walks.filter((it) => it !== walk).map((it) => it.model.root);
    const kept = answer.kept.filter((it: Json) => !others.includes(it.path));
    await named(walk, async () => checkCleanUp(walk, { ...answer, kept }));
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
