import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type FileChange,
  listChanges,
  parseRawAndNumstat,
  readHunkPatch,
  writePatch,
} from '../../scripts/lib/git/changes.ts';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { workingTree } from '../support/working-tree.ts';

const LINES = Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n');

const BEFORE: Record<RawPath, Awkward> = {
  'same.txt': 'same\n',
  'changed.txt': `${LINES}\n`,
  'deleted.txt': 'x\n',
  'old name.txt': `${LINES} of the renamed\n`,
  'into-folder': `${LINES} that moves below its own name\n`,
  'folder/to-file': 'x\n',
  'file-to-folder': 'x\n',
  'becomes-link': 'text\n',
  'link-becomes-file': { link: 'same.txt' },
  'link-moves': { link: 'same.txt' },
  'tool.sh': 'x\n',
  'no-tool.sh': { executable: 'x\n' },
  'binary.bin': Buffer.from([0, 1, 2, 3, 255]),
  'emptied.txt': 'x\n',
  'ends.txt': 'no newline',
  'crlf.txt': 'a\r\nb\r\n',
  'latin1-\xe9': 'caf\xe9\n',
  'trailing.txt': 'a  \nb\t\n\n\n',
};

const GONE = [
  'deleted.txt',
  'old name.txt',
  'into-folder',
  'folder',
  'file-to-folder',
  'becomes-link',
  'link-becomes-file',
  'link-moves',
  'no-tool.sh',
  'tool.sh',
];

const AFTER: Record<RawPath, Awkward> = {
  ...Object.fromEntries(NAMES.map((name) => [name, 'new\n'])),
  'changed.txt': `${LINES.replace('line 7', 'LINE 7')}\nmore\n`,
  'new name.txt': `${LINES} of the renamed\n`,
  'into-folder/into-folder': `${LINES} that moves below its own name\n`,
  folder: 'a file now\n',
  'file-to-folder/inside': 'in\n',
  'becomes-link': { link: '../outside' },
  'link-becomes-file': 'text now\n',
  'link-moves': { link: 'changed.txt' },
  'tool.sh': { executable: 'x\n' },
  'no-tool.sh': 'x\n',
  'binary.bin': Buffer.from([0, 1, 2, 4, 255, 10]),
  'new.bin': Buffer.from([0, 200, 0, 10, 13]),
  'emptied.txt': '',
  'empty.txt': '',
  'ends.txt': 'still no newline',
  'crlf.txt': 'a\r\nb\nc\r\n',
  'latin1-\xe9': 'CAF\xc9\n',
  'trailing.txt': 'a   \nb\t \n\n\n\n',
};

/** A repository with everything that can happen to a file, as two trees; the working tree holds the second. */
async function twoTrees(box: Sandbox) {
  const repository = await box.repository({});
  await writeAwkward(repository, BEFORE);
  const from = await workingTree(repository);
  await box.git(repository, 'add', '--all');
  await box.git(repository, 'commit', '--quiet', '-m', 'before');
  for (const path of GONE) await rm(join(repository, path), { recursive: true });
  await writeAwkward(repository, AFTER);
  return { repository, from, to: await workingTree(repository) };
}

test('every kind of change is listed, with names, modes, objects and lines', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoTrees(box);
  const changes = await listChanges(repository, from, to);
  const byPath = new Map(changes.map((it) => [it.path, it]));
  const brief = (path: RawPath) => {
    const it = byPath.get(path);
    return (
      it &&
      `${it.status} ${it.oldMode} ${it.mode} +${it.additions} -${it.deletions}${it.binary ? ' binary' : ''}`
    );
  };
  assert.is(brief('same.txt'), undefined);
  assert.is(brief('changed.txt'), 'modified 100644 100644 +2 -1');
  assert.is(brief('deleted.txt'), 'deleted 100644 null +0 -1');
  assert.is(brief('new name.txt'), 'renamed 100644 100644 +0 -0');
  assert.is(byPath.get('new name.txt')?.oldPath, 'old name.txt');
  assert.is(brief('into-folder/into-folder'), 'renamed 100644 100644 +0 -0');
  assert.is(brief('folder'), 'added null 100644 +1 -0');
  assert.is(brief('folder/to-file'), 'deleted 100644 null +0 -1');
  assert.is(brief('becomes-link')?.slice(0, 26), 'type-changed 100644 120000');
  assert.is(brief('link-becomes-file')?.slice(0, 26), 'type-changed 120000 100644');
  assert.is(brief('link-moves'), 'modified 120000 120000 +1 -1');
  assert.is(brief('tool.sh'), 'modified 100644 100755 +0 -0');
  assert.is(brief('no-tool.sh'), 'modified 100755 100644 +0 -0');
  assert.is(brief('binary.bin'), 'modified 100644 100644 +0 -0 binary');
  assert.is(brief('new.bin'), 'added null 100644 +0 -0 binary');
  assert.is(brief('emptied.txt'), 'modified 100644 100644 +0 -1');
  assert.is(brief('empty.txt'), 'added null 100644 +0 -0');
  assert.is(brief('latin1-\xe9'), 'modified 100644 100644 +1 -1');
  for (const name of NAMES) assert.is(brief(name), 'added null 100644 +1 -0', name);
  assert.is(byPath.get('deleted.txt')?.oid, null);
  assert.is(byPath.get('empty.txt')?.oldOid, null);
  assert.match(byPath.get('empty.txt')?.oid ?? '', /^[0-9a-f]{40}$/);

  const plain = await listChanges(repository, from, to, { renames: false });
  assert.equal(
    plain
      .filter(({ path }) => /name\.txt$/.test(path))
      .map(({ path, status }) => `${status} ${path}`),
    ['added new name.txt', 'deleted old name.txt'],
  );
  assert.equal(await listChanges(repository, to, to), []);
});

for (const renames of [true, false]) {
  test(`the patch makes exactly the tree, ${renames ? 'with' : 'without'} renames`, async () => {
    await using box = await ownSandbox();
    const { repository, from, to } = await twoTrees(box);
    const patch = join(box.folder, 'the patch');
    await writePatch(repository, from, to, patch, { renames });

    const clone = join(box.folder, 'clone');
    await box.git(box.folder, 'clone', '--quiet', repository, clone);
    await box.git(clone, 'apply', '--binary', patch);
    assert.equal(await readAll(clone), await readAll(repository));
    assert.is(await workingTree(clone), to);
    await box.git(clone, 'apply', '--binary', '--reverse', patch);
    assert.is(await workingTree(clone), from);
  });
}

const HOSTILE = [
  'diff.noprefix true',
  'diff.mnemonicPrefix true',
  'diff.external /bin/false',
  'diff.renames copies',
  'diff.renameLimit 1',
  'diff.context 0',
  'diff.interHunkContext 9',
  'diff.algorithm patience',
  'diff.indentHeuristic false',
  'diff.suppressBlankEmpty true',
  'diff.relative true',
  'diff.submodule log',
  'diff.wordRegex .',
  'diff.colorMoved zebra',
  'diff.upper.textconv tr a-z A-Z <',
  'diff.upper.command /bin/false',
  'core.quotePath true',
  'core.attributesFile ATTRIBUTES',
  'color.ui always',
  'color.diff always',
  'core.pager false',
  'status.renames copies',
  'log.showSignature true',
];

test("the user's configuration changes neither list nor patch", async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoTrees(box);
  const read = async () => {
    const patch = join(box.folder, 'patch');
    await writePatch(repository, from, to, patch);
    return [
      await listChanges(repository, from, to),
      (await readFile(patch)).toString('latin1'),
      await hunkPatch(repository, from, to),
    ] as const;
  };
  const usual = await read();
  assert.ok(usual[1].includes('diff --git a/changed.txt b/changed.txt'));
  await writeFile(join(box.folder, 'attributes'), '*.txt diff=upper\n');
  for (const setting of HOSTILE) {
    const [name = '', ...value] = setting.split(' ');
    const text = value.join(' ').replace('ATTRIBUTES', join(box.folder, 'attributes'));
    await box.git(repository, 'config', '--global', name, text);
  }
  const hostile = await read();
  assert.equal(hostile[0], usual[0]);
  assert.is(hostile[2].replaceAll(/^index .*$/gm, ''), usual[2].replaceAll(/^index .*$/gm, ''));
  const patch = join(box.folder, 'hostile.patch');
  await writePatch(repository, from, to, patch);
  const clone = join(box.folder, 'clone');
  await box.git(box.folder, 'clone', '--quiet', repository, clone);
  await box.git(clone, 'apply', '--binary', patch);
  assert.is(await workingTree(clone), to);
});

test('a submodule that moved is a change, also where diffs are told to ignore them', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
  const treeWith = async (commit: string) => {
    await box.git(repository, 'update-index', '--add', '--cacheinfo', `160000,${commit},sub`);
    return gitLine(repository, ['write-tree']);
  };
  const [from, to] = [await treeWith(one), await treeWith(two)];
  await box.git(repository, 'config', 'diff.ignoreSubmodules', 'all');
  assert.equal(
    (await listChanges(repository, from, to)).map(({ path, oid }) => [path, oid]),
    [['sub', two]],
  );
});

test('the patch for hunks has no context, and names no binary content', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoTrees(box);
  const patch = await hunkPatch(repository, from, to);
  assert.ok(
    patch.includes('@@ -8 +8 @@ line 6\n-line 7\n+LINE 7\n@@ -30,0 +31 @@ line 29\n+more\n'),
  );
  assert.not.match(patch, 'GIT binary patch');
  assert.not.match(patch, 'rename from');
});

test('a large patch goes to its file, and replaces what was there', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({});
  const from = await gitLine(repository, ['rev-parse', 'HEAD^{tree}']);
  await writeFile(join(repository, 'large.txt'), 'all work and no play\n'.repeat(200_000));
  const to = await workingTree(repository);
  const patch = join(box.folder, 'patch');
  await writeFile(patch, 'x'.repeat(10_000_000));
  await writePatch(repository, from, to, patch);
  const text = await readFile(patch, 'utf8');
  assert.ok(text.startsWith('diff --git a/large.txt b/large.txt\n'));
  assert.is(text.split('\n+all work').length, 200_001);
  await writePatch(repository, to, to, patch);
  assert.is(await readFile(patch, 'utf8'), '');
});

const [A, B, NONE] = ['a'.repeat(40), 'b'.repeat(40), '0'.repeat(40)];
const change = (path: string, more: Partial<FileChange>): FileChange => ({
  ...{ path, oldPath: null, status: 'modified', mode: '100644', oldMode: '100644' },
  ...{ oid: B, oldOid: A, binary: false, additions: 0, deletions: 0 },
  ...more,
});

const TABLE: [string, string[], FileChange[]][] = [
  ['nothing', [], []],
  [
    'modified',
    [`:100644 100644 ${A} ${B} M`, 'f', '3\t1\tf'],
    [change('f', { additions: 3, deletions: 1 })],
  ],
  [
    'added and deleted',
    [
      `:000000 100755 ${NONE} ${B} A`,
      'a',
      `:120000 000000 ${A} ${NONE} D`,
      'd',
      '1\t0\ta',
      '0\t1\td',
    ],
    [
      change('a', { status: 'added', mode: '100755', oldMode: null, oldOid: null, additions: 1 }),
      change('d', { status: 'deleted', mode: null, oldMode: '120000', oid: null, deletions: 1 }),
    ],
  ],
  [
    'renamed, then another',
    [
      `:100644 100644 ${A} ${B} R087`,
      'old',
      'new',
      `:100644 120000 ${A} ${B} T`,
      't',
      '2\t1\t',
      'old',
      'new',
      '1\t4\tt',
    ],
    [
      change('new', { status: 'renamed', oldPath: 'old', additions: 2, deletions: 1 }),
      change('t', { status: 'type-changed', mode: '120000', additions: 1, deletions: 4 }),
    ],
  ],
  [
    'binary, and names that look like records',
    [
      `:100644 100644 ${A} ${B} M`,
      ':100644',
      `:100644 100644 ${A} ${B} M`,
      '\ttab',
      '-\t-\t:100644',
      '1\t2\t\ttab',
    ],
    [change(':100644', { binary: true }), change('\ttab', { additions: 1, deletions: 2 })],
  ],
];

for (const [name, items, expected] of TABLE) {
  test(`raw and numstat: ${name}`, () => assert.equal(parseRawAndNumstat(items), expected));
}

test('a change of a kind that we do not know is an error, not left out', () => {
  assert.throws(() => parseRawAndNumstat([`:100644 100644 ${A} ${B} X`, 'f']), /unknown kind/);
});

test('the list is what git itself shows', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoTrees(box);
  const { stdout } = await git(repository, [
    'diff-tree',
    '-r',
    '-z',
    '--name-only',
    '-M',
    from,
    to,
  ]);
  assert.is(
    (await listChanges(repository, from, to)).map(({ path }) => `${path}\0`).join(''),
    stdout.toString('latin1'),
  );
});

/** The patch as text, one character a byte. */
async function hunkPatch(repository: string, from: string, to: string): Promise<string> {
  const pieces: Buffer[] = [];
  await readHunkPatch(repository, from, to, (piece) => pieces.push(piece));
  return Buffer.concat(pieces).toString('latin1');
}

test.run();
