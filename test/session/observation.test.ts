/** Looking at everything twice: nothing is touched, nothing changed is nothing told, and each change is seen by content. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addWorktree } from '../../scripts/lib/git/worktrees.ts';
import { FileReader } from '../../scripts/lib/session/file-facts.ts';
import { lockReasonFor, scratchLockReasonFor } from '../../scripts/lib/session/find-session.ts';
import { readIgnoredFiles, splitListing } from '../../scripts/lib/session/ignored-files.ts';
import { obeyedPlaces, parseSettings } from '../../scripts/lib/session/obeyed-files.ts';
import {
  type Observation,
  observationSchema,
  observe,
} from '../../scripts/lib/session/observation.ts';
import { mainPlace } from '../../scripts/lib/session/trusted-places.ts';
import { readAll, writeAwkward } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';

/** Without the time, and through JSON as it is kept. */
function comparable(observation: Observation): unknown {
  const { at: _, ...rest } = observationSchema.parse(JSON.parse(JSON.stringify(observation)));
  return rest;
}

test('two looks at the same are the same, and neither is noticed by anybody', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': 'a\n', '.gitignore': '.env\nbuild/\n' });
  await box.git(at, 'worktree', 'add', '--quiet', '-b', 'side', '../side');
  await writeAwkward(at, {
    'new caf\xe9': 'x\n',
    '.env': 'S=1\n',
    'build/b\xe9/o': 'o\n',
    link: { link: 'a.txt' },
  });
  await writeFile(join(at, 'a.txt'), 'changed\n');
  await box.git(at, 'stash', 'store', '-m', 'mine ü', await box.git(at, 'stash', 'create'));
  const { repository, session } = await makeSession(at);
  const photo = async () => ({
    files: await readAll(at),
    index: await readFile(join(at, '.git/index')),
    refs: await box.git(at, 'for-each-ref'),
    stash: await box.git(at, 'stash', 'list'),
  });
  const before = await photo();
  const folder = join(session.directory, 'look');
  const first = await observe(repository, session, { folder });
  const second = await observe(repository, session, { folder, earlier: first });
  assert.equal(comparable(second), comparable(first));
  assert.equal(await photo(), before);
  assert.equal(first.unread, []);
  assert.is(first.head?.branch, 'refs/heads/main');
  assert.equal(
    first.stash.map(({ message }) => message),
    ['mine ü'],
  );
  assert.equal(
    first.worktrees.map(({ path, branch }) => [path, branch]),
    [[join(box.folder, 'side'), 'side']],
  );
  assert.equal(
    first.ignored.files.map(({ path }) => path),
    ['.env'],
  );
  assert.equal(
    first.ignored.folders.map(({ path }) => path),
    ['build'],
  );
  assert.match(first.ignored.folders[0]?.listing ?? '', 'b\xe9/o');
  assert.ok(first.files.some(({ path }) => path === join(box.folder, 'gitconfig')));
  const kept = await readdir(join(folder, 'contents'));
  assert.ok(kept.includes(first.ignored.files[0]?.sha256 ?? ''));
});

test('the host’s main tree is not watched; its ignored files are', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ '.gitignore': '.env\n' });
  await writeFile(join(at, '.env'), 'S\n');
  const models = [sessionModel('claude', { role: 'host' }), sessionModel('gpt')];
  const { repository, session } = await makeSession(at, { host: 'claude', models });
  const seen = await observe(repository, session);
  assert.equal([seen.main_tree, seen.index, seen.unread], [null, null, []]);
  assert.is(seen.ignored.files.length, 1);
});

test('worktrees and branches of sessions are told apart from the user’s by their locks', async () => {
  await using box = await ownSandbox();
  const at = await box.repository();
  const { session: other } = await makeSession(at, { slug: 'other' });
  const { repository, session } = await makeSession(at);
  const add = (path: string, branch: string, reason: string) =>
    addWorktree(at, { path: join(box.folder, path), branch, start: 'HEAD', reason });
  await add('theirs', 'mm/x/1', lockReasonFor(other));
  await add('mine', 'mine', 'an unmounted disk');
  const seen = await observe(repository, session);
  assert.equal(
    seen.worktrees.map(({ path }) => path),
    [join(box.folder, 'mine')],
  );
  assert.equal(seen.ours.worktrees, [join(box.folder, 'theirs')]);
  await rm(join(box.folder, 'mine'), { recursive: true });
  const later = await observe(repository, session, { earlier: seen });
  assert.equal([later.worktrees, later.unread], [[], []]);
});

test('what sessions of other repositories make next door is ours; what only says so is not', async () => {
  await using box = await ownSandbox();
  const { repository, session } = await makeSession(await box.repository());
  const next = await box.repository({}, 'next');
  const { session: other } = await makeSession(next, { slug: 'next' });
  const add = (name: string, reason: string) =>
    addWorktree(next, { path: join(box.folder, name), branch: null, start: 'HEAD', reason });
  await add('next-mm-scratch-1', scratchLockReasonFor(other));
  // The session of that name knows nothing of it.
  await add('next-mm-gpt', lockReasonFor(other));
  await add('next-mm-mine', 'multi-model-execute /nowhere');
  const { outside } = await observe(repository, session);
  assert.equal(
    outside.names.filter((name) => name.includes('-mm-')),
    ['next-mm-gpt', 'next-mm-mine'],
  );
});

test('a damaged repository: what can be read is read, the rest is unknown', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': 'a\n' });
  const { repository, session } = await makeSession(at);
  const folder = join(box.folder, 'look');
  const first = await observe(repository, session, { folder });
  await writeFile(join(at, '.git/config'), '[broken\n');
  await writeFile(join(at, '.git/index'), 'no index');
  const second = await observe(repository, session, { folder, earlier: first });
  // Through the trusted git directory, and by the index of the first look.
  assert.is(second.main_tree, first.main_tree);
  assert.equal(second.unread.map(({ part }) => part).sort(), [
    'config',
    'head',
    'index',
    'ref',
    'stash',
    'worktree',
  ]);
  const config = (it: Observation) => it.files.find(({ path }) => path.endsWith('.git/config'));
  assert.is.not(config(first)?.sha256, config(second)?.sha256);
});

test('what was ignored once is looked at whatever the rules say later', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ '.gitignore': '.env\nout/\n' });
  await writeAwkward(at, { '.env': 'S\n', 'out/a': 'a\n' });
  const { repository, session } = await makeSession(at);
  const first = await observe(repository, session);
  await writeFile(join(at, '.gitignore'), '');
  const second = await observe(repository, session, { earlier: first });
  assert.equal(second.ignored, first.ignored);
});

test('a file of the configuration that is no longer included is looked at again', async () => {
  await using box = await ownSandbox();
  const at = await box.repository();
  const included = join(box.folder, 'included');
  await writeFile(included, '[alias]\n\tst = status\n');
  await box.git(at, 'config', 'include.path', included);
  const { repository, session } = await makeSession(at);
  const first = await observe(repository, session);
  await box.git(at, 'config', '--unset', 'include.path');
  const second = await observe(repository, session, { earlier: first });
  for (const seen of [first, second]) {
    assert.ok(seen.files.some(({ path, what }) => path === included && what === 'config'));
  }
});

test('listings: a folder that is only filled with ignored files is told file by file; too many are cut', async () => {
  assert.equal(splitListing(['u/', 'u/b.o', 'x/', 'a.o']), {
    files: ['a.o', 'u/b.o'],
    folders: ['x'],
  });
  await using box = await ownSandbox();
  const at = await box.repository({ '.gitignore': 'many/\nlast/\n' });
  for (const name of ['many', 'last']) await mkdir(join(at, name));
  for (const number of [1, 2, 3, 4]) await writeFile(join(at, `many/${number}`), '');
  await writeFile(join(at, 'last/1'), '');
  const { repository, session } = await makeSession(at);
  const index = join(repository.gitDir, 'index');
  const read = (mostEntries: number) =>
    readIgnoredFiles(mainPlace(session), index, new FileReader(null), {
      isOurs: () => false,
      mostEntries,
    });
  const whole = await read(5);
  assert.equal(
    whole.folders.map((it) => [it.path, it.is_whole]),
    [
      ['last', true],
      ['many', true],
    ],
  );
  const cut = await read(3);
  assert.equal(
    cut.folders.map((it) => [it.path, it.is_whole]),
    [
      ['last', true],
      ['many', false],
    ],
  );
  assert.is(cut.folders[1]?.listing.split('\0').length, 2);
});

test('a file: content, permissions, a link’s target; large ones by size and time', async () => {
  await using box = await ownSandbox();
  const at = (name: string) => Buffer.from(join(box.folder, name));
  const folder = join(box.folder, 'contents');
  const reader = new FileReader(folder);
  await writeFile(join(box.folder, 'f'), 'text\n');
  await chmod(join(box.folder, 'f'), 0o750);
  await symlink('nowhere', join(box.folder, 'l'));
  await writeFile(join(box.folder, 'big'), Buffer.alloc(5 * 1024 * 1024));
  await utimes(join(box.folder, 'big'), 1, 1);
  const [f, l, big] = ['f', 'l', 'big'].map((name) => reader.read(name, at(name)));
  assert.equal(
    [f?.kind, f?.mode, l?.kind, big?.sha256, big?.mtime_ms],
    ['file', 0o750, 'link', null, 1000],
  );
  assert.is(reader.read('x', at('not there')), null);
  assert.is(reader.read('home', at('home'))?.kind, 'folder');
  assert.is(await readFile(join(folder, f?.sha256 ?? ''), 'utf8'), 'text\n');
  assert.is(await readFile(join(folder, l?.sha256 ?? ''), 'utf8'), 'nowhere');
  assert.is(existsSync(join(folder, 'null')), false);
});

test('where to look is taken from the settings, whatever they name', () => {
  const repository = {
    topLevel: '/p',
    commonDir: '/p/.git',
    gitDir: '/p/.git/worktrees/w',
    head: '',
    branch: null,
  };
  const items = [
    'file:.git/config',
    'core.hookspath\n~/hooks',
    'file:/etc/gitconfig',
    'core.excludesfile\n~/ignore',
    'command line:',
    'a.b',
    // Our own word to our own git.
    'command line:',
    'core.hookspath\n/dev/null',
  ];
  const settings = parseSettings(items, '/p');
  assert.equal(settings[0], { file: '/p/.git/config', key: 'core.hookspath', value: '~/hooks' });
  assert.equal(settings[2], { file: null, key: 'a.b', value: '' });
  const places = (env: NodeJS.ProcessEnv) =>
    obeyedPlaces(repository, settings, { HOME: '/h', ...env }).map(
      ({ what, path }) => `${what} ${path}`,
    );
  assert.equal(places({}), [
    'config /p/.git/config',
    'config /p/.git/config.worktree',
    'config /p/.git/worktrees/w/config',
    'config /p/.git/worktrees/w/config.worktree',
    'config /h/.gitconfig',
    'config /h/.config/git/config',
    'config /h/.config/git/attributes',
    'config /h/.config/git/ignore',
    'config /h/.config/multi-model/config.json',
    'config /h/ignore',
    'config /etc/gitconfig',
    'hook /p/.git/hooks',
    'hook /h/hooks',
    'info /p/.git/info',
    'info /p/.git/worktrees/w/info',
    'info /p/.git/objects/info/alternates',
  ]);
  assert.ok(places({ GIT_CONFIG_GLOBAL: '/g', XDG_CONFIG_HOME: '/x' }).includes('config /g'));
});

test.run();
