import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { kindOf, placeOf, type Survey, surveyWorkingTree } from '../../scripts/lib/git/survey.ts';
import { NAMES, writeAwkward } from '../support/awkward-files.ts';
import { makeFifo } from '../support/special-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NOTHING: Survey = { repositories: [], special: [], unnameable: [], unreadable: [] };

/** A survey in git's order of paths. */
function survey(folder: string, without: RawPath[] = []): Survey {
  const { repositories, special, unnameable, unreadable } = surveyWorkingTree(folder, without);
  return { repositories, special: special.sort(), unnameable: unnameable.sort(), unreadable };
}

test('files, links and folders with any name are plain; no link is followed', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, {
    ...Object.fromEntries(NAMES.map((name) => [name, 'x'])),
    'link-to-folder': { link: '/' },
    'link-to-itself': { link: '.' },
    'broken-link': { link: '/no/where' },
    'a.git/x': 'x',
    '.gitignore': 'x',
    '.github/x': 'x',
    'git/x': 'x',
    'git~2': 'x',
    '.git-x': 'x',
    'x.git': 'x',
  });
  assert.equal(survey(folder.path), NOTHING);
});

test('repositories inside: by a folder, a file or a link of that name, the outer one first', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, {
    '.git/HEAD': 'the own one',
    'z/.git/HEAD': 'x',
    'z/deep/inner/.git': 'gitdir: ../x\n',
    'caf\xe9/.git/HEAD': 'x',
    'linked/.git': { link: '/no/where' },
    'z/.git/modules/x/.git/HEAD': 'not looked into',
  });
  const { repositories, ...rest } = surveyWorkingTree(folder.path);
  assert.equal([...repositories].sort(), ['caf\xe9', 'linked', 'z', 'z/deep/inner']);
  assert.ok(repositories.indexOf('z') < repositories.indexOf('z/deep/inner'));
  assert.equal(rest, { special: [], unnameable: [], unreadable: [] });
});

test('fifos and devices are special, whatever their names, also in a repository inside', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, { 'a/b/x': 'x', 'nested/.git/HEAD': 'x' });
  for (const name of ['pipe', 'a/b/with space', 'nested/pipe'])
    await makeFifo(join(folder.path, name));
  await rename(join(folder.path, 'pipe'), placeOf(folder.path, 'pipe\xe9\n'));
  await symlink('pipe', join(folder.path, 'link-to-a-pipe'));
  assert.equal(survey(folder.path).special, ['a/b/with space', 'nested/pipe', 'pipe\xe9\n']);
});

test('names that git takes for its own folder on some disk', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, {
    '.GIT/config': 'x',
    'a/.Git': 'x',
    'git~1': 'x',
    'GIT~1 ./x': 'x',
    '.git./x': 'x',
    '.git ': { link: '/no/where' },
    '.git.x': 'fine',
    '.gitx/.GIT': 'x',
  });
  assert.equal(
    survey(folder.path).unnameable,
    ['.GIT', '.git ', '.git.', '.gitx/.GIT', 'GIT~1 .', 'a/.Git', 'git~1'].sort(),
  );
});

test('names that git refuses because Windows would take them for its own folder', async () => {
  await using folder = await temporaryFolder();
  const names = ['.git:stream', '.git\\x', 'git~1:x', 'GIT~1\\x', '.git ..::$INDEX_ALLOCATION'];
  await writeAwkward(folder.path, {
    ...Object.fromEntries(names.map((name) => [name, 'x'])),
    'a\\.git': 'x',
    'fine:.git': 'x',
    'git~1x': 'x',
  });
  assert.equal(survey(folder.path).unnameable, [...names, 'a\\.git'].sort());
});

test('a link in the place of .gitmodules, which git refuses; the file itself is plain', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, {
    '.gitmodules': { link: '/no/where' },
    'a/.GITMODULES': { link: '/no/where' },
    'b/gitmod~1': { link: '/no/where' },
    'c/.gitmodules': 'x',
    'd/.gitattributes': { link: '/no/where' },
  });
  assert.equal(survey(folder.path).unnameable, ['.gitmodules', 'a/.GITMODULES', 'b/gitmod~1']);
});

test('what is left out is not looked into, and nothing else is left out', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, {
    'caf\xe9/x/.git/HEAD': 'x',
    'caf\xe9s/x/.git/HEAD': 'x',
    'deep/caf\xe9/.git/HEAD': 'x',
  });
  await makeFifo(join(folder.path, 'pipe'));
  const found = survey(folder.path, ['caf\xe9', 'pipe', 'not there']);
  assert.equal([...found.repositories].sort(), ['caf\xe9s/x', 'deep/caf\xe9']);
  assert.equal(found.special, []);
});

test('a folder that is not there is empty; one that cannot be read is told', async () => {
  await using folder = await temporaryFolder();
  assert.equal(survey(join(folder.path, 'none')), NOTHING);
  await writeFile(join(folder.path, 'file'), 'x');
  assert.equal(survey(join(folder.path, 'file')), NOTHING);
  // For root every folder can be read.
  if (process.getuid?.() === 0) return;
  await mkdir(join(folder.path, 'closed'));
  await chmod(join(folder.path, 'closed'), 0);
  assert.equal(survey(folder.path).unreadable, ['closed']);
});

test('a path lies below its folder byte for byte', () => {
  assert.equal(placeOf('/ü', 'caf\xe9/x'), Buffer.from('/\xc3\xbc/caf\xe9/x', 'latin1'));
});

test('what lies at a path: never through a link', async () => {
  await using folder = await temporaryFolder();
  await writeAwkward(folder.path, {
    'dir/caf\xe9': 'x',
    'dir/link': { link: 'caf\xe9' },
    through: { link: 'dir' },
    broken: { link: '/no/where' },
  });
  await makeFifo(join(folder.path, 'pipe'));
  const kinds = (...paths: RawPath[]) => paths.map((path) => kindOf(folder.path, path));
  assert.equal(kinds('dir', 'dir/caf\xe9', 'dir/link', 'broken', 'pipe'), [
    'folder',
    'file',
    'link',
    'link',
    'special',
  ]);
  assert.equal(kinds('through/caf\xe9', 'dir/caf\xe9/x', 'none', 'none/x', 'pipe/x'), [
    null,
    null,
    null,
    null,
    null,
  ]);
});

test.run();
