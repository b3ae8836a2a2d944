/** Packages that are imported, and the manifests that ask for them. */
import type { CodeFacts, Language } from '../../code/code-facts.ts';
import { isDistributionOf } from '../../code/dependencies.ts';
import { type Answer, type CheckedFile, type Need, NO, type Trees, UNKNOWN, yes } from './need.ts';
import { resolve } from './resolve.ts';
import { quoted } from './shown.ts';
import { foldersAbove, type SourceTree } from './source-tree.ts';

export function dependencyNeeds(file: CheckedFile, facts: CodeFacts, trees: Trees): Need[] {
  const { language } = facts;
  const names = new Set(
    facts.imports.flatMap(({ specifier }) => {
      const found = resolve(trees.synthesis, file.path, specifier, language);
      return found.kind === 'package' ? [found.name] : [];
    }),
  );
  return [...names].map((name) => ({
    needs: 'dependency',
    name: () => name,
    phrase: `imports the package ${quoted(name)}`,
    together: null,
    verb: ['asks for', 'ask for'],
    severity: 'breaks',
    isOwn: false,
    after: null,
    answer: (tree) => namingManifests(tree, file.path, name, language),
  }));
}

export function isNamedByManifest(
  tree: SourceTree,
  path: string,
  name: string,
  language: Language,
): boolean {
  return namingManifests(tree, path, name, language).kind === 'yes';
}

/** Packages of the folders around are found as well: workspaces and virtual environments lie there. */
function namingManifests(tree: SourceTree, path: string, name: string, language: Language): Answer {
  const manifests = manifestsAbove(tree, path, language);
  const naming = manifests.filter((manifest) => asksFor(tree, manifest, name, language));
  // What a program speaks of it may ask for: enough to be silent, not enough to be picked.
  if (naming.length > 0) return yes(naming.filter((manifest) => !isProgram(manifest)));
  const isRead = (manifest: string) =>
    isProgram(manifest) ? tree.textOf(manifest) !== null : tree.dependenciesOf(manifest) !== null;
  return manifests.every(isRead) ? NO : UNKNOWN;
}

export function manifestsAbove(tree: SourceTree, path: string, language: Language): string[] {
  const isOne = MANIFESTS[language];
  const found = foldersAbove(path).map((folder) =>
    [...tree.filesIn(folder), ...requirementsIn(tree, folder, language)].filter((file) =>
      isOne.test(file),
    ),
  );
  // A module of Go is closed: what lies around it is another one.
  return language === 'go' ? (found.find(({ length }) => length > 0) ?? []) : found.flat();
}

function requirementsIn(tree: SourceTree, folder: string, language: Language): string[] {
  return language === 'python' ? tree.filesIn(`${folder}requirements/`) : [];
}

const NPM = /(^|\/)package\.json$/;
const MANIFESTS: Readonly<Record<Language, RegExp>> = {
  typescript: NPM,
  tsx: NPM,
  javascript: NPM,
  python: /\.txt$|\.in$|(^|\/)(pyproject\.toml|Pipfile|setup\.cfg|setup\.py)$/,
  go: /(^|\/)go\.mod$/,
};

function isProgram(path: string): boolean {
  return path.endsWith('.py');
}

function asksFor(tree: SourceTree, manifest: string, name: string, language: Language): boolean {
  if (isProgram(manifest))
    return (tree.textOf(manifest) ?? '').toLowerCase().includes(name.toLowerCase());
  const asked = tree.dependenciesOf(manifest) ?? new Map<string, string>();
  if (language === 'go')
    return [...asked.keys()].some((module) => name === module || name.startsWith(`${module}/`));
  if (language === 'python') return [...asked.keys()].some((one) => isDistributionOf(name, one));
  // The types of a package stand for it where only types are imported.
  return asked.has(name) || asked.has(typesOf(name));
}

/** https://www.npmjs.com/package/@types/node and its kin: a scope is joined by two underscores. */
function typesOf(name: string): string {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`;
}
