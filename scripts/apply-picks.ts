import { join } from 'node:path';
import * as z from 'zod';
import { readInput } from './lib/input.ts';
import { commonOptions, passOptions } from './lib/options.ts';
import { undoApplication } from './lib/procedure/apply.ts';
import { applyPicks, verificationSchema } from './lib/procedure/apply-picks.ts';
import { ensureObjects } from './lib/procedure/archive.ts';
import { openComparison } from './lib/procedure/open-comparison.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { findSession } from './lib/session/find-session.ts';
import { readMainTree } from './lib/session/main-tree.ts';
import { passFolder } from './lib/session/session.ts';

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
    pick: z.array(z.string()).default([]).describe('PATH=MODEL: one pick; repeat for several'),
    take: z.string().optional().describe('MODEL: everything that this model changed'),
    verify: z
      .boolean()
      .default(false)
      .describe('run the gates on the mix first; apply only when they are green'),
    gate: z.array(z.string()).default([]).describe('NAME=CMD: prove with these gates'),
    timeout: z.coerce.number().positive().default(1200).describe('SECONDS: limit of each gate'),
    to: z
      .enum(['main', 'scratch'])
      .default('main')
      .describe('scratch: make and prove the tree, leave the main tree alone'),
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
    conflicts: z.array(z.object(printedPath)),
    undo: z.string().nullable().describe('the command that takes it back'),
    undone: z.boolean(),
    dry_run: z.boolean(),
    verify: verificationSchema.nullable(),
  }),
  examples: [
    ['apply-picks --picks picks.json --verify', 'prove the mix, then apply it'],
    ['apply-picks --take claude --pick README.md=gpt', "one model's work with an exception"],
    ['apply-picks --undo', 'take the last application back'],
    ['apply-picks --candidate a=branch-a --base main --take a --to scratch', 'no session'],
  ],
  async run(options, { keepFullOutputIn, signal, ...reporter }) {
    if (options.undo) {
      const { session, repository } = await findSession(options);
      await ensureObjects(repository, session);
      await undoApplication(repository, session);
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
          conflicts: [],
          undo: null,
          undone: true,
          dry_run: false,
          verify: null,
        },
        next: `mm.mjs apply-picks --picks FILE --verify --session ${session.data.session_id}`,
      };
    }
    const opened = await openComparison(options);
    if (opened.session !== null)
      keepFullOutputIn(join(passFolder(opened.session, opened.pass), 'logs'));
    const picksText = await readInput('picks', { text: options.picksText, file: options.picks });
    const result = await applyPicks(opened, { ...options, picksText, signal }, reporter);
    return { ...result, undone: false, dry_run: options.dryRun };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
