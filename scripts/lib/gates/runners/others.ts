/** Runners and programs that say how many tests ran, and are not asked for more. */
import type { Runner } from './runner.ts';

export const OTHERS: readonly Runner[] = [
  // `ok | 3 passed (1 step) | 1 failed (5ms)`.
  {
    name: 'deno test',
    summaries: [/^(?:ok|FAILED) \| (?<passed>\d+) passed\b.*?\| (?<failed>\d+) failed\b.*$/gm],
  },
  // ` 3 pass`, ` 1 fail`.
  {
    name: 'bun test',
    summaries: [/^[ \t]+(?<passed>\d+) pass$/gm, /^[ \t]+(?<failed>\d+) fail$/gm],
  },
  // `  3 passed (2.1s)`, `  1 failed`.
  {
    name: 'playwright',
    summaries: [/^[ \t]+(?<passed>\d+) passed \(\d.*\)$/gm, /^[ \t]+(?<failed>\d+) failed$/gm],
  },
  // It found a file or folder of the target's name, and ran nothing.
  {
    name: 'make',
    summaries: [/^make(?:\[\d+\])?: (?:['`‘]\S+['’] is up to date|Nothing to be done for .*)\.$/gm],
  },
];

/** Our own last line, and that of many home-made runners: it may repeat what other summaries say. */
export const homeMade: Runner = {
  name: 'N passed, N failed',
  summaries: [/^[ \t]*(?<passed>\d+) passed, (?<failed>\d+) failed\b.*$/gm],
};
