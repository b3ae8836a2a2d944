import { join } from 'node:path';
import * as z from 'zod';
import { gateOptions } from './lib/gate-options.ts';
import { gateSchema } from './lib/gates/gate.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import { printTarget, type TargetResult, targetResultSchema } from './lib/procedure/gate-record.ts';
import { openGating, runGating } from './lib/procedure/gating.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { type Session, standingApplication } from './lib/session/session.ts';

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
    check: z.boolean().default(false).describe('exit 1 when a target did not pass'),
  }),
  output: z.object({
    session_id: z.string().nullable(),
    pass: z.number().nullable(),
    gates: z.array(gateSchema).describe('the gates that count, and where each was found'),
    results: z.array(targetResultSchema),
    markdown: z.string().nullable().describe('quality-gates.md of the pass'),
  }),
  examples: [
    ['gates --discover', 'show the list to the user before anything runs'],
    ['gates --base', 'while the models work: what is red before they are done'],
    ['gates --all --base', 'every captured model, with verdicts against base'],
    ['gates --main --check', 'the main tree as it is; exit 1 when red'],
    ['gates --tree HEAD --gate test="npm test"', 'one gate on a commit, no session needed'],
  ],
  async run(options, { keepFullOutputIn, exitWith, signal, ...reporter }) {
    const gating = await openGating(options);
    const { session, pass, chosen } = gating;
    keepFullOutputIn(gating.logs);
    const head = {
      session_id: session?.data.session_id ?? null,
      pass: session === null ? null : pass,
    };
    if (options.discover) {
      const next =
        chosen.gates.length > 0
          ? `Confirm the list with the user once, then: mm.mjs gates --all --base${named(session)}`
          : 'Ask the user which commands prove the project, then: mm.mjs gates --gate NAME=CMD';
      return { ...head, gates: chosen.gates, results: [], markdown: null, next };
    }
    const results = await runGating(gating, options, signal, reporter);
    if (options.check && results.some(({ passed }) => !passed)) exitWith(1);
    return {
      ...head,
      gates: chosen.gates,
      results: results.map(printTarget),
      markdown: session === null ? null : join(gating.folder, 'quality-gates.md'),
      next: nextAfter(session, results),
    };
  },
});

function nextAfter(session: Session | null, results: readonly TargetResult[]): string {
  const isGreen = results.every(({ passed }) => passed);
  if (session === null) return isGreen ? 'All are green.' : 'Read the logs of what is red.';
  // Base alone is gated while models work.
  if (results.every(({ target }) => target === 'base'))
    return `mm.mjs status --wait 540${named(session)}`;
  if (!results.some(({ target }) => target === 'main'))
    return `mm.mjs compare --suggest${named(session)}`;
  if (standingApplication(session) === null) return 'The main tree was gated as it is.';
  return isGreen
    ? `mm.mjs cleanup --restore${named(session)}`
    : `Tell the user what is red in the main tree; mm.mjs apply-picks --undo${named(session)} takes the application back.`;
}

function named(session: Session | null): string {
  return session === null ? '' : ` --session ${session.data.session_id}`;
}

export default script;
await runWhenMain(import.meta.url, script);
