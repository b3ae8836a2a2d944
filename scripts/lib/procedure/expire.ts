/** What finished sessions kept for a way back is given up after a time: their captures, refs and copies. */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rm, writeFile } from '../disk.ts';
import { deleteRefs, listRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import type { Reporter } from '../script.ts';
import { sessionsOf } from '../session/list-sessions.ts';
import { passName } from '../session/paths.ts';
import { hasChangesSetAside, refPrefix, type Session } from '../session/session.ts';
import { expiredMark } from './archive.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a finished session can be looked into, undone and picked from. */
export const KEPT_DAYS = 30;

export interface Expired {
  session_id: string;
  /** What became free in the session's directory. Objects in the repository go with git's own gc. */
  bytes: number;
  refs: number;
}

/** The finished sessions of a repository that are older than that, and hold nothing of the user's any more. */
export async function listExpired(
  repository: Repository,
  now: Date = new Date(),
): Promise<Session[]> {
  const expired: Session[] = [];
  for await (const session of sessionsOf(repository))
    if (isExpired(session, now)) expired.push(session);
  return expired;
}

function isExpired(session: Session, now: Date): boolean {
  const { status, updated_at, worktrees } = session.data;
  const isOver = status !== 'in_progress' && worktrees.every(({ removed }) => removed);
  const age = now.getTime() - Date.parse(updated_at);
  return (
    isOver &&
    !hasChangesSetAside(session) &&
    age > KEPT_DAYS * DAY_MS &&
    !existsSync(expiredMark(session))
  );
}

/** Gives up what a session kept; what people read of it stays: its task, analyses, patches, logs and summary. */
export async function expire(
  { topLevel }: Repository,
  session: Session,
  reporter: Reporter,
): Promise<Expired> {
  reporter.progress(`session ${session.data.session_id}: removing what it kept`);
  // Said first: what is half gone must not be taken for a way back.
  await writeFile(expiredMark(session), `${new Date().toISOString()}\n`);
  const refs = await listRefs(topLevel, `${refPrefix(session)}/`);
  await deleteRefs(topLevel, refs);
  let bytes = 0;
  for (const path of keptBy(session)) {
    bytes += sizeOf(path);
    await rm(path, { recursive: true, force: true });
  }
  return { session_id: session.data.session_id, bytes, refs: refs.length };
}

/** What would become free. */
export function sizeOfKept(session: Session): number {
  return keptBy(session).reduce((sum, path) => sum + sizeOf(path), 0);
}

function keptBy({ directory, data }: Session): string[] {
  const passes = Array.from({ length: data.current_pass }, (_, at) => passName(at + 1));
  return [
    ...['refs.bundle', 'index', 'git', 'guard', 'gate-cache'].map((name) => join(directory, name)),
    ...passes.flatMap((pass) =>
      ['files', 'left', 'guard'].map((name) => join(directory, pass, name)),
    ),
  ];
}

function sizeOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
