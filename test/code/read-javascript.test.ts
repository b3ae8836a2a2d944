import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exportsOf, factsOf, importsOf } from './facts.ts';

test('imports of ES modules, in every form', async () => {
  const facts = await factsOf(
    'a.ts',
    `import a, { b as c, type D, 'e f' as g } from './x.ts';
import type { H } from "./types";
import i, * as ns from 'pkg/sub';
import './side.css';
import json from './data.json' with { type: 'json' };
import fs = require('fs');
import Alias = ns.inner;
export { j, default as k, l as default } from './y';
export type { M } from './z';
export * from './star';
export * as all from './named-star';
export type * from './types-only';
ns.one(ns.two.three); let v: ns.Four; fs.readFile;
`,
  );
  assert.not.ok(facts.isDamaged);
  assert.equal(importsOf(facts), [
    './x.ts: default, b, D, e f',
    './types: H',
    'pkg/sub: default, *, inner, one, two, Four',
    './side.css: ',
    './data.json: default',
    'fs: *, readFile',
    './y: j, default, l',
    './z: M',
    './star: *',
    './named-star: *',
    './types-only: *',
  ]);
  assert.equal(
    facts.imports.map(({ line }) => line),
    [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12],
  );
  assert.equal(facts.passedOn, ['./star', './types-only']);
  assert.equal(exportsOf(facts), {
    j: "export { j } from './y'",
    k: "export { default } from './y'",
    default: "export { l } from './y'",
    M: "export { M } from './z'",
    all: "export * from './named-star'",
  });
});

test('require() and import(), with what is taken from them', async () => {
  const facts = await factsOf(
    'a.cjs',
    `'use strict';
require('./side');
const whole = require('./whole');
const { a, b: c, 'd-e': f, g = 1 } = require('./some');
const { h, ...others } = require('./others');
const one = require('./one').only, made = require('./made')();
whole.x(whole.y);
async function later() {
  const { i } = await import('./later');
  const j = (await import(\`./literal\`)).j;
  import('./then').then((it) => it.k);
  await import(name); require(name + '.js'); require.resolve('./no'); other.require('./no');
}
`,
  );
  assert.equal(importsOf(facts), [
    './side: ',
    './whole: *, x, y',
    './some: a, b, d-e, g',
    './others: h, *',
    './one: only',
    './made: *',
    './later: i',
    './literal: j',
    './then: *',
  ]);
});

test('what TypeScript takes in types', async () => {
  const facts = await factsOf('a.ts', `let a: import('./a').A.B; type C = typeof import('./c');\n`);
  assert.equal(importsOf(facts), ['./a: A', './c: *']);
});

test('signatures of functions: one line, without bodies, comments and default values', async () => {
  const { exports, isDamaged } = await factsOf(
    'a.ts',
    `/** Doc. */
export async function load<T extends object>(
  path: string, // where
  { deep = true, depth: [first] }: Options = { deep: false },
  /* at most */ limit: number = compute(1, () => { return 2 }),
  ...rest: (string | number)[]
): Promise<T> { return body; }
export const short = (a: string, b?: number): void => {};
export const bare = x => x;
export async function plain() {}
export function* gen(): Iterable<string> {}
export function over(a: string): string;
export function over(a: number): number;
export function over(a: unknown) { return a; }
export function isA(x: unknown): x is A { return true; }
`,
  );
  assert.not.ok(isDamaged);
  assert.equal(
    exports.map(({ signature }) => signature),
    [
      'function load<T extends object>(path: string, { deep = ..., depth: [first] }: Options = ..., limit: number = ..., ...rest: (string | number)[]): Promise<T>',
      'function short(a: string, b?: number): void',
      'function bare(x)',
      'async function plain()',
      'function* gen(): Iterable<string>',
      'function over(a: string): string; function over(a: number): number',
      'function isA(x: unknown): x is A',
    ],
  );
});

test('signatures of classes: what others see of them', async () => {
  const facts = await factsOf(
    'a.ts',
    `@component({ selector: 'x' })
export class Store<T> extends mixin(A, B) implements Readable<T>, Closable {
  static #count = 0;
  private secret: string; protected inner = 1;
  public readonly size: number = 5; name = 'x'; handler = async (e: Event) => {};
  constructor(private readonly db: Db, @inject() log?: Log) { super(); }
  get(key: string): T;
  get(key: string, other?: T): T { return other }
  static async *all<K>(this: K, from = 0): AsyncIterable<K> {}
  get open(): boolean { return true }
  [Symbol.iterator]() {}
  [key: string]: unknown;
  static { register(); }
}
export abstract class Base { abstract run(): void; protected abstract hidden(): void }
export default abstract class extends Base {}
`,
  );
  assert.not.ok(facts.isDamaged);
  assert.equal(exportsOf(facts), {
    Store:
      'class Store<T> extends mixin(...) implements Readable<T>, Closable { readonly size: number; name = string; handler = async function(e: Event); constructor(private readonly db: Db, log?: Log); get(key: string): T; static async *all<K>(this: K, from = ...): AsyncIterable<K>; get open(): boolean; [Symbol.iterator](); [key: string]: unknown }',
    Base: 'abstract class Base { abstract run(): void }',
    default: 'class extends Base { }',
  });
});

test('signatures of types, enums, namespaces and values', async () => {
  const facts = await factsOf(
    'a.ts',
    `export interface A<T> extends B, C<T> {
  // a comment
  name: string
  readonly age?: number,
  call(a: string): void;
  (x: number): string
}
export interface A<T> { more: T }
export type Choice =
  | 'one'
  | "two";
export type Mapped<T> = { readonly [K in keyof T]?: T[K] extends string ? K : never };
export enum Level { Low = 1, High = 'h' }
export const enum Fast { A }
export namespace Shapes { export const sides = 4; const hidden = 1; export namespace Deep { export type X = 1 } }
export declare function outside(a: string): void;
export const typed: Map<string, number> = new Map(), count = -1, text = \`a\${b}\`, list = [1], on = !off;
export const made = new Foo.Bar(1), called = z.object({}), frozen = { a: 1 } as const, cast = x as Y<Z>;
export let later: string;
export const { p, q: { r = 2 }, ...rest } = source;
`,
  );
  assert.not.ok(facts.isDamaged);
  assert.equal(exportsOf(facts), {
    A: 'interface A<T> extends B, C<T> { name: string; readonly age?: number; call(a: string): void; (x: number): string }; interface A<T> { more: T }',
    Choice: "type Choice = 'one' | 'two'",
    Mapped: 'type Mapped<T> = { readonly [K in keyof T]?: T[K] extends string ? K: never }',
    Level: "enum Level { Low = 1, High = 'h' }",
    Fast: 'const enum Fast { A }',
    Shapes: 'namespace Shapes { const sides = number; namespace Deep { type X = 1 } }',
    outside: 'function outside(a: string): void',
    typed: 'const typed: Map<string, number>',
    count: 'const count = number',
    text: 'const text = string',
    list: 'const list = array',
    on: 'const on = boolean',
    made: 'const made = new Foo.Bar(...)',
    called: 'const called = z.object(...)',
    frozen: 'const frozen = object',
    cast: 'const cast = Y<Z>',
    later: 'let later: string',
    p: 'const p = ...',
    r: 'const r = ...',
    rest: 'const rest = ...',
  });
});

test('how code is laid out makes no difference', async () => {
  const one = `export function f(a: { b: string; c: number }, d: "x" | 'y') {}
export type T = { a: string; b: [number, string] }; export interface I { a(): void; b: string }
export class C { m(a: string) {} }`;
  const other = `export function f(
  a: {
    b: string
    c: number,
  },
  // the kind
  d:
    | 'x'
    | 'y',
) {
  return 1;
}
export type T={a:string,b:[
  number,
  string,
]};
export interface I {
  a (): void
  /** Doc. */
  b: string
}
export class C {
  m(a: string) { work() }
}`;
  const facts = await factsOf('a.ts', one);
  assert.equal((await factsOf('a.ts', other)).exports, facts.exports);
  assert.equal((await factsOf('a.ts', other.replaceAll('\n', '\r\n'))).exports, facts.exports);
  assert.equal((await factsOf('a.ts', `\uFEFF${other}`)).exports, facts.exports);
});

test('exports by name, by default, and of what is imported', async () => {
  const facts = await factsOf(
    'a.js',
    `import { x as y } from './x.js';
function local(a) {}
export { local, local as renamed, y, y as 'in quotes', unknown };
export default local;
`,
  );
  assert.equal(exportsOf(facts), {
    local: 'function local(a)',
    renamed: 'function local(a)',
    y: "export { x } from './x.js'",
    'in quotes': "export { x } from './x.js'",
    unknown: 'unknown',
    default: 'function local(a)',
  });
  const defaults: [string, string][] = [
    ['export default function (a) {}', 'function(a)'],
    ['export default async (a) => a', 'async function(a)'],
    ['export default class A {}', 'class A { }'],
    ['export default { a: 1 }', 'object'],
    ['export default defineConfig({})', 'defineConfig(...)'],
    ['const a = 5; export default a', 'const a = number'],
  ];
  for (const [text, signature] of defaults)
    assert.equal(exportsOf(await factsOf('a.js', text)), { default: signature }, text);
  const assigned = await factsOf('a.ts', 'class A {}\nexport = A;\nexport as namespace Lib;');
  assert.equal(exportsOf(assigned), { default: 'class A { }' });
});

test('exports of CommonJS', async () => {
  const facts = await factsOf(
    'a.js',
    `Object.defineProperty(exports, '__esModule', { value: true });
exports.a = exports.b = void 0;
const a = (x) => x;
exports.a = a;
exports['b c'] = class K {};
module.exports.d = 1;
Object.defineProperty(exports, 'e', { get() {} });
notExports.f = 1;
`,
  );
  assert.equal(exportsOf(facts), {
    default: 'module.exports',
    a: 'function a(x)',
    b: '...',
    'b c': 'class K { }',
    d: 'number',
    e: '...',
  });
  const whole = await factsOf(
    'b.js',
    `const { g } = require('./g');
module.exports = exports = { g, h: 'x', i() {}, async j(a) { b }, ...require('./k'), [l]: 1 };
`,
  );
  assert.equal(exportsOf(whole), {
    default: 'module.exports',
    g: 'const g = ...',
    h: 'string',
    i: 'i()',
    j: 'async j(a)',
  });
  assert.equal(whole.passedOn, ['./k']);
  const passed = await factsOf('c.js', `module.exports = require('./lib/c');`);
  assert.equal([passed.passedOn, exportsOf(passed)], [['./lib/c'], { default: 'require(...)' }]);
});

test('what is declared at the top level, whether it is exported or not', async () => {
  const { declares } = await factsOf(
    'a.ts',
    `import a from './a'; const b = 1, { c, d: [e] } = f; export type G = 1; interface H {}
declare module 'other' { const no: 1 } declare global { interface No {} } declare const i: 1;
namespace J.K { const no = 1 } export default function l() {} enum M {} if (x) { let no }
abstract class N {} function o(no: string) { const no2 = 1 } label: for (;;) {}`,
  );
  assert.equal(declares, ['b', 'c', 'e', 'G', 'H', 'i', 'J', 'l', 'M', 'N', 'o']);
});

test('names that are used and not declared: scopes count', async () => {
  const cases: [string, string[]][] = [
    ['import { a } from "./a"; a(b);', ['a', 'b']],
    ['function f(a, { b, c: [d] }, ...e) { a + b + d + e + f + g }', ['g']],
    ['{ let a; a } a', ['a']],
    ['function f() { if (x) { var a } return a } a', ['a', 'x']],
    ['use(later); const later = 1; function use() {}', []],
    ['const f = function inner() { inner(outer) }; inner', ['inner', 'outer']],
    ['try {} catch ({ message }) { message } finally { message }', ['message']],
    ['for (const a of list) a; for (b in c) b;', ['b', 'c', 'list']],
    ['a.b.c(d => d.e)', ['a']],
    ['const { [key]: a = value } = source', ['key', 'source', 'value']],
    ['[a, b.c] = d; ({ e, f: g } = h)', ['a', 'b', 'd', 'e', 'g', 'h']],
    ['x = { short, key: value, method() {}, [computed]: 1 }', ['computed', 'short', 'value', 'x']],
    ['export { a, b as c }; export { d } from "./d"; outer: for (;;) break outer', ['a', 'b']],
    ['class A extends B { m(x) { return this.y(x, A) } }', ['B']],
    ['await using a = b(); using c = a;', ['b']],
    ['enum A { B = 1, C = B | D }', ['D']],
    [
      'type A<T> = T extends Box<infer U> ? U : Other; type M = { [K in Keys]: K }',
      ['Box', 'Keys', 'Other'],
    ],
    ['let a: (b: B, c?: typeof d) => b is C; type T = [e: E, f?: F]', ['B', 'C', 'E', 'F', 'd']],
    ['interface A<T> extends B<T> { [key: string]: A<C> }', ['B', 'C']],
    ['let a: ns.inner.Type; new ns.Other()', ['ns']],
  ];
  for (const [text, uses] of cases) assert.equal((await factsOf('a.ts', text)).uses, uses, text);
  const jsx = await factsOf(
    'a.tsx',
    'const a = <Form.Row key={id} {...props}><div className="x">{text}</div><Field/></Form.Row>;',
  );
  assert.equal(jsx.uses, ['Field', 'Form', 'id', 'props', 'text']);
});

test.run();
