import * as z from 'zod';
import { commonOptions } from './lib/options.ts';
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
  if (open !== undefined) return `mm.mjs status --session ${open.session_id}`;
  const left = sessions.find(
    ({ left: { worktrees, set_aside } }) => worktrees.length > 0 || set_aside !== null,
  );
  if (left !== undefined) return `mm.mjs cleanup --restore --session ${left.session_id}`;
  return 'mm.mjs start-session --task-file FILE';
}

export default script;
await runWhenMain(import.meta.url, script);
