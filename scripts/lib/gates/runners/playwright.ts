import { countOf, type Runner } from './runner.ts';

export const playwright: Runner = {
  name: 'playwright',
  // `  3 passed (2.1s)`, `  1 failed`.
  summaries: [
    { pattern: /^[ \t]+(\d+) passed \(\d.*\)$/gm, count: ([, passed]) => countOf(passed, '0') },
    { pattern: /^[ \t]+(\d+) failed$/gm, count: ([, failed]) => countOf('0', failed) },
  ],
};
