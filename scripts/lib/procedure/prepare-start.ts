/** What must hold before a session begins; nothing is written where it does not. */
import { Refusal } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { ownCommand } from '../own-command.ts';
import type { Reporter } from '../script.ts';
import { assertStateRootApart } from '../session/state-root.ts';
import { type ListedSession, listSessions } from './sessions.ts';
import { takeBackUnfinishedSessions } from './unfinished-sessions.ts';

/**
 * @param another whether it may begin beside one that is open
 * @throws Refusal `state-root-in-repository`, `unfinished-session`, `open-session`
 */
export async function prepareStart(
  repository: Repository,
  { another, dryRun }: { another: boolean; dryRun: boolean },
  reporter: Reporter,
): Promise<void> {
  await assertStateRootApart(repository);
  if (!dryRun) await takeBackUnfinishedSessions(repository, reporter);
  if (another) return;
  const open = (await listSessions(repository)).filter(
    ({ status, main_tree }) => status === 'in_progress' && main_tree === repository.topLevel,
  );
  if (open.length > 0) throw openSession(open);
}

/** So many are told in words; `details` has all. */
const FEW = 3;

function openSession(open: readonly ListedSession[]): Refusal {
  const [newest] = open;
  const told = open.slice(0, FEW).map((it) => `${it.session_id} (${it.state}): ${it.task}`);
  const named = ['--session', newest?.session_id ?? '', '--repo', newest?.main_tree ?? ''];
  const abandon = ownCommand('finish-session', '--status', 'abandoned', ...named);
  return new Refusal({
    code: 'open-session',
    message: `${open.length === 1 ? 'A session is' : `${open.length} sessions are`} still open here: ${told.join('; ')}${open.length > FEW ? '; ...' : ''}`,
    hint: [
      `Go on with it: ${ownCommand('status', ...named)}`,
      `End it: ${ownCommand('cleanup', '--restore', ...named)}, then ${abandon}`,
      'Begin one beside it: the same command with --another.',
    ].join('\n'),
    details: {
      open: open.map(({ session_id, task, state, left }) => ({ session_id, task, state, left })),
    },
  });
}
