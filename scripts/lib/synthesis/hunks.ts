/** Hunks: the smallest parts of a text file that can be chosen from one model or another. */
import { createHash } from 'node:crypto';
import { bytesOf, type RawPath } from '../git/paths.ts';

/** A line as bytes, one character a byte, its newline included; a last line may have none. */
export type RawLine = string;

/** Lines of base and what stands in their place. Numbers as in a unified diff without context lines. */
export interface Hunk {
  /** The beginning of `digest`: the same change at the same place has the same id, whoever made it. */
  id: string;
  /** SHA-256 of path, place and new lines: two hunks are the same change exactly when it is equal. */
  digest: string;
  /** The first line replaced, from 1; where none is, the line after which the new ones go (0: at the start). */
  old_start: number;
  old_lines: number;
  new_start: number;
  new_lines: number;
  lines: RawLine[];
  /** The lines of base that go. */
  removed: RawLine[];
  /** The line of base that git takes for the beginning of the function around it; empty where it finds none. */
  near: RawLine;
}

/** A hunk as git's patch has it, before it is told apart from others. */
export type HunkBody = Omit<Hunk, 'id' | 'digest'>;

const ID_DIGITS = 8;

/** Where each line begins, and at the end the length; newlines alone separate lines, as for git. */
export function lineOffsets(content: Buffer): number[] {
  const offsets = [0];
  for (let at = 0; at < content.length; ) {
    const newline = content.indexOf('\n', at);
    at = newline < 0 ? content.length : newline + 1;
    offsets.push(at);
  }
  return offsets;
}

/**
 * Gives the hunks of one file, of one or of several models, their ids: as few digits as tell them apart, at least eight.
 * The numbers in the new file are left out of the digest: they move with what was changed above.
 */
export function identifyHunks(
  path: RawPath,
  hunks: readonly HunkBody[],
  digits = ID_DIGITS,
): Hunk[] {
  const digests = hunks.map((hunk) =>
    createHash('sha256')
      .update(`${path}\0${hunk.old_start},${hunk.old_lines}\0`, 'latin1')
      .update(hunk.lines.join(''), 'latin1')
      .digest('hex'),
  );
  const ids = shortestPrefixes(new Set(digests), digits);
  return hunks.map((hunk, index) => {
    const digest = digests[index] ?? '';
    return { ...hunk, digest, id: `h${ids.get(digest)}` };
  });
}

/** Digest to its beginning: as few digits as tell it from the others, at least so many. */
export function shortestPrefixes(
  digests: ReadonlySet<string>,
  digits = ID_DIGITS,
): Map<string, string> {
  const alike = new Map<string, string[]>();
  for (const digest of digests) {
    const prefix = digest.slice(0, digits);
    alike.set(prefix, [...(alike.get(prefix) ?? []), digest]);
  }
  return new Map(
    [...alike].flatMap(([prefix, [digest = '', ...more]]): [string, string][] =>
      more.length === 0
        ? [[digest, prefix]]
        : [...shortestPrefixes(new Set([digest, ...more]), digits + 1)],
    ),
  );
}

/** The lines of base that a hunk replaces, counted from 0, the end not included; empty for an insertion. */
export function oldRange({ old_start, old_lines }: HunkBody): [from: number, to: number] {
  const from = old_lines === 0 ? old_start : old_start - 1;
  return [from, from + old_lines];
}

/**
 * Whether two different hunks cannot both be applied. As for git's own merge, an unchanged line must lie between
 * them: hunks that only touch (an edit next to an edit, an insertion at the border of a deletion) are one question,
 * because nobody can say in which order their lines belong. The same hunk made twice is no overlap.
 */
export function overlap(a: Hunk, b: Hunk): boolean {
  if (a.digest === b.digest) return false;
  const [aFrom, aTo] = oldRange(a);
  const [bFrom, bTo] = oldRange(b);
  return aTo >= bFrom && bTo >= aFrom;
}

/** The hunks in their order in the file; at one place by id, so that no order of models shows. */
export function sortHunks<Some extends Hunk>(hunks: Iterable<Some>): Some[] {
  return [...hunks].sort((a, b) => byPlace(a, b) || (a.id < b.id ? -1 : 1));
}

function byPlace(a: HunkBody, b: HunkBody): number {
  const [aFrom, aTo] = oldRange(a);
  const [bFrom, bTo] = oldRange(b);
  return aFrom - bFrom || aTo - bTo;
}

/** The hunks that hang together by overlapping, directly or through others; each group is one question to decide. */
export function overlapGroups<Some extends Hunk>(hunks: Iterable<Some>): Some[][] {
  const groups: { to: number; hunks: Some[] }[] = [];
  for (const hunk of sortHunks(new Map([...hunks].map((one) => [one.digest, one])).values())) {
    const [from, to] = oldRange(hunk);
    const group = groups.at(-1);
    if (group === undefined || group.to < from) groups.push({ to, hunks: [hunk] });
    else {
      group.hunks.push(hunk);
      group.to = Math.max(group.to, to);
    }
  }
  return groups.map((group) => group.hunks).filter((group) => group.length > 1);
}

/** Base with hunks applied, byte for byte. The hunks must not overlap. */
export function applyHunks(baseContent: Buffer, hunks: readonly HunkBody[]): Buffer {
  const offsets = lineOffsets(baseContent);
  const parts: Buffer[] = [];
  let at = 0;
  for (const hunk of [...hunks].sort(byPlace)) {
    const [from, to] = oldRange(hunk);
    if (from < at || to >= offsets.length)
      throw new Error(`The hunk at line ${hunk.old_start} does not fit the lines of base.`);
    parts.push(baseContent.subarray(offsets[at], offsets[from]), bytesOf(hunk.lines.join('')));
    at = to;
  }
  return Buffer.concat([...parts, baseContent.subarray(offsets[at])]);
}
