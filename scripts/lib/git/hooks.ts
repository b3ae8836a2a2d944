/**
 * Hooks of the user's own. git is kept from running any (git.ts); the one that `git worktree add` would have run is run
 * by us, and only if nobody has changed it since it was trusted: models can write to where hooks lie.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import * as z from 'zod';
import { git } from './git.ts';
import { bytesOf, splitNul } from './paths.ts';
import type { Repository } from './repository.ts';
import type { Setting } from './trusted-git-dir.ts';

export const trustedHooksSchema = z.object({
  /** `core.hooksPath`: absolute, or relative to the working tree in which the hook runs; null: not set. */
  path: z.string().nullable(),
  /** Of what lies there. In a worktree it is a matter of its commit, and does not count. */
  digest: z.string(),
});

export type TrustedHooks = z.output<typeof trustedHooksSchema>;

/**
 * Which hooks the user has now.
 * @param settings what readSettings() has just given
 */
export async function readHooks(
  { topLevel, commonDir }: Repository,
  settings: readonly Setting[],
): Promise<TrustedHooks> {
  // Our own setting, which switches hooks off, is always among them.
  const isSet = settings.filter(([key]) => key === 'core.hookspath').length > 1;
  const path = isSet ? await configuredPath(topLevel) : null;
  return { path, digest: await digestOf(folderOf(path, topLevel, commonDir)) };
}

/**
 * The hook that would run in a worktree.
 * @returns null: there is none; `file` null: there is one, and since it was trusted something was changed there
 */
export async function findHook(
  name: string,
  worktree: string,
  commonDir: string,
  { path, digest }: TrustedHooks,
): Promise<{ folder: string; file: string | null } | null> {
  // As git has it set to nothing, there is none.
  if (path === '') return null;
  const folder = folderOf(path, worktree, commonDir);
  const file = join(folder, name);
  if (!isExecutable(file)) return null;
  const isOfCommit = path !== null && folder.startsWith(`${worktree}${sep}`);
  const isTrusted = isOfCommit || (await digestOf(folder)) === digest;
  return { folder, file: isTrusted ? file : null };
}

function folderOf(path: string | null, workingTree: string, commonDir: string): string {
  return path === null ? join(commonDir, 'hooks') : resolve(workingTree, path);
}

/** What the user has configured; our own setting that switches hooks off comes from the command line. */
async function configuredPath(topLevel: string): Promise<string | null> {
  const words = ['config', '--show-scope', '--type=path', '-z', '--get-all', 'core.hooksPath'];
  const { stdout } = await git(topLevel, words, { answers: [0, 1] });
  const items = splitNul(stdout);
  let path: string | null = null;
  for (let at = 0; at + 1 < items.length; at += 2) {
    if (items[at] !== 'command') path = bytesOf(items[at + 1] ?? '').toString('utf8');
  }
  return path;
}

/** git, too, passes over a hook that may not be executed. */
function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** More than that is no folder of hooks, and no hook. */
const MOST_FILES = 500;
const LARGEST_BYTES = 1 << 20;

/** Of all files in a folder, because hooks start and read those beside them; git's own examples do nothing. */
async function digestOf(folder: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.endsWith('.sample'));
  const hash = createHash('sha256');
  for (const name of names.sort().slice(0, MOST_FILES)) {
    const content = await contentOf(join(folder, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function contentOf(file: string): Promise<Buffer | string> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return 'no file';
    const { size, mtimeMs, ino } = found;
    return size > LARGEST_BYTES ? `${size} ${mtimeMs} ${ino}` : await readFile(file);
  } catch {
    return 'unreadable';
  }
}
