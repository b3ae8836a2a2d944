import * as z from 'zod';
import { openRepository } from './lib/git/repository.ts';
import { readInput } from './lib/input.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import { undoApplication } from './lib/procedure/apply.ts';
import { applyPicks, rememberTaken } from './lib/procedure/apply-picks.ts';
import { ensureObjects } from './lib/procedure/archive.ts';
import { candidatesOf, compare } from './lib/procedure/compare.ts';
import { mainGatesSchema } from './lib/procedure/explain-main.ts';
import { missingPickSchema } from './lib/procedure/missing-picks.ts';
import { afterAnalysis } from './lib/procedure/next-command.ts';
import { openComparison } from './lib/procedure/open-comparison.ts';
import { verificationSchema } from './lib/procedure/verify-picks.ts';
import { defineScript, type Reporter, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { readMainTree } from './lib/session/main-tree.ts';

const printedPath = { path: z.string(), path_base64: z.string().optional() };

const script = defineScript({
  name: 'apply-picks',
  summary: 'Make one tree of the picks, prove it, and bring the main tree to it; or take that back',
  options: z.object({
    ...passOptions,
    picks: z.string().optional().describe("FILE: picks.json; '-' reads stdin"),
    picksText: z
      .string()
      .optional()
      .describe('TEXT: the picks as JSON, where no file can be written'),
    pick: z
      .array(z.string())
      .default([])
      .describe('PATH=MODEL, or DECISION=MODEL: one pick (MODEL@1: of pass 1); repeat for several'),
    take: z.string().optional().describe('MODEL: everything that this model changed'),
    verify: z
      .boolean()
      .default(false)
      .describe('run the gates on the mix first; apply only when they are green'),
    search: z
      .boolean()
      .default(false)
      .describe(
        'where the mix is red: find the picks to blame and the nearest green mix; it is told, not applied',
      ),
    searchRuns: z.coerce
      .number()
      .int()
      .positive()
      .default(40)
      .describe('N: at most so many runs of the gates for --search'),
    searchMinutes: z.coerce
      .number()
      .positive()
      .default(15)
      .describe('MINUTES: at most so long for --search'),
    noMainGates: z
      .boolean()
      .default(false)
      .describe('after a proof, do not run the gates in the main tree as well'),
    gate: z.array(z.string()).default([]).describe('NAME=CMD: prove with these gates'),
    timeout: z.coerce.number().positive().default(1200).describe('SECONDS: limit of each gate'),
    to: z
      .enum(['main', 'scratch'])
      .default('main')
      .describe('scratch: make and prove the tree, leave the main tree alone'),
    bundle: z
      .string()
      .optional()
      .describe('FILE of finish-session --bundle: what was applied elsewhere, made here again'),
    undo: z
      .boolean()
      .default(false)
      .describe('bring the main tree back to what it was before the last application'),
    candidate: z.array(z.string()).default([]).describe('NAME=REV: without a session, a candidate'),
    base: z
      .string()
      .optional()
      .describe('REV: without a session, what they started from (default: HEAD)'),
    dryRun: commonOptions.dryRun,
  }),
  output: z.object({
    session_id: z.string().nullable(),
    pass: z.number().nullable(),
    tree: z.string().describe('the synthesis; with --undo, what the main tree holds now'),
    to: z.enum(['main', 'scratch']),
    applied: z.array(
      z.object({
        ...printedPath,
        from: z.string(),
        status: z.string(),
        why: z.string().nullable(),
      }),
    ),
    unpicked: z
      .array(z.object({ ...printedPath, models: z.array(z.string()) }))
      .describe('changed by some model, taken from none'),
    missing: z
      .array(missingPickSchema)
      .describe('picks that are missing: picked lines use what only these bring'),
    conflicts: z.array(z.object(printedPath)),
    undo: z.string().nullable().describe('the command that takes it back'),
    undone: z.boolean(),
    dry_run: z.boolean(),
    verify: verificationSchema.nullable(),
    main_gates: mainGatesSchema
      .nullable()
      .describe('after a proof: the gates in the main tree, and why they differ from it'),
  }),
  examples: [
    ['apply-picks --picks picks.json --verify', 'prove the mix, then apply it'],
    ['apply-picks --picks picks.json --verify --search', 'and look for a green mix if it is red'],
    ['apply-picks --take claude --pick README.md=gpt', "one model's work with an exception"],
    ['apply-picks --undo', 'take the last application back'],
    ['apply-picks --bundle result.bundle --verify', 'in another clone: the same once more'],
    ['apply-picks --candidate a=branch-a --base main --take a --to scratch', 'no session'],
  ],
  async run(options, { signal, ...reporter }) {
    if (options.undo) {
      const { session, repository } = await findSession(options);
      await ensureObjects(repository, session);
      await undoApplication(repository, session);
      await rememberTaken(session, [], null, reporter);
      return {
        ...{
          session_id: session.data.session_id,
          pass: session.data.current_pass,
          tree: await readMainTree(repository, session),
          to: 'main' as const,
        },
        ...{
          applied: [],
          unpicked: [],
          missing: [],
          conflicts: [],
          undo: null,
          undone: true,
          dry_run: false,
          verify: null,
          main_gates: null,
        },
        next: await afterAnalysis(session, session.data.current_pass),
      };
    }
    const picksText = await readInput('picks', { text: options.picksText, file: options.picks });
    const { opened, ...replayed } =
      options.bundle === undefined
        ? { opened: await openComparison(options) }
        : await openReplay(options.bundle, options, picksText, reporter);
    const result = await applyPicks(
      opened,
      { ...options, mainGates: !options.noMainGates, picksText, signal, ...replayed },
      reporter,
    );
    return { ...result, undone: false, dry_run: options.dryRun };
  },
});

/** A bundle as a session of this repository; its own picks must make the tree that they made where it was written. */
async function openReplay(
  bundle: string,
  options: {
    repo?: string | undefined;
    pass?: number | undefined;
    pick: string[];
    take?: string | undefined;
  },
  picksText: string | null,
  { warn }: Pick<Reporter, 'warn'>,
) {
  // Loaded where it is needed: most applications are not from a bundle.
  const { openBundle } = await import('./lib/procedure/bundle/open-bundle.ts');
  const repository = await openRepository(options.repo ?? process.cwd());
  const picksGiven = picksText !== null || options.pick.length > 0 || options.take !== undefined;
  const { session, pass, warnings, ...own } = await openBundle(repository, bundle, {
    ...{ pass: options.pass, picksGiven },
  });
  for (const warning of warnings) warn(warning);
  const comparison = await compare(repository, session.data.base, candidatesOf(session, pass));
  const opened = { session, repository, pass, comparison };
  return picksGiven ? { opened } : { opened, picksText: own.picksText, expectedTree: own.tree };
}

export default script;
await runWhenMain(import.meta.url, script);
