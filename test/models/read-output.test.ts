import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OutputFormat } from '../../scripts/lib/models/backend.ts';
import { type Reading, readOutput } from '../../scripts/lib/models/read-output.ts';

const FORMATS: OutputFormat[] = ['text', 'claude-json', 'codex-jsonl', 'gemini-json'];

function lines(...values: unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Shapes as the real programs printed them (CLI-FACTS 3 and 4). */
const CLAUDE = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  api_error_status: null,
  result: 'Done.',
  session_id: 's',
  total_cost_usd: 0.25,
  usage: {
    input_tokens: 4,
    cache_creation_input_tokens: 90,
    cache_read_input_tokens: 6,
    output_tokens: 10,
  },
};
const CODEX_START = [{ type: 'thread.started', thread_id: 't' }, { type: 'turn.started' }];
const CODEX_USAGE = {
  type: 'turn.completed',
  usage: {
    input_tokens: 300,
    cached_input_tokens: 0,
    output_tokens: 30,
    reasoning_output_tokens: 0,
  },
};
const message = (text: string) => ({
  type: 'item.completed',
  item: { id: 'i', type: 'agent_message', text },
});
const GEMINI_STATS = {
  models: {
    a: {
      tokens: {
        input: 60,
        prompt: 100,
        candidates: 10,
        total: 110,
        cached: 40,
        thoughts: 5,
        tool: 0,
      },
    },
    b: { tokens: { input: 1, candidates: 2, thoughts: 0 } },
  },
};
const GEMINI_TRACE =
  'YOLO mode is enabled.\nError when talking _ApiError: {"error":{"code":401}}\n    at async x {\n  status: 401\n}\n';

const CASES: [string, OutputFormat, string, string, Partial<Reading>][] = [
  [
    'plain text',
    'text',
    '\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007\r\nb\u0007\u0008\n\n',
    'noise',
    { text: 'red link\nb' },
  ],
  [
    'claude',
    'claude-json',
    JSON.stringify(CLAUDE),
    '',
    { text: 'Done.', usage: { input_tokens: 100, output_tokens: 10, cost_usd: 0.25 } },
  ],
  [
    'claude, verbose in the settings',
    'claude-json',
    JSON.stringify([{ type: 'system' }, CLAUDE], null, 2),
    '',
    { text: 'Done.', usage: { input_tokens: 100, output_tokens: 10, cost_usd: 0.25 } },
  ],
  [
    'claude after noise',
    'claude-json',
    `warning {\n${JSON.stringify({ ...CLAUDE, usage: null })}\n`,
    '',
    { text: 'Done.' },
  ],
  [
    'claude, an API error',
    'claude-json',
    JSON.stringify({
      ...CLAUDE,
      is_error: true,
      api_error_status: 401,
      result: 'API Error: 401',
      usage: null,
    }),
    '',
    { error: { status: 401, message: 'API Error: 401' } },
  ],
  [
    'claude, an error without a result',
    'claude-json',
    JSON.stringify({ type: 'result', subtype: 'error_max_turns' }),
    '',
    { error: { status: null, message: 'error_max_turns' } },
  ],
  [
    'claude, plain words',
    'claude-json',
    'Not logged in · Please run /login\n',
    '',
    { text: 'Not logged in · Please run /login' },
  ],
  [
    'codex',
    'codex-jsonl',
    lines(
      ...CODEX_START,
      message('thinking'),
      message('Done: \u001b[31mred\u001b[0m'),
      CODEX_USAGE,
    ),
    '',
    { text: 'Done: red', usage: { input_tokens: 300, output_tokens: 30, cost_usd: null } },
  ],
  [
    'codex that reconnected',
    'codex-jsonl',
    lines(
      ...CODEX_START,
      { type: 'error', message: 'Reconnecting... 1/5 (429 Too Many Requests)' },
      { type: 'item.completed', item: { type: 'error', message: 'm' } },
      message('ok'),
      CODEX_USAGE,
    ),
    '',
    { text: 'ok', usage: { input_tokens: 300, output_tokens: 30, cost_usd: null } },
  ],
  [
    'codex, failed',
    'codex-jsonl',
    lines(...CODEX_START, {
      type: 'turn.failed',
      error: { message: 'exceeded retry limit, last status: 429 Too Many Requests' },
    }),
    '',
    { error: { status: 429, message: 'exceeded retry limit, last status: 429 Too Many Requests' } },
  ],
  [
    'codex, failed half way',
    'codex-jsonl',
    lines(...CODEX_START, message('first'), {
      type: 'turn.failed',
      error: { message: 'high demand' },
    }),
    '',
    { text: 'first', error: { status: null, message: 'high demand' } },
  ],
  [
    'codex, empty',
    'codex-jsonl',
    lines(...CODEX_START, CODEX_USAGE),
    '',
    { usage: { input_tokens: 300, output_tokens: 30, cost_usd: null } },
  ],
  [
    'codex, cut in a line',
    'codex-jsonl',
    `"text":"the end"}}\n${lines(message('ok'))}{"type":"turn.com`,
    '',
    { text: 'ok' },
  ],
  ['codex, another program', 'codex-jsonl', 'Just words\n', '', { text: 'Just words' }],
  [
    'gemini',
    'gemini-json',
    JSON.stringify({ session_id: 's', response: 'Done.', stats: GEMINI_STATS }, null, 2),
    'YOLO mode is enabled.',
    { text: 'Done.', usage: { input_tokens: 101, output_tokens: 17, cost_usd: null } },
  ],
  [
    'gemini after noise',
    'gemini-json',
    `Loaded cached credentials.\n${JSON.stringify({ response: 'ok' })}`,
    '',
    { text: 'ok' },
  ],
  [
    'gemini, failed',
    'gemini-json',
    '',
    `${GEMINI_TRACE}${JSON.stringify({ session_id: 's', error: { type: 'Error', message: 'bad key', code: 401 } }, null, 2)}\n`,
    { error: { status: 401, message: 'bad key' } },
  ],
  [
    'gemini, a failure of its own',
    'gemini-json',
    '',
    `x\n${JSON.stringify({ error: { type: 'FatalTurnLimitedError', message: 'Reached max', code: 53 } }, null, 2)}`,
    { error: { status: 53, message: 'FatalTurnLimitedError: Reached max' } },
  ],
  ['gemini, empty', 'gemini-json', '', '[ERROR] The model returned an empty response', {}],
  ['gemini, another program', 'gemini-json', 'Just words', '', { text: 'Just words' }],
];

for (const [name, format, stdout, stderr, expected] of CASES) {
  test(name, () => {
    assert.equal(readOutput(format, stdout, stderr), {
      text: '',
      usage: null,
      error: null,
      ...expected,
    });
  });
}

const GARBAGE = [
  '',
  '{',
  '}',
  '[]',
  'null',
  '{}',
  '[1,{"a":2}]',
  '{"type":"result"}',
  '{"error":1,"response":2,"stats":3}',
  '{"type":"turn.failed"}',
  '\0\0{"type":"item.completed"}',
  '{\n'.repeat(5_000),
];
test('garbage is read without an error being thrown', () => {
  for (const format of FORMATS) {
    for (const garbage of GARBAGE) {
      assert.type(readOutput(format, garbage, garbage).text, 'string');
    }
  }
});

test('five megabytes of final text stay whole', () => {
  const text = 'é'.repeat(2_500_000);
  assert.is(readOutput('codex-jsonl', lines(message(text)), '').text, text);
  assert.is(readOutput('claude-json', JSON.stringify({ ...CLAUDE, result: text }), '').text, text);
});

test.run();
