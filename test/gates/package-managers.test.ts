import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  askedFor,
  folderFilledBy,
  missingPackages,
  updateCommand,
  withNetwork,
} from '../../scripts/lib/gates/package-managers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FILLED: readonly (readonly [path: string, folder: string | null, isLock?: boolean])[] = [
  ['package.json', 'node_modules', false],
  ['web/yarn.lock', 'web/node_modules', true],
  ['pnpm-lock.yaml', 'node_modules', true],
  ['requirements-dev.txt', '.venv', false],
  ['uv.lock', '.venv', true],
  ['api/composer.json', 'api/vendor', false],
  ['go.sum', 'vendor', true],
  ['src/package.ts', null],
  ['Cargo.lock', null],
];

for (const [path, folder, isLock] of FILLED)
  test(`${path} fills ${folder ?? 'nothing that we know'}`, () =>
    assert.equal(folderFilledBy(path), folder === null ? null : { folder, isLock }));

const PROJECT = '[project]\nname = "x"\nversion = "1"\nkeywords = [\n  "cli",\n]\n';

const ASKED: readonly (readonly [
  title: string,
  path: string,
  a: string,
  b: string,
  same: boolean,
])[] = [
  ['a script', 'package.json', '{"scripts":{"a":"b"}}', '{"version":"2"}', true],
  ['a package', 'package.json', '{}', '{"devDependencies":{"a":"1"}}', false],
  [
    'another version',
    'package.json',
    '{"dependencies":{"a":"1"}}',
    '{"dependencies":{"a":"2"}}',
    false,
  ],
  ['its own version', 'package-lock.json', '{"version":"1"}', '{"version":"2"}', true],
  [
    'what is optional',
    'package-lock.json',
    '{"packages":{}}',
    '{"packages":{"node_modules/a":{"version":"1","optional":true}}}',
    true,
  ],
  [
    'a setting',
    'pyproject.toml',
    PROJECT,
    `${PROJECT}[tool.ruff]\ntarget-version = "3.9"\nline = "88"\n`,
    true,
  ],
  ['a keyword', 'pyproject.toml', PROJECT, PROJECT.replace('"cli"', '"cli",\n  "tool"'), true],
  ['a requirement', 'pyproject.toml', PROJECT, `${PROJECT}dependencies = ["a>=1"]\n`, false],
  [
    'a group',
    'pyproject.toml',
    PROJECT,
    `${PROJECT}[dependency-groups]\ndev = [\n  "a",\n]\n`,
    false,
  ],
  ['a comment', 'requirements.txt', 'a==1\n', '# why\na==1\n', true],
];

for (const [title, path, a, b, same] of ASKED)
  test(`${path}: ${title} ${same ? 'asks for the same packages' : 'asks for others'}`, () =>
    assert.is(askedFor(path, a) === askedFor(path, b), same));

test('the command is that of the lockfile, also of one further up; a manifest counts in its own folder alone', async () => {
  await using folder = await temporaryFolder();
  const top = folder.path;
  await mkdir(join(top, 'packages/a'), { recursive: true });
  const cwd = (path: string) => updateCommand(top, path)?.cwd;
  for (const path of ['package.json', 'packages/a/package.json'])
    await writeFile(join(top, path), '{}');
  assert.is(cwd('packages/a/node_modules'), join(top, 'packages/a'));
  assert.is(updateCommand(top, 'vendor'), null);
  await writeFile(join(top, 'pnpm-lock.yaml'), '');
  assert.is(cwd('packages/a/node_modules'), top);
  assert.match(updateCommand(top, 'node_modules')?.command ?? '', /^pnpm install --offline/);
});

test('with the network a command is the same one without what keeps it off', () => {
  assert.is(withNetwork('npm install --offline --no-audit'), 'npm install --no-audit');
  assert.is(withNetwork('YARN_ENABLE_NETWORK=0 yarn install'), 'yarn install');
  assert.is(withNetwork('bundle install --local'), 'bundle install');
});

test('missing is what is newly asked for and lies nowhere above; of a lockfile also in another version', async () => {
  await using folder = await temporaryFolder();
  const top = folder.path;
  const none = async () => [];
  await mkdir(join(top, 'node_modules/there'), { recursive: true });
  await writeFile(join(top, 'node_modules/there/package.json'), '{"version":"1.0.0"}');
  const manifest = {
    ...{ path: 'packages/a/package.json', folder: 'packages/a/node_modules', isLock: false },
    before: '{"dependencies":{"old":"1"}}',
    now: '{"dependencies":{"old":"1","there":"1","gone":"1"}}',
  };
  assert.equal(await missingPackages(top, manifest, none), ['gone']);
  const locked = (version: string) =>
    JSON.stringify({ packages: { '': {}, 'node_modules/there': { version } } });
  const lock = { path: 'package-lock.json', folder: 'node_modules', isLock: true, before: null };
  assert.equal(await missingPackages(top, { ...lock, now: locked('1.0.0') }, none), []);
  assert.equal(await missingPackages(top, { ...lock, now: locked('2.0.0') }, none), [
    'there@2.0.0',
  ]);
});

test.run();
