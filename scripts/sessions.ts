import * as z from 'zod';
import { commonOptions } from './lib/options.ts';
import { ownCommand } from './lib/own-command.ts';
import { type ListedSession, listedSessionSchema, listSessions } from './lib/procedure/sessions.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { openMainTree } from './lib/session/find-session.ts';

const script = defineScript({
  name: 'sessions',
  summary: 'List the sessions of the repository: how far each came, and what of it is left',
  options: z.object({ repo: commonOptions.repo }),
  output: z.object({ sessions: z.array(listedSessionSchema).describe('the newest first') }),
  examples: [['sessions', 'which are open, which one is latest, what they left']],
  async run(options) {
    const repository = await openMainTree(options.repo ?? process.cwd());
    const sessions = await listSessions(repository);
    return { sessions, next: nextAfter(sessions) };
  },
});

function nextAfter(sessions: readonly ListedSession[]): string {
  const open = sessions.find(({ status }) => status === 'in_progress');
  if (open !== undefined) return ownCommand('status', ...named(open));
  const left = sessions.find(
    ({ left: { worktrees, set_aside } }) => worktrees.length > 0 || set_aside !== null,
  );
  if (left !== undefined) return ownCommand('cleanup', '--restore', ...named(left));
  return 'Nothing is open or left; start-session takes a task with --task or --task-file.';
}

function named({ session_id, main_tree }: ListedSession): string[] {
  return ['--session', session_id, '--repo', main_tree];
}

export default script;
await runWhenMain(import.meta.url, script);
