/**
 * One row of the table of awkward cases, and what is checked of every row: what a model left in its worktree is what the
 * main tree gets, to the byte; nothing else of the user's moves; undo brings everything back; cleanup loses nothing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { pathText, type RawPath } from '../../scripts/lib/git/paths.ts';
import { type Contents, type Hands, handsIn } from './awkward-cases-hands.ts';
import { assertPatch } from './awkward-cases-patch.ts';
import {
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

export async function runCase(row: AwkwardCase): Promise<void> {
  await using box = await sandbox();
  const user = await prepareUser(row, box);
  const readState = await stateReader(user);
  const before = { photo: photograph(user.root), state: await readState() };
  const walk = await startSession(row, user, readState);
  if (walk === null) {
    assertSame(before.photo, photograph(user.root), 'the main tree after a refused start');
    return assertState(before.state, await readState(), 'a refused start');
  }
  const fresh = photograph(walk.model.root);
  await row.model(walk.model, user);
  const left = photograph(walk.model.root);
  // The model may have made branches and settings, but it does not touch the user's index.
  const state = { ...(await readState()), index: before.state.index };
  const capture = await captureOf(row, walk);
  assertSame(left, photograph(walk.model.root), 'the worktree after capture-diff');
  assertSame(before.photo, photograph(user.root), 'the main tree after capture-diff');
  assertState(state, await readState(), 'capture-diff');

  if (capture !== null) {
    await assertPatch(user, capture, row.expect?.patch ?? 'in-clone');
    await applyAndUndo(row, walk, { fresh, left, warnings: capture.warnings });
  }
  await cleanUp(row, walk, left);
}

interface Walk {
  user: Hands;
  model: Hands;
  session: string;
  readState: () => Promise<State>;
}

/** The user's repository with its first commit, and what the user did to it. */
async function prepareUser(row: AwkwardCase, box: Sandbox): Promise<Hands> {
  const user = handsIn(box, join(box.folder, row.folder ?? 'project'));
  const configuration = await scriptedModels(box.folder, { one: '' });
  await handsIn(box, box.folder).git('init', '--quiet', ...(row.init ?? []), '--', user.root);
  for (const [name, value] of Object.entries(row.config ?? {})) {
    await user.git('config', name, value);
  }
  await writeAwkward(user.root, { ...STANDARD, ...(configuration as Record<string, string>) });
  await user.put(row.base ?? {});
  await user.git('add', '--all', '--force');
  await user.git('commit', '--quiet', '-m', 'Start');
  const elsewhere = await row.before?.(user);
  return typeof elsewhere === 'string' ? user.in(elsewhere) : user;
}

/** Null when it was refused, as the case says. */
async function startSession(
  row: AwkwardCase,
  user: Hands,
  readState: () => Promise<State>,
): Promise<Walk | null> {
  const changes = row.includeChanges ? ['--user-changes', 'include'] : [];
  const started = await runScript(row, user, [
    ...['start-session', '--task', 'x', '--host', 'none', '--models', 'one'],
    ...changes,
  ]);
  if (started === null) return null;
  const session = started.session_id as string;
  const made = await runScript(row, user, ['make-worktrees', '--session', session]);
  if (made === null) return null;
  assert.is(made.worktrees.length, 1, 'one worktree');
  return { user, session, readState, model: handsIn(user.box, made.worktrees[0].path) };
}

/** What capture-diff says of the model; null when it refused, as the case says. */
async function captureOf(row: AwkwardCase, { user, session }: Walk): Promise<Json | null> {
  const answer = await runScript(row, user, ['capture-diff', '--all', '--session', session]);
  if (answer === null) return null;
  assert.is(answer.captures.length, 1, 'one capture');
  const [capture] = answer.captures;
  const warnings: string[] = [...capture.warnings, ...answer.warnings];
  const { warns, files } = row.expect ?? {};
  if (warns) assert.ok(warns.test(warnings.join('\n')), `no warning matches ${warns}: ${warnings}`);
  if (files) assert.equal(capture.files.map((it: Json) => it.path).sort(), files.sort());
  return { ...capture, warnings };
}

interface Result {
  /** The worktree before the model, and after it. */
  fresh: Photo;
  left: Photo;
  warnings: string[];
}

async function applyAndUndo(row: AwkwardCase, walk: Walk, result: Result): Promise<void> {
  const { user, session, readState } = walk;
  await row.meanwhile?.(user);
  const before = { photo: photograph(user.root), state: await readState() };
  const words = row.picks ? row.picks.map((it) => `--pick=${it}`) : ['--take', 'one'];
  const applied = await runScript(row, user, ['apply-picks', ...words, '--session', session]);
  if (applied === null) {
    assertSame(before.photo, photograph(user.root), 'the main tree after a refusal');
    return assertState(before.state, await readState(), 'a refusal');
  }
  const warnings = [...result.warnings, ...(applied.warnings as string[])];
  const expected = expectedMainTree(row, before.photo, result);
  const found = filesOf(photograph(user.root));
  const wrong = differences(expected, found).filter((it) => !isExcused(row, it, warnings));
  assertNone(wrong, `the main tree after apply-picks (warnings: ${JSON.stringify(warnings)})`);
  assertState(before.state, await readState(), 'apply-picks');

  await row.afterwards?.(user);
  const state = row.afterwards ? await readState() : before.state;
  await runScript(row, user, ['apply-picks', '--undo', '--session', session]);
  const undone = withContents(before.photo, row.expect?.undone ?? {});
  assertSame(undone, photograph(user.root), 'the main tree after undo');
  assertState(state, await readState(), 'undo');
}

/** The main tree as it was, with what the model changed, added and removed in its worktree. */
function expectedMainTree(row: AwkwardCase, before: Photo, { fresh, left }: Result): Photo {
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

async function cleanUp(
  row: AwkwardCase,
  { user, model, session, readState }: Walk,
  left: Photo,
): Promise<void> {
  const state = await readState();
  const answer = await runScript(row, user, ['cleanup', '--session', session]);
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
  assertState(state, await readState(), 'cleanup');
}
