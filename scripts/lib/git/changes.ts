/** What differs between two trees: as a list, and as a patch that git applies. */
import { closeSync } from 'node:fs';
import { openSync } from '../disk.ts';
import { git, type Place } from './git.ts';
import { type RawPath, splitNul } from './paths.ts';
import type { TreeEntry } from './trees.ts';

export type ChangeStatus = 'added' | 'modified' | 'deleted' | 'renamed' | 'type-changed';

export interface FileChange {
  path: RawPath;
  /** The name before a rename. */
  oldPath: RawPath | null;
  status: ChangeStatus;
  /** Six octal digits; null where the path does not exist. */
  mode: string | null;
  oldMode: string | null;
  oid: string | null;
  oldOid: string | null;
  binary: boolean;
  /** Lines; 0 for binary files. */
  additions: number;
  deletions: number;
}

const STATUSES: Record<string, ChangeStatus> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type-changed',
};

/** Same patch whatever the user's configuration says of prefixes, drivers, algorithms and colours. */
const PATCH_OPTIONS = [
  '--binary',
  '--full-index',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--diff-algorithm=myers',
];

/** The changes from one tree (or commit) to another, in git's order of paths. */
export async function listChanges(
  directory: Place,
  from: string,
  to: string,
  { renames = true }: { renames?: boolean } = {},
): Promise<FileChange[]> {
  const { stdout } = await git(directory, [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--numstat',
    '--no-abbrev',
    '--no-ext-diff',
    '--no-textconv',
    '--diff-algorithm=myers',
    renames ? '--find-renames' : '--no-renames',
    from,
    to,
  ]);
  return parseRawAndNumstat(splitNul(stdout));
}

/**
 * Parses `--raw --numstat -z`: first every raw record (`:mode mode oid oid S`, path, path again for a rename), then every
 * numstat record (`added TAB deleted TAB path`, or with an empty path and both names after it for a rename).
 */
export function parseRawAndNumstat(items: readonly string[]): FileChange[] {
  const changes: FileChange[] = [];
  let at = 0;
  for (; items[at]?.startsWith(':'); at++) {
    const [oldMode = '', mode = '', oldOid = '', oid = '', letter = ''] =
      items[at]?.slice(1).split(' ') ?? [];
    const status = STATUSES[letter[0] ?? ''];
    if (status === undefined)
      throw new Error(`git names a change of an unknown kind: ${items[at]}`);
    const oldPath = status === 'renamed' ? (items[++at] ?? '') : null;
    changes.push({
      path: items[++at] ?? '',
      oldPath,
      status,
      mode: status === 'deleted' ? null : mode,
      oldMode: status === 'added' ? null : oldMode,
      oid: status === 'deleted' ? null : oid,
      oldOid: status === 'added' ? null : oldOid,
      binary: false,
      additions: 0,
      deletions: 0,
    });
  }
  for (const change of changes) {
    const [added = '', deleted = ''] = items[at++]?.split('\t') ?? [];
    if (change.status === 'renamed') at += 2;
    change.binary = added === '-';
    change.additions = change.binary ? 0 : Number(added);
    change.deletions = change.binary ? 0 : Number(deleted);
  }
  return changes;
}

export interface EntryChange {
  path: RawPath;
  from: TreeEntry | null;
  to: TreeEntry | null;
}

/** The entries that differ between two trees, path by path; no contents are read. */
export async function listEntryChanges(
  directory: Place,
  from: string,
  to: string,
): Promise<EntryChange[]> {
  if (from === to) return [];
  const words = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', from, to];
  const items = splitNul((await git(directory, words)).stdout);
  const entry = (mode = '', oid = '') => (mode === '000000' ? null : { mode, oid });
  const changes: EntryChange[] = [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [oldMode, mode, oldOid, oid] = items[at]?.slice(1).split(' ') ?? [];
    changes.push({ path: items[at + 1] ?? '', from: entry(oldMode, oldOid), to: entry(mode, oid) });
  }
  return changes;
}

/** Writes the patch from one tree to another into a file, byte for byte; `git apply --binary` takes it. */
export async function writePatch(
  directory: Place,
  from: string,
  to: string,
  file: string,
  { renames = true }: { renames?: boolean } = {},
): Promise<void> {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    await git(
      directory,
      [
        'diff-tree',
        '-r',
        '-p',
        ...PATCH_OPTIONS,
        renames ? '--find-renames' : '--no-renames',
        from,
        to,
      ],
      { stdoutFd: descriptor },
    );
  } finally {
    closeSync(descriptor);
  }
}

/** No context lines, each change by itself, for reading where lines changed. */
const HUNK_OPTIONS = [
  ...['--unified=0', '--inter-hunk-context=0', '--no-renames'],
  ...PATCH_OPTIONS.filter((option) => option !== '--binary'),
];

/** The patch between two trees with no context lines, piece by piece. */
export async function readHunkPatch(
  directory: Place,
  from: string,
  to: string,
  onStdout: (piece: Buffer) => void,
): Promise<void> {
  await git(directory, ['diff-tree', '-r', '-p', ...HUNK_OPTIONS, from, to], { onStdout });
}

/** The same between two blobs. */
export async function readBlobPatch(directory: Place, from: string, to: string): Promise<Buffer> {
  return (await git(directory, ['diff', ...HUNK_OPTIONS, from, to])).stdout;
}
