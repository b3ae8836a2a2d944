import * as z from 'zod';
import { Refusal } from './lib/errors.ts';
import type { Repository } from './lib/git/repository.ts';
import { readInput } from './lib/input.ts';
import { commonOptions } from './lib/options.ts';
import { freshStart } from './lib/procedure/apply.ts';
import { ensureObjects } from './lib/procedure/archive.ts';
import { cleanUp } from './lib/procedure/cleanup.ts';
import { makeModelWorktrees } from './lib/procedure/make-worktrees.ts';
import { openNextPass, planNextPass } from './lib/procedure/passes.ts';
import { defineScript, type Reporter, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { modelsWithWorktree, type Session } from './lib/session/session.ts';

const script = defineScript({
  name: 'next-pass',
  summary:
    'Set up another round of all models: fresh worktrees, a prompt made from the last synthesis',
  options: z.object({
    repo: commonOptions.repo,
    session: commonOptions.session,
    feedback: z.string().optional().describe("FILE with what the user said; '-' reads stdin"),
    feedbackText: z.string().optional().describe('TEXT: what the user said'),
  }),
  output: z.object({
    session_id: z.string(),
    pass: z.number(),
    prompt: z.string(),
    worktrees: z.array(z.object({ model: z.string(), path: z.string(), branch: z.string() })),
  }),
  examples: [
    ['next-pass', 'after complete-pass, and after the user agreed to spend the tokens'],
    ['next-pass --feedback-text "keep the public API as it is"', 'with what the user said'],
  ],
  async run(options, { signal, ...reporter }) {
    const { session, repository } = await findSession(options);
    await ensureObjects(repository, session);
    const feedback = await readInput('feedback', {
      text: options.feedbackText,
      file: options.feedback,
    });
    const next = await planNextPass(session);
    if (!next.isOpen) await closeLastPass(repository, session, reporter);
    const prompt = await openNextPass(repository, session, next, feedback);
    const made = await makeModelWorktrees(
      repository,
      session,
      { models: modelsWithWorktree(session), signal },
      reporter,
    );
    return {
      session_id: session.data.session_id,
      pass: next.pass,
      prompt,
      worktrees: made.map(({ model, path, branch }) => ({ model, path, branch })),
      next: `mm.mjs run-model --all --session ${session.data.session_id}`,
    };
  },
});

/** The new worktrees take the old ones' places, so those must be proved captured first. */
async function closeLastPass(
  repository: Repository,
  session: Session,
  reporter: Reporter,
): Promise<void> {
  const all = { keepWorktrees: false, force: false, captureFirst: false };
  const { kept } = await cleanUp(repository, session, all, reporter);
  if (kept.length > 0) {
    throw new Refusal({
      code: 'not-captured',
      message: `${kept.map(({ path, reason }) => `${path}: ${reason}`).join('; ')}. No pass was set up.`,
      hint: `mm.mjs capture-diff --all --session ${session.data.session_id}`,
      details: { kept },
    });
  }
  await freshStart(repository, session);
}

export default script;
await runWhenMain(import.meta.url, script);
