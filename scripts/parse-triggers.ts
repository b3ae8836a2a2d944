import * as z from 'zod';
import { readInput } from './lib/input.ts';
import { parseTriggers } from './lib/models/triggers.ts';
import { ownCommand } from './lib/own-command.ts';
import { defineScript, runWhenMain } from './lib/script.ts';

const script = defineScript({
  name: 'parse-triggers',
  summary: 'Read passes, time limit and mode out of the first and last line of a task',
  options: z.object({
    task: z.string().optional().describe('TEXT: the task as the user gave it'),
    taskFile: z.string().optional().describe("FILE with the task; '-' reads stdin"),
  }),
  output: z.object({
    task: z.string().describe('the task without its triggers'),
    passes: z.number().nullable(),
    timeout_s: z.union([z.number(), z.literal('none')]).nullable(),
    mode: z.enum(['fast', 'balanced', 'deep']).nullable(),
    ambiguous: z
      .array(z.object({ trigger: z.string(), line: z.number() }))
      .describe('words of a sentence or of the body, which stay in the task: were they meant?'),
  }),
  examples: [
    ['parse-triggers --task "x2 Add a retry to the client timeout:600"', 'two passes, 600 seconds'],
    ['parse-triggers --task-file task.md', 'a longer task'],
  ],
  async run({ task, taskFile }, { warn }) {
    const text = await readInput('task', { text: task, file: taskFile });
    const { warnings, ...triggers } = parseTriggers(text ?? '');
    for (const warning of warnings) warn(warning);
    return {
      ...triggers,
      next:
        triggers.ambiguous.length > 0
          ? 'Decide whether the words under "ambiguous" were meant as triggers; --passes and --timeout of start-session say it.'
          : ownCommand('detect-models'),
    };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
