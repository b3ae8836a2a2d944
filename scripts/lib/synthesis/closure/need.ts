/** What a file needs, as a question that every tree can be asked. */
import { BASE } from '../picks.ts';
import type { SourceTree } from './source-tree.ts';

export interface MissingPick {
  path: string;
  needs:
    | 'file'
    | 'name'
    | 'script'
    | 'dependency'
    | 'lockfile'
    | 'manifest'
    | 'tested-code'
    | 'test';
  /** What is missing: a path, a script, a package, a name; several names of one file, joined by commas. */
  name: string;
  /** The versions that have it, the one to pick first; `base` is one of them. */
  provided_by: { model: string; path: string }[];
  severity: 'breaks' | 'likely' | 'note';
  message: string;
}

/** Unknown: what is there cannot be read, or is found in ways that are not known here. */
export type Answer =
  | { kind: 'yes'; paths: readonly string[]; isWholeFile: boolean }
  | { kind: 'no' }
  | { kind: 'unknown' };

export const NO: Answer = { kind: 'no' };
export const UNKNOWN: Answer = { kind: 'unknown' };

/**
 * @param paths the files that make it so, the first of them before all
 * @param isWholeFile a name turned out to be a file of its own, as modules of Python are
 */
export function yes(paths: readonly string[], isWholeFile = false): Answer {
  return { kind: 'yes', paths, isWholeFile };
}

export interface Need {
  needs: MissingPick['needs'];
  /** What is missing, by the path that has it. */
  name: (path: string) => string;
  /** What the file does with it: `imports "slugify" from src/slug.ts`. */
  phrase: string;
  /** The same of several names, where they can be told in one sentence. */
  together: ((names: readonly string[]) => string) | null;
  /** What the versions do that have it: `exports`, and of several `export`. */
  verb: readonly [one: string, several: string];
  severity: MissingPick['severity'];
  answer(tree: SourceTree): Answer;
  /**
   * It counts only where the version that the file was taken from has it: elsewhere it may be another thing of the
   * same name.
   */
  isOwn: boolean;
  /** What is missing before it: a name cannot be there if its file is not. */
  after: Need | null;
}

/** A file of the synthesis that is looked at. */
export interface CheckedFile {
  path: string;
  /** The models that it is taken from; none: it is as in base. */
  from: readonly string[];
}

export interface Trees {
  synthesis: SourceTree;
  base: SourceTree;
  candidates: readonly SourceTree[];
  /** Path -> the models that a pick takes it from, wholly or by hunks; none for base. */
  taken: ReadonlyMap<string, readonly string[]>;
  /** Every path that some model changed, sorted. */
  changed: readonly string[];
  /** Those of them that give names to commands. */
  taskFiles: readonly string[];
  /** The folders in which models changed files of Go. */
  goFolders: ReadonlySet<string>;
}

/** Where a tree has a path's content from, as a pick names it. */
export function ownerOf(tree: SourceTree, path: string, { base }: Trees): string {
  return tree.blobOf(path) === base.blobOf(path) ? BASE : tree.name;
}

/** The trees that a file of the synthesis comes from. */
export function treesOf({ from }: CheckedFile, { base, candidates }: Trees): SourceTree[] {
  return from.length === 0 ? [base] : candidates.filter(({ name }) => from.includes(name));
}
