import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Failure } from '../../scripts/lib/errors.ts';
import {
  type ConfiguredBackendInput,
  configuredBackendSchema,
  toBackend,
} from '../../scripts/lib/models/backend.ts';
import { type RunRequest, runModel } from '../../scripts/lib/models/run.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let runs = 0;

/** A run of a shell script that plays the CLI: `$n` is the number of its attempt. */
async function scripted(
  folder: string,
  script: string,
  {
    backend = {},
    ...changes
  }: Partial<Omit<RunRequest, 'backend'>> & { backend?: Partial<ConfiguredBackendInput> } = {},
): Promise<RunRequest & { at: (path: string) => string }> {
  const at = (path: string) => join(folder, path);
  await mkdir(at('worktree'), { recursive: true });
  await writeFile(at('prompt.md'), 'Do it.\n');
  await writeFile(
    at('cli.sh'),
    `echo >> ${at('starts')}; n=$(wc -l < ${at('starts')})\n${script}\n`,
  );
  const configured = configuredBackendSchema.parse({
    command: ['/bin/sh', at('cli.sh')],
    ...backend,
  });
  return {
    model: 'gpt',
    backend: toBackend('fake', configured),
    agentModel: null,
    worktree: at('worktree'),
    promptFile: at('prompt.md'),
    outputFile: at('gpt.md'),
    stdoutFile: at('gpt.stdout'),
    stderrFile: at('gpt.txt'),
    timeoutMs: 60_000,
    mark: `test-${process.pid}-${runs++}`,
    hasChanged: async () => existsSync(at('worktree/new')),
    retryDelayMs: 0,
    at,
    ...changes,
  };
}

async function assertNothingLeft({ mark }: RunRequest): Promise<void> {
  assert.equal(await findByEnvironment(MARK_VARIABLE, `:${mark}:`), []);
}

test('a prompt of 500 KB goes in by stdin, byte for byte', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'cat > new; echo "\\033[1mDone\\033[0m"; echo noise >&2');
  const prompt = `- é{worktree}\n${'long line of prompt\n'.repeat(26_000)}`;
  await writeFile(run.promptFile, prompt);
  const result = await runModel(run);
  assert.equal(
    [result.status, result.cause, result.exit_code, result.changed, result.message],
    ['succeeded', null, 0, true, null],
  );
  assert.is(await readFile(run.at('worktree/new'), 'utf8'), prompt);
  assert.is(await readFile(run.outputFile, 'utf8'), 'Done\n');
  assert.is(await readFile(run.stderrFile, 'utf8'), 'noise\n');
  assert.is(result.attempts.length, 1);
  assert.is(result.attempts[0]?.timeout_ms, 60_000);
});

test('a prompt as argument leaves stdin empty, not open', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'cat; printf "%s|" "$@"', {
    backend: {
      prompt: 'argument',
      command: ['/bin/sh', join(folder.path, 'cli.sh'), '--model', '{model}'],
    },
    agentModel: 'big',
  });
  await runModel(run);
  assert.is(await readFile(run.outputFile, 'utf8'), '--model|big|Do it.\n|\n');
});

test('a prompt as file is named, and stdin is empty', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'cat; cat "$1"', {
    backend: { prompt: 'file', command: ['/bin/sh', join(folder.path, 'cli.sh'), '{prompt_file}'] },
  });
  await runModel(run);
  assert.is(await readFile(run.outputFile, 'utf8'), 'Do it.\n');
});

test('the environment is the user’s, without git’s, the host’s and our own variables', async () => {
  await using folder = await temporaryFolder();
  const hidden = {
    GIT_DIR: '/x',
    CLAUDECODE: '1',
    CODEX_THREAD_ID: 't',
    GEMINI_CLI: '1',
    MM_SESSION: 's',
    OLDPWD: '/old',
  };
  const env = {
    PATH: process.env.PATH,
    HOME: '/home',
    CLAUDE_CODE_USE_BEDROCK: '1',
    PWD: '/x',
    [MARK_VARIABLE]: ':outer:',
    ...hidden,
  };
  const run = await scripted(folder.path, 'pwd; env', { env, backend: { env: { EXTRA: 'yes' } } });
  await runModel(run);
  const lines = (await readFile(run.outputFile, 'utf8')).split('\n');
  assert.is(lines[0], run.worktree);
  for (const line of [
    'HOME=/home',
    'CLAUDE_CODE_USE_BEDROCK=1',
    'EXTRA=yes',
    `PWD=${run.worktree}`,
    `${MARK_VARIABLE}=:outer:${run.mark}:`,
  ]) {
    assert.ok(lines.includes(line), line);
  }
  for (const name of Object.keys(hidden))
    assert.not(
      lines.some((line) => line.startsWith(`${name}=`)),
      name,
    );
});

test('a time-out ends a stubborn tree and is tried again for 1.5 times as long', async () => {
  await using folder = await temporaryFolder();
  const stubborn = `trap '' INT TERM; setsid sh -c "trap '' INT TERM; sleep 300; :" & sleep 300; sleep 300`;
  const progress: string[] = [];
  const run = await scripted(
    folder.path,
    `[ $n = 2 ] && { touch new; echo ok; exit; }\necho started\n${stubborn}`,
    {
      timeoutMs: 1_000,
      onProgress: (message) => progress.push(message),
    },
  );
  const result = await runModel(run);
  assert.equal(
    result.attempts.map(({ cause, timeout_ms }) => [cause, timeout_ms]),
    [
      ['timeout', 1_000],
      [null, 1_500],
    ],
  );
  assert.equal([result.status, result.cause], ['succeeded', null]);
  assert.is(await readFile(run.at('gpt.attempt-1.stdout'), 'utf8'), 'started\n');
  assert.ok(progress.includes('gpt: fake was ended after 1 s.'), progress.join('\n'));
  await assertNothingLeft(run);
});

test('exit 0 after our time-out is no success, and what was changed counts', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(
    folder.path,
    "trap 'echo bye; exit 0' INT; touch new; while :; do sleep 0.05; done",
    { timeoutMs: 400 },
  );
  const result = await runModel(run);
  assert.equal([result.status, result.cause, result.attempts.length], ['partial', 'timeout', 2]);
  assert.is(await readFile(run.outputFile, 'utf8'), 'bye\n');
  await assertNothingLeft(run);
});

test('a program that says that all is well, and has changed nothing', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'echo All is well.');
  const result = await runModel(run);
  assert.equal(
    [result.status, result.cause, result.exit_code, result.changed],
    ['failed', null, 0, false],
  );
  assert.is(result.message, 'fake ended well, but changed no file.');
  assert.is(result.attempts.length, 1);
  assert.is(await readFile(run.outputFile, 'utf8'), 'All is well.\n');
});

test('silence: it is ended when it neither prints nor changes anything', async () => {
  await using folder = await temporaryFolder();
  const script = 'touch new; for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done; sleep 300';
  const asked: number[] = [];
  const run = await scripted(folder.path, script, {
    idleTimeoutMs: 1_500,
    // It is seen to act in the first two seconds of each attempt, and not since.
    hasActed: async () => asked.push(1) < 5,
  });
  const result = await runModel(run);
  assert.equal([result.status, result.cause, result.attempts.length], ['partial', 'timeout', 2]);
  assert.match(result.message ?? '', 'fake was ended: it printed and changed nothing for 2.25 s.');
  assert.match(await readFile(run.stdoutFile, 'utf8'), '1\n');
  assert.ok(asked.length > 5);
  await assertNothingLeft(run);
});

test('a program that asks the API again and again is ended, and the reason is what the API said', async () => {
  await using folder = await temporaryFolder();
  const script =
    'i=0; while :; do i=$((i+1)); echo "Attempt $i failed with status 429. Retrying" >&2; sleep 0.2; done';
  const run = await scripted(folder.path, script);
  const backend = { ...run.backend, givesUpAt: /^Attempt [3-9] failed with status/m };
  const result = await runModel({ ...run, backend });
  assert.equal([result.status, result.cause, result.attempts.length], ['failed', 'rate-limit', 2]);
  assert.match(result.message ?? '', 'the API refused it again and again: Attempt');
  await assertNothingLeft(run);
});

test('no second attempt on an account that cannot pay', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'exit 0', { canPay: () => false });
  const result = await runModel(run);
  assert.equal([result.cause, result.attempts.length], ['empty-output', 1]);
});

test('500 MB of output do not hold it up, and what counts is at the end', async () => {
  await using folder = await temporaryFolder();
  const script =
    'touch new; head -c 500000000 /dev/zero | tr "\\0" x; echo; echo "{\\"type\\":\\"result\\",\\"result\\":\\"Done.\\"}"';
  const run = await scripted(folder.path, script, { backend: { output: 'claude-json' } });
  const result = await runModel(run);
  assert.is(result.status, 'succeeded');
  assert.is(await readFile(run.outputFile, 'utf8'), 'Done.\n');
});

test('a program that wants a terminal finds none, and says so', async () => {
  await using folder = await temporaryFolder();
  const script = '[ -t 0 ] || { echo "the input device is not a TTY" >&2; exit 1; }';
  const result = await runModel(await scripted(folder.path, script));
  assert.equal([result.status, result.cause], ['failed', 'crash']);
  assert.match(result.message ?? '', 'the input device is not a TTY');
});

test('empty output is tried once more', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'if [ $n = 2 ]; then touch new; echo ok; fi');
  const result = await runModel(run);
  assert.is(result.status, 'succeeded');
  assert.equal(
    result.attempts.map(({ cause, exit_code }) => [cause, exit_code]),
    [
      ['empty-output', 0],
      [null, 0],
    ],
  );
});

test('work without a summary is not done twice', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'touch new');
  const result = await runModel(run);
  assert.equal(
    [result.status, result.cause, result.attempts.length],
    ['partial', 'empty-output', 1],
  );
  assert.is(await readFile(run.outputFile, 'utf8'), '');
});

test('a crash is not tried again, and says what the program said last', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(
    folder.path,
    'echo first >&2; printf "\\033[31mno such thing\\033[0m\\n" >&2; exit 1',
  );
  const result = await runModel({
    ...run,
    hasChanged: () => Promise.reject(new Error('git failed')),
  });
  assert.equal(
    [result.status, result.cause, result.exit_code, result.changed, result.attempts.length],
    ['failed', 'crash', 1, null, 1],
  );
  assert.is(result.message, 'fake ended with exit status 1: no such thing');
  assert.not(existsSync(run.outputFile));
});

test('a program that is killed by somebody else has crashed', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'kill -9 $$');
  const result = await runModel(run);
  assert.equal([result.cause, result.signal, result.exit_code], ['crash', 'SIGKILL', null]);
  assert.is(result.message, 'fake was ended by SIGKILL.');
});

test('a rate limit is tried again; both attempts are paid for and both outputs kept', async () => {
  await using folder = await temporaryFolder();
  const answer = (isError: boolean, result: string) =>
    JSON.stringify({
      type: 'result',
      is_error: isError,
      api_error_status: isError ? 429 : null,
      result,
      total_cost_usd: 0.5,
      usage: { input_tokens: 7, output_tokens: 1 },
    });
  const run = await scripted(
    folder.path,
    `[ $n = 1 ] && { echo '${answer(true, 'slow down')}'; echo one >&2; exit 1; }
touch new; echo '${answer(false, 'Done.')}'; echo two >&2`,
    { backend: { output: 'claude-json' } },
  );
  const result = await runModel(run);
  assert.is(result.status, 'succeeded');
  assert.equal(
    result.attempts.map(({ cause }) => cause),
    ['rate-limit', null],
  );
  assert.equal(result.usage, { input_tokens: 14, output_tokens: 2, cost_usd: 1 });
  assert.match(await readFile(run.at('gpt.attempt-1.stdout'), 'utf8'), 'slow down');
  assert.is(await readFile(run.at('gpt.attempt-1.txt'), 'utf8'), 'one\n');
  assert.is(await readFile(run.stderrFile, 'utf8'), 'two\n');
  assert.is(await readFile(run.outputFile, 'utf8'), 'Done.\n');

  const again = await runModel({ ...run, hasChanged: async () => false });
  assert.is(again.attempts.length, 1);
  assert.not(existsSync(run.at('gpt.attempt-1.txt')));
});

test('an interruption ends the wait for the second attempt', async () => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  const { retryDelayMs: _, ...run } = await scripted(
    folder.path,
    'touch new; echo "HTTP 429" >&2; exit 1',
  );
  const result = await runModel({
    ...run,
    signal: stop.signal,
    onProgress: (message) => message.endsWith('trying once more in 10 s') && stop.abort(),
  });
  assert.equal([result.status, result.cause], ['partial', 'interrupted']);
  assert.equal(
    result.attempts.map(({ cause }) => cause),
    ['rate-limit'],
  );
});

test('an interruption ends the run and everything that it started', async () => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  const run = await scripted(folder.path, 'setsid sleep 300 & sleep 300');
  const seen: [number, number][] = [];
  const result = await runModel({
    ...run,
    signal: stop.signal,
    onAttempt: async (attempt, pid) => {
      seen.push([attempt, pid]);
      setTimeout(() => stop.abort(), 200);
    },
  });
  assert.equal([result.status, result.cause, result.attempts.length], ['failed', 'interrupted', 1]);
  assert.is(seen[0]?.[0], 1);
  assert.ok((seen[0]?.[1] ?? 0) > 1);
  await assertNothingLeft(run);

  const late = await runModel({ ...run, signal: stop.signal });
  assert.equal([late.cause, late.attempts.length, late.exit_code], ['interrupted', 1, null]);
});

test('what a program leaves behind when it ends by itself is ended', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'touch new; setsid sleep 300 & echo ok');
  assert.is((await runModel(run)).status, 'succeeded');
  await assertNothingLeft(run);
});

test('a program that is not there', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, '', { backend: { command: ['mm-no-such-program'] } });
  const result = await runModel(run);
  assert.equal([result.status, result.cause, result.attempts.length], ['failed', 'not-found', 1]);
  assert.is(result.message, 'The program of fake was not found.');
  assert.is(await readFile(run.stderrFile, 'utf8'), '');
});

test('without a worktree or a prompt nothing is started', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'echo ok');
  for (const [changes, code] of [
    [{ worktree: run.at('nowhere') }, 'missing-directory'],
    [{ promptFile: run.at('nowhere') }, 'missing-file'],
  ] as const) {
    const error = await runModel({ ...run, ...changes }).catch((thrown) => thrown);
    assert.ok(error instanceof Failure && error.code === code, String(error));
  }
  assert.not(existsSync(run.at('starts')));
});

test('a caller that cannot record the start learns of it when the run has ended', async () => {
  await using folder = await temporaryFolder();
  const run = await scripted(folder.path, 'echo ok; touch new');
  const error = await runModel({
    ...run,
    onAttempt: () => {
      throw new Error('disk full');
    },
  }).catch((thrown) => thrown);
  assert.is(error.message, 'disk full');
  assert.ok(existsSync(run.at('worktree/new')));
});

test.run();
