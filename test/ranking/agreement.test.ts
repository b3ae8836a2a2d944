import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { agreementOf } from '../../scripts/lib/ranking/agreement.ts';

const file = (path: string, ...changes: [model: string, line: string][]) => ({
  path,
  hunks: changes.map(([model, line]) => ({
    models: model.split('+'),
    lines: [`${line}\n`],
    removed: ['return total;\n'],
  })),
});
const figures = (files: Parameters<typeof agreementOf>[0], models = ['a', 'b', 'c']) =>
  Object.fromEntries(
    [...agreementOf(files, models)].map(([model, figure]) => [model, Number(figure.toFixed(3))]),
  );

test('equal changes are alike in all, and what others have in common with nobody is alike in nothing', () => {
  assert.equal(figures([file('a.js', ['a+b', 'return sum(items);'])], ['a', 'b']), { a: 2, b: 2 });
  const apart = [
    { path: 'a.js', hunks: [{ models: ['a'], lines: ['alpha();\n'], removed: [] }] },
    { path: 'b.js', hunks: [{ models: ['b'], lines: ['beta();\n'], removed: [] }] },
  ];
  assert.equal(figures(apart, ['a', 'b']), { a: 0, b: 0 });
});

test('the two that solved it alike are ahead of the third, also in other files and with other white space', () => {
  const all = figures([
    file('src/a.js', ['a', 'const limit = options.limit ?? 10;'], ['c', 'throw new Error("no");']),
    file('src/other.js', ['b', '  const limit  = options.limit ?? 10;']),
  ]);
  assert.ok(Number(all.a) > Number(all.c), JSON.stringify(all));
  assert.is(all.a, all.b);
});

test('tests, documents, lockfiles and sign-only lines say nothing', () => {
  const files = [
    file('test/a.test.js', ['a+b', 'assert(one);']),
    file('docs/a.md', ['a+b', 'Some words here.']),
    file('package-lock.json', ['a+b', '"version": "1.0.0",']),
    { path: 'a.js', hunks: [{ models: ['a', 'b'], lines: ['}\n', '  i\n'], removed: [] }] },
  ];
  assert.equal(figures(files, ['a', 'b']), { a: 0, b: 0 });
});

test('one model alone has nobody to be like', () => {
  assert.equal(figures([file('a.js', ['a', 'one();'])], ['a']), { a: 0 });
});

test('names in other scripts count as bytes, and a line of two megabytes is read once', () => {
  const name = Buffer.from('größe = höhe').toString('latin1');
  assert.equal(figures([file('a.py', ['a+b', name])], ['a', 'b']), { a: 2, b: 2 });
  assert.equal(figures([file('a.js', ['a+b', 'word '.repeat(400_000)])], ['a', 'b']), {
    a: 2,
    b: 2,
  });
});

test.run();
