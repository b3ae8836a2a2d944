import { countOf, type Runner } from './runner.ts';

export const deno: Runner = {
  name: 'deno test',
  // `ok | 3 passed (1 step) | 1 failed (5ms)`.
  summaries: [
    {
      pattern: /^(?:ok|FAILED) \| (\d+) passed\b.*?\| (\d+) failed\b.*$/gm,
      count: ([, passed, failed]) => countOf(passed, failed),
    },
  ],
};
