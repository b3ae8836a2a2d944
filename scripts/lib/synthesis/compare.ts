/** Where the candidates really differ: every path that any model changed, with all its versions. */

import { readBlobs } from '../git/blobs.ts';
import { type ChangeStatus, type FileChange, listChanges, readHunkPatch } from '../git/changes.ts';
import type { RawPath } from '../git/paths.ts';
import type { TreeEntry } from '../git/trees.ts';
import { type Agreement, agreementOf, comparesByLines } from './agreement.ts';
import { type Hunk, identifyHunks, sortHunks } from './hunks.ts';
import { parseHunkPatch } from './read-hunks.ts';

export interface Candidate {
  model: string;
  tree: string;
}

/** What one model made of a path. */
export interface ComparedVersion {
  model: string;
  /** Null where the model deleted it. */
  blob: string | null;
  mode: string | null;
  /** By name: the two names of a rename are a deletion and an addition, the latter with `old_path`. */
  status: ChangeStatus;
  old_path: RawPath | null;
  additions: number;
  deletions: number;
  binary: boolean;
}

/** A hunk and the models that made it. */
export type SharedHunk = Hunk & { models: string[] };

export interface ComparedFile {
  path: RawPath;
  /** What base holds there; null for a new path. */
  base: TreeEntry | null;
  /** In the order of the candidates; a model that left the path alone has none. */
  versions: ComparedVersion[];
  agreement: Agreement;
  /** The models, those with the same version together. */
  groups: string[][];
  /** By place; a hunk that several models made is listed once. */
  hunks: SharedHunk[];
}

/** Compares the candidates by trees; contents are read only where lines have to be looked at. */
export async function compareCandidates(
  directory: string,
  base: string,
  candidates: readonly Candidate[],
): Promise<ComparedFile[]> {
  const views = await Promise.all(
    candidates.map((candidate) => readView(directory, base, candidate)),
  );
  const files = collectFiles(views);
  const blobs = files.filter(comparesByLines).flatMap(({ versions }) => versions);
  const contents = await readBlobs(
    directory,
    blobs.flatMap(({ blob }) => blob ?? []),
  );
  return files.map((file) => ({ ...file, agreement: agreementOf(file, contents) }));
}

/** The number of files on which somebody has to decide. */
export function decisionsIn(files: readonly ComparedFile[]): number {
  return files.filter(needsDecision).length;
}

export function needsDecision({ agreement }: ComparedFile): boolean {
  return agreement === 'conflict' || agreement === 'split';
}

export function versionOf(file: ComparedFile, model: string): ComparedVersion | undefined {
  return file.versions.find((version) => version.model === model);
}

/** One model's changes, by name. */
interface View {
  model: string;
  changes: Map<RawPath, FileChange>;
  hunks: Map<RawPath, Hunk[]>;
  oldPaths: Map<RawPath, RawPath>;
}

async function readView(directory: string, base: string, candidate: Candidate): Promise<View> {
  const { model, tree } = candidate;
  const changes = await listChanges(directory, base, tree, { renames: false });
  const [hunks, oldPaths] = await Promise.all([
    changes.length === 0 ? null : readHunkPatch(directory, base, tree),
    readRenames(directory, base, tree, changes),
  ]);
  return {
    model,
    changes: new Map(changes.map((change) => [change.path, change])),
    hunks: hunks === null ? new Map() : parseHunkPatch(hunks, changes),
    oldPaths,
  };
}

/** New name to old name, for what git takes for a rename; it is asked only where there can be one. */
async function readRenames(
  directory: string,
  base: string,
  tree: string,
  changes: readonly FileChange[],
): Promise<Map<RawPath, RawPath>> {
  const statuses = new Set(changes.map(({ status }) => status));
  if (!statuses.has('added') || !statuses.has('deleted')) return new Map();
  const followed = await listChanges(directory, base, tree);
  return new Map(
    followed.flatMap(({ path, oldPath }): [RawPath, RawPath][] =>
      oldPath === null ? [] : [[path, oldPath]],
    ),
  );
}

function collectFiles(views: readonly View[]): Omit<ComparedFile, 'agreement'>[] {
  const paths = [...new Set(views.flatMap(({ changes }) => [...changes.keys()]))];
  // RawPaths are bytes, so that this is git's own order.
  return paths.sort().map((path) => {
    const changing = views.filter(({ changes }) => changes.has(path));
    const versions = changing.flatMap((view) => versionIn(view, path));
    return {
      path,
      base: baseIn(changing, path),
      versions,
      groups: groupVersions(versions),
      hunks: shareHunks(path, changing),
    };
  });
}

function versionIn({ model, changes, oldPaths }: View, path: RawPath): ComparedVersion[] {
  const change = changes.get(path);
  if (change === undefined) return [];
  const { oid: blob, mode, status, additions, deletions, binary } = change;
  const old_path = oldPaths.get(path) ?? null;
  return [{ model, blob, mode, status, old_path, additions, deletions, binary }];
}

/** Each model's change tells what base holds; they all tell the same. */
function baseIn(views: readonly View[], path: RawPath): TreeEntry | null {
  const { oldOid: oid, oldMode: mode } = views[0]?.changes.get(path) ?? {};
  return oid == null || mode == null ? null : { mode, oid };
}

function groupVersions(versions: readonly ComparedVersion[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const { blob, mode, model } of versions) {
    const content = `${mode} ${blob}`;
    groups.set(content, [...(groups.get(content) ?? []), model]);
  }
  return [...groups.values()];
}

/** All models' hunks of a file, the same one once; their ids are made anew, to be unambiguous among all of them. */
function shareHunks(path: RawPath, views: readonly View[]): SharedHunk[] {
  const shared = new Map<string, SharedHunk>();
  for (const { model, hunks } of views) {
    for (const hunk of hunks.get(path) ?? []) {
      const known = shared.get(hunk.digest);
      shared.set(hunk.digest, {
        ...hunk,
        // It lies at different lines of the new files: the first place is the one that names no model.
        new_start: Math.min(hunk.new_start, known?.new_start ?? hunk.new_start),
        models: [...(known?.models ?? []), model],
      });
    }
  }
  const hunks = [...shared.values()];
  const identified = identifyHunks(path, hunks);
  return sortHunks(hunks.map((hunk, index) => ({ ...hunk, id: identified[index]?.id ?? hunk.id })));
}
