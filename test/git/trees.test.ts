import { copyFile, link, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import { mergeTrees } from '../../scripts/lib/git/merge-trees.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import {
  commitTree,
  copyIndex,
  forgetReplacement,
  listSubmodules,
  parseStage,
  readTree,
  replaceIndex,
  splitOnce,
  withWholeIndex,
  writeIndexTree,
  writeTree,
  writeTreeWith,
} from '../../scripts/lib/git/trees.ts';
import { NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { showTree, workingTree } from '../support/working-tree.ts';

const indexOf = (repository: string) => join(repository, '.git', 'index');

const writeBlob = (directory: string, content: Buffer) =>
  gitLine(directory, ['hash-object', '-w', '--stdin'], { input: content });

test('what is staged is a tree of its own, also with an entry that is only intended', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  await writeAwkward(repository, { 'a.txt': '2\n', 'intended.txt': 'i\n', 'new.txt': 'n\n' });
  await box.git(repository, 'add', 'a.txt');
  await box.git(repository, 'add', '--intent-to-add', 'intended.txt');
  await writeFile(join(repository, 'a.txt'), '3\n');
  const tree = await writeIndexTree(repository, indexOf(repository));
  assert.equal(await showTree(repository, tree), { 'a.txt': '2\n' });
  assert.equal(await showTree(repository, await workingTree(repository)), {
    'a.txt': '3\n',
    'intended.txt': 'i\n',
    'new.txt': 'n\n',
  });
});

test('a repository without an index yet, and one whose index is locked', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  const whole = await workingTree(repository);
  await writeFile(`${indexOf(repository)}.lock`, '');
  assert.is(await workingTree(repository), whole);
  await rm(indexOf(repository));
  assert.is(await workingTree(repository), whole);
  assert.is(
    await writeIndexTree(repository, indexOf(repository)),
    '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  );
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

test('a split index is read as a whole one; a whole one as it is', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const gitDir = join(repository, '.git');
  const list = (indexFile: string) =>
    gitLine(repository, ['ls-files'], { env: { GIT_INDEX_FILE: indexFile } });
  assert.is(await withWholeIndex(repository, gitDir, async (file) => file), indexOf(repository));
  await box.git(repository, 'update-index', '--split-index');
  await writeAwkward(repository, { 'c.txt': 'c\n' });
  await box.git(repository, 'add', 'c.txt');
  const before = await readFile(indexOf(repository));
  const copy = join(box.folder, 'copy');
  await withWholeIndex(repository, gitDir, (file) => copyIndex(file, copy));
  assert.equal(await readFile(indexOf(repository)), before);
  for (const name of (await readdir(gitDir)).filter((it) => it.startsWith('sharedindex.')))
    await rm(join(gitDir, name));
  assert.is(await list(copy), 'a.txt\nb.txt\nc.txt');
});

test('an index is replaced by git’s own protocol: refused while somebody else holds the lock', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'a\n' });
  const gitDir = join(repository, '.git');
  const saved = join(box.folder, 'saved');
  await copyIndex(indexOf(repository), saved);
  await box.git(repository, 'rm', '--quiet', '--cached', 'a.txt');
  const before = await readFile(indexOf(repository));

  await writeFile(`${indexOf(repository)}.lock`, 'somebody else');
  assert.is((await rejection(replaceIndex(gitDir, saved, 'me'))).code, 'EEXIST');
  assert.equal(await readFile(indexOf(repository)), before);
  assert.is(await readFile(`${indexOf(repository)}.lock`, 'utf8'), 'somebody else');
  await rm(`${indexOf(repository)}.lock`);

  await replaceIndex(gitDir, saved, 'me');
  assert.equal(await readFile(indexOf(repository)), await readFile(saved));
  assert.is(await box.git(repository, 'status', '--porcelain'), '');
  assert.equal(
    (await readdir(gitDir)).filter((name) => name.includes('index')),
    ['index'],
  );
});

test('a lock that a killed process of ours left is taken up again, whole', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'a\n' });
  const gitDir = join(repository, '.git');
  const saved = join(box.folder, 'saved');
  await copyIndex(indexOf(repository), saved);
  await box.git(repository, 'rm', '--quiet', '--cached', 'a.txt');
  const draft = join(gitDir, 'index-of-me');

  await writeFile(draft, 'half of a dr');
  await replaceIndex(gitDir, saved, 'me');
  assert.equal(await readFile(indexOf(repository)), await readFile(saved), 'before the lock');

  await box.git(repository, 'rm', '--quiet', '--cached', 'a.txt');
  await copyFile(saved, draft);
  await link(draft, `${indexOf(repository)}.lock`);
  await replaceIndex(gitDir, saved, 'me');
  assert.equal(await readFile(indexOf(repository)), await readFile(saved), 'with the lock');
  assert.equal(
    (await readdir(gitDir)).filter((name) => name.includes('index')),
    ['index'],
  );
});

test('what a killed replacement left is removed, and nobody else’s lock', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'a\n' });
  const gitDir = join(repository, '.git');
  const [draft, lock] = [join(gitDir, 'index-of-me'), `${indexOf(repository)}.lock`];
  const left = async () => (await readdir(gitDir)).filter((name) => name.includes('index')).sort();

  await writeFile(draft, 'half of a dr');
  await writeFile(lock, 'somebody else');
  await forgetReplacement(gitDir, 'me');
  assert.equal(await left(), ['index', 'index.lock'], 'before the lock');
  await rm(lock);

  await copyFile(indexOf(repository), draft);
  await link(draft, lock);
  await forgetReplacement(gitDir, 'me');
  assert.equal(await left(), ['index'], 'with the lock');

  const before = await readFile(indexOf(repository));
  await link(indexOf(repository), draft);
  await forgetReplacement(gitDir, 'me');
  assert.equal(await left(), ['index'], 'with the new index in its place');
  assert.equal(await readFile(indexOf(repository)), before);
});

test('a tree of nothing but some entries', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'a\n' });
  const oid = await writeBlob(repository, Buffer.from('new\n'));
  const tree = await writeTree(
    repository,
    new Map<RawPath, { mode: string; oid: string } | null>([
      ['dir/caf\xe9', { mode: '100755', oid }],
      ['link', { mode: '120000', oid }],
      ['gone', null],
    ]),
  );
  assert.equal(await showTree(repository, tree), {
    'dir/caf\xe9': '100755 new\n',
    link: '120000 new\n',
  });
  const nothing = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
  assert.is(await writeTree(repository, new Map()), nothing);
  assert.is(await writeTree(repository, new Map([['gone', null]])), nothing);
});

test('where object ids are longer ones: paths taken out, and trees of some entries', async () => {
  await using box = await ownSandbox();
  const repository = join(box.folder, 'sha256');
  await box.git(box.folder, 'init', '--quiet', '--object-format=sha256', repository);
  const oid = await writeBlob(repository, Buffer.from('x\n'));
  assert.is(oid.length, 64);
  const both = await writeTree(
    repository,
    new Map([
      ['a', { mode: '100644', oid }],
      ['b', { mode: '100644', oid }],
    ]),
  );
  const one = await writeTreeWith(repository, both, new Map([['b', null]]));
  assert.equal(await showTree(repository, one), { a: 'x\n' });
  const same = new Map([
    ['a', { mode: '100644', oid }],
    ['b', null],
  ]);
  assert.is(await writeTree(repository, same).catch((error) => error.message), one);
});

test('submodules are found, wherever they lie and whatever they are called; nothing else is taken for one', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': 'a\n' });
  const commit = await gitLine(repository, ['rev-parse', 'HEAD']);
  const oid = await writeBlob(repository, Buffer.from('x'));
  const modules = ['a module', 'deep/caf\xe9', 'line\nbreak'];
  const tree = await writeTree(
    repository,
    new Map([
      ...modules.map((path) => [path, { mode: '160000', oid: commit }] as const),
      [`160000 commit ${commit}`, { mode: '100644', oid }],
      ['z 160000 commit', { mode: '100644', oid }],
    ]),
  );
  assert.equal((await listSubmodules(repository, tree)).sort(), modules);
  assert.equal(await listSubmodules(repository, 'HEAD'), []);
});

test('the entries of an index are read with their true names', () => {
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
  assert.equal(
    [...parseStage([`100644 ${a} 0\ttab\tin the middle`, `160000 ${b} 0\tcaf\xe9`])],
    [
      ['tab\tin the middle', { mode: '100644', oid: a }],
      ['caf\xe9', { mode: '160000', oid: b }],
    ],
  );
  assert.equal([...parseStage([])], []);
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
  assert.equal(await showTree(repository, tree), {
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
  assert.equal(await showTree(repository, clean.tree), {
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
  assert.equal(await showTree(repository, tree), {
    dir: 'new\n',
    'mode.sh': '100755 a\nb\nC\n',
    place: 'new\n',
  });
});

test('a text is split at the first separator only', () => {
  assert.equal(splitOnce('a b c', ' '), ['a', 'b c']);
  assert.equal(splitOnce('abc', ' '), ['abc', '']);
  assert.equal(splitOnce('', '\t'), ['', '']);
});

test.run();
