import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openerFor, openPage } from '../../scripts/lib/report/open-page.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const cases: [NodeJS.Platform, NodeJS.ProcessEnv, string | RegExp][] = [
  ['darwin', {}, 'open'],
  ['linux', { DISPLAY: ':0' }, 'xdg-open'],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
  ['linux', {}, /no display/],
  ['linux', { DISPLAY: '' }, /no display/],
  ['win32', {}, /Windows/],
];

for (const [platform, env, expected] of cases) {
  test(`${platform} with ${JSON.stringify(env)}`, () => {
    const opener = openerFor(platform, env);
    if (typeof expected === 'string') assert.equal(opener, { program: expected });
    else assert.match('reason' in opener ? opener.reason : '', expected);
  });
}

async function withOpener(code: string | null) {
  await using folder = await temporaryFolder();
  const program = join(folder.path, 'xdg-open');
  if (code !== null) {
    await writeFile(program, `#!/bin/sh\n${code}\n`);
    await chmod(program, 0o755);
  }
  const env = { PATH: folder.path, DISPLAY: ':0', OUT: join(folder.path, 'out') };
  const reason = await openPage('/tmp/a page.html', { platform: 'linux', env });
  return { reason, said: await readFile(env.OUT, 'utf8').catch(() => '') };
}

test('the opener is given the page as one word', async () => {
  const { reason, said } = await withOpener('printf %s "$1" > "$OUT"');
  assert.is(reason, null);
  assert.is(said, '/tmp/a page.html');
});

test('an opener that is missing or fails is a reason, no failure', async () => {
  assert.match((await withOpener(null)).reason ?? '', /xdg-open.*ENOENT/);
  assert.match((await withOpener('exit 3')).reason ?? '', /exit status 3/);
});

test.run();
