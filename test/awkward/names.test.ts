/** Awkward names, and files that change theirs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { type RawPath, rawPathOf } from '../../scripts/lib/git/paths.ts';
import { testAwkward } from '../support/awkward-cases.ts';
import type { Contents, Hands } from '../support/awkward-cases-hands.ts';
import type { AwkwardCase } from '../support/awkward-cases-table.ts';
import { NAMES } from '../support/awkward-files.ts';

const LONG = `${'n'.repeat(250)}.txt`;
const DEEP = `${'d/'.repeat(60)}leaf.txt`;

function each(names: readonly RawPath[], content: string): Contents {
  return Object.fromEntries(names.map((name) => [name, `${name}: ${content}\n`]));
}

/** Names that a model gives to new files; each must arrive, and go again. */
const NEW_NAMES: [string, RawPath[]][] = [
  ['an untracked file', ['new.txt', 'new folder/new.txt']],
  [
    'names with spaces, also at both ends',
    ['with space.txt', ' leading', 'trailing ', ' ', 'a b/ c'],
  ],
  [
    'names with line breaks',
    ['line\nbreak', '\nfirst', 'last\n', 'carriage\rreturn', 'two\n\nof them'],
  ],
  ['names with tabs', ['tab\tinside', '\ttab first', 'tab last\t']],
  ['names with quotes', ['"quoted"', "it's", '"', '`tick`', '$(touch x)', '$HOME']],
  ['names with backslashes', ['back\\slash', '\\', 'trailing\\', '\\n', '\\303\\274']],
  [
    'names with a leading dash, names of options',
    ['-dash', '-', '-rf', '--', '--all', '--help', '--cached', '--pathspec-from-file=x', '-d/file'],
  ],
  ['names that are globs', ['*.txt', '?', '[a].txt', '**', 'a*', '{a,b}']],
  ['names that are pathspec magic', [':(top)x', ':!x', ':/x', ':^a.txt', ':(exclude)a.txt']],
  [
    'names of other syntax',
    ['a => b', '{old => new}', '#hash', '!bang', '~', '@', 'HEAD', 'a=one'],
  ],
  ['names that are no UTF-8', ['latin1-caf\xe9', '\xff\xfe', 'folder\x80/file', 'caf\xe9\n']],
  [
    'other scripts, composed and decomposed letters',
    ['日本語.txt', '🎉', 'עברית', '\u00fcber', 'u\u0308ber'].map(rawPathOf),
  ],
  ['control characters in names', ['bell\x07', 'escape\x1b[31m', 'delete\x7f', '\x01']],
  ['names of 254 bytes', [LONG, `${LONG.slice(4)}/${LONG}`, '\xfc'.repeat(254)]],
  ['a path of 60 levels', [DEEP]],
  [
    'names with dots, and names that other systems reserve',
    [
      '...',
      '.hidden',
      'trailing.',
      '.gitfoo/x',
      'x.git/file',
      '..x',
      'con',
      'aux.txt',
      'a:b',
      'a<b>|c',
    ],
  ],
];

async function ignoreCase(it: Hands): Promise<void> {
  await it.git('config', 'core.ignoreCase', 'true');
}

const CASES: AwkwardCase[] = [
  ...NEW_NAMES.map(
    ([name, paths]): AwkwardCase => ({ name, model: (it) => it.put(each(paths, 'new')) }),
  ),
  {
    name: 'all awkward names, changed',
    base: each(NAMES, 'old'),
    model: (it) => it.put(each(NAMES, 'changed')),
  },
  {
    name: 'all awkward names, deleted',
    base: each(NAMES, 'old'),
    model: async (it) => it.remove(...NAMES),
  },
  {
    name: 'a deleted file',
    model: async (it) => it.remove('a.txt'),
    expect: { files: ['a.txt'] },
  },
  {
    name: 'a deleted folder',
    base: { 'gone/a': 'a\n', 'gone/deep/b': 'b\n' },
    model: async (it) => it.remove('gone'),
  },
  {
    name: 'every file deleted',
    model: async (it) => it.remove('a.txt', 'kept.txt', '.multi-model.json'),
  },
  {
    name: 'a renamed file',
    model: async (it) => it.move('a.txt', 'renamed.txt'),
    expect: { files: ['renamed.txt'] },
  },
  {
    name: 'a renamed and changed file',
    model: async (it) => {
      it.move('a.txt', 'renamed.txt');
      await it.put({ 'renamed.txt': 'one\ntwo\n3\nfour\nfive\nsix\nseven\n' });
    },
  },
  {
    name: 'a renamed folder, with git mv',
    base: { 'old/a': 'a\n', 'old/b': 'b\n' },
    model: (it) => it.git('mv', 'old', 'new'),
  },
  {
    name: 'a rename onto a file that was there',
    model: async (it) => it.move('a.txt', 'kept.txt'),
  },
  {
    name: 'swapped names',
    base: { 'b.txt': 'b\n'.repeat(9) },
    model: async (it) => {
      it.move('a.txt', 'c');
      it.move('b.txt', 'a.txt');
      it.move('c', 'b.txt');
    },
  },
  {
    name: 'a chain of renames',
    base: { 'b.txt': 'b\n'.repeat(9) },
    model: async (it) => {
      it.move('b.txt', 'c.txt');
      it.move('a.txt', 'b.txt');
    },
  },
  {
    name: 'two folders swapped',
    base: { 'x/file': 'x\n', 'x/only-x': '1\n', 'y/file': 'y\n', 'y/only-y': '2\n' },
    model: async (it) => {
      it.move('x', 'z');
      it.move('y', 'x');
      it.move('z', 'y');
    },
  },
  {
    name: 'a rename of case only',
    model: async (it) => it.move('a.txt', 'A.txt'),
  },
  {
    name: 'a folder renamed in case only',
    base: { 'lib/a': 'a\n', 'lib/b': 'b\n' },
    model: async (it) => it.move('lib', 'Lib'),
  },
  {
    name: 'case twins: Makefile beside makefile',
    base: { makefile: 'lower\n' },
    model: (it) => it.put({ Makefile: 'upper\n', makefile: 'lower, changed\n' }),
  },
  {
    name: 'case twins on a case-sensitive disk with core.ignoreCase',
    together: 'ignore case',
    base: { makefile: 'lower\n' },
    before: ignoreCase,
    model: (it) => it.put({ Makefile: 'upper\n', 'README.md': 'r\n', 'readme.md': 'R\n' }),
  },
  {
    name: 'a rename of case only with core.ignoreCase',
    together: 'ignore case',
    before: ignoreCase,
    model: async (it) => it.move('a.txt', 'A.txt'),
  },
  {
    name: 'a name that git refuses to hold',
    model: (it) => it.put({ 'git~1': 'short name of .git elsewhere\n', 'beside.txt': 'b\n' }),
    // Nothing else holds it, so the worktree stays.
    expect: { except: ['git~1'], kept: /git~1/ },
  },
  {
    name: '20 000 files',
    // Each comparison would be slowed by it.
    alone: true,
    model: async ({ root }) => {
      for (let folder = 0; folder < 200; folder++) {
        mkdirSync(join(root, `many/${folder}`), { recursive: true });
        for (let file = 0; file < 100; file++)
          writeFileSync(join(root, `many/${folder}/${file}.txt`), `${folder} ${file}\n`);
      }
    },
  },
];

testAwkward(CASES);
test.run();
