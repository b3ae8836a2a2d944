import { countOf, type Runner } from './runner.ts';

export const bun: Runner = {
  name: 'bun test',
  // ` 3 pass`, ` 1 fail`.
  summaries: [
    { pattern: /^[ \t]+(\d+) pass$/gm, count: ([, passed]) => countOf(passed, '0') },
    { pattern: /^[ \t]+(\d+) fail$/gm, count: ([, failed]) => countOf('0', failed) },
  ],
};
