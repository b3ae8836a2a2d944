import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkingForm } from '../../scripts/lib/gates/checking-form.ts';
import { writingForm } from '../../scripts/lib/gates/writing-form.ts';

const NO_SCRIPTS = new Map<string, string>();

for (const [command, expected] of [
  ['prettier --check .', 'prettier --write .'],
  ['prettier -c src test --log-level warn', 'prettier --write src test --log-level warn'],
  ['prettier . --list-different', 'prettier . --write'],
  ['npx prettier -l --check "src/**/*.{js,ts}"', 'npx prettier --write "src/**/*.{js,ts}"'],
  ['node_modules/.bin/prettier --check .', 'node_modules/.bin/prettier --write .'],
  ['prettier --write .', 'prettier --write .'],
  ['biome format', 'biome format --write'],
  ['npx --no-install biome format .', 'npx --no-install biome format --write .'],
  ['biome format --write src', 'biome format --write src'],
  [
    'biome ci --linter-enabled=false --assist-enabled=false .',
    'biome check --write --linter-enabled=false --assist-enabled=false .',
  ],
  [
    'biome check --organize-imports-enabled=false --linter-enabled=false',
    'biome check --write --organize-imports-enabled=false --linter-enabled=false',
  ],
  ['dprint check', 'dprint fmt'],
  ['dprint check --list-different', 'dprint fmt'],
  ['deno fmt --check', 'deno fmt'],
  ['gofmt -l .', 'gofmt -w .'],
  ['gofmt -s -d cmd pkg', 'gofmt -s -w cmd pkg'],
  ['test -z "$(gofmt -s -l .)"', 'gofmt -s -w .'],
  ['[ -z $(gofumpt -l .) ]', 'gofumpt -w .'],
  ['black --check --diff .', 'black .'],
  ['poetry run black --check src tests', 'poetry run black src tests'],
  ['python -m black --check .', 'python -m black .'],
  ['hatch run black --check .', 'hatch run black .'],
  ['ruff format --check', 'ruff format'],
  ['uv run ruff format --diff .', 'uv run ruff format .'],
  ['isort --check-only --diff src', 'isort src'],
  ['yapf --diff --recursive .', 'yapf -i --recursive .'],
  ['cargo fmt --check', 'cargo fmt'],
  ['cargo fmt -- --check', 'cargo fmt'],
  ['cargo +nightly fmt --all -- --check', 'cargo +nightly fmt'],
  ['cargo fmt --package a -- --check --config x=1', 'cargo fmt --package a -- --config x=1'],
  ['rustfmt --edition 2021 --check src/lib.rs', 'rustfmt --edition 2021 src/lib.rs'],
  ['clang-format --dry-run -Werror src/a.c src/b.c', 'clang-format -i src/a.c src/b.c'],
  ['clang-format -n --Werror src/*.c', 'clang-format -i src/*.c'],
  ['shfmt -d -i 2 -ci scripts', 'shfmt -w -i 2 -ci scripts'],
  ['terraform fmt -check -diff -recursive', 'terraform fmt -recursive'],
  ['mix format --check-formatted', 'mix format'],
  ['dart format --output=none --set-exit-if-changed .', 'dart format .'],
  ['dart format -o none --set-exit-if-changed lib', 'dart format lib'],
  ['php-cs-fixer fix src --dry-run --diff', 'php-cs-fixer fix src'],
  ['vendor/bin/php-cs-fixer check', 'vendor/bin/php-cs-fixer fix'],
  ['vendor/bin/pint --test', 'vendor/bin/pint'],
  ['CI=1 prettier --check .', 'CI=1 prettier --write .'],
  ['black --check . && prettier --check .', 'black . && prettier --write .'],
  ['cd web && prettier --check ../shared', 'cd web && prettier --write ../shared'],
  ['yarn run prettier --check .', 'yarn run prettier --write .'],
  ['pnpm exec prettier --check .', 'pnpm exec prettier --write .'],
] as const) {
  test(`writing form of ${command}`, () => {
    assert.is(writingForm(command, NO_SCRIPTS), expected);
  });
}

for (const [why, commands] of [
  ['not known', ['node fmt.mjs --check', 'make format-check', 'npm run nothing', 'npm test', '']],
  ['more than format', ['rubocop', 'eslint .', 'ruff check .', 'goimports -l .', 'biome lint .']],
  ['more than format', ['biome check .', 'biome ci', 'biome check --linter-enabled=false .']],
  ['it prints', ['prettier .', 'gofmt .', 'shfmt -i 2 .', 'clang-format src/a.c', 'yapf a.py']],
  ['not all parts are known', ['prettier --check . && eslint .', 'node a.js && black --check .']],
  [
    'the shell does more',
    [
      'prettier --check . | tee log',
      'prettier --check .; true',
      'prettier --check . || exit 1',
      'prettier --check $(git diff --name-only)',
      'prettier --check . > log',
      '! gofmt -l . | read x',
      'prettier --check .\nblack --check .',
    ],
  ],
  [
    'a part of the project, or no end',
    [
      'biome format --staged',
      'biome format --since=main --changed',
      'pint --test --dirty',
      'biome format --watch',
      'black --check -',
    ],
  ],
  [
    'outside of the repository',
    [
      'prettier --check ../other',
      'prettier --check /etc',
      'black --check ~/work',
      'prettier --check "{src,../other}/**"',
      'prettier --check src/*/../../../other',
      'cargo fmt --check --manifest-path=../other/Cargo.toml',
      'cd .. && prettier --check .',
      'cd /tmp && prettier --check .',
      'cd web && prettier --check ../../other',
    ],
  ],
  ['nothing is formatted', ['cd web', 'CI=1']],
] as const) {
  for (const command of commands) {
    test(`no writing form, ${why}: ${command}`, () => {
      assert.is(writingForm(command, NO_SCRIPTS), null);
    });
  }
}

test('paths are seen from the folder that the command runs in', () => {
  const command = 'prettier --check . --ignore-path ../../.gitignore';
  const written = 'prettier --write . --ignore-path ../../.gitignore';
  assert.is(writingForm(command, NO_SCRIPTS, 'packages/a'), written);
  assert.is(writingForm(command, NO_SCRIPTS, 'packages'), null);
});

const SCRIPTS = new Map(
  Object.entries({
    'format:check': 'prettier --check .',
    format: 'prettier --write .',
    fmt: 'prettier .',
    'fmt:check': 'npm run --silent fmt -- --check',
    'env:check': 'cross-env A=1 prettier --check .',
    'set:check': 'A=1 biome format .',
    'path:check': './node_modules/.bin/biome format .',
    'py:check': 'black --check .',
    'both:check': 'npm run format:check && npm run -s py:check',
    'web:check': 'cd web && npm run format:check',
    'loop:check': 'npm run loop:check',
    'more:check': 'prettier --check .',
    'premore:check': 'node generate.js',
    'own:check': 'node fmt.mjs --check',
    biome: 'biome',
    'yarn:check': 'biome format .',
  }),
);

for (const [command, expected] of [
  ['npm run format:check', 'npx --no-install prettier --write .'],
  ['npm run -s format:check', 'npx --no-install prettier --write .'],
  ['npm run format:check --silent', 'npx --no-install prettier --write .'],
  [
    'npm run format:check -- --log-level warn',
    'npx --no-install prettier --write . --log-level warn',
  ],
  ['pnpm format:check', 'pnpm exec prettier --write .'],
  ['pnpm run format:check', 'pnpm exec prettier --write .'],
  ['yarn format:check', 'yarn run prettier --write .'],
  ['yarn -s run format:check', 'yarn run prettier --write .'],
  ['bun run format:check', 'bunx --no-install prettier --write .'],
  ['npm run fmt -- --check', 'npx --no-install prettier . --write'],
  ['npm run fmt:check', 'npx --no-install prettier . --write'],
  ['npm run env:check', 'npx --no-install cross-env A=1 prettier --write .'],
  ['npm run set:check', 'A=1 npx --no-install biome format --write .'],
  ['npm run path:check', './node_modules/.bin/biome format --write .'],
  ['npm run py:check', 'black .'],
  ['npm run both:check', 'npx --no-install prettier --write . && black .'],
  // Which scripts there are in that folder is not known.
  ['npm run web:check', null],
  ['npm run loop:check', null],
  ['npm run own:check', null],
  // npm runs another script before it.
  ['npm run more:check', null],
  // `yarn run biome` is the script.
  ['yarn yarn:check', null],
  ['npm run format:check --workspaces --if-present', null],
  ['pnpm --recursive --if-present run format:check', null],
  ['yarn workspaces foreach --all run format:check', null],
  ['bun format:check', null],
] as const) {
  test(`writing form of a script: ${command}`, () => {
    assert.is(writingForm(command, SCRIPTS), expected);
  });
}

/** What writes, and what it is after it was told to look, and then to write again. */
for (const command of [
  'prettier --write .',
  'biome format --write .',
  'dprint fmt',
  'deno fmt',
  'gofmt -w .',
  'gofmt -s -w .',
  'black .',
  'isort src',
  'ruff format',
  'yapf -i .',
  'cargo fmt',
  'rustfmt src/lib.rs',
  'clang-format -i src/a.c',
  'shfmt -w scripts',
  'php-cs-fixer fix src',
  'pint',
  'mix format',
  'terraform fmt',
  'dart format .',
]) {
  test(`there and back: ${command}`, () => {
    const checks = checkingForm(command) ?? '';
    assert.is.not(checks, command);
    assert.is(writingForm(checks, NO_SCRIPTS), command);
  });
}

test('a hostile command costs no time', () => {
  for (const piece of [
    '"',
    "'",
    '\\',
    'a=',
    '../',
    '{',
    ' -l',
    '$(',
    'cd a && ',
    'prettier -c . && ',
  ]) {
    const command = `prettier --check ${piece.repeat(20_000)}`;
    assert.type(writingForm(command, NO_SCRIPTS) ?? '', 'string');
  }
});

test.run();
