/** Phase 7, afterwards: what the session made is taken away, each thing only after it is proved to be somewhere else. */
import { existsSync } from 'node:fs';
import { deleteRefs, readRef, writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree, treeOf } from '../git/trees.ts';
import {
  listWorktrees,
  removeWorktree,
  unregisterWorktree,
  type Worktree,
} from '../git/worktrees.ts';
import { withLock } from '../process/lock.ts';
import { findByEnvironment } from '../process/processes.ts';
import { endMarkedProcesses, endProcess, MARK_VARIABLE } from '../process/supervise.ts';
import type { Reporter } from '../script.ts';
import { readWorkplace, type Workplace, workplaceIn } from '../session/capture.ts';
import { lockReasonFor, scratchLockReasonFor } from '../session/find-session.ts';
import { sessionMark } from '../session/marks.ts';
import { repositoryLock, stateRoot } from '../session/paths.ts';
import {
  captureOf,
  hasChangesSetAside,
  modelRefs,
  participants,
  recordEvent,
  refPrefix,
  type Session,
  updateSession,
  type WorktreeRecord,
} from '../session/session.ts';
import { archiveRefs } from './archive.ts';
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
  /** `gone`: nothing is there any more. What gates left is kept like what is forced, for it costs nothing. */
  state: 'proved' | 'changed-by-gates' | 'unproved' | 'gone';
  reason: string;
  /** What it holds now; null when it is gone or cannot be read. */
  tree: string | null;
}

/** Decides about every worktree of the session. Nothing is changed. */
export async function planCleanup(repository: Repository, session: Session): Promise<Verdict[]> {
  const registered = await listWorktrees(repository.topLevel);
  const records = session.data.worktrees.filter(({ removed }) => !removed);
  return Promise.all(records.map((record) => judgeWorktree(session, record, registered)));
}

async function judgeWorktree(
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
      tree: null,
    };
  }
  if (!existsSync(record.path))
    return { record, state: 'gone', reason: 'it is not there any more', tree: null };
  if (entry === undefined) {
    return { record, state: 'unproved', reason: 'git does not know it as a worktree', tree: null };
  }
  const tree = await treeOrNull(workplaceIn(session, record));
  if (tree === null)
    return { record, state: 'unproved', reason: 'its content cannot be read', tree };
  const capture = captureOf(session, record.model, record.pass);
  if (tree === capture?.tree || tree === (await treeOf(record.path, record.start))) {
    return { record, state: 'proved', reason: 'its content is captured', tree };
  }
  if (tree === record.tree_after_gates) {
    return { record, state: 'changed-by-gates', reason: 'gates left files in it', tree };
  }
  const reason = capture === null ? 'it was never captured' : 'it was changed after the capture';
  return { record, state: 'unproved', reason, tree };
}

async function treeOrNull(place: Workplace): Promise<string | null> {
  try {
    return await readWorkplace(place);
  } catch {
    // What cannot be read is not proved; it is kept, and the caller says so.
    return null;
  }
}

/**
 * Ends the session's processes and removes its worktrees and branches. With `force`, what was not captured is kept in a
 * private ref first, and then removed too.
 */
export async function cleanUp(
  repository: Repository,
  session: Session,
  { keepWorktrees, force }: { keepWorktrees: boolean; force: boolean },
  reporter: Reporter,
): Promise<CleanupResult> {
  const removed: Removed[] = await endProcesses(session);
  const kept: Kept[] = [];
  const lock = repositoryLock(stateRoot(), repository.commonDir);
  await withLock(lock, async () => {
    removed.push(...(await removeScratch(repository, session)));
    for (const verdict of await planCleanup(repository, session)) {
      const { record, reason } = verdict;
      const forced = verdict.state === 'unproved' && force && verdict.tree !== null;
      if (
        verdict.state !== 'gone' &&
        (keepWorktrees || (verdict.state === 'unproved' && !forced))
      ) {
        kept.push({ path: record.path, reason: keepWorktrees ? 'asked to keep it' : reason });
        continue;
      }
      if (forced || verdict.state === 'changed-by-gates')
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
  { topLevel }: Repository,
  session: Session,
  { record, state }: Verdict,
): Promise<Removed[]> {
  const removed: Removed[] = [];
  if (state === 'gone') await unregisterWorktree(topLevel, record.path);
  else {
    await removeWorktree(topLevel, record.path);
    removed.push({ kind: 'worktree', name: record.path });
  }
  const branch = `refs/heads/${record.branch}`;
  const tip = await readRef(topLevel, branch);
  if (tip !== null) {
    // The model's own commits, also those made after the capture, stay reachable through the session.
    const { model, pass, start } = record;
    if (tip !== start) await writeRef(topLevel, `${modelRefs(session, model, pass)}/branch`, tip);
    await deleteRefs(topLevel, [{ name: branch, oid: tip }]);
    removed.push({ kind: 'branch', name: record.branch });
  }
  await updateSession(session, ({ worktrees }) => ({
    worktrees: worktrees.map((it) => (it.path === record.path ? { ...it, removed: true } : it)),
  }));
  return removed;
}

async function keepUncaptured(
  { topLevel }: Repository,
  session: Session,
  { record, tree }: Verdict,
): Promise<void> {
  if (tree === null) return;
  const commit = await commitTree(topLevel, tree, [record.start], `left in ${record.path}`);
  await writeRef(topLevel, `${modelRefs(session, record.model, record.pass)}/left`, commit);
}

/** Scratch worktrees that a crash left: all that is in them was made from a tree. */
async function removeScratch({ topLevel }: Repository, session: Session): Promise<Removed[]> {
  const scratch = (await listWorktrees(topLevel)).filter(
    ({ lockReason }) => lockReason === scratchLockReasonFor(session),
  );
  for (const { path } of scratch) await removeWorktree(topLevel, path);
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
  ended.push(...(await findByEnvironment(MARK_VARIABLE, `:${sessionMark(session)}`)));
  await endMarkedProcesses(`:${sessionMark(session)}`);
  return [...new Set(ended)].map((pid) => ({ kind: 'process', name: String(pid) }));
}
