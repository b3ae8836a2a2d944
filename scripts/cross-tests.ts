import * as z from 'zod';
import { gateOptions } from './lib/gate-options.ts';
import { crossTestsSchema } from './lib/gates/cross-tests.ts';
import { gateSchema } from './lib/gates/gate.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import { openCrossTesting, runCrossTests } from './lib/procedure/cross-tests.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { sessionCommand } from './lib/session/session-command.ts';

const script = defineScript({
  name: 'cross-tests',
  summary: "Run each model's new and changed tests on every model's code and on base",
  options: z.object({
    ...passOptions,
    model: commonOptions.model,
    all: z.boolean().default(false).describe('every captured model (also without it)'),
    ...gateOptions,
  }),
  output: z.object({
    session_id: z.string(),
    pass: z.number(),
    gates: z.array(gateSchema).describe('the gates that run tests'),
    ...crossTestsSchema.pick({ models: true, base_tests: true, cells: true, summary: true }).shape,
    file: z.string().describe('cross-tests.json of the pass'),
    markdown: z.string().describe('cross-tests.md of the pass: the matrix, for people'),
  }),
  examples: [
    ['cross-tests', 'whose tests catch whose code, among all captured models'],
    ['cross-tests --model claude --model gpt', 'these two, and base'],
    ['cross-tests --gate "test=npm test"', 'where the project names no test command'],
  ],
  async run(options, { signal, ...reporter }) {
    const testing = await openCrossTesting(options);
    const { result, json, markdown } = await runCrossTests(testing, options, signal, reporter);
    const { models, base_tests, cells, summary } = result;
    return {
      session_id: testing.session.data.session_id,
      pass: testing.pass,
      gates: testing.gates,
      ...{ models, base_tests, cells, summary },
      file: json,
      markdown,
      next: sessionCommand(testing.session, 'compare', '--suggest'),
    };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
