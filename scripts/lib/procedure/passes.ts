/** Phases 5, 6 and 8: a pass is closed, another is due, a session ends. */

import { basename, dirname, join } from 'node:path';
import { rename, rm, symlink } from '../disk.ts';
import { Refusal } from '../errors.ts';
import { MAX_PASSES } from '../models/triggers.ts';
import { readTextOrNull, replaceFile } from '../session/files.ts';
import { passName } from '../session/paths.ts';
import {
  participants,
  passFolder,
  recordEvent,
  type Session,
  type SessionData,
  standingApplication,
  updateSession,
  worktreesLeft,
} from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { candidatesOf } from './compare.ts';
import { afterComparison, waitCommand } from './next-command.ts';
import { readRunState } from './run-state.ts';

/**
 * Stores the analysis that the user was shown, and counts the pass. Done again, it replaces the text only.
 * @throws Refusal `nothing-captured`: there is nothing that an analysis could be about
 */
export async function completePass(
  session: Session,
  pass: number,
  analysis: string,
): Promise<string> {
  candidatesOf(session, pass);
  const file = join(passFolder(session, pass), 'synthesis.md');
  await replaceFile(file, analysis);
  if (session.data.completed_passes < pass) {
    await updateSession(session, () => ({ completed_passes: pass }));
    await recordEvent(session, 'pass_complete', { pass });
  }
  return file;
}

export interface NextPass {
  pass: number;
  /** The pass that it goes on from. */
  last: number;
  /** What the user was shown of that. */
  analysis: string;
  /** It was set up before, wholly or in part, and nothing has been done in it yet. */
  isOpen: boolean;
}

/**
 * The pass to set up. Asked again, or after a crash, it is the one that was asked for before.
 * @throws Refusal `pass-not-complete`, `too-many-passes`, `still-running`
 */
export async function planNextPass(session: Session): Promise<NextPass> {
  const current = session.data.current_pass;
  const analysis = await readSynthesis(session, current);
  if (analysis === null) {
    const earlier = (await isUntouched(session, current))
      ? await readSynthesis(session, current - 1)
      : null;
    if (earlier === null) throw passNotComplete(session, current);
    return { pass: current, last: current - 1, analysis: earlier, isOpen: true };
  }
  if (current >= MAX_PASSES) throw tooManyPasses();
  for (const { model } of participants(session)) {
    if ((await readRunState(session, model, current))?.status === 'running')
      throw stillRunning(session, model);
  }
  return { pass: current + 1, last: current, analysis, isOpen: false };
}

function readSynthesis(session: Session, pass: number): Promise<string | null> {
  return readTextOrNull(join(passFolder(session, pass), 'synthesis.md'));
}

/** Whether no model has begun in a pass. */
async function isUntouched(session: Session, pass: number): Promise<boolean> {
  if (session.data.captures.some((it) => it.pass === pass)) return false;
  for (const { model } of participants(session)) {
    if ((await readRunState(session, model, pass)) !== null) return false;
  }
  return true;
}

/** Whether picks stand in the main tree. Where the host is alone, its work is the result. */
export function hasResult(session: Session): boolean {
  const isAlone = participants(session).every(({ role }) => role === 'host');
  return isAlone || standingApplication(session) !== null;
}

/** @throws Refusal `worktrees-left`: a session that is completed leaves none behind */
export function assertNothingIsLeft(session: Session): void {
  const left = worktreesLeft(session);
  if (left.length === 0) return;
  throw new Refusal({
    code: 'worktrees-left',
    message: `Worktrees of the session are still there: ${left.join(', ')}.`,
    hint: `${sessionCommand(session, 'cleanup', '--restore')} removes what is proved to be captured; then finish-session again. If nothing of it is wanted: ${sessionCommand(session, 'finish-session', '--status', 'abandoned')}`,
    details: { worktrees: left },
  });
}

/** Ends the session: its status, its event, and `latest` for the next one who asks. */
export async function closeSession(
  session: Session,
  status: Exclude<SessionData['status'], 'in_progress'>,
): Promise<void> {
  if (session.data.status !== status) {
    await updateSession(session, () => ({ status }));
    await recordEvent(session, 'session_complete', { status });
  }
  const link = join(dirname(session.directory), 'latest');
  const fresh = `${link}.${process.pid}`;
  await rm(fresh, { force: true });
  await symlink(basename(session.directory), fresh);
  await rename(fresh, link);
}

function passNotComplete(session: Session, pass: number): Refusal {
  return new Refusal({
    code: 'pass-not-complete',
    message: `${passName(pass)} has no synthesis.md yet, and the next pass is made from it.`,
    hint: afterComparison(session, pass),
  });
}

function stillRunning(session: Session, model: string): Refusal {
  return new Refusal({
    code: 'still-running',
    message: `${model} is still at work in this pass.`,
    hint: `Wait for it, or end it with cleanup: ${waitCommand(session)}`,
    details: { model },
  });
}

function tooManyPasses(): Refusal {
  return new Refusal({
    code: 'too-many-passes',
    message: `The session has had ${MAX_PASSES} passes, and that is the most.`,
    hint: 'Apply the best picks so far, or start a new session with a narrower task.',
  });
}
