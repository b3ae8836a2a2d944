/** Files as a commit or tree has them; what lies in a working tree plays no part. */
import { git, type Place } from './git.ts';
import { pathText, splitNul } from './paths.ts';

export interface FilesAt {
  /** A file's text, or null when there is none. */
  read(path: string): Promise<string | null>;
  /** All paths, repository-relative. */
  list(): Promise<string[]>;
}

export function filesAt(directory: Place, revision: string): FilesAt {
  return {
    async read(path) {
      const { stdout, exitCode } = await git(
        directory,
        ['cat-file', 'blob', `${revision}:${path}`],
        { answers: [0, 128] },
      );
      return exitCode === 0 ? stdout.toString('utf8') : null;
    },
    async list() {
      const { stdout } = await git(directory, [
        'ls-tree',
        '-r',
        '-z',
        '--name-only',
        '--full-tree',
        revision,
      ]);
      return splitNul(stdout).map(pathText);
    },
  };
}
