/** Phase 3: a worktree for each model, with what the project's gates need to run in it. */
import { draftOf } from '../gates/provide.ts';
import type { Repository } from '../git/repository.ts';
import type { Reporter } from '../script.ts';
import { type Session, updateSession, type WorktreeRecord } from '../session/session.ts';
import { makeWorktrees } from '../session/worktrees.ts';
import {
  type Preparation,
  type Prepared,
  planPreparation,
  prepareWorktree,
} from './prepare-worktree.ts';

export type MadeWorktree = Omit<WorktreeRecord, 'provided'> & { created: boolean } & Prepared;

/** Makes them all, then prepares each in parallel. A setup command given here counts for the whole session. */
export async function makeModelWorktrees(
  repository: Repository,
  session: Session,
  { models, setup, signal }: { models: string[]; setup?: string | undefined; signal: AbortSignal },
  reporter: Reporter,
): Promise<MadeWorktree[]> {
  if (setup !== undefined) await updateSession(session, () => ({ setup }));
  const preparation = await planPreparation(repository, session);
  const made = await makeWorktrees(repository, session, {
    models,
    start: session.data.base,
    provided: preparation.provision.flatMap(({ path }) => [path, draftOf(path)]),
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
  { state, model, path }: WorktreeRecord,
  preparation: Preparation,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<Prepared> {
  if (state === 'ready') return { provided: [], setup: null };
  const place = { label: model, path };
  const prepared = await prepareWorktree(repository, session, place, preparation, signal, reporter);
  // Not before: a crash on the way leaves it to the next make-worktrees to go on.
  await updateSession(session, ({ worktrees }) => ({
    worktrees: worktrees.map((it) => (it.path === path ? { ...it, state: 'ready' } : it)),
  }));
  return prepared;
}
