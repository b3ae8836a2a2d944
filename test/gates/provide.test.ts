import { execFileSync } from 'node:child_process';
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listNeeded, type Needed } from '../../scripts/lib/gates/needed-files.ts';
import { provide, sizeOf } from '../../scripts/lib/gates/provide.ts';
import type { Provision } from '../../scripts/lib/gates/provision-plan.ts';
import { git } from '../../scripts/lib/git/git.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A repository with its tracked files committed, and others beside them; `-> x` makes a symlink to x. */
async function repository(tracked: Record<string, string>, untracked: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  const main = join(folder.path, 'main tree');
  const worktree = join(folder.path, 'work tree');
  await mkdir(main);
  await git(main, ['init', '--quiet']);
  await write(main, tracked);
  await git(main, ['add', '--all', '--force']);
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  await git(main, [...identity, 'commit', '--quiet', '--message', 'base']);
  await git(main, ['worktree', 'add', '--quiet', '--detach', worktree]);
  await write(main, untracked);
  return {
    main,
    worktree,
    plan: async (include: string[] = [], folders: string[] = []) =>
      (await listNeeded(main, { include, folders })).map(({ path, kind }) => `${kind} ${path}`),
    provide: async () =>
      provide(
        main,
        worktree,
        (await listNeeded(main)).map((one) => copied(one, main)),
        noInstall,
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function write(top: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(top, path);
    await mkdir(dirname(file), { recursive: true });
    if (text.startsWith('-> ')) await symlink(text.slice(3), file);
    else await writeFile(file, text);
  }
}

const copied = (needed: Needed, main = ''): Provision => ({
  ...needed,
  how: 'copy',
  bytes: sizeOf(join(main, needed.path)),
});
const dependency = (path: string) => copied({ path, kind: 'dependencies' });
const included = (path: string) => copied({ path, kind: 'included' });

/** For plans without an installation. */
const noInstall = {
  install: async () => {
    throw new Error('nothing was to be installed');
  },
};

test('nothing ignored: nothing to provide', async () => {
  await using it = await repository({ 'a.txt': '1' }, { '.env': 'untracked, not ignored' });
  assert.equal(await it.plan(), []);
});

test('without .worktreeinclude: ignored .env files and dependency folders, at any depth, each once', async () => {
  await using it = await repository(
    { '.gitignore': '.env*\nnode_modules/\n.venv\ndist/\n', 'app/.env.example.md': 'x' },
    {
      '.env': 'A=1',
      '.env.local': 'B=1',
      '.envrc': 'no',
      'app/.env': 'C=1',
      'node_modules/x/index.js': '1',
      'node_modules/x/.env': 'foreign',
      'node_modules/x/node_modules/y/index.js': '1',
      'app/node_modules/z/index.js': '1',
      '.venv/bin/python': '1',
      'dist/out.js': '1',
    },
  );
  assert.equal(await it.plan(), [
    'included .env',
    'included .env.local',
    'included app/.env',
    'dependencies .venv',
    'dependencies app/node_modules',
    'dependencies node_modules',
  ]);
});

test('a folder that ignores its own contents is still one dependency folder', async () => {
  await using it = await repository(
    { 'a.txt': '1' },
    { '.venv/.gitignore': '*\n', '.venv/bin/python': '1', '.venv/lib/x.py': '1' },
  );
  assert.equal(await it.plan(), ['dependencies .venv']);
});

test('of a dependency folder that git tracks in part, the ignored rest', async () => {
  await using it = await repository(
    { '.gitignore': 'node_modules/*\n!node_modules/kept\n', 'node_modules/kept/a.js': '1' },
    { 'node_modules/b/b.js': '1' },
  );
  assert.equal(await it.plan(), ['dependencies node_modules/b']);
});

test('.worktreeinclude decides, in gitignore syntax, over ignored files only', async () => {
  await using it = await repository(
    {
      '.gitignore': '.env\n*.secret\n.cache/\nbuild/\n',
      '.worktreeinclude': '*.secret\n!no.secret\n.cache/\nbuild/keep.txt\nloose.txt\ntracked.txt\n',
      'tracked.txt': '1',
    },
    {
      '.env': 'not named',
      'a.secret': '1',
      'no.secret': '1',
      'deep/b.secret': '1',
      '.cache/x/1': '1',
      '.cache/2': '1',
      'build/keep.txt': '1',
      'build/other.txt': '1',
      'loose.txt': 'untracked, not ignored',
    },
  );
  assert.equal(await it.plan(), [
    'included .cache',
    'included a.secret',
    'included build/keep.txt',
    'included deep/b.secret',
  ]);
});

test('patterns of the configuration come on top', async () => {
  await using it = await repository(
    { '.gitignore': '.env\n*.pem\n' },
    { '.env': '1', 'certs/a.pem': '1' },
  );
  assert.equal(await it.plan(['*.pem']), ['included .env', 'included certs/a.pem']);
});

test('what is provided is whole, counted, and invisible to git', async () => {
  await using it = await repository(
    { '.gitignore': '.env\nnode_modules/\n', 'app/package.json': '{}' },
    {
      '.env': 'A=1',
      'node_modules/x/cli.js': '12345',
      'node_modules/.bin/x': '-> ../x/cli.js',
      'node_modules/app': '-> ../app',
      'app/node_modules/-dash/ü\nnewline.js': '123',
    },
  );
  execFileSync('chmod', ['755', join(it.main, 'node_modules/x/cli.js')]);
  const provided = await it.provide();
  assert.equal(
    provided.map(({ path, how }) => `${how} ${path}`),
    ['copy .env', 'copy app/node_modules', 'copy node_modules'],
  );
  assert.is(provided[0]?.bytes, 3);
  assert.is(provided[1]?.bytes, 3);
  const copy = join(it.worktree, 'node_modules');
  assert.is((await lstat(join(copy, 'x/cli.js'))).mode & 0o777, 0o755);
  assert.is(await readlink(join(copy, 'app')), '../app');
  assert.is(
    await readFile(join(it.worktree, 'app/node_modules/-dash/ü\nnewline.js'), 'utf8'),
    '123',
  );
  const { stdout } = await git(it.worktree, ['status', '--porcelain']);
  assert.is(stdout.toString(), '');
});

test('what the worktree has is left alone, and a second call finds all done', async () => {
  await using it = await repository({ '.gitignore': '.env\n' }, { '.env': 'main' });
  await write(it.worktree, { '.env': 'own' });
  const [found] = await it.provide();
  assert.equal([found?.path, found?.how, found?.bytes], ['.env', 'present', 0]);
  assert.is(await readFile(join(it.worktree, '.env'), 'utf8'), 'own');
  await rm(join(it.worktree, '.env'));
  assert.is((await it.provide())[0]?.how, 'copy');
  assert.is((await it.provide())[0]?.how, 'present');
});

test('nothing is written through a symlink of the worktree, or over a dangling one', async () => {
  await using it = await repository(
    { '.gitignore': '.env\n', 'app/a.txt': '1' },
    { '.env': '1', 'app/.env': '1' },
  );
  const outside = join(dirname(it.main), 'outside');
  await mkdir(outside);
  await rm(join(it.worktree, 'app'), { recursive: true });
  await write(it.worktree, { app: `-> ${outside}`, '.env': '-> ../outside/gone' });
  assert.equal(
    (await it.provide()).map(({ path, how }) => `${how} ${path}`),
    ['present .env', 'skipped app/.env'],
  );
  assert.equal(await readdir(outside), []);
});

test('a link is copied as a link if it stays inside, else skipped with the reason', async () => {
  await using it = await repository(
    { '.gitignore': 'node_modules\n.env\n', 'a/x': '', 'b/x': '', 'c/x': '' },
    {
      'deps/x': '1',
      'a/node_modules': '-> ../deps',
      'b/node_modules': '-> ../../elsewhere',
      'c/node_modules': '-> /elsewhere',
    },
  );
  const provided = await it.provide();
  assert.equal(
    provided.map(({ path, how }) => `${how} ${path}`),
    ['copy a/node_modules', 'skipped b/node_modules', 'skipped c/node_modules'],
  );
  assert.is(await readlink(join(it.worktree, 'a/node_modules')), '../deps');
  assert.match(provided[1]?.reason ?? '', 'outside');
});

test('dependencies of a folder that the worktree does not have are skipped; an .env makes its folder', async () => {
  await using it = await repository({ 'a.txt': '1' }, {});
  await write(it.main, { 'new/node_modules/x': '1', 'new/.env': '1' });
  const plan = [dependency('new/node_modules'), included('new/.env'), included('gone')];
  const provided = await provide(it.main, it.worktree, plan, noInstall);
  assert.equal(
    provided.map(({ how }) => how),
    ['skipped', 'copy', 'skipped'],
  );
});

test('a copy that fails leaves nothing half made', async () => {
  await using it = await repository({ 'a.txt': '1' }, { 'node_modules/x': '1' });
  const path = process.env.PATH;
  try {
    process.env.PATH = '/nowhere';
    const [provided] = await provide(it.main, it.worktree, [dependency('node_modules')], noInstall);
    assert.is(provided?.how, 'skipped');
    assert.match(provided?.reason ?? '', 'cp');
  } finally {
    process.env.PATH = path;
  }
  assert.equal((await readdir(it.worktree)).sort(), ['.git', 'a.txt']);
});

test('progress names the folders that take long', async () => {
  await using it = await repository({ 'a.txt': '1' }, { 'node_modules/x': '1', '.env': '1' });
  const said: string[] = [];
  await provide(it.main, it.worktree, [included('.env'), dependency('node_modules')], {
    ...noInstall,
    onProgress: (message) => said.push(message),
  });
  assert.equal(said, ['copying node_modules']);
});

test('further folders are given on request', async () => {
  await using it = await repository(
    { '.gitignore': 'target/\nvendor/\n' },
    { 'target/a': '1', 'vendor/b': '1' },
  );
  assert.equal(await it.plan(), ['dependencies vendor']);
  assert.equal(await it.plan([], ['target']), ['dependencies target', 'dependencies vendor']);
});

test('a link is made only where it was asked for, and leads into the main tree', async () => {
  await using it = await repository({ 'a.txt': '1' }, { 'node_modules/x': '1' });
  const plan: Provision[] = [{ path: 'node_modules', kind: 'dependencies', how: 'link', bytes: 1 }];
  const [provided] = await provide(it.main, it.worktree, plan, noInstall);
  assert.is(provided?.how, 'link');
  assert.is(await readlink(join(it.worktree, 'node_modules')), join(it.main, 'node_modules'));
});

test('an offline install runs beside the lockfile; one that fails is a reason', async () => {
  await using it = await repository({ 'app/package.json': '{}' }, { 'app/node_modules/x': '1' });
  const plan: Provision[] = [
    {
      ...{ path: 'app/node_modules', kind: 'dependencies', how: 'install', bytes: 1 },
      ...{ command: 'npm ci --offline', reason: 'too large' },
    },
  ];
  const asked: string[] = [];
  const [failed] = await provide(it.main, it.worktree, plan, {
    install: async () => 'not in the cache',
  });
  assert.is(failed?.how, 'skipped');
  assert.is(failed?.reason, 'too large; npm ci --offline failed: not in the cache');
  const [provided] = await provide(it.main, it.worktree, plan, {
    install: async (command, directory) => {
      asked.push(command, directory);
      await write(it.worktree, { 'app/node_modules/x/index.js': '12345' });
      return null;
    },
  });
  assert.equal(asked, ['npm ci --offline', join(it.worktree, 'app')]);
  assert.equal([provided?.how, provided?.bytes, provided?.reason], ['install', 5, 'too large']);
});

test.run();
