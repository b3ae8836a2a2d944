/** Where line ends, filters or encodings keep a file's bytes from being the same after they went through an object. */
import { haveSameBytes } from '../same-bytes.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import type { EntryChange } from './changes.ts';
import { git, type TrustedPlace } from './git.ts';
import { type RawPath, splitNul } from './paths.ts';
import { stageFiles } from './stage-files.ts';
import { placeOf } from './survey.ts';
import {
  type Entries,
  parseStage,
  splitOnce,
  type TreeEntry,
  withTemporaryIndex,
} from './trees.ts';

/** By path, what converts a file, as convertedPaths() gives it. */
type Converted = ReadonlyMap<RawPath, string | null>;

/** Those of the files that would come back from their objects with other bytes than they have now. */
export async function filesThatChangeByConversion(
  place: TrustedPlace,
  entries: Entries,
  converted: Converted,
): Promise<RawPath[]> {
  // git-lfs gives back what it was given, and may have to fetch it.
  const isDoubtful = (path: RawPath) => converted.has(path) && converted.get(path) !== 'lfs';
  const doubtful = [...entries].filter(
    ([path, entry]) => entry?.mode.startsWith('100') && isDoubtful(path),
  );
  if (doubtful.length === 0) return [];
  return filesUnlike(place, place, new Map(doubtful));
}

/**
 * Files that count as changed though nobody wrote to them: their object is not what their own attributes make of it, so
 * git finds a change as soon as it reads them again, sooner or later.
 */
export async function untouchedFiles(
  place: TrustedPlace,
  changes: readonly EntryChange[],
  converted: Converted,
): Promise<Map<RawPath, TreeEntry>> {
  const before = new Map(
    changes.flatMap(({ path, from, to }) =>
      from !== null && to?.mode === from.mode && from.mode.startsWith('100') && converted.has(path)
        ? [[path, from]]
        : [],
    ),
  );
  if (before.size === 0) return before;
  for (const path of await filesUnlike(place, place, before)) before.delete(path);
  return before;
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
  return filesUnlike(place, elsewhere, entries);
}

/** Those of a working tree's files whose bytes are not what the entries would be as files `elsewhere`. */
async function filesUnlike(
  { directory }: TrustedPlace,
  elsewhere: TrustedPlace,
  entries: Entries,
): Promise<RawPath[]> {
  return withTemporaryFolder(async (folder) => {
    await stageFiles(elsewhere, entries, folder);
    const isUnlike = (path: RawPath) =>
      !haveSameBytes(placeOf(directory, path), placeOf(folder, path));
    return [...entries.keys()].filter(isUnlike);
  });
}
