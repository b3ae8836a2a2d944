/** The sessions of a repository, as they lie on the disk. */
import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { answerNotes } from '../answer-notes.ts';
import { messageOf, systemErrorCode } from '../errors.ts';
import { configValue, type Repository } from '../git/repository.ts';
import { repositoryFolder, repositoryIdentity, slugOf, stateRoot } from './paths.ts';
import { readSession, type Session } from './session.ts';

/** The URL of `origin` as it is configured, or null. */
export function readOrigin(directory: string): Promise<string | null> {
  return configValue(directory, 'remote.origin.url');
}

/** The folder that holds the sessions that a repository begins now. */
export async function sessionsFolder({ topLevel }: Repository): Promise<string> {
  const identity = repositoryIdentity(topLevel, await readOrigin(topLevel));
  return join(repositoryFolder(stateRoot(), identity), 'sessions', 'execute');
}

/** The ids of all sessions in a folder, oldest first: an id begins with its time. */
export async function listSessionIds(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /^\d{8}-\d{6}Z-/.test(name)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return [];
    throw error;
  }
}

/**
 * The folders that may hold sessions of a repository, and of others of its name: they are named after the origin too,
 * which may have been changed since, by a model for one.
 */
export async function foldersOfSessions({ topLevel }: Repository): Promise<string[]> {
  const all = join(stateRoot(), 'repos');
  const names = await readdir(all).catch(() => []);
  return names
    .filter((name) => name.startsWith(`${slugOf(topLevel)}--`))
    .map((name) => join(all, name, 'sessions', 'execute'));
}

/** All sessions of a repository, the newest first, each read when it is asked for. */
export async function* sessionsOf(repository: Repository): AsyncGenerator<Session, void> {
  const all = await foldersOfSessions(repository);
  const found = await Promise.all(
    all.map(async (it) => (await listSessionIds(it)).map((id) => join(it, id))),
  );
  const newestFirst = found.flat().sort((a, b) => (basename(a) < basename(b) ? 1 : -1));
  for (const directory of newestFirst) {
    const session = await readOrPassOver(directory);
    if (session?.data.common_dir === repository.commonDir) yield session;
  }
}

/** The first session that fits, or null. */
export async function newestSession(
  repository: Repository,
  fits: (session: Session) => boolean,
): Promise<Session | null> {
  for await (const session of sessionsOf(repository)) if (fits(session)) return session;
  return null;
}

/** What `latest` names: the session that was finished last; before there is one the newest open one; null: none at all. */
export async function latestSession(repository: Repository): Promise<Session | null> {
  const folder = await sessionsFolder(repository);
  const linked = await readlink(join(folder, 'latest')).catch(() => null);
  const session = linked === null ? null : await readOrPassOver(join(folder, basename(linked)));
  if (session?.data.common_dir === repository.commonDir) return session;
  const isFinished = ({ data }: Session) => data.status !== 'in_progress';
  return (
    (await newestSession(repository, (it) => isFinished(it) === (linked !== null))) ??
    (await newestSession(repository, () => true))
  );
}

/** One old session that is damaged is named, and stops nobody who did not ask for it. */
async function readOrPassOver(directory: string): Promise<Session | null> {
  try {
    return await readSession(directory);
  } catch (error) {
    answerNotes.warn(`A session is passed over: ${messageOf(error)}`);
    return null;
  }
}
