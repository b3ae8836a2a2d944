import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git } from '../../scripts/lib/git/git.ts';
import {
  anchorObjects,
  dumpObjects,
  objectKinds,
  parseDump,
  restoreTag,
} from '../../scripts/lib/git/objects.ts';
import { writeRef } from '../../scripts/lib/git/refs.ts';
import { sandbox } from '../support/sandbox.ts';

test('one commit keeps commits, trees, blobs and what tags point to; a tag itself comes back from its dump', async () => {
  await using box = await sandbox();
  const at = await box.repository({ 'a.txt': 'a\n' });
  const commit = await box.git(at, 'commit-tree', '-m', 'x', 'HEAD^{tree}');
  const blob = await box.git(at, 'hash-object', '-w', '--stdin', '--path', 'x');
  await box.git(at, 'tag', '-a', 'v1', '-m', 'one', commit);
  const tag = await box.git(at, 'rev-parse', 'v1');
  const gone = 'f'.repeat(40);
  const { commit: anchor, tags } = await anchorObjects(at, [blob, tag, gone, tag], 'test');
  assert.equal(tags, [tag]);
  const dump = join(box.folder, 'dump');
  await dumpObjects(at, [tag, gone], dump);
  await writeRef(at, 'refs/mm/test', anchor);
  await box.git(at, 'tag', '-d', 'v1');
  await box.git(at, 'gc', '--quiet', '--prune=now');
  const kinds = async () =>
    [...(await objectKinds(at, [blob, commit, tag])).values()].map(({ kind }) => kind);
  assert.equal(await kinds(), ['blob', 'commit']);
  const content = parseDump(await readFile(dump)).get(tag);
  assert.is(await restoreTag(at, content ?? Buffer.alloc(0)), tag);
  assert.equal(await kinds(), ['blob', 'commit', 'tag']);
});

test('more commits than one command line takes', async () => {
  await using box = await sandbox();
  const at = await box.repository();
  const head = await box.git(at, 'rev-parse', 'HEAD');
  const tree = await box.git(at, 'rev-parse', 'HEAD^{tree}');
  const lines = Array.from(
    { length: 5200 },
    (_, at) => `commit refs/many/${at}\ncommitter a <a> ${at} +0000\ndata 0\nfrom ${head}\n`,
  );
  await git(at, ['fast-import', '--quiet'], { input: `${lines.join('\n')}\n` });
  const oids = (await box.git(at, 'for-each-ref', '--format=%(objectname)', 'refs/many')).split(
    '\n',
  );
  const { commit } = await anchorObjects(at, [...oids, tree], 'test');
  await writeRef(at, 'refs/mm/test', commit);
  const held = new Set((await box.git(at, 'rev-list', commit)).split('\n'));
  assert.ok(oids.every((oid) => held.has(oid)));
});

test.run();
