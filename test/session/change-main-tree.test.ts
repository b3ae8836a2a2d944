import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gitLine } from '../../scripts/lib/git/git.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import type { Sight } from '../../scripts/lib/git/present-files.ts';
import { readTree, writeTreeWith } from '../../scripts/lib/git/trees.ts';
import {
  changeMainTree,
  type MainTreeChange,
  type MainTreePlan,
  planBack,
  planMainTree,
} from '../../scripts/lib/session/main-tree.ts';
import { type Awkward, NAMES, readAll, writeAwkward } from '../support/awkward-files.ts';
import { laidDown } from '../support/laid-down.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { makeSession } from '../support/sessions.ts';
import { makeFifo } from '../support/special-files.ts';
import { treeOnDisk, workingTree } from '../support/working-tree.ts';

type AwkwardFiles = Record<RawPath, Awkward>;

/** A repository at its first state, and a second state as a tree. */
async function twoStates(box: Sandbox, before: AwkwardFiles, after: AwkwardFiles) {
  const repository = await box.repository({});
  await writeAwkward(repository, before);
  await box.git(repository, 'add', '--all');
  await box.git(repository, 'commit', '--quiet', '--allow-empty', '-m', 'before');
  const from = await box.git(repository, 'rev-parse', 'HEAD^{tree}');
  await clear(repository);
  await writeAwkward(repository, after);
  const to = await treeOnDisk(repository);
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

/** A session in a repository, and how its main tree is changed there and back. */
async function startIn(directory: string) {
  const { repository, session } = await makeSession(directory);
  const plan = (ancestor: string, target: string) =>
    planMainTree(session, { ancestor, target, hint: 'the hint' });
  const carryOut = async (plan: MainTreePlan): Promise<MainTreeChange> => {
    const kept: MainTreeChange[] = [];
    await changeMainTree(repository, session, plan, async (change) => void kept.push(change));
    assert.is(kept.length, 1, 'told once what is about to change');
    return kept[0] as MainTreeChange;
  };
  return {
    ...{ repository, session, plan, carryOut },
    staging: join(directory, '.git', `multi-model-execute-${session.data.session_id}`),
    change: async (from: string, to: string) => carryOut(await plan(from, to)),
    back: async (change: MainTreeChange) => carryOut(await planBack(session, change, 'the hint')),
  };
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
  const before = [await readAll(repository), await index()];
  const it = await startIn(repository);
  const change = await it.change(from, to);
  assert.equal(await readAll(repository), shown);
  assert.equal(await index(), before[1]);
  assert.not.ok(existsSync(join(repository, 'gone')), 'no empty folder is left');
  assert.not.ok(existsSync(it.staging));
  await it.back(change);
  assert.equal([await readAll(repository), await index()], before);
  assert.is(await workingTree(repository), from);
  assert.is(await box.git(repository, 'status', '--porcelain'), '');
});

type Obstacle = [string, 'plan' | 'swap', (repository: string) => Promise<unknown>];

/** What lies in the way; what the plan can see contradicts it, the rest is found by the swap. */
const OBSTACLES: Obstacle[] = [
  ['a changed file', 'plan', (at) => writeFile(join(at, 'changed.txt'), 'mine\n')],
  ['a file that is gone', 'plan', (at) => rm(join(at, 'changed.txt'))],
  ['an untracked file in the way', 'plan', (at) => writeFile(join(at, 'new.txt'), 'mine\n')],
  ['an ignored file in the way', 'plan', (at) => writeFile(join(at, 'new.log'), 'mine\n')],
  [
    'a folder with something in it in the way',
    'swap',
    (at) => writeAwkward(at, { 'new.txt/mine.txt': 'mine\n' }),
  ],
  [
    'a folder with ignored files deep inside in the way',
    'swap',
    (at) => writeAwkward(at, { 'new.txt/deep/caf\xe9.log': 'mine\n' }),
  ],
  ['a changed file that is to go', 'plan', (at) => writeFile(join(at, 'deleted.txt'), 'mine\n')],
  ['a file in the place of a folder', 'swap', (at) => writeFile(join(at, 'dir'), 'mine\n')],
  [
    'a link out of the tree in the place of a folder',
    'swap',
    async (at) => {
      await mkdir(join(at, '..', 'outside'));
      await symlink('../outside', join(at, 'dir'));
    },
  ],
  [
    'a link in the place of a changed file',
    'plan',
    async (at) => {
      await rm(join(at, 'changed.txt'));
      await symlink('a-first.txt', join(at, 'changed.txt'));
    },
  ],
];

const beforeObstacles = laidDown(ownSandbox, async (box) => {
  const { repository, from, to } = await twoStates(
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
  return { repository, from, to };
});

for (const [name, foundBy, make] of OBSTACLES) {
  test(`${name}: refused, and nothing at all is written`, async () => {
    await using box = await beforeObstacles();
    const { repository, from, to } = box.made;
    // An ignored file gets into a tree only where somebody forced it.
    const target = name.startsWith('an ignored') ? await withForced(repository, to) : to;
    const it = await startIn(repository);
    await make(repository);
    const read = async () => [
      await readAll(repository),
      await readAll(box.folder, 'outside').catch(() => null),
      await readFile(join(repository, '.git', 'index')),
    ];
    const before = await read();
    const error = await rejection(it.change(from, target));
    const code = foundBy === 'plan' ? 'main-tree-conflict' : 'files-differ';
    assert.equal([error.code, error.exitStatus], [code, 3]);
    assert.equal(await read(), before);
    assert.not.ok(existsSync(it.staging));
  });
}

async function withForced(repository: string, tree: string): Promise<string> {
  const oid = await gitLine(repository, ['hash-object', '-w', '--stdin'], { input: 'log\n' });
  return writeTreeWith(repository, tree, new Map([['new.log', { mode: '100644', oid }]]));
}

test('a fifo in the place of a file is refused', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(box, { 'a.txt': '1\n' }, { 'a.txt': '2\n' });
  const it = await startIn(repository);
  await rm(join(repository, 'a.txt'));
  await makeFifo(join(repository, 'a.txt'));
  const error = await rejection(it.plan(from, to));
  assert.equal([error.code, error.exitStatus], ['special-file', 3]);
});

test('whatever else lies there stays', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(
    box,
    { 'a.txt': '1\n', 'dir/x': 'x\n' },
    { 'a.txt': '2\n' },
  );
  await writeAwkward(repository, { 'mine.txt': 'm\n', 'dir/mine.txt': 'm\n' });
  const it = await startIn(repository);
  await it.change(from, to);
  assert.equal(await readAll(repository), {
    'a.txt': '644 2\n',
    'dir/mine.txt': '644 m\n',
    'mine.txt': '644 m\n',
  });
});

const SETTINGS = [
  ['apply.whitespace', 'fix'],
  ['apply.ignoreWhitespace', 'change'],
  ['core.whitespace', 'trailing-space,blank-at-eof,tab-in-indent,cr-at-eol'],
  ['diff.noprefix', 'true'],
  ['diff.mnemonicPrefix', 'true'],
  ['core.safecrlf', 'true'],
  ['color.ui', 'always'],
  ['diff.external', '/bin/false'],
  ['merge.renames', 'true'],
  ['merge.conflictStyle', 'diff3'],
  ['core.bigFileThreshold', '1'],
  ['core.splitIndex', 'true'],
  ['index.version', '4'],
  ['checkout.workers', '4'],
] as const;

for (const when of ['before', 'after'] as const) {
  test(`the user's configuration of white space and all else does not matter, set ${when} the start`, async () => {
    await using box = await ownSandbox();
    const { repository, from, to, shown } = await twoStates(
      box,
      { 'a.txt': 'a\n' },
      { 'a.txt': 'a  \n\t\n \tb\n\n\n', 'b.txt': 'x \n' },
    );
    const settings = SETTINGS.map(([name, value]) => {
      const [section, key] = name.split('.');
      return `[${section}]\n\t${key} = ${value}\n`;
    });
    const configure = () => appendFile(join(box.folder, 'gitconfig'), settings.join(''));
    if (when === 'before') await configure();
    const it = await startIn(repository);
    if (when === 'after') await configure();
    await it.change(from, to);
    assert.equal(await readAll(repository), shown);
    // A file that differs in white space only is not as it was.
    await writeFile(join(repository, 'b.txt'), 'x\n');
    assert.is((await rejection(it.change(to, from))).code, 'main-tree-conflict');
  });
}

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
  const before = await readAll(repository);
  assert.is(before['a.txt'], '644 1\r\n2\r\n');
  const it = await startIn(repository);
  const change = await it.change(from, to);
  assert.equal(await readAll(repository), { 'a.txt': '644 1\r\n3\r\n', 'new.txt': '644 n\r\n' });
  assert.is(await workingTree(repository), to);
  await it.back(change);
  assert.equal(await readAll(repository), before);
});

/** What lies in the main tree byte for byte where a tree knows less; attributes and settings that make it so. */
const EXACT: [string, AwkwardFiles, Record<string, string>][] = [
  ['mixed line ends', { 'a.txt': 'one\r\ntwo\nthree\r\n' }, { 'core.autocrlf': 'true' }],
  ['the line ends of Unix', { 'a.txt': 'one\ntwo\n' }, { 'core.autocrlf': 'true' }],
  ['line ends by attributes', { '.gitattributes': '* text=auto\n', 'a.txt': 'a\r\nb\n' }, {}],
  [
    'a keyword',
    { '.gitattributes': '* ident\n', 'a.txt': '$Id: 0123456789012345678901234567890123456789 $\n' },
    {},
  ],
  [
    'a filter that does not give back what it was given',
    { '.gitattributes': '* filter=shout\n', 'a.txt': 'quiet\n' },
    { 'filter.shout.clean': 'tr a-z A-Z' },
  ],
  [
    'an encoding that has two forms',
    {
      '.gitattributes': '*.txt working-tree-encoding=UTF-16\n',
      'a.txt': Buffer.from([0xfe, 0xff, 0, 0x61, 0, 0x0a]),
    },
    {},
  ],
];

for (const [name, files, settings] of EXACT) {
  test(`the way back is exact by bytes: ${name}, in a file that was changed or removed`, async () => {
    await using box = await ownSandbox();
    const repository = await box.repository();
    for (const [key, value] of Object.entries(settings))
      await box.git(repository, 'config', key, value);
    await writeAwkward(repository, files);
    await box.git(repository, 'add', '--all');
    await box.git(repository, 'commit', '--quiet', '-m', 'files');
    const before = await readAll(repository);
    const from = await workingTree(repository);
    const oid = await gitLine(repository, ['hash-object', '-w', '--stdin'], { input: 'new\n' });
    const it = await startIn(repository);
    for (const entry of [{ mode: '100644', oid }, null]) {
      const to = await writeTreeWith(repository, from, new Map([['a.txt', entry]]));
      const change = await it.change(from, to);
      assert.is.not((await readAll(repository))['a.txt'], before['a.txt']);
      await it.back(change);
      assert.equal(await readAll(repository), before);
    }
  });
}

test('the way back is exact also where the step itself changed the attributes, and they changed again', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(
    box,
    { '.gitattributes': '* -text\n', 'a.txt': 'one\r\ntwo\n', 'b.txt': 'b\r\n' },
    { '.gitattributes': '* text eol=crlf\n', 'a.txt': 'one\ntwo\nthree\n' },
  );
  const before = await readAll(repository);
  const it = await startIn(repository);
  const change = await it.change(from, to);
  assert.equal(await readAll(repository), {
    '.gitattributes': '644 * text eol=crlf\r\n',
    'a.txt': '644 one\r\ntwo\r\nthree\r\n',
  });
  await box.git(repository, 'config', 'core.autocrlf', 'input');
  await writeFile(join(repository, '.git', 'info', 'attributes'), '* text eol=lf ident\n');
  await it.back(change);
  assert.equal(await readAll(repository), before);
});

const MODES = [0o600, 0o640, 0o664, 0o444, 0o700, 0o750, 0o755, 0o711];

test('permissions that a tree does not know stay on a changed file, and come back with a removed one', async () => {
  await using box = await ownSandbox();
  const name = (kind: string, mode: number) => `${kind} ${mode.toString(8)}`;
  const file = (text: string, mode: number) => ((mode & 0o100) !== 0 ? { executable: text } : text);
  const changed = (text: string) =>
    MODES.map((mode) => [name('changed', mode), file(text, mode)] as const);
  const removed = MODES.map((mode) => [name('removed', mode), file('r\n', mode)] as const);
  const { repository, from, to } = await twoStates(
    box,
    Object.fromEntries([...changed('1\n'), ...removed]),
    Object.fromEntries(changed('2\n')),
  );
  for (const mode of MODES)
    for (const kind of ['changed', 'removed'])
      await chmod(join(repository, name(kind, mode)), mode);
  const before = await readAll(repository);
  const it = await startIn(repository);
  const change = await it.change(from, to);
  const expected = MODES.map((mode) => [name('changed', mode), `${mode.toString(8)} 2\n`]);
  assert.equal(await readAll(repository), Object.fromEntries(expected));
  await it.back(change);
  assert.equal(await readAll(repository), before);
});

test('permissions come back where the step made a file executable, a link or a folder', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(
    box,
    { tool: '1\n', link: '1\n', folder: '1\n', not: { executable: '1\n' } },
    { tool: { executable: '2\n' }, link: { link: 'tool' }, 'folder/x': 'x\n', not: '2\n' },
  );
  for (const file of ['tool', 'link', 'folder']) await chmod(join(repository, file), 0o600);
  await chmod(join(repository, 'not'), 0o750);
  const before = await readAll(repository);
  const it = await startIn(repository);
  const change = await it.change(from, to);
  assert.equal(await readAll(repository), {
    'folder/x': '644 x\n',
    link: 'link tool',
    not: '640 2\n',
    tool: '700 2\n',
  });
  await it.back(change);
  assert.equal(await readAll(repository), before);
});

test('what was changed since is kept on the way back; what contradicts it is refused', async () => {
  await using box = await ownSandbox();
  const lines = 'one\ntwo\nthree\nfour\nfive\nsix\n';
  const { repository, from, to } = await twoStates(
    box,
    { 'a.txt': lines, 'b.txt': 'b\n' },
    { 'a.txt': lines.replace('one', 'ONE'), 'b.txt': 'B\n', 'new.txt': 'n\n' },
  );
  const it = await startIn(repository);
  const change = await it.change(from, to);
  await writeFile(join(repository, 'a.txt'), `${lines.replace('one', 'ONE')}more\n`);
  await writeFile(join(repository, 'b.txt'), 'mine\n');
  const between = await readAll(repository);
  const error = await rejection(it.back(change));
  assert.equal([error.code, error.details.conflicts], ['main-tree-conflict', ['b.txt']]);
  assert.is(error.hint, 'the hint');
  assert.equal(await readAll(repository), between);
  await writeFile(join(repository, 'b.txt'), 'B\n');
  await it.back(change);
  assert.equal(await readAll(repository), { 'a.txt': `644 ${lines}more\n`, 'b.txt': '644 b\n' });
});

test('nothing to do is nothing done', async () => {
  await using box = await ownSandbox();
  const repository = await box.repository({ 'a.txt': '1\n' });
  const tree = await gitLine(repository, ['rev-parse', 'HEAD^{tree}']);
  await writeFile(join(repository, 'a.txt'), 'mine\n');
  const it = await startIn(repository);
  const { mtimeNs } = await stat(join(repository, 'a.txt'), { bigint: true });
  await it.change(tree, tree);
  assert.is(await readFile(join(repository, 'a.txt'), 'utf8'), 'mine\n');
  assert.is((await stat(join(repository, 'a.txt'), { bigint: true })).mtimeNs, mtimeNs);
});

test('what is to change is told before the first byte; where that fails nothing changes', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(
    box,
    { 'a.txt': '1\n', 'gone.txt': 'g\n' },
    { 'a.txt': '2\n', 'new.txt': 'n\n' },
  );
  await chmod(join(repository, 'a.txt'), 0o600);
  const it = await startIn(repository);
  const before = await readAll(repository);
  const plan = await it.plan(from, to);
  const told: MainTreeChange[] = [];
  const keep = async (change: MainTreeChange) => {
    assert.equal(await readAll(repository), before);
    told.push(change);
    throw new Error('cannot be kept');
  };
  const error = await rejection(changeMainTree(it.repository, it.session, plan, keep));
  assert.is(error.message, 'cannot be kept');
  assert.equal(await readAll(repository), before);
  assert.not.ok(existsSync(it.staging));
  assert.equal(told[0]?.modes, [{ path: 'a.txt', mode: 0o600 }]);
  const paths = async (tree = '') => [...(await readTree(repository, tree)).keys()];
  assert.equal(await paths(told[0]?.before), ['a.txt', 'gone.txt'], 'nothing but what changes');
  assert.equal(await paths(told[0]?.after), ['a.txt', 'new.txt']);
});

/** A plan, with something that happens when a path has its turn: it is asked for when all are compared, and then. */
function meanwhile(plan: MainTreePlan, path: RawPath, act: () => void): MainTreePlan {
  let asked = 0;
  class Watched extends Map<RawPath, Sight> {
    override get(key: RawPath) {
      if (key === path && ++asked === 3) act();
      return super.get(key);
    }
  }
  return { ...plan, sights: new Watched(plan.sights) };
}

async function threeFiles(box: Sandbox) {
  const { repository, from, to } = await twoStates(
    box,
    { 'a.txt': '1\n', 'b.txt': '1\n', 'c.txt': '1\n', 'gone.txt': 'g\n' },
    { 'a.txt': '2\n', 'b.txt': '2\n', 'c.txt': '2\n', 'new/x': 'n\n' },
  );
  await chmod(join(repository, 'a.txt'), 0o600);
  const it = await startIn(repository);
  return {
    ...it,
    at: repository,
    before: await readAll(repository),
    plan: await it.plan(from, to),
  };
}

test('a failure in the middle of a swap is rolled back', async () => {
  await using box = await ownSandbox();
  const it = await threeFiles(box);
  const fail = () => rmSync(join(it.staging, 'b.txt'));
  const error = await rejection(it.carryOut(meanwhile(it.plan, 'b.txt', fail)));
  assert.is(error.code, 'ENOENT');
  assert.equal(await readAll(it.at), it.before);
  assert.not.ok(existsSync(it.staging));
});

test('a file that changes in the middle of a swap is kept, and all others are rolled back', async () => {
  await using box = await ownSandbox();
  const it = await threeFiles(box);
  const save = () => writeFileSync(join(it.at, 'b.txt'), 'saved just now\n');
  const error = await rejection(it.carryOut(meanwhile(it.plan, 'b.txt', save)));
  assert.equal(await readAll(it.at), { ...it.before, 'b.txt': '644 saved just now\n' });
  assert.equal([error.code, error.details.path], ['files-differ', 'b.txt']);
});

test('what a killed process left in the staging folder does no harm', async () => {
  await using box = await ownSandbox();
  const { repository, from, to, shown } = await twoStates(box, { a: '1\n' }, { a: '2\n' });
  const it = await startIn(repository);
  await writeAwkward(it.staging, { a: 'half', 'b/c': 'x', '.gitattributes': '* eol=crlf\n' });
  await it.change(from, to);
  assert.equal(await readAll(repository), shown);
  assert.not.ok(existsSync(it.staging));
});

test('where the repository lies on another disk than the tree', async () => {
  const [disk, own] = ['/dev/shm', '/tmp'].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (disk === undefined || disk.dev === own?.dev) return;
  await using box = await ownSandbox();
  const elsewhere = join('/dev/shm', `mm-test-${process.pid}`);
  try {
    const { repository, from, to, shown } = await twoStates(
      box,
      { 'a.txt': '1\n', 'gone/x': 'g\n' },
      { 'a.txt': '2\n', 'new/x': 'n\n' },
    );
    await cp(join(repository, '.git'), elsewhere, { recursive: true });
    await rm(join(repository, '.git'), { recursive: true });
    await writeFile(join(repository, '.git'), `gitdir: ${elsewhere}\n`);
    const before = await readAll(repository);
    const it = await startIn(repository);
    const change = await it.change(from, to);
    assert.equal(await readAll(repository), shown);
    await it.back(change);
    assert.equal(await readAll(repository), before);
    assert.equal((await readdir(repository)).sort(), ['.git', 'a.txt', 'gone']);
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
});

test('a repository whose objects have longer ids', async () => {
  await using box = await ownSandbox();
  const repository = join(box.folder, 'project');
  await box.git(box.folder, 'init', '--quiet', '--object-format=sha256', repository);
  await writeAwkward(repository, { 'a.txt': '1\n', 'gone.txt': 'g\n' });
  await box.git(repository, 'add', '--all');
  await box.git(repository, 'commit', '--quiet', '-m', 'before');
  const from = await workingTree(repository);
  const before = await readAll(repository);
  await rm(join(repository, 'gone.txt'));
  await writeAwkward(repository, { 'a.txt': '2\n', 'new.txt': 'n\n' });
  const [to, shown] = [await workingTree(repository), await readAll(repository)];
  await clear(repository);
  await box.git(repository, 'checkout', '--', '.');
  const it = await startIn(repository);
  const failed = await it.change(from, to).catch((error) => error.message as string);
  assert.is(typeof failed, 'object', String(failed));
  assert.equal(await readAll(repository), shown);
  if (typeof failed === 'object') await it.back(failed);
  assert.equal(await readAll(repository), before);
});

test('a submodule that would move is named, and left alone; the rest of the step is taken', async () => {
  await using box = await ownSandbox();
  const { repository, from, to } = await twoStates(box, { 'a.txt': '1\n' }, { 'a.txt': '2\n' });
  const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
  const withModule = (tree: string, oid: string | null) =>
    writeTreeWith(
      repository,
      tree,
      new Map([['mod', oid === null ? null : { mode: '160000', oid }]]),
    );
  await writeAwkward(repository, { 'mod/inside.txt': 'i\n' });
  const it = await startIn(repository);
  const moved = await it.plan(await withModule(from, one), await withModule(to, two));
  assert.equal(moved.submodules, [{ path: 'mod', commit: two }]);
  assert.equal([...moved.wanted.keys()], ['a.txt']);
  const gone = await it.plan(await withModule(from, one), to);
  assert.equal(gone.submodules, [{ path: 'mod', commit: null }]);
  await it.carryOut(moved);
  assert.equal(await readAll(repository), { 'a.txt': '644 2\n', 'mod/inside.txt': '644 i\n' });
});

test.run();
