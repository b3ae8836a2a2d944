import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recallFolders, rememberFolders } from '../../scripts/lib/git/remembered-folders.ts';
import { surveyWorkingTree } from '../../scripts/lib/git/survey.ts';
import { NAMES, writeAwkward } from '../support/awkward-files.ts';
import { makeFifo } from '../support/special-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Longer than a time stamp stands still here; a slow machine makes it only longer. */
const WHILE_MS = 120;

/** A tree whose folders `old` and below have been quiet for a while, and what was remembered of it. */
async function remembered(
  old: Record<string, string> = { 'a/b/x': 'x', 'a/c/x': 'x', 'd/x': 'x' },
) {
  const folder = await temporaryFolder();
  const [directory, file] = [join(folder.path, 'tree'), join(folder.path, 'folders')];
  await mkdir(directory);
  await writeAwkward(
    directory,
    Object.fromEntries(Object.entries(old).map(([path, text]) => [`old/${path}`, text])),
  );
  await sleep(WHILE_MS);
  await writeAwkward(directory, { 'new/x': 'x' });
  await rememberFolders(directory, file);
  return {
    ...{ directory, file },
    recall: (path: string) => recallFolders(directory, file)(path),
    survey: () => surveyWorkingTree(directory, [], recallFolders(directory, file)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('a folder in which nothing happened need not be read', async () => {
  await using tree = await remembered();
  assert.equal([...(tree.recall('old/a') ?? [])].sort(), ['old/a/b', 'old/a/c']);
  assert.equal(tree.recall('old/a/b'), []);
  await writeFile(join(tree.directory, 'old/a/b/x'), 'other contents');
  assert.equal(tree.recall('old/a/b'), []);
});

test('a folder is read again when an entry was added, removed, renamed or replaced in it', async () => {
  const changes: Record<string, (folder: string) => Promise<unknown>> = {
    added: (folder) => writeFile(join(folder, 'y'), 'y'),
    removed: (folder) => rm(join(folder, 'x')),
    renamed: (folder) => rename(join(folder, 'x'), join(folder, 'z')),
    replaced: async (folder) => {
      await rm(join(folder, 'x'));
      await makeFifo(join(folder, 'x'));
    },
    'added and removed': async (folder) => {
      await mkdir(join(folder, 'y'));
      await rm(join(folder, 'y'), { recursive: true });
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    await using tree = await remembered();
    await change(join(tree.directory, 'old/a/b'));
    assert.is(tree.recall('old/a/b'), null, name);
    assert.is.not(tree.recall('old/a/c'), null, name);
  }
});

test('another folder at the same path, a link or nothing is not the one that was remembered', async () => {
  await using tree = await remembered();
  await rename(join(tree.directory, 'old/d'), join(tree.directory, 'old/e'));
  await rename(join(tree.directory, 'old/a/b'), join(tree.directory, 'old/d'));
  assert.is(tree.recall('old/d'), null);
  assert.is(tree.recall('old/a/b'), null);
  await writeAwkward(tree.directory, { 'old/a/b': { link: 'c' } });
  assert.is(tree.recall('old/a/b'), null);
});

test('a folder that was written to a moment ago is read: it may have been written to again', async () => {
  await using tree = await remembered();
  assert.is(tree.recall('new'), null);
});

test('a survey with a memory finds what one without finds', async () => {
  await using tree = await remembered({
    ...Object.fromEntries(NAMES.map((name) => [`names/${name}`, 'x'])),
    'a/b/x': 'x',
    'caf\xe9/x': 'x',
    'was/.git/HEAD': 'there from the start',
  });
  const at = (path: string) => join(tree.directory, path);
  await writeAwkward(tree.directory, {
    'old/a/nested/.git/HEAD': 'x',
    'old/caf\xe9/deep/er/x': 'x',
    'old/caf\xe9/deep/.GIT': 'x',
  });
  await makeFifo(at('old/a/b/pipe'));
  const found = tree.survey();
  assert.equal(found, surveyWorkingTree(tree.directory));
  assert.equal([...found.repositories].sort(), ['old/a/nested', 'old/was']);
  assert.equal(found.special, ['old/a/b/pipe']);
  assert.equal(found.unnameable, ['old/caf\xe9/deep/.GIT']);
});

test('a missing or damaged memory remembers nothing', async () => {
  await using tree = await remembered();
  const whole = await readFile(tree.file, 'utf8');
  for (const text of ['', whole.slice(0, whole.length / 2), '{}', 'null', '[1]', '[{"path":1}]']) {
    await writeFile(tree.file, text);
    assert.equal(tree.survey(), surveyWorkingTree(tree.directory), text);
    assert.is(tree.recall('old/a'), null, text);
  }
  await rm(tree.file);
  assert.is(tree.recall('old/a'), null);
});

test.run();
