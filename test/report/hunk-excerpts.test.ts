import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writePatch } from '../../scripts/lib/git/changes.ts';
import { placeKey } from '../../scripts/lib/report/hunk-excerpts.ts';
import { type FilePatch, readPatch } from '../../scripts/lib/report/read-patch.ts';
import { type Hunk, oldRange } from '../../scripts/lib/synthesis/hunks.ts';
import { readHunks } from '../../scripts/lib/synthesis/read-hunks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seededRandom } from '../synthesis/random.ts';
import { executable, type Files, link, makeRepository } from '../synthesis/repository.ts';

/** The hunks of the comparison, and the model's patch read with their places wanted, or with others. */
async function hunksAndPatch(
  base: Files,
  changes: Files,
  places?: ReadonlyMap<string, ReadonlySet<string>>,
) {
  await using folder = await temporaryFolder();
  const repository = await makeRepository(folder.path);
  const from = await repository.tree(base);
  const to = await repository.tree(changes, from);
  const hunks = await readHunks(repository.directory, from, to);
  const file = join(folder.path, 'model.diff');
  await writePatch(repository.directory, from, to, file);
  const all = new Map([...hunks].map(([path, ones]) => [path, new Set(ones.map(placeKey))]));
  return { hunks, patch: await readPatch(file, new Set(), places ?? all) };
}

function excerptOf(patch: Map<string, FilePatch>, path: string, hunk: Hunk) {
  const excerpt = patch.get(path)?.hunks.get(placeKey(hunk));
  assert.ok(excerpt, `${path} ${placeKey(hunk)}`);
  return excerpt;
}

const withoutEnd = (line: string) => line.replace(/\n$/, '');

/** Lines that look like what they are not, and few enough that they repeat. */
const LINES = ['a', 'b', '', '@@ -1,2 +3,4 @@', '+c', '-d', '\\ No newline', 'diff --git a/x b/x'];

test('every hunk of the comparison is found in the patch, with its lines and those around', async () => {
  const random = seededRandom(4);
  const line = () => `${LINES[random(LINES.length)]}${random(4)}\n`;
  const [base, changes]: [Files, Files] = [{}, {}];
  for (let file = 0; file < 120; file++) {
    const before = Array.from({ length: random(30) }, line);
    const after = before.flatMap((old) => {
      const dice = random(8);
      return dice === 0 ? [] : dice === 1 ? [line()] : dice === 2 ? [line(), old] : [old];
    });
    // Some do not end with a newline.
    const text = (lines: string[]) => lines.join('').slice(0, random(3) === 0 ? -1 : undefined);
    base[`f${file}`] = text(before);
    changes[`f${file}`] = text(after);
  }
  const { hunks, patch } = await hunksAndPatch(base, changes);
  let checked = 0;
  for (const [path, ones] of hunks) {
    const old = String(base[path]).split('\n');
    for (const hunk of ones) {
      const { lines, line_count } = excerptOf(patch, path, hunk);
      const plain = lines.filter((it) => !it.startsWith('\\'));
      const signed = (sign: string) => plain.filter((it) => it.startsWith(sign));
      assert.equal(
        signed('-'),
        hunk.removed.map((it) => `-${withoutEnd(it)}`),
      );
      assert.equal(
        signed('+'),
        hunk.lines.map((it) => `+${withoutEnd(it)}`),
      );
      assert.is(line_count, lines.length);
      const before = plain.findIndex((it) => !it.startsWith(' '));
      const after = signed(' ').length - before;
      assert.ok(before <= 3 && after <= 3, `${before} lines before, ${after} after`);
      const [from, to] = oldRange(hunk);
      assert.equal(
        [...plain.slice(0, before), ...plain.slice(before).filter((it) => it.startsWith(' '))],
        [...old.slice(from - before, from), ...old.slice(to, to + after)].map((it) => ` ${it}`),
      );
      checked++;
    }
  }
  assert.ok(checked > 250, `${checked} hunks`);
});

test('a new file, a deleted one, a mode and a change of type', async () => {
  const { hunks, patch } = await hunksAndPatch(
    { gone: 'x\n', mode: 'a\nb\n', type: 'x\n' },
    { 'new \t"1"': 'n\n', gone: null, mode: executable('a\nc\n'), type: link('target') },
  );
  const found = [...hunks].map(([path, [hunk]]) => hunk && excerptOf(patch, path, hunk).lines);
  assert.equal(found, [['-x'], [' a', '-b', '+c'], ['+n']]);
});

test('of a renamed file the places are those of its old name', async () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`);
  const edited = lines.with(9, 'other\n').join('');
  const { patch } = await hunksAndPatch(
    { old: lines.join('') },
    { old: null, new: edited },
    new Map([['new', new Set(['10,1'])]]),
  );
  assert.equal(patch.get('new')?.hunks.get('10,1')?.lines, [
    ...[' line 7', ' line 8', ' line 9', '-line 10', '+other', ' line 11', ' line 12', ' line 13'],
  ]);
});

test('a hunk that nobody asked for is not kept; one that is too long is cut and counted', async () => {
  const { patch, hunks } = await hunksAndPatch({ a: 'x\n' }, { a: `x\n${'y\n'.repeat(500)}` });
  const [hunk] = hunks.get('a') ?? [];
  assert.ok(hunk);
  const { lines, line_count } = excerptOf(patch, 'a', hunk);
  assert.equal([lines.length, line_count], [60, 501]);
  const other = await hunksAndPatch({ a: 'x\n' }, { a: 'y\n' }, new Map([['a', new Set(['7,1'])]]));
  assert.is(other.patch.get('a')?.hunks.size, 0);
});

test('all hunks of a patch share a purse: what does not fit is counted only', async () => {
  const long = `${'y'.repeat(700)}\n`.repeat(50);
  const names = Array.from({ length: 12 }, (_, index) => `f${index + 10}`);
  const base = Object.fromEntries(names.map((name) => [name, 'x\n']));
  const { patch, hunks } = await hunksAndPatch(
    base,
    Object.fromEntries(names.map((name) => [name, long])),
  );
  const kept = names.map((name) => {
    const [hunk] = hunks.get(name) ?? [];
    assert.ok(hunk);
    return excerptOf(patch, name, hunk);
  });
  assert.ok(kept.every(({ line_count }) => line_count === 51));
  assert.is(kept[0]?.lines.length, 51);
  assert.is(kept.at(-1)?.lines.length, 0);
});

test.run();
