/** Whether a tree, which has only the commit of a submodule, has all of it: so with each submodule in it, too. */
import { Failure } from '../errors.ts';
import { addAll, notIgnored } from './add-all.ts';
import { gitLine, type TrustedPlace } from './git.ts';
import {
  type NestedRepository,
  nestedPlace,
  type OpenedNested,
  openNested,
} from './nested-repository.ts';
import type { RawPath } from './paths.ts';
import { listGitlinks, treeOf, withTemporaryIndex } from './trees.ts';

/** What lies in a submodule that git does not read as files; paths as seen from where the submodule's own path begins. */
export interface FoundInside {
  repositories: readonly RawPath[];
  unnameable: readonly RawPath[];
}

/** What lies below a folder, as seen from there. */
export function foundBelow(folder: RawPath, found: FoundInside): FoundInside {
  const below = (paths: readonly RawPath[]) =>
    paths.flatMap((path) => (isBelow(path, folder) ? [path.slice(folder.length + 1)] : []));
  return { repositories: below(found.repositories), unnameable: below(found.unnameable) };
}

export function isBelow(path: RawPath, folder: RawPath): boolean {
  return path.startsWith(`${folder}/`);
}

/**
 * Judges a submodule, and those in it that are checked out: each by itself, because the outer one's commit says nothing
 * about files in the inner one.
 * @param commit what the outer tree or index says it stands at; null: nothing
 */
export async function judgeSubmodule(
  place: TrustedPlace,
  path: RawPath,
  own: OpenedNested,
  commit: string | null,
  inside: FoundInside,
): Promise<NestedRepository[]> {
  const { directory, gitDir, head } = own;
  if (gitDir === null || head === null)
    return [{ path, kind: 'submodule', head: null, holdsMore: true }];
  const there = nestedPlace(place, { directory, gitDir });
  const gitlinks = inside.repositories.length === 0 ? new Map() : await listGitlinks(there, head);
  const modules = inside.repositories.filter((it) => gitlinks.has(it));
  const isClean =
    commit === head && inside.unnameable.every((it) => modules.some((one) => isBelow(it, one)))
      ? await isUnchanged(there, head, modules, inside)
      : false;
  const nested: NestedRepository[] = [{ path, kind: 'submodule', head, holdsMore: !isClean }];
  for (const inner of modules) {
    const opened = await openNested(there, inner);
    const below = foundBelow(inner, inside);
    const judged = await judgeSubmodule(there, inner, opened, gitlinks.get(inner) ?? null, below);
    nested.push(...judged.map((it) => ({ ...it, path: `${path}/${it.path}` })));
  }
  return nested;
}

/** Whether a submodule's files are those of its commit, and no other repository lies among them. */
async function isUnchanged(
  there: TrustedPlace,
  head: string,
  modules: readonly RawPath[],
  { repositories }: FoundInside,
): Promise<boolean> {
  const strange = repositories.filter(
    (it) => !modules.includes(it) && !modules.some((one) => isBelow(it, one)),
  );
  try {
    return await withTemporaryIndex(there, { tree: head }, async (index) => {
      // Kept from git, which would start itself in them under their own configuration.
      await addAll(there, index, [...modules, ...strange]);
      const tree = await gitLine(there, ['write-tree'], { env: index });
      if (tree !== (await treeOf(there, head))) return false;
      return (await notIgnored(there, index, strange, [])).length === 0;
    });
  } catch (error) {
    // What cannot be read, such as a file that its filter fails on, is not known to be kept elsewhere.
    if (error instanceof Failure && error.code === 'git-failed') return false;
    throw error;
  }
}
