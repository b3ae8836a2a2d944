/** The whole procedure on a clone of this very repository, with the real codex program editing files in its worktree. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { codexEnvironment, installAgentCli } from '../support/agent-cli.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { startModelApi } from '../support/model-api.ts';
import { repositoryState } from '../support/repository-state.ts';
import { type Json, sandbox } from '../support/sandbox.ts';

const GREETING = "export const greet = (name) => 'Hello, '.concat(name);\n";
const GREETING_TEST = `import assert from 'node:assert';
import { test } from 'node:test';
import { greet } from './greet.mjs';
test('greets', () => assert.equal(greet('you'), 'Hello, you'));
`;

test('codex, from detection to the summary', async () => {
  await using box = await sandbox();
  await using api = await startModelApi({
    turns: [
      { write: 'examples/greet.mjs', content: GREETING },
      { write: 'examples/greet.test.mjs', content: GREETING_TEST },
      { run: 'rm .editorconfig && git add --all' },
      { say: 'Added a greeting with its test.' },
    ],
  });
  const binary = await installAgentCli('@openai/codex', '0.169.0', 'codex');
  Object.assign(
    box.env,
    await codexEnvironment({ binary, apiUrl: api.url, home: join(box.folder, 'home') }),
  );
  const clone = join(box.folder, 'clone');
  await box.git(box.folder, 'clone', '--quiet', skillFolder, clone);
  const before = await repositoryState(clone);
  const ok = async (...words: string[]): Promise<Json> => {
    const { json, exitCode, stdout, stderr } = await box.mm(clone, ...words);
    assert.is(exitCode, 0, `${words.join(' ')}: ${stdout}\n${stderr}`);
    return json;
  };

  const detected = await ok('detect-models', '--models', 'gpt', '--host', 'none');
  assert.equal(detected.models[0], {
    ...{ model: 'gpt', role: 'external', available: true, backend: 'codex', binary },
    ...{ version: '0.169.0', agent_model: null, reason: null },
  });
  const started = await ok(
    'start-session',
    '--task',
    'Add a greeting',
    '--models',
    'gpt',
    '--host',
    'none',
  );
  const session = ['--session', started.session_id];
  const { worktrees } = await ok('make-worktrees', ...session);
  const { runs } = await ok('run-model', '--all', ...session);
  assert.equal([runs[0].status, runs[0].cause, runs[0].changed], ['succeeded', null, true]);
  assert.is(await readFile(runs[0].output, 'utf8'), 'Added a greeting with its test.\n');
  assert.ok(runs[0].usage.input_tokens > 0);
  assert.ok(JSON.stringify(api.requests[0]?.body).includes('Add a greeting'));
  assert.is(await readFile(join(worktrees[0].path, 'examples/greet.mjs'), 'utf8'), GREETING);
  assert.equal((await repositoryState(clone)).files, before.files);

  const { captures } = await ok('capture-diff', '--all', ...session);
  assert.equal(
    captures[0].files.map((it: Json) => `${it.status} ${it.path}`),
    ['deleted .editorconfig', 'added examples/greet.mjs', 'added examples/greet.test.mjs'],
  );
  await ok('snapshot', '--all', ...session);
  const gates = [
    '--gate',
    'syntax=node --check scripts/mm.mjs',
    '--gate',
    'test=node --test examples/',
  ];
  const { results } = await ok('gates', '--all', '--base', ...gates, ...session);
  assert.equal(
    results.map((it: Json) => [it.target, it.passed, ...it.gates.map((gate: Json) => gate.status)]),
    [
      ['base', false, 'pass', 'fail'],
      ['gpt', true, 'pass', 'pass'],
    ],
  );
  const { suggestion } = await ok('compare', '--suggest', ...session);
  assert.equal(suggestion.open_decisions, []);
  const applied = await ok(
    'apply-picks',
    '--picks',
    suggestion.file,
    '--pick',
    '.editorconfig=base',
    '--verify',
    ...session,
  );
  assert.is(applied.verify.passed, true);
  await ok('gates', '--main', ...session);
  await ok('complete-pass', '--analysis-text', 'gpt did it all.', ...session);
  await ok('cleanup', '--restore', ...session);
  const { summary } = await ok('finish-session', ...session);
  assert.match(await readFile(summary, 'utf8'), '| examples/greet.mjs | gpt | added |');
  assert.is(
    await box.git(clone, 'status', '--porcelain', '--untracked-files=all'),
    '?? examples/greet.mjs\n?? examples/greet.test.mjs',
  );
  await assertNothingLeft(box, clone, started.session_id);
});

test.run();
