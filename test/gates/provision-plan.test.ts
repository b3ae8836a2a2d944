import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Needed } from '../../scripts/lib/gates/needed-files.ts';
import { offlineInstall } from '../../scripts/lib/gates/package-managers.ts';
import { planProvision } from '../../scripts/lib/gates/provision-plan.ts';

const MB = 1024 ** 2;
const GB = 1024 ** 3;

const dependencies = (path: string, bytes: number): Needed & { bytes: number } => ({
  ...{ path, kind: 'dependencies', bytes },
});

function plan(
  needed: readonly (Needed & { bytes: number })[],
  {
    reflink = false,
    freeBytes = 100 * GB,
    worktrees = 3,
    copyLimitBytes = (4 * GB) as number | null,
    link = [] as string[],
    tracked = ['package-lock.json'],
  } = {},
) {
  const facts = { reflink, freeBytes, worktrees };
  return planProvision(needed, new Set(tracked), facts, { copyLimitBytes, link });
}

const hows = (...given: Parameters<typeof plan>) => plan(...given).map(({ how }) => how);

test('where the disk shares blocks nothing is too large and no space is needed', () => {
  const needed = [dependencies('node_modules', 50 * GB)];
  assert.equal(hows(needed, { reflink: true, freeBytes: 0 }), ['reflink']);
});

test('else a copy, up to the limit; beyond it an offline install, where a lockfile says how', () => {
  assert.equal(hows([dependencies('node_modules', 500 * MB)]), ['copy']);
  const [large] = plan([dependencies('node_modules', 5 * GB)]);
  assert.is(large?.how, 'install');
  assert.is(large?.command, 'npm ci --offline --no-audit --no-fund');
  assert.is(large?.reason, '5120 MB are more than the limit of copies, 4096 MB');
  const [unknown] = plan([dependencies('target', 5 * GB)]);
  assert.is(unknown?.how, 'skip');
  assert.match(unknown?.reason ?? '', '--copy-limit');
  assert.equal(
    hows([dependencies('target', 50 * GB)], { copyLimitBytes: null, freeBytes: 500 * GB }),
    ['copy'],
  );
});

test('files that were named are no folders of dependencies: no limit counts for them', () => {
  const named = { path: 'data.bin', kind: 'included' as const, bytes: 5 * GB };
  assert.equal(hows([named]), ['copy']);
});

test('what does not fit on the disk in all worktrees is left out, and the rest is not', () => {
  const needed = [dependencies('node_modules', 2 * GB), dependencies('.venv', 100 * MB)];
  const [first, second] = plan(needed, { freeBytes: 5 * GB });
  assert.is(first?.how, 'skip');
  assert.is(first?.reason, '6144 MB would be needed, and 4096 MB are free');
  assert.is(second?.how, 'copy');
  assert.equal(hows(needed, { freeBytes: 0 }), ['skip', 'skip']);
  // Each fits alone.
  assert.equal(hows([dependencies('a', GB), dependencies('b', GB)], { freeBytes: 5 * GB }), [
    'copy',
    'skip',
  ]);
});

test('a link is made of what is named, and of nothing else', () => {
  const needed = [dependencies('node_modules', MB), dependencies('app/node_modules', MB)];
  assert.equal(hows(needed, { link: ['node_modules'], reflink: true }), ['link', 'reflink']);
});

for (const [path, files, expected] of [
  ['node_modules', ['pnpm-lock.yaml'], 'pnpm install --offline --frozen-lockfile'],
  ['app/node_modules', ['package-lock.json'], null],
  ['app/node_modules', ['app/package-lock.json'], 'npm ci --offline --no-audit --no-fund'],
  ['.venv', ['uv.lock'], 'uv sync --offline --frozen'],
  ['vendor', ['Gemfile.lock'], 'bundle install --local'],
  ['vendor', ['package-lock.json'], null],
] as const) {
  test(`offline install of ${path} with ${files.join()}`, () => {
    assert.is(offlineInstall(path, new Set(files)), expected);
  });
}

test.run();
