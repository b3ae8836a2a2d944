import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CachedResult, fileGateCache, gateCacheKey } from '../../scripts/lib/gates/cache.ts';
import { parseGateOption } from '../../scripts/lib/gates/gate.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function result(log: string): CachedResult {
  const nothing = { tests: null, outcomes: null, cannot_load: false, changed_files: [] };
  return { status: 'pass', exit_code: 0, duration_ms: 7, log, tail: '', ...nothing };
}

const gate = parseGateOption('test=npm test');

test('the key is of the tree, the command, its folder and its kind, not of its name', () => {
  const key = gateCacheKey({ tree: 'a', gate, surroundings: '' });
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.is(
    gateCacheKey({ tree: 'a', surroundings: '', gate: { ...gate, name: 'other', source: 'x' } }),
    key,
  );
  for (const other of [
    { tree: 'b', gate },
    { tree: 'a', gate, surroundings: 'another node_modules' },
    { tree: 'a', gate: { ...gate, command: 'npm  test' } },
    { tree: 'a', gate: { ...gate, cwd: 'sub' } },
    { tree: 'a', gate: { ...gate, kind: 'other' as const } },
  ]) {
    assert.is.not(gateCacheKey({ surroundings: '', ...other }), key);
  }
});

test('what was never written, is damaged, or has lost its log is a miss', async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, 'cache');
  const cache = fileGateCache(directory);
  assert.is(await cache.read('k'), null);

  const log = join(folder.path, 'gpt-test.log');
  await writeFile(log, 'all is well');
  await cache.write('k', result(log));
  const kept = join(directory, 'k.log');
  assert.equal(await cache.read('k'), result(kept));
  assert.equal((await readdir(directory)).sort(), ['k.json', 'k.log']);

  // The run's own log is overwritten by the next run; the cache has its own.
  await rm(log);
  assert.is(await readFile((await cache.read('k'))?.log ?? '', 'utf8'), 'all is well');
  await rm(kept);
  assert.is(await cache.read('k'), null);
  for (const damage of ['', '{"status":"pa', '{"status":"timeout"}']) {
    await writeFile(join(directory, 'k.json'), damage);
    assert.is(await cache.read('k'), null);
  }
});

test('one write over another leaves one of them whole', async () => {
  await using folder = await temporaryFolder();
  const log = join(folder.path, 'log');
  await writeFile(log, '');
  const cache = fileGateCache(folder.path);
  await Promise.all(Array.from({ length: 10 }, () => cache.write('k', result(log))));
  assert.equal(await cache.read('k'), result(join(folder.path, 'k.log')));
  assert.equal((await readdir(folder.path)).sort(), ['k.json', 'k.log', 'log']);
});

test.run();
