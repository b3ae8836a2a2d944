import * as z from 'zod';
import { passOptions } from './lib/options.ts';
import { writeReport } from './lib/procedure/report.ts';
import { openPage } from './lib/report/open-page.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { selectPass } from './lib/session/select-models.ts';
import { sessionCommand } from './lib/session/session-command.ts';

const script = defineScript({
  name: 'report',
  summary: 'Write one page that shows a pass: models, gates, comparison, what was applied',
  options: z.object({
    ...passOptions,
    open: z.boolean().default(false).describe('show it in the browser'),
  }),
  output: z.object({
    session_id: z.string(),
    pass: z.number(),
    report: z.string().describe('report.html: one file, no network, no scripts'),
    bytes: z.number(),
    opened: z.boolean(),
  }),
  examples: [
    ['report', 'the current pass of the newest open session'],
    ['report --open', 'and show it'],
    ['report --session latest --pass 1', 'the first pass of the newest finished session'],
  ],
  async run(options, { progress, warn }) {
    const { session } = await findSession(options);
    const pass = selectPass(session, options.pass);
    const { file, bytes, problems } = await writeReport(session, pass);
    for (const problem of problems) warn(problem);
    progress(`report: ${file}`);
    const refusal = options.open ? await openPage(file) : null;
    if (refusal !== null) warn(`The page was not opened: ${refusal}`);
    return {
      session_id: session.data.session_id,
      pass,
      report: file,
      bytes,
      opened: options.open && refusal === null,
      next: sessionCommand(session, 'status'),
    };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
