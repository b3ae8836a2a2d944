/** What may happen to a run of a real agent CLI, and what must be said of it. */
import * as assert from 'uvu/assert';
import type { Backend } from '../../scripts/lib/models/backend.ts';
import { BUILT_IN_BACKENDS } from '../../scripts/lib/models/backends.ts';
import { detectModels } from '../../scripts/lib/models/detect.ts';
import type { RunResult } from '../../scripts/lib/models/run.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { type AgentCli, cliEnvironment } from '../support/agent-clis.ts';
import { type CliRun, type CliRunOptions, withCliRun } from '../support/cli-run.ts';
import { SCRIPTED_USAGE, type TurnScript } from '../support/model-api/turn.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface CliCase {
  name: string;
  /** Also part of `npm test`, for the first three CLIs. */
  isQuick: boolean;
  run(cli: AgentCli): Promise<void>;
}

type Look = (run: CliRun, cli: AgentCli) => void | Promise<void>;

const LONG_PROMPT = `Begin.\n${'and mind the é\n'.repeat(20_000)}End.`;
/** Without repetition, which some of them take for a model that is stuck. */
const LONG_TEXT = Array.from({ length: 500_000 }, (_, n) => `${n}`.padStart(9, '.')).join('\n');
/** Within the day, so that it is said as a time of day. */
const RESETS_AT = new Date(Date.now() + 2 * 3_600_000);

export const CLI_CASES: readonly CliCase[] = [
  found(),
  ...[
    quick(
      'success, with a prompt of 300 KB',
      [
        { write: 'src/greeting.txt', content: 'Grüß "Gott"\n' },
        { say: 'Wrote \u001b[1mit\u001b[0m.' },
      ],
      { prompt: LONG_PROMPT },
      async (run, cli) => {
        expectOutcome(run, 'succeeded', null, true);
        assert.equal(
          [run.result.exit_code, run.result.attempts.length, run.text],
          [0, 1, 'Wrote it.\n'],
        );
        assert.ok(
          textsIn(run.requests[0]?.body).some((text) => text.includes(LONG_PROMPT)),
          'the prompt is whole',
        );
        assert.is(await run.file('src/greeting.txt'), 'Grüß "Gott"\n');
        expectUsage(run, cli);
      },
    ),
    quick('nothing changed', [{ say: 'Nothing to do here.' }], {}, (run) => {
      expectOutcome(run, 'failed', null, false);
      assert.equal([run.result.exit_code, run.text], [0, 'Nothing to do here.\n']);
    }),
    quick('401', [{ status: 401, message: 'Incorrect API key' }], {}, (run) => {
      expectOutcome(run, 'failed', 'auth', false);
      assert.equal([run.result.attempts.length, run.text], [1, null]);
    }),
    quick('429, retry after 1 s', [{ status: 429, headers: { 'retry-after': '1' } }], {}, (run) => {
      expectOutcome(run, 'failed', 'rate-limit', false);
    }),
    full('429', [{ status: 429 }], {}, (run) => expectOutcome(run, 'failed', 'rate-limit', false)),
    full('429 after a change', [{ write: 'a.txt', content: 'a' }, { status: 429 }], {}, (run) => {
      expectOutcome(run, 'partial', 'rate-limit', true);
    }),
    quick('quota', [{ quota: true, resetsAt: RESETS_AT }], {}, (run, cli) => {
      expectOutcome(run, 'failed', 'quota', false);
      assert.is(run.result.attempts.length, 1);
      expectReset(run, cli);
    }),
    full('500', [{ status: 500 }], {}, (run) => expectOutcome(run, 'failed', 'api-error', false)),
    full('connection dropped', [{ drop: true }], {}, (run) =>
      expectOutcome(run, 'failed', 'api-error', false),
    ),
    quick('empty text', [{ say: '' }], {}, (run) => {
      expectOutcome(run, 'failed', 'empty-output', false);
      assert.is(run.result.attempts.length, 2);
    }),
    full('5 MB of text', [{ write: 'a.txt', content: 'a' }, { say: LONG_TEXT }], {}, (run) => {
      expectOutcome(run, 'succeeded', null, true);
      assert.is(run.text, `${LONG_TEXT}\n`);
    }),
    quick('silence until the time-out', [{ silence: true }], { timeoutMs: 8_000 }, (run) => {
      expectOutcome(run, 'failed', 'timeout', false);
      assert.equal(
        run.result.attempts.map((it) => it.timeout_ms),
        [8_000, 12_000],
      );
    }),
    full(
      'silence until the idle time-out',
      [{ write: 'a.txt', content: 'a' }, { silence: true }],
      { idleTimeoutMs: 15_000 },
      (run) => {
        expectOutcome(run, 'partial', 'timeout', true);
        assert.match(run.result.message ?? '', 'printed and changed nothing');
      },
    ),
  ],
  full(
    'in a sandbox',
    [{ run: 'touch "$HOME/outside" 2> refused.txt; touch inside.txt' }, { say: 'Done.' }],
    { isSandboxed: true },
    async (run) => {
      expectOutcome(run, 'succeeded', null, true);
      assert.equal([run.text, await run.file('inside.txt')], ['Done.\n', '']);
      assert.match((await run.file('refused.txt')) ?? '', 'Read-only file system');
    },
  ),
  asRecord(),
  childShell(),
];

/** Looked up, and asked for its version. */
function found(): CliCase {
  const run = async (cli: AgentCli) => {
    await using folder = await temporaryFolder();
    const env = await cliEnvironment(cli, { apiUrl: 'http://127.0.0.1:9', home: folder.path });
    const request = {
      models: [cli.model],
      host: 'none' as const,
      backends: {},
      env,
      cwd: folder.path,
    };
    const { models } = await detectModels(request);
    assert.equal(
      [models[0]?.backend, models[0]?.version, models[0]?.reason],
      [cli.backend, cli.version, null],
    );
  };
  return { name: 'found with its version', isQuick: true, run };
}

function quick(
  name: string,
  turns: TurnScript,
  options: Partial<CliRunOptions>,
  look: Look,
): CliCase {
  return { ...full(name, turns, options, look), isQuick: true };
}

function full(
  name: string,
  turns: TurnScript,
  options: Partial<CliRunOptions>,
  look: Look,
): CliCase {
  const run = (cli: AgentCli) =>
    withCliRun(cli, { turns, ...options }, async (it) => {
      assert.equal(it.left, [], 'nothing is left running');
      await look(it, cli);
    });
  return { name, isQuick: false, run };
}

/** What is built in, written down as a user would write it. */
function asRecord(): CliCase {
  const run = (cli: AgentCli) => {
    const { program, args, prompt, output, env, rootEnv, agentModel } = builtIn(cli);
    const words = args.flatMap((word) =>
      typeof word === 'string' ? [word] : agentModel ? word : [],
    );
    const record = {
      command: [program, ...words] as [string, ...string[]],
      ...{ prompt, output, env: { ...env, ...rootEnv } },
      ...(agentModel === null ? {} : { agent_model: agentModel }),
    };
    const turns = [{ write: 'a.txt', content: 'a' }, { say: 'Done.' }];
    return withCliRun(cli, { turns, record }, async (it) => {
      expectOutcome(it, 'succeeded', null, true);
      assert.equal([it.text, await it.file('a.txt'), it.left], ['Done.\n', 'a', []]);
    });
  };
  return { name: 'as a record of the configuration', isQuick: true, run };
}

function builtIn({ backend }: AgentCli): Backend {
  const found = BUILT_IN_BACKENDS[backend];
  if (found === undefined) throw new Error(`There is no built-in backend "${backend}".`);
  return found;
}

/** Shells in sessions of their own, one of them deaf to signals, one without its environment, when the run is told to stop. */
function childShell(): CliCase {
  const run = async (cli: AgentCli) => {
    const bare = `sleep ${300_000 + process.pid}`;
    const command = [
      '(setsid sh -c "trap : INT TERM; while :; do sleep 1; done" >/dev/null 2>&1 &)',
      `(env -i ${bare} >/dev/null 2>&1 &)`,
      'echo started > started.txt',
      '(sleep 301; echo a)',
      'echo b',
    ].join('; ');
    await withCliRun(cli, { turns: [{ run: command }], stopWhen: 'started.txt' }, async (it) => {
      assert.is(await it.file('started.txt'), 'started\n', 'the shells were started');
      expectOutcome(it, 'partial', 'interrupted', true);
      assert.equal(it.left, [], 'nothing is left running');
      assert.equal(await commandsLike(bare), [], 'nor what had cleared its environment');
    });
  };
  return { name: 'child shells must end', isQuick: true, run };
}

async function commandsLike(words: string): Promise<string[]> {
  const env = { PATH: process.env.PATH };
  const { stdout } = await runCommand({ file: 'ps', args: ['-axo', 'stat=,args='], cwd: '/', env });
  const lines = stdout.toString('utf8').split('\n');
  return lines.filter((line) => line.endsWith(words) && !line.trim().startsWith('Z'));
}

function expectOutcome(
  { result }: CliRun,
  status: RunResult['status'],
  cause: RunResult['cause'],
  changed: boolean,
): void {
  const { message, ...rest } = result;
  assert.equal(
    [rest.status, rest.cause, rest.changed],
    [status, cause, changed],
    `${message} ${JSON.stringify(rest.attempts)}`,
  );
}

/** copilot counts in premium requests, not in tokens. */
function expectUsage({ result, requests }: CliRun, cli: AgentCli): void {
  if (cli.backend === 'copilot') {
    assert.is(result.usage, null);
    return;
  }
  const { input_tokens, output_tokens } = SCRIPTED_USAGE;
  const count = requests.length;
  assert.is(result.usage?.input_tokens, input_tokens * count, 'input tokens');
  assert.is(result.usage?.output_tokens, output_tokens * count, 'output tokens');
}

/** Two of them say when, to the minute. */
function expectReset({ result }: CliRun, cli: AgentCli): void {
  if (cli.backend !== 'codex' && cli.backend !== 'claude') {
    assert.is(result.resets_at, null);
    return;
  }
  const off = Date.parse(result.resets_at ?? '') - RESETS_AT.getTime();
  assert.ok(Math.abs(off) <= 60_000, `${result.resets_at}: ${result.message}`);
}

/** All strings in a request, wherever its protocol has the prompt. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
