/** Which rows of the table of awkward cases can share a repository and a session: each is one of its models then. */
import type { AwkwardCase } from './awkward-cases-table.ts';

/** More would make a failure hard to read, and one worktree slow the next. */
const MOST_IN_A_GROUP = 10;
/** What base holds under these names has an effect on all other paths. */
const FOR_ALL_PATHS = /(^|\/)\.git(ignore|attributes|modules)$|^\.multi-model\.json$/;

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
    Object.keys(own).length === 0 &&
    expect?.refused === undefined &&
    expect?.kept === undefined &&
    !Object.keys(base ?? {}).some((path) => FOR_ALL_PATHS.test(path))
  );
}

function canJoin(group: readonly AwkwardCase[], row: AwkwardCase): boolean {
  return (
    group.length < MOST_IN_A_GROUP &&
    group.every((other) => isSharable(other) && haveRoomForEachOther(other, row))
  );
}

/** No path of one base lies at or below a path of the other, in any case of letters. */
function haveRoomForEachOther(one: AwkwardCase, other: AwkwardCase): boolean {
  const paths = (row: AwkwardCase) => Object.keys(row.base ?? {}).map((it) => it.toLowerCase());
  const isAtOrBelow = (path: string, above: string) => `${path}/`.startsWith(`${above}/`);
  return paths(one).every((a) =>
    paths(other).every((b) => !isAtOrBelow(a, b) && !isAtOrBelow(b, a)),
  );
}
