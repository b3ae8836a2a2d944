import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git } from '../../scripts/lib/git/git.ts';
import { writeRef } from '../../scripts/lib/git/refs.ts';
import { commitTree } from '../../scripts/lib/git/trees.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { refPrefix, updateSession } from '../../scripts/lib/session/session.ts';
import {
  assertNoOpenMerge,
  commitUserWork,
  listUserChanges,
  printUserChanges,
  readUserWork,
  restoreUserChanges,
  setAsideUserChanges,
  stashTitle,
} from '../../scripts/lib/session/user-changes.ts';
import { readAll, writeAwkward } from '../support/awkward-files.ts';
import { laidDown } from '../support/laid-down.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { makeSession } from '../support/sessions.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n';

/** A repository, and what a user may have done to it since the last commit. */
const busy = laidDown(ownSandbox, async (box) => {
  const at = await box.repository({
    '.gitignore': '.env\nignored/\n',
    'clean.txt': 'clean\n',
    'staged.txt': 'old\n',
    'unstaged.txt': LINES,
    'both.txt': 'old\n',
    'deleted.txt': 'd\n',
    'deleted-staged.txt': 'd\n',
    'untracked-now.txt': 'still here\n',
    'renamed.txt': `${LINES}renamed\n`,
    'tool.sh': 'x\n',
    'tool-staged.sh': 'x\n',
    'to-folder': 'f\n',
    'dir/a.txt': 'a\n',
  });
  await writeAwkward(at, {
    'staged.txt': 'staged\n',
    'both.txt': 'staged\n',
    'new-staged.txt': 'new\n',
    'new-staged-changed.txt': 'staged\n',
    'caf\xe9.txt': 'latin1\n',
  });
  await rename(join(at, 'renamed.txt'), join(at, 'renamed to.txt'));
  for (const gone of ['deleted-staged.txt', 'to-folder']) await rm(join(at, gone));
  await chmod(join(at, 'tool-staged.sh'), 0o755);
  await box.git(at, 'add', '--all');
  await box.git(at, 'rm', '--quiet', '--cached', 'untracked-now.txt');
  await writeAwkward(at, {
    'unstaged.txt': LINES.replace('one', 'ONE'),
    'both.txt': 'changed again\n',
    'new-staged-changed.txt': 'changed again\n',
    'to-folder/x': 'x\n',
    'untracked.txt': 'u\n',
    'dir/line\nbreak': 'u\n',
    '-dash': 'u\n',
    'b.bin': Buffer.from([0, 255, 13, 10]),
    link: { link: 'clean.txt' },
    'intended.txt': 'i\n',
    '.env': 'SECRET=1\n',
    'ignored/x': 'x\n',
    'empty.txt': '',
  });
  await box.git(at, 'add', '--intent-to-add', 'intended.txt');
  await rm(join(at, 'deleted.txt'));
  await chmod(join(at, 'tool.sh'), 0o755);
  return { at, before: await picture(box, at) };
});

/** Everything that the user could notice. */
async function picture(box: Sandbox, at: string) {
  const text = async (...words: string[]) =>
    (
      await git(at, words, { env: { GIT_CONFIG_GLOBAL: join(box.folder, 'gitconfig') } })
    ).stdout.toString('latin1');
  return {
    files: await readAll(at),
    status: await text('status', '--porcelain', '-z', '--untracked-files=all', '--ignored'),
    index: await text('ls-files', '-s', '-z'),
    intended: await text('diff', '--name-only', '--diff-filter=A'),
    head: await text('symbolic-ref', 'HEAD'),
    stashes: await text('stash', 'list', '--format=%H %gs'),
  };
}

/** Sets the user's changes aside as start-session does with the host in the main tree. */
async function setAside(at: string, upTo: 'recorded' | 'done' = 'done') {
  const { repository, session } = await makeSession(at);
  const changes = await listUserChanges(repository);
  const work = await readUserWork(repository, session);
  const stash = await commitUserWork(repository, work, changes, stashTitle(session));
  const seen = await commitTree(at, work.tree, [repository.head], 'user changes');
  await writeRef(at, `${refPrefix(session)}/user/worktree`, seen);
  await updateSession(session, () => ({
    user_changes: {
      ...{ mode: 'set-aside', state: 'saving', files: printUserChanges(changes) },
      ...{
        ref: `${refPrefix(session)}/user/worktree`,
        stash,
        tree: work.tree,
        index_tree: work.indexTree,
        moved: null,
      },
    },
  }));
  if (upTo === 'done') await setAsideUserChanges(repository, session);
  return { repository, session, stash };
}

test('set aside and brought back: bytes, modes, index and status are what they were', async () => {
  await using box = await busy();
  const { at, before } = box.made;
  const { repository, session, stash } = await setAside(at);

  assert.is(await box.git(at, 'status', '--porcelain'), '');
  const meanwhile = await picture(box, at);
  assert.is(meanwhile.stashes, `${stash} ${stashTitle(session)}\n`);
  assert.is(meanwhile.files['.env'], '644 SECRET=1\n');
  assert.is(meanwhile.files['ignored/x'], '644 x\n');
  assert.is(session.data.user_changes?.state, 'set-aside');

  const restored = await restoreUserChanges(repository, session);
  assert.equal(restored, { status: 'restored', conflicts: [], command: null });
  assert.equal(await picture(box, at), before);
  assert.is(session.data.user_changes?.state, 'restored');
  assert.is((await restoreUserChanges(repository, session)).status, 'none');
  assert.equal(await picture(box, at), before);
});

test("the user's own stash entries stay, older ones and one that is made meanwhile", async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': '1\n', 'b.txt': '1\n' });
  const stashes = () => box.git(at, 'stash', 'list', '--format=%H %gs');
  await writeFile(join(at, 'b.txt'), 'older\n');
  await box.git(at, 'stash', 'push', '--quiet', '-m', 'older');
  const older = await stashes();
  await writeFile(join(at, 'a.txt'), 'mine\n');
  const { repository, session, stash } = await setAside(at);
  assert.is(await stashes(), `${stash} ${stashTitle(session)}\n${older}`);
  await writeFile(join(at, 'b.txt'), 'newer\n');
  await box.git(at, 'stash', 'push', '--quiet', '-m', 'newer');
  const [newer] = (await stashes()).split('\n');
  await restoreUserChanges(repository, session);
  assert.is(await stashes(), `${newer}\n${older}`);
  assert.is(await readFile(join(at, 'a.txt'), 'utf8'), 'mine\n');
});

test('a stash list that somebody emptied meanwhile loses nothing', async () => {
  await using box = await busy();
  const { at, before } = box.made;
  const { repository, session } = await setAside(at);
  await box.git(at, 'stash', 'clear');
  await box.git(at, 'gc', '--quiet', '--prune=now');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

test('on top of a synthesis both are there; what was staged is staged', async () => {
  await using box = await busy();
  const { at } = box.made;
  const { index, files } = box.made.before;
  const { repository, session } = await setAside(at);
  await writeAwkward(at, {
    'unstaged.txt': LINES.replace('eight', 'EIGHT'),
    'synthesis.txt': 's\n',
    'clean.txt': 'changed\n',
  });
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  const after = await picture(box, at);
  assert.equal(after.files, {
    ...files,
    'unstaged.txt': `644 ${LINES.replace('one', 'ONE').replace('eight', 'EIGHT')}`,
    'synthesis.txt': '644 s\n',
    'clean.txt': '644 changed\n',
  });
  assert.is(after.index, index);
});

test('what was staged meanwhile stays staged beside what comes back', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'mine.txt': '1\n', 'theirs.txt': '1\n', 'gone.txt': 'g\n' });
  await writeFile(join(at, 'mine.txt'), '2\n');
  await box.git(at, 'add', 'mine.txt');
  await box.git(at, 'rm', '--quiet', 'gone.txt');
  const { repository, session } = await setAside(at);
  await writeFile(join(at, 'theirs.txt'), '2\n');
  await box.git(at, 'add', 'theirs.txt');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.is(await box.git(at, 'status', '--porcelain'), 'D  gone.txt\nM  mine.txt\nM  theirs.txt');
});

test('a conflict writes nothing and keeps everything; once it is resolved, the work comes back', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': 'old\n', 'b.txt': 'old\n' });
  await writeAwkward(at, { 'a.txt': 'mine\n', 'b.txt': 'staged\n', 'new.txt': 'n\n' });
  await box.git(at, 'add', 'b.txt');
  const before = await picture(box, at);
  const { repository, session, stash } = await setAside(at);
  await writeFile(join(at, 'a.txt'), 'synthesis\n');
  const meanwhile = await picture(box, at);

  const { status, conflicts, command } = await restoreUserChanges(repository, session);
  assert.equal([status, conflicts], ['conflict', [{ path: 'a.txt' }]]);
  assert.equal(await picture(box, at), meanwhile);
  assert.is(session.data.user_changes?.state, 'set-aside');
  assert.ok(command?.includes(stash));

  await box.git(at, 'checkout', '--', 'a.txt');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

for (const committed of [false, true]) {
  test(`the command of a conflict works as it is, the synthesis ${committed ? '' : 'not '}committed yet`, async () => {
    await using box = await ownSandbox();
    const at = await box.repository({ 'a.txt': 'old\n', 'b.txt': 'old\n' }, "it's a project");
    await writeAwkward(at, { 'a.txt': 'mine\n', 'b.txt': 'staged\n', 'new.txt': 'n\n' });
    await box.git(at, 'add', 'b.txt');
    const { repository, session } = await setAside(at);
    await writeFile(join(at, 'a.txt'), 'synthesis\n');
    if (committed) await box.git(at, 'commit', '--quiet', '--all', '-m', 'synthesis');
    const { status, command } = await restoreUserChanges(repository, session);
    assert.is(status, 'conflict');
    const ran = await runCommand({
      file: 'sh',
      args: ['-c', command ?? ''],
      cwd: '/',
      env: process.env,
    });
    assert.is(ran.exitCode, 1, 'git says that there is a conflict');
    assert.match(ran.stdout.toString(), 'CONFLICT (content): Merge conflict in a.txt');
    assert.match(
      await readFile(join(at, 'a.txt'), 'utf8'),
      /<<<<<<<.*\nsynthesis\n(\|{7}.*\nold\n)?=+\nmine\n>>>>>>>/,
    );
    assert.is(await readFile(join(at, 'b.txt'), 'utf8'), 'staged\n');
    assert.is(await readFile(join(at, 'new.txt'), 'utf8'), 'n\n');
    // The user resolves; cleanup then finds nothing more to bring back but its own entry to drop.
    await writeFile(join(at, 'a.txt'), 'mine\n');
    await box.git(at, 'add', 'a.txt');
    assert.is((await restoreUserChanges(repository, session)).status, 'restored');
    assert.is(await readFile(join(at, 'a.txt'), 'utf8'), 'mine\n');
    assert.is(await box.git(at, 'stash', 'list'), '');
  });
}

test('an untracked file of the user that the synthesis made too is a conflict', async () => {
  await using box = await ownSandbox();
  const at = await box.repository();
  await writeFile(join(at, 'new.txt'), 'mine\n');
  const { repository, session } = await setAside(at);
  await writeFile(join(at, 'new.txt'), 'synthesis\n');
  const { status, conflicts } = await restoreUserChanges(repository, session);
  assert.equal([status, conflicts], ['conflict', [{ path: 'new.txt' }]]);
  assert.is(await readFile(join(at, 'new.txt'), 'utf8'), 'synthesis\n');
});

/** A file of the user's at HEAD again, as one that was moved. */
const MOVED_HALF: [string, string | null][] = [
  ['unstaged.txt', LINES],
  ['deleted.txt', 'd\n'],
  ['untracked.txt', null],
  ['b.bin', null],
  ['to-folder/x', null],
];

/** What a crash leaves of a move, by how far it came; each is followed by the next run's restore. */
const CRASHES: [
  string,
  (it: {
    at: string;
    putFilesBack: () => Promise<void>;
    putIndexBack: () => Promise<void>;
  }) => Promise<unknown>,
][] = [
  [
    'when the move was recorded and nothing moved',
    async (it) => {
      await it.putFilesBack();
      await it.putIndexBack();
    },
  ],
  [
    'when half of the files were moved',
    async (it) => {
      await it.putFilesBack();
      await it.putIndexBack();
      for (const [path, text] of MOVED_HALF) {
        if (text === null) await rm(join(it.at, path));
        else await writeFile(join(it.at, path), text);
      }
    },
  ],
  ['when all files were moved, but not the index', (it) => it.putIndexBack()],
  ['when all was moved, but not said so', async () => undefined],
];

for (const [name, crash] of CRASHES) {
  test(`a crash ${name} is mended by the next restore`, async () => {
    await using box = await busy();
    const { at, before } = box.made;
    const copy = join(box.folder, 'copy');
    const run = (...words: string[]) =>
      runCommand({ file: 'cp', args: ['-a', ...words], cwd: box.folder, env: process.env });
    await run(at, copy);
    const { repository, session } = await setAside(at);
    await updateSession(session, ({ user_changes }) => ({
      user_changes: user_changes && { ...user_changes, state: 'saving' },
    }));
    await crash({
      at,
      putFilesBack: async () => {
        await rm(join(copy, '.git'), { recursive: true, force: true });
        // What was deleted is not in the copy, and must not be there.
        for (const gone of ['deleted.txt', 'deleted-staged.txt', 'renamed.txt', 'to-folder'])
          await rm(join(at, gone), { recursive: true, force: true });
        await run(`${copy}/.`, at);
      },
      putIndexBack: async () => {
        await run(join(session.directory, 'index', 'user'), join(at, '.git', 'index'));
      },
    });
    assert.is((await restoreUserChanges(repository, session)).status, 'restored');
    assert.equal(await picture(box, at), before);
  });
}

test('a crash before anything was even recorded is mended by the next restore', async () => {
  await using box = await busy();
  const { at, before } = box.made;
  const { repository, session } = await setAside(at, 'recorded');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

test('a crash before anything moved, with nothing staged', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': '1\n' });
  await writeFile(join(at, 'a.txt'), '2\n');
  const before = await picture(box, at);
  const { repository, session } = await setAside(at, 'recorded');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

test('work that somebody changed in the meantime is not overwritten, and nothing moves', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': '1\n', 'b.txt': '1\n' });
  await writeAwkward(at, { 'a.txt': '2\n', 'b.txt': '2\n', 'new.txt': 'n\n' });
  await box.git(at, 'add', 'a.txt');
  const { repository, session } = await setAside(at, 'recorded');
  await writeFile(join(at, 'b.txt'), 'saved by an editor just now\n');
  const before = await picture(box, at);
  const error = await rejection(setAsideUserChanges(repository, session));
  assert.equal([error.code, error.details.conflicts], ['main-tree-conflict', ['b.txt']]);
  assert.equal((await picture(box, at)).files, before.files);
  assert.equal((await picture(box, at)).index, before.index);
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

test('what a tree does not know of the work comes back as well: bytes, permissions, empty files', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({
    '.gitattributes': '*.txt text=auto\n*.up filter=shout\n',
    'mixed.txt': 'one\ntwo\n',
    'a.up': 'A\n',
    'secret.txt': 's\n',
  });
  await box.git(at, 'config', 'filter.shout.clean', 'tr a-z A-Z');
  await box.git(at, 'config', 'core.autocrlf', 'true');
  await writeAwkward(at, {
    'mixed.txt': 'ONE\r\ntwo\n',
    'a.up': 'quiet\n',
    'secret.txt': 'S\n',
    'new.txt': 'a\r\nb\n',
    'new-secret': 'n\n',
    'empty.txt': '',
  });
  for (const [name, mode] of [
    ['secret.txt', 0o600],
    ['new-secret', 0o640],
    ['mixed.txt', 0o444],
  ] as const)
    await chmod(join(at, name), mode);
  await box.git(at, 'add', 'secret.txt');
  const before = await picture(box, at);
  const { repository, session } = await setAside(at);
  assert.is(await box.git(at, 'diff', 'HEAD'), '');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

test('set aside is clean for git also where a file on the disk had other line ends than a checkout', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'README.md': 'r\n' });
  await box.git(at, 'config', 'core.autocrlf', 'true');
  // An editor wrote it with the line ends of Unix, so the index knows it with that size.
  await writeFile(join(at, 'a.txt'), 'one\ntwo\n');
  await box.git(at, 'add', 'a.txt');
  await box.git(at, 'commit', '--quiet', '-m', 'a');
  await writeFile(join(at, 'a.txt'), 'one\nTWO\n');
  const before = await picture(box, at);
  const { repository, session } = await setAside(at);
  const clean = await box.git(at, 'status', '--porcelain');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
  assert.is(clean, '');
});

test('a repository of the user’s own among the untracked files is brought through as it is', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': '1\n' });
  await writeAwkward(at, { 'a.txt': '2\n', 'vendor/lib/inside.txt': 'i\n' });
  const lib = join(at, 'vendor', 'lib');
  await box.git(lib, 'init', '--quiet');
  await box.git(lib, 'add', '--all');
  await box.git(lib, 'commit', '--quiet', '-m', 'inside');
  await writeFile(join(lib, 'inside.txt'), 'changed\n');
  const before = [await picture(box, at), await picture(box, lib)];
  const outcome = await setAside(at).catch((error) => error.message as string);
  if (typeof outcome === 'string') throw new Error(outcome);
  const { repository, session } = outcome;
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal([await picture(box, at), await picture(box, lib)], before);
});

test('even without us git brings the work back from its stash entry', async () => {
  await using box = await busy();
  const { at, before } = box.made;
  await setAside(at);
  await box.git(at, 'stash', 'pop', '--quiet', '--index');
  const after = await picture(box, at);
  assert.equal(after.files, before.files);
});

test('changes are listed with their true names and two letters; ignored files are none', async () => {
  await using box = await busy();
  const { at } = box.made;
  await box.git(at, 'config', 'status.showUntrackedFiles', 'no');
  await box.git(at, 'config', 'status.renames', 'copies');
  await box.git(at, 'config', 'status.relativePaths', 'true');
  const { repository } = await makeSession(at);
  const listed = Object.fromEntries(
    (await listUserChanges(repository)).map(({ path, status }) => [path, status]),
  );
  assert.equal(
    { ...listed },
    {
      'both.txt': 'MM',
      'caf\xe9.txt': 'A ',
      'deleted-staged.txt': 'D ',
      'deleted.txt': ' D',
      'intended.txt': ' A',
      'new-staged-changed.txt': 'AM',
      'new-staged.txt': 'A ',
      'renamed to.txt': 'A ',
      'renamed.txt': 'D ',
      'staged.txt': 'M ',
      'to-folder': 'D ',
      'tool-staged.sh': 'M ',
      'tool.sh': ' M',
      'unstaged.txt': ' M',
      // Taken out of the index and still there: git lists it twice, as deleted and as untracked.
      'untracked-now.txt': '??',
      '-dash': '??',
      'b.bin': '??',
      'dir/line\nbreak': '??',
      'empty.txt': '??',
      link: '??',
      'to-folder/x': '??',
      'untracked.txt': '??',
    },
  );
  const printed = printUserChanges(await listUserChanges(repository));
  assert.is(printed.find(({ path_base64 }) => path_base64 !== undefined)?.path, 'caf\uFFFD.txt');
});

test('an open merge is refused, and a repository with one is left as it is', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': 'old\n' });
  await box.git(at, 'checkout', '--quiet', '-b', 'other');
  await writeFile(join(at, 'a.txt'), 'theirs\n');
  await box.git(at, 'commit', '--quiet', '--all', '-m', 'theirs');
  await box.git(at, 'checkout', '--quiet', 'main');
  await writeFile(join(at, 'a.txt'), 'ours\n');
  await box.git(at, 'commit', '--quiet', '--all', '-m', 'ours');
  await rejection(box.git(at, 'merge', '--quiet', 'other'));
  const before = await picture(box, at);
  const { repository } = await makeSession(at);
  const changes = await listUserChanges(repository);
  const error = await rejection(Promise.resolve().then(() => assertNoOpenMerge(changes)));
  assert.is(error.code, 'unmerged-paths');
  assert.is(error.exitStatus, 3);
  assert.equal(error.details.files, ['a.txt']);
  for (const choice of ['include', 'set-aside']) {
    const { exitCode, json } = await box.mm(
      at,
      'start-session',
      '--another',
      '--task',
      'x',
      '--host',
      'claude',
      '--models',
      'claude',
      '--user-changes',
      choice,
    );
    assert.equal([exitCode, json.error.code], [3, 'unmerged-paths']);
  }
  assert.equal(await picture(box, at), before);
});

test('through the scripts: set aside, worked on, brought back', async () => {
  await using box = await busy();
  const { at, before } = box.made;
  const started = await box.mm(
    at,
    'start-session',
    '--task',
    'x',
    '--host',
    'claude',
    '--models',
    'claude',
    '--user-changes',
    'set-aside',
  );
  assert.is(started.exitCode, 0, started.stdout);
  assert.is(await box.git(at, 'status', '--porcelain'), '');
  assert.match(
    await box.git(at, 'stash', 'list'),
    `mm-execute: user-changes stash ${started.json.session_id}`,
  );
  const { json } = await box.mm(at, 'cleanup', '--restore');
  assert.is(json.restored?.status, 'restored', JSON.stringify(json));
  assert.equal(await picture(box, at), before);
});

test.run();
