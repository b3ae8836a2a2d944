/** What went in and what comes out of the search for tampering. */

/** One changed file, with its texts where they are known. */
export interface ChangedFile {
  path: string;
  /** The name before a rename. */
  old_path?: string | null;
  /** As `listChanges` says it: added, modified, deleted, renamed, type-changed. */
  status: string;
  /** Base's text; null: no such file there; undefined: unknown, binary or too large. */
  before?: string | null;
  /** The text now. */
  after?: string | null;
}

export const tamperingKinds = [
  'test-deleted',
  'test-skipped',
  'test-emptied',
  'test-cases-removed',
  'assertions-removed',
  'assertion-loosened',
  'assertion-changed',
  'snapshot-changed',
  'threshold-lowered',
  'strictness-lowered',
  'ignore-comment-added',
  'ignore-list-grown',
  'script-changed',
  'gate-configuration-changed',
  'gate-configuration-added',
  'ci-changed',
  'manifest-changed',
] as const;

export type TamperingKind = (typeof tamperingKinds)[number];

/** A phrase for people, said of a file. */
export const TAMPERING_WORDS: Record<TamperingKind, string> = {
  'test-deleted': 'tests were deleted',
  'test-skipped': 'tests no longer run',
  'test-emptied': 'tests no longer assert anything',
  'test-cases-removed': 'rows were taken out of a table of test cases',
  'assertions-removed': 'assertions were removed',
  'assertion-loosened': 'assertions demand less',
  'assertion-changed': 'assertions expect something else',
  'snapshot-changed': 'expected output was changed',
  'threshold-lowered': 'a threshold was lowered',
  'strictness-lowered': 'a check was made less strict',
  'ignore-comment-added': 'comments that silence a check were added',
  'ignore-list-grown': 'more is left out of a check',
  'script-changed': 'a command that gates may run was changed',
  'gate-configuration-changed': 'configuration of a gate was changed',
  'gate-configuration-added': 'configuration that gates obey was added',
  'ci-changed': 'continuous integration was changed',
  'manifest-changed': 'a manifest was changed, by its name alone',
};

export interface Tampering {
  /** Base's path, where the file was renamed. */
  path: string;
  kind: TamperingKind;
  /** One line for people: what exactly. */
  detail: string;
  /**
   * strong: an exam is easier, and no ordinary task needs that. weak: an exam is another one, as a task may well ask
   * for.
   */
  severity: 'strong' | 'weak';
}

/** What one file's examination says; the path is added by whoever looked at the file. */
export type Finding = Omit<Tampering, 'path'>;

export function strong(kind: TamperingKind, detail: string): Finding {
  return { kind, detail, severity: 'strong' };
}

export function weak(kind: TamperingKind, detail: string): Finding {
  return { kind, detail, severity: 'weak' };
}

/** Text of a model's own, in one line of bounded length: it ends in tables and terminals. */
export function shortened(text: string, length = 80): string {
  const start = text
    .slice(0, length * 4)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return start.length > length || text.length > length * 4
    ? `${start.slice(0, length).trimEnd()}…`
    : start;
}
