/** Which rows of the table of awkward cases can share a repository and a session: each is one of its models then. */
import { isDeepStrictEqual } from 'node:util';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import type { Contents } from './awkward-cases-hands.ts';
import type { AwkwardCase } from './awkward-cases-table.ts';

/** More would make a failure hard to read, and one worktree slow the next. */
const MOST_IN_A_GROUP = 12;

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

/** What happens after the capture happens to one row at a time, and is taken back. */
function isSharable({ expect, ...row }: AwkwardCase): boolean {
  const { name, model, base, picks, meanwhile, afterwards, together, ...rest } = row;
  const { before, config, includeChanges, ...own } = rest;
  const needed = together === undefined ? rest : own;
  const isRefused = expect?.refused !== undefined && expect.refused.script !== 'apply-picks';
  return Object.keys(needed).length === 0 && !isRefused;
}

function canJoin(group: readonly AwkwardCase[], row: AwkwardCase): boolean {
  return (
    group.length < MOST_IN_A_GROUP &&
    group.every(
      (other) =>
        isSharable(other) &&
        other.together === row.together &&
        other.includeChanges === row.includeChanges &&
        isDeepStrictEqual({ ...other.config, ...row.config }, { ...row.config, ...other.config }) &&
        canLieTogether(other.base ?? {}, row.base ?? {}),
    )
  );
}

/** Rules for git count for a whole tree, and a folder may become something else as a whole. */
function canLieTogether(one: Contents, other: Contents): boolean {
  const tops = Object.keys({ ...one, ...other }).map((path) => path.split('/')[0] ?? '');
  return [...new Set(tops)].every((top) => {
    const [mine, theirs] = [below(one, top), below(other, top)];
    const isOfOne = Object.keys(mine).length === 0 || Object.keys(theirs).length === 0;
    return (isOfOne && !top.startsWith('.git')) || isDeepStrictEqual(mine, theirs);
  });
}

function below(base: Contents, top: RawPath): Contents {
  const isBelow = (path: RawPath) => path === top || path.startsWith(`${top}/`);
  return Object.fromEntries(Object.entries(base).filter(([path]) => isBelow(path)));
}
