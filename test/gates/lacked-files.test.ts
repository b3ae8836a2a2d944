import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lackedFiles } from '../../scripts/lib/gates/lacked-files.ts';

const IGNORED = [
  'dist',
  '.pnp.cjs',
  'src/generated',
  'src/types.gen.ts',
  'app/_version.py',
  'include/config.h',
  'coverage',
  'packages/a/lib',
];

/** What real programs print. */
const CASES: readonly (readonly [title: string, log: string, lacked: readonly string[]])[] = [
  [
    'node, an absolute place',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/w/app/dist/index.js' imported from /w/app/test/a.test.js".replaceAll(
      '/w/app',
      '.',
    ),
    ['dist'],
  ],
  [
    'node, a required file',
    "node:internal/modules/cjs/loader:1146\n  throw err;\nError: Cannot find module '../dist'\nRequire stack:",
    ['dist'],
  ],
  ['node, by -r', "Error: Cannot find module './.pnp.cjs'", ['.pnp.cjs']],
  [
    'tsc, without the extension',
    "src/a.ts(1,20): error TS2307: Cannot find module './types.gen' or its corresponding type declarations.\nsrc/b/c.ts(2,20): error TS2307: Cannot find module '../generated/api' or its corresponding type declarations.",
    ['src/generated', 'src/types.gen.ts'],
  ],
  [
    'vite, in two lines',
    'Error: Failed to resolve import\n  "../generated/api" from "src/a.ts". Does the file exist?',
    ['src/generated'],
  ],
  ['Python', "E   ModuleNotFoundError: No module named 'app._version'", ['app/_version.py']],
  ['Python, a name', "ImportError: cannot import name '_version' from 'app'", ['app/_version.py']],
  ['C', 'src/a.c:1:10: fatal error: config.h: No such file or directory', ['include/config.h']],
  ['Go', 'a.go:3:12: pattern dist/*: no matching files found', ['dist']],
  [
    'a package of a workspace',
    "Cannot find module './packages/a/lib/index.js'",
    ['packages/a/lib'],
  ],
  ['ENOENT', "ENOENT: no such file or directory, open './dist/manifest.json'", ['dist']],
];

for (const [title, log, lacked] of CASES)
  test(`it is named by ${title}`, () => assert.equal(lackedFiles(log, null, IGNORED), lacked));

test('what the main tree says too, places in packages and other words are no such names', () => {
  const log = "Cannot find module './dist/index.js'";
  assert.equal(lackedFiles(log, `${log}\n`, IGNORED), []);
  for (const text of [
    "Cannot find module 'x'\n    at ./node_modules/uvu/dist/index.js:1",
    'cannot find what distance is; the coverages differ',
    'not ok 1 - dist is built',
    '# coverage report\n./dist/index.js | 100',
    "Cannot find module 'generated-types'",
  ])
    assert.equal(lackedFiles(text, null, IGNORED), [], text);
});

test.run();
