/** What the imports of a file need: the files, and the names in them. */
import type { CodeFacts, Import, Language } from '../../code/code-facts.ts';
import { isNamedByManifest } from './dependency-needs.ts';
import { type Answer, type CheckedFile, type Need, NO, type Trees, UNKNOWN, yes } from './need.ts';
import { goFilesIn, packageDeclares, packageProvides, provides } from './provided-names.ts';
import { moduleNamed, resolve } from './resolve.ts';
import { allQuoted, quoted } from './shown.ts';
import { folderOf, type SourceTree } from './source-tree.ts';

export function importNeeds(file: CheckedFile, facts: CodeFacts, trees: Trees): Need[] {
  return facts.imports.flatMap((one) => {
    const whole = fileNeed(file, facts, one);
    const names = one.names.filter((name) => name !== '*');
    return [whole, ...names.map((name) => nameNeed(file, facts, one, name, whole, trees))];
  });
}

function fileNeed({ path }: CheckedFile, { language }: CodeFacts, one: Import): Need {
  const { specifier } = one;
  return {
    needs: 'file',
    name: (found) => (language === 'go' ? folderOf(found).slice(0, -1) : found),
    phrase: `imports ${quoted(specifier)}`,
    together: null,
    verb: ['has', 'have'],
    severity: 'breaks',
    isOwn: false,
    after: null,
    answer(tree) {
      const found = resolve(tree, path, specifier, language);
      if (found.kind === 'file' && language === 'go') {
        const files = goFilesIn(tree, found.path);
        return files.length === 0 ? NO : yes(files);
      }
      if (found.kind === 'file' && tree.has(found.path)) return yes([found.path]);
      if (found.kind === 'file')
        return isFolderEnough(tree, path, found.path, language, one) ? yes([]) : UNKNOWN;
      if (found.kind === 'missing-file') return NO;
      if (found.kind === 'builtin') return yes([]);
      // A package may be a file that is not found because it is not there: the file's own version knows.
      const isPackage =
        found.kind === 'package' && isNamedByManifest(tree, path, found.name, language);
      return isPackage ? yes([]) : UNKNOWN;
    },
  };
}

/** Of Python, a package without a file of its own, if only its modules are taken; else one whose package.json says more. */
function isFolderEnough(
  tree: SourceTree,
  path: string,
  folder: string,
  language: Language,
  { specifier, names }: Import,
): boolean {
  if (language !== 'python') return tree.has(`${folder}/package.json`);
  const taken = names.filter((name) => name !== '*');
  return taken.every((name) => moduleNamed(tree, path, specifier, name) !== null);
}

function nameNeed(
  { path }: CheckedFile,
  { language }: CodeFacts,
  { specifier }: Import,
  name: string,
  whole: Need,
  { synthesis }: Trees,
): Need {
  const target = resolve(synthesis, path, specifier, language);
  const place = target.kind === 'file' && language !== 'go' ? target.path : specifier;
  return {
    needs: 'name',
    name: () => name,
    phrase: `imports ${quoted(name)} from ${quoted(place)}`,
    together: (names) => `imports ${allQuoted(names)} from ${quoted(place)}`,
    verb: ['exports', 'export'],
    severity: 'breaks',
    isOwn: false,
    after: whole,
    answer: (tree) =>
      language === 'python'
        ? pythonName(tree, path, specifier, name)
        : exported(tree, path, specifier, name, language),
  };
}

function exported(
  tree: SourceTree,
  path: string,
  specifier: string,
  name: string,
  language: Language,
): Answer {
  const found = resolve(tree, path, specifier, language);
  if (found.kind !== 'file') return UNKNOWN;
  return language === 'go'
    ? packageProvides(tree, found.path, name)
    : provides(tree, found.path, name);
}

/** `from package import name`: what the package has of that name, or a module in its folder. */
function pythonName(tree: SourceTree, path: string, specifier: string, name: string): Answer {
  const module = moduleNamed(tree, path, specifier, name);
  return module === null ? exported(tree, path, specifier, name, 'python') : yes([module], true);
}

/** What a file of Go uses of the other files in its folder. */
export function packageNeeds({ path }: CheckedFile, facts: CodeFacts, trees: Trees): Need[] {
  const folder = folderOf(path);
  // Where no model changed a file, all trees have the same names.
  if (facts.language !== 'go' || !trees.goFolders.has(folder)) return [];
  return facts.uses.map((name) => ({
    needs: 'name',
    name: () => name,
    phrase: `uses ${quoted(name)}`,
    together: (names) => `uses ${allQuoted(names)}`,
    verb: ['declares', 'declare'],
    severity: 'breaks',
    isOwn: true,
    after: null,
    answer: (tree) => packageDeclares(tree, folder, name),
  }));
}
