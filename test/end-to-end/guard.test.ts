/** What models do outside of their worktrees is noticed, named, kept and recoverable; nothing else is reported. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { endMarkedProcesses, MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import { launcher } from '../../scripts/lib/skill-folder.ts';
import { laidDown } from '../support/laid-down.ts';
import { contentsOf } from '../support/repository-state.ts';
import type { Json, Sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { ok } from '../support/walk.ts';

const FILES = {
  'a.txt': 'a\n',
  'b.txt': 'b\n',
  'crlf.txt': 'one\r\ntwo\r\n',
  'bytes.bin': Buffer.from([0, 1, 255, 10]),
  'dir/with space.txt': 'c\n',
  '.gitignore': '.env\nnode_modules/\n*.log\n',
};

/** What a scripted model begins with: `main` is the user's tree, its current directory its own worktree. */
function code(main: string, body: string): string {
  return `
    import { execFileSync } from 'node:child_process';
    import { writeFileSync as write, appendFileSync as append, rmSync as remove, chmodSync as chmod, mkdirSync as mkdir, symlinkSync as link, existsSync as exists } from 'node:fs';
    const main = ${JSON.stringify(main)};
    const git = (...words) => execFileSync('git', ['-C', main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] }).toString().trim();
    write('mine.txt', 'my own work\\n');
    ${body}
    console.log('done');
  `;
}

/** A repository with all that a user may have in it, and models that do as they are told later. */
const userSandbox = laidDown((make) => make(), userRepository);

async function userRepository(box: Sandbox): Promise<string> {
  const main = join(box.folder, 'project');
  const models = await scriptedModels(box.folder, { one: '', two: '' }, { models: ['one'] });
  await box.repository({ ...FILES, ...models });
  await box.git(main, 'worktree', 'add', '--quiet', '-b', 'side', '../side');
  await writeFile(join(box.folder, 'side/side.txt'), 'not committed\n');
  await box.git(main, 'branch', 'stable');
  for (const name of ['feature', 'gone']) {
    await box.git(main, 'checkout', '--quiet', '-b', name);
    await box.git(main, 'commit', '--quiet', '--allow-empty', '-m', name);
  }
  await box.git(main, 'tag', '-a', 'v1', '-m', 'one', 'gone');
  await box.git(main, 'tag', 'light', 'feature');
  await box.git(main, 'checkout', '--quiet', 'main');
  for (const text of ['first', 'second']) {
    await writeFile(join(main, 'a.txt'), `${text}\n`);
    await writeFile(join(main, `${text}.txt`), 'untracked\n');
    await box.git(
      main,
      'stash',
      'push',
      '--quiet',
      '--include-untracked',
      '-m',
      `my ${text} 'idea'`,
    );
  }
  await writeFile(join(main, '.env'), 'SECRET=1\n');
  await mkdir(join(main, 'node_modules/it'), { recursive: true });
  await writeFile(join(main, 'node_modules/it/index.js'), '1\n');
  return main;
}

/** What the models of a session do. */
async function tell(box: Sandbox, main: string, { one, two = '' }: Told): Promise<void> {
  await scriptedModels(box.folder, { one: code(main, one), two: code(main, two) });
}

interface Told {
  one: string;
  two?: string;
}

async function start(box: Sandbox, main: string, ...words: string[]): Promise<string[]> {
  const started = await ok(
    box,
    main,
    'start-session',
    '--another',
    '--task',
    'x',
    '--host',
    'none',
    ...words,
  );
  const session = ['--session', started.session_id];
  await ok(box, main, 'make-worktrees', ...session);
  return session;
}

const named = ({ changes }: Json): string[] =>
  changes.map((it: Json) => `${it.what} ${it.change} ${it.path}`);

/** All that can be looked at, by content. */
async function photo(box: Sandbox, main: string) {
  return {
    main: await contentsOf(main),
    side: await contentsOf(join(box.folder, 'side')),
    staged: await box.git(main, 'ls-files', '--stage'),
    refs: (await box.git(main, 'for-each-ref'))
      .split('\n')
      .filter((it) => !/refs\/(mm|heads\/mm)\//.test(it)),
    head: await box.git(main, 'symbolic-ref', 'HEAD'),
    stash: await box.git(main, 'stash', 'list', '--format=%H %gs'),
    config: await readFile(join(main, '.git/config'), 'utf8'),
    exclude: await readFile(join(main, '.git/info/exclude'), 'utf8'),
    hooks: await contentsOf(join(main, '.git/hooks')),
  };
}

async function shell(box: Sandbox, command: string): Promise<void> {
  const result = await runCommand({
    file: 'sh',
    args: ['-c', command],
    cwd: box.folder,
    env: box.env,
  });
  assert.is(result.exitCode, 0, `${command}: ${result.stderr}`);
}

test('all that a model changes elsewhere is named, kept and brought back by the commands that are given', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: `
      write(main + '/a.txt', 'overwritten\\n');
      write(main + '/crlf.txt', 'one\\r\\n2\\r\\n');
      write(main + '/bytes.bin', Buffer.from([9, 0, 9]));
      remove(main + '/b.txt');
      write(main + '/dir/with space.txt', 'd\\n');
      write(main + '/untracked.txt', 'lost\\n');
      chmod(main + '/tool.sh', 0o644);
      write(main + '/.env', 'SECRET=stolen\\n');
      write(main + '/node_modules/it/index.js', '22\\n');
      write(main + '/../side/side.txt', 'overwritten\\n');
      write(main + '/../stray.txt', 'stray\\n');
      git('branch', 'stray');
      git('branch', '--force', 'feature', 'main');
      git('branch', '-D', 'gone');
      git('tag', '-d', 'v1');
      git('tag', '-d', 'light');
      git('stash', 'drop', '--quiet', 'stash@{1}');
      git('config', 'alias.st', 'status');
      append(main + '/.git/info/exclude', 'hidden\\n');
      write(main + '/.git/hooks/pre-commit', '#!/bin/sh\\nexit 1\\n', { mode: 0o755 });
      remove(main + '/.git/hooks/user-hook');
      git('add', 'a.txt');
      git('reflog', 'expire', '--expire=now', '--all');
      git('gc', '--quiet', '--prune=now');
    `,
  });
  await writeFile(join(main, 'untracked.txt'), 'not anywhere else\n');
  await writeFile(join(main, 'tool.sh'), 'tool\n');
  await chmod(join(main, 'tool.sh'), 0o755);
  await writeFile(join(main, '.git/hooks/user-hook'), '#!/bin/sh\n');
  await symlink('user-hook', join(main, '.git/hooks/linked'));
  const before = await photo(box, main);
  const session = await start(box, main, '--user-changes', 'include');
  const { guard, warnings, runs } = await ok(box, main, 'run-model', '--all', ...session);
  assert.is(runs[0].status, 'succeeded');
  assert.equal(guard.window.models, ['one']);
  assert.equal(named(guard), [
    // `reflog expire --all` takes the others along: the list is a reflog.
    'stash deleted stash@{1}',
    'stash deleted stash@{0}',
    'ref modified refs/heads/feature',
    'ref deleted refs/heads/gone',
    'ref deleted refs/tags/light',
    'ref deleted refs/tags/v1',
    'ref added refs/heads/stray',
    `hook added ${main}/.git/hooks/pre-commit`,
    `hook deleted ${main}/.git/hooks/user-hook`,
    `config modified ${main}/.git/config`,
    `info modified ${main}/.git/info/exclude`,
    'main-tree modified a.txt',
    'main-tree deleted b.txt',
    'main-tree modified bytes.bin',
    'main-tree modified crlf.txt',
    'main-tree modified dir/with space.txt',
    'main-tree modified tool.sh',
    'main-tree modified untracked.txt',
    'index modified index',
    `worktree modified ${box.folder}/side/side.txt`,
    'ignored-file modified .env',
    'ignored-file modified node_modules/it/index.js',
    `outside added ${box.folder}/stray.txt`,
  ]);
  assert.is(warnings.length, 11);
  assert.match(warnings[0], /stash@\{1\}.*my first 'idea'.*while one ran.*Bring it back: git/);
  assert.match(warnings[10], `and 13 more changes in ${guard.report}`);
  const feature = guard.changes.find((it: Json) => it.path === 'refs/heads/feature');
  assert.match(feature.detail, `${feature.before} -> ${feature.after}`);
  assert.is((await ok(box, main, 'status', ...session)).guard_changes, 23);
  assert.match(
    await readFile(join(runs[0].output, '../../../events.jsonl'), 'utf8'),
    /"event":"guard".*"changes":23/,
  );

  for (const { change, command, kept, what } of guard.changes) {
    if (change === 'added' || kept === null) continue;
    if (what !== 'index') await shell(box, command);
  }
  await shell(box, guard.changes.find((it: Json) => it.what === 'index').command);
  // What was added stays, and what is ignored as a folder was told by size and time only.
  await box.git(main, 'branch', '-D', 'stray');
  await rm(join(main, '.git/hooks/pre-commit'));
  await writeFile(join(main, 'node_modules/it/index.js'), '1\n');
  const after = await photo(box, main);
  assert.equal(after, before);

  // After cleanup and a gc the objects are still there, in the bundle.
  await ok(box, main, 'capture-diff', '--all', ...session);
  await ok(box, main, 'cleanup', ...session);
  assert.is(await box.git(main, 'for-each-ref', 'refs/mm'), '');
  const bundle = join(runs[0].output, '../../../refs.bundle');
  await box.git(main, 'fetch', '--quiet', bundle, 'refs/mm/*:refs/mm/*');
  const kept = (await box.git(main, 'for-each-ref', '--format=%(refname)', 'refs/mm')).split('\n');
  const guarded = guard.changes.filter((it: Json) => it.kept?.startsWith('refs/mm/'));
  assert.ok(guarded.length >= 6);
  for (const change of guarded) assert.ok(kept.includes(change.kept), change.kept);
});

test('a quiet run reports nothing and leaves a short record; what we do ourselves is no change', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "execFileSync('git', ['add', '-A']); execFileSync('git', ['commit', '-qm', 'mine']);",
    two: '',
  });
  const before = await photo(box, main);
  const session = await start(box, main, '--models', 'one,two');
  const other = await start(box, main, '--models', 'one,two');
  const [{ guard, warnings }, second] = await Promise.all([
    ok(box, main, 'run-model', '--all', ...session),
    // Another session works and goes meanwhile.
    (async () => {
      const run = await ok(box, main, 'run-model', '--all', ...other);
      await ok(box, main, 'capture-diff', '--all', ...other);
      await ok(box, main, 'gates', '--all', '--base', '--gate', 'it=true', ...other);
      await ok(box, main, 'cleanup', ...other);
      return run;
    })(),
  ]);
  assert.equal([guard.changes, second.guard.changes, warnings], [[], [], []]);
  assert.is(guard.report, null);
  assert.equal(await photo(box, main), before);
  assert.is(await box.git(main, 'for-each-ref', 'refs/mm/*/guard'), '');
  const status = await ok(box, main, 'status', ...session);
  assert.is(status.guard_changes, 0);
  const again = await ok(box, main, 'run-model', '--all', ...session);
  assert.is(again.guard, null);
  await ok(box, main, 'capture-diff', '--all', ...session);
  await ok(box, main, 'cleanup', ...session);
  const { summary } = await ok(box, main, 'finish-session', ...session);
  assert.match(await readFile(summary, 'utf8'), 'Nothing of what is watched.');
});

test('a commit of the user meanwhile is told as what it is, with both ids', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "git('-c', 'user.name=u', '-c', 'user.email=u@x', 'commit', '-q', '--allow-empty', '-m', 'by hand');",
  });
  const old = await box.git(main, 'rev-parse', 'HEAD');
  const session = await start(box, main);
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  const now = await box.git(main, 'rev-parse', 'HEAD');
  assert.equal(named(guard), ['ref modified refs/heads/main']);
  assert.equal([guard.changes[0].before, guard.changes[0].after], [old, now]);
  assert.match(guard.changes[0].detail, `${old} -> ${now}`);
  // Nothing is taken back.
  assert.is.not(old, now);
});

test('a model that hides its change from git’s index is found out all the same', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: `
      git('update-index', '--assume-unchanged', 'a.txt');
      git('update-index', '--skip-worktree', 'b.txt');
      write(main + '/a.txt', 'A\\n');
      remove(main + '/b.txt');
      append(main + '/.git/info/exclude', '*\\n');
      write(main + '/fresh.txt', 'new\\n');
    `,
  });
  const session = await start(box, main);
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(named(guard), [
    `info modified ${main}/.git/info/exclude`,
    'main-tree modified a.txt',
    'main-tree deleted b.txt',
    'main-tree added fresh.txt',
  ]);
});

test('a repository that git cannot read any more is told, and looked at again once it is mended', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "write(main + '/a.txt', 'A\\n'); append(main + '/.git/config', '[broken\\n');",
  });
  const config = await readFile(join(main, '.git/config'), 'utf8');
  const session = await start(box, main);
  const { json } = await box.mm(main, 'run-model', '--all', ...session);
  const broken = json.guard.changes.find((it: Json) => it.change === 'modified');
  assert.is(broken.path, `${main}/.git/config`);
  assert.ok(named(json.guard).includes('ref unknown (ref)'), named(json.guard).join());
  await shell(box, broken.command);
  assert.is(await readFile(join(main, '.git/config'), 'utf8'), config);
  const { warnings } = await ok(box, main, 'capture-diff', '--all', ...session);
  assert.is(warnings.length, 2);
  assert.match(warnings[0], /the configuration .* was modified .*while one ran/);
  assert.match(
    warnings[1],
    /a\.txt in the main tree was modified .*while one ran.*apply --reverse/,
  );
  assert.is((await ok(box, main, 'status', ...session)).guard_changes, 2);
});

test('private refs that a model deletes are put back', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "for (const ref of git('for-each-ref', '--format=%(refname)', 'refs/mm').split('\\n')) git('update-ref', '-d', ref);",
  });
  await writeFile(join(main, 'untracked.txt'), 'work\n');
  const session = await start(box, main, '--user-changes', 'include');
  const before = await box.git(main, 'for-each-ref', 'refs/mm');
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.is(await box.git(main, 'for-each-ref', 'refs/mm'), before);
  assert.is(guard.changes.length, 3);
  for (const change of guard.changes) assert.match(change.detail, 'put back');
});

async function setAside(box: Sandbox, main: string, body: string) {
  await tell(box, main, { one: body });
  await writeFile(join(main, 'a.txt'), 'my work\n');
  await writeFile(join(main, 'new.txt'), 'mine too\n');
  const models = ['--host', 'claude', '--models', 'claude,one'];
  const words = ['--task', 'x', '--user-changes', 'set-aside', ...models];
  const started = await ok(box, main, 'start-session', ...words);
  const session = ['--session', started.session_id];
  await ok(box, main, 'make-worktrees', ...session);
  return { session, oid: started.user_changes.stash as string };
}

test('the set-aside entry that a model drops is put back, and restored at the end', async () => {
  await using box = await userSandbox();
  const main = box.made;
  const { session, oid } = await setAside(
    box,
    main,
    "git('stash', 'drop', '--quiet'); git('gc', '--quiet', '--prune=now');",
  );
  const before = await box.git(main, 'stash', 'list', '--format=%H %gs');
  const { guard, warnings } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(named(guard), ['stash deleted stash@{0}']);
  assert.is(guard.changes[0].before, oid);
  assert.match(guard.changes[0].detail, /set aside.*put back/);
  assert.match(warnings[0], 'put back');
  assert.is(await box.git(main, 'stash', 'list', '--format=%H %gs'), before);
  await ok(box, main, 'run-model', '--model', 'claude', '--record-text', 'x', ...session);
  await ok(box, main, 'capture-diff', '--all', ...session);
  assert.is((await ok(box, main, 'cleanup', '--restore', ...session)).restored.status, 'restored');
  assert.is(await readFile(join(main, 'a.txt'), 'utf8'), 'my work\n');
  assert.is(await readFile(join(main, 'new.txt'), 'utf8'), 'mine too\n');
});

test('a stash list that a model empties: the own entry is put back, the others by the commands', async () => {
  await using box = await userSandbox();
  const main = box.made;
  const { session, oid } = await setAside(
    box,
    main,
    "git('reflog', 'expire', '--expire=now', 'refs/stash'); git('gc', '--quiet', '--prune=now');",
  );
  const before = await box.git(main, 'stash', 'list', '--format=%H %gs');
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(
    named(guard),
    [2, 1, 0].map((at) => `stash deleted stash@{${at}}`),
  );
  assert.is(await box.git(main, 'stash', 'list', '--format=%H'), oid);
  for (const { command } of guard.changes.slice(0, 2)) await shell(box, command);
  const after = await box.git(main, 'stash', 'list', '--format=%H %gs');
  assert.equal(after.split('\n').sort(), before.split('\n').sort());
});

test('a set-aside entry that a model pops into its worktree is named with its files', async () => {
  await using box = await userSandbox();
  const main = box.made;
  const { session } = await setAside(
    box,
    main,
    "execFileSync('git', ['stash', 'pop', '--quiet']);",
  );
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  const worktree = join(box.folder, 'project-mm-one');
  assert.equal(named(guard), [
    'stash deleted stash@{0}',
    `worktree modified ${worktree}/a.txt`,
    `worktree added ${worktree}/new.txt`,
  ]);
  assert.match(await box.git(main, 'stash', 'list'), 'mm-execute: user-changes');
});

test('one that a model pops into the main tree is named with its files', async () => {
  await using box = await userSandbox();
  const main = box.made;
  const { session } = await setAside(box, main, "git('stash', 'pop', '--quiet');");
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(named(guard), [
    'stash deleted stash@{0}',
    'main-tree modified a.txt',
    'main-tree added new.txt',
  ]);
});

test('a stash entry of the user that is popped, and HEADs that are moved', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "git('stash', 'pop', '--quiet'); git('symbolic-ref', 'HEAD', 'refs/heads/feature'); execFileSync('git', ['-C', main + '/../side', 'checkout', '-q', '--detach']);",
  });
  const session = await start(box, main);
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(named(guard), [
    'stash deleted stash@{0}',
    'head modified HEAD',
    `head modified ${box.folder}/side`,
    'main-tree modified a.txt',
    'main-tree added second.txt',
  ]);
  for (const { command } of guard.changes.slice(0, 3)) await shell(box, command);
  assert.is(await box.git(main, 'symbolic-ref', 'HEAD'), 'refs/heads/main');
  assert.is(await box.git(join(box.folder, 'side'), 'symbolic-ref', 'HEAD'), 'refs/heads/side');
  assert.match(await box.git(main, 'stash', 'list'), "stash@{0}: On main: my second 'idea'");
});

test('old branches that go, and a main branch that loses its history, are in the bundle after cleanup', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: `
      git('branch', '-D', 'old');
      const empty = git('commit-tree', '-m', 'nothing', git('rev-parse', 'HEAD^{tree}'));
      for (const name of ['main', 'stable', 'side', 'feature', 'gone']) git('update-ref', 'refs/heads/' + name, empty);
      for (const name of ['v1', 'light']) git('tag', '-d', name);
      git('stash', 'clear');
    `,
  });
  await box.git(main, 'branch', 'old');
  await box.git(main, 'commit', '--quiet', '--allow-empty', '-m', 'newer');
  const { head, old } = {
    head: await box.git(main, 'rev-parse', 'HEAD'),
    old: await box.git(main, 'rev-parse', 'old'),
  };
  const session = await start(box, main);
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  const keptAs = (name: string) =>
    guard.changes.find((it: Json) => it.path === `refs/heads/${name}`).kept;
  await ok(box, main, 'capture-diff', '--all', ...session);
  await ok(box, main, 'cleanup', ...session);
  await box.git(main, 'reflog', 'expire', '--expire=now', '--all');
  await box.git(main, 'gc', '--quiet', '--prune=now');
  assert.is(await box.git(main, 'cat-file', '-t', head).catch(() => 'gone'), 'gone');
  const bundle = join((await ok(box, main, 'status', ...session)).session_dir, 'refs.bundle');
  await box.git(main, 'fetch', '--quiet', bundle, 'refs/mm/*:refs/mm/*');
  assert.is(await box.git(main, 'rev-parse', keptAs('main')), head);
  assert.is(await box.git(main, 'rev-parse', keptAs('old')), old);
});

test('a worktree of the user that is removed comes back with what was not committed in it', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "git('worktree', 'remove', '--force', '../side');",
  });
  const session = await start(box, main);
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(named(guard), [`worktree deleted ${box.folder}/side`]);
  await shell(box, guard.changes[0].command);
  assert.is(await readFile(join(box.folder, 'side/side.txt'), 'utf8'), 'not committed\n');
});

test('windows that overlap name all models; the work of the host in the main tree is not reported', async () => {
  await using box = await userSandbox();
  const main = box.made;
  const wait = (file: string) =>
    `while (!exists(main + '/../${file}')) await new Promise((it) => setTimeout(it, 50));`;
  await tell(box, main, {
    one: `${wait('go')} write(main + '/.git/hooks/post-merge', 'x');`,
    two: `${wait('go')} ${wait('end')}`,
  });
  const models = ['--host', 'claude', '--models', 'claude,one,two'];
  const { session_id } = await ok(box, main, 'start-session', '--task', 'x', ...models);
  const session = ['--session', session_id];
  await ok(box, main, 'make-worktrees', ...session);
  const first = ok(box, main, 'run-model', '--model', 'one', ...session);
  const second = ok(box, main, 'run-model', '--model', 'two', ...session);
  const atWork = () => findByEnvironment(MARK_VARIABLE, `session=${session_id}/`);
  await until(async () => (await atWork()).length === 2);
  await writeFile(join(main, 'a.txt'), 'the host works\n');
  await writeFile(join(box.folder, 'go'), '');
  const one = await first;
  await writeFile(join(box.folder, 'end'), '');
  const two = await second;
  const hook = `hook added ${main}/.git/hooks/post-merge`;
  assert.equal(
    named(one.guard).filter((it) => !it.startsWith('outside')),
    [hook],
  );
  assert.equal(
    named(two.guard).filter((it) => !it.startsWith('outside')),
    [hook],
  );
  assert.equal(
    [one.guard.window.models, two.guard.window.models],
    [
      ['one', 'two'],
      ['two', 'one'],
    ],
  );
  // The same change, noticed twice.
  assert.is((await ok(box, main, 'status', ...session)).guard_changes, 3);
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await isSo()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error('It did not come about.');
  }
}

test('run-model killed by SIGKILL: the next script closes its window', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "write(main + '/a.txt', 'by the model\\n'); git('tag', '-d', 'v1'); write('../ready', ''); setTimeout(() => {}, 600_000); await new Promise(() => {});",
  });
  const session = await start(box, main);
  const run = execa(process.execPath, [launcher, 'run-model', '--all', ...session], {
    ...{ cwd: main, env: box.env, extendEnv: false, reject: false, stdin: 'ignore' as const },
  });
  await until(() => existsSync(join(box.folder, 'ready')));
  run.kill('SIGKILL');
  await run;
  await endMarkedProcesses(`:session=${session[1]}/`);
  assert.is((await ok(box, main, 'status', ...session)).guard_changes, 0);
  const { warnings } = await ok(box, main, 'capture-diff', '--all', ...session);
  assert.equal(
    warnings.map((it: string) => it.split(' ')[0]),
    ['refs/tags/v1', 'a.txt', `${box.folder}/ready`],
  );
  assert.is((await ok(box, main, 'status', ...session)).guard_changes, 3);
  assert.equal((await ok(box, main, 'capture-diff', '--all', ...session)).warnings, []);
});

test('an interrupted run is looked at before it ends; a detached one before status --wait returns', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: "write(main + '/a.txt', '1\\n'); write('../ready', ''); if (!exists(main + '/../again')) await new Promise((it) => setTimeout(it, 600_000));",
  });
  const session = await start(box, main);
  const run = execa(process.execPath, [launcher, 'run-model', '--all', ...session], {
    ...{ cwd: main, env: box.env, extendEnv: false, reject: false, stdin: 'ignore' as const },
  });
  await until(() => existsSync(join(box.folder, 'ready')));
  run.kill('SIGINT');
  assert.is((await run).exitCode, 130);
  const interrupted = await ok(box, main, 'status', ...session);
  assert.is(interrupted.guard_changes, 2);
  assert.match(interrupted.warnings[0], /a\.txt in the main tree was modified/);

  await writeFile(join(box.folder, 'again'), '');
  await writeFile(join(main, 'a.txt'), 'mine\n');
  const { guard } = await ok(box, main, 'run-model', '--all', '--detach', ...session);
  assert.is(guard, null);
  assert.is((await ok(box, main, 'status', '--wait', '60', ...session)).guard_changes, 3);
});

test('ignored files and links of the main tree come back too; new ones are kept as they were found', async () => {
  await using box = await userSandbox();
  const main = box.made;
  await tell(box, main, {
    one: `
      remove(main + '/.env'); link('/etc/hostname', main + '/.env');
      remove(main + '/logs', { recursive: true });
      write(main + '/new.log', 'fresh\\n');
    `,
  });
  await mkdir(join(main, 'logs'));
  await symlink('../a.txt', join(main, 'logs/latest.log'));
  const session = await start(box, main);
  const { guard } = await ok(box, main, 'run-model', '--all', ...session);
  assert.equal(named(guard), [
    'ignored-file modified .env',
    'ignored-file deleted logs/latest.log',
    'ignored-file added new.log',
  ]);
  assert.is(await readFile(guard.changes[2].kept, 'utf8'), 'fresh\n');
  for (const { command } of guard.changes.slice(0, 2)) await shell(box, command);
  assert.is(await readFile(join(main, '.env'), 'utf8'), 'SECRET=1\n');
  assert.is(await readlink(join(main, 'logs/latest.log')), '../a.txt');
});

test.run();
