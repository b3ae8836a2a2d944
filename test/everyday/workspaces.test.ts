/** Several packages in one repository, with pnpm, npm, and yarn of old. */
import { execFileSync } from 'node:child_process';
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

const one = { name: '@sums/one', version: '1.0.0', type: 'module', exports: './sum.js' };
const two = { name: '@sums/two', version: '1.0.0', type: 'module' };
const tested = { scripts: { test: 'node --test' } };

const packages = {
  'packages/one/sum.js': SUM,
  'packages/one/sum.test.js': nodeTest("import { sum } from './sum.js';", {
    adds: 'sum(1, 2) === 3',
    'adds nothing': 'sum(2, 0) === 2',
  }),
  'packages/two/sums.test.js': nodeTest("import { sum } from '@sums/one';", {
    'adds what it is given': 'sum(1, sum(1, 1)) === 3',
  }),
};

const names = ['adds', 'adds nothing', 'adds what it is given'];

const adds = {
  'packages/two/product.js': PRODUCT,
  'packages/two/product.test.js': nodeTest("import { product } from './product.js';", {
    multiplies: 'product(2, 3) === 6',
  }),
};

const breaks = { 'packages/one/sum.js': WRONG_SUM };

testEveryday([
  {
    title: 'pnpm workspace, whose top runs the packages',
    files: {
      ...IGNORED,
      ...packages,
      '.github/workflows/ci.yml': workflow('pnpm install --frozen-lockfile', 'pnpm test'),
    },
    install: {
      files: {
        'package.json': manifest({
          scripts: {
            test: 'pnpm -r test',
            dev: 'pnpm -r --parallel dev',
            'release:check': 'changeset status',
            'ci:publish': 'pnpm publish -r',
          },
        }),
        'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
        'packages/one/package.json': JSON.stringify({ ...one, ...tested }),
        'packages/two/package.json': JSON.stringify({
          ...two,
          ...tested,
          dependencies: { '@sums/one': 'workspace:*' },
        }),
      },
      command: ['pnpm', 'install', '--no-frozen-lockfile', '--ignore-scripts'],
    },
    gates: ['test test: pnpm test'],
    leftOut: ['release-check', 'ci-publish'],
    tests: { test: names },
    adds: { files: adds, ran: { test: 4 } },
    // pnpm goes no further than the first package that is red.
    breaks: { files: breaks, broken: { test: ['adds'] } },
  },
  {
    title: 'npm workspaces with husky and lint-staged',
    files: {
      ...IGNORED,
      ...packages,
      ...lintTool('packages/one/sum.js'),
      '.husky/pre-commit': 'npx lint-staged\n',
    },
    install: npmInstall({
      'package.json': manifest({
        workspaces: ['packages/*'],
        scripts: {
          prepare: 'husky',
          lint: 'node tools/lint.mjs',
          'lint:staged': 'lint-staged',
          test: 'npm test --workspaces --if-present',
        },
        'lint-staged': { '*.js': 'node tools/lint.mjs' },
        devDependencies: { husky: '9.1.7', 'lint-staged': '16.1.2' },
      }),
      'packages/one/package.json': JSON.stringify({ ...one, ...tested }),
      'packages/two/package.json': JSON.stringify({
        ...two,
        ...tested,
        dependencies: { '@sums/one': '1.0.0' },
      }),
    }),
    surround: async (cwd, box) => {
      execFileSync('node_modules/.bin/husky', { cwd, env: box.env, stdio: 'ignore' });
    },
    gates: ['linter lint: npm run lint', 'test test: npm test'],
    leftOut: ['lint-staged'],
    tests: { test: names },
    adds: { files: adds, ran: { test: 4 } },
    breaks: { files: breaks, broken: { test: ['adds', 'adds what it is given'] } },
  },
  {
    title: 'yarn classic, with a dependency and a script that chains',
    files: {
      ...IGNORED,
      ...lintTool('src/sum.js'),
      'src/sum.js': `import kleur from 'kleur';\n\n${SUM}export const shown = (n) => kleur.bold(String(n));\n`,
      'test/sum.test.js': nodeTest("import { shown, sum } from '../src/sum.js';", {
        adds: 'sum(1, 2) === 3',
        shows: "shown(3).includes('3')",
      }),
    },
    install: {
      files: {
        'package.json': manifest({
          type: 'module',
          scripts: {
            lint: 'node tools/lint.mjs',
            unit: 'node --test',
            test: 'yarn lint && yarn unit',
            postinstall: 'node -e ""',
            'deploy:test': 'firebase deploy',
          },
          dependencies: { kleur: '4.1.5' },
        }),
      },
      command: ['yarn', 'install', '--ignore-scripts', '--non-interactive', '--no-progress'],
    },
    gates: ['linter lint: yarn run lint', 'test unit: yarn run unit'],
    leftOut: ['test', 'deploy-test'],
    tests: { unit: ['adds', 'shows'] },
    adds: {
      files: {
        'src/product.js': PRODUCT,
        'test/product.test.js': nodeTest("import { product } from '../src/product.js';", {
          multiplies: 'product(2, 3) === 6',
        }),
      },
      ran: { unit: 3 },
    },
    breaks: {
      files: {
        'src/sum.js':
          "import kleur from 'kleur';\n\nexport const sum = () => 0;\nexport const shown = (n) => kleur.bold(String(n));\n",
      },
      broken: { unit: ['adds'] },
    },
  },
]);
