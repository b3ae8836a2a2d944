import { randomUUID } from 'node:crypto';
import { type Answer, type Protocol, SCRIPTED_USAGE, type ServerEvent } from './turn.ts';

/** OpenAI Chat Completions: what opencode, qwen and copilot speak to a provider of one's own. */
export const chatCompletions: Protocol = {
  isAskedAt: (path) => path === '/v1/chat/completions',
  isStream: (_, { stream }) => stream === true,
  tools: ({ tools }) =>
    Array.isArray(tools)
      ? tools.map((tool: { function?: { name?: string } }) => tool.function?.name ?? '')
      : [],
  steps: ({ messages }) =>
    Array.isArray(messages)
      ? messages.filter(({ role }: { role?: unknown }) => role === 'tool').length
      : 0,
  events: (answer, body) => {
    const chunk = (delta: object, finish: string | null): ServerEvent => ({
      event: null,
      data: {
        ...head(body, 'chat.completion.chunk'),
        choices: [{ index: 0, delta, finish_reason: finish }],
      },
    });
    return [
      chunk({ role: 'assistant', content: '' }, null),
      chunk(contentOf(answer, true), null),
      chunk({}, finishOf(answer)),
      { event: null, data: { ...head(body, 'chat.completion.chunk'), choices: [], usage: USAGE } },
      { event: null, data: '[DONE]' },
    ];
  },
  whole: (answer, body) => ({
    ...head(body, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, ...contentOf(answer, false) },
        finish_reason: finishOf(answer),
      },
    ],
    usage: USAGE,
  }),
  refusal: (turn) =>
    'quota' in turn
      ? {
          status: 429,
          body: {
            error: {
              message:
                'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs.',
              type: 'insufficient_quota',
              param: null,
              code: 'insufficient_quota',
            },
          },
          headers: { 'x-should-retry': 'false' },
        }
      : {
          status: turn.status,
          body: {
            error: {
              message: turn.message ?? `scripted ${turn.status}`,
              type: `http_${turn.status}`,
              param: null,
              code: null,
            },
          },
        },
};

const USAGE = {
  prompt_tokens: SCRIPTED_USAGE.input_tokens,
  completion_tokens: SCRIPTED_USAGE.output_tokens,
  total_tokens: SCRIPTED_USAGE.input_tokens + SCRIPTED_USAGE.output_tokens,
};

function head({ model }: Record<string, unknown>, object: string): Record<string, unknown> {
  return { id: `chatcmpl-${randomUUID()}`, object, created: 1, model };
}

function contentOf(answer: Answer, isStream: boolean): Record<string, unknown> {
  if ('say' in answer) return { content: answer.say };
  const { tool, arguments: words } = answer.call;
  const call = { name: tool, arguments: JSON.stringify(words) };
  const id = `call_${randomUUID()}`;
  return {
    tool_calls: [{ ...(isStream ? { index: 0 } : {}), id, type: 'function', function: call }],
  };
}

function finishOf(answer: Answer): string {
  return 'say' in answer ? 'stop' : 'tool_calls';
}
