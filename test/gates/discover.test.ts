import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discoverGates } from '../../scripts/lib/gates/discover.ts';
import { gateSchema } from '../../scripts/lib/gates/gate.ts';

/** `kind name: command` of each gate that a project with these files has. */
async function gatesOf(files: Record<string, string>): Promise<string[]> {
  return (await discover(files)).map(({ kind, name, command, cwd }) =>
    cwd === '.' ? `${kind} ${name}: ${command}` : `${kind} ${name}: ${cwd}$ ${command}`,
  );
}

async function discover(files: Record<string, string>) {
  const gates = await discoverGates({
    read: async (path) => files[path] ?? null,
    list: async () => Object.keys(files),
  });
  for (const gate of gates) gateSchema.parse(gate);
  return gates;
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
        'test:e2e': 'playwright test',
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
      'test test-e2e: npm run test:e2e',
      'build build: npm run build',
      'other validate: npm run validate',
    ],
  ],
  'scripts that write, watch, ship or belong to npm are left out': [
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
    [],
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
    ['linter lint: pnpm run lint', 'test test: pnpm test'],
  ],
};
for (const [title, [files, gates]] of Object.entries(projects)) {
  test(`${title}: ${gates.length} gates`, async () => assert.equal(await gatesOf(files), gates));
}

test('the source says where to look', async () => {
  const gates = await discover({
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
