import { randomUUID } from 'node:crypto';
import { type Answer, type Protocol, SCRIPTED_USAGE, type ServerEvent } from './turn.ts';

interface Message {
  content?: unknown;
}

/** Anthropic Messages, as claude 2.1 reads it. */
export const messages: Protocol = {
  isAskedAt: (path) => path === '/v1/messages',
  isStream: (_, { stream }) => stream === true,
  tools: ({ tools }) =>
    Array.isArray(tools) ? tools.map(({ name }: { name: string }) => name) : [],
  steps: ({ messages }) =>
    (Array.isArray(messages) ? (messages as Message[]) : [])
      .flatMap(({ content }) => (Array.isArray(content) ? content : []))
      .filter(({ type }: { type?: unknown }) => type === 'tool_result').length,
  events: (answer, body) => {
    const block = blockOf(answer);
    const start = { ...message(body), content: [], stop_reason: null };
    const isEmpty = 'say' in answer && answer.say === '';
    return [
      {
        type: 'message_start',
        message: { ...start, usage: { ...SCRIPTED_USAGE, output_tokens: 0 } },
      },
      ...(isEmpty
        ? []
        : [
            {
              type: 'content_block_start',
              index: 0,
              content_block: { ...block, ...emptied(answer) },
            },
            { type: 'content_block_delta', index: 0, delta: deltaOf(answer) },
            { type: 'content_block_stop', index: 0 },
          ]),
      {
        type: 'message_delta',
        delta: { stop_reason: stopOf(answer), stop_sequence: null },
        usage: { output_tokens: SCRIPTED_USAGE.output_tokens },
      },
      { type: 'message_stop' },
    ].map((data): ServerEvent => ({ event: data.type, data }));
  },
  whole: (answer, body) => ({
    ...message(body),
    content: [blockOf(answer)],
    stop_reason: stopOf(answer),
    usage: SCRIPTED_USAGE,
  }),
  refusal: (turn) => {
    if (!('quota' in turn)) {
      const text = turn.message ?? `scripted ${turn.status}`;
      return {
        status: turn.status,
        body: errorBody(ERROR_TYPES[turn.status] ?? 'api_error', text),
      };
    }
    const reset = turn.resetsAt && String(Math.round(turn.resetsAt.getTime() / 1000));
    return {
      status: 429,
      body: errorBody('rate_limit_error', "This request would exceed your account's rate limit."),
      headers: {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        ...(reset && { 'anthropic-ratelimit-unified-reset': reset }),
        'x-should-retry': 'false',
      },
    };
  },
};

/** By the vendor's documentation. */
const ERROR_TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function errorBody(type: string, message: string) {
  return { type: 'error', error: { type, message }, request_id: `req_${randomUUID()}` };
}

function message({ model }: Record<string, unknown>): Record<string, unknown> {
  return {
    id: `msg_${randomUUID()}`,
    type: 'message',
    role: 'assistant',
    model,
    stop_sequence: null,
  };
}

function blockOf(answer: Answer): Record<string, unknown> {
  return 'say' in answer
    ? { type: 'text', text: answer.say }
    : {
        type: 'tool_use',
        id: `toolu_${randomUUID()}`,
        name: answer.call.tool,
        input: answer.call.arguments,
      };
}

function emptied(answer: Answer): Record<string, unknown> {
  return 'say' in answer ? { text: '' } : { input: {} };
}

function deltaOf(answer: Answer): Record<string, unknown> {
  return 'say' in answer
    ? { type: 'text_delta', text: answer.say }
    : { type: 'input_json_delta', partial_json: JSON.stringify(answer.call.arguments) };
}

function stopOf(answer: Answer): string {
  return 'say' in answer ? 'end_turn' : 'tool_use';
}
