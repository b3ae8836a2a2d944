/** Trees: the one form in which results, the user's work and syntheses are held, compared and merged. */
import { copyFile, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../errors.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { git, gitLine } from './git.ts';
import { bytesOf, type RawPath, splitNul } from './paths.ts';

export interface TreeEntry {
  mode: string;
  oid: string;
}

/** Our commits belong to nobody: they are never on a branch of the user's, and must work without an identity. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'multi-model-execute',
  GIT_AUTHOR_EMAIL: 'multi-model-execute@localhost',
  GIT_COMMITTER_NAME: 'multi-model-execute',
  GIT_COMMITTER_EMAIL: 'multi-model-execute@localhost',
};

/** Gives `action` an index file of its own, filled from another index or a tree, that goes away afterwards. */
export async function withTemporaryIndex<T>(
  directory: string,
  start: { indexFile: string } | { tree: string } | 'empty',
  action: (env: { GIT_INDEX_FILE: string }) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (folder) => {
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    if (start !== 'empty' && 'indexFile' in start) {
      await copyIndex(start.indexFile, env.GIT_INDEX_FILE);
    }
    if (start !== 'empty' && 'tree' in start) {
      await git(directory, ['read-tree', start.tree], { env });
    }
    return action(env);
  });
}

/**
 * Copies an index with its time stamp: git compares that with the files' to tell which ones it must read again. The
 * copy may be a moment older, then git reads a file too many; younger, it would miss a change. It is there whole or not.
 * A missing index is an empty one, as for git.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  const times = await stat(from).catch((error) => {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (times === null) return;
  const unfinished = `${to}.tmp`;
  await copyFile(from, unfinished);
  // A Date is rounded to the next millisecond.
  await utimes(unfinished, times.atime, (Math.floor(times.mtimeMs) - 1) / 1000);
  await rename(unfinished, to);
}

/**
 * The tree of what lies in a working tree now: tracked, changed, new, deleted; ignored files left out. Neither the
 * working tree nor its index is touched.
 * @param indexFile an index that is trusted to list what was tracked; it also saves reading unchanged files
 * @param without paths that are no part of it even where they are not ignored
 */
export async function writeWorkingTree(
  worktree: string,
  indexFile: string,
  without: readonly string[] = [],
): Promise<string> {
  return withTemporaryIndex(worktree, { indexFile }, async (env) => {
    const excluded = without.map((path) => `:(top,exclude,literal)${path}`);
    await git(worktree, ['add', '--all', '--', ':/', ...excluded], { env });
    return gitLine(worktree, ['write-tree'], { env });
  });
}

/** The tree that an index holds, and so what was staged. */
export async function writeIndexTree(worktree: string, indexFile: string): Promise<string> {
  return withTemporaryIndex(worktree, { indexFile }, (env) =>
    gitLine(worktree, ['write-tree'], { env }),
  );
}

/** A tree made of another with some paths replaced; null takes a path out. No working tree is involved. */
export async function writeTreeWith(
  directory: string,
  tree: string,
  entries: ReadonlyMap<RawPath, TreeEntry | null>,
): Promise<string> {
  if (entries.size === 0) return treeOf(directory, tree);
  return withTemporaryIndex(directory, { tree }, async (env) => {
    const nothing = '0'.repeat(tree.length === 64 ? 64 : 40);
    const lines = [...entries]
      // Removals first: a file may make room for a directory of its name.
      .sort(([, a], [, b]) => Number(a !== null) - Number(b !== null))
      .map(([path, entry]) => `${entry?.mode ?? '0'} ${entry?.oid ?? nothing}\t${path}\0`);
    await git(directory, ['update-index', '-z', '--index-info'], {
      env,
      input: bytesOf(lines.join('')),
    });
    return gitLine(directory, ['write-tree'], { env });
  });
}

/** What a tree holds at the given paths (or everywhere). */
export async function readTree(directory: string, tree: string): Promise<Map<RawPath, TreeEntry>> {
  const { stdout } = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', tree]);
  return new Map(
    splitNul(stdout).map((line) => {
      const [facts = '', path = ''] = splitOnce(line, '\t');
      const [mode = '', , oid = ''] = facts.split(' ');
      return [path, { mode, oid }];
    }),
  );
}

/** The tree of a commit; a tree's own id for a tree. */
export function treeOf(directory: string, commit: string): Promise<string> {
  return gitLine(directory, ['rev-parse', `${commit}^{tree}`]);
}

/** A commit object that no branch holds. */
export async function commitTree(
  directory: string,
  tree: string,
  parents: readonly string[],
  message: string,
): Promise<string> {
  const words = [
    'commit-tree',
    tree,
    ...parents.flatMap((parent) => ['-p', parent]),
    '-m',
    message,
  ];
  return gitLine(directory, words, { env: IDENTITY });
}

export function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
