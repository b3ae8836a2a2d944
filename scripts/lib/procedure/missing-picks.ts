/** Phase 7, before anything runs: what picks leave out that others need, and what they take twice. */
import { readBlobs } from '../git/blobs.ts';
import type { RawPath } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { type ComparedFile, ontoOf, type SharedHunk } from '../synthesis/compare.ts';
import type { Picks } from '../synthesis/picks.ts';
import { type ResolvedEntry, resolvePicks } from '../synthesis/resolve-picks.ts';
import { addedTwice } from '../words/added-twice.ts';
import { findMissing, type MissingPick, type Part } from '../words/missing.ts';
import type { Comparison } from './compare.ts';

/** @returns what is missing, and warnings of what is there twice */
export async function checkPicks(
  { topLevel }: Repository,
  { files, candidates }: Comparison,
  picks: Picks,
): Promise<{ missing: MissingPick[]; warnings: string[] }> {
  const models = candidates.map(({ model }) => model);
  const { entries } = resolvePicks(picks, { files, models });
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const parts = files.flatMap((file) => partsOf(file, byPath.get(file.path)));
  const from = new Set(parts.flatMap((part) => (part.isPicked ? part.models : [])));
  const isLeft = parts.some((it) => !it.isPicked && it.models.some((model) => from.has(model)));
  const bases = isLeft ? await readBases(topLevel, files, parts) : new Map<RawPath, string>();
  const missing = isLeft ? findMissing(parts, (path) => bases.get(path) ?? '') : [];
  return { missing, warnings: addedTwice(parts) };
}

/** The parts of all candidates, none of them picked. */
export function allParts(files: readonly ComparedFile[]): Part[] {
  return files.flatMap((file) => partsOf(file, undefined));
}

function partsOf(file: ComparedFile, entry: ResolvedEntry | undefined): Part[] {
  const { path, hunks, groups } = file;
  const isNewFile = ontoOf(file) === null;
  const outcome = entry?.outcome;
  const taken = (hunk: SharedHunk | null, models: readonly string[]): string | null => {
    if (outcome?.kind === 'take') return models.includes(outcome.model) ? outcome.model : null;
    if (outcome?.kind !== 'hunks') return null;
    return outcome.hunks.find((it) => it.hunk.digest === hunk?.digest)?.from ?? null;
  };
  const part = (hunk: SharedHunk | null, models: readonly string[]): Part => {
    const from = taken(hunk, models);
    return {
      path,
      models: from === null ? models : [from],
      lines: hunk?.lines ?? [],
      removed: hunk?.removed ?? [],
      isPicked: from !== null,
      isNewFile,
    };
  };
  if (hunks.length > 0) return hunks.map((hunk) => part(hunk, hunk.models));
  // A binary file, an empty one, a link: there is nothing to read, but its name.
  return groups.map((models) => part(null, models));
}

async function readBases(
  directory: string,
  files: readonly ComparedFile[],
  parts: readonly Part[],
): Promise<Map<RawPath, string>> {
  const picked = new Set(parts.flatMap(({ isPicked, path }) => (isPicked ? path : [])));
  const bases = files.flatMap((file): [RawPath, string][] => {
    const oid = picked.has(file.path) ? ontoOf(file)?.oid : undefined;
    return oid === undefined ? [] : [[file.path, oid]];
  });
  const contents = await readBlobs(
    directory,
    bases.map(([, oid]) => oid),
  );
  return new Map(bases.map(([path, oid]) => [path, contents.get(oid)?.toString('latin1') ?? '']));
}
