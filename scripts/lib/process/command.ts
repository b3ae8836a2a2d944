import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { execa, type Options } from 'execa';
import { Failure, MissingProgram } from '../errors.ts';
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
  timeoutMs?: number;
}

export interface CommandResult {
  /** 128 + signal number when a signal ended it; 124 when it ran out of time. */
  exitCode: number;
  timedOut: boolean;
  stdout: Buffer;
  stderr: string;
}

/** execa takes any open file descriptor; its types know the first ten. */
export type Descriptor = 3;

/** Larger answers than this are a fault: lists are read in memory, contents go to a file descriptor. */
const MAX_BUFFER_BYTES = 1024 ** 3;

/**
 * Runs a short command to its end. Exit statuses are data; a program that does not exist is thrown.
 * It runs in a process group of its own, so that a Ctrl-C at the terminal cannot stop git half way.
 * @throws MissingProgram when `file` is not found, Failure when `cwd` is not there (Node reports both as ENOENT).
 */
export async function runCommand(command: Command): Promise<CommandResult> {
  const started = performance.now();
  const options = {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: MAX_BUFFER_BYTES,
    detached: true,
    stdio: [
      command.input === undefined ? 'ignore' : 'pipe',
      (command.stdoutFd as Descriptor | undefined) ?? 'pipe',
      'pipe',
    ],
    ...(command.input === undefined ? {} : { input: command.input }),
  } satisfies Options;
  const child = execa(command.file, [...command.args], options);

  let timedOut = false;
  const timer =
    command.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          killGroup(child.pid);
          // A grandchild in a session of its own may still hold the pipes: do not wait for it.
          child.stdout?.destroy();
          child.stderr?.destroy();
        }, command.timeoutMs);
  const result = await child;
  clearTimeout(timer);

  traceCommand(
    [command.file, ...command.args],
    command.cwd,
    result.exitCode ?? result.signal ?? 'not started',
    performance.now() - started,
  );
  if (result.exitCode === undefined && result.signal === undefined && !timedOut) {
    throw notStarted(command, result.shortMessage ?? 'unknown error', result.code);
  }
  return {
    exitCode: timedOut ? 124 : (result.exitCode ?? 128 + signalNumber(result.signal)),
    timedOut,
    stdout: toBuffer(result.stdout),
    stderr: toBuffer(result.stderr).toString('utf8'),
  };
}

function signalNumber(signal: string | undefined): number {
  return constants.signals[signal as NodeJS.Signals] ?? 0;
}

function toBuffer(output: unknown): Buffer {
  return output instanceof Uint8Array ? Buffer.from(output) : Buffer.alloc(0);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

function notStarted(command: Command, message: string, code: string | undefined) {
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
    message: `${command.file} could not be started: ${message}`,
    hint: 'Run the same command with --trace to see what was started, and where.',
    details: { program: command.file, cwd: command.cwd },
  });
}
