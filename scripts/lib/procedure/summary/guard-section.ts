import { inWords } from '../guard-words.ts';
import { prose } from './cells.ts';
import type { SummaryFacts } from './summary-facts.ts';

const MOST_CHANGES = 20;

/** What changed outside of the worktrees while models ran; nothing where no model ran. */
export function guardSection({ guard }: SummaryFacts): string[] {
  if (guard === null) return [];
  const { changes, open } = guard;
  const more = changes.length - MOST_CHANGES;
  return [
    '## What else changed while models ran',
    '',
    ...(changes.length === 0 && open === 0 ? ['Nothing of what is watched.'] : []),
    ...changes.slice(0, MOST_CHANGES).map((change) => `- ${prose(inWords(change))}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...(open > 0 ? ['- unknown: a run was cut short; capture-diff or cleanup looks again'] : []),
  ];
}
