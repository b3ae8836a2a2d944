import { posix } from 'node:path';
import type { CodeFacts } from './code-facts.ts';
import { freeNames } from './free-names.ts';
import { declarationsOf, statementsOf } from './python-declarations.ts';
import { type PythonImport, plainString, readPythonImports } from './python-imports.ts';
import { PYTHON_NAMES } from './python-names.ts';
import { signaturesByName } from './signature.ts';
import { childOf, type SyntaxNode, walk } from './syntax.ts';

/** Python's names at the top level can all be imported: those that imports give to the file are declared too. */
export function readPython(
  root: SyntaxNode,
  path: string,
): Omit<CodeFacts, 'language' | 'isDamaged'> {
  const { free, own } = freeNames(root, PYTHON_NAMES);
  const imports = readPythonImports(root, new Map([...free, ...own]));
  const statements = statementsOf(root);
  const atTop = new Set(statements);
  const importedAtTop = imports.filter(({ node }) => atTop.has(node));
  const declared = signaturesByName(statements.flatMap(declarationsOf));
  const imported = signaturesByName(importedAtTop.flatMap(asDeclared));
  const known = new Map([...imported, ...declared]);
  const listed = listedNames(statements);
  const offered = listed ?? publicNames([...declared.keys()], reexported(importedAtTop, path));
  return {
    imports: imports.map(({ specifier, names, line }) => ({ specifier, names, line })),
    exports: [...new Set(offered)].map((name) => ({ name, signature: known.get(name) ?? name })),
    passedOn: starsOf(importedAtTop),
    declares: [...known.keys()],
    uses: [...free.keys()],
  };
}

function asDeclared({ specifier, local }: PythonImport) {
  return local.map(({ as, name }) => {
    const signature = name === '*' ? `import ${specifier}` : `from ${specifier} import ${name}`;
    return { name: as, signature };
  });
}

/**
 * What an import offers again: in the file of a package what comes from that package (`from .core import Client`), and
 * anywhere `import a as a` (the typing specification's "Import conventions").
 */
function reexported(imports: readonly PythonImport[], path: string): string[] {
  const isPackage = /^__init__\.pyi?$/.test(posix.basename(path));
  return imports.flatMap(({ specifier, local }) =>
    local
      .filter(({ isRepeated }) => isRepeated || (isPackage && specifier.startsWith('.')))
      .map(({ as }) => as),
  );
}

function publicNames(...groups: string[][]): string[] {
  return groups.flat().filter((name) => !name.startsWith('_'));
}

function starsOf(imports: readonly PythonImport[]): string[] {
  const stars = imports.filter(({ names, local }) => names.includes('*') && local.length === 0);
  return [...new Set(stars.map(({ specifier }) => specifier))];
}

/** The names of `__all__`; null: there is none that can be read. */
function listedNames(statements: readonly SyntaxNode[]): string[] | null {
  const values = statements.flatMap(({ children }) => children.flatMap(valueOfAll));
  if (values.length === 0) return null;
  const names: string[] = [];
  let isReadable = false;
  for (const value of values) {
    walk(value, (node) => {
      const name = plainString(node);
      if (name !== null) names.push(name);
      isReadable ||= name !== null || node.type === 'list' || node.type === 'tuple';
      return LISTS.has(node.type);
    });
  }
  return isReadable ? names : null;
}

const LISTS = new Set([
  'list',
  'tuple',
  'binary_operator',
  'parenthesized_expression',
  'expression_list',
  'argument_list',
]);

/** `__all__ = ...`, `__all__ += ...`, `__all__.extend(...)`. */
function valueOfAll(expression: SyntaxNode): SyntaxNode[] {
  const isAssignment =
    expression.type === 'assignment' || expression.type === 'augmented_assignment';
  const place = childOf(expression, isAssignment ? 'left' : 'function');
  if (place === null || place.end - place.start > 20) return [];
  const isAll = isAssignment
    ? place.text === '__all__'
    : /^__all__\.(?:extend|append)$/.test(place.text);
  const value = childOf(expression, isAssignment ? 'right' : 'arguments');
  return isAll && value !== null ? [value] : [];
}
