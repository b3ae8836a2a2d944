import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BUILT_IN_BACKENDS } from '../../scripts/lib/models/backends.ts';
import { ownPlaces, sandboxed } from '../../scripts/lib/models/sandbox.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PLACES = {
  writable: ['/srv/tree', '/srv/project/.git/objects'],
  protected: ['/srv/project/.git', '/home/me', '/srv/project'],
  temporary: ['/tmp', '/dev/shm'],
};
const COMMAND = { file: '/bin/codex', args: ['exec', '-'], cwd: '/srv/tree' };

test('bubblewrap: read everything, then temporary folders, then what is closed, then what is open', () => {
  const { file, args } = sandboxed({ tool: 'bwrap', program: '/usr/bin/bwrap' }, PLACES, COMMAND);
  assert.is(file, '/usr/bin/bwrap');
  const words = args.join(' ');
  const order = [
    '--ro-bind / /',
    '--bind /tmp /tmp',
    '--ro-bind /home/me /home/me',
    '--ro-bind /srv/project /srv/project',
    '--ro-bind /srv/project/.git /srv/project/.git',
    '--bind /srv/tree /srv/tree',
    '--bind /srv/project/.git/objects /srv/project/.git/objects',
    '--chdir /srv/tree -- /bin/codex exec -',
  ];
  const positions = order.map((part) => words.indexOf(part));
  assert.not(positions.includes(-1), words);
  assert.equal(
    positions,
    [...positions].sort((a, b) => a - b),
  );
  assert.ok(words.startsWith('--unshare-pid '));
});

test('a temporary folder inside of a closed one is open, unless it holds something closed', () => {
  const sandbox = { tool: 'bwrap', program: '/usr/bin/bwrap' } as const;
  const mounts = (temporary: string) =>
    sandboxed(sandbox, { ...PLACES, temporary: [temporary] }, COMMAND)
      .args.join(' ')
      .split(`--bind ${temporary} `).length - 1;
  assert.is(mounts('/home/me/tmp'), 2, 'before what is closed, and after it');
  assert.is(mounts('/home'), 1);
  assert.is(mounts('/tmp'), 1);
});

test('sandbox-exec: the last rule that fits counts', () => {
  const sandbox = { tool: 'sandbox-exec', program: '/usr/bin/sandbox-exec' } as const;
  const { args } = sandboxed(sandbox, { ...PLACES, writable: ['/srv/a "b"'] }, COMMAND);
  assert.equal(args, [
    '-p',
    '(version 1)(allow default)(deny file-write*)(allow file-write* (subpath "/dev") (subpath "/tmp") (subpath "/dev/shm"))(deny file-write* (subpath "/srv/project/.git") (subpath "/home/me") (subpath "/srv/project"))(allow file-write* (subpath "/srv/a \\"b\\""))',
    '/bin/codex',
    'exec',
    '-',
  ]);
});

test('what a backend writes: folders are made, files are not begun, links are followed, unset variables passed over', async () => {
  await using folder = await temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  await mkdir(at('real'));
  await symlink(at('real'), at('.linked'));
  await writeFile(at('.settings.json'), '{}');
  const backend = {
    ...BUILT_IN_BACKENDS.codex,
    writes: [
      '~/.own',
      '~/.linked',
      '~/.settings.json',
      '~/.none.json',
      '$ELSEWHERE',
      '$UNSET',
      '$EMPTY/x',
      'odd',
    ],
  } as (typeof BUILT_IN_BACKENDS)[string];
  const env = { HOME: folder.path, ELSEWHERE: at('elsewhere'), EMPTY: '' };
  const found = await ownPlaces(backend, env);
  assert.equal(found, [at('.own'), at('real'), at('.settings.json'), at('elsewhere')]);
});

test.run();
