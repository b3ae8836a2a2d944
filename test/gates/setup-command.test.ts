import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findSetupCommand } from '../../scripts/lib/gates/setup-command.ts';

const find = (files: Record<string, unknown>) =>
  findSetupCommand({
    read: async (path) => {
      const content = files[path];
      return content === undefined || typeof content === 'string'
        ? ((content as string | undefined) ?? null)
        : JSON.stringify(content);
    },
    which: async (paths) => paths.filter((path) => path in files),
  });

for (const [what, files, expected] of [
  ['nothing', {}, null],
  [
    'a list of commands',
    {
      '.cursor/worktrees.json': {
        'setup-worktree': ['npm ci', 'cp $ROOT_WORKTREE_PATH/.env .env'],
      },
    },
    ['npm ci && cp $ROOT_WORKTREE_PATH/.env .env', '.cursor/worktrees.json setup-worktree'],
  ],
  [
    'commands of unix before those of everybody',
    { '.cursor/worktrees.json': { 'setup-worktree': 'x', 'setup-worktree-unix': 'npm ci' } },
    ['npm ci', '.cursor/worktrees.json setup-worktree-unix'],
  ],
  [
    'the name of a script beside the file',
    { '.cursor/worktrees.json': { 'setup-worktree-unix': 'setup.sh' } },
    [
      'if [ -x .cursor/setup.sh ]; then ./.cursor/setup.sh; else sh .cursor/setup.sh; fi',
      '.cursor/worktrees.json setup-worktree-unix',
    ],
  ],
  [
    'the first file that says anything',
    {
      '.claude/worktrees.json': { 'setup-worktree': [] },
      '.cursor/worktrees.json': { 'setup-worktree': 'make deps' },
      'conductor.json': { scripts: { setup: 'npm ci' } },
    },
    ['make deps', '.cursor/worktrees.json setup-worktree'],
  ],
  [
    'conductor',
    { 'conductor.json': { scripts: { setup: 'pnpm install', run: 'pnpm dev' } } },
    ['pnpm install', 'conductor.json scripts.setup'],
  ],
  ['no JSON', { 'conductor.json': '{ scripts:' }, null],
  [
    'other types',
    { 'conductor.json': { scripts: { setup: 7 } }, '.cursor/worktrees.json': [] },
    null,
  ],
] as [string, Record<string, unknown>, [string, string] | null][]) {
  test(`setup command: ${what}`, async () => {
    const found = await find(files);
    assert.equal(found && [found.command, found.source], expected);
  });
}

test.run();
