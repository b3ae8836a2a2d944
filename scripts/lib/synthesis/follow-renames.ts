/**
 * A file that one model renamed and others changed under its old name is one file: under the new name it can hold
 * what all of them did. Compared by name alone it would be a deletion here and an edit there.
 */
import { readBlobPatch } from '../git/changes.ts';
import type { RawPath } from '../git/paths.ts';
import type { TreeEntry } from '../git/trees.ts';
import { renamesIn } from './companions.ts';
import type { ComparedVersion, UndecidedFile } from './compare.ts';
import { type Hunk, identifyHunks } from './hunks.ts';
import { isRegularFile, readSections } from './read-hunks.ts';
import { shareHunks } from './share-hunks.ts';

/** A file under the new name that all who renamed it gave it, and the same file under its old name. */
interface Followed {
  from: UndecidedFile;
  to: UndecidedFile;
  base: TreeEntry;
}

/** The files, those that were renamed with the hunks of all models; `origin` says where base has them. */
export async function followRenames(
  directory: string,
  files: readonly UndecidedFile[],
): Promise<UndecidedFile[]> {
  const followed = findFollowed(files);
  const found = await Promise.all(followed.map((one) => withAllHunks(directory, one)));
  const changed = new Map(found.flat().map((file) => [file.path, file]));
  return files.map((file) => changed.get(file.path) ?? file);
}

/**
 * Those of which hunks can say more than names: all versions of the new name are renames of one file, and somebody
 * else changed that one, or they differ.
 */
function findFollowed(files: readonly UndecidedFile[]): Followed[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const targets = new Map<RawPath, Set<RawPath>>();
  for (const { from, to } of renamesIn(files))
    targets.set(from, (targets.get(from) ?? new Set<RawPath>()).add(to));
  return [...targets].flatMap(([name, names]) => {
    const from = byPath.get(name);
    const to = byPath.get([...names][0] ?? '');
    if (names.size !== 1 || from?.base == null || to === undefined || to.base !== null) return [];
    const isRename = ({ old_path }: ComparedVersion) => old_path === name;
    const edits = from.versions.filter(({ blob }) => blob !== null);
    const isText = [...to.versions, ...edits].every(
      ({ binary, mode }) => !binary && mode !== null && isRegularFile(mode),
    );
    const isWanted = edits.length > 0 || to.groups.length > 1;
    const isPlain = to.versions.every(isRename) && isText && isRegularFile(from.base.mode);
    return isWanted && isPlain ? [{ from, to, base: from.base }] : [];
  });
}

async function withAllHunks(
  directory: string,
  { from, to, base }: Followed,
): Promise<UndecidedFile[]> {
  const renamed = await Promise.all(
    to.versions.map(async ({ model, blob }) => ({
      model,
      hunks: await hunksBetween(directory, from.path, base.oid, blob ?? ''),
    })),
  );
  const edits = from.versions.filter(({ blob }) => blob !== null);
  const edited = edits.map(({ model }) => ({
    model,
    hunks: from.hunks.filter(({ models }) => models.includes(model)),
  }));
  return [
    {
      ...to,
      origin: { path: from.path, entry: base },
      hunks: shareHunks([...renamed, ...edited]),
    },
    { ...from, moved_to: to.path },
  ];
}

async function hunksBetween(
  directory: string,
  path: RawPath,
  from: string,
  to: string,
): Promise<Hunk[]> {
  if (from === to) return [];
  const [section] = readSections(await readBlobPatch(directory, from, to));
  return identifyHunks(path, section?.hunks ?? []);
}
