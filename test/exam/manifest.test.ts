import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { changedScripts, withGatesOfBase } from '../../scripts/lib/exam/manifest.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

test('package.json: scripts and settings are base’s, dependencies and new scripts are the result’s', () => {
  const before = { name: 'a', scripts: { test: 'ava', lint: 'xo' }, ava: { files: ['test/*'] } };
  const after = {
    ...{ name: 'a', version: '2.0.0', dependencies: { b: '1' } },
    scripts: { pretest: 'exit 0', test: 'true', build: 'tsc' },
    ava: { files: [] },
    jest: { passWithNoTests: true },
  };
  assert.equal(JSON.parse(withGatesOfBase('package.json', json(before), json(after))), {
    ...{ name: 'a', version: '2.0.0', dependencies: { b: '1' } },
    scripts: { build: 'tsc', test: 'ava', lint: 'xo' },
    ava: { files: ['test/*'] },
  });
  assert.equal(changedScripts('package.json', json(before), json(after)), ['test', 'lint']);
});

test('where nothing of the gates differs the text is left as it is, whatever its form', () => {
  const before = '{"scripts": {"a": "1", "b": "2"}, "jest": {"x": 1, "y": 2}}';
  const after =
    '{\n\t"jest": {"y": 2, "x": 1},\n\t"version": "1.0.1",\n\t"scripts": {"b": "2", "a": "1"}}';
  assert.is(withGatesOfBase('package.json', before, after), after);
  assert.equal(changedScripts('package.json', before, after), []);
});

test('TOML and setup.cfg: the sections that gates obey', () => {
  const section = (name: string, line: string) => `[${name}]\n${line}\n`;
  const before = section('project', 'version = "1"') + section('tool.pytest.ini_options', 'a = 1');
  const after = `${section('project', 'version = "2"')}${section('tool.pytest.ini_options', 'a = 2')}${section('tool.ruff', 'exclude = ["*"]')}${section('tool.poetry.dependencies', 'b = "1"')}`;
  const merged = withGatesOfBase('pyproject.toml', before, after);
  assert.match(merged, 'version = "2"');
  assert.match(merged, 'b = "1"');
  assert.match(merged, '[tool.pytest.ini_options]\na = 1\n');
  assert.not.match(merged, 'ruff');
  const only = before.replace('"1"', '"3"');
  assert.is(withGatesOfBase('pyproject.toml', before, only), only);
  const cfg = withGatesOfBase(
    'setup.cfg',
    '[metadata]\nv = 1\n[flake8]\nmax = 9\n',
    '[metadata]\nv = 2\n',
  );
  assert.match(cfg, 'v = 2');
  assert.match(cfg, 'max = 9');
});

test('files that are for gates alone are base’s, and those that only build are the result’s', () => {
  assert.is(
    withGatesOfBase('Makefile', 'test:\n\tgo test\n', 'test:\n\ttrue\n'),
    'test:\n\tgo test\n',
  );
  assert.is(withGatesOfBase('go.mod', 'module a\n', 'module b\n'), 'module b\n');
});

test('what is no JSON is compared as nothing', () => {
  assert.is(withGatesOfBase('package.json', '{}', 'no json'), 'no json');
});

test.run();
