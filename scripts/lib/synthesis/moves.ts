/** Code that a model moved: lines that one of its hunks takes out and another puts in again. */
import type { Hunk, RawLine } from './hunks.ts';

/** Shorter lines (a brace, `else`) stand everywhere and say nothing. */
const LEAST_CHARACTERS = 5;
const LEAST_LINES = 2;
/** Part of what was moved may have been changed on the way. */
const LEAST_PART = 0.6;

/**
 * The pairs of hunks of one model in one file that are one move: half of a move is a function twice, or none at all,
 * so they are taken together or not at all.
 */
export function movesIn<Some extends Hunk>(hunks: readonly Some[]): [from: Some, to: Some][] {
  const places = new Map<RawLine, Set<Some>>();
  for (const hunk of hunks) {
    for (const line of tellingLines(hunk.lines))
      places.set(line, (places.get(line) ?? new Set<Some>()).add(hunk));
  }
  return hunks.flatMap((from) => {
    const lines = tellingLines(from.removed);
    if (lines.length < LEAST_LINES) return [];
    const found = new Map<Some, number>();
    for (const line of lines) {
      // What stays where it was has not moved.
      const targets = places.get(line);
      if (targets === undefined || targets.has(from)) continue;
      for (const to of targets) found.set(to, (found.get(to) ?? 0) + 1);
    }
    return [...found].flatMap(([to, count]): [Some, Some][] =>
      count >= Math.max(LEAST_LINES, lines.length * LEAST_PART) ? [[from, to]] : [],
    );
  });
}

function tellingLines(lines: readonly RawLine[]): RawLine[] {
  const trimmed = lines.map((line) => line.trim());
  return trimmed.filter((line) => line.length >= LEAST_CHARACTERS && /\w/.test(line));
}
