/** A small project, two scripted models, and the walk from the start to the comparison, script by script. */
import * as assert from 'uvu/assert';
import type { Json, Sandbox } from './sandbox.ts';
import { scriptedModels } from './scripted-models.ts';

export const IMPORTS =
  "import { writeFileSync as write, rmSync as remove, readFileSync as read } from 'node:fs';\n";

/** Two models: `one` repairs and says so, `two` adds, deletes and commits. */
export const MODELS = {
  one: `${IMPORTS} write('sum.js', 'export const sum = (a, b) => a + b;\\n'); console.log('repaired');`,
  two: `${IMPORTS} write('product.js', 'export const product = (a, b) => a * b;\\n'); remove('old.js');
    const { execFileSync } = await import('node:child_process');
    execFileSync('git', ['add', '-A']); execFileSync('git', ['commit', '-qm', 'two']);
    write('sum.js', 'export const sum = () => 0;\\n'); console.log('added');`,
};

export const PROJECT = {
  'sum.js': 'export const sum = (a, b) => a - b;\n',
  'old.js': 'export const old = 1;\n',
  'sum.test.js':
    "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { sum } from './sum.js';\ntest('sum', () => assert.equal(sum(1, 2), 3));\n",
  'package.json': '{"type":"module"}\n',
  'AGENTS.md': '# Checks\n\nRun the tests: `node --test`\n',
  '.gitignore': 'secret.env\nnode_modules/\n',
};

export async function project(box: Sandbox, more: Record<string, unknown> = {}): Promise<string> {
  return box.repository({ ...PROJECT, ...(await scriptedModels(box.folder, MODELS, more)) });
}

/** Runs a script that must succeed. */
export async function ok(box: Sandbox, cwd: string, ...words: string[]): Promise<Json> {
  const { json, exitCode, stdout, stderr } = await box.mm(cwd, ...words);
  assert.is(exitCode, 0, `${words.join(' ')}: ${stdout}\n${stderr}`);
  assert.is(json.ok, true);
  return json;
}

/** Up to the captures, always by what the last answer named. */
export async function upToCaptures(box: Sandbox, cwd: string, ...start: string[]): Promise<Json> {
  const started = await ok(
    box,
    cwd,
    'start-session',
    '--task',
    'Repair sum, add product',
    ...start,
  );
  const session = ['--session', started.session_id];
  const { worktrees } = await ok(box, cwd, 'make-worktrees', ...session);
  const { runs } = await ok(box, cwd, 'run-model', '--all', ...session);
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  return { started, session, worktrees, runs, captures };
}

/** The same, and on to the comparison. */
export async function upToComparison(box: Sandbox, cwd: string, ...start: string[]): Promise<Json> {
  const captured = await upToCaptures(box, cwd, ...start);
  const { session } = captured;
  const { snapshots } = await ok(box, cwd, 'snapshot', '--all', ...session);
  const { results } = await ok(box, cwd, 'gates', '--all', '--base', ...session);
  const compared = await ok(box, cwd, 'compare', '--suggest', ...session);
  return { ...captured, snapshots, results, compared };
}
