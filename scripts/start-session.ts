import * as z from 'zod';
import { openRepository } from './lib/git/repository.ts';
import { modelOptions, splitModels, timeoutOption } from './lib/model-options.ts';
import { MAX_PASSES } from './lib/models/triggers.ts';
import { commonOptions } from './lib/options.ts';
import { planSession, type SessionPlan } from './lib/procedure/plan-session.ts';
import { prepareStart } from './lib/procedure/prepare-start.ts';
import { readTask } from './lib/procedure/read-task.ts';
import { startSession } from './lib/procedure/start-session.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import {
  modelsWithWorktree,
  type Session,
  sessionModelSchema,
  userChangesSchema,
} from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';
import { printUserChanges } from './lib/session/user-changes.ts';

const script = defineScript({
  name: 'start-session',
  summary: 'Open a session: its directory, the base, and the uncommitted work protected',
  options: z.object({
    repo: commonOptions.repo,
    task: z.string().optional().describe('TEXT: what is to be done'),
    taskFile: z.string().optional().describe("FILE with the task; '-' reads stdin"),
    ...modelOptions,
    hostTree: z
      .enum(['main', 'worktree'])
      .default('main')
      .describe('where the host edits: the main tree, or a worktree of its own'),
    passes: z.coerce
      .number()
      .int()
      .min(1)
      .max(MAX_PASSES)
      .optional()
      .describe(`N: rounds of all models, 1 to ${MAX_PASSES}`),
    timeout: timeoutOption.describe('SECONDS|none: time limit of a model (default: 1200)'),
    userChanges: z
      .enum(['include', 'set-aside'])
      .optional()
      .describe('what happens to uncommitted work; without it a dirty tree is refused'),
    another: z
      .boolean()
      .default(false)
      .describe('also where a session is open already; without it that is refused'),
    dryRun: commonOptions.dryRun,
  }),
  output: z.object({
    session_id: z.string(),
    session_dir: z.string(),
    base: z.string(),
    branch: z.string().nullable(),
    trunk: z.string().nullable(),
    host: z.string(),
    host_tree: z.enum(['main', 'worktree']),
    models: z.array(sessionModelSchema),
    passes: z.number(),
    timeout_s: z.union([z.number(), z.literal('none')]),
    user_changes: userChangesSchema
      .pick({ mode: true, files: true, stash: true })
      .extend({ ref: z.string().nullable().describe('holds the work; null in a dry run') })
      .nullable(),
    prompt: z.string().describe('the file with what the models are told'),
    dry_run: z.boolean(),
  }),
  examples: [
    ['start-session --task "Add a retry to the HTTP client"', 'a clean tree'],
    ['start-session --task-file task.md --user-changes include', 'start from what is there now'],
    ['start-session --task-file - --models gpt,gemini --host none', 'two external models'],
  ],
  async run(options, reporter) {
    const triggers = await readTask(options);
    for (const warning of triggers.warnings) reporter.warn(warning);
    const repository = await openRepository(options.repo ?? process.cwd());
    await prepareStart(repository, options, reporter);
    const start = {
      triggers,
      models: splitModels(options.models),
      host: options.host ?? null,
      hostTree: options.hostTree,
      passes: options.passes,
      timeout: options.timeout,
      userChanges: options.userChanges,
    };
    const plan = await planSession(repository, start);
    const session: Session = options.dryRun
      ? { directory: plan.folder, data: plan.data }
      : await startSession(repository, plan, start);
    const { data } = session;
    return {
      session_id: data.session_id,
      session_dir: session.directory,
      base: data.base,
      branch: data.branch,
      trunk: data.trunk,
      host: data.host,
      host_tree: data.host_tree,
      models: data.models,
      passes: data.pass_count,
      timeout_s: data.timeout_s,
      user_changes: options.dryRun
        ? plannedUserChanges(plan, options.userChanges)
        : data.user_changes,
      prompt: `${session.directory}/pass-0001/prompt.md`,
      dry_run: options.dryRun,
      next: options.dryRun
        ? 'The same command without --dry-run.'
        : modelsWithWorktree(session).length > 0
          ? sessionCommand(session, 'make-worktrees')
          : 'Only the host takes part: it implements the task in the main tree, then capture-diff and gates.',
    };
  },
});

function plannedUserChanges({ changes }: SessionPlan, mode: 'include' | 'set-aside' | undefined) {
  if (changes.length === 0 || mode === undefined) return null;
  return { mode, files: printUserChanges(changes), ref: null, stash: null };
}

export default script;
await runWhenMain(import.meta.url, script);
