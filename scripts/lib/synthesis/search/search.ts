/**
 * Looks for the green mix that is nearest to the picks, and for the picks that are to blame. It decides which mix is
 * asked next and leaves the asking (trees, worktrees, gates) to whoever calls it.
 */
import type { Choice } from './choices.ts';
import { smallestSet } from './smallest-set.ts';

/** For each choice the place of its option. */
export type Mix = readonly number[];

/** What the gates say of a mix. */
export interface Outcome {
  /** Gates, or tests of gates, by name. */
  red: ReadonlySet<string>;
  /** Whether something is known to be green: a test that did not run at all is neither. */
  isGreen: (item: string) => boolean;
}

export interface SearchTask {
  choices: readonly Choice[];
  /** What is red with the picks as they are; not empty. */
  red: ReadonlySet<string>;
  /** Red that is red with every candidate and on base: perhaps no mix can mend it, so it is tried for a short while only. */
  hopeless: ReadonlySet<string>;
  /** The models that something red is green with, and base. */
  greenWith: (red: string) => readonly string[];
  /** How much a choice has to do with what is red; those with more are tried first. */
  related: (choice: Choice) => number;
  /** Whether a choice is about a test: to leave tests out is no way to be green while there is another. */
  isTest: (choice: Choice) => boolean;
  /** Runs the gates on a mix; null: it cannot be made. @throws BudgetSpent */
  ask: (mix: Mix) => Promise<Outcome | null>;
}

export interface SearchResult {
  /** The nearest mix that is green, or where only the hopeless is red; null: none was found. */
  green: Mix | null;
  /** What is red in it. */
  left: string[];
  /** Whether no mix with fewer changes is green: all of them were tried. */
  isNearest: boolean;
  /** Whether all mixes were tried. */
  isExhausted: boolean;
}

/** Thrown by `ask` when no more runs are allowed: the search ends with what it has. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent';
}

/** With a mix in hand, so many more are tried for a better or a nearer one, after each that was found. */
const PATIENCE = 12;

export async function searchGreenMix(task: SearchTask): Promise<SearchResult> {
  const search = new Search(task);
  let isExhausted = false;
  try {
    await search.followEvidence();
    await search.comeNearer();
    isExhausted = await search.tryAll();
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
  }
  const { best } = search;
  return {
    green: best?.mix ?? null,
    left: [...(best?.red ?? [])],
    isNearest: best !== null && search.triedBelow >= search.cost(best.mix),
    isExhausted,
  };
}

/**
 * The smallest set of the picks that is red on base: what is to blame where no mix is green.
 * @returns places of choices; empty where base itself is red, so that it cannot be told
 */
export async function searchCulprits(task: SearchTask): Promise<number[]> {
  const { choices, ask } = task;
  const base = choices.map(() => 0);
  const isRed = async (part: readonly number[]) => {
    const outcome = await ask(withStarts(choices, part));
    return (
      outcome !== null && [...outcome.red].some((it) => task.red.has(it) && !task.hopeless.has(it))
    );
  };
  const picked = choices.flatMap(({ start }, at) => (start === 0 ? [] : at));
  const onBase = await ask(base);
  if (onBase === null || [...onBase.red].some((it) => task.red.has(it))) return [];
  return smallestSet(picked, isRed);
}

function withStarts(choices: readonly Choice[], part: readonly number[]): Mix {
  const kept = new Set(part);
  return choices.map(({ start }, at) => (kept.has(at) ? start : 0));
}

/** Place of a choice, and of its new option. */
type Change = readonly [at: number, option: number];

interface Found {
  mix: Mix;
  red: ReadonlySet<string>;
}

class Search {
  /** Nothing red in it but what is hopeless. */
  best: Found | null = null;
  /** All mixes that cost less were tried. */
  triedBelow = 0;
  private readonly known = new Map<string, Outcome | null>();
  private readonly start: Mix;
  private patience = PATIENCE;

  constructor(private readonly task: SearchTask) {
    this.start = task.choices.map(({ start }) => start);
    this.known.set(this.start.join(), { red: task.red, isGreen: (item) => !task.red.has(item) });
    const { red, hopeless } = task;
    if ([...red].every((it) => hopeless.has(it))) this.best = { mix: this.start, red };
  }

  /** The number of choices that are made otherwise; a test that is given up counts for more than all others. */
  cost(mix: Mix): number {
    const { choices, isTest } = this.task;
    return choices.reduce((sum, choice, at) => {
      if (mix[at] === choice.start) return sum;
      return sum + (isTest(choice) ? choices.length + 1 : 1);
    }, 0);
  }

  private async ask(mix: Mix): Promise<Outcome | null> {
    const key = mix.join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.best !== null && this.patience-- <= 0)
      throw new BudgetSpent('Nothing better was found in a while.');
    const outcome = await this.task.ask(mix);
    this.known.set(key, outcome);
    if (outcome !== null && this.isBetter({ mix, red: outcome.red })) {
      this.best = { mix, red: outcome.red };
      this.patience = PATIENCE;
    }
    return outcome;
  }

  private isBetter({ mix, red }: Found): boolean {
    if ([...red].some((it) => !this.task.hopeless.has(it))) return false;
    if (this.best === null) return true;
    const { red: before, mix: other } = this.best;
    return (
      red.size - before.size < 0 || (red.size === before.size && this.cost(mix) < this.cost(other))
    );
  }

  /**
   * What is red and green with a model (or on base) is mended by its code: all of that is taken, and where it makes
   * other things red, as little of it as will do. So faults are found by halves, not one choice after the other.
   */
  async followEvidence(): Promise<void> {
    let current: Found = { mix: this.start, red: this.task.red };
    const tried = new Set<string>();
    for (;;) {
      const [fault, model] = this.nextClue(current, tried) ?? [];
      if (fault === undefined || model === undefined) return;
      tried.add(`${model}\0${fault}`);
      current = (await this.mend(current, fault, model)) ?? current;
    }
  }

  private nextClue({ red }: Found, tried: ReadonlySet<string>): [string, string] | null {
    for (const fault of red) {
      const model = this.task.greenWith(fault).find((it) => !tried.has(`${it}\0${fault}`));
      if (model !== undefined) return [fault, model];
    }
    return null;
  }

  private async mend(from: Found, fault: string, model: string): Promise<Found | null> {
    const changes = this.task.choices.flatMap((choice, at): Change[] => {
      const option = placeOf(choice, model);
      const isOther = option !== from.mix[at] && !this.task.isTest(choice);
      return isOther ? [[at, option]] : [];
    });
    if (changes.length === 0) return null;
    const mixWith = (part: readonly Change[]) => {
      const wanted = new Map(part);
      return from.mix.map((option, at) => wanted.get(at) ?? option);
    };
    const isMended = async (part: readonly Change[]) => {
      const outcome = await this.ask(mixWith(part));
      return outcome?.isGreen(fault) ?? false;
    };
    const whole = mixWith(changes);
    const all = await this.ask(whole);
    if (all === null || !all.isGreen(fault)) return null;
    if ([...all.red].every((it) => from.red.has(it))) return { mix: whole, red: all.red };
    // Of two that would do, the first is found.
    changes.sort(([a], [b]) => this.relation(b) - this.relation(a));
    const mix = mixWith(await smallestSet(changes, isMended));
    const red = (await this.ask(mix))?.red;
    // What mends one fault and makes another is no step forward.
    return red !== undefined && red.size < from.red.size ? { mix, red } : null;
  }

  private relation(at: number): number {
    const choice = this.task.choices[at];
    return choice === undefined ? 0 : this.task.related(choice);
  }

  /** Takes back what was changed without need. */
  async comeNearer(): Promise<void> {
    const found = this.best;
    if (found === null || found.mix === this.start) return;
    const changed = found.mix.flatMap((option, at) => (option === this.start[at] ? [] : at));
    const mixWith = (part: readonly number[]) => {
      const kept = new Set(part);
      return this.start.map((option, at) => (kept.has(at) ? (found.mix[at] ?? option) : option));
    };
    await smallestSet(changed, async (part) => {
      const outcome = await this.ask(mixWith(part));
      return outcome !== null && [...outcome.red].every((it) => found.red.has(it));
    });
  }

  /** Every mix, the nearest ones first, until one is green that cannot be improved. Gives whether there is none left. */
  async tryAll(): Promise<boolean> {
    const order = this.task.choices
      .map((_, at) => at)
      .sort((a, b) => this.relation(b) - this.relation(a));
    const plain = order.filter((at) => !this.isTestAt(at));
    const tests = order.filter((at) => this.isTestAt(at));
    for (let gaveUp = 0; gaveUp <= tests.length; gaveUp++) {
      for (let changes = gaveUp === 0 ? 1 : 0; changes <= plain.length; changes++) {
        const cost = gaveUp * (this.task.choices.length + 1) + changes;
        this.triedBelow = cost;
        if (this.best !== null && this.best.red.size === 0 && this.cost(this.best.mix) <= cost)
          return false;
        for (const mix of this.mixes(plain, changes, tests, gaveUp)) await this.ask(mix);
      }
    }
    this.triedBelow = Number.POSITIVE_INFINITY;
    return true;
  }

  private isTestAt(at: number): boolean {
    const choice = this.task.choices[at];
    return choice !== undefined && this.task.isTest(choice);
  }

  private *mixes(
    plain: readonly number[],
    changes: number,
    tests: readonly number[],
    gaveUp: number,
  ): Generator<Mix> {
    for (const some of combinations(plain, changes)) {
      for (const others of combinations(tests, gaveUp)) yield* this.variants([...some, ...others]);
    }
  }

  /** All ways to decide some choices otherwise, the others as they were. */
  private *variants(places: readonly number[], mix: Mix = this.start): Generator<Mix> {
    const [at, ...rest] = places;
    if (at === undefined) {
      yield mix;
      return;
    }
    const { start = 0, options = [] } = this.task.choices[at] ?? {};
    for (let option = options.length - 1; option >= 0; option--) {
      if (option === start) continue;
      yield* this.variants(
        rest,
        mix.map((old, place) => (place === at ? option : old)),
      );
    }
  }
}

/** The option that a model's own tree has: base's where it did nothing. */
function placeOf({ options }: Choice, model: string): number {
  return Math.max(
    options.findIndex(({ models }) => models.includes(model)),
    0,
  );
}

function* combinations<T>(all: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at <= all.length - size; at++) {
    for (const rest of combinations(all, size - 1, at + 1)) yield [all[at] as T, ...rest];
  }
}
