import { lstatSync, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { mkdir, rename, rm } from '../disk.ts';
import { messageOf } from '../errors.ts';
import { runCommand } from '../process/command.ts';
import type { Provision } from './provision-plan.ts';

export { type Provision, planProvision } from './provision-plan.ts';

export interface Provided {
  path: string;
  /** `present`: something of that name was there already, and was left alone. */
  how: 'reflink-or-copy' | 'link' | 'present' | 'skipped';
  bytes: number;
  /** Why it was skipped. */
  reason?: string;
}

/** Shares blocks where the disk can; every `cp` knows the second form. */
const COPY_OPTIONS: readonly (readonly string[])[] =
  process.platform === 'darwin' ? [['-a', '-c'], ['-a']] : [['-a', '--reflink=auto'], ['-a']];

/**
 * Copies what was planned into a worktree. Nothing that is there is overwritten and no symlink of the worktree is
 * followed. What cannot be copied is skipped with its reason: a worktree without it is still a worktree.
 */
export async function provide(
  mainTree: string,
  worktree: string,
  plan: readonly Provision[],
  { onProgress }: { onProgress?: (message: string) => void } = {},
): Promise<Provided[]> {
  const provided: Provided[] = [];
  for (const provision of plan) {
    if (provision.kind === 'dependencies') onProgress?.(`copying ${provision.path}`);
    provided.push(await provideOne(mainTree, worktree, provision));
  }
  return provided;
}

async function provideOne(
  mainTree: string,
  worktree: string,
  { path, kind }: Provision,
): Promise<Provided> {
  const skipped = (reason: string): Provided => ({ path, how: 'skipped', bytes: 0, reason });
  try {
    const source = await statOrNull(join(mainTree, path));
    if (source === null) return skipped('it is no longer in the main tree');
    if (await statOrNull(join(worktree, path))) return { path, how: 'present', bytes: 0 };
    if (source.isSymbolicLink() && !(await staysInside(mainTree, path)))
      return skipped('it is a symlink to a place outside the repository, or an absolute one');
    const obstacle = await prepareParents(worktree, path, kind);
    if (obstacle !== null) return skipped(obstacle);
    await copy(join(mainTree, path), join(worktree, path));
    const how = source.isSymbolicLink() ? 'link' : 'reflink-or-copy';
    return { path, how, bytes: await sizeOf(join(worktree, path)) };
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
async function copy(source: string, destination: string): Promise<void> {
  const draft = draftOf(destination);
  try {
    await copyTo(source, draft);
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

/** The bytes of all files below, links not followed. A folder's files at once: 20 000 promises take longer than `cp`. */
async function sizeOf(path: string): Promise<number> {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.size;
  let bytes = 0;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    bytes += entry.isDirectory() ? await sizeOf(inside) : lstatSync(inside).size;
  }
  return bytes;
}

async function statOrNull(path: string): Promise<Stats | null> {
  return lstat(path).catch(() => null);
}
