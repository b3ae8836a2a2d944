import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { writePatch } from './changes.ts';
import { git } from './git.ts';

/** Whatever the user's configuration says of white space, a patch is applied as it is. */
const EXACTLY = ['-c', 'apply.whitespace=nowarn', '-c', 'apply.ignoreWhitespace=no'];

/**
 * Changes a working tree's files from the content of one tree to another. The index is not touched. All of it is
 * checked against the files first: where one differs from `from`, nothing at all is written.
 * @throws Refusal `files-differ` when a file is not as `from` has it
 */
export async function applyBetweenTrees(worktree: string, from: string, to: string): Promise<void> {
  if (from === to) return;
  await withTemporaryFolder(async (folder) => {
    const patch = join(folder, 'patch');
    await writePatch(worktree, from, to, patch, { renames: false });
    const check = await git(worktree, [...EXACTLY, 'apply', '--check', '--binary', patch], {
      answers: [0, 1, 128],
    });
    if (check.exitCode !== 0) throw filesDiffer(worktree, check.stderr);
    await git(worktree, [...EXACTLY, 'apply', '--binary', patch]);
  });
}

function filesDiffer(worktree: string, stderr: string): Refusal {
  return new Refusal({
    code: 'files-differ',
    message: `Files in ${worktree} are not as they were a moment ago, so nothing was written.`,
    hint: 'Let whatever writes there (an editor, a watcher, an agent) finish, then run the same command again.',
    details: { directory: worktree, git: stderr.trim().slice(0, 2000) },
  });
}
