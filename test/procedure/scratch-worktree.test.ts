/** One scratch worktree for all trees of a session: each finds what a fresh one would have, and dependencies are copied once. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeWorktrees } from '../../scripts/lib/session/worktrees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { makeSession, sessionModel } from '../support/sessions.ts';
import { ok } from '../support/walk.ts';

/** Lists all that lies there, and then leaves everything behind that a gate can leave. */
const SPOILER = `import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
const names = readdirSync('.', { recursive: true }).filter((it) => it !== '.git').sort();
const text = (path) => existsSync(path) && !path.endsWith('link') ? readFileSync(path, 'utf8') : '';
writeFileSync(process.env.SEEN, JSON.stringify([names, text('node_modules/one/index.js'), text('.env'), text('a.txt'), text('node_modules/.cache/old')]));
mkdirSync('dist/deep', { recursive: true });
writeFileSync('dist/deep/file', '');
writeFileSync('untracked é', '');
appendFileSync('.env', 'MORE=1\\n');
appendFileSync('node_modules/one/index.js', '// spoiled');
writeFileSync('node_modules/.cache/old', 'other');
mkdirSync('node_modules/.vite');
writeFileSync('node_modules/one/new.js', '');
rmSync('node_modules/two', { recursive: true });
rmSync('sub', { recursive: true, force: true });
symlinkSync('node_modules', 'sub');
rmSync('a.txt', { force: true });
mkdirSync('a.txt');
writeFileSync('a.txt/inside', '');
`;

async function project(box: Sandbox) {
  const cwd = await box.repository({
    'a.txt': 'one\n',
    'sub/b.txt': 'b\n',
    'spoil.mjs': SPOILER,
    'package-lock.json': '{}\n',
    '.gitignore': 'node_modules\n.env\ndist\n',
  });
  for (const folder of ['one', 'two', '.cache'])
    await mkdir(join(cwd, 'node_modules', folder), { recursive: true });
  await writeFile(join(cwd, 'node_modules/one/index.js'), 'one');
  await writeFile(join(cwd, 'node_modules/two/index.js'), 'two');
  await writeFile(join(cwd, 'node_modules/.cache/old'), 'cache');
  await writeFile(join(cwd, '.env'), 'A=1\n');
  const commit = async (path: string, content: string) => {
    await writeFile(join(cwd, path), content);
    await box.git(cwd, 'add', '--all');
    await box.git(cwd, 'commit', '--quiet', '--message', path);
    return box.git(cwd, 'rev-parse', 'HEAD');
  };
  const { repository, session } = await makeSession(cwd, { models: [sessionModel('one')] });
  await makeWorktrees(repository, session, {
    ...{ models: ['one'], start: session.data.base, provided: [] },
    onProgress: () => undefined,
  });
  return { cwd, commit, words: ['--session', session.data.session_id] };
}

async function seenBy(box: Sandbox, cwd: string, tree: string, words: string[]) {
  const seen = join(box.folder, 'seen.json');
  const gate = `test=SEEN=${seen} node spoil.mjs`;
  const { stderr, json } = await box.mm(cwd, 'gates', '--tree', tree, '--gate', gate, ...words);
  assert.is(json.ok, true, stderr);
  return { seen: JSON.parse(await readFile(seen, 'utf8')), stderr };
}

async function scratchOf(box: Sandbox, cwd: string): Promise<string[]> {
  const list = await box.git(cwd, 'worktree', 'list', '--porcelain');
  return list.split('\n').filter((line) => /^worktree .*-mm-scratch-/.test(line));
}

test('what gates left is gone for the next tree; only another lockfile has dependencies copied again', async () => {
  await using box = await ownSandbox();
  const { cwd, commit, words } = await project(box);
  const first = await seenBy(box, cwd, 'HEAD', words);
  assert.match(first.stderr, /copying node_modules/);
  assert.equal(first.seen.slice(1), ['one', 'A=1\n', 'one\n', 'cache']);
  assert.not(first.seen[0].some((it: string) => /dist|untracked|vite|new\.js/.test(it)));
  const [place] = await scratchOf(box, cwd);

  const second = await seenBy(box, cwd, await commit('a.txt', 'two\n'), words);
  assert.not.match(second.stderr, /copying node_modules/);
  assert.equal(second.seen, [first.seen[0], 'one', 'A=1\n', 'two\n', 'cache']);
  assert.equal(await scratchOf(box, cwd), [place]);

  const third = await seenBy(box, cwd, await commit('package-lock.json', '{"a":1}\n'), words);
  assert.match(third.stderr, /copying node_modules/);
  assert.equal(third.seen, second.seen);
  assert.is((await scratchOf(box, cwd)).length, 1);
  assert.is(await readFile(join(cwd, 'node_modules/one/index.js'), 'utf8'), 'one');

  await ok(box, cwd, 'cleanup', ...words);
  assert.equal(await scratchOf(box, cwd), []);
});

test('cleanup leaves the scratch worktree alone in which gates run; without a session none stays', async () => {
  await using box = await ownSandbox();
  const { cwd, words } = await project(box);
  const [begun, go] = [join(box.folder, 'begun'), join(box.folder, 'go')];
  const wait = `test=pwd > ${begun}; while [ ! -e ${go} ]; do sleep 0.1; done; test -d sub`;
  const running = box.mm(cwd, 'gates', '--tree', 'HEAD', '--gate', wait, ...words);
  while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 50));
  await ok(box, cwd, 'cleanup', ...words);
  assert.is((await scratchOf(box, cwd)).length, 1);
  await writeFile(go, '');
  const { results } = (await running).json;
  assert.is(results[0].gates[0].status, 'pass');
  await ok(box, cwd, 'cleanup', ...words);
  assert.equal(await scratchOf(box, cwd), []);
  await box.mm(cwd, 'finish-session', ...words);
  await ok(box, cwd, 'gates', '--tree', 'HEAD', '--gate', 'test=test -d sub');
  assert.equal(await scratchOf(box, cwd), []);
});

test.run();
