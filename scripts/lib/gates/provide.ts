import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { constants, lstat, readlink, stat, statfs } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { copyFile, mkdir, rename, rm, symlink, writeFile } from '../disk.ts';
import { messageOf } from '../errors.ts';
import { runCommand } from '../process/command.ts';
import type { Provision, ProvisionFacts } from './provision-plan.ts';
import { relocate } from './relocate.ts';

export interface Provided {
  path: string;
  /** `present`: something of that name was there already, and was left alone. */
  how: 'reflink' | 'copy' | 'install' | 'link' | 'present' | 'skipped';
  bytes: number;
  duration_ms: number;
  /** Why it was skipped, or installed instead of copied. */
  reason?: string;
}

/** Shares blocks where the disk can; every `cp` knows the second form. */
const COPY_OPTIONS: readonly (readonly string[])[] =
  process.platform === 'darwin' ? [['-a', '-c'], ['-a']] : [['-a', '--reflink=auto'], ['-a']];

/** Runs an installer in a folder of the worktree; null when it went well, else what went wrong. */
export type Installer = (command: string, directory: string) => Promise<string | null>;

/**
 * Brings what was planned into a worktree. Nothing that is there is overwritten and no symlink of the worktree is
 * followed. What cannot be brought is skipped with its reason: a worktree without it is still a worktree.
 */
export async function provide(
  mainTree: string,
  worktree: string,
  plan: readonly Provision[],
  { install, onProgress }: { install: Installer; onProgress?: (message: string) => void },
): Promise<Provided[]> {
  const provided: Provided[] = [];
  for (const provision of plan) {
    const started = performance.now();
    const isThere = (await statOrNull(join(worktree, provision.path))) !== null;
    if (provision.kind === 'dependencies' && provision.how !== 'skip' && !isThere)
      onProgress?.(`${PROGRESS[provision.how]} ${provision.path}`);
    const outcome = await provideOne(mainTree, worktree, provision, install);
    const duration_ms = Math.round(performance.now() - started);
    provided.push({ path: provision.path, ...outcome, duration_ms });
  }
  return provided;
}

const PROGRESS = {
  reflink: 'copying',
  copy: 'copying',
  install: 'installing offline',
  link: 'linking',
} as const;

type Outcome = Pick<Provided, 'how' | 'bytes' | 'reason'>;

async function provideOne(
  mainTree: string,
  worktree: string,
  { path, kind, how, bytes, command, reason, from: origin = mainTree }: Provision,
  install: Installer,
): Promise<Outcome> {
  const skipped = (why: string): Outcome => ({ how: 'skipped', bytes: 0, reason: why });
  try {
    if (how === 'skip') return skipped(reason ?? 'it was not wanted');
    const [from, to] = [join(origin, path), join(worktree, path)];
    const source = await statOrNull(from);
    if (source === null) return skipped('it is no longer there');
    if (await statOrNull(to)) return { how: 'present', bytes: 0 };
    if (source.isSymbolicLink() && !(await staysInside(origin, path)))
      return skipped('it is a symlink to a place outside the repository, or an absolute one');
    const obstacle = await prepareParents(worktree, path, kind);
    if (obstacle !== null) return skipped(obstacle);
    if (how === 'install') {
      const problem = await install(command ?? '', dirname(to));
      const told = reason === undefined ? {} : { reason };
      return problem === null
        ? { how: 'install', bytes: sizeOf(to), ...told }
        : skipped(`${reason}; ${command} failed: ${problem}`);
    }
    if (how === 'link') {
      await symlink(from, to);
      return { how: 'link', bytes: 0 };
    }
    await copy(from, to, (draft) => relocate(draft, path, { from: origin, to: worktree }));
    return { how, bytes };
  } catch (error) {
    return skipped(messageOf(error));
  }
}

/** A link with another end would let a model's tools write into the user's own copy. */
async function staysInside(mainTree: string, path: string): Promise<boolean> {
  const target = await readlink(join(mainTree, path));
  return !isAbsolute(target) && !/^\.\.(\/|$)/.test(normalize(join(dirname(path), target)));
}

/** Makes the folders above a path, one by one, so that none is reached through a link; null, or what is in the way. */
async function prepareParents(
  worktree: string,
  path: string,
  kind: Provision['kind'],
): Promise<string | null> {
  const names = path.split('/').slice(0, -1);
  for (const [index] of names.entries()) {
    const parent = names.slice(0, index + 1).join('/');
    const found = await statOrNull(join(worktree, parent));
    if (found === null && kind === 'dependencies') return `${parent} is not in the worktree`;
    if (found === null) await mkdir(join(worktree, parent));
    else if (!found.isDirectory()) return `${parent} is no folder in the worktree`;
  }
  return null;
}

/** Where something is copied to first. What a crash leaves there is replaced by the next try, and never captured. */
export function draftOf(path: string): string {
  return join(dirname(path), `.mm-providing-${basename(path)}`);
}

/** Under another name first: what has its final name is whole, however this ends. */
async function copy(
  source: string,
  destination: string,
  finish: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = draftOf(destination);
  try {
    await copyTo(source, draft);
    await finish(draft);
    await rename(draft, destination);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function copyTo(source: string, draft: string): Promise<void> {
  let problem = '';
  for (const options of COPY_OPTIONS) {
    await rm(draft, { recursive: true, force: true });
    const { exitCode, stderr } = await runCommand({
      file: 'cp',
      args: [...options, '--', source, draft],
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    if (exitCode === 0) return;
    problem = stderr.trim().split('\n').at(-1) || `cp ended with exit status ${exitCode}`;
  }
  throw new Error(problem);
}

/** The bytes of all files below, links not followed. At once: 20 000 promises take longer than `cp`. */
export function sizeOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  return found.isDirectory() ? sizeOfFolder(path) : found.size;
}

function sizeOfFolder(folder: string): number {
  let bytes = 0;
  for (const entry of entriesOf(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) bytes += sizeOfFolder(path);
    else bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** One that may not be read counts as empty: `cp` will say what is wrong with it. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * What the disk under the worktrees can do.
 * @param near the folder that worktrees lie in
 * @param trial where a folder may be made for a moment; one that a killed process left there is replaced
 */
export async function diskFacts(
  mainTree: string,
  near: string,
  trial: string,
): Promise<Pick<ProvisionFacts, 'reflink' | 'freeBytes'>> {
  const [{ bavail, bsize }, ...places] = await Promise.all([
    statfs(near),
    ...[mainTree, near, dirname(trial)].map((path) => stat(path)),
  ]);
  const isOneDisk = places.every(({ dev }) => dev === places[0]?.dev);
  return { reflink: isOneDisk && (await canReflink(trial)), freeBytes: bavail * bsize };
}

/** By trying: what a disk can do depends on how it was made. */
async function canReflink(trial: string): Promise<boolean> {
  const [file, copied] = [join(trial, 'file'), join(trial, 'copy')];
  try {
    await rm(trial, { recursive: true, force: true });
    await mkdir(trial, { mode: 0o700 });
    await writeFile(file, 'x'.repeat(8192));
    await copyFile(file, copied, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null);
}
