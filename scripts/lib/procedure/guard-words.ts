/** What was noticed while models ran, in plain words. */
import { listed } from '../listed.ts';
import type { Guard, GuardChange } from '../session/guard-record.ts';

const MOST_LINES = 10;

const PLACES: Record<GuardChange['what'], (path: string) => string> = {
  stash: (path) => `the stash entry ${path}`,
  head: (path) => (path === 'HEAD' ? 'HEAD of the main tree' : `HEAD of the worktree ${path}`),
  ref: (path) => path,
  hook: (path) => `the hook ${path}`,
  config: (path) => `the configuration ${path}`,
  info: (path) => `${path}`,
  'main-tree': (path) => `${path} in the main tree`,
  index: () => 'what is staged in the main tree',
  worktree: (path) => path,
  'ignored-file': (path) => `the ignored file ${path} in the main tree`,
  outside: (path) => `${path} beside the worktrees`,
};

/** One line for each change, at most ten, and who ran. */
export function guardWarnings({ changes, window, report }: Guard): string[] {
  const lines = changes
    .slice(0, MOST_LINES)
    .map((change) => `${inWords(change)} ${when(window)}${evidence(change)}`);
  const more = changes.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${more} more changes in ${report}`];
}

const SOME = 3;

/** One line for all that was noticed in a session; null: nothing was. */
export function noticeOf(changes: readonly GuardChange[], folder: string): string | null {
  if (changes.length === 0) return null;
  const some = changes.slice(0, SOME).map(inWords).join(', ');
  const more = changes.length > SOME ? ` and ${changes.length - SOME} more` : '';
  return `Outside of the worktrees something changed while models ran: ${some}${more}. By whom, and what was kept: ${folder}`;
}

/** The change alone, for lists. */
export function inWords({ what, path, change, detail }: GuardChange): string {
  const verb = change === 'unknown' ? 'may have changed' : `was ${change}`;
  return `${PLACES[what](path)} ${verb}${detail === '' ? '' : ` (${detail})`}`;
}

/** ` between 10:15:00 and 10:16:30 UTC, while claude and gpt ran` */
export function when({ from, to, models }: Guard['window']): string {
  const time = (iso: string) => iso.slice(11, 19);
  return `between ${time(from)} and ${time(to)} UTC, while ${listed(models)} ran.`;
}

function evidence({ change, kept, command }: GuardChange): string {
  const shows = change === 'added' || change === 'unknown' ? 'Look at it' : 'Bring it back';
  return [
    ...(kept === null ? [] : [` Kept: ${kept}.`]),
    ...(command === null ? [] : [` ${shows}: ${command}`]),
  ].join('');
}
