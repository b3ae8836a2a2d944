import { type Answer, type Protocol, SCRIPTED_USAGE } from './turn.ts';

interface Content {
  parts?: { functionResponse?: unknown }[];
}

/** Gemini's `streamGenerateContent`, and its sibling that answers in one piece. */
export const generateContent: Protocol = {
  isAskedAt: (path) =>
    /^\/v1(beta)?\/models\/[^/]+:(streamGenerateContent|generateContent)$/.test(path),
  isStream: (path) => path.endsWith(':streamGenerateContent'),
  tools: ({ tools }) =>
    (Array.isArray(tools) ? tools : []).flatMap(
      ({ functionDeclarations = [] }: { functionDeclarations?: { name: string }[] }) =>
        functionDeclarations.map(({ name }) => name),
    ),
  steps: ({ contents }) =>
    (Array.isArray(contents) ? (contents as Content[]) : [])
      .flatMap(({ parts = [] }) => parts)
      .filter(({ functionResponse }) => functionResponse !== undefined).length,
  events: (answer) => [{ event: null, data: response(answer) }],
  whole: response,
  refusal: (turn) =>
    'quota' in turn
      ? { status: 429, body: quotaBody(turn.resetsAt) }
      : {
          status: turn.status,
          body: errorBody(
            turn.status,
            STATUSES[turn.status] ?? 'UNKNOWN',
            turn.message ?? `scripted ${turn.status}`,
          ),
        },
};

function response(answer: Answer): unknown {
  const part =
    'say' in answer
      ? { text: answer.say }
      : { functionCall: { name: answer.call.tool, args: answer.call.arguments } };
  return {
    candidates: [
      {
        index: 0,
        content: { role: 'model', parts: 'say' in answer && answer.say === '' ? [] : [part] },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: {
      promptTokenCount: SCRIPTED_USAGE.input_tokens,
      candidatesTokenCount: SCRIPTED_USAGE.output_tokens,
      totalTokenCount: SCRIPTED_USAGE.input_tokens + SCRIPTED_USAGE.output_tokens,
    },
  };
}

/** By the vendor's documentation. */
const STATUSES: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

function errorBody(code: number, status: string, message: string, details: object[] = []) {
  return { error: { code, status, message, details } };
}

function quotaBody(resetsAt: Date | undefined) {
  const waits = resetsAt && Math.max(1, Math.round((resetsAt.getTime() - Date.now()) / 1000));
  return errorBody(
    429,
    'RESOURCE_EXHAUSTED',
    'You exceeded your current quota, please check your plan and billing details.',
    [
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
      },
      ...(waits
        ? [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${waits}s` }]
        : []),
    ],
  );
}
