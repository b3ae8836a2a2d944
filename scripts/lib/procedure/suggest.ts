/** The whole that facts put first with what evidence adds to it, written where apply-picks can take it from. */
import { join } from 'node:path';
import * as z from 'zod';
import { printPath } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import type { RankedWhole } from '../ranking/rank-wholes.ts';
import { replaceJson } from '../session/files.ts';
import { passFolder, type Session } from '../session/session.ts';
import type { LabelMap } from '../synthesis/blind.ts';
import { type DesignQuestion, designQuestions } from '../synthesis/design-questions.ts';
import { picksSchema } from '../synthesis/picks.ts';
import { type Suggestion, suggestPicks } from '../synthesis/suggest.ts';
import type { Comparison } from './compare.ts';
import { rankCandidates } from './rank-candidates.ts';

const name = z.string().describe('a model, or its label with --blind');
const printedPath = { path: z.string(), path_base64: z.string().optional() };

const wholeSchema = z.object({
  models: z.array(name).describe('several: their wholes are equal'),
  breaks_alone: z
    .array(z.string())
    .nullable()
    .describe('red with it, not on base, and not with several of the others; null: not gated'),
  breaks_shared: z
    .array(z.string())
    .describe('tests that several break, and more than break nothing: perhaps the task asks'),
  repairs: z.array(z.string()).describe('red on base, green with it'),
  matrix: z.number().nullable().describe("how it does on the others' new tests, 0 to 1"),
  agreement: z.number().describe('how alike it is to the others, 0 to 2'),
  prior: z.number().describe('by "prefer" of the configuration, or by whose wholes were taken'),
});

export const suggestionSchema = z.object({
  file: z.string().nullable().describe('the picks file; null without a session'),
  spine: z
    .object({ model: name, why: z.string() })
    .nullable()
    .describe('whose whole it starts from; null: nobody changed anything'),
  wholes: z.array(wholeSchema).describe('best first; whoever changed nothing is not among them'),
  grafts: z
    .array(z.object({ ...printedPath, models: z.array(name), why: z.string() }))
    .describe('what is added to the spine'),
  offers: z
    .array(z.object({ ...printedPath, models: z.array(name) }))
    .describe('changed by others only, and not taken'),
  offers_count: z.number().describe('of how many those are the first'),
  picks: picksSchema.shape.picks,
});

export type PrintedSuggestion = z.output<typeof suggestionSchema>;

export const printedQuestionSchema = z.object({
  id: z.string().describe('for a pick: --pick ID=MODEL, or ID=neither'),
  kind: z.enum(['whole', 'base-test', 'test', 'worse', 'graft']),
  about: z.string(),
  names: z.array(z.string()).describe('the first tests, gates or files that it is about'),
  logs: z.array(z.string()).optional().describe('where the failing lines stand'),
  options: z.array(z.object({ models: z.array(name) })).describe('"neither" is always one more'),
  alike: z.literal(true).optional().describe('every candidate fails those tests of base'),
});

/** What an answer means for the picks stands in comparison.json. */
export function printQuestion({ logs, options, ...question }: DesignQuestion) {
  return {
    ...question,
    ...(logs.length === 0 ? {} : { logs }),
    options: options.map(({ models }) => ({ models })),
  };
}

export interface Suggested {
  suggestion: PrintedSuggestion;
  questions: DesignQuestion[];
}

const MOST_OFFERS = 20;
const MOST_ITEMS = 10;

/** Nothing is written; `keepSuggestion` does. */
export async function suggest(
  repository: Repository,
  session: Session | null,
  pass: number,
  comparison: Comparison,
): Promise<Suggested> {
  const { files } = comparison;
  const { wholes, ...facts } = await rankCandidates(repository, session, pass, comparison);
  const found = suggestPicks({ files, wholes, cross: facts.cross });
  const questions = designQuestions(files, wholes, found, facts);
  return { suggestion: print(wholes, found), questions };
}

function print(wholes: readonly RankedWhole[], found: Suggestion | null): PrintedSuggestion {
  const { picks = [], grafts = [], offers = [] } = found ?? {};
  const [spine] = wholes;
  const first = (items: readonly string[]) => items.slice(0, MOST_ITEMS);
  return {
    file: null,
    spine: spine === undefined ? null : { model: spine.models[0] ?? '', why: whyFirst(wholes) },
    wholes: wholes.map(({ tree, ...whole }) => ({
      ...whole,
      breaks_alone: whole.breaks_alone && first(whole.breaks_alone),
      breaks_shared: first(whole.breaks_shared),
      repairs: first(whole.repairs),
      matrix: whole.matrix === null ? null : rounded(whole.matrix),
      agreement: rounded(whole.agreement),
      prior: rounded(whole.prior),
    })),
    grafts: grafts.map(({ path, models, pick }) => ({
      ...printPath(path),
      models,
      why: pick.why ?? '',
    })),
    offers: offers
      .slice(0, MOST_OFFERS)
      .map(({ path, models }) => ({ ...printPath(path), models })),
    offers_count: offers.length,
    picks,
  };
}

function rounded(figure: number): number {
  return Math.round(figure * 1000) / 1000;
}

/** The first criterion in which the first is better than the second. */
function whyFirst([first, second]: readonly RankedWhole[]): string {
  if (first === undefined || second === undefined) return 'the only one that changed anything';
  const [broken, its] = [first.breaks_alone, second.breaks_alone];
  if (broken?.length !== its?.length)
    return broken?.length === 0 ? 'it breaks nothing' : 'it breaks least of what was green';
  if (first.repairs.length !== second.repairs.length) return 'it repairs most of what was red';
  if (first.matrix !== second.matrix) return "it does best on the others' new tests";
  return `it is most like the others (${rounded(first.agreement)} of 2)${first.prior === second.prior ? '' : `, with ${rounded(first.prior)} for what was taken before`}`;
}

/** Writes the picks file of a pass, with labels for names where the comparison is blind: apply-picks knows both. */
export async function keepSuggestion(
  session: Session,
  pass: number,
  suggestion: PrintedSuggestion,
): Promise<PrintedSuggestion> {
  const file = join(passFolder(session, pass), 'picks.suggested.json');
  await replaceJson(file, { picks: suggestion.picks });
  return { ...suggestion, file };
}

/** Without names, and without what tells them. */
export function relabelSuggested(
  { suggestion, questions }: Suggested,
  labels: LabelMap,
): Suggested {
  const labelOf = new Map(Object.entries(labels).map(([label, model]) => [model, label]));
  const all = (models: readonly string[]) => models.map((model) => labelOf.get(model) ?? '?');
  const one = (model: string) => labelOf.get(model) ?? model;
  // Names stand in sentences as well; the longest first, because `gpt` is in `gpt#2`.
  const names = [...labelOf.keys()].sort((a, b) => b.length - a.length);
  const anyName = names.map((model) => model.replaceAll(/\W/g, '\\$&')).join('|');
  const wholeName = new RegExp(`(?<![\\w-])(?:${anyName})(?![\\w-])`, 'g');
  const words = (text: string) => text.replace(wholeName, one);
  const relabelPicks = (picks: PrintedSuggestion['picks']) =>
    picks.map(({ from, hunks, why, ...pick }) => ({
      ...pick,
      ...(from === undefined ? {} : { from: one(from) }),
      ...(hunks === undefined ? {} : { hunks: hunks.map((it) => ({ ...it, from: one(it.from) })) }),
      ...(why === undefined ? {} : { why: words(why) }),
    }));
  const { spine, wholes, grafts, offers } = suggestion;
  return {
    suggestion: {
      ...suggestion,
      spine: spine && { model: one(spine.model), why: words(spine.why) },
      wholes: wholes.map((whole) => ({ ...whole, models: all(whole.models), prior: 0 })),
      grafts: grafts.map((it) => ({ ...it, models: all(it.models), why: words(it.why) })),
      offers: offers.map((it) => ({ ...it, models: all(it.models) })),
      picks: relabelPicks(suggestion.picks),
    },
    questions: questions.map(({ about, options, logs, ...question }) => ({
      ...question,
      about: words(about),
      logs: [],
      options: options.map(({ models, take, picks }) => ({
        models: all(models),
        take: take === undefined ? undefined : one(take),
        picks: picks && relabelPicks(picks),
      })),
    })),
  };
}
