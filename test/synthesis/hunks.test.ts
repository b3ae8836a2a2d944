import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOf } from '../../scripts/lib/git/paths.ts';
import {
  applyHunks,
  type Hunk,
  type HunkBody,
  identifyHunks,
  overlap,
  overlapGroups,
} from '../../scripts/lib/synthesis/hunks.ts';

const bytes = (text: string) => bytesOf(text);

function body(old_start: number, old_lines: number, ...lines: string[]): HunkBody {
  return {
    old_start,
    old_lines,
    new_start: old_start,
    new_lines: lines.length,
    lines,
    removed: [],
    near: '',
  };
}

function hunk(old_start: number, old_lines: number, ...lines: string[]): Hunk {
  const [identified] = identifyHunks('file', [body(old_start, old_lines, ...lines)]);
  if (identified === undefined) throw new Error('no hunk');
  return identified;
}

const overlaps: [string, Hunk, Hunk, boolean][] = [
  ['edits of the same line', hunk(3, 1, 'a\n'), hunk(3, 1, 'b\n'), true],
  ['ranges that share a line', hunk(2, 3, 'a\n'), hunk(4, 2, 'b\n'), true],
  ['one inside the other', hunk(1, 9, 'a\n'), hunk(4, 2, 'b\n'), true],
  ['edits of adjacent lines', hunk(3, 1, 'a\n'), hunk(4, 1, 'b\n'), true],
  ['edits with one line between', hunk(3, 1, 'a\n'), hunk(5, 1, 'b\n'), false],
  ['insertions at one place', hunk(3, 0, 'a\n'), hunk(3, 0, 'b\n'), true],
  ['insertions at the start', hunk(0, 0, 'a\n'), hunk(0, 0, 'b\n'), true],
  ['insertions one line apart', hunk(3, 0, 'a\n'), hunk(4, 0, 'b\n'), false],
  ['an insertion inside a deletion', hunk(2, 3), hunk(3, 0, 'b\n'), true],
  ['an insertion just before a deletion', hunk(2, 3), hunk(1, 0, 'b\n'), true],
  ['an insertion just after a deletion', hunk(2, 3), hunk(4, 0, 'b\n'), true],
  ['an insertion one line after a deletion', hunk(2, 3), hunk(5, 0, 'b\n'), false],
  ['an insertion one line before an edit', hunk(3, 1, 'x\n'), hunk(1, 0, 'b\n'), false],
  ['the same edit', hunk(3, 1, 'a\n'), hunk(3, 1, 'a\n'), false],
  ['the same insertion', hunk(3, 0, 'a\n'), hunk(3, 0, 'a\n'), false],
];
for (const [what, a, b, expected] of overlaps) {
  test(`${what}: ${expected ? 'overlap' : 'no overlap'}`, () => {
    assert.is(overlap(a, b), expected);
    assert.is(overlap(b, a), expected);
  });
}

test('groups are what hangs together, also through a third', () => {
  const [top, wide, low, apart] = [hunk(1, 1, 'a\n'), hunk(2, 3), hunk(5, 1, 'b\n'), hunk(8, 1)];
  assert.equal(
    overlapGroups([apart, low, top, wide, { ...top }]).map((group) => group.map(({ id }) => id)),
    [[top.id, wide.id, low.id]],
  );
  assert.equal(overlapGroups([top, { ...top }, apart]), []);
});

const applications: [string, string, Hunk[], string][] = [
  ['no hunks', 'a\nb', [], 'a\nb'],
  ['an empty file filled', '', [hunk(0, 0, 'a\n', 'b')], 'a\nb'],
  ['the start', 'a\nb\n', [hunk(0, 0, 'x\n')], 'x\na\nb\n'],
  ['the first line', 'a\nb\n', [hunk(1, 1, 'x\n')], 'x\nb\n'],
  ['the end', 'a\nb\n', [hunk(2, 0, 'x\n')], 'a\nb\nx\n'],
  ['the last line deleted', 'a\nb\n', [hunk(2, 1)], 'a\n'],
  ['everything deleted', 'a\nb\n', [hunk(1, 2)], ''],
  ['the last newline taken', 'a\nb\n', [hunk(2, 1, 'b')], 'a\nb'],
  ['the last newline given', 'a\nb', [hunk(2, 1, 'b\n')], 'a\nb\n'],
  ['CRLF kept', 'a\r\nb\r\nc\r\n', [hunk(2, 1, 'B\r\n')], 'a\r\nB\r\nc\r\n'],
  ['Latin-1 kept', '\xe9\n\xa0\n', [hunk(1, 0, '\xfc\xff\n')], '\xe9\n\xfc\xff\n\xa0\n'],
  ['any order', 'a\nb\nc\nd\n', [hunk(4, 1), hunk(1, 1, 'x\n'), hunk(2, 0, 'y\n')], 'x\nb\ny\nc\n'],
];
for (const [what, base, hunks, expected] of applications) {
  test(`applies: ${what}`, () => {
    assert.is(applyHunks(bytes(base), hunks).toString('latin1'), expected);
  });
}

test('hunks that do not fit the base are a fault, never garbage', () => {
  assert.throws(() => applyHunks(bytes('a\n'), [hunk(3, 1, 'x\n')]), /does not fit/);
  assert.throws(() => applyHunks(bytes('a\nb\nc\n'), [hunk(1, 2), hunk(2, 1)]), /does not fit/);
});

test('many lines are no trouble', () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => `${index}\n`);
  const many = { ...hunk(1, 0), new_lines: lines.length, lines };
  const merged = applyHunks(bytes('a\nb\n'), [many]);
  assert.is(merged.toString('latin1'), `a\n${lines.join('')}b\n`);
});

test('an id stays the same with content and place, and changes with either or the path', () => {
  const { id } = hunk(3, 1, 'a\n');
  assert.match(id, /^h[0-9a-f]{8}$/);
  const moved = { ...body(3, 1, 'a\n'), new_start: 40 };
  assert.is(identifyHunks('file', [moved])[0]?.id, id);
  const others = [hunk(4, 1, 'a\n'), hunk(3, 2, 'a\n'), hunk(3, 1, 'a'), hunk(3, 1, 'a\r\n')];
  for (const other of others) assert.is.not(other.id, id);
  assert.is.not(identifyHunks('other', [body(3, 1, 'a\n')])[0]?.id, id);
});

test('ids that collide are lengthened until they differ, and no others', () => {
  const bodies = Array.from({ length: 40 }, (_, index) => body(index * 2, 0, 'x\n'));
  const ids = identifyHunks('file', [...bodies, ...bodies.slice(0, 3)], 1).map(({ id }) => id);
  assert.is(new Set(ids).size, 40);
  assert.equal(ids.slice(40), ids.slice(0, 3));
  assert.ok(ids.some((id) => id.length > 2));
  const [alone] = identifyHunks('file', [body(1, 1, 'x\n')], 1);
  assert.is(alone?.id.length, 2);
});

test.run();
