/** What lies below a folder, without git: the one measure that does not share a mistake with what is measured. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import * as assert from 'uvu/assert';
import { bytesOf, pathText, type RawPath } from '../../scripts/lib/git/paths.ts';
import type { Awkward } from './awkward-files.ts';

/** What lies at each path, in words that tests compare; folders have a `/` behind their names. */
export type Photo = ReadonlyMap<RawPath, string>;

const FOLDER = 'folder';
/** Longer contents are shown by their digest: a failure should still fit on a screen. */
const SHOWN_BYTES = 2_000;

export function absolute(root: string, path: RawPath): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), bytesOf(path)]);
}

/** Everything below a folder but what is called `.git`; nothing is followed, and a fifo is not opened. */
export function photograph(root: string): Photo {
  const photo = new Map<RawPath, string>();
  addFolder(photo, root, '');
  return photo;
}

function addFolder(photo: Map<RawPath, string>, root: string, below: RawPath): void {
  for (const name of readdirSync(absolute(root, below), { encoding: 'latin1' }).sort()) {
    if (name === '.git') continue;
    const path = `${below}${name}`;
    const at = absolute(root, path);
    const stat = lstatSync(at);
    if (stat.isDirectory()) {
      photo.set(`${path}/`, FOLDER);
      addFolder(photo, root, `${path}/`);
    } else photo.set(path, describeEntry(at, stat));
  }
}

function describeEntry(at: Buffer, stat: Stats): string {
  if (stat.isSymbolicLink()) return linkTo(readlinkSync(at, { encoding: 'latin1' }));
  if (stat.isFIFO()) return 'fifo';
  if (stat.isSocket()) return 'socket';
  return fileWith(readFileSync(at), (stat.mode & 0o100) !== 0);
}

/** How a photo shows a file that a case describes. */
export function describeAwkward(file: Awkward): string {
  if (typeof file === 'string') return fileWith(bytesOf(file), false);
  if (Buffer.isBuffer(file)) return fileWith(file, false);
  return 'link' in file ? linkTo(file.link) : fileWith(bytesOf(file.executable), true);
}

function linkTo(target: string): string {
  return `link to ${JSON.stringify(target)}`;
}

function fileWith(bytes: Buffer, isExecutable: boolean): string {
  const shown =
    bytes.length <= SHOWN_BYTES
      ? JSON.stringify(bytes.toString('latin1'))
      : `of ${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`;
  return `${isExecutable ? 'executable' : 'file'} ${shown}`;
}

/** Folders are no content: git does not hold them. */
export function filesOf(photo: Photo): Map<RawPath, string> {
  return new Map([...photo].filter(([, what]) => what !== FOLDER));
}

export interface Difference {
  path: RawPath;
  line: string;
}

export function differences(expected: Photo, found: Photo): Difference[] {
  const paths = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return paths
    .filter((path) => expected.get(path) !== found.get(path))
    .map((path) => ({
      path,
      line: `${JSON.stringify(pathText(path))}: expected ${expected.get(path) ?? 'nothing'}, found ${found.get(path) ?? 'nothing'}`,
    }));
}

const SHOWN_DIFFERENCES = 12;

export function assertSame(expected: Photo, found: Photo, what: string): void {
  assertNone(differences(expected, found), what);
}

export function assertNone(found: Difference[], what: string): void {
  const lines = found.slice(0, SHOWN_DIFFERENCES).map(({ line }) => `\n  ${line}`);
  assert.ok(found.length === 0, `${what}: ${found.length} differ${lines.join('')}`);
}
