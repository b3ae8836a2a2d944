/** What evidence says of a model by its changed lines: packages, scripts, public names; and names that are there twice. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addedTwice } from '../../scripts/lib/words/added-twice.ts';
import { isManifest, packagesIn, scriptsIn } from '../../scripts/lib/words/dependencies.ts';
import { publicNames } from '../../scripts/lib/words/public-names.ts';
import type { Part } from '../../scripts/lib/words/terms.ts';

const part = (path: string, models: string[], lines: string[], removed: string[] = []): Part => ({
  ...{ path, models, lines, removed, hunk: 'h1' },
  ...{ change: null, isPicked: true, becomes: 'hunks' as const },
});

const PACKAGES: [path: string, line: string, found: Record<string, string>][] = [
  ['package.json', '    "@a/b": "^1.2.0",', { '@a/b': '^1.2.0' }],
  ['package.json', '{"dependencies":{"a":"1","b":"workspace:*"}}', { a: '1', b: 'workspace:*' }],
  ['package.json', '  "version": "2.0.0", "test": "node --test", "node": ">=20"', {}],
  ['requirements-dev.txt', 'PyYAML[fast]>=6  # yaml', { PyYAML: '>=6' }],
  ['requirements.txt', '-r other.txt', {}],
  ['pyproject.toml', 'dependencies = ["requests", "rich>=13"]', { requests: '', rich: '>=13' }],
  ['pyproject.toml', '  "pytest~=8; python_version > \'3.9\'",', { pytest: '~=8' }],
  ['pyproject.toml', 'version = "1.2"', {}],
  ['Cargo.toml', 'serde = { version = "1", features = ["derive"] }', { serde: '' }],
  ['Cargo.toml', 'edition = "2021"', {}],
  ['go.mod', '\tgithub.com/a/b v1.0.0 // indirect', { 'github.com/a/b': 'v1.0.0' }],
  ['go.mod', 'module example.com/m', {}],
  ['Gemfile', "gem 'rails', '~> 7'", { rails: '~> 7' }],
  ['src/a.ts', '"a": "1"', {}],
];

for (const [path, line, found] of PACKAGES)
  test(`packages: ${path}: ${line}`, () => {
    assert.equal(Object.fromEntries(packagesIn(path, [`${line}\n`])), found);
    assert.is(isManifest(path), path !== 'src/a.ts');
  });

test('scripts of package.json, targets of a Makefile', () => {
  assert.equal(scriptsIn('a/package.json', ['  "lint:all": "eslint ."\n']), ['lint:all']);
  assert.equal(scriptsIn('Makefile', ['bench: all\n', '\techo: x\n', 'X := 1\n']), ['bench']);
  assert.equal(scriptsIn('src/a.yaml', ['bench: all\n']), []);
});

test('public names: of code, at the margin or marked; what moved, tests and data have none', () => {
  const parts = [
    part('src/a.ts', ['gpt'], ['export const one = 1;\n', '  const local = 1;\n', '_own = 2;\n']),
    part('src/A.java', ['gpt'], ['  public static String slugOf(String s) {\n']),
    part('src/b.py', ['gpt'], ['def moved():\n'], ['class Gone:\n']),
    part('src/c.py', ['gpt'], [], ['def moved():\n']),
    part('test/a.test.ts', ['gpt'], ['export const tested = 1;\n']),
    part('a.toml', ['gpt'], ['name = "x"\n']),
    part('src/d.ts', ['claude'], ['export const other = 1;\n']),
  ];
  assert.equal(publicNames(parts, 'gpt'), {
    added: [
      { path: 'src/a.ts', name: 'one' },
      { path: 'src/A.java', name: 'slugOf' },
    ],
    removed: [{ path: 'src/b.py', name: 'Gone' }],
  });
});

test('a name twice: of different models, in one file, at one indentation, and new in both', () => {
  const twice = (a: Part, b: Part) => addedTwice([a, b]);
  const [a, b] = [part('a.py', ['a'], ['def run(x):\n']), part('a.py', ['b'], ['def run(y):\n'])];
  assert.equal(twice(a, b), ['Both run of a and of b are in a.py.']);
  assert.equal(twice(a, { ...b, path: 'b.py' }), []);
  assert.equal(twice(a, { ...b, models: ['a'] }), []);
  assert.equal(twice(a, { ...b, lines: ['  def run(y):\n'] }), []);
  assert.equal(twice(a, { ...b, removed: ['def run():\n'] }), []);
  assert.equal(twice(a, { ...b, isPicked: false }), []);
  assert.equal(twice({ ...a, becomes: 'version' }, { ...b, becomes: 'version' }), []);
});

test.run();
