import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import type { OutputFormat } from './backend.ts';
import { lastJson, parseJson } from './last-json.ts';

export interface Usage {
  /** All of them, cached ones included. */
  input_tokens: number;
  output_tokens: number;
  cost_usd: number | null;
}

/** What a run's output says. */
export interface Reading {
  /** The model's final text without terminal escapes; '' when there is none. */
  text: string;
  usage: Usage | null;
  /** The error that the program reported in its structured output; `status` is the HTTP status (or gemini's own number below 100). */
  error: { status: number | null; message: string } | null;
}

type Reader = (stdout: string, stderr: string) => Reading;

const READERS: Record<OutputFormat, Reader> = {
  text: readText,
  'claude-json': readClaudeJson,
  'codex-jsonl': readCodexJsonl,
  'gemini-json': readGeminiJson,
};

/** Reads a run's output in its format. Whatever a program printed, this answers: garbage is read as plain text. */
export function readOutput(format: OutputFormat, stdout: string, stderr: string): Reading {
  return READERS[format](stdout, stderr);
}

function readText(stdout: string): Reading {
  return { text: plainText(stdout), usage: null, error: null };
}

/** The text as a person should see it: no colours, no cursor movement, no control characters but tab and newline. */
export function plainText(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
      .trim()
  );
}

const count = z.number().nonnegative().catch(0);

const claudeResult = z.object({
  type: z.literal('result'),
  subtype: z.string().catch(''),
  is_error: z.boolean().catch(false),
  result: z.string().catch(''),
  api_error_status: z.number().nullable().catch(null),
  total_cost_usd: z.number().nullable().catch(null),
  usage: z
    .object({
      input_tokens: count,
      cache_creation_input_tokens: count,
      cache_read_input_tokens: count,
      output_tokens: count,
    })
    .nullable()
    .catch(null),
});

/** One object, or with `verbose` in the user's settings an array that ends in it. `subtype` is "success" even at errors (CLI-FACTS 3). */
function readClaudeJson(stdout: string): Reading {
  const value = lastJson(stdout);
  const found = claudeResult.safeParse(Array.isArray(value) ? value.at(-1) : value);
  if (!found.success) return readText(stdout);
  const { is_error, subtype, result, api_error_status, usage, total_cost_usd } = found.data;
  const failed = is_error || subtype.startsWith('error');
  return {
    text: failed ? '' : plainText(result),
    usage: usage && {
      input_tokens:
        usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens,
      output_tokens: usage.output_tokens,
      cost_usd: total_cost_usd,
    },
    error: failed ? { status: api_error_status, message: plainText(result || subtype) } : null,
  };
}

const codexEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('item.completed'),
    item: z.object({ type: z.string(), text: z.string().catch('') }),
  }),
  z.object({
    type: z.literal('turn.completed'),
    usage: z.object({ input_tokens: count, output_tokens: count }).nullable().catch(null),
  }),
  z.object({
    type: z.literal('turn.failed'),
    error: z.object({ message: z.string().catch('') }).catch({ message: '' }),
  }),
]);

/** A line `{"type":"error"}` and an item of type `error` report what codex got over; only `turn.failed` is the end (CLI-FACTS 3). */
function readCodexJsonl(stdout: string): Reading {
  const reading: Reading = { text: '', usage: null, error: null };
  let isJsonl = false;
  for (const line of stdout.split('\n')) {
    const value = line.startsWith('{') ? parseJson(line) : undefined;
    if (value === undefined) continue;
    isJsonl = true;
    const event = codexEvent.safeParse(value).data;
    if (event?.type === 'item.completed' && event.item.type === 'agent_message') {
      reading.text = plainText(event.item.text);
    } else if (event?.type === 'turn.completed') {
      reading.usage = event.usage && { ...event.usage, cost_usd: null };
      reading.error = null;
    } else if (event?.type === 'turn.failed') {
      const message = plainText(event.error.message);
      reading.error = { status: statusIn(message), message };
    }
  }
  return isJsonl ? reading : readText(stdout);
}

/** `unexpected status 401 Unauthorized: ...`, `exceeded retry limit, last status: 429 Too Many Requests` [seen]. */
function statusIn(message: string): number | null {
  const status = /\bstatus:? ([45]\d\d)\b/.exec(message)?.[1];
  return status === undefined ? null : Number(status);
}

const geminiResult = z.object({
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

/** The object is on stdout when all went well, and at the end of stderr, after stack traces, when it did not (CLI-FACTS 3). */
function readGeminiJson(stdout: string, stderr: string): Reading {
  for (const [output, isOnStdout] of [
    [stdout, true],
    [stderr, false],
  ] as const) {
    const found = geminiResult.safeParse(lastJson(output)).data;
    if (found === undefined || (found.error == null && (found.response == null || !isOnStdout)))
      continue;
    return {
      text: plainText(found.response ?? ''),
      usage: geminiUsage(Object.values(found.stats?.models ?? {})),
      error: found.error ? geminiError(found.error) : null,
    };
  }
  return readText(stdout);
}

function geminiError({ type, message, code }: { type: string; message: string; code: unknown }) {
  return {
    status: typeof code === 'number' ? code : null,
    message: plainText([type === 'Error' ? '' : type, message].filter(Boolean).join(': ')),
  };
}

function geminiUsage(
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
