import * as z from 'zod';
import { UsageError } from './lib/errors.ts';
import { readInput } from './lib/input.ts';
import { passOptions } from './lib/options.ts';
import { afterAnalysis, anotherPass } from './lib/procedure/next-command.ts';
import { completePass } from './lib/procedure/passes.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { selectPass } from './lib/session/select-models.ts';

const script = defineScript({
  name: 'complete-pass',
  summary: 'Store the analysis that the user was shown, and count the pass',
  options: z.object({
    ...passOptions,
    analysis: z.string().optional().describe("FILE with the analysis; '-' reads stdin"),
    analysisText: z.string().optional().describe('TEXT: the analysis'),
  }),
  output: z.object({
    session_id: z.string(),
    pass: z.number(),
    synthesis: z.string().describe('synthesis.md of the pass'),
    completed_passes: z.number(),
    pass_count: z.number(),
  }),
  examples: [
    ['complete-pass --analysis analysis.md', 'after the user has seen it'],
    ['complete-pass --analysis-text "gpt has the better tests; ..."', 'a short one'],
  ],
  async run(options) {
    const { session } = await findSession(options);
    const pass = selectPass(session, options.pass);
    const text = await readInput('analysis', {
      text: options.analysisText,
      file: options.analysis,
    });
    if (text === null || text.trim() === '') {
      throw new UsageError({
        code: 'empty-analysis',
        message: 'There is no analysis to store.',
        hint: 'Give --analysis with a file, or --analysis-text; references/analysis.md has the template.',
      });
    }
    const synthesis = await completePass(session, pass, text);
    const { completed_passes, pass_count, session_id } = session.data;
    return {
      session_id,
      pass,
      synthesis,
      completed_passes,
      pass_count,
      next:
        completed_passes < pass_count ? anotherPass(session) : await afterAnalysis(session, pass),
    };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
