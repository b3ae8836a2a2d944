/** The real codex program, from detection to its final text, against a model API of our own. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gitLine } from '../../scripts/lib/git/git.ts';
import { resolveBackend } from '../../scripts/lib/models/backends.ts';
import { detectModels } from '../../scripts/lib/models/detect.ts';
import { type RunRequest, runModel } from '../../scripts/lib/models/run.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import { codexEnvironment, installAgentCli } from '../support/agent-cli.ts';
import { SCRIPTED_USAGE, startModelApi } from '../support/model-api.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const VERSION = '0.169.0';

/** A run of codex in a fresh repository, found and resolved as the scripts do it. */
async function codexRun(
  folder: string,
  apiUrl: string,
  { model, ...changes }: Partial<RunRequest> & { model?: string } = {},
): Promise<RunRequest> {
  const at = (name: string) => join(folder, name);
  const binary = await installAgentCli('@openai/codex', VERSION, 'codex');
  const env = await codexEnvironment({ binary, apiUrl, home: at('home'), ...(model && { model }) });
  await mkdir(at('worktree'));
  await gitLine(at('worktree'), ['init', '--quiet']);
  await writeFile(at('prompt.md'), `Write a greeting.\n${'and mind the é\n'.repeat(20_000)}`);

  const { models } = await detectModels({
    models: ['gpt'],
    host: null,
    backends: {},
    env,
    cwd: folder,
  });
  const [detected] = models;
  assert.equal(detected, {
    model: 'gpt',
    role: 'external',
    available: true,
    backend: 'codex',
    binary,
    version: VERSION,
    agent_model: null,
    reason: null,
  });
  return {
    model: 'gpt',
    backend: resolveBackend(detected ?? { backend: null }, {}),
    agentModel: null,
    worktree: at('worktree'),
    promptFile: at('prompt.md'),
    outputFile: at('gpt.md'),
    stdoutFile: at('gpt.stdout'),
    stderrFile: at('gpt.txt'),
    timeoutMs: 60_000,
    mark: `codex-${process.pid}-${folder.slice(-6)}`,
    env,
    hasChanged: async () => (await gitLine(at('worktree'), ['status', '--porcelain'])) !== '',
    ...changes,
  };
}

// codex gives its default model another shell tool than a model that it does not know.
for (const model of [undefined, 'mock-model']) {
  test(`codex edits a file, with ${model ?? 'its default model'}`, async () => {
    await using folder = await temporaryFolder();
    await using api = await startModelApi({
      turns: [
        { write: 'src/greeting.txt', content: 'Grüß "Gott"\n' },
        { run: 'env > ../env.txt' },
        { say: 'Wrote \u001b[1mthe greeting\u001b[0m.' },
      ],
    });
    const run = await codexRun(folder.path, api.url, model === undefined ? {} : { model });
    const result = await runModel({ ...run, model: 'gpt' });
    assert.equal(
      [result.status, result.cause, result.exit_code, result.changed, result.message],
      ['succeeded', null, 0, true, null],
    );
    assert.equal(result.usage, {
      input_tokens: 3 * SCRIPTED_USAGE.input_tokens,
      output_tokens: 3 * SCRIPTED_USAGE.output_tokens,
      cost_usd: null,
    });
    assert.is(await readFile(run.outputFile, 'utf8'), 'Wrote the greeting.\n');
    assert.is(await readFile(join(run.worktree, 'src/greeting.txt'), 'utf8'), 'Grüß "Gott"\n');
    assert.ok(JSON.stringify(api.requests[0]?.body).includes('and mind the é\\nand'));
    // What a nested run of our own needs to be found by: the mark reaches the shells of codex.
    assert.match(
      await readFile(join(folder.path, 'env.txt'), 'utf8'),
      `${MARK_VARIABLE}=:${run.mark}:`,
    );
  });
}

test('a refused login is told apart, and is not tried again', async () => {
  await using folder = await temporaryFolder();
  await using api = await startModelApi({ turns: [{ status: 401, message: 'Incorrect API key' }] });
  const run = await codexRun(folder.path, api.url);
  const result = await runModel(run);
  assert.equal([result.status, result.cause, result.attempts.length], ['failed', 'auth', 1]);
  assert.match(result.message ?? '', '401 Unauthorized: Incorrect API key');
  assert.not(existsSync(run.outputFile));
  assert.is(api.requests.length, 1);
});

test('a rate limit after a change is tried again, and the second attempt counts', async () => {
  await using folder = await temporaryFolder();
  await using api = await startModelApi({
    turns: [{ write: 'a.txt', content: 'a' }, { status: 429 }, { say: 'Done.' }],
  });
  const result = await runModel(await codexRun(folder.path, api.url, { retryDelayMs: 0 }));
  assert.equal(
    [result.status, result.changed, result.attempts.map(({ cause }) => cause)],
    ['succeeded', true, ['rate-limit', null]],
  );
});

test('a model that never answers runs into the time-out, and nothing is left running', async () => {
  await using folder = await temporaryFolder();
  await using api = await startModelApi({
    turns: [
      { run: '(setsid sleep 300 >/dev/null 2>&1 &) ; echo started > started.txt' },
      { silence: true },
    ],
  });
  const run = await codexRun(folder.path, api.url, { timeoutMs: 5_000 });
  const result = await runModel(run);
  assert.equal(
    [result.status, result.cause, result.changed, result.attempts.length],
    ['partial', 'timeout', true, 2],
  );
  assert.equal(await findByEnvironment(MARK_VARIABLE, `:${run.mark}:`), []);
});

test.run();
