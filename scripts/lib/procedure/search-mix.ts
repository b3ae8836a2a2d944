/** Phase 7, where the mix is red: which picks are to blame, and which mix near them is green. It is told, never applied. */
import { join } from 'node:path';
import { ExpectedError } from '../errors.ts';
import { isTest } from '../exam/roles.ts';
import type { Gate } from '../gates/gate.ts';
import { pathText } from '../git/paths.ts';
import { treeOf } from '../git/trees.ts';
import type { Reporter } from '../script.ts';
import { replaceJson } from '../session/files.ts';
import { passFolder } from '../session/session.ts';
import { BASE, type Picks } from '../synthesis/picks.ts';
import { resolvePicks } from '../synthesis/resolve-picks.ts';
import { type Choice, changesIn, choicesIn, picksOf } from '../synthesis/search/choices.ts';
import { type Move, unitsOf, wholeOf } from '../synthesis/search/moves.ts';
import {
  BudgetSpent,
  type Mix,
  type Outcome,
  type SearchResult,
  type SearchTask,
  searchGreenMix,
} from '../synthesis/search/search.ts';
import { type Synthesis, synthesize } from '../synthesis/synthesize.ts';
import type { Comparison } from './compare.ts';
import { formatTree } from './format-mix.ts';
import type { TargetResult } from './gate-record.ts';
import { needsOfPicks } from './missing-picks.ts';
import { type Exam, proveTree } from './prove.ts';
import { hopelessItems, isGreen, isOfGate, redItems } from './red-items.ts';
import { relationsIn } from './relations.ts';
import type { Lay } from './scratch-worktree.ts';

/** What mixes are proved with, and the formatters that write first what they would find fault with. */
export interface SearchExam extends Exam {
  scratch: Lay;
  formatters: readonly Gate[];
}

export interface SearchBudget {
  runs: number;
  ms: number;
}

export interface FoundMix {
  /** Where it was written; null without a session. */
  file: string | null;
  picks: Picks['picks'];
  /** What it does otherwise than the picks: `src/a.ts: claude -> gpt`. */
  changed: string[];
  /** What stays red in it, as it is with every candidate. */
  left_red: string[];
  /** No mix with fewer changes can be green, by what is known. */
  is_nearest: boolean;
}

export interface MixSearch {
  culprits: string[];
  nearest: FoundMix | null;
  /** How often gates were run. */
  runs: number;
  duration_ms: number;
  /** No mix is left that could be green, by what is known. */
  exhausted: boolean;
  /** Nothing that is red is green with anybody. */
  hopeless: boolean;
  /** Base is green, in which nothing of any model is left. */
  only_base: boolean;
}

/** What is red in a proof, and what is known of it elsewhere. */
export interface Findings {
  red: Set<string>;
  hopeless: Set<string>;
  known: ReadonlyMap<string, TargetResult>;
}

export function findingsOf(exam: Exam, proof: TargetResult, models: readonly string[]): Findings {
  const base = exam.known.find(({ target }) => target === BASE) ?? null;
  const known = new Map(
    [...models, BASE].flatMap((source): [string, TargetResult][] => {
      const result = exam.known.find(({ target }) => target === source);
      return result === undefined ? [] : [[source, result]];
    }),
  );
  const red = redItems(proof);
  if (!proof.passed && red.size === 0) red.add('no gate ran');
  return { red, hopeless: hopelessItems(red, base, known), known };
}

/** @param picks plain ones (see expandPicks), whose proof is red */
export async function searchMix(
  exam: SearchExam,
  comparison: Comparison,
  picks: Picks,
  proof: TargetResult,
  budget: SearchBudget,
  reporter: Reporter,
): Promise<MixSearch> {
  const trials = new Trials(exam, comparison, picks, proof, budget, reporter);
  const task = await trials.task();
  const result = await searchGreenMix(task);
  const { choices, red, hopeless } = task;
  const isChanged = (option: number, at: number) => option !== choices[at]?.start;
  const nearest = result.green && (await describe(exam, comparison, picks, choices, result));
  return {
    culprits: (result.green ?? []).flatMap((option, at) =>
      isChanged(option, at) ? nameOfPick(choices[at]) : [],
    ),
    nearest,
    runs: trials.runs,
    duration_ms: Date.now() - trials.begun,
    exhausted: result.isExhausted,
    hopeless: hopeless.size === red.size,
    only_base: result.green === null && trials.isBaseGreen,
  };
}

/** Mixes that cannot be made, and those that are known, cost no run of the gates, but there may be many of them. */
const MIXES_PER_RUN = 25;

class Trials {
  readonly begun = Date.now();
  runs = 0;
  isBaseGreen = false;
  private baseTree: string | null = null;
  private asked = 0;
  private readonly findings: Findings;
  private readonly choices: Choice[];
  private readonly known = new Map<string, Outcome>();

  constructor(
    private readonly exam: SearchExam,
    private readonly comparison: Comparison,
    private readonly picks: Picks,
    private readonly proof: TargetResult,
    private readonly budget: SearchBudget,
    private readonly reporter: Reporter,
  ) {
    this.findings = findingsOf(
      exam,
      proof,
      comparison.candidates.map(({ model }) => model),
    );
    this.choices = choicesIn(comparison, picks);
  }

  async task(): Promise<SearchTask> {
    const { choices, proof, exam, comparison } = this;
    const { red, hopeless, known } = this.findings;
    const isFormat = (it: string) => exam.formatters.some(({ name }) => isOfGate(it, name));
    const outcomes = [...known].map(([source, result]): [string, Outcome] => {
      const outcome = {
        // What is red with a model for its format alone is mended where a mix takes it.
        red: new Set([...redItems(result)].filter((it) => !isFormat(it))),
        isGreen: (it: string) => isGreen(it, result, proof),
      };
      this.known.set(result.tree, outcome);
      return [source, outcome];
    });
    return {
      ...{ choices, red, hopeless },
      sources: [...comparison.candidates.map(({ model }) => model), BASE],
      known: new Map(outcomes),
      units: unitsOf(choices, comparison.files),
      related: await relationsIn(exam.repository.topLevel, proof),
      isTest: ({ path }) => isTest(pathText(path)),
      missing: (mix) => this.missing(mix),
      ask: (mix) => this.ask(mix),
    };
  }

  private async ask(mix: Mix): Promise<Outcome | null> {
    const isLate = Date.now() - this.begun >= this.budget.ms;
    if (this.asked++ >= this.budget.runs * MIXES_PER_RUN || isLate)
      throw new BudgetSpent('No more mixes are tried.');
    const tree = (await this.make(mix))?.tree ?? null;
    // Base is no mix: nothing of any model would be left.
    this.baseTree ??= await treeOf(this.exam.repository.topLevel, this.comparison.base);
    const isBase = tree === this.baseTree;
    if (isBase) this.isBaseGreen = !this.isRed(this.findings.known.get(BASE));
    if (tree === null || isBase) return null;
    const known = this.known.get(tree);
    if (known !== undefined) return known;
    if (this.runs >= this.budget.runs) throw new BudgetSpent('No more runs are allowed.');
    if (this.runs++ === 0) this.tellBudget();
    const outcome = await this.run(tree);
    this.known.set(tree, outcome);
    return outcome;
  }

  /** In more than what is red with everybody; what is not known counts as red. */
  private isRed(result: TargetResult | undefined): boolean {
    return (
      result === undefined || [...redItems(result)].some((it) => !this.findings.hopeless.has(it))
    );
  }

  private async run(tree: string): Promise<Outcome> {
    const { exam, proof, reporter } = this;
    const wasRed = (name: string) => [...this.findings.red].some((it) => isOfGate(it, name));
    const gates = [...exam.gates].sort((a, b) => Number(wasRed(b.name)) - Number(wasRed(a.name)));
    const always = gates.filter(({ name }) => wasRed(name)).length;
    const quiet = { ...reporter, progress: () => undefined };
    const { tree: written } =
      exam.formatters.length === 0 ? { tree } : await formatTree(exam, exam.formatters, tree);
    const result = await proveTree(exam, written, quiet, { gates, trial: { always } });
    const red = redItems(result);
    if (red.size === 0 && !result.passed) red.add('no gate ran');
    reporter.progress(
      `mix ${this.runs} of at most ${this.budget.runs}: ${red.size === 0 ? 'green' : `red (${[...red].slice(0, 3).join(', ')}${red.size > 3 ? ', ...' : ''})`}`,
    );
    return { red, isGreen: (item: string) => isGreen(item, result, proof) };
  }

  private tellBudget(): void {
    const { runs, ms } = this.budget;
    this.reporter.progress(
      `looking for a green mix near the picks: at most ${runs} runs of the gates and ${Math.round(ms / 60_000)} minutes`,
    );
  }

  /** Null: picks that contradict each other make no tree. */
  private async make(mix: Mix): Promise<Synthesis | null> {
    const { files, candidates, base } = this.comparison;
    const models = candidates.map(({ model }) => model);
    try {
      const resolved = resolvePicks(picksOf(this.choices, mix, files, this.picks), {
        files,
        models,
      });
      return await synthesize(this.exam.repository.topLevel, base, resolved);
    } catch (error) {
      if (error instanceof ExpectedError) return null;
      throw error;
    }
  }

  /** The versions that have what a mix lacks, each at less than any other step. */
  private async missing(mix: Mix): Promise<Move[]> {
    const picks = picksOf(this.choices, mix, this.comparison.files, this.picks);
    const { needs } = await needsOfPicks(this.exam.repository, this.comparison, picks);
    const wanted = new Map(needs.map(({ pick }) => [`${pick.path}\0${pick.model}`, pick]));
    return [...wanted.values()].flatMap(({ model, path }) => {
      const whole = wholeOf(this.choices, model ?? BASE);
      const places = this.choices.flatMap((choice, at) =>
        choice.path === path && whole[at] !== mix[at] ? [at] : [],
      );
      const changes = new Map(places.map((at) => [at, whole[at] ?? 0]));
      return places.length === 0 ? [] : [{ cost: COST_OF_MISSING, changes }];
    });
  }
}

const COST_OF_MISSING = 0.5;

/** What was picked there, if not base. */
function nameOfPick(choice: Choice | undefined): string[] {
  const { name, options, start } = choice ?? { name: '', options: [], start: 0 };
  return start === 0 ? [] : [`${name} (from ${options[start]?.source})`];
}

async function describe(
  { session, pass }: Exam,
  { files }: Comparison,
  picks: Picks,
  choices: readonly Choice[],
  { green, left, isNearest }: SearchResult,
): Promise<FoundMix> {
  const mix: Mix = green ?? [];
  const found = picksOf(choices, mix, files, picks);
  const file = session === null ? null : join(passFolder(session, pass), 'picks.green.json');
  if (file !== null) await replaceJson(file, found);
  return {
    file,
    picks: found.picks,
    changed: changesIn(choices, mix),
    left_red: left,
    is_nearest: isNearest,
  };
}
