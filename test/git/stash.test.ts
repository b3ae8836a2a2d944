import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listStash, parseStash, storeStash } from '../../scripts/lib/git/stash.ts';
import { ownSandbox } from '../support/own-sandbox.ts';

test('the entries as git lists them, the newest first; one that was dropped is listed again', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({ 'a.txt': '1\n' });
  assert.equal(await listStash(at), []);
  for (const name of ['one', 'zwei ü']) {
    await writeFile(join(at, 'a.txt'), `${name}\n`);
    await box.git(at, 'stash', 'push', '--quiet', '-m', name);
  }
  const [two, one] = await listStash(at);
  assert.equal([two?.message, one?.message], ['On main: zwei ü', 'On main: one']);
  assert.is(one?.oid, await box.git(at, 'rev-parse', 'stash@{1}'));
  await box.git(at, 'stash', 'clear');
  assert.equal(await listStash(at), []);
  for (const entry of [one, two]) if (entry !== undefined) await storeStash(at, entry);
  assert.equal(await listStash(at), [two, one]);
  await box.git(at, 'stash', 'pop', '--quiet');
});

test('object ids and messages by turns; half of an entry is none', () => {
  assert.equal(parseStash([]), []);
  const utf8 = Buffer.from('ü').toString('latin1');
  assert.equal(parseStash(['a1', 'one', 'b2', `${utf8} and more`, 'c3']), [
    { oid: 'a1', message: 'one' },
    { oid: 'b2', message: 'ü and more' },
  ]);
});

test.run();
