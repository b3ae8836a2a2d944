/** What lies at some paths of a working tree: read, and written back, without looking at any other. */
import type { BigIntStats } from 'node:fs';
import { Refusal } from '../errors.ts';
import { git, type TrustedPlace } from './git.ts';
import { hashOfFile, hashOfLink } from './object-names.ts';
import { joinNul, pathText, type RawPath, splitNul } from './paths.ts';
import { type KnownFolders, kindOfEntry, look, placeOf } from './survey.ts';
import {
  type Entries,
  parseStage,
  setEntries,
  type TreeEntry,
  withTemporaryIndex,
} from './trees.ts';
import { isAsBytes, settingsOf } from './trusted-git-dir.ts';

/** What tells a file from any other that was or will be at its path; null: nothing is there. */
export type Sight = { identity: string; mode: number; isLink: boolean } | null;

/** Of an entry that was looked at; a folder is no file. */
export function sightOfEntry(found: BigIntStats | null): Sight {
  if (found === null || found.isDirectory()) return null;
  const { dev, ino, size, mtimeNs, ctimeNs, mode } = found;
  const identity = `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs} ${mode}`;
  return { identity, mode: Number(mode & 0o7777n), isLink: found.isSymbolicLink() };
}

export interface PresentFiles {
  entries: Entries;
  /** Taken before the contents were read: whoever changes a file later is found out. */
  sights: ReadonlyMap<RawPath, Sight>;
}

/**
 * The entries that a tree would have for the files at the given paths, ignored or not; null where there is no file.
 * @param expected what is supposed to be there; where git ignores modes, the mode is taken from it
 * @param plain paths whose bytes are those of their objects: what is as expected can be told without git
 * @throws Refusal `special-file` where a fifo, socket or device is in the place of a file
 */
export async function readPresentFiles(
  place: TrustedPlace,
  expected: Entries,
  plain: ReadonlySet<RawPath> = new Set(),
): Promise<PresentFiles> {
  const { directory } = place;
  const paths = [...expected.keys()];
  const sights = sightsOf(directory, paths);
  const there = paths.filter((path) => sights.get(path) !== null);
  const isKnown = (path: RawPath) => {
    const [sight, entry] = [sights.get(path) ?? null, expected.get(path) ?? null];
    return plain.has(path) && isAsExpected(placeOf(directory, path), sight, entry);
  };
  const known = new Set(there.filter(isKnown));
  const others = there.filter((path) => !known.has(path));
  const found = await readWithGit(place, others, expected);
  for (const path of known) found.set(path, expected.get(path) ?? null);
  return { entries: new Map(paths.map((path) => [path, found.get(path) ?? null])), sights };
}

function isAsExpected(file: Buffer, sight: Sight, entry: TreeEntry | null): boolean {
  if (sight === null || entry === null) return false;
  const mode = sight.isLink ? '120000' : (sight.mode & 0o100) === 0 ? '100644' : '100755';
  if (mode !== entry.mode) return false;
  const length = entry.oid.length;
  try {
    return (sight.isLink ? hashOfLink(file, length) : hashOfFile(file, length)) === entry.oid;
  } catch {
    // Gone a moment ago, or not to be read: git finds out what there is, and says so.
    return false;
  }
}

/** What git has to convert, to hash or to keep. */
async function readWithGit(
  place: TrustedPlace,
  there: readonly RawPath[],
  expected: Entries,
): Promise<Map<RawPath, TreeEntry | null>> {
  if (there.length === 0) return new Map();
  return withTemporaryIndex(place, 'empty', async (env) => {
    const known = there.map((path) => [path, expected.get(path) ?? null] as const);
    await setEntries(place, env, new Map(known.filter(([, entry]) => entry !== null)));
    await git(place, ['update-index', '--add', '--remove', '-z', '--stdin'], {
      env,
      input: joinNul(there),
    });
    return parseStage(splitNul((await git(place, ['ls-files', '--stage', '-z'], { env })).stdout));
  });
}

/** Those of the paths whose files are, byte for byte and mode for mode, what a tree says of them. */
export async function plainPaths(
  place: TrustedPlace,
  paths: readonly RawPath[],
): Promise<Set<RawPath>> {
  const settings = await settingsOf(place);
  // What is written in another way than usual is carefully taken for off.
  const isOn = (key: string) => /^(true|yes|on|1)$/i.test(settings.get(key) ?? 'true');
  if (!isOn('core.filemode') || !isOn('core.symlinks')) return new Set();
  const converted = isAsBytes(place) ? new Map() : await convertedPaths(place, paths);
  return new Set(paths.filter((path) => !converted.has(path)));
}

function sightsOf(directory: string, paths: readonly RawPath[]): Map<RawPath, Sight> {
  const known: KnownFolders = new Map();
  return new Map(
    paths.map((path) => {
      const found = look(directory, path, known);
      if (found !== null && kindOfEntry(found) === 'special') throw specialFile(directory, path);
      return [path, sightOfEntry(found)];
    }),
  );
}

const CONVERTS = new Set(['text', 'eol', 'crlf', 'filter', 'ident', 'working-tree-encoding']);

/**
 * Those of the paths whose bytes on the disk may be others than in an object, each with the name of its filter, or null
 * where it is about line ends and encodings.
 */
export async function convertedPaths(
  place: TrustedPlace,
  paths: readonly RawPath[],
): Promise<Map<RawPath, string | null>> {
  const found = new Map<RawPath, string | null>();
  if (paths.length === 0) return found;
  const input = joinNul(paths);
  const [settings, attributes] = await Promise.all([
    settingsOf(place),
    git(place, ['check-attr', '-z', '--stdin', '--all'], { input }),
  ]);
  const isOff = /^(false|no|off|0)$/i.test(settings.get('core.autocrlf') ?? 'false');
  if (!isOff) for (const path of paths) found.set(path, null);
  const items = splitNul(attributes.stdout);
  for (let at = 0; at + 2 < items.length; at += 3) {
    const [path = '', attribute = '', value = ''] = items.slice(at, at + 3);
    if (!CONVERTS.has(attribute) || (attribute === 'text' && value === 'unset')) continue;
    found.set(path, attribute === 'filter' ? value : (found.get(path) ?? null));
  }
  return found;
}

function specialFile(directory: string, path: RawPath): Refusal {
  return new Refusal({
    code: 'special-file',
    message: `${pathText(path)} in ${directory} is a fifo, a socket or a device, where a file should be. Nothing was written.`,
    hint: 'Move it away, then run the same command again.',
    details: { directory, path: pathText(path) },
  });
}
