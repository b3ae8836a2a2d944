import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  apartFromOthers,
  gateEnvironment,
  PORT_COUNT,
  removeTemporaryFolders,
} from '../../scripts/lib/gates/gate-environment.ts';
import { rejection } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('each has a temporary folder and ports of its own, gone and free afterwards', async () => {
  const seen = await Promise.all(
    Array.from({ length: 8 }, () =>
      apartFromOthers('test-of-ours', async (apart) => {
        assert.is(dirname(apart.temporary), tmpdir());
        assert.is((await stat(apart.temporary)).mode & 0o777, 0o700);
        await writeFile(join(apart.temporary, 'left'), 'x');
        await new Promise((resolve) => setTimeout(resolve, 20));
        return apart;
      }),
    ),
  );
  const ports = seen.map(({ port }) => port);
  assert.is(new Set(ports).size, 8);
  assert.ok(ports.every((port) => port % PORT_COUNT === 0 && port >= 20_000 && port < 32_000));
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith('mm-test-of-ours-'));
  assert.equal(left, []);
});

test('a failure leaves no folder behind', async () => {
  const failing = apartFromOthers('test-of-failure', async () => {
    throw new Error('red');
  });
  assert.is((await rejection(failing)).message, 'red');
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith('mm-test-of-failure-'));
  assert.equal(left, []);
});

test('what a killed process left is removed by its owner’s name alone', async () => {
  await using folder = await temporaryFolder();
  const kept = process.env.TMPDIR;
  process.env.TMPDIR = folder.path;
  try {
    for (const name of ['mm-session-1-abc', 'mm-session-12-abc', 'other'])
      await mkdir(join(folder.path, name, 'inside'), { recursive: true });
    await removeTemporaryFolders('session-1');
    assert.equal((await readdir(folder.path)).sort(), ['mm-session-12-abc', 'other']);
  } finally {
    if (kept === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = kept;
  }
});

test('all ports of a range can be listened on', async () => {
  await apartFromOthers('test-of-ports', async ({ port }) => {
    const servers = await Promise.all(
      Array.from({ length: PORT_COUNT }, async (_, index) => {
        const server = createServer();
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(port + index, '127.0.0.1', resolve);
        });
        return server;
      }),
    );
    assert.is(servers.length, PORT_COUNT);
    for (const server of servers) server.close();
  });
});

test('a gate finds them in its environment, and the user’s own PORT as it was', () => {
  const env = gateEnvironment(
    { PATH: '/bin', PORT: '3000', TMPDIR: '/old', MM_PORT: '1' },
    'mark',
    {
      temporary: '/tmp/own',
      port: 20_040,
    },
  );
  assert.equal(env, {
    ...{ PATH: '/bin', PORT: '3000', CI: '1', NO_COLOR: '1' },
    ...{ TMPDIR: '/tmp/own', TMP: '/tmp/own', TEMP: '/tmp/own' },
    ...{ MM_PORT: '20040', MM_PORT_COUNT: '10', MM_RUN_MARKS: ':mark:' },
  });
});

test.run();
