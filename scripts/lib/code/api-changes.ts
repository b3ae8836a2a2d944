import type { CodeFacts, Export } from './code-facts.ts';

export interface ApiChanges {
  added: string[];
  removed: string[];
  changed: { name: string; before: string; after: string }[];
}

/**
 * What a change does to the public names of a file, each list by name; null: the file is not there. Damaged facts may lack
 * names that are there: whoever asks about those cannot say that one is removed.
 */
export function apiChanges(before: CodeFacts | null, after: CodeFacts | null): ApiChanges {
  const [old, now] = [byName(before?.exports ?? []), byName(after?.exports ?? [])];
  return {
    added: [...now.keys()].filter((name) => !old.has(name)).sort(),
    removed: [...old.keys()].filter((name) => !now.has(name)).sort(),
    changed: [...old.keys()].sort().flatMap((name) => {
      const [was, is] = [old.get(name), now.get(name)];
      if (was === undefined || is === undefined || was === is) return [];
      return [{ name, before: was, after: is }];
    }),
  };
}

function byName(exports: readonly Export[]): Map<string, string> {
  return new Map(exports.map(({ name, signature }) => [name, signature]));
}
