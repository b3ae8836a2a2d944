import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitLine } from '../../scripts/lib/git/git.ts';

/** Everything of a repository that must not change behind the user's back, in a form that tests compare. */
export interface RepositoryState {
  /** Each file's mode and content, ignored ones included. */
  files: Record<string, string>;
  index: string;
  head: string;
  refs: string;
  stash: string;
  worktrees: string;
  config: string;
}

export async function repositoryState(directory: string): Promise<RepositoryState> {
  const read = async (...words: string[]) =>
    (await git(directory, words, { answers: [0, 1, 128] })).stdout.toString();
  return {
    files: await contentsOf(directory),
    index: await read('ls-files', '--stage', '--debug').then(withoutTimes),
    head: await gitLine(directory, ['rev-parse', '--symbolic-full-name', 'HEAD']),
    refs: await read('for-each-ref'),
    stash: await read('stash', 'list', '--format=%H %gs'),
    worktrees: await read('worktree', 'list', '--porcelain'),
    config: await readFile(join(directory, '.git', 'config'), 'utf8'),
  };
}

/** Modes and contents of all files below a folder, `.git` left out; links by their targets. */
export async function contentsOf(directory: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(directory.length + 1);
    if (name === '.git' || name.startsWith('.git/') || entry.isDirectory()) continue;
    const { mode } = await lstat(path);
    const content = entry.isSymbolicLink()
      ? `-> ${await readlink(path)}`
      : createHash('sha256')
          .update(await readFile(path))
          .digest('hex');
    contents[name] = `${(mode & 0o777).toString(8)} ${content}`;
  }
  return contents;
}

/** The index without time stamps and inodes, which git refreshes as it likes. */
function withoutTimes(listing: string): string {
  return listing
    .split('\n')
    .filter((line) => !/^ {2}(ctime|mtime|dev|uid|size)/.test(line))
    .join('\n');
}
