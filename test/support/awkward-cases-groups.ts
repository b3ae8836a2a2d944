/** Which rows of the table of awkward cases can share a repository and a session: each is one of its models then. */
import { isDeepStrictEqual } from 'node:util';
import type { AwkwardCase } from './awkward-cases-table.ts';

/** More would make a failure hard to read, and one worktree slow the next. */
const MOST_IN_A_GROUP = 10;

/** In the order of the rows; one that needs something of its own is a group by itself. */
export function groupsOf(rows: readonly AwkwardCase[]): AwkwardCase[][] {
  const groups: AwkwardCase[][] = [];
  for (const row of rows) {
    const open = isSharable(row) ? groups.find((group) => canJoin(group, row)) : undefined;
    if (open === undefined) groups.push([row]);
    else open.push(row);
  }
  return groups;
}

function isSharable(row: AwkwardCase): boolean {
  const { name, model, base, picks, expect, ...own } = row;
  return (
    Object.keys(own).length === 0 && expect?.refused === undefined && expect?.kept === undefined
  );
}

/** What one model makes anew must not lie in base because of another row. */
function canJoin(group: readonly AwkwardCase[], row: AwkwardCase): boolean {
  return (
    group.length < MOST_IN_A_GROUP &&
    group.every((other) => isSharable(other) && isDeepStrictEqual(other.base, row.base))
  );
}
