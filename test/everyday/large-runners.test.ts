/** Runners of JavaScript with many dependencies: jest, vitest. */
import { testEveryday } from '../support/everyday.ts';
import { IGNORED, manifest, PRODUCT, SUM, WRONG_SUM, workflow } from '../support/everyday-files.ts';
import { npmInstall } from '../support/everyday-installs.ts';

const jestTest = (name: string, call: string, value: number) =>
  `const { ${name} } = require('./${name}.js');\n\ndescribe('${name}', () => {\n  test('of two', () => expect(${call}).toBe(${value}));\n  test('is a function', () => expect(typeof ${name}).toBe('function'));\n});\n`;

const vitestTest = (name: string, call: string, value: number) =>
  `import { describe, expect, test } from 'vitest';\nimport { ${name} } from '../src/${name}.js';\n\ndescribe('${name}', () => {\n  test('of two', () => expect(${call}).toBe(${value}));\n  test('is a function', () => expect(typeof ${name}).toBe('function'));\n});\n`;

testEveryday([
  {
    title: 'jest, with one suite under several numbers of workers',
    files: {
      ...IGNORED,
      'sum.js': 'exports.sum = (a, b) => a + b;\n',
      'sum.test.js': jestTest('sum', 'sum(1, 2)', 3),
    },
    install: npmInstall({
      'package.json': manifest({
        scripts: {
          test: 'jest',
          'test:ci': 'jest --ci --maxWorkers=2',
          'test:serial': 'jest --runInBand',
          'test:update': 'jest -u',
          'test:coverage': 'jest --coverage',
        },
        devDependencies: { jest: '29.7.0' },
      }),
    }),
    gates: ['test test: npm test'],
    leftOut: ['test-ci', 'test-serial', 'test-update', 'test-coverage'],
    tests: { test: ['sum.test.js > sum > of two', 'sum.test.js > sum > is a function'] },
    adds: {
      files: {
        'product.js': 'exports.product = (a, b) => a * b;\n',
        'product.test.js': jestTest('product', 'product(2, 3)', 6),
      },
      ran: { test: 4 },
    },
    breaks: {
      files: { 'sum.js': 'exports.sum = (a, b) => a - b;\n' },
      broken: { test: ['sum.test.js > sum > of two'] },
    },
  },
  {
    title: 'vitest, where CI runs one of its scripts',
    files: {
      ...IGNORED,
      'src/sum.js': SUM,
      'test/sum.test.js': vitestTest('sum', 'sum(1, 2)', 3),
      '.github/workflows/ci.yml': workflow('npm ci', 'npm run test:unit -- --reporter=default'),
    },
    install: npmInstall({
      'package.json': manifest({
        type: 'module',
        scripts: {
          test: 'vitest',
          'test:unit': 'vitest run',
          'test:ui': 'vitest --ui',
          e2e: 'playwright test',
          build: 'node -e ""',
          'build:watch': 'node --watch x.js',
        },
        devDependencies: { vitest: '3.2.4' },
      }),
    }),
    gates: ['test test-unit: npm run test:unit', 'build build: npm run build'],
    leftOut: ['test', 'test-ui', 'e2e', 'build-watch'],
    tests: { 'test-unit': 2 },
    adds: {
      files: {
        'src/product.js': PRODUCT,
        'test/product.test.js': vitestTest('product', 'product(2, 3)', 6),
      },
      ran: { 'test-unit': 4 },
    },
    breaks: {
      files: { 'src/sum.js': WRONG_SUM },
      broken: { 'test-unit': ['test/sum.test.js > sum > of two'] },
    },
  },
]);
