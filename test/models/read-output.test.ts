import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OUTPUT_FORMATS, type OutputFormat } from '../../scripts/lib/models/backend.ts';
import { readOutput } from '../../scripts/lib/models/read-output.ts';
import type { Reading } from '../../scripts/lib/models/readers/reading.ts';

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
test('claude, stream-json: the last line is the result', () => {
  const assistant = (...content: unknown[]) => ({ type: 'assistant', message: { content } });
  const init = { type: 'system', subtype: 'init' };
  const said = assistant({ type: 'text', text: 'I begin.' }, { type: 'tool_use', name: 'Bash' });
  const whole = readOutput('claude-json', lines(init, said, CLAUDE), '');
  assert.equal([whole.text, whole.usage?.input_tokens, whole.error], ['Done.', 100, null]);
  // Cut off: what it said last is its text.
  assert.equal(readOutput('claude-json', lines(init, said), ''), {
    text: 'I begin.',
    usage: null,
    error: null,
  });
});

test('qwen: an error of the API is a result like any other to it', () => {
  const result = (text: string) =>
    lines({
      ...CLAUDE,
      usage: { input_tokens: 7, output_tokens: 1 },
      total_cost_usd: null,
      result: text,
    });
  assert.equal(readOutput('qwen-json', result('Done.'), ''), {
    text: 'Done.',
    usage: { input_tokens: 7, output_tokens: 1, cost_usd: null },
    error: null,
  });
  const refused = readOutput(
    'qwen-json',
    result('[API Error: 429 scripted 429]\nPossible quota limitations in place.'),
    '',
  );
  assert.equal([refused.text, refused.error], ['', { status: 429, message: '429 scripted 429' }]);
  const empty = readOutput(
    'qwen-json',
    result('[API Error: Model stream ended with empty response text.]'),
    '',
  );
  assert.equal(empty.error, {
    status: null,
    message: 'Model stream ended with empty response text.',
  });
});

const GEMINI_INIT = [
  { type: 'init', session_id: 's', model: 'pro' },
  { type: 'message', role: 'user', content: 'Do it.' },
];
const geminiSays = (content: string) => ({
  type: 'message',
  role: 'assistant',
  content,
  delta: true,
});
const geminiEnds = (status: string, error?: string) => ({
  type: 'result',
  status,
  ...(error === undefined ? {} : { error: { type: 'unknown', message: error } }),
  stats: { total_tokens: 110, input_tokens: 100, output_tokens: 10, models: {} },
});

test('gemini, stream-json: the text since the last tool call', () => {
  const output = lines(
    ...GEMINI_INIT,
    geminiSays('I will write a file.'),
    { type: 'tool_use', tool_name: 'run_shell_command' },
    { type: 'tool_result', status: 'success' },
    geminiSays('All '),
    geminiSays('done.'),
    geminiEnds('success'),
  );
  assert.equal(readOutput('gemini-stream-json', output, 'YOLO mode is enabled.'), {
    text: 'All done.',
    usage: { input_tokens: 100, output_tokens: 10, cost_usd: null },
    error: null,
  });
});

const GEMINI_ERRORS: [string, string, string, Reading['error']][] = [
  [
    'a refusal with the answer of the API in it',
    '[API Error: {"error":{"code":401,"status":"UNAUTHENTICATED","message":"Incorrect API key","details":[]}}]',
    '',
    { status: 401, message: 'Incorrect API key' },
  ],
  [
    'a refusal whose number is on stderr only',
    '[API Error: You have exhausted your daily quota on this model.]\nPlease wait.',
    'TerminalQuotaError: x\n  status: 429\n}\n',
    { status: 429, message: 'You have exhausted your daily quota on this model.\nPlease wait.' },
  ],
  [
    'a connection that was cut',
    '[API Error: terminated]',
    '',
    { status: null, message: 'terminated' },
  ],
];

for (const [name, message, stderr, error] of GEMINI_ERRORS) {
  test(`gemini, stream-json: ${name}`, () => {
    const output = lines(...GEMINI_INIT, geminiEnds('error', message));
    const reading = readOutput('gemini-stream-json', output, stderr);
    assert.equal([reading.text, reading.error], ['', error]);
  });
}

test('gemini, stream-json: an empty answer and a loop are errors, although it exits 0', () => {
  const empty = 'The model returned an empty response with no text or thoughts.';
  const complains = (severity: string, text: string) => ({
    type: 'error',
    severity,
    message: text,
  });
  const read = (...events: unknown[]) =>
    readOutput('gemini-stream-json', lines(...GEMINI_INIT, ...events), '');
  assert.is(read(complains('error', empty), geminiEnds('error')).error?.message, empty);
  const loop = 'Loop detected, stopping execution';
  assert.is(read(complains('warning', loop), geminiEnds('success')).error?.message, loop);
  const warned = read(geminiSays('Done.'), complains('warning', 'x'), geminiEnds('success'));
  assert.equal([warned.text, warned.error], ['Done.', null]);
});

test('opencode: the text of the last step, tokens and costs of all', () => {
  const step = (cost: number) => ({
    type: 'step_finish',
    part: {
      reason: 'stop',
      tokens: { input: 100, output: 10, reasoning: 5, cache: { read: 40, write: 2 } },
      cost,
    },
  });
  const text = (words: string) => ({ type: 'text', part: { type: 'text', text: words } });
  const start = { type: 'step_start', part: {} };
  const output = lines(
    start,
    text('I begin.'),
    step(0.5),
    start,
    text('All done.'),
    text('Bye.'),
    step(0.25),
  );
  assert.equal(readOutput('opencode-jsonl', output, ''), {
    text: 'All done.\n\nBye.',
    usage: { input_tokens: 284, output_tokens: 30, cost_usd: 0.75 },
    error: null,
  });
  const error = {
    name: 'APIError',
    data: { message: 'Incorrect API key', statusCode: 401, isRetryable: false },
  };
  assert.equal(readOutput('opencode-jsonl', lines({ type: 'error', error }), '').error, {
    status: 401,
    message: 'Incorrect API key',
  });
  assert.is(
    readOutput('opencode-jsonl', lines({ type: 'error', error }, start, step(0)), '').error,
    null,
  );
});

test('copilot: the last message; an error has a number, or only words', () => {
  const says = (content: string) => ({
    type: 'assistant.message',
    data: { content, toolRequests: [] },
  });
  const fails = (data: object) => ({
    type: 'session.error',
    data: { errorType: 'query', ...data },
  });
  const end = { type: 'result', exitCode: 0, usage: { premiumRequests: 1 } };
  assert.equal(readOutput('copilot-jsonl', lines(says(''), says('All done.'), end), ''), {
    text: 'All done.',
    usage: null,
    error: null,
  });
  const refused = readOutput(
    'copilot-jsonl',
    lines(says('x'), fails({ message: 'Last error: 429 x', statusCode: 429 }), end),
    '',
  );
  assert.equal([refused.text, refused.error], ['', { status: 429, message: 'Last error: 429 x' }]);
  const empty = readOutput(
    'copilot-jsonl',
    lines(fails({ message: 'No response was returned.' })),
    '',
  );
  assert.equal(empty.error, { status: null, message: 'No response was returned.' });
});

test('garbage is read without an error being thrown', () => {
  for (const format of OUTPUT_FORMATS) {
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
