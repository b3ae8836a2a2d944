/** What the statements of a Python module, or of a class, declare, and what it promises to callers. */
import { inOneLine, oneLine } from './signature.ts';
import { childOf, childrenOf, type SyntaxNode, walk } from './syntax.ts';

export interface Declaration {
  name: string;
  signature: string;
}

/** Nothing below them belongs to the module, or to the class, that they stand in. */
const WHOLE = new Set([
  'function_definition',
  'class_definition',
  'decorated_definition',
  'type_alias_statement',
  'expression_statement',
  'import_statement',
  'import_from_statement',
  'future_import_statement',
  'lambda',
]);

/** The statements that run when a block does: in conditions, loops and attempts too. */
export function statementsOf(block: SyntaxNode): SyntaxNode[] {
  const statements: SyntaxNode[] = [];
  walk(block, (node) => {
    if (node !== block && BINDING.has(node.type)) statements.push(node);
    return node === block || !WHOLE.has(node.type);
  });
  return statements;
}

const BINDING = new Set([...WHOLE, 'for_statement', 'as_pattern_target']);

export function declarationsOf(statement: SyntaxNode): Declaration[] {
  switch (statement.type) {
    case 'function_definition':
    case 'class_definition':
      return named(statement, []);
    case 'decorated_definition': {
      const definition = childOf(statement, 'definition');
      return definition === null ? [] : named(definition, childrenOf(statement, 'decorator'));
    }
    case 'type_alias_statement':
      return namesIn(childOf(statement, 'left'))
        .slice(0, 1)
        .map((name) => ({ name, signature: oneLine(statement) }));
    case 'expression_statement':
      return statement.children.flatMap(assigned);
    case 'for_statement':
      return namesIn(childOf(statement, 'left')).map(unknown);
    case 'as_pattern_target': {
      // That of an exception is gone when its block ends.
      const isKept = statement.parent?.parent?.type !== 'except_clause';
      return isKept ? namesIn(statement).map(unknown) : [];
    }
    default:
      return [];
  }
}

function unknown(name: string): Declaration {
  return { name, signature: `${name} = ...` };
}

function named(definition: SyntaxNode, decorators: readonly SyntaxNode[]): Declaration[] {
  const name = childOf(definition, 'name')?.text;
  if (name === undefined) return [];
  const isClass = definition.type === 'class_definition';
  const head = headOf(definition);
  const body = isClass ? membersOf(definition) : '';
  return [{ name, signature: inOneLine([...decorators.map(decoratorName), head + body], ' ') }];
}

/** Of a decorator the name: what it is given is how the thing is made, not what it promises. */
function decoratorName(decorator: SyntaxNode): string {
  const [expression] = decorator.children.filter(({ type }) => type !== 'comment');
  const called = expression?.type === 'call' ? childOf(expression, 'function') : expression;
  return `@${called === undefined || called === null ? '...' : plainName(called)}`;
}

function headOf(definition: SyntaxNode): string {
  const line = oneLine(definition, ({ field, parent }) => {
    if (field === 'body' && parent === definition) return '';
    return field === 'value' && parent?.type.endsWith('default_parameter') ? '...' : undefined;
  });
  return line.replace(/:$/, '');
}

function membersOf(definition: SyntaxNode): string {
  const body = childOf(definition, 'body');
  const members = body === null ? [] : statementsOf(body).flatMap(memberOf);
  return members.length === 0 ? '' : `: ${inOneLine([...new Set(members)], '; ')}`;
}

/** A class in a class is told by its head: they can lie in each other as deep as the file is long. */
function memberOf(statement: SyntaxNode): string[] {
  const definition = childOf(statement, 'definition') ?? statement;
  const name = childOf(definition, 'name')?.text ?? '';
  if (definition.type === 'class_definition') return isPublic(name) ? [headOf(definition)] : [];
  const declared = declarationsOf(statement);
  return declared.filter((it) => isPublic(it.name)).map(({ signature }) => signature);
}

/** `_a` is private; `__init__` is what everybody calls. */
function isPublic(name: string): boolean {
  return !name.startsWith('_') || (name.startsWith('__') && name.endsWith('__'));
}

/** `a: int = 1`, `a = b = 1`, `a, (b, *c) = f()`. */
function assigned(expression: SyntaxNode): Declaration[] {
  const declared: Declaration[] = [];
  const places: SyntaxNode[] = [];
  let value: SyntaxNode | null = expression;
  while (value?.type === 'assignment') {
    const left = childOf(value, 'left');
    const type = childOf(value, 'type');
    if (left?.type === 'identifier' && type !== null)
      declared.push({ name: left.text, signature: `${left.text}: ${oneLine(type)}` });
    else if (left !== null) places.push(left);
    value = childOf(value, 'right');
  }
  for (const place of places) {
    const kind = value !== null && place.type === 'identifier' ? kindOf(value) : '...';
    for (const name of namesIn(place)) declared.push({ name, signature: `${name} = ${kind}` });
  }
  return declared;
}

/** The names that a place binds; those of `a.b` and `a[b]` are bound elsewhere. */
function namesIn(place: SyntaxNode | null): string[] {
  const names: string[] = [];
  if (place === null) return names;
  walk(place, ({ type, text }) => {
    if (type === 'identifier') names.push(text);
    return type !== 'attribute' && type !== 'subscript';
  });
  return names;
}

const KINDS = new Map([
  ['string', 'string'],
  ['concatenated_string', 'string'],
  ['integer', 'number'],
  ['float', 'number'],
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['none', 'None'],
  ['list', 'list'],
  ['list_comprehension', 'list'],
  ['tuple', 'tuple'],
  ['expression_list', 'tuple'],
  ['dictionary', 'dictionary'],
  ['dictionary_comprehension', 'dictionary'],
  ['set', 'set'],
  ['set_comprehension', 'set'],
  ['lambda', 'function'],
]);

function kindOf(value: SyntaxNode): string {
  const called = value.type === 'call' ? childOf(value, 'function') : null;
  if (called !== null) return `${plainName(called)}(...)`;
  return KINDS.get(value.type) ?? plainName(value);
}

function plainName(node: SyntaxNode): string {
  const text = node.end - node.start > 80 ? '' : node.text;
  return /^[\p{L}\p{N}_.]+$/u.test(text) ? text : '...';
}
