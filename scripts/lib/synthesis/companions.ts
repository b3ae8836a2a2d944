/** Paths that make sense only together, as the model that changed them had them. */
import type { RawPath } from '../git/paths.ts';
import { type ComparedFile, type UndecidedFile, versionOf } from './compare.ts';

export interface Rename {
  model: string;
  from: RawPath;
  to: RawPath;
}

export function renamesIn(files: Iterable<UndecidedFile>): Rename[] {
  return [...files].flatMap(({ path: to, versions }) =>
    versions.flatMap(({ model, old_path: from }) => (from === null ? [] : { model, from, to })),
  );
}

/** Files that took a directory's place, or whose place a directory took: one name cannot be both. */
export function replacementsIn(files: readonly ComparedFile[]): Rename[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.flatMap(({ path: to, versions }) =>
    foldersOf(to).flatMap((from) => {
      const file = byPath.get(from);
      return versions.flatMap(({ model }) =>
        file !== undefined && versionOf(file, model) !== undefined ? { model, from, to } : [],
      );
    }),
  );
}

/** The folders that a path lies in, from the top: of `a/b/c`, `a` and `a/b`. */
export function foldersOf(path: RawPath): RawPath[] {
  const steps = path.split('/');
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('/'));
}
