import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Repository } from '../../scripts/lib/git/repository.ts';
import { checkPicks } from '../../scripts/lib/procedure/missing-picks.ts';
import { type ComparedFile, compareCandidates } from '../../scripts/lib/synthesis/compare.ts';
import type { Pick } from '../../scripts/lib/synthesis/picks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Files, link, makeRepository } from '../synthesis/repository.ts';

type Choose = Record<string, string> | ((files: ComparedFile[]) => Pick[]);

/** Who needs what, and the pick that is missing, one a line; the messages as well. */
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
  const repository = { topLevel: directory } as Repository;
  const { missing, warnings } = await checkPicks(
    repository,
    { base, candidates, files, questions: [] },
    { picks },
  );
  return {
    brief: missing.map(
      ({ pick, brings, needed_by }) =>
        `${needed_by.join(' ')} <- ${brings.join(' ')}: ${pick.path}=${pick.from ?? JSON.stringify(pick.hunks)}`,
    ),
    picks: missing.map(({ pick }) => pick),
    messages: missing.map(({ message }) => message),
    warnings,
  };
}

const manifest = (content: object) => `${JSON.stringify(content, null, 2)}\n`;

const TS_BASE: Files = {
  'package.json': manifest({
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
  'package.json': manifest({
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
    'src/title.ts <- squeeze: src/text/trim.ts=gpt',
    'src/title.ts <- src/text/slug.ts Options slugify: src/text/slug.ts=gpt',
  ]);
  assert.equal(messages, [
    'src/title.ts needs squeeze, which the picks leave out: --pick src/text/trim.ts=gpt',
    'src/title.ts needs src/text/slug.ts, Options and slugify, which the picks leave out: --pick src/text/slug.ts=gpt',
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
  assert.equal(first.brief, ['src/text/slug.ts <- slugger: package.json=gpt']);
  const second = await check(TS_BASE, { gpt: GPT_TS }, { ...picks, 'package.json': 'gpt' });
  assert.equal(second.brief, [
    'package.json <- package-lock.json: package-lock.json=gpt',
    'package.json <- scripts/words.mjs: scripts/words.mjs=gpt',
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
  assert.equal(brief, ['.github/workflows/ci.yml <- words: package.json=gpt']);
});

test('TypeScript: everything of one model is complete, and so is nothing', async () => {
  const all = Object.fromEntries(Object.keys(GPT_TS).map((path) => [path, 'gpt']));
  assert.equal((await check(TS_BASE, { gpt: GPT_TS }, all)).brief, []);
  assert.equal((await check(TS_BASE, { gpt: GPT_TS }, { 'src/title.ts': 'base' })).brief, []);
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
      "import { b, extra } from './b.ts';",
      '',
      'export const one = 1;',
      '',
      '',
      '',
      'export const end = b + extra;',
    ),
    'src/b.ts': lines(
      'export const b = 1;',
      'export const extra = 1;',
      '',
      '',
      '',
      '',
      'export const last = 3;',
    ),
  };
  let hunksOfB: ComparedFile['hunks'] = [];
  const withHunksOfB = (index: number) => (files: ComparedFile[]) => {
    const hunks = files.find(({ path }) => path === 'src/b.ts')?.hunks ?? [];
    hunksOfB = hunks;
    return [
      { path: 'src/a.ts', from: 'gpt' },
      { path: 'src/b.ts', hunks: [{ from: 'gpt', ids: [hunks[index]?.id ?? ''] }] },
    ];
  };
  assert.equal((await check(base, { gpt }, withHunksOfB(0))).brief, []);
  const { brief, picks } = await check(base, { gpt }, withHunksOfB(1));
  // What was picked there stays.
  const ids = hunksOfB.map(({ id }) => id);
  assert.equal(picks, [{ path: 'src/b.ts', hunks: [{ from: 'gpt', ids }] }]);
  assert.match(brief.join(), /^src\/a\.ts <- extra:/);
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
    'src/pages/a.tsx <- fresh: src/lib/util.ts=gpt',
    'src/pages/a.tsx <- src/lib/slug.ts slug: src/lib/slug.ts=gpt',
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
  assert.equal(brief, [
    'lib/a.js lib/large.js <- lib/slug.js slug: lib/slug.js=gpt',
    'lib/a.js <- lib/words.txt: lib/words.txt=gpt',
  ]);
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

test('TypeScript: two models of one task, mixed; each lacks what the other renamed', async () => {
  const claude: Files = {
    'src/text/trim.ts': null,
    'src/text/strip.ts': 'export const strip = (text: string) => text.trim();\n',
    'src/text/index.ts': "export * from './strip.ts';\n",
    'src/main.ts':
      "import { strip } from './text/strip.ts';\nexport const main = async () => strip('x');\n",
  };
  const gpt: Files = {
    'src/new.ts': "import { trim } from './text/trim.ts';\nexport const x = trim('x');\n",
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
  assert.equal(mixed.messages, [
    'src/main.ts still uses src/text/trim.ts and trim, which the picks take away: --pick src/main.ts=claude',
    'src/new.ts still uses src/text/trim.ts and trim, which the picks take away: --pick src/text/trim.ts=base',
  ]);
});

test('names of any language that base knows are asked of git once', async () => {
  const total = 'class Order:\n    def total(self):\n        return 1\n';
  const models = {
    gpt: {
      'order.py': total,
      'app.py': 'print(cart.total(), cart.\xe9t\xe9_sum())\n',
      'b.py': 'def \xe9t\xe9_sum():\n    pass\n',
    },
  };
  const known = await check({ 'other.py': 'total = 1\n', 'app.py': '\n' }, models, {
    'app.py': 'gpt',
  });
  assert.equal(known.brief, ['app.py <- \ufffdt\ufffd_sum: b.py=gpt']);
  const unknown = await check({ 'other.py': 'totals = 1\n', 'app.py': '\n' }, models, {
    'app.py': 'gpt',
  });
  assert.equal(unknown.brief, [
    'app.py <- total: order.py=gpt',
    'app.py <- \ufffdt\ufffd_sum: b.py=gpt',
  ]);
});

test('Python: modules by name, names, distributions', async () => {
  const { brief } = await check(
    PY_BASE,
    { gpt: GPT_PY },
    { 'shop/prices.py': 'gpt', 'tests/test_prices.py': 'gpt' },
  );
  assert.equal(brief, [
    'shop/prices.py tests/test_prices.py <- Discount: shop/cart.py=gpt',
    'shop/prices.py <- PyYAML: pyproject.toml=gpt',
    'shop/prices.py <- shop/rates.py: shop/rates.py=gpt',
    'tests/test_prices.py <- shop/__init__.py: shop/__init__.py=gpt',
  ]);
});

test('Python: complete', async () => {
  const all = Object.fromEntries(Object.keys(GPT_PY).map((path) => [path, 'gpt']));
  assert.equal((await check(PY_BASE, { gpt: GPT_PY }, all)).brief, []);
  const { brief } = await check(PY_BASE, { gpt: GPT_PY }, { 'shop/rates.py': 'gpt' });
  assert.equal(brief, []);
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
    'cart/cart.go main.go <- sum Empty: cart/sum.go=gpt',
    'main.go <- Load: prices/prices.go=gpt',
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
  assert.equal(first.brief, ['prices/prices.go <- github.com/some/yaml: go.mod=gpt']);
  const second = await check(
    GO_BASE,
    { gpt: GPT_GO },
    { ...picks, 'go.mod': 'gpt', 'cart/sum_test.go': 'gpt' },
  );
  assert.equal(second.brief, ['go.mod <- go.sum: go.sum=gpt']);
});

test('Go: complete, and a test that needs the function of another file', async () => {
  const all = Object.fromEntries(Object.keys(GPT_GO).map((path) => [path, 'gpt']));
  assert.equal((await check(GO_BASE, { gpt: GPT_GO }, all)).brief, []);
  const { brief } = await check(GO_BASE, { gpt: GPT_GO }, { 'cart/sum_test.go': 'gpt' });
  assert.equal(brief, ['cart/sum_test.go <- sum: cart/sum.go=gpt']);
});

test('names of any bytes are no hindrance', async () => {
  const { brief } = await check(
    { 'a.ts': '' },
    {
      gpt: {
        '\xff.ts': "import './other.ts';",
        'other.ts': '',
        'a.ts': "import './other.ts';\nimport './\xc3\xa9l\xc3\xa8ve.ts';\n",
        '\xc3\xa9l\xc3\xa8ve.ts': '',
      },
    },
    (files) =>
      files
        .filter(({ path }) => path === 'a.ts' || path === '\xff.ts')
        .map(({ path }) => ({
          path_base64: Buffer.from(path, 'latin1').toString('base64'),
          from: 'gpt',
        })),
  );
  assert.equal(brief, [
    'a.ts \ufffd.ts <- other.ts: other.ts=gpt',
    'a.ts <- \u00e9l\u00e8ve.ts: \u00e9l\u00e8ve.ts=gpt',
  ]);
});

test('Java, Rust, Ruby: words know no language', async () => {
  const models = {
    gpt: {
      'src/Shop.java': 'class Shop {\n  int total() {\n    return Prices.sumOf(items);\n  }\n}\n',
      'src/Prices.java':
        'class Prices {\n  static int sumOf(List<Item> items) {\n    return 0;\n  }\n}\n',
      'src/lib.rs': 'mod prices;\n\npub fn total() -> u32 {\n    prices::sum_of()\n}\n',
      'src/prices.rs': 'pub fn sum_of() -> u32 {\n    0\n}\n',
      'app/shop.rb': "require_relative 'rates'\n\nputs Rates.today\n",
      'app/rates.rb': 'module Rates\n  def self.today\n    1\n  end\nend\n',
    },
  };
  const { brief } = await check(
    { 'src/Shop.java': 'class Shop {\n}\n', 'src/lib.rs': '\n', 'app/shop.rb': '\n' },
    models,
    { 'src/Shop.java': 'gpt', 'src/lib.rs': 'gpt', 'app/shop.rb': 'gpt' },
  );
  assert.equal(brief, [
    'app/shop.rb <- app/rates.rb Rates today: app/rates.rb=gpt',
    'src/Shop.java <- Prices sumOf: src/Prices.java=gpt',
    'src/lib.rs <- src/prices.rs sum_of: src/prices.rs=gpt',
  ]);
});

test('a name that two models add at the same level of a file is told; at another level it is not', async () => {
  const base = Array.from({ length: 9 }, (_, at) => `line ${at}\n`);
  const withLine = (at: number, line: string) => base.toSpliced(at, 0, line).join('');
  const pick = (files: ComparedFile[]) => [
    {
      path: 'a.py',
      hunks: (files[0]?.hunks ?? []).map(({ id, models: [from = ''] }) => ({ from, ids: [id] })),
    },
  ];
  const both = await check(
    { 'a.py': base.join('') },
    {
      a: { 'a.py': withLine(1, 'def total(x):\n') },
      b: { 'a.py': withLine(7, 'def total(y):\n') },
    },
    pick,
  );
  assert.equal(both.warnings, ['Both total of a and of b are in a.py.']);
  const apart = await check(
    { 'a.py': base.join('') },
    {
      a: { 'a.py': withLine(1, 'def total(x):\n') },
      b: { 'a.py': withLine(7, '  def total(y):\n') },
    },
    pick,
  );
  assert.equal(apart.warnings, []);
});

test.run();
