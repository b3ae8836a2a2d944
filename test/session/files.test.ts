import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import {
  cannotWrite,
  readJsonOrNull,
  readTextOrNull,
  replaceFile,
  replaceJson,
} from '../../scripts/lib/session/files.ts';
import { compiledModule } from '../support/compiled.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('a file is replaced whole, for the user alone, and nothing is left beside it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'deep', 'er', 'a.json');
  await replaceFile(path, 'old, and longer than the new one');
  await replaceFile(path, Buffer.from([0, 255]));
  assert.equal(await readFile(path), Buffer.from([0, 255]));
  assert.is((await stat(path)).mode & 0o777, 0o600);
  assert.is((await stat(join(folder.path, 'deep'))).mode & 0o777, 0o700);
  assert.equal(await readdir(join(folder.path, 'deep', 'er')), ['a.json']);
});

test('readers see the old or the new, while writers replace it all the time', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.json');
  const whole = (letter: string) => ({ text: letter.repeat(50_000) });
  await replaceJson(path, whole('a'));
  const module = compiledModule('lib/session/files');
  const code = `import { replaceJson } from ${JSON.stringify(module)};
    for (let i = 0; i < 60; i++) await replaceJson(${JSON.stringify(path)}, { text: 'bc'[i % 2].repeat(50_000) });`;
  const writer = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: 'inherit',
  });
  let ended = false;
  const end = once(writer, 'exit').then(([status]) => {
    ended = true;
    return status;
  });
  const seen = new Set<string>();
  while (!ended) {
    const { text } = JSON.parse(await readFile(path, 'utf8'));
    assert.match(text, /^(a{50000}|b{50000}|c{50000})$/);
    seen.add(text[0]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.is(await end, 0);
  assert.ok(seen.size > 1, 'it did change meanwhile');
});

test('what cannot be written is said with the path, and leaves nothing', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'file');
  await writeFile(file, '');
  const error = await rejection(replaceFile(join(file, 'below', 'x.json'), 'x'));
  assert.is(error.code, 'cannot-write');
  assert.is(error.exitStatus, 1);
  assert.match(error.hint, 'AI_AIP_ROOT');

  const taken = join(folder.path, 'taken');
  await mkdir(join(taken, 'by a folder'), { recursive: true });
  assert.is((await rejection(replaceFile(taken, 'x'))).code, 'cannot-write');
  assert.equal((await readdir(folder.path)).sort(), ['file', 'taken']);
});

test('a full disk is an error that keeps the old content', async () => {
  // /dev/full takes a name beside it on no system, so the error itself is looked at.
  const full = Object.assign(new Error('ENOSPC: no space left on device'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  const error = cannotWrite('/state/session.json', full) as Error & { details: unknown };
  assert.match(error.message, '/state/session.json could not be written (ENOSPC)');
  assert.equal(error.details, { path: '/state/session.json', system_code: 'ENOSPC' });
  const other = new Error('a fault of ours');
  assert.is(cannotWrite('/x', other), other);
});

test('no file is null: also below a file, or with a name that no file can have', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'file'), 'text');
  assert.is(await readTextOrNull(join(folder.path, 'none')), null);
  assert.is(await readTextOrNull(join(folder.path, 'file', 'below')), null);
  assert.is(await readTextOrNull(join(folder.path, 'n'.repeat(300))), null);
  assert.is(await readTextOrNull(join(folder.path, 'file')), 'text');
  await rejection(readTextOrNull(folder.path));
});

test('JSON of ours is checked', async () => {
  await using folder = await temporaryFolder();
  const schema = z.object({ a: z.number() });
  const path = join(folder.path, 'x.json');
  assert.is(await readJsonOrNull(path, schema), null);
  await replaceJson(path, { a: 1 });
  assert.equal(await readJsonOrNull(path, schema), { a: 1 });
  for (const damaged of ['', '{"a":', '{"a":"one"}', '[]', '\0\0\0']) {
    await writeFile(path, damaged);
    const error = await rejection(readJsonOrNull(path, schema));
    assert.is(error.code, 'damaged-file', damaged);
    assert.match(error.message, path);
  }
});

test.run();
