/** Where the files of a pass lie, as far as they are there. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Place } from './report-data.ts';

export function existing(folder: string, places: readonly Place[]): Place[] {
  return places.filter(({ path }) => existsSync(join(folder, path)));
}

/**
 * @param directory the session's
 * @param folder the pass's, in which the page lies
 */
export function placesOf(directory: string, folder: string): Place[] {
  const inSession = (name: string) => relative(folder, join(directory, name));
  return existing(folder, [
    { path: 'prompt.md', what: 'what the models were told' },
    { path: 'outputs', what: 'what each model said at the end' },
    { path: 'diffs', what: 'each model’s whole result, as a diff that git apply takes' },
    { path: 'files', what: 'the files that each model changed, whole' },
    { path: 'logs', what: 'the logs of gates and programs' },
    { path: 'quality-gates.md', what: 'the gates' },
    { path: 'comparison.md', what: 'the comparison, with the evidence' },
    { path: 'cross-tests.md', what: 'whose tests catch whose code' },
    { path: 'synthesis.md', what: 'the analysis' },
    { path: 'picks.json', what: 'what was picked' },
    { path: inSession('task.md'), what: 'the task' },
    { path: inSession('summary.md'), what: 'the summary' },
    { path: inSession('events.jsonl'), what: 'what happened, one event a line' },
  ]);
}
