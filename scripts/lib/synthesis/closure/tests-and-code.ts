/** Tests that were picked without the code that they test, and the other way round. */
import type { Language } from '../../code/code-facts.ts';
import { isTest, isTestByItsName } from '../../gates/tampering/names.ts';
import { picksOf, sourceOf } from './message.ts';
import type { CheckedFile, MissingPick, Trees } from './need.ts';
import { goFilesIn, packageDeclares, packageProvides, provides } from './provided-names.ts';
import { moduleNamed, resolve } from './resolve.ts';
import { listed, shown } from './shown.ts';
import { folderOf, type SourceTree } from './source-tree.ts';

const MOST_PATHS = 4;

/** In a folder of tests, what tests use. */
const SUPPORT =
  /(^|\/)(support|helpers?|fixtures?|utils?|mocks?|__mocks__|bench|benchmarks?|data|samples?)\//;

function isTestProgram(path: string): boolean {
  return isTestByItsName(path) || (isTest(path) && !SUPPORT.test(path));
}

/**
 * Code that a picked test was written for, and that is not taken from the same model.
 * @param told paths of which it is said already that they are missing
 */
export function untakenCode(
  file: CheckedFile,
  told: ReadonlySet<string>,
  trees: Trees,
): MissingPick[] {
  if (!isTestProgram(file.path)) return [];
  const { synthesis, candidates, taken } = trees;
  const own = candidates.filter(({ name }) => file.from.includes(name));
  return own.flatMap((tree) => {
    const others = reached(synthesis, file.path, tree)
      .filter((path) => tree.changes.has(path) && tree.has(path) && !told.has(path))
      .filter((path) => tree.blobOf(path) !== synthesis.blobOf(path))
      .filter((path) => !(taken.get(path) ?? []).includes(tree.name));
    const asInBase = others.filter((path) => (taken.get(path) ?? []).length === 0);
    const elsewhere = others.filter((path) => !asInBase.includes(path));
    return [
      ...untaken(file, tree, asInBase, 'likely', 'as in base'),
      // Tests of one model for the code of another are a choice; for code that nobody changed, they are a slip.
      ...untaken(file, tree, elsewhere, 'note', 'taken from others'),
    ];
  });
}

function untaken(
  file: CheckedFile,
  { name: model }: SourceTree,
  paths: readonly string[],
  severity: MissingPick['severity'],
  state: string,
): MissingPick[] {
  if (paths.length === 0) return [];
  const providers = paths.map((path) => ({ model, path }));
  const more = paths.length - MOST_PATHS;
  const first = paths.slice(0, MOST_PATHS).map(shown);
  const said = listed(more > 0 ? [...first, `${more} more`] : first);
  return [
    {
      path: file.path,
      needs: 'tested-code',
      name: paths.join(', '),
      provided_by: providers,
      severity,
      message: `${sourceOf(file)} tests ${said} as changed by ${model}, ${state} here: ${picksOf(providers)}`,
    },
  ];
}

/** New tests for picked code, where neither they nor anybody's else for it are picked. */
export function untakenTests(files: readonly CheckedFile[], trees: Trees): MissingPick[] {
  const { synthesis, base, candidates } = trees;
  const picked = files.filter(({ from }) => from.length > 0);
  const tested = new Set(
    picked
      .filter(({ path }) => isTest(path))
      .flatMap(({ path }) => reached(synthesis, path, synthesis)),
  );
  return candidates.flatMap((tree) => {
    const own = new Map(
      picked
        .filter(({ path, from }) => from.includes(tree.name) && !isTest(path) && !tested.has(path))
        .map((file) => [file.path, file]),
    );
    if (own.size === 0) return [];
    const tests = [...tree.changes.keys()].filter(
      (path) => isTestProgram(path) && tree.has(path) && !base.has(path) && !synthesis.has(path),
    );
    return tests.flatMap((path) => noteOn(path, tree, own));
  });
}

function noteOn(
  test: string,
  tree: SourceTree,
  own: ReadonlyMap<string, CheckedFile>,
): MissingPick[] {
  const [first, ...others] = reached(tree, test, tree)
    .flatMap((path) => own.get(path) ?? [])
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (first === undefined) return [];
  const provider = { model: tree.name, path: test };
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [
    {
      path: first.path,
      needs: 'test',
      name: test,
      provided_by: [provider],
      severity: 'note',
      message: `${sourceOf(first)}${more}: no test of it is picked, though ${tree.name} has one in ${shown(test)}: ${picksOf([provider])}`,
    },
  ];
}

/**
 * The files that a test works on: what it imports, and where what it takes from there really is.
 * @param source the tree that has the test's text
 * @param tree the tree in which its imports are looked up
 */
function reached(source: SourceTree, test: string, tree: SourceTree): string[] {
  const facts = source.factsOf(test);
  if (facts === null) return [];
  const paths = new Set<string>();
  const add = (found: readonly string[]) => {
    for (const path of found) paths.add(path);
  };
  for (const { specifier, names } of facts.imports) {
    const found = resolve(tree, test, specifier, facts.language);
    if (found.kind !== 'file' && facts.language !== 'python') continue;
    const target = found.kind === 'file' ? found.path : null;
    if (target !== null && tree.has(target)) add([target]);
    for (const name of names) add(placesOf(tree, test, specifier, target, name, facts.language));
  }
  if (facts.language === 'go') {
    const folder = folderOf(test);
    const own = goFilesIn(tree, folder);
    for (const name of facts.uses) {
      const answer = packageDeclares(tree, folder, name);
      if (answer.kind === 'yes') add(answer.paths.filter((path) => own.includes(path)));
    }
  }
  paths.delete(test);
  return [...paths].sort();
}

function placesOf(
  tree: SourceTree,
  test: string,
  specifier: string,
  target: string | null,
  name: string,
  language: Language,
): readonly string[] {
  if (name === '*') return target !== null && language === 'go' ? goFilesIn(tree, target) : [];
  if (language === 'python') {
    const module = moduleNamed(tree, test, specifier, name);
    if (module !== null) return [module];
  }
  if (target === null) return [];
  const answer =
    language === 'go' ? packageProvides(tree, target, name) : provides(tree, target, name);
  return answer.kind === 'yes' ? answer.paths : [];
}
