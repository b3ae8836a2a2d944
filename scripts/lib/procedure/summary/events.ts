/** When things happened, as events.jsonl tells it. */
import { join } from 'node:path';
import * as z from 'zod';
import { readTextOrNull } from '../../session/files.ts';
import type { Session } from '../../session/session.ts';

const eventSchema = z.object({
  event: z.string(),
  timestamp: z.iso.datetime(),
  pass: z.number().optional(),
  target: z.string().optional(),
});

export type Event = z.output<typeof eventSchema>;

/** In their order; a line that a kill cut short is none. */
export async function readEvents({ directory }: Session): Promise<Event[]> {
  const text = (await readTextOrNull(join(directory, 'events.jsonl'))) ?? '';
  return text.split('\n').flatMap((line) => {
    const parsed = eventSchema.safeParse(parse(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
