import * as z from 'zod';
import { jsonLines, lastJson } from './json-output.ts';
import { NOTHING_READ, plainText, type Reading, readText, statusIn } from './reading.ts';

const count = z.number().nonnegative().catch(0);

const result = z.object({
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

const assistant = z.object({
  type: z.literal('assistant'),
  message: z.object({
    content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  }),
});

/**
 * `json`: one object, or with `verbose` in the user's settings an array that ends in it; `stream-json`: one object a
 * line, the last of which is the same. `subtype` is "success" even at errors (CLI-FACTS 3).
 */
export function readClaude(stdout: string): Reading {
  const last = lastJson(stdout);
  const found = result.safeParse(Array.isArray(last) ? last.at(-1) : last).data;
  if (found === undefined) return readUnfinished(stdout);
  const failed = found.is_error || found.subtype.startsWith('error');
  return {
    text: failed ? '' : plainText(found.result),
    usage: usageOf(found),
    error: failed
      ? { status: found.api_error_status, message: plainText(found.result || found.subtype) }
      : null,
  };
}

/** A stream that was cut off has no result: what the model said last is its text. */
function readUnfinished(stdout: string): Reading {
  let isStream = false;
  let text = '';
  for (const value of jsonLines(stdout)) {
    isStream = true;
    const content = assistant.safeParse(value).data?.message.content ?? [];
    const said = content.flatMap((block) => (block.type === 'text' ? (block.text ?? '') : []));
    if (said.length > 0) text = plainText(said.join('\n'));
  }
  return isStream ? { ...NOTHING_READ, text } : readText(stdout);
}

function usageOf({ usage, total_cost_usd }: z.output<typeof result>): Reading['usage'] {
  return (
    usage && {
      input_tokens:
        usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens,
      output_tokens: usage.output_tokens,
      cost_usd: total_cost_usd,
    }
  );
}

/** qwen prints what claude does, but an error of the API is to it a result like any other, with exit status 0 [seen]. */
export function readQwen(stdout: string): Reading {
  const reading = readClaude(stdout);
  const error = /^\[API Error: ([\s\S]*)\]/.exec(reading.text)?.[1];
  if (error === undefined) return reading;
  return { ...reading, text: '', error: { status: statusIn(reading.text), message: error } };
}
