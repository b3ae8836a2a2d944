/** Where lines changed between two trees, read from git's patch. */
import {
  type ChangeStatus,
  type EntryChange,
  listEntryChanges,
  readHunkPatch,
} from '../git/changes.ts';
import type { RawPath } from '../git/paths.ts';
import { type Hunk, type HunkBody, identifyHunks, type RawLine } from './hunks.ts';

/** A path that differs between two trees. */
export interface FileDiff extends EntryChange {
  status: Exclude<ChangeStatus, 'renamed'>;
  binary: boolean;
  /** Lines; 0 for binary files. */
  additions: number;
  deletions: number;
  /** None where git does not compare by lines, or where they would be no lines that could be mixed. */
  hunks: readonly Hunk[];
}

/** The hunks of what was read before, by path and blobs. */
export type KnownHunks = Map<string, readonly Hunk[]>;

/**
 * What differs between two trees, with the hunks of every text file; contents are read once. The sections of git's patch
 * are matched with the changes by their order, because the names in it are quoted and ambiguous; a change of type (file
 * to link) is two sections, a deletion and an addition.
 */
export async function readHunks(
  directory: string,
  base: string,
  tree: string,
  known: KnownHunks = new Map(),
): Promise<Map<RawPath, FileDiff>> {
  if (base === tree) return new Map();
  const changes = await listEntryChanges(directory, base, tree);
  const diffs = new Map<RawPath, FileDiff>();
  const own: Section[] = [];
  const reader = sectionReader((section) => {
    const change = changes[diffs.size];
    if (change === undefined) throw new Error("git's patch has more sections than changes.");
    own.push(section);
    const status = statusOf(change);
    if (status === 'type-changed' && own.length < 2) return;
    diffs.set(change.path, diffOf(change, status, own.splice(0), known));
  });
  await readHunkPatch(directory, base, tree, reader.read);
  reader.end();
  if (diffs.size !== changes.length || own.length > 0)
    throw new Error(`git's patch tells ${diffs.size} of ${changes.length} changes.`);
  return diffs;
}

function diffOf(
  change: EntryChange,
  status: FileDiff['status'],
  own: readonly Section[],
  known: KnownHunks,
): FileDiff {
  const bodies = own.flatMap((section) => section.hunks);
  const count = (side: 'old_lines' | 'new_lines') =>
    bodies.reduce((sum, body) => sum + body[side], 0);
  return {
    ...change,
    status,
    binary: own.some((section) => section.binary),
    additions: count('new_lines'),
    deletions: count('old_lines'),
    hunks: hunksOf(change, status, bodies, known),
  };
}

/** git writes "hunks" for links and submodules too, but their content is no lines that could be mixed. */
function hunksOf(
  { path, from, to }: EntryChange,
  status: FileDiff['status'],
  bodies: readonly HunkBody[],
  known: KnownHunks,
): readonly Hunk[] {
  const isText = status !== 'type-changed' && isRegularFile((to ?? from)?.mode ?? '');
  if (!isText || bodies.length === 0) return [];
  const key = `${from?.oid} ${to?.oid} ${path}`;
  const hunks = known.get(key) ?? identifyHunks(path, bodies);
  known.set(key, hunks);
  return hunks;
}

function statusOf({ from, to }: EntryChange): FileDiff['status'] {
  if (from === null) return 'added';
  if (to === null) return 'deleted';
  return from.mode.slice(0, 3) === to.mode.slice(0, 3) ? 'modified' : 'type-changed';
}

/** Of a mode in git: a file, executable or not, and neither a link nor a submodule. */
export function isRegularFile(mode: string): boolean {
  return mode.startsWith('100');
}

/** What a patch says of one file. */
export interface Section {
  binary: boolean;
  hunks: HunkBody[];
}

/** What a whole patch says, in its order. */
export function readSections(patch: Buffer): Section[] {
  const sections: Section[] = [];
  const reader = sectionReader((section) => sections.push(section));
  reader.read(patch);
  reader.end();
  return sections;
}

/** Bodies are taken by the counts of their header, never by what a line looks like: lines are untrusted. */
function sectionReader(take: (section: Section) => void) {
  let section: Section | undefined;
  let hunk: HunkBody | undefined;
  let bodyLines = 0;
  let side: RawLine[] | undefined;
  const readLine = (line: RawLine) => {
    if (bodyLines > 0 && !line.startsWith('\\')) {
      bodyLines--;
      side = line.startsWith('+') ? hunk?.lines : hunk?.removed;
      side?.push(line.slice(1));
    } else if (line.startsWith('\\')) {
      // "\ No newline at end of file" speaks of the line above.
      const last = side?.pop();
      if (last !== undefined) side?.push(last.slice(0, -1));
    } else if (line.startsWith('diff --git ')) {
      if (section !== undefined) take(section);
      section = { binary: false, hunks: [] };
    } else if (line.startsWith('Binary files ') && section !== undefined) {
      section.binary = true;
    } else if (line.startsWith('@@ ')) {
      hunk = parseHeader(line);
      bodyLines = hunk.old_lines + hunk.new_lines;
      section?.hunks.push(hunk);
    }
  };
  /** The line that is not whole yet: it may be a large file's only one. */
  const begun: Buffer[] = [];
  return {
    read(piece: Buffer): void {
      let at = 0;
      for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', at)) {
        const line = piece.subarray(at, end + 1);
        const whole = begun.length === 0 ? line : Buffer.concat([...begun.splice(0), line]);
        readLine(whole.toString('latin1'));
        at = end + 1;
      }
      if (at < piece.length) begun.push(piece.subarray(at));
    },
    end(): void {
      if (begun.length > 0) readLine(Buffer.concat(begun).toString('latin1'));
      if (section !== undefined) take(section);
    },
  };
}

function parseHeader(line: string): HunkBody {
  const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)/.exec(line);
  if (match === null) throw new Error(`git's patch has a hunk header of an unknown form: ${line}`);
  const [, oldStart, oldLines = '1', newStart, newLines = '1', near = ''] = match;
  return {
    old_start: Number(oldStart),
    old_lines: Number(oldLines),
    new_start: Number(newStart),
    new_lines: Number(newLines),
    lines: [],
    removed: [],
    near,
  };
}
