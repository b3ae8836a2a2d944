import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discoverGates } from '../../scripts/lib/gates/discover.ts';
import { gateSchema, leftOutSchema } from '../../scripts/lib/gates/gate.ts';

/** `kind name: command` of each gate that a project with these files has. */
async function gatesOf(files: Record<string, string>): Promise<string[]> {
  return (await discover(files)).gates.map(({ kind, name, command, cwd }) =>
    cwd === '.' ? `${kind} ${name}: ${command}` : `${kind} ${name}: ${cwd}$ ${command}`,
  );
}

async function discover(files: Record<string, string>) {
  const found = await discoverGates({
    read: async (path) => files[path] ?? null,
    list: async () => Object.keys(files),
  });
  for (const gate of found.gates) gateSchema.parse(gate);
  for (const one of found.leftOut) leftOutSchema.parse(one);
  return found;
}

function packageJson(scripts: Record<string, string>, more: object = {}): string {
  return JSON.stringify({ name: 'x', scripts, ...more });
}

const projects: Record<string, [files: Record<string, string>, gates: string[]]> = {
  'an empty project': [{}, []],
  'a broken package.json': [{ 'package.json': '{"scripts": {' }, []],
  'scripts that are no scripts': [{ 'package.json': '{"scripts": {"test": 1, "lint": null}}' }, []],
  "npm's placeholder": [
    { 'package.json': packageJson({ test: 'echo "Error: no test specified" && exit 1' }) },
    [],
  ],
  'scripts that check, in the order of kinds': [
    {
      'package.json': packageJson({
        build: 'rimraf dist && tsc -b',
        test: 'vitest run',
        typecheck: 'tsc --noEmit',
        lint: 'eslint .',
        'format:check': 'prettier --check .',
        validate: 'node tools/validate.js',
      }),
    },
    [
      'formatter format-check: npm run format:check',
      'linter lint: npm run lint',
      'typecheck typecheck: npm run typecheck',
      'test test: npm test',
      'build build: npm run build',
      'other validate: npm run validate',
    ],
  ],
  'scripts that watch, ship or belong to npm are left out; those that rewrite are told to look only':
    [
      {
        'package.json': packageJson({
          dev: 'vite',
          start: 'node .',
          'test:watch': 'vitest',
          'test:ui': 'x',
          unit: 'vitest --watch',
          'test:update': 'vitest -u',
          'lint:fix': 'eslint --fix .',
          lint: 'eslint . --fix',
          format: 'prettier --write .',
          fmt: 'cargo fmt',
          prettier: 'prettier .',
          'build:watch': 'tsc -w',
          compile: 'tsc --watch',
          typecheck: 'tsc -w',
          pretest: 'npm run build',
          posttest: 'x',
          prepublishOnly: 'npm test',
          deploy: 'x',
          'build:deploy': 'x',
          release: 'npm publish',
          ci: 'npm ci && npm test',
          check: 'npm run format && npm run test:unit',
          clean: 'rm -rf dist',
          verify: 'git push',
        }),
      },
      [
        'formatter format: npx --no-install prettier --check .',
        'formatter fmt: cargo fmt --check',
        'linter lint: npx --no-install eslint .',
      ],
    ],
  'a formatter whose script is the checking form': [
    { 'package.json': packageJson({ format: 'biome format .', prettier: 'prettier -c .' }) },
    ['formatter format: npm run format', 'formatter prettier: npm run prettier'],
  ],
  'a whole that chains its parts gives way to them': [
    {
      'package.json': packageJson({
        check: 'npm run --silent lint && npm run types && npm test --silent',
        verify: 'npm run check',
        lint: 'eslint .',
        types: 'tsc',
        test: 'mocha',
      }),
    },
    ['linter lint: npm run lint', 'typecheck types: npm run types', 'test test: npm test'],
  ],
  'run-s and npm-run-all chain, too': [
    { 'package.json': packageJson({ check: 'run-s lint test', lint: 'eslint .', test: 'mocha' }) },
    ['linter lint: npm run lint', 'test test: npm test'],
  ],
  'a whole with a part that is no gate stays, without its parts': [
    {
      'package.json': packageJson({
        check: 'npm run lint && npm run licenses',
        lint: 'eslint .',
        licenses: 'x',
      }),
    },
    ['other check: npm run check'],
  ],
  'a whole that builds before it tests stays: the order matters': [
    {
      'package.json': packageJson({
        test: 'npm run build && npm run test:node',
        build: 'tsc',
        'test:node': 'node --test dist',
        lint: 'eslint .',
      }),
    },
    ['linter lint: npm run lint', 'test test: npm test'],
  ],
  'a gate that does more than chain stays beside its parts': [
    { 'package.json': packageJson({ test: 'npm run build && node --test', build: 'tsc' }) },
    ['test test: npm test', 'build build: npm run build'],
  ],
  'variants of the build': [
    { 'package.json': packageJson({ build: 'x', 'build:docs': 'y', 'test:unit': 'z' }) },
    ['test test-unit: npm run test:unit', 'build build: npm run build'],
  ],
  'pnpm by its lockfile': [
    { 'package.json': packageJson({ test: 'x', lint: 'y' }), 'pnpm-lock.yaml': '' },
    ['linter lint: pnpm run lint', 'test test: pnpm test'],
  ],
  'yarn by its lockfile': [
    { 'package.json': packageJson({ test: 'x' }), 'yarn.lock': '' },
    ['test test: yarn test'],
  ],
  'bun, whose own `test` is another program': [
    { 'package.json': packageJson({ test: 'x' }), 'bun.lock': '' },
    ['test test: bun run test'],
  ],
  'several lockfiles: what package.json declares': [
    {
      'package.json': packageJson({ test: 'x' }, { packageManager: 'yarn@4.1.0' }),
      'package-lock.json': '',
      'yarn.lock': '',
    },
    ['test test: yarn test'],
  ],
  'a Makefile': [
    {
      Makefile:
        'SRC := a.c\nFOO ?= x\n.PHONY: test lint\n\nall: build\n\nbuild: $(SRC)\n\tcc $(SRC)\ntest: build\n\t@./run --all # all: of it\nlint fmt-check:\n\tcheck-$@\nfmt:\n\tgofmt -w .\nclean:\n\trm -rf out\ninstall: build\n\tcp x /usr/bin\nupload-check:\n\tgit push\n%.o: %.c\n\tcc $<\nbuild/test.o: x\n\tcc\n',
    },
    [
      'formatter fmt-check: make fmt-check',
      'formatter fmt: test -z "$(gofmt -l .)"',
      'linter lint: make lint',
      'test test: make test',
      'build build: make build',
    ],
  ],
  'a Makefile in front of package.json': [
    {
      Makefile: 'test:\n\tnpm test\nlint:\n\tnpx eslint .\ncheck: lint test\n',
      'package.json': packageJson({ test: 'mocha', lint: 'eslint .' }),
    },
    ['linter lint: npm run lint', 'test test: npm test'],
  ],
  'what targets need, and what those need: none that deploys, destroys or rewrites': [
    {
      Makefile:
        'test: build clean\n\tgo test ./...\ntest-all: test destroy\nlint: all\n\tgolangci-lint run\nall: update\nupdate:\n\tgo get -u\ncheck: tidy test\ntidy:\n\tgofmt -w .\ndestroy:\n\t./down\nclean:\n\trm -rf $(OUT)\nbuild: generate node_modules\n\tgo build\ngenerate:\n\tgo generate ./...\nnode_modules:\n\tnpm ci\n',
    },
    ['test test: make test', 'build build: make build'],
  ],
  'a recipe of a justfile that needs a private one that deploys': [
    {
      justfile:
        'test: (_up "a")\n  x\n_up name:\n  fly deploy\nspec: _prepare\n  y\n_prepare:\n  z\n',
    },
    ['test spec: just spec'],
  ],
  'what npm runs around a script': [
    {
      'package.json': packageJson({
        pretest: 'npm run deploy',
        deploy: 'node up.js',
        test: 'node -e 0',
        'test:all': 'npm test',
        prelint: 'npm run build',
        lint: 'eslint .',
        'pretest:unit': 'eslint --fix .',
        'test:unit': 'mocha',
        'posttest:unit': 'nyc report',
        'test:dom': 'ava',
        'posttest:dom': 'git push',
        build: 'tsc',
      }),
    },
    [
      'linter lint: npm run lint',
      'test test-unit: npm run test:unit',
      'build build: npm run build',
    ],
  ],
  'a justfile': [
    {
      justfile:
        'set shell := ["bash", "-c"]\nversion := "1"\nalias t := test\n\n# runs the tests\n@test *args:\n    cargo test {{args}}\n\nlint level="all":\n    clippy\n\nbuild target:\n    x {{target}}\n\n[private]\ncheck:\n    x\n_test-inner:\n    y\nci: lint test\n',
    },
    ['linter lint: just lint', 'test test: just test'],
  ],
  'pyproject with uv': [
    {
      'pyproject.toml':
        '[project]\nname = "x"\n[dependency-groups]\ndev = ["pytest>=8", "black"]\n[tool.ruff]\nline-length = 100\n[tool.ruff.format]\n[tool.mypy]\nstrict = true\n',
      'uv.lock': '',
    },
    [
      'formatter format: uv run ruff format --check .',
      'linter lint: uv run ruff check .',
      'typecheck typecheck: uv run mypy .',
      'test test: uv run pytest',
    ],
  ],
  'pyproject with poetry, and mypy that knows its files': [
    {
      'pyproject.toml':
        '[tool.poetry]\nname = "x"\n[tool.poetry.group.dev.dependencies]\nmypy = "^1"\nblack = {version = "*"}\n[tool.mypy]\nfiles = ["src"]\n[tool.pytest.ini_options]\n',
    },
    [
      'formatter format: poetry run black --check .',
      'typecheck typecheck: poetry run mypy',
      'test test: poetry run pytest',
    ],
  ],
  'pyproject that speaks of tools without using them': [
    {
      'pyproject.toml':
        '# [tool.ruff]\n[project]\nname = "mypy-plugin"\ndescription = "a pytest for x"\n',
    },
    [],
  ],
  'Cargo.toml': [
    {
      'Cargo.toml': '[workspace]\nmembers = ["a"]\n[workspace.lints.clippy]\n',
      'rustfmt.toml': '',
    },
    [
      'formatter format: cargo fmt --check',
      'linter lint: cargo clippy --workspace',
      'test test: cargo test --workspace',
      'build build: cargo build --workspace',
    ],
  ],
  'go.mod without tests': [
    { 'go.mod': 'module x\n' },
    ['linter lint: go vet ./...', 'build build: go build ./...'],
  ],
  'a habit gives way to what the project wrote down': [
    { 'go.mod': 'module x\n', 'a_test.go': '', Makefile: 'test:\n\tgo test -race ./...\n' },
    ['linter lint: go vet ./...', 'test test: make test', 'build build: go build ./...'],
  ],
  'two languages keep their gates, under unique names': [
    { 'package.json': packageJson({ test: 'mocha' }), 'Cargo.toml': '[package]\n' },
    ['test test: npm test', 'test test-2: cargo test', 'build build: cargo build'],
  ],
  'what AGENTS.md says once more is no second gate': [
    {
      'package.json': packageJson({
        test: 'vitest run',
        lint: 'eslint .',
        format: 'prettier --write .',
      }),
      'pnpm-lock.yaml': '',
      'AGENTS.md':
        '## Checks\n\nRun `npm run test`, `pnpm lint` and `npx vitest run`; tidy with `pnpm format` and `pnpm run nothing`.\n',
      'CLAUDE.md': '## Checks\n```\npnpm t\nnpm test -- --silent\n```\n',
    },
    [
      'formatter format: pnpm exec prettier --check .',
      'linter lint: pnpm run lint',
      'test test: pnpm test',
    ],
  ],
  'the packages of a workspace, where the root does not run them': [
    {
      'package.json': packageJson(
        { lint: 'eslint .' },
        { workspaces: ['packages/*', '!packages/old'] },
      ),
      'package-lock.json': '{}',
      'packages/a/package.json': packageJson({
        test: 'vitest run',
        lint: 'eslint src',
        dev: 'vite',
      }),
      'packages/b/package.json': packageJson({
        test: 'node --test',
        typecheck: 'tsc --noEmit',
        format: 'prettier --write .',
      }),
      'packages/old/package.json': packageJson({ 'test:old': 'mocha' }),
      'elsewhere/package.json': packageJson({ verify: 'mocha' }),
      'node_modules/x/package.json': packageJson({ verify: 'mocha' }),
    },
    [
      'linter lint: npm run lint',
      'typecheck typecheck: npm run typecheck --workspaces --if-present',
      'test test: npm run test --workspaces --if-present',
    ],
  ],
  "pnpm's workspace": [
    {
      'package.json': packageJson({}),
      'pnpm-lock.yaml': '',
      'pnpm-workspace.yaml': 'packages:\n  - apps/**\n',
      'apps/web/admin/package.json': packageJson({ test: 'vitest run' }),
    },
    ['test test: pnpm --recursive --if-present run test'],
  ],
  'Taskfile.yml': [
    {
      'Taskfile.yml': `version: '3'
tasks:
  lint: golangci-lint run
  test:
    deps: [generate]
    cmds:
      - go test ./...
      - task: integration
  integration:
    cmds: [{cmd: go test -tags integration ./...}]
  check: {cmds: [{task: lint}, {task: test}]}
  helper-test: {internal: true, cmds: [echo]}
  deploy: {cmds: [kubectl apply -f x]}
  test:watch: {cmds: [go test ./...], watch: true}
`,
    },
    ['linter lint: task lint', 'test test: task test'],
  ],
  'a Taskfile that is no YAML, and one that is a list': [
    { 'Taskfile.yml': 'tasks: {test: [', 'deno.json': '[]' },
    ['formatter format: deno fmt --check', 'linter lint: deno lint'],
  ],
  'deno.json, with comments': [
    {
      'deno.jsonc':
        '{\n  // tasks\n  "tasks": {"test": "deno test -A", "dev": "deno run --watch x.ts", "check": {"command": "deno check mod.ts"},},\n}',
      'mod_test.ts': '',
    },
    [
      'formatter format: deno fmt --check',
      'linter lint: deno lint',
      'typecheck check: deno task check',
      'test test: deno task test',
    ],
  ],
  'composer.json: its scripts, and tools that none of them runs': [
    {
      'composer.json': JSON.stringify({
        scripts: {
          test: 'phpunit',
          check: ['@lint', '@test'],
          lint: ['phpcs'],
          'post-install-cmd': '@php artisan x',
          'cs-fix': 'php-cs-fixer fix',
        },
        'require-dev': { 'phpunit/phpunit': '^11', 'phpstan/phpstan': '^2' },
      }),
    },
    [
      'linter lint: composer run-script lint',
      'linter lint-2: vendor/bin/phpstan analyse',
      'test test: composer run-script test',
    ],
  ],
  'Rakefile and Gemfile': [
    {
      Gemfile: 'source "https://x"\ngem "rspec", "~> 3"\ngem "rubocop"\n',
      Rakefile:
        'RSpec::Core::RakeTask.new(:spec)\ntask default: :spec\ntask :release do\nend\ndesc "Units"\ntask "test:unit" => [:x]\n',
      'spec/a_spec.rb': '',
    },
    [
      'linter lint: bundle exec rubocop',
      'test spec: bundle exec rake spec',
      'test test-unit: bundle exec rake test:unit',
    ],
  ],
  'a Gemfile with rspec, and no Rakefile': [
    { Gemfile: "gem 'rspec'\n", 'spec/a_spec.rb': '' },
    ['test test: bundle exec rspec'],
  ],
  'gradle with its wrapper': [
    { 'build.gradle.kts': '', gradlew: '' },
    [
      'test test: ./gradlew check --console=plain',
      'build build: ./gradlew assemble --console=plain',
    ],
  ],
  'maven without one': [{ 'pom.xml': '<project/>' }, ['test test: mvn --batch-mode verify']],
  'tox, and nox sessions that check': [
    {
      'tox.ini': '[tox]\n',
      'noxfile.py':
        'import nox\n@nox.session\ndef lint(session):\n  pass\n@nox.session(python=["3.12"], name="unit-tests")\ndef tests(session):\n  pass\n@nox.session\ndef publish(session):\n  pass\n',
    },
    ['linter lint: nox -s lint', 'test unit-tests: nox -s unit-tests', 'test test: tox'],
  ],
  'GitHub workflows: what checks, where it is run; not what ships or needs the service': [
    {
      '.github/workflows/ci.yml': `on: [push, pull_request]
jobs:
  test:
    runs-on: \${{ matrix.os }}
    defaults: {run: {working-directory: web}}
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npx eslint . && npx tsc --noEmit
      - run: |
          # all of them
          npx vitest run \\
            --reporter=dot
          npx playwright test \${{ matrix.shard }}
      - {run: cargo test, working-directory: ./core/}
  deploy: {steps: [{run: npm test}]}
`,
      '.github/workflows/release.yml': 'on: push\njobs: {a: {steps: [{run: npx mocha}]}}\n',
      '.github/workflows/weekly.yml':
        'on: {schedule: [{cron: x}]}\njobs: {a: {steps: [{run: npx mocha}]}}\n',
      '.github/workflows/broken.yml': 'on: [push\n',
      'web/package.json': '{}',
      'core/Cargo.toml': '',
    },
    [
      'linter lint: web$ npx eslint .',
      'typecheck typecheck: web$ npx tsc --noEmit',
      'test core-test: core$ cargo test',
      'test test: web$ npx vitest run --reporter=dot',
      'build core-build: core$ cargo build',
    ],
  ],
  'a workflow that runs what is known already': [
    {
      'package.json': packageJson({ test: 'vitest run', lint: 'eslint .' }),
      '.github/workflows/ci.yml':
        'on: push\njobs: {a: {steps: [{run: npm run lint}, {run: npm test}, {run: npx vitest run}]}}\n',
    },
    ['linter lint: npm run lint', 'test test: npm test'],
  ],
};
for (const [title, [files, gates]] of Object.entries(projects)) {
  test(`${title}: ${gates.length} gates`, async () => assert.equal(await gatesOf(files), gates));
}

test('the source says where to look', async () => {
  const { gates } = await discover({
    'package.json': packageJson({ test: 'mocha' }),
    Makefile: 'lint:\n\tx\n',
    'AGENTS.md': '# Checks\n\n- `mypy src`\n',
  });
  assert.equal(
    gates.map(({ source }) => source),
    ['Makefile lint', 'AGENTS.md:3', 'package.json scripts.test'],
  );
});

test.run();
