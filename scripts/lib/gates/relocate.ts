/** Dependency folders that know where they lie: a copy must not lead back to the main tree. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { symlink, unlink, writeFileSync } from '../disk.ts';

interface Move {
  /** The main tree and the worktree, absolute. */
  from: string;
  to: string;
}

/**
 * Makes a copied folder belong to the worktree: the programs and editable installs of a virtual environment of Python
 * name its place, and its tests would run on the main tree's sources; links of node_modules may be absolute.
 * @param draft where the copy lies now
 * @param path where it will lie, relative to the worktree
 */
export async function relocate(draft: string, path: string, move: Move): Promise<void> {
  if (!lstatSync(draft).isDirectory()) return;
  if (lstatSync(join(draft, 'pyvenv.cfg'), { throwIfNoEntry: false })) relocateVenv(draft, move);
  if (basename(path) === 'node_modules') await relocateLinks(draft, move);
}

function relocateVenv(venv: string, move: Move): void {
  const files = [join(venv, 'pyvenv.cfg'), ...filesIn(join(venv, 'bin'))];
  for (const python of namesIn(join(venv, 'lib'))) {
    const packages = join(venv, 'lib', python, 'site-packages');
    files.push(...filesIn(packages).filter((file) => /\.(pth|egg-link)$|__editable__/.test(file)));
    for (const name of namesIn(packages).filter((it) => it.endsWith('.dist-info')))
      files.push(join(packages, name, 'direct_url.json'));
  }
  for (const file of files) rewrite(file, move);
}

/** Larger files of these names are programs, not scripts. */
const LARGEST_SCRIPT = 256 * 1024;

/** In place, and with its old time: what tells a changed environment looks at times. */
function rewrite(file: string, { from, to }: Move): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > LARGEST_SCRIPT) return;
  // Latin-1 keeps every byte; paths are compared as bytes too.
  const text = readFileSync(file, 'latin1');
  const [old, now] = [latin1(from), latin1(to)];
  // Only whole names: /home/me/app must not match in /home/me/app-two.
  const moved = text
    .split(old)
    .reduce((done, rest) => done + (/^[\w.-]/.test(rest) ? old : now) + rest);
  if (moved === text) return;
  writeFileSync(file, Buffer.from(moved, 'latin1'));
  utimesSync(file, found.atime, found.mtime);
}

/** Links of node_modules and of its scopes that lead into the main tree lead into the worktree instead. */
async function relocateLinks(folder: string, { from, to }: Move): Promise<void> {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (name.startsWith('@') && lstatSync(path).isDirectory())
      await relocateLinks(path, { from, to });
    if (!lstatSync(path).isSymbolicLink()) continue;
    const target = readlinkSync(path);
    if (target !== from && !target.startsWith(`${from}/`)) continue;
    await unlink(path);
    await symlink(to + target.slice(from.length), path);
  }
}

function filesIn(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
