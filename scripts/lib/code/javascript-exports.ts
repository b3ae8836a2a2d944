/** What a file of JavaScript or TypeScript offers: ES modules, TypeScript's `export =`, CommonJS. */
import { declarationsOf } from './javascript-declarations.ts';
import { type ImportedName, literal, nameOf, specifierOf } from './javascript-imports.ts';
import { valueSignature } from './javascript-signatures.ts';
import { oneLine } from './signature.ts';
import { childOf, childrenOf, gapBefore, type SyntaxNode } from './syntax.ts';

/** What the file itself knows of its names. */
export interface Known {
  /** The signatures of what is declared at the top level. */
  declared: ReadonlyMap<string, string>;
  imported: ReadonlyMap<string, ImportedName>;
}

export interface Offered {
  exports: { name: string; signature: string }[];
  passedOn: string[];
}

export function offeredBy(statement: SyntaxNode, known: Known): Offered {
  if (statement.type === 'export_statement') return readExport(statement, known);
  if (statement.type === 'expression_statement') return readCommonJs(statement, known);
  return { exports: [], passedOn: [] };
}

function readExport(statement: SyntaxNode, known: Known): Offered {
  const source = specifierOf(statement);
  const exports = statement.children.flatMap((clause) => {
    if (clause.type === 'export_clause') return specifiers(clause, source, known);
    if (clause.type !== 'namespace_export') return exported(clause, known);
    const name = childrenOf(clause, 'identifier')[0]?.text ?? nameOf(clause);
    return [{ name, signature: from('*', source) }];
  });
  const isStar = !statement.children.some(
    ({ type }) => type === 'export_clause' || type === 'namespace_export',
  );
  return { exports, passedOn: source !== null && isStar ? [source] : [] };
}

function from(name: string, source: string | null): string {
  return `export ${name === '*' ? name : `{ ${name} }`} from '${source}'`;
}

function specifiers(clause: SyntaxNode, source: string | null, known: Known) {
  return childrenOf(clause, 'export_specifier').map((specifier) => {
    const name = nameOf(specifier);
    const signature = source === null ? signatureOfName(name, known) : from(name, source);
    return { name: nameOf(specifier, 'alias') || name, signature };
  });
}

/** `export const a = 1`, `export default a`, `export = a`. */
function exported(node: SyntaxNode, known: Known): Offered['exports'] {
  if (['decorator', 'comment', 'string', 'ERROR'].includes(node.type)) return [];
  const words = gapBefore(node);
  if (/\bas\s+namespace\b/.test(words)) return [];
  if (/\bdefault\b|=/.test(words))
    return [{ name: 'default', signature: signatureOfValue(node, known) }];
  if (node.field !== 'declaration') return [];
  return declarationsOf(node).map(({ name }) => ({
    name,
    signature: signatureOfName(name, known),
  }));
}

function signatureOfName(name: string, { declared, imported }: Known): string {
  const origin = imported.get(name);
  return declared.get(name) ?? (origin === undefined ? name : from(origin.name, origin.specifier));
}

/** A value by what it is; one that has a name, by what the file knows of it. */
function signatureOfValue(value: SyntaxNode, known: Known): string {
  const [declaration] = value.field === 'declaration' ? declarationsOf(value) : [];
  if (declaration !== undefined) return signatureOfName(declaration.name, known);
  return value.type === 'identifier' ? signatureOfName(value.text, known) : valueSignature(value);
}

/** Whatever a module of CommonJS exports, all of it is the default export to ES modules. */
const WHOLE = { name: 'default', signature: 'module.exports' };

/** `module.exports = ...`, `exports.a = ...`, `Object.defineProperty(exports, 'a', ...)`. */
function readCommonJs(statement: SyntaxNode, known: Known): Offered {
  const [expression] = statement.children;
  if (expression?.type === 'call_expression') return readDefineProperty(expression);
  const places: string[] = [];
  let value = expression;
  while (value?.type === 'assignment_expression') {
    const place = exportedPlace(childOf(value, 'left'));
    if (place !== null) places.push(place);
    value = childOf(value, 'right') ?? undefined;
  }
  if (value === undefined || places.length === 0) return { exports: [], passedOn: [] };
  const whole = places.includes('') ? readWhole(value, known) : { exports: [], passedOn: [] };
  const names = [...new Set(places)].filter((place) => place !== '');
  const signature = names.length > 0 ? signatureOfValue(value, known) : '';
  const named = names.map((name) => ({ name, signature }));
  return { exports: [WHOLE, ...named, ...whole.exports], passedOn: whole.passedOn };
}

/** The name that a place gives what is put there; empty: all that the module exports; null: another place. */
function exportedPlace(place: SyntaxNode | null): string | null {
  if (place === null || place.end - place.start > 1000) return null;
  if (place.text === 'module.exports') return '';
  const object = childOf(place, 'object')?.text;
  if (object !== 'exports' && object !== 'module.exports') return null;
  const name = childOf(place, 'property')?.text ?? literal(childOf(place, 'index'));
  return name === '' || name === '__esModule' ? null : name;
}

function readDefineProperty(call: SyntaxNode): Offered {
  const called = childOf(call, 'function');
  const isIt =
    called !== null && called.end - called.start < 30 && called.text === 'Object.defineProperty';
  const [object, key] = (isIt ? childOf(call, 'arguments')?.children : null) ?? [];
  const name = object?.text === 'exports' ? literal(key ?? null) : null;
  const isName = name !== null && name !== '__esModule';
  return { exports: isName ? [WHOLE, { name, signature: '...' }] : [], passedOn: [] };
}

function readWhole(value: SyntaxNode, known: Known): Offered {
  if (value.type !== 'object') {
    const source = specifierOf(value);
    const exports = [{ name: 'default', signature: signatureOfValue(value, known) }];
    return { exports, passedOn: source === null ? [] : [source] };
  }
  const spreads = childrenOf(value, 'spread_element').flatMap(({ children }) =>
    children.map(specifierOf),
  );
  return {
    exports: value.children.flatMap((member) => memberOf(member, known)),
    passedOn: spreads.filter((source) => source !== null),
  };
}

function memberOf(member: SyntaxNode, known: Known): Offered['exports'] {
  if (member.type === 'shorthand_property_identifier')
    return [{ name: member.text, signature: signatureOfName(member.text, known) }];
  if (member.type === 'method_definition') {
    const signature = oneLine(member, ({ field, parent }) =>
      field === 'body' && parent === member ? '' : undefined,
    );
    return [{ name: nameOf(member), signature }];
  }
  const key = childOf(member, 'key');
  const value = childOf(member, 'value');
  const name = key?.type === 'property_identifier' ? key.text : literal(key);
  return name === null || value === null
    ? []
    : [{ name, signature: signatureOfValue(value, known) }];
}
