/** Phase 7, afterwards: what the session made is taken away, each thing only after it is proved to be somewhere else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cp } from '../disk.ts';
import { removeTemporaryFolders } from '../gates/gate-environment.ts';
import { listChanges } from '../git/changes.ts';
import { gitDirOf, type NestedRepository } from '../git/nested-repository.ts';
import { pathText, type RawPath } from '../git/paths.ts';
import { deleteRefs, readRef, writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { kindOf, placeOf } from '../git/survey.ts';
import { commitTree, treeOf } from '../git/trees.ts';
import type { WorkingTree } from '../git/working-tree.ts';
import { listWorktrees, removeWorktree, type Worktree } from '../git/worktrees.ts';
import { withLock } from '../process/lock.ts';
import { findByEnvironment } from '../process/processes.ts';
import { endMarkedProcesses, endProcess, MARK_VARIABLE } from '../process/supervise.ts';
import type { Reporter } from '../script.ts';
import {
  captureModel,
  headOfWorkplace,
  surveyWorkplace,
  type Workplace,
  workplaceIn,
} from '../session/capture.ts';
import { lockReasonFor, scratchLockReasonFor } from '../session/find-session.ts';
import { removeStaging } from '../session/main-tree.ts';
import { scratchMark, sessionMark } from '../session/marks.ts';
import { repositoryLock, stateRoot } from '../session/paths.ts';
import { forgetScratch, scratchInUse } from '../session/scratch-record.ts';
import {
  captureOf,
  fileName,
  hasChangesSetAside,
  modelRefs,
  participants,
  passFolder,
  recordEvent,
  refPrefix,
  type Session,
  updateSession,
  type WorktreeRecord,
} from '../session/session.ts';
import { archiveRefs } from './archive.ts';
import { closeLeftWindows } from './guard.ts';
import { readRunState } from './run-state.ts';

export interface Removed {
  kind: 'worktree' | 'branch' | 'process' | 'refs';
  name: string;
}

export interface Kept {
  path: string;
  reason: string;
}

export interface CleanupResult {
  removed: Removed[];
  kept: Kept[];
}

/** What lies in a worktree of the session, held against what was captured. */
interface Verdict {
  record: WorktreeRecord;
  /**
   * `gone`: nothing is there any more. What gates left is kept like what is forced, for it costs nothing. What was never
   * captured is captured first.
   */
  state: 'proved' | 'changed-by-gates' | 'uncaptured' | 'unproved' | 'gone';
  reason: string;
  /** What it holds now; null when it is gone or cannot be read. */
  found: WorkingTree | null;
}

/**
 * Decides about every worktree of the session. Nothing is changed.
 * @param registered the repository's worktrees, where they have just been listed
 */
export async function planCleanup(
  repository: Repository,
  session: Session,
  registered?: readonly Worktree[],
): Promise<Verdict[]> {
  const known = registered ?? (await listWorktrees(repository.topLevel));
  const records = session.data.worktrees.filter(({ removed }) => !removed);
  return Promise.all(records.map((record) => judgeWorktree(repository, session, record, known)));
}

async function judgeWorktree(
  { topLevel }: Repository,
  session: Session,
  record: WorktreeRecord,
  registered: readonly Worktree[],
): Promise<Verdict> {
  const entry = registered.find(({ path }) => path === record.path);
  if (entry !== undefined && entry.lockReason !== lockReasonFor(session)) {
    return {
      record,
      state: 'unproved',
      reason: 'it does not carry the mark of this session',
      found: null,
    };
  }
  if (!existsSync(record.path))
    return { record, state: 'gone', reason: 'it is not there any more', found: null };
  if (entry === undefined) {
    return { record, state: 'unproved', reason: 'git does not know it as a worktree', found: null };
  }
  const found = await surveyOrNull(workplaceIn(session, record));
  if (found === null)
    return { record, state: 'unproved', reason: 'its content cannot be read', found };
  const more = nestedWithMore(found);
  if (more.length > 0) {
    const names = more.map(({ path }) => pathText(path)).join(', ');
    const reason = `it holds a repository with a history or changes that no capture has: ${names}`;
    return { record, state: 'unproved', reason, found };
  }
  const refused = refusedNames(record, found);
  if (refused.length > 0) {
    const names = refused.map(pathText).join(', ');
    const reason = `it holds files under names that git refuses: ${names}`;
    return { record, state: 'unproved', reason, found };
  }
  if (found.isReinitialised) {
    const reason =
      'its .git was replaced by a repository of its own, with a history that no capture has';
    return { record, state: 'unproved', reason, found };
  }
  const { tree } = found;
  const capture = captureOf(session, record.model, record.pass);
  if (tree === capture?.tree || tree === (await treeOf(topLevel, record.start))) {
    return { record, state: 'proved', reason: 'its content is captured', found };
  }
  if (tree === record.tree_after_gates) {
    return { record, state: 'changed-by-gates', reason: 'gates left files in it', found };
  }
  if (record.state !== 'ready' && (await isPartOfWhatIsKept(topLevel, session, record, tree))) {
    return { record, state: 'proved', reason: 'all that is there is kept elsewhere', found };
  }
  return capture === null
    ? { record, state: 'uncaptured', reason: 'it was never captured', found }
    : { record, state: 'unproved', reason: 'it was changed after the capture', found };
}

/** What could not be captured for its name; a fifo or a socket holds nothing. */
function refusedNames({ path: directory }: WorktreeRecord, { left }: WorkingTree): RawPath[] {
  return left.filter((path) => kindOf(directory, path) !== 'special');
}

/** Repositories inside a worktree that hold what its tree does not. */
function nestedWithMore({ nested }: WorkingTree): NestedRepository[] {
  return nested.filter(({ holdsMore }) => holdsMore);
}

/**
 * A crash leaves a worktree that was just being made, or just being removed, with only some of its files. It is proved
 * when each of these is one that it started with, or that was kept before the removal began.
 */
async function isPartOfWhatIsKept(
  topLevel: string,
  session: Session,
  record: WorktreeRecord,
  tree: string,
): Promise<boolean> {
  const left = await readRef(topLevel, leftRef(session, record));
  const whole = [
    await treeOf(topLevel, record.start),
    captureOf(session, record.model, record.pass)?.tree ?? null,
    left === null ? null : await treeOf(topLevel, left),
  ];
  for (const kept of whole) {
    if (kept === null) continue;
    const changes = await listChanges(topLevel, kept, tree, { renames: false });
    if (changes.every(({ status }) => status === 'deleted')) return true;
  }
  return false;
}

/** The ref of what a worktree held uncaptured when it was removed. */
function leftRef(session: Session, { model, pass }: WorktreeRecord): string {
  return `${modelRefs(session, model, pass)}/left`;
}

async function surveyOrNull(place: Workplace): Promise<WorkingTree | null> {
  try {
    return await surveyWorkplace(place);
  } catch {
    // What cannot be read is not proved; it is kept, and the caller says so.
    return null;
  }
}

export interface CleanupOptions {
  keepWorktrees: boolean;
  /** What was changed since its capture is kept in a private ref and the session's directory, and then removed too. */
  force: boolean;
  /** What was never captured is captured, and then removed. */
  captureFirst: boolean;
}

/** Whether a worktree goes. */
export function goes({ state }: Pick<Verdict, 'state'>, options: CleanupOptions): boolean {
  if (options.keepWorktrees) return false;
  if (state === 'uncaptured') return options.captureFirst || options.force;
  return state !== 'unproved' || options.force;
}

/** Ends the session's processes and removes its worktrees and branches. */
export async function cleanUp(
  repository: Repository,
  session: Session,
  options: CleanupOptions,
  reporter: Reporter,
): Promise<CleanupResult> {
  const removed: Removed[] = await endProcesses(session);
  // Nothing that is the session's goes before it is known what its models did elsewhere.
  await closeLeftWindows(repository, session, reporter);
  await removeStaging(repository, session);
  const kept: Kept[] = [];
  const lock = repositoryLock(stateRoot(), repository.commonDir);
  await withLock(lock, async () => {
    const registered = await listWorktrees(repository.topLevel);
    removed.push(...(await removeScratch(repository, session, registered)));
    for (const verdict of await planCleanup(repository, session, registered)) {
      const { record, reason, state, found } = verdict;
      const isUnknown = state === 'unproved' && found === null;
      if (state !== 'gone' && (isUnknown || !goes(verdict, options))) {
        kept.push({
          path: record.path,
          reason: options.keepWorktrees ? 'asked to keep it' : reason,
        });
        continue;
      }
      if (state === 'uncaptured')
        await captureModel(repository, session, record.model, record.pass);
      if (state === 'unproved' || state === 'changed-by-gates')
        await keepUncaptured(repository, session, verdict);
      reporter.progress(`removing ${record.path}`);
      removed.push(...(await removeOne(repository, session, verdict)));
    }
  });
  await recordEvent(session, 'cleanup', { removed: removed.length, kept: kept.length });
  return { removed, kept };
}

/** Packs the private refs away once nothing of the session is left in the repository that needs them. */
export async function archiveWhenDone(
  repository: Repository,
  session: Session,
): Promise<Removed[]> {
  if (hasChangesSetAside(session) || session.data.worktrees.some(({ removed }) => !removed))
    return [];
  const count = await archiveRefs(repository, session);
  return count === 0 ? [] : [{ kind: 'refs', name: `${refPrefix(session)}/ (${count})` }];
}

async function removeOne(
  repository: Repository,
  session: Session,
  { record, state }: Verdict,
): Promise<Removed[]> {
  const { topLevel } = repository;
  const removed: Removed[] = [];
  // Said first: what a crash leaves of the worktree is then known for what it is.
  await changeRecord(session, record, { state: 'removing' });
  await keepHead(topLevel, session, record);
  await removeWorktree(repository, record.path);
  if (state !== 'gone') removed.push({ kind: 'worktree', name: record.path });
  const branch = `refs/heads/${record.branch}`;
  const tip = await readRef(topLevel, branch);
  if (tip !== null) {
    // The model's own commits, also those made after the capture, stay reachable through the session.
    const { model, pass, start } = record;
    if (tip !== start) await writeRef(topLevel, `${modelRefs(session, model, pass)}/branch`, tip);
    await deleteRefs(topLevel, [{ name: branch, oid: tip }]);
    removed.push({ kind: 'branch', name: record.branch });
  }
  await changeRecord(session, record, { removed: true });
  return removed;
}

async function changeRecord(
  session: Session,
  { path }: WorktreeRecord,
  change: Partial<WorktreeRecord>,
): Promise<void> {
  await updateSession(session, ({ worktrees }) => ({
    worktrees: worktrees.map((it) => (it.path === path ? { ...it, ...change } : it)),
  }));
}

/** Commits that a model made after its capture, on whatever branch or none. */
async function keepHead(topLevel: string, session: Session, record: WorktreeRecord): Promise<void> {
  const head = await headOfWorkplace(workplaceIn(session, record));
  if (head === null || head === record.start) return;
  const { model, pass } = record;
  await writeRef(topLevel, `${modelRefs(session, model, pass)}/last-head`, head);
}

async function keepUncaptured(
  { topLevel }: Repository,
  session: Session,
  { record, found }: Verdict,
): Promise<void> {
  if (found === null) return;
  const commit = await commitTree(topLevel, found.tree, [record.start], `left in ${record.path}`);
  await writeRef(topLevel, leftRef(session, record), commit);
  if (found.isReinitialised) {
    await keepNested(join(record.path, '.git'), `${leftFolder(session, record, '')}.git`);
  }
  for (const path of refusedNames(record, found)) {
    const from = placeOf(record.path, path).toString('utf8');
    await cp(from, leftFolder(session, record, path), COPY);
  }
  for (const { path } of nestedWithMore(found)) {
    await keepNested(
      placeOf(record.path, path).toString('utf8'),
      leftFolder(session, record, path),
    );
  }
}

function leftFolder(session: Session, { model, pass }: WorktreeRecord, path: RawPath): string {
  return join(passFolder(session, pass), 'left', fileName(model), pathText(path));
}

const COPY = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };

/** A nested repository as it is: its files, and its history wherever that lies. */
async function keepNested(from: string, to: string): Promise<void> {
  await cp(from, to, COPY);
  const gitDir = gitDirOf(from);
  if (gitDir !== null && gitDir !== join(from, '.git')) await cp(gitDir, `${to}.git`, COPY);
}

/**
 * Scratch worktrees, and temporary folders that a crash left: all that is in them was made by gates, or from a tree. Those
 * in which a script runs its gates just now are left alone.
 */
async function removeScratch(
  repository: Repository,
  session: Session,
  registered: readonly Worktree[],
): Promise<Removed[]> {
  const inUse = await scratchInUse(session);
  const scratch = registered.filter(
    ({ path, lockReason }) => lockReason === scratchLockReasonFor(session) && !inUse.has(path),
  );
  for (const { path } of scratch) await removeWorktree(repository, path);
  // Gates that run in one have a temporary folder too.
  if (inUse.size === 0) {
    await removeTemporaryFolders(session.data.session_id);
    await forgetScratch(session);
  }
  return scratch.map(({ path }) => ({ kind: 'worktree', name: path }));
}

/** First whoever looks after runs, so that it can end them gently; then whatever still carries the session's mark. */
async function endProcesses(session: Session): Promise<Removed[]> {
  const ended: number[] = [];
  for (const { model } of participants(session)) {
    const run = await readRunState(session, model, session.data.current_pass);
    if (run?.status !== 'running' || run.supervisor === null) continue;
    ended.push(run.supervisor.pid);
    await endProcess(run.supervisor.pid);
  }
  const isInUse = (await scratchInUse(session)).size > 0;
  for (const mark of [sessionMark(session), ...(isInUse ? [] : [scratchMark(session)])]) {
    ended.push(...(await findByEnvironment(MARK_VARIABLE, `:${mark}`)));
    await endMarkedProcesses(`:${mark}`);
  }
  return [...new Set(ended)].map((pid) => ({ kind: 'process', name: String(pid) }));
}
