import * as z from 'zod';
import { passOptions } from './lib/options.ts';
import { noticeOf } from './lib/procedure/guard-words.ts';
import { nextStep, readProgress, waitForRuns } from './lib/procedure/progress.ts';
import { runSchema } from './lib/procedure/run-state.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { distinctChanges, readWindows, windowsFolder } from './lib/session/guard-record.ts';
import { selectPass } from './lib/session/select-models.ts';
import { participants } from './lib/session/session.ts';

const script = defineScript({
  name: 'status',
  summary: 'Show a session: each model, what exists for the pass, what comes next',
  options: z.object({
    ...passOptions,
    wait: z.coerce
      .number()
      .nonnegative()
      .optional()
      .describe('SECONDS: return when all runs have ended, or after this long'),
  }),
  output: z.object({
    session_id: z.string(),
    session_dir: z.string(),
    status: z.enum(['in_progress', 'completed', 'abandoned']),
    task: z.string(),
    base: z.string(),
    pass: z.number(),
    pass_count: z.number(),
    completed_passes: z.number(),
    models: z.array(
      z.object({
        model: z.string(),
        role: z.enum(['host', 'external']),
        available: z.boolean(),
        reason: z.string().nullable(),
        worktree: z.string().nullable(),
        branch: z.string().nullable(),
        run: runSchema
          .pick({ status: true, cause: true, duration_ms: true, changed: true })
          .nullable(),
        capture: z.enum(['changed', 'empty']).nullable(),
        gates: z
          .enum(['passed', 'failed', 'none'])
          .nullable()
          .describe('none: no gate was found in the project'),
      }),
    ),
    running: z.number().describe('runs that have not ended'),
    files: z.array(z.string()).describe('what exists in the pass directory'),
    user_changes: z.object({ mode: z.string(), state: z.string() }).nullable(),
    applied: z
      .string()
      .nullable()
      .describe('the synthesis of this pass that stands in the main tree'),
    left_red: z
      .array(z.string())
      .describe('red in the mix as it was on base, and with whom it is green'),
    guard_changes: z
      .number()
      .describe('what was noticed outside of the worktrees while models ran, in the whole session'),
    worktrees_left: z.number(),
  }),
  examples: [
    ['status', 'the newest open session of this repository'],
    ['status --wait 540', 'wait for detached runs, less than the 10 minutes of an agent’s shell'],
    ['status --session latest', 'the newest finished session'],
  ],
  async run(options, { signal, ...reporter }) {
    const { session, repository } = await findSession(options);
    const pass = selectPass(session, options.pass);
    if (options.wait !== undefined) {
      const models = participants(session).map(({ model }) => model);
      // Loaded late: only who waits needs it, and most want a quick answer.
      const { showRuns } = await import('./lib/procedure/show-runs.ts');
      const stop = showRuns(repository, session, models, pass, reporter);
      await waitForRuns(session, pass, options.wait * 1000, signal).finally(stop);
    }
    const state = await readProgress(session, pass);
    const noticed = distinctChanges(await readWindows(session));
    const notice = noticeOf(noticed, windowsFolder(session));
    if (notice !== null) reporter.warn(notice);
    return { ...state, guard_changes: noticed.length, next: await nextStep(session, state) };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
