import * as z from 'zod';
import { NODE_UNLOADED, nameOf, type Runner, type Test } from './runner.ts';

/** mocha's own list, and beside it what it is made of. */
const REPORTER = `const { writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { realpathSync } = require('node:fs');
const { reporters } = createRequire(realpathSync(process.argv[1]))('mocha');
module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const tests = [];
    const add = (test, outcome, error) => tests.push({ parts: test.titlePath(), outcome, message: String(error?.stack ?? error?.message ?? '').slice(0, 4000) });
    runner.on('pass', (test) => add(test, 'passed'));
    runner.on('fail', (test, error) => add(test, 'failed', error));
    runner.on('pending', (test) => add(test, 'skipped'));
    runner.once('end', () => writeFileSync(__filename + '.' + process.pid + '.report', JSON.stringify(tests)));
  }
};
`;

const reportSchema = z.array(
  z.object({
    parts: z.array(z.string()),
    outcome: z.enum(['passed', 'failed', 'skipped']),
    message: z.string(),
  }),
);

/** Groups in groups that an explanation of a failure names, at most. */
const DEEPEST = 20;

export const mocha: Runner = {
  name: 'mocha',
  // `  3 passing (5ms)`, `  1 failing`.
  summaries: [/^[ \t]+(?<passed>\d+) passing\b.*$/gm, /^[ \t]+(?<failed>\d+) failing$/gm],
  names: readFailures,
  unloaded: NODE_UNLOADED,
  /** Versions that do not know the variable print as ever. */
  ask({ path, words, env }) {
    const { MOCHA_OPTIONS: own = '' } = env;
    if (!/\bmocha\b/.test(words) || /reporter/.test(words + own)) return null;
    return {
      env: { MOCHA_OPTIONS: `${own} --reporter ${path}.cjs`.trim() },
      program: { suffix: '.cjs', text: REPORTER },
    };
  },
  read(report) {
    const parsed = reportSchema.safeParse(JSON.parse(report));
    if (!parsed.success) return null;
    return parsed.data.map(({ parts, outcome, message }) => ({
      name: nameOf(parts),
      outcome,
      ...(outcome === 'failed' ? { message } : {}),
    }));
  },
};

/** The tests that mocha explains below its summary: `1) group`, `deeper group`, `test:`, each on a line. */
function readFailures(lines: readonly string[]): Test[] {
  const tests: Test[] = [];
  let left = 0;
  let parts: string[] = [];
  for (const line of lines) {
    left = Number(/^ {2}(\d+) failing$/.exec(line)?.[1] ?? left);
    const first = left > 0 ? /^ {2}\d+\) (.+)$/.exec(line)?.[1] : undefined;
    if (parts.length > 0) parts.push(line.trim());
    else if (first !== undefined) {
      left--;
      parts = [first];
    }
    const last = parts.at(-1) ?? '';
    if (parts.length > 0 && last.endsWith(':')) {
      tests.push({ name: nameOf([...parts.slice(0, -1), last.slice(0, -1)]), outcome: 'failed' });
      parts = [];
    }
    if (last === '' || parts.length > DEEPEST) parts = [];
  }
  return tests;
}
