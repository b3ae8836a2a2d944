import { setImmediate } from 'node:timers/promises';
import type { CodeFacts, Language } from './code-facts.ts';
import { languageOf } from './language.ts';
import { withoutNewerTypeScript } from './newer-typescript.ts';
import { type Parsed, parse } from './parser.ts';
import { readGo } from './read-go.ts';
import { readJavaScript } from './read-javascript.ts';
import { readPython } from './read-python.ts';
import type { SyntaxNode } from './syntax.ts';

/**
 * What each file offers and needs, by its path; files of other languages are left out. Nothing is run or loaded, and no
 * content is an error: what cannot be read as a whole is damaged.
 */
export async function readCode(
  files: readonly { path: string; text: string }[],
): Promise<Map<string, CodeFacts>> {
  const facts = new Map<string, CodeFacts>();
  for (const { path, text } of files) {
    const language = languageOf(path);
    if (language === null) continue;
    facts.set(path, await factsOf(language, path, text));
    // A file takes milliseconds or, when it is meant to, seconds: signals and timers have their turn between two.
    await setImmediate();
  }
  return facts;
}

async function factsOf(language: Language, path: string, text: string): Promise<CodeFacts> {
  const parsed = await parsedOf(language, text);
  const nothing = { imports: [], exports: [], passedOn: [], declares: [], uses: [] };
  if (parsed === null) return { language, ...nothing, isDamaged: true };
  return { language, ...read(language, parsed.root, path), isDamaged: parsed.isDamaged };
}

async function parsedOf(language: Language, text: string): Promise<Parsed | null> {
  const parsed = await parse(language, text);
  if (parsed?.isDamaged !== true || (language !== 'typescript' && language !== 'tsx'))
    return parsed;
  const known = withoutNewerTypeScript(text);
  return known === text ? parsed : ((await parse(language, known)) ?? parsed);
}

function read(language: Language, root: SyntaxNode, path: string) {
  if (language === 'python') return readPython(root, path);
  return language === 'go' ? readGo(root) : readJavaScript(root);
}
