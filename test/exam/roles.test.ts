import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { belongsToTests, type Role, roleOf } from '../../scripts/lib/exam/roles.ts';

const roles: Record<Role, string[]> = {
  test: [
    ...[
      'test.js',
      'test-cli.mjs',
      'a/b.test.ts',
      'src/a.spec.js',
      'src/__tests__/a.ts',
      'test/a.js',
    ],
    ...['pkg/a_test.go', 'test_a.py', 'tests.py', 'spec/a_spec.rb', 'src/FooTest.java', 'e2e/a.ts'],
    ...['src/page.cy.ts', 'a.feature', 'a.bats', 't/basic.t', 'types/index.test-d.ts'],
  ],
  support: [
    ...['src/__snapshots__/a.snap', 'testdata/in.txt', 'src/__fixtures__/a.json', 'out.expected'],
    ...['__mocks__/fs.js', 'snapshots/page.html'],
  ],
  settings: [
    ...['jest.config.js', 'vitest.config.mts', '.mocharc.yml', 'tsconfig.json', 'biome.json'],
    ...['.eslintrc.cjs', 'eslint.config.mjs', '.prettierignore', 'pytest.ini', 'tests/conftest.py'],
    ...['.golangci.yml', 'phpunit.xml.dist', '.rspec', 'setup.cfg', '.npmrc', 'sitecustomize.py'],
  ],
  manifest: ['package.json', 'packages/a/package.json', 'Makefile', 'pyproject.toml', 'Cargo.toml'],
  runner: ['run-tests.sh', 'scripts/check', 'check.sh', 'run_tests.js'],
  ci: ['.github/workflows/ci.yml', '.gitlab-ci.yml', 'Jenkinsfile', '.ci/run'],
  instructions: ['AGENTS.md', 'CLAUDE.md'],
  other: [
    ...['src/index.ts', 'README.md', 'src/testing.ts', 'src/latest.js', 'contest.py', 'attest.go'],
    ...['src/specification.ts', 'lib/expected-value.ts', 'package-lock.json'],
  ],
};
for (const [role, paths] of Object.entries(roles))
  for (const path of paths) test(`${path}: ${role}`, () => assert.is(roleOf(path), role));

test('what belongs to tests goes where tests go, settings among them too', () => {
  for (const path of ['test/helper.js', 'tests/conftest.py', 'spec/fixtures/a.json'])
    assert.ok(belongsToTests(path), path);
  for (const path of ['src/a.ts', '.ci/test/a.js', 'jest.config.js'])
    assert.not.ok(belongsToTests(path), path);
});

test.run();
