/** Single picks are exact too; and the user goes on working while a session is open. */
import { test } from 'uvu';
import { STANDARD, testAwkward } from '../support/awkward-cases.ts';
import type { Hands } from '../support/awkward-cases-hands.ts';
import type { AwkwardCase } from '../support/awkward-cases-table.ts';

const WAS = STANDARD['a.txt'] as string;
/** The model changes the beginning of a.txt, and makes a new file. */
const BEGINNING = WAS.replace('one', '1');
const END = WAS.replace('seven', '7');
const BOTH = BEGINNING.replace('seven', '7');
const model = (it: Hands) => it.put({ 'a.txt': BEGINNING, 'new.txt': 'new\n' });

const REFUSED = /main-tree-conflict|files-differ/;
const conflictIn = (names: string): AwkwardCase['expect'] => ({
  refused: { script: 'apply-picks', code: REFUSED, names },
});

async function commit(it: Hands, ...paths: string[]): Promise<void> {
  await it.git('add', '--', ...paths);
  await it.git('commit', '--quiet', '-m', 'the user’s');
}

/** All kinds of change at once, to pick from. */
const MANY = {
  base: {
    'changed.txt': 'old\n',
    'gone.txt': 'gone\n',
    'old-name.txt': 'a long line that makes this file known again\n'.repeat(4),
    'tool.sh': '#!/bin/sh\n',
    link: { link: 'a.txt' },
    'type.txt': 'a file\n',
  },
  model: async (it: Hands) => {
    await it.put({
      'changed.txt': 'new\n',
      'gone.txt': null,
      'new.bin': Buffer.from([0, 255, 13, 10]),
      link: { link: 'kept.txt' },
      'type.txt': { link: 'kept.txt' },
      'folder/new.txt': 'n\n',
    });
    it.move('old-name.txt', 'new-name.txt');
    it.executable('tool.sh', true);
  },
} satisfies Partial<AwkwardCase>;

function pick(name: string, picks: string[], arrives: string[]): AwkwardCase {
  return { name: `picked: ${name}`, ...MANY, picks, expect: { arrives } };
}

async function ignoredInFolder(it: Hands): Promise<void> {
  await it.put({ 'folder/x.log': 'the user’s\n' });
}

const CASES: AwkwardCase[] = [
  pick('one changed file', ['changed.txt=one'], ['changed.txt']),
  pick('a new binary file', ['new.bin=one'], ['new.bin']),
  pick('a new file in a new folder', ['folder/new.txt=one'], ['folder/new.txt']),
  pick('a deletion', ['gone.txt=one'], ['gone.txt']),
  pick('a mode', ['tool.sh=one'], ['tool.sh']),
  pick('a link', ['link=one'], ['link']),
  pick('a file that became a link', ['type.txt=one'], ['type.txt']),
  pick(
    'a rename by its new name, which takes both',
    ['new-name.txt=one'],
    ['new-name.txt', 'old-name.txt'],
  ),
  pick(
    'a rename by its old name, which takes both',
    ['old-name.txt=one'],
    ['new-name.txt', 'old-name.txt'],
  ),
  pick(
    'only the new name of a rename',
    ['new-name.txt=one', 'old-name.txt=base'],
    ['new-name.txt'],
  ),
  pick(
    'only the old name of a rename',
    ['old-name.txt=one', 'new-name.txt=base'],
    ['old-name.txt'],
  ),
  pick('several', ['link=one', 'gone.txt=one', 'tool.sh=one'], ['link', 'gone.txt', 'tool.sh']),
  {
    name: 'picked: awkward names',
    model: (it) =>
      it.put({ 'a=b': '1\n', '--all': '2\n', ':(top)x': '3\n', '*.txt': '4\n', z: 'z' }),
    picks: ['a=b=one', '--all=one', ':(top)x=one', '*.txt=one'],
    expect: { arrives: ['a=b', '--all', ':(top)x', '*.txt'] },
  },
  {
    name: 'picked: a file out of a folder that was a file',
    base: { x: 'file\n' },
    model: (it) => it.put({ x: null, 'x/one': '1\n', 'x/two': '2\n' }),
    picks: ['x=one', 'x/one=one'],
    expect: { arrives: ['x', 'x/one'] },
  },

  {
    name: 'the user edits a picked file elsewhere: merged',
    model,
    meanwhile: (it) => it.put({ 'a.txt': END }),
    expect: { merged: { 'a.txt': BOTH } },
  },
  {
    name: 'the user edits a picked file in the same place: refused',
    model,
    meanwhile: (it) => it.put({ 'a.txt': WAS.replace('one', 'eins') }),
    expect: conflictIn('a.txt'),
  },
  {
    name: 'the user makes the very same change',
    model,
    meanwhile: (it) => it.put({ 'a.txt': BEGINNING }),
  },
  {
    name: 'the user deletes a file that the model changed: refused',
    model,
    meanwhile: async (it) => it.remove('a.txt'),
    expect: conflictIn('a.txt'),
  },
  {
    name: 'the user changes a file that the model deleted: refused',
    model: async (it) => it.remove('a.txt'),
    meanwhile: (it) => it.put({ 'a.txt': END }),
    expect: conflictIn('a.txt'),
  },
  {
    name: 'the user makes another file of the same name: refused',
    model,
    meanwhile: (it) => it.put({ 'new.txt': 'the user’s\n' }),
    expect: conflictIn('new.txt'),
  },
  {
    name: 'the user makes the same file',
    model,
    meanwhile: (it) => it.put({ 'new.txt': 'new\n' }),
  },
  {
    name: 'the user makes files of their own',
    model,
    meanwhile: (it) => it.put({ 'mine.txt': 'm\n', 'kept.txt': 'edited\n' }),
  },
  {
    name: 'the user commits meanwhile',
    model,
    meanwhile: async (it) => {
      await it.put({ 'kept.txt': 'edited\n', 'mine.txt': 'm\n' });
      await commit(it, 'kept.txt', 'mine.txt');
    },
  },
  {
    name: 'the user commits a change elsewhere in a picked file',
    model,
    meanwhile: async (it) => {
      await it.put({ 'a.txt': END });
      await commit(it, 'a.txt');
    },
    expect: { merged: { 'a.txt': BOTH } },
  },
  {
    name: 'the user commits a change in the same place: refused',
    model,
    meanwhile: async (it) => {
      await it.put({ 'a.txt': WAS.replace('one', 'eins') });
      await commit(it, 'a.txt');
    },
    expect: conflictIn('a.txt'),
  },
  {
    name: 'the user switches to a branch with the same content',
    model,
    meanwhile: (it) => it.git('checkout', '--quiet', '-b', 'elsewhere'),
  },
  {
    name: 'the user detaches HEAD',
    model,
    meanwhile: (it) => it.git('checkout', '--quiet', '--detach'),
  },
  {
    name: 'the user stages something: the index is not touched',
    model,
    meanwhile: async (it) => {
      await it.put({ 'kept.txt': 'staged\n', 'staged.txt': 's\n' });
      await it.git('add', 'kept.txt', 'staged.txt');
      await it.put({ 'kept.txt': 'staged, then edited\n' });
    },
  },
  {
    name: 'the user stages a change elsewhere in a picked file',
    model,
    meanwhile: async (it) => {
      await it.put({ 'a.txt': END });
      await it.git('add', 'a.txt');
    },
    expect: { merged: { 'a.txt': BOTH } },
  },
  {
    name: 'the user stages a deletion and intends to add',
    model,
    meanwhile: async (it) => {
      await it.git('rm', '--quiet', 'kept.txt');
      await it.put({ 'later.txt': 'l\n' });
      await it.git('add', '--intent-to-add', 'later.txt');
    },
  },
  {
    name: 'the user has an ignored file where the model made one: untouched',
    together: 'ignored',
    base: { '.gitignore': '*.log\n' },
    before: (it) => it.put({ 'x.log': 'the user’s\n' }),
    model: async (it) => {
      await it.put({ 'x.log': 'the model’s\n', 'new.txt': 'new\n' });
      await it.git('add', '--force', 'x.log');
    },
    expect: {
      refused: { script: 'apply-picks', code: /./, names: 'x.log', optional: true },
      merged: { 'x.log': 'the user’s\n' },
    },
  },
  {
    name: 'the user has ignored files in a folder where the model made a file: refused',
    base: { '.gitignore': 'build/\n' },
    before: (it) => it.put({ 'build/out': 'the user’s\n' }),
    model: (it) => it.put({ build: 'a file\n', 'new.txt': 'new\n' }),
    expect: { refused: { script: 'apply-picks', code: /./, names: 'build' } },
  },
  {
    name: 'the user has an ignored file where the model made a folder: refused',
    base: { '.gitignore': '/cache\n' },
    before: (it) => it.put({ cache: 'the user’s\n' }),
    model: (it) => it.put({ '.gitignore': '', 'cache/x': 'x\n', 'new.txt': 'new\n' }),
    expect: { refused: { script: 'apply-picks', code: /./, names: 'cache' } },
  },
  {
    name: 'the user has ignored files in a folder that the model deleted: they stay',
    together: 'ignored',
    base: { '.gitignore': '*.log\n', 'folder/tracked': 't\n' },
    before: ignoredInFolder,
    model: async (it) => it.remove('folder'),
  },
  {
    name: 'the user has ignored files in a folder that became a link: refused',
    together: 'ignored',
    base: { '.gitignore': '*.log\n', 'folder/tracked': 't\n' },
    before: ignoredInFolder,
    model: (it) => it.put({ folder: { link: '/nowhere' }, 'new.txt': 'new\n' }),
    expect: { refused: { script: 'apply-picks', code: /./, names: 'folder' } },
  },
  {
    name: 'the user’s folder is a link to another place by now: nothing is written through it',
    base: { 'folder/x': 'old\n' },
    model: (it) => it.put({ 'folder/x': 'new\n', 'folder/y': 'y\n' }),
    meanwhile: async (it) => {
      await it.put({ '../outside/x': 'old\n' });
      await it.put({ folder: { link: '../outside' } });
    },
    expect: { refused: { script: 'apply-picks', code: /./, names: 'folder' } },
  },
  {
    name: 'uncommitted work of the user’s in base: staged, unstaged, untracked',
    base: { 'gone.txt': 'g\n' },
    before: async (it) => {
      await it.put({ 'staged.txt': 's\n', 'kept.txt': 'staged\n' });
      await it.git('add', '--all');
      await it.put({ 'kept.txt': 'edited\n', 'untracked.txt': 'u\n', 'gone.txt': null });
    },
    includeChanges: true,
    model: async (it) => {
      await model(it);
      await it.put({ 'untracked.txt': 'changed\n', 'staged.txt': null });
    },
    expect: { files: ['a.txt', 'new.txt', 'staged.txt', 'untracked.txt'] },
  },
  {
    name: 'the user edits an applied file elsewhere, then undoes',
    model,
    afterwards: (it) => it.put({ 'a.txt': BOTH }),
    expect: { undone: { 'a.txt': END } },
  },
  {
    name: 'the user stages what was applied, then undoes: what is staged stays',
    model,
    afterwards: (it) => it.git('add', '--all'),
  },
];

testAwkward(CASES);
test.run();
