import { MissingProgram } from '../errors.ts';
import { gitLine } from './git.ts';

/** The first version with `git merge-tree --write-tree`. */
const OLDEST = [2, 38] as const;

/** `2.39.5`; on macOS also `2.39.5 (Apple Git-154)`. */
export async function gitVersion(): Promise<string> {
  return (await gitLine('/', ['--version'])).replace('git version', '').trim();
}

/** Whether a version lacks what we need; one that cannot be read is given the benefit of the doubt. */
export function isOldGit(version: string): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** @throws MissingProgram `old-git` */
export async function assertGit(): Promise<void> {
  const version = await gitVersion();
  if (!isOldGit(version)) return;
  throw new MissingProgram({
    code: 'old-git',
    message: `This is git ${version}; ${OLDEST.join('.')} or newer is needed.`,
    hint: 'Install a newer git, then run the same command again.',
    details: { version },
  });
}
