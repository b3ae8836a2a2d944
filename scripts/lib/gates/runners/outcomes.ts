import * as z from 'zod';
import type { Test } from './runner.ts';

/** As it is kept. */
export const outcomesSchema = z.object({
  /** Unique, in the order in which they were named; a name with several outcomes is here alone. */
  failed: z.array(z.string()),
  passed: z.array(z.string()),
  /** All tests that ran are named: one that is not did not run. Else only those that failed are sure to be. */
  complete: z.boolean(),
  /** There are failures without a name: the runner counts more than it names, or a report breaks off. */
  partial: z.literal(true).optional(),
  /** Why the first of them failed, by name. */
  messages: z.record(z.string(), z.string()).optional(),
});

export type TestOutcomes = z.output<typeof outcomesSchema>;

const MOST_MESSAGES = 40;
const MOST_CHARACTERS = 600;
const MOST_LINES = 8;

/**
 * The names of tests, sorted by outcome.
 * @param root top of the working tree, to be left out of the names
 */
export function outcomesOf(
  tests: readonly Test[],
  facts: { complete: boolean; partial?: boolean },
  root?: string,
): TestOutcomes {
  const failed = new Set<string>();
  const passed = new Set<string>();
  const messages = new Map<string, string>();
  for (const { name, outcome, message } of tests) {
    const stable = stableName(name, root);
    if (outcome === 'failed') failed.add(stable);
    if (outcome === 'passed') passed.add(stable);
    if (outcome !== 'failed' || !message || messages.size >= MOST_MESSAGES) continue;
    messages.set(stable, messages.get(stable) ?? shortMessage(message, root));
  }
  return {
    failed: [...failed],
    passed: [...passed].filter((name) => !failed.has(name)),
    complete: facts.complete,
    ...(facts.partial ? { partial: true } : {}),
    ...(messages.size > 0 ? { messages: Object.fromEntries(messages) } : {}),
  };
}

/** Without the frames that lie in the runner. */
function shortMessage(message: string, root = ''): string {
  return (
    root === '' ? message : message.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '')
  )
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/^ *at .*(?:node_modules\/|node:|<anonymous>\)?$)/.test(line))
    .slice(0, MOST_LINES)
    .join('\n')
    .slice(0, MOST_CHARACTERS);
}

const LONGEST = 500;

const TEMPORARY = /(?:file:\/\/)?(?:\/private)?\/(?:tmp|var\/tmp|var\/folders)(\/[^\s'"`)\]]*)/g;

/**
 * A name that two runs share: without the folder of the working tree, temporary folders, addresses in memory, and
 * the line and column after a file.
 * @param root top of the working tree, absolute; without it, paths elsewhere than in a temporary folder are kept whole
 */
function stableName(name: string, root?: string): string {
  const inside = root ? name.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '') : name;
  return inside
    .replace(/^\.\//, '')
    .replaceAll(TEMPORARY, (_, path: string) => path.slice(path.lastIndexOf('/') + 1))
    .replaceAll(/\b0x[\da-f]{4,16}\b/gi, '0x')
    .replaceAll(/(\.[a-z]{1,5}):\d+(?::\d+)?\b/gi, '$1')
    .trim()
    .slice(0, LONGEST);
}
