import { ownCommand } from '../own-command.ts';
import { stateRoot } from './paths.ts';
import type { Session } from './session.ts';

/** A command on a session, which finds it from whatever directory it is pasted in. */
export function sessionCommand(session: Session, ...words: string[]): string {
  return ownCommand(...words, ...sessionWords(session));
}

/** By its directory where its id says nothing, because it lies outside of the user's state. */
export function sessionWords({ directory, data }: Session): string[] {
  return directory.startsWith(`${stateRoot()}/`)
    ? ['--session', data.session_id, '--repo', data.main_tree]
    : ['--session', directory];
}
