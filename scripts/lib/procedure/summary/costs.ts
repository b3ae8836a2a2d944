/** What models cost, over all passes. What was not told is unknown: it is not taken for nothing. */
import type { ModelInPass } from './summary-facts.ts';

/** A sum of which some parts may be unknown. */
export interface Sum {
  known: number;
  /** How many parts are known, and how many are not. */
  parts: number;
  unknown: number;
}

export interface Costs {
  model: string;
  runs: number;
  /** Attempts beyond the first of each run. */
  retries: number;
  ms: Sum;
  input: Sum;
  output: Sum;
  usd: Sum;
}

/** One row a model, in the order of the first pass. */
export function costsByModel(passes: readonly { models: readonly ModelInPass[] }[]): Costs[] {
  const runs = new Map<string, Run[]>();
  for (const { model, run } of passes.flatMap(({ models }) => models)) {
    const known = runs.get(model.model) ?? [];
    runs.set(model.model, run === null || !wasStarted(run) ? known : [...known, run]);
  }
  return [...runs].map(([model, its]) => costsOf(model, its));
}

type Run = NonNullable<ModelInPass['run']>;

/** A run that another one's used up quota kept from being started cost nothing. */
function wasStarted({ cause, attempts, status }: Run): boolean {
  return !(status === 'failed' && cause === 'quota' && attempts.length === 0);
}

function costsOf(model: string, runs: readonly Run[]): Costs {
  const sum = (part: (run: Run) => number | null | undefined) => sumOf(runs.map(part));
  return {
    model,
    runs: runs.length,
    retries: runs.reduce((all, { attempts }) => all + Math.max(0, attempts.length - 1), 0),
    ms: sum(({ duration_ms }) => duration_ms),
    input: sum(({ usage }) => usage?.input_tokens),
    output: sum(({ usage }) => usage?.output_tokens),
    usd: sum(({ usage }) => usage?.cost_usd),
  };
}

function sumOf(values: readonly (number | null | undefined)[]): Sum {
  const known = values.filter((value) => value != null);
  return {
    known: known.reduce((all, value) => all + value, 0),
    parts: known.length,
    unknown: values.length - known.length,
  };
}

/** All models together. */
export function totalOf(rows: readonly Costs[]): Costs {
  const add = (part: (row: Costs) => Sum): Sum => {
    const sums = rows.map(part);
    const all = (of: (sum: Sum) => number) => sums.reduce((so, sum) => so + of(sum), 0);
    return {
      known: all((it) => it.known),
      parts: all((it) => it.parts),
      unknown: all((it) => it.unknown),
    };
  };
  return {
    model: 'all',
    runs: rows.reduce((all, { runs }) => all + runs, 0),
    retries: rows.reduce((all, { retries }) => all + retries, 0),
    ...{ ms: add(({ ms }) => ms), input: add(({ input }) => input) },
    ...{ output: add(({ output }) => output), usd: add(({ usd }) => usd) },
  };
}

/** `12`, `12 + unknown`, `unknown`, or nothing where there is nothing to sum up. */
export function sumInWords(
  { known, parts, unknown }: Sum,
  inWords: (value: number) => string,
): string {
  const words = parts === 0 ? [] : [inWords(known)];
  return [...words, ...(unknown === 0 ? [] : ['unknown'])].join(' + ');
}
