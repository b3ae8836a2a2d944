import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Repository } from '../../scripts/lib/git/repository.ts';
import { checkClosure } from '../../scripts/lib/procedure/closure.ts';
import { type ComparedFile, compareCandidates } from '../../scripts/lib/synthesis/compare.ts';
import type { Pick } from '../../scripts/lib/synthesis/picks.ts';
import { resolvePicks } from '../../scripts/lib/synthesis/resolve-picks.ts';
import { synthesize } from '../../scripts/lib/synthesis/synthesize.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Files, link, makeRepository } from '../synthesis/repository.ts';

type Choose = Record<string, string> | ((files: ComparedFile[]) => Pick[]);

/** Path, need and name of what is missing, one a line; the messages as well. */
async function check(baseFiles: Files, models: Record<string, Files>, choose: Choose) {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const base = await tree(baseFiles);
  const candidates: { model: string; tree: string }[] = [];
  for (const [model, files] of Object.entries(models))
    candidates.push({ model, tree: await tree(files, base) });
  const files = await compareCandidates(directory, base, candidates);
  const picks =
    typeof choose === 'function'
      ? choose(files)
      : Object.entries(choose).map(([path, from]) => ({ path, from }));
  const resolved = resolvePicks({ picks }, { files, models: Object.keys(models) });
  const made = await synthesize(directory, base, resolved);
  if (made.tree === null) throw new Error(JSON.stringify(made.conflicts));
  const repository = { topLevel: directory } as Repository;
  const found = await checkClosure(repository, { base, candidates, files }, made);
  return {
    found,
    brief: found.map(({ path, needs, name, severity }) => `${path} ${needs} ${name} ${severity}`),
    messages: found.map(({ message }) => message),
  };
}

const TS_BASE: Files = {
  'package.json': JSON.stringify({
    scripts: { test: 'node --test', build: 'tsc' },
    dependencies: { zod: '4' },
  }),
  'package-lock.json': '{"lockfileVersion": 3}\n',
  'src/index.ts': "export * from './text/index.ts';\nexport { main } from './main.ts';\n",
  'src/text/index.ts': "export * from './trim.ts';\n",
  'src/text/trim.ts': 'export const trim = (text: string) => text.trim();\n',
  'src/main.ts':
    "import { readFile } from 'node:fs/promises';\nimport { z } from 'zod';\nimport { trim } from './text/trim.ts';\nexport const main = async () => z.string().parse(trim(await readFile('x', 'utf8')));\n",
  'src/untouched.ts':
    "import { trim } from './text/index.ts';\nexport const twice = (t: string) => trim(trim(t));\n",
  'test/main.test.ts': "import { main } from '../src/main.ts';\nawait main();\n",
};

const GPT_TS: Files = {
  'package.json': JSON.stringify({
    scripts: { test: 'node --test', build: 'tsc', words: 'node scripts/words.mjs' },
    dependencies: { zod: '4', slugger: '^1' },
  }),
  'package-lock.json': '{"lockfileVersion": 3, "packages": {"slugger": {}}}\n',
  'scripts/words.mjs': 'console.log(1);\n',
  '.github/workflows/ci.yml': 'jobs:\n  x:\n    steps:\n      - run: npm run words\n',
  'src/text/slug.ts':
    "import slugger from 'slugger';\nexport const slugify = (text: string) => slugger(text);\nexport interface Options { long: boolean }\n",
  'src/text/trim.ts':
    'export const trim = (text: string) => text.trim();\nexport const squeeze = (text: string) => trim(text).replace(/ +/g, " ");\n',
  'src/title.ts':
    "import { squeeze } from './index.ts';\nimport { type Options, slugify } from './text/slug.ts';\nexport const title = (t: string, _options?: Options) => slugify(squeeze(t));\n",
  'test/title.test.ts': "import { title } from '../src/title.ts';\ntitle('x');\n",
};

test('TypeScript: files, names behind files that pass them on, packages', async () => {
  const { brief, messages } = await check(
    TS_BASE,
    { gpt: GPT_TS },
    { 'src/title.ts': 'gpt', 'test/title.test.ts': 'gpt' },
  );
  assert.equal(brief, [
    'src/title.ts file src/text/slug.ts breaks',
    'src/title.ts name squeeze breaks',
  ]);
  assert.equal(messages, [
    'src/title.ts (from gpt) imports "./text/slug.ts", which only gpt has: --pick src/text/slug.ts=gpt',
    'src/title.ts (from gpt) imports "squeeze" from "src/index.ts", which only gpt\'s src/text/trim.ts exports: --pick src/text/trim.ts=gpt',
  ]);
});

test('TypeScript: what was told, picked; then the package is missing, and then the lockfile', async () => {
  const picks = {
    'src/title.ts': 'gpt',
    'test/title.test.ts': 'gpt',
    'src/text/slug.ts': 'gpt',
    'src/text/trim.ts': 'gpt',
  };
  const first = await check(TS_BASE, { gpt: GPT_TS }, picks);
  assert.equal(first.brief, ['src/text/slug.ts dependency slugger breaks']);
  const second = await check(TS_BASE, { gpt: GPT_TS }, { ...picks, 'package.json': 'gpt' });
  assert.equal(second.brief, [
    'package.json file scripts/words.mjs likely',
    'package.json lockfile package-lock.json likely',
  ]);
  const third = await check(
    TS_BASE,
    { gpt: GPT_TS },
    { ...picks, 'package.json': 'gpt', 'package-lock.json': 'gpt', 'scripts/words.mjs': 'gpt' },
  );
  assert.equal(third.brief, []);
});

test('TypeScript: a workflow without its script', async () => {
  const { brief } = await check(TS_BASE, { gpt: GPT_TS }, { '.github/workflows/ci.yml': 'gpt' });
  assert.equal(brief, ['.github/workflows/ci.yml script words breaks']);
});

test('TypeScript: everything of one model is complete, and so is nothing', async () => {
  const all = Object.fromEntries(Object.keys(GPT_TS).map((path) => [path, 'gpt']));
  assert.equal((await check(TS_BASE, { gpt: GPT_TS }, all)).brief, []);
  assert.equal((await check(TS_BASE, { gpt: GPT_TS }, { 'src/title.ts': 'base' })).brief, []);
});

test('TypeScript: two models of one task, mixed; each lacks what the other renamed', async () => {
  const claude: Files = {
    'src/text/trim.ts': null,
    'src/text/strip.ts': 'export const strip = (text: string) => text.trim();\n',
    'src/text/index.ts': "export * from './strip.ts';\n",
    'src/main.ts':
      "import { strip } from './text/strip.ts';\nexport const main = async () => strip('x');\n",
  };
  const gpt: Files = {
    'src/new.ts': "import { trim } from './text/index.ts';\nexport const x = trim('x');\n",
  };
  const mixed = await check(
    TS_BASE,
    { claude, gpt },
    {
      'src/text/trim.ts': 'claude',
      'src/text/strip.ts': 'claude',
      'src/text/index.ts': 'claude',
      'src/new.ts': 'gpt',
    },
  );
  assert.equal(mixed.brief, [
    'src/main.ts file src/text/trim.ts breaks',
    'src/new.ts name trim breaks',
  ]);
  assert.equal(mixed.messages, [
    'src/main.ts (as in base) imports "./text/trim.ts", which only base has; claude, whose pick takes it away, has a src/main.ts that does without: --pick src/main.ts=claude',
    'src/new.ts (from gpt) imports "trim" from "src/text/index.ts", which base\'s src/text/trim.ts and base\'s src/text/index.ts export (the pick of src/text/trim.ts from claude takes it away): --pick src/text/trim.ts=base --pick src/text/index.ts=base',
  ]);
});

test('TypeScript: hunks of two models, of which one calls what the other hunk defines', async () => {
  const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('');
  const base: Files = {
    'src/a.ts': lines(
      "import { b } from './b.ts';",
      '',
      'export const one = 1;',
      '',
      '',
      '',
      'export const end = b;',
    ),
    'src/b.ts': lines('export const b = 1;', '', '', '', '', 'export const last = 2;'),
  };
  const gpt: Files = {
    'src/a.ts': lines(
      "import { b, c } from './b.ts';",
      '',
      'export const one = 1;',
      '',
      '',
      '',
      'export const end = b + c;',
    ),
    'src/b.ts': lines(
      'export const b = 1;',
      'export const c = 1;',
      '',
      '',
      '',
      '',
      'export const last = 3;',
    ),
  };
  const withHunksOfB = (index: number) => (files: ComparedFile[]) => {
    const hunks = files.find(({ path }) => path === 'src/b.ts')?.hunks ?? [];
    return [
      { path: 'src/a.ts', from: 'gpt' },
      { path: 'src/b.ts', hunks: [{ from: 'gpt', ids: [hunks[index]?.id ?? ''] }] },
    ];
  };
  assert.equal((await check(base, { gpt }, withHunksOfB(0))).brief, []);
  const { brief } = await check(base, { gpt }, withHunksOfB(1));
  assert.equal(brief, ['src/a.ts name c breaks']);
});

test('TypeScript: names that the settings give to folders', async () => {
  const { brief } = await check(
    {
      'tsconfig.json': '{ "compilerOptions": { /* ours */ "paths": { "@/*": ["./src/*"] } } }',
      'src/lib/util.ts': 'export const old = 1;\n',
    },
    {
      gpt: {
        'src/lib/util.ts': 'export const old = 1;\nexport const fresh = 2;\n',
        'src/lib/slug.ts': 'export const slug = 1;\n',
        'src/pages/a.tsx':
          "import { fresh, old } from '@/lib/util';\nimport { slug } from '@/lib/slug';\nimport * as all from '@/lib/util';\nexport const A = () => <p>{fresh + old + slug + all.fresh}</p>;\n",
      },
    },
    { 'src/pages/a.tsx': 'gpt' },
  );
  assert.equal(brief, [
    'src/pages/a.tsx file src/lib/slug.ts breaks',
    'src/pages/a.tsx name fresh breaks',
  ]);
});

test('JavaScript: require, literals that name files, files that cannot be read', async () => {
  const gpt: Files = {
    'lib/a.js':
      "const { slug } = require('./slug');\nconst words = new URL('./words.txt', import.meta.url);\nconst other = require('./generated');\nmodule.exports = { slug, words, other };\n",
    'lib/slug.js': 'exports.slug = 1;\n',
    'lib/words.txt': 'a\n',
    'lib/binary.js': "\0require('./slug')",
    'lib/large.js': `require('./slug');\n${'// x\n'.repeat(250_000)}`,
    'lib/link.js': link('slug.js'),
  };
  const { brief } = await check(
    { 'package.json': '{}' },
    { gpt },
    { 'lib/a.js': 'gpt', 'lib/binary.js': 'gpt', 'lib/large.js': 'gpt', 'lib/link.js': 'gpt' },
  );
  assert.equal(brief, ['lib/a.js file lib/slug.js breaks', 'lib/a.js file lib/words.txt likely']);
});

const PY_BASE: Files = {
  'pyproject.toml': '[project]\nname = "shop"\ndependencies = ["requests"]\n',
  'uv.lock': 'version = 1\n',
  'shop/__init__.py': 'from .cart import Cart\n',
  'shop/cart.py': 'class Cart:\n    pass\n\n\ndef _total(items):\n    return sum(items)\n',
  'tests/test_cart.py': 'from shop.cart import Cart\n\n\ndef test_cart():\n    assert Cart()\n',
};

const GPT_PY: Files = {
  'pyproject.toml': '[project]\nname = "shop"\ndependencies = ["requests", "PyYAML>=6"]\n',
  'uv.lock': 'version = 1\n# yaml\n',
  'shop/__init__.py': 'from .cart import Cart, Discount\n',
  'shop/cart.py':
    'class Cart:\n    pass\n\n\nclass Discount:\n    pass\n\n\ndef _total(items):\n    return sum(items)\n',
  'shop/prices.py':
    'import yaml\nfrom . import rates\nfrom .cart import Discount, _total\n\nprices = (yaml, rates, Discount, _total)\n',
  'shop/rates.py': 'import os\n\nrates = os.environ\n',
  'tests/test_prices.py':
    'from shop.prices import prices\nfrom shop import Discount\n\n\ndef test_prices():\n    assert prices and Discount\n',
};

test('Python: modules by name, names, distributions', async () => {
  const { brief } = await check(
    PY_BASE,
    { gpt: GPT_PY },
    { 'shop/prices.py': 'gpt', 'tests/test_prices.py': 'gpt' },
  );
  assert.equal(brief, [
    'shop/prices.py file shop/rates.py breaks',
    'shop/prices.py name Discount breaks',
    'shop/prices.py dependency yaml breaks',
    'tests/test_prices.py name Discount breaks',
  ]);
});

test('Python: complete', async () => {
  const all = Object.fromEntries(Object.keys(GPT_PY).map((path) => [path, 'gpt']));
  assert.equal((await check(PY_BASE, { gpt: GPT_PY }, all)).brief, []);
  const { brief } = await check(PY_BASE, { gpt: GPT_PY }, { 'shop/rates.py': 'gpt' });
  assert.equal(brief, []);
});

test('Python: a lockfile without its manifest, and a test without the code that it tests', async () => {
  const { brief } = await check(
    PY_BASE,
    {
      gpt: GPT_PY,
      claude: {
        'shop/cart.py': 'class Cart:\n    size = 0\n',
        'tests/test_cart.py':
          'from shop.cart import Cart\n\n\ndef test_size():\n    assert Cart.size == 0\n',
      },
    },
    { 'uv.lock': 'gpt', 'tests/test_cart.py': 'claude' },
  );
  assert.equal(brief, [
    'tests/test_cart.py tested-code shop/cart.py likely',
    'uv.lock manifest pyproject.toml likely',
  ]);
});

const GO_BASE: Files = {
  'go.mod': 'module example.com/shop\n\ngo 1.22\n',
  'main.go': 'package main\n\nimport "example.com/shop/cart"\n\nfunc main() { cart.New() }\n',
  'cart/cart.go':
    'package cart\n\ntype Cart struct{ items []int }\n\nfunc New() *Cart { return &Cart{} }\n',
  'cart/cart_test.go': 'package cart\n\nimport "testing"\n\nfunc TestNew(t *testing.T) { New() }\n',
};

const GPT_GO: Files = {
  'go.mod': 'module example.com/shop\n\ngo 1.22\n\nrequire github.com/some/yaml v1.0.0\n',
  'go.sum': 'github.com/some/yaml v1.0.0 h1:x=\n',
  'main.go':
    'package main\n\nimport (\n\t"fmt"\n\n\t"example.com/shop/cart"\n\t"example.com/shop/prices"\n)\n\nfunc main() { fmt.Println(cart.New().Total(), cart.Empty(), prices.Load()) }\n',
  'cart/cart.go':
    'package cart\n\ntype Cart struct{ items []int }\n\nfunc New() *Cart { return &Cart{} }\n\nfunc (c *Cart) Total() int { return sum(c.items) }\n',
  'cart/sum.go':
    'package cart\n\nfunc sum(items []int) int {\n\ttotal := 0\n\tfor _, item := range items {\n\t\ttotal += item\n\t}\n\treturn total\n}\n\nfunc Empty() *Cart { return New() }\n',
  'cart/sum_test.go':
    'package cart\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {\n\tif sum(nil) != 0 {\n\t\tt.Fatal("sum")\n\t}\n}\n',
  'prices/prices.go':
    'package prices\n\nimport "github.com/some/yaml"\n\nfunc Load() string { return yaml.Load() }\n',
};

test('Go: packages, their names, and what files of one package use of each other', async () => {
  const { brief } = await check(
    GO_BASE,
    { gpt: GPT_GO },
    { 'main.go': 'gpt', 'cart/cart.go': 'gpt' },
  );
  assert.equal(brief, [
    'cart/cart.go name sum breaks',
    'main.go file prices breaks',
    'main.go name Empty breaks',
  ]);
});

test('Go: a module that nobody asks for, and sums', async () => {
  const picks = {
    'main.go': 'gpt',
    'cart/cart.go': 'gpt',
    'cart/sum.go': 'gpt',
    'prices/prices.go': 'gpt',
  };
  const first = await check(GO_BASE, { gpt: GPT_GO }, picks);
  assert.equal(first.brief, [
    'cart/sum.go test cart/sum_test.go note',
    'prices/prices.go dependency github.com/some/yaml breaks',
  ]);
  const second = await check(
    GO_BASE,
    { gpt: GPT_GO },
    { ...picks, 'go.mod': 'gpt', 'cart/sum_test.go': 'gpt' },
  );
  assert.equal(second.brief, ['go.mod lockfile go.sum likely']);
});

test('Go: complete, and a test that needs the function of another file', async () => {
  const all = Object.fromEntries(Object.keys(GPT_GO).map((path) => [path, 'gpt']));
  assert.equal((await check(GO_BASE, { gpt: GPT_GO }, all)).brief, []);
  const { brief } = await check(GO_BASE, { gpt: GPT_GO }, { 'cart/sum_test.go': 'gpt' });
  assert.equal(brief, ['cart/sum_test.go name sum breaks']);
});

test('names of any bytes are no hindrance', async () => {
  const { brief } = await check(
    { 'a.ts': '' },
    {
      gpt: {
        '\xff.ts': "import './b.ts';",
        'b.ts': '',
        'a.ts': "import './b.ts';\nimport './\xc3\xa9.ts';\n",
        '\xc3\xa9.ts': '',
      },
    },
    (files) =>
      files
        .filter(({ path }) => path !== 'b.ts' && path !== '\xc3\xa9.ts')
        .map(({ path }) => ({
          path_base64: Buffer.from(path, 'latin1').toString('base64'),
          from: 'gpt',
        })),
  );
  assert.equal(brief, ['a.ts file b.ts breaks', 'a.ts file \u00e9.ts breaks']);
});

test.run();
