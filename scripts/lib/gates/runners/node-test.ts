/** node:test. It is given a reporter of ours that prints what it prints by itself, and writes down what it is told. */
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { nameOf, type Runner, type Test } from './runner.ts';

/** One file a process: `pnpm -r`, and scripts that run one test file after the other. */
const REPORTER = `import { writeFileSync } from 'node:fs';
import { compose } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { spec, tap } from 'node:test/reporters';
const lines = [];
const said = new Map();
async function* noted(source) {
  for await (const event of source) {
    const { name, nesting, file, skip, todo, details, message } = event.data ?? {};
    if (event.type === 'test:stderr') said.set(file, ((said.get(file) ?? '') + message).slice(0, 4000));
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { failureType, cause, exitCode } = details?.error ?? {};
      lines.push(() => JSON.stringify({
        name: String(name), nesting, file, failed: event.type === 'test:fail', isSuite: details?.type === 'suite',
        skip: skip !== undefined && skip !== false, todo: todo !== undefined && todo !== false,
        failureType,
        message: String((exitCode === undefined ? cause?.stack ?? cause : said.get(file)) ?? '').slice(0, 4000),
      }));
    }
    yield event;
  }
  writeFileSync(fileURLToPath(import.meta.url) + '.' + process.pid + '.report', lines.map((line) => line() + '\\n').join(''));
}
export default async function* (source) {
  if (Number(process.versions.node.split('.')[0]) < 23 && !process.stdout.isTTY) yield* tap(noted(source));
  else yield* compose(noted(source), new spec());
}
`;

const eventSchema = z.object({
  name: z.string(),
  nesting: z.number(),
  file: z.string().optional(),
  failed: z.boolean(),
  isSuite: z.boolean(),
  skip: z.boolean(),
  todo: z.boolean(),
  failureType: z.string().optional(),
  message: z.string(),
});

type Event = z.output<typeof eventSchema>;

export const nodeTest: Runner = {
  name: 'node:test',
  // Spec and TAP; also mocha's, ava's and tape's TAP, which leave out most of the lines.
  summaries: [
    {
      pattern: /^[#ℹ] tests[ \t]+(\d+)$(?:\n[#ℹ] (?!tests)[a-z_]+[ \t]+[\d.]+$)*/gm,
      count: ([all = '', total], inLog) => {
        const line = (name: string) =>
          Number(new RegExp(`^\\S ${name}\\s+(\\d+)`, 'm').exec(all)?.[1] ?? 0);
        // ava counts what is still to be done among the failures.
        const todo = all.includes('cancelled') ? 0 : inLog(/^not ok \d+ - .* # TODO/gm);
        return {
          ran: Number(total) - line('skipped') - todo,
          failed: Math.max(line('fail') + line('cancelled') - todo, 0),
        };
      },
    },
  ],
  names: readFailures,
  /** A second reporter would need the places where both write. Older versions refuse the option, and are asked no more. */
  ask({ path, words, env }) {
    if (!/\bnode:test\b|--test\b/.test(words) || /test-reporter/.test(words)) return null;
    const { NODE_OPTIONS: own = '' } = env;
    if (own.includes('--test-')) return null;
    const option = `--test-reporter=${pathToFileURL(`${path}.mjs`)}`;
    return {
      env: { NODE_OPTIONS: `${own} ${option}`.trim() },
      program: { suffix: '.mjs', text: REPORTER },
    };
  },
  read(report) {
    const events: Event[] = [];
    for (const line of report.split('\n').filter((it) => it.startsWith('{'))) {
      const event = eventSchema.safeParse(JSON.parse(line));
      if (!event.success) return null;
      events.push(event.data);
    }
    return testsOf(events);
  },
};

/** A test is told after its subtests, each under the names of those that follow it at a lower level. */
function testsOf(events: readonly Event[]): Test[] {
  const tests: Test[] = [];
  const above: string[] = [];
  for (const [at, event] of [...events.entries()].reverse()) {
    const { name, nesting, file, failed, isSuite, skip, todo, failureType, message } = event;
    above.length = Math.min(nesting, above.length);
    const isGroup = (events[at - 1]?.nesting ?? 0) > nesting;
    above[nesting] = name;
    const ofSubtests = failed && failureType === 'subtestsFailed';
    const isFile =
      nesting === 0 && file !== undefined && (name === file || file.endsWith(`/${name}`));
    if (isSuite && (!failed || ofSubtests)) continue;
    tests.push({
      name: nameOf(above.slice(0, nesting + 1).map((it) => it ?? '')),
      outcome: skip
        ? 'skipped'
        : todo || ofSubtests || isGroup
          ? 'undecided'
          : failed
            ? 'failed'
            : 'passed',
      ...(failed && isFile ? { isUnloaded: true } : {}),
      ...(failed && message !== '' ? { message } : {}),
    });
  }
  return tests.reverse();
}

/** The tests below `failing tests:`, each under its place: without the groups that they stand in. */
function readFailures(lines: readonly string[]): Test[] {
  const start = lines.findLastIndex((line) => /^✖ failing tests:$/.test(line));
  return (start < 0 ? [] : lines.slice(start)).flatMap((line, at, all): Test[] => {
    if (!/^ *test at \S/.test(line)) return [];
    const name = /^ *✖ (.+) \([\d.]+ms\)/.exec(all[at + 1] ?? '')?.[1];
    if (name === undefined) return [];
    const isUnloaded = line.includes(` ${name}:`);
    return [{ name, outcome: 'failed', ...(isUnloaded ? { isUnloaded } : {}) }];
  });
}
