/**
 * For the crash tests: the moments at which this process may die. Everything that changes a disk or starts a program
 * passes such a point first (disk.ts, process/), so that a test can let a script die at each of them in turn, and then
 * prove that nothing of the user's is lost. Without the variables below a point does nothing at all.
 *
 * - `MM_FAULT_LOG=FILE` appends a line for each point that is passed: so the points are counted and named.
 * - `MM_FAULT_AT=N` kills this process with SIGKILL at the N-th point, counted from 1.
 */
import { appendFileSync } from 'node:fs';

const log = take('MM_FAULT_LOG');
const fatal = Number(take('MM_FAULT_AT') ?? Number.NaN);
const isWatched = log !== undefined || !Number.isNaN(fatal);
let passed = 0;

/**
 * Marks a moment at which a kill is to be survived.
 * @param half what of the coming change may be done already when the kill comes; it is done only if it does
 */
export function faultPoint(what: string, half?: () => void): void {
  if (!isWatched) return;
  passed++;
  if (log !== undefined) appendFileSync(log, `${what.replaceAll('\n', ' ')}\n`);
  if (passed !== fatal) return;
  try {
    half?.();
  } finally {
    die();
  }
}

/** Names a program for the log by its first two words: `git add`, not git's settings in front of it. */
export function programLabel(file: string, args: readonly string[]): string {
  const words = args.filter((word, index) => word !== '-c' && args[index - 1] !== '-c');
  return [file, ...words.slice(0, 2)].join(' ');
}

/** For this process only: what it starts has no points of its own to count. */
function take(name: string): string | undefined {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

/** As a kill from outside: nothing of ours runs any more, no `finally`, no exit handler. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
