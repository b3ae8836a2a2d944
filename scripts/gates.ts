import { join } from 'node:path';
import * as z from 'zod';
import { gateOptions } from './lib/gate-options.ts';
import { gateSchema, leftOutSchema } from './lib/gates/gate.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import {
  keepNamedGates,
  printTarget,
  type TargetResult,
  targetResultSchema,
} from './lib/procedure/gate-record.ts';
import { openGating, runGating } from './lib/procedure/gating.ts';
import { waitCommand } from './lib/procedure/next-command.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { type Session, standingApplication } from './lib/session/session.ts';
import { sessionCommand } from './lib/session/session-command.ts';

const script = defineScript({
  name: 'gates',
  summary:
    "Run the project's quality gates on candidates, on base, on the main tree or on any tree",
  options: z.object({
    ...passOptions,
    model: commonOptions.model,
    all: commonOptions.all,
    base: z
      .boolean()
      .default(false)
      .describe('also on base, so that each model gets verdicts against it'),
    main: z.boolean().default(false).describe('in the main tree as it is now'),
    tree: z.string().optional().describe('REV: on any commit or tree, in a scratch worktree'),
    gate: gateOptions.gate,
    discover: z.boolean().default(false).describe('only list the gates, run none'),
    timeout: gateOptions.timeout,
    jobs: gateOptions.jobs,
    noCache: gateOptions.noCache,
    check: z.boolean().default(false).describe('exit 1 unless everything is green'),
    allowPreExisting: z
      .boolean()
      .default(false)
      .describe('with --check: what is red as on base is good enough'),
  }),
  output: z.object({
    session_id: z.string().nullable(),
    pass: z.number().nullable(),
    gates: z.array(gateSchema).describe('the gates that count, and where each was found'),
    left_out: z
      .array(leftOutSchema)
      .optional()
      .describe('with --discover: what speaks of a check and is no gate, and why'),
    results: z.array(targetResultSchema),
    markdown: z.string().nullable().describe('quality-gates.md of the pass'),
  }),
  examples: [
    ['gates --discover', 'show the list to the user before anything runs'],
    ['gates --base', 'while the models work: what is red before they are done'],
    ['gates --all --base', 'every captured model, with verdicts against base'],
    ['gates --main --check', 'the main tree as it is; exit 1 unless all is green'],
    ['gates --tree HEAD --gate test="npm test"', 'one gate on a commit, no session needed'],
  ],
  async run(options, { exitWith, signal, ...reporter }) {
    const gating = await openGating(options);
    const { session, pass, chosen } = gating;
    const head = {
      session_id: session?.data.session_id ?? null,
      pass: session === null ? null : pass,
    };
    if (options.discover) {
      await keepNamedGates(session, chosen);
      const next = afterDiscovery(session, chosen.gates.length > 0);
      const { gates, leftOut: left_out } = chosen;
      return { ...head, gates, left_out, results: [], markdown: null, next };
    }
    const results = await runGating(gating, options, signal, reporter);
    const isGood = ({ passed, green }: TargetResult) => (options.allowPreExisting ? passed : green);
    if (options.check && !results.every(isGood)) exitWith(1);
    return {
      ...head,
      gates: chosen.gates,
      results: results.map(printTarget),
      markdown: session === null ? null : join(gating.folder, 'quality-gates.md'),
      next: nextAfter(session, results),
    };
  },
});

function afterDiscovery(session: Session | null, isFound: boolean): string {
  if (!isFound) return 'Name the commands that prove the project with --gate.';
  return session === null
    ? 'See that these are the gates that count; others are named with --gate. Then start a session.'
    : sessionCommand(session, 'gates', '--all', '--base');
}

function nextAfter(session: Session | null, results: readonly TargetResult[]): string {
  const isGreen = results.every(({ green }) => green);
  if (session === null) return isGreen ? 'All are green.' : 'Read the logs of what is red.';
  // Base alone is gated while models work.
  if (results.every(({ target }) => target === 'base')) return waitCommand(session);
  if (!results.some(({ target }) => target === 'main'))
    return sessionCommand(session, 'compare', '--suggest');
  if (standingApplication(session) === null) return 'The main tree was gated as it is.';
  return isGreen
    ? sessionCommand(session, 'cleanup', '--restore')
    : 'Mend in the main tree what is red, or take the application back with apply-picks --undo.';
}

export default script;
await runWhenMain(import.meta.url, script);
