/** Phase 6: everything that the next pass needs but its worktrees. Decided first, then carried out. */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { filesAt } from '../git/files-at.ts';
import type { Repository } from '../git/repository.ts';
import { DEFAULT_PROMPT_LIMIT, refinementPrompt } from '../models/refinement-prompt.ts';
import type { Unresolved } from '../models/unresolved-entries.ts';
import type { Reporter } from '../script.ts';
import { readTextOrNull, replaceFile } from '../session/files.ts';
import { type PassStartRecord, readPassStart, type StartPoint } from '../session/pass-start.ts';
import { passName } from '../session/paths.ts';
import {
  hostWorksInMainTree,
  passFolder,
  type Session,
  updateSession,
} from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { cleanUp, goes, type Kept, planCleanup } from './cleanup.ts';
import { applyCommand } from './next-command.ts';
import { conventionFiles, makePassFolders } from './pass-folder.ts';
import { chooseStart, keepPassStart, startMainTree } from './pass-start.ts';
import type { NextPass } from './passes.ts';
import { assertSomethingNew } from './stop-rule.ts';
import { readUnresolved } from './unresolved.ts';

/** What a pass is made of. */
interface Wishes {
  from: StartPoint;
  feedback: string | null;
  limit: number;
}

/** As far as it was said; the rest is as it was said before, or as usual. */
export interface GivenWishes {
  from: StartPoint | undefined;
  feedback: string | null;
  limit: number | undefined;
  /** Even after a pass that changed nothing, or left nothing unresolved. */
  again: boolean;
}

/**
 * Closes the last pass and begins the next, or one that was begun before. All refusals but what stands in the way in the
 * main tree come before anything is changed.
 * @throws Refusal `nothing-new`, `nothing-unresolved`, `no-synthesis`, `not-captured`; UsageError `feedback-too-long`
 */
export async function setUpPass(
  repository: Repository,
  session: Session,
  next: NextPass,
  { again, ...given }: GivenWishes,
  reporter: Reporter,
): Promise<PassStartRecord> {
  const { pass, last, isOpen } = next;
  const known = isOpen ? await readPassStart(session, pass) : null;
  const wishes = {
    from: given.from ?? known?.from ?? 'base',
    feedback: given.feedback ?? known?.feedback ?? null,
    limit: given.limit ?? known?.prompt_limit ?? DEFAULT_PROMPT_LIMIT,
  };
  if (known !== null && isAsked(known, wishes)) {
    // A crash may have come between the main tree and the rest.
    if (hostWorksInMainTree(session)) await startMainTree(repository, session, known.start, last);
    return known;
  }
  if (!isOpen) await assertCaptured(repository, session);
  // What was begun was worth it then.
  const isAllowed = again || isOpen;
  if (!isAllowed) await assertSomethingNew(repository, session, last);
  const { prompt, record } = await preparePass(repository, session, next, wishes, isAllowed);
  const isFresh = !isOpen || record.start !== (known?.start ?? session.data.base);
  if (isFresh) await closeLastPass(repository, session, reporter);
  if (isFresh || hostWorksInMainTree(session))
    await startMainTree(repository, session, record.start, last);
  await openPass(repository, session, prompt, record);
  return record;
}

function isAsked(known: PassStartRecord, { from, feedback, limit }: Wishes): boolean {
  return known.from === from && known.feedback === feedback && known.prompt_limit === limit;
}

export function promptFile(session: Session, pass: number): string {
  return join(passFolder(session, pass), 'prompt.md');
}

/** All that is written when the pass begins. Nothing is changed. */
async function preparePass(
  repository: Repository,
  session: Session,
  { pass, last, analysis }: NextPass,
  { from, feedback, limit }: Wishes,
  isAllowed: boolean,
): Promise<{ prompt: string; record: PassStartRecord }> {
  const start = await chooseStart(repository, session, from, last);
  const unresolved = await readUnresolved(repository, session, last, { feedback, analysis });
  const counts = countsOf(unresolved);
  if (!isAllowed && counts.decisions + counts.red_gates === 0 && !counts.feedback)
    throw nothingUnresolved(session, last);
  const task =
    (await readTextOrNull(join(session.directory, 'task.md'))) ?? session.data.prompt_summary;
  const conventions = await conventionFiles(filesAt(repository.topLevel, session.data.base));
  const { text, leftOut } = refinementPrompt({
    ...{ task, pass, start: start.described, unresolved, limit, conventions },
  });
  const record: PassStartRecord = {
    ...{ schema_version: 1, pass, from, start: start.commit, feedback, prompt_limit: limit },
    ...{ prompt_bytes: Buffer.byteLength(text), unresolved: counts, left_out: leftOut },
  };
  return { prompt: text, record };
}

function countsOf({ decisions, red, feedback }: Unresolved): PassStartRecord['unresolved'] {
  return {
    decisions: decisions.length,
    red_gates: red.length,
    feedback: feedback !== null && feedback.trim() !== '',
  };
}

/** What was never captured, or was changed since, stays. */
const REMOVE_CAPTURED = { keepWorktrees: false, force: false, captureFirst: false };

/** The new worktrees take the old ones' places, so those must be proved captured first. */
async function closeLastPass(
  repository: Repository,
  session: Session,
  reporter: Reporter,
): Promise<void> {
  const { kept } = await cleanUp(repository, session, REMOVE_CAPTURED, reporter);
  if (kept.length > 0) throw notCaptured(session, kept);
}

/** The same, found out before anything is removed: what nobody has captured, nobody can have resolved. */
async function assertCaptured(repository: Repository, session: Session): Promise<void> {
  const kept = (await planCleanup(repository, session)).filter((it) => !goes(it, REMOVE_CAPTURED));
  if (kept.length === 0) return;
  throw notCaptured(
    session,
    kept.map(({ record: { path }, reason }) => ({ path, reason })),
  );
}

/** Its folders, its prompt, what it starts from. It has begun when all of that is there. */
async function openPass(
  repository: Repository,
  session: Session,
  prompt: string,
  record: PassStartRecord,
): Promise<void> {
  const { pass } = record;
  await makePassFolders(passFolder(session, pass));
  await replaceFile(promptFile(session, pass), prompt);
  await keepPassStart(repository, session, record);
  await updateSession(session, ({ pass_count }) => ({
    current_pass: pass,
    pass_count: Math.max(pass_count, pass),
  }));
}

function notCaptured(session: Session, kept: readonly Kept[]): Refusal {
  return new Refusal({
    code: 'not-captured',
    message: `${kept.map(({ path, reason }) => `${path}: ${reason}`).join('; ')}. No pass was set up.`,
    hint: sessionCommand(session, 'capture-diff', '--all'),
    details: { kept: [...kept] },
  });
}

function nothingUnresolved(session: Session, pass: number): Refusal {
  const command = applyCommand(session, pass, '--verify', '--search');
  return new Refusal({
    code: 'nothing-unresolved',
    message: `${passName(pass)} left nothing unresolved: no decision is open, no gate is red, and nothing was said to it. No pass was set up.`,
    hint: `Say with --feedback what should become better (--again runs another pass all the same), or apply it${command === null ? ' with apply-picks.' : `: ${command}`}`,
    details: { pass },
  });
}
