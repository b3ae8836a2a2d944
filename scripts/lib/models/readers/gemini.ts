import * as z from 'zod';
import { jsonLines, lastJson } from './json-output.ts';
import {
  NOTHING_READ,
  plainText,
  type Reading,
  type ReportedError,
  readText,
  statusIn,
  type Usage,
} from './reading.ts';

const count = z.number().nonnegative().catch(0);

const event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('init') }),
  z.object({
    type: z.literal('message'),
    role: z.string(),
    content: z.string().catch(''),
    delta: z.boolean().catch(false),
  }),
  z.object({ type: z.literal('tool_use') }),
  z.object({
    type: z.literal('error'),
    severity: z.string().catch('error'),
    message: z.string().catch(''),
  }),
  z.object({
    type: z.literal('result'),
    status: z.string(),
    error: z.object({ message: z.string().catch('') }).nullish(),
    stats: z.object({ input_tokens: count, output_tokens: count }).nullish().catch(null),
  }),
]);

/**
 * `stream-json`: one object a line on stdout. The final text is what the model said since its last tool call, in
 * pieces; the result does not repeat it. A loop that gemini stopped is a warning there, and exit status 0 (CLI-FACTS 4).
 */
export function readGeminiStream(stdout: string, stderr: string): Reading {
  const reading: Reading = { ...NOTHING_READ };
  let complaint: string | null = null;
  let isStream = false;
  for (const value of jsonLines(stdout)) {
    const found = event.safeParse(value).data;
    isStream ||= found !== undefined;
    if (found?.type === 'tool_use') reading.text = '';
    else if (found?.type === 'message' && found.role === 'assistant') {
      reading.text = found.delta ? reading.text + found.content : found.content;
    } else if (found?.type === 'error') {
      if (found.severity === 'error' || reading.text === '') complaint = found.message;
    } else if (found?.type === 'result') {
      reading.usage = found.stats ? { ...usageOf(found.stats), cost_usd: null } : null;
      if (found.status !== 'success')
        reading.error = errorIn(found.error?.message ?? complaint ?? found.status, stderr);
    }
  }
  if (!isStream) return readGemini(stdout, stderr);
  const text = plainText(reading.text);
  const error =
    reading.error ?? (text === '' && complaint !== null ? errorIn(complaint, '') : null);
  return { ...reading, text: error === null ? text : '', error };
}

function usageOf({ input_tokens, output_tokens }: { input_tokens: number; output_tokens: number }) {
  return { input_tokens, output_tokens };
}

/**
 * `[API Error: {"error":{"code":401,...}}]`, `[API Error: You have exhausted your daily quota on this model.]` [seen]. Where
 * it has no number, the stack trace on stderr does: `status: 429`.
 */
function errorIn(text: string, stderr: string): ReportedError {
  const message = plainText(text);
  const inner = /"message":"((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  return {
    status: statusIn(message) ?? statusIn(stderr.slice(-STACK_TRACE_LENGTH)),
    message: inner ?? message.replace(/^\[API Error: (.*)\]/s, '$1'),
  };
}

const STACK_TRACE_LENGTH = 4_000;

const document = z.object({
  response: z.string().nullish(),
  error: z
    .object({ type: z.string().catch(''), message: z.string().catch(''), code: z.unknown() })
    .nullish(),
  stats: z
    .object({
      models: z.record(
        z.string(),
        z.object({
          tokens: z.object({
            input: count,
            prompt: count.optional(),
            candidates: count,
            thoughts: count,
          }),
        }),
      ),
    })
    .nullish()
    .catch(null),
});

/** `json`: the object is on stdout when all went well, and at the end of stderr, after stack traces, when it did not (CLI-FACTS 3). */
export function readGemini(stdout: string, stderr: string): Reading {
  for (const [output, isOnStdout] of [
    [stdout, true],
    [stderr, false],
  ] as const) {
    const found = document.safeParse(lastJson(output)).data;
    if (found === undefined || (found.error == null && (found.response == null || !isOnStdout)))
      continue;
    return {
      text: plainText(found.response ?? ''),
      usage: documentUsage(Object.values(found.stats?.models ?? {})),
      error: found.error ? documentError(found.error) : null,
    };
  }
  return readText(stdout);
}

function documentError({ type, message, code }: { type: string; message: string; code: unknown }) {
  return {
    status: typeof code === 'number' ? code : null,
    message: plainText([type === 'Error' ? '' : type, message].filter(Boolean).join(': ')),
  };
}

function documentUsage(
  models: {
    tokens: { input: number; prompt?: number | undefined; candidates: number; thoughts: number };
  }[],
): Usage | null {
  if (models.length === 0) return null;
  return {
    input_tokens: sum(models.map(({ tokens }) => tokens.prompt ?? tokens.input)),
    output_tokens: sum(models.map(({ tokens }) => tokens.candidates + tokens.thoughts)),
    cost_usd: null,
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
