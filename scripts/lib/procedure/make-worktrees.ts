/** Phase 3: a worktree for each model, with what the project's gates need to run in it. */
import type { Repository } from '../git/repository.ts';
import type { Reporter } from '../script.ts';
import { workplaceIn } from '../session/capture.ts';
import { startOfPass } from '../session/pass-start.ts';
import {
  type Session,
  type SessionData,
  updateSession,
  type WorktreeRecord,
} from '../session/session.ts';
import { makeWorktrees } from '../session/worktrees.ts';
import { ensureObjects } from './archive.ts';
import { fitPreparation } from './fit-dependencies.ts';
import { type Prepared, prepareWorktree } from './prepare-worktree.ts';
import { type Preparation, planPreparation, providedPaths, readNeeds } from './worktree-needs.ts';

export type MadeWorktree = Omit<WorktreeRecord, 'provided'> & { created: boolean } & Prepared;

/** How worktrees are prepared, where options say it: then for the whole session, scratch worktrees included. */
export interface PreparationOptions {
  setup?: string | undefined;
  link: string[];
  copyLimit?: number | 'none' | undefined;
  /** False: no post-checkout hook. */
  hooks: boolean;
  /** True: packages that a result newly asks for may come from the network. */
  network: boolean;
}

/** The session as it is with these options, in memory only. */
export function withPreparationOptions(session: Session, options: PreparationOptions): Session {
  return { ...session, data: { ...session.data, ...preparationWith(session.data, options) } };
}

export async function keepPreparationOptions(
  session: Session,
  options: PreparationOptions,
): Promise<void> {
  await updateSession(session, (data) => preparationWith(data, options));
}

function preparationWith(
  { setup: before, preparation }: SessionData,
  { setup, link, copyLimit, hooks, network }: PreparationOptions,
): Pick<SessionData, 'setup' | 'preparation'> {
  return {
    setup: setup ?? before,
    preparation: {
      link: [...new Set([...(preparation?.link ?? []), ...link])],
      copy_limit_mb: copyLimit ?? preparation?.copy_limit_mb ?? null,
      hooks: hooks ? (preparation?.hooks ?? null) : false,
      ...(network || preparation?.network ? { network: true } : {}),
    },
  };
}

/** Makes them all, from what the current pass starts from, then prepares each in parallel. */
export async function makeModelWorktrees(
  repository: Repository,
  session: Session,
  { models, signal }: { models: string[]; signal: AbortSignal },
  reporter: Reporter,
): Promise<MadeWorktree[]> {
  const start = await startOfPass(session, session.data.current_pass);
  // A mix of ours may have been packed away meanwhile; base is the user's own history.
  if (start !== session.data.base) await ensureObjects(repository, session);
  const needs = await readNeeds(repository, session);
  const planned = await planPreparation(repository, session, needs, models.length);
  const preparation = await fitPreparation(repository, session, planned, start);
  const made = await makeWorktrees(repository, session, {
    models,
    start,
    provided: providedPaths(preparation),
    onProgress: reporter.progress,
  });
  return Promise.all(
    made.map(async (worktree) => ({
      ...worktree,
      ...(await prepareOnce(repository, session, worktree, preparation, signal, reporter)),
    })),
  );
}

async function prepareOnce(
  repository: Repository,
  session: Session,
  record: WorktreeRecord,
  preparation: Preparation,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<Prepared> {
  const { state, model, path, pass } = record;
  if (state === 'ready') return { provided: [], setup: null };
  const { without, missing, isUntouched, ...prepared } = await prepareWorktree(
    repository,
    session,
    { label: model, workplace: workplaceIn(session, record) },
    preparation,
    signal,
    reporter,
  );
  // Not before: a crash on the way leaves it to the next make-worktrees to go on.
  await updateSession(session, ({ worktrees }) => ({
    worktrees: worktrees.map((it) =>
      // An earlier pass had its worktree in the same place.
      it.path === path && it.pass === pass && !it.removed
        ? { ...it, provided: without, state: 'ready' }
        : it,
    ),
  }));
  return prepared;
}
