/**
 * Watches, while models run, what they share with the user: the main tree, other worktrees, refs, the stash list,
 * configuration, hooks. A window is opened before the first starts and closed after the last has ended; what changed in
 * between is reported with who ran, and kept. Nothing of it is taken back: it may be the user's own doing. Only what is
 * the session's own is put back: its set-aside stash entry, and its private refs.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rm } from '../disk.ts';
import { messageOf } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { withLock } from '../process/lock.ts';
import { isRunning, ownIdentity } from '../process/processes.ts';
import type { Reporter } from '../script.ts';
import { type Change, compareObservations, limitsOf } from '../session/compare-observations.ts';
import { readJsonOrNull, replaceJson } from '../session/files.ts';
import {
  distinctChanges,
  type Guard,
  type GuardChange,
  type GuardWindow,
  guardLock,
  overlaps,
  readWindows,
  readWindowsOfOthers,
  windowFile,
  windowFolder,
  writeWindow,
} from '../session/guard-record.ts';
import { type Observation, observationSchema, observe } from '../session/observation.ts';
import { compactTime } from '../session/paths.ts';
import { recordEvent, refreshSession, type Session } from '../session/session.ts';
import { archiveFile } from './archive.ts';
import { anchorObservation, compareAnchor, dropAnchor, type WindowPlace } from './guard-anchor.ts';
import { keepEvidence, readTreeChanges } from './guard-evidence.ts';
import { findSpilledWork, isOwnStash, planPutBack, putBack, putBackStash } from './guard-own.ts';
import { guardWarnings } from './guard-words.ts';
import { putHeadsBack } from './head-on-base.ts';

/** Runs `action`, during which models run, inside a window; gives what was noticed besides its result. */
export async function whileWatched<T>(
  repository: Repository,
  session: Session,
  { pass, models }: { pass: number; models: readonly string[] },
  reporter: Reporter,
  action: () => Promise<T>,
): Promise<{ result: T; guard: Guard | null }> {
  await closeLeftWindows(repository, session, reporter);
  const window = await openWindow(repository, session, pass, models, reporter);
  const close = () => closeAndTell(repository, session, window, reporter);
  const result = await action().catch(async (error) => {
    await close();
    throw error;
  });
  return { result, guard: await close() };
}

/** The same while gates run what models wrote; what was noticed is told, and kept with the session. */
export async function whileGatesAreWatched<T>(
  repository: Repository,
  session: Session | null,
  { pass, models }: { pass: number; models: readonly string[] },
  reporter: Reporter,
  action: () => Promise<T>,
): Promise<T> {
  if (session === null || models.length === 0) return action();
  const named = { pass, models: [`the gates of ${models.join(', ')}`] };
  return (await whileWatched(repository, session, named, reporter, action)).result;
}

/** Closes the windows whose processes were killed: what changed since is reported now. */
export async function closeLeftWindows(
  repository: Repository,
  session: Session,
  reporter: Reporter,
): Promise<void> {
  // Gates that were killed left a worktree as they had it.
  await putHeadsBack(session);
  if ((await leftWindows(session)).length === 0) return;
  await withLock(guardLock(session), async () => {
    // Read again: another script may have closed them while this one waited.
    for (const window of await leftWindows(session)) {
      if (window.state === 'open') await closeAndTell(repository, session, window, reporter);
      else await tidy(placeOf(repository, session, window), window);
    }
  });
}

/** Windows that nobody closes any more, and those whose tidying was cut short. */
async function leftWindows(session: Session): Promise<GuardWindow[]> {
  const left: GuardWindow[] = [];
  for (const window of await readWindows(session)) {
    if (await isRunning(window.supervisor)) continue;
    const isTidy = window.state === 'closed' && !existsSync(windowFolder(session, window.window));
    if (!isTidy) left.push(window);
  }
  return left;
}

/** Looks at everything, anchors what may be lost, and writes that down. */
export async function openWindow(
  repository: Repository,
  session: Session,
  pass: number,
  models: readonly string[],
  reporter: Reporter,
): Promise<GuardWindow> {
  const id = `${compactTime(new Date())}Z-${process.pid}-${randomBytes(2).toString('hex')}`;
  if (await putBackStash(repository, session)) reporter.warn(missingAtStart(session));
  const window: GuardWindow = {
    schema_version: 1,
    window: id,
    pass,
    models: [...models],
    supervisor: await ownIdentity(),
    state: 'opening',
    anchor: null,
    from: new Date().toISOString(),
    to: null,
    ran: [],
    changes: [],
    notes: [],
  };
  // First: what a killed process leaves of it is found by its record.
  await writeWindow(session, window);
  const before = await observe(repository, session, { folder: windowFolder(session, id) });
  const anchor = await anchorObservation(placeOf(repository, session, window), before);
  await replaceJson(observationFile(session, id), before);
  const opened: GuardWindow = { ...window, state: 'open', anchor };
  await writeWindow(session, opened);
  return opened;
}

function placeOf(repository: Repository, session: Session, window: GuardWindow): WindowPlace {
  return { repository, session, window: window.window, pass: window.pass };
}

function observationFile(session: Session, window: string): string {
  return join(windowFolder(session, window), 'before.json');
}

/** What cannot be found out does not cost the models' results: it is told, and tried again by the next script. */
async function closeAndTell(
  repository: Repository,
  session: Session,
  window: GuardWindow,
  reporter: Reporter,
): Promise<Guard | null> {
  try {
    const guard = await closeWindow(repository, session, window);
    for (const line of guardWarnings(guard)) reporter.warn(line);
    return guard;
  } catch (error) {
    reporter.warn(
      `What changed outside of the worktrees while ${window.models.join(', ')} ran is unknown: ${messageOf(error)} The next capture-diff or cleanup looks again.`,
    );
    return null;
  }
}

/** Compares what is there with what was there, keeps what changed, and leaves a short record. */
export async function closeWindow(
  repository: Repository,
  session: Session,
  window: GuardWindow,
): Promise<Guard> {
  await refreshSession(session);
  const place = placeOf(repository, session, window);
  const { before, after, found, isAnchored } = await compareWithBefore(place, window);
  const own = await planPutBack(place, before, found);
  const kept = await keepEvidence(place, before, after, own.changes);
  // What an earlier look found counts too, if that one could not be finished.
  const changes = mergeChanges(window.changes, kept.changes);
  const to = new Date().toISOString();
  const ran = await modelsDuring(session, { ...window, to, changes });
  const report = changes.length === 0 ? null : windowFile(session, window.window);
  const guard: Guard = { changes, window: { from: window.from, to, models: ran }, report };
  // Before anything is put back: after a crash it would look as if it had never been gone.
  if (changes.length > 0) await writeWindow(session, { ...window, changes });
  await putBack(place, own);
  // Where git itself is unable to work, by what was done to it, the window stays until it can.
  if (!kept.isComplete || !isAnchored) return guard;
  const facts = { anchor: null, to, ran, changes, notes: limitsOf(before, after) };
  const closed: GuardWindow = { ...window, state: 'closed', ...facts };
  await writeWindow(session, closed);
  if (changes.length > 0) await recordChanges(session, closed, report);
  await tidy(place, closed);
  return guard;
}

async function recordChanges(
  session: Session,
  { window, pass, ran, changes }: GuardWindow,
  report: string | null,
): Promise<void> {
  const facts = { window, pass, models: ran, changes: changes.length, report };
  await recordEvent(session, 'guard', facts);
}

interface Comparison {
  before: Observation;
  after: Observation;
  found: Change[];
  /** False: whether the anchor is still there is unknown. */
  isAnchored: boolean;
}

async function compareWithBefore(place: WindowPlace, window: GuardWindow): Promise<Comparison> {
  const { repository, session } = place;
  const isArchived = await wasArchivedSince(session, window.from);
  const before = await readBefore(session, window, isArchived);
  const anchor = isArchived ? [] : await compareAnchor(place, window.anchor).catch(() => null);
  const folder = windowFolder(session, window.window);
  const after = await observe(repository, session, { folder, earlier: before });
  const found = [...(anchor ?? []), ...(await findChanges(place, before, after))];
  return { before, after, found, isAnchored: anchor !== null };
}

/** What could not be read at first is told only while that is so. */
function mergeChanges(earlier: readonly GuardChange[], now: readonly GuardChange[]): GuardChange[] {
  const known = earlier.filter(({ change }) => change !== 'unknown');
  return distinctChanges([{ changes: [...known, ...now] }]);
}

async function readBefore(
  session: Session,
  { window }: GuardWindow,
  isArchived: boolean,
): Promise<Observation> {
  const before = await readJsonOrNull(observationFile(session, window), observationSchema);
  if (before === null) throw new Error('What was there before was not found.');
  return isArchived ? { ...before, ours: { ...before.ours, refs: [] } } : before;
}

/** A cleanup that could not close the window has packed the private refs away: no model deleted them. */
async function wasArchivedSince(session: Session, from: string): Promise<boolean> {
  const archive = await stat(archiveFile(session)).catch(() => null);
  return archive !== null && archive.mtime.toISOString() > from;
}

async function findChanges(
  place: WindowPlace,
  before: Observation,
  after: Observation,
): Promise<Change[]> {
  const trees = await readTreeChanges(place, before, after);
  const changes = compareObservations(before, after, trees);
  const isStashLost = changes.some((it) => isOwnStash(before, it));
  const spilled = isStashLost ? await findSpilledWork(place) : [];
  const known = new Set(changes.map(({ what, path }) => `${what} ${path}`));
  return [...changes, ...spilled.filter(({ what, path }) => !known.has(`${what} ${path}`))];
}

function missingAtStart(session: Session): string {
  return `The stash entry with the changes that were set aside (${session.data.user_changes?.stash}) was no longer listed; it was put back.`;
}

/** All models that ran at some time of the window, also those of other processes and of other sessions. */
async function modelsDuring(session: Session, window: GuardWindow): Promise<string[]> {
  const own = await readWindows(session);
  // Asked only where there is something to tell: it may be many sessions.
  const others = window.changes.length === 0 ? [] : await readWindowsOfOthers(session);
  const names = [
    ...window.models,
    ...own
      .filter((it) => it.state !== 'opening' && overlaps(it, window))
      .flatMap(({ models }) => models),
    ...others
      .filter((it) => it.window.state !== 'opening' && overlaps(it.window, window))
      .flatMap((it) => it.window.models.map((model) => `${model} of session ${it.session}`)),
  ];
  return [...new Set(names)];
}

/** What only an open window needs goes away; one that was never open leaves nothing. */
async function tidy(place: WindowPlace, { window, state, changes }: GuardWindow): Promise<void> {
  await dropAnchor(place, changes);
  await rm(windowFolder(place.session, window), { recursive: true, force: true });
  if (state === 'opening') await rm(windowFile(place.session, window), { force: true });
}
