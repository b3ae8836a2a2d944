import * as z from 'zod';
import { readInput } from './lib/input.ts';
import { DEFAULT_PROMPT_LIMIT, LEAST_PROMPT_LIMIT } from './lib/models/refinement-prompt.ts';
import { commonOptions } from './lib/options.ts';
import { ensureObjects } from './lib/procedure/archive.ts';
import { makeModelWorktrees } from './lib/procedure/make-worktrees.ts';
import { runModelsCommand } from './lib/procedure/next-command.ts';
import { planNextPass } from './lib/procedure/passes.ts';
import { promptFile, setUpPass } from './lib/procedure/set-up-pass.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { leftOutSchema, startPoints, unresolvedCountsSchema } from './lib/session/pass-start.ts';
import { modelsWithWorktree } from './lib/session/session.ts';

const script = defineScript({
  name: 'next-pass',
  summary:
    'Set up another round of all models: fresh worktrees, a prompt made of what is still unresolved',
  options: z.object({
    repo: commonOptions.repo,
    session: commonOptions.session,
    feedback: z
      .string()
      .optional()
      .describe("FILE with what the user said, and what the analysis found; '-' reads stdin"),
    feedbackText: z.string().optional().describe('TEXT: the same'),
    from: z
      .enum(startPoints)
      .optional()
      .describe(
        'what the models start from: base, the original code (default), or synthesis, the mix that apply-picks made last',
      ),
    promptLimit: z.coerce
      .number()
      .int()
      .min(LEAST_PROMPT_LIMIT)
      .optional()
      .describe(
        `BYTES: the most that the prompt may have beside the task and the rules (default ${DEFAULT_PROMPT_LIMIT})`,
      ),
    again: z
      .boolean()
      .default(false)
      .describe('even if the last pass changed nothing, or left nothing unresolved'),
  }),
  output: z.object({
    session_id: z.string(),
    pass: z.number(),
    from: z.enum(startPoints),
    start: z.string().describe('the commit that the worktrees start from'),
    prompt: z.string(),
    prompt_bytes: z.number().describe('of the whole prompt'),
    unresolved: unresolvedCountsSchema.describe('what the last pass left'),
    left_out: leftOutSchema.describe('what of it the prompt has no room for'),
    worktrees: z.array(z.object({ model: z.string(), path: z.string(), branch: z.string() })),
  }),
  examples: [
    ['next-pass', 'after complete-pass, and after the user agreed to spend the tokens'],
    ['next-pass --feedback-text "keep the public API as it is"', 'with what the user said'],
    ['next-pass --from synthesis', 'every model goes on from the mix so far'],
  ],
  async run(options, { signal, ...reporter }) {
    const { session, repository } = await findSession(options);
    await ensureObjects(repository, session);
    const feedback = await readInput('feedback', {
      text: options.feedbackText,
      file: options.feedback,
    });
    const next = await planNextPass(session);
    const { from, promptLimit: limit, again } = options;
    const wishes = { from, feedback, limit, again };
    const record = await setUpPass(repository, session, next, wishes, reporter);
    const { left_out } = record;
    if (Object.values(left_out).some((it) => it > 0)) {
      reporter.warn(
        `The prompt has no room for ${left_out.red_gates} red gates, ${left_out.decisions} open questions and ${left_out.analysis_bytes} bytes of the analysis: --prompt-limit gives it more.`,
      );
    }
    const made = await makeModelWorktrees(
      repository,
      session,
      { models: modelsWithWorktree(session), signal },
      reporter,
    );
    return {
      session_id: session.data.session_id,
      pass: next.pass,
      from: record.from,
      start: record.start,
      prompt: promptFile(session, next.pass),
      prompt_bytes: record.prompt_bytes,
      unresolved: record.unresolved,
      left_out,
      worktrees: made.map(({ model, path, branch }) => ({ model, path, branch })),
      next: runModelsCommand(session),
    };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
