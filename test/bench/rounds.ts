/** Two ways to do the same, in turn, so that a slow moment of the machine falls on both. */
import type { Measured } from './run-bench.ts';

/** One way, step by step; what is prepared is not measured. */
export interface Side {
  prepare?: (round: number) => Promise<unknown>;
  steps: readonly (() => Promise<unknown>)[];
}

/** A step's name, and the most that it may take in multiples of the floor; null: it is only reported. */
export interface Step {
  name: string;
  bound: number | null;
}

/** Runs both sides in each round, the one first that was second before. A first round that does not count warms up. */
export async function compareSides(
  steps: readonly Step[],
  ours: Side,
  floor: Side,
  { rounds, warmUp = true }: { rounds: number; warmUp?: boolean },
): Promise<Measured[]> {
  const times: { ours: number[]; floor: number[] }[] = [];
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    const isOursFirst = round % 2 === 0;
    const first = await timeSteps(isOursFirst ? ours : floor, round);
    const second = await timeSteps(isOursFirst ? floor : ours, round);
    if (round < 0) continue;
    times.push(isOursFirst ? { ours: first, floor: second } : { ours: second, floor: first });
  }
  return steps.map(({ name, bound }, step) => {
    const pairs = times.map((it) => ({ ms: it.ours[step] ?? 0, floorMs: it.floor[step] ?? 0 }));
    return {
      ...{ name, bound },
      ms: median(pairs.map(({ ms }) => ms)),
      floorMs: median(pairs.map(({ floorMs }) => floorMs)),
      ratio: median(pairs.map(({ ms, floorMs }) => ms / floorMs)),
    };
  });
}

/** Milliseconds of each step. */
async function timeSteps({ prepare, steps }: Side, round: number): Promise<number[]> {
  await prepare?.(round);
  const times: number[] = [];
  for (const step of steps) {
    const started = performance.now();
    await step();
    times.push(performance.now() - started);
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
