import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mergeImports } from '../../scripts/lib/synthesis/merge-imports.ts';

const lines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** What it is, the file, the lines of base, those of two models, and what they make together. */
const cases: [string, string, string, [string, string], string | null][] = [
  [
    'two added',
    'a.ts',
    '',
    ["import a from 'a';\n", "import b from 'b';\n"],
    "import a from 'a';\nimport b from 'b';\n",
  ],
  [
    'the other order',
    'a.ts',
    '',
    ["import b from 'b';\n", "import a from 'a';\n"],
    "import a from 'a';\nimport b from 'b';\n",
  ],
  [
    'one of them twice',
    'a.ts',
    '',
    ["import a from 'a';\n", "import a from 'a';\nimport b from 'b';\n"],
    "import a from 'a';\nimport b from 'b';\n",
  ],
  [
    'names of one module',
    'a.js',
    "import { b } from 'x'\n",
    ["import { a, b } from 'x'\n", "import { b, c } from 'x'\n"],
    "import { a, b, c } from 'x'\n",
  ],
  [
    'a name gone, a name added',
    'a.js',
    "import { a, b } from 'x';\n",
    ["import { b } from 'x';\n", "import { a, b, c } from 'x';\n"],
    "import { b, c } from 'x';\n",
  ],
  [
    'types',
    'a.ts',
    "import type { B } from 'x';\n",
    ["import type { A, B } from 'x';\n", "import type { B, C } from 'x';\n"],
    "import type { A, B, C } from 'x';\n",
  ],
  [
    'a default stays',
    'a.ts',
    "import x, { b } from 'x';\n",
    ["import x, { a, b } from 'x';\n", "import x, { b, c } from 'x';\n"],
    "import x, { a, b, c } from 'x';\n",
  ],
  [
    'several lines',
    'a.ts',
    "import {\n  a,\n  b,\n} from 'x';\n",
    ["import {\n  a,\n  b,\n  c,\n} from 'x';\n", "import {\n  a,\n  b,\n  d,\n} from 'x';\n"],
    "import {\n  a,\n  b,\n  c,\n  d,\n} from 'x';\n",
  ],
  [
    'CRLF',
    'a.ts',
    '',
    ["import a from 'a';\r\n", "import b from 'b';\r\n"],
    "import a from 'a';\r\nimport b from 'b';\r\n",
  ],
  [
    'require',
    'a.cjs',
    "const { b } = require('x');\n",
    ["const { a, b } = require('x');\n", "const { b, c } = require('x');\n"],
    "const { a, b, c } = require('x');\n",
  ],
  [
    'python',
    'a.py',
    'from x import b\n',
    ['from x import a, b\nimport os\n', 'from x import b, c\n'],
    'from x import a, b, c\nimport os\n',
  ],
  [
    'python in brackets',
    'a.py',
    'from x import (\n    a,\n)\n',
    ['from x import (\n    a,\n    b,\n)\n', 'from x import (\n    a,\n    c,\n)\n'],
    'from x import (\n    a,\n    b,\n    c,\n)\n',
  ],
  [
    'go',
    'a.go',
    '\t"fmt"\n',
    ['\t"fmt"\n\t"os"\n', '\t"fmt"\n\t"errors"\n'],
    '\t"fmt"\n\t"errors"\n\t"os"\n',
  ],
  ['rust', 'a.rs', '', ['use std::fmt;\n', 'use std::fs;\n'], 'use std::fmt;\nuse std::fs;\n'],
  [
    'c',
    'a.c',
    '#include <a.h>\n',
    ['#include <a.h>\n#include "b.h"\n', '#include <a.h>\n#include <c.h>\n'],
    '#include <a.h>\n#include "b.h"\n#include <c.h>\n',
  ],
  [
    'no newline at the end',
    'a.ts',
    '',
    ["import a from 'a';", "import b from 'b';\n"],
    "import a from 'a';\nimport b from 'b';\n",
  ],
  [
    'one name from two modules',
    'a.ts',
    '',
    ["import { x } from 'a';\n", "import { x } from 'b';\n"],
    null,
  ],
  [
    'two names for one thing',
    'a.ts',
    '',
    ["import { a as x } from 'a';\n", "import { b as x } from 'b';\n"],
    null,
  ],
  [
    'taken out against changed',
    'a.ts',
    "import { a } from 'x';\n",
    ['', "import { a, b } from 'x';\n"],
    null,
  ],
  ['code beside it', 'a.ts', '', ["import a from 'a';\nrun();\n", "import b from 'b';\n"], null],
  ['no import at all', 'a.ts', '', ['a();\n', 'b();\n'], null],
  ['a language that is not known', 'a.lisp', '', ['(import a)\n', '(import b)\n'], null],
  ['a comment', 'a.py', '', ['import a  # why\n', 'import b\n'], null],
  [
    'another module for the same name',
    'a.ts',
    "import { a } from 'x';\n",
    ["import { a } from 'y';\n", "import { a } from 'z';\n"],
    null,
  ],
];
for (const [what, path, base, versions, expected] of cases) {
  test(what, () => {
    const place = { path, base: lines(base), versions: versions.map(lines), before: [] };
    assert.is(mergeImports(place)?.join('') ?? null, expected);
    const turned = { ...place, versions: [...place.versions].reverse() };
    assert.is(mergeImports(turned)?.join('') ?? null, expected, 'whoever is first');
  });
}

test('names inside an import that goes over several lines', () => {
  const place = {
    path: 'a.ts',
    base: [],
    versions: [['  b,\n'], ['  c,\n', '  type D,\n']],
    before: ['import x from "x";\n', 'import {\n', '  a,\n'],
  };
  assert.is(mergeImports(place)?.join(''), '  b,\n  c,\n  type D,\n');
  assert.is(mergeImports({ ...place, before: ['const x = {\n', '  a,\n'] }), null);
});

test('a line without end is read in no time', () => {
  const long = `import { ${'a, '.repeat(200_000)}b } from 'x'`;
  const hostile = `import { ${' '.repeat(200_000)}`;
  for (const line of [long, hostile, 'from x import '.repeat(20_000)])
    mergeImports({
      path: 'a.ts',
      base: [],
      versions: [[line], ["import a from 'a';\n"]],
      before: [],
    });
});

test.run();
