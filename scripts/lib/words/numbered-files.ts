/** New files that are one thing under several numbers: migrations, fragments of a changelog. */
import type { RawPath } from '../git/paths.ts';

/** `db/0003_add_users.sql` -> `db/#.sql`; null where there is no number at the start, nor a made-up name of its kind. */
function kindOf(path: RawPath): string | null {
  const [, folder = '', , ending = ''] =
    /^((?:.*\/)?)(\d{2,})[_.-][^/]*?((?:\.\w+)+)$/.exec(path) ??
    /^((?:.*\/)?\.changeset\/)([\w-]+)(\.md)$/.exec(path) ??
    [];
  return ending === '' ? null : `${folder}#${ending}`;
}

/**
 * The groups of new files of different models that are alternatives: two of them would be the same step twice.
 * @param files new ones, with the models that made them
 */
export function numberedAlternatives<File extends { path: RawPath; models: readonly string[] }>(
  files: readonly File[],
): File[][] {
  const groups = new Map<string, File[]>();
  for (const file of files) {
    const kind = kindOf(file.path);
    if (kind !== null) groups.set(kind, [...(groups.get(kind) ?? []), file]);
  }
  return [...groups.values()].filter(
    (group) => new Set(group.map((it) => it.models.join('\0'))).size > 1,
  );
}
