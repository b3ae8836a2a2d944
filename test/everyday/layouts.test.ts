/** Where things lie: workflows beside a Taskfile, two halves without a top, packages without scripts at the top. */
import { existsSync } from 'node:fs';
import { testEveryday } from '../support/everyday.ts';
import {
  IGNORED,
  lintTool,
  manifest,
  nodeTest,
  PRODUCT,
  SUM,
  WRONG_SUM,
  workflow,
} from '../support/everyday-files.ts';
import { npmInstall } from '../support/everyday-installs.ts';

const sumTest = nodeTest("import { sum } from './sum.js';", {
  adds: 'sum(1, 2) === 3',
  'adds nothing': 'sum(2, 0) === 2',
});
const productTest = nodeTest("import { product } from './product.js';", {
  multiplies: 'product(2, 3) === 6',
});

const part = (name: string) =>
  JSON.stringify({
    name: `@sums/${name}`,
    version: '1.0.0',
    type: 'module',
    scripts: { test: 'node --test', lint: 'node -e ""', 'test:e2e': 'playwright test' },
  });

testEveryday([
  {
    title: 'GitHub workflows and a Taskfile beside package.json',
    files: {
      ...IGNORED,
      ...lintTool('src/sum.js'),
      'package.json': manifest({
        type: 'module',
        scripts: {
          lint: 'node tools/lint.mjs',
          test: 'node --test',
          'test:slow': 'node --test --test-concurrency=1 slow',
          'test:integration': 'node --test integration',
          'integration-cleanup-test-stacks': 'node tools/stacks.mjs',
        },
      }),
      'Taskfile.yml':
        "version: '3'\ntasks:\n  default: task --list\n  lint: npm run lint\n  test: npm test\n  test:destroy-stacks: terraform destroy -auto-approve\n  deploy: terraform apply -auto-approve\n  build:image: docker push sums\n",
      '.github/workflows/ci.yml': workflow(
        'npm ci',
        'npm run lint',
        'npm test -- --test-reporter=spec',
      ),
      '.github/workflows/release.yml': workflow('npm ci', 'npm publish'),
      '.github/workflows/cloud.yml': `${workflow('npm run test:integration')}        env:\n          TOKEN: \${{ secrets.CLOUD_TOKEN }}\n`,
      'src/sum.js': SUM,
      'src/sum.test.js': sumTest,
    },
    gates: ['linter lint: npm run lint', 'test test: npm test'],
    leftOut: [
      'build-image',
      'integration-cleanup-test-stacks',
      'lint',
      'test',
      'test-destroy-stacks',
      'test-integration',
      'test-slow',
    ],
    tests: { test: ['adds', 'adds nothing'] },
    adds: {
      files: { 'src/product.js': PRODUCT, 'src/product.test.js': productTest },
      ran: { test: 3 },
    },
    breaks: { files: { 'src/sum.js': WRONG_SUM }, broken: { test: ['adds'] } },
  },
  {
    title: 'frontend and backend without a manifest at the top',
    missing: existsSync('/usr/bin/pytest')
      ? null
      : 'there is no pytest (apt-get install python3-pytest)',
    files: {
      '.gitignore': 'node_modules/\n__pycache__/\n.pytest_cache/\n',
      'README.md': '# Sums\n',
      'frontend/package.json': manifest({
        type: 'module',
        scripts: {
          dev: 'vite',
          lint: 'node lint.js',
          test: 'node --test',
          'test:watch': 'node --test --watch',
        },
      }),
      'frontend/lint.js': 'process.exitCode = 0;\n',
      'frontend/sum.js': SUM,
      'frontend/sum.test.js': sumTest,
      'backend/requirements.txt': 'pytest==7.2.1\n',
      'backend/conftest.py': '',
      'backend/app.py': 'def half(number):\n    return number / 2\n',
      'backend/tests/test_app.py':
        'import app\n\n\ndef test_half():\n    assert app.half(4) == 2\n\n\ndef test_zero():\n    assert app.half(0) == 0\n',
    },
    gates: [
      'linter frontend-lint: frontend$ npm run lint',
      'test backend-test: backend$ pytest',
      'test frontend-test: frontend$ npm test',
    ],
    leftOut: ['frontend-test-watch'],
    tests: { 'backend-test': 2, 'frontend-test': ['adds', 'adds nothing'] },
    adds: {
      files: { 'frontend/product.js': PRODUCT, 'frontend/product.test.js': productTest },
      ran: { 'backend-test': 2, 'frontend-test': 3 },
    },
    breaks: {
      files: { 'backend/app.py': 'def half(number):\n    return number\n' },
      broken: { 'backend-test': ['tests/test_app.py::test_half'] },
    },
  },
  {
    title: 'three packages, and no script at the top',
    files: {
      ...IGNORED,
      'packages/one/sum.js': SUM,
      'packages/one/sum.test.js': sumTest,
      'packages/two/two.test.js': nodeTest("import { sum } from '@sums/one/sum.js';", {
        'adds twice': 'sum(1, sum(1, 1)) === 3',
      }),
      'packages/three/three.test.js': nodeTest('', { 'is there': 'true' }),
    },
    install: npmInstall({
      'package.json': manifest({ workspaces: ['packages/*'] }),
      'packages/one/package.json': part('one'),
      'packages/two/package.json': part('two'),
      'packages/three/package.json': part('three'),
    }),
    gates: [
      'linter lint: npm run lint --workspaces --if-present',
      'test test: npm run test --workspaces --if-present',
    ],
    leftOut: ['test-e2e'],
    tests: { test: ['adds', 'adds nothing', 'adds twice', 'is there'] },
    adds: {
      files: {
        'packages/three/product.js': PRODUCT,
        'packages/three/product.test.js': productTest,
      },
      ran: { test: 5 },
    },
    breaks: {
      files: { 'packages/one/sum.js': WRONG_SUM },
      broken: { test: ['adds', 'adds twice'] },
    },
  },
]);
