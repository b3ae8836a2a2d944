/** Phase 7, before anything runs: whether the picks leave out what other picks need. */
import type { FileChange } from '../git/changes.ts';
import { pathText, type RawPath, rawPathOf } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { readTree, type TreeEntry } from '../git/trees.ts';
import { Listing, SourceTree } from '../synthesis/closure/source-tree.ts';
import { type ClosureInput, findMissingPicks, type MissingPick } from '../synthesis/closure.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import { BASE } from '../synthesis/picks.ts';
import type { AppliedPath } from '../synthesis/synthesize.ts';
import { readForClosure } from './closure-reading.ts';
import type { Comparison } from './compare.ts';
import { ReadContents } from './read-contents.ts';

/**
 * What picked files need and only versions have that were not picked. Read are the files that models changed, the
 * manifests around them, and what passes on names to them; of all else the names, by one listing of base.
 * @param synthesis what the picks made other than base, and what they put where
 */
export async function checkClosure(
  repository: Repository,
  { base, candidates, files }: Pick<Comparison, 'base' | 'candidates' | 'files'>,
  {
    changes,
    applied,
  }: { changes: readonly FileChange[]; applied: readonly Pick<AppliedPath, 'path' | 'from'>[] },
): Promise<MissingPick[]> {
  const models = candidates.map(({ model }) => model);
  const taken = takenFrom(applied, models);
  if ([...taken.values()].every((from) => from.length === 0)) return [];
  const { topLevel } = repository;
  const listed = await readTree(topLevel, base);
  const contents = new ReadContents(topLevel);
  const known = new KnownEntries();
  const listing = new Listing(known.present(listed));
  const treeOf = (name: string, entries: Iterable<[RawPath, TreeEntry | null]>) =>
    new SourceTree(name, listing, known.changed(entries), contents);
  const input: ClosureInput = {
    synthesis: treeOf(
      'synthesis',
      changes.map(({ path, oid, mode }) => [path, entryOf(oid, mode)]),
    ),
    base: treeOf(BASE, []),
    candidates: models.map((model) => treeOf(model, versionsBy(model, files))),
    taken,
  };
  await readForClosure(input, listing, contents, (blob) => known.isPlain(blob));
  return findMissingPicks(input);
}

/** Path -> models; a name may hold the sign that joins several. */
function takenFrom(
  applied: readonly Pick<AppliedPath, 'path' | 'from'>[],
  models: readonly string[],
): Map<string, string[]> {
  return new Map(
    applied.flatMap(({ path, from }): [string, string[]][] => {
      const text = textOf(path);
      if (text === null) return [];
      const parts = models.includes(from) ? [from] : from.split('+');
      return [[text, parts.filter((part) => models.includes(part))]];
    }),
  );
}

function versionsBy(model: string, files: readonly ComparedFile[]): [RawPath, TreeEntry | null][] {
  return files.flatMap(({ path, versions }) =>
    versions
      .filter((version) => version.model === model)
      .map(({ blob, mode }): [RawPath, TreeEntry | null] => [path, entryOf(blob, mode)]),
  );
}

function entryOf(oid: string | null, mode: string | null): TreeEntry | null {
  return oid === null || mode === null ? null : { mode, oid };
}

/** Entries by their text paths; a name that is no UTF-8 can be imported by nobody. Remembers what is no plain file. */
class KnownEntries {
  private readonly others = new Set<string>();

  present(entries: ReadonlyMap<RawPath, TreeEntry>): Map<string, string> {
    const blobs = new Map<string, string>();
    for (const [path, blob] of this.changed(entries)) if (blob !== null) blobs.set(path, blob);
    return blobs;
  }

  changed(entries: Iterable<[RawPath, TreeEntry | null]>): Map<string, string | null> {
    const blobs = new Map<string, string | null>();
    for (const [raw, entry] of entries) {
      const path = textOf(raw);
      if (path === null) continue;
      blobs.set(path, entry?.oid ?? null);
      // Links and submodules are there, but have no text.
      if (entry !== null && !entry.mode.startsWith('100')) this.others.add(entry.oid);
    }
    return blobs;
  }

  isPlain(blob: string): boolean {
    return !this.others.has(blob);
  }
}

/** Most names are plain ASCII, and a repository has many. */
function textOf(raw: RawPath): string | null {
  if (!/[\x80-\xff]/.test(raw)) return raw;
  const text = pathText(raw);
  return rawPathOf(text) === raw ? text : null;
}
