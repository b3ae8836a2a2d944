import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { briefly, type Files, type HandMade, messages, missingIn } from './closure-trees.ts';

const uses = (specifier: string, ...names: string[]) => ({ imports: { [specifier]: names } });
const exporting = (...names: string[]) => ({ exports: names });

interface Case {
  about: string;
  base?: Files;
  models: Record<string, Files>;
  picks: Record<string, string | { from: string[]; makes: HandMade }>;
  /** Path, need, name, severity. */
  missing: string[];
  says?: string[];
}

const FILES_AND_NAMES: Case[] = [
  {
    about: 'an imported file that was not picked',
    models: {
      gpt: { 'src/a.ts': uses('./slug.ts', 'slugify'), 'src/slug.ts': exporting('slugify') },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: ['src/a.ts file src/slug.ts breaks'],
    says: ['src/a.ts (from gpt) imports "./slug.ts", which only gpt has: --pick src/slug.ts=gpt'],
  },
  {
    about: 'it is there from another model',
    models: {
      gpt: { 'src/a.ts': uses('./slug.ts', 'slugify'), 'src/slug.ts': exporting('slugify') },
      gemini: { 'src/slug.ts': exporting('slugify', 'more') },
    },
    picks: { 'src/a.ts': 'gpt', 'src/slug.ts': 'gemini' },
    missing: [],
  },
  {
    about: 'nobody has it: it may be generated',
    models: { gpt: { 'src/a.ts': uses('./generated.ts', 'x') } },
    picks: { 'src/a.ts': 'gpt' },
    missing: [],
  },
  {
    about: 'base lacked it as well, and another model happens to have one',
    base: { 'src/a.ts': uses('./generated.ts', 'x') },
    models: {
      gpt: { 'src/a.ts': { ...uses('./generated.ts', 'x'), exports: ['b'] } },
      gemini: { 'src/generated.ts': exporting('x') },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: [],
  },
  {
    about: 'a name that another version exports',
    base: { 'src/slug.ts': exporting('old') },
    models: {
      gpt: { 'src/a.ts': uses('./slug.ts', 'slugify') },
      gemini: { 'src/slug.ts': exporting('old', 'slugify') },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: ['src/a.ts name slugify breaks'],
    says: [
      'src/a.ts (from gpt) imports "slugify" from "src/slug.ts", which only gemini\'s src/slug.ts exports: --pick src/slug.ts=gemini',
    ],
  },
  {
    about: 'a name that nobody exports',
    base: { 'src/slug.ts': exporting('old') },
    models: {
      gpt: { 'src/a.ts': uses('./slug.ts', 'strange') },
      gemini: { 'src/slug.ts': exporting() },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: [],
  },
  {
    about: 'all of a file is no name',
    base: { 'src/slug.ts': exporting('old') },
    models: { gpt: { 'src/a.ts': uses('./slug.ts', '*'), 'src/slug.ts': exporting('new') } },
    picks: { 'src/a.ts': 'gpt' },
    missing: [],
  },
  {
    about: 'the target is taken from somebody else',
    base: { 'src/slug.ts': exporting('old') },
    models: {
      gpt: { 'src/a.ts': uses('./slug.ts', 'mine'), 'src/slug.ts': exporting('old', 'mine') },
      gemini: { 'src/slug.ts': exporting('old', 'theirs') },
    },
    picks: { 'src/a.ts': 'gpt', 'src/slug.ts': 'gemini' },
    missing: ['src/a.ts name mine breaks'],
    says: [
      'src/a.ts (from gpt) imports "mine" from "src/slug.ts", which only gpt\'s src/slug.ts exports (src/slug.ts is from gemini now; hunks of both may go together): --pick src/slug.ts=gpt',
    ],
  },
  {
    about: 'a name that is passed on, in the synthesis',
    base: { 'src/index.ts': { passedOn: ['./slug.ts'] } },
    models: {
      gpt: { 'src/a.ts': uses('./index.ts', 'slugify'), 'src/slug.ts': exporting('slugify') },
    },
    picks: { 'src/a.ts': 'gpt', 'src/slug.ts': 'gpt' },
    missing: [],
  },
  {
    about: 'a name that would be passed on, were the file picked behind it',
    base: { 'src/index.ts': { passedOn: ['./slug.ts'] }, 'src/slug.ts': exporting('old') },
    models: {
      gpt: { 'src/a.ts': uses('./index.ts', 'slugify'), 'src/slug.ts': exporting('slugify') },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: ['src/a.ts name slugify breaks'],
    says: [
      'src/a.ts (from gpt) imports "slugify" from "src/index.ts", which only gpt\'s src/slug.ts exports: --pick src/slug.ts=gpt',
    ],
  },
  {
    about: 'export * leaves out the default, and a package may pass on anything',
    base: { 'src/index.ts': { passedOn: ['./slug.ts', 'a-package'] } },
    models: {
      gpt: {
        'src/a.ts': uses('./index.ts', 'default', 'anything'),
        'src/index.ts': { exports: ['default', 'anything'] },
        'src/slug.ts': exporting('default'),
      },
    },
    picks: { 'src/a.ts': 'gpt', 'src/slug.ts': 'gpt' },
    missing: ['src/a.ts name default breaks'],
  },
  {
    about: 'files that pass on each other end',
    base: { 'src/a.ts': { passedOn: ['./b.ts'] }, 'src/b.ts': { passedOn: ['./a.ts'] } },
    models: {
      gpt: { 'src/c.ts': uses('./a.ts', 'x') },
      gemini: { 'src/b.ts': { passedOn: ['./a.ts'], exports: ['x'] } },
    },
    picks: { 'src/c.ts': 'gpt' },
    missing: ['src/c.ts name x breaks'],
  },
  {
    about: 'a file that the parser could not read whole, and that has the word',
    base: { 'src/slug.js': { isDamaged: false, exports: [] } },
    models: {
      gpt: { 'src/a.js': uses('./slug.js', 'slugify') },
      gemini: { 'src/slug.js': exporting('slugify') },
      claude: { 'src/slug.js': 'slugify {{{' },
    },
    picks: { 'src/a.js': 'gpt', 'src/slug.js': 'claude' },
    missing: [],
  },
];

const ALIASES: Case[] = [
  {
    about: 'paths of tsconfig.json, with what it extends: a file, and a name',
    base: {
      'tsconfig.base.json':
        '{ // settings\n "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"], "*": ["types/*"] } },\n}',
      'app/tsconfig.json': '{ "extends": "../tsconfig.base.json" }',
      'src/util.ts': exporting('old'),
    },
    models: {
      gpt: {
        'app/a.ts': { imports: { '@/slug': ['slugify'], '@/util': ['fresh', 'old'] } },
        'src/slug.ts': exporting('slugify'),
        'src/util.ts': exporting('old', 'fresh'),
      },
    },
    picks: { 'app/a.ts': 'gpt' },
    missing: ['app/a.ts file src/slug.ts breaks', 'app/a.ts name fresh breaks'],
  },
  {
    about: 'imports of package.json',
    base: {
      'package.json':
        '{ "imports": { "#lib/*": { "default": "./lib/*.js" }, "#out": "./dist/out.js" } }',
    },
    models: {
      gpt: {
        'a.js': { imports: { '#lib/slug': ['slugify'], '#out': ['x'] } },
        'lib/slug.js': exporting('slugify'),
      },
    },
    picks: { 'a.js': 'gpt' },
    missing: ['a.js file lib/slug.js breaks'],
  },
  {
    about: 'baseUrl: a name that may be that of a package is a file where its own model has it',
    base: {
      'tsconfig.json': '{ "compilerOptions": { "baseUrl": "./src" } }',
      'package.json': '{}',
    },
    models: {
      gpt: {
        'src/a.ts': { imports: { 'parts/slug': ['slugify'], react: ['use'] } },
        'src/parts/slug.ts': exporting('slugify'),
      },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: ['src/a.ts file src/parts/slug.ts breaks'],
  },
  {
    about: 'the file is there, or nobody says what the name means',
    base: {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'src/util.ts': exporting('old'),
    },
    models: {
      gpt: {
        'a.ts': { imports: { '@/util': ['old'], '~/slug': ['x'], slug: ['x'] } },
        'src/slug.ts': exporting('x'),
      },
    },
    picks: { 'a.ts': 'gpt' },
    missing: [],
  },
];

const TAKEN_AWAY: Case[] = [
  {
    about: 'a picked rename, and a file of base that still has the old name',
    base: { 'src/main.ts': uses('./old.ts', 'x'), 'src/old.ts': exporting('x') },
    models: {
      gpt: {
        'src/main.ts': uses('./new.ts', 'x'),
        'src/old.ts': null,
        'src/new.ts': exporting('x'),
      },
    },
    picks: { 'src/old.ts': 'gpt', 'src/new.ts': 'gpt' },
    missing: ['src/main.ts file src/old.ts breaks'],
    says: [
      'src/main.ts (as in base) imports "./old.ts", which only base has; gpt, whose pick takes it away, has a src/main.ts that does without: --pick src/main.ts=gpt',
    ],
  },
  {
    about: 'a picked change takes a name away from a file of base',
    base: { 'src/main.ts': uses('./util.ts', 'before'), 'src/util.ts': exporting('before') },
    models: {
      gpt: { 'src/main.ts': uses('./util.ts', 'after'), 'src/util.ts': exporting('after') },
    },
    picks: { 'src/util.ts': 'gpt' },
    missing: ['src/main.ts name before breaks'],
    says: [
      'src/main.ts (as in base) imports "before" from "src/util.ts", which only base\'s src/util.ts exports; gpt, whose pick takes it away, has a src/main.ts that does without: --pick src/main.ts=gpt',
    ],
  },
  {
    about: 'a picked deletion that another picked file still needs',
    base: { 'src/old.ts': exporting('x') },
    models: { gpt: { 'src/old.ts': null }, claude: { 'src/a.ts': uses('./old.ts', 'x') } },
    picks: { 'src/old.ts': 'gpt', 'src/a.ts': 'claude' },
    missing: ['src/a.ts file src/old.ts breaks'],
    says: [
      'src/a.ts (from claude) imports "./old.ts", which only base has (the pick of src/old.ts from gpt takes it away): --pick src/old.ts=base',
    ],
  },
  {
    about: 'half of a picked move, and a file that finds the other half as well',
    base: { 'click/__init__.py': exporting('echo'), 'test_a.py': uses('click', 'echo') },
    models: {
      gpt: {
        'click/__init__.py': null,
        'src/click/__init__.py': exporting('echo'),
        'test_a.py': { ...uses('click', 'echo'), uses: ['x'] },
      },
    },
    picks: { 'click/__init__.py': 'gpt' },
    missing: ['test_a.py file src/click/__init__.py breaks'],
    says: [
      'test_a.py (as in base) imports "click", which gpt and base have: --pick src/click/__init__.py=gpt',
    ],
  },
  {
    about: 'what base lacked is no business of the picks',
    base: { 'src/main.ts': uses('./generated.ts', 'x'), 'src/util.ts': exporting('before') },
    models: {
      gpt: { 'src/main.ts': exporting('y'), 'src/util.ts': exporting('after') },
      claude: { 'src/generated.ts': exporting('x') },
    },
    picks: { 'src/util.ts': 'gpt' },
    missing: [],
  },
  {
    about: 'both halves of the change are picked',
    base: { 'src/main.ts': uses('./old.ts', 'x'), 'src/old.ts': exporting('x') },
    models: {
      gpt: {
        'src/main.ts': uses('./new.ts', 'x'),
        'src/old.ts': null,
        'src/new.ts': exporting('x'),
      },
    },
    picks: { 'src/old.ts': 'gpt', 'src/new.ts': 'gpt', 'src/main.ts': 'gpt' },
    missing: [],
  },
];

const PYTHON: Case[] = [
  {
    about: 'a module in a package, taken by name',
    base: { 'pkg/__init__.py': exporting() },
    models: { gpt: { 'pkg/a.py': uses('.', 'slug'), 'pkg/slug.py': exporting('slugify') } },
    picks: { 'pkg/a.py': 'gpt' },
    missing: ['pkg/a.py file pkg/slug.py breaks'],
  },
  {
    about: 'it is there',
    base: { 'pkg/__init__.py': exporting(), 'pkg/slug.py': exporting() },
    models: { gpt: { 'pkg/a.py': uses('.', 'slug') }, claude: { 'pkg/slug.py': exporting('x') } },
    picks: { 'pkg/a.py': 'gpt' },
    missing: [],
  },
  {
    about: 'a private name, and one that the module itself imported',
    base: {
      'pkg/__init__.py': exporting(),
      'pkg/slug.py': { ...uses('re', 'sub'), declares: ['_clean', 'sub'] },
    },
    models: {
      gpt: { 'pkg/a.py': uses('.slug', '_clean', 'sub') },
      claude: { 'pkg/slug.py': exporting('_clean', 'sub') },
    },
    picks: { 'pkg/a.py': 'gpt' },
    missing: [],
  },
  {
    about: 'a module that makes its names as it is asked',
    base: { 'pkg/__init__.py': { declares: ['__getattr__'] } },
    models: {
      gpt: { 'pkg/a.py': uses('.', 'lazy') },
      claude: { 'pkg/__init__.py': exporting('lazy') },
    },
    picks: { 'pkg/a.py': 'gpt' },
    missing: [],
  },
  {
    about: 'a name of a module',
    base: { 'pkg/__init__.py': exporting(), 'pkg/slug.py': exporting('a') },
    models: {
      gpt: { 'pkg/a.py': uses('pkg.slug', 'b'), 'pkg/slug.py': exporting('a', 'b') },
    },
    picks: { 'pkg/a.py': 'gpt' },
    missing: ['pkg/a.py name b breaks'],
  },
];

const GO: Case[] = [
  {
    about: 'a name of another package',
    base: { 'go.mod': 'module example.com/m\n', 'slug/slug.go': exporting('Old') },
    models: {
      gpt: { 'main.go': uses('example.com/m/slug', 'Make'), 'slug/make.go': exporting('Make') },
    },
    picks: { 'main.go': 'gpt' },
    missing: ['main.go name Make breaks'],
    says: [
      'main.go (from gpt) imports "Make" from "example.com/m/slug", which only gpt\'s slug/make.go exports: --pick slug/make.go=gpt',
    ],
  },
  {
    about: 'any file of the folder may have it',
    base: { 'go.mod': 'module example.com/m\n', 'slug/slug.go': exporting('Old') },
    models: {
      gpt: { 'main.go': uses('example.com/m/slug', 'Make'), 'slug/make.go': exporting('Make') },
      claude: { 'slug/slug.go': exporting('Old', 'Make') },
    },
    picks: { 'main.go': 'gpt', 'slug/slug.go': 'claude' },
    missing: [],
  },
  {
    about: 'a package that is not there at all',
    base: { 'go.mod': 'module example.com/m\n' },
    models: {
      gpt: { 'main.go': uses('example.com/m/slug', 'Make'), 'slug/make.go': exporting('Make') },
    },
    picks: { 'main.go': 'gpt' },
    missing: ['main.go file slug breaks'],
  },
  {
    about: 'a folder without a file of Go is no package',
    base: { 'go.mod': 'module example.com/m\n', 'slug/README.md': '' },
    models: {
      gpt: { 'main.go': uses('example.com/m/slug', 'Make'), 'slug/make.go': exporting('Make') },
    },
    picks: { 'main.go': 'gpt' },
    missing: ['main.go file slug breaks'],
  },
  {
    about: 'a function of the same package, in a file that was not picked',
    base: { 'go.mod': 'module example.com/m\n', 'main.go': { declares: ['main'] } },
    models: {
      gpt: {
        'main.go': { declares: ['main'], uses: ['trim', 'len'] },
        'trim.go': { declares: ['trim'] },
      },
      claude: { 'other.go': { declares: ['len'] } },
    },
    picks: { 'main.go': 'gpt' },
    missing: ['main.go name trim breaks'],
  },
  {
    about: 'of a name that the file does not have where it comes from, nothing is known',
    base: { 'go.mod': 'module example.com/m\n', 'main.go': { declares: ['main'] } },
    models: {
      gpt: { 'main.go': { declares: ['main'], uses: ['print'] } },
      claude: { 'other.go': { declares: ['print'] } },
    },
    picks: { 'main.go': 'gpt' },
    missing: [],
  },
];

const MENTIONS: Case[] = [
  {
    about: 'a script of a manifest starts a file',
    base: { 'package.json': '{}' },
    models: {
      gpt: {
        'package.json': '{"scripts":{"gen":"node scripts/gen.mjs --all"}}',
        'scripts/gen.mjs': {},
      },
    },
    picks: { 'package.json': 'gpt' },
    missing: ['package.json file scripts/gen.mjs likely'],
    says: [
      'package.json (from gpt) names "scripts/gen.mjs", which only gpt has: --pick scripts/gen.mjs=gpt',
    ],
  },
  {
    about: 'a Makefile, a workflow, a shell program; comments are none',
    models: {
      gpt: {
        Makefile: 'gen:\n\tpython tools/gen.py\n',
        '.github/workflows/ci.yml': 'steps:\n  - run: ./tools/check.sh\n  # tools/gen.py\n',
        'run.sh': '#!/bin/sh\n# see tools/check.sh\nexec "$ROOT/tools/gen.py"\n',
        'tools/gen.py': {},
        'tools/check.sh': '',
      },
    },
    picks: { Makefile: 'gpt', '.github/workflows/ci.yml': 'gpt', 'run.sh': 'gpt' },
    missing: [
      '.github/workflows/ci.yml file tools/check.sh likely',
      'Makefile file tools/gen.py likely',
      'run.sh file tools/gen.py likely',
    ],
  },
  {
    about: 'documents: a note',
    models: {
      gpt: { 'README.md': 'See [more](docs/more.md), and more.md.\n', 'docs/more.md': '' },
    },
    picks: { 'README.md': 'gpt' },
    missing: ['README.md file docs/more.md note'],
  },
  {
    about: 'a part of another name, and a path of another folder, are others',
    models: {
      gpt: {
        'package.json':
          '{"scripts":{"a":"node other/scripts/gen.mjs","b":"node scripts/gen.mjs.txt"}}',
        'scripts/gen.mjs': {},
      },
    },
    picks: { 'package.json': 'gpt' },
    missing: [],
  },
  {
    about: 'a file that another model deleted',
    base: { 'bear.jpg': '' },
    models: { gpt: { 'ci.yml': 'run: cp bear.jpg out/\n' }, claude: { 'bear.jpg': null } },
    picks: { 'ci.yml': 'gpt', 'bear.jpg': 'claude' },
    missing: ['ci.yml file bear.jpg likely'],
  },
  {
    about: 'the same model deleted it: the name means something else',
    base: { 'bear.jpg': '' },
    models: { gpt: { 'ci.yml': 'run: cp bear.jpg out/\n', 'bear.jpg': null } },
    picks: { 'ci.yml': 'gpt', 'bear.jpg': 'gpt' },
    missing: [],
  },
  {
    about:
      'literals in code: whole paths, from the file or from the top; comments and parts are none',
    models: {
      gpt: {
        'src/a.rb': "# see src/part.vue\nrequire_relative 'more/slug'\nload 'data/words.txt'\n",
        'src/b.vue': "<script>import x from './part'</script> see data/other.txt",
        'src/more/slug.rb': '',
        'src/part.vue': '',
        'src/data/words.txt': '',
      },
    },
    picks: { 'src/a.rb': 'gpt', 'src/b.vue': 'gpt' },
    missing: [
      'src/a.rb file src/data/words.txt likely',
      'src/a.rb file src/more/slug.rb likely',
      'src/b.vue file src/part.vue likely',
    ],
  },
];

const SCRIPTS: Case[] = [
  {
    about: 'a workflow runs a script that was not picked',
    base: { 'package.json': '{"scripts":{"build":"tsc"}}' },
    models: {
      gpt: {
        'package.json': '{"scripts":{"build":"tsc","lint:all":"eslint ."}}',
        '.github/workflows/ci.yml': 'steps:\n  - run: npm run lint:all\n  - run: npm run build\n',
      },
    },
    picks: { '.github/workflows/ci.yml': 'gpt' },
    missing: ['.github/workflows/ci.yml script lint:all breaks'],
    says: [
      '.github/workflows/ci.yml (from gpt) runs "npm run lint:all", which only gpt\'s package.json defines: --pick package.json=gpt',
    ],
  },
  {
    about: 'nobody defines it, or somebody picked does',
    base: { 'package.json': '{"scripts":{}}' },
    models: {
      gpt: {
        'package.json': '{"scripts":{"a":"x"}}',
        'ci.sh': 'npm run a && npm run nobody && pnpm install\n',
      },
      claude: { 'package.json': '{"scripts":{"a":"y"}}' },
    },
    picks: { 'ci.sh': 'gpt', 'package.json': 'claude' },
    missing: [],
  },
  {
    about: 'make, just, yarn and pnpm; prose is none',
    base: { 'package.json': '{}' },
    models: {
      gpt: {
        'package.json': '{"scripts":{"fmt":"x","sure":"x"}}',
        Makefile: 'bench: all\n\techo\nsure:\n\techo\n',
        justfile: 'deploy target="x":\n  echo\n',
        'ci.sh': 'yarn fmt\nmake -C . bench\njust deploy prod\n# we make sure\n',
        'notes.md': 'We just deploy, to make bench faster: `make bench`.\n',
      },
    },
    picks: { 'ci.sh': 'gpt', 'notes.md': 'gpt' },
    missing: [
      'ci.sh script bench breaks',
      'ci.sh script deploy breaks',
      'ci.sh script fmt breaks',
      'notes.md script bench note',
    ],
  },
  {
    about:
      'a document may speak of what its own model took out; a workflow may not run what nobody else has',
    base: { Makefile: 'old:\n\techo\n' },
    models: {
      gpt: {
        'CHANGES.md': '`make old` is gone',
        Makefile: 'new:\n\techo\n',
        'ci.sh': 'make old\n',
      },
      claude: { Makefile: 'old:\n\techo\nfresh:\n\techo\n' },
    },
    picks: { 'CHANGES.md': 'gpt', Makefile: 'gpt', 'ci.sh': 'gpt' },
    missing: ['ci.sh script old breaks'],
  },
  {
    about: 'one script of a manifest calls another, whose hunk is missing',
    base: { 'package.json': '{"scripts":{}}' },
    models: { gpt: { 'package.json': '{"scripts":{"a":"npm run b","b":"x"}}' } },
    picks: { 'package.json': { from: ['gpt'], makes: '{"scripts":{"a":"npm run b"}}' } },
    missing: ['package.json script b breaks'],
  },
];

const DEPENDENCIES: Case[] = [
  {
    about: 'a package that only the other manifest asks for',
    base: { 'package.json': '{"dependencies":{"a":"1"}}' },
    models: {
      gpt: {
        'src/a.ts': uses('slugify', 'default'),
        'package.json': '{"dependencies":{"a":"1","slugify":"2"}}',
      },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: ['src/a.ts dependency slugify breaks'],
    says: [
      'src/a.ts (from gpt) imports the package "slugify", which only gpt\'s package.json asks for: --pick package.json=gpt',
    ],
  },
  {
    about: 'asked for by a folder around, as types, or by nobody',
    base: {
      'package.json': '{"dependencies":{"top":"1","@types/typed":"1"}}',
      'packages/p/package.json': '{}',
    },
    models: {
      gpt: {
        'packages/p/a.ts': { imports: { top: ['x'], typed: ['T'], nobody: ['x'] } },
        'packages/p/package.json': '{"dependencies":{"top":"2","typed":"1"}}',
      },
    },
    picks: { 'packages/p/a.ts': 'gpt' },
    missing: [],
  },
  {
    about: 'in Python by another name, in requirements of any kind',
    base: { 'requirements.txt': 'requests\n' },
    models: {
      gpt: {
        'app.py': { imports: { yaml: ['*'], requests: ['get'], PIL: ['Image'] } },
        'requirements.txt': 'requests\nPyYAML>=6\n',
        'requirements/dev.txt': 'pillow\n',
      },
      claude: { 'pyproject.toml': '[project]\ndependencies = ["Pillow"]\n' },
    },
    picks: { 'app.py': 'gpt', 'pyproject.toml': 'claude' },
    missing: ['app.py dependency yaml breaks'],
  },
  {
    about: 'the model itself no longer asks for it; a program may ask for it',
    base: {
      'package.json': '{"dependencies":{"a":"1"}}',
      'setup.py': 'setup(install_requires=["Flask"])',
    },
    models: {
      gpt: {
        'src/a.ts': uses('a', 'x'),
        'app.py': uses('flask', 'Flask'),
        'package.json': '{}',
        'requirements.txt': 'flask\n',
      },
    },
    picks: { 'src/a.ts': 'gpt', 'package.json': 'gpt', 'app.py': 'gpt' },
    missing: [],
  },
  {
    about: 'a module of Go',
    base: { 'go.mod': 'module example.com/m\n' },
    models: {
      gpt: {
        'main.go': { imports: { 'github.com/a/b/sub': ['X'], fmt: ['Println'] } },
        'go.mod': 'module example.com/m\nrequire github.com/a/b v1.0.0\n',
      },
    },
    picks: { 'main.go': 'gpt' },
    missing: ['main.go dependency github.com/a/b/sub breaks'],
  },
];

const manifest = (...names: string[]) =>
  JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '1'])) });

const LOCKFILES: Case[] = [
  {
    about: 'a manifest without its lockfile',
    base: { 'package.json': manifest(), 'package-lock.json': '0' },
    models: { gpt: { 'package.json': manifest('a'), 'package-lock.json': 'a' } },
    picks: { 'package.json': 'gpt' },
    missing: ['package.json lockfile package-lock.json likely'],
    says: [
      'package.json (from gpt) changes dependencies, and package-lock.json is not the one that gpt has for them: --pick package-lock.json=gpt',
    ],
  },
  {
    about: 'only scripts changed; the same lockfile from somebody else; a model without a lockfile',
    base: { 'package.json': manifest(), 'package-lock.json': '0' },
    models: {
      gpt: { 'package.json': '{"scripts":{"a":"x"}}', 'package-lock.json': 'formatted' },
    },
    picks: { 'package.json': 'gpt' },
    missing: [],
  },
  {
    about: 'the identical lockfile from another model',
    base: { 'package.json': manifest(), 'package-lock.json': '0' },
    models: {
      gpt: { 'package.json': manifest('a'), 'package-lock.json': 'a' },
      claude: { 'package.json': manifest('a'), 'package-lock.json': 'a' },
    },
    picks: { 'package.json': 'gpt', 'package-lock.json': 'claude' },
    missing: [],
  },
  {
    about: 'another lockfile, written for the same dependencies',
    base: { 'package.json': manifest(), 'package-lock.json': '0' },
    models: {
      gpt: { 'package.json': manifest('a'), 'package-lock.json': 'a1' },
      claude: { 'package.json': manifest('a'), 'package-lock.json': 'a2' },
    },
    picks: { 'package.json': 'gpt', 'package-lock.json': 'claude' },
    missing: [],
  },
  {
    about: 'a lockfile without its manifest',
    base: { 'package.json': manifest(), 'yarn.lock': '0' },
    models: { gpt: { 'package.json': manifest('a'), 'yarn.lock': 'a' } },
    picks: { 'yarn.lock': 'gpt' },
    missing: ['yarn.lock manifest package.json likely'],
    says: [
      "yarn.lock (from gpt) locks dependencies that package.json asks for in gpt's version only: --pick package.json=gpt",
    ],
  },
  {
    about: 'the manifest of one and the lockfile of another: told once',
    base: { 'package.json': manifest(), 'yarn.lock': '0' },
    models: {
      gpt: { 'package.json': manifest('a'), 'yarn.lock': 'a' },
      claude: { 'package.json': manifest('b'), 'yarn.lock': 'b' },
    },
    picks: { 'yarn.lock': 'gpt', 'package.json': 'claude' },
    missing: ['package.json lockfile yarn.lock likely'],
  },
  {
    about: 'a mix of two manifests has no lockfile',
    base: { 'package.json': manifest(), 'yarn.lock': '0' },
    models: {
      gpt: { 'package.json': manifest('a'), 'yarn.lock': 'a' },
      claude: { 'package.json': manifest('b'), 'yarn.lock': 'b' },
    },
    picks: {
      'yarn.lock': 'gpt',
      'package.json': { from: ['gpt', 'claude'], makes: manifest('a', 'b') },
    },
    missing: ['package.json lockfile yarn.lock likely'],
    says: [
      "package.json (from gpt and claude) mixes the dependencies of gpt and claude, and nobody's yarn.lock has them all; lock them anew after applying, or take both from one: --pick package.json=claude --pick yarn.lock=claude",
    ],
  },
  {
    about: 'hunks of two models, of which one is about dependencies',
    base: { 'package.json': manifest(), 'yarn.lock': '0' },
    models: {
      claude: { 'package.json': manifest('b'), 'yarn.lock': 'b' },
      gpt: { 'package.json': manifest('a'), 'yarn.lock': 'a' },
    },
    picks: {
      'package.json': {
        from: ['claude', 'gpt'],
        makes: `${manifest('a').slice(0, -1)},"scripts":{}}`,
      },
    },
    missing: ['package.json lockfile yarn.lock likely'],
    says: [
      'package.json (from claude and gpt) changes dependencies, and yarn.lock is not the one that gpt has for them: --pick yarn.lock=gpt',
    ],
  },
  {
    about: 'a package of a workspace, locked at the top',
    base: { 'Cargo.lock': '0', 'crates/a/Cargo.toml': '[dependencies]\n' },
    models: { gpt: { 'crates/a/Cargo.toml': '[dependencies]\nrand = "1"\n', 'Cargo.lock': 'a' } },
    picks: { 'crates/a/Cargo.toml': 'gpt' },
    missing: ['crates/a/Cargo.toml lockfile Cargo.lock likely'],
  },
];

const TESTS: Case[] = [
  {
    about: 'a test of code that stays as in base',
    base: { 'src/a.ts': exporting('a') },
    models: {
      gpt: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'test/a.test.ts': uses('../src/a.ts', 'a'),
      },
    },
    picks: { 'test/a.test.ts': 'gpt' },
    missing: ['test/a.test.ts tested-code src/a.ts likely'],
    says: [
      'test/a.test.ts (from gpt) tests src/a.ts as changed by gpt, as in base here: --pick src/a.ts=gpt',
    ],
  },
  {
    about: 'of code that is taken from another model: a note',
    base: { 'src/a.ts': exporting('a') },
    models: {
      gpt: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'test/a.test.ts': uses('../src/a.ts', 'a'),
      },
      claude: { 'src/a.ts': { exports: ['a'], uses: ['y'] } },
    },
    picks: { 'test/a.test.ts': 'gpt', 'src/a.ts': 'claude' },
    missing: ['test/a.test.ts tested-code src/a.ts note'],
  },
  {
    about: 'the same content from another model; code that the model left alone',
    base: { 'src/a.ts': exporting('a'), 'src/b.ts': exporting('b') },
    models: {
      gpt: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'test/a.test.ts': { imports: { '../src/a.ts': ['a'], '../src/b.ts': ['b'] } },
      },
      claude: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'src/b.ts': { exports: ['b'], uses: ['y'] },
      },
    },
    picks: { 'test/a.test.ts': 'gpt', 'src/a.ts': 'claude', 'src/b.ts': 'claude' },
    missing: [],
  },
  {
    about: 'where the test cannot be loaded, that is told alone',
    models: {
      gpt: { 'src/a.ts': exporting('a'), 'test/a.test.ts': uses('../src/a.ts', 'a') },
    },
    picks: { 'test/a.test.ts': 'gpt' },
    missing: ['test/a.test.ts file src/a.ts breaks'],
  },
  {
    about: 'code without its new test',
    base: { 'src/a.ts': exporting('a') },
    models: {
      gpt: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'test/a.test.ts': uses('../src/a.ts', 'a'),
      },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: ['src/a.ts test test/a.test.ts note'],
    says: [
      'src/a.ts (from gpt): no test of it is picked, though gpt has one in test/a.test.ts: --pick test/a.test.ts=gpt',
    ],
  },
  {
    about: 'what tests use is no test',
    base: { 'src/a.ts': exporting('a') },
    models: {
      gpt: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'test/support/make.ts': uses('../../src/a.ts', 'a'),
      },
    },
    picks: { 'src/a.ts': 'gpt' },
    missing: [],
  },
  {
    about: "somebody else's test of it is picked",
    base: { 'src/a.ts': exporting('a') },
    models: {
      gpt: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'test/a.test.ts': uses('../src/a.ts', 'a'),
      },
      claude: {
        'src/a.ts': { exports: ['a'], uses: ['x'] },
        'test/b.test.ts': uses('../src/a.ts', 'a'),
      },
    },
    picks: { 'src/a.ts': 'gpt', 'test/b.test.ts': 'claude' },
    missing: [],
  },
];

for (const [name, cases] of Object.entries({
  'files and names': FILES_AND_NAMES,
  aliases: ALIASES,
  'what picks take away': TAKEN_AWAY,
  Python: PYTHON,
  Go: GO,
  'paths in texts': MENTIONS,
  scripts: SCRIPTS,
  dependencies: DEPENDENCIES,
  lockfiles: LOCKFILES,
  tests: TESTS,
})) {
  for (const { about, base = {}, models, picks, missing, says } of cases) {
    test(`${name}: ${about}`, () => {
      const found = missingIn(base, models, picks);
      assert.equal(briefly(found), missing);
      if (says !== undefined) assert.equal(messages(found), says);
    });
  }
}

test('who provides what: the version that goes with the file first, base where a model left it alone', () => {
  const [found] = missingIn(
    { 'src/slug.ts': exporting('old') },
    {
      gemini: { 'src/slug.ts': exporting('slugify', 'g') },
      gpt: { 'src/a.ts': uses('./slug.ts', 'slugify'), 'src/slug.ts': exporting('slugify', 'o') },
    },
    { 'src/a.ts': 'gpt' },
  );
  assert.equal(found?.provided_by, [
    { model: 'gpt', path: 'src/slug.ts' },
    { model: 'gemini', path: 'src/slug.ts' },
  ]);
  assert.match(
    found?.message ?? '',
    /gpt's src\/slug\.ts and gemini's src\/slug\.ts export: --pick src\/slug\.ts=gpt$/,
  );
});

test('names that are missing from one file are told together', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const found = missingIn(
    { 'src/x.ts': exporting() },
    { gpt: { 'src/a.ts': uses('./x.ts', ...names), 'src/x.ts': exporting(...names) } },
    { 'src/a.ts': 'gpt' },
  );
  assert.equal(briefly(found), ['src/a.ts name a, b, c, d, e, f, g breaks']);
  assert.equal(messages(found), [
    'src/a.ts (from gpt) imports "a", "b", "c", "d", "e" and 2 more from "src/x.ts", which only gpt\'s src/x.ts exports: --pick src/x.ts=gpt',
  ]);
});

test('each thing is told once, sorted by path', () => {
  const found = missingIn(
    {},
    {
      gpt: {
        'src/b.ts': { imports: { './x.ts': ['x'], './x': ['y'] } },
        'src/a.ts': uses('./x.ts', 'x'),
        'src/x.ts': exporting('x', 'y'),
      },
    },
    { 'src/b.ts': 'gpt', 'src/a.ts': 'gpt' },
  );
  assert.equal(briefly(found), ['src/a.ts file src/x.ts breaks', 'src/b.ts file src/x.ts breaks']);
});

test('names are printed so that the pick can be pasted, in one line', () => {
  const [found] = missingIn(
    {},
    { 'gpt#2': { 'a.ts': uses("./it's new.ts", 'x'), "it's new.ts": exporting('x') } },
    { 'a.ts': 'gpt#2' },
  );
  assert.match(found?.message ?? '', /--pick 'it'\\''s new\.ts=gpt#2'$/);
  const [hostile] = missingIn(
    {},
    { gpt: { 'a.ts': uses('./x\ny.ts', 'x'), 'x\ny.ts': exporting('x') } },
    { 'a.ts': 'gpt' },
  );
  assert.not.match(hostile?.message ?? '', /\n/);
});

test.run();
