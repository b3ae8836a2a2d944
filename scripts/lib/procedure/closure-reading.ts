/** What has to be read to see whether picks are complete: it grows with what models changed, not with the repository. */
import type { CodeFacts } from '../code/code-facts.ts';
import { goModuleOf, isLockfile } from '../code/dependencies.ts';
import { languageOf } from '../code/language.ts';
import { resolve } from '../synthesis/closure/resolve.ts';
import {
  folderOf,
  foldersAbove,
  type Listing,
  type SourceTree,
} from '../synthesis/closure/source-tree.ts';
import type { ClosureInput } from '../synthesis/closure.ts';
import type { ReadContents, Version } from './read-contents.ts';

/** Files that pass on names pass on those of others; nobody builds longer chains. */
const LONGEST_CHAIN = 20;

/** What others install or make is not looked through. */
const FOREIGN = /(^|\/)(node_modules|vendor|third_party|\.venv|venv|site-packages|__pycache__)\//;

/** @param isPlain whether a blob is that of a file; the text of a link is not looked at */
export async function readForClosure(
  { synthesis, base, candidates }: Pick<ClosureInput, 'synthesis' | 'base' | 'candidates'>,
  listing: Listing,
  contents: ReadContents,
  isPlain: (blob: string) => boolean,
): Promise<void> {
  const trees = [synthesis, ...candidates, base];
  const changed = new Set(trees.flatMap(({ changes }) => [...changes.keys()]));
  const own = [...changed].filter((path) => !FOREIGN.test(path) && !isLockfile(path));
  const versions = (paths: Iterable<string>, of: readonly SourceTree[] = trees) =>
    versionsIn(of, paths).filter(({ blob }) => isPlain(blob));

  await contents.readTexts(versions(manifestsAround(own, listing)));
  await contents.readFacts(versions([...own, ...siblingsInGo(own, listing)]));
  await readGoModules(trees, own, listing, contents, versions);
  await followImports(trees, own, contents, versions);
}

type VersionsOf = (paths: Iterable<string>, of?: readonly SourceTree[]) => Version[];

function versionsIn(trees: readonly SourceTree[], paths: Iterable<string>): Version[] {
  const found = new Map<string, Version>();
  for (const path of paths) {
    for (const tree of trees) {
      const blob = tree.blobOf(path);
      if (blob !== null) found.set(`${blob} ${path}`, { path, blob });
    }
  }
  return [...found.values()];
}

/** Manifests and task files of the folders above. */
function manifestsAround(paths: readonly string[], listing: Listing): Set<string> {
  const folders = new Set(paths.flatMap(foldersAbove));
  return new Set(
    [...folders].flatMap((folder) =>
      [...listing.filesIn(folder), ...listing.filesIn(`${folder}requirements/`)].filter(
        (path) => !path.endsWith('.go'),
      ),
    ),
  );
}

/** A package of Go is all files of its folder. */
function siblingsInGo(paths: readonly string[], listing: Listing): Set<string> {
  const folders = new Set(paths.filter((path) => path.endsWith('.go')).map(folderOf));
  return new Set(
    [...folders].flatMap((folder) =>
      listing.filesIn(folder).filter((path) => path.endsWith('.go')),
    ),
  );
}

async function readGoModules(
  trees: readonly SourceTree[],
  own: readonly string[],
  listing: Listing,
  contents: ReadContents,
  versions: VersionsOf,
): Promise<void> {
  if (!own.some((path) => path.endsWith('.go'))) return;
  const isGoMod = (path: string) => /(^|\/)go\.mod$/.test(path) && !FOREIGN.test(path);
  const paths = new Set([...listing.blobs.keys(), ...own].filter(isGoMod));
  await contents.readTexts(versions(paths));
  for (const tree of trees) {
    tree.goModules = [...paths].flatMap((path) => {
      const module = goModuleOf(tree.textOf(path) ?? '');
      return module === null ? [] : [{ dir: folderOf(path).slice(0, -1), module }];
    });
  }
}

/**
 * Files that no model changed are the same in every tree: only those can make a difference that pass on the names of
 * others, and these are followed to their ends.
 */
async function followImports(
  trees: readonly SourceTree[],
  own: readonly string[],
  contents: ReadContents,
  versions: VersionsOf,
): Promise<void> {
  const ways = trees.map((tree) => ({ tree, seen: new Set(own), reached: [...own] }));
  for (let step = 0; step < LONGEST_CHAIN; step++) {
    for (const way of ways) {
      const targets = way.reached.flatMap((path) => targetsOf(way.tree, path, step === 0));
      way.reached = [...new Set(targets)].filter(
        (path) => !way.seen.has(path) && !FOREIGN.test(path),
      );
      for (const path of way.reached) way.seen.add(path);
    }
    const found = ways.flatMap(({ tree, reached }) => versions(reached, [tree]));
    if (found.length === 0) return;
    await contents.readTexts(found);
    await contents.readFacts(
      found.filter(({ path, blob }) => mayPassOn(path, contents.textOf(path, blob) ?? '')),
    );
  }
}

/** @param all what the file imports for itself as well, not only what it passes on */
function targetsOf(tree: SourceTree, path: string, all: boolean): string[] {
  const facts = tree.factsOf(path);
  if (facts === null || facts.language === 'go') return [];
  const specifiers = all
    ? facts.imports.map(({ specifier }) => specifier)
    : facts.imports.filter(({ names }) => isPassedOn(names, facts)).map((it) => it.specifier);
  return [...specifiers, ...facts.passedOn].flatMap((specifier) => {
    const found = resolve(tree, path, specifier, facts.language);
    return found.kind === 'file' && languageOf(found.path) !== null ? [found.path] : [];
  });
}

function isPassedOn(names: readonly string[], { exports, language }: CodeFacts): boolean {
  return language === 'python' || names.some((name) => exports.some((one) => one.name === name));
}

function mayPassOn(path: string, text: string): boolean {
  return (
    /(^|\/)(index|__init__)\.\w+$/.test(path) || /\bexport\s{0,9}\*|\bimport\s{1,9}\*/.test(text)
  );
}
