/** What a file of JavaScript or TypeScript takes from others: imports, re-exports, `require()` and `import()`. */
import type { Import } from './code-facts.ts';
import type { Names } from './free-names.ts';
import { childOf, childrenOf, lineCounter, type SyntaxNode, walk } from './syntax.ts';

/** What a name that an import gives to this file stands for. */
export interface ImportedName {
  specifier: string;
  /** As the other file calls it; `*`: all of it. */
  name: string;
}

export interface JavaScriptImports {
  imports: Import[];
  /** By the name in this file. */
  local: Map<string, ImportedName>;
}

/** @param used The names used in the file: of a namespace the members that are taken count too. */
export function readJavaScriptImports(root: SyntaxNode, used: Names): JavaScriptImports {
  const local = new Map<string, ImportedName>();
  const found: { node: SyntaxNode; specifier: string; names: string[] }[] = [];
  walk(root, (node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return true;
    for (const { name, as } of importedNames(node))
      if (as !== null) local.set(as, { specifier, name });
    found.push({ node, specifier, names: takenNames(node, used) });
    return true;
  });
  const lineOf = lineCounter(root.source);
  const imports = found.map(({ node, specifier, names }) => {
    return { specifier, names: [...new Set(names)], line: lineOf(node.start) };
  });
  return { imports, local };
}

/** Where a statement or call takes something from; null: it takes nothing, or the place is not a literal. */
export function specifierOf(node: SyntaxNode): string | null {
  if (node.type === 'import_statement')
    return literal(childOf(node, 'source') ?? childOf(requireClause(node), 'source'));
  if (node.type === 'export_statement') return literal(childOf(node, 'source'));
  if (node.type !== 'call_expression') return null;
  const called = childOf(node, 'function');
  const isImport =
    called?.type === 'import' || (called?.type === 'identifier' && called.text === 'require');
  return isImport ? literal(childOf(node, 'arguments')?.children.find(isNoComment) ?? null) : null;
}

/** The text of a string without escapes and substitutions; null: it is something else. */
export function literal(node: SyntaxNode | null): string | null {
  if (node?.type !== 'string' && node?.type !== 'template_string') return null;
  return node.children.every(({ type }) => type === 'string_fragment')
    ? node.text.slice(1, -1)
    : null;
}

function isNoComment({ type }: SyntaxNode): boolean {
  return type !== 'comment';
}

function requireClause(statement: SyntaxNode): SyntaxNode | null {
  return childrenOf(statement, 'import_require_clause')[0] ?? null;
}

interface Named {
  name: string;
  /** The name in this file, which a re-export does not give. */
  as: string | null;
}

function importedNames(statement: SyntaxNode): Named[] {
  return statement.children.flatMap((clause): Named[] => {
    switch (clause.type) {
      case 'import_clause':
        return clause.children.flatMap(importedBy);
      case 'import_require_clause':
        return childrenOf(clause, 'identifier').map(({ text }) => ({ name: '*', as: text }));
      case 'export_clause':
        return childrenOf(clause, 'export_specifier').map((it) => ({ name: nameOf(it), as: null }));
      case 'namespace_export':
        return [{ name: '*', as: null }];
      default:
        return [];
    }
  });
}

function importedBy(part: SyntaxNode): Named[] {
  if (part.type === 'identifier') return [{ name: 'default', as: part.text }];
  if (part.type === 'namespace_import')
    return childrenOf(part, 'identifier').map(({ text }) => ({ name: '*', as: text }));
  return childrenOf(part, 'import_specifier').map((it) => {
    return { name: nameOf(it), as: (childOf(it, 'alias') ?? childOf(it, 'name'))?.text ?? '' };
  });
}

/** A name may be in quotes: `import { 'a b' as c }`. */
export function nameOf(specifier: SyntaxNode, field = 'name'): string {
  const name = childOf(specifier, field);
  return literal(name) ?? name?.text ?? '';
}

function takenNames(node: SyntaxNode, used: Names): string[] {
  if (node.type === 'call_expression') return takenFromCall(node, used);
  const isStar =
    node.type === 'export_statement' && !node.children.some((it) => it.type.startsWith('export_'));
  const names = importedNames(node).flatMap(({ name, as }) =>
    name === '*' && as !== null ? all(as, used) : [name],
  );
  return isStar ? ['*', ...names] : names;
}

function all(local: string, used: Names): string[] {
  return ['*', ...(used.get(local) ?? [])];
}

const AROUND = new Set([
  'await_expression',
  'parenthesized_expression',
  'non_null_expression',
  'as_expression',
]);

/** `require('x').a`, `const { a } = await import('x')`, ... */
function takenFromCall(call: SyntaxNode, used: Names): string[] {
  let value = call;
  while (AROUND.has(value.parent?.type ?? '') && value === value.parent?.children[0])
    value = value.parent;
  const { parent, field } = value;
  if (parent?.type === 'expression_statement') return [];
  if (parent?.type === 'member_expression' && field === 'object') {
    const member = childOf(parent, 'property')?.text ?? '*';
    return PROMISE.has(member) && childOf(call, 'function')?.type === 'import' ? ['*'] : [member];
  }
  const place = field === 'value' ? childOf(parent, 'name') : childOf(parent, 'left');
  if (place?.type === 'object_pattern') return keysOf(place);
  return place?.type === 'identifier' ? all(place.text, used) : ['*'];
}

const PROMISE = new Set(['then', 'catch', 'finally']);

/** The keys that a pattern takes; one that is computed, or `...rest`, may be any. */
function keysOf(pattern: SyntaxNode): string[] {
  return pattern.children.filter(isNoComment).map((it) => {
    if (it.type === 'shorthand_property_identifier_pattern') return it.text;
    if (it.type === 'object_assignment_pattern') return childOf(it, 'left')?.text ?? '*';
    const key = childOf(it, 'key');
    return key?.type === 'property_identifier' ? key.text : (literal(key) ?? '*');
  });
}
