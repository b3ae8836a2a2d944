/** Two ways to do the same, in turn, so that a slow moment of the machine falls on both. */
import { readFileSync } from 'node:fs';
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

interface Cost {
  ms: number;
  /** Of this process and all that it started. */
  cpuMs: number;
}

/** Runs both sides in each round, the one first that was second before. A first round that does not count warms up. */
export async function compareSides(
  steps: readonly Step[],
  ours: Side,
  floor: Side,
  { rounds, warmUp = true }: { rounds: number; warmUp?: boolean },
): Promise<Measured[]> {
  const costs: { ours: Cost[]; floor: Cost[] }[] = [];
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    const isOursFirst = round % 2 === 0;
    const first = await runSteps(isOursFirst ? ours : floor, round);
    const second = await runSteps(isOursFirst ? floor : ours, round);
    if (round < 0) continue;
    costs.push(isOursFirst ? { ours: first, floor: second } : { ours: second, floor: first });
  }
  return steps.map(({ name, bound }, step) => {
    const nothing = { ms: 0, cpuMs: 0 };
    const pairs = costs.map((it) => [it.ours[step] ?? nothing, it.floor[step] ?? nothing] as const);
    return { name, bound, ...summary(pairs) };
  });
}

function summary(pairs: readonly (readonly [ours: Cost, floor: Cost])[]) {
  const cpu = (side: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[side].cpuMs, 0);
  return {
    ms: median(pairs.map(([ours]) => ours.ms)),
    floorMs: median(pairs.map(([, floor]) => floor.ms)),
    ratio: median(pairs.map(([ours, floor]) => ours.ms / floor.ms)),
    // Of all rounds together: one alone may be shorter than the clock's tick.
    cpuRatio: cpu(0) / cpu(1),
  };
}

async function runSteps({ prepare, steps }: Side, round: number): Promise<Cost[]> {
  await prepare?.(round);
  const costs: Cost[] = [];
  for (const step of steps) {
    const [started, cpuBefore] = [performance.now(), cpuMs()];
    await step();
    costs.push({ ms: performance.now() - started, cpuMs: cpuMs() - cpuBefore });
  }
  return costs;
}

const MS_PER_TICK = 10;

/** What this process and its ended children have computed so far; NaN where there is no /proc to say so. */
function cpuMs(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * MS_PER_TICK, 0);
  } catch {
    return Number.NaN;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
