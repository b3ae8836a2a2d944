/** What names are in Go, by the node around them. */
import type { NameRules, Role } from './free-names.ts';
import { childOf, type SyntaxNode } from './syntax.ts';

const FUNCTION_SCOPES = new Set([
  'function_declaration',
  'method_declaration',
  'func_literal',
  'function_type',
  'method_elem',
  'type_spec',
]);
const BLOCK_SCOPES = new Set([
  'block',
  'if_statement',
  'for_statement',
  'expression_switch_statement',
  'type_switch_statement',
  'expression_case',
  'default_case',
  'type_case',
  'communication_case',
]);
/** What such a node is, the nodes in it are. */
const PASSING_ON = new Set(['expression_list', 'type_elem', 'type_arguments']);
/** The values come before the names that they are given: `user := user.New()` uses the package. */
const VALUES_FIRST = new Set([
  'short_var_declaration',
  'range_clause',
  'receive_statement',
  'var_spec',
  'const_spec',
]);
const LISTS = new Set(['map_type', 'array_type', 'slice_type', 'implicit_length_array_type']);

export const GO_NAMES: NameRules = {
  names: new Set(['identifier', 'type_identifier', 'package_identifier']),
  fromDeclarationOn: true,

  scopeOf({ type }) {
    if (FUNCTION_SCOPES.has(type)) return 'function';
    return BLOCK_SCOPES.has(type) ? 'block' : null;
  },

  roleOf(node, inherited) {
    const parent = node.parent as SyntaxNode;
    if (node.type === 'package_clause' || node.type === 'import_declaration') return 'none';
    if (PASSING_ON.has(parent.type)) return inherited;
    return (ROLES.get(parent.type) ?? alwaysUse)(node, parent, inherited);
  },

  memberOf(name) {
    if (name.field === 'operand') return childOf(name.parent, 'field')?.text ?? null;
    return name.field === 'package' ? (childOf(name.parent, 'name')?.text ?? null) : null;
  },

  inOrder({ type, children }) {
    if (type === 'type_switch_statement') return lastOf(children, ['alias', null]);
    return VALUES_FIRST.has(type) ? lastOf(children, ['left', 'name']) : children;
  },
};

/** The children with these fields go to the end, and cases (which have none) behind them. */
function lastOf(children: readonly SyntaxNode[], fields: readonly (string | null)[]): SyntaxNode[] {
  const [first, ...others] = fields;
  const isLast = ({ field }: SyntaxNode) => fields.includes(field);
  return [
    ...children.filter((it) => !isLast(it)),
    ...children.filter(({ field }) => field === first),
    ...children.filter(({ field }) => others.includes(field)),
  ];
}

type RoleIn = (node: SyntaxNode, parent: SyntaxNode, inherited: Role) => Role;

const alwaysUse: RoleIn = () => 'use';

const declaredAs =
  (field: string, role: Role = 'declare'): RoleIn =>
  (node) =>
    node.field === field ? role : 'use';

/** `:=` declares, `=` does not. */
const declaredIfNew: RoleIn = (node, { start, children, source }) => {
  const right = children.find(({ field }) => field === 'right');
  const isNew = source.slice(start, right?.start ?? start).includes(':=');
  return node.field === 'left' && isNew ? 'declare' : 'use';
};

const ROLES = new Map<string, RoleIn>([
  ['function_declaration', declaredAs('name', 'declare-outside')],
  ['type_spec', declaredAs('name', 'declare-outside')],
  ['type_alias', declaredAs('name')],
  ['parameter_declaration', declaredAs('name')],
  ['variadic_parameter_declaration', declaredAs('name')],
  ['type_parameter_declaration', declaredAs('name')],
  ['var_spec', declaredAs('name')],
  ['const_spec', declaredAs('name')],
  ['short_var_declaration', declaredAs('left')],
  ['type_switch_statement', declaredAs('alias')],
  ['range_clause', declaredIfNew],
  ['receive_statement', declaredIfNew],
  // The name in another package is that package's.
  ['qualified_type', declaredAs('name', 'none')],
  ['generic_type', receiverRole],
  ['literal_element', keyRole],
]);

/** `func (l *List[T]) Push()` declares `T`. */
function receiverRole({ field }: SyntaxNode, generic: SyntaxNode): Role {
  if (field !== 'type_arguments') return 'use';
  let around = generic.parent;
  if (around?.type === 'pointer_type') around = around.parent;
  return around?.parent?.field === 'receiver' ? 'declare' : 'use';
}

/** `T{Name: 1}` names a field; the keys of maps and arrays are values. */
function keyRole(_node: SyntaxNode, element: SyntaxNode): Role {
  if (element.field !== 'key') return 'use';
  const literal = element.parent?.parent?.parent ?? null;
  const isComposite = literal?.type === 'composite_literal';
  return isComposite && LISTS.has(childOf(literal, 'type')?.type ?? '') ? 'use' : 'none';
}
