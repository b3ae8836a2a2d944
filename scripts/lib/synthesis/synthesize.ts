/** The tree that the picks make, built in git's object store: no working tree is read or written. */

import { readBlobs, writeBlobs } from '../git/blobs.ts';
import { type ChangeStatus, type FileChange, listChanges } from '../git/changes.ts';
import { pathText, type RawPath } from '../git/paths.ts';
import { type TreeEntry, writeTreeWith } from '../git/trees.ts';
import { foldersOf } from './companions.ts';
import { disputesIn, joinHunks } from './disputes.ts';
import { applyHunks } from './hunks.ts';
import { BASE } from './picks.ts';
import {
  modelsTaken,
  type Outcome,
  type ResolvedEntry,
  type ResolvedPicks,
  type UnpickedPath,
} from './resolve-picks.ts';

export interface AppliedPath {
  path: RawPath;
  /** A model, several joined by "+" where hunks were merged, or "base". */
  from: string;
  /** Against base. */
  status: ChangeStatus | 'unchanged';
  why: string | null;
}

/** Picks that do not go together. */
export interface PickConflict {
  path: RawPath;
  /** The hunks that overlap; empty where it is not about hunks. */
  hunks: { id: string; from: string }[];
  reason: string;
}

export interface Synthesis {
  /** Null when there are conflicts. */
  tree: string | null;
  /** Against base. */
  changes: FileChange[];
  applied: AppliedPath[];
  unpicked: UnpickedPath[];
  conflicts: PickConflict[];
  warnings: string[];
}

/** Builds the tree of resolved picks onto base; picks that do not go together are told, and then there is no tree. */
export async function synthesize(
  directory: string,
  base: string,
  { entries, unpicked, warnings }: ResolvedPicks,
): Promise<Synthesis> {
  const refused = (conflicts: PickConflict[]): Synthesis => {
    return { tree: null, changes: [], applied: [], unpicked, conflicts, warnings };
  };
  const merges = entries.flatMap(({ path, outcome }) =>
    outcome.kind === 'hunks' && !outcome.deletes ? { path, outcome } : [],
  );
  const bases = await readBlobs(
    directory,
    merges.flatMap(({ outcome }) => outcome.onto?.oid ?? []),
  );
  const overlaps = merges.flatMap((merge) => overlapsIn(merge, baseOf(merge, bases)));
  if (overlaps.length > 0) return refused(overlaps);

  const wanted = await wantedEntries(directory, entries, merges, bases);
  const tree = await writeTreeWith(directory, base, wanted);
  const changes = await listChanges(directory, base, tree, { renames: false });
  const statuses = new Map(changes.map(({ path, status }) => [path, status]));
  const clashes = clashesIn(wanted, statuses);
  if (clashes.length > 0) return refused(clashes);

  const applied = entries.map(({ path, outcome, why }): AppliedPath => {
    const from = modelsTaken(outcome).join('+') || BASE;
    return { path, from, status: statuses.get(path) ?? 'unchanged', why };
  });
  return { tree, changes, applied, unpicked, conflicts: [], warnings };
}

interface MergedPath {
  path: RawPath;
  outcome: Extract<Outcome, { kind: 'hunks' }>;
}

function baseOf({ outcome }: MergedPath, bases: ReadonlyMap<string, Buffer>): Buffer {
  return bases.get(outcome.onto?.oid ?? '') ?? Buffer.alloc(0);
}

/** Each hunk as that of the model alone that it is taken from. */
function takenHunks({ outcome }: MergedPath) {
  return outcome.hunks.map(({ from, hunk }) => ({ ...hunk, models: [from] }));
}

function overlapsIn(merge: MergedPath, base: Buffer): PickConflict[] {
  const { path } = merge;
  return disputesIn(path, takenHunks(merge), base).map((group) => ({
    path,
    hunks: group.map(({ id, models }) => ({ id, from: models[0] ?? '' })),
    reason: `These hunks change the same lines of ${pathText(path)}, or lines next to each other: only one of them can be taken.`,
  }));
}

/** What each path is to hold; those that stay as in base are not named. */
async function wantedEntries(
  directory: string,
  entries: readonly ResolvedEntry[],
  merges: readonly MergedPath[],
  bases: ReadonlyMap<string, Buffer>,
): Promise<Map<RawPath, TreeEntry | null>> {
  const wanted = new Map<RawPath, TreeEntry | null>();
  for (const { path, outcome } of entries) {
    if (outcome.kind === 'take') wanted.set(path, outcome.entry);
    else if (outcome.kind === 'hunks' && outcome.deletes) wanted.set(path, null);
  }
  const contents = merges.map((merge) => {
    const base = baseOf(merge, bases);
    return applyHunks(base, joinHunks(merge.path, takenHunks(merge), base));
  });
  const merged = await writeBlobs(directory, contents);
  for (const [index, { path, outcome }] of merges.entries())
    wanted.set(path, { mode: outcome.mode, oid: merged[index] ?? '' });
  return wanted;
}

/**
 * A name cannot be a file and a folder. git lets the last one written win without a word, so the tree that came out is
 * held against what was asked for: a path that is gone and was not picked, or picked and is not there.
 */
function clashesIn(
  wanted: ReadonlyMap<RawPath, TreeEntry | null>,
  statuses: ReadonlyMap<RawPath, ChangeStatus>,
): PickConflict[] {
  const present = [...wanted.keys()].filter((path) => wanted.get(path) !== null);
  const displaced = [...statuses.keys()].filter((path) => !wanted.has(path));
  const files = new Set([...present, ...displaced]);
  const clashes = new Map<RawPath, PickConflict>();
  for (const path of files) {
    const folder = foldersOf(path).find((one) => files.has(one));
    if (folder === undefined) continue;
    const conflict = clash(folder, path, wanted);
    clashes.set(conflict.path, conflict);
  }
  return [...clashes.values()];
}

function clash(
  file: RawPath,
  inside: RawPath,
  wanted: ReadonlyMap<RawPath, TreeEntry | null>,
): PickConflict {
  const [picked, other] = wanted.has(inside) ? [inside, file] : [file, inside];
  const [fileName, insideName, otherName] = [file, inside, other].map(pathText);
  return {
    path: picked,
    hunks: [],
    reason: `${fileName} would have to be a file, and a folder for ${insideName}. Pick ${otherName} from the same model as well, or leave ${pathText(picked)} out.`,
  };
}
