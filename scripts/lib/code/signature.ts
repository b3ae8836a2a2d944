/**
 * Code as one line that does not depend on how it is laid out: white space, comments, trailing commas and line breaks
 * make no difference, so that two equal lines are the same promise to callers.
 */
import { createHash } from 'node:crypto';
import type { SyntaxNode } from './syntax.ts';

/** What stands for a node instead of its text; empty: nothing; undefined: look at its children. */
export type Edit = (node: SyntaxNode) => string | undefined;

interface Token {
  text: string;
  /** White space before it, in the file. */
  spaced: boolean;
}

/** A longer line is cut, and ends with a digest of the whole. */
const LONGEST = 2000;
/** Where line breaks separate what commas and semicolons separate elsewhere. */
const SEPARATED = new Set([
  'object_type',
  'interface_body',
  'field_declaration_list',
  'interface_type',
]);
/** What belongs to the name before it: `f (a)` is `f(a)`. */
const LISTS = new Set(['formal_parameters', 'type_parameters', 'type_arguments', 'parameters']);
/** Text as it is: what looks like punctuation in it is none. */
const LITERALS = new Set([
  'string',
  'template_string',
  'template_literal_type',
  'regex',
  'interpreted_string_literal',
  'raw_string_literal',
  'rune_literal',
]);
const TOKEN = /[\p{L}\p{N}_$#]+|=>|\?\.|\.\.\.|->|<-|:=|\S/gu;

export function oneLine(node: SyntaxNode, edit: Edit = () => undefined): string {
  return shortened(joined(tokensOf(node, edit)));
}

/** Several parts in one line; empty ones left out. */
export function inOneLine(parts: readonly string[], separator: string): string {
  return shortened(parts.filter((part) => part !== '').join(separator));
}

function shortened(line: string): string {
  if (line.length <= LONGEST) return line;
  const digest = createHash('sha256').update(line).digest('hex').slice(0, 12);
  return `${line.slice(0, LONGEST)}... (${line.length} characters, ${digest})`;
}

/** Depth first over the node, keeping how far the text is read: whatever stands between named nodes is read as it comes. */
function tokensOf(root: SyntaxNode, edit: Edit): Token[] {
  const tokens: Token[] = [];
  const { source } = root;
  let at = root.start;
  /** Where the list begins that was met last. */
  let list = -1;
  const readUntil = (offset: number) => {
    addTokens(tokens, source, at, offset, list);
    at = Math.max(at, offset);
  };
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    readUntil(node.start);
    if (LISTS.has(node.type)) list = node.start;
    const isComment = node.type === 'comment';
    if (!isComment && node !== root && SEPARATED.has(node.parent?.type ?? '')) separate(tokens);
    const instead = isComment ? '' : edit(node);
    if (instead !== undefined || LITERALS.has(node.type)) {
      addAtom(tokens, instead ?? literalText(node));
      at = node.end;
    } else {
      for (let last = node.children.length - 1; last >= 0; last--)
        waiting.push(node.children[last] as SyntaxNode);
    }
  }
  readUntil(root.end);
  return tokens;
}

function addTokens(tokens: Token[], source: string, from: number, to: number, list: number): void {
  for (const { 0: text, index } of source.slice(from, to).matchAll(TOKEN)) {
    const offset = from + index;
    tokens.push({ text, spaced: offset !== list && /\s/.test(source[offset - 1] ?? '') });
  }
}

function addAtom(tokens: Token[], text: string): void {
  if (text !== '') tokens.push({ text, spaced: true });
}

/** One line; simple strings in single quotes, as most formatters cannot agree. */
function literalText(node: SyntaxNode): string {
  const text = node.text.replace(/\s+/g, ' ');
  return node.type === 'string' && /^"[^"'\\]*"$/.test(text) ? `'${text.slice(1, -1)}'` : text;
}

function separate(tokens: Token[]): void {
  const last = tokens.at(-1);
  if (last === undefined || last.text === '{' || last.text === ';') return;
  if (last.text === ',') last.text = ';';
  else tokens.push({ text: ';', spaced: false });
}

const CLOSING = new Set([')', ']', '>', '}']);
const SEPARATORS = new Set([',', ';']);
const CHOICES = new Set(['|', '&']);
const BEFORE_OPERAND = new Set(['=', '(', '<', '[', '{', ',', ':', ';', '=>', '|', '&']);

function joined(tokens: readonly Token[]): string {
  const kept: Token[] = [];
  for (const token of tokens) {
    const last = kept.at(-1)?.text ?? '=';
    // A choice over several lines begins with an operator, a list over several lines ends with a comma.
    if (CHOICES.has(token.text) && BEFORE_OPERAND.has(last)) continue;
    if (CLOSING.has(token.text) && SEPARATORS.has(last)) kept.pop();
    kept.push(token);
  }
  while (SEPARATORS.has(kept.at(-1)?.text ?? '')) kept.pop();
  let line = '';
  let before = '';
  for (const { text, spaced } of kept) {
    line += isSpaced(before, text, spaced) ? ` ${text}` : text;
    before = text;
  }
  return line;
}

const TIGHT_BEFORE = new Set([',', ';', ':', ')', ']', '.', '?.', '>']);
const TIGHT_AFTER = new Set(['', '(', '[', '<', '.', '?.', '...', '!', '~', '@']);
const WORD_AT_START = /^[\p{L}\p{N}_$]/u;
const WORD_AT_END = /[\p{L}\p{N}_$]$/u;
const LOOSE = new Set(['=>', '=', '|', '&', '->', ':=']);

function isSpaced(before: string, text: string, spaced: boolean): boolean {
  if (text === '}') return before !== '{';
  if (TIGHT_BEFORE.has(text) || TIGHT_AFTER.has(before)) return false;
  if (SEPARATORS.has(before) || before === ':' || before === '{' || text === '{') return true;
  if (LOOSE.has(before) || LOOSE.has(text)) return true;
  return spaced || (WORD_AT_END.test(before) && WORD_AT_START.test(text));
}

/** Says nothing of a name but that it is there. */
const EMPTY = new Set(['...', 'module.exports']);

/**
 * One signature a name. Several declarations of it (overloads, interfaces that are merged, the branches of a condition)
 * are promised together.
 */
export function signaturesByName(
  declarations: readonly { name: string; signature: string }[],
): Map<string, string> {
  const byName = new Map<string, Set<string>>();
  for (const { name, signature } of declarations) {
    const known = byName.get(name) ?? new Set();
    byName.set(name, known.add(signature));
  }
  return new Map(
    [...byName].map(([name, signatures]) => {
      const telling = [...signatures].filter((it) => !EMPTY.has(it));
      return [name, inOneLine(telling.length > 0 ? telling : [...signatures], '; ')];
    }),
  );
}
