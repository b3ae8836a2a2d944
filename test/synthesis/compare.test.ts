import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Failure } from '../../scripts/lib/errors.ts';
import { readBlobs } from '../../scripts/lib/git/blobs.ts';
import { sameButWhiteSpace } from '../../scripts/lib/synthesis/agreement.ts';
import {
  type ComparedFile,
  compareCandidates,
  versionOf,
} from '../../scripts/lib/synthesis/compare.ts';
import { questionsIn } from '../../scripts/lib/synthesis/questions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type Content,
  executable,
  link,
  makeRepository,
  submodule,
  type TestRepository,
} from './repository.ts';

const LINES = '1\n2\n3\n4\n5\n6\n7\n8\n9\n';
const lines = (edits: Record<string, string>) =>
  LINES.replace(/\d\n/g, (line) => edits[line.trim()] ?? line);

/** Name, base, then what the models a, b, c make of it; undefined leaves it alone. */
type Case = [string, Content, (Content | undefined)[], string];

const cases: Case[] = [
  ['one model alone', LINES, [lines({ 1: 'x\n' })], 'single'],
  ['one deletes', LINES, [undefined, null], 'single'],
  ['same edit', LINES, ['new\n', 'new\n', 'new\n'], 'identical'],
  ['same deletion', LINES, [null, undefined, null], 'identical'],
  ['same addition', null, ['a\n', 'a\n'], 'identical'],
  ['same binary', 'a\0', ['b\0', 'b\0'], 'identical'],
  ['same mode', 'a', [executable('a'), executable('a')], 'identical'],
  ['edits far apart', LINES, [lines({ 1: 'x\n' }), lines({ 9: 'y\n' })], 'disjoint'],
  ['start and end', LINES, [`0\n${LINES}`, `${LINES}10\n`], 'disjoint'],
  ['same insertion, then apart', LINES, [`0\n${LINES}`, `0\n${lines({ 9: '' })}`], 'disjoint'],
  ['edits of one line', LINES, [lines({ 5: 'x\n' }), lines({ 5: 'y\n' })], 'conflict'],
  ['edits next to each other', LINES, [lines({ 5: 'x\n' }), lines({ 6: 'y\n' })], 'conflict'],
  ['two insertions at one place', LINES, [`${LINES}x\n`, `${LINES}y\n`], 'conflict'],
  ['different additions', null, ['a\n', 'b\n'], 'conflict'],
  [
    'third in conflict',
    LINES,
    [lines({ 1: 'x\n' }), lines({ 9: 'y\n' }), lines({ 9: 'z\n' })],
    'conflict',
  ],
  ['white space', LINES, [lines({ 5: 'a b\n' }), lines({ 5: ' a  b\n' })], 'format-only'],
  [
    'line ends',
    LINES,
    [lines({ 5: 'x\n' }), lines({ 5: 'x\n' }).replaceAll('\n', '\r\n')],
    'format-only',
  ],
  ['newline at the end', 'a\n', ['b\n', 'b'], 'format-only'],
  ['indented.py', 'if a:\n  b\n', ['if a:\n  b\n  c\n', 'if a:\n  b\nc\n'], 'conflict'],
  ['trailing.py', 'a\n', ['if a:\n  b\n', 'if a: \n  b\r\n'], 'format-only'],
  ['deleted against edited', LINES, [null, lines({ 1: 'x\n' })], 'split'],
  ['empty against deleted', LINES, ['', null], 'split'],
  ['binary versions', 'a\0', ['b\0', 'c\0'], 'split'],
  ['text made binary', 'a\n', ['b\n', 'c\0'], 'split'],
  ['mode against content', 'a\n', [executable('a\n'), 'b\n'], 'disjoint'],
  ['modes differ', null, [executable('a\n'), 'a\n'], 'split'],
  ['link against file', 'a\n', [link('x'), 'b\n'], 'split'],
  ['links', link('x'), [link('y'), link('z')], 'split'],
  ['link made two files', link('x'), ['a\n', 'b\n'], 'split'],
  [
    'submodules',
    submodule('1'.repeat(40)),
    [submodule('2'.repeat(40)), submodule('3'.repeat(40))],
    'split',
  ],
];

async function compareCases(
  { directory, tree }: TestRepository,
  someCases: readonly Case[],
): Promise<ComparedFile[]> {
  const base = await tree(Object.fromEntries(someCases.map(([name, content]) => [name, content])));
  const candidates: { model: string; tree: string }[] = [];
  for (const [index, model] of ['a', 'b', 'c'].entries()) {
    const changed = someCases.flatMap(([name, , versions]) => {
      const version = versions[index];
      return version === undefined ? [] : [[name, version] as const];
    });
    candidates.push({ model, tree: await tree(Object.fromEntries(changed), base) });
  }
  return compareCandidates(directory, base, candidates);
}

test('how far the models agree', async () => {
  await using folder = await temporaryFolder();
  const files = await compareCases(await makeRepository(folder.path), cases);
  const found = Object.fromEntries(files.map(({ path, agreement }) => [path, agreement]));
  assert.equal(found, Object.fromEntries(cases.map(([name, , , agreement]) => [name, agreement])));
  const undecided = cases.filter(([, , , agreement]) => /conflict|split/.test(agreement));
  assert.is(questionsIn(files).length, undecided.length);
  assert.equal(
    files.map(({ path }) => path),
    cases.map(([name]) => name).sort(),
  );
});

test('versions, groups and shared hunks of a file', async () => {
  await using folder = await temporaryFolder();
  const first = `0\n${lines({ 9: 'x\n' })}`;
  const [file] = await compareCases(await makeRepository(folder.path), [
    ['f', LINES, [first, `${LINES}10\n`.replace('1\n', '0\n1\n'), first], 'conflict'],
  ]);
  assert.equal(file?.groups, [['a', 'c'], ['b']]);
  assert.equal(
    file?.versions.map(({ model, status, additions, deletions }) => [
      model,
      status,
      additions,
      deletions,
    ]),
    [
      ['a', 'modified', 2, 1],
      ['b', 'modified', 2, 0],
      ['c', 'modified', 2, 1],
    ],
  );
  assert.equal(
    file?.hunks.map(({ old_start, old_lines, lines, models }) => [
      old_start,
      old_lines,
      lines,
      models,
    ]),
    [
      [0, 0, ['0\n'], ['a', 'b', 'c']],
      [9, 1, ['x\n'], ['a', 'c']],
      [9, 0, ['10\n'], ['b']],
    ],
  );
  assert.is(new Set(file?.hunks.map(({ id }) => id)).size, 3);
  assert.is(file?.base?.mode, '100644');
});

test('the order of the candidates changes nothing but the order of models', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const base = await tree({ f: LINES });
  const a = { model: 'a', tree: await tree({ f: `0\n0\n${lines({ 5: 'x\n' })}` }) };
  const b = { model: 'b', tree: await tree({ f: lines({ 5: 'x\n', 7: 'y\n' }) }) };
  const strip = (files: ComparedFile[]) => files[0]?.hunks.map(({ models: _, ...hunk }) => hunk);
  assert.equal(
    strip(await compareCandidates(directory, base, [a, b])),
    strip(await compareCandidates(directory, base, [b, a])),
  );
});

test('a file that was renamed is compared under its new name, with the edits under the old one', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const base = await tree({ old: LINES, other: 'x\n' });
  const files = await compareCandidates(directory, base, [
    { model: 'a', tree: await tree({ old: null, new: lines({ 5: 'x\n' }) }, base) },
    { model: 'b', tree: await tree({ old: lines({ 9: 'y\n' }) }, base) },
    { model: 'idle', tree: base },
  ]);
  assert.equal(
    files.map(({ path, agreement }) => [path, agreement]),
    [
      ['new', 'disjoint'],
      ['old', 'disjoint'],
    ],
  );
  const [renamed, old] = files;
  assert.equal(
    renamed?.hunks.map(({ models, old_start }) => [models, old_start]),
    [
      [['a'], 5],
      [['b'], 9],
    ],
  );
  assert.is(renamed?.origin?.path, 'old');
  assert.is(old?.moved_to, 'new');
  assert.is(renamed && versionOf(renamed, 'a')?.old_path, 'old');
  assert.is(renamed && versionOf(renamed, 'a')?.status, 'added');
  assert.is(old && versionOf(old, 'a')?.status, 'deleted');
  assert.is(old && versionOf(old, 'b')?.old_path, null);
});

test('a file in the place of a folder, names of any bytes, empty files', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const base = await tree({ 'd/x': 'x\n', '\xff \n"': 'a\n' });
  const files = await compareCandidates(directory, base, [
    { model: 'a', tree: await tree({ 'd/x': null, d: 'file\n', '\xff \n"': 'b\n' }, base) },
    { model: 'b', tree: await tree({ 'd/x': 'y\n', '-e': '' }, base) },
  ]);
  assert.equal(
    files.map(({ path, agreement, hunks }) => [path, agreement, hunks.length]),
    [
      ['-e', 'single', 0],
      ['d', 'single', 1],
      ['d/x', 'split', 2],
      ['\xff \n"', 'single', 1],
    ],
  );
});

test('nothing to compare', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const base = await tree({ a: 'a' });
  assert.equal(await compareCandidates(directory, base, []), []);
  assert.equal(await compareCandidates(directory, base, [{ model: 'a', tree: base }]), []);
});

test('a tree or a blob that is not there is a failure, never "no changes"', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const base = await tree({ a: 'a' });
  const missing = 'e'.repeat(40);
  for (const attempt of [
    () => compareCandidates(directory, base, [{ model: 'a', tree: missing }]),
    () => readBlobs(directory, [missing]),
  ]) {
    const error = await attempt().then(
      () => undefined,
      (thrown) => thrown,
    );
    assert.instance(error, Failure);
  }
});

const whiteSpace: [string, string, string, boolean][] = [
  ['a.ts', 'a  b\n', 'ab\n', true],
  ['a.ts', '\ta\r\n', 'a', true],
  ['a.ts', 'a\nb\n', 'a b\n', false],
  ['a.ts', 'a\n\n', 'a\n', false],
  // 0xA0 is the second byte of a UTF-8 letter (à), and no white space.
  ['a.ts', '\xc3\xa0\n', '\xc3\n', false],
  ['a.py', '  a\n', '    a\n', false],
  ['a.py', '  a = 1\n   \n', '  a=1  \n\n', true],
  ['sub/Makefile', '\ta\n', '    a\n', false],
  ['a.yaml', 'a:  b', 'a: b', true],
];
for (const [path, a, b, expected] of whiteSpace) {
  test(`white space in ${path}: ${JSON.stringify([a, b])} ${expected ? 'same' : 'differ'}`, () => {
    const contents = [a, b].map((text) => Buffer.from(text, 'latin1'));
    assert.is(sameButWhiteSpace(path, contents), expected);
  });
}

test.run();
