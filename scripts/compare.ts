import { join } from 'node:path';
import * as z from 'zod';
import { passOptions } from './lib/options.ts';
import {
  comparedFileSchema,
  keepComparison,
  passLabels,
  printComparedFiles,
  selectPaths,
} from './lib/procedure/compare.ts';
import { openComparison } from './lib/procedure/open-comparison.ts';
import { suggest, suggestionSchema } from './lib/procedure/suggest.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { passFolder } from './lib/session/session.ts';
import { relabel } from './lib/synthesis/blind.ts';

const script = defineScript({
  name: 'compare',
  summary: 'Show where the candidates really differ, file by file and hunk by hunk',
  options: z.object({
    ...passOptions,
    path: z
      .array(z.string())
      .default([])
      .describe('P: only this file or folder; repeat for several'),
    blind: z.boolean().default(false).describe('labels A, B, C in a random order instead of names'),
    reveal: z.boolean().default(false).describe('show which label is which model'),
    suggest: z.boolean().default(false).describe('also write picks that follow from facts alone'),
    candidate: z
      .array(z.string())
      .default([])
      .describe('NAME=REV: without a session, a candidate; repeat for several'),
    base: z
      .string()
      .optional()
      .describe('REV: without a session, what they started from (default: HEAD)'),
  }),
  output: z.object({
    session_id: z.string().nullable(),
    pass: z.number().nullable(),
    base: z.string(),
    models: z.array(
      z.object({ model: z.string(), tree: z.string().nullable(), files: z.number() }),
    ),
    files: z.array(comparedFileSchema),
    decisions: z.number().describe('files on which a decision is really needed'),
    labels: z.record(z.string(), z.string()).nullable().describe('with --reveal: label -> model'),
    suggestion: suggestionSchema.nullable(),
    comparison: z.string().nullable().describe('comparison.md, for people'),
  }),
  examples: [
    ['compare', 'all files that any model changed'],
    ['compare --suggest', 'and a picks file from what is plain'],
    ['compare --blind --path src/', 'without names, one folder'],
    ['compare --candidate a=branch-a --candidate b=branch-b --base main', 'no session'],
  ],
  async run(options, { keepFullOutputIn }) {
    const { session, pass, comparison } = await openComparison(options);
    const kept = session === null ? null : await keepComparison(session, pass, comparison);
    if (session !== null) keepFullOutputIn(join(passFolder(session, pass), 'logs'));
    const names = comparison.candidates.map(({ model }) => model);
    const labels =
      session !== null && (options.blind || options.reveal)
        ? await passLabels(session, pass, names)
        : null;
    const blind = options.blind && labels !== null;
    const chosen = selectPaths(comparison.files, options.path);
    const files = blind ? relabel(chosen, labels) : chosen;
    const suggestion = options.suggest ? await suggest(session, pass, comparison) : null;
    const shown = blind ? Object.keys(labels).sort() : names;
    const treeOf = new Map(comparison.candidates.map(({ model, tree }) => [model, tree]));
    return {
      session_id: session?.data.session_id ?? null,
      pass: session === null ? null : pass,
      base: comparison.base,
      models: shown.map((model) => ({
        model,
        // A tree's id would tell a judge whose it is.
        tree: treeOf.get(model) ?? null,
        files: files.filter(({ versions }) => versions.some((it) => it.model === model)).length,
      })),
      files: printComparedFiles(files),
      decisions: comparison.decisions,
      labels: options.reveal ? labels : null,
      suggestion,
      comparison: blind ? null : (kept?.markdown ?? null),
      next:
        session === null
          ? 'mm.mjs apply-picks with the same --candidate and --base options'
          : `Judge the versions, show the user the analysis, then: mm.mjs complete-pass --analysis FILE --session ${session.data.session_id}`,
    };
  },
});

export default script;
await runWhenMain(import.meta.url, script);
