import * as z from 'zod';
import { openRepository } from './lib/git/repository.ts';
import { commonOptions } from './lib/options.ts';
import { archiveWhenDone, cleanUp, goes, planCleanup } from './lib/procedure/cleanup.ts';
import {
  type Expired,
  expire,
  KEPT_DAYS,
  listExpired,
  sizeOfKept,
} from './lib/procedure/expire.ts';
import { defineScript, type Reporter, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { hasChangesSetAside, type Session } from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';
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
    expired: z
      .boolean()
      .default(false)
      .describe(
        `instead: remove what finished sessions of the repository kept for more than ${KEPT_DAYS} days`,
      ),
    dryRun: commonOptions.dryRun,
  }),
  output: z.object({
    session_id: z.string().nullable().describe('null with --expired'),
    removed: z.array(
      z.object({ kind: z.enum(['worktree', 'branch', 'process', 'refs']), name: z.string() }),
    ),
    kept: z.array(z.object({ path: z.string(), reason: z.string() })),
    restored: z.object({
      status: z.enum(['restored', 'conflict', 'none']),
      conflicts: z.array(z.object({ path: z.string(), path_base64: z.string().optional() })),
      command: z.string().nullable().describe('brings the work back by hand'),
    }),
    expired: z.array(
      z.object({
        session_id: z.string(),
        bytes: z.number().describe('what becomes free in its directory'),
        refs: z.number(),
      }),
    ),
    dry_run: z.boolean(),
  }),
  examples: [
    ['cleanup --restore', 'after the application: everything away, the user’s own changes back'],
    ['cleanup --dry-run', 'show what would go and what would stay'],
    ['cleanup --expired --dry-run', 'how much finished sessions keep without need'],
  ],
  async run(options, context) {
    if (options.expired) return removeExpired(options, context);
    const { session, repository } = await findSession(options);
    const head = {
      session_id: session.data.session_id,
      expired: [],
      dry_run: options.dryRun,
    };
    if (options.dryRun) {
      const verdicts = await planCleanup(repository, session);
      return {
        ...head,
        removed: verdicts
          .filter((verdict) => goes(verdict, { ...options, captureFirst: true }))
          .flatMap(({ record }) => [
            { kind: 'worktree' as const, name: record.path },
            { kind: 'branch' as const, name: record.branch },
          ]),
        kept: verdicts
          .filter((verdict) => !goes(verdict, { ...options, captureFirst: true }))
          .map(({ record, reason }) => ({ path: record.path, reason })),
        restored: { status: 'none' as const, conflicts: [], command: null },
        next: 'The same command without --dry-run.',
      };
    }
    const { removed, kept } = await cleanUp(
      repository,
      session,
      { ...options, captureFirst: true },
      context,
    );
    const restored = options.restore
      ? await restoreUserChanges(repository, session)
      : { status: 'none' as const, conflicts: [], command: null };
    if (!options.restore && hasChangesSetAside(session)) {
      context.warn(
        `The user’s changes are still set aside; this brings them back: ${restoreCommand(session)}`,
      );
    }
    removed.push(...(await archiveWhenDone(repository, session)));
    return { ...head, removed, kept, restored, next: nextAfter(session, kept, restored) };
  },
});

async function removeExpired(
  { repo, dryRun }: { repo?: string | undefined; dryRun: boolean },
  reporter: Reporter,
) {
  const repository = await openRepository(repo ?? process.cwd());
  const expired: Expired[] = [];
  for (const session of await listExpired(repository)) {
    const { session_id } = session.data;
    expired.push(
      dryRun
        ? { session_id, bytes: sizeOfKept(session), refs: 0 }
        : await expire(repository, session, reporter),
    );
  }
  const bytes = expired.reduce((sum, it) => sum + it.bytes, 0);
  return {
    ...{ session_id: null, removed: [], kept: [], expired, dry_run: dryRun },
    restored: { status: 'none' as const, conflicts: [], command: null },
    next: dryRun
      ? 'The same command without --dry-run.'
      : `${expired.length === 1 ? 'One session' : `${expired.length} sessions`} gave up ${bytes} bytes; git gc frees the objects in the repository in its own time.`,
  };
}

function nextAfter(
  session: Session,
  kept: readonly { reason: string }[],
  restored: { status: string },
): string {
  if (restored.status === 'conflict')
    return 'The set-aside changes and the result change the same places, and nothing was written: "restored" names the files, and the command that brings the changes back by hand.';
  if (hasChangesSetAside(session)) return restoreCommand(session);
  if (kept.length > 0)
    return 'Look at what was kept, and why: capture-diff captures it, cleanup --force keeps it in the archive; then cleanup again.';
  return sessionCommand(session, 'finish-session');
}

function restoreCommand(session: Session): string {
  return sessionCommand(session, 'cleanup', '--restore');
}

export default script;
await runWhenMain(import.meta.url, script);
