/** Files as a commit or tree has them; what lies in a working tree plays no part. */
import { git, type Place } from './git.ts';
import { pathText, splitNul } from './paths.ts';
import { splitOnce } from './trees.ts';

export interface FilesAt {
  /** A file's text, or null when there is none. */
  read(path: string): Promise<string | null>;
  /** All paths, repository-relative. */
  list(): Promise<string[]>;
  /** Those of the given paths that are files, or links; nothing else is looked at. */
  which(paths: readonly string[]): Promise<string[]>;
}

export function filesAt(directory: Place, revision: string): FilesAt {
  const list = async (...words: string[]) =>
    splitNul((await git(directory, ['ls-tree', '-z', '--full-tree', ...words])).stdout);
  return {
    async read(path) {
      const { stdout, exitCode } = await git(
        directory,
        ['cat-file', 'blob', `${revision}:${path}`],
        { answers: [0, 128] },
      );
      return exitCode === 0 ? stdout.toString('utf8') : null;
    },
    list: async () => (await list('-r', '--name-only', revision)).map(pathText),
    async which(paths) {
      const found = paths.length === 0 ? [] : await list(revision, '--', ...paths);
      return found.flatMap((line) => {
        const [facts, path] = splitOnce(line, '\t');
        return facts.includes(' blob ') ? [pathText(path)] : [];
      });
    },
  };
}
