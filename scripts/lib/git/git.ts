import { Failure } from '../errors.ts';
import { type CommandResult, runCommand } from '../process/command.ts';

export interface GitOptions {
  input?: string | Buffer;
  /** Variables on top of the scrubbed environment, such as GIT_INDEX_FILE. */
  env?: Record<string, string>;
  stdoutFd?: number;
  onStdout?: (piece: Buffer) => void;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Exit statuses that are answers; by default 0 only. */
  answers?: readonly number[];
}

/**
 * Where git works: a directory, or a working tree together with a git directory that is trusted for it, so that nothing
 * counts that somebody wrote into the repository's own (trusted-git-dir.ts makes such places).
 */
export type Place = string | TrustedPlace;

export interface TrustedPlace {
  directory: string;
  /** GIT_DIR and its kin. */
  env: Readonly<Record<string, string>>;
}

export function directoryOf(place: Place): string {
  return typeof place === 'string' ? place : place.directory;
}

/**
 * Variables with GIT_ in front that git may keep: where its configuration lies, who commits, how it logs in.
 * All others are dropped: inside a hook or a rebase, GIT_DIR and its kin beat `git -C` (DESIGN.md, traps).
 */
const KEPT =
  /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|(AUTHOR|COMMITTER)_\w+|SSH(_COMMAND|_VARIANT)?|ASKPASS|EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|SSL_\w+|HTTP_\w+|PROXY_\w+|TRACE\w*|LFS_\w+)$/;

/**
 * Nothing that a model may have planted in the shared repository runs because of us: no hooks, no fsmonitor program, no
 * pager, no program that checks signatures or fetches, no background gc that would drop objects under our feet. Names
 * come back unquoted.
 */
const SAFE_CONFIGURATION = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.pager=cat',
  'core.quotePath=false',
  'core.untrackedCache=false',
  'log.showSignature=false',
  'protocol.ext.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

/** The environment for git and for what must not see its redirections: the caller's, without the redirecting variables. */
export function scrubbedEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || KEPT.test(name)),
  );
}

/**
 * Runs git in an explicit directory. The one gateway to git.
 * @throws Failure `git-failed` on an exit status that is no answer; MissingProgram without git
 */
export async function git(
  place: Place,
  args: readonly string[],
  { answers = [0], env = {}, ...options }: GitOptions = {},
): Promise<CommandResult> {
  const directory = directoryOf(place);
  const result = await runCommand({
    file: 'git',
    args: [...SAFE_CONFIGURATION, ...args],
    cwd: directory,
    env: {
      ...scrubbedEnvironment(),
      LC_ALL: 'C',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      ...(typeof place === 'string' ? {} : place.env),
      ...env,
    },
    ...options,
  });
  if (answers.includes(result.exitCode)) return result;
  throw new Failure({
    code: 'git-failed',
    message: `git ${args.slice(0, 2).join(' ')} failed in ${directory}: ${lastLine(result.stderr) || `exit status ${result.exitCode}`}`,
    hint: 'Run the same script with --trace to see the git commands; the repository itself was left as it is.',
    details: {
      args: [...args],
      directory,
      exit_code: result.exitCode,
      stderr: result.stderr.slice(-2000),
    },
  });
}

/** git's stdout as text without its last newline, for answers of one line. */
export async function gitLine(
  place: Place,
  args: readonly string[],
  options?: GitOptions,
): Promise<string> {
  const { stdout } = await git(place, args, options);
  return stdout.toString('utf8').replace(/\n$/, '');
}

/** Like gitLine, but null where git answers with exit status 1 or 128 ("there is none"). */
export async function gitLineOrNull(
  place: Place,
  args: readonly string[],
  options?: GitOptions,
): Promise<string | null> {
  const { exitCode, stdout } = await git(place, args, { ...options, answers: [0, 1, 128] });
  return exitCode === 0 ? stdout.toString('utf8').replace(/\n$/, '') : null;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
