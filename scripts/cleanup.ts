import * as z from 'zod';
import { commonOptions } from './lib/options.ts';
import { archiveWhenDone, cleanUp, planCleanup } from './lib/procedure/cleanup.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { hasChangesSetAside, type Session } from './lib/session/session.ts';
import { restoreUserChanges } from './lib/session/user-changes.ts';

const script = defineScript({
  name: 'cleanup',
  summary:
    "Remove the session's worktrees and branches once proved captured; bring set-aside work back",
  options: z.object({
    repo: commonOptions.repo,
    session: commonOptions.session,
    restore: z.boolean().default(false).describe("bring the user's set-aside changes back"),
    keepWorktrees: z
      .boolean()
      .default(false)
      .describe('leave worktrees and branches where they are'),
    force: z
      .boolean()
      .default(false)
      .describe(
        'also remove worktrees that were changed after their capture; what they hold is kept in a private ref',
      ),
    dryRun: commonOptions.dryRun,
  }),
  output: z.object({
    session_id: z.string(),
    removed: z.array(
      z.object({ kind: z.enum(['worktree', 'branch', 'process', 'refs']), name: z.string() }),
    ),
    kept: z.array(z.object({ path: z.string(), reason: z.string() })),
    restored: z.object({
      status: z.enum(['restored', 'conflict', 'none']),
      conflicts: z.array(z.object({ path: z.string(), path_base64: z.string().optional() })),
      command: z.string().nullable().describe('brings the work back by hand'),
    }),
    dry_run: z.boolean(),
  }),
  examples: [
    ['cleanup --restore', 'after the application: everything away, the user’s own changes back'],
    ['cleanup --dry-run', 'show what would go and what would stay'],
  ],
  async run(options, context) {
    const { session, repository } = await findSession(options);
    const head = { session_id: session.data.session_id, dry_run: options.dryRun };
    if (options.dryRun) {
      const verdicts = await planCleanup(repository, session);
      const goes = (state: string) => state !== 'unproved' || options.force;
      return {
        ...head,
        removed: verdicts
          .filter(({ state }) => goes(state) && !options.keepWorktrees)
          .flatMap(({ record }) => [
            { kind: 'worktree' as const, name: record.path },
            { kind: 'branch' as const, name: record.branch },
          ]),
        kept: verdicts
          .filter(({ state }) => !goes(state) || options.keepWorktrees)
          .map(({ record, reason }) => ({ path: record.path, reason })),
        restored: { status: 'none' as const, conflicts: [], command: null },
        next: 'The same command without --dry-run.',
      };
    }
    const { removed, kept } = await cleanUp(repository, session, options, context);
    const restored = options.restore
      ? await restoreUserChanges(repository, session)
      : { status: 'none' as const, conflicts: [], command: null };
    if (!options.restore && hasChangesSetAside(session)) {
      context.warn('The user’s changes are still set aside; cleanup --restore brings them back.');
    }
    removed.push(...(await archiveWhenDone(repository, session)));
    return { ...head, removed, kept, restored, next: nextAfter(session, kept, restored) };
  },
});

function nextAfter(
  session: Session,
  kept: readonly { reason: string }[],
  restored: { status: string; command: string | null },
): string {
  const named = `--session ${session.data.session_id}`;
  if (restored.status === 'conflict') {
    return `Tell the user which files conflict; by hand: ${restored.command}`;
  }
  if (hasChangesSetAside(session)) return `mm.mjs cleanup --restore ${named}`;
  if (kept.length > 0)
    return `Look at what was kept; mm.mjs capture-diff --all ${named} captures it, cleanup --force keeps it in the archive; then cleanup again`;
  return `mm.mjs finish-session ${named}`;
}

export default script;
await runWhenMain(import.meta.url, script);
