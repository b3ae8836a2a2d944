import * as z from 'zod';
import { commonOptions } from './lib/options.ts';
import { closeSession } from './lib/procedure/passes.ts';
import { writeSummary } from './lib/procedure/summary.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { hasChangesSetAside } from './lib/session/session.ts';

const script = defineScript({
  name: 'finish-session',
  summary: 'Write summary.md and close the session',
  options: z.object({
    repo: commonOptions.repo,
    session: commonOptions.session,
    status: z.enum(['completed', 'abandoned']).default('completed').describe('how it ended'),
  }),
  output: z.object({
    session_id: z.string(),
    session_dir: z.string(),
    status: z.enum(['completed', 'abandoned']),
    summary: z.string().describe('summary.md'),
    worktrees_left: z.array(z.string()),
  }),
  examples: [
    ['finish-session', 'after cleanup'],
    ['finish-session --status abandoned', 'when the user wants none of it'],
  ],
  async run(options, { warn }) {
    const { session } = await findSession(options);
    await closeSession(session, options.status);
    const summary = await writeSummary(session);
    const left = session.data.worktrees.filter(({ removed }) => !removed).map(({ path }) => path);
    const named = `--session ${session.data.session_id}`;
    if (left.length > 0) warn(`Worktrees of the session are still there: ${left.join(', ')}.`);
    const waiting = hasChangesSetAside(session);
    if (waiting) {
      warn(`The user's own changes are still set aside: mm.mjs cleanup --restore ${named}`);
    }
    return {
      session_id: session.data.session_id,
      session_dir: session.directory,
      status: options.status,
      summary,
      worktrees_left: left,
      next:
        left.length > 0 || waiting
          ? `mm.mjs cleanup --restore ${named}`
          : `Show the user ${summary}.`,
    };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
