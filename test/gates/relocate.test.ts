import {
  lstat,
  mkdir,
  readFile,
  readlink,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { relocate } from '../../scripts/lib/gates/relocate.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const move = { from: '/home/me/app', to: '/home/me/app-mm-gpt' };

async function folderWith(name: string, files: Record<string, string>) {
  const folder = await temporaryFolder();
  const draft = join(folder.path, name);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(draft, path)), { recursive: true });
    if (text.startsWith('-> ')) await symlink(text.slice(3), join(draft, path));
    else await writeFile(join(draft, path), text);
  }
  return {
    draft,
    read: (path: string) => readFile(join(draft, path), 'utf8'),
    link: (path: string) => readlink(join(draft, path)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('a virtual environment belongs to the worktree: its programs, its editable installs', async () => {
  const packages = 'lib/python3.11/site-packages';
  await using it = await folderWith('.venv', {
    'pyvenv.cfg': 'home = /usr/bin\ncommand = python3 -m venv /home/me/app/.venv\n',
    'bin/pytest': '#!/home/me/app/.venv/bin/python\nimport sys\n',
    'bin/python': '-> /usr/bin/python3',
    [`${packages}/__editable__.app.pth`]: '/home/me/app/src\n',
    [`${packages}/app.dist-info/direct_url.json`]: '{"url": "file:///home/me/app"}',
    [`${packages}/other.pth`]: '/home/me/app-two/src\n/home/me/apple\n',
    [`${packages}/library.py`]: '# /home/me/app stays: nobody asks for it\n',
  });
  const cfg = join(it.draft, 'pyvenv.cfg');
  await utimes(cfg, 1000, 1000);
  await relocate(it.draft, '.venv', move);
  assert.match(await it.read('pyvenv.cfg'), 'venv /home/me/app-mm-gpt/.venv\n');
  assert.match(await it.read('bin/pytest'), '#!/home/me/app-mm-gpt/.venv/bin/python\n');
  assert.is(await it.read(`${packages}/__editable__.app.pth`), '/home/me/app-mm-gpt/src\n');
  assert.match(
    await it.read(`${packages}/app.dist-info/direct_url.json`),
    'file:///home/me/app-mm-gpt"',
  );
  assert.is(await it.read(`${packages}/other.pth`), '/home/me/app-two/src\n/home/me/apple\n');
  assert.match(await it.read(`${packages}/library.py`), '/home/me/app stays');
  assert.is(await it.link('bin/python'), '/usr/bin/python3');
  assert.is((await stat(cfg)).mtimeMs, 1_000_000);
});

test('absolute links of node_modules into the main tree lead into the worktree', async () => {
  await using it = await folderWith('node_modules', {
    one: '-> /home/me/app/packages/one',
    '@us/two': '-> /home/me/app/packages/two',
    relative: '-> ../packages/three',
    elsewhere: '-> /home/me/app-two/lib',
    'real/index.js': '1',
  });
  await relocate(it.draft, 'app/node_modules', move);
  assert.is(await it.link('one'), '/home/me/app-mm-gpt/packages/one');
  assert.is(await it.link('@us/two'), '/home/me/app-mm-gpt/packages/two');
  assert.is(await it.link('relative'), '../packages/three');
  assert.is(await it.link('elsewhere'), '/home/me/app-two/lib');
});

test('other files and folders are left alone', async () => {
  await using it = await folderWith('vendor', {
    'bin/x': '#!/home/me/app/vendor/y\n',
    '.env': 'A=/home/me/app',
  });
  await relocate(it.draft, 'vendor', move);
  await relocate(join(it.draft, '.env'), '.env', move);
  assert.is(await it.read('bin/x'), '#!/home/me/app/vendor/y\n');
  assert.is(await it.read('.env'), 'A=/home/me/app');
  assert.ok((await lstat(it.draft)).isDirectory());
});

test.run();
