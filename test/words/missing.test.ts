import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findNeeds, withoutKnown, wordsInDoubt } from '../../scripts/lib/words/missing.ts';
import { wordsIn } from '../../scripts/lib/words/names.ts';
import type { Part } from '../../scripts/lib/words/terms.ts';

/** `gpt src/a.ts`, with `(new)` or `(gone)` behind it -> lines, with + or - in front. */
type Changes = Record<string, string>;

interface Case {
  about: string;
  picked: Changes;
  left: Changes;
  /** What base has, where a word may be known. */
  base?: Record<string, string>;
  /** Who needs what, and the pick that is missing. */
  missing: string[];
}

function partsOf({ picked, left }: Pick<Case, 'picked' | 'left'>): Part[] {
  const paths = new Set(Object.keys(picked).map((key) => key.split(' ')[1]));
  const parts = (changes: Changes, isPicked: boolean): Part[] =>
    Object.entries(changes).map(([key, text]) => {
      const [models = '', path = '', change] = key.split(' ');
      const side = (sign: string) =>
        text.split('\n').flatMap((line) => (line.startsWith(sign) ? `${line.slice(1)}\n` : []));
      return {
        ...{ path, models: models.split('+'), hunk: 'h1', isPicked },
        ...{ lines: side('+'), removed: side('-') },
        change: change === '(new)' ? 'makes' : change === '(gone)' ? 'deletes' : null,
        becomes: paths.has(path) ? 'hunks' : 'base',
      };
    });
  return [...parts(picked, true), ...parts(left, false)];
}

function missingIn({ base = {}, ...changes }: Omit<Case, 'about' | 'missing'>): string[] {
  const needs = findNeeds(partsOf(changes));
  const places = (word: string) =>
    Object.keys(base).filter((path) => wordsIn(base[path] ?? '').includes(word));
  const known = new Map(wordsInDoubt(needs).map((word) => [word, new Set(places(word))]));
  return withoutKnown(needs, known).map(
    ({ name, path, pick }) => `${path} <- ${name}: ${pick.path}=${pick.model ?? 'base'}`,
  );
}

const NAMES: Case[] = [
  {
    about: 'TypeScript: a name of a changed file, by an import',
    picked: { 'gpt src/a.ts': "+import { squeeze } from './text.ts';" },
    left: { 'gpt src/text.ts': '+export const squeeze = (text: string) => text;' },
    missing: ['src/a.ts <- squeeze: src/text.ts=gpt'],
  },
  {
    about: 'it is there from another model',
    picked: {
      'gpt src/a.ts': "+import { squeeze } from './text.ts';",
      'claude src/text.ts': '+export function squeeze(text) {',
    },
    left: { 'gpt src/text.ts': '+export const squeeze = (text: string) => text;' },
    missing: [],
  },
  {
    about: 'what only another model defines may be another thing',
    picked: { 'gpt src/a.ts': '+squeeze(1);' },
    left: { 'claude src/text.ts': '+export const squeeze = 1;' },
    missing: [],
  },
  {
    about: 'base knows the word: a method of everything',
    picked: { 'gpt src/a.ts': '+cart.total();' },
    left: { 'gpt src/order.ts': '+  total() {' },
    base: { 'src/other.ts': 'total' },
    missing: [],
  },
  {
    about: 'base knows the word elsewhere, but a line names the file',
    picked: { 'gpt src/a.ts': "+import { total } from './order.ts';" },
    left: { 'gpt src/order.ts': '+export function total() {' },
    base: { 'src/other.ts': 'total' },
    missing: ['src/a.ts <- total: src/order.ts=gpt'],
  },
  {
    about: 'in one file: a local value in another hunk',
    picked: { 'gpt src/a.ts': '+  return limit * 2;' },
    left: { 'gpt src/a.ts': '+  const limit = 3;' },
    missing: ['src/a.ts <- limit: src/a.ts=gpt'],
  },
  {
    about: 'a local value of another file is none',
    picked: { 'gpt src/a.ts': '+  return limit * 2;' },
    left: { 'gpt src/b.ts': '+  const limit = 3;' },
    missing: [],
  },
  {
    about: 'a parameter has the meaning that its function gives it',
    picked: { 'gpt src/a.ts': '+function run(limit: number) {\n+  return limit * 2;' },
    left: { 'gpt src/b.ts': '+export const limit = 3;' },
    missing: [],
  },
  {
    about: 'comments, texts and data neither use nor define names',
    picked: { 'gpt src/a.ts': '+// the squeezed\n+ * the squeezed', 'gpt a.md': '+squeezed' },
    left: { 'gpt b.md': '+function squeezed (all)', 'gpt src/b.ts': '+const squeezed = 1;' },
    missing: [],
  },
  {
    about: 'what the hunk had before is not new',
    picked: { 'gpt src/a.ts': '+run(oldName);' },
    left: { 'gpt src/b.ts': '-export function oldName(a) {\n+export function oldName(a, b) {' },
    missing: [],
  },
  {
    about: 'what a test defines is for tests',
    picked: { 'gpt src/a.ts': '+shuffled();', 'gpt test/a.test.ts': '+shuffled();' },
    left: { 'gpt test/b.test.ts': '+const shuffled = () => 1;' },
    missing: ['test/a.test.ts <- shuffled: test/b.test.ts=gpt'],
  },
  {
    about: 'Python, Go, Java, Rust, C, Ruby, PHP, Kotlin, C#, shell',
    picked: {
      'py a.py': '+from shop import Discount',
      'go main.go': '+\tcart.Empty()',
      'java App.java': '+    return Prices.sumOf(items);',
      'rs src/lib.rs': '+    prices::sum_of()',
      'c main.c': '+  return slug_of(name);',
      'rb app.rb': '+  slug_in(name)',
      'php a.php': '+  return slugThat($name);',
      'kt A.kt': '+    slugFor(name)',
      'cs A.cs': '+        Slugs.Make(name);',
      'sh run.sh': '+check_all x',
    },
    left: {
      'py shop/cart.py': '+class Discount(Base):',
      'go cart/sum.go': '+func Empty() *Cart { return New() }',
      'java Prices.java': '+  static int sumOf(List<Item> items) {',
      'rs src/prices.rs': '+pub fn sum_of() -> u32 {',
      'c slug.c': '+static char *slug_of(const char *name)',
      'rb slug.rb': '+  def self.slug_in(name)',
      'php slug.php': '+    public static function slugThat(string $name): string',
      'kt Slug.kt': '+fun slugFor(name: String) = name',
      'cs Slugs.cs': '+    public static string Make(string name)',
      'sh lib.sh': '+check_all() {',
    },
    missing: [
      'a.py <- Discount: shop/cart.py=py',
      'main.go <- Empty: cart/sum.go=go',
      'App.java <- sumOf: Prices.java=java',
      'src/lib.rs <- sum_of: src/prices.rs=rs',
      'main.c <- slug_of: slug.c=c',
      'app.rb <- slug_in: slug.rb=rb',
      'a.php <- slugThat: slug.php=php',
      'A.kt <- slugFor: Slug.kt=kt',
      'A.cs <- Make: Slugs.cs=cs',
      'run.sh <- check_all: lib.sh=sh',
    ],
  },
];

const FILES: Case[] = [
  {
    about: 'imports, with and without endings, in many languages',
    picked: {
      'gpt src/a.ts': "+import './slug.js';",
      'gpt src/b.tsx': "+import x from '@/text';",
      'gpt pkg/a.py': '+from . import rates',
      'gpt pkg/b.py': '+from pkg.prices import load',
      'gpt src/lib.rs': '+mod parser;',
      'gpt main.c': '+#include "slug.h"',
      'gpt app/shop.rb': "+require_relative 'more/slug'",
      'gpt src/App.java': '+import com.example.Cart;',
    },
    left: {
      'gpt src/slug.ts (new)': '',
      'gpt src/text/index.ts (new)': '',
      'gpt pkg/rates.py (new)': '',
      'gpt pkg/prices.py (new)': '',
      'gpt src/parser.rs (new)': '',
      'gpt slug.h (new)': '',
      'gpt app/more/slug.rb (new)': '',
      'gpt src/main/java/com/example/Cart.java (new)': '',
    },
    missing: [
      'src/a.ts <- src/slug.ts: src/slug.ts=gpt',
      'src/b.tsx <- src/text/index.ts: src/text/index.ts=gpt',
      'pkg/a.py <- pkg/rates.py: pkg/rates.py=gpt',
      'pkg/b.py <- pkg/prices.py: pkg/prices.py=gpt',
      'src/lib.rs <- src/parser.rs: src/parser.rs=gpt',
      'main.c <- slug.h: slug.h=gpt',
      'app/shop.rb <- app/more/slug.rb: app/more/slug.rb=gpt',
      'src/App.java <- src/main/java/com/example/Cart.java: src/main/java/com/example/Cart.java=gpt',
    ],
  },
  {
    about:
      'paths with their endings, from the top or from the file; parts of other names are others',
    picked: {
      'gpt package.json': '+    "gen": "node scripts/gen.mjs && node other/scripts/run.mjs",',
      'gpt ci.yml': '+  - run: ./tools/check.sh',
      'gpt run.sh': '+exec "$ROOT/tools/gen.py" words.txt.old',
    },
    left: {
      'gpt scripts/gen.mjs (new)': '',
      'gpt scripts/run.mjs (new)': '',
      'gpt tools/check.sh (new)': '',
      'gpt tools/gen.py (new)': '',
      'gpt words.txt (new)': '',
    },
    missing: [
      'package.json <- scripts/gen.mjs: scripts/gen.mjs=gpt',
      'ci.yml <- tools/check.sh: tools/check.sh=gpt',
      'run.sh <- tools/gen.py: tools/gen.py=gpt',
    ],
  },
  {
    about: 'a test of code that its model changed; code that speaks of it is none',
    picked: {
      'gpt test/a.test.ts': "+import { a } from '../src/a.ts';",
      'gpt src/b.ts': "+import { a } from './a.ts';",
    },
    left: { 'gpt src/a.ts': '+  return 2;' },
    missing: ['test/a.test.ts <- src/a.ts: src/a.ts=gpt'],
  },
];

const TAKEN_AWAY: Case[] = [
  {
    about: 'a renamed name, and what still has the old one',
    picked: { 'gpt src/util.ts': '-export const before = 1;\n+export const after = 1;' },
    left: {
      'gpt src/main.ts':
        "-import { before } from './util.ts';\n+import { after } from './util.ts';",
    },
    missing: ['src/main.ts <- before: src/main.ts=gpt'],
  },
  {
    about: 'a deleted file, and who still speaks of it: the same model no longer, another one anew',
    picked: { 'gpt src/old.ts (gone)': '-', 'claude src/b.ts': "+import './old.ts';" },
    left: { 'gpt src/main.ts': "-import './old.ts';\n+import './new.ts';" },
    missing: [
      'src/main.ts <- src/old.ts: src/main.ts=gpt',
      'src/b.ts <- src/old.ts: src/old.ts=base',
    ],
  },
  {
    about: 'a name that another model still uses; one that came back',
    picked: {
      'gpt src/util.ts':
        '-export const before = 1;\n-export const same = 1;\n+export let same = 1;',
      'claude src/b.ts': "+import { before, same } from './util.ts';",
    },
    left: {},
    missing: ['src/b.ts <- before: src/util.ts=base'],
  },
];

const MANIFESTS: Case[] = [
  {
    about: 'packages of package.json, requirements, pyproject, Cargo, go.mod, Gemfile',
    picked: {
      'js src/a.ts': "+import slug from '@scope/slug/fast';",
      'py a.py': '+import yaml',
      'py b.py': '+from rich.table import Table',
      'rs src/a.rs': '+use rand::Rng;',
      'go a.go': '+import "github.com/some/yaml/v3"',
      'rb a.rb': "+require 'slugger'",
    },
    left: {
      'js package.json': '+    "@scope/slug": "^1.2.0"',
      'py requirements.txt': '+PyYAML>=6',
      'py pyproject.toml': '+dependencies = ["requests", "rich>=13"]',
      'rs Cargo.toml': '+rand = "0.8"',
      'go go.mod': '+require github.com/some/yaml v1.0.0',
      'rb Gemfile': "+gem 'slugger', '~> 1'",
    },
    missing: [
      'src/a.ts <- @scope/slug: package.json=js',
      'a.py <- PyYAML: requirements.txt=py',
      'b.py <- rich: pyproject.toml=py',
      'src/a.rs <- rand: Cargo.toml=rs',
      'a.go <- github.com/some/yaml: go.mod=go',
      'a.rb <- slugger: Gemfile=rb',
    ],
  },
  {
    about: 'another manifest of base asks for it',
    picked: { 'gpt packages/p/a.ts': "+import top from 'top';" },
    left: { 'gpt packages/p/package.json': '+    "top": "2"' },
    base: { 'package.json': '"top": "1"' },
    missing: [],
  },
  {
    about: 'scripts and targets; prose and comments are none',
    picked: { 'gpt ci.sh': '+npm run lint:all\n+make -C . bench\n+# we make sure\n+echo just so' },
    left: {
      'gpt package.json': '+    "lint:all": "eslint ."',
      'gpt Makefile': '+bench: all\n+sure:\n+so:',
    },
    missing: ['ci.sh <- lint:all: package.json=gpt', 'ci.sh <- bench: Makefile=gpt'],
  },
  {
    about: 'a lockfile goes with the manifest whose packages it has, and the other way round',
    picked: { 'gpt package.json': '-    "a": "1"\n+    "a": "2"', 'claude yarn.lock': '+beta@^1:' },
    left: {
      'gpt package-lock.json': '+    "node_modules/a": {',
      'claude sub/package.json': '+    "beta": "^1"',
    },
    missing: [
      'yarn.lock <- beta: sub/package.json=claude',
      'package.json <- package-lock.json: package-lock.json=gpt',
    ],
  },
  {
    about: 'scripts need no lockfile, and another lockfile has the package as well',
    picked: {
      'gpt package.json': '+    "check": "tsc"\n+    "a": "2"',
      'claude package-lock.json': '+    "node_modules/a": {',
    },
    left: { 'gpt package-lock.json': '+    "node_modules/a": {\n+ "check"' },
    missing: [],
  },
];

for (const [name, cases] of Object.entries({ NAMES, FILES, TAKEN_AWAY, MANIFESTS })) {
  for (const { about, missing, ...changes } of cases)
    test(`${name}: ${about}`, () => assert.equal(missingIn(changes).sort(), missing.sort()));
}

test('nothing of it takes more than a look at each line, whatever is in it', () => {
  const hostile = [
    ...['a '.repeat(1e6), 'x'.repeat(2e6), 'a.'.repeat(2000), '('.repeat(4000), '(a,'.repeat(1000)],
    ...['npm run '.repeat(500), "'a' ".repeat(1000), '"a": "1", '.repeat(400), '../'.repeat(1000)],
  ].join('\n+');
  const files = ['ts', 'json', 'lock', 'toml'].map((ending) => [`gpt a.${ending}`, `+${hostile}`]);
  const many = Array.from({ length: 10_000 }, (_, at) => [
    `gpt src/${at}.ts (new)`,
    `+import { name } from './${at + 1}.ts';\n+export const name = ${at};`,
  ]);
  const half = (rest: number) => many.filter((_, at) => at % 2 === rest);
  const picked = Object.fromEntries([...half(0), ...files]);
  const found = missingIn({ picked, left: Object.fromEntries(half(1)) });
  assert.is(found.length, 5000);
});

test.run();
