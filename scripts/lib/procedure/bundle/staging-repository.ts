/** A repository for a moment, that borrows another's objects: what is made or read there leaves no trace in the user's. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { copyFile, mkdir, rename, writeFile } from '../../disk.ts';
import { bytesOf, rawPathOf } from '../../git/paths.ts';
import type { Repository } from '../../git/repository.ts';
import { makeTrustedGitDirs } from '../../git/trusted-git-dir.ts';
import { withTemporaryFolder } from '../../temporary-folder.ts';

/**
 * Gives `action` the directory of a repository of its own: it sees all objects of the user's, has none of its refs, hooks
 * and attributes, and keeps what is written there to itself.
 */
export async function withStagingRepository<T>(
  repository: Repository,
  action: (directory: string) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    const directory = join(folder, 'staging');
    const gitDir = join(directory, '.git');
    await mkdir(directory);
    // Settings that a partial clone needs to fetch what it lacks are kept, and few others.
    await makeTrustedGitDirs(join(folder, 'trusted'), repository);
    await rename(join(folder, 'trusted', 'main'), gitDir);
    await mkdir(join(gitDir, 'objects', 'info'), { recursive: true });
    const objects = quoted(join(repository.commonDir, 'objects'));
    await writeFile(
      join(gitDir, 'objects', 'info', 'alternates'),
      bytesOf(rawPathOf(`${objects}\n`)),
    );
    // Without it, git looks for the parents that a shallow clone does not have.
    const shallow = join(repository.commonDir, 'shallow');
    if (existsSync(shallow)) await copyFile(shallow, join(gitDir, 'shallow'));
    return action(directory);
  });
}

/** As a line of `alternates`: one that begins with a quote is read as in C (gitrepository-layout). */
function quoted(path: string): string {
  const escaped = path.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`);
  return `"${escaped}"`;
}
