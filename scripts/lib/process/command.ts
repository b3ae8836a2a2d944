import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { Failure, MissingProgram, systemErrorCode } from '../errors.ts';
import { faultPoint, programLabel } from '../fault-points.ts';
import { traceCommand } from './trace.ts';

/** A short command and where it runs. Its stdin is `input` or empty: never an open pipe. */
export interface Command {
  file: string;
  args: readonly string[];
  cwd: string;
  /** The whole environment: nothing is inherited beside it. */
  env: NodeJS.ProcessEnv;
  input?: string | Buffer;
  /** An open file descriptor for stdout, for output that may be large; `stdout` is then empty. */
  stdoutFd?: number;
  /** Takes stdout piece by piece, for output that may be large; `stdout` is then empty. */
  onStdout?: (piece: Buffer) => void;
  timeoutMs?: number;
  /** Kills it when it aborts. */
  signal?: AbortSignal;
}

export interface CommandResult {
  /** 128 + signal number when a signal ended it; 124 when it ran out of time. */
  exitCode: number;
  timedOut: boolean;
  stdout: Buffer;
  stderr: string;
}

/**
 * Runs a short command to its end. Exit statuses are data; a program that does not exist is thrown.
 * It runs in a process group of its own, so that a Ctrl-C at the terminal cannot stop git half way.
 *
 * Node's own spawn, not execa as for long commands: this is on the way of every start, and loading execa alone takes as
 * long as an empty Node program.
 * @throws MissingProgram when `file` is not found, Failure when `cwd` is not there (Node reports both as ENOENT).
 */
export async function runCommand(command: Command): Promise<CommandResult> {
  const started = performance.now();
  const label = programLabel(command.file, command.args);
  faultPoint(`start ${label}`);
  const child = start(command);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', command.onStdout ?? ((piece) => stdout.push(piece)));
  child.stderr?.on('data', (piece) => stderr.push(piece));
  // A program that ends before it has read everything closes the pipe; its exit status says why.
  child.stdin?.on('error', () => undefined).end(command.input);

  const limit = endAfter(child, command.timeoutMs, command.signal);
  const end = await ending(child);
  limit.stop();
  faultPoint(`end ${label}`);
  traceCommand(
    [command.file, ...command.args],
    command.cwd,
    end.exitCode ?? end.signal ?? 'not started',
    performance.now() - started,
  );
  if (end.error !== null && !limit.isOver()) throw notStarted(command, end.error);
  const signal = end.signal === null ? 0 : (constants.signals[end.signal] ?? 0);
  return {
    exitCode: limit.isOver() ? 124 : (end.exitCode ?? 128 + signal),
    timedOut: limit.isOver(),
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString('utf8'),
  };
}

function start(command: Command): ChildProcess {
  const { file, args, cwd, env, input, stdoutFd } = command;
  try {
    return spawn(file, args, {
      ...{ cwd, env, detached: true },
      stdio: [input === undefined ? 'ignore' : 'pipe', stdoutFd ?? 'pipe', 'pipe'],
    });
  } catch (error) {
    // Most failures are events, but some (E2BIG, ENOTDIR) are thrown at once.
    throw error instanceof Error ? notStarted(command, error) : error;
  }
}

interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** It was not started. */
  error: Error | null;
}

/** When it has ended and its pipes are closed. */
function ending(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, signal: null, error }));
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, error: null }));
  });
}

/** Kills the process group when the time is over, or when nobody wants its answer any more. */
function endAfter(
  child: ChildProcess,
  timeoutMs: number | undefined,
  signal: AbortSignal | undefined,
) {
  let over = false;
  const end = () => {
    over = true;
    killGroup(child.pid);
    // A grandchild in a session of its own may still hold the pipes: do not wait for it.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
  signal?.addEventListener('abort', end, { once: true });
  const stop = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  };
  return { stop, isOver: () => over };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

function notStarted(command: Command, error: Error) {
  const code = systemErrorCode(error);
  if (!existsSync(command.cwd)) {
    return new Failure({
      code: 'missing-directory',
      message: `The directory ${command.cwd} is not there.`,
      hint: 'Check the path; if it was a worktree of a session, make-worktrees makes it again.',
      details: { directory: command.cwd },
    });
  }
  if (code === 'ENOENT') {
    return new MissingProgram({
      code: 'missing-program',
      message: `The program "${command.file}" was not found.`,
      hint: `Install ${command.file}, or put it on PATH, and run the same command again.`,
      details: { program: command.file },
    });
  }
  return new Failure({
    code: 'cannot-start',
    message: `${command.file} could not be started: ${error.message}`,
    hint: 'Run the same command with --trace to see what was started, and where.',
    details: { program: command.file, cwd: command.cwd },
  });
}
