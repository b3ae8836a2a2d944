/**
 * Looks for the smallest set of changes to a mix that makes it green, by what is known of other mixes: what is red in one
 * and green in another is so because of something that the two have otherwise. It decides which mix is asked next and
 * leaves the asking (trees, worktrees, gates) to whoever calls it.
 */
import type { Choice } from './choices.ts';
import { type Move, type MoveFacts, movesFor, type Target, wholeOf } from './moves.ts';

/** For each choice the place of its option. */
export type Mix = readonly number[];

/** What the gates say of a mix. */
export interface Outcome {
  /** Gates, or tests of gates, by name. */
  red: ReadonlySet<string>;
  /** Whether something is known to be green: a test that did not run at all is neither. */
  isGreen: (item: string) => boolean;
}

export interface SearchTask extends MoveFacts {
  /** What is red with the picks as they are. */
  red: ReadonlySet<string>;
  /** Red on base and green with nobody: only a mix of several files that it is about can mend it. */
  hopeless: ReadonlySet<string>;
  /** Base and the models. */
  sources: readonly string[];
  /** What they come to, each as a whole, as far as that is known. */
  known: ReadonlyMap<string, Outcome>;
  /** Versions without which something in a mix cannot work. */
  missing: (mix: Mix) => Promise<Move[]>;
  /** Runs the gates on a mix; null: it cannot be made. @throws BudgetSpent */
  ask: (mix: Mix) => Promise<Outcome | null>;
}

export interface SearchResult {
  green: Mix | null;
  /** What is red in it, as it is with everybody. */
  left: string[];
  /** Whether no mix with fewer changes can be green, by all that is known. */
  isNearest: boolean;
  /** Whether no mix is left that could be green, by all that is known. */
  isExhausted: boolean;
}

/** Thrown by `ask` when no more runs are allowed: the search ends with what it has. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent';
}

/** So many mixes are tried that no result speaks for: of files that are spoken of where something is red. */
const GUESSES = 4;
/** Mixes that are looked at before the next one is asked: of a hundred files there are millions. */
const MOST_LOOKS = 5000;

export async function searchGreenMix(task: SearchTask): Promise<SearchResult> {
  const search = new Search(task);
  const isThrough = await search.run().catch((error) => {
    if (error instanceof BudgetSpent) return false;
    throw error;
  });
  const { best } = search;
  return {
    green: best?.mix ?? null,
    left: [...(best?.red ?? [])],
    isNearest: best !== null && isThrough,
    isExhausted: best === null && isThrough,
  };
}

interface Found {
  mix: Mix;
  red: ReadonlySet<string>;
}

interface Step {
  mix: Mix;
  cost: number;
}

class Search {
  best: Found | null = null;
  private readonly start: Mix;
  private readonly outcomes: { mix: Mix; outcome: Outcome }[];
  /** What has to become green. */
  private readonly goals: ReadonlySet<string>;
  private readonly seen = new Set<string>();
  private readonly open: Step[] = [];
  private runsLeft = Number.POSITIVE_INFINITY;
  /** Whether mixes are tried for which nothing speaks but that they are none of those that are known to be red. */
  private isGuessing = false;

  constructor(private readonly task: SearchTask) {
    const { choices, red, hopeless, known } = task;
    this.start = choices.map(({ start }) => start);
    const wholes = [...known].map(([source, outcome]) => ({
      mix: wholeOf(choices, source),
      outcome,
    }));
    const here = { red, isGreen: (item: string) => !red.has(item) };
    this.outcomes = [{ mix: this.start, outcome: here }, ...wholes];
    const mendable = [...red].filter((it) => !hopeless.has(it));
    this.goals = new Set(mendable.length > 0 ? mendable : red);
  }

  /** Gives whether no mix is left that may be green. */
  async run(): Promise<boolean> {
    const isThrough = await this.follow();
    if (this.best !== null || !isThrough) return isThrough;
    this.isGuessing = true;
    if (this.task.known.size > 0) this.runsLeft = GUESSES;
    return this.follow();
  }

  /** The cheapest steps first; where a mix is known or bound to be red, the steps from it that may mend that. */
  private async follow(): Promise<boolean> {
    this.seen.clear();
    this.push({ mix: this.start, cost: 0 });
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const step = this.open.pop();
      if (step === undefined) return true;
      if (this.best !== null && this.sizeOf(step.mix) >= this.sizeOf(this.best.mix)) continue;
      const problem = this.problemOf(step.mix);
      if (problem !== null) await this.pushStepsFrom(step, problem);
      else {
        await this.ask(step);
        looks = 0;
      }
    }
    return false;
  }

  private push(step: Step): void {
    const at = this.open.findLastIndex(({ cost }) => cost > step.cost);
    this.open.splice(at + 1, 0, step);
  }

  private async ask(step: Step): Promise<void> {
    if (this.runsLeft-- <= 0) throw new BudgetSpent('Nothing better was found in a while.');
    const outcome = await this.task.ask(step.mix);
    if (outcome === null) return;
    this.outcomes.push({ mix: step.mix, outcome });
    const left = [...outcome.red].filter((it) => this.goals.has(it) || !this.task.hopeless.has(it));
    if (left.length > 0) {
      this.push(step);
      return;
    }
    this.best = { mix: step.mix, red: outcome.red };
    // What was changed without need is found by halves; what has to do with what was red has a need.
    this.runsLeft = 2 * Math.ceil(Math.log2(1 + this.strangersIn(step.mix)));
  }

  private async pushStepsFrom({ mix, cost }: Step, problem: string): Promise<void> {
    const wasAsked = this.outcomes.some((known) => isSame(known.mix, mix));
    const missing = wasAsked ? await this.task.missing(mix) : [];
    const moves = movesFor(this.task, mix, problem, this.targetsFor(problem));
    for (const move of [...missing, ...moves]) {
      const next = mix.map((option, at) => move.changes.get(at) ?? option);
      const key = next.join();
      if (this.seen.has(key)) continue;
      // What is missing may be needed before anything else can be told.
      if (!missing.includes(move) && !this.isPossible(next, problem)) continue;
      this.seen.add(key);
      this.push({ mix: next, cost: cost + move.cost });
    }
  }

  /** Where something is green: with whom, and whether in the mix that the search began with. */
  private targetsFor(item: string): Target[] {
    const { choices, sources, known, red } = this.task;
    const wholes = sources
      .filter((source) => this.isGuessing || known.get(source)?.isGreen(item))
      .map((source) => ({ source, mix: wholeOf(choices, source) }));
    return red.has(item) ? wholes : [...wholes, { source: '', mix: this.start }];
  }

  /** Changed paths that have nothing to do with what was red. */
  private strangersIn(mix: Mix): number {
    const { choices, related } = this.task;
    const changed = choices.filter(({ start }, at) => mix[at] !== start);
    const isStranger = (choice: Choice) => ![...this.goals].some((it) => related(choice, it) > 0);
    return new Set(changed.filter(isStranger).map(({ path }) => path)).size;
  }

  /** Something that was red in some mix and must be red in this one too; null: it may be green. */
  private problemOf(mix: Mix): string | null {
    const { hopeless } = this.task;
    const items = new Set([
      ...this.goals,
      ...this.outcomes.flatMap(({ outcome }) => [...outcome.red]),
    ]);
    for (const item of items) {
      if (hopeless.has(item) && !this.goals.has(item)) continue;
      if (!this.isPossible(mix, item)) return item;
    }
    return null;
  }

  /**
   * Whether something may be green in a mix: it shares with a mix in which it is green what each of those has otherwise
   * in which it is red. As a guess: it has otherwise than those something that is spoken of where it is red.
   */
  private isPossible(mix: Mix, item: string): boolean {
    const red = this.outcomes.filter(({ outcome }) => outcome.red.has(item));
    const green = this.outcomes.filter(({ outcome }) => outcome.isGreen(item));
    const shares = (good: Mix, bad: Mix) =>
      mix.some((option, at) => option === good[at] && option !== bad[at]);
    if (green.some((good) => red.every((bad) => shares(good.mix, bad.mix)))) return true;
    if (red.length === 0) return true;
    const { choices, related, isTest, known } = this.task;
    const isAbout = choices.map(
      (choice) => !isTest(choice) && (known.size === 0 || related(choice, item) > 0),
    );
    const differs = (bad: Mix) => mix.some((option, at) => option !== bad[at] && isAbout[at]);
    return this.isGuessing && red.every((bad) => differs(bad.mix));
  }

  /** By paths; what is left out counts for more than what is taken in, and a test for more than all else. */
  private sizeOf(mix: Mix): number {
    const { choices, isTest } = this.task;
    const paths = new Map<string, number>();
    for (const [at, choice] of choices.entries()) {
      if (mix[at] === choice.start) continue;
      const isLeftOut = mix[at] === 0;
      const size = isLeftOut ? (isTest(choice) ? choices.length + 3 : 3) : 1;
      paths.set(choice.path, Math.max(paths.get(choice.path) ?? 0, size));
    }
    return [...paths.values()].reduce((sum, size) => sum + size, 0);
  }
}

function isSame(a: Mix, b: Mix): boolean {
  return a.every((option, at) => option === b[at]);
}
