import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkingForm, rewritingTask } from '../../scripts/lib/gates/checking-form.ts';

for (const [command, expected] of [
  ['prettier --write .', 'prettier --check .'],
  ['prettier . -w --log-level warn', 'prettier . --check --log-level warn'],
  ['prettier --check .', 'prettier --check .'],
  ['npx eslint . --fix', 'npx eslint .'],
  ['eslint --fix src && prettier --write src', 'eslint src && prettier --check src'],
  ['biome check --write --unsafe src', 'biome check src'],
  ['biome format --write', 'biome format'],
  ['black .', 'black --check .'],
  ['poetry run black src tests', 'poetry run black --check src tests'],
  ['isort src', 'isort --check src'],
  ['ruff format && ruff check --fix', 'ruff format --check && ruff check'],
  ['gofmt -w .', 'test -z "$(gofmt -l .)"'],
  ['gofmt -s -w .', 'test -z "$(gofmt -s -l .)"'],
  ['cargo fmt --all', 'cargo fmt --all --check'],
  ['deno fmt', 'deno fmt --check'],
  ['dprint fmt', 'dprint check'],
  ['shfmt -w scripts', 'shfmt -d scripts'],
  ['clang-format -i src/a.c', 'clang-format --dry-run --Werror src/a.c'],
  ['bundle exec rubocop -A', 'bundle exec rubocop'],
  ['php-cs-fixer fix src', 'php-cs-fixer fix src --dry-run --diff'],
  ['mix format', 'mix format --check-formatted'],
  ['php-cs-fixer fix src/check', 'php-cs-fixer fix src/check --dry-run --diff'],
  ['php-cs-fixer check src', 'php-cs-fixer check src'],
  ['vendor/bin/pint', 'vendor/bin/pint --test'],
  ['python3 -m black .', 'python3 -m black --check .'],
  ['hatch run black src', 'hatch run black --check src'],
  ['yapf -i --recursive .', 'yapf --diff --recursive .'],
  ['rustfmt src/lib.rs', 'rustfmt --check src/lib.rs'],
  ['cargo +nightly fmt', 'cargo +nightly fmt --check'],
  ['dart format lib', 'dart format lib --output=none --set-exit-if-changed'],
  ['deno  fmt', 'deno  fmt --check'],
  ['goimports -w .', 'test -z "$(goimports -l .)"'],
  ['biome ci', 'biome ci'],
  // Not known, or not only that.
  ['prettier .', null],
  ['standard --fix', null],
  ['prettier --write . && node tools/sort.js', null],
  ['prettier --write $(git diff --name-only)', null],
] as const) {
  test(`checking form of ${command}`, () => {
    assert.is(checkingForm(command), expected);
  });
}

test('a task that rewrites becomes a gate that looks; others are left alone', () => {
  assert.equal(rewritingTask('lint:fix', ['eslint . --fix']), {
    ...{ name: 'lint', kind: 'linter', command: 'eslint .', assumed: true },
  });
  assert.equal(rewritingTask('fmt', ['gofmt -w .'])?.kind, 'formatter');
  assert.is(rewritingTask('format', ['prettier --check .']), null);
  assert.is(rewritingTask('deploy', ['prettier --write .']), null);
  assert.is(rewritingTask('format', ['prettier --write .', 'git commit -am formatted']), null);
  assert.is(rewritingTask('format', []), null);
});

test.run();
