import * as z from 'zod';
import { passOptions } from './lib/options.ts';
import { assertGated } from './lib/procedure/assert-gated.ts';
import { selectPaths } from './lib/procedure/compare.ts';
import { evidenceSchema, readEvidence, relabelEvidence } from './lib/procedure/evidence.ts';
import {
  keepBlindComparison,
  keepComparison,
  passLabels,
} from './lib/procedure/keep-comparison.ts';
import { afterComparison } from './lib/procedure/next-command.ts';
import { openComparison } from './lib/procedure/open-comparison.ts';
import {
  comparedFileSchema,
  printFiles,
  questionSchema,
} from './lib/procedure/printed-comparison.ts';
import {
  keepSuggestion,
  type PrintedSuggestion,
  printedQuestionSchema,
  printQuestion,
  relabelSuggested,
  suggest,
  suggestionSchema,
} from './lib/procedure/suggest.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import type { Session } from './lib/session/session.ts';
import { blindLabels, relabel } from './lib/synthesis/blind.ts';
import { questionsIn } from './lib/synthesis/questions.ts';

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
    suggest: z.boolean().default(false).describe('also write the suggestion as a picks file'),
    full: z
      .boolean()
      .default(false)
      .describe('all of comparison.json: files, hunks, evidence (default with MM_FULL=1)'),
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
    decisions: z.number().describe('how many questions are open'),
    questions: z.array(printedQuestionSchema).describe('what somebody has to decide'),
    files: z
      .array(comparedFileSchema)
      .optional()
      .describe('with --full, with --path, or without a session'),
    disputes: z
      .array(questionSchema)
      .optional()
      .describe('where versions exclude each other; picked by id too; where files are'),
    evidence: z
      .array(evidenceSchema)
      .optional()
      .describe('facts of each model, without an opinion; where files are'),
    labels: z.record(z.string(), z.string()).nullable().describe('with --reveal: label -> model'),
    suggestion: suggestionSchema.nullable(),
    comparison: z
      .string()
      .nullable()
      .describe('comparison.md, for people: every file, every version, the evidence'),
    full: z.string().optional().describe('comparison.json, which has every field'),
    diffs: z
      .record(z.string(), z.string())
      .nullable()
      .describe('with --blind: label -> diff against base'),
  }),
  examples: [
    ['compare', 'all files that any model changed'],
    ['compare --suggest', 'and a picks file from what is plain'],
    ['compare --blind --path src/', 'without names, one folder'],
    ['compare --candidate a=branch-a --candidate b=branch-b --base main', 'no session'],
  ],
  async run(options) {
    const { session, repository, pass, comparison } = await openComparison(options);
    if (session !== null) await assertGated(session, pass, comparison.candidates);
    const facts = await readEvidence(session, pass, comparison);
    const suggested = await suggest(repository, session, pass, comparison);
    const kept =
      session === null ? null : await keepComparison(session, pass, comparison, facts, suggested);
    const names = comparison.candidates.map(({ model }) => model);
    const labels = options.blind || options.reveal ? await labelsFor(session, pass, names) : null;
    const blind = options.blind ? labels : null;
    const all = blind === null ? comparison.files : relabel(comparison.files, blind);
    const files = selectPaths(all, options.path);
    const judged =
      session === null || blind === null
        ? null
        : await keepBlindComparison(repository, session, pass, comparison, facts, suggested, blind);
    const shown = blind === null ? suggested : relabelSuggested(suggested, blind);
    const treeOf = new Map(comparison.candidates.map(({ model, tree }) => [model, tree]));
    const isFull = options.full || process.env.MM_FULL === '1';
    return {
      session_id: session?.data.session_id ?? null,
      pass: session === null ? null : pass,
      base: comparison.base,
      models: (blind === null ? names : Object.keys(blind)).map((model) => ({
        model,
        // A tree's id would tell a judge whose it is.
        tree: treeOf.get(model) ?? null,
        files: files.filter(({ versions }) => versions.some((it) => it.model === model)).length,
      })),
      decisions: shown.questions.length,
      questions: shown.questions.map(printQuestion),
      ...(isFull || session === null || options.path.length > 0
        ? {
            ...printFiles(files, questionsIn(all)),
            evidence: (blind === null ? facts : relabelEvidence(facts, blind)).models,
          }
        : {}),
      labels: options.reveal ? labels : null,
      suggestion: options.suggest ? await suggestionFor(session, pass, shown.suggestion) : null,
      comparison: judged?.markdown ?? (blind === null ? (kept?.markdown ?? null) : null),
      ...(blind === null && kept !== null ? { full: kept.json } : {}),
      diffs: judged?.diffs ?? null,
      next:
        session === null
          ? 'Choose what to take from whom; apply-picks takes the same --candidate and --base.'
          : afterComparison(session, pass),
    };
  },
});

/** Without a session there is nowhere to write it. */
async function suggestionFor(
  session: Session | null,
  pass: number,
  suggestion: PrintedSuggestion,
): Promise<PrintedSuggestion> {
  return session === null ? suggestion : keepSuggestion(session, pass, suggestion);
}

/** Drawn once for a pass; without a session there is nothing to keep them in, so they are of this call alone. */
async function labelsFor(session: Session | null, pass: number, models: string[]) {
  return session === null ? blindLabels(models) : passLabels(session, pass, models);
}

export default script;
await runWhenMain(import.meta.url, script);
