import * as z from 'zod';
import { stableName } from './stable-name.ts';
import type { TestLine } from './test-line.ts';

export interface TestOutcomes {
  /** Unique, in the order in which they were named; a name with several outcomes is here alone. */
  failed: string[];
  passed: string[];
  /** All tests that ran are named: one that is not did not run. Else only those that failed are sure to be. */
  complete: boolean;
  /** There are failures without a name: the runner counts more than it names, or a report breaks off. */
  partial?: true;
}

/** As it is kept. */
export const outcomesSchema = z.object({
  failed: z.array(z.string()),
  passed: z.array(z.string()),
  complete: z.boolean(),
  partial: z.literal(true).optional(),
}) satisfies z.ZodType<TestOutcomes>;

/**
 * The names of tests, sorted by outcome.
 * @param root top of the working tree, to be left out of the names
 */
export function outcomesOf(
  tests: readonly TestLine[],
  facts: { complete: boolean; partial?: boolean },
  root?: string,
): TestOutcomes {
  const failed = new Set<string>();
  const passed = new Set<string>();
  for (const { name, outcome } of tests) {
    if (outcome === 'failed') failed.add(stableName(name, root));
    if (outcome === 'passed') passed.add(stableName(name, root));
  }
  return {
    failed: [...failed],
    passed: [...passed].filter((name) => !failed.has(name)),
    complete: facts.complete,
    ...(facts.partial ? { partial: true } : {}),
  };
}
