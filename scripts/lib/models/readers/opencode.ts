import * as z from 'zod';
import { jsonLines } from './json-output.ts';
import { NOTHING_READ, plainText, type Reading, readText, type Usage } from './reading.ts';

const count = z.number().nonnegative().catch(0);

const event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start') }),
  z.object({ type: z.literal('text'), part: z.object({ text: z.string().catch('') }) }),
  z.object({
    type: z.literal('step_finish'),
    part: z.object({
      cost: count,
      tokens: z.object({
        input: count,
        output: count,
        reasoning: count,
        cache: z.object({ read: count, write: count }).catch({ read: 0, write: 0 }),
      }),
    }),
  }),
  z.object({
    type: z.literal('error'),
    error: z.object({
      name: z.string().catch(''),
      data: z
        .object({ message: z.string().catch(''), statusCode: z.number().nullable().catch(null) })
        .catch({ message: '', statusCode: null }),
    }),
  }),
]);

/** `--format json`: events of steps, a line each. The final text is that of the last step. */
export function readOpencode(stdout: string): Reading {
  const reading: Reading = { ...NOTHING_READ };
  let usage: Usage | null = null;
  let isJsonl = false;
  for (const value of jsonLines(stdout)) {
    isJsonl = true;
    const found = event.safeParse(value).data;
    if (found?.type === 'step_start') reading.text = '';
    else if (found?.type === 'text') {
      reading.text = [reading.text, plainText(found.part.text)].filter(Boolean).join('\n\n');
    } else if (found?.type === 'step_finish') {
      usage = withStep(usage, found.part);
      reading.error = null;
    } else if (found?.type === 'error') {
      const { name, data } = found.error;
      reading.error = { status: data.statusCode, message: plainText(data.message || name) };
    }
  }
  return isJsonl ? { ...reading, usage } : readText(stdout);
}

type Step = Extract<z.output<typeof event>, { type: 'step_finish' }>['part'];

/** Costs of 0 are what opencode prints for a model whose price it does not know. */
function withStep(usage: Usage | null, { cost, tokens }: Step): Usage {
  const { input, output, reasoning, cache } = tokens;
  return {
    input_tokens: (usage?.input_tokens ?? 0) + input + cache.read + cache.write,
    output_tokens: (usage?.output_tokens ?? 0) + output + reasoning,
    cost_usd: cost === 0 ? (usage?.cost_usd ?? null) : (usage?.cost_usd ?? 0) + cost,
  };
}
