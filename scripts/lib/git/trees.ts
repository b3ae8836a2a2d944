/** Trees: the one form in which results, the user's work and syntheses are held, compared and merged. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFile, link, rename, rm, utimes } from '../disk.ts';
import { systemErrorCode } from '../errors.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { git, gitLine, type Place } from './git.ts';
import { bytesOf, type RawPath, splitNul } from './paths.ts';

export interface TreeEntry {
  mode: string;
  oid: string;
}

/** What some paths hold; null: nothing. */
export type Entries = ReadonlyMap<RawPath, TreeEntry | null>;

/** Our commits belong to nobody: they are never on a branch of the user's, and must work without an identity. */
const IDENTITY = {
  GIT_AUTHOR_NAME: 'multi-model-execute',
  GIT_AUTHOR_EMAIL: 'multi-model-execute@localhost',
  GIT_COMMITTER_NAME: 'multi-model-execute',
  GIT_COMMITTER_EMAIL: 'multi-model-execute@localhost',
};

/** Gives `action` an index file of its own, filled from another index or a tree, that goes away afterwards. */
export async function withTemporaryIndex<T>(
  directory: Place,
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
 * Gives `action` a file with all of an index in it. A split one lies in two files, of which the second is only found from
 * the working tree itself.
 */
export async function withWholeIndex<T>(
  directory: string,
  gitDir: string,
  action: (indexFile: string) => Promise<T>,
): Promise<T> {
  const indexFile = join(gitDir, 'index');
  const isSplit = (await readdir(gitDir)).some((name) => name.startsWith('sharedindex.'));
  if (!isSplit) return action(indexFile);
  return withTemporaryIndex(directory, { indexFile }, async (env) => {
    await git(directory, ['update-index', '--no-split-index'], { env });
    return action(env.GIT_INDEX_FILE);
  });
}

/**
 * Replaces a working tree's index by git's own protocol: whoever makes `index.lock` may. A lock that a killed process of
 * ours left is known by the name that it has as well, and taken up again.
 * @param owner names whoever replaces it
 */
export async function replaceIndex(gitDir: string, from: string, owner: string): Promise<void> {
  const { lock, draft } = replacement(gitDir, owner);
  if (!(await areOneFile(lock, draft))) {
    await rm(draft, { force: true });
    await copyFile(from, draft);
    await link(draft, lock);
  }
  await rename(lock, join(gitDir, 'index'));
  await rm(draft, { force: true });
}

/** Removes what a killed replaceIndex() left: its lock, so that git works again, and its draft. */
export async function forgetReplacement(gitDir: string, owner: string): Promise<void> {
  const { lock, draft } = replacement(gitDir, owner);
  if (await areOneFile(lock, draft)) await rm(lock, { force: true });
  await rm(draft, { force: true });
}

function replacement(gitDir: string, owner: string) {
  return { lock: join(gitDir, 'index.lock'), draft: join(gitDir, `index-of-${owner}`) };
}

async function areOneFile(...paths: [string, string]): Promise<boolean> {
  const [a, b] = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  return a != null && a.dev === b?.dev && a.ino === b.ino;
}

/** The tree that an index holds, and so what was staged. */
export async function writeIndexTree(worktree: Place, indexFile: string): Promise<string> {
  return withTemporaryIndex(worktree, { indexFile }, (env) =>
    gitLine(worktree, ['write-tree'], { env }),
  );
}

/** A tree made of another with some paths replaced; null takes a path out. No working tree is involved. */
export async function writeTreeWith(
  directory: Place,
  tree: string,
  entries: Entries,
): Promise<string> {
  if (entries.size === 0) return treeOf(directory, tree);
  return withTemporaryIndex(directory, { tree }, async (env) => {
    await setEntries(directory, env, entries, tree.length);
    return gitLine(directory, ['write-tree'], { env });
  });
}

/** A tree of nothing but the given entries. */
export async function writeTree(directory: Place, entries: Entries): Promise<string> {
  return withTemporaryIndex(directory, 'empty', async (env) => {
    await setEntries(directory, env, new Map([...entries].filter(([, entry]) => entry !== null)));
    return gitLine(directory, ['write-tree'], { env });
  });
}

/** Sets entries of an index without looking at files; null takes one out. */
export async function setEntries(
  directory: Place,
  env: { GIT_INDEX_FILE: string },
  entries: Entries,
  oidLength = 40,
): Promise<void> {
  if (entries.size === 0) return;
  const nothing = '0'.repeat(oidLength);
  const lines = [...entries]
    // Removals first: a file may make room for a directory of its name.
    .sort(([, a], [, b]) => Number(a !== null) - Number(b !== null))
    .map(([path, entry]) => `${entry?.mode ?? '0'} ${entry?.oid ?? nothing}\t${path}\0`);
  await git(directory, ['update-index', '-z', '--index-info'], {
    env,
    input: bytesOf(lines.join('')),
  });
}

/** Parses `ls-files --stage -z`: `mode oid stage TAB path` an item. */
export function parseStage(items: readonly string[]): Map<RawPath, TreeEntry> {
  return new Map(
    items.map((item) => {
      const [facts, path] = splitOnce(item, '\t');
      const [mode = '', oid = ''] = facts.split(' ');
      return [path, { mode, oid }];
    }),
  );
}

/** What a tree holds at the given paths (or everywhere). */
export async function readTree(directory: Place, tree: string): Promise<Map<RawPath, TreeEntry>> {
  const { stdout } = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', tree]);
  return new Map(splitNul(stdout).map(parseTreeLine));
}

/** Parses a line of `ls-tree`: `mode kind oid TAB path`. */
function parseTreeLine(line: string): [RawPath, TreeEntry] {
  const [facts, path] = splitOnce(line, '\t');
  const [mode = '', , oid = ''] = facts.split(' ');
  return [path, { mode, oid }];
}

/** The entries of a tree, at any depth, whose last name is the given one. */
export async function listEntriesNamed(
  directory: Place,
  tree: string,
  name: string,
): Promise<Map<RawPath, TreeEntry>> {
  const { stdout } = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', tree]);
  // Not parsed as a whole: the listing has a line for every file of the repository.
  const found: string[] = [];
  const text = stdout.toString('latin1');
  for (let at = text.indexOf(`${name}\0`); at >= 0; at = text.indexOf(`${name}\0`, at + 1)) {
    if (text[at - 1] !== '\t' && text[at - 1] !== '/') continue;
    found.push(text.slice(text.lastIndexOf('\0', at) + 1, at + name.length));
  }
  return new Map(found.map(parseTreeLine));
}

/** The paths of a tree's submodules. */
export async function listSubmodules(directory: Place, tree: string): Promise<RawPath[]> {
  return [...(await listGitlinks(directory, tree)).keys()];
}

/** A tree's submodules: their paths, and the commits that they stand at. */
export async function listGitlinks(directory: Place, tree: string): Promise<Map<RawPath, string>> {
  const { stdout } = await git(directory, ['ls-tree', '-r', '-z', '--full-tree', tree]);
  // Not parsed as a whole: the listing has a line for every file of the repository.
  const found: string[] = [];
  const text = stdout.toString('latin1');
  for (let at = text.indexOf('160000 commit '); at >= 0; at = text.indexOf('160000 commit ', at)) {
    const end = text.indexOf('\0', at);
    if (at === 0 || text[at - 1] === '\0') found.push(text.slice(at, end));
    at = end;
  }
  return new Map(found.map(parseTreeLine).map(([path, { oid }]) => [path, oid]));
}

/** The tree of a commit; a tree's own id for a tree. */
export function treeOf(directory: Place, commit: string): Promise<string> {
  return gitLine(directory, ['rev-parse', `${commit}^{tree}`]);
}

/** A commit object that no branch holds. */
export async function commitTree(
  directory: Place,
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
