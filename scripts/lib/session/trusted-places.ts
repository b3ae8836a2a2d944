/** Where a session's git commands read and write files: through git directories that were filled before any model ran. */
import { join } from 'node:path';
import type { TrustedPlace } from '../git/git.ts';
import { readHooks, type TrustedHooks, trustedHooksSchema } from '../git/hooks.ts';
import type { Repository } from '../git/repository.ts';
import {
  makeTrustedGitDirs,
  readSettings,
  type Trust,
  trustedPlace,
} from '../git/trusted-git-dir.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { readJsonOrNull, replaceJson } from './files.ts';
import type { Session } from './session.ts';

function trustFolder(session: Session): string {
  return join(session.directory, 'git');
}

function hooksFile(session: Session): string {
  return join(trustFolder(session), 'hooks.json');
}

/** Fills the session's trusted git directories from what holds now, and notes which hooks the user has. */
export async function makeTrust(session: Session, repository: Repository): Promise<void> {
  const settings = await readSettings(repository.topLevel);
  await makeTrustedGitDirs(trustFolder(session), repository, settings);
  await replaceJson(hooksFile(session), await readHooks(repository, settings));
}

/** The hooks that the user had when the session began; without a session those of now. */
export async function trustedHooks(
  repository: Repository,
  session: Session | null,
): Promise<TrustedHooks> {
  if (session === null) return readHooks(repository, await readSettings(repository.topLevel));
  return (await readJsonOrNull(hooksFile(session), trustedHooksSchema)) ?? NOTHING_TRUSTED;
}

/** A session that was begun before they were noted: there is no telling what has changed since. */
const NOTHING_TRUSTED: TrustedHooks = { path: null, digest: '' };

function placeOf(session: Session, trust: Trust, directory: string): TrustedPlace {
  const { common_dir } = session.data;
  return trustedPlace(join(trustFolder(session), trust), common_dir, directory);
}

/** The main tree, its files as the user's settings convert them. */
export function mainPlace(session: Session): TrustedPlace {
  return placeOf(session, 'main', session.data.main_tree);
}

/** A worktree that the session made. */
export function worktreePlace(session: Session, directory: string): TrustedPlace {
  return placeOf(session, 'worktrees', directory);
}

/** Any folder, its files byte for byte. */
export function bytesPlace(session: Session, directory: string): TrustedPlace {
  return placeOf(session, 'bytes', directory);
}

/**
 * Without a session: trusted is what holds now.
 * @param trust `worktrees` for a folder that we fill
 */
export async function withPlaceAlone<T>(
  repository: Repository,
  action: (place: TrustedPlace) => Promise<T>,
  trust: Trust = 'main',
): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    await makeTrustedGitDirs(folder, repository);
    return action(trustedPlace(join(folder, trust), repository.commonDir, repository.topLevel));
  });
}
