import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  compactTime,
  configurationHome,
  newSessionId,
  passName,
  repositoryFolder,
  repositoryIdentity,
  repositoryLock,
  slugOf,
  stateRoot,
} from '../../scripts/lib/session/paths.ts';

test('the state root: the first that is set, else the usual place of the platform', () => {
  const table: [NodeJS.ProcessEnv, NodeJS.Platform, string][] = [
    [{ AI_AIP_ROOT: '/root', XDG_STATE_HOME: '/xdg', HOME: '/home/me' }, 'linux', '/root'],
    [{ AI_AIP_ROOT: '', XDG_STATE_HOME: '/xdg', HOME: '/home/me' }, 'darwin', '/xdg/ai-aip'],
    [{ XDG_STATE_HOME: '', HOME: '/home/me' }, 'linux', '/home/me/.local/state/ai-aip'],
    [{ HOME: '/Users/me' }, 'darwin', '/Users/me/Library/Application Support/ai-aip'],
  ];
  for (const [env, platform, root] of table) assert.is(stateRoot(env, platform), root);
  assert.is(stateRoot({ AI_AIP_ROOT: 'relative' }), `${process.cwd()}/relative`);
});

test('the slug of a folder', () => {
  const table = {
    '/a/Project': 'project',
    '/a/My Project!': 'my-project-',
    '/a/v1.2_x-y': 'v1.2_x-y',
    '/a/ÜBER': '-ber',
    '/a/日本': '--',
    '/': 'repository',
  };
  for (const [path, slug] of Object.entries(table)) assert.is(slugOf(path), slug, path);
});

test('the identity of a repository: by origin and name, else by place', () => {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
  assert.equal(repositoryIdentity('/a/App', 'git@x:y.git'), {
    slug: 'app',
    id: hash('git@x:y.git|app'),
  });
  assert.equal(
    repositoryIdentity('/b/App', 'git@x:y.git'),
    repositoryIdentity('/a/App', 'git@x:y.git'),
  );
  assert.equal(repositoryIdentity('/a/App', null), { slug: 'app', id: hash('/a/App') });
  assert.is(repositoryFolder('/root', { slug: 'app', id: '0123' }), '/root/repos/app--0123');
});

test('ids and times in UTC', () => {
  const now = new Date('2026-01-02T03:04:05.678Z');
  assert.is(compactTime(now), '20260102-030405');
  assert.match(newSessionId(now, 42), /^20260102-030405Z-42-[0-9a-f]{4}$/);
  assert.is(passName(1), 'pass-0001');
  assert.is(passName(12345), 'pass-12345');
});

test('worktrees of one repository share one lock, others do not', () => {
  assert.is(repositoryLock('/root', '/a/.git'), repositoryLock('/root', '/a/.git'));
  assert.is.not(repositoryLock('/root', '/a/.git'), repositoryLock('/root', '/b/.git'));
});

test("where the user's own settings lie", () => {
  assert.is(configurationHome({ XDG_CONFIG_HOME: '/xdg', HOME: '/h' }), '/xdg');
  assert.is(configurationHome({ XDG_CONFIG_HOME: '', HOME: '/h' }), '/h/.config');
});

test.run();
