import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { captureAlone, captureModel, hasChanged } from '../../scripts/lib/session/capture.ts';
import { printCapture } from '../../scripts/lib/session/printed-capture.ts';
import { captureOf, readSession, updateSession } from '../../scripts/lib/session/session.ts';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';
import { showTree, workingTree } from '../support/working-tree.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\n';

async function setUp({ provided = [] }: { provided?: string[] } = {}) {
  const box = await ownSandbox();
  const at = await box.repository({
    'a.txt': 'a\n',
    'old.txt': LINES,
    'gone.txt': 'g\n',
    'tool.sh': 't\n',
    '.gitignore': '*.log\n',
  });
  const made = await makeSession(at, {
    models: [sessionModel('claude', { role: 'host' }), sessionModel('gpt#2')],
    host: 'claude',
  });
  const [worktree] = await makeWorktrees(made.repository, made.session, {
    models: ['gpt#2'],
    start: made.session.data.base,
    provided,
    onProgress: () => {},
  });
  const path = worktree?.path ?? '';
  return {
    ...{ box, at, path, ...made },
    capture: () => captureModel(made.repository, made.session, 'gpt#2', 1),
    changed: () => hasChanged(made.repository, made.session, 'gpt#2', 1),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

test('nothing done is empty; something done is changed, whatever became of the index', async () => {
  await using it = await setUp();
  assert.is((await it.capture()).state, 'empty');
  assert.is(await it.changed(), false);
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  assert.is(await it.changed(), true);
  const own = await it.box.git(it.path, 'rev-parse', '--absolute-git-dir');
  const tampering: [string, () => Promise<unknown>][] = [
    ['assume-unchanged', () => it.box.git(it.path, 'update-index', '--assume-unchanged', 'a.txt')],
    ['skip-worktree', () => it.box.git(it.path, 'update-index', '--skip-worktree', 'a.txt')],
    ['a lock', () => writeFile(join(own, 'index.lock'), '')],
    ['a corrupt index', () => writeFile(join(own, 'index'), 'no index')],
    ['no index', () => rm(join(own, 'index'))],
  ];
  for (const [name, tamper] of tampering) {
    await tamper();
    const { state, files } = await it.capture();
    assert.equal([state, files.map(({ path }) => path)], ['changed', ['a.txt']], name);
  }
});

test('committed, staged, unstaged and untracked work is all of it; ignored files are none', async () => {
  await using it = await setUp();
  await writeAwkward(it.path, { 'committed.txt': 'c\n' });
  await it.box.git(it.path, 'add', '--all');
  await it.box.git(it.path, 'commit', '--quiet', '-m', 'one');
  await it.box.git(it.path, 'commit', '--quiet', '--allow-empty', '-m', 'two');
  await writeAwkward(it.path, {
    'staged.txt': 's\n',
    'caf\xe9.bin': Buffer.from([0, 1, 255]),
    link: { link: '/etc/passwd' },
    'x.log': 'ignored\n',
  });
  await it.box.git(it.path, 'add', 'staged.txt');
  await rm(join(it.path, 'gone.txt'));
  await it.box.git(it.path, 'mv', 'old.txt', 'new.txt');
  await chmod(join(it.path, 'tool.sh'), 0o755);
  const files = await readAll(it.path);

  const capture = await it.capture();
  assert.is(capture.commitsByModel, 2);
  const printed = printCapture(capture);
  assert.equal(
    printed.files.map(
      ({ path, status, old_path }) => `${status} ${path}${old_path ? ` < ${old_path}` : ''}`,
    ),
    [
      'added caf\uFFFD.bin',
      'added committed.txt',
      'deleted gone.txt',
      'added link',
      'renamed new.txt < old.txt',
      'added staged.txt',
      'modified tool.sh',
    ],
  );
  assert.is(printed.files[0]?.path_base64, Buffer.from('caf\xe9.bin', 'latin1').toString('base64'));
  assert.equal(printed.totals, { files: 7, additions: 3, deletions: 1 });
  assert.equal(await readAll(it.path), files, 'the worktree is as it was');

  const clone = join(it.box.folder, 'clone');
  await it.box.git(it.box.folder, 'clone', '--quiet', it.at, clone);
  await it.box.git(clone, 'apply', '--binary', capture.diff);
  assert.is(await workingTree(clone), capture.tree);
});

test('a capture is kept by refs, the model’s commits too, and recorded once', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  await it.box.git(it.path, 'commit', '--quiet', '--all', '-m', 'mine');
  const head = await it.box.git(it.path, 'rev-parse', 'HEAD');
  const first = await it.capture();
  const refs = `refs/mm/${it.session.data.session_id}/`;
  assert.ok(first.ref?.startsWith(refs));
  assert.is(await it.box.git(it.at, 'rev-parse', `${first.ref}^{tree}`), first.tree);
  assert.is(await it.box.git(it.at, 'rev-parse', `${first.ref}^`), it.session.data.base);
  assert.ok((await it.box.git(it.at, 'for-each-ref', '--contains', head, refs)) !== '');
  const again = await it.capture();
  assert.equal({ ...again }, { ...first });
  await writeFile(join(it.path, 'b.txt'), 'b\n');
  const more = await it.capture();
  const read = await readSession(it.session.directory);
  assert.is(read?.data.captures.length, 1);
  assert.is(captureOf(it.session, 'gpt#2', 1)?.tree, more.tree);
});

test('a model that switched branches or detached its HEAD is captured all the same', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  await it.box.git(it.path, 'checkout', '--quiet', '-b', 'my-own');
  await it.box.git(it.path, 'commit', '--quiet', '--all', '-m', 'mine');
  await it.box.git(it.path, 'checkout', '--quiet', '--detach');
  const { files, commitsByModel } = await it.capture();
  assert.equal([files.map(({ path }) => path), commitsByModel], [['a.txt'], 1]);
});

test('a worktree that is gone is an error, never an empty capture; change is then unknown', async () => {
  await using it = await setUp();
  await rm(it.path, { recursive: true });
  const error = await rejection(it.capture());
  assert.equal([error.code, error.exitStatus], ['no-worktree', 3]);
  assert.is(await it.changed(), null);
  await updateSession(it.session, ({ worktrees }) => ({
    worktrees: worktrees.map((record) => ({ ...record, removed: true })),
  }));
  assert.is((await rejection(it.capture())).code, 'no-worktree');
  assert.is(captureOf(it.session, 'gpt#2', 1), null);
});

test('an object store that cannot be read is an error, never an empty capture', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  await rename(join(it.at, '.git', 'objects'), join(it.at, '.git', 'no-objects'));
  await mkdir(join(it.at, '.git', 'objects'));
  assert.is((await rejection(it.capture())).code, 'git-failed');
  assert.is(await it.changed(), null);
  assert.is(captureOf(it.session, 'gpt#2', 1), null);
});

/** What a model can make of its worktree's `.git`; its files are captured all the same. */
const REPLACED: [string, (dotGit: string, box: Sandbox) => Promise<unknown>, RegExp | null][] = [
  ['removed', (dotGit) => rm(dotGit), null],
  ['made to name what is not there', (dotGit) => writeFile(dotGit, 'gitdir: /no/where\n'), null],
  [
    'made to name another repository',
    async (dotGit, box) => {
      const other = await box.repository({ 'theirs.txt': 't\n' }, 'other');
      await writeFile(dotGit, `gitdir: ${other}/.git\n`);
    },
    null,
  ],
  [
    'replaced by a repository of its own',
    async (dotGit, box) => {
      await rm(dotGit);
      await box.git(join(dotGit, '..'), 'init', '--quiet');
      await box.git(join(dotGit, '..'), 'add', 'a.txt');
      await box.git(join(dotGit, '..'), 'commit', '--quiet', '-m', 'mine');
    },
    /^The \.git of the worktree was replaced by a repository of its own/,
  ],
];

for (const [name, replace, warning] of REPLACED) {
  test(`a worktree whose .git was ${name} is captured, its own commits apart`, async () => {
    await using it = await setUp();
    await writeFile(join(it.path, 'a.txt'), 'A\n');
    await it.box.git(it.path, 'commit', '--quiet', '--all', '-m', 'before');
    await writeFile(join(it.path, 'new.txt'), 'n\n');
    await replace(join(it.path, '.git'), it.box);
    const { files, commitsByModel, warnings } = await it.capture();
    assert.equal(
      files.map(({ path }) => path),
      ['a.txt', 'new.txt'],
    );
    assert.is(commitsByModel, 1, 'those that the repository knows');
    assert.is(warnings.length, warning === null ? 0 : 1, warnings.join('\n'));
    if (warning !== null) assert.match(warnings[0] ?? '', warning);
    assert.is(await it.changed(), true);
  });
}

test('rules that were planted since hide nothing; ignored files that the model added count', async () => {
  await using it = await setUp();
  await writeFile(join(it.at, '.git', 'info', 'exclude'), '*.txt\n');
  await writeFile(join(it.at, '.git', 'info', 'attributes'), '* filter=evil\n');
  await it.box.git(it.path, 'config', 'filter.evil.clean', 'false');
  await it.box.git(it.path, 'config', 'filter.evil.required', 'true');
  await writeAwkward(it.path, {
    'seen.txt': 's\n',
    'committed.log': 'c\n',
    'staged.log': 's\n',
    'ignored.log': 'i\n',
  });
  const quiet = ['-c', 'filter.evil.clean=cat'];
  await it.box.git(it.path, ...quiet, 'add', '--force', 'committed.log');
  await it.box.git(it.path, ...quiet, 'commit', '--quiet', '-m', 'mine');
  await it.box.git(it.path, ...quiet, 'add', '--force', 'staged.log');
  const { files } = await it.capture();
  assert.equal(
    files.map(({ path }) => path),
    ['committed.log', 'seen.txt', 'staged.log'],
  );
});

test('what was provided is no part of it, ignored or not', async () => {
  for (const ignored of [false, true]) {
    await using it = await setUp({ provided: ['node_modules', '.env'] });
    if (ignored) await writeFile(join(it.path, '.gitignore'), '*.log\nnode_modules/\n.env\n');
    await writeAwkward(it.path, { 'node_modules/x/y': 'y\n', '.env': 'SECRET\n', 'b.txt': 'b\n' });
    const found = await it.capture().catch((error) => error.message as string);
    assert.equal(
      typeof found === 'string' ? found : found.files.map(({ path }) => path),
      ignored ? ['.gitignore', 'b.txt'] : ['b.txt'],
    );
  }
});

test('captured again, the earlier capture and the model’s commits stay reachable from the one ref', async () => {
  await using it = await setUp();
  const { base } = it.session.data;
  const parents = async () =>
    (await it.box.git(it.at, 'rev-list', '--parents', '-1', `${first.ref}`)).split(' ').slice(1);
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  const first = await it.capture();
  const commit = await it.box.git(it.at, 'rev-parse', `${first.ref}`);
  assert.equal(await parents(), [base]);
  await it.capture();
  assert.is(await it.box.git(it.at, 'rev-parse', `${first.ref}`), commit, 'nothing new, no commit');

  await it.box.git(it.path, 'commit', '--quiet', '--all', '-m', 'mine');
  const head = await it.box.git(it.path, 'rev-parse', 'HEAD');
  await writeFile(join(it.path, 'a.txt'), 'AA\n');
  const second = await it.capture();
  assert.is(second.ref, first.ref);
  assert.equal(await parents(), [base, commit, head]);

  // The model threw its own commit away: only our ref still holds it.
  await it.box.git(it.path, 'reset', '--quiet', '--hard', base);
  await writeFile(join(it.path, 'a.txt'), 'AAA\n');
  await it.capture();
  await it.box.git(it.at, 'reflog', 'expire', '--expire=now', '--all');
  await it.box.git(it.at, 'gc', '--quiet', '--prune=now');
  for (const [tree, text] of [
    [first.tree, 'A\n'],
    [second.tree, 'AA\n'],
    [head, 'A\n'],
  ] as const)
    assert.is((await showTree(it.at, tree))['a.txt'], text);
});

test('a worktree that is gone after its capture: the capture stands', async () => {
  await using it = await setUp();
  await writeFile(join(it.path, 'a.txt'), 'A\n');
  const first = await it.capture();
  await rm(it.path, { recursive: true });
  const { tree, ref, state, files, warnings } = await it.capture();
  assert.equal(
    [tree, ref, state, files, warnings],
    [first.tree, first.ref, 'changed', first.files, []],
  );
});

test('what a tree cannot hold, or git would change on the way, is said in words', async () => {
  await using it = await setUp();
  assert.equal((await it.capture()).warnings, []);
  await writeAwkward(it.path, {
    '.gitattributes': '*.crlf text eol=crlf\n',
    'mixed.crlf': 'one\r\ntwo\n',
    'fine.crlf': 'one\r\n',
    'deep/.GIT/x': 'x',
    'nested/inside.txt': 'i\n',
  });
  await it.box.git(join(it.path, 'nested'), 'init', '--quiet');
  await it.box.git(join(it.path, 'nested'), 'add', '--all');
  await it.box.git(join(it.path, 'nested'), 'commit', '--quiet', '-m', 'inside');
  const { warnings, files } = await it.capture();
  assert.equal(
    files.map(({ path }) => path),
    ['.gitattributes', 'fine.crlf', 'mixed.crlf', 'nested/inside.txt'],
  );
  assert.is(warnings.length, 3, warnings.join('\n'));
  assert.match(warnings[0] ?? '', /^deep\/\.GIT is a fifo.* no part of the capture\.$/);
  assert.match(
    warnings[1] ?? '',
    /^nested is a repository of its own: .* history \([0-9a-f]{40}\) is not\.$/,
  );
  assert.match(warnings[2] ?? '', /^mixed\.crlf: line ends, /);
});

test('the host is captured in the main tree; a model without a worktree is not', async () => {
  await using it = await setUp();
  await writeFile(join(it.at, 'a.txt'), 'host\n');
  const capture = await captureModel(it.repository, it.session, 'claude', 1);
  assert.equal(
    capture.files.map(({ path }) => path),
    ['a.txt'],
  );
  assert.equal(capture.warnings, []);
  assert.is(
    (await rejection(captureModel(it.repository, it.session, 'gemini', 1))).code,
    'no-worktree',
  );
});

test('alone, without a session: any folder against any base, no ref', async () => {
  await using it = await setUp();
  await mkdir(join(it.at, 'dir'));
  await symlink('../a.txt', join(it.at, 'dir', 'link'));
  const diff = join(it.box.folder, 'out', 'deep', 'x.diff');
  const { ref, files, state, commitsByModel, warnings } = await captureAlone(
    it.at,
    it.session.data.base,
    diff,
  );
  assert.equal(
    [ref, state, commitsByModel, files.map(({ path }) => path)],
    [null, 'changed', 0, ['dir/link']],
  );
  assert.match(await readFile(diff, 'utf8'), 'new file mode 120000');
  assert.equal(warnings, []);
});

test.run();
