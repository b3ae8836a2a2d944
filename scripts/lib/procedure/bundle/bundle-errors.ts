/** What can be wrong with a bundle that was given to us. */
import { Refusal, UsageError } from '../../errors.ts';
import { asLine } from './bundle-facts.ts';

/** It cannot be used, whatever is done here. */
export function badBundle(
  file: string,
  problem: string,
  details: Record<string, unknown> = {},
): UsageError {
  return new UsageError({
    code: 'bad-bundle',
    // It may quote what a hostile one holds.
    message: `${file} cannot be used: ${asLine(problem)}. Nothing was changed.`,
    hint: 'A bundle is one file, written by finish-session --bundle; have it made or sent again.',
    details: { file, ...details },
  });
}

/** It builds on a commit that this repository does not have. */
export function bundleNeedsCommit(file: string, commits: readonly string[]): Refusal {
  return new Refusal({
    code: 'bundle-needs-commit',
    message: `${file} builds on ${commits.length === 1 ? 'the commit' : 'the commits'} ${commits.join(', ')}, which this repository does not have. Nothing was changed.`,
    hint: `Bring it here first: git fetch origin, or git fetch origin ${commits[0] ?? ''}; or run it in a clone that has it.`,
    details: { file, commits: [...commits] },
  });
}
