import * as z from 'zod';
import { commonOptions } from './lib/options.ts';
import { makeModelWorktrees } from './lib/procedure/make-worktrees.ts';
import { planPreparation } from './lib/procedure/prepare-worktree.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { selectModels } from './lib/session/select-models.ts';
import { modelsWithWorktree, type Session } from './lib/session/session.ts';
import { planWorktrees } from './lib/session/worktrees.ts';

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
      .describe('CMD: run in every new worktree (default: "setup" of the configuration)'),
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
        provided: z.array(
          z.object({
            path: z.string(),
            how: z.string(),
            bytes: z.number(),
            reason: z.string().optional(),
          }),
        ),
        setup: z
          .object({ command: z.string(), exit_code: z.number().nullable(), log: z.string() })
          .nullable(),
      }),
    ),
    dry_run: z.boolean(),
  }),
  examples: [
    ['make-worktrees', 'for every external model of the newest open session'],
    ['make-worktrees --model gpt --setup "npm ci"', 'one model, with a setup command'],
  ],
  async run({ repo, session: named, model, setup, dryRun }, { signal, ...reporter }) {
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
      const plan = (await planPreparation(repository, session)).provision;
      const provided = plan.map(({ path }) => ({
        path,
        how: 'planned',
        bytes: 0,
      }));
      const planned = await planWorktrees(repository, session, models);
      return {
        ...head,
        worktrees: planned.map(({ model, path, branch }) => ({
          ...{ model, path, branch, base: data.base },
          ...{ created: false, provided, setup: null },
        })),
        next: `mm.mjs make-worktrees --session ${data.session_id}`,
      };
    }
    const made = await makeModelWorktrees(repository, session, { models, setup, signal }, reporter);
    return {
      ...head,
      worktrees: made.map(({ model, path, branch, start, created, provided, setup }) => ({
        ...{ model, path, branch, base: start, created, provided, setup },
      })),
      next: nextAfter(session),
    };
  },
});

/** A host that edits the main tree works while the others do. */
function nextAfter(session: Session): string {
  const named = `--session ${session.data.session_id}`;
  const externals = session.data.models.some(
    ({ available, role }) => available && role === 'external',
  );
  const host = session.data.models.find(({ role }) => role === 'host');
  if (!externals)
    return 'Only the host takes part: it implements the task, then capture-diff --all and gates.';
  return host === undefined
    ? `mm.mjs run-model --all ${named}`
    : `mm.mjs run-model --all --detach ${named}; meanwhile ${host.model} implements the task itself`;
}

export default script;
await runWhenMain(import.meta.url, script);
