/** The ignored files of the main tree: no tree holds them, and a lost `.env` is not in any commit. */
import { lstatSync } from 'node:fs';
import * as z from 'zod';
import { git, type TrustedPlace } from '../git/git.ts';
import { hostFiles } from '../git/host-files.ts';
import { bytesOf, type RawPath, rawPathOf, splitNul } from '../git/paths.ts';
import { type FileReader, fileFactsSchema, joinRaw, namesIn } from './file-facts.ts';

export const ignoredFilesSchema = z.object({
  /** Ignored by themselves, repository-relative. */
  files: z.array(fileFactsSchema),
  /** Ignored with all that is in them, such as node_modules: told by size and time. */
  folders: z.array(
    z.object({
      path: z.string(),
      /** One text for all entries (see parseListing): most often it is only asked whether it is the same. */
      listing: z.string(),
      /** False: there were too many, the listing ends somewhere. */
      is_whole: z.boolean(),
    }),
  ),
});

export type IgnoredFiles = z.output<typeof ignoredFilesSchema>;
export type IgnoredFolder = IgnoredFiles['folders'][number];

/** 50 000 entries take half a second. */
export const MOST_ENTRIES = 50_000;

interface IgnoredOptions {
  /** Whether an absolute path is nothing of the user's, and not looked into. */
  isOurs: (path: RawPath) => boolean;
  /** What was ignored once is looked at whether it still is or not. */
  earlier?: IgnoredFiles | null;
  mostEntries?: number;
}

/** What lies in the main tree and is ignored, and what the host needs. */
export async function readIgnoredFiles(
  place: TrustedPlace,
  indexFile: string,
  reader: FileReader,
  { isOurs, earlier = null, mostEntries = MOST_ENTRIES }: IgnoredOptions,
): Promise<IgnoredFiles> {
  const words = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { stdout } = await git(place, words, { env: { GIT_INDEX_FILE: indexFile } });
  const top = rawPathOf(place.directory);
  const host = await hostFiles(place, { GIT_INDEX_FILE: indexFile });
  const listed = withHostFiles(splitListing(splitNul(stdout)), host, (path) =>
    isFolder(joinRaw(top, path)),
  );
  const isTheirs = (path: RawPath) => !isOurs(joinRaw(top, path));
  const budget = { left: mostEntries };
  const files = withEarlier(listed.files, earlier?.files)
    .filter(isTheirs)
    .flatMap((path) => {
      const at = bytesOf(joinRaw(top, path));
      const facts = budget.left-- > 0 ? reader.read(path, at) : null;
      return facts === null ? [] : [facts];
    });
  const folders = withEarlier(listed.folders, earlier?.folders)
    .filter((path) => isTheirs(path) && isFolder(joinRaw(top, path)))
    .map((path) => ({ path, ...listFolder(joinRaw(top, path), budget, isOurs) }));
  return { files, folders };
}

/** What the host needs is in no tree either: it is watched like what is ignored, for it is what we and the host run. */
function withHostFiles(
  { files, folders }: { files: RawPath[]; folders: RawPath[] },
  host: readonly RawPath[],
  isFolder: (path: RawPath) => boolean,
) {
  const isBelow = (path: RawPath, above: readonly RawPath[]) =>
    above.some((it) => path === it || path.startsWith(`${it}/`));
  const added = host.filter((path) => !isBelow(path, folders));
  const others = (paths: readonly RawPath[]) => paths.filter((path) => !isBelow(path, added));
  return {
    files: [...others(files), ...added.filter((path) => !isFolder(path))],
    folders: [...others(folders), ...added.filter(isFolder)],
  };
}

function withEarlier(paths: readonly RawPath[], earlier: readonly { path: RawPath }[] = []) {
  return [...new Set([...paths, ...earlier.map(({ path }) => path)])].sort();
}

function isFolder(path: RawPath): boolean {
  return lstatSync(bytesOf(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Files and folders of `ls-files --directory`. A folder in which everything happens to be ignored is named together with
 * what is in it; that is told one by one.
 */
export function splitListing(paths: readonly RawPath[]): { files: RawPath[]; folders: RawPath[] } {
  const sorted = [...paths].sort();
  const isFilledBelow = (path: RawPath, at: number) => sorted[at + 1]?.startsWith(path) ?? false;
  const kept = sorted.filter((path, at) => !path.endsWith('/') || !isFilledBelow(path, at));
  return {
    files: kept.filter((path) => !path.endsWith('/')),
    folders: kept.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1)),
  };
}

/** Depth first, names in order, so that a listing that was cut still tells what comes before its end. */
function listFolder(
  top: RawPath,
  budget: { left: number },
  isOurs: (path: RawPath) => boolean,
): { listing: string; is_whole: boolean } {
  const lines: string[] = [];
  const list = (folder: RawPath, below: RawPath): boolean => {
    for (const name of namesIn(folder)) {
      const at = joinRaw(folder, name);
      if (isOurs(at)) continue;
      if (budget.left-- <= 0) return false;
      const path = joinRaw(below, name);
      const stats = lstatSync(bytesOf(at), { throwIfNoEntry: false });
      if (stats === undefined) continue;
      if (stats.isDirectory()) {
        if (!list(at, path)) return false;
      } else lines.push(`${stats.size}:${stats.mtimeMs}:${stats.mode & 0o170100} ${path}`);
    }
    return true;
  };
  const is_whole = list(top, '');
  return { listing: lines.join('\0'), is_whole };
}

/** The entries of a folder's listing, in its order: what tells each, by its path. */
export function parseListing(listing: string): Map<RawPath, string> {
  if (listing === '') return new Map();
  return new Map(
    listing.split('\0').map((line) => {
      const at = line.indexOf(' ');
      return [line.slice(at + 1), line.slice(0, at)];
    }),
  );
}

/** The order of listings: by names, folder by folder. */
export function comparePlaces(a: RawPath, b: RawPath): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [x = '', y = ''] = [left[at], right[at]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
