/** What rows of the table of awkward cases bring to the main tree, and how undo takes it away again. */
import { pathText, type RawPath } from '../../scripts/lib/git/paths.ts';
import type { Contents, Hands } from './awkward-cases-hands.ts';
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
import { assertState, type State } from './awkward-cases-state.ts';
import type { AwkwardCase } from './awkward-cases-table.ts';
import type { Json } from './sandbox.ts';

export interface SessionOfRows {
  id: string;
  user: Hands;
  readState: () => Promise<State>;
  walks: Walk[];
}

/** One row on its way. */
export interface Walk extends Omit<SessionOfRows, 'walks'> {
  row: AwkwardCase;
  /** Of the model that it is. */
  name: string;
  model: Hands;
  /** The worktree before the model, and after it. */
  fresh: Photo;
  left: Photo;
}

export interface Taken {
  walk: Walk;
  capture: Json;
}

/** More would be a long word on a command line. */
const MOST_FILES = 50;

/** Rows whose work lies apart are applied, and taken back, at once; all others one by one. */
export function takenAtOnce(taken: readonly Taken[]): [Taken, ...Taken[]][] {
  const batches: [Taken, ...Taken[]][] = [];
  for (const one of taken) {
    const open = canBePicked(one) ? batches.find((batch) => liesApart(one, batch)) : undefined;
    if (open === undefined) batches.push([one]);
    else open.push(one);
  }
  return batches;
}

function canBePicked({ walk: { row, ...walk }, capture }: Taken): boolean {
  const { picks, meanwhile, afterwards, expect = {} } = row;
  const isOwn = [picks, meanwhile, afterwards, expect.refused, expect.merged, expect.undone];
  const number = capture.files.length;
  return (
    isOwn.every((it) => it === undefined) &&
    number > 0 &&
    number <= MOST_FILES &&
    // Rules for git count for files of other rows.
    !changesOf(walk).some((path) => path.split('/').some((name) => name.startsWith('.git')))
  );
}

function liesApart(one: Taken, batch: readonly Taken[]): boolean {
  const tops = topsOf(one);
  return batch.every((it) => canBePicked(it) && !topsOf(it).some((top) => tops.includes(top)));
}

/** What a row changes or may leave otherwise, by the first part of the path, however that is written. */
function topsOf({ walk }: Taken): string[] {
  const paths = [...changesOf(walk), ...(walk.row.expect?.except ?? [])];
  return paths.map((path) => (path.split('/')[0] ?? '').toLowerCase());
}

function changesOf({ fresh, left }: Pick<Walk, 'fresh' | 'left'>): RawPath[] {
  return differences(fresh, left).map(({ path }) => path);
}

export async function applyAndUndo(batch: readonly [Taken, ...Taken[]]): Promise<void> {
  const [{ walk: first }] = batch;
  const { user, id, readState } = first;
  const rows = batch.map(({ walk }) => walk.row);
  for (const row of rows) await row.meanwhile?.(user);
  const before = { photo: photograph(user.root), state: await readState() };
  const words = batch.length === 1 ? picksOf(first) : ['--picks-text', allPicksOf(batch)];
  const applied = await runScript(rows, user, ['apply-picks', ...words, '--session', id]);
  if (applied === null) {
    assertSame(before.photo, photograph(user.root), 'the main tree after a refusal');
    return assertState(before.state, await readState(), 'a refusal');
  }
  assertApplied(batch, before.photo, applied.warnings);
  assertState(before.state, await readState(), 'apply-picks');

  for (const row of rows) await row.afterwards?.(user);
  const isUserBusy = rows.some(({ afterwards }) => afterwards !== undefined);
  const state = isUserBusy ? await readState() : before.state;
  await runScript(rows, user, ['apply-picks', '--undo', '--session', id]);
  const undone = withContents(before.photo, first.row.expect?.undone ?? {});
  assertSame(undone, photograph(user.root), 'the main tree after undo');
  assertState(state, await readState(), 'undo');
}

function picksOf({ row, name }: Walk): string[] {
  return row.picks?.map((it) => `--pick=${it.replace(/=one$/, `=${name}`)}`) ?? ['--take', name];
}

/** What `--take` stands for, of several models. */
function allPicksOf(batch: readonly Taken[]): string {
  const picks = batch.flatMap(({ walk, capture }) =>
    capture.files.map(({ path, path_base64 }: Json) => ({ path, path_base64, from: walk.name })),
  );
  return JSON.stringify({ picks });
}

function assertApplied(batch: readonly Taken[], before: Photo, said: readonly string[]): void {
  const user = batch[0]?.walk.user;
  const expected = batch.reduce<Photo>((photo, { walk }) => withWork(walk, photo), filesOf(before));
  const found = filesOf(photograph(user?.root ?? ''));
  const isExcused = (difference: Difference) =>
    batch.some(({ walk: { row }, capture }) =>
      isAllowed(row, difference, [...capture.warnings, ...said]),
    );
  const wrong = differences(expected, found).filter((it) => !isExcused(it));
  assertNone(wrong, `the main tree after apply-picks (warnings: ${JSON.stringify(said)})`);
}

/** Files as they were, with what the model changed, added and removed in its worktree. */
function withWork({ row, fresh, left }: Walk, before: Photo): Photo {
  const { ignored = [], arrives, merged = {} } = row.expect ?? {};
  const expected = new Map(before);
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
function isAllowed(row: AwkwardCase, { path }: Difference, warnings: string[]): boolean {
  const excepted = row.expect?.except?.find((it) => path === it || path.startsWith(`${it}/`));
  return excepted !== undefined && warnings.some((it) => it.includes(pathText(excepted)));
}
