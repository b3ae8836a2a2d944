import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { languageOf } from '../../scripts/lib/code/language.ts';

test('the language of a file, by its extension alone', () => {
  const cases: [string, string | null][] = [
    ['src/a.ts', 'typescript'],
    ['a.mts', 'typescript'],
    ['a.cts', 'typescript'],
    ['types/a.d.ts', 'typescript'],
    ['a.tsx', 'tsx'],
    ['a.js', 'javascript'],
    ['a.mjs', 'javascript'],
    ['a.cjs', 'javascript'],
    ['a.jsx', 'javascript'],
    ['pkg/__init__.py', 'python'],
    ['a.pyi', 'python'],
    ['cmd/main.go', 'go'],
    ['a.rs', null],
    ['Makefile', null],
    ['.ts', null],
    ['src.ts/readme', null],
    ['a.ts.orig', null],
    ['constructor', null],
    ['', null],
  ];
  for (const [path, language] of cases) assert.is(languageOf(path), language, path);
});

test.run();
