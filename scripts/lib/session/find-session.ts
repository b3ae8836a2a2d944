import { isAbsolute, join, resolve } from 'node:path';
import { answerNotes } from '../answer-notes.ts';
import { Refusal, UsageError } from '../errors.ts';
import { lockReasonOf, openRepository, type Repository } from '../git/repository.ts';
import { didYouMean } from '../nearest.ts';
import { ownCommand } from '../own-command.ts';
import {
  foldersOfSessions,
  latestSession,
  listSessionIds,
  newestSession,
  sessionsFolder,
} from './list-sessions.ts';
import { readSession, type Session } from './session.ts';

export interface FoundSession {
  session: Session;
  repository: Repository;
}

/**
 * The session that --session (or $MM_SESSION) names, else the repository's newest open one.
 * @throws Refusal no-session; UsageError unknown-session, foreign-session
 */
export async function findSession(options: {
  repo?: string | undefined;
  session?: string | undefined;
}): Promise<FoundSession> {
  const named = options.session ?? (process.env.MM_SESSION || undefined);
  const isDirectory = named !== undefined && isDirectoryName(named);
  const found = isDirectory
    ? await openNamedDirectory(named, options.repo)
    : await lookUp(named, options.repo ?? process.cwd());
  answerNotes.session = found.session.directory;
  return found;
}

async function lookUp(named: string | undefined, directory: string): Promise<FoundSession> {
  const repository = await openMainTree(directory);
  const session =
    named === undefined
      ? await newestOpen(repository)
      : named === 'latest'
        ? await latestSession(repository)
        : await readNamed(named, repository);
  if (session === null) throw noSession(repository);
  return { session, repository };
}

/** The session of that id; it may have begun under another origin. */
async function readNamed(id: string, repository: Repository): Promise<Session> {
  const folders = id.includes('/') ? [] : await foldersOfSessions(repository);
  const found = await Promise.all(folders.map((folder) => readSession(join(folder, id))));
  const isOwn = (it: Session | null) => it?.data.common_dir === repository.commonDir;
  const session = found.find(isOwn) ?? found.find((it) => it !== null);
  if (!session) throw await unknownSession(id, repository);
  return assertOwn(session, repository);
}

/** Like findSession, but null where the repository has none and none was named: for scripts that also work alone. */
export async function findSessionOrNull(options: {
  repo?: string | undefined;
  session?: string | undefined;
}): Promise<FoundSession | null> {
  try {
    return await findSession(options);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'no-session') return null;
    throw error;
  }
}

/** The working tree around a directory; from inside one of our worktrees, the main tree of its session. */
export async function openMainTree(directory: string): Promise<Repository> {
  const repository = await openRepository(resolve(directory));
  const sessionDirectory = sessionInLockReason(await lockReasonOf(repository));
  const session = sessionDirectory === null ? null : await readSession(sessionDirectory);
  return session === null ? repository : openRepository(session.data.main_tree);
}

/** What a model's worktree says in its lock: who made it, for which session. */
export function lockReasonFor(session: Session): string {
  return `multi-model-execute ${session.directory}`;
}

/** What a scratch worktree says: never mistaken for a model's, whatever a model is called. */
export function scratchLockReasonFor(session: Session | null): string {
  return `multi-model-execute scratch ${session?.directory ?? 'without a session'}`;
}

/** The session directory that a model's worktree names in its lock. */
export function sessionInLockReason(reason: string | null): string | null {
  return /^multi-model-execute (\/.+)$/.exec(reason ?? '')?.[1] ?? null;
}

function isDirectoryName(named: string): boolean {
  return isAbsolute(named) || named.startsWith('./') || named.startsWith('../');
}

async function openNamedDirectory(named: string, repo: string | undefined): Promise<FoundSession> {
  const session = await readSession(resolve(named));
  if (session === null) {
    throw new UsageError({
      code: 'unknown-session',
      message: `${named} holds no session (there is no session.json in it).`,
      hint: 'Name the directory that start-session gave as session_dir, or the session by its id.',
      details: { directory: named },
    });
  }
  const repository = await openRepository(repo ?? session.data.main_tree);
  return { session: assertOwn(session, repository), repository };
}

function assertOwn(session: Session, repository: Repository): Session {
  if (session.data.common_dir === repository.commonDir) return session;
  throw new UsageError({
    code: 'foreign-session',
    message: `Session ${session.data.session_id} belongs to another repository: ${session.data.main_tree}.`,
    hint: `Run it there, or with --repo ${session.data.main_tree}, or name a session of this repository.`,
    details: {
      session: session.directory,
      belongs_to: session.data.main_tree,
      repository: repository.topLevel,
    },
  });
}

async function newestOpen(repository: Repository): Promise<Session | null> {
  const isOpen = ({ data }: Session) =>
    data.status === 'in_progress' && data.main_tree === repository.topLevel;
  return newestSession(repository, isOpen);
}

function noSession({ topLevel }: Repository): Refusal {
  return new Refusal({
    code: 'no-session',
    message: `${topLevel} has no open session.`,
    hint: `Start one, with the task for TEXT: ${ownCommand('start-session', '--task', 'TEXT', '--repo', topLevel)} (a finished one is named with --session latest).`,
    details: { repository: topLevel },
  });
}

async function unknownSession(named: string, repository: Repository): Promise<UsageError> {
  const known = await listSessionIds(await sessionsFolder(repository));
  return new UsageError({
    code: 'unknown-session',
    message: `This repository has no session "${named}". ${didYouMean(named, known.slice(-5))}`,
    hint: '"known" lists the newest ones; --session latest is the newest finished one; start-session begins a new one.',
    details: { session: named, known: known.slice(-20) },
  });
}
