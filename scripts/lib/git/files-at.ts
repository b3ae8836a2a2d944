/** Files as a commit or tree has them; what lies in a working tree plays no part. */
import { git, type Place } from './git.ts';
import { pathText, splitNul } from './paths.ts';

export interface FilesAt {
  /** A file's text, or null when there is none. */
  read(path: string): Promise<string | null>;
  /** All paths, repository-relative. */
  list(): Promise<string[]>;
  /** Those of the given paths that are there; nothing else is looked at. */
  which(paths: readonly string[]): Promise<string[]>;
}

export function filesAt(directory: Place, revision: string): FilesAt {
  const names = async (options: readonly string[], paths: readonly string[] = []) => {
    const words = ['ls-tree', ...options, '-z', '--name-only', '--full-tree', revision];
    const { stdout } = await git(directory, [...words, ...paths]);
    return splitNul(stdout).map(pathText);
  };
  return {
    async read(path) {
      const { stdout, exitCode } = await git(
        directory,
        ['cat-file', 'blob', `${revision}:${path}`],
        { answers: [0, 128] },
      );
      return exitCode === 0 ? stdout.toString('utf8') : null;
    },
    list: () => names(['-r']),
    which: async (paths) => (paths.length === 0 ? [] : names([], ['--', ...paths])),
  };
}
