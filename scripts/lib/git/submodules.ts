/**
 * Submodules of a worktree, checked out as those of the main tree are. Each gets a git directory of its own, made from the
 * main tree's (local-clone.ts), where git itself would have it: in the worktree's own part of the repository.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cp, mkdir, rename, rm, writeFile } from '../disk.ts';
import { Failure, messageOf, systemErrorCode } from '../errors.ts';
import { commandLine } from '../shell-word.ts';
import { git, type TrustedPlace } from './git.ts';
import { writeLike } from './lfs.ts';
import { cloneGitDir } from './local-clone.ts';
import { commonDirOf, gitDirOf, nestedPlace } from './nested-repository.ts';
import { bytesOf, pathText, type RawPath, rawPathOf, splitNul } from './paths.ts';
import type { Repository } from './repository.ts';
import { kindOf, parentOf, placeOf } from './survey.ts';
import { splitOnce } from './trees.ts';
import { adminDirOf } from './worktrees.ts';

export interface SubmoduleOutcome {
  /** Seen from the top of the worktree. */
  path: string;
  /** `present`: something was checked out there before. */
  how: 'cloned' | 'present' | 'skipped';
  /** Why it was skipped, and what to run. */
  reason?: string;
}

/** A working tree whose submodules are to be checked out, and the one that they are to be like. */
interface Level {
  place: TrustedPlace;
  /** With the index, and with the submodules' own git directories below `modules`. */
  gitDir: string;
  /** The main tree, or the submodule's place in it. */
  like: string;
  /** The worktree's top, and how this one is reached from there. */
  top: string;
  prefix: RawPath;
  signal: AbortSignal | undefined;
}

/**
 * Checks out, at the commits that the worktree's index names, the submodules that are checked out in the main tree, and
 * those in them. Nothing is fetched, nothing of the main tree's is changed, and what cannot be done is skipped with its
 * reason. Call it before anybody has worked in the worktree; again after a crash, it goes on.
 * @param place the worktree, filled; one where git-lfs downloads nothing (trusted-git-dir.ts, `worktrees`)
 * @throws the reason of the signal; Failure `git-failed` where the worktree itself cannot be read
 */
export async function initialiseSubmodules(
  place: TrustedPlace,
  { topLevel, commonDir }: Pick<Repository, 'topLevel' | 'commonDir'>,
  signal?: AbortSignal,
): Promise<SubmoduleOutcome[]> {
  const { directory } = place;
  const gitDir = await adminDirOf(commonDir, directory);
  if (gitDir === null) return [];
  return fillLevel({ place, gitDir, like: topLevel, top: directory, prefix: '', signal });
}

async function fillLevel(level: Level): Promise<SubmoduleOutcome[]> {
  const gitlinks = await readGitlinks(level);
  if (gitlinks.length === 0) return [];
  const names = moduleFolders(await declaredNames(level));
  const outcomes: SubmoduleOutcome[] = [];
  // One after the other: there are few, and several worktrees are filled at the same time.
  for (const { path, commit } of gitlinks) {
    level.signal?.throwIfAborted();
    if (!isUtf8(path)) {
      const shown = { path: pathText(level.prefix + path), how: 'skipped' } as const;
      if (isCheckedOut(level.like, path))
        outcomes.push({ ...shown, reason: 'its name is no UTF-8' });
      continue;
    }
    const source = sourceOf(level.like, path);
    if (source === null) continue;
    const wanted = { path, commit, source, folder: names.get(path) ?? ownFolder(path) };
    outcomes.push(...(await fillOne(level, wanted)));
  }
  return outcomes;
}

interface Wanted {
  path: RawPath;
  commit: string;
  /** The main tree's git directory of it. */
  source: string;
  /** The name of its own, below `modules`. */
  folder: string;
}

async function fillOne(level: Level, wanted: Wanted): Promise<SubmoduleOutcome[]> {
  const shown = pathText(level.prefix + wanted.path);
  const skipped = (reason: string): SubmoduleOutcome[] => [{ path: shown, how: 'skipped', reason }];
  const directory = join(level.place.directory, pathText(wanted.path));
  try {
    const present = kindOf(level.place.directory, wanted.path) === 'folder' && gitDirOf(directory);
    if (!present) {
      const obstacle = (await lacksCommit(level, wanted)) ?? (await makeFolder(level, wanted.path));
      if (obstacle !== null) return skipped(obstacle);
      await checkOut(level, wanted, directory);
    }
    const gitDir = present || ownGitDir(level, wanted);
    const inner: Level = {
      place: nestedPlace(level.place, { directory, gitDir }),
      gitDir,
      like: join(level.like, pathText(wanted.path)),
      top: level.top,
      prefix: `${level.prefix}${wanted.path}/`,
      signal: level.signal,
    };
    return [{ path: shown, how: present ? 'present' : 'cloned' }, ...(await fillLevel(inner))];
  } catch (error) {
    if (!(error instanceof Failure) && systemErrorCode(error) === undefined) throw error;
    return skipped(`${messageOf(error)}; to try it with git: ${updateCommand(level, wanted)}`);
  }
}

/** The submodules that an index names, at their commits. git lets no name into an index that leads elsewhere. */
async function readGitlinks({ place, gitDir }: Level) {
  const env = { GIT_INDEX_FILE: join(gitDir, 'index') };
  const { stdout } = await git(place, ['ls-files', '-z', '--stage'], { env });
  // Not parsed as a whole: the listing has a line for every file of the repository.
  const text = stdout.toString('latin1');
  const found: { path: RawPath; commit: string }[] = [];
  for (let at = text.indexOf('160000 '); at >= 0; at = text.indexOf('160000 ', at)) {
    const end = text.indexOf('\0', at);
    const [facts, path] = splitOnce(text.slice(at, end), '\t');
    const commit = facts.split(' ')[1] ?? '';
    if (at === 0 || text[at - 1] === '\0') found.push({ path, commit });
    at = end;
  }
  return found;
}

/** The names that `.gitmodules` gives to paths. What it says more, such as an address, plays no part. */
async function declaredNames({ place, gitDir }: Level): Promise<Map<RawPath, RawPath>> {
  const env = { GIT_INDEX_FILE: join(gitDir, 'index') };
  const words = [
    'config',
    '--blob',
    ':.gitmodules',
    '-z',
    '--get-regexp',
    '^submodule\\..*\\.path$',
  ];
  const { stdout, exitCode } = await git(place, words, { env, answers: [0, 1, 3, 128] });
  if (exitCode !== 0) return new Map();
  return new Map(
    splitNul(stdout).map((item) => {
      const [key, path] = splitOnce(item, '\n');
      return [path, key.slice('submodule.'.length, -'.path'.length)];
    }),
  );
}

/** One part of a name that leads nowhere else on any disk, and is nothing that git keeps in its own folder under. */
const PLAIN = /^\w[\w+@ -]*(\.[\w+@ -]*\w)*$/;

/**
 * By path, where below `modules` each submodule's git directory lies: under its name, as git has it, which is then found
 * by git when it is checked out again. A name that leads elsewhere, or into another one's, is not used.
 */
export function moduleFolders(names: ReadonlyMap<RawPath, RawPath>): Map<RawPath, string> {
  const all = [...names.values()].map((name) => name.toLowerCase());
  const isFree = (name: string) =>
    all.filter((it) => it === name || isWithin(it, name) || isWithin(name, it)).length === 1;
  const isPlain = (name: string) => name.split('/').every((part) => PLAIN.test(part));
  return new Map(
    [...names].flatMap(([path, name]) =>
      isPlain(name) && isFree(name.toLowerCase()) ? [[path, name] as const] : [],
    ),
  );
}

function isWithin(name: string, other: string): boolean {
  return name.startsWith(`${other}/`);
}

/** For a submodule without a name that can be used; no name that can be used begins so. */
function ownFolder(path: RawPath): string {
  return `.mm-${createHash('sha256').update(bytesOf(path)).digest('hex').slice(0, 16)}`;
}

function isUtf8(path: RawPath): boolean {
  return rawPathOf(pathText(path)) === path;
}

/** No link is followed on the way. */
function isCheckedOut(mainTree: string, path: RawPath): boolean {
  return kindOf(mainTree, `${path}/.git`) !== null;
}

/** The git directory of a submodule that is checked out in the main tree; null: it is not. */
function sourceOf(mainTree: string, path: RawPath): string | null {
  if (!isCheckedOut(mainTree, path)) return null;
  const gitDir = gitDirOf(placeOf(mainTree, path).toString('utf8'));
  if (gitDir === null) return null;
  const objects = join(commonDirOf(gitDir), 'objects');
  return lstatSync(objects, { throwIfNoEntry: false }) === undefined ? null : gitDir;
}

/** What to say where the main tree does not have the commit; null: it has. */
async function lacksCommit(level: Level, wanted: Wanted): Promise<string | null> {
  const { commit, source } = wanted;
  const place = nestedPlace(level.place, { directory: level.place.directory, gitDir: source });
  const { exitCode } = await git(place, ['cat-file', '-e', `${commit}^{commit}`], {
    answers: [0, 1, 128],
  });
  if (exitCode === 0) return null;
  return `the main tree's copy of it does not have its commit ${commit}; to fetch it: ${updateCommand(level, wanted)}`;
}

function updateCommand({ top, prefix }: Level, { path }: Wanted): string {
  const directory = join(top, pathText(prefix));
  const words = ['submodule', 'update', '--init', '--recursive', '--', pathText(path)];
  return commandLine(['git', '-C', directory, ...words]);
}

/** Makes the folder that a submodule lies in, where a sparse checkout left it out; null, or what is in the way. */
async function makeFolder({ place }: Level, path: RawPath): Promise<string | null> {
  const parent = parentOf(path);
  const obstacle = parent === '' ? null : await makeFolderAbove(place, parent);
  if (obstacle !== null) return obstacle;
  const kind = kindOf(place.directory, path);
  if (kind === null) return null;
  if (kind !== 'folder') return 'something else lies in its place';
  return readdirSync(placeOf(place.directory, path)).length === 0
    ? null
    : 'there are files in its folder';
}

async function makeFolderAbove(place: TrustedPlace, path: RawPath): Promise<string | null> {
  const parent = parentOf(path);
  const obstacle = parent === '' ? null : await makeFolderAbove(place, parent);
  if (obstacle !== null) return obstacle;
  const kind = kindOf(place.directory, path);
  if (kind === null) await mkdir(join(place.directory, pathText(path)));
  return kind === null || kind === 'folder' ? null : `${pathText(path)} is no folder`;
}

function ownGitDir({ gitDir }: Level, { folder }: Wanted): string {
  return join(gitDir, 'modules', folder);
}

/**
 * Makes the git directory and the files under other names first, and puts them in their places whole, the files last:
 * a crash leaves an empty folder, as of a submodule that is not checked out, and what the next try removes.
 */
async function checkOut(level: Level, wanted: Wanted, directory: string): Promise<void> {
  const gitDir = ownGitDir(level, wanted);
  const draft = join(level.gitDir, 'modules', `.mm-making-${ownFolder(wanted.path)}`);
  const [draftOfGitDir, files] = [join(draft, 'git'), join(draft, 'files')];
  try {
    for (const left of [draft, gitDir]) await rm(left, { recursive: true, force: true });
    await mkdir(files, { recursive: true });
    await mkdir(join(gitDir, '..'), { recursive: true });
    const { commit, source } = wanted;
    await cloneGitDir(source, draftOfGitDir, { head: commit, worktree: directory });
    const place = nestedPlace(level.place, { directory: files, gitDir: draftOfGitDir });
    const like = join(level.like, pathText(wanted.path));
    await writeLike(place, join(draftOfGitDir, 'index'), commit, like);
    await rename(draftOfGitDir, gitDir);
    await writeFile(join(files, '.git'), `gitdir: ${gitDir}\n`);
    await move(files, directory);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Onto an empty folder, or to where nothing is. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemErrorCode(error) !== 'EXDEV') throw error;
    const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true };
    await cp(from, to, options);
  }
}
