/** Trees made by hand for the check of picks: files with their texts, or with what a parser would say of them. */
import type { CodeFacts, Import, Language } from '../../scripts/lib/code/code-facts.ts';
import { goModuleOf } from '../../scripts/lib/code/dependencies.ts';
import { languageOf } from '../../scripts/lib/code/language.ts';
import {
  type Contents,
  folderOf,
  Listing,
  SourceTree,
} from '../../scripts/lib/synthesis/closure/source-tree.ts';
import { findMissingPicks, type MissingPick } from '../../scripts/lib/synthesis/closure.ts';

type Facts = Partial<Omit<CodeFacts, 'imports' | 'exports'>> & {
  /** Specifier -> names. */
  imports?: Record<string, string[]>;
  exports?: string[];
};

/** A text, or code; null: it is gone. */
export type HandMade = string | Facts | null;
export type Files = Record<string, HandMade>;

const blobOf = (file: HandMade) => (file === null ? null : JSON.stringify(file));

/** As when files are read: each version has its facts once. */
function makeContents(): Contents {
  const facts = new Map<string, CodeFacts | null>();
  const read = (path: string, blob: string) => {
    const file: HandMade = JSON.parse(blob);
    const language = languageOf(path);
    const isCode = typeof file !== 'string' && file !== null && language !== null;
    return isCode ? factsOf(file, language) : null;
  };
  return {
    textOf: (_path, blob) => (blob.startsWith('"') ? JSON.parse(blob) : ''),
    factsOf: (path, blob) => {
      const key = `${blob} ${path}`;
      if (!facts.has(key)) facts.set(key, read(path, blob));
      return facts.get(key) ?? null;
    },
  };
}

function factsOf(facts: Facts, language: Language): CodeFacts {
  const imports: Import[] = Object.entries(facts.imports ?? {}).map(([specifier, names]) => ({
    specifier,
    names,
    line: 1,
  }));
  const exported = facts.exports ?? [];
  return {
    passedOn: [],
    declares: exported,
    uses: [],
    isDamaged: false,
    ...facts,
    language,
    imports,
    exports: exported.map((name) => ({ name, signature: name })),
  };
}

/**
 * What is missing from a mix.
 * @param picks path -> the model that it is taken from; or several of them, with what their hunks make
 */
export function missingIn(
  base: Files,
  models: Record<string, Files>,
  picks: Record<string, string | { from: string[]; makes: HandMade }>,
): MissingPick[] {
  const contents = makeContents();
  const listing = new Listing(
    new Map(Object.entries(base).flatMap(([path, file]) => toEntry(path, blobOf(file)))),
  );
  const tree = (name: string, files: Files) => {
    const changes = new Map(Object.entries(files).map(([path, file]) => [path, blobOf(file)]));
    const made = new SourceTree(name, listing, changes, contents);
    made.goModules = Object.keys({ ...base, ...files }).flatMap((path) => {
      const module = path.endsWith('go.mod') ? goModuleOf(made.textOf(path) ?? '') : null;
      return module === null ? [] : [{ dir: folderOf(path).slice(0, -1), module }];
    });
    return made;
  };
  const mixed = Object.entries(picks).flatMap(([path, pick]): [string, HandMade][] => {
    if (typeof pick !== 'string') return [[path, pick.makes]];
    return pick === 'base' ? [] : [[path, models[pick]?.[path] ?? null]];
  });
  return findMissingPicks({
    synthesis: tree('synthesis', Object.fromEntries(mixed)),
    base: tree('base', {}),
    candidates: Object.entries(models).map(([name, files]) => tree(name, files)),
    taken: new Map(
      Object.entries(picks).map(([path, pick]) => [
        path,
        typeof pick !== 'string' ? pick.from : pick === 'base' ? [] : [pick],
      ]),
    ),
  });
}

function toEntry(path: string, blob: string | null): [string, string][] {
  return blob === null ? [] : [[path, blob]];
}

/** Path, what it needs, and its name, in one line. */
export const briefly = (found: readonly MissingPick[]) =>
  found.map(({ path, needs, name, severity }) => `${path} ${needs} ${name} ${severity}`);

export const messages = (found: readonly MissingPick[]) => found.map(({ message }) => message);
