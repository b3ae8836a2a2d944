/** The floor: git itself, started as our own code starts programs, without anything around it. */
import { closeSync, openSync } from 'node:fs';
import { runCommand } from '../../scripts/lib/process/command.ts';

interface BareOptions {
  env?: Record<string, string>;
  input?: Buffer;
  /** A file for stdout. */
  into?: string;
}

export async function bareGit(
  cwd: string,
  args: readonly string[],
  { env = {}, input, into }: BareOptions = {},
): Promise<string> {
  const stdoutFd = into === undefined ? undefined : openSync(into, 'w');
  try {
    const { exitCode, stdout, stderr } = await runCommand({
      ...{ file: 'git', args, cwd, env: { ...process.env, ...env } },
      ...(input === undefined ? {} : { input }),
      ...(stdoutFd === undefined ? {} : { stdoutFd }),
    });
    if (exitCode !== 0) throw new Error(`git ${args.join(' ')}: ${exitCode}: ${stderr}`);
    return stdout.toString().trimEnd();
  } finally {
    if (stdoutFd !== undefined) closeSync(stdoutFd);
  }
}

/** What lies in a worktree, as a tree: by a copy of the index of the moment when the worktree was made. */
export async function bareTree(worktree: string, indexFile: string): Promise<string> {
  const env = { GIT_INDEX_FILE: indexFile };
  await bareGit(worktree, ['add', '-A'], { env });
  return bareGit(worktree, ['write-tree'], { env });
}
