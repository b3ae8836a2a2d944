/** The state root must not lie among the files that are captured: a session would take itself for a model's work. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Refusal, systemErrorCode } from '../errors.ts';
import { git } from '../git/git.ts';
import type { Repository } from '../git/repository.ts';
import { shellWord } from '../shell-word.ts';
import { stateRoot } from './paths.ts';

/** @throws Refusal `state-root-in-repository` where the root lies in the working tree and git does not ignore it */
export async function assertStateRootApart({ topLevel, commonDir, gitDir }: Repository) {
  const root = realPlace(stateRoot());
  const path = relative(topLevel, root);
  const isOutside = (folder: string) => /^\.\.(\/|$)/.test(relative(folder, root));
  if (isOutside(topLevel) || !isOutside(commonDir) || !isOutside(gitDir)) return;
  // Asked for what will lie in it: a rule for folders only does not fit one that is not there yet.
  const words = ['check-ignore', '--quiet', '--', join(path, 'repos', 'session')];
  const { exitCode } = await git(topLevel, words, { answers: [0, 1, 128] });
  if (exitCode === 0) return;
  throw new Refusal({
    code: 'state-root-in-repository',
    message: `The sessions would lie in ${root}, which is in the working tree ${topLevel} and not ignored by git: they would be captured as a model's work. Nothing was written.`,
    hint: `${ignoring(path, commonDir)}Or choose a folder outside of the repository: AI_AIP_ROOT=/path/of/a/folder in front of the command.`,
    details: { state_root: root, main_tree: topLevel },
  });
}

/** A name with a character that patterns know is left to the user. */
function ignoring(path: string, commonDir: string): string {
  if (!/^[\w@%+=:,./-]+$/.test(path)) return '';
  const file = shellWord(join(commonDir, 'info', 'exclude'));
  return `Have git ignore it: echo ${shellWord(`/${path}/`)} >> ${file} and run the same command again. `;
}

/** Where a path leads, links on the way followed; its end may not be there yet. */
function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT' || dirname(path) === path) return path;
    return join(realPlace(dirname(path)), basename(path));
  }
}
