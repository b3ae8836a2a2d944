/** Whether versions of a file differ in nothing but format, by what the project's own formatter makes of them. */
import type { RawPath } from '../git/paths.ts';

/** By tree and path, the blob that the formatter makes of a file there; a file that it was not asked about has none. */
export type FormattedBlobs = ReadonlyMap<string, ReadonlyMap<RawPath, string>>;

/** A model's version of a file, and the tree that it lies in: formatters read their settings from there. */
export interface VersionInTree {
  model: string;
  tree: string;
  /** Null where the model deleted it. */
  blob: string | null;
}

/**
 * Whether all versions are one file after the formatter. A version that it was not asked about, or could not read, counts
 * as it is; a deletion is never a matter of format. Modes are not looked at.
 */
export function sameAfterFormatting(
  path: RawPath,
  versions: readonly VersionInTree[],
  formatted: FormattedBlobs,
): boolean {
  const blobs = versions.map(({ tree, blob }) =>
    blob === null ? null : (formatted.get(tree)?.get(path) ?? blob),
  );
  const [first = null] = blobs;
  return first !== null && blobs.every((blob) => blob === first);
}
