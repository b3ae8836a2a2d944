/**
 * Small tasks with what several models made of them, and a hidden test that no model and no gate has seen: which whole is
 * the right one is known here, and to nobody who ranks.
 */
import { CHECK } from '../support/one-process.ts';

export interface RankedProject {
  name: string;
  base: Record<string, string>;
  /** The command of its gate. */
  gate?: string;
  /** Path to content; null: deleted. */
  models: Record<string, Record<string, string | null>>;
  /** A module that throws where the code is wrong. */
  hidden: string;
  /** What it reads, over the files of a whole. */
  hiddenFiles?: Record<string, string>;
  /** Whose wholes pass the hidden test. */
  right: string[];
  /** What of the others must never be beside the spine. */
  never?: string[];
}

const MANIFEST = { 'package.json': '{"type":"module"}\n', ...CHECK };

/** A file of tests, by name. */
function tests(from: string, imports: string, all: Record<string, string>): string {
  const body = Object.entries(all).map(([name, code]) => `test('${name}', () => ${code});\n`);
  return `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { ${imports} } from '${from}';\n\n${body.join('')}`;
}

const SLUG = `export function slug(title) {
  return title.toLowerCase();
}
`;
const PAGES = `export function pages(total, size) {
  return total / size;
}
`;
const RIGHT_SLUG = SLUG.replace(
  'title.toLowerCase()',
  "title.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')",
);
const RIGHT_PAGES = PAGES.replace('total / size', 'Math.max(1, Math.ceil(total / size))');

/** Wrong at different places, which the tests of base do not see: likeness can tell. */
const twoPlaces: RankedProject = {
  name: 'one is right, the others are wrong at one place each',
  base: {
    ...MANIFEST,
    'slug.js': SLUG,
    'pages.js': PAGES,
    'slug.test.js': tests('./slug.js', 'slug', { lower: "assert.equal(slug('A'), 'a')" }),
  },
  models: {
    gpt: {
      'slug.js': SLUG.replace('title.toLowerCase()', "title.split(' ').join('-').toLowerCase()"),
      'pages.js': RIGHT_PAGES,
    },
    gemini: {
      'slug.js': RIGHT_SLUG,
      'pages.js': PAGES.replace('total / size', 'Math.floor(total / size) + 1'),
    },
    claude: { 'slug.js': RIGHT_SLUG, 'pages.js': RIGHT_PAGES },
  },
  hidden: `import assert from 'node:assert/strict';
import { pages } from './pages.js';
import { slug } from './slug.js';
assert.equal(slug(' Hello,  World! '), 'hello-world');
assert.equal([pages(0, 10), pages(10, 10), pages(11, 10)].join(), '1,1,2');
`,
  right: ['claude'],
};

const CACHE = `export class Cache {
  constructor() {
    this.items = new Map();
  }

  get(key) {
    return this.items.get(key);
  }

  set(key, value) {
    this.items.set(key, value);
  }
}
`;
const limited = (evict: string) =>
  CACHE.replace(
    'constructor() {',
    'constructor(limit = Infinity) {\n    this.limit = limit;',
  ).replace(
    '    this.items.set(key, value);',
    `    this.items.set(key, value);\n    if (this.items.size > this.limit) ${evict};`,
  );
const RECENT = limited('this.items.delete(this.items.keys().next().value)').replace(
  '    return this.items.get(key);',
  '    const value = this.items.get(key);\n    if (this.items.delete(key)) this.items.set(key, value);\n    return value;',
);
const limitTest = (more: Record<string, string>) =>
  tests('./cache.js', 'Cache', {
    limit:
      "{ const c = new Cache(1); c.set('a', 1); c.set('b', 2); assert.equal(c.items.size, 1); }",
    ...more,
  });
const USED_STAYS =
  "{ const c = new Cache(2); c.set('a', 1); c.set('b', 2); c.get('a'); c.set('c', 3); assert.equal(c.get('a'), 1); }";
const UNUSED_GOES =
  "{ const c = new Cache(2); c.set('a', 1); c.set('b', 2); c.get('a'); c.set('c', 3); assert.equal(c.get('b'), undefined); }";

/** Three make the same mistake; the tests of the two others, written apart, both fail on it. */
const popularMistake: RankedProject = {
  name: 'a popular mistake against what the matrix proves',
  base: {
    ...MANIFEST,
    'cache.js': CACHE,
    'cache.test.js': tests('./cache.js', 'Cache', {
      get: "{ const c = new Cache(); c.set('a', 1); assert.equal(c.get('a'), 1); }",
    }),
  },
  models: {
    a: {
      'cache.js': limited('this.items.delete(this.items.keys().next().value)'),
      'limit.test.js': limitTest({}),
    },
    b: {
      'cache.js': limited('this.items.delete([...this.items.keys()][0])'),
      'size.test.js': limitTest({}),
    },
    c: {
      'cache.js': limited('this.items.delete(this.items.keys().next().value)').replace(
        'Infinity',
        '1000',
      ),
    },
    d: { 'cache.js': RECENT, 'recent.test.js': limitTest({ 'what was used stays': USED_STAYS }) },
    e: {
      'cache.js': RECENT.replace(
        'if (this.items.delete(key)) this.items.set(key, value);',
        'if (this.items.has(key)) this.touch(key, value);',
      ).replace(
        '  set(key, value) {',
        '  touch(key, value) {\n    this.items.delete(key);\n    this.items.set(key, value);\n  }\n\n  set(key, value) {',
      ),
      'least.test.js': limitTest({ 'what was not used goes': UNUSED_GOES }),
    },
  },
  hidden: `import assert from 'node:assert/strict';
import { Cache } from './cache.js';
const cache = new Cache(2);
cache.set('a', 1);
cache.set('b', 2);
cache.get('a');
cache.set('c', 3);
assert.equal([cache.get('a'), cache.get('b'), cache.get('c')].join(), '1,,3');
`,
  right: ['d', 'e'],
};

const GREET = `export function greet(name) {
  return \`Hello \${name}\`;
}
`;

/** The task: say Welcome. Whoever does it breaks the test that pins Hello. */
const pinned: RankedProject = {
  name: 'the task changes what a test of base pins',
  base: {
    ...MANIFEST,
    'greet.js': GREET,
    'greet.test.js': tests('./greet.js', 'greet', {
      greets: "assert.equal(greet('Ann'), 'Hello Ann')",
    }),
  },
  models: {
    gpt: { 'greet.js': GREET.replace('Hello', 'Welcome,') },
    gemini: { 'README.md': '# Greetings\n\nIt says Welcome.\n' },
    claude: { 'greet.js': GREET.replace(/return .*;/, "return ['Welcome,', name].join(' ');") },
  },
  hidden: `import assert from 'node:assert/strict';
import { greet } from './greet.js';
assert.equal(greet('Ann'), 'Welcome, Ann');
`,
  right: ['gpt', 'claude'],
};

const MAIN = `import { parse } from './parse.js';

export function main(argv) {
  const options = parse(argv);
  return options.name;
}
`;
const PARSE = `export function parse(argv) {
  return { name: argv[0] };
}
`;
const README = '# Tool\n\nRun it with a name.\n';

/** By a flag, or by the environment: documents of one with code of the other would be a lie. */
const twoDesigns: RankedProject = {
  name: 'two designs in several files, with documents and tests',
  base: {
    ...MANIFEST,
    'main.js': MAIN,
    'parse.js': PARSE,
    'README.md': README,
    'main.test.js': tests('./main.js', 'main', { name: "assert.equal(main(['a']), 'a')" }),
  },
  models: {
    claude: {
      'main.js': MAIN.replace(
        'options.name;',
        'options.upper ? options.name.toUpperCase() : options.name;',
      ),
      'parse.js': PARSE.replace(
        '{ name: argv[0] }',
        "{ name: argv.find((it) => it !== '--upper'), upper: argv.includes('--upper') }",
      ),
      'README.md': `${README}\n\`--upper\` prints it in capitals.\n`,
    },
    gemini: {
      'main.js': MAIN.replace(
        'options.name;',
        'process.env.UPPER ? shout(options.name) : options.name;',
      ).concat('\nfunction shout(text) {\n  return text.toUpperCase();\n}\n'),
      'ENVIRONMENT.md': '# Environment\n\nUPPER=1 prints it in capitals.\n',
    },
    gpt: {
      'main.js': MAIN.replace(
        '  return options.name;',
        '  const { name, upper } = options;\n  return upper ? name.toUpperCase() : name;',
      ),
      'parse.js': PARSE.replace(
        '{ name: argv[0] }',
        "{ name: argv.filter((it) => it !== '--upper')[0], upper: argv.includes('--upper') }",
      ),
      'docs/flags.md': '# Flags\n\n`--upper`: in capitals.\n',
    },
  },
  hidden: `import assert from 'node:assert/strict';
import { main } from './main.js';
assert.equal(main(['--upper', 'ann']), 'ANN');
`,
  right: ['claude', 'gpt'],
  never: ['ENVIRONMENT.md'],
};

const RETRY = `export async function fetchAll(urls, get) {
  const results = [];
  for (const url of urls) results.push(await get(url));
  return results;
}
`;

/** A parallel version that keeps the order, one that does not, and one that swallows errors. */
const order: RankedProject = {
  name: 'wrong where no test of base looks, caught by the test of another',
  base: {
    ...MANIFEST,
    'all.js': RETRY,
    'all.test.js': tests('./all.js', 'fetchAll', {
      all: "fetchAll(['a'], async (it) => it).then((it) => assert.deepEqual(it, ['a']))",
    }),
  },
  models: {
    gpt: {
      'all.js': RETRY.replace(
        '  for (const url of urls) results.push(await get(url));\n',
        '  await Promise.all(urls.map(async (url) => results.push(await get(url))));\n',
      ),
      'parallel.test.js': tests('./all.js', 'fetchAll', {
        'all at once':
          "{ let running = 0, most = 0; const get = async (it) => { most = Math.max(most, ++running); await null; running--; return it; }; return fetchAll(['a', 'b'], get).then(() => assert.equal(most, 2)); }",
      }),
    },
    gemini: {
      'all.js': RETRY.replace(
        '  for (const url of urls) results.push(await get(url));\n  return results;\n',
        '  await Promise.all(urls.map(async (url) => results.push(await get(url))));\n  return results.sort();\n',
      ),
      'sorted.test.js': tests('./all.js', 'fetchAll', {
        'each of them':
          "fetchAll(['a', 'b'], async (it) => it).then((it) => assert.deepEqual(it, ['a', 'b']))",
      }),
    },
    claude: {
      'all.js': RETRY.replace(
        / {2}const results[\s\S]*results;\n/.exec(RETRY)?.[0] ?? '',
        '  return Promise.all(urls.map((url) => get(url)));\n',
      ),
      'order.test.js': tests('./all.js', 'fetchAll', {
        'the order stays, whoever is first':
          '{ const get = (it) => new Promise((done) => setTimeout(done, it, it)); return fetchAll([20, 1], get).then((it) => assert.deepEqual(it, [20, 1])); }',
      }),
    },
    qwen: {
      'all.js': RETRY.replace(
        / {2}const results[\s\S]*results;\n/.exec(RETRY)?.[0] ?? '',
        '  const running = urls.map((url) => get(url));\n  return Promise.all(running);\n',
      ),
      'late.test.js': tests('./all.js', 'fetchAll', {
        'a late one keeps its place':
          "{ const get = (it) => new Promise((done) => setTimeout(done, it === 'z' ? 20 : 1, it)); return fetchAll(['z', 'a'], get).then((it) => assert.deepEqual(it, ['z', 'a'])); }",
      }),
    },
  },
  hidden: `import assert from 'node:assert/strict';
import { fetchAll } from './all.js';
let running = 0;
let most = 0;
const late = async (it) => {
  most = Math.max(most, ++running);
  await new Promise((done) => setTimeout(done, it));
  running--;
  return it;
};
assert.deepEqual(await fetchAll([30, 5, 10], late), [30, 5, 10]);
assert.equal(most, 3);
`,
  right: ['claude', 'qwen'],
};

/** An empty result of a failed model has the green gates of base. */
const nothing: RankedProject = {
  name: 'who changed nothing does not compete',
  base: twoPlaces.base,
  models: {
    a: {},
    b: { 'slug.js': RIGHT_SLUG, 'pages.js': RIGHT_PAGES },
    c: {},
  },
  hidden: twoPlaces.hidden,
  right: ['b'],
};

export const projects: readonly RankedProject[] = [
  twoPlaces,
  popularMistake,
  pinned,
  twoDesigns,
  order,
  nothing,
];
