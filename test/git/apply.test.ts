import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyBetweenTrees } from '../../scripts/lib/git/apply.ts';
import { gitLine } from '../../scripts/lib/git/git.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { writeWorkingTree } from '../../scripts/lib/git/trees.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Sandbox } from '../support/sandbox.ts';

/** A repository at its first state, and a second state as a tree. */
async function twoStates(
  box: Sandbox,
  before: Record<RawPath, Awkward>,
  after: Record<RawPath, Awkward>,
) {
  const repository = await box.repository({});
  const tree = () => writeWorkingTree(repository, join(repository, '.git', 'index'));
  await writeAwkward(repository, before);
  const from = await tree();
  await box.git(repository, 'add', '--all');
  await box.git(repository, 'commit', '--quiet', '-m', 'before');
  await clear(repository);
  await writeAwkward(repository, after);
  const to = await tree();
  const shown = await readAll(repository);
  await clear(repository);
  await writeAwkward(repository, before);
  return { repository, from, to, shown, index: () => readFile(join(repository, '.git', 'index')) };
}

/** Takes everything away but the repository itself. */
async function clear(repository: string): Promise<void> {
  for (const name of await readdir(repository, { encoding: 'buffer' })) {
    if (name.toString() === '.git') continue;
    await rm(Buffer.concat([Buffer.from(`${repository}/`), name]), { recursive: true });
  }
}

test('the files become the other tree exactly, and the index is not touched', async () => {
  await using box = await ownSandbox();
  const { repository, from, to, shown, index } = await twoStates(
    box,
    {
      'kept.txt': 'k\n',
      'changed.txt': 'a\nb\n',
      'gone/deep/x': 'x\n',
      'file-to-folder': 'f\n',
      'folder/to-file': 'f\n',
      'to-link': 't\n',
      'tool.sh': 't\n',
      'b.bin': Buffer.from([0, 1]),
      'white.txt': 'a \n',
    },
    {
      ...Object.fromEntries(NAMES.map((name) => [name, `${name}\n`])),
      'kept.txt': 'k\n',
      'changed.txt': 'a\nB\n',
      'file-to-folder/x': 'f\n',
      folder: 'f\n',
      'to-link': { link: 'kept.txt' },
      'tool.sh': { executable: 't\n' },
      'b.bin': Buffer.from([0, 255, 10]),
      'white.txt': 'a  \n \t\n\n\n',
      'empty.txt': '',
    },
  );
  const before = await index();
  await applyBetweenTrees(repository, from, to);
  assert.equal(await readAll(repository), shown);
  assert.equal(await index(), before);
  await applyBetweenTrees(repository, to, from);
  assert.is(await writeWorkingTree(repository, join(repository, '.git', 'index')), from);
  assert.is(await box.git(repository, 'status', '--porcelain'), '');
});

const OBSTACLES: [string, (repository: string) => Promise<unknown>][] = [
  ['a changed file', (at) => writeFile(join(at, 'changed.txt'), 'mine\n')],
  ['a file that is gone', (at) => rm(join(at, 'changed.txt'))],
  ['an untracked file in the way', (at) => writeFile(join(at, 'new.txt'), 'mine\n')],
  ['an ignored file in the way', (at) => writeFile(join(at, 'new.log'), 'mine\n')],
  [
    'a folder with something in it in the way',
    (at) => writeAwkward(at, { 'new.txt/mine.txt': 'mine\n' }),
  ],
  [
    'a folder with ignored files deep inside in the way',
    (at) => writeAwkward(at, { 'new.txt/deep/caf\xe9.log': 'mine\n' }),
  ],
  ['a changed file that is to go', (at) => writeFile(join(at, 'deleted.txt'), 'mine\n')],
  [
    'a link out of the tree in the place of a folder',
    async (at) => {
      await mkdir(join(at, '..', 'outside'));
      await symlink('../outside', join(at, 'dir'));
    },
  ],
];

for (const [name, make] of OBSTACLES) {
  test(`${name}: refused, and nothing at all is written`, async () => {
    await using box = await ownSandbox();
    const { repository, from, to, index } = await twoStates(
      box,
      {
        '.gitignore': '*.log\n',
        'a-first.txt': '1\n',
        'changed.txt': 'a\n',
        'deleted.txt': 'd\n',
        'tool.sh': 't\n',
      },
      {
        '.gitignore': '*.log\n',
        'a-first.txt': '2\n',
        'changed.txt': 'b\n',
        'new.txt': 'n\n',
        'tool.sh': 'T\n',
        'dir/x': 'x\n',
      },
    );
    // An ignored file gets into a tree only where somebody forced it.
    const target = name.startsWith('an ignored') ? await withForced(box, repository, to) : to;
    await make(repository);
    const before = [
      await readAll(repository),
      await readAll(box.folder, 'outside').catch(() => null),
      await index(),
    ];
    const error = await rejection(applyBetweenTrees(repository, from, target));
    assert.is(error.code, 'files-differ');
    assert.is(error.exitStatus, 3);
    assert.equal(
      [
        await readAll(repository),
        await readAll(box.folder, 'outside').catch(() => null),
        await index(),
      ],
      before,
    );
  });
}

async function withForced(box: Sandbox, repository: string, tree: string): Promise<string> {
  const { writeTreeWith } = await import('../../scripts/lib/git/trees.ts');
  const oid = await gitLine(repository, ['hash-object', '-w', '--stdin'], { input: 'log\n' });
  assert.ok(box.folder);
  return writeTreeWith(repository, tree, new Map([['new.log', { mode: '100644', oid }]]));
}

test('whatever else lies there stays', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(
    box,
    { 'a.txt': '1\n', 'dir/x': 'x\n' },
    { 'a.txt': '2\n' },
  );
  await writeAwkward(repository, { 'mine.txt': 'm\n', 'dir/mine.txt': 'm\n' });
  await applyBetweenTrees(repository, from, to);
  assert.equal(await readAll(repository), {
    'a.txt': '644 2\n',
    'dir/mine.txt': '644 m\n',
    'mine.txt': '644 m\n',
  });
});

test("the user's configuration of white space, prefixes and line ends does not matter", async () => {
  await using box = await ownSandbox();
  const { repository, from, to, shown } = await twoStates(
    box,
    { 'a.txt': 'a\n' },
    { 'a.txt': 'a  \n\t\n \tb\n\n\n', 'b.txt': 'x \n' },
  );
  for (const [name, value] of [
    ['apply.whitespace', 'fix'],
    ['apply.ignoreWhitespace', 'change'],
    ['core.whitespace', 'trailing-space,blank-at-eof,tab-in-indent,cr-at-eol'],
    ['diff.noprefix', 'true'],
    ['diff.mnemonicPrefix', 'true'],
    ['core.safecrlf', 'true'],
    ['color.ui', 'always'],
    ['diff.external', '/bin/false'],
  ] as const) {
    await box.git(repository, 'config', '--global', name, value);
  }
  await applyBetweenTrees(repository, from, to);
  assert.equal(await readAll(repository), shown);
  // A file that differs in white space only is not as it was.
  await writeFile(join(repository, 'b.txt'), 'x\n');
  assert.is((await rejection(applyBetweenTrees(repository, to, from))).code, 'files-differ');
});

test('a repository that checks out with CRLF', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(
    box,
    { 'a.txt': '1\n2\n', 'gone.txt': 'g\n' },
    { 'a.txt': '1\n3\n', 'new.txt': 'n\n' },
  );
  await box.git(repository, 'config', 'core.autocrlf', 'true');
  for (const name of ['a.txt', 'gone.txt']) await rm(join(repository, name));
  await box.git(repository, 'checkout', '--', '.');
  assert.is(await readFile(join(repository, 'a.txt'), 'utf8'), '1\r\n2\r\n');
  await applyBetweenTrees(repository, from, to);
  assert.is(await readFile(join(repository, 'a.txt'), 'utf8'), '1\r\n3\r\n');
  assert.is(await writeWorkingTree(repository, join(repository, '.git', 'index')), to);
});

test('nothing to do is nothing done', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  const tree = await gitLine(repository, ['rev-parse', 'HEAD^{tree}']);
  await writeFile(join(repository, 'a.txt'), 'mine\n');
  await applyBetweenTrees(repository, tree, tree);
  assert.is(await readFile(join(repository, 'a.txt'), 'utf8'), 'mine\n');
});

test.run();
