import type { CodeFacts } from '../../scripts/lib/code/code-facts.ts';
import { readCode } from '../../scripts/lib/code/read-code.ts';

/** The facts of one file. */
export async function factsOf(path: string, text: string): Promise<CodeFacts> {
  const facts = (await readCode([{ path, text }])).get(path);
  if (facts === undefined) throw new Error(`${path} was not read.`);
  return facts;
}

/** Imports without their lines, as `specifier: name, name`. */
export function importsOf({ imports }: CodeFacts): string[] {
  return imports.map(({ specifier, names }) => `${specifier}: ${names.join(', ')}`);
}

/** Signatures by name. */
export function exportsOf({ exports }: CodeFacts): Record<string, string> {
  return Object.fromEntries(exports.map(({ name, signature }) => [name, signature]));
}
