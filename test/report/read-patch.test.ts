import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writePatch } from '../../scripts/lib/git/changes.ts';
import { rawPathOf } from '../../scripts/lib/git/paths.ts';
import { type FilePatch, readPatch } from '../../scripts/lib/report/read-patch.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { executable, type Files, link, makeRepository } from '../synthesis/repository.ts';

/** The patch from one tree to another, written by git and read back. */
async function patchOf(base: Files, changes: Files, first: string[] = []) {
  await using folder = await temporaryFolder();
  const repository = await makeRepository(folder.path);
  const from = await repository.tree(base);
  const to = await repository.tree(changes, from);
  const file = join(folder.path, 'model.diff');
  await writePatch(repository.directory, from, to, file);
  return readPatch(file, new Set(first));
}

function only(files: Map<string, FilePatch>): FilePatch {
  assert.is(files.size, 1, [...files.keys()].join());
  return [...files.values()][0] as FilePatch;
}

const LINES = 'one\ntwo\nthree\nfour\nfive\n';

test('no patch is an error, an empty one is no file', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'model.diff');
  assert.is(await readPatch(file).catch(({ code }) => code), 'ENOENT');
  await writeFile(file, '');
  assert.is((await readPatch(file)).size, 0);
});

test('lines that look like headers are lines', async () => {
  const file = only(
    await patchOf(
      { 'a.txt': '-- a/x\nkeep\n' },
      { 'a.txt': '++ b/x\nkeep\ndiff --git a/evil b/evil\nrename to evil\n@@ -1 +1 @@\n' },
    ),
  );
  assert.is(file.path, 'a.txt');
  assert.equal([file.additions, file.deletions], [4, 1]);
  assert.equal(file.lines.slice(1, 3), ['--- a/x', '+++ b/x']);
});

test('names with spaces, quotes, newlines and letters of all kinds are found', async () => {
  const names = ['a b/b b.txt', 'say "hi"\n.txt', 'back\\slash', 'tab\there', 'Grüße.txt', 'a b/a'];
  const raw = names.map(rawPathOf);
  const files = await patchOf({}, Object.fromEntries(raw.map((name) => [name, 'x\n'])));
  assert.equal([...files.keys()].sort(), raw.sort());
});

test('a name that is no UTF-8 is found by its bytes', async () => {
  assert.ok((await patchOf({}, { 'caf\xe9': 'x\n' })).has('caf\xe9'));
});

test('a rename is under its new name and knows the old one', async () => {
  const file = only(await patchOf({ 'old b/x': LINES }, { 'old b/x': null, 'new "x"': LINES }));
  assert.equal([file.path, file.old_path, file.line_count], ['new "x"', 'old b/x', 0]);
});

test('modes are facts, a change of type is one file', async () => {
  const mode = only(await patchOf({ run: 'x\n' }, { run: executable('x\n') }));
  assert.equal(mode.facts, ['old mode 100644', 'new mode 100755']);
  const type = only(await patchOf({ run: 'x\n' }, { run: link('target') }));
  assert.equal([type.additions, type.deletions], [1, 1]);
  assert.equal(type.facts, ['new file mode 120000']);
  assert.is(type.lines.length, type.line_count);
});

test('a binary file is known for one, and its data for no lines', async () => {
  const file = only(await patchOf({ 'a.bin': '\0one' }, { 'a.bin': `\0${'two'.repeat(5000)}` }));
  assert.equal([file.binary, file.line_count, file.additions], [true, 0, 0]);
});

test('long lines are cut, long files are cut and counted', async () => {
  const content = `${'é'.repeat(500_000)}\n${'line\n'.repeat(1000)}`;
  const file = only(await patchOf({}, { 'a.txt': rawPathOf(content) }));
  assert.is(file.additions, 1001);
  assert.is(file.line_count, 1002);
  assert.is(file.lines.length, 400);
  assert.match(file.lines[1] ?? '', /^\+é+.?… \(the line goes on\)$/);
  assert.ok(file.lines.every((line) => line.length < 900));
});

test('one model gets its share of the page and no more, what has to be decided comes first', async () => {
  const big = `${'x'.repeat(700)}\n`.repeat(300);
  const names = Array.from({ length: 8 }, (_, index) => `file-${index}`);
  const files = await patchOf({}, Object.fromEntries(names.map((name) => [name, big])), ['file-7']);
  const kept = names.map((name) => files.get(name)?.lines.length ?? -1);
  assert.is(kept[0], 301);
  assert.is(kept[6], 0);
  assert.is(kept[7], 301);
  assert.ok(names.every((name) => files.get(name)?.additions === 300));
});

test.run();
