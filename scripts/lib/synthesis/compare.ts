/** Where the candidates really differ: every path that any model changed, with all its versions. */

import { readBlobs } from '../git/blobs.ts';
import { type ChangeStatus, listChanges } from '../git/changes.ts';
import type { RawPath } from '../git/paths.ts';
import type { TreeEntry } from '../git/trees.ts';
import { inParallel } from '../process/in-parallel.ts';
import { type Agreement, agreementOf, comparesByLines } from './agreement.ts';
import { disputesIn } from './disputes.ts';
import { followRenames } from './follow-renames.ts';
import type { Hunk } from './hunks.ts';
import { type FileDiff, type KnownHunks, readHunks } from './read-hunks.ts';
import { shareHunks } from './share-hunks.ts';

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
  /** The groups of hunks of which only one model's can be taken. */
  disputes: SharedHunk[][];
  /** Where base has the file, if models renamed it: what its hunks apply to. */
  origin: { path: RawPath; entry: TreeEntry } | null;
  /** The new name, where models renamed it and others changed it: there it is compared. */
  moved_to: RawPath | null;
}

/** A path before it is known how far the models agree on it. */
export type UndecidedFile = Omit<ComparedFile, 'agreement' | 'disputes'>;

/** Compares the candidates by trees; contents are read only where lines have to be looked at. */
export async function compareCandidates(
  directory: string,
  base: string,
  candidates: readonly Candidate[],
): Promise<ComparedFile[]> {
  const known: KnownHunks = new Map();
  const views = await inParallel(AT_ONCE, candidates, async ({ model, tree }): Promise<View> => {
    const changes = await readHunks(directory, base, tree, known);
    return { model, changes, oldPaths: await readRenames(directory, base, tree, changes) };
  });
  const files = await followRenames(directory, collectFiles(views));
  const compared: ComparedFile[] = [];
  for (let at = 0; at < files.length; at += PIECE) {
    const piece = files.slice(at, at + PIECE);
    const contents = await readBlobs(
      directory,
      piece.filter(comparesByLines).flatMap((file) => ontoOf(file)?.oid ?? []),
    );
    compared.push(...piece.map((file) => decide(file, contents)));
  }
  return compared;
}

/** Patches that are read at once, and files whose contents are held at once: both can be large. */
const AT_ONCE = 3;
const PIECE = 500;

function decide(file: UndecidedFile, contents: ReadonlyMap<string, Buffer>): ComparedFile {
  const onto = contents.get(ontoOf(file)?.oid ?? '') ?? Buffer.alloc(0);
  const disputes = comparesByLines(file) ? disputesIn(file.path, file.hunks, onto) : [];
  const compared = { ...file, disputes };
  return { ...compared, agreement: agreementOf(compared, onto) };
}

/** What the hunks of a file apply to; null for a new file. */
export function ontoOf({ base, origin }: UndecidedFile): TreeEntry | null {
  return origin?.entry ?? base;
}

/** Whether a version changes the mode of what base has. */
export function changesMode(file: UndecidedFile, { mode }: ComparedVersion): boolean {
  const onto = ontoOf(file);
  return onto !== null && mode !== null && mode !== onto.mode;
}

export function versionOf(file: ComparedFile, model: string): ComparedVersion | undefined {
  return file.versions.find((version) => version.model === model);
}

/** One model's changes, by name. */
interface View {
  model: string;
  changes: Map<RawPath, FileDiff>;
  oldPaths: Map<RawPath, RawPath>;
}

/** New name to old name, for what git takes for a rename; it is asked only where there can be one. */
async function readRenames(
  directory: string,
  base: string,
  tree: string,
  changes: ReadonlyMap<RawPath, FileDiff>,
): Promise<Map<RawPath, RawPath>> {
  const statuses = new Set([...changes.values()].map(({ status }) => status));
  if (!statuses.has('added') || !statuses.has('deleted')) return new Map();
  const followed = await listChanges(directory, base, tree);
  return new Map(
    followed.flatMap(({ path, oldPath }): [RawPath, RawPath][] =>
      oldPath === null ? [] : [[path, oldPath]],
    ),
  );
}

function collectFiles(views: readonly View[]): UndecidedFile[] {
  const paths = [...new Set(views.flatMap(({ changes }) => [...changes.keys()]))];
  // RawPaths are bytes, so that this is git's own order.
  return paths.sort().map((path) => {
    const changing = views.filter(({ changes }) => changes.has(path));
    const versions = changing.flatMap((view) => versionIn(view, path));
    return {
      path,
      // Each change tells what base holds; they all tell the same.
      base: changing[0]?.changes.get(path)?.from ?? null,
      versions,
      groups: groupVersions(versions),
      hunks: shareHunks(
        changing.map(({ model, changes }) => ({ model, hunks: changes.get(path)?.hunks ?? [] })),
      ),
      origin: null,
      moved_to: null,
    };
  });
}

function versionIn({ model, changes, oldPaths }: View, path: RawPath): ComparedVersion[] {
  const change = changes.get(path);
  if (change === undefined) return [];
  const { to, status, additions, deletions, binary } = change;
  const { oid: blob, mode } = to ?? { oid: null, mode: null };
  const old_path = oldPaths.get(path) ?? null;
  return [{ model, blob, mode, status, old_path, additions, deletions, binary }];
}

function groupVersions(versions: readonly ComparedVersion[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const { blob, mode, model } of versions) {
    const content = `${mode} ${blob}`;
    groups.set(content, [...(groups.get(content) ?? []), model]);
  }
  return [...groups.values()];
}
