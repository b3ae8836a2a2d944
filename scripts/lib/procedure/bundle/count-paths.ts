/** Trees in trees multiply: their paths are counted, each tree read once, before anything lists them. */
import { git, type TrustedPlace } from '../../git/git.ts';
import { parseDump } from '../../git/objects.ts';

/** More than the user's own commit has. */
const MOST_MORE_PATHS = 200_000;
const MOST_DEPTH = 100;

interface Tree {
  entries: number;
  subtrees: string[];
}

/** Whether each tree has at most so many paths more than `own`, the user's: one that lies in another twice counts twice. */
export async function haveFewPaths(
  place: TrustedPlace,
  own: string,
  trees: Iterable<string>,
): Promise<boolean> {
  const known = new Map<string, Tree>();
  const most = (await countPaths(place, own, Number.MAX_VALUE, known)) + MOST_MORE_PATHS;
  for (const tree of trees) {
    if ((await countPaths(place, tree, most, known)) > most) return false;
  }
  return true;
}

/** Level by level, each tree once in a level together with how often it lies there; stops where there are more than `most`. */
async function countPaths(
  place: TrustedPlace,
  root: string,
  most: number,
  known: Map<string, Tree>,
): Promise<number> {
  let level = new Map([[root, 1]]);
  let paths = 0;
  for (let depth = 0; level.size > 0 && paths <= most; depth++) {
    if (depth > MOST_DEPTH) return Number.POSITIVE_INFINITY;
    await readTrees(place, level.keys(), known);
    const next = new Map<string, number>();
    for (const [oid, times] of level) {
      const { entries, subtrees } = known.get(oid) ?? { entries: 0, subtrees: [] };
      paths += times * entries;
      for (const tree of subtrees) next.set(tree, (next.get(tree) ?? 0) + times);
    }
    level = next;
  }
  return paths;
}

async function readTrees(place: TrustedPlace, oids: Iterable<string>, known: Map<string, Tree>) {
  const unread = [...oids].filter((oid) => !known.has(oid));
  if (unread.length === 0) return;
  const input = unread.map((oid) => `${oid}\n`).join('');
  const { stdout } = await git(place, ['cat-file', '--batch'], { input });
  for (const [oid, tree] of parseDump(stdout)) known.set(oid, parseTree(tree, oid.length / 2));
}

/** A tree's entries are `<mode> <name>\0<id in bytes>`; the modes of all but trees begin with 1. */
function parseTree(tree: Buffer, idBytes: number): Tree {
  const subtrees: string[] = [];
  let entries = 0;
  for (let at = 0; at < tree.length; entries++) {
    const id = tree.indexOf(0, at) + 1;
    const isTree = tree[at] !== '1'.charCodeAt(0);
    at = id + idBytes;
    if (isTree) subtrees.push(tree.toString('hex', id, at));
  }
  return { entries, subtrees };
}
