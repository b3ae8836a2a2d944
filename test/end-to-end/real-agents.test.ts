/** The whole procedure on a clone of this very repository, with three real programs at work at the same time. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { type AgentCli, agentCli, cliEnvironment } from '../support/agent-clis.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { startModelApi } from '../support/model-api/server.ts';
import type { ModelRequest, Turn } from '../support/model-api/turn.ts';
import { repositoryState } from '../support/repository-state.ts';
import { type Json, sandbox } from '../support/sandbox.ts';

const TASK = 'Add a greeting, a farewell, and tests of both';
const GREET = "export const greet = (name) => 'Hello, '.concat(name);\n";
const PART = "export const part = (name) => 'Bye, '.concat(name);\n";
const TEST = `import assert from 'node:assert';
import { test } from 'node:test';
import { greet } from './greet.mjs';
import { part } from './part.mjs';
test('greets', () => assert.equal(greet('you'), 'Hello, you'));
test('parts', () => assert.equal(part('you'), 'Bye, you'));
`;

/** What each does; the program is known by the protocol that it speaks. Each does one thing well. */
const WORK: Record<string, { backend: string; version: string; turns: Turn[] }> = {
  gpt: {
    backend: 'codex',
    version: '0.169.0',
    turns: [
      { write: 'examples/greet.mjs', content: GREET },
      { write: 'examples/part.mjs', content: "export const part = () => 'TODO';\n" },
      { run: 'rm .editorconfig && git add --all' },
      { say: 'gpt: the greeting works.' },
    ],
  },
  gemini: {
    backend: 'gemini',
    version: '0.61.0',
    turns: [
      { write: 'examples/greet.mjs', content: "export const greet = () => 'TODO';\n" },
      { write: 'examples/part.mjs', content: PART },
      {
        run: 'git -c user.name=g -c user.email=g@x commit -qam nothing; git add -A; git -c user.name=g -c user.email=g@x commit -qm Done',
      },
      { say: 'gemini: the farewell works, and is committed.' },
    ],
  },
  claude: {
    backend: 'claude',
    version: '2.1.197',
    turns: [
      { write: 'examples/both.test.mjs', content: TEST },
      { say: 'claude: both are tested.' },
    ],
  },
};

function nextTurn({ path, steps }: ModelRequest): Turn {
  const model = path.includes('responses')
    ? 'gpt'
    : path.includes('messages')
      ? 'claude'
      : 'gemini';
  const turns = WORK[model]?.turns ?? [];
  return turns[Math.min(steps, turns.length - 1)] ?? { say: '' };
}

test('codex, gemini and claude at once: from detection to a mix of their parts', async () => {
  await using box = await sandbox();
  await using api = await startModelApi({ turns: nextTurn });
  const home = box.env.HOME ?? '';
  const paths: string[] = [];
  for (const { backend } of Object.values(WORK)) {
    const cli: AgentCli = agentCli(backend);
    const { PATH, ...env } = await cliEnvironment(cli, { apiUrl: api.url, home });
    paths.push(PATH ?? '');
    Object.assign(box.env, env);
  }
  box.env.PATH = paths.join(':');
  const clone = join(box.folder, 'clone');
  await box.git(box.folder, 'clone', '--quiet', skillFolder, clone);
  const before = await repositoryState(clone);
  const ok = async (...words: string[]): Promise<Json> => {
    const { json, exitCode, stdout, stderr } = await box.mm(clone, ...words);
    assert.is(exitCode, 0, `${words.join(' ')}: ${stdout}\n${stderr}`);
    return json;
  };

  const detected = await ok('detect-models', '--host', 'none');
  assert.equal(
    detected.models.map((it: Json) => [it.model, it.backend, it.version, it.available]),
    ['claude', 'gemini', 'gpt'].map((it) => [it, WORK[it]?.backend, WORK[it]?.version, true]),
  );
  const started = await ok('start-session', '--task', TASK, '--host', 'none');
  const session = ['--session', started.session_id];
  await ok('make-worktrees', ...session);
  const { runs } = await ok('run-model', '--all', ...session);
  for (const run of runs) {
    assert.equal([run.status, run.cause, run.changed], ['succeeded', null, true], run.message);
    const said = WORK[run.model]?.turns.at(-1) as { say: string };
    assert.is(await readFile(run.output, 'utf8'), `${said.say}\n`);
    assert.ok(run.usage.input_tokens > 0);
  }
  assert.ok(api.requests.every(({ body }) => JSON.stringify(body).includes(TASK)));
  assert.equal((await repositoryState(clone)).files, before.files);

  const { captures } = await ok('capture-diff', '--all', ...session);
  assert.equal(
    captures.map((it: Json) => [
      it.model,
      ...it.files.map((file: Json) => `${file.status} ${file.path}`),
    ]),
    [
      ['claude', 'added examples/both.test.mjs'],
      ['gemini', 'added examples/greet.mjs', 'added examples/part.mjs'],
      ['gpt', 'deleted .editorconfig', 'added examples/greet.mjs', 'added examples/part.mjs'],
    ],
  );
  await ok('snapshot', '--all', ...session);
  const gates = [
    '--gate',
    'syntax=node --check scripts/mm.mjs',
    '--gate',
    'test=node --test examples/',
  ];
  const { results } = await ok('gates', '--all', '--base', ...gates, ...session);
  const testOf = (target: string) =>
    results.find((it: Json) => it.target === target).gates.find((it: Json) => it.name === 'test')
      .status;
  assert.is(testOf('claude'), 'fail', 'its tests have nothing to test');

  await ok('compare', '--suggest', ...session);
  const picks = [
    'examples/greet.mjs=gpt',
    'examples/part.mjs=gemini',
    'examples/both.test.mjs=claude',
  ];
  const applied = await ok(
    'apply-picks',
    ...picks.flatMap((pick) => ['--pick', pick]),
    '--verify',
    ...session,
  );
  assert.is(applied.verify.passed, true);
  assert.equal(
    applied.verify.gates.map((it: Json) => it.status),
    ['pass', 'pass'],
  );
  const { results: inMain } = await ok('gates', '--main', ...gates, ...session);
  assert.is(inMain[0].passed, true);
  await ok('complete-pass', '--analysis-text', 'Each did one thing well.', ...session);
  await ok('cleanup', '--restore', ...session);
  const { summary } = await ok('finish-session', ...session);
  assert.match(await readFile(summary, 'utf8'), '| examples/part.mjs | gemini | added |');
  assert.is(
    await box.git(clone, 'status', '--porcelain', '--untracked-files=all'),
    ['both.test.mjs', 'greet.mjs', 'part.mjs'].map((name) => `?? examples/${name}`).join('\n'),
  );
  assert.is(await readFile(join(clone, 'examples/part.mjs'), 'utf8'), PART);
  for (const lock of ['index.lock', 'HEAD.lock']) assert.not(existsSync(join(clone, '.git', lock)));
  await assertNothingLeft(box, clone, started.session_id);
});

test.run();
