import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findProgram } from '../../scripts/lib/models/find-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NAME = 'mm-test-program';

async function program(path: string, mode = 0o755): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, mode);
  return path;
}

test('finds the first executable regular file on PATH', async () => {
  await using folder = await temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  await mkdir(at(`a/${NAME}`), { recursive: true });
  await program(at(`b/${NAME}`), 0o644);
  const real = await program(at('c/real'));
  await symlink(real, at(`c/${NAME}`));
  await program(at(`d/${NAME}`));
  const PATH = ['', 'c', './c', at('missing'), at('a'), at('b'), at('c'), at('d')].join(':');
  assert.is(await findProgram(NAME, { PATH }), at(`c/${NAME}`));
});

test('ignores relative entries of PATH, and a dead link', async () => {
  await using folder = await temporaryFolder();
  const here = process.cwd();
  await program(join(folder.path, NAME));
  await mkdir(join(folder.path, 'dead'));
  await symlink(join(folder.path, 'nowhere'), join(folder.path, 'dead', NAME));
  process.chdir(folder.path);
  try {
    assert.is(await findProgram(NAME, { PATH: `.::${folder.path}/dead` }), null);
    assert.is(await findProgram(`./${NAME}`, { PATH: '' }), null);
  } finally {
    process.chdir(here);
  }
});

for (const place of [
  '.local/bin',
  '.npm-global/bin',
  '.volta/bin',
  '.bun/bin',
  '.nvm/versions/node/v20.1.0/bin',
]) {
  test(`looks into ~/${place}`, async () => {
    await using folder = await temporaryFolder();
    const path = await program(join(folder.path, place, NAME));
    assert.is(await findProgram(NAME, { HOME: folder.path, PATH: '/nowhere' }), path);
    assert.is(await findProgram(NAME, { PATH: '/nowhere' }), null);
  });
}

test('takes the newest node of nvm, and PATH before all of them', async () => {
  await using folder = await temporaryFolder();
  const nodes = join(folder.path, '.nvm/versions/node');
  for (const version of ['v9.11.2', 'v20.9.0', 'v20.10.0'])
    await program(join(nodes, version, 'bin', NAME));
  const onPath = await program(join(folder.path, 'bin', NAME));
  assert.is(await findProgram(NAME, { HOME: folder.path }), join(nodes, 'v20.10.0/bin', NAME));
  assert.is(
    await findProgram(NAME, { NVM_DIR: join(folder.path, '.nvm') }),
    join(nodes, 'v20.10.0/bin', NAME),
  );
  assert.is(await findProgram(NAME, { HOME: folder.path, PATH: dirname(onPath) }), onPath);
});

test('takes an absolute path as it is', async () => {
  await using folder = await temporaryFolder();
  const path = await program(join(folder.path, 'a b', NAME));
  assert.is(await findProgram(path, {}), path);
  assert.is(await findProgram(join(folder.path, NAME), {}), null);
  assert.is(await findProgram('', { PATH: folder.path }), null);
});

test.run();
