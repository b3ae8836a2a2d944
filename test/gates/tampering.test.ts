/** Scripts, configuration, CI, snapshots and comments compared with base's; and what is put back. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ChangedFile,
  findTampering,
  mayBeTampering,
  restoreGateFiles,
  TAMPERING_WORDS,
  type TamperingKind,
  tamperingKinds,
} from '../../scripts/lib/gates/tampering/tampering.ts';

const byName: [status: string, path: string, old: string | null, TamperingKind | null][] = [
  ['deleted', 'test/a.test.ts', null, 'test-deleted'],
  ['deleted', 'src/__tests__/a.ts', null, 'test-deleted'],
  ['deleted', 'src/__snapshots__/a.snap', null, 'snapshot-changed'],
  ['deleted', 'src/a.spec.tsx', null, 'test-deleted'],
  ['deleted', 'pkg/a_test.go', null, 'test-deleted'],
  ['deleted', 'app/test_a.py', null, 'test-deleted'],
  ['deleted', 'app/tests.py', null, 'test-deleted'],
  ['deleted', 'test.js', null, 'test-deleted'],
  ['deleted', 'packages/a/tests.mts', null, 'test-deleted'],
  ['deleted', 'src/main/ATest.java', null, 'test-deleted'],
  ['deleted', 'tests/cases/001.json', null, 'test-deleted'],
  ['deleted', 'src/latest.ts', null, null],
  ['deleted', 'src/contest/a.ts', null, null],
  ['modified', 'test/a.test.ts', null, null],
  ['modified', 'src/__snapshots__/a.snap', null, 'snapshot-changed'],
  ['modified', 'testdata/help.golden', null, 'snapshot-changed'],
  ['modified', 'src/expected/parser.ts', null, null],
  ['renamed', 'old/a.ts', 'test/a.test.ts', 'test-deleted'],
  ['renamed', 'test/unit/a.test.ts', 'test/a.test.ts', null],
  ['renamed', 'test/unit/__snapshots__/a.snap', 'test/__snapshots__/a.snap', null],
  ['renamed', 'vitest.config.old', 'vitest.config.ts', 'gate-configuration-changed'],
  ['modified', 'biome.json', null, 'gate-configuration-changed'],
  ['modified', 'packages/a/tsconfig.build.json', null, 'gate-configuration-changed'],
  ['modified', '.eslintrc.cjs', null, 'gate-configuration-changed'],
  ['deleted', '.prettierignore', null, 'gate-configuration-changed'],
  ['modified', 'tests/conftest.py', null, 'gate-configuration-changed'],
  ['type-changed', 'pytest.ini', null, 'gate-configuration-changed'],
  ['modified', '.multi-model.json', null, 'gate-configuration-changed'],
  ['modified', '.github/workflows/ci.yml', null, 'ci-changed'],
  ['deleted', '.gitlab-ci.yml', null, 'ci-changed'],
  ['modified', '.ci/run', null, 'ci-changed'],
  ['modified', 'scripts/test.sh', null, 'script-changed'],
  ['modified', 'package.json', null, 'manifest-changed'],
  ['modified', 'packages/a/package.json', null, 'manifest-changed'],
  ['deleted', 'Makefile', null, 'manifest-changed'],
  ['modified', 'package-lock.json', null, null],
  ['added', 'vitest.config.ts', null, 'gate-configuration-added'],
  ['added', 'sitecustomize.py', null, 'gate-configuration-added'],
  ['added', 'test/node_modules/uvu/index.js', null, 'gate-configuration-added'],
  ['added', 'test/fixtures/app/vitest.config.ts', null, null],
  ['added', 'tsconfig.build.json', null, null],
  ['added', '.github/workflows/ci.yml', null, null],
  ['added', 'test/b.test.ts', null, null],
  ['modified', 'src/package.json.ts', null, null],
];
for (const [status, path, old_path, kind] of byName) {
  test(`by name, ${status} ${old_path ?? ''} ${path}: ${kind ?? 'no tampering'}`, () => {
    assert.equal(
      findTampering([{ path, old_path, status }]).map((found) => [found.path, found.kind]),
      kind === null ? [] : [[old_path ?? path, kind]],
    );
  });
}

const needed: [path: string, boolean][] = [
  ['test/a.test.ts', true],
  ['src/a.ts', true],
  ['src/a.vue', true],
  ['package.json', true],
  ['.npmrc', true],
  ['.github/workflows/ci.yml', true],
  ['.eslintignore', true],
  ['README.md', false],
  ['data/a.json', false],
  ['logo.png', false],
  ['package-lock.json', false],
  ['pnpm-lock.yaml', false],
];
for (const [path, isNeeded] of needed) {
  test(`the texts of ${path} are ${isNeeded ? '' : 'not '}needed`, () => {
    assert.is(mayBeTampering({ path, status: 'modified' }), isNeeded);
  });
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** `kind severity`, each once, in order. */
function kindsOf(file: ChangedFile, ...others: ChangedFile[]): string[] {
  const found = findTampering([file, ...others]);
  return [...new Set(found.map(({ kind, severity }) => `${kind} ${severity}`))];
}

const SCRIPT = 'script-changed strong';
const OTHER_SCRIPT = 'script-changed weak';
const LOWERED = 'threshold-lowered strong';
const LAX = 'strictness-lowered strong';
const LEFT_OUT = 'ignore-list-grown strong';
const CONFIGURED = 'gate-configuration-changed weak';
const DISABLED = 'gate-configuration-changed strong';
const SILENCED = 'ignore-comment-added strong';

const scripts = (test: string, more = {}) => json({ scripts: { test, ...more } });

const changes: [path: string, what: string, before: string, after: string, ...kinds: string[]][] = [
  // Scripts.
  ['package.json', 'a script that does nothing', scripts('node --test'), scripts('true'), SCRIPT],
  [
    'package.json',
    'a script that cannot fail',
    scripts('vitest run'),
    scripts('vitest run || true'),
    SCRIPT,
  ],
  [
    'package.json',
    'a script that runs less',
    scripts('tsc && vitest run'),
    scripts('vitest run'),
    SCRIPT,
  ],
  [
    'package.json',
    'a script that picks tests',
    scripts('jest'),
    scripts('jest --testNamePattern fast'),
    SCRIPT,
  ],
  [
    'package.json',
    'a script without tests',
    scripts('jest'),
    scripts('jest --passWithNoTests'),
    SCRIPT,
  ],
  [
    'package.json',
    'a script that is gone',
    scripts('jest', { lint: 'eslint .' }),
    scripts('jest'),
    SCRIPT,
  ],
  [
    'package.json',
    'what a gate runs',
    json({ scripts: { check: 'npm run step', step: 'eslint . src' } }),
    json({ scripts: { check: 'npm run step', step: 'eslint .' } }),
    SCRIPT,
  ],
  ['package.json', 'another runner', scripts('jest'), scripts('vitest run'), OTHER_SCRIPT],
  [
    'package.json',
    'a script of no gate',
    scripts('jest', { start: 'node a.js' }),
    scripts('jest', { start: 'node b.js' }),
    OTHER_SCRIPT,
  ],
  [
    'package.json',
    'a hook',
    scripts('jest'),
    scripts('jest', { pretest: 'npm run build' }),
    OTHER_SCRIPT,
  ],
  [
    'package.json',
    'a hook that meddles',
    scripts('jest'),
    scripts('jest', { pretest: 'rm -rf test/slow' }),
    SCRIPT,
  ],
  [
    'package.json',
    'fewer warnings',
    scripts('jest', { lint: 'eslint . --max-warnings 0' }),
    scripts('jest', { lint: 'eslint . --max-warnings 100' }),
    LOWERED,
  ],
  [
    'package.json',
    'a section',
    json({ jest: { bail: true } }),
    json({ jest: { bail: false } }),
    CONFIGURED,
  ],
  [
    'package.json',
    'a threshold of a section',
    json({ jest: { coverageThreshold: { global: { lines: 90 } } } }),
    json({ jest: { coverageThreshold: { global: { lines: 50 } } } }),
    LOWERED,
  ],
  [
    'package.json',
    'a threshold that is gone',
    json({ c8: { 'check-coverage': true, lines: 90 } }),
    json({ c8: {} }),
    LOWERED,
  ],
  [
    'package.json',
    'a size',
    json({ 'size-limit': [{ path: 'a.js', limit: '10 kB' }] }),
    json({ 'size-limit': [{ path: 'a.js', limit: '1 MB' }] }),
    LOWERED,
  ],
  [
    'package.json',
    'paths left out',
    json({ jest: { testPathIgnorePatterns: ['/dist/'] } }),
    json({ jest: { testPathIgnorePatterns: ['/dist/', 'slow'] } }),
    LEFT_OUT,
  ],
  ['package.json', 'it is no JSON', scripts('jest'), '{', 'manifest-changed weak'],
  [
    'composer.json',
    'a script',
    json({ scripts: { test: ['phpunit', 'phpstan'] } }),
    json({ scripts: { test: ['phpunit'] } }),
    SCRIPT,
  ],
  [
    'deno.json',
    'a task',
    json({ tasks: { test: 'deno test' } }),
    json({ tasks: { test: 'true' } }),
    SCRIPT,
  ],
  [
    'deno.json',
    'lint rules',
    json({ lint: { rules: { exclude: ['a'] } } }),
    json({ lint: { rules: { exclude: ['a', 'b'] } } }),
    LEFT_OUT,
  ],
  ['Makefile', 'a recipe', 'test:\n\tpytest -q\n', 'test:\n\ttrue\n', SCRIPT],
  [
    'Makefile',
    'failures that do not count',
    'test:\n\tpytest\n',
    'test:\n\t-pytest\n',
    OTHER_SCRIPT,
    SCRIPT,
  ],
  [
    'Makefile',
    'a prerequisite',
    'check: lint test\n\nlint:\n\truff check\n',
    'check: test\n\nlint:\n\truff check\n',
    SCRIPT,
  ],
  [
    'Makefile',
    'a shell for all',
    'test:\n\tpytest\n',
    'SHELL = /bin/true\ntest:\n\tpytest\n',
    SCRIPT,
  ],
  ['justfile', 'a recipe', 'test:\n    cargo test\n', 'test:\n    cargo test --no-run\n', SCRIPT],
  [
    'Taskfile.yml',
    'a task',
    "version: '3'\ntasks:\n  test:\n    cmds:\n      - go test ./...\n",
    "version: '3'\ntasks:\n  test:\n    cmds:\n      - go test ./... || true\n",
    SCRIPT,
  ],
  [
    'scripts/test.sh',
    'a program that tests',
    '#!/bin/sh\nset -e\npytest\n',
    '#!/bin/sh\nset -e\npytest || true\n',
    SCRIPT,
  ],
  [
    'scripts/check.sh',
    'another step',
    '#!/bin/sh\npytest\n',
    '#!/bin/sh\npytest\nruff check\n',
    OTHER_SCRIPT,
  ],

  // Thresholds and strictness.
  [
    'vitest.config.ts',
    'a threshold',
    'export default { test: { coverage: { thresholds: { lines: 90 } } } };\n',
    'export default { test: { coverage: { thresholds: { lines: 10 } } } };\n',
    LOWERED,
  ],
  [
    'jest.config.js',
    'a threshold is gone',
    'module.exports = { coverageThreshold: { global: { branches: 80 } } };\n',
    'module.exports = {};\n',
    LOWERED,
  ],
  [
    '.nycrc',
    'a threshold',
    json({ 'check-coverage': true, lines: 90 }),
    json({ 'check-coverage': true, lines: 80 }),
    LOWERED,
  ],
  [
    '.coveragerc',
    'a threshold',
    '[report]\nfail_under = 90\n',
    '[report]\nfail_under = 9\n',
    LOWERED,
  ],
  [
    'pyproject.toml',
    'a threshold in options',
    '[tool.pytest.ini_options]\naddopts = "--cov-fail-under=90"\n',
    '[tool.pytest.ini_options]\naddopts = "--cov-fail-under=50"\n',
    LOWERED,
  ],
  [
    'pyproject.toml',
    'a threshold',
    '[tool.coverage.report]\nfail_under = 90\n',
    '[tool.coverage.report]\nfail_under = 50\n',
    LOWERED,
  ],
  [
    'pyproject.toml',
    'tests left out',
    '[tool.pytest.ini_options]\naddopts = "-q"\n',
    '[tool.pytest.ini_options]\naddopts = "-q --ignore=tests/slow"\n',
    DISABLED,
  ],
  [
    'pyproject.toml',
    'rules left out',
    '[tool.ruff.lint]\nignore = ["E501"]\n',
    '[tool.ruff.lint]\nignore = [\n  "E501",\n  "F401",\n]\n',
    LEFT_OUT,
  ],
  [
    'pyproject.toml',
    'fewer rules',
    '[tool.ruff.lint]\nselect = ["E", "F"]\n',
    '[tool.ruff.lint]\nselect = ["E"]\n',
    LAX,
  ],
  [
    'pyproject.toml',
    'a type checker',
    '[tool.mypy]\nstrict = true\n',
    '[tool.mypy]\nstrict = false\n',
    LAX,
  ],
  [
    'mypy.ini',
    'imports that are not checked',
    '[mypy]\nstrict = True\n',
    '[mypy]\nstrict = True\nignore_missing_imports = True\n',
    LAX,
  ],
  [
    'Cargo.toml',
    'a lint',
    '[lints.clippy]\nunwrap_used = "deny"\n',
    '[lints.clippy]\nunwrap_used = "allow"\n',
    LAX,
  ],
  [
    'Cargo.toml',
    'tests that are not built',
    '[package]\nname = "a"\n',
    '[package]\nname = "a"\n\n[lib]\ntest = false\n',
    LAX,
  ],
  [
    'tsconfig.json',
    'a flag',
    '{ "compilerOptions": { "strict": true } }',
    '{ "compilerOptions": { "strict": false } }',
    LAX,
  ],
  [
    'tsconfig.json',
    'a flag is gone',
    '{ "compilerOptions": { "noImplicitAny": true } }',
    '{ "compilerOptions": {} }',
    LAX,
  ],
  [
    'tsconfig.json',
    'something else',
    '{ "compilerOptions": { "target": "es2022" } }',
    '{ "compilerOptions": { "target": "es2023" } }',
    CONFIGURED,
  ],
  [
    'biome.json',
    'a rule',
    json({ linter: { rules: { suspicious: { noExplicitAny: 'error' } } } }),
    json({ linter: { rules: { suspicious: { noExplicitAny: 'off' } } } }),
    LAX,
  ],
  [
    'biome.json',
    'the linter',
    json({ linter: { enabled: true } }),
    json({ linter: { enabled: false } }),
    LAX,
  ],
  [
    '.eslintrc.json',
    'a rule by number',
    json({ rules: { 'no-console': 2 } }),
    json({ rules: { 'no-console': 0 } }),
    LAX,
  ],
  [
    'eslint.config.js',
    'a rule',
    "export default [{ rules: { 'no-console': 'error' } }];\n",
    "export default [{ rules: { 'no-console': 'warn' } }];\n",
    LAX,
  ],
  [
    'eslint.config.js',
    'files left out',
    "export default [{ ignores: ['dist'] }];\n",
    "export default [{ ignores: ['dist', 'src/old'] }];\n",
    LEFT_OUT,
  ],
  [
    'eslint.config.js',
    'made files left out',
    "export default [{ ignores: ['dist'] }];\n",
    "export default [{ ignores: ['dist', 'coverage/**'] }];\n",
    'ignore-list-grown weak',
  ],
  ['.rubocop.yml', 'a rule', 'Style/A:\n  Enabled: true\n', 'Style/A:\n  Enabled: false\n', LAX],
  [
    '.golangci.yml',
    'a linter',
    'linters:\n  enable:\n    - errcheck\n    - govet\n',
    'linters:\n  enable:\n    - govet\n',
    LAX,
  ],
  [
    'setup.cfg',
    'a section of a gate',
    '[metadata]\nversion = 1\n[flake8]\nmax-line-length = 88\n',
    '[metadata]\nversion = 2\n[flake8]\nmax-line-length = 200\n',
    LOWERED,
  ],
  [
    'conftest.py',
    'a hook',
    'import pytest\n',
    'import pytest\n\ndef pytest_collection_modifyitems(items):\n    items.clear()\n',
    DISABLED,
  ],
  ['.prettierignore', 'a line', 'dist\n', 'dist\nsrc/a.ts\n', LEFT_OUT],
  ['.eslintignore', 'a made folder', 'dist\n', 'dist\ncoverage/\n', 'ignore-list-grown weak'],
  ['.npmrc', 'a shell', 'registry=a\n', 'registry=a\nscript-shell=/bin/true\n', DISABLED],
  ['.env', 'options of Node', 'A=1\n', 'A=1\nNODE_OPTIONS=--require ./stub.js\n', DISABLED],

  // CI.
  [
    '.github/workflows/ci.yml',
    'a step',
    'jobs:\n  test:\n    - run: npm test\n',
    'jobs:\n  test:\n    - run: npm run other\n',
    'ci-changed weak',
  ],
  [
    '.github/workflows/ci.yml',
    'failures that do not count',
    'jobs:\n  test:\n    steps: []\n',
    'jobs:\n  test:\n    continue-on-error: true\n    steps: []\n',
    'ci-changed strong',
  ],
  [
    'build.gradle',
    'failures that do not count',
    'test {\n}\n',
    'test {\n  ignoreFailures = true\n}\n',
    'manifest-changed strong',
  ],
  [
    'pom.xml',
    'tests that do not run',
    '<project>\n</project>\n',
    '<project>\n<skipTests>true</skipTests>\n</project>\n',
    'manifest-changed strong',
  ],

  // Comments that silence.
  ...(
    [
      ['src/a.ts', '// eslint-disable-next-line no-console\n'],
      ['src/a.ts', '/* eslint-disable */\n'],
      ['src/a.ts', '// biome-ignore lint/suspicious/noExplicitAny: x\n'],
      ['src/a.ts', '// @ts-ignore\n'],
      ['src/a.ts', '// @ts-expect-error\n'],
      ['src/a.ts', '// @ts-nocheck\n'],
      ['src/a.ts', '// prettier-ignore\n'],
      ['src/a.ts', '/* c8 ignore next */\n'],
      ['src/a.vue', '<!-- eslint-disable -->\n'],
      ['src/a.py', 'import b  # noqa\n'],
      ['src/a.py', 'import b  # noqa: F401\n'],
      ['src/a.py', 'import b  # type: ignore\n'],
      ['src/a.py', '# pylint: disable=all\n'],
      ['src/a.py', '# ruff: noqa\n'],
      ['src/a.py', 'x = 1  # pragma: no cover\n'],
      ['a.go', 'a() //nolint:errcheck\n'],
      ['src/a.rs', '#[allow(dead_code)]\n'],
      ['lib/a.rb', '# rubocop:disable all\n'],
      ['src/A.java', '@SuppressWarnings("unchecked")\n'],
      ['src/a.php', '// phpcs:ignore\n'],
      ['src/a.php', '/** @phpstan-ignore-next-line */\n'],
    ] as const
  ).map(([path, line]): [string, string, string, string, string] => [
    path,
    line.trim(),
    '\n',
    `\n${line}`,
    SILENCED,
  ]),
];

for (const [path, what, before, after, ...kinds] of changes) {
  test(`found in ${path}: ${what}`, () => {
    assert.equal(kindsOf({ path, status: 'modified', before, after }), kinds);
  });
}

const innocent: [path: string, what: string, before: string, after: string][] = [
  [
    'package.json',
    'a dependency',
    json({ scripts: { test: 'jest' }, dependencies: {} }),
    json({ scripts: { test: 'jest' }, dependencies: { zod: '1.0.0' } }),
  ],
  [
    'package.json',
    'version and engines',
    json({ version: '1.0.0' }),
    json({ version: '2.0.0', engines: { node: '>=20' } }),
  ],
  [
    'package.json',
    'a new script',
    scripts('jest'),
    scripts('jest', { docs: 'typedoc', prepublishOnly: 'npm test' }),
  ],
  ['package.json', 'its form', scripts('jest'), JSON.stringify({ scripts: { test: 'jest' } })],
  ['composer.json', 'a dependency', json({ require: {} }), json({ require: { 'a/b': '1' } })],
  ['deno.json', 'an import', json({ imports: {} }), json({ imports: { a: 'jsr:a' } })],
  [
    'pyproject.toml',
    'a dependency',
    '[project]\ndependencies = ["a"]\n\n[tool.ruff]\nline-length = 88\n',
    '[project]\ndependencies = ["a", "b"]\n\n[tool.ruff]\nline-length = 88\n',
  ],
  [
    'pyproject.toml',
    'a comment',
    '[tool.ruff]\nline-length = 88\n',
    '[tool.ruff]\n# wide\nline-length = 88 # wider\n',
  ],
  ['Cargo.toml', 'a dependency', '[dependencies]\n', '[dependencies]\nserde = "1"\n'],
  ['go.mod', 'a dependency', 'module a\n', 'module a\nrequire b v1.0.0\n'],
  ['Gemfile', 'a dependency', "gem 'a'\n", "gem 'a'\ngem 'rspec'\n"],
  [
    'build.gradle',
    'a dependency',
    'dependencies {\n}\n',
    "dependencies {\n  testImplementation 'junit:junit:4.13'\n}\n",
  ],
  [
    'pom.xml',
    'a dependency',
    '<a>\n</a>\n',
    '<a>\n<artifactId>mockito-test</artifactId>\n<scope>test</scope>\n</a>\n',
  ],
  [
    'Makefile',
    'a new recipe',
    'test:\n\tpytest\n',
    '.PHONY: docs\n\ntest:\n\tpytest\n\ndocs:\n\tsphinx\n',
  ],
  ['Makefile', 'a comment', 'test:\n\tpytest\n', '# all of them\ntest:\n\tpytest\n'],
  [
    'tsconfig.json',
    'a comment and a comma',
    '{ "compilerOptions": { "strict": true } }',
    '{\n  // strict as ever\n  "compilerOptions": { "strict": true, },\n}',
  ],
  [
    'eslint.config.js',
    'its form',
    "export default [{ rules: { a: 'error' } }];\n",
    'export default [\n  // one\n  { rules: { a: "error" } },\n]\n',
  ],
  ['.github/workflows/ci.yml', 'a comment', 'jobs:\n  a: b\n', '# x\njobs:\n  a: b\n'],
  ['.prettierignore', 'fewer lines', 'dist\nsrc\n', 'dist\n'],
  ['.npmrc', 'a registry', 'a=1\n', 'a=1\nregistry=b\n'],
  ['setup.cfg', 'what is packed', '[metadata]\nversion = 1\n', '[metadata]\nversion = 2\n'],
  [
    'src/a.ts',
    'words of a comment in a string',
    'const a = 1;\n',
    "const a = '// eslint-disable-line @ts-ignore';\n",
  ],
  [
    'src/a.ts',
    'a comment that moved',
    '// @ts-ignore\na();\nb();\n',
    'b();\n// @ts-ignore\na();\n',
  ],
  ['src/a.ts', 'one became the other', '// @ts-ignore\na();\n', '// @ts-expect-error\na();\n'],
  ['src/a.py', 'words of a comment in a string', 'a = 1\n', 'a = "# noqa"\n'],
];
for (const [path, what, before, after] of innocent) {
  test(`not found in ${path}: ${what}`, () => {
    assert.equal(findTampering([{ path, status: 'modified', before, after }]), []);
  });
}

const added: [path: string, after: string, ...kinds: string[]][] = [
  ['jest.config.js', 'module.exports = { verbose: true };\n', 'gate-configuration-added weak'],
  [
    'jest.config.js',
    "module.exports = { testPathIgnorePatterns: ['slow'] };\n",
    'gate-configuration-added strong',
  ],
  ['biome.json', json({ linter: { enabled: false } }), 'gate-configuration-added strong'],
  ['.mocharc.json', json({ require: './stub.js' }), 'gate-configuration-added weak'],
  [
    'conftest.py',
    'import os\nos._exit(0)\n',
    'test-skipped weak',
    'gate-configuration-added strong',
  ],
  ['tests/unit/conftest.py', 'import pytest\n'],
  ['pytest.ini', '[pytest]\naddopts = -k "not slow"\n', 'gate-configuration-added strong'],
  ['setup.cfg', '[metadata]\nname = a\n'],
  ['.npmrc', 'registry=a\n'],
  ['.npmrc', 'node-options=--require ./stub.js\n', 'gate-configuration-added strong'],
  ['.prettierignore', 'src\n', 'ignore-list-grown strong'],
  ['.editorconfig', 'root = true\n'],
  ['src/a.ts', '// @ts-ignore\na();\n', 'ignore-comment-added weak'],
  ['src/b.ts', 'a();\n'],
];
for (const [path, after, ...kinds] of added) {
  test(`added ${path}: ${kinds.join(', ') || 'nothing'}: ${after.slice(0, 40).trim()}`, () => {
    assert.equal(kindsOf({ path, status: 'added', before: null, after }), kinds);
  });
}

test('configuration of a package that is new overrides nothing', () => {
  const files = [
    { path: 'packages/b/package.json', status: 'added', before: null, after: '{}' },
    {
      path: 'packages/b/vitest.config.ts',
      status: 'added',
      before: null,
      after: 'export default {};\n',
    },
  ];
  assert.equal(findTampering(files), []);
});

test('configuration of TypeScript counts once a script names it', () => {
  const config = { path: 'tsconfig.fast.json', status: 'added', before: null, after: '{}' };
  const manifest = (before: string, after: string) => ({
    path: 'package.json',
    status: 'modified',
    before: scripts(before),
    after: scripts(after),
  });
  assert.equal(findTampering([config]), []);
  const kinds = findTampering([config, manifest('tsc', 'tsc -p tsconfig.fast.json')]).map(
    ({ kind }) => kind,
  );
  assert.equal(kinds, ['gate-configuration-added', 'script-changed']);
});

test('configuration in another format is in the place of the old one', () => {
  const found = findTampering([
    { path: '.eslintrc.json', status: 'deleted', before: '{}', after: null },
    { path: 'eslint.config.js', status: 'added', before: null, after: 'export default [];\n' },
  ]);
  assert.equal(
    found.map(({ path, kind, severity }) => [path, kind, severity]),
    [
      ['.eslintrc.json', 'gate-configuration-changed', 'weak'],
      ['eslint.config.js', 'gate-configuration-added', 'weak'],
    ],
  );
});

test('a comment that moved into another file is nothing', () => {
  const line = '// @ts-ignore\na();\n';
  assert.equal(
    findTampering([
      { path: 'src/a.ts', status: 'modified', before: line, after: '\n' },
      { path: 'src/b.ts', status: 'added', before: null, after: line },
    ]),
    [],
  );
});

test('in a test a comment silences nothing but the test', () => {
  assert.equal(
    kindsOf({ path: 'test/a.test.ts', status: 'modified', before: '\n', after: '// @ts-ignore\n' }),
    ['ignore-comment-added weak'],
  );
});

test('a workflow that checks nothing may go', () => {
  const gone = (before: string) =>
    findTampering([{ path: '.github/workflows/a.yml', status: 'deleted', before, after: null }])[0]
      ?.severity;
  assert.is(gone('jobs:\n  label:\n    uses: a/labeler\n'), 'weak');
  assert.is(gone('jobs:\n  all:\n    run: npm test\n'), 'strong');
});

test('a program that a gate names is a script', () => {
  const file = { path: 'tools/verify.mjs', status: 'modified' };
  assert.equal(findTampering([file]), []);
  assert.equal(
    findTampering([file], ['node ./tools/verify.mjs --all']).map(
      ({ kind, severity }) => `${kind} ${severity}`,
    ),
    [OTHER_SCRIPT],
  );
});

test('the details say what', () => {
  const details = (path: string, before: string, after: string) =>
    findTampering([{ path, status: 'modified', before, after }]).map(({ detail }) => detail);
  assert.equal(details('package.json', scripts('node --test'), scripts('true')), [
    'scripts.test: "node --test" -> "true" (true)',
  ]);
  assert.equal(details('.nycrc', json({ lines: 90 }), json({ lines: 50 })), [
    'threshold lines: 90 -> 50',
  ]);
  assert.equal(details('src/a.ts', '\n', '// @ts-ignore\n'), ['@ts-ignore: 0 before, 1 now']);
});

test('nothing differs where the texts do not, and a copy at another place is told of', () => {
  const same = (path: string, old_path: string | null, status: string) => ({
    path,
    old_path,
    status,
    before: '{}',
    after: '{}',
  });
  assert.equal(findTampering([same('package.json', null, 'modified')]), []);
  assert.equal(findTampering([same('biome.json', null, 'type-changed')]), []);
  assert.equal(kindsOf(same('old/biome.json', 'biome.json', 'renamed')), [CONFIGURED]);
});

test('every kind has words', () => {
  assert.equal(Object.keys(TAMPERING_WORDS), [...tamperingKinds]);
  assert.is(new Set(Object.values(TAMPERING_WORDS)).size, tamperingKinds.length);
});

function restored(...files: ChangedFile[]) {
  return restoreGateFiles(files, findTampering(files));
}

test('a manifest gets its gates back and keeps the rest', () => {
  const before = { name: 'a', scripts: { test: 'jest', lint: 'eslint .' }, jest: { bail: true } };
  const after = {
    name: 'b',
    scripts: { pretest: 'rm test/a.js', test: 'true', docs: 'typedoc' },
    dependencies: { zod: '1.0.0' },
    jest: { bail: false },
    vitest: {},
  };
  const text = `${JSON.stringify(after, null, '\t')}\n`;
  const [restoration, ...more] = restored({
    path: 'package.json',
    status: 'modified',
    before: json(before),
    after: text,
  });
  const merged = {
    name: 'b',
    scripts: { test: 'jest', docs: 'typedoc', lint: 'eslint .' },
    dependencies: { zod: '1.0.0' },
    jest: { bail: true },
  };
  assert.equal(restoration, {
    path: 'package.json',
    content: { text: `${JSON.stringify(merged, null, '\t')}\n` },
  });
  assert.is(more.length, 0);
});

test('a manifest keeps its line ends, and a key that is no ordinary one', () => {
  const after = '{\r\n  "scripts": {\r\n    "test": "true"\r\n  },\r\n  "__proto__": 1\r\n}';
  const [restoration] = restored({
    path: 'package.json',
    status: 'modified',
    before: scripts('jest'),
    after,
  });
  assert.equal(restoration?.content, { text: after.replace('"true"', '"jest"') });
});

const restorations: [what: string, file: ChangedFile, expected: unknown[]][] = [
  [
    'a manifest that is no JSON any more',
    { path: 'package.json', status: 'modified', before: scripts('jest'), after: '{' },
    [['package.json', 'base']],
  ],
  [
    'a manifest with comments',
    {
      path: 'deno.jsonc',
      status: 'modified',
      before: '{ "tasks": { "test": "deno test" } }',
      after: '{ /* x */ "tasks": { "test": "true" } }',
    },
    [['deno.jsonc', 'base']],
  ],
  [
    'a manifest whose merge is not sure',
    {
      path: 'pyproject.toml',
      status: 'modified',
      before: '[tool.mypy]\nstrict = true\n',
      after: '[tool.mypy]\nstrict = false\n',
    },
    [['pyproject.toml', 'base']],
  ],
  [
    'a Makefile',
    { path: 'Makefile', status: 'modified', before: 'test:\n\tpytest\n', after: 'test:\n\ttrue\n' },
    [['Makefile', 'base']],
  ],
  [
    'a test that is gone',
    { path: 'test/a.test.ts', status: 'deleted' },
    [['test/a.test.ts', 'base']],
  ],
  [
    'a test that was renamed away',
    { path: 'old/a.ts', old_path: 'test/a.test.ts', status: 'renamed' },
    [['test/a.test.ts', 'base']],
  ],
  [
    'a test that was renamed and skipped',
    {
      path: 'test/b.test.ts',
      old_path: 'test/a.test.ts',
      status: 'renamed',
      before: "it('a', () => {\n  expect(a).toBe(1);\n});\n",
      after: "it.skip('a', () => {\n  expect(a).toBe(1);\n});\n",
    },
    [
      ['test/a.test.ts', 'base'],
      ['test/b.test.ts', null],
    ],
  ],
  [
    'configuration that was added',
    { path: 'vitest.config.ts', status: 'added', before: null, after: 'export default {};\n' },
    [['vitest.config.ts', null]],
  ],
  [
    'a test that was added and is the only one',
    {
      path: 'test/b.test.ts',
      status: 'added',
      before: null,
      after: "it.only('a', () => {\n  expect(a).toBe(1);\n});\n",
    },
    [['test/b.test.ts', null]],
  ],
  [
    'a comment in a program',
    { path: 'src/a.ts', status: 'modified', before: '\n', after: '// @ts-ignore\n' },
    [],
  ],
  [
    'a comment in a new test',
    { path: 'test/b.test.ts', status: 'added', before: null, after: '// @ts-ignore\n' },
    [],
  ],
  [
    'a comment in a test',
    { path: 'test/a.test.ts', status: 'modified', before: '\n', after: '// @ts-ignore\n' },
    [['test/a.test.ts', 'base']],
  ],
  [
    'tests in a program',
    {
      path: 'src/a.rs',
      status: 'modified',
      before: '#[test]\nfn a() {\n    assert_eq!(b, 1);\n}\n',
      after: '\n',
    },
    [],
  ],
  ['nothing', { path: 'src/a.ts', status: 'modified', before: 'a\n', after: 'b\n' }, []],
];
for (const [what, file, expected] of restorations) {
  test(`put back: ${what}`, () => {
    assert.equal(
      restored(file).map(({ path, content }) => [path, content]),
      expected,
    );
  });
}

test.run();
