/** Where lines changed between two trees, read from git's patch. */
import {
  type ChangeStatus,
  type EntryChange,
  listEntryChanges,
  readHunkPatch,
} from '../git/changes.ts';
import type { RawPath } from '../git/paths.ts';
import { type Hunk, type HunkBody, identifyHunks, lineOffsets, type RawLine } from './hunks.ts';

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

/** What differs between two trees, with the hunks of every text file; contents are read once. */
export async function readHunks(
  directory: string,
  base: string,
  tree: string,
  known: KnownHunks = new Map(),
): Promise<Map<RawPath, FileDiff>> {
  if (base === tree) return new Map();
  const [changes, patch] = await Promise.all([
    listEntryChanges(directory, base, tree),
    readHunkPatch(directory, base, tree),
  ]);
  return parseHunkPatch(patch, changes, known);
}

/**
 * Reads the patch without context lines. Its sections are matched with the changes by their order, because the
 * names in it are quoted and ambiguous; a change of type (file to link) is two sections, a deletion and an addition.
 */
function parseHunkPatch(
  patch: Buffer,
  changes: readonly EntryChange[],
  known: KnownHunks,
): Map<RawPath, FileDiff> {
  const sections = readSections(patch);
  const diffs = new Map<RawPath, FileDiff>();
  let at = 0;
  for (const change of changes) {
    const status = statusOf(change);
    const own = sections.slice(at, at + (status === 'type-changed' ? 2 : 1));
    at += status === 'type-changed' ? 2 : 1;
    const bodies = own.flatMap((section) => section.hunks);
    const binary = own.some((section) => section.binary);
    const count = (side: 'old_lines' | 'new_lines') =>
      bodies.reduce((sum, body) => sum + body[side], 0);
    diffs.set(change.path, {
      ...{
        ...change,
        status,
        binary,
        additions: count('new_lines'),
        deletions: count('old_lines'),
      },
      hunks: hunksOf(change, status, bodies, known),
    });
  }
  if (sections.length !== at)
    throw new Error(`git's patch has ${sections.length} sections where ${at} were expected.`);
  return diffs;
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

/** Bodies are taken by the counts of their header, never by what a line looks like: lines are untrusted. */
export function readSections(patch: Buffer): Section[] {
  const sections: Section[] = [];
  let hunk: HunkBody | undefined;
  let bodyLines = 0;
  let side: RawLine[] | undefined;
  for (const line of linesIn(patch)) {
    if (bodyLines > 0 && !line.startsWith('\\')) {
      bodyLines--;
      side = line.startsWith('+') ? hunk?.lines : hunk?.removed;
      side?.push(line.slice(1));
    } else if (line.startsWith('\\')) {
      // "\ No newline at end of file" speaks of the line above.
      const last = side?.pop();
      if (last !== undefined) side?.push(last.slice(0, -1));
    } else if (line.startsWith('diff --git ')) {
      sections.push({ binary: false, hunks: [] });
    } else if (line.startsWith('Binary files ')) {
      sections.push({ binary: true, hunks: sections.pop()?.hunks ?? [] });
    } else if (line.startsWith('@@ ')) {
      hunk = parseHeader(line);
      bodyLines = hunk.old_lines + hunk.new_lines;
      sections.at(-1)?.hunks.push(hunk);
    }
  }
  return sections;
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

function* linesIn(content: Buffer): Generator<RawLine> {
  const offsets = lineOffsets(content);
  for (let line = 1; line < offsets.length; line++)
    yield content.toString('latin1', offsets[line - 1], offsets[line]);
}
