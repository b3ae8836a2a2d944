import { Requirements } from './requirements.ts';

/**
 * go.mod: its `require` lines, and its `replace` lines, which say where a module really comes from.
 * https://go.dev/ref/mod#go-mod-file
 */
export function readGoMod(text: string): Map<string, string> {
  const requirements = new Requirements();
  for (const { verb, words } of directives(text)) {
    const [module = '', ...rest] = words;
    if (verb === 'require') requirements.add(module, rest.join(' '));
    if (verb === 'replace') requirements.add(module, rest.slice(rest.indexOf('=>')).join(' '));
  }
  return requirements.toMap();
}

/** The path of the module that a go.mod declares, or null. */
export function goModuleOf(text: string): string | null {
  return directives(text).find(({ verb }) => verb === 'module')?.words[0] ?? null;
}

/** `verb words`, and `verb (`, then the words of each line, up to `)`. */
function directives(text: string): { verb: string; words: string[] }[] {
  const found: { verb: string; words: string[] }[] = [];
  let block: string | null = null;
  for (const line of text.split('\n')) {
    const words = wordsOf(line);
    const [first] = words;
    if (first === undefined) continue;
    if (first === ')') block = null;
    else if (block !== null) found.push({ verb: block, words });
    else if (words[1] === '(') block = first;
    else found.push({ verb: first, words: words.slice(1) });
  }
  return found;
}

function wordsOf(line: string): string[] {
  const [code = ''] = line.split('//', 1);
  return code
    .replace('(', ' ( ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => word.replaceAll(/^["`]|["`]$/g, ''));
}
