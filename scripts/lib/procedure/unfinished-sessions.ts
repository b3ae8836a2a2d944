/** A start-session that was killed half way: the next one takes back what it did. */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { identifyProcess } from '../process/processes.ts';
import type { Reporter } from '../script.ts';
import { readTextOrNull } from '../session/files.ts';
import { sessionsOf } from '../session/list-sessions.ts';
import { removeStaging } from '../session/main-tree.ts';
import { type Session, updateSession } from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { restoreUserChanges } from '../session/user-changes.ts';
import { archiveWhenDone } from './cleanup.ts';

/**
 * Brings back what killed starts in this main tree had set aside, and leaves nothing of them in the repository. Their
 * directories stay, with all that their refs held, and say `abandoned`.
 * @throws Refusal `unfinished-session` where the user changed the same places since
 */
export async function takeBackUnfinishedSessions(
  repository: Repository,
  { progress }: Reporter,
): Promise<void> {
  for await (const session of sessionsOf(repository)) {
    if (!(await isUnfinished(session, repository))) continue;
    progress(`taking back session ${session.data.session_id}, whose start was killed`);
    const { status, command } = await restoreUserChanges(repository, session);
    if (status === 'conflict') throw unfinished(session, command);
    await removeStaging(repository, session);
    await archiveWhenDone(repository, session);
    await updateSession(session, () => ({ status: 'abandoned' }));
  }
}

/** The last thing that a start does is to record its event; until then its process must be at work. */
async function isUnfinished(
  { directory, data }: Session,
  { topLevel }: Repository,
): Promise<boolean> {
  if (data.status !== 'in_progress' || data.main_tree !== topLevel) return false;
  const events = await readTextOrNull(join(directory, 'events.jsonl'));
  // A line that a kill cut short does not count.
  if (events?.includes('\n')) return false;
  const pid = Number(data.session_id.split('-').at(-2));
  return (await identifyProcess(pid)) === null;
}

function unfinished(session: Session, command: string | null): Refusal {
  const { data } = session;
  return new Refusal({
    code: 'unfinished-session',
    message: `Session ${data.session_id} was killed while it set your changes aside, and ${data.main_tree} was changed in the same places since. Nothing was written.`,
    hint: `Bring the changes back by hand: ${command}. Then: ${sessionCommand(session, 'finish-session', '--status', 'abandoned')}`,
    details: { session: data.session_id, stash: data.user_changes?.stash ?? null, command },
  });
}
