/** Whose tests on whose code: the trees, made before anything runs. */
import { BASE } from '../gates/cross-tests.ts';
import { crossEntries, testsIn } from '../gates/cross-trees.ts';
import { type EntryChange, listEntryChanges } from '../git/changes.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { treeOf, writeTreeWith } from '../git/trees.ts';
import { inParallel } from '../process/in-parallel.ts';

export interface Mix {
  /** A model, or base. */
  testsOf: string;
  codeOf: string;
  /** Null where tests and code cannot be one tree. */
  tree: string | null;
  /** A name of its own in progress and in the folders of logs. */
  target: string;
}

interface Author {
  model: string;
  tree: string;
  changes: EntryChange[];
  tests: EntryChange[];
}

/**
 * The models with the files of their tests, and the trees: base's tests and those of whoever brought some, on base and
 * on each model's code. No trees where nobody brought a test.
 */
export async function mixTests(
  { topLevel }: Repository,
  base: string,
  candidates: readonly { model: string; tree: string }[],
): Promise<{ models: { model: string; files: string[] }[]; mixes: Mix[] }> {
  const authors = await inParallel(4, candidates, async ({ model, tree }): Promise<Author> => {
    const changes = await listEntryChanges(topLevel, base, tree);
    return { model, tree, changes, tests: testsIn(changes) };
  });
  const models = authors.map(({ model, tests }) => ({
    model,
    files: tests.map(({ path }) => pathText(path)),
  }));
  const bringing = authors.filter(({ tests }) => tests.length > 0);
  if (bringing.length === 0) return { models, mixes: [] };
  const tree = await treeOf(topLevel, base);
  const unchanged: Author = { model: BASE, tree, changes: [], tests: [] };
  const nameOf = targetNames();
  const pairs = [unchanged, ...bringing].flatMap((tests) =>
    [unchanged, ...authors].map((code) => ({
      tests,
      code,
      target: nameOf(tests.model, code.model),
    })),
  );
  const mixes = await inParallel(2, pairs, async ({ tests, code, target }) => ({
    testsOf: tests.model,
    codeOf: code.model,
    tree: await writeMix(topLevel, code, tests),
    target,
  }));
  return { models, mixes };
}

async function writeMix(topLevel: string, code: Author, tests: Author): Promise<string | null> {
  const entries = crossEntries(code.changes, tests.changes);
  return entries && writeTreeWith(topLevel, code.tree, entries);
}

/** Of a name, so much: two of them are the name of a folder. */
const MOST_CHARACTERS = 80;

/** Gives names that stay different as folders, in which `gpt#2` and `gpt-2` would be one. */
function targetNames(): (testsOf: string, codeOf: string) => string {
  const taken = new Set<string>();
  return (testsOf, codeOf) => {
    const [tests, code] = [testsOf, codeOf].map((model) => model.slice(0, MOST_CHARACTERS));
    const stem = `tests of ${tests} on ${code}`;
    for (let count = 1; ; count++) {
      const name = count === 1 ? stem : `${stem}, ${count}`;
      const folder = name.replaceAll(/[^\w.-]/g, '-').toLowerCase();
      if (taken.has(folder)) continue;
      taken.add(folder);
      return name;
    }
  };
}
