/** The questions of a comparison that nobody has answered, as the next pass is told of them. */
import { readBlobSizes } from '../git/blob-sizes.ts';
import { readBlobs } from '../git/blobs.ts';
import { pathText } from '../git/paths.ts';
import { cutTo } from '../models/fenced.ts';
import type { Alternative, OpenDecision } from '../models/unresolved-entries.ts';
import { type ComparedFile, ontoOf } from '../synthesis/compare.ts';
import { type Hunk, lineOffsets, oldRange, type RawLine, sortHunks } from '../synthesis/hunks.ts';
import { type Picks, pathOfPick } from '../synthesis/picks.ts';
import type { Option, Question } from '../synthesis/questions.ts';

/** Of one alternative. */
const MOST_LINES = 30;
const MOST_CHARACTERS = 200;

/** Larger files are not shown. */
const MOST_BYTES = 256 * 1024;
const MOST_BYTES_TOGETHER = 32 * 1024 ** 2;

/** Changes with so few unchanged lines between them are one place. */
const NEAR_LINES = 3;

/** The questions that no pick answers, by themselves or with the whole path. */
export function withoutAnswer(questions: readonly Question[], picks: Picks | null): Question[] {
  const decided = new Set(picks?.picks.flatMap(({ decision }) => decision ?? []));
  const paths = new Set(
    picks?.picks.filter(({ decision }) => decision === undefined).map(pathOfPick),
  );
  return questions.filter(({ id, path }) => !decided.has(id) && !paths.has(path));
}

/** What the alternatives look like: contents are read from the repository that holds the captures. */
export async function describeQuestions(
  directory: string,
  questions: readonly Question[],
  files: readonly ComparedFile[],
): Promise<OpenDecision[]> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const baseOf = ({ path, kind }: Question) => {
    const file = kind === 'hunks' ? byPath.get(path) : undefined;
    return (file && ontoOf(file)?.oid) ?? null;
  };
  const bases = questions.flatMap((question) => baseOf(question) ?? []);
  const versions = questions.flatMap(({ options }) =>
    options.flatMap(({ version }) => (version === null || isLink(version) ? [] : version.blob)),
  );
  const sizes = await readBlobSizes(directory, versions);
  const small = withinMemory(versions, sizes);
  const contents = await readBlobs(directory, [...bases, ...small]);
  return questions.map((question) => {
    const base = contents.get(baseOf(question) ?? '') ?? Buffer.alloc(0);
    return describeQuestion(question, { base, contents, sizes });
  });
}

/** The blobs that are read: none that is large, and not so many that they are large together. */
function withinMemory(oids: Iterable<string>, sizes: ReadonlyMap<string, number>): string[] {
  let sum = 0;
  return [...new Set(oids)].filter((oid) => {
    const size = sizes.get(oid) ?? MOST_BYTES;
    if (size >= MOST_BYTES || sum + size > MOST_BYTES_TOGETHER) return false;
    sum += size;
    return true;
  });
}

/** A submodule's entry names a commit. */
function isLink({ mode }: { mode: string }): boolean {
  return mode === '160000';
}

export interface KnownContents {
  /** What hunks of the file apply to. */
  base: Buffer;
  /** Of versions, by their ids; of large ones the size alone is known. */
  contents: ReadonlyMap<string, Buffer>;
  sizes: ReadonlyMap<string, number>;
}

/** The alternatives keep the order of the options, which is that of their content, and are named by letters. */
export function describeQuestion(question: Question, known: KnownContents): OpenDecision {
  const { path, kind, options } = question;
  // To leave the place as it is needs no letter.
  const made = options.filter(({ models }) => models.length > 0);
  const ranges = rangesOf(made.flatMap(({ hunks }) => hunks));
  const lines = kind === 'hunks' ? splitLines(known.base) : [];
  const place =
    kind === 'hunks'
      ? placeInWords(ranges, lines.length)
      : kind === 'names'
        ? 'its new name'
        : 'the whole file';
  const alternatives = made.map((option, at): Alternative => {
    const label = letters(at);
    if (kind === 'names')
      return { label, what: null, lines: [pathText(option.name ?? '')], more: 0 };
    if (kind === 'versions') return { label, ...describeVersion(option, known) };
    return { label, what: null, ...cut(linesIn(option.hunks, ranges, lines)) };
  });
  return { path: pathText(path), place, alternatives };
}

/** A, B, ... Z, AA, AB, ... */
function letters(at: number): string {
  const last = String.fromCharCode(65 + (at % 26));
  return at < 26 ? last : `${letters(Math.floor(at / 26) - 1)}${last}`;
}

type Range = [from: number, to: number];

/** The lines of base that hunks are about, from 0, the ends not included; what lies near is one. */
function rangesOf(hunks: readonly Hunk[]): Range[] {
  const ranges: Range[] = [];
  for (const [from, to] of hunks.map(oldRange).sort(([a], [b]) => a - b)) {
    const last = ranges.at(-1);
    if (last === undefined || last[1] + NEAR_LINES < from) ranges.push([from, to]);
    else last[1] = Math.max(last[1], to);
  }
  return ranges;
}

function placeInWords(ranges: readonly Range[], baseLines: number): string {
  if (baseLines === 0) return 'a file that is new';
  return `${ranges.map(rangeInWords).join(' and ')} of the original`;
}

function rangeInWords([from, to]: Range): string {
  if (from === to) return from === 0 ? 'before line 1' : `after line ${from}`;
  return to === from + 1 ? `line ${to}` : `lines ${from + 1} to ${to}`;
}

/** What stands in the ranges once the hunks of one alternative are applied; between two ranges a line of dots. */
function linesIn(
  hunks: readonly Hunk[],
  ranges: readonly Range[],
  base: readonly RawLine[],
): RawLine[] {
  return ranges.flatMap(([start, end], index) => {
    const own = sortHunks(hunks.filter((hunk) => isWithin(oldRange(hunk), [start, end])));
    const lines: RawLine[] = index === 0 ? [] : ['...\n'];
    let at = start;
    for (const hunk of own) {
      const [from, to] = oldRange(hunk);
      lines.push(...base.slice(at, from), ...hunk.lines);
      at = to;
    }
    return [...lines, ...base.slice(at, end)];
  });
}

function isWithin([from, to]: Range, [start, end]: Range): boolean {
  return start <= from && to <= end;
}

function describeVersion(
  { version }: Option,
  { contents, sizes }: KnownContents,
): Omit<Alternative, 'label'> {
  const nothing = { lines: [], more: 0 };
  if (version === null) return { what: 'the file is deleted', ...nothing };
  const { blob, mode } = version;
  if (isLink(version)) return { what: `a submodule at ${blob}`, ...nothing };
  const content = contents.get(blob);
  const size = `${content?.length ?? sizes.get(blob) ?? 'unknown'} bytes`;
  if (content === undefined) return { what: `a file that is not shown, ${size}`, ...nothing };
  if (mode === '120000')
    return { what: 'a symbolic link, to this place', ...cut(splitLines(content)) };
  if (content.includes(0)) return { what: `a binary file, ${size}`, ...nothing };
  const kind = mode === '100755' ? 'an executable file' : null;
  if (content.length === 0) return { what: kind ?? 'an empty file', ...nothing };
  return { what: kind, ...cut(splitLines(content)) };
}

function splitLines(content: Buffer): RawLine[] {
  const offsets = lineOffsets(content);
  return offsets.slice(1).map((end, at) => content.toString('latin1', offsets[at], end));
}

function cut(lines: readonly RawLine[]): Pick<Alternative, 'lines' | 'more'> {
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    // Cut as bytes first: a line may be a file of its own.
    const begun = line.slice(0, MOST_CHARACTERS * 4 + 2);
    return cutTo(pathText(begun.replace(/\r?\n$/, '')), MOST_CHARACTERS);
  });
  return { lines: shown, more: lines.length - shown.length };
}
