/** Where lines changed between two trees, read from git's patch. */
import { type FileChange, listChanges, readHunkPatch } from '../git/changes.ts';
import type { RawPath } from '../git/paths.ts';
import { type Hunk, type HunkBody, identifyHunks, lineOffsets, type RawLine } from './hunks.ts';

/** The hunks of every text file that differs between two trees. What git does not compare by lines has none. */
export async function readHunks(
  directory: string,
  base: string,
  tree: string,
): Promise<Map<RawPath, Hunk[]>> {
  const changes = await listChanges(directory, base, tree, { renames: false });
  if (changes.length === 0) return new Map();
  return parseHunkPatch(await readHunkPatch(directory, base, tree), changes);
}

/**
 * Reads the patch without context lines. Its sections are matched with the changes by their order, because the
 * names in it are quoted and ambiguous; a change of type (file to link) is two sections, a deletion and an addition.
 */
export function parseHunkPatch(
  patch: Buffer,
  changes: readonly FileChange[],
): Map<RawPath, Hunk[]> {
  const sections = readSections(patch);
  const expected = changes.reduce((sum, change) => sum + sectionsOf(change), 0);
  if (sections.length !== expected)
    throw new Error(`git's patch has ${sections.length} sections where ${expected} were expected.`);
  const hunks = new Map<RawPath, Hunk[]>();
  let at = 0;
  for (const change of changes) {
    const section = sections[at] ?? [];
    at += sectionsOf(change);
    if (isText(change) && section.length > 0)
      hunks.set(change.path, identifyHunks(change.path, section));
  }
  return hunks;
}

function sectionsOf(change: FileChange): number {
  return change.status === 'type-changed' ? 2 : 1;
}

/** git writes "hunks" for links and submodules too, but their content is no lines that could be mixed. */
function isText({ mode, oldMode, binary, status }: FileChange): boolean {
  const regular = [mode, oldMode].every((one) => one === null || isRegularFile(one));
  return !binary && status !== 'type-changed' && regular;
}

/** Of a mode in git: a file, executable or not, and neither a link nor a submodule. */
export function isRegularFile(mode: string): boolean {
  return mode.startsWith('100');
}

/** Bodies are taken by the counts of their header, never by what a line looks like: lines are untrusted. */
export function readSections(patch: Buffer): HunkBody[][] {
  const sections: HunkBody[][] = [];
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
      sections.push([]);
    } else if (line.startsWith('@@ ')) {
      hunk = parseHeader(line);
      bodyLines = hunk.old_lines + hunk.new_lines;
      sections.at(-1)?.push(hunk);
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
