/** A command that prepares a worktree: the user's setup, or a package manager. */
import { join } from 'node:path';
import { mkdir } from '../disk.ts';
import { apartFromOthers, variablesOf } from '../gates/gate-environment.ts';
import { setupVariables } from '../gates/setup-command.ts';
import { scrubbedEnvironment } from '../git/git.ts';
import type { Repository } from '../git/repository.ts';
import { environmentIn } from '../process/led-environment.ts';
import { superviseCommand } from '../process/supervise.ts';
import { maskFile, type Secret } from '../secrets.ts';
import { runMark } from '../session/marks.ts';
import { stateRoot } from '../session/paths.ts';
import { passFolder, type Session } from '../session/session.ts';

/** Limit of such a command; an install from a cold cache takes minutes. */
const LIMIT_MS = 15 * 60_000;

/** Scripts of packages that would put hooks into the repository, which is the user's, leave it alone. */
const NO_HOOKS = { CI: '1', HUSKY: '0', LEFTHOOK: '0', SKIP_INSTALL_SIMPLE_GIT_HOOKS: '1' };

export interface WorktreeCommand {
  command: string;
  /** Where it runs: the worktree, or a folder in it. */
  directory: string;
  /** What it is, in the names of logs. */
  what: 'setup' | 'install';
}

export type RunInWorktree = (
  command: WorktreeCommand,
) => Promise<{ exit_code: number | null; log: string }>;

/**
 * @param worktree whose it is, in names of logs, and where it lies
 * @param secrets are masked in the log
 */
export function runnerIn(
  repository: Repository,
  session: Session | null,
  worktree: { label: string; directory: string },
  secrets: readonly Secret[],
  signal: AbortSignal,
): RunInWorktree {
  const { label, directory: top } = worktree;
  return async ({ command, directory, what }) => {
    const log = await logFile(session, label, what);
    const { exitCode } = await apartFromOthers(session?.data.session_id ?? 'alone', (apart) =>
      superviseCommand({
        file: 'sh',
        args: ['-c', command],
        cwd: directory,
        env: {
          ...environmentIn(top, repository.topLevel, scrubbedEnvironment()),
          ...variablesOf(apart),
          ...setupVariables(repository.topLevel, top),
          ...(what === 'install' ? NO_HOOKS : {}),
        },
        stdoutFile: log,
        stderrFile: log,
        timeoutMs: LIMIT_MS,
        mark: runMark(session, `${label}-${what}`),
        signal,
      }),
    );
    await maskFile(log, secrets);
    signal.throwIfAborted();
    return { exit_code: exitCode, log };
  };
}

export async function logFile(
  session: Session | null,
  label: string,
  what: string,
): Promise<string> {
  const logs = session === null ? join(stateRoot(), 'gates') : join(passFolder(session), 'logs');
  await mkdir(logs, { recursive: true, mode: 0o700 });
  return join(logs, `${label.replaceAll(/[^\w.-]/g, '-')}-${what}.log`);
}
