import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../git/git.ts';

/** Something that lies in the main tree, is ignored by git, and is needed to run gates in a fresh worktree. */
export interface Needed {
  /** Repository-relative; a file, a folder or a symlink. */
  path: string;
  /** Named by the user (or an `.env` by habit), or a dependency folder. */
  kind: 'included' | 'dependencies';
}

/** Shared convention for "what to copy into a worktree", in gitignore syntax. */
export const INCLUDE_FILE = '.worktreeinclude';

/** Without that file: what nearly every project that has it needs. */
const INCLUDED_BY_HABIT = ['.env', '.env.*'];

/** Names of folders that package managers fill. */
const DEPENDENCY_FOLDERS = ['node_modules', '.venv', 'vendor'];

/** Where a file called `.env` is somebody else's. */
const FOREIGN_FOLDERS = new Set([...DEPENDENCY_FOLDERS, 'venv', 'target']);

/**
 * What a worktree of this repository should be given. Nothing tracked and nothing that git would show as untracked
 * is in it, so nothing of it can land in a capture.
 * @param include patterns (gitignore syntax) on top of `.worktreeinclude`
 * @param folders names of further folders to give, such as `target`
 */
export async function listNeeded(
  mainTree: string,
  { include = [], folders = [] }: { include?: readonly string[]; folders?: readonly string[] } = {},
): Promise<Needed[]> {
  const names = new Set([...DEPENDENCY_FOLDERS, ...folders]);
  const ignored = await listIgnored(mainTree);
  const dependencies = await dependencyFolders(mainTree, ignored, names);
  const included = (await namedFiles(mainTree, include))
    .filter((path) => isWithin(path, ignored) && !isWithin(path, new Set(dependencies)))
    .map(withoutSlash);
  return [
    ...(await collapse(mainTree, included, ignored)).map(
      (path): Needed => ({ path, kind: 'included' }),
    ),
    ...dependencies.map((path): Needed => ({ path, kind: 'dependencies' })),
  ];
}

/** The ignored paths, a folder that is ignored as a whole named once. */
export async function listIgnored(mainTree: string): Promise<Set<string>> {
  const { stdout } = await git(mainTree, [
    'status',
    '--porcelain=v1',
    '-z',
    '--ignored=matching',
    '--untracked-files=all',
    '--no-renames',
    '--ignore-submodules=all',
  ]);
  const entries = splitNul(stdout).filter((entry) => entry.startsWith('!! '));
  return new Set(entries.map((entry) => withoutSlash(entry.slice('!! '.length))));
}

/** The outermost dependency folders on ignored paths; where git tracks a part of one, only its ignored rest. */
async function dependencyFolders(
  mainTree: string,
  ignored: ReadonlySet<string>,
  folderNames: ReadonlySet<string>,
): Promise<string[]> {
  const outermost = new Map<string, string>();
  for (const path of ignored) {
    const names = path.split('/');
    const depth = names.findIndex((name) => folderNames.has(name));
    if (depth >= 0) outermost.set(path, names.slice(0, depth + 1).join('/'));
  }
  const tracked = await trackedUnder(mainTree, new Set(outermost.values()), folderNames);
  return [
    ...new Set([...outermost].map(([path, folder]) => (tracked.has(folder) ? path : folder))),
  ].sort();
}

async function trackedUnder(
  mainTree: string,
  folders: ReadonlySet<string>,
  folderNames: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const tracked = new Set<string>();
  if (folders.size === 0) return tracked;
  const patterns = [...folderNames].map((name) => `:(glob)**/${name}/**`);
  for (const path of splitNul(
    (await git(mainTree, ['ls-files', '-z', '--', ...patterns])).stdout,
  )) {
    for (const folder of folders) if (path.startsWith(`${folder}/`)) tracked.add(folder);
  }
  return tracked;
}

/** Untracked files that the user's patterns name; git does the matching. */
async function namedFiles(mainTree: string, include: readonly string[]): Promise<string[]> {
  const hasFile = await lstat(join(mainTree, INCLUDE_FILE)).then(
    (found) => found.isFile(),
    () => false,
  );
  const named = await listMatching(mainTree, [
    ...(hasFile ? [`--exclude-from=${INCLUDE_FILE}`] : []),
    ...include.map((pattern) => `--exclude=${pattern}`),
  ]);
  return hasFile ? named : [...named, ...(await filesByHabit(mainTree))];
}

/** Files only: a folder called `.env` is an old name for a virtual environment. */
async function filesByHabit(mainTree: string): Promise<string[]> {
  const paths = await listMatching(
    mainTree,
    INCLUDED_BY_HABIT.map((pattern) => `--exclude=${pattern}`),
  );
  return paths.filter((path) => {
    const folders = path.split('/');
    const name = folders.pop() ?? '';
    return /^\.env(\.|$)/.test(name) && !folders.some((folder) => FOREIGN_FOLDERS.has(folder));
  });
}

async function listMatching(mainTree: string, patterns: readonly string[]): Promise<string[]> {
  if (patterns.length === 0) return [];
  const { stdout } = await git(mainTree, ['ls-files', '-z', '--others', '--ignored', ...patterns]);
  return splitNul(stdout);
}

/** One entry for an ignored folder that is named with all its files: one copy instead of thousands. */
async function collapse(
  mainTree: string,
  paths: readonly string[],
  ignored: ReadonlySet<string>,
): Promise<string[]> {
  const byFolder = new Map<string, string[]>();
  for (const path of new Set(paths)) {
    const folder = ignoredAncestor(path, ignored) ?? path;
    const files = byFolder.get(folder) ?? [];
    files.push(path);
    byFolder.set(folder, files);
  }
  const collapsed = await Promise.all(
    [...byFolder].map(async ([folder, files]) => {
      if (files.length === 1 && files[0] === folder) return files;
      return (await countFiles(join(mainTree, folder))) === files.length ? [folder] : files;
    }),
  );
  return collapsed.flat().sort();
}

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).length;
}

function isWithin(path: string, folders: ReadonlySet<string>): boolean {
  return ignoredAncestor(withoutSlash(path), folders) !== null;
}

/** The path itself or the folder above it that is in the set. */
function ignoredAncestor(path: string, folders: ReadonlySet<string>): string | null {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    if (folders.has(path.slice(0, end))) return path.slice(0, end);
  }
  return null;
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function splitNul(output: Buffer): string[] {
  return output.toString('utf8').split('\0').filter(Boolean);
}
