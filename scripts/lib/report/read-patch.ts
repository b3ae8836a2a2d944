/** A patch that git wrote, read for people: what changed in each file, the first lines of it, and how much it is in all. */
import { createReadStream } from 'node:fs';
import type { RawPath } from '../git/paths.ts';
import type { PatchExcerpt } from './report-data.ts';

export interface FilePatch extends PatchExcerpt {
  path: RawPath;
  old_path: RawPath | null;
  binary: boolean;
  additions: number;
  deletions: number;
}

/** A file's share of the page; the whole lies in the patch. */
const LINES_OF_A_FILE = 400;
const BYTES_OF_A_LINE = 800;
/** A model's share of the page, once for the files that matter most and once for all others. */
const BYTES_OF_A_PATCH = 700_000;
/** Two quoted names of 4096 bytes fit; no more of a line is ever held. */
const BYTES_READ_OF_A_LINE = 40_000;

/**
 * Reads a patch of any size in little memory.
 * @param first files that get their lines whatever the others take
 * @throws ENOENT when there is none
 */
export async function readPatch(
  file: string,
  first: ReadonlySet<RawPath> = new Set(),
): Promise<Map<RawPath, FilePatch>> {
  const reader = new PatchReader(first);
  await eachLine(file, (line, isCut) => reader.take(line, isCut));
  return reader.end();
}

async function eachLine(file: string, take: (line: string, isCut: boolean) => void): Promise<void> {
  let [line, length] = ['', 0];
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const bytes = chunk as Buffer;
    for (let at = 0; at < bytes.length; ) {
      const newline = bytes.indexOf(10, at);
      const end = newline < 0 ? bytes.length : newline;
      const room = BYTES_READ_OF_A_LINE - line.length;
      line += bytes.toString('latin1', at, Math.min(end, at + room));
      length += end - at;
      if (newline >= 0) {
        take(line, length > line.length);
        [line, length] = ['', 0];
      }
      at = end + 1;
    }
  }
  if (length > 0) take(line, length > line.length);
}

/**
 * One line after the other. Lines of a hunk begin with a sign, those of binary data have no space: so `diff --git `
 * is always git's own word.
 */
class PatchReader {
  private readonly files = new Map<RawPath, FilePatch>();
  private file: FilePatch | null = null;
  private inHunks = false;
  private readonly left = { first: BYTES_OF_A_PATCH, others: BYTES_OF_A_PATCH };

  constructor(private readonly first: ReadonlySet<RawPath>) {}

  take(line: string, isCut: boolean): void {
    if (line.startsWith('diff --git ')) this.begin(line.slice('diff --git '.length));
    else if (this.file === null) return;
    else if (this.inHunks || line.startsWith('@@ ')) this.takeHunkLine(this.file, line, isCut);
    else takeHeader(this.file, line);
  }

  /** Keeps the last file, and gives all. */
  end(): Map<RawPath, FilePatch> {
    if (this.file !== null) this.keep(this.file);
    this.file = null;
    return this.files;
  }

  private begin(names: string): void {
    this.end();
    this.inHunks = false;
    this.file = {
      ...{ path: pathInBoth(names), old_path: null, binary: false, additions: 0, deletions: 0 },
      ...{ facts: [], lines: [], line_count: 0 },
    };
  }

  /** A change of type is a deletion and an addition of the same path: they are one file here. */
  private keep(file: FilePatch): void {
    const before = this.files.get(file.path);
    const lines = before?.lines.length === before?.line_count ? file.lines : [];
    this.files.set(file.path, {
      ...file,
      binary: file.binary || before?.binary === true,
      additions: file.additions + (before?.additions ?? 0),
      deletions: file.deletions + (before?.deletions ?? 0),
      facts: [...(before?.facts ?? []), ...file.facts],
      lines: [...(before?.lines ?? []), ...lines],
      line_count: file.line_count + (before?.line_count ?? 0),
    });
  }

  private takeHunkLine(file: FilePatch, line: string, isCut: boolean): void {
    this.inHunks = true;
    file.line_count++;
    if (line.startsWith('+')) file.additions++;
    else if (line.startsWith('-')) file.deletions++;
    const purse = this.first.has(file.path) ? 'first' : 'others';
    const isWhole = file.lines.length === file.line_count - 1;
    if (!isWhole || file.lines.length >= LINES_OF_A_FILE || this.left[purse] <= 0) return;
    this.left[purse] -= Math.min(line.length, BYTES_OF_A_LINE) + 1;
    file.lines.push(shownLine(line, isCut));
  }
}

function shownLine(line: string, isCut: boolean): string {
  const text = Buffer.from(line.slice(0, BYTES_OF_A_LINE), 'latin1').toString('utf8');
  return isCut || line.length > BYTES_OF_A_LINE ? `${text}… (the line goes on)` : text;
}

function takeHeader(file: FilePatch, line: string): void {
  const [, kind, value = ''] =
    /^(rename from|rename to|(?:old|new|new file|deleted file) mode|GIT binary patch|Binary files)(?: (.*))?$/s.exec(
      line,
    ) ?? [];
  if (kind === undefined) return;
  if (kind === 'rename from') file.old_path = unquoted(value);
  else if (kind === 'rename to') file.path = unquoted(value);
  else if (!kind.endsWith('mode')) file.binary = true;
  else if (value !== '100644' || !kind.includes('file')) file.facts.push(line);
}

/** `a/NAME b/NAME`, perhaps quoted: the halves are alike unless it is a rename, which names both once more. */
function pathInBoth(names: string): RawPath {
  const middle = (names.length - 1) / 2;
  const [first, second] = [unquoted(names.slice(0, middle)), unquoted(names.slice(middle + 1))];
  return first.slice(2) === second.slice(2) ? second.slice(2) : '';
}

const ESCAPES: Record<string, string> = {
  ...{ a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' },
};

/** git quotes names with control characters, quotation marks or backslashes as C does. */
function unquoted(name: string): RawPath {
  if (!/^".*"$/s.test(name)) return name;
  return name
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/gs, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
    );
}
