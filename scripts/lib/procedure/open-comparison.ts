/** The comparison of a session's pass, or of candidates that options name. */
import { openRepository, type Repository, requireRevision } from '../git/repository.ts';
import { findSession } from '../session/find-session.ts';
import { selectPass } from '../session/select-models.ts';
import type { Session } from '../session/session.ts';
import { assertStateRootApart } from '../session/state-root.ts';
import { ensureObjects } from './archive.ts';
import { type Comparison, candidatesFromOptions, candidatesOf, compare } from './compare.ts';

export interface OpenedComparison {
  session: Session | null;
  repository: Repository;
  pass: number;
  comparison: Comparison;
}

export async function openComparison(options: {
  repo?: string | undefined;
  session?: string | undefined;
  pass?: number | undefined;
  candidate: string[];
  base?: string | undefined;
}): Promise<OpenedComparison> {
  if (options.candidate.length > 0) return compareOptions(options);
  const { session, repository } = await findSession(options);
  await ensureObjects(repository, session);
  const pass = selectPass(session, options.pass);
  const candidates = candidatesOf(session, pass);
  return {
    session,
    repository,
    pass,
    comparison: await compare(repository, session.data.base, candidates),
  };
}

async function compareOptions(options: {
  repo?: string | undefined;
  candidate: string[];
  base?: string | undefined;
}): Promise<OpenedComparison> {
  const repository = await openRepository(options.repo ?? process.cwd());
  await assertStateRootApart(repository);
  const base = await requireRevision(repository.topLevel, options.base ?? 'HEAD', 'commit');
  const candidates = await candidatesFromOptions(repository, options.candidate);
  return {
    session: null,
    repository,
    pass: 1,
    comparison: await compare(repository, base, candidates),
  };
}
