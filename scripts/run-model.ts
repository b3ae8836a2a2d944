import * as z from 'zod';
import { UsageError } from './lib/errors.ts';
import { readInput } from './lib/input.ts';
import { runOptions, sandboxWish, timeoutOption } from './lib/model-options.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import { waitCommand } from './lib/procedure/next-command.ts';
import { runAlone } from './lib/procedure/run-alone.ts';
import {
  recordHostRun,
  runModels,
  runModelsDetached,
  type WatchedRuns,
} from './lib/procedure/run-models.ts';
import { type Run, runSchema } from './lib/procedure/run-state.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { guardSchema } from './lib/session/guard-record.ts';
import { selectModels, selectPass } from './lib/session/select-models.ts';
import type { Session } from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';

const script = defineScript({
  name: 'run-model',
  summary: 'Run models in their worktrees, in parallel, each to its end',
  options: z.object({
    ...passOptions,
    model: commonOptions.model,
    all: z.boolean().default(false).describe('every external model of the session'),
    timeout: timeoutOption.describe(
      'SECONDS|none: time limit of each (default: that of the session)',
    ),
    ...runOptions,
    promptFile: z.string().optional().describe("FILE: the prompt (default: the pass's prompt.md)"),
    again: z
      .boolean()
      .default(false)
      .describe('run a model again that has succeeded already; costs tokens'),
    detach: z.boolean().default(false).describe('return at once; status --wait waits for the end'),
    record: z
      .string()
      .optional()
      .describe("FILE with the host's final text, '-' for stdin: marks its run ended"),
    recordText: z.string().optional().describe("TEXT: the host's final text"),
    check: z.boolean().default(false).describe('exit 1 when a model did not succeed'),
    worktree: z.string().optional().describe('DIR: without a session, the directory to run in'),
    base: z
      .string()
      .optional()
      .describe('REV: without a session, what the worktree is compared with (default: HEAD)'),
    out: z.string().optional().describe('DIR: without a session, where outputs go'),
  }),
  output: z.object({
    session_id: z.string().nullable(),
    pass: z.number().nullable(),
    runs: z.array(runSchema),
    guard: guardSchema
      .nullable()
      .describe('what changed outside of the worktrees meanwhile; null: nothing was watched here'),
  }),
  examples: [
    ['run-model --all', 'all external models, in parallel'],
    ['run-model --all --detach', 'return at once, then: status --wait 540'],
    [
      'run-model --all --sandbox --idle-timeout 300',
      'held in their worktrees, ended when nothing moves',
    ],
    ['run-model --model claude --record-text "Done: ..."', "the host's own result"],
    [
      'run-model --model gpt --worktree ../w --prompt-file p.md --out /tmp/o',
      'one model, no session',
    ],
  ],
  async run(options, { signal, exitWith, ...reporter }) {
    const finish = ({ runs, guard }: WatchedRuns, session: Session | null) => {
      if (options.check && runs.some(({ status }) => status !== 'succeeded')) exitWith(1);
      return { runs, guard, next: nextAfter(runs, session) };
    };
    const unwatched = (runs: Run[]) => ({ runs, guard: null });
    if (options.worktree !== undefined) {
      const run = await runAlone(
        { ...options, worktree: options.worktree, sandbox: sandboxWish(options), signal },
        reporter,
      );
      return { session_id: null, pass: null, ...finish(unwatched([run]), null) };
    }
    const { session, repository } = await findSession(options);
    const pass = selectPass(session, options.pass);
    const head = { session_id: session.data.session_id, pass };
    const text = await readInput('final text', { text: options.recordText, file: options.record });
    const selected = selectModels(session, options);
    if (text !== null) {
      const host = selected.find(({ role }) => role === 'host');
      if (host === undefined || selected.length > 1) throw onlyHostRecords(session);
      return {
        ...head,
        ...finish(
          unwatched([await recordHostRun(repository, session, host.model, text, pass)]),
          session,
        ),
      };
    }
    const models = options.all ? selected.filter(({ role }) => role === 'external') : selected;
    const { timeout, idleTimeout, promptFile, again } = options;
    const sandbox = sandboxWish(options);
    const run = { pass, timeout, idleTimeout, sandbox, promptFile, again, signal };
    const runs = options.detach
      ? unwatched(await runModelsDetached(repository, session, models, run))
      : await runModels(repository, session, models, run, reporter);
    return { ...head, ...finish(runs, session) };
  },
});

function nextAfter(runs: readonly Run[], session: Session | null): string {
  if (session === null) return 'Read the output; capture-diff --worktree captures the changes.';
  return runs.some(({ status }) => status === 'running')
    ? waitCommand(session)
    : sessionCommand(session, 'capture-diff', '--all');
}

function onlyHostRecords({ data }: Session): UsageError {
  const host = data.models.find(({ role }) => role === 'host');
  return new UsageError({
    code: 'only-host-records',
    message: 'A final text is recorded for the host only, and for nobody else in the same call.',
    hint:
      host === undefined
        ? 'Nobody hosts this session: every model is run, and its text kept.'
        : `Name it alone: --model ${host.model}.`,
  });
}

export default script;
await runWhenMain(import.meta.url, script);
