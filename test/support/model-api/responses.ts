import { randomUUID } from 'node:crypto';
import {
  type Answer,
  type Protocol,
  SCRIPTED_USAGE,
  type ServerEvent,
  type ShellCall,
} from './turn.ts';

/** OpenAI Responses, as codex 0.169 reads it: only whole items and the final usage are needed. */
export const responses: Protocol = {
  isAskedAt: (path) => path === '/v1/responses',
  isStream: () => true,
  // The default model of codex is offered its tools in an item of the input (CLI-FACTS 1).
  tools: ({ tools, input }) => [
    ...names(tools),
    ...items(input).flatMap(({ type, tools }) =>
      type === 'additional_tools' ? ['exec', ...names(tools)] : [],
    ),
  ],
  steps: ({ input }) =>
    items(input).filter(({ type }) => String(type).endsWith('_call_output')).length,
  events,
  whole: (answer) => {
    const last = events(answer).at(-1)?.data as { response: object };
    return { ...last.response, output: [itemOf(answer)] };
  },
  refusal: (turn) =>
    'quota' in turn
      ? {
          status: 429,
          body: {
            error: {
              type: 'usage_limit_reached',
              message: 'The usage limit has been reached',
              plan_type: 'pro',
              ...(turn.resetsAt && { resets_at: Math.round(turn.resetsAt.getTime() / 1000) }),
            },
          },
        }
      : {
          status: turn.status,
          body: {
            error: {
              type: `http_${turn.status}`,
              code: null,
              message: turn.message ?? `scripted ${turn.status}`,
            },
          },
        },
};

function events(answer: Answer): ServerEvent[] {
  const id = `resp_${randomUUID()}`;
  const list = [
    { type: 'response.created', response: { id } },
    ...('say' in answer && answer.say === ''
      ? []
      : [{ type: 'response.output_item.done', output_index: 0, item: itemOf(answer) }]),
    {
      type: 'response.completed',
      response: {
        id,
        usage: {
          ...SCRIPTED_USAGE,
          total_tokens: SCRIPTED_USAGE.input_tokens + SCRIPTED_USAGE.output_tokens,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens_details: { reasoning_tokens: 0 },
        },
      },
    },
  ];
  return list.map((data) => ({ event: data.type, data }));
}

function itemOf(answer: Answer): Record<string, unknown> {
  return 'call' in answer ? toolCall(answer.call) : textMessage(answer.say);
}

function toolCall(call: ShellCall): Record<string, unknown> {
  const head = { id: `item_${randomUUID()}`, call_id: `call_${randomUUID()}`, status: 'completed' };
  const words = JSON.stringify(call.arguments);
  return call.tool === 'exec'
    ? {
        ...head,
        type: 'custom_tool_call',
        name: 'exec',
        input: `text(await tools.exec_command(${words}));`,
      }
    : { ...head, type: 'function_call', name: call.tool, arguments: words };
}

function textMessage(text: string): Record<string, unknown> {
  return {
    id: `msg_${randomUUID()}`,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  };
}

function items(input: unknown): { type?: unknown; tools?: unknown }[] {
  return Array.isArray(input) ? input : [];
}

function names(tools: unknown): string[] {
  return Array.isArray(tools)
    ? tools.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
    : [];
}
