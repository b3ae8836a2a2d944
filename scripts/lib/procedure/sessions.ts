/** The sessions of a repository: how far each came, and what of it is left in the repository. */
import * as z from 'zod';
import { listRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { latestSession, sessionsOf } from '../session/list-sessions.ts';
import {
  hasChangesSetAside,
  participants,
  type Session,
  standingApplication,
  worktreesLeft,
} from '../session/session.ts';
import { readRunState } from './run-state.ts';

export const listedSessionSchema = z.object({
  session_id: z.string(),
  session_dir: z.string(),
  task: z.string(),
  status: z.enum(['in_progress', 'completed', 'abandoned']),
  state: z
    .enum(['started', 'worktrees-made', 'running', 'captured', 'pass-complete', 'applied'])
    .describe('how far its last pass came'),
  pass: z.number(),
  pass_count: z.number(),
  main_tree: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  latest: z.boolean().describe('--session latest names it'),
  left: z
    .object({
      worktrees: z.array(z.string()),
      refs: z.number().describe('private refs: its captures, until cleanup packs them away'),
      set_aside: z.string().nullable().describe('the stash entry of work that is not back yet'),
    })
    .describe('what of it is in the repository'),
});

export type ListedSession = z.output<typeof listedSessionSchema>;

/** All of them, the newest first; damaged ones are passed over with a warning. */
export async function listSessions(repository: Repository): Promise<ListedSession[]> {
  const { topLevel } = repository;
  const sessions: Session[] = [];
  for await (const session of sessionsOf(repository)) sessions.push(session);
  if (sessions.length === 0) return [];
  const latest = (await latestSession(repository))?.directory;
  const refs = (await listRefs(topLevel, 'refs/mm')).map(({ name }) => name.split('/')[2]);
  const listed: ListedSession[] = [];
  for (const session of sessions) {
    const { directory, data } = session;
    listed.push({
      session_id: data.session_id,
      session_dir: directory,
      task: data.prompt_summary,
      status: data.status,
      state: stateOf(session, await hasRunning(session)),
      pass: data.current_pass,
      pass_count: data.pass_count,
      main_tree: data.main_tree,
      created_at: data.created_at,
      updated_at: data.updated_at,
      latest: directory === latest,
      left: {
        worktrees: worktreesLeft(session),
        refs: refs.filter((id) => id === data.session_id).length,
        set_aside: hasChangesSetAside(session) ? (data.user_changes?.stash ?? null) : null,
      },
    });
  }
  return listed;
}

/** From what is recorded: the last step of the current pass that was done. */
export function stateOf(session: Session, isRunning: boolean): ListedSession['state'] {
  const { current_pass, completed_passes, captures, worktrees } = session.data;
  const isOfPass = ({ pass }: { pass: number }) => pass === current_pass;
  const applied = standingApplication(session);
  if (isRunning) return 'running';
  if (applied !== null && isOfPass(applied)) return 'applied';
  if (completed_passes >= current_pass) return 'pass-complete';
  if (captures.some(isOfPass)) return 'captured';
  return worktrees.some(isOfPass) ? 'worktrees-made' : 'started';
}

async function hasRunning(session: Session): Promise<boolean> {
  if (session.data.status !== 'in_progress') return false;
  for (const { model } of participants(session)) {
    // A damaged record says nothing; the scripts of that session name it.
    const run = await readRunState(session, model, session.data.current_pass).catch(() => null);
    if (run?.status === 'running') return true;
  }
  return false;
}
