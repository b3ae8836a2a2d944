/** The user's `post-checkout` hook, which may install or generate what gates need: run as `git worktree add` runs it. */
import { dirname } from 'node:path';
import { mkdir } from '../disk.ts';
import { gitLine, scrubbedEnvironment } from '../git/git.ts';
import { findHook } from '../git/hooks.ts';
import type { Repository } from '../git/repository.ts';
import { superviseCommand } from '../process/supervise.ts';
import type { Session } from '../session/session.ts';
import { trustedHooks } from '../session/trusted-places.ts';

export interface PostCheckout {
  /** The hook; null: there is none. */
  hook: string | null;
  ran: boolean;
  exit_code: number | null;
  /** What it printed; null: it did not run. */
  log: string | null;
  /** Why it was not run, or what went wrong, to be told as a warning; null: nothing. */
  problem: string | null;
}

/** It may install dependencies from a cache; one that does more is a setup command. */
const LIMIT_MS = 5 * 60_000;

/**
 * Runs it once in a worktree, with nothing to read and with an end to all that it started. One that fails, hangs or
 * cannot be started is a problem to be told, and no failure: `git worktree add` leaves the worktree then, too.
 * @param commit that the worktree was filled from
 * @throws the reason of the signal
 */
export async function runPostCheckout(
  repository: Repository,
  session: Session | null,
  {
    worktree,
    commit,
    log,
    mark,
    env = {},
    timeoutMs = LIMIT_MS,
    signal,
  }: {
    worktree: string;
    commit: string;
    log: string;
    mark: string;
    env?: NodeJS.ProcessEnv;
    timeoutMs?: number;
    signal: AbortSignal;
  },
): Promise<PostCheckout> {
  const hooks = await trustedHooks(repository, session);
  const found = await findHook('post-checkout', worktree, repository.commonDir, hooks);
  const none = { ran: false, exit_code: null, log: null, problem: null };
  if (found === null) return { hook: null, ...none };
  const { folder, file } = found;
  if (file === null) {
    const problem = `not run: something in ${folder} was changed since the session began`;
    return { hook: `${folder}/post-checkout`, ...none, problem };
  }
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  const environment = { ...scrubbedEnvironment(), ...env };
  const { endedBy, exitCode } = await superviseCommand({
    file,
    args: ['0'.repeat(commit.length), commit, '1'],
    cwd: worktree,
    env: { ...environment, PATH: await pathOfHooks(worktree, environment) },
    stdoutFile: log,
    stderrFile: log,
    timeoutMs,
    mark,
    signal,
  });
  signal.throwIfAborted();
  const problem =
    endedBy === 'not-found'
      ? 'it could not be started: the interpreter that its first line names is not there'
      : endedBy === 'timeout'
        ? `it was ended after ${timeoutMs / 1000} s`
        : exitCode === 0
          ? null
          : `it failed (exit ${exitCode})`;
  return { hook: file, ran: true, exit_code: exitCode, log, problem };
}

/** git puts its own programs first for hooks, which read `git-sh-setup` from there. */
async function pathOfHooks(worktree: string, env: NodeJS.ProcessEnv): Promise<string> {
  return [await gitLine(worktree, ['--exec-path']), env.PATH ?? ''].join(':');
}
