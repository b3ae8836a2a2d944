/** What tells one state of a file from another: its content where that is small enough to be read, else size and time. */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { mkdirSync, renameSync, writeFileSync } from '../disk.ts';
import { systemErrorCode } from '../errors.ts';
import { bytesOf, type RawPath } from '../git/paths.ts';
import { kindOfEntry } from '../git/survey.ts';

export const fileFactsSchema = z.object({
  /** A RawPath. */
  path: z.string(),
  kind: z.enum(['file', 'link', 'folder', 'special']),
  /** The permissions. */
  mode: z.number().int(),
  size: z.number(),
  mtime_ms: z.number(),
  /** Of the content, of a link's target; null: too large, or not readable. */
  sha256: z.string().nullable(),
});

export type FileFacts = z.output<typeof fileFactsSchema>;

/** A larger file is told by its size and time alone. */
const MOST_OF_A_FILE = 4 * 1024 * 1024;
const MOST_OF_ALL_FILES = 64 * 1024 * 1024;

/** Reads files, and keeps what it read by its hash, so that a content is still there when its file is not. */
export class FileReader {
  private left = MOST_OF_ALL_FILES;

  /** @param folder where contents are kept; null: nowhere */
  constructor(private readonly folder: string | null) {}

  /**
   * All at once and not asynchronously: it is a snapshot.
   * @param path what the facts are named by
   * @param place where the file lies; null: nothing is there
   */
  read(path: RawPath, place: Buffer): FileFacts | null {
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (stats === undefined) return null;
    const kind = kindOfEntry(stats);
    return {
      ...{ path, kind, size: stats.size, mtime_ms: stats.mtimeMs },
      mode: stats.mode & 0o7777,
      sha256: this.hash(place, kind, stats.size),
    };
  }

  private hash(place: Buffer, kind: FileFacts['kind'], size: number): string | null {
    if (kind === 'folder' || kind === 'special') return null;
    if (size > MOST_OF_A_FILE || size > this.left) return null;
    try {
      const content =
        kind === 'link' ? readlinkSync(place, { encoding: 'buffer' }) : readFileSync(place);
      this.left -= content.length;
      const sha256 = createHash('sha256').update(content).digest('hex');
      this.keep(sha256, content);
      return sha256;
    } catch (error) {
      // Gone since, or not for us to read: then size and time are all that is known.
      if (systemErrorCode(error) === undefined) throw error;
      return null;
    }
  }

  private keep(sha256: string, content: Buffer): void {
    if (this.folder === null) return;
    const file = join(this.folder, sha256);
    if (existsSync(file)) return;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.tmp`, content, { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  }
}

/** By content where both contents were read. */
export function isSameFile(a: FileFacts, b: FileFacts): boolean {
  if (a.kind !== b.kind || a.mode !== b.mode) return false;
  if (a.sha256 !== null && b.sha256 !== null) return a.sha256 === b.sha256;
  if (a.kind === 'folder') return true;
  return a.size === b.size && a.mtime_ms === b.mtime_ms;
}

/** The names in a folder, in order; none where it is gone since, or not for us to read: whatever is in it cannot be told. */
export function namesIn(folder: RawPath): RawPath[] {
  try {
    return readdirSync(bytesOf(folder), { encoding: 'latin1' }).sort();
  } catch {
    return [];
  }
}

/** A RawPath with a folder in front of it. */
export function joinRaw(folder: RawPath, name: RawPath): RawPath {
  return folder === '' || folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

/** Whether a path is a folder, or lies in it. */
export function isWithin(path: RawPath, folder: RawPath): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
