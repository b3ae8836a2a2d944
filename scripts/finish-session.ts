import * as z from 'zod';
import { commonOptions } from './lib/options.ts';
import { planBundle, writeBundle } from './lib/procedure/bundle/write-bundle.ts';
import { assertNothingIsLeft, closeSession, hasResult } from './lib/procedure/passes.ts';
import { writeSummary } from './lib/procedure/summary.ts';
import { defineScript, type Reporter, runWhenMain } from './lib/script.ts';
import { type FoundSession, findSession } from './lib/session/find-session.ts';
import { hasChangesSetAside, worktreesLeft } from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';
import { shellWord } from './lib/shell-word.ts';

const script = defineScript({
  name: 'finish-session',
  summary: 'Write summary.md and close the session; with --bundle, pack it for another clone',
  options: z.object({
    repo: commonOptions.repo,
    session: commonOptions.session,
    status: z.enum(['completed', 'abandoned']).default('completed').describe('how it ended'),
    bundle: z
      .string()
      .min(1)
      .optional()
      .describe(
        'FILE: captures, base, picks and results in one file, for apply-picks --bundle in another clone',
      ),
  }),
  output: z.object({
    session_id: z.string(),
    session_dir: z.string(),
    status: z.enum(['completed', 'abandoned']),
    summary: z.string().describe('summary.md'),
    worktrees_left: z.array(z.string()),
    bundle: z
      .object({
        file: z.string(),
        bytes: z.number(),
        results: z.string().describe('the commit of its results: the bundle is known by it'),
        left_out: z.array(z.string()).describe('results that are too large, or damaged'),
      })
      .nullable(),
  }),
  examples: [
    ['finish-session', 'after cleanup'],
    ['finish-session --status abandoned', 'when the user wants none of it'],
    ['finish-session --bundle ../session.bundle', 'to be applied again elsewhere'],
  ],
  async run(options, reporter) {
    const found = await findSession(options);
    const { session } = found;
    // Refused before anything is closed.
    if (options.status === 'completed') assertNothingIsLeft(session);
    const place = options.bundle === undefined ? null : await planBundle(session, options.bundle);
    await closeSession(session, options.status);
    const summary = await writeSummary(session);
    const bundle = place === null ? null : await bundleSession(found, place, reporter);
    const left = worktreesLeft(session);
    const restore = sessionCommand(session, 'cleanup', '--restore');
    if (left.length > 0)
      reporter.warn(`Worktrees of the session are still there: ${left.join(', ')}.`);
    if (options.status === 'completed' && !hasResult(session)) {
      reporter.warn(
        `Nothing of what the models did was applied: apply-picks does it, also now. If none of it is wanted: ${sessionCommand(session, 'finish-session', '--status', 'abandoned')}`,
      );
    }
    const waiting = hasChangesSetAside(session);
    if (waiting) {
      reporter.warn(
        `The user's own changes are still set aside; this brings them back: ${restore}`,
      );
    }
    return {
      session_id: session.data.session_id,
      session_dir: session.directory,
      status: options.status,
      summary,
      worktrees_left: left,
      bundle,
      next:
        left.length > 0 || waiting
          ? restore
          : bundle === null
            ? `Read ${summary}.`
            : `Read ${summary}. In another clone, apply-picks --bundle ${shellWord(bundle.file)} makes the same tree.`,
    };
  },
});

async function bundleSession(
  { session, repository }: FoundSession,
  place: string,
  { progress, warn }: Reporter,
) {
  const { file, bytes, results, leftOut } = await writeBundle(repository, session, place);
  // It tells of the bundle too.
  await writeSummary(session);
  const { base, ref } = session.data;
  progress(`${file} is written: ${bytes} bytes`);
  warn(
    `${file} (${bytes} bytes) holds the code of all candidates${base === ref ? '' : ", and the user's uncommitted work at the start"}: give it only to those who may see that.`,
  );
  if (leftOut.length > 0) {
    warn(`The bundle lacks what is no text that anybody reads: ${leftOut.join(', ')}.`);
  }
  return { file, bytes, results, left_out: leftOut };
}

export default script;
await runWhenMain(import.meta.url, script);
