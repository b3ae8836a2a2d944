/** Awkward contents, and all that makes git change bytes on their way: line endings, encodings, filters, keywords. */
import { randomBytes } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { testAwkward } from '../support/awkward-cases.ts';
import { type Contents, checkOutAgain, type Hands } from '../support/awkward-cases-hands.ts';
import type { AwkwardCase } from '../support/awkward-cases-table.ts';

const CRLF = 'one\r\ntwo\r\nthree\r\n';
const MIXED = 'one\r\ntwo\nthree\r\nfour\rfive';
const ROTATE = 'tr a-zA-Z n-za-mN-ZA-M';

function utf16(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
}

/** Attributes that make a committed file differ from itself, which git sees only when it reads the file again. */
async function attributesUnnoticed(user: Hands): Promise<void> {
  const longAgo = new Date('2020-01-01');
  utimesSync(join(user.root, 'old.txt'), longAgo, longAgo);
  await user.git('update-index', '--refresh');
  await user.put({ '.gitattributes': '*.txt text\n' });
  await user.git('add', '.gitattributes');
  await user.git('commit', '--quiet', '-m', 'attributes');
}

/** What each row of a conversion needs: the attributes of one name do nothing to files of other names. */
const CONVERTED: Contents = {
  '.gitattributes': [
    '*.lock -diff\n*.dat binary\n*.doc export-ignore\na.txt merge=ours\n',
    '*.rc text working-tree-encoding=UTF-16LE-BOM eol=crlf\n',
    '*.rc16 text working-tree-encoding=UTF-16LE-BOM\n',
    '*.c ident\n*.rot filter=rotate\n*.turn filter=turn\n*.nb filter=strip\n*.br filter=broken\n',
    '*.psd filter=lfs diff=lfs merge=lfs -text\n',
  ].join(''),
  'old.rc': utf16('eins\r\n'),
  'old.c': '/* $Id$ */\nint a;\n',
  'old.rot': 'hello\n',
  'kept.rot': 'k\n',
  'old.turn': 'hello\n',
  'old.nb': 'a\n',
  'old.psd': `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`,
};

const CASES: AwkwardCase[] = [
  {
    name: 'binary files: new, changed, deleted',
    base: { 'old.bin': Buffer.from([0, 1, 2, 255]), 'gone.bin': Buffer.from([0, 0, 0]) },
    model: async (it) => {
      await it.put({ 'new.bin': randomBytes(4_000), 'old.bin': Buffer.from([0, 255, 10, 13]) });
      it.remove('gone.bin');
    },
  },
  {
    name: 'text that becomes binary, and back',
    base: { 'to-text': Buffer.from([0, 1]), 'to-binary': 'text\n' },
    model: (it) => it.put({ 'to-text': 'text\n', 'to-binary': Buffer.from([0, 1]) }),
  },
  { name: 'an empty file', model: (it) => it.put({ nothing: '', 'folder/.gitkeep': '' }) },
  {
    name: 'an empty file made non-empty, and one emptied',
    base: { empty: '' },
    model: (it) => it.put({ empty: 'full\n', 'a.txt': '' }),
  },
  {
    name: 'one empty file in place of another',
    base: { 'old-empty': '' },
    model: async (it) => it.move('old-empty', 'new-empty'),
  },
  {
    name: 'a last line without an end, added and removed',
    base: { without: 'one\ntwo', with: 'one\ntwo\n' },
    model: (it) => it.put({ without: 'one\ntwo\n', with: 'one\ntwo', single: 'x' }),
  },
  {
    name: 'a binary file of 50 MB',
    model: (it) => it.put({ 'large.bin': randomBytes(50 * 1024 * 1024) }),
  },
  {
    name: 'one line of 2 MB',
    model: (it) => it.put({ 'long.txt': 'x'.repeat(2 * 1024 * 1024) }),
  },
  {
    name: 'white space that a careful git would mend',
    together: 'settings',
    config: { 'apply.whitespace': 'fix', 'core.whitespace': 'trailing-space,tab-in-indent' },
    model: (it) => it.put({ 'a.txt': 'one  \n\t two\t\n \n\n\n', 'b.txt': '  \n\t\n' }),
  },
  {
    name: 'white space ignored by configuration',
    together: 'settings',
    config: { 'apply.ignoreWhitespace': 'change', 'diff.ignoreSubmodules': 'all' },
    model: (it) => it.put({ 'a.txt': 'one \ntwo\n\tthree\nfour\nfive\nsix\nseven\n' }),
  },
  {
    name: 'diff settings that change the form of a patch',
    together: 'settings',
    config: {
      'diff.noprefix': 'true',
      'diff.mnemonicPrefix': 'true',
      'diff.renames': 'copies',
      'diff.interHunkContext': '9',
      'diff.context': '0',
      'color.ui': 'always',
      'diff.wordRegex': '.',
      'diff.relative': 'true',
      'diff.orderFile': 'nowhere',
    },
    model: async (it) => {
      it.move('a.txt', 'b.txt');
      await it.put({ 'c.txt': 'c\n' });
    },
  },
  {
    name: 'content that looks like a patch, like conflicts, like our own JSON',
    model: (it) =>
      it.put({
        'patch.diff':
          'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+1\n',
        'a.txt': '<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n-- \n2.39.5\n',
        'answer.json': '{"ok":true}\n',
      }),
  },
  {
    name: 'files with -diff, binary, export-ignore and merge attributes',
    together: 'conversions',
    base: CONVERTED,
    model: (it) =>
      it.put({ 'x.lock': 'x\n', 'y.dat': 'y\r\n', 'z.doc': 'z\n', 'a.txt': 'one\n2\n' }),
  },
  {
    name: 'CRLF without attributes',
    base: { 'old.txt': CRLF },
    model: (it) => it.put({ 'old.txt': `${CRLF}four\r\n`, 'new.txt': CRLF, 'mixed.txt': MIXED }),
  },
  {
    name: 'LF to CRLF without attributes, and back',
    base: { 'old.txt': CRLF },
    model: (it) => it.put({ 'a.txt': CRLF, 'old.txt': CRLF.replaceAll('\r', '') }),
  },
  {
    name: 'CRLF with * text=auto',
    base: { '.gitattributes': '* text=auto\n' },
    model: (it) => it.put({ 'new.txt': CRLF, 'lf.txt': 'one\n' }),
    expect: { except: ['new.txt'] },
  },
  {
    name: 'mixed line endings with * text=auto',
    base: { '.gitattributes': '* text=auto\n' },
    model: (it) => it.put({ 'mixed.txt': MIXED, 'a.bin': Buffer.from('a\0\r\n') }),
    expect: { except: ['mixed.txt'] },
  },
  {
    name: 'a CRLF file from before * text=auto, changed',
    base: { 'old.txt': CRLF },
    before: async (it) => {
      await it.put({ '.gitattributes': '* text=auto\n' });
      await it.git('add', '.gitattributes');
      await it.git('commit', '--quiet', '-m', 'attributes');
    },
    model: (it) => it.put({ 'old.txt': `${CRLF}four\r\n` }),
    expect: { except: ['old.txt'] },
  },
  {
    name: 'a CRLF file from before * text, which git has not noticed: it is not touched',
    together: 'unnoticed',
    base: { 'old.txt': CRLF },
    before: attributesUnnoticed,
    model: (it) => it.put({ 'b.md': 'b\n' }),
    // In a clone, git add finds the change in old.txt that nobody made.
    expect: { files: ['b.md'], patch: 'on-index' },
  },
  {
    name: 'a CRLF file from before * text, which git has not noticed, written again as it is',
    together: 'unnoticed',
    base: { 'old.txt': CRLF },
    before: attributesUnnoticed,
    model: (it) => it.put({ 'b.md': 'b\n', 'old.txt': CRLF }),
    expect: { except: ['old.txt'], patch: 'on-index' },
  },
  {
    name: 'a CRLF file from before * text, which git shows as changed: it is not touched',
    base: { 'old.txt': CRLF },
    before: async (it) => {
      await attributesUnnoticed(it);
      await it.put({ 'old.txt': CRLF });
    },
    includeChanges: true,
    model: (it) => it.put({ 'b.md': 'b\n' }),
    expect: { files: ['b.md'] },
  },
  {
    name: 'eol=crlf, written as CRLF',
    together: 'eol=crlf',
    base: { '.gitattributes': '*.txt text eol=crlf\n' },
    before: checkOutAgain,
    model: (it) => it.put({ 'a.txt': 'one\r\n2\r\n', 'new.txt': CRLF }),
    expect: { files: ['a.txt', 'new.txt'] },
  },
  {
    name: 'eol=crlf, written as LF',
    together: 'eol=crlf',
    base: { '.gitattributes': '*.txt text eol=crlf\n' },
    before: checkOutAgain,
    model: (it) => it.put({ 'a.txt': 'one\n2\n', 'new.txt': 'new\n' }),
    expect: { except: ['a.txt', 'new.txt'] },
  },
  {
    name: 'eol=lf, written as CRLF',
    base: { '.gitattributes': '*.txt text eol=lf\n' },
    model: (it) => it.put({ 'a.txt': CRLF, 'b.md': 'b\n' }),
    expect: { except: ['a.txt'] },
  },
  {
    name: 'the model adds eol=crlf, and its files are CRLF',
    alone: true,
    base: { 'b.txt': 'b\n' },
    model: (it) =>
      it.put({ '.gitattributes': '*.txt text eol=crlf\n', 'a.txt': CRLF, 'b.txt': 'b\r\n' }),
    expect: { except: ['a.txt', 'b.txt'] },
  },
  {
    name: 'the model removes eol=crlf, and its files stay CRLF',
    together: 'eol=crlf',
    base: { '.gitattributes': '*.txt text eol=crlf\n' },
    before: checkOutAgain,
    model: (it) => it.put({ '.gitattributes': null, 'a.txt': CRLF }),
    expect: { except: ['a.txt', 'kept.txt'] },
  },
  {
    name: 'the model adds * text=auto beside CRLF files',
    base: { 'old.txt': CRLF },
    model: (it) => it.put({ '.gitattributes': '* text=auto\n', 'new.txt': CRLF }),
    expect: { except: ['new.txt', 'old.txt'] },
  },
  {
    name: 'core.autocrlf=true',
    base: { 'c.txt': CRLF },
    config: { 'core.autocrlf': 'true' },
    before: checkOutAgain,
    model: (it) => it.put({ 'a.txt': CRLF, 'c.txt': `${CRLF}four\r\n`, 'lf.txt': 'one\ntwo\n' }),
    expect: { except: ['lf.txt'] },
  },
  {
    name: 'core.autocrlf=input',
    config: { 'core.autocrlf': 'input' },
    model: (it) => it.put({ 'a.txt': CRLF, 'new.txt': CRLF, 'lf.txt': 'one\ntwo\n' }),
    expect: { except: ['a.txt', 'new.txt'] },
  },
  {
    name: 'core.safecrlf=true, which makes git add refuse',
    config: { 'core.autocrlf': 'input', 'core.safecrlf': 'true' },
    model: (it) => it.put({ 'new.txt': CRLF, 'mixed.txt': MIXED, 'lf.txt': 'one\n' }),
    expect: { except: ['new.txt', 'mixed.txt'] },
  },
  {
    name: 'a byte order mark',
    base: { 'was.txt': '\xef\xbb\xbfone\n' },
    model: (it) =>
      it.put({ 'was.txt': 'one\n', 'bom.txt': '\xef\xbb\xbfone\n', 'a.txt': '\xef\xbb\xbf' }),
  },
  {
    name: 'UTF-16, Latin-1 and broken UTF-8 as they are',
    base: { 'latin1.txt': 'caf\xe9\n' },
    model: (it) =>
      it.put({
        'latin1.txt': 'caf\xe9s\n',
        'utf16.txt': utf16('eins\r\nzwei\r\n'),
        'utf16be.txt': Buffer.from('\xfe\xff\0a\0\n', 'latin1'),
        'broken.txt': 'a\xc3\x28\xff\n',
      }),
  },
  {
    name: 'working-tree-encoding=UTF-16LE-BOM',
    together: 'conversions',
    base: CONVERTED,
    model: (it) => it.put({ 'old.rc': utf16('eins\r\nzwei\r\n'), 'new.rc': utf16('neu ü\r\n') }),
    expect: { files: ['new.rc', 'old.rc'] },
  },
  {
    name: 'a file that its working-tree-encoding cannot read',
    together: 'conversions',
    base: CONVERTED,
    model: (it) => it.put({ 'bad.rc16': 'no UTF-16', 'b.txt': 'b\n' }),
    expect: { except: ['bad.rc16'] },
  },
  {
    name: 'the model adds a working-tree-encoding that does not exist',
    model: (it) =>
      it.put({ '.gitattributes': '*.txt working-tree-encoding=NO-SUCH\n', 'b.txt': 'b\n' }),
    // A fresh clone would know the encoding no better.
    expect: { except: ['b.txt'], patch: 'on-index' },
  },
  {
    name: 'the ident attribute',
    together: 'conversions',
    base: CONVERTED,
    before: checkOutAgain,
    model: async (it) => {
      const changed = it.read('old.c').toString().replace('int a', 'int b');
      await it.put({ 'old.c': changed, 'new.c': '/* $Id$ */\n', 'b.txt': '$Id$\n' });
    },
    expect: { except: ['old.c', 'new.c'] },
  },
  {
    name: 'clean and smudge filters that the user has configured',
    together: 'conversions',
    config: { 'filter.rotate.clean': ROTATE, 'filter.rotate.smudge': ROTATE },
    base: CONVERTED,
    model: (it) => it.put({ 'old.rot': 'hello you\n', 'new.rot': 'brand new\n' }),
    expect: { files: ['new.rot', 'old.rot'] },
  },
  {
    name: 'a required filter of the user’s, and a file renamed into it',
    together: 'conversions',
    config: {
      'filter.turn.clean': ROTATE,
      'filter.turn.smudge': ROTATE,
      'filter.turn.required': 'true',
    },
    base: CONVERTED,
    model: async (it) => {
      it.move('a.txt', 'a.turn');
      it.move('old.turn', 'old.txt');
    },
  },
  {
    name: 'a filter of the user’s that is told the path, in the global configuration',
    before: async (it) => {
      const program = `${it.box.folder}/filter.sh`;
      await it.put({ '../filter.sh': { executable: `#!/bin/sh\n[ -n "$1" ] && ${ROTATE}\n` } });
      await it.git('config', '--global', 'filter.rotate.clean', `${program} %f`);
      await it.git('config', '--global', 'filter.rotate.smudge', `${program} %f`);
      await it.put({ '.gitattributes': '*.rot filter=rotate\n', 'old file.rot': 'hello\n' });
      await it.git('add', '--all');
      await it.git('commit', '--quiet', '-m', 'filtered');
    },
    model: (it) => it.put({ 'old file.rot': 'hello you\n', "new file's.rot": 'brand new\n' }),
    expect: { files: ["new file's.rot", 'old file.rot'] },
  },
  {
    name: 'a clean filter of the user’s that loses something',
    together: 'conversions',
    config: { 'filter.strip.clean': "sed 's/ *$//'", 'filter.strip.smudge': 'cat' },
    base: CONVERTED,
    model: (it) => it.put({ 'old.nb': 'a   \nb\n', 'b.txt': 'b  \n' }),
    expect: { except: ['old.nb'] },
  },
  {
    name: 'a filter of the user’s that fails, and is required',
    together: 'conversions',
    config: {
      'filter.broken.clean': 'false',
      'filter.broken.smudge': 'cat',
    },
    base: CONVERTED,
    before: async (it) => void (await it.git('config', 'filter.broken.required', 'true')),
    model: (it) => it.put({ 'new.br': 'precious\n', 'b.txt': 'b\n' }),
    expect: { except: ['new.br'] },
  },
  {
    name: 'LFS pointers without git-lfs',
    together: 'conversions',
    base: CONVERTED,
    model: (it) =>
      it.put({
        'old.psd': `version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 9\n`,
        'new.psd': Buffer.from([0, 1, 2, 3]),
      }),
  },
  {
    name: '.gitignore reveals what was ignored',
    base: { '.gitignore': '*.log\nout/\n' },
    before: (it) => it.put({ 'mine.log': 'the user’s\n', 'out/mine': 'the user’s\n' }),
    model: (it) => it.put({ '.gitignore': '', 'new.log': 'l\n', 'out/new': 'o\n' }),
  },
  {
    name: '.gitignore ignores what is tracked',
    model: (it) => it.put({ '.gitignore': '*.txt\n', 'a.txt': 'changed\n' }),
    expect: { files: ['.gitignore', 'a.txt'] },
  },
  {
    name: '.gitignore ignores new files',
    model: (it) => it.put({ '.gitignore': 'dist/\n*.tmp\n', 'dist/x': 'x\n', 'y.tmp': 'y\n' }),
    expect: { ignored: ['dist/x', 'y.tmp'], files: ['.gitignore'] },
  },
  {
    name: '.gitignore ignores itself, and everything',
    model: (it) => it.put({ 'sub/.gitignore': '*\n', 'sub/x': 'x\n', 'b.txt': 'b\n' }),
    expect: { ignored: ['sub/.gitignore', 'sub/x'], files: ['b.txt'] },
  },
  {
    name: 'the user’s own exclude files count',
    before: async (it) => {
      await it.put({ '.git/info/exclude': '*.mine\n', '../excludes': '*.global\n' });
      await it.git('config', 'core.excludesFile', `${it.box.folder}/excludes`);
    },
    model: (it) => it.put({ 'x.mine': 'x\n', 'y.global': 'y\n', 'b.txt': 'b\n' }),
    expect: { ignored: ['x.mine', 'y.global'], files: ['b.txt'] },
  },
  {
    name: 'the user’s exclude and attributes files at their default places',
    before: (it) =>
      it.in(it.box.env.XDG_CONFIG_HOME ?? '').put({
        'git/ignore': '*.swp\n',
        'git/attributes': '*.bat text eol=crlf\n',
      }),
    model: (it) => it.put({ 'x.swp': 'x\n', 'run.bat': 'one\r\ntwo\r\n', 'b.txt': 'b\n' }),
    expect: { ignored: ['x.swp'], files: ['b.txt', 'run.bat'] },
  },
  {
    name: 'an ignored file that is tracked, changed and deleted',
    base: { '.gitignore': '*.log\n', 'tracked.log': 'old\n', 'gone.log': 'old\n' },
    model: (it) => it.put({ 'tracked.log': 'new\n', 'gone.log': null, 'other.log': 'o\n' }),
    expect: { ignored: ['other.log'] },
  },
];

testAwkward(CASES);
test.run();
