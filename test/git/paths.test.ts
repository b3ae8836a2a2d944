import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  bytesOf,
  pathText,
  printPath,
  rawPathOf,
  rawPathOfPrinted,
  splitNul,
} from '../../scripts/lib/git/paths.ts';

const NAMES = [
  'plain.txt',
  'a b',
  'nä/ö',
  '日本',
  'line\nbreak',
  '"quoted"',
  '-dash',
  '\ttab',
  '\\',
];

test('a UTF-8 name comes through text and back, and needs no base64', () => {
  for (const name of NAMES) {
    const raw = rawPathOf(name);
    assert.is(pathText(raw), name);
    assert.equal(bytesOf(raw), Buffer.from(name));
    assert.equal(printPath(raw), { path: name });
    assert.is(rawPathOfPrinted({ path: name }), raw);
  }
});

test('a name that is no UTF-8 is printed with its true bytes, and found again by them', () => {
  const raw = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x2e, 0x63]).toString('latin1');
  const printed = printPath(raw);
  assert.equal(printed, { path: 'caf\uFFFD.c', path_base64: 'Y2Fm6S5j' });
  assert.is(rawPathOfPrinted(printed), raw);
});

test('a name that holds U+FFFD itself is no broken one', () => {
  assert.equal(printPath(rawPathOf('a\uFFFDb')), { path: 'a\uFFFDb' });
});

test('a NUL-terminated list: none, one, names with newlines, bytes kept', () => {
  assert.equal(splitNul(Buffer.from('')), []);
  assert.equal(splitNul(Buffer.from('a\0')), ['a']);
  assert.equal(splitNul(Buffer.from('a\nb\0\0c\0')), ['a\nb', '', 'c']);
  assert.equal(splitNul(Buffer.from([0xe9, 0])), ['\u00e9']);
});

test.run();
