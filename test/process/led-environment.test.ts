import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { environmentIn } from '../../scripts/lib/process/led-environment.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MAIN = '/home/me/my app';

const values: [what: string, value: string, led: string][] = [
  ['the tree itself', MAIN, '/w'],
  ['a list', `${MAIN}/bin:/home/me/my app-two/bin:/bin`, '/w/bin:/home/me/my app-two/bin:/bin'],
  [
    'an option',
    `--require ${MAIN}/hook.js --max-old-space-size=9000`,
    '--require /w/hook.js --max-old-space-size=9000',
  ],
  ['the value of an option', `-Dconf=${MAIN}/conf,x`, '-Dconf=/w/conf,x'],
  ['an address', `sqlite:${MAIN}/dev.db`, 'sqlite:/w/dev.db'],
  ['an address with slashes', `sqlite:///home/me/my app/dev.db`, 'sqlite:///w/dev.db'],
  ['what git has of it', `${MAIN}/.git/hooks`, `${MAIN}/.git/hooks`],
  ['in quotes', `"${MAIN}"`, '"/w"'],
  ['another of a longer name', '/home/me/my apple', '/home/me/my apple'],
  ['below another', `/mnt${MAIN}`, `/mnt${MAIN}`],
  ['no path', 'value', 'value'],
];
for (const [what, value, led] of values)
  test(`${what} is led`, () =>
    assert.equal(environmentIn('/w', MAIN, { ANY_NAME: value }), { ANY_NAME: led }));

test('what is the user’s own stays, wherever it lies; in the main tree itself everything does', () => {
  const env = {
    HOME: MAIN,
    XDG_STATE_HOME: `${MAIN}/s`,
    AI_AIP_ROOT: `${MAIN}/a`,
    TMPDIR: `${MAIN}/t`,
  };
  assert.equal(environmentIn('/w', MAIN, env), env);
  const login = { CODEX_HOME: `${MAIN}/.codex`, CLAUDE_CONFIG_DIR: `${MAIN}/.claude` };
  assert.equal(environmentIn('/w', MAIN, login), login);
  assert.equal(environmentIn(MAIN, MAIN, { PYTHONPATH: `${MAIN}/src` }), {
    PYTHONPATH: `${MAIN}/src`,
  });
});

test('by where it really is: a home folder that is a link', async () => {
  await using folder = await temporaryFolder();
  const top = await realpath(folder.path);
  const main = join(top, 'data/app');
  await mkdir(join(main, 'src'), { recursive: true });
  await symlink(join(top, 'data'), join(top, 'home'));
  const env = {
    PYTHONPATH: `${top}/home/app/src:/usr/lib`,
    DB: `${top}/home/app/not-there/x.db`,
    OTHER: `${top}/home`,
  };
  assert.equal(environmentIn('/w', main, env), {
    ...{ PYTHONPATH: '/w/src:/usr/lib', DB: '/w/not-there/x.db', OTHER: `${top}/home` },
  });
});

test('a virtual environment: at the top of the worktree it is active, one in the main tree is led', async () => {
  await using folder = await temporaryFolder();
  const worktree = join(folder.path, 'app-mm-gpt');
  const led = { PATH: `${MAIN}/.venv/bin:/bin`, VIRTUAL_ENV: `${MAIN}/.venv` };
  assert.equal(environmentIn(worktree, MAIN, led), {
    ...{ PATH: `${worktree}/.venv/bin:/bin`, VIRTUAL_ENV: `${worktree}/.venv` },
  });
  assert.equal(environmentIn(worktree, MAIN, { PATH: '/bin' }), { PATH: '/bin' });
  await mkdir(join(worktree, '.venv'), { recursive: true });
  await writeFile(join(worktree, '.venv/pyvenv.cfg'), '');
  assert.equal(environmentIn(worktree, MAIN, { PATH: '/bin' }), {
    ...{ PATH: `${worktree}/.venv/bin:/bin`, VIRTUAL_ENV: `${worktree}/.venv` },
  });
  const other = { PATH: '/conda/bin:/bin', VIRTUAL_ENV: '/conda' };
  assert.equal(environmentIn(worktree, MAIN, other), other);
});

test('one elsewhere that has the main tree installed for editing: the worktree’s own code comes first', async () => {
  await using folder = await temporaryFolder();
  const top = await realpath(folder.path);
  const [main, venv] = [join(top, 'app'), join(top, 'venvs/app')];
  const packages = join(venv, 'lib/python3.12/site-packages');
  await mkdir(join(main, 'src/calc'), { recursive: true });
  await mkdir(join(main, 'other/tool'), { recursive: true });
  await mkdir(packages, { recursive: true });
  await writeFile(join(packages, '__editable__.calc-0.1.pth'), `${main}/src\n`);
  await writeFile(
    join(packages, '__editable___tool_0_1_finder.py'),
    `MAPPING: dict[str, str] = {'tool': '${main}/other/tool'}\n`,
  );
  await writeFile(join(packages, 'distutils-precedence.pth'), 'import os\n');
  const env = { VIRTUAL_ENV: venv, PYTHONPATH: '/before' };
  const { PYTHONPATH = '' } = environmentIn('/w', main, env);
  assert.equal(PYTHONPATH.split(':').sort(), ['/before', '/w/other', '/w/src']);
  assert.match(PYTHONPATH, /:\/before$/);
});

test.run();
