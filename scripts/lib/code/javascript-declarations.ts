/** What statements of JavaScript and TypeScript declare. */
import {
  functionSignature,
  isFunction,
  signatureOf,
  valueSignature,
} from './javascript-signatures.ts';
import { inOneLine, oneLine } from './signature.ts';
import { childOf, childrenOf, type SyntaxNode, walk } from './syntax.ts';

export interface Declaration {
  name: string;
  signature: string;
  /** The type of its node. */
  type: string;
}

const NAMESPACES = new Set(['internal_module', 'module']);
const DECLARING = new Set([
  'lexical_declaration',
  'variable_declaration',
  'ambient_declaration',
  'function_declaration',
  'generator_function_declaration',
  'function_signature',
  'class_declaration',
  'abstract_class_declaration',
  'interface_declaration',
  'type_alias_declaration',
  'enum_declaration',
  'import_alias',
]);
/** Namespaces in namespaces: what lies deeper is not described. */
const DEEPEST = 4;

/** The declarations that one statement makes; an exported one, those behind its `export`. */
export function declarationsOf(statement: SyntaxNode, depth = 0): Declaration[] {
  const { type, children } = statement;
  if (type === 'lexical_declaration' || type === 'variable_declaration')
    return childrenOf(statement, 'variable_declarator').flatMap(variables);
  if (
    type === 'export_statement' ||
    type === 'ambient_declaration' ||
    type === 'expression_statement'
  )
    return children
      .filter((it) => it.field !== 'value' && isDeclaration(it))
      .flatMap((it) => declarationsOf(it, depth));
  const name = declaredName(statement);
  if (name === null || !isDeclaration(statement)) return [];
  const signature = NAMESPACES.has(type)
    ? namespaceSignature(statement, depth)
    : signatureOf(statement);
  return [{ name, signature, type }];
}

/** Every declared name of a pattern: `{ a, b: [c], ...d }`. */
export function namesInPattern(pattern: SyntaxNode): string[] {
  const names: string[] = [];
  walk(pattern, ({ type, field, text }) => {
    if (field === 'right' || type === 'computed_property_name') return false;
    if (type === 'identifier' || type === 'shorthand_property_identifier_pattern') names.push(text);
    return true;
  });
  return names;
}

function isDeclaration({ type }: SyntaxNode): boolean {
  return DECLARING.has(type) || NAMESPACES.has(type);
}

/** A module with a name in quotes is another module's: `declare module 'x'`. */
function declaredName(node: SyntaxNode): string | null {
  const name = node.type === 'import_alias' ? node.children[0] : childOf(node, 'name');
  if (name === undefined || name === null || name.type === 'string') return null;
  return name.type === 'nested_identifier' ? (/^[^.\s]*/.exec(name.text)?.[0] ?? null) : name.text;
}

function variables(declarator: SyntaxNode): Declaration[] {
  const pattern = childOf(declarator, 'name');
  const value = childOf(declarator, 'value');
  const type = childOf(declarator, 'type');
  const keyword = /^\w+/.exec(declarator.parent?.text.slice(0, 8) ?? '')?.[0] ?? 'const';
  if (pattern === null) return [];
  return namesInPattern(pattern).map((name) => {
    const isWhole = pattern.type === 'identifier';
    let signature = `${keyword} ${name}`;
    if (type !== null && isWhole) signature += oneLine(type);
    else if (value !== null && isWhole && isFunction(value))
      signature = functionSignature(value, name);
    else if (value !== null) signature += ` = ${isWhole ? valueSignature(value) : '...'}`;
    return { name, signature, type: declarator.type };
  });
}

function namespaceSignature(node: SyntaxNode, depth: number): string {
  const name = childOf(node, 'name')?.text ?? '';
  if (depth >= DEEPEST) return `namespace ${name} { ... }`;
  const statements = childOf(node, 'body')?.children ?? [];
  const exported = statements.filter((it) => it.type === 'export_statement');
  // In one that is only declared everything is exported.
  const seen = exported.length > 0 ? exported : statements;
  const signatures = seen.flatMap((it) => declarationsOf(it, depth + 1)).map((it) => it.signature);
  return inOneLine([`namespace ${name} {`, signatures.join('; '), '}'], ' ');
}
