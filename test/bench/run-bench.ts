/**
 * Benchmarks, as ratios against a floor that is measured in the same run: `npm run bench` for all, or with names.
 * Exits 1 when a bound does not hold.
 */
import { startUp } from './start-up.ts';

export interface Measured {
  name: string;
  /** Medians in milliseconds. */
  ms: number;
  floorMs: number;
  /** The most that ms / floorMs may be. */
  bound: number;
}

const benches: Record<string, () => Promise<Measured[]>> = { 'start-up': startUp };

const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`${name}\n`);
  for (const { name: what, ms, floorMs, bound } of await run()) {
    const ratio = ms / floorMs;
    const holds = ratio <= bound;
    if (!holds) process.exitCode = 1;
    console.log(
      `${holds ? 'ok  ' : 'OVER'} ${what.padEnd(28)} ${ms.toFixed(0).padStart(6)} ms  ${ratio.toFixed(2).padStart(6)} x  (at most ${bound})`,
    );
  }
}
