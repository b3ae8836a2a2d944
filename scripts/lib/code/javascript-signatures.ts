/** What functions, classes, types and values of JavaScript and TypeScript promise to callers. */
import { inOneLine, oneLine } from './signature.ts';
import { childOf, childrenOf, type SyntaxNode } from './syntax.ts';

const FUNCTIONS = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_signature',
  'function_expression',
  'generator_function',
  'arrow_function',
]);
const CLASSES = new Set(['class_declaration', 'abstract_class_declaration', 'class']);

export function isFunction({ type }: SyntaxNode): boolean {
  return FUNCTIONS.has(type);
}

/** Of a function, a class, or a type. */
export function signatureOf(node: SyntaxNode): string {
  if (isFunction(node)) return functionSignature(node, childOf(node, 'name')?.text ?? '');
  return CLASSES.has(node.type) ? classSignature(node) : oneLine(node);
}

/** A value in a word or two: its kind, not what it is; of a function or class, what it promises. */
export function valueSignature(value: SyntaxNode, ofClass = classSignature): string {
  let node = value;
  while (WRAPPERS.has(node.type) && node.children[0] !== undefined) {
    const asserted = node.children[1];
    if (asserted !== undefined && node.type === 'as_expression') return oneLine(asserted);
    node = node.children[0];
  }
  if (CLASSES.has(node.type)) return ofClass(node);
  if (isFunction(node)) return signatureOf(node);
  if (node.type === 'call_expression') return callSignature(node);
  if (node.type === 'new_expression') return `new ${plainName(childOf(node, 'constructor'))}(...)`;
  if (node.type === 'unary_expression') return UNARY.get(node.text[0] ?? '') ?? '...';
  return KINDS.get(node.type) ?? plainName(node);
}

function callSignature(call: SyntaxNode): string {
  return `${plainName(childOf(call, 'function'))}(...)`;
}

const WRAPPERS = new Set([
  'as_expression',
  'satisfies_expression',
  'parenthesized_expression',
  'non_null_expression',
]);
const UNARY = new Map([
  ['-', 'number'],
  ['+', 'number'],
  ['~', 'number'],
  ['!', 'boolean'],
]);
const KINDS = new Map([
  ['string', 'string'],
  ['template_string', 'string'],
  ['number', 'number'],
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['null', 'null'],
  ['undefined', 'undefined'],
  ['regex', 'RegExp'],
  ['array', 'array'],
  ['object', 'object'],
]);

function plainName(node: SyntaxNode | null): string {
  const text = node === null || node.end - node.start > 80 ? '' : node.text;
  return /^[\p{L}\p{N}_$.#]+$/u.test(text) ? text : '...';
}

/** The same for `function f() {}` and `const f = () => {}`; `async` counts where no type says what it means. */
export function functionSignature(node: SyntaxNode, name: string): string {
  const returns = childOf(node, 'return_type');
  const only = childOf(node, 'parameter');
  const beginning = node.source.slice(node.start, Math.min(node.start + 16, node.end));
  const isAsync = returns === null && /^async\b/.test(beginning);
  const parts = [
    `${isAsync ? 'async ' : ''}function${node.type.startsWith('generator') ? '*' : ''}${name === '' ? '' : ` ${name}`}`,
    part(childOf(node, 'type_parameters')),
    only === null ? part(childOf(node, 'parameters')) : `(${only.text})`,
    part(returns),
  ];
  return inOneLine(parts, '');
}

function part(node: SyntaxNode | null): string {
  return node === null ? '' : oneLine(node, withoutValues);
}

/** Of a default value callers see that there is one. */
function withoutValues({ type, field, parent }: SyntaxNode): string | undefined {
  if (type === 'decorator') return '';
  const isValue = field === 'value' && (parent?.type.endsWith('_parameter') ?? false);
  const isDefault = field === 'right' && (parent?.type.endsWith('assignment_pattern') ?? false);
  return isValue || isDefault ? '...' : undefined;
}

function classSignature(node: SyntaxNode): string {
  const head = oneLine(node, (it) => {
    if (it === node) return undefined;
    if (it.type === 'class_body') return '';
    // A base class that is computed: whatever it is, it is no part of a line.
    if (it.field === 'value' && it.parent?.type === 'extends_clause') return heritage(it);
    if (it.parent?.type === 'class_heritage' && !it.type.endsWith('_clause')) return heritage(it);
    return withoutValues(it);
  });
  const members = childOf(node, 'body')?.children.filter(isPublic) ?? [];
  const overloads = new Set(members.filter((it) => it.type === 'method_signature').map(memberName));
  const seen = members.filter(
    (it) => it.type !== 'method_definition' || !overloads.has(memberName(it)),
  );
  return inOneLine([head, '{', seen.map(memberSignature).join('; '), '}'], ' ');
}

function heritage(node: SyntaxNode): string {
  return node.type === 'call_expression' ? callSignature(node) : plainName(node);
}

function memberName(member: SyntaxNode): string {
  return (childOf(member, 'name') ?? childOf(member, 'property'))?.text ?? '';
}

function isPublic(member: SyntaxNode): boolean {
  if (['comment', 'decorator', 'class_static_block', 'ERROR'].includes(member.type)) return false;
  const access = childrenOf(member, 'accessibility_modifier')[0]?.text ?? 'public';
  return access === 'public' && !memberName(member).startsWith('#');
}

function memberSignature(member: SyntaxNode): string {
  const isTyped = childOf(member, 'type') !== null;
  const line = oneLine(member, (it) => {
    if (it.parent !== member) return withoutValues(it);
    if (it.field === 'body' || it.type === 'accessibility_modifier') return '';
    if (it.field !== 'value') return withoutValues(it);
    if (isTyped) return '';
    // Classes can hold classes, as deep as the file is long.
    return valueSignature(it, () => 'class');
  });
  return line.replace(/ = ?$/, '');
}
