import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Language } from '../../scripts/lib/code/code-facts.ts';
import { type Limits, parse } from '../../scripts/lib/code/parser.ts';
import { type SyntaxNode, walk } from '../../scripts/lib/code/syntax.ts';

const NO_LIMITS: Limits = { bytes: 1e9, milliseconds: 1e9, nodes: 1e9 };
/** Nothing that a parser of TypeScript can make sense of: it tries everything, and keeps it in memory. */
const HUNGRY = 'f<T,'.repeat(200_000);

function outline(root: SyntaxNode): string[] {
  const nodes: string[] = [];
  walk(root, (node) => {
    nodes.push(`${node.field ?? ''}:${node.type}=${node.children.length === 0 ? node.text : ''}`);
    return true;
  });
  return nodes;
}

test('named nodes with their fields and texts, punctuation left out', async () => {
  const parsed = await parse('typescript', 'const größe: "ü" = f(/* 😀 */ a);\n');
  assert.not.ok(parsed?.isDamaged);
  assert.equal(parsed && outline(parsed.root), [
    ':program=',
    ':lexical_declaration=',
    ':variable_declarator=',
    'name:identifier=größe',
    'type:type_annotation=',
    ':literal_type=',
    ':string=',
    ':string_fragment=ü',
    'value:call_expression=',
    'function:identifier=f',
    'arguments:arguments=',
    ':comment=/* 😀 */',
    ':identifier=a',
  ]);
});

test('every language, several at once and again', async () => {
  const texts: [Language, string][] = [
    ['typescript', 'let a: A;'],
    ['tsx', 'let a = <A/>;'],
    ['javascript', 'let a = <A/>;'],
    ['python', 'a: A = 1'],
    ['go', 'package a'],
  ];
  const all = await Promise.all(
    [...texts, ...texts].map(([language, text]) => parse(language, text)),
  );
  for (const parsed of all) assert.is(parsed?.isDamaged, false);
});

test('text that is no code of the language is damaged, and what is left of it can be walked', async () => {
  const cases: [Language, string][] = [
    ['typescript', 'const a = ;;; {{{ )'],
    ['javascript', 'let a = "unterminated'],
    ['python', 'def f(:\n  """unterminated'],
    ['go', 'func'],
    ['go', 'package a\nvar s = `unterminated'],
    ['typescript', '\0\0\0'],
    ['typescript', 'let a = 1; \uFFFD\uD800 let b'],
  ];
  for (const [language, text] of cases) {
    const parsed = await parse(language, text);
    assert.ok(parsed?.isDamaged, text);
    assert.ok(parsed && outline(parsed.root).length > 0);
  }
  assert.not.ok((await parse('go', ''))?.isDamaged);
});

test('neither a byte order mark nor a last line without an end is damage', async () => {
  for (const language of ['typescript', 'tsx', 'javascript', 'python'] as const)
    assert.is((await parse(language, '\uFEFFa = 1\r\n'))?.isDamaged, false, language);
  for (const text of ['\uFEFFpackage a\r\n', 'package a\ntype A struct { B int }'])
    assert.is((await parse('go', text))?.isDamaged, false, text);
});

test('larger, slower and with more nodes than the limits: null, and the next text is read', async () => {
  const text = 'a = 1;\n'.repeat(2000);
  const cases: [string, Partial<Limits>][] = [
    ['bytes', { bytes: text.length - 1 }],
    ['milliseconds', { milliseconds: 0 }],
    ['nodes', { nodes: 2000 }],
  ];
  for (const [name, limit] of cases) {
    assert.is(await parse('typescript', text, { ...NO_LIMITS, ...limit }), null, name);
    const next = await parse('typescript', 'let b;', NO_LIMITS);
    assert.equal(next && [next.isDamaged, next.root.children.length], [false, 1], name);
  }
  const whole = await parse('typescript', text, { ...NO_LIMITS, bytes: text.length });
  assert.is(whole?.root.children.length, 2000);
});

test('bytes count, not characters', async () => {
  const limits = { ...NO_LIMITS, bytes: 10 };
  assert.is(await parse('typescript', '// ééééé', limits), null);
  assert.ok(await parse('typescript', '// eeeee', limits));
});

test('where the memory is used up: null, and the next text is read in a new one', async () => {
  const [hungry, beside] = await Promise.all([
    parse('typescript', HUNGRY, NO_LIMITS),
    parse('typescript', 'let a;', NO_LIMITS),
  ]);
  assert.is(hungry, null);
  assert.is(beside?.isDamaged, false);
  for (const language of ['typescript', 'python'] as const)
    assert.is((await parse(language, 'a = b', NO_LIMITS))?.isDamaged, false);
});

test.run();
