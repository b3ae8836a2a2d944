/** Paths that make sense only together, as the model that changed them had them. */
import type { RawPath } from '../git/paths.ts';
import type { UndecidedFile } from './compare.ts';

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

/** The folders that a path lies in, from the top: of `a/b/c`, `a` and `a/b`. */
export function foldersOf(path: RawPath): RawPath[] {
  const steps = path.split('/');
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('/'));
}
