/** How each thing that a worktree needs is to get there: decided from facts, before anything is copied. */
import type { Needed } from './needed-files.ts';
import { offlineInstall } from './package-managers.ts';

export type ProvisionHow = 'reflink' | 'copy' | 'install' | 'link' | 'skip';

export interface Provision extends Needed {
  how: ProvisionHow;
  /** Top of the working tree that it is taken from, where that is not the main tree. */
  from?: string;
  /** What it holds in the main tree. */
  bytes: number;
  /** With `install`: the command, run in the folder that it lies in. */
  command?: string;
  /** Why it is not simply copied. */
  reason?: string;
}

export interface ProvisionFacts {
  /** Whether the disk can share blocks between a file and its copy: then a copy costs neither time nor space. */
  reflink: boolean;
  /** Bytes that are free where the worktrees will be. */
  freeBytes: number;
  /** How many worktrees are to be made. */
  worktrees: number;
}

export interface ProvisionWishes {
  /** The most that one folder may have to be copied byte by byte; null: no limit. */
  copyLimitBytes: number | null;
  /** Paths that the user wants as symlinks into the main tree. */
  link: readonly string[];
}

/** So much stays free on a disk that we write to. */
const RESERVE_BYTES = 1024 ** 3;

const MEBIBYTE = 1024 ** 2;

export const DEFAULT_COPY_LIMIT_MB = 4096;

/**
 * @param needed with the bytes that each holds
 * @param trackedPaths those of lockfilesBeside() that base has: they say how dependencies are installed
 */
export function planProvision(
  needed: readonly (Needed & { bytes: number })[],
  trackedPaths: ReadonlySet<string>,
  facts: ProvisionFacts,
  wishes: ProvisionWishes,
): Provision[] {
  let left = facts.freeBytes - RESERVE_BYTES;
  return needed.map((one) => {
    if (wishes.link.includes(one.path)) return { ...one, how: 'link' };
    if (facts.reflink) return { ...one, how: 'reflink' };
    const limit = one.kind === 'included' ? null : wishes.copyLimitBytes;
    const command = offlineInstall(one.path, trackedPaths);
    if (limit !== null && one.bytes > limit) {
      const reason = `${inMegabytes(one.bytes)} are more than the limit of copies, ${inMegabytes(limit)}`;
      if (command !== null) return { ...one, how: 'install', command, reason };
      return { ...one, how: 'skip', reason: `${reason} (raise it with --copy-limit MB)` };
    }
    const wanted = one.bytes * facts.worktrees;
    if (wanted > left) {
      const reason = `${inMegabytes(wanted)} would be needed, and ${inMegabytes(Math.max(0, left))} are free`;
      return { ...one, how: 'skip', reason };
    }
    left -= wanted;
    return { ...one, how: 'copy' };
  });
}

function inMegabytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(bytes < 10 * MEBIBYTE ? 1 : 0)} MB`;
}
