import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { chatCompletions } from './chat-completions.ts';
import { generateContent } from './generate-content.ts';
import { messages } from './messages.ts';
import { responses } from './responses.ts';
import { shellCall } from './shell-tool.ts';
import type { Acting, Answer, Body, ModelRequest, Protocol, Turn, TurnScript } from './turn.ts';

export { SCRIPTED_USAGE } from './turn.ts';

export interface ModelApi extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a path. */
  url: string;
  /** Every request of a conversation, in order. */
  requests: ModelRequest[];
}

const PROTOCOLS: readonly Protocol[] = [responses, chatCompletions, messages, generateContent];

/**
 * A model API on 127.0.0.1 that real agent CLIs can be pointed at: it answers their requests from a script. Side
 * requests, which offer no tools, do not use a turn up: they are refused where the conversation would be, else told "ok".
 */
export async function startModelApi({ turns }: { turns: TurnScript }): Promise<ModelApi> {
  const requests: ModelRequest[] = [];
  const turnOf = (request: ModelRequest): Turn =>
    typeof turns === 'function'
      ? turns(request)
      : (turns[Math.min(request.index, turns.length - 1)] ?? { say: '' });

  const server = createServer(async (incoming, response) => {
    try {
      const { pathname } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
      const protocol = PROTOCOLS.find((it) => it.isAskedAt(pathname));
      if (incoming.method !== 'POST' || protocol === undefined) {
        sendJson(response, 404, { error: { message: `${incoming.method} ${pathname}: unknown` } });
        return;
      }
      const body = JSON.parse((await buffer(incoming)).toString('utf8')) as Body;
      const request: ModelRequest = {
        index: requests.length,
        path: pathname,
        headers: incoming.headers,
        body,
        steps: protocol.steps(body),
      };
      const isAside = protocol.tools(body).length === 0;
      const turn = turnOf(request);
      if (!isAside) requests.push(request);
      answer(response, protocol, isAside && isActing(turn) ? { say: 'ok' } : turn, request);
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
  { path, body }: ModelRequest,
): void {
  if ('silence' in turn) return;
  if ('drop' in turn) {
    response.writeHead(200, { 'content-type': EVENT_STREAM });
    const [first = ''] = eventTexts(protocol, { say: 'Half of' }, body);
    response.write(first, () => response.destroy());
  } else if ('status' in turn || 'quota' in turn) {
    const refusal = protocol.refusal(turn);
    const headers = 'headers' in turn ? turn.headers : undefined;
    sendJson(response, refusal.status, refusal.body, { ...refusal.headers, ...headers });
  } else {
    const words: Answer =
      'say' in turn ? turn : { call: shellCall(commandOf(turn), protocol.tools(body)) };
    if (protocol.isStream(path, body)) {
      response.writeHead(200, { 'content-type': EVENT_STREAM });
      response.end(eventTexts(protocol, words, body).join(''));
    } else {
      sendJson(response, 200, protocol.whole(words, body));
    }
  }
}

const EVENT_STREAM = 'text/event-stream';

function eventTexts(protocol: Protocol, words: Answer, body: Body): string[] {
  return protocol.events(words, body).map(({ event, data }) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    return `${event === null ? '' : `event: ${event}\n`}data: ${text}\n\n`;
  });
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

function isActing(turn: Turn): turn is Acting {
  return 'run' in turn || 'write' in turn || 'say' in turn;
}

/** Base64 carries any content through the agent's shell, whatever that shell does with quotes. */
function commandOf(turn: Exclude<Acting, { say: string }>): string {
  if ('run' in turn) return turn.run;
  const { write: path, content } = turn;
  const folder = path.includes('/') ? `mkdir -p '${path.slice(0, path.lastIndexOf('/'))}' && ` : '';
  const encoded = Buffer.from(content, 'utf8').toString('base64');
  return `${folder}printf %s '${encoded}' | base64 -d > '${path}'`;
}
