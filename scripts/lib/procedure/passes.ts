/** Phases 5, 6 and 8: a pass is closed, another is set up, a session ends. */
import { rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refusal } from '../errors.ts';
import { filesAt } from '../git/files-at.ts';
import type { Repository } from '../git/repository.ts';
import { refinementPrompt } from '../models/prompt.ts';
import { MAX_PASSES } from '../models/triggers.ts';
import { readTextOrNull, replaceFile } from '../session/files.ts';
import { passName } from '../session/paths.ts';
import {
  participants,
  passFolder,
  recordEvent,
  type Session,
  type SessionData,
  updateSession,
} from '../session/session.ts';
import { conventionFiles, makePassFolders } from './pass-folder.ts';
import { readRunState } from './run-state.ts';

/** Stores the analysis that the user was shown, and counts the pass. Done again, it replaces the text only. */
export async function completePass(
  session: Session,
  pass: number,
  analysis: string,
): Promise<string> {
  const file = join(passFolder(session, pass), 'synthesis.md');
  await replaceFile(file, analysis);
  if (session.data.completed_passes < pass) {
    await updateSession(session, () => ({ completed_passes: pass }));
    await recordEvent(session, 'pass_complete', { pass });
  }
  return file;
}

/**
 * The analysis that the next pass is made from.
 * @throws Refusal `pass-not-complete`, `too-many-passes`, `still-running`
 */
export async function readLastSynthesis(session: Session): Promise<string> {
  const last = session.data.current_pass;
  const synthesis = await readTextOrNull(join(passFolder(session, last), 'synthesis.md'));
  if (synthesis === null) throw passNotComplete(session, last);
  if (last >= MAX_PASSES) throw tooManyPasses();
  for (const { model } of participants(session)) {
    if ((await readRunState(session, model, last))?.status === 'running') throw stillRunning(model);
  }
  return synthesis;
}

/** The folders and the prompt of the next pass. */
export async function openNextPass(
  repository: Repository,
  session: Session,
  { synthesis, feedback }: { synthesis: string; feedback: string | null },
): Promise<{ pass: number; prompt: string }> {
  const pass = session.data.current_pass + 1;
  const folder = passFolder(session, pass);
  await makePassFolders(folder);
  const task =
    (await readTextOrNull(join(session.directory, 'task.md'))) ?? session.data.prompt_summary;
  const conventions = await conventionFiles(filesAt(repository.topLevel, session.data.base));
  const prompt = join(folder, 'prompt.md');
  await replaceFile(prompt, refinementPrompt({ task, pass, synthesis, feedback, conventions }));
  await updateSession(session, ({ pass_count }) => ({
    current_pass: pass,
    pass_count: Math.max(pass_count, pass),
  }));
  return { pass, prompt };
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
    hint: `Store the analysis that the user was shown: mm.mjs complete-pass --analysis FILE --session ${session.data.session_id}`,
  });
}

function stillRunning(model: string): Refusal {
  return new Refusal({
    code: 'still-running',
    message: `${model} is still at work in this pass.`,
    hint: 'mm.mjs status --wait 540 waits for it; cleanup ends it.',
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
