/** Which hunks of a file exclude each other, and what the others become together. */
import { pathText, type RawPath } from '../git/paths.ts';
import {
  type Hunk,
  type HunkBody,
  lineOffsets,
  oldRange,
  overlapGroups,
  type RawLine,
  sortHunks,
} from './hunks.ts';
import { mergeImports } from './merge-imports.ts';
import { movesIn } from './moves.ts';

/** A hunk, and the models that it is of. */
type Owned = Hunk & { models: string[] };

/**
 * The groups of hunks of which only one model's can be taken: they overlap, directly or through others, or one model
 * moved code that another changed. Imports that can be put together are no dispute.
 * @param base the content that the hunks apply to
 */
export function disputesIn<Some extends Owned>(
  path: RawPath,
  hunks: readonly Some[],
  base: Buffer,
): Some[][] {
  const overlapping = overlapGroups(hunks);
  if (overlapping.length === 0) return [];
  const disputed = overlapping.filter((group) => mergedImports(path, group, base) === null);
  return withMoves(disputed, hunks);
}

/** Where one half of a move is disputed, the other half belongs to the dispute. */
function withMoves<Some extends Owned>(disputes: Some[][], hunks: readonly Some[]): Some[][] {
  if (disputes.length === 0) return [];
  const models = [...new Set(hunks.flatMap((hunk) => hunk.models))];
  const moves = models.flatMap((model) => movesIn(hunks.filter((it) => it.models.includes(model))));
  let groups = disputes.map((group) => new Set(group));
  for (const [from, to] of moves) {
    const touched = groups.filter((group) => group.has(from) || group.has(to));
    if (touched.length === 0) continue;
    const joined = new Set([from, to, ...touched.flatMap((group) => [...group])]);
    groups = [...groups.filter((group) => !touched.includes(group)), joined];
  }
  const sorted = groups.map((group) => sortHunks(group));
  return sorted.sort(([a], [b]) => (a && b ? oldRange(a)[0] - oldRange(b)[0] : 0));
}

/** Hunks as they are applied: imports of several models at one place made one. */
export function joinHunks(path: RawPath, hunks: readonly Owned[], base: Buffer): HunkBody[] {
  const joined = new Map<Owned, HunkBody | null>();
  for (const group of overlapGroups(hunks)) {
    const merged = mergedImports(path, group, base);
    if (merged === null) continue;
    for (const [at, hunk] of group.entries()) joined.set(hunk, at === 0 ? merged : null);
  }
  return hunks.flatMap((hunk) => {
    const one = joined.get(hunk);
    return one === undefined ? hunk : (one ?? []);
  });
}

function mergedImports(path: RawPath, group: readonly Owned[], base: Buffer): HunkBody | null {
  const from = Math.min(...group.map((hunk) => oldRange(hunk)[0]));
  const to = Math.max(...group.map((hunk) => oldRange(hunk)[1]));
  const lines = readLines(base, to);
  const models = [...new Set(group.flatMap((hunk) => hunk.models))];
  const versions = models.map((model) =>
    versionOf(
      group.filter((hunk) => hunk.models.includes(model)),
      lines,
      [from, to],
    ),
  );
  const removed = lines.slice(from, to);
  const place = { path: pathText(path), base: removed, versions, before: lines.slice(0, from) };
  const merged = mergeImports(place);
  if (merged === null) return null;
  return {
    ...{ old_start: from === to ? from : from + 1, old_lines: to - from },
    ...{ new_start: from + 1, new_lines: merged.length, lines: merged, removed, near: '' },
  };
}

/** The first lines of a content, so many. */
function readLines(content: Buffer, count: number): RawLine[] {
  const offsets = lineOffsets(content);
  const lines = Math.min(count, offsets.length - 1);
  return Array.from({ length: lines }, (_, at) =>
    content.toString('latin1', offsets[at], offsets[at + 1]),
  );
}

/** What one model has in place of lines of base. */
function versionOf(
  hunks: readonly Hunk[],
  lines: readonly RawLine[],
  [start, end]: [number, number],
): RawLine[] {
  const version: RawLine[] = [];
  let at = start;
  for (const hunk of sortHunks(hunks)) {
    const [from, to] = oldRange(hunk);
    version.push(...lines.slice(at, from), ...hunk.lines);
    at = to;
  }
  return [...version, ...lines.slice(at, end)];
}
