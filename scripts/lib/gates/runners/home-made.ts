import { countOf, none, type Runner } from './runner.ts';

/** make found a file or folder of the target's name, and ran nothing. */
export const make: Runner = {
  name: 'make',
  summaries: [
    {
      pattern: /^make(?:\[\d+\])?: (?:['`‘]\S+['’] is up to date|Nothing to be done for .*)\.$/gm,
      count: none,
    },
  ],
};

/** Our own last line, and that of many home-made runners: it may repeat what other summaries say. */
export const homeMade: Runner = {
  name: 'N passed, N failed',
  summaries: [
    {
      pattern: /^[ \t]*(\d+) passed, (\d+) failed\b.*$/gm,
      count: ([, passed, failed]) => countOf(passed, failed),
    },
  ],
};
