/** What names are in JavaScript and TypeScript, by the node around them. */
import type { NameRules, Role } from './free-names.ts';
import { childOf, gapBefore, type SyntaxNode } from './syntax.ts';

const FUNCTION_SCOPES = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
  'function_signature',
  'method_signature',
  'abstract_method_signature',
  'call_signature',
  'construct_signature',
  'function_type',
  'constructor_type',
  'class_static_block',
  'internal_module',
  'module',
]);
const BLOCK_SCOPES = new Set([
  'statement_block',
  'for_statement',
  'for_in_statement',
  'catch_clause',
  'switch_body',
  'class_declaration',
  'abstract_class_declaration',
  'class',
  'interface_declaration',
  'type_alias_declaration',
  'enum_declaration',
  'conditional_type',
  'index_signature',
]);
/** Their names belong to the scope around them; those of other nodes with a scope, to their own. */
const DECLARATIONS = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_signature',
  'class_declaration',
  'abstract_class_declaration',
  'interface_declaration',
  'type_alias_declaration',
  'enum_declaration',
  'internal_module',
  'module',
]);
const PATTERNS = new Set([
  'object_pattern',
  'array_pattern',
  'rest_pattern',
  'pair_pattern',
  'assignment_pattern',
  'object_assignment_pattern',
]);

export const JAVASCRIPT_NAMES: NameRules = {
  names: new Set([
    'identifier',
    'type_identifier',
    'property_identifier',
    'shorthand_property_identifier',
    'shorthand_property_identifier_pattern',
  ]),

  scopeOf(node) {
    if (FUNCTION_SCOPES.has(node.type)) return 'function';
    return BLOCK_SCOPES.has(node.type) ? 'block' : null;
  },

  roleOf(node, inherited) {
    const parent = node.parent as SyntaxNode;
    if (node.type === 'property_identifier') return memberRole(parent);
    if (node.type === 'import_statement' || node.type === 'namespace_export') return 'none';
    if (PATTERNS.has(parent.type)) {
      const isPlace = node.field !== 'right' && node.type !== 'computed_property_name';
      return isPlace ? inherited : 'use';
    }
    if (DECLARATIONS.has(parent.type) && node.field === 'name') return 'declare-outside';
    return (ROLES.get(parent.type) ?? alwaysUse)(node, parent, inherited);
  },

  memberOf(name) {
    if (name.field === 'object') return childOf(name.parent, 'property')?.text ?? null;
    return name.field === 'module' ? (childOf(name.parent, 'name')?.text ?? null) : null;
  },
};

type RoleIn = (node: SyntaxNode, parent: SyntaxNode, inherited: Role) => Role;

const alwaysUse: RoleIn = () => 'use';

const declaredAs =
  (...fields: string[]): RoleIn =>
  ({ field }) =>
    field !== null && fields.includes(field) ? 'declare' : 'use';

const inParameter: RoleIn = ({ field }, parent) => {
  if (parent.parent?.type === 'tuple_type') return field === 'name' ? 'none' : 'use';
  return field === 'pattern' ? 'declare' : 'use';
};

const inTag: RoleIn = ({ field, type, text }) =>
  field === 'name' && type === 'identifier' && /^[a-z]/.test(text) ? 'none' : 'use';

const ROLES = new Map<string, RoleIn>([
  ['variable_declarator', variableRole],
  ['assignment_expression', usingRole],
  ['export_specifier', exportedRole],
  ['required_parameter', inParameter],
  ['optional_parameter', inParameter],
  // JavaScript's grammar has the patterns themselves here, TypeScript's the nodes above.
  [
    'formal_parameters',
    ({ type }) => (type === 'identifier' || PATTERNS.has(type) ? 'declare' : 'use'),
  ],
  ['arrow_function', declaredAs('parameter')],
  ['catch_clause', declaredAs('parameter')],
  ['for_in_statement', loopRole],
  ['function_expression', declaredAs('name')],
  ['generator_function', declaredAs('name')],
  ['class', declaredAs('name')],
  ['type_parameter', declaredAs('name')],
  ['mapped_type_clause', declaredAs('name')],
  ['index_signature', declaredAs('name')],
  ['infer_type', (node, parent) => (node === parent.children[0] ? 'declare' : 'use')],
  ['import_alias', (node, parent) => (node === parent.children[0] ? 'declare' : 'use')],
  // The name in a namespace is the namespace's.
  ['nested_type_identifier', ({ field }) => (field === 'name' ? 'none' : 'use')],
  ['nested_identifier', (_node, _parent, inherited) => inherited],
  ['jsx_opening_element', inTag],
  ['jsx_closing_element', inTag],
  ['jsx_self_closing_element', inTag],
]);

/** The members of an enum are names in it; those of anything else are no names. */
function memberRole(parent: SyntaxNode): Role {
  return parent.type === 'enum_body' || parent.type === 'enum_assignment' ? 'declare' : 'none';
}

function variableRole({ field }: SyntaxNode, { parent }: SyntaxNode): Role {
  if (field !== 'name') return 'use';
  return parent?.type === 'variable_declaration' ? 'declare-in-function' : 'declare';
}

/** `using x = f()` is an assignment to this grammar, with a word before it. */
function usingRole({ field, start, source }: SyntaxNode): Role {
  const before = source.slice(Math.max(0, start - 16), start);
  const isUsing = field === 'left' && /\busing\s{1,9}$/.test(before);
  return isUsing ? 'declare' : 'use';
}

/** `export { a as b }` uses `a`; with `from` behind it, nothing of this file. */
function exportedRole(node: SyntaxNode, specifier: SyntaxNode): Role {
  const isFromElsewhere = childOf(specifier.parent?.parent ?? null, 'source') !== null;
  return node.field === 'name' && !isFromElsewhere ? 'use' : 'none';
}

function loopRole(node: SyntaxNode): Role {
  const isNew = node.field === 'left' && /\b(?:const|let|var|using)\s*$/.test(gapBefore(node));
  return isNew ? 'declare' : 'use';
}
