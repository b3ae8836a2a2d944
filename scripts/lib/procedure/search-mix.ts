/** Phase 7, where the mix is red: which picks are to blame, and which mix near them is green. It is told, never applied. */
import { join } from 'node:path';
import { ExpectedError } from '../errors.ts';
import { isTest } from '../gates/tampering/names.ts';
import { pathText } from '../git/paths.ts';
import type { Reporter } from '../script.ts';
import { replaceJson } from '../session/files.ts';
import { passFolder } from '../session/session.ts';
import { BASE, type Picks } from '../synthesis/picks.ts';
import { resolvePicks } from '../synthesis/resolve-picks.ts';
import {
  type Choice,
  changesIn,
  choicesIn,
  type Grain,
  picksOf,
} from '../synthesis/search/choices.ts';
import {
  BudgetSpent,
  type Mix,
  type Outcome,
  type SearchResult,
  type SearchTask,
  searchCulprits,
  searchGreenMix,
} from '../synthesis/search/search.ts';
import { synthesize } from '../synthesis/synthesize.ts';
import type { Comparison } from './compare.ts';
import type { TargetResult } from './gate-record.ts';
import { type Exam, proveTree } from './prove.ts';
import {
  greenWith,
  hopelessItems,
  isGreen,
  isOfGate,
  type KnownResults,
  redItems,
} from './red-items.ts';

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
  /** No mix with fewer changes is green: all were tried. */
  is_nearest: boolean;
}

export interface MixSearch {
  culprits: string[];
  nearest: FoundMix | null;
  /** How often gates were run. */
  runs: number;
  duration_ms: number;
  /** All mixes were tried. */
  exhausted: boolean;
}

/** What is red in a proof, and what is known of it elsewhere. */
export interface Findings {
  red: Set<string>;
  hopeless: Set<string>;
  known: KnownResults;
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
  exam: Exam,
  comparison: Comparison,
  picks: Picks,
  proof: TargetResult,
  budget: SearchBudget,
  reporter: Reporter,
): Promise<MixSearch> {
  const models = comparison.candidates.map(({ model }) => model);
  const findings = findingsOf(exam, proof, models);
  const trials = new Trials(exam, comparison, findings, budget, reporter);
  reporter.progress(
    `looking for a green mix near the picks: at most ${budget.runs} runs of the gates and ${Math.round(budget.ms / 60_000)} minutes`,
  );
  let found = await trials.search(picks, proof, 'versions');
  if (found.result.green === null && found.result.isExhausted && trials.isLeft())
    found = await trials.search(picks, proof, 'hunks');
  const { result, choices } = found;
  const nearest =
    result.green === null || result.green.every((option, at) => option === choices[at]?.start)
      ? null
      : await describe(exam, comparison, picks, choices, result);
  return {
    culprits: await trials.culprits(found, picks),
    nearest,
    runs: trials.runs,
    duration_ms: Date.now() - trials.begun,
    exhausted: result.isExhausted,
  };
}

interface Searched {
  choices: Choice[];
  task: SearchTask;
  result: SearchResult;
}

const MIXES_PER_RUN = 25;

class Trials {
  readonly begun = Date.now();
  runs = 0;
  private asked = 0;
  private readonly known = new Map<string, Outcome>();

  constructor(
    private readonly exam: Exam,
    private readonly comparison: Comparison,
    private readonly findings: Findings,
    private readonly budget: SearchBudget,
    private readonly reporter: Reporter,
  ) {}

  isLeft(): boolean {
    return this.runs < this.budget.runs && !this.isLate();
  }

  private isLate(): boolean {
    return Date.now() - this.begun >= this.budget.ms;
  }

  async search(picks: Picks, proof: TargetResult, grain: Grain): Promise<Searched> {
    const { files } = this.comparison;
    const { red, hopeless, known } = this.findings;
    this.known.set(proof.tree, { red, isGreen: (item) => !red.has(item) });
    const choices = choicesIn(this.comparison, picks, grain);
    const words = proof.gates.map(
      ({ tail, outcomes }) => `${tail}\n${outcomes?.failed.join('\n')}`,
    );
    const task: SearchTask = {
      choices,
      red,
      hopeless,
      greenWith: (item) => greenWith(item, known, proof),
      related: ({ path, options }) =>
        mentions(words.join('\n'), pathText(path)) + options.length / 100,
      isTest: ({ path }) => isTest(pathText(path)),
      ask: (mix) => this.ask(picksOf(choices, mix, files, picks), proof),
    };
    return { choices, task, result: await searchGreenMix(task) };
  }

  /** The picks that the green mix changes; without one, the smallest set that is red on base. */
  async culprits({ choices, task, result }: Searched, picks: Picks): Promise<string[]> {
    const named = (places: readonly number[]) =>
      places.flatMap((at) => {
        const { name = '', options = [], start = 0 } = choices[at] ?? {};
        return start === 0 ? [] : `${name} (from ${options[start]?.source})`;
      });
    if (result.green !== null) {
      return named(choices.flatMap(({ start }, at) => (result.green?.[at] === start ? [] : at)));
    }
    try {
      return picks.picks.length === 0 ? [] : named(await searchCulprits(task));
    } catch (error) {
      if (error instanceof BudgetSpent) return [];
      throw error;
    }
  }

  private async ask(picks: Picks, proof: TargetResult): Promise<Outcome | null> {
    // Mixes that cannot be made, and those that are known, cost no run of the gates, but there may be millions of them.
    if (this.asked++ >= this.budget.runs * MIXES_PER_RUN || this.isLate())
      throw new BudgetSpent('No more mixes are tried.');
    const tree = await this.treeOf(picks);
    if (tree === null) return null;
    const known = this.known.get(tree);
    if (known !== undefined) return known;
    if (!this.isLeft()) throw new BudgetSpent('No more runs are allowed.');
    this.runs++;
    const { exam, reporter } = this;
    const wasRed = (name: string) => [...this.findings.red].some((it) => isOfGate(it, name));
    const gates = [...exam.gates].sort((a, b) => Number(wasRed(b.name)) - Number(wasRed(a.name)));
    const always = gates.filter(({ name }) => wasRed(name)).length;
    const quiet = { ...reporter, progress: () => undefined };
    const result = await proveTree(exam, tree, quiet, { gates, trial: { always } });
    const red = redItems(result);
    if (red.size === 0 && !result.passed) red.add('no gate ran');
    reporter.progress(
      `mix ${this.runs} of at most ${this.budget.runs}: ${red.size === 0 ? 'green' : `red (${[...red].slice(0, 3).join(', ')}${red.size > 3 ? ', ...' : ''})`}`,
    );
    const outcome = { red, isGreen: (item: string) => isGreen(item, result, proof) };
    this.known.set(tree, outcome);
    return outcome;
  }

  /** Null: picks that contradict each other make no tree. */
  private async treeOf(picks: Picks): Promise<string | null> {
    const { files, candidates, base } = this.comparison;
    const models = candidates.map(({ model }) => model);
    try {
      const resolved = resolvePicks(picks, { files, models });
      return (await synthesize(this.exam.repository.topLevel, base, resolved)).tree;
    } catch (error) {
      if (error instanceof ExpectedError) return null;
      throw error;
    }
  }
}

/** How often a path, or at least its name, is spoken of. */
function mentions(text: string, path: string): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const stem = name.replace(/\..*$/, '');
  const times = (word: string) => (word.length < 3 ? 0 : Math.min(text.split(word).length - 1, 9));
  return times(path) * 4 + times(name) * 2 + times(stem);
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
