import * as z from 'zod';
import { jsonLines } from './json-output.ts';
import { NOTHING_READ, plainText, type Reading, readText, statusIn } from './reading.ts';

const count = z.number().nonnegative().catch(0);

const event = z.discriminatedUnion('type', [
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
export function readCodex(stdout: string): Reading {
  const reading: Reading = { ...NOTHING_READ };
  let isJsonl = false;
  for (const value of jsonLines(stdout)) {
    isJsonl = true;
    const found = event.safeParse(value).data;
    if (found?.type === 'item.completed' && found.item.type === 'agent_message') {
      reading.text = plainText(found.item.text);
    } else if (found?.type === 'turn.completed') {
      reading.usage = found.usage && { ...found.usage, cost_usd: null };
      reading.error = null;
    } else if (found?.type === 'turn.failed') {
      const message = plainText(found.error.message);
      reading.error = { status: statusIn(message), message };
    }
  }
  return isJsonl ? reading : readText(stdout);
}
