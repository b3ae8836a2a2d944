import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isCheckCommand } from '../../scripts/lib/gates/check-command.ts';
import { documentedGates } from '../../scripts/lib/gates/documented-commands.ts';
import { findMentions } from '../../scripts/lib/gates/mentions.ts';
import { readProject } from '../../scripts/lib/gates/project.ts';

const project = await readProject({
  read: async (path) =>
    path === 'package.json'
      ? JSON.stringify({
          scripts: {
            test: 'mocha',
            prove: 'mocha slow',
            dev: 'vite',
            seed: 'node seed.js',
            format: 'prettier --write .',
          },
        })
      : null,
  list: async () => [
    'package.json',
    'Makefile',
    'justfile',
    'Cargo.toml',
    'go.mod',
    'a/b/package.json',
    'scripts/check.sh',
    'scripts/deploy.sh',
    '.ci/run',
    'a/b/c.txt',
  ],
});

const checks = [
  'npm test',
  'npm run test',
  'npm run prove',
  'npm --prefix a/b test',
  'CI=1 npx vitest run',
  'pnpm exec eslint .',
  'node --test',
  'node --import tsx --test test/*.test.ts',
  'make',
  'make -j4 lint test',
  'just check',
  'cargo test --all',
  'cargo clippy -- -D warnings',
  'cargo fmt --check',
  'go test ./...',
  'pytest',
  'python3 -m pytest -q',
  'uv run ruff check .',
  'poetry run mypy src',
  'tsc --noEmit',
  'npx biome check .',
  'prettier --check "src/**"',
  'tox -e py311',
  'bundle exec rake spec',
  './gradlew check',
  'mvn -q verify',
  'composer run-script lint',
  'deno task check',
  'dotnet test',
  'mix format --check-formatted',
  './scripts/check.sh',
  'bash scripts/check.sh',
  '.ci/run',
];
for (const command of checks) {
  test(`${command}: a check`, () => assert.ok(isCheckCommand(command, '.', project)));
}

const others = [
  'npm install',
  'npm ci',
  'npm run dev',
  'npm run format',
  'npm run gone',
  'npm run seed',
  'make seed',
  'cargo test -p one-of-many',
  'npm publish',
  'npm',
  'npx create-thing',
  'pnpm add vitest',
  'make install',
  'make deploy',
  'make -C sub clean',
  'cargo publish',
  'cargo fmt',
  'cargo run',
  'go run .',
  'go install x',
  'pip install pytest',
  'rm -rf dist',
  'git push',
  'git commit -m "test"',
  'docker push x',
  'sudo make test',
  'black .',
  'prettier --write .',
  'eslint --fix .',
  'ruff check --fix',
  'tsc --watch',
  'vitest --ui',
  'pytest -k name',
  'pytest tests/test_a.py',
  'pytest tests/test_a.py::test_b',
  'npx vitest run src/a.test.ts',
  'npm test -- <file>',
  'pytest path/to/file',
  'jest $FILE',
  './scripts/deploy.sh',
  './scripts/gone-check.sh',
  'src/index.ts',
  'console.log',
  'type Test = string',
];
for (const command of others) {
  test(`${command}: no check`, () => assert.not(isCheckCommand(command, '.', project)));
}

const documents: Record<string, [markdown: string, commands: string[]]> = {
  'a fence under a heading of checks': [
    '## Tests\n\n```sh\nmake test\n\nmake lint\n```\n',
    ['4 make test', '6 make lint'],
  ],
  'a fence without a language': ['## Quality\n```\nmake test\n```\n', ['3 make test']],
  'a fence of another language': ['## Tests\n```js\nmake test\n```\n', []],
  'a silent heading inherits': ['# Verify\n## Unit\n~~~bash\nmake test\n~~~\n', ['4 make test']],
  'a heading about something else does not': [
    '# Tests\n## Setup\n```\nmake deps\n```\n# Other\n```\nmake test\n```\n',
    [],
  ],
  'the sentence before a fence speaks': [
    '# Work\n\nBefore every commit run:\n\n```\nmake test\n```\n',
    ['6 make test'],
  ],
  'only the last sentence counts': [
    '# Work\n\nTests are nice. To install:\n\n```\nmake deps\n```\n',
    [],
  ],
  'a comment speaks': [
    '# Work\n```\nmake x   # runs the tests\n# lint\nmake y\n\nmake z\n```\n',
    ['3 make x', '5 make y'],
  ],
  'a heading of examples': ['# Tests\n## Running a single test\n```\nmake test-one\n```\n', []],
  'comments that say no': [
    '## Tests\n```\nmake t # watch mode\nmake u # a single test\nmake v\n```\n',
    ['5 make v'],
  ],
  'prompts: only what is typed': [
    '## Tests\n```console\n$ make test\nall is well\n$ make lint\n```\n',
    ['3 make test', '5 make lint'],
  ],
  'continued lines': [
    '## Tests\n```\nmake \\\n  test\nmake lint\n```\n',
    ['3 make test', '5 make lint'],
  ],
  'an unclosed fence': ['## Tests\n```\nmake test\n', ['3 make test']],
  'a fence in a list, longer than three': [
    '- Lint:\n  ````\n  make lint\n  ```\n  ````\n',
    ['3 make lint', '4 ```'],
  ],
  'a code span in a sentence that speaks': [
    '# Work\n\nAll tests must pass: run `make test`. Deploy with `make ship`.\n',
    ['3 make test'],
  ],
  'a dot in a span ends no sentence': [
    '# Work\n\nRun `./gradlew test a.b. c` before commit.\n',
    ['3 ./gradlew test a.b. c'],
  ],
  'a table row': [
    '# Work\n\n| `make a` | runs the linter |\n| `make b` | starts the app |\n',
    ['3 make a'],
  ],
  'list items do not speak for each other': [
    '# Work\n- tests: `make a`\n- app: `make b`\n',
    ['2 make a'],
  ],
  'a sentence that warns': [
    '## Tests\n\nNever run `make wipe`. Use `make test`.\n',
    ['3 make test'],
  ],
  'a single word needs to be run': ['## Tests\n\nWe use `jest`. Run `pytest`.\n', ['3 pytest']],
  'a span over two lines, with two ticks': ['## Tests\n\nRun\n``make test``.\n', ['4 make test']],
};
for (const [title, [markdown, commands]] of Object.entries(documents)) {
  test(title, () => {
    assert.equal(
      findMentions(markdown).map(({ line, command }) => `${line} ${command}`),
      commands,
    );
  });
}

test('a program without its file in that folder does nothing there', () => {
  assert.ok(isCheckCommand('npm test', 'a/b', project));
  for (const command of ['make test', 'cargo test', 'just test', 'go test ./...']) {
    assert.not(isCheckCommand(command, 'a/b', project), command);
  }
});

test('chains become gates of their own, in their folder, or nothing', async () => {
  const text = [
    '## Checks',
    '```',
    'make lint && make test',
    'cd a/b && npm test',
    'cd gone && npm test',
    'npm install && npm test',
    'make test | tee log',
    'make test; make lint',
    'make test > log',
    '```',
  ].join('\n');
  const found = await documentedGates({
    ...project,
    read: async (path) => (path === 'AGENTS.md' ? text : null),
  });
  assert.equal(
    found.map(({ name, kind, command, cwd, source }) => [name, kind, command, cwd, source]),
    [
      ['lint', 'linter', 'make lint', '.', 'AGENTS.md:3'],
      ['test', 'test', 'make test', '.', 'AGENTS.md:3'],
      ['test', 'test', 'npm test', 'a/b', 'AGENTS.md:4'],
    ],
  );
});

test("a script of the project's own is called what its file is called", async () => {
  const text = '## Gates\n\n- Lint: `node tools/lint.mjs`\n- `node tools/seed.mjs`\n';
  const found = await documentedGates({
    ...project,
    read: async (path) => (path === 'AGENTS.md' ? text : null),
    paths: new Set(['tools/lint.mjs', 'tools/seed.mjs']),
  });
  assert.equal(
    found.map(({ name, kind }) => [name, kind]),
    [['lint', 'linter']],
  );
});

test('awkward text is read without a stall', () => {
  const text = `# Tests\n\n${'`'.repeat(3001)} ${'a. '.repeat(20_000)}\n${'`x '.repeat(5000)}\n`;
  assert.ok(Array.isArray(findMentions(text)));
});

test.run();
