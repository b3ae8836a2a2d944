import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filesThatChangeByConversion } from '../../scripts/lib/git/conversions.ts';
import type { TrustedPlace } from '../../scripts/lib/git/git.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { convertedPaths, readPresentFiles } from '../../scripts/lib/git/present-files.ts';
import type { Entries } from '../../scripts/lib/git/trees.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makePlaces } from '../support/working-tree.ts';

const ROTATE = 'tr a-zA-Z n-za-mN-ZA-M';
const ID = '$Id: 1234567890123456789012345678901234567890 $\n';
const utf16 = (text: string) =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

interface Row {
  name: string;
  attributes?: string;
  settings?: Record<string, string>;
  files: Record<RawPath, Awkward>;
  /** The files that would come back otherwise. */
  changed: RawPath[];
}

const ROWS: Row[] = [
  {
    name: 'without attributes and settings nothing is',
    files: { crlf: 'a\r\n', mixed: 'a\r\nb\n', lf: 'a\n', bin: Buffer.from([0, 13, 10]), id: ID },
    changed: [],
  },
  {
    name: 'text with the line ends of Windows',
    attributes: '* text=auto\n',
    files: { crlf: 'a\r\n', mixed: 'a\r\nb\n', lf: 'a\n', none: 'a', empty: '', cr: 'a\rb' },
    changed: ['crlf', 'mixed'],
  },
  {
    name: 'what git takes for binary stays, what is called text does not',
    attributes: '* text=auto\nforced text\n',
    files: { bin: Buffer.from([0, 13, 10]), forced: Buffer.from([0, 13, 10]) },
    changed: ['forced'],
  },
  {
    name: 'checked out with the line ends of Windows',
    settings: { 'core.autocrlf': 'true' },
    files: { crlf: 'a\r\n', mixed: 'a\r\nb\n', lf: 'a\n' },
    changed: ['lf', 'mixed'],
  },
  {
    name: 'in one direction',
    settings: { 'core.autocrlf': 'input' },
    files: { crlf: 'a\r\n', lf: 'a\n' },
    changed: ['crlf'],
  },
  {
    name: 'attributes say otherwise than settings',
    attributes: '*.bat eol=crlf\n*.sh eol=lf\nraw -text\n',
    settings: { 'core.autocrlf': 'true' },
    files: { 'a.bat': 'a\r\n', 'b.bat': 'b\n', 'a.sh': 'a\r\n', 'b.sh': 'b\n', raw: 'r\n' },
    changed: ['a.sh', 'b.bat'],
  },
  {
    name: 'a keyword',
    attributes: '* ident\n',
    files: { expanded: ID, plain: 'no keyword\n' },
    changed: ['expanded'],
  },
  {
    name: 'an encoding',
    attributes: '*.txt working-tree-encoding=UTF-16LE-BOM\n',
    files: { 'fine.txt': utf16('über\n') },
    changed: [],
  },
  {
    name: 'a filter that gives back what it was given, and one that does not',
    attributes: '*.rot filter=rotate\n*.up filter=shout\n',
    settings: {
      ...{ 'filter.rotate.clean': ROTATE, 'filter.rotate.smudge': ROTATE },
      'filter.shout.clean': 'tr a-z A-Z',
    },
    files: { 'a.rot': 'hello\n', 'a.up': 'hello\n', 'b.up': 'HELLO\n' },
    changed: ['a.up'],
  },
  {
    name: 'of git-lfs it is known',
    attributes: '* filter=lfs\n',
    settings: { 'filter.lfs.clean': 'tr a-z A-Z', 'filter.lfs.smudge': 'no-such-program' },
    files: { 'a.psd': 'hello\n' },
    changed: [],
  },
  {
    name: 'links are no files',
    attributes: '* text=auto eol=crlf\n',
    files: { link: { link: 'a\nb' }, 'a.txt': 'a\n' },
    changed: ['a.txt'],
  },
  {
    name: 'executable files, and any name',
    attributes: '* text eol=lf\n',
    files: {
      ...Object.fromEntries(NAMES.map((name) => [name, 'a\r\n'])),
      tool: { executable: '#!/bin/sh\r\n' },
    },
    changed: [...NAMES, 'tool'],
  },
  {
    name: 'of attributes in folders the nearest counts',
    attributes: '* text=auto\nsub/* -text\n',
    files: { 'sub/.gitattributes': 'x text\n', 'sub/x': 'x\r\n', 'sub/y': 'y\r\n', z: 'z\r\n' },
    changed: ['sub/x', 'z'],
  },
  {
    name: 'a large file of which the last byte is another one',
    attributes: '*.x filter=end\n',
    settings: { 'filter.end.clean': "sed '$s/last/LAST/'" },
    files: {
      'large.x': `${'all work and no play\n'.repeat(150_000)}last\n`,
      'same.x': `${'all work and no play\n'.repeat(150_000)}LAST\n`,
    },
    changed: ['large.x'],
  },
];

for (const { name, attributes = '', settings = {}, files, changed } of ROWS) {
  test(`which files would come back otherwise: ${name}`, async () => {
    await using box = await ownSandbox();
    const at = await box.repository({ '.gitattributes': attributes });
    for (const [key, value] of Object.entries(settings)) await box.git(at, 'config', key, value);
    await writeAwkward(at, files);
    const { main } = await makePlaces(box, at);
    const paths = Object.keys(files).map((path) => [path, null] as const);
    const { entries } = await readPresentFiles(main, new Map(paths));
    const before = await readAll(at);
    assert.equal((await changedByConversion(main, entries)).sort(), changed.toSorted());
    assert.equal(await readAll(at), before, 'nothing is written');
  });
}

async function changedByConversion(place: TrustedPlace, entries: Entries) {
  const converted = await convertedPaths(place, [...entries.keys()]);
  return filesThatChangeByConversion(place, entries, converted);
}

test('files that go away are none, nor is a submodule; and of nothing there is nothing', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ '.gitattributes': '* text\n' });
  const { main } = await makePlaces(box, at);
  const commit = await box.git(at, 'rev-parse', 'HEAD');
  const entries = new Map([
    ['gone', null],
    ['module', { mode: '160000', oid: commit }],
  ]);
  assert.equal(await changedByConversion(main, entries), []);
  assert.equal(await changedByConversion(main, new Map()), []);
});

test('a file that changed since is another one', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ '.gitattributes': '* text\n' });
  const { main } = await makePlaces(box, at);
  const file = join(at, 'large');
  const bytes = randomBytes(3 << 20).map((byte) => byte & 0x7e || 1);
  await writeFile(file, bytes);
  const { entries } = await readPresentFiles(main, new Map([['large', null]]));
  bytes[(2 << 20) + 5] = 0x21;
  await writeFile(file, bytes);
  assert.equal(await changedByConversion(main, entries), ['large']);
});

test.run();
