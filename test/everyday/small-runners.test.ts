/** Runners of JavaScript that are small: ava with its tests at the top, mocha, node:test. */
import { testEveryday } from '../support/everyday.ts';
import {
  IGNORED,
  lintTool,
  manifest,
  PRODUCT,
  SUM,
  WRONG_SUM,
  workflow,
} from '../support/everyday-files.ts';
import { npmInstall } from '../support/everyday-installs.ts';

const avaTest = (title: string, name: string, file: string, body: string) =>
  `import test from 'ava';\nimport { ${name} } from './${file}';\n\ntest('${title}', (t) => {\n\t${body}\n});\n`;

testEveryday([
  {
    title: 'ava, with test.js at the top, and a second file that gives the first a prefix',
    files: {
      ...IGNORED,
      'index.js': SUM,
      'test.js': avaTest('adds', 'sum', 'index.js', 't.is(sum(1, 2), 3);'),
    },
    install: npmInstall({
      'package.json': manifest({
        type: 'module',
        scripts: { test: 'ava' },
        devDependencies: { ava: '6.4.1' },
      }),
    }),
    gates: ['test test: npm test'],
    tests: { test: ['adds'] },
    adds: {
      files: {
        'product.js': PRODUCT,
        'test-product.js': avaTest(
          'multiplies',
          'product',
          'product.js',
          't.is(product(2, 3), 6);',
        ),
      },
      ran: { test: 2 },
    },
    breaks: {
      files: {
        'index.js': WRONG_SUM,
        'test-other.js': avaTest(
          'is a function',
          'sum',
          'index.js',
          "t.is(typeof sum, 'function');",
        ),
      },
      broken: { test: ['adds'] },
    },
  },
  {
    title: 'mocha, with suites in suites and a linter that its CI runs',
    files: {
      ...IGNORED,
      'lib/sum.js': 'exports.sum = (a, b) => a + b;\n',
      'test/sum.spec.js':
        "const assert = require('node:assert');\nconst { sum } = require('../lib/sum.js');\n\ndescribe('sum', () => {\n  it('adds', () => assert.equal(sum(1, 2), 3));\n  describe('of negative numbers', () => {\n    it('adds', () => {\n      console.log('checked');\n      assert.equal(sum(-1, -2), -3);\n    });\n  });\n});\n",
      '.mocharc.json': '{"spec": "test/**/*.spec.js"}\n',
      ...lintTool('lib/sum.js'),
      '.github/workflows/ci.yml': workflow('npm ci', 'npm run lint', 'npm test -- --parallel'),
    },
    install: npmInstall({
      'package.json': manifest({
        scripts: {
          lint: 'node tools/lint.mjs',
          test: 'mocha',
          'test:watch': 'mocha --watch',
          'test:jobs': 'mocha --parallel --jobs 2',
          'test:integration': 'mocha test/integration',
          'test:integration-cleanup': 'node tools/remove-stacks.js',
          'test:report': 'npm run lint && npm run report:unit',
        },
        devDependencies: { mocha: '11.7.1' },
      }),
    }),
    gates: ['linter lint: npm run lint', 'test test: npm test'],
    leftOut: [
      'test-watch',
      'test-jobs',
      'test-integration',
      'test-integration-cleanup',
      'test-report',
    ],
    tests: { test: ['sum > adds', 'sum > of negative numbers > adds'] },
    adds: {
      files: {
        'lib/product.js': 'exports.product = (a, b) => a * b;\n',
        'test/product.spec.js':
          "const assert = require('node:assert');\nconst { product } = require('../lib/product.js');\nit('multiplies', () => assert.equal(product(2, 3), 6));\n",
      },
      ran: { test: 3 },
    },
    breaks: {
      files: { 'lib/sum.js': 'exports.sum = (a, b) => (a < 0 ? 0 : a + b);\n' },
      broken: { test: ['sum > of negative numbers > adds'] },
    },
  },
  {
    title: 'node:test, with format, lint and types as AGENTS.md names them',
    files: {
      ...IGNORED,
      'package.json': manifest({
        type: 'module',
        scripts: {
          check: 'npm run lint && npm test',
          lint: 'node tools/lint.mjs',
          test: 'node --test',
          start: 'node src/sum.js',
          release: 'npm publish',
          'generate-docs': 'node tools/docs.js > README.md',
          'ensure-no-files-changed': 'git diff --exit-code',
        },
      }),
      'AGENTS.md':
        '# sums\n\nBefore every commit run `npm run check`. Deploy with `npm run release`.\n',
      ...lintTool('src/sum.js'),
      'src/sum.js': SUM,
      'test/sum.test.js':
        "import assert from 'node:assert';\nimport { describe, test } from 'node:test';\nimport { sum } from '../src/sum.js';\n\ndescribe('sum', () => {\n  test('adds', () => assert.equal(sum(1, 2), 3));\n  test('of nothing', () => assert.equal(sum(0, 0), 0));\n});\n",
    },
    gates: ['linter lint: npm run lint', 'test test: npm test'],
    leftOut: ['check'],
    tests: { test: ['sum > adds', 'sum > of nothing'] },
    adds: {
      files: {
        'src/product.js': PRODUCT,
        'test/product.test.js':
          "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { product } from '../src/product.js';\ntest('multiplies', () => assert.equal(product(2, 3), 6));\n",
      },
      ran: { test: 3 },
    },
    breaks: { files: { 'src/sum.js': WRONG_SUM }, broken: { test: ['sum > adds'] } },
  },
]);
