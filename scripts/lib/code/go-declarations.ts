/** What the top level of a Go file declares, and what it promises to callers. */
import { oneLine } from './signature.ts';
import { childOf, childrenOf, type SyntaxNode } from './syntax.ts';

export interface Declaration {
  name: string;
  signature: string;
}

export function declarationsOf(declaration: SyntaxNode): Declaration[] {
  return declared(declaration).filter(({ name }) => name !== '_' && name !== 'init');
}

function declared(declaration: SyntaxNode): Declaration[] {
  switch (declaration.type) {
    case 'function_declaration':
      return [{ name: nameOf(declaration), signature: withoutBody(declaration) }];
    case 'method_declaration':
      return method(declaration);
    case 'type_declaration':
      return childrenOf(declaration, 'type_spec', 'type_alias').map((it) => {
        return { name: nameOf(it), signature: `type ${oneLine(it)}` };
      });
    case 'const_declaration':
      return constants(childrenOf(declaration, 'const_spec'));
    case 'var_declaration':
      return [declaration, ...childrenOf(declaration, 'var_spec_list')]
        .flatMap((it) => childrenOf(it, 'var_spec'))
        .flatMap((it) => values('var', it, typeOf(it)));
    default:
      return [];
  }
}

function nameOf(node: SyntaxNode): string {
  return childOf(node, 'name')?.text ?? '_';
}

function withoutBody(declaration: SyntaxNode): string {
  return oneLine(declaration, ({ field, parent }) =>
    field === 'body' && parent === declaration ? '' : undefined,
  );
}

/** `func (*T) Name(a int) error`: what the method calls its receiver matters to nobody. */
function method(declaration: SyntaxNode): Declaration[] {
  const receiver = childOf(declaration, 'receiver');
  const type = childOf(receiver?.children.find(({ type }) => type !== 'comment') ?? null, 'type');
  if (receiver === null || type === null) return [];
  const of = oneLine(type);
  const signature = oneLine(declaration, (node) => {
    if (node === receiver) return `(${of})`;
    return node.field === 'body' && node.parent === declaration ? '' : undefined;
  });
  const typeName = /^[*(\s]*([\p{L}\p{N}_]+)/u.exec(of)?.[1] ?? '_';
  return [{ name: `${typeName}.${nameOf(declaration)}`, signature }];
}

/** In a group a constant without type and value is of the type of the one before it (Go's specification, "Iota"). */
function constants(specs: readonly SyntaxNode[]): Declaration[] {
  let last = '';
  return specs.flatMap((spec) => {
    const isRepeated = childOf(spec, 'value') === null && childOf(spec, 'type') === null;
    if (!isRepeated) last = typeOf(spec);
    return values('const', spec, last);
  });
}

/** ` T`, or the kind of the value: ` = number`. */
function typeOf(spec: SyntaxNode): string {
  const type = childOf(spec, 'type');
  if (type !== null) return ` ${oneLine(type)}`;
  const value = childOf(spec, 'value')?.children ?? [];
  const [only] = value;
  return ` = ${only !== undefined && value.length === 1 ? kindOf(only) : '...'}`;
}

function values(keyword: string, spec: SyntaxNode, type: string): Declaration[] {
  const names = spec.children.filter(
    ({ field, type }) => field === 'name' && type === 'identifier',
  );
  return names.map(({ text }) => ({ name: text, signature: `${keyword} ${text}${type}` }));
}

const KINDS = new Map([
  ['int_literal', 'number'],
  ['float_literal', 'number'],
  ['iota', 'number'],
  ['rune_literal', 'rune'],
  ['interpreted_string_literal', 'string'],
  ['raw_string_literal', 'string'],
  ['true', 'bool'],
  ['false', 'bool'],
]);

function kindOf(value: SyntaxNode): string {
  if (value.type === 'func_literal') return withoutBody(value);
  if (value.type === 'composite_literal') {
    const type = childOf(value, 'type');
    return type === null ? '...' : `${oneLine(type)}{...}`;
  }
  const called = value.type === 'call_expression' ? childOf(value, 'function') : null;
  if (called !== null) return `${plainName(called)}(...)`;
  return KINDS.get(value.type) ?? plainName(value);
}

function plainName(node: SyntaxNode): string {
  const text = node.end - node.start > 80 ? '' : node.text;
  return /^[\p{L}\p{N}_.]+$/u.test(text) ? text : '...';
}
