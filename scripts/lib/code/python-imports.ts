/** What a Python file takes from others, wherever in the file it does so. */
import type { Import } from './code-facts.ts';
import type { Names } from './free-names.ts';
import { childOf, childrenOf, lineCounter, type SyntaxNode, walk } from './syntax.ts';

export interface PythonImport extends Import {
  /** The names in this file, with what they are called there (`*`: a whole module); repeated: `import a as a`. */
  local: { as: string; name: string; isRepeated: boolean }[];
  node: SyntaxNode;
}

const DYNAMIC = new Set(['__import__', 'import_module', 'importlib.import_module']);

/** @param used The names used in the file: of a module the members that are taken count too. */
export function readPythonImports(root: SyntaxNode, used: Names): PythonImport[] {
  const lineOf = lineCounter(root.source);
  const imports: PythonImport[] = [];
  walk(root, (node) => {
    for (const found of importsOf(node, used))
      imports.push({ ...found, names: [...new Set(found.names)], line: lineOf(node.start), node });
    return true;
  });
  return imports;
}

type Found = Pick<PythonImport, 'specifier' | 'names' | 'local'>;

function importsOf(node: SyntaxNode, used: Names): Found[] {
  switch (node.type) {
    case 'import_statement':
      return namesOf(node).map((it) => moduleImport(it, used));
    case 'import_from_statement':
      return [importFrom(node, moduleName(childOf(node, 'module_name')))];
    case 'future_import_statement':
      return [importFrom(node, '__future__')];
    case 'call':
      return dynamicImport(node);
    default:
      return [];
  }
}

interface ImportedName {
  name: string;
  alias: string | null;
}

function namesOf(statement: SyntaxNode): ImportedName[] {
  return statement.children
    .filter(({ field }) => field === 'name')
    .map((it) => {
      if (it.type !== 'aliased_import') return { name: dotted(it), alias: null };
      return { name: dotted(childOf(it, 'name')), alias: childOf(it, 'alias')?.text ?? null };
    });
}

/** `import a.b` gives the file the name `a`, `import a.b as c` the name `c`. */
function moduleImport({ name, alias }: ImportedName, used: Names): Found {
  const isWhole = alias !== null || !name.includes('.');
  const as = alias ?? (name.split('.')[0] as string);
  const members = isWhole ? (used.get(as) ?? []) : [];
  const local = [{ as, name: '*', isRepeated: alias === name }];
  return { specifier: name, names: ['*', ...members], local };
}

function importFrom(statement: SyntaxNode, specifier: string): Found {
  const isStar = childrenOf(statement, 'wildcard_import').length > 0;
  const names = namesOf(statement);
  const local = names.map(({ name, alias }) => ({
    name,
    as: alias ?? name,
    isRepeated: alias === name,
  }));
  return { specifier, names: isStar ? ['*'] : names.map(({ name }) => name), local };
}

/** `..a.b`; dots and names may be apart. */
function moduleName(node: SyntaxNode | null): string {
  if (node?.type !== 'relative_import') return dotted(node);
  const prefix = childrenOf(node, 'import_prefix')[0]?.text.replace(/[^.]/g, '') ?? '';
  return prefix + dotted(childrenOf(node, 'dotted_name')[0] ?? null);
}

function dotted(node: SyntaxNode | null): string {
  if (node?.type !== 'dotted_name') return node?.text ?? '';
  return childrenOf(node, 'identifier')
    .map(({ text }) => text)
    .join('.');
}

/** `importlib.import_module('a.b')`; a relative name counts from a package that is given elsewhere. */
function dynamicImport(call: SyntaxNode): Found[] {
  const called = childOf(call, 'function');
  if (called === null || called.end - called.start > 30 || !DYNAMIC.has(called.text)) return [];
  const specifier = plainString(childOf(call, 'arguments')?.children[0] ?? null);
  if (specifier === null || specifier === '' || specifier.startsWith('.')) return [];
  return [{ specifier, names: ['*'], local: [] }];
}

/** The text of a string without escapes and substitutions; null: it is something else. */
export function plainString(node: SyntaxNode | null): string | null {
  if (node?.type !== 'string') return null;
  const isPlain = node.children.every(({ type, children }) =>
    type === 'string_content' ? children.length === 0 : /^string_(?:start|end)$/.test(type),
  );
  return isPlain ? (childrenOf(node, 'string_content')[0]?.text ?? '') : null;
}
