/** Phase 7, its first step: picks become a tree. */
import { Refusal, UsageError } from '../errors.ts';
import { pathText } from '../git/paths.ts';
import { writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/trees.ts';
import { passName } from '../session/paths.ts';
import { refPrefix, type Session } from '../session/session.ts';
import { answerDesigns } from '../synthesis/answer-designs.ts';
import type { LabelMap } from '../synthesis/blind.ts';
import type { DesignQuestion } from '../synthesis/design-questions.ts';
import { expandPicks } from '../synthesis/expand-picks.ts';
import { BASE, type Picks, parsePickOption, parsePicks, picksTaking } from '../synthesis/picks.ts';
import { resolvePicks } from '../synthesis/resolve-picks.ts';
import { type Synthesis, synthesize } from '../synthesis/synthesize.ts';
import { type Comparison, compare } from './compare.ts';
import { earlierCandidates, earlierNames } from './name-candidates.ts';
import type { OpenedComparison } from './open-comparison.ts';

export interface PickOptions {
  /** The text of a picks file. */
  picksText: string | null;
  /** PATH=MODEL, each. */
  pick: readonly string[];
  take?: string | undefined;
}

/**
 * @throws UsageError `no-picks`; whatever is wrong with the picks themselves
 */
function readPicks(
  { picksText, pick, take }: PickOptions,
  comparison: Comparison,
  asked: { questions: readonly DesignQuestion[]; labels: LabelMap | null },
): Picks {
  if (picksText === null && take === undefined && pick.length === 0) {
    throw new UsageError({
      code: 'no-picks',
      message: 'Nothing was picked.',
      hint: 'Give --picks with a file, --pick with a path and a model, or --take with a model; compare --suggest writes a picks file to start from.',
    });
  }
  if (picksText !== null && take !== undefined) {
    throw new UsageError({
      code: 'two-inputs',
      message: '--picks and --take both say where everything comes from.',
      hint: 'Give one of them, and single exceptions with --pick.',
    });
  }
  const whole: Picks =
    picksText !== null
      ? parsePicks(picksText)
      : take === undefined || take === BASE
        ? { picks: [] }
        : picksTaking(
            take,
            comparison.files,
            comparison.candidates.map(({ model }) => model),
          );
  return answerDesigns(whole.picks, pick.map(parsePickOption), { ...comparison, ...asked });
}

/**
 * Picks in their plainest form, and the comparison that holds all that they name: models of the pass, labels of its blind
 * comparison, answers to its questions, models of earlier passes.
 */
export async function openPicks(
  { repository, session, pass, comparison }: OpenedComparison,
  options: PickOptions,
  labels: LabelMap | null,
): Promise<{ picks: Picks; comparison: Comparison }> {
  const models = comparison.candidates.map(({ model }) => model);
  const label = new Map(Object.entries(labels ?? {})).get(options.take ?? '');
  const take = models.includes(options.take ?? '') ? options.take : (label ?? options.take);
  const taken =
    take === undefined ? [] : earlierNames({ picks: [{ path: '*', from: take }] }, models);
  const whole = await withEarlier(repository, session, comparison, taken);
  // What is asked follows from the captures and their gates, as compare has it.
  const questions = mayAnswer(options) ? await ask(repository, session, pass, comparison) : [];
  const read = readPicks({ ...options, take }, whole, { questions, labels });
  const all = await withEarlier(repository, session, whole, earlierNames(read, modelsOf(whole)));
  const choices = { asked: comparison, all, labels };
  return { picks: expandPicks(read, choices), comparison: all };
}

async function ask(...known: Parameters<typeof import('./suggest.ts').suggest>) {
  // Loaded late: most picks answer no question.
  const { suggest } = await import('./suggest.ts');
  return (await suggest(...known)).questions;
}

/** Whether a pick may name a question about designs. */
function mayAnswer({ picksText, pick }: PickOptions): boolean {
  return /\bq[0-9a-f]{3}/.test(`${picksText ?? ''} ${pick.join(' ')}`);
}

function modelsOf({ candidates }: Comparison): string[] {
  return candidates.map(({ model }) => model);
}

async function withEarlier(
  repository: Repository,
  session: Session | null,
  comparison: Comparison,
  names: readonly string[],
): Promise<Comparison> {
  if (names.length === 0) return comparison;
  const earlier = earlierCandidates(session, names);
  return compare(repository, comparison.base, [...comparison.candidates, ...earlier]);
}

/**
 * The tree that picks make, in the object store only.
 * @throws Refusal `pick-conflicts` where picked hunks overlap or paths exclude each other
 */
export async function buildSynthesis(
  repository: Repository,
  comparison: Comparison,
  picks: Picks,
): Promise<Synthesis & { tree: string }> {
  const models = comparison.candidates.map(({ model }) => model);
  const resolved = resolvePicks(picks, { files: comparison.files, models });
  const synthesis = await synthesize(repository.topLevel, comparison.base, resolved);
  if (synthesis.tree !== null) return { ...synthesis, tree: synthesis.tree };
  const conflicts = synthesis.conflicts.map(({ path, ...rest }) => ({
    path: pathText(path),
    ...rest,
  }));
  throw new Refusal({
    code: 'pick-conflicts',
    message: `The picks contradict each other in ${conflicts.length === 1 ? 'one path' : `${conflicts.length} paths`}: ${conflicts[0]?.path}: ${conflicts[0]?.reason}`,
    hint: 'Take one of the overlapping hunks, or the whole file from one model, and run apply-picks again. Nothing was applied.',
    details: { conflicts },
  });
}

/** Keeps the synthesis of a pass reachable. */
export async function keepSynthesis(
  repository: Repository,
  session: Session,
  pass: number,
  tree: string,
): Promise<void> {
  const { topLevel } = repository;
  const commit = await commitTree(
    topLevel,
    tree,
    [session.data.base],
    `synthesis of ${passName(pass)}`,
  );
  await writeRef(topLevel, `${refPrefix(session)}/${passName(pass)}/synthesis`, commit);
}
