/** What names are in Python, by the node around them. */
import type { NameRules, Role } from './free-names.ts';
import { childOf, type SyntaxNode } from './syntax.ts';

const FUNCTION_SCOPES = new Set([
  'function_definition',
  'lambda',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);
const IMPORTS = new Set(['import_statement', 'import_from_statement', 'future_import_statement']);
/** What such a node is, the nodes in it are: places that are assigned, parameters, patterns. */
const PASSING_ON = new Set([
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'list_splat_pattern',
  'dictionary_splat_pattern',
  'as_pattern_target',
  'type_parameter',
  'type',
  'generic_type',
  'constrained_type',
]);

export const PYTHON_NAMES: NameRules = {
  names: new Set(['identifier']),

  scopeOf({ type }) {
    if (type === 'class_definition') return 'class';
    return FUNCTION_SCOPES.has(type) ? 'function' : null;
  },

  roleOf(node, inherited) {
    const parent = node.parent as SyntaxNode;
    if (IMPORTS.has(node.type)) return 'none';
    if (PASSING_ON.has(parent.type)) return inherited;
    return (ROLES.get(parent.type) ?? alwaysUse)(node, parent, inherited);
  },

  memberOf(name) {
    return name.field === 'object' ? (childOf(name.parent, 'attribute')?.text ?? null) : null;
  },
};

type RoleIn = (node: SyntaxNode, parent: SyntaxNode, inherited: Role) => Role;

const alwaysUse: RoleIn = () => 'use';
const notLocal: RoleIn = () => 'not-local';

const declaredAs =
  (field: string): RoleIn =>
  (node) =>
    node.field === field ? 'declare' : 'use';

const definition: RoleIn = ({ field }) => {
  if (field === 'name') return 'declare-outside';
  return field === 'type_parameters' ? 'declare' : 'use';
};

const parameter: RoleIn = ({ type }) => (type.endsWith('_parameter') ? 'use' : 'declare');

const ROLES = new Map<string, RoleIn>([
  ['attribute', ({ field }) => (field === 'attribute' ? 'none' : 'use')],
  ['keyword_argument', ({ field }) => (field === 'name' ? 'none' : 'use')],
  ['function_definition', definition],
  ['class_definition', definition],
  ['parameters', parameter],
  ['lambda_parameters', parameter],
  ['default_parameter', declaredAs('name')],
  ['typed_default_parameter', declaredAs('name')],
  ['typed_parameter', ({ field }) => (field === 'type' ? 'use' : 'declare')],
  ['assignment', declaredAs('left')],
  ['augmented_assignment', declaredAs('left')],
  ['for_statement', declaredAs('left')],
  ['for_in_clause', declaredAs('left')],
  ['named_expression', declaredAs('name')],
  ['type_alias_statement', declaredAs('left')],
  // `with f() as (a, b)`
  ['tuple', inTarget],
  ['list', inTarget],
  ['as_pattern', aliasRole],
  ['global_statement', notLocal],
  ['nonlocal_statement', notLocal],
  ['case_pattern', () => 'declare'],
  ['union_pattern', () => 'declare'],
  ['splat_pattern', () => 'declare'],
  ['class_pattern', alwaysUse],
  ['keyword_pattern', (node, parent) => (node === parent.children[0] ? 'none' : 'declare')],
  ['dotted_name', dottedRole],
]);

function inTarget(_node: SyntaxNode, parent: SyntaxNode, inherited: Role): Role {
  return parent.parent?.type === 'as_pattern_target' ? inherited : 'use';
}

/** `f() as a`, and in a pattern `case f as a`. */
function aliasRole(node: SyntaxNode, { parent, children }: SyntaxNode): Role {
  const isInCase = parent?.type === 'case_pattern' && node === children.at(-1);
  return node.field === 'alias' || isInCase ? 'declare' : 'use';
}

/** In a pattern a name alone takes the value, `a.b` is a value; in a class pattern it is the class. */
function dottedRole(node: SyntaxNode, { children }: SyntaxNode, inherited: Role): Role {
  if (node !== children[0]) return 'none';
  return children.length > 1 ? 'use' : inherited;
}
