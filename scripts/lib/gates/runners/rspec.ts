import * as z from 'zod';
import { nameOf, type Runner, type Test } from './runner.ts';

const reportSchema = z.object({
  examples: z.array(
    z.object({
      full_description: z.string(),
      file_path: z.string(),
      status: z.enum(['passed', 'failed', 'pending']),
      exception: z.object({ message: z.string() }).nullish(),
    }),
  ),
  messages: z.array(z.string()).default([]),
});

export const rspec: Runner = {
  name: 'rspec',
  // `3 examples, 1 failure, 1 pending, 1 error occurred outside of examples`.
  summaries: [
    /^(?<total>\d+) examples?, (?<failed>\d+) failures?(?:, (?<skipped>\d+) pending)?(?:, (?<outside>\d+) errors? occurred outside of examples)?$/gm,
  ],
  names: readFailures,
  /** The variable's formatters take the place of all others, so whoever names one keeps it. */
  ask({ path, words, env }) {
    const isTold = /--format\b|(?:^|\s)-f\s?[a-z]|formatter/m.test(words);
    if (!/\brspec\b/.test(words) || isTold || env.SPEC_OPTS !== undefined) return null;
    return { env: { SPEC_OPTS: `--format progress --format json --out ${path}.report` } };
  },
  read(report) {
    const parsed = reportSchema.safeParse(JSON.parse(report));
    if (!parsed.success) return null;
    const examples = parsed.data.examples.map(
      ({ full_description, file_path, status, exception }): Test => ({
        name: nameOf([file_path, full_description]),
        outcome: status === 'pending' ? 'skipped' : status,
        ...(exception ? { message: exception.message.trim() } : {}),
      }),
    );
    return [...examples, ...parsed.data.messages.flatMap((text) => readUnloaded(text) ?? [])];
  },
};

/** The examples that rspec lists at the end: those that failed, by file. */
function readFailures(lines: readonly string[]): Test[] {
  return lines.flatMap((line): Test[] => {
    const [, place = '', title = ''] = /^rspec (\S+) +# (.+)$/.exec(line) ?? [];
    const unloaded = readUnloaded(line);
    if (unloaded !== null) return [unloaded];
    return place === '' ? [] : [{ name: nameOf([fileOf(place), title]), outcome: 'failed' }];
  });
}

function readUnloaded(text: string): Test | null {
  const [, name, message = ''] =
    /^\s*An error occurred while loading (\S+)\.([\s\S]*)/.exec(text) ?? [];
  return name === undefined ? null : { name, outcome: 'failed', isUnloaded: true, message };
}

/** `./spec/a_spec.rb:3`, `'./spec/a_spec.rb[1:2]'`. */
function fileOf(place: string): string {
  return place.replace(/^'/, '').replace(/(?::\d+|\[[\d:]+\])?'?$/, '');
}
