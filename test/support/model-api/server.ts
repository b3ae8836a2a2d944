import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What the scripted model does with one request. */
export type Turn =
  /** Calls the agent's shell tool. */
  | { run: string }
  /** Writes a file, relative to the agent's working directory, through the shell tool. */
  | { write: string; content: string }
  /** Ends the conversation with this text. */
  | { say: string }
  /** Refuses with an HTTP status, such as 401, 429 or 500. */
  | { status: number; message?: string; headers?: Record<string, string> }
  /** Takes the request and never answers. */
  | { silence: true };

export interface ModelRequest {
  /** Its number among all requests, from 0. */
  index: number;
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
  /** How many tool calls of this conversation have been carried out: tells concurrent agents apart from their order. */
  steps: number;
}

export interface ModelApi extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a path. */
  url: string;
  /** Every request that was answered, in order. */
  requests: ModelRequest[];
}

/** The turns in the order of the requests; the last one is repeated for as long as somebody asks. */
export type TurnScript = readonly Turn[] | ((request: ModelRequest) => Turn);

/** A vendor's protocol: how far a conversation is, and how a turn reads in its words. */
interface Protocol {
  path: string;
  stepsOf: (body: Record<string, unknown>) => number;
  errorOf: (status: number, message: string) => unknown;
  eventsOf: (turn: ActingTurn, body: Record<string, unknown>) => ServerEvent[];
}

type ActingTurn = Extract<Turn, { run: string } | { say: string }>;

interface ServerEvent {
  type: string;
  [field: string]: unknown;
}

/** A model API on 127.0.0.1 that real agent CLIs can be pointed at: it answers their requests from a script. */
export async function startModelApi({ turns }: { turns: TurnScript }): Promise<ModelApi> {
  const requests: ModelRequest[] = [];
  const nextTurn = (request: ModelRequest): Turn =>
    typeof turns === 'function'
      ? turns(request)
      : (turns[Math.min(request.index, turns.length - 1)] ?? { say: '' });

  const server = createServer(async (incoming, response) => {
    try {
      const { pathname } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
      const protocol = PROTOCOLS.find(({ path }) => path === pathname);
      if (incoming.method !== 'POST' || protocol === undefined) {
        sendJson(response, 404, { error: { message: `${incoming.method} ${pathname}: unknown` } });
        return;
      }
      const body = JSON.parse((await buffer(incoming)).toString('utf8'));
      const { headers } = incoming;
      const request = {
        index: requests.length,
        path: pathname,
        headers,
        body,
        steps: protocol.stepsOf(body),
      };
      requests.push(request);
      answer(response, protocol, nextTurn(request), body);
    } catch (error) {
      sendJson(response, 400, { error: { message: `The model API of the tests: ${error}` } });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(
  response: ServerResponse,
  protocol: Protocol,
  turn: Turn,
  body: Record<string, unknown>,
): void {
  if ('silence' in turn) return;
  if ('status' in turn) {
    const message = turn.message ?? `scripted ${turn.status}`;
    sendJson(response, turn.status, protocol.errorOf(turn.status, message), turn.headers);
    return;
  }
  const acting = 'write' in turn ? { run: writeCommand(turn.write, turn.content) } : turn;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of protocol.eventsOf(acting, body)) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  response.end();
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Base64 carries any content through the agent's shell, whatever that shell does with quotes. */
function writeCommand(path: string, content: string): string {
  const folder = path.includes('/') ? `mkdir -p '${path.slice(0, path.lastIndexOf('/'))}' && ` : '';
  const encoded = Buffer.from(content, 'utf8').toString('base64');
  return `${folder}printf %s '${encoded}' | base64 -d > '${path}'`;
}

/** Tokens that every scripted answer reports: a test can tell how many answers were added up. */
export const SCRIPTED_USAGE = { input_tokens: 100, output_tokens: 10 } as const;

/** OpenAI Responses, as codex 0.169 reads it: only whole items and the final usage are needed. */
const RESPONSES: Protocol = {
  path: '/v1/responses',
  stepsOf: (body) =>
    inputItems(body).filter(({ type }) => String(type).endsWith('_call_output')).length,
  errorOf: (status, message) => ({ error: { type: `http_${status}`, code: null, message } }),
  eventsOf: (turn, body) => {
    const id = `resp_${randomUUID()}`;
    const item = 'run' in turn ? shellCall(turn.run, body) : textMessage(turn.say);
    return [
      { type: 'response.created', response: { id } },
      ...('say' in turn && turn.say === ''
        ? []
        : [{ type: 'response.output_item.done', output_index: 0, item }]),
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
  },
};

const PROTOCOLS: readonly Protocol[] = [RESPONSES];

/**
 * codex offers `exec_command` to models that it does not know, and to its default model only `exec`, a tool that runs
 * JavaScript in which the other tools are functions (CLI-FACTS 1).
 */
function shellCall(command: string, body: Record<string, unknown>): Record<string, unknown> {
  const call = { id: `item_${randomUUID()}`, call_id: `call_${randomUUID()}`, status: 'completed' };
  const tools = (body.tools ?? []) as { name?: string }[];
  return tools.some(({ name }) => name === 'exec_command')
    ? {
        ...call,
        type: 'function_call',
        name: 'exec_command',
        arguments: JSON.stringify({ cmd: command }),
      }
    : {
        ...call,
        type: 'custom_tool_call',
        name: 'exec',
        input: `text(await tools.exec_command(${JSON.stringify({ cmd: command })}));`,
      };
}

function textMessage(text: string): Record<string, unknown> {
  return {
    id: `msg_${randomUUID()}`,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  };
}

function inputItems(body: Record<string, unknown>): { type?: unknown }[] {
  return Array.isArray(body.input) ? body.input : [];
}
