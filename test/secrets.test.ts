import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  maskFile,
  maskText,
  readSecrets,
  secretsFoundIn,
  secretsIn,
} from '../scripts/lib/secrets.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const values = (text: string) => secretsIn(text, '.env').map(({ value }) => value);

for (const [text, expected] of [
  ['API_KEY=abc123', ['abc123']],
  ['export GITHUB_TOKEN="ghp quoted \\" here"', ['ghp quoted " here']],
  ["DB_PASSWORD='hunter22' # the real one", ['hunter22']],
  ['secret: in-yaml-it-is', ['in-yaml-it-is']],
  ['  "client_secret": "s3cr3t-in-json",', ['s3cr3t-in-json']],
  ['STRIPE=sk_live_51H8x0aBcDeF', ['sk_live_51H8x0aBcDeF']],
  ['DATABASE_URL=postgres://app:sw0rdfish@localhost:5432/app', ['sw0rdfish']],
  [
    '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB\n',
    ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIB'],
  ],
  // What everybody may know.
  ['NODE_ENV=production\nPORT=3000\nDEBUG=true\nTOKEN_LIFETIME=86400', []],
  ['API_URL=https://api.example.com/v1\nKEY_FILE=./keys/dev.pem', []],
  ['NAME=my-little-project\nGREETING="good morning to you 2"', []],
  ['TOKEN=abc', []],
  ['# API_KEY=commented-out-1', []],
] as const) {
  test(`secrets in ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(values(text), [...expected]);
  });
}

test('a secret has the name that it has in its file, and never its value, in front', () => {
  assert.equal(secretsIn('A_TOKEN=abcdef12', 'config/.env'), [
    { name: 'config/.env: A_TOKEN', value: 'abcdef12' },
  ]);
});

test('secrets are read from files, the longest first; folders, links and large files are no settings', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, '.env'), 'A_TOKEN=abcdef\nB_TOKEN=abcdef-and-more\n');
  await writeFile(
    join(folder.path, 'large'),
    `C_TOKEN=too-large-to-be-read\n${'x'.repeat(300_000)}`,
  );
  await mkdir(join(folder.path, 'folder'));
  await symlink('.env', join(folder.path, 'link'));
  const secrets = await readSecrets(folder.path, ['.env', 'large', 'folder', 'link', 'not-there']);
  assert.equal(
    secrets.map(({ value }) => value),
    ['abcdef-and-more', 'abcdef'],
  );
  assert.is(maskText('abcdef-and-more, abcdef', secrets), '[masked], [masked]');
});

test('a file is masked wherever a secret stands in it, every other byte kept', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'log');
  const secrets = [{ name: 'A', value: 'sécret-of-ours' }];
  const noise = Buffer.alloc(1024 ** 2 - 5, 0xff);
  const secret = Buffer.from('sécret-of-ours');
  // Across the border of two pieces, at the start, at the very end.
  await writeFile(file, Buffer.concat([secret, noise, secret, noise, Buffer.from('x'), secret]));
  assert.ok(await maskFile(file, secrets));
  const mask = Buffer.from('[masked]');
  const expected = Buffer.concat([mask, noise, mask, noise, Buffer.from('x'), mask]);
  assert.ok(expected.equals(await readFile(file)));
  assert.equal(secretsFoundIn(await readFile(file), secrets), []);
});

test('a file without any secret is not written to', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'log');
  await writeFile(file, 'nothing here');
  const before = await stat(file);
  assert.not(await maskFile(file, [{ name: 'A', value: 'absent-secret' }]));
  assert.not(await maskFile(file, []));
  const after = await stat(file);
  assert.equal([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
});

test.run();
