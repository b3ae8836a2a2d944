/** From what a file needs to the pick that is missing: the synthesis has it not, and another tree has. */
import { BASE } from '../picks.ts';
import { messageOf, type Provider, type Remedies } from './message.ts';
import {
  type CheckedFile,
  type MissingPick,
  type Need,
  ownerOf,
  type Trees,
  treesOf,
} from './need.ts';
import type { SourceTree } from './source-tree.ts';

/** A tree that has what is needed, and in which files. */
interface Source {
  tree: SourceTree;
  paths: readonly string[];
  isWholeFile: boolean;
}

/** Something that is missing, before it is said in words. */
interface Missing {
  need: Need;
  needs: MissingPick['needs'];
  names: Set<string>;
  remedies: Remedies;
}

/** @param needsIn what a file needs in a tree: another version of it may need less */
export function findMissing(
  file: CheckedFile,
  needs: readonly Need[],
  trees: Trees,
  needsIn: (tree: SourceTree) => readonly Need[],
): MissingPick[] {
  const missing = new Set<Need>();
  const found = new Map<string, Missing>();
  for (const need of needs) {
    if (need.after !== null && missing.has(need.after)) continue;
    const sources = missingSources(file, need, trees, needsIn);
    const [best] = sources;
    if (best === undefined) continue;
    missing.add(need);
    const one = missingOf(file, need, best, sources, trees, needsIn);
    const said = need.together?.([]) ?? [...one.names];
    const key = JSON.stringify([one.needs, said, one.remedies]);
    const known = found.get(key) ?? one;
    for (const name of one.names) known.names.add(name);
    found.set(key, known);
  }
  return [...found.values()].map(({ need, needs, names, remedies }) => ({
    path: file.path,
    needs,
    name: [...names].join(', '),
    provided_by: [...remedies.without, ...remedies.having],
    severity: need.severity,
    message: messageOf(file, need, [...names], remedies, trees),
  }));
}

/** The trees that have what the synthesis lacks, the file's own first; none where nothing is missing or nobody knows. */
function missingSources(
  file: CheckedFile,
  need: Need,
  trees: Trees,
  needsIn: (tree: SourceTree) => readonly Need[],
): Source[] {
  const { synthesis, base, candidates } = trees;
  const here = need.answer(synthesis);
  if (here.kind === 'yes') return [];
  const own = treesOf(file, trees);
  const others = [...candidates, base].filter((tree) => !own.includes(tree));
  const found = [...own, ...others].flatMap((tree) => sourceIn(tree, need, synthesis));
  const sources = takersFirst(found, trees);
  const ownSource = sources.find(({ tree }) => own.includes(tree));
  if (ownSource !== undefined) {
    const isGone = ownSource.paths.some((path) => !synthesis.has(path));
    return here.kind === 'no' || isGone ? sources : [];
  }
  // What the file lacked where it comes from can be missing all the same, but nothing that base lacked as well:
  // that is made or found in ways that are not known here.
  const isSure = here.kind === 'no' && !need.isOwn && file.from.length > 0;
  if (!isSure || wasLacking(need, base, needsIn)) return [];
  return IMPORTED.has(need.needs) ? sources : sources.filter((one) => isByModel(one, trees));
}

/**
 * What a pick takes away, the same model may have elsewhere: the other half of a rename is better picked than the first
 * half taken back.
 */
function takersFirst(sources: readonly Source[], { synthesis, taken }: Trees): Source[] {
  const gone = sources[0]?.paths.filter((path) => !synthesis.has(path)) ?? [];
  const takers = new Set(gone.flatMap((path) => taken.get(path) ?? []));
  const isTaker = ({ tree }: Source) => takers.has(tree.name);
  return [...sources.filter(isTaker), ...sources.filter((one) => !isTaker(one))];
}

/** Without these a program cannot be loaded; all else a model may have taken out because it does without. */
const IMPORTED: ReadonlySet<MissingPick['needs']> = new Set(['file', 'name']);

function isByModel({ tree, paths }: Source, trees: Trees): boolean {
  return paths.some((path) => ownerOf(tree, path, trees) !== BASE);
}

function wasLacking(
  { phrase }: Need,
  base: SourceTree,
  needsIn: (tree: SourceTree) => readonly Need[],
): boolean {
  return needsIn(base).some((need) => need.phrase === phrase && need.answer(base).kind !== 'yes');
}

/** Only files that the synthesis has otherwise, or not at all, can be picked to help. */
function sourceIn(tree: SourceTree, need: Need, synthesis: SourceTree): Source[] {
  const answer = need.answer(tree);
  if (answer.kind !== 'yes') return [];
  const paths = answer.paths.filter((path) => tree.blobOf(path) !== synthesis.blobOf(path));
  return paths.length === 0 ? [] : [{ tree, paths, isWholeFile: answer.isWholeFile }];
}

function missingOf(
  file: CheckedFile,
  need: Need,
  best: Source,
  sources: readonly Source[],
  trees: Trees,
  needsIn: (tree: SourceTree) => readonly Need[],
): Missing {
  const having = distinct(
    sources.flatMap(({ tree, paths }) =>
      paths.map((path) => ({ model: ownerOf(tree, path, trees), path })),
    ),
  );
  const picks = best.paths.map((path) => ({ model: ownerOf(best.tree, path, trees), path }));
  const without = versionsWithout(file, need, trees, needsIn);
  const [first = ''] = best.paths;
  return {
    need,
    needs: best.isWholeFile ? 'file' : need.needs,
    names: new Set([best.isWholeFile ? first : need.name(first)]),
    remedies: { having, picks, without },
  };
}

/**
 * Where picks took away what a file of base still needs, whoever took it away may have a version of the file that does
 * without: that one is what is missing.
 */
function versionsWithout(
  { path, from }: CheckedFile,
  need: Need,
  { synthesis, base, candidates, taken }: Trees,
  needsIn: (tree: SourceTree) => readonly Need[],
): Provider[] {
  if (from.length > 0) return [];
  const takers = new Set(pathsIn(base, need).flatMap((one) => taken.get(one) ?? []));
  return candidates
    .filter((tree) => {
      if (!takers.has(tree.name) || tree.blobOf(path) === synthesis.blobOf(path)) return false;
      // That it is deleted there is an answer as well.
      return needsIn(tree).every(
        (one) => one.phrase !== need.phrase || one.answer(synthesis).kind === 'yes',
      );
    })
    .map(({ name }) => ({ model: name, path }));
}

function pathsIn(tree: SourceTree, need: Need): readonly string[] {
  const answer = need.answer(tree);
  return answer.kind === 'yes' ? answer.paths : [];
}

function distinct(providers: readonly Provider[]): Provider[] {
  return [...new Map(providers.map((one) => [`${one.model}\0${one.path}`, one])).values()];
}
