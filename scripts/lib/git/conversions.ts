/** Where line ends, filters or encodings keep a file's bytes from being the same after they went through an object. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { withTemporaryFolder } from '../temporary-folder.ts';
import type { EntryChange } from './changes.ts';
import { git, type TrustedPlace } from './git.ts';
import { type RawPath, splitNul } from './paths.ts';
import { convertedPaths } from './present-files.ts';
import { stageFiles } from './stage-files.ts';
import { placeOf } from './survey.ts';
import {
  type Entries,
  parseStage,
  splitOnce,
  type TreeEntry,
  withTemporaryIndex,
} from './trees.ts';

/** Those of the files that would come back from their objects with other bytes than they have now. */
export async function filesThatChangeByConversion(
  place: TrustedPlace,
  entries: Entries,
): Promise<RawPath[]> {
  const files = [...entries].filter(([, entry]) => entry?.mode.startsWith('100'));
  const converted = await convertedPaths(
    place,
    files.map(([path]) => path),
  );
  // git-lfs gives back what it was given, and may have to fetch it.
  const doubtful = new Set([...converted].flatMap(([path, by]) => (by === 'lfs' ? [] : [path])));
  if (doubtful.size === 0) return [];
  return withTemporaryFolder(async (folder) => {
    await stageFiles(place, new Map(files.filter(([path]) => doubtful.has(path))), folder);
    return [...doubtful].filter(
      (path) => !haveSameBytes(placeOf(place.directory, path), placeOf(folder, path)),
    );
  });
}

/**
 * Files that count as changed though nobody wrote to them: their object is not what their own attributes make of it, so
 * git finds a change as soon as it reads them again, sooner or later.
 */
export async function untouchedFiles(
  place: TrustedPlace,
  changes: readonly EntryChange[],
): Promise<Map<RawPath, TreeEntry>> {
  const before = new Map(
    changes.flatMap(({ path, from, to }) =>
      from !== null && to?.mode === from.mode && from.mode.startsWith('100') ? [[path, from]] : [],
    ),
  );
  const converted = await convertedPaths(place, [...before.keys()]);
  for (const path of before.keys()) if (!converted.has(path)) before.delete(path);
  if (before.size === 0) return before;
  return withTemporaryFolder(async (folder) => {
    await stageFiles(place, before, folder);
    const isUntouched = ([path]: [RawPath, TreeEntry]) =>
      haveSameBytes(placeOf(place.directory, path), placeOf(folder, path));
    return new Map([...before].filter(isUntouched));
  });
}

/** Changed files whose objects stay the same are rare: this many are looked at. */
const MOST = 5_000;

/**
 * Files that a working tree has with other line ends than a checkout would give them elsewhere, though their objects
 * are the same: so it is with files that somebody rewrote together with the attributes that say how.
 * @param place the working tree, with its own attributes
 * @param elsewhere where the same objects are checked out with the attributes that hold there
 */
export async function filesWithOtherLineEnds(
  place: TrustedPlace,
  elsewhere: TrustedPlace,
  tree: string,
): Promise<RawPath[]> {
  const entries = await withTemporaryIndex(place, { tree }, async (env) => {
    const { stdout } = await git(place, ['ls-files', '-z', '--eol'], { env });
    const suspects = splitNul(stdout).flatMap((item) => {
      const [facts, path] = splitOnce(item, '\t');
      return /^i\/lf +w\/(crlf|mixed) /.test(facts) ? [path] : [];
    });
    if (suspects.length === 0) return new Map();
    const listed = splitNul((await git(place, ['ls-files', '-z', '--stage'], { env })).stdout);
    const all = parseStage(listed);
    return new Map(suspects.slice(0, MOST).map((path) => [path, all.get(path) ?? null]));
  });
  if (entries.size === 0) return [];
  return withTemporaryFolder(async (folder) => {
    await stageFiles(elsewhere, entries, folder);
    return [...entries.keys()].filter(
      (path) => !haveSameBytes(placeOf(place.directory, path), placeOf(folder, path)),
    );
  });
}

const PIECE = 1 << 20;

function haveSameBytes(one: Buffer, other: Buffer): boolean {
  const files = [openSync(one, 'r'), openSync(other, 'r')] as const;
  try {
    const [a, b] = [fstatSync(files[0]), fstatSync(files[1])];
    if (a.size !== b.size) return false;
    const pieces = [Buffer.alloc(PIECE), Buffer.alloc(PIECE)] as const;
    for (let at = 0; at < a.size; at += PIECE) {
      const read = files.map((file, index) =>
        readSync(file, pieces[index] ?? Buffer.of(), 0, PIECE, at),
      );
      if (pieces[0].compare(pieces[1], 0, read[1], 0, read[0]) !== 0) return false;
    }
    return true;
  } finally {
    for (const file of files) closeSync(file);
  }
}
