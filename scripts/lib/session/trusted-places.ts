/** Where a session's git commands read and write files: through git directories that were filled before any model ran. */
import { join } from 'node:path';
import type { TrustedPlace } from '../git/git.ts';
import type { Repository } from '../git/repository.ts';
import { makeTrustedGitDirs, type Trust, trustedPlace } from '../git/trusted-git-dir.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import type { Session } from './session.ts';

function trustFolder(session: Session): string {
  return join(session.directory, 'git');
}

/** Fills the session's trusted git directories from what holds now. */
export function makeTrust(session: Session, repository: Repository): Promise<void> {
  return makeTrustedGitDirs(trustFolder(session), repository);
}

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

/** Without a session: trusted is what holds now. */
export async function withPlaceAlone<T>(
  repository: Repository,
  action: (place: TrustedPlace) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    await makeTrustedGitDirs(folder, repository);
    return action(trustedPlace(join(folder, 'main'), repository.commonDir, repository.topLevel));
  });
}
