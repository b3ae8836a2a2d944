/** Whether a file, or the folder that is a package of Go, offers a name. */
import type { CodeFacts } from '../../code/code-facts.ts';
import { type Answer, NO, UNKNOWN, yes } from './need.ts';
import { resolve } from './resolve.ts';
import type { SourceTree } from './source-tree.ts';

/** Each calls the next; no library of anybody passes names on through more. */
const MOST_FILES = 500;

/**
 * Follows `export * from` and `from x import *`.
 * @param target as it was resolved: a file, in Go a folder
 * @returns `yes` with the file that has the name first, then those that pass it on
 */
export function provides(tree: SourceTree, target: string, name: string): Answer {
  return provided(tree, target, name, new Set());
}

function provided(tree: SourceTree, path: string, name: string, seen: Set<string>): Answer {
  if (seen.has(path)) return NO;
  if (seen.size > MOST_FILES) return UNKNOWN;
  seen.add(path);
  const facts = tree.factsOf(path);
  if (facts === null) return UNKNOWN;
  if (offers(facts, name)) return withOrigin(tree, path, facts, name, seen);
  // The default export is the one thing that `export *` leaves out.
  const passed = name === 'default' ? [] : facts.passedOn;
  const answers = passed.map((specifier) => {
    const found = resolve(tree, path, specifier, facts.language);
    if (found.kind === 'file') return provided(tree, found.path, name, seen);
    return found.kind === 'missing-file' ? NO : UNKNOWN;
  });
  const found = answers.find(({ kind }) => kind === 'yes');
  if (found?.kind === 'yes') return yes([...found.paths, path]);
  const isUnknown = answers.some(({ kind }) => kind === 'unknown');
  return isUnknown || mayOffer(tree.textOf(path) ?? '', facts, name) ? UNKNOWN : NO;
}

function offers(facts: CodeFacts, name: string): boolean {
  const { exported, declared } = namesOf(facts);
  // In Python, whatever a module has can be imported from it.
  return exported.has(name) || (facts.language === 'python' && declared.has(name));
}

interface Names {
  exported: ReadonlySet<string>;
  declared: ReadonlySet<string>;
  /** Name -> where it is imported from, by its own name: members of a whole module are not offered again. */
  origins: ReadonlyMap<string, string>;
}

const indexed = new WeakMap<CodeFacts, Names>();

/** Thousands of names may be looked for in thousands. */
function namesOf(facts: CodeFacts): Names {
  const known = indexed.get(facts) ?? {
    exported: new Set(facts.exports.map(({ name }) => name)),
    declared: new Set(facts.declares),
    origins: new Map(
      facts.imports
        .filter(({ names }) => !names.includes('*'))
        .flatMap(({ specifier, names }) =>
          names.map((name): [string, string] => [name, specifier]),
        ),
    ),
  };
  indexed.set(facts, known);
  return known;
}

/** What is imported and offered again has its content elsewhere. */
function withOrigin(
  tree: SourceTree,
  path: string,
  facts: CodeFacts,
  name: string,
  seen: Set<string>,
): Answer {
  const origin = namesOf(facts).origins.get(name);
  if (origin === undefined) return yes([path]);
  const found = resolve(tree, path, origin, facts.language);
  if (found.kind !== 'file') return yes([path]);
  const answer = provided(tree, found.path, name, seen);
  return answer.kind === 'yes' ? yes([path, ...answer.paths]) : yes([path]);
}

/** Names that are made while the program runs, or that the parser lost: nobody can say. */
function mayOffer(text: string, facts: CodeFacts, name: string): boolean {
  const isPython = facts.language === 'python';
  if (isPython && namesOf(facts).declared.has('__getattr__')) return true;
  const isOpen = isPython
    ? /\bglobals\(\)|\bsetattr\(|\bexec\(/.test(text)
    : OPEN_EXPORTS.test(text) || (WHOLE_EXPORTS.test(text) && text.includes('...'));
  return (facts.isDamaged || isOpen) && hasWord(text, name);
}

/** An object that is made elsewhere, or whose keys are. */
const OPEN_EXPORTS =
  /\bexports\s?\[|\bassign\(\s?(?:module\.)?exports\b|\bmodule\.exports\s{0,9}=\s{0,9}[^{\s]|\bexport\s?=/;
const WHOLE_EXPORTS = /\bmodule\.exports\s{0,9}=\s{0,9}\{/;

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const around = `${text[at - 1] ?? ''} ${text[at + word.length] ?? ''}`;
    if (!/[\w$]/.test(around)) return true;
  }
  return false;
}

/** A package of Go: what the files of a folder export, its tests left out. */
export function packageProvides(tree: SourceTree, folder: string, name: string): Answer {
  const files = goFilesIn(tree, folder);
  const having = files.filter((path) => {
    const facts = tree.factsOf(path);
    return facts !== null && namesOf(facts).exported.has(name);
  });
  if (having.length > 0) return yes(having);
  return files.every((path) => isWhollyRead(tree, path)) ? NO : UNKNOWN;
}

/** What the files of a folder declare for each other; any of them counts, those for other systems and tests too. */
export function packageDeclares(tree: SourceTree, folder: string, name: string): Answer {
  const files = tree.filesIn(folder).filter((path) => path.endsWith('.go'));
  const having = files.filter((path) => {
    const facts = tree.factsOf(path);
    return facts !== null && namesOf(facts).declared.has(name);
  });
  if (having.length > 0) return yes(having);
  return files.every((path) => isWhollyRead(tree, path)) ? NO : UNKNOWN;
}

function isWhollyRead(tree: SourceTree, path: string): boolean {
  return tree.factsOf(path)?.isDamaged === false;
}

/** @param folder with or without its slash */
export function goFilesIn(tree: SourceTree, folder: string): string[] {
  const slashed = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  return tree.filesIn(slashed).filter((path) => path.endsWith('.go') && !path.endsWith('_test.go'));
}
