import { randomBytes } from 'node:crypto';
import type { Session } from './session.ts';

/** What the mark of every process that a session starts begins with; cleanup finds what is left by it. */
export function sessionMark(session: Session): string {
  return `session=${session.data.session_id}/`;
}

/** The mark of one run: unique, because ending a run ends everything that carries its mark. */
export function runMark(session: Session | null, label: string): string {
  const unique = `${label.replaceAll(/[^\w.#-]/g, '-')}-${randomBytes(4).toString('hex')}`;
  return session === null ? `alone/${unique}` : `${sessionMark(session)}${unique}`;
}
