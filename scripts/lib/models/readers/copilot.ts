import * as z from 'zod';
import { jsonLines } from './json-output.ts';
import { NOTHING_READ, plainText, type Reading, readText, statusIn } from './reading.ts';

const event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('assistant.message'),
    data: z.object({ content: z.string().catch('') }),
  }),
  z.object({
    type: z.literal('session.error'),
    data: z.object({
      message: z.string().catch(''),
      statusCode: z.number().nullable().catch(null),
    }),
  }),
]);

/** `--output-format json`: events, a line each. Tokens are not among them: copilot counts in premium requests. */
export function readCopilot(stdout: string): Reading {
  const reading: Reading = { ...NOTHING_READ };
  let isJsonl = false;
  for (const value of jsonLines(stdout)) {
    isJsonl = true;
    const found = event.safeParse(value).data;
    if (found?.type === 'assistant.message') {
      reading.text = plainText(found.data.content);
      reading.error = null;
    } else if (found?.type === 'session.error') {
      const message = plainText(found.data.message);
      reading.error = { status: found.data.statusCode ?? statusIn(message), message };
    }
  }
  return isJsonl
    ? { ...reading, text: reading.error === null ? reading.text : '' }
    : readText(stdout);
}
