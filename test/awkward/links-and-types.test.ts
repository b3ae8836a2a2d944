/** Modes, symbolic links, and paths that become something else. */
import { linkSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testAwkward } from '../support/awkward-cases.ts';
import type { Hands } from '../support/awkward-cases-hands.ts';
import type { AwkwardCase } from '../support/awkward-cases-table.ts';

const PRECIOUS = { 'a.txt': 'precious a\n', 'x.txt': 'precious x\n' };

/** A folder beside the repository, with files that nobody may touch. */
async function outside(it: Hands): Promise<string> {
  const folder = join(it.box.folder, 'outside');
  await it.in(folder).put(PRECIOUS);
  return folder;
}

function assertPrecious(it: Hands): void {
  const there = it.in(join(it.box.folder, 'outside'));
  for (const [path, content] of Object.entries(PRECIOUS))
    assert.is(there.read(path).toString(), content, `${path} outside was written through a link`);
}

async function linkOutside(it: Hands): Promise<void> {
  await it.put({ folder: { link: await outside(it) } });
  await it.git('add', 'folder');
  await it.git('commit', '--quiet', '-m', 'link');
}

async function noFileMode(it: Hands): Promise<void> {
  await it.git('config', 'core.fileMode', 'false');
}

const CASES: AwkwardCase[] = [
  {
    name: 'a file made executable',
    base: { 'tool.sh': '#!/bin/sh\n' },
    model: async (it) => it.executable('tool.sh', true),
    expect: { files: ['tool.sh'] },
  },
  {
    name: 'a file no longer executable',
    base: { 'tool.sh': { executable: '#!/bin/sh\n' } },
    model: async (it) => it.executable('tool.sh', false),
    expect: { files: ['tool.sh'] },
  },
  {
    name: 'new executable files, empty ones too; mode and content changed at once',
    base: { 'tool.sh': '#!/bin/sh\n' },
    model: (it) =>
      it.put({
        'new.sh': { executable: 'new\n' },
        empty: { executable: '' },
        'tool.sh': { executable: 'changed\n' },
      }),
  },
  {
    name: 'core.fileMode=false: a new executable file',
    together: 'no file mode',
    before: noFileMode,
    model: (it) => it.put({ 'new.sh': { executable: 'new\n' }, 'plain.txt': 'p\n' }),
    expect: { except: ['new.sh'] },
  },
  {
    name: 'core.fileMode=false: chmod in both directions',
    together: 'no file mode',
    base: { 'on.sh': 'on\n', 'off.sh': { executable: 'off\n' } },
    before: noFileMode,
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      it.executable('on.sh', true);
      it.executable('off.sh', false);
    },
    expect: { except: ['on.sh', 'off.sh'] },
  },
  {
    name: 'core.fileMode=false: git update-index --chmod',
    together: 'no file mode',
    base: { 'on.sh': 'on\n' },
    before: noFileMode,
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      await it.git('update-index', '--chmod=+x', 'on.sh');
    },
    expect: { except: ['on.sh'] },
  },
  {
    name: 'core.fileMode=false: an executable file, changed',
    together: 'no file mode',
    base: { 'tool.sh': { executable: 'old\n' } },
    before: noFileMode,
    model: (it) => it.put({ 'tool.sh': { executable: 'new\n' } }),
  },
  {
    name: 'read-only and private files',
    model: async ({ root, put }) => {
      await put({ 'read-only.txt': 'r\n', 'private.txt': 'p\n' });
      await chmod(join(root, 'read-only.txt'), 0o444);
      await chmod(join(root, 'private.txt'), 0o600);
    },
  },
  {
    name: 'two hard links to one file',
    model: async ({ root, put }) => {
      await put({ 'first.txt': 'shared\n' });
      linkSync(join(root, 'first.txt'), join(root, 'second.txt'));
    },
  },
  {
    name: 'an empty folder, and a folder left empty',
    base: { 'folder/only.txt': 'o\n' },
    model: async (it) => {
      await it.put({ 'empty/x': 'x\n' });
      it.remove('empty/x', 'folder/only.txt');
    },
  },
  { name: 'a new link', model: (it) => it.put({ 'new-link': { link: 'a.txt' } }) },
  {
    name: 'a retargeted link',
    base: { link: { link: 'a.txt' } },
    model: (it) => it.put({ link: { link: 'kept.txt' } }),
    expect: { files: ['link'] },
  },
  {
    name: 'a deleted link; its target stays',
    base: { link: { link: 'a.txt' } },
    model: async (it) => it.remove('link'),
  },
  {
    name: 'dangling links',
    base: { was: { link: 'a.txt' } },
    model: (it) => it.put({ dangling: { link: 'nowhere/at/all' }, was: { link: '../../gone' } }),
  },
  {
    name: 'absolute links',
    model: async (it) => {
      const there = await outside(it);
      await it.put({ 'to-folder': { link: there }, 'to-file': { link: `${there}/a.txt` } });
    },
    meanwhile: async (it) => assertPrecious(it),
  },
  {
    name: 'links with strange targets',
    model: (it) =>
      it.put({
        break: { link: 'line\nbreak' },
        bytes: { link: 'caf\xe9' },
        dash: { link: '--all' },
        long: { link: 'x/'.repeat(700) },
        self: { link: 'self' },
        space: { link: ' ' },
      }),
  },
  {
    name: 'a link in another folder, relative to it',
    model: (it) => it.put({ 'x/y/up': { link: '../../a.txt' }, 'x/here': { link: '.' } }),
  },
  {
    name: '.gitignore and .gitattributes that are links',
    model: (it) =>
      it.put({
        'rules.txt': '*.txt\n',
        '.gitignore': { link: 'rules.txt' },
        '.gitattributes': { link: 'rules.txt' },
      }),
  },
  {
    name: 'a file that becomes a link',
    model: (it) => it.put({ 'a.txt': { link: 'kept.txt' } }),
  },
  {
    name: 'a link that becomes a file; its old target stays as it is',
    base: { link: { link: 'kept.txt' } },
    model: (it) => it.put({ link: 'a file now\n' }),
  },
  {
    name: 'a link that becomes an executable file with its target as content',
    base: { link: { link: 'kept.txt' } },
    model: (it) => it.put({ link: { executable: 'kept.txt' } }),
  },
  {
    name: 'a folder that becomes a link to a folder outside, which holds the same names',
    base: { 'folder/a.txt': 'tracked a\n', 'folder/x.txt': 'tracked x\n' },
    model: async (it) => it.put({ folder: { link: await outside(it) } }),
    meanwhile: async (it) => assertPrecious(it),
    afterwards: async (it) => assertPrecious(it),
  },
  {
    name: 'a link to a folder outside that becomes a folder with the same names',
    together: 'link',
    before: linkOutside,
    model: (it) => it.put({ folder: null, 'folder/a.txt': 'mine\n', 'folder/sub/b.txt': 'b\n' }),
    meanwhile: async (it) => assertPrecious(it),
    afterwards: async (it) => assertPrecious(it),
  },
  {
    name: 'a link to a folder of the repository, retargeted to one outside',
    base: { 'real/a.txt': 'real\n', link: { link: 'real' } },
    model: async (it) => it.put({ link: { link: await outside(it) } }),
    afterwards: async (it) => assertPrecious(it),
  },
  {
    name: 'a link to a folder outside is not followed for capture',
    model: async (it) => it.put({ 'to-outside': { link: await outside(it) } }),
    expect: { files: ['to-outside'] },
  },
  {
    name: 'a link to a folder, deleted',
    together: 'link',
    before: linkOutside,
    model: async (it) => it.remove('folder'),
    afterwards: async (it) => assertPrecious(it),
  },
  {
    name: 'a file that becomes a folder',
    model: (it) => it.put({ 'a.txt': null, 'a.txt/inside': 'i\n', 'a.txt/deep/er': 'd\n' }),
  },
  {
    name: 'a folder that becomes a file',
    base: { 'folder/a': 'a\n', 'folder/deep/b': 'b\n' },
    model: (it) => it.put({ folder: 'a file now\n' }),
  },
  {
    name: 'a file and a folder that change places',
    base: { x: 'x\n', 'y/inside': 'y\n' },
    model: (it) => it.put({ x: null, y: null, 'x/inside': 'y\n' }).then(() => it.put({ y: 'x\n' })),
  },
  {
    name: 'a file whose folder is a link now is gone, not found through it',
    base: { 'x/a.txt': 'same\n', 'y/a.txt': 'same\n' },
    model: (it) => it.put({ x: { link: 'y' } }),
  },
  {
    name: 'a fifo',
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      await it.fifo('pipe');
    },
    expect: { except: ['pipe'], warns: /pipe/ },
  },
  {
    name: 'a fifo in place of a tracked file',
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n', 'a.txt': null });
      await it.fifo('a.txt');
    },
    expect: { except: ['a.txt'], warns: /a\.txt/ },
  },
  {
    name: 'a fifo in a new folder, named like an option',
    model: async (it) => {
      await it.put({ 'new/b.txt': 'b\n' });
      await it.fifo('new/--pipe');
    },
    expect: { except: ['new/--pipe'], warns: /new\/--pipe/ },
  },
  {
    name: 'a fifo in an ignored folder is nobody’s business',
    base: { '.gitignore': 'cache/\n' },
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n', 'cache/x': 'x\n' });
      await it.fifo('cache/pipe');
    },
    expect: { ignored: ['cache/pipe', 'cache/x'] },
  },
  {
    name: 'a fifo for .gitattributes and .gitignore',
    model: async (it) => {
      await it.put({ 'sub/b.txt': 'b\n', 'c.txt': 'c\n' });
      await it.fifo('sub/.gitignore');
      await it.fifo('sub/.gitattributes');
    },
    expect: {
      except: ['sub/.gitignore', 'sub/.gitattributes'],
      refused: { script: 'capture-diff', code: /./, names: 'sub/.gitignore', optional: true },
      mayBeKept: /./,
    },
  },
  {
    name: 'a unix socket',
    model: async (it) => {
      await it.put({ 'b.txt': 'b\n' });
      await it.socket('sock');
    },
    expect: { except: ['sock'], warns: /sock/ },
  },
];

testAwkward(CASES);
test.run();
