import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../scripts/lib/errors.ts';
import {
  configuredGates,
  type GateKind,
  gateSchema,
  gatesConfigurationSchema,
  kindOf,
  parseGateOption,
} from '../../scripts/lib/gates/gate.ts';

for (const text of [
  'npm test',
  '=npm test',
  'test=',
  'test=  ',
  'my tests=npm test',
  '../x=true',
]) {
  test(`--gate ${JSON.stringify(text)} is refused with an example`, () => {
    assert.throws(
      () => parseGateOption(text),
      (error: unknown) =>
        error instanceof UsageError && error.code === 'bad-gate' && error.hint.includes('--gate'),
    );
  });
}

test('a gate option keeps further equal signs in its command', () => {
  assert.equal(parseGateOption('lint=NODE_ENV=test eslint .'), {
    name: 'lint',
    kind: 'linter',
    command: 'NODE_ENV=test eslint .',
    cwd: '.',
    source: '--gate',
  });
});

for (const configuration of [
  { test: '' },
  { test: { command: 'x', cwd: '../elsewhere' } },
  { test: { command: 'x', cwd: '/etc' } },
  { test: { command: 'x', timeout_s: 0 } },
  { test: { command: 'x', colour: 'red' } },
  { 'a b': 'x' },
]) {
  test(`the configuration ${JSON.stringify(configuration)} is refused`, () => {
    assert.not(gatesConfigurationSchema.safeParse(configuration).success);
  });
}

test('configured gates come in the order of the configuration, with their kinds', () => {
  const configuration = gatesConfigurationSchema.parse({
    unit: 'node --test',
    proof: { command: './prove', kind: 'linter', cwd: 'packages/a', timeout_s: 5 },
  });
  const gates = configuredGates(configuration, '.multi-model.json');
  for (const gate of gates) gateSchema.parse(gate);
  assert.equal(gates, [
    {
      name: 'unit',
      kind: 'test',
      command: 'node --test',
      cwd: '.',
      source: '.multi-model.json',
    },
    {
      name: 'proof',
      kind: 'linter',
      command: './prove',
      cwd: 'packages/a',
      source: '.multi-model.json',
      timeout_s: 5,
    },
  ]);
});

const kinds: [name: string, command: string, GateKind][] = [
  ['lint', 'tsc --noEmit && eslint .', 'linter'],
  ['format:check', 'node tools/format.js', 'formatter'],
  ['checkTypes', 'x', 'typecheck'],
  ['type-check', 'x', 'typecheck'],
  ['test:unit', 'x', 'test'],
  ['test:typescript', 'tsc', 'typecheck'],
  ['test', 'xo && ava', 'test'],
  ['build:types', 'tsc -b', 'build'],
  ['check', 'tsc --noEmit', 'typecheck'],
  ['check', 'npm run lint && npm test', 'other'],
  ['check', 'npm run lint && npm run licenses', 'other'],
  ['check', 'cd app && jest', 'test'],
  ['check', 'biome check .', 'linter'],
  ['a', 'biome format .', 'formatter'],
  ['a', 'prettier --check .', 'formatter'],
  ['a', 'cargo fmt --check', 'formatter'],
  ['a', 'cargo check', 'typecheck'],
  ['a', 'go vet ./...', 'linter'],
  ['a', 'go test ./...', 'test'],
  ['a', 'node --import tsx --test', 'test'],
  ['a', 'npm test', 'test'],
  ['a', 'npm run lint', 'linter'],
  ['a', 'make -j4 check-format', 'formatter'],
  ['a', 'python -m pytest -q', 'test'],
  ['a', 'uv run mypy .', 'typecheck'],
  ['a', 'vite build', 'build'],
  ['a', 'make', 'build'],
  ['a', './prove.sh', 'other'],
  // By the program that runs, not by words that it is given.
  ['a', 'mocha tests/lib/eslint', 'test'],
  ['a', 'nyc --reporter=text mocha "lib/prettier/*.js"', 'test'],
  ['a', 'c8 --all node_modules/.bin/ava', 'test'],
  ['a', 'cross-env NODE_ENV=test jest', 'test'],
  ['a', 'node node_modules/jest/bin/jest.js --ci', 'test'],
  ['a', 'coverage run -m pytest tests', 'test'],
  ['a', 'eslint test/jest', 'linter'],
  ['a', 'prettier --check src/eslint', 'formatter'],
  ['a', 'node tools/tsc-report.js', 'other'],
  ['a', 'echo jest', 'other'],
  ['a', './gradlew --no-daemon test', 'test'],
  ['a', 'mvn -q -B verify', 'other'],
  ['a', 'node --test test/lint', 'test'],
];
for (const [name, command, kind] of kinds) {
  test(`${name} = ${command} is of kind ${kind}`, () => assert.is(kindOf(name, command), kind));
}

test.run();
