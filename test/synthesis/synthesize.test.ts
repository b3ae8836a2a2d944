import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git } from '../../scripts/lib/git/git.ts';
import { type ComparedFile, compareCandidates } from '../../scripts/lib/synthesis/compare.ts';
import type { Pick } from '../../scripts/lib/synthesis/picks.ts';
import { resolvePicks } from '../../scripts/lib/synthesis/resolve-picks.ts';
import { type Synthesis, synthesize } from '../../scripts/lib/synthesis/synthesize.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { executable, type Files, link, makeRepository } from './repository.ts';

/** Base, what each model changed, and the picks, which may look at the comparison. */
async function synthesis(
  folder: string,
  baseFiles: Files,
  models: Record<string, Files>,
  choose: Pick[] | ((files: ComparedFile[]) => Pick[]),
): Promise<Synthesis & { files: Record<string, string> | null }> {
  const { directory, tree, read } = await makeRepository(folder);
  const base = await tree(baseFiles);
  const candidates: { model: string; tree: string }[] = [];
  for (const [model, files] of Object.entries(models))
    candidates.push({ model, tree: await tree(files, base) });
  const files = await compareCandidates(directory, base, candidates);
  const picks = typeof choose === 'function' ? choose(files) : choose;
  const resolved = resolvePicks({ picks }, { files, models: Object.keys(models) });
  const made = await synthesize(directory, base, resolved);
  const { stdout } = await git(directory, ['status', '--porcelain']);
  assert.is(stdout.toString(), '', 'working tree and index are untouched');
  return { ...made, files: made.tree === null ? null : await read(made.tree) };
}

const idsOf = (files: ComparedFile[], path: string, model: string) =>
  files
    .filter((file) => file.path === path)
    .flatMap(({ hunks }) =>
      hunks.filter(({ models }) => models.includes(model)).map(({ id }) => id),
    );

test('paths from several models, with modes, links, binaries, deletions and names of any bytes', async () => {
  await using folder = await temporaryFolder();
  const made = await synthesis(
    folder.path,
    { keep: 'keep\n', edit: '1\n', gone: 'x\n', exe: 'x\n', link: link('a'), both: '0\n' },
    {
      a: { edit: 'a\n', gone: null, link: link('b'), ' sp\n"': 'quoted', both: 'a\n' },
      b: { edit: 'b\n', exe: executable('x\n'), '\xff/-': '\0\x01', both: 'b\n' },
    },
    [
      { path: 'edit', from: 'b', why: 'shorter' },
      { path: 'gone', from: 'a' },
      { path: 'link', from: 'a' },
      { path: ' sp\n"', from: 'a' },
      { path: 'exe', from: 'b' },
      { path_base64: Buffer.from('\xff/-', 'latin1').toString('base64'), from: 'b' },
    ],
  );
  assert.equal(made.files, {
    ' sp\n"': 'quoted',
    both: '0\n',
    edit: 'b\n',
    exe: '100755 x\n',
    keep: 'keep\n',
    link: '120000 b',
    '\xff/-': '\0\x01',
  });
  assert.equal(
    made.applied.map(({ path, from, status, why }) => [path, from, status, why]),
    [
      [' sp\n"', 'a', 'added', null],
      ['edit', 'b', 'modified', 'shorter'],
      ['exe', 'b', 'modified', null],
      ['gone', 'a', 'deleted', null],
      ['link', 'a', 'modified', null],
      ['\xff/-', 'b', 'added', null],
    ],
  );
  assert.equal(made.unpicked, [{ path: 'both', models: ['a', 'b'] }]);
  assert.equal(made.conflicts, []);
});

test('hunks of two models, CRLF and a last line without newline kept, the mode of base kept', async () => {
  await using folder = await temporaryFolder();
  const base = '1\r\n2\r\n3\r\n4\r\n5';
  const made = await synthesis(
    folder.path,
    { f: executable(base) },
    {
      a: { f: executable(base.replace('1', 'A').replace('3', 'a')) },
      b: { f: base.replace('5', '\xe9') },
    },
    (files) => [
      {
        path: 'f',
        hunks: [
          { from: 'b', ids: idsOf(files, 'f', 'b') },
          { from: 'a', ids: idsOf(files, 'f', 'a').slice(0, 1) },
        ],
      },
    ],
  );
  assert.equal(made.files, { f: '100755 A\r\n2\r\n3\r\n4\r\n\xe9' });
  assert.equal(
    made.applied.map(({ from, status }) => [from, status]),
    [['b+a', 'modified']],
  );
  assert.match(made.warnings.join(), /100644 by b is left out/);
});

test('an insertion that two models share goes in once', async () => {
  await using folder = await temporaryFolder();
  const made = await synthesis(
    folder.path,
    { f: '1\n2\n3\n' },
    { a: { f: '0\n1\n2\n3\n' }, b: { f: '0\n1\n2\n4\n' } },
    (files) => [
      { path: 'f', hunks: ['a', 'b'].map((from) => ({ from, ids: idsOf(files, 'f', from) })) },
    ],
  );
  assert.equal(made.files, { f: '0\n1\n2\n4\n' });
});

test('hunks of an added and of a deleted file', async () => {
  await using folder = await temporaryFolder();
  const made = await synthesis(
    folder.path,
    { gone: '1\n2\n', emptied: '1\n' },
    { a: { gone: null, emptied: '', 'new.sh': executable('n') } },
    (files) =>
      files.map(({ path }) => ({ path, hunks: [{ from: 'a', ids: idsOf(files, path, 'a') }] })),
  );
  assert.equal(made.files, { emptied: '', 'new.sh': '100755 n' });
});

test('hunks that overlap or touch are a conflict, and no tree is made', async () => {
  await using folder = await temporaryFolder();
  const made = await synthesis(
    folder.path,
    { f: '1\n2\n3\n4\n', g: 'x\n' },
    { a: { f: 'a\n2\n3\nA\n', g: 'y\n' }, b: { f: '1\nb\n3\n4\n' } },
    (files) => [
      { path: 'f', hunks: ['a', 'b'].map((from) => ({ from, ids: idsOf(files, 'f', from) })) },
      { path: 'g', from: 'a' },
    ],
  );
  assert.is(made.tree, null);
  assert.equal(made.applied, []);
  assert.equal(
    made.conflicts.map(({ path, hunks }) => [path, hunks.map(({ from }) => from)]),
    [['f', ['a', 'b']]],
  );
  assert.match(made.conflicts[0]?.reason ?? '', /same lines of f/);
});

const swap: [Files, Record<string, Files>] = [
  { d: 'file\n', 'e/x': 'x\n', 'e/y': 'y\n' },
  {
    a: { d: null, 'd/x': 'x\n', 'e/x': null, 'e/y': null, e: 'file\n' },
    b: { d: 'edited\n', 'e/x': '2\n' },
  },
];

test('a file gives way to a folder, and a folder to a file, when all of it is picked', async () => {
  await using folder = await temporaryFolder();
  const made = await synthesis(folder.path, ...swap, (files) =>
    files.map(({ path }) => ({ path, from: 'a' })),
  );
  assert.equal(made.files, { 'd/x': 'x\n', e: 'file\n' });
});

const clashes: [string, Pick[], string[]][] = [
  ['a file in a folder that stays a file', [{ path: 'd/x', from: 'a' }], ['d/x']],
  [
    'a file in a folder that is picked as a file',
    [
      { path: 'd/x', from: 'a' },
      { path: 'd', from: 'b' },
    ],
    ['d/x'],
  ],
  ['a file where a folder stays', [{ path: 'e', from: 'a' }], ['e']],
  [
    'a file where one of the folder stays',
    [
      { path: 'e', from: 'a' },
      { path: 'e/x', from: 'a' },
    ],
    ['e'],
  ],
  [
    'a file where the folder is picked',
    [
      { path: 'e', from: 'a' },
      { path: 'e/x', from: 'b' },
      { path: 'e/y', from: 'a' },
    ],
    ['e/x'],
  ],
  [
    'base for the file in the way',
    [
      { path: 'd', from: 'base' },
      { path: 'd/x', from: 'a' },
    ],
    ['d/x'],
  ],
];
for (const [what, picks, paths] of clashes) {
  test(`${what} is a conflict, not garbage`, async () => {
    await using folder = await temporaryFolder();
    const made = await synthesis(folder.path, ...swap, picks);
    assert.is(made.tree, null);
    assert.equal(
      made.conflicts.map(({ path }) => path),
      paths,
    );
    assert.match(made.conflicts[0]?.reason ?? '', /would have to be a file, and a folder for/);
  });
}

test('a rename with its edit comes whole; with the old name from another model it is both files', async () => {
  const text = '1\n2\n3\n4\n5\n6\n7\n8\n';
  const models = {
    a: { old: null, new: text.replace('5', 'five') },
    b: { old: text.replace('8', 'eight') },
  };
  await using first = await temporaryFolder();
  const whole = await synthesis(first.path, { old: text }, models, [{ path: 'new', from: 'a' }]);
  assert.equal(whole.files, { new: models.a.new });
  assert.equal(whole.unpicked, []);
  await using second = await temporaryFolder();
  const mixed = await synthesis(second.path, { old: text }, models, [
    { path: 'new', from: 'a' },
    { path: 'old', from: 'b' },
  ]);
  assert.equal(mixed.files, { new: models.a.new, old: models.b.old });
});

test('no picks, or base for all, is the tree of base', async () => {
  await using folder = await temporaryFolder();
  const made = await synthesis(folder.path, { f: 'x\n' }, { a: { f: 'y\n' } }, []);
  assert.equal(made.files, { f: 'x\n' });
  await using other = await temporaryFolder();
  const based = await synthesis(other.path, { f: 'x\n' }, { a: { f: 'y\n' } }, [
    { path: 'f', from: 'base', why: 'not asked for' },
  ]);
  assert.is(based.tree, made.tree);
  assert.equal(based.applied, [
    { path: 'f', from: 'base', status: 'unchanged', why: 'not asked for' },
  ]);
  assert.equal(based.unpicked, []);
});

test('the same picks on the same trees give the same tree, whatever their order', async () => {
  const models = { a: { f: 'a\n2\n3\n', g: 'a\n' }, b: { f: '1\n2\nb\n', h: 'b\n' } };
  const choose = (files: ComparedFile[]): Pick[] => [
    { path: 'f', hunks: ['a', 'b'].map((from) => ({ from, ids: idsOf(files, 'f', from) })) },
    { path: 'g', from: 'a' },
    { path: 'h', from: 'b' },
  ];
  await using first = await temporaryFolder();
  await using second = await temporaryFolder();
  const once = await synthesis(first.path, { f: '1\n2\n3\n' }, models, choose);
  const again = await synthesis(second.path, { f: '1\n2\n3\n' }, models, (files) =>
    choose(files).reverse(),
  );
  assert.is(once.tree, again.tree);
  assert.equal(once.files, { f: 'a\n2\nb\n', g: 'a\n', h: 'b\n' });
});

test.run();
