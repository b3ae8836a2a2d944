/** Files that git, text decoding or careless code stumble over; names as bytes, one character a byte. */
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { bytesOf, type RawPath, rawPathOf } from '../../scripts/lib/git/paths.ts';

export const NAMES: RawPath[] = [
  'plain.txt',
  'with space.txt',
  ' leading and trailing ',
  'line\nbreak',
  '"quoted"',
  'back\\slash',
  '-dash',
  '--all',
  ':(top)magic',
  '\ttab first',
  'tab\tin the middle',
  '*.glob',
  'a => b',
  '{old => new}',
  '#hash',
  '!bang',
  rawPathOf('umlaut-ü-日本'),
  'latin1-caf\xe9',
  'deep/er/file',
];

/** A file's content, one character a byte; an object for a mode or a link. */
export type Awkward = string | Buffer | { executable: string } | { link: string };

function place(root: string, path: RawPath): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), bytesOf(path)]);
}

export async function writeAwkward(root: string, files: Record<RawPath, Awkward>): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const at = place(root, path);
    await mkdir(at.subarray(0, at.lastIndexOf('/')), { recursive: true });
    if (typeof file === 'object' && 'link' in file) await symlink(file.link, at);
    else if (typeof file === 'object' && 'executable' in file) {
      await writeFile(at, file.executable);
      await chmod(at, 0o755);
    } else await writeFile(at, typeof file === 'string' ? bytesOf(file) : file);
  }
}

/** Every file below a folder, `.git` left out: mode and bytes (of a link: its target) by path. */
export async function readAll(root: string, below: RawPath = ''): Promise<Record<RawPath, string>> {
  const all: Record<RawPath, string> = {};
  const names = await readdir(place(root, below), { encoding: 'latin1' });
  for (const name of names.sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    if (path === '.git') continue;
    const at = place(root, path);
    const stat = await lstat(at);
    if (stat.isDirectory()) Object.assign(all, await readAll(root, path));
    else if (stat.isSymbolicLink())
      all[path] = `link ${await readlink(at, { encoding: 'latin1' })}`;
    else
      all[path] = `${(stat.mode & 0o777).toString(8)} ${(await readFile(at)).toString('latin1')}`;
  }
  return all;
}
