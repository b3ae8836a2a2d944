import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import { mergeTrees } from '../../scripts/lib/git/merge-trees.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import {
  commitTree,
  copyIndex,
  readTree,
  splitOnce,
  writeIndexTree,
  writeTreeWith,
  writeWorkingTree,
} from '../../scripts/lib/git/trees.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';

const indexOf = (repository: string) => join(repository, '.git', 'index');

/** Names and contents of a tree; a mode in front of what is no plain file. */
async function show(repository: string, tree: string): Promise<Record<RawPath, string>> {
  const shown: Record<RawPath, string> = {};
  for (const [path, { mode, oid }] of await readTree(repository, tree)) {
    const { stdout } = await git(repository, ['cat-file', 'blob', oid]);
    shown[path] = `${mode === '100644' ? '' : `${mode} `}${stdout.toString('latin1')}`;
  }
  return shown;
}

const writeBlob = (directory: string, content: Buffer) =>
  gitLine(directory, ['hash-object', '-w', '--stdin'], { input: content });

test('a working tree is written as it lies there, index and files stay byte-identical', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({
    'kept.txt': 'kept\n',
    'changed.txt': 'old\n',
    'deleted.txt': 'x\n',
    'file-to-folder': 'x\n',
    'folder/to-file': 'x\n',
    'tool.sh': 'x\n',
    'staged.txt': 'old\n',
    '.gitignore': 'ignored/\n.env\n',
  });
  await writeFile(join(repository, 'staged.txt'), 'staged\n');
  await box.git(repository, 'add', 'staged.txt');
  for (const gone of ['deleted.txt', 'file-to-folder', 'folder', 'tool.sh'])
    await rm(join(repository, gone), { recursive: true });
  await writeAwkward(repository, {
    ...Object.fromEntries(NAMES.map((name) => [name, `I am ${name}\n`])),
    'changed.txt': 'new\n',
    'staged.txt': 'changed again\n',
    'file-to-folder/inside': 'in\n',
    folder: 'a file now\n',
    'tool.sh': { executable: 'x\n' },
    'empty.txt': '',
    'binary.bin': Buffer.from([0, 1, 255, 13, 10, 0]),
    'no-newline': 'end',
    'crlf.txt': 'a\r\nb\r\n',
    link: { link: 'kept.txt' },
    'broken-link': { link: '/no/where' },
    'link-to-folder': { link: 'file-to-folder' },
    '.env': 'SECRET\n',
    'ignored/x': 'x\n',
  });
  const before = [await readFile(indexOf(repository)), await readAll(repository)];

  const tree = await writeWorkingTree(repository, indexOf(repository));

  assert.equal([await readFile(indexOf(repository)), await readAll(repository)], before);
  assert.equal(await show(repository, tree), {
    ...Object.fromEntries(NAMES.map((name) => [name, `I am ${name}\n`])),
    '.gitignore': 'ignored/\n.env\n',
    'kept.txt': 'kept\n',
    'changed.txt': 'new\n',
    'staged.txt': 'changed again\n',
    'file-to-folder/inside': 'in\n',
    folder: 'a file now\n',
    'tool.sh': '100755 x\n',
    'empty.txt': '',
    'binary.bin': '\x00\x01\xff\r\n\x00',
    'no-newline': 'end',
    'crlf.txt': 'a\r\nb\r\n',
    link: '120000 kept.txt',
    'broken-link': '120000 /no/where',
    'link-to-folder': '120000 file-to-folder',
  });
});

test('what is staged is a tree of its own, also with an entry that is only intended', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  await writeAwkward(repository, { 'a.txt': '2\n', 'intended.txt': 'i\n', 'new.txt': 'n\n' });
  await box.git(repository, 'add', 'a.txt');
  await box.git(repository, 'add', '--intent-to-add', 'intended.txt');
  await writeFile(join(repository, 'a.txt'), '3\n');
  const tree = await writeIndexTree(repository, indexOf(repository));
  assert.equal(await show(repository, tree), { 'a.txt': '2\n' });
  assert.equal(await show(repository, await writeWorkingTree(repository, indexOf(repository))), {
    'a.txt': '3\n',
    'intended.txt': 'i\n',
    'new.txt': 'n\n',
  });
});

test('a repository without an index yet, and one whose index is locked', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  const whole = await writeWorkingTree(repository, indexOf(repository));
  await writeFile(`${indexOf(repository)}.lock`, '');
  assert.is(await writeWorkingTree(repository, indexOf(repository)), whole);
  await rm(indexOf(repository));
  assert.is(await writeWorkingTree(repository, indexOf(repository)), whole);
  assert.is(
    await writeIndexTree(repository, indexOf(repository)),
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  );
});

test("a change in the very moment of the index's own time stamp is seen", async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'one\n' });
  await box.git(repository, 'config', 'core.trustctime', 'false');
  const file = join(repository, 'a.txt');
  // Same size, same time as in the index, and the index is as old: only its content tells that it was changed.
  const touch = (path: string) =>
    runCommand({
      file: 'touch',
      args: ['-d', '2024-01-02 03:04:05.999700000', path],
      cwd: '/',
      env: { PATH: process.env.PATH },
    });
  await touch(file);
  await box.git(repository, 'update-index', '--refresh');
  await writeFile(file, 'two\n');
  await touch(file);
  await touch(indexOf(repository));
  const tree = await writeWorkingTree(repository, indexOf(repository));
  assert.equal(await show(repository, tree), { 'a.txt': 'two\n' });
});

test('the copy of an index is not younger than the index; of none, none', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const copy = join(box.folder, 'copy');
  await copyIndex(indexOf(repository), copy);
  assert.equal(await readFile(copy), await readFile(indexOf(repository)));
  const [own, copied] = [
    await stat(indexOf(repository), { bigint: true }),
    await stat(copy, { bigint: true }),
  ];
  assert.ok(copied.mtimeNs <= own.mtimeNs);
  assert.ok(own.mtimeNs - copied.mtimeNs < 1_000_000_000n);
  await copyIndex(join(box.folder, 'none'), join(box.folder, 'none-copy'));
  assert.is((await rejection(stat(join(box.folder, 'none-copy')))).code, 'ENOENT');
});

test('paths are replaced, added and taken out without a working tree', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({
    'a.txt': 'a\n',
    'b.txt': 'b\n',
    'dir/c.txt': 'c\n',
    file: 'f\n',
  });
  const base = await gitLine(repository, ['rev-parse', 'HEAD^{tree}']);
  const oid = await writeBlob(repository, Buffer.from('new\n'));
  const entry = { mode: '100644', oid };
  const tree = await writeTreeWith(
    repository,
    base,
    new Map<RawPath, { mode: string; oid: string } | null>([
      ['a.txt', { mode: '100755', oid }],
      ['b.txt', null],
      // A folder becomes a file, a file a folder; the additions are named before the removals.
      ['dir', entry],
      ['dir/c.txt', null],
      ['file/inside', entry],
      ['file', null],
      ['not-there', null],
      ...NAMES.map((name) => [name, entry] as const),
    ]),
  );
  assert.equal(await show(repository, tree), {
    'a.txt': '100755 new\n',
    dir: 'new\n',
    'file/inside': 'new\n',
    ...Object.fromEntries(NAMES.map((name) => [name, 'new\n'])),
  });
  assert.equal(Object.keys(await readAll(repository)), ['a.txt', 'b.txt', 'dir/c.txt', 'file']);
  assert.is(await writeTreeWith(repository, 'HEAD', new Map()), base);
});

test('a blob is its bytes', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await box.git(repository, 'config', 'core.autocrlf', 'true');
  const bytes = Buffer.from([0, 255, 13, 10, 10]);
  const oid = await writeBlob(repository, bytes);
  assert.equal((await git(repository, ['cat-file', 'blob', oid])).stdout, bytes);
});

test('a commit of ours needs no identity of the user, and is on no branch', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1' });
  await writeFile(
    join(box.folder, 'gitconfig'),
    '[user]\n\tuseConfigOnly = true\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /bin/false\n',
  );
  const commit = await commitTree(repository, 'HEAD^{tree}', ['HEAD'], 'The title');
  const head = await gitLine(repository, ['rev-parse', 'HEAD']);
  assert.is(
    await gitLine(repository, ['log', '-1', '--format=%s|%an|%P', commit]),
    `The title|multi-model-execute|${head}`,
  );
  assert.is(await gitLine(repository, ['branch', '--contains', commit]), '');
});

test('a merge of trees: both sides, one side, the same on both', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  const tree = async (files: Record<RawPath, string>) => {
    const entries = await Promise.all(
      Object.entries(files).map(
        async ([path, text]) =>
          [path, { mode: '100644', oid: await writeBlob(repository, Buffer.from(text)) }] as const,
      ),
    );
    return writeTreeWith(repository, '4b825dc642cb6eb9a060e54bf8d69288fbee4904', new Map(entries));
  };
  const lines = (...changed: string[]) => `${changed.join('\n')}\n`;
  const base = await tree({ f: lines('1', '2', '3', '4', '5', '6'), g: 'g\n', h: 'h\n' });
  const ours = await tree({ f: lines('ONE', '2', '3', '4', '5', '6'), g: 'g\n', own: 'o\n' });
  const theirs = await tree({ f: lines('1', '2', '3', '4', '5', 'SIX'), g: 'G\n', h: 'h\n' });

  const clean = await mergeTrees(repository, base, ours, theirs);
  assert.equal(clean.conflicts, []);
  assert.equal(await show(repository, clean.tree), {
    f: lines('ONE', '2', '3', '4', '5', 'SIX'),
    g: 'G\n',
    own: 'o\n',
  });
  assert.equal(await mergeTrees(repository, base, base, theirs), { tree: theirs, conflicts: [] });
  assert.equal(await mergeTrees(repository, base, ours, base), { tree: ours, conflicts: [] });
  assert.equal(await mergeTrees(repository, base, ours, ours), { tree: ours, conflicts: [] });
});

test('conflicts are named once each, with their true names', async () => {
  await using box = await ownSandbox();
  const names = ['a b', 'line\nbreak', 'latin1-\xe9'];
  const repository = await box.repository({ 'deleted.txt': 'd\n', 'fine.txt': 'f\n' });
  const base = await gitLine(repository, ['rev-parse', 'HEAD^{tree}']);
  const side = async (text: string, deleted: string | null) => {
    const blob = async (content: string) => ({
      mode: '100644',
      oid: await writeBlob(repository, Buffer.from(content)),
    });
    const entry = await blob(text);
    return writeTreeWith(
      repository,
      base,
      new Map([
        ...names.map((name) => [name, entry] as const),
        ['deleted.txt', deleted === null ? null : await blob(deleted)] as const,
      ]),
    );
  };
  const { conflicts } = await mergeTrees(
    repository,
    base,
    await side('ours\n', null),
    await side('theirs\n', 'D\n'),
  );
  assert.equal(conflicts.toSorted(), [...names, 'deleted.txt'].sort());
});

test('a rename on one side is not guessed at: a path is a path, whatever is configured', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'old.txt': 'a\nb\nc\nd\ne\n' });
  await box.git(repository, 'config', 'merge.renames', 'true');
  await box.git(repository, 'config', 'merge.directoryRenames', 'true');
  const base = await gitLine(repository, ['rev-parse', 'HEAD^{tree}']);
  const entry = (await readTree(repository, base)).get('old.txt') ?? null;
  const renamed = await writeTreeWith(
    repository,
    base,
    new Map([
      ['old.txt', null],
      ['new.txt', entry],
    ]),
  );
  const oid = await writeBlob(repository, Buffer.from('a\nb\nc\nd\nE\n'));
  const changed = await writeTreeWith(
    repository,
    base,
    new Map([['old.txt', { mode: '100644', oid }]]),
  );
  assert.equal((await mergeTrees(repository, base, renamed, changed)).conflicts, ['old.txt']);
});

test('two sides that add a file and a folder of one name conflict; what both did alike does not', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({
    'both.txt': 'x\n',
    'mode.sh': 'a\nb\nc\n',
    'dir/x': 'x\n',
  });
  const base = await gitLine(repository, ['rev-parse', 'HEAD^{tree}']);
  const oid = await writeBlob(repository, Buffer.from('new\n'));
  const old = (await readTree(repository, base)).get('mode.sh')?.oid ?? '';
  const changed = await writeBlob(repository, Buffer.from('a\nb\nC\n'));
  const ours = await writeTreeWith(
    repository,
    base,
    new Map([
      ['place', { mode: '100644', oid }],
      ['both.txt', null],
      ['mode.sh', { mode: '100755', oid: old }],
    ]),
  );
  const clash = await writeTreeWith(
    repository,
    base,
    new Map([['place/deep/x', { mode: '100644', oid }]]),
  );
  for (const [a, b] of [
    [ours, clash],
    [clash, ours],
  ] as const)
    assert.equal((await mergeTrees(repository, base, a, b)).conflicts, ['place/deep/x']);

  const theirs = await writeTreeWith(
    repository,
    base,
    new Map([
      ['dir/x', null],
      ['dir', { mode: '100644', oid }],
      ['both.txt', null],
      ['mode.sh', { mode: '100644', oid: changed }],
    ]),
  );
  const { tree, conflicts } = await mergeTrees(repository, base, ours, theirs);
  assert.equal(conflicts, []);
  assert.equal(await show(repository, tree), {
    dir: 'new\n',
    'mode.sh': '100755 a\nb\nC\n',
    place: 'new\n',
  });
});

test('an untracked folder that is a link out of the tree is kept as a link', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository();
  await mkdir(join(box.folder, 'outside'));
  await writeFile(join(box.folder, 'outside', 'secret'), 's');
  await symlink(join(box.folder, 'outside'), join(repository, 'out'));
  const tree = await writeWorkingTree(repository, indexOf(repository));
  assert.is((await readTree(repository, tree)).get('out')?.mode, '120000');
});

test('a text is split at the first separator only', () => {
  assert.equal(splitOnce('a b c', ' '), ['a', 'b c']);
  assert.equal(splitOnce('abc', ' '), ['abc', '']);
  assert.equal(splitOnce('', '\t'), ['', '']);
});

test.run();
