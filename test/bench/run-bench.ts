/**
 * Benchmarks, as ratios against a floor that is measured in the same run: `npm run bench` for all, or with names;
 * `--trace` shows every command with its time. Exits 1 when a bound does not hold.
 */
import { enableTrace } from '../../scripts/lib/process/trace.ts';
import { apply } from './apply.ts';
import { capture } from './capture.ts';
import { cleanup } from './cleanup.ts';
import { compare } from './compare.ts';
import { gates } from './gates.ts';
import { memory } from './memory.ts';
import { output } from './output.ts';
import { provideDependencies } from './provide.ts';
import { search } from './search.ts';
import { snapshot } from './snapshot.ts';
import { startUp } from './start-up.ts';

export type Measured = Duration | Memory;

/** Milliseconds are medians. */
export interface Duration {
  name: string;
  ms: number;
  floorMs: number;
  /** The median of the rounds' ratios, where rounds are pairs; else the ratio of the medians counts. */
  ratio?: number;
  /** The same of the time that processors were busy: on a machine that does other things too, it says more. */
  cpuRatio?: number;
  /** The most that the ratio may be; null: it is only reported. */
  bound: number | null;
}

/** A peak. */
export interface Memory {
  name: string;
  megabytes: number;
  bound: number | null;
}

const benches: Record<string, () => Promise<Measured[]>> = {
  'start-up': startUp,
  capture,
  snapshot,
  apply,
  cleanup,
  compare,
  memory,
  output,
  provide: provideDependencies,
  gates,
  search,
};

const words = process.argv.slice(2);
if (words.includes('--trace')) enableTrace();
const wanted = words.filter((word) => !word.startsWith('--'));
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  console.log(`${name}\n`);
  for (const measured of await run()) print(measured);
  console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}

function print(measured: Measured): void {
  const { name, bound } = measured;
  const [value, figures] = 'megabytes' in measured ? memoryFigures(measured) : figuresOf(measured);
  const holds = bound === null || value <= bound;
  if (!holds) process.exitCode = 1;
  const said = bound === null ? '(reported)' : `(at most ${bound})`;
  const mark = bound === null ? '    ' : holds ? 'ok  ' : 'OVER';
  console.log(`${mark} ${name.padEnd(36)} ${figures}  ${said}`);
}

function memoryFigures({ megabytes }: Memory): [number, string] {
  return [megabytes, `${megabytes.toFixed(0).padStart(6)} MB`];
}

function figuresOf(duration: Duration): [number, string] {
  const { ms, floorMs, ratio = ms / floorMs, cpuRatio = Number.NaN } = duration;
  const cpu = Number.isNaN(cpuRatio) ? '' : `  cpu ${cpuRatio.toFixed(2).padStart(5)} x`;
  const times = `${ms.toFixed(0).padStart(6)} ms  floor ${floorMs.toFixed(0).padStart(6)} ms`;
  return [ratio, `${times}  ${ratio.toFixed(2).padStart(6)} x${cpu}`];
}
