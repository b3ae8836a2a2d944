import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  dependencyChanges,
  goModuleOf,
  isDistributionOf,
  isLockfile,
  isManifest,
  lockfilesOf,
  manifestsOf,
  readDependencies,
} from '../../scripts/lib/code/dependencies.ts';

const read = (path: string, text: string) => {
  const found = readDependencies(path, text);
  return found === null ? null : Object.fromEntries(found);
};

test('package.json: all groups, each name once', () => {
  const text = JSON.stringify({
    name: 'x',
    dependencies: { a: '^1', both: '^18.2.0' },
    devDependencies: { b: 'workspace:*', both: '^18.2.0' },
    peerDependencies: { both: '>=17', c: '*' },
    optionalDependencies: { d: 'npm:other@1', bad: 3 },
    scripts: { a: 'no dependency' },
  });
  assert.equal(read('packages/x/package.json', `\uFEFF${text}`), {
    a: '^1',
    both: '^18.2.0, >=17',
    d: 'npm:other@1',
    b: 'workspace:*',
    c: '*',
  });
  assert.equal(read('package.json', '{"dependencies": ["a"], "devDependencies": null}'), {});
});

test('pyproject.toml: PEP 621, groups, and the tables of the tools', () => {
  const text = `
[project]
dependencies = ["requests[socks]>=2,<3", "tomli; python_version < '3.11'", "Foo_Bar", "own @ https://x/own.whl"]
[project.optional-dependencies]
dev = ["pytest~=8.0"]
[dependency-groups]
lint = ["ruff", { include-group = "dev" }]
[tool.uv]
dev-dependencies = ["mypy==1.0"]
[tool.pdm.dev-dependencies]
x = ["tox"]
[tool.hatch.envs.default]
dependencies = ["coverage"]
[tool.poetry.dependencies]
python = "^3.10"
httpx = { version = "^0.27", extras = ["http2"] }
many = [{ version = "1", python = "<3.9" }, { version = "2" }]
[tool.poetry.group.test.dependencies]
local = { path = "../local" }
`;
  assert.equal(read('pyproject.toml', text), {
    requests: '[socks]>=2,<3',
    tomli: "; python_version < '3.11'",
    Foo_Bar: '',
    own: '@ https://x/own.whl',
    pytest: '~=8.0',
    ruff: '',
    mypy: '==1.0',
    tox: '',
    coverage: '',
    python: '^3.10',
    httpx: '^0.27, extras = ["http2"]',
    many: '1, python = "<3.9", 2',
    local: 'path = "../local"',
  });
});

test('requirements files: options, comments, hashes, continued lines', () => {
  const text = [
    '# comment',
    '-r base.txt',
    '--index-url https://x/simple',
    'Django>=4,<5  # the framework',
    'requests==2.31.0 \\',
    '    --hash=sha256:aa \\',
    '    --hash=sha256:bb',
    'uvicorn[standard] ; python_version > "3.8"\r',
    '-e git+https://x/y.git@main#egg=own-pkg',
    './local/wheel.whl',
    'https://x/z.whl',
    '-e .',
    '',
  ].join('\n');
  const expected = {
    Django: '>=4,<5',
    requests: '==2.31.0',
    uvicorn: '[standard] ; python_version > "3.8"',
    'own-pkg': 'git+https://x/y.git@main#egg=own-pkg',
  };
  for (const path of [
    'requirements.txt',
    'requirements-dev.txt',
    'dev_requirements.txt',
    'a/requirements/test.txt',
    'requirements.in',
  ])
    assert.equal(read(path, text), expected, path);
  assert.is(read('docs/notes.txt', text), null);
});

test('setup.cfg and Pipfile', () => {
  const cfg = `
[metadata]
name = x
[options]
packages = find:
install_requires =
    requests>=2; python_version >= "3"
    attrs
tests_require = pytest; tox>3
python_requires = >=3.8
[options.extras_require]
docs =
  sphinx
[flake8]
max-line-length = 100
`;
  assert.equal(read('setup.cfg', cfg), {
    requests: '>=2; python_version >= "3"',
    attrs: '',
    pytest: '',
    tox: '>3',
    sphinx: '',
  });
  assert.equal(
    read('Pipfile', '[packages]\nflask = "*"\n[dev-packages]\nblack = {version = "1"}\n'),
    {
      flask: '*',
      black: '1',
    },
  );
});

test('go.mod: lines, blocks, what is replaced', () => {
  const text = `module "example.com/app" // the app

go 1.22

require github.com/one/two v1.2.3
require (
	golang.org/x/text v0.3.0 // indirect
	// github.com/not/this v1.0.0
	example.com/local v0.0.0
)
replace example.com/local => ../local
replace github.com/one/two v1.2.3 => example.com/fork v1.0.0
exclude github.com/old/one v1.0.0
`;
  assert.equal(read('go.mod', text), {
    'github.com/one/two': 'v1.2.3, => example.com/fork v1.0.0',
    'golang.org/x/text': 'v0.3.0',
    'example.com/local': 'v0.0.0, => ../local',
  });
  assert.is(goModuleOf(text), 'example.com/app');
  assert.is(goModuleOf('go 1.22\n'), null);
});

test('Cargo.toml: all groups, of targets and workspaces too', () => {
  const text = `
[dependencies]
serde = { version = "1", features = ["derive"] }
rand = "0.8"
shared = { workspace = true }
[dev-dependencies.tempfile]
version = "3"
[build-dependencies]
cc = "1"
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[workspace.dependencies]
shared = "2"
`;
  assert.equal(read('crates/a/Cargo.toml', text), {
    serde: '1, features = ["derive"]',
    rand: '0.8',
    shared: 'workspace = true, 2',
    tempfile: '3',
    cc: '1',
    libc: '0.2',
  });
});

test('Gemfile and composer.json', () => {
  const gemfile = `source "https://x"
gem 'rails', '~> 7.1', '>= 7.1.2'
gem "pg", require: false
group :test do
  gem('rspec', "~> 3", require: 'rspec') # gem 'no'
  gem 'own', git: 'https://x/own.git', branch: "main"
end
# gem 'commented'
gemspec
`;
  assert.equal(read('Gemfile', gemfile), {
    rails: '~> 7.1, >= 7.1.2',
    pg: '',
    rspec: '~> 3',
    own: 'git: https://x/own.git, branch: main',
  });
  assert.equal(
    read('composer.json', '{"require": {"php": ">=8", "a/b": "^1"}, "require-dev": {"c/d": "*"}}'),
    { php: '>=8', 'a/b': '^1', 'c/d': '*' },
  );
});

test('what is no manifest, or cannot be read, is null; nothing is asked is empty', () => {
  for (const [path, text] of [
    ['src/package.ts', '{}'],
    ['package.json', '{"dependencies": '],
    ['package.json', '[]'],
    ['package.json', 'null'],
    ['pyproject.toml', '[project\n'],
    ['Cargo.toml', 'a = '],
    ['setup.py', 'setup()'],
  ] as const)
    assert.is(read(path, text), null, `${path} ${text}`);
  assert.equal(read('package.json', '{}'), {});
  assert.equal(read('pyproject.toml', '[tool.black]\n'), {});
  assert.equal(read('setup.cfg', ''), {});
});

test('names that are words of the language are names', () => {
  const names = { constructor: '1', __proto__: 'x', toString: '2' };
  const text = JSON.stringify({ dependencies: names }).replace(
    '"toString"',
    '"__proto__":"3","toString"',
  );
  const found = readDependencies('package.json', text);
  assert.equal(
    [...(found ?? [])],
    [
      ['constructor', '1'],
      ['__proto__', '3'],
      ['toString', '2'],
    ],
  );
  assert.equal(
    read(
      'Cargo.toml',
      'constructor = "x"\n[dependencies]\n"__proto__" = "1"\nhasOwnProperty = "2"\n',
    ),
    {
      ['__proto__']: '1',
      hasOwnProperty: '2',
    },
  );
});

test('hostile manifests are read in one go', () => {
  const deep = `a = ${'['.repeat(50_000)}`;
  assert.is(read('pyproject.toml', deep), null);
  assert.is(read('package.json', '['.repeat(50_000)), null);
  assert.equal(read('Gemfile', `gem ${' '.repeat(200_000)}'x'\n${'gem "a", '.repeat(50_000)}`), {
    a: '',
  });
  assert.equal(read('requirements.txt', ` ${'- '.repeat(200_000)}`), {});
  assert.equal(read('go.mod', `require ${'('.repeat(100_000)}\n`), {});
});

test('what changed between two states', () => {
  const map = (entries: Record<string, string>) => new Map(Object.entries(entries));
  assert.equal(dependencyChanges(map({ a: '1', b: '1', c: '1' }), map({ c: '1', b: '2', d: '' })), {
    added: [{ name: 'd', requirement: '' }],
    removed: ['a'],
    changed: [{ name: 'b', before: '1', after: '2' }],
  });
  assert.equal(dependencyChanges(map({ a: '1' }), map({ a: '1' })), {
    added: [],
    removed: [],
    changed: [],
  });
});

test('manifests and their lockfiles', () => {
  assert.equal(
    lockfilesOf('packages/a/package.json').filter((path) => /package-lock|bun\.lock$/.test(path)),
    [
      'packages/a/package-lock.json',
      'packages/a/bun.lock',
      'packages/package-lock.json',
      'packages/bun.lock',
      'package-lock.json',
      'bun.lock',
    ],
  );
  assert.equal(lockfilesOf('package.json'), [
    'package-lock.json',
    'npm-shrinkwrap.json',
    'yarn.lock',
    'pnpm-lock.yaml',
    'bun.lock',
    'bun.lockb',
  ]);
  assert.equal(lockfilesOf('pyproject.toml'), ['poetry.lock', 'uv.lock', 'pdm.lock']);
  assert.equal(lockfilesOf('crates/a/Cargo.toml'), [
    'crates/a/Cargo.lock',
    'crates/Cargo.lock',
    'Cargo.lock',
  ]);
  assert.equal(lockfilesOf('a/go.mod'), ['a/go.sum']);
  assert.equal(lockfilesOf('Gemfile'), ['Gemfile.lock']);
  assert.equal(lockfilesOf('Pipfile'), ['Pipfile.lock']);
  assert.equal(lockfilesOf('composer.json'), ['composer.lock']);
  assert.equal(lockfilesOf('requirements.txt'), []);
  assert.equal(manifestsOf('a/yarn.lock'), ['a/package.json']);
  assert.equal(manifestsOf('uv.lock'), ['pyproject.toml']);
  assert.equal(manifestsOf('src/a.ts'), []);
  assert.ok(isLockfile('x/Cargo.lock') && !isLockfile('Cargo.toml'));
  assert.ok(isManifest('x/Cargo.toml') && !isManifest('Cargo.lock'));
});

test('import names in Python and what is installed for them', () => {
  for (const [name, distribution] of [
    ['requests', 'requests'],
    ['yaml', 'PyYAML'],
    ['yaml', 'pyyaml'],
    ['PIL', 'Pillow'],
    ['cv2', 'opencv-python-headless'],
    ['sklearn', 'scikit_learn'],
    ['bs4', 'beautifulsoup4'],
    ['dateutil', 'python-dateutil'],
    ['ruamel', 'ruamel.yaml'],
    ['google.cloud.storage', 'google-cloud-storage'],
    ['flask_cors', 'Flask-Cors'],
    ['django.db', 'Django'],
  ] as const)
    assert.ok(isDistributionOf(name, distribution), `${name} of ${distribution}`);
  for (const [name, distribution] of [
    ['yaml', 'ruamel.yaml'],
    ['requests', 'requests-mock'],
    ['constructor', 'pillow'],
    ['google', 'googlemaps'],
  ] as const)
    assert.not(isDistributionOf(name, distribution), `${name} not of ${distribution}`);
});

test.run();
