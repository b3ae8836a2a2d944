/** Where everything lies, how it is taken back, and what became of what the user had. */

import { ownCommand } from '../../own-command.ts';
import { count, number } from '../../report/wording.ts';
import { passName } from '../../session/paths.ts';
import { refPrefix } from '../../session/session.ts';
import { sessionCommand } from '../../session/session-command.ts';
import { exact } from './cells.ts';
import type { SummaryFacts } from './summary-facts.ts';

export function placesSection(facts: SummaryFacts): string[] {
  const { directory, data, passes, guard } = facts;
  const last = passes.length === 1 ? passName(1) : `${passName(1)} to ${passName(passes.length)}`;
  return [
    '## Where everything lies',
    '',
    `- All results, diffs, logs and decisions: ${exact(directory)}, each pass in a folder of its own (${last})`,
    `- The captures: ${capturesOf(facts)}`,
    ...((guard?.changes.length ?? 0) > 0
      ? [
          `- What changed outside of the worktrees, and what was kept: ${exact(`${directory}/guard`)}`,
        ]
      : []),
    ...data.worktrees
      .filter(({ removed }) => !removed)
      .map(
        ({ path, model }) => `- ${exact(model)}'s worktree, which is still there: ${exact(path)}`,
      ),
  ];
}

function capturesOf({ directory, data, keptIn }: SummaryFacts): string {
  if (keptIn === 'nowhere')
    return 'given up after their time; their patches are still in the folders of the passes';
  if (keptIn === 'archive') return `packed into ${exact(`${directory}/refs.bundle`)} by cleanup`;
  return `the refs below ${refPrefix({ directory, data })}/`;
}

export function wayBackSection(facts: SummaryFacts): string[] {
  return ['## How to take it back', '', ...wayBack(facts)];
}

function wayBack({ directory, data, passes }: SummaryFacts): string[] {
  const { applications } = data;
  const standing = applications.findLast(({ state }) => state !== 'undone');
  const last = applications.at(-1);
  if (last === undefined) return ['Nothing was applied, so there is nothing to take back.'];
  if (standing === undefined) {
    return [`The application of pass ${last.pass} was taken back; none stands.`];
  }
  const mix = passes.find(({ pass }) => pass === standing.pass)?.applied?.tree;
  // Before another pass, and by `--take base`, it is brought to something else than the mix.
  const what =
    standing.tree === mix
      ? `The application of pass ${standing.pass}`
      : `The last change of the main tree, in pass ${standing.pass} to the tree ${standing.tree},`;
  const state =
    standing.state === 'writing'
      ? `${what} was cut short at ${standing.applied_at}; this takes back what was written`
      : `${what} of ${standing.applied_at} stands; this takes it back`;
  const before = applications.filter(({ state }) => state !== 'undone').length - 1;
  return [
    `${state}:`,
    '',
    `    ${sessionCommand({ directory, data }, 'apply-picks', '--undo')}`,
    ...(before > 0
      ? ['', `${count(before, 'earlier application')} can be taken back after it, the last first.`]
      : []),
  ];
}

export function userChangesSection(facts: SummaryFacts): string[] {
  return ["## The user's own changes", '', userChanges(facts)];
}

function userChanges({ directory, data }: SummaryFacts): string {
  const { user_changes: changes } = data;
  if (changes === null) return 'There were none when the session began.';
  const files = count(changes.files.length, 'file');
  switch (changes.state) {
    case 'in-place':
      return changes.mode === 'include'
        ? `Uncommitted work in ${files} was never moved; the models started from it.`
        : `Uncommitted work in ${files} was never moved; the models started without it.`;
    case 'restored':
      return `Uncommitted work in ${files} was set aside, and is back.`;
    default:
      return `Uncommitted work in ${files} is still set aside, in the stash entry ${changes.stash}; this brings it back: ${exact(sessionCommand({ directory, data }, 'cleanup', '--restore'))}`;
  }
}

export function bundlesSection({ bundles, imported }: SummaryFacts): string[] {
  if (bundles.length === 0 && imported === null) return [];
  return [
    '## Bundles',
    '',
    ...(imported === null
      ? []
      : [`- This session was made of a bundle of session ${imported.imported_from}.`]),
    ...bundles.map(({ file, bytes, written_at, isThere }) =>
      isThere
        ? `- ${exact(file)}, ${number(bytes)} bytes, written ${written_at}. In another clone: ${exact(ownCommand('apply-picks', '--bundle', file))}`
        : `- ${exact(file)}, written ${written_at}, is not there any more.`,
    ),
  ];
}
