import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, systemErrorCode } from '../errors.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { listChanges, writePatch } from './changes.ts';
import { git } from './git.ts';
import { bytesOf, pathText, type RawPath } from './paths.ts';

/** Whatever the user's configuration says of white space, a patch is applied as it is. */
const EXACTLY = ['-c', 'apply.whitespace=nowarn', '-c', 'apply.ignoreWhitespace=no'];

/**
 * Changes a working tree's files from the content of one tree to another. The index is not touched. All of it is
 * checked against the files first: where one differs from `from`, nothing at all is written.
 * @throws Refusal `files-differ` when a file is not as `from` has it
 */
export async function applyBetweenTrees(worktree: string, from: string, to: string): Promise<void> {
  if (from === to) return;
  await withTemporaryFolder(async (folder) => {
    const patch = join(folder, 'patch');
    await writePatch(worktree, from, to, patch, { renames: false });
    const check = await git(worktree, [...EXACTLY, 'apply', '--check', '--binary', patch], {
      answers: [0, 1, 128],
    });
    if (check.exitCode !== 0) throw filesDiffer(worktree, check.stderr);
    const blocked = await findBlockedPath(worktree, from, to);
    if (blocked !== null) {
      throw filesDiffer(worktree, `${pathText(blocked)}: a folder with other files in its place`);
    }
    await git(worktree, [...EXACTLY, 'apply', '--binary', patch]);
  });
}

/**
 * A path that is to become a file where a folder holds what stays there, such as ignored files. `git apply --check`
 * overlooks it, and `git apply` then stops half way.
 */
async function findBlockedPath(
  worktree: string,
  from: string,
  to: string,
): Promise<RawPath | null> {
  const changes = await listChanges(worktree, from, to, { renames: false });
  const goes = new Set(changes.flatMap(({ path, status }) => (status === 'deleted' ? path : [])));
  for (const { path, status } of changes) {
    if (status !== 'added' || !isFolder(worktree, path)) continue;
    if (await holdsOther(worktree, path, goes)) return path;
  }
  return null;
}

async function holdsOther(
  worktree: string,
  folder: RawPath,
  goes: ReadonlySet<RawPath>,
): Promise<boolean> {
  for (const name of await readdir(place(worktree, folder), { encoding: 'latin1' })) {
    const path = `${folder}/${name}`;
    if (isFolder(worktree, path) ? await holdsOther(worktree, path, goes) : !goes.has(path)) {
      return true;
    }
  }
  return false;
}

function isFolder(worktree: string, path: RawPath): boolean {
  try {
    return lstatSync(place(worktree, path)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return false;
    throw error;
  }
}

function place(worktree: string, path: RawPath): Buffer {
  return Buffer.concat([Buffer.from(`${worktree}/`), bytesOf(path)]);
}

function filesDiffer(worktree: string, stderr: string): Refusal {
  return new Refusal({
    code: 'files-differ',
    message: `Files in ${worktree} are not as they were a moment ago, so nothing was written.`,
    hint: 'Let whatever writes there (an editor, a watcher, an agent) finish, then run the same command again.',
    details: { directory: worktree, git: stderr.trim().slice(0, 2000) },
  });
}
