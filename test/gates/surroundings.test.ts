import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  describePrograms,
  describeSurroundings,
  programsIn,
} from '../../scripts/lib/gates/surroundings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function write(top: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(top, path)), { recursive: true });
    await writeFile(join(top, path), text);
  }
}

/** Whether a change of the files shows. */
async function shows(
  path: string,
  files: Record<string, string>,
  change: (folder: string) => Promise<unknown>,
): Promise<boolean> {
  await using folder = await temporaryFolder();
  await write(folder.path, files);
  const before = describeSurroundings(folder.path, [path]);
  await change(folder.path);
  return describeSurroundings(folder.path, [path]) !== before;
}

const npm = { 'node_modules/.package-lock.json': '{"v":1}', 'node_modules/a/index.js': '1' };
const plain = { 'node_modules/a/index.js': '1' };
const venv = {
  '.venv/pyvenv.cfg': '',
  '.venv/lib/python3.11/site-packages/x-1.0.dist-info/RECORD': '',
};

for (const [what, path, files, change, expected] of [
  ['an .env', '.env', { '.env': 'A=1' }, { '.env': 'A=2' }, true],
  ['the same .env, written again', '.env', { '.env': 'A=1' }, { '.env': 'A=1' }, false],
  ['what npm wrote down', 'node_modules', npm, { 'node_modules/.package-lock.json': '{}' }, true],
  ['a cache of a tool', 'node_modules', npm, { 'node_modules/.cache/x': '1' }, false],
  ['a cache without such a file', 'node_modules', plain, { 'node_modules/.vite/x': '1' }, false],
  ['another package', 'node_modules', plain, { 'node_modules/b/index.js': '1' }, true],
  [
    'another version in a virtual environment',
    '.venv',
    venv,
    { '.venv/lib/python3.11/site-packages/x-1.1.dist-info/RECORD': '' },
    true,
  ],
  [
    'compiled Python',
    '.venv',
    venv,
    { '.venv/lib/python3.11/site-packages/__pycache__/x': '' },
    false,
  ],
  ['what was not there', 'vendor', {}, { 'vendor/a': '' }, true],
] as [string, string, Record<string, string>, Record<string, string>, boolean][]) {
  test(`surroundings: ${what} ${expected ? 'shows' : 'does not show'}`, async () => {
    assert.is(await shows(path, files, (folder) => write(folder, change)), expected);
  });
}

test('a copy, and a link to it, are described as what they are of', async () => {
  await using folder = await temporaryFolder();
  const [main, copy, link] = ['main', 'copy', 'link'].map((name) => join(folder.path, name));
  await write(main as string, { ...npm, ...venv, '.env': 'A=1' });
  execFileSync('cp', ['-a', main as string, copy as string]);
  await mkdir(link as string);
  for (const path of ['node_modules', '.venv', '.env'])
    await symlink(join(main as string, path), join(link as string, path));
  const paths = ['.env', 'node_modules', '.venv', 'absent'];
  const described = describeSurroundings(main as string, paths);
  assert.is(describeSurroundings(copy as string, paths), described);
  assert.is(describeSurroundings(link as string, paths), described);
  await rm(join(copy as string, 'node_modules'), { recursive: true });
  assert.is.not(describeSurroundings(copy as string, paths), described);
});

for (const [command, expected] of [
  ['npm test', ['npm']],
  ['cd app && CI=1 pytest -q; echo done', ['pytest']],
  ['npx --no-install vitest run', ['npx', 'vitest']],
  ['uv run pytest | tee log', ['uv', 'pytest', 'tee']],
  ['./node_modules/.bin/tsc -p . || exit 1', ['tsc']],
  ['test -z "$(gofmt -l .)"', ['gofmt']],
] as const) {
  test(`programs in ${command}`, () => {
    assert.equal(programsIn(command), [...expected]);
  });
}

test('a program that was replaced shows; one that is not there is said to be', async () => {
  await using folder = await temporaryFolder();
  const program = join(folder.path, 'runner');
  await writeFile(program, '#!/bin/sh\n');
  await chmod(program, 0o755);
  const described = describePrograms('runner --all', folder.path);
  assert.is(describePrograms('runner --other', folder.path), described);
  await utimes(program, 1, 1);
  assert.is.not(describePrograms('runner --all', folder.path), described);
  assert.match(describePrograms('absent', folder.path), 'absent: not on PATH');
});

test.run();
