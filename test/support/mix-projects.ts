/**
 * Small projects in which no model is green as a whole. In most of them a mix of their parts is; in some none is, however
 * they are mixed.
 */

import { CHECK } from './one-process.ts';

/** Path to content; null: deleted. */
export type Changes = Record<string, string | null>;

export interface MixProject {
  name: string;
  base: Record<string, string>;
  /** Besides the tests: gates by name. */
  gates?: Record<string, string>;
  models: Record<string, Changes>;
  hasGreenMix: boolean;
}

/** Files of a project, with what runs its tests. */
function packageWith(files: Record<string, string>) {
  return { 'package.json': '{ "type": "module" }\n', ...CHECK, ...files };
}

/** A module with one function a pair: `export const name = body;`, far enough apart to be edited alone. */
function moduleOf(functions: Record<string, string>): string {
  return Object.entries(functions)
    .map(
      ([name, body]) =>
        `/** What ${name} is for. */\nexport const ${name} = ${body};\n\n// end of ${name}\n`,
    )
    .join('\n');
}

/** A test file: for each name one test that expects an expression to be true. */
function testOf(from: string, names: string[], tests: Record<string, string>): string {
  const body = Object.entries(tests).map(
    ([name, expression]) => `test('${name}', () => assert.ok(${expression}));`,
  );
  return [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    `import { ${names.join(', ')} } from '${from}';`,
    '',
    ...body,
    '',
  ].join('\n');
}

const ADD = { right: '(a, b) => a + b', wrong: '(a, b) => a - b', none: '() => undefined' };
const TWICE = { right: '(a) => a * 2', wrong: '(a) => a * 3', none: '() => undefined' };
const SHOUT = {
  right: '(text) => text.toUpperCase()',
  wrong: '(text) => text.toLowerCase()',
  none: '() => undefined',
};

const addTest = testOf('../src/add.js', ['add'], { 'add adds': 'add(2, 1) === 3' });
const twiceTest = testOf('../src/twice.js', ['twice'], { 'twice doubles': 'twice(4) === 8' });
const shoutTest = testOf('../src/shout.js', ['shout'], { 'shout shouts': "shout('a') === 'A'" });

const add = (how: keyof typeof ADD) => moduleOf({ add: ADD[how] });
const twice = (how: keyof typeof TWICE) => moduleOf({ twice: TWICE[how] });
const shout = (how: keyof typeof SHOUT) => moduleOf({ shout: SHOUT[how] });

const steps = Array.from({ length: 5 }, (_, at) => `step${at}`);
const step = (name: string, right: boolean) =>
  moduleOf({ [name]: `() => '${right ? name : 'wrong'}'` });
const stepFiles = (right: (at: number) => boolean) =>
  Object.fromEntries(steps.map((name, at) => [`src/${name}.js`, step(name, right(at))]));

const CALLER = `import { twice } from './twice.js';\n\nexport const sum = (list) => list.reduce((all, one) => all + twice(one), 0);\n`;

/** Where whole files are chosen. Three models are for the test of thirds. */
export const MIXES_OF_FILES: MixProject[] = [
  {
    name: 'each model has one of two files right, and the tests are there before',
    base: packageWith({
      ...{ 'src/add.js': add('none'), 'src/twice.js': twice('none') },
      ...{ 'test/add.test.js': addTest, 'test/twice.test.js': twiceTest },
    }),
    models: {
      claude: { 'src/add.js': add('right'), 'src/twice.js': twice('wrong') },
      gpt: { 'src/add.js': add('wrong'), 'src/twice.js': twice('right') },
    },
    hasGreenMix: true,
  },
  {
    name: 'models bring their own tests, and each breaks what was there',
    base: packageWith({
      ...{ 'src/shout.js': shout('right'), 'test/shout.test.js': shoutTest },
      ...{ 'src/add.js': add('right'), 'test/add.test.js': addTest },
    }),
    models: {
      claude: {
        ...{ 'src/twice.js': twice('right'), 'test/twice.test.js': twiceTest },
        'src/shout.js': shout('wrong'),
      },
      gpt: { 'src/sum.js': CALLER, 'src/add.js': add('wrong') },
    },
    hasGreenMix: true,
  },
  {
    name: 'a test of one model shows the fault of another',
    base: packageWith({ 'src/add.js': add('right'), 'test/add.test.js': addTest }),
    models: {
      claude: {
        ...{ 'src/twice.js': twice('wrong'), 'src/shout.js': shout('right') },
        'test/shout.test.js': shoutTest,
        // It was written for its own fault.
        'test/own.test.js': testOf('../src/twice.js', ['twice'], {
          'twice of none': 'twice(0) === 1',
        }),
      },
      gpt: {
        ...{ 'src/twice.js': twice('right'), 'test/twice.test.js': twiceTest },
        'src/shout.js': shout('wrong'),
        'test/own.test.js': testOf('../src/twice.js', ['twice'], {
          'twice of none': 'twice(0) === 0',
        }),
        'test/loud.test.js': testOf('../src/shout.js', ['shout'], { loud: "shout('b') === 'B'" }),
      },
    },
    hasGreenMix: true,
  },
  {
    name: 'files that need each other, from one model, and another file from the other',
    base: packageWith({
      'src/sum.js': 'export const sum = () => 0;\n',
      'src/add.js': add('none'),
      'test/add.test.js': addTest,
      'test/sum.test.js': testOf('../src/sum.js', ['sum'], { 'sum of twice': 'sum([1, 2]) === 6' }),
    }),
    models: {
      claude: { 'src/twice.js': twice('right'), 'src/sum.js': CALLER, 'src/add.js': add('wrong') },
      gpt: {
        'src/twice.js': twice('wrong'),
        'src/sum.js': CALLER.replace('all + ', 'all - '),
        'src/add.js': add('right'),
      },
    },
    hasGreenMix: true,
  },
  {
    name: 'one model fails the linter, another the tests',
    base: packageWith({
      'lint.mjs':
        "import { readFileSync, readdirSync } from 'node:fs';\nconst bad = readdirSync('src').filter((it) => /\\bvar\\b/.test(readFileSync('src/' + it, 'utf8')));\nif (bad.length > 0) { console.log('var in', bad.join()); process.exit(1); }\n",
      ...{ 'src/add.js': add('none'), 'src/twice.js': twice('none') },
      ...{ 'test/add.test.js': addTest, 'test/twice.test.js': twiceTest },
    }),
    gates: { lint: 'node lint.mjs' },
    models: {
      claude: { 'src/add.js': add('right'), 'src/twice.js': `var two = 2;\n${twice('right')}` },
      gpt: { 'src/add.js': add('wrong'), 'src/twice.js': twice('right') },
    },
    hasGreenMix: true,
  },
  {
    name: 'five files, of which one model has four right and the other the fifth',
    base: packageWith({
      ...Object.fromEntries(
        steps.map((name) => [`src/${name}.js`, moduleOf({ [name]: '() => null' })]),
      ),
      ...Object.fromEntries(
        steps.map((name) => [
          `test/${name}.test.js`,
          testOf(`../src/${name}.js`, [name], { [`${name} is itself`]: `${name}() === '${name}'` }),
        ]),
      ),
    }),
    models: { claude: stepFiles((at) => at !== 2), gpt: stepFiles((at) => at === 2) },
    hasGreenMix: true,
  },
];

/** Where it takes parts of files, deletions, renames; and where no mix is green. */
export const MIXES_OF_PARTS: MixProject[] = [
  {
    name: 'two functions of one file, each model right in one',
    base: packageWith({
      'src/both.js': moduleOf({ add: ADD.none, twice: TWICE.none }),
      'test/both.test.js': testOf('../src/both.js', ['add', 'twice'], {
        'add adds': 'add(2, 1) === 3',
        'twice doubles': 'twice(4) === 8',
      }),
    }),
    models: {
      claude: { 'src/both.js': moduleOf({ add: ADD.right, twice: TWICE.wrong }) },
      gpt: { 'src/both.js': moduleOf({ add: ADD.wrong, twice: TWICE.right }) },
    },
    hasGreenMix: true,
  },
  {
    name: 'one hunk of a file is good and another is bad, and only one model changed it',
    base: packageWith({
      'src/both.js': moduleOf({ add: ADD.none, twice: TWICE.right }),
      'src/shout.js': shout('none'),
      'test/both.test.js': testOf('../src/both.js', ['add', 'twice'], {
        'add adds': 'add(2, 1) === 3',
        'twice doubles': 'twice(4) === 8',
      }),
      'test/shout.test.js': shoutTest,
    }),
    models: {
      claude: { 'src/both.js': moduleOf({ add: ADD.right, twice: TWICE.wrong }) },
      gpt: { 'src/shout.js': shout('right') },
    },
    hasGreenMix: true,
  },
  {
    name: 'one model took a file out with all that used it, and another went on with it',
    base: packageWith({
      'src/old.js': moduleOf({ old: '() => 1' }),
      'src/main.js': "import { old } from './old.js';\n\nexport const main = () => old();\n",
      ...{ 'src/add.js': add('none'), 'test/add.test.js': addTest },
      'test/main.test.js': testOf('../src/main.js', ['main'], { 'main is one': 'main() === 1' }),
      'test/gone.test.js':
        "import assert from 'node:assert/strict';\nimport { existsSync } from 'node:fs';\nimport { test } from 'node:test';\n\ntest('old is gone', () => assert.ok(!existsSync(new URL('../src/old.js', import.meta.url))));\n",
    }),
    models: {
      claude: {
        'src/old.js': null,
        'src/main.js': 'export const main = () => 1;\n',
        'src/add.js': add('wrong'),
      },
      gpt: { 'src/old.js': moduleOf({ old: '() => 0 + 1' }), 'src/add.js': add('right') },
    },
    hasGreenMix: true,
  },
  {
    name: 'a file that one model renamed and another mended',
    base: packageWith({
      'src/sums.js': moduleOf({
        add: ADD.wrong,
        twice: TWICE.right,
        half: '(a) => a / 2',
        third: '(a) => a / 3',
      }),
      'src/main.js': "export { add, twice } from './sums.js';\n",
      'src/shout.js': shout('none'),
      'test/main.test.js': testOf('../src/main.js', ['add', 'twice'], {
        'add adds': 'add(2, 1) === 3',
        'twice doubles': 'twice(4) === 8',
      }),
      'test/shout.test.js': shoutTest,
      'test/named.test.js':
        "import assert from 'node:assert/strict';\nimport { existsSync } from 'node:fs';\nimport { test } from 'node:test';\n\ntest('it has its new name', () => assert.ok(existsSync(new URL('../src/arithmetic.js', import.meta.url))));\n",
    }),
    models: {
      claude: {
        'src/sums.js': null,
        'src/arithmetic.js': moduleOf({
          add: ADD.wrong,
          twice: TWICE.right,
          half: '(a) => a / 2',
          third: '(a) => a / 3',
        }),
        'src/main.js': "export { add, twice } from './arithmetic.js';\n",
      },
      gpt: {
        'src/sums.js': moduleOf({
          add: ADD.right,
          twice: TWICE.right,
          half: '(a) => a / 2',
          third: '(a) => a / 3',
        }),
        'src/shout.js': shout('right'),
      },
    },
    hasGreenMix: true,
  },
  {
    name: 'the settings of one model and the code of another',
    base: packageWith({
      'settings.json': '{ "limit": 1 }\n',
      'src/limit.js':
        "import { readFileSync } from 'node:fs';\n\nconst settings = JSON.parse(readFileSync(new URL('../settings.json', import.meta.url)));\n\nexport const limit = (list) => list;\nexport { settings };\n",
      'test/limit.test.js': testOf('../src/limit.js', ['limit', 'settings'], {
        'the limit is three': 'settings.limit === 3',
        'it is held': 'limit([1, 2, 3, 4]).length === settings.limit',
      }),
    }),
    models: {
      claude: {
        'settings.json': '{ "limit": 3 }\n',
        'src/limit.js':
          "import { readFileSync } from 'node:fs';\n\nconst settings = JSON.parse(readFileSync(new URL('../settings.json', import.meta.url)));\n\nexport const limit = (list) => list.slice(1);\nexport { settings as default };\n",
      },
      gpt: {
        'settings.json': '{ "limit": 2 }\n',
        'src/limit.js':
          "import { readFileSync } from 'node:fs';\n\nconst settings = JSON.parse(readFileSync(new URL('../settings.json', import.meta.url)));\n\nexport const limit = (list) => list.slice(0, settings.limit);\nexport { settings };\n",
      },
    },
    hasGreenMix: true,
  },
  {
    name: 'a test of the whole, that no model passes',
    base: packageWith({
      ...{ 'src/add.js': add('none'), 'src/twice.js': twice('none') },
      'test/whole.test.js':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { add } from '../src/add.js';\nimport { twice } from '../src/twice.js';\n\ntest('the whole', () => assert.equal(twice(add(2, 1)), 6));\n",
    }),
    models: {
      claude: { 'src/add.js': add('right'), 'src/twice.js': twice('wrong') },
      gpt: { 'src/add.js': add('wrong'), 'src/twice.js': twice('right') },
    },
    hasGreenMix: true,
  },
  {
    name: 'nobody has the second file right',
    base: packageWith({
      ...{ 'src/add.js': add('none'), 'src/twice.js': twice('none') },
      ...{ 'test/add.test.js': addTest, 'test/twice.test.js': twiceTest },
    }),
    models: {
      claude: { 'src/add.js': add('right'), 'src/twice.js': twice('wrong') },
      gpt: { 'src/add.js': add('wrong'), 'src/twice.js': moduleOf({ twice: '(a) => a' }) },
    },
    hasGreenMix: false,
  },
  {
    name: 'what was green is broken by all, with the file that the task needs',
    base: packageWith({
      'src/both.js': 'export const add = (a, b) => a + b;\n',
      'test/add.test.js': testOf('../src/both.js', ['add'], { 'add adds': 'add(2, 1) === 3' }),
      'test/both.test.js': testOf('../src/both.js', ['twice'], {
        'twice doubles': 'twice(4) === 8',
      }),
    }),
    models: {
      claude: { 'src/both.js': `export const add = ${ADD.wrong}, twice = ${TWICE.right};\n` },
      gpt: { 'src/both.js': `export const add = ${ADD.right}, twice = ${TWICE.wrong};\n` },
    },
    hasGreenMix: false,
  },
];
