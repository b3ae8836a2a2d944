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
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { makeSession } from '../support/sessions.ts';

const LINES = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n';

/** A repository, and what a user may have done to it since the last commit. */
async function busyRepository(box: Sandbox): Promise<string> {
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
  return at;
}

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
  const work = await readUserWork(repository);
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
      },
    },
  }));
  if (upTo === 'done') await setAsideUserChanges(repository, session);
  return { repository, session, stash };
}

test('set aside and brought back: bytes, modes, index and status are what they were', async () => {
  await using box = await ownSandbox();
  const at = await busyRepository(box);
  const before = await picture(box, at);
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
  await using box = await ownSandbox();
  const at = await busyRepository(box);
  const before = await picture(box, at);
  const { repository, session } = await setAside(at);
  await box.git(at, 'stash', 'clear');
  await box.git(at, 'gc', '--quiet', '--prune=now');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

test('on top of a synthesis both are there; what was staged is staged', async () => {
  await using box = await ownSandbox();
  const at = await busyRepository(box);
  const { status: _, index, files } = await picture(box, at);
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

/** Where a crash may have happened; each is followed by the next run's restore. */
const CRASHES: [string, (at: string) => Promise<unknown>][] = [
  ['before anything moved', async () => {}],
  [
    'when half of the files were back at HEAD',
    async (at) => {
      await writeFile(join(at, 'unstaged.txt'), LINES);
      for (const name of ['untracked.txt', 'b.bin', 'to-folder/x']) await rm(join(at, name));
    },
  ],
];

for (const [name, crash] of CRASHES) {
  test(`a crash ${name} is mended by the next restore`, async () => {
    await using box = await ownSandbox();
    const at = await busyRepository(box);
    const before = await picture(box, at);
    const { repository, session } = await setAside(at, 'recorded');
    await crash(at);
    assert.is((await restoreUserChanges(repository, session)).status, 'restored');
    assert.equal(await picture(box, at), before);
  });
}

test('a crash before anything moved, with nothing staged', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': '1\n' });
  await writeFile(join(at, 'a.txt'), '2\n');
  const before = await picture(box, at);
  const { repository, session } = await setAside(at, 'recorded');
  assert.is((await restoreUserChanges(repository, session)).status, 'restored');
  assert.equal(await picture(box, at), before);
});

test('work that somebody changed in the meantime is not overwritten', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': '1\n', 'b.txt': '1\n' });
  await writeAwkward(at, { 'a.txt': '2\n', 'b.txt': '2\n' });
  const { repository, session } = await setAside(at, 'recorded');
  await writeFile(join(at, 'b.txt'), 'saved by an editor just now\n');
  const error = await rejection(setAsideUserChanges(repository, session));
  assert.is(error.code, 'files-differ');
  assert.is(await readFile(join(at, 'a.txt'), 'utf8'), '2\n');
  assert.is(await readFile(join(at, 'b.txt'), 'utf8'), 'saved by an editor just now\n');
});

test('even without us git brings the work back from its stash entry', async () => {
  await using box = await ownSandbox();
  const at = await busyRepository(box);
  const before = await picture(box, at);
  await setAside(at);
  await box.git(at, 'stash', 'pop', '--quiet', '--index');
  const after = await picture(box, at);
  assert.equal(after.files, before.files);
});

test('changes are listed with their true names and two letters; ignored files are none', async () => {
  await using box = await ownSandbox();
  const at = await busyRepository(box);
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
  await using box = await ownSandbox();
  const at = await busyRepository(box);
  const before = await picture(box, at);
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
