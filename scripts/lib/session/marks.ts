import { randomBytes } from 'node:crypto';
import type { Session } from './session.ts';

/** What the mark of a process that a session starts begins with; cleanup finds what is left by it. */
export function sessionMark(session: Session): string {
  return `session=${session.data.session_id}/`;
}

/** The same for gates in a scratch worktree: cleanup leaves them alone while the script that started them runs. */
export function scratchMark(session: Session): string {
  return `scratch=${session.data.session_id}/`;
}

/** The mark of one run: unique, because ending a run ends everything that carries its mark. */
export function runMark(session: Session | null, label: string, of = sessionMark): string {
  const unique = `${label.replaceAll(/[^\w.#-]/g, '-')}-${randomBytes(4).toString('hex')}`;
  return session === null ? `alone/${unique}` : `${of(session)}${unique}`;
}
