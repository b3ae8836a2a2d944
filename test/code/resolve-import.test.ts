import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Language } from '../../scripts/lib/code/code-facts.ts';
import { importContext, resolveImport } from '../../scripts/lib/code/resolve-import.ts';

type Case = [from: string, specifier: string, expected: string];

/** `file a.ts`, `missing a.ts a.tsx`, `package lodash`, `builtin`, `unknown`. */
function resolved(project: ReturnType<typeof importContext>, language: Language) {
  return (from: string, specifier: string): string => {
    const found = resolveImport(from, specifier, language, project);
    switch (found.kind) {
      case 'file':
        return `file ${found.path}`;
      case 'missing-file':
        return `missing ${found.candidates.slice(0, 2).join(' ')}`;
      case 'package':
        return `package ${found.name}`;
      default:
        return found.kind;
    }
  };
}

function check(resolve: (from: string, specifier: string) => string, cases: readonly Case[]): void {
  for (const [from, specifier, expected] of cases)
    assert.is(resolve(from, specifier), expected, `${from}: ${specifier}`);
}

const WEB = importContext([
  'src/a.ts',
  'src/b.tsx',
  'src/both.js',
  'src/both.ts',
  'src/plain.js',
  'src/types.d.ts',
  'src/es.mts',
  'src/data.json',
  'src/style.css',
  'src/icon.svg',
  'src/lib/index.ts',
  'src/lib/deep/x.ts',
  'src/v1.0/index.js',
  'src/odd/package.json',
  'src/components/Button.tsx',
  'index.js',
  'constructor.ts',
]);

test('JavaScript and TypeScript: paths', () => {
  const cases: Case[] = [
    ['src/x.ts', './a.ts', 'file src/a.ts'],
    ['src/x.ts', './a.js', 'file src/a.ts'],
    ['src/x.ts', './a', 'file src/a.ts'],
    ['src/x.ts', './b.js', 'file src/b.tsx'],
    ['src/x.ts', './b.jsx', 'file src/b.tsx'],
    ['src/x.ts', './both.js', 'file src/both.ts'],
    ['src/x.ts', './plain.js', 'file src/plain.js'],
    ['src/x.ts', './types', 'file src/types.d.ts'],
    ['src/x.ts', './types.js', 'file src/types.d.ts'],
    ['src/x.ts', './es.mjs', 'file src/es.mts'],
    ['src/x.ts', './data', 'file src/data.json'],
    ['src/x.ts', './data.json', 'file src/data.json'],
    ['src/x.ts', './style.css', 'file src/style.css'],
    ['src/x.ts', './icon.svg?raw', 'file src/icon.svg'],
    ['src/x.ts', './lib', 'file src/lib/index.ts'],
    ['src/x.ts', './lib/', 'file src/lib/index.ts'],
    ['src/x.ts', './lib/index.js', 'file src/lib/index.ts'],
    ['src/x.ts', './v1.0', 'file src/v1.0/index.js'],
    ['src/x.ts', './odd', 'file src/odd'],
    ['src/lib/deep/x.ts', '..', 'file src/lib/index.ts'],
    ['src/lib/deep/x.ts', '../../a', 'file src/a.ts'],
    ['src/x.ts', '..', 'file index.js'],
    ['x.js', '.', 'file index.js'],
    ['src/lib/x.ts', './.././a', 'file src/a.ts'],
    ['src/x.ts', './gone', 'missing src/gone.ts src/gone.tsx'],
    ['src/x.ts', './gone.js', 'missing src/gone.js src/gone.ts'],
    ['src/x.ts', './gone.css', 'missing src/gone.css src/gone.css.ts'],
    ['src/x.ts', './lib/deep', 'file src/lib/deep'],
    ['src/x.ts', '../..', 'unknown'],
    ['src/x.ts', '../../../etc/passwd', 'unknown'],
    ['src/x.ts', './a/../../../b', 'unknown'],
    ['src/x.ts', './a\0', 'unknown'],
    ['src/x.ts', '', 'unknown'],
  ];
  check(resolved(WEB, 'typescript'), cases);
  assert.is(resolved(WEB, 'javascript')('src/x.js', './both.js'), 'file src/both.js');
});

test('JavaScript and TypeScript: names', () => {
  const cases: Case[] = [
    ['src/x.ts', 'fs', 'builtin'],
    ['src/x.ts', 'node:fs/promises', 'builtin'],
    ['src/x.ts', 'node:sqlite', 'builtin'],
    ['src/x.ts', 'fs/promises', 'builtin'],
    ['src/x.ts', 'lodash', 'package lodash'],
    ['src/x.ts', 'lodash/fp', 'package lodash'],
    ['src/x.ts', '@scope/name', 'package @scope/name'],
    ['src/x.ts', '@scope/name/sub/path.js', 'package @scope/name'],
    ['src/x.ts', 'socket.io', 'package socket.io'],
    ['src/x.ts', 'pkg?worker', 'package pkg'],
    ['src/x.ts', 'constructor', 'package constructor'],
    ['src/x.ts', '__proto__', 'unknown'],
    ['src/x.ts', '@scope', 'unknown'],
    ['src/x.ts', '@/a', 'unknown'],
    ['src/x.ts', '~/a', 'unknown'],
    ['src/x.ts', '#internal', 'unknown'],
    ['src/x.ts', '$lib/a', 'unknown'],
    ['src/x.ts', '/absolute', 'unknown'],
    ['src/x.ts', 'https://example.com/a.js', 'unknown'],
    ['src/x.ts', 'npm:zod', 'unknown'],
    ['src/x.ts', 'bun:test', 'unknown'],
    ['src/x.ts', 'src/a', 'unknown'],
    ['src/x.ts', 'components/Button', 'unknown'],
    ['src/x.ts', '.hidden', 'unknown'],
    ['src/x.ts', '...', 'unknown'],
  ];
  check(resolved(WEB, 'tsx'), cases);
});

const PYTHON = importContext([
  'app/__init__.py',
  'app/main.py',
  'app/models/__init__.py',
  'app/models/user.py',
  'app/json.py',
  'app/yaml.py',
  'app/stub.pyi',
  'plain/thing.py',
  'src/lib/__init__.py',
  'src/lib/core.py',
  'services/api/main.py',
  'services/api/helpers.py',
  'services/helpers.py',
  'test/support.py',
  'logging/config.ini',
  'setup.py',
]);

test('Python: relative', () => {
  const cases: Case[] = [
    ['app/main.py', '.', 'file app/__init__.py'],
    ['app/main.py', '.models', 'file app/models/__init__.py'],
    ['app/main.py', '.models.user', 'file app/models/user.py'],
    ['app/main.py', '.models.user.User', 'file app/models/user.py'],
    ['app/main.py', '.stub', 'file app/stub.pyi'],
    ['app/models/user.py', '..', 'file app/__init__.py'],
    ['app/models/user.py', '..main', 'file app/main.py'],
    ['app/models/__init__.py', '.user', 'file app/models/user.py'],
    ['plain/thing.py', '.', 'file plain'],
    ['app/main.py', '.gone', 'missing app/gone.py app/gone/__init__.py'],
    // A package that is a folder holds modules: this is none of its names.
    ['app/main.py', '.models.gone', 'missing app/models/gone.py app/models/gone/__init__.py'],
    ['app/main.py', '...', 'unknown'],
    ['setup.py', '..app', 'unknown'],
  ];
  check(resolved(PYTHON, 'python'), cases);
});

test('Python: absolute', () => {
  const cases: Case[] = [
    ['app/main.py', 'app.models.user', 'file app/models/user.py'],
    ['app/main.py', 'app.main.run', 'file app/main.py'],
    ['app/main.py', 'lib.core', 'file src/lib/core.py'],
    ['src/lib/core.py', 'lib', 'file src/lib/__init__.py'],
    ['plain/thing.py', 'plain', 'file plain'],
    ['services/api/main.py', 'helpers', 'file services/api/helpers.py'],
    ['services/other/main.py', 'helpers', 'file services/helpers.py'],
    ['app/main.py', 'app.gone', 'missing app/gone.py app/gone/__init__.py'],
    ['app/main.py', 'lib.gone', 'missing src/lib/gone.py src/lib/gone/__init__.py'],
    ['app/main.py', 'requests', 'package requests'],
    ['app/main.py', 'google.cloud.storage', 'package google'],
    ['app/main.py', 'os.path', 'builtin'],
    ['app/main.py', '__future__', 'builtin'],
    ['app/main.py', 'logging.handlers', 'builtin'],
    // A neighbour does not hide what comes with Python, the top of the repository does.
    ['app/main.py', 'json', 'builtin'],
    ['app/main.py', 'test.support', 'file test/support.py'],
    ['app/main.py', 'yaml.nodes', 'file app/yaml.py'],
    ['app/main.py', 'yaml.nodes.more', 'package yaml'],
    ['app/main.py', 'constructor', 'package constructor'],
  ];
  check(resolved(PYTHON, 'python'), cases);
});

const GO = importContext(
  ['go.mod', 'main.go', 'internal/db/db.go', 'tools/go.mod', 'tools/lint/lint.go', 'vendored/x.go'],
  [
    { dir: '', module: 'example.com/app' },
    { dir: 'tools', module: 'example.com/app/tools' },
    { dir: 'vendored', module: 'local' },
    { dir: '../outside', module: 'example.com/outside' },
  ],
);

test('Go: folders of the modules of the repository', () => {
  const cases: Case[] = [
    ['main.go', 'example.com/app', 'file '],
    ['main.go', 'example.com/app/internal/db', 'file internal/db'],
    ['main.go', 'example.com/app/tools', 'file tools'],
    ['main.go', 'example.com/app/tools/lint', 'file tools/lint'],
    ['main.go', 'local', 'file vendored'],
    ['main.go', 'example.com/app/gone', 'missing gone'],
    ['main.go', 'example.com/application', 'package example.com/application'],
    ['main.go', 'github.com/a/b/v2/c', 'package github.com/a/b/v2/c'],
    ['main.go', 'fmt', 'builtin'],
    ['main.go', 'net/http', 'builtin'],
    ['main.go', 'C', 'builtin'],
    ['main.go', './internal/db', 'file internal/db'],
    ['main.go', '../x', 'unknown'],
    ['main.go', 'example.com/outside/a', 'unknown'],
    ['main.go', 'example.com/app/../../x', 'unknown'],
  ];
  check(resolved(GO, 'go'), cases);
});

test('a project has its files and their folders', () => {
  const { has } = importContext(['a/b/c.ts', 'a/d.ts']);
  for (const path of ['', 'a', 'a/b', 'a/b/c.ts', 'a/d.ts']) assert.ok(has(path), path);
  for (const path of ['b', 'a/', 'c.ts', 'constructor', '/']) assert.not.ok(has(path), path);
});

test.run();
