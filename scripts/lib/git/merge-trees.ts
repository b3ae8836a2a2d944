import { type FileChange, listChanges } from './changes.ts';
import { git, gitLine, type Place } from './git.ts';
import { type RawPath, splitNul } from './paths.ts';
import { commitTree, readTree, type TreeEntry, writeTreeWith } from './trees.ts';

export interface TreeMerge {
  tree: string;
  /** Paths that both sides changed and that git could not merge; `tree` is of no use then. */
  conflicts: RawPath[];
}

type Changes = ReadonlyMap<RawPath, FileChange>;

/**
 * The three-way merge of trees, path by path, in the object store. Renames are not guessed: a path is a path, so that
 * what is merged is what was shown. (git's own merge of whole trees always guesses them: before 2.46 merge-tree
 * does not heed merge.renames.) So git merges only the contents of files that both sides changed.
 */
export async function mergeTrees(
  directory: Place,
  ancestor: string,
  ours: string,
  theirs: string,
): Promise<TreeMerge> {
  if (ours === ancestor || ours === theirs) return { tree: theirs, conflicts: [] };
  if (theirs === ancestor) return { tree: ours, conflicts: [] };
  const own = await changesByPath(directory, ancestor, ours);
  const other = await changesByPath(directory, ancestor, theirs);
  const disputed = [...other.keys()].filter((path) => !agree(own.get(path), other.get(path)));
  const mergeable = disputed.filter((path) =>
    [own, other].every((side) => side.get(path)?.status === 'modified'),
  );
  const contents = await mergeContents(directory, mergeable, own, other);
  const conflicts = new Set([
    ...disputed.filter((path) => !contents.has(path)),
    ...filesInPlaceOfFolders(own, other),
    ...filesInPlaceOfFolders(other, own),
  ]);
  if (conflicts.size > 0) return { tree: ours, conflicts: [...conflicts].sort() };
  const entries = [...other.values()].map((it) => [it.path, entryOf(it)] as const);
  return {
    tree: await writeTreeWith(directory, ours, new Map([...entries, ...contents])),
    conflicts: [],
  };
}

async function changesByPath(directory: Place, from: string, to: string): Promise<Changes> {
  const changes = await listChanges(directory, from, to, { renames: false });
  return new Map(changes.map((it) => [it.path, it]));
}

/** Whether a path needs no decision: only one side changed it, or both did the same. */
function agree(own: FileChange | undefined, other: FileChange | undefined): boolean {
  return (
    own === undefined || other === undefined || (own.oid === other.oid && own.mode === other.mode)
  );
}

function entryOf({ mode, oid }: FileChange): TreeEntry | null {
  return mode === null || oid === null ? null : { mode, oid };
}

/** Paths that one side added below what the other side added as a file. */
function filesInPlaceOfFolders(side: Changes, other: Changes): RawPath[] {
  return [...side.values()].flatMap(({ path, status }) => {
    const folders = path.split('/').map((_, at, parts) => parts.slice(0, at).join('/'));
    const blocked = folders.some((folder) => other.get(folder)?.status === 'added');
    return status === 'added' && blocked ? [path] : [];
  });
}

/** The merged entries of paths that both sides modified; those with conflicts are left out. */
async function mergeContents(
  directory: Place,
  paths: readonly RawPath[],
  own: Changes,
  other: Changes,
): Promise<Map<RawPath, TreeEntry>> {
  if (paths.length === 0) return new Map();
  const empty = await gitLine(directory, ['mktree'], { input: '' });
  const commit = async (entry: (path: RawPath) => TreeEntry | null, parents: string[]) =>
    commitTree(
      directory,
      await writeTreeWith(directory, empty, new Map(paths.map((path) => [path, entry(path)]))),
      parents,
      'side of a merge',
    );
  const before = ({ oldMode, oldOid }: FileChange) =>
    oldMode === null || oldOid === null ? null : { mode: oldMode, oid: oldOid };
  const at = <T>(side: Changes, path: RawPath, read: (change: FileChange) => T) => {
    const change = side.get(path);
    return change === undefined ? null : read(change);
  };
  const base = await commit((path) => at(own, path, before), []);
  const { stdout } = await git(
    directory,
    [
      ...['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages'],
      await commit((path) => at(own, path, entryOf), [base]),
      await commit((path) => at(other, path, entryOf), [base]),
    ],
    { answers: [0, 1] },
  );
  const [tree = '', ...conflicts] = splitNul(stdout);
  const merged = await readTree(directory, tree);
  for (const path of conflicts) merged.delete(path);
  return merged;
}
