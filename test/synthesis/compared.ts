/** Comparisons made by hand, for the decisions that are pure functions. */
import type { Agreement } from '../../scripts/lib/synthesis/agreement.ts';
import type {
  ComparedFile,
  ComparedVersion,
  SharedHunk,
} from '../../scripts/lib/synthesis/compare.ts';
import { identifyHunks, overlapGroups } from '../../scripts/lib/synthesis/hunks.ts';

export function version(model: string, facts: Partial<ComparedVersion> = {}): ComparedVersion {
  return {
    model,
    blob: `blob-${model}`,
    mode: '100644',
    status: 'modified',
    old_path: null,
    additions: 1,
    deletions: 1,
    binary: false,
    ...facts,
  };
}

export const deleted = (model: string) =>
  version(model, { blob: null, mode: null, status: 'deleted', additions: 0 });

export const added = (model: string, old_path: string | null = null) =>
  version(model, { status: 'added', old_path, deletions: 0 });

/** A hunk that replaces one line. */
export function hunkAt(line: number, text: string, models: string[], path = 'f'): SharedHunk {
  const body = {
    old_start: line,
    old_lines: 1,
    new_start: line,
    new_lines: 1,
    lines: [text],
    removed: ['old\n'],
    near: '',
  };
  const [hunk] = identifyHunks(path, [body]);
  if (hunk === undefined) throw new Error('no hunk');
  return { ...hunk, models };
}

export function file(
  path: string,
  agreement: Agreement,
  versions: ComparedVersion[],
  facts: Partial<ComparedFile> = {},
): ComparedFile {
  const groups =
    agreement === 'identical'
      ? [versions.map(({ model }) => model)]
      : versions.map(({ model }) => [model]);
  const base = versions.every(({ status }) => status === 'added')
    ? null
    : { mode: '100644', oid: 'blob-base' };
  const hunks = facts.hunks ?? [];
  const disputes = agreement === 'conflict' ? overlapGroups(hunks) : [];
  const renamed = { origin: null, moved_to: null };
  return { path, agreement, versions, groups, base, hunks, disputes, ...renamed, ...facts };
}
