import * as z from 'zod';
import { DEFAULT_COPY_LIMIT_MB } from './lib/gates/provision-plan.ts';
import { commonOptions } from './lib/options.ts';
import {
  keepPreparationOptions,
  makeModelWorktrees,
  withPreparationOptions,
} from './lib/procedure/make-worktrees.ts';
import { runModelsCommand } from './lib/procedure/next-command.ts';
import { planPreparation, readNeeds } from './lib/procedure/worktree-needs.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { selectModels } from './lib/session/select-models.ts';
import { modelsWithWorktree, type Session } from './lib/session/session.ts';
import { planWorktrees } from './lib/session/worktrees.ts';

const copyLimitSchema = z.union([z.literal('none'), z.coerce.number().positive()]);

const providedSchema = z.object({
  path: z.string(),
  how: z
    .string()
    .describe(
      'reflink, copy, install (offline) or link; present: it was there; skipped: see reason; with --dry-run what is planned',
    ),
  bytes: z.number(),
  duration_ms: z.number(),
  reason: z.string().optional(),
});

const script = defineScript({
  name: 'make-worktrees',
  summary: 'Give each model a git worktree of its own, with what the gates need to run in it',
  options: z.object({
    repo: commonOptions.repo,
    session: commonOptions.session,
    model: commonOptions.model,
    setup: z
      .string()
      .optional()
      .describe(
        'CMD: run in every new worktree (default: "setup" of the configuration, or what .claude/worktrees.json, .cursor/worktrees.json or conductor.json name; "": none)',
      ),
    link: z
      .array(z.string())
      .default([])
      .describe('PATH: a symlink into the main tree instead of a copy, such as node_modules'),
    copyLimit: copyLimitSchema
      .optional()
      .describe(
        `MB or none: the most that one folder may have to be copied where the disk cannot share it (default ${DEFAULT_COPY_LIMIT_MB})`,
      ),
    noHooks: z
      .boolean()
      .default(false)
      .describe("do not run the repository's post-checkout hook in the worktrees"),
    network: z
      .boolean()
      .default(false)
      .describe(
        'for the whole session: packages that a result newly asks for may be installed from the network',
      ),
    dryRun: commonOptions.dryRun,
  }),
  output: z.object({
    session_id: z.string(),
    worktrees: z.array(
      z.object({
        model: z.string(),
        path: z.string(),
        branch: z.string(),
        base: z.string(),
        created: z.boolean(),
        provided: z.array(providedSchema),
        setup: z
          .object({
            command: z.string(),
            source: z.string(),
            exit_code: z.number().nullable(),
            log: z.string().nullable(),
          })
          .nullable(),
      }),
    ),
    dry_run: z.boolean(),
  }),
  examples: [
    ['make-worktrees', 'for every external model of the newest open session'],
    ['make-worktrees --dry-run', 'where they would be, and what would be copied, in bytes'],
    ['make-worktrees --model gpt --setup "npm ci"', 'one model, with a setup command'],
    ['make-worktrees --link node_modules', 'no copy of node_modules, but your own'],
  ],
  async run({ repo, session: named, model, dryRun, ...options }, { signal, ...reporter }) {
    const { session, repository } = await findSession({ repo, session: named });
    const { data } = session;
    const wanted = modelsWithWorktree(session);
    const models =
      model.length === 0
        ? wanted
        : selectModels(session, { model, all: false })
            .map((it) => it.model)
            .filter((it) => wanted.includes(it));
    const head = { session_id: data.session_id, dry_run: dryRun };
    if (dryRun) {
      const asked = withPreparationOptions(session, { ...options, hooks: !options.noHooks });
      const needs = await readNeeds(repository, asked);
      const { provision, setup } = await planPreparation(repository, asked, needs, models.length);
      const provided = provision.map(({ path, how, bytes, reason }) => ({
        ...{ path, how: how === 'skip' ? 'skipped' : how, bytes, duration_ms: 0 },
        ...(reason === undefined ? {} : { reason }),
      }));
      const planned = await planWorktrees(repository, session, models);
      return {
        ...head,
        worktrees: planned.map(({ model, path, branch }) => ({
          ...{ model, path, branch, base: data.base },
          ...{ created: false, provided },
          setup: setup && { ...setup, exit_code: null, log: null },
        })),
        next: 'The same command without --dry-run.',
      };
    }
    await keepPreparationOptions(session, { ...options, hooks: !options.noHooks });
    const made = await makeModelWorktrees(repository, session, { models, signal }, reporter);
    return {
      ...head,
      worktrees: made.map(({ model, path, branch, start, created, provided, setup }) => ({
        ...{ model, path, branch, base: start, created, provided, setup },
      })),
      next: nextAfter(session),
    };
  },
});

function nextAfter(session: Session): string {
  const externals = session.data.models.some(
    ({ available, role }) => available && role === 'external',
  );
  return externals
    ? runModelsCommand(session)
    : 'Only the host takes part: it implements the task, then capture-diff --all and gates.';
}

export default script;
await runWhenMain(import.meta.url, script);
