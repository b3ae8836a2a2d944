import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gitLine } from '../../scripts/lib/git/git.ts';
import {
  deleteRefs,
  listAllRefs,
  listRefs,
  readRef,
  writeRef,
  writeRefs,
} from '../../scripts/lib/git/refs.ts';
import { commitTree } from '../../scripts/lib/git/trees.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';

async function setUp() {
  const box = await ownSandbox();
  const repository = await box.repository();
  const one = await commitTree(repository, 'HEAD^{tree}', [], 'one');
  const two = await commitTree(repository, 'HEAD^{tree}', [], 'two');
  return { box, repository, one, two, [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() };
}

test('written, read, listed below a prefix and nowhere else', async () => {
  await using it = await setUp();
  const { repository, one, two } = it;
  await writeRef(repository, 'refs/mm/s1/a', one);
  await writeRef(repository, 'refs/mm/s1/pass-0001/b', two);
  await writeRef(repository, 'refs/mm/s10/c', two);
  assert.is(await readRef(repository, 'refs/mm/s1/a'), one);
  assert.is(await readRef(repository, 'refs/mm/s1/none'), null);
  assert.equal(await listRefs(repository, 'refs/mm/s1'), [
    { name: 'refs/mm/s1/a', oid: one },
    { name: 'refs/mm/s1/pass-0001/b', oid: two },
  ]);
  assert.equal(await listRefs(repository, 'refs/mm/other'), []);
});

test('a private ref keeps its object through a gc, and needs no reflog or branch', async () => {
  await using it = await setUp();
  const { box, repository, one, two } = it;
  await writeRef(repository, 'refs/mm/s1/a', one);
  await box.git(repository, 'gc', '--quiet', '--prune=now');
  assert.is(await gitLine(repository, ['cat-file', '-t', one]), 'commit');
  await rejection(gitLine(repository, ['cat-file', '-t', two]));
  assert.is(await readRef(repository, 'refs/mm/s1/a'), one);
});

test('with an expected value it is a compare-and-swap', async () => {
  await using it = await setUp();
  const { repository, one, two } = it;
  await writeRef(repository, 'refs/mm/s1/a', one, null);
  assert.is((await rejection(writeRef(repository, 'refs/mm/s1/a', two, null))).code, 'git-failed');
  await rejection(writeRef(repository, 'refs/mm/s1/a', two, two));
  assert.is(await readRef(repository, 'refs/mm/s1/a'), one);
  await writeRef(repository, 'refs/mm/s1/a', two, one);
  await writeRef(repository, 'refs/mm/s1/a', one);
  assert.is(await readRef(repository, 'refs/mm/s1/a'), one);
});

test('refs are deleted together, or none of them where one has moved', async () => {
  await using it = await setUp();
  const { repository, one, two } = it;
  for (const name of ['a', 'b']) await writeRef(repository, `refs/mm/s1/${name}`, one);
  const refs = await listRefs(repository, 'refs/mm/s1');
  await writeRef(repository, 'refs/mm/s1/b', two);
  await rejection(deleteRefs(repository, refs));
  assert.is((await listRefs(repository, 'refs/mm/s1')).length, 2);
  await deleteRefs(repository, await listRefs(repository, 'refs/mm/s1'));
  assert.equal(await listRefs(repository, 'refs/mm/s1'), []);
  await deleteRefs(repository, []);
});

test('a symbolic ref is not followed: the branch that it points to stays', async () => {
  await using it = await setUp();
  const { box, repository, one } = it;
  const head = await gitLine(repository, ['rev-parse', 'main']);
  await box.git(repository, 'symbolic-ref', 'refs/mm/s1/a', 'refs/heads/main');
  await writeRef(repository, 'refs/mm/s1/a', one);
  assert.is(await readRef(repository, 'refs/heads/main'), head);
  await box.git(repository, 'symbolic-ref', 'refs/mm/s1/b', 'refs/heads/main');
  await deleteRefs(repository, [{ name: 'refs/mm/s1/b', oid: head }]);
  assert.is(await readRef(repository, 'refs/heads/main'), head);
});

test('several at once, all or none; whatever they held before', async () => {
  await using it = await setUp();
  const { repository, one, two } = it;
  await writeRefs(repository, { 'refs/mm/s1/a': one, 'refs/mm/s1/ü': two });
  assert.equal(
    [await readRef(repository, 'refs/mm/s1/a'), await readRef(repository, 'refs/mm/s1/ü')],
    [one, two],
  );
  await writeRefs(repository, { 'refs/mm/s1/a': two });
  assert.is(await readRef(repository, 'refs/mm/s1/a'), two);
  await rejection(writeRefs(repository, { 'refs/mm/s1/a': one, 'refs/mm/s1/a/below': one }));
  assert.is(await readRef(repository, 'refs/mm/s1/a'), two, 'none of them');
  await writeRefs(repository, {});
});

test('all refs with their values: branches, tags, remotes, symbolic ones', async () => {
  await using it = await setUp();
  const { box, repository, one, two } = it;
  const head = await gitLine(repository, ['rev-parse', 'HEAD']);
  await box.git(repository, 'update-ref', 'refs/remotes/origin/caf\u00e9', one);
  await box.git(repository, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/main');
  await box.git(repository, 'tag', '-a', '-m', 'a tag', 'v1', two);
  const tag = await gitLine(repository, ['rev-parse', 'refs/tags/v1']);
  assert.equal(await listAllRefs(repository), [
    { name: 'refs/heads/main', oid: head, target: null },
    { name: 'refs/remotes/origin/HEAD', oid: head, target: 'refs/heads/main' },
    { name: 'refs/remotes/origin/caf\xc3\xa9', oid: one, target: null },
    { name: 'refs/tags/v1', oid: tag, target: null },
  ]);
});

test.run();
