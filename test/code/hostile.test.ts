import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCode } from '../../scripts/lib/code/read-code.ts';
import { exportsOf, factsOf, importsOf } from './facts.ts';

const nested = (open: string, inner: string, close: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth);

test('nested as deep as it can be, and understood', async () => {
  const deep = 20_000;
  const expression = nested('(', '1', ')', deep);
  const ts = await factsOf('a.ts', `export const a = ${expression}; import './b';`);
  assert.equal(
    [ts.isDamaged, exportsOf(ts), importsOf(ts)],
    [false, { a: 'const a = number' }, ['./b: ']],
  );
  const py = await factsOf('a.py', `a = ${expression}\n`);
  assert.equal([py.isDamaged, py.declares], [false, ['a']]);
  const go = await factsOf('a.go', `package a\nvar A = ${expression}\n`);
  assert.equal([go.isDamaged, go.declares], [false, ['A']]);
});

test('whatever can lie in itself does, in every language, and nothing breaks', async () => {
  const deep = 3000;
  const sources: [string, string][] = [
    ['blocks.js', nested('{ let a = b;', '', '}', deep)],
    ['functions.js', nested('function f(a) {', '', '}', deep)],
    ['classes.ts', `export ${nested('class A { x = class { y = ', '1', '} }', deep)}`],
    [
      'members.ts',
      `export const a = ${nested('class { x = class extends (', 'B', ') {} }', 500)};`,
    ],
    ['namespaces.ts', nested('export namespace A {', 'export const x = 1', '}', deep)],
    ['types.ts', `export type A = ${nested('{ a: ', '1', '}', deep)};`],
    ['pattern.ts', `export const ${nested('{ a: ', 'b', '}', deep)} = c;`],
    ['require.js', `const { a } = ${nested('(', "require('x')", ')', deep)};`],
    ['awaits.js', `const a = ${'await '.repeat(deep)}import('x');`],
    ['exports.js', `${'exports.a = '.repeat(deep)}1;`],
    ['members.js', `a${'.b'.repeat(deep)}; a${'.b()'.repeat(deep)};`],
    ['jsx.tsx', `const a = ${nested('<A>', '', '</A>', deep)};`],
    ['classes.py', Array.from({ length: 500 }, (_, at) => `${' '.repeat(at)}class A:`).join('\n')],
    ['lambda.py', `a = ${'lambda x: '.repeat(deep)}1`],
    ['assignments.py', `${'a = '.repeat(deep)}1`],
    ['all.py', `__all__ = ${'["a"] + '.repeat(deep)}[]`],
    ['dots.py', `from ${'.'.repeat(deep)}a import b`],
    ['structs.go', `package a\ntype A ${nested('struct { B ', 'int', ' }', deep)}`],
    ['literals.go', `package a\nvar A = B${nested('{{', '', '}}', deep)}`],
    ['selectors.go', `package a\nvar A = b${'.C'.repeat(deep)}`],
  ];
  const facts = await readCode(sources.map(([path, text]) => ({ path, text })));
  assert.is(facts.size, sources.length);
  for (const [path, { exports, isDamaged }] of facts) {
    assert.not.ok(isDamaged, path);
    for (const { signature } of exports)
      assert.ok(signature.length < 2200 && !signature.includes('\n'), path);
  }
  assert.equal(importsOf(facts.get('require.js') as never), ['x: a']);
  assert.equal(exportsOf(facts.get('exports.js') as never), {
    default: 'module.exports',
    a: 'number',
  });
  assert.ok(exportsOf(facts.get('types.ts') as never).A?.startsWith('type A = { a: { a: {'));
});

test('900 KB in one line', async () => {
  const names = Array.from({ length: 60_000 }, (_, at) => `name${at}`);
  const text = `export { ${names.join(', ')} };`;
  const facts = await factsOf('a.js', text);
  assert.equal([facts.isDamaged, facts.exports.length], [false, names.length]);
  const imports = await factsOf('a.ts', `import { ${names.join(', ')} } from './b';`);
  assert.is(imports.imports[0]?.names.length, names.length);
  // As much again, and it is too much: nothing is half read.
  const twice = await factsOf('a.js', text + text.replaceAll('name', 'other'));
  assert.equal(twice, {
    language: 'javascript',
    imports: [],
    exports: [],
    passedOn: [],
    declares: [],
    uses: [],
    isDamaged: true,
  });
});

test('a long promise is cut, and still tells two promises apart', async () => {
  const type = (last: string) =>
    `export type A = { ${'aaaaaaaaa: string; '.repeat(1000)} ${last}: 1 };`;
  const [one, other] = [await factsOf('a.ts', type('x')), await factsOf('a.ts', type('y'))];
  assert.ok((one.exports[0]?.signature.length ?? 0) < 2200);
  assert.is.not(one.exports[0]?.signature, other.exports[0]?.signature);
});

test('much of one thing is no burden', async () => {
  const sources: [string, string][] = [
    ['spaces.js', `for (${' '.repeat(400_000)}const a of b) {}`],
    ['comments.ts', `${'/* x */ '.repeat(30_000)}export const a = 1`],
    ['overloads.ts', 'export function f(a: string): void;\n'.repeat(5000)],
    ['decorators.ts', `${'@a '.repeat(30_000)}class A {}`],
    ['quotes.js', '"'.repeat(5001)],
    ['backticks.js', '`${'.repeat(20_000)],
    ['nul.js', 'a\0b '.repeat(5000)],
    ['stars.go', `package a\nvar x ${'*'.repeat(30_000)}int`],
    ['newer.ts', `export${' '.repeat(400_000)}; (((`],
  ];
  const facts = await readCode(sources.map(([path, text]) => ({ path, text })));
  assert.is(facts.size, sources.length);
  assert.equal(exportsOf(facts.get('overloads.ts') as never), { f: 'function f(a: string): void' });
  assert.equal(exportsOf(facts.get('comments.ts') as never), { a: 'const a = number' });
});

test('names that objects have already', async () => {
  const facts = await factsOf(
    '__proto__.ts',
    `import { __proto__ as constructor } from '__proto__';
export const __proto__ = 1;
export function hasOwnProperty() {}
export { constructor as toString };
valueOf(constructor.__proto__);
`,
  );
  assert.equal(importsOf(facts), ['__proto__: __proto__']);
  assert.equal(facts.declares, ['__proto__', 'hasOwnProperty']);
  assert.equal(
    facts.exports.map(({ name }) => name),
    ['__proto__', 'hasOwnProperty', 'toString'],
  );
  assert.equal(facts.uses, ['constructor', 'valueOf']);
  const py = await factsOf('a.py', '__all__ = ["__proto__"]\n__proto__ = 1\n');
  assert.equal(exportsOf(py), Object.fromEntries([['__proto__', '__proto__ = number']]));
});

test('files of other languages are left out', async () => {
  const facts = await readCode([
    { path: 'a.rs', text: 'fn main() {}' },
    { path: 'b.go', text: 'package b' },
  ]);
  assert.equal([...facts.keys()], ['b.go']);
});

test('TypeScript that is newer than the grammar', async () => {
  const facts = await factsOf(
    'a.ts',
    `export type * from './a';
export type * as T from './b';
export default abstract class Base<in out T, out U> { abstract run(): void }
export interface Box<in T> { put(it: T): void }
`,
  );
  assert.not.ok(facts.isDamaged);
  assert.equal(facts.passedOn, ['./a']);
  assert.equal(exportsOf(facts), {
    T: "export * from './b'",
    default: 'class Base<T, U> { abstract run(): void }',
    Box: 'interface Box<T> { put(it: T): void }',
  });
  assert.equal(
    facts.imports.map(({ line }) => line),
    [1, 2],
  );
});

test.run();
