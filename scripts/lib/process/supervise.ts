import { closeSync, constants } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSync } from '../disk.ts';
import { systemErrorCode } from '../errors.ts';
import { faultPoint, programLabel } from '../fault-points.ts';
import { findByEnvironment, findByGroup, identifyProcess } from './processes.ts';
import { traceCommand } from './trace.ts';

/**
 * The environment variable that marks every process of a run. Shells that an agent starts in sessions of their own
 * escape its process group, but inherit this (CLI-FACTS 5). Runs nest, so it holds a list: `:mark:mark:`.
 */
export const MARK_VARIABLE = 'MM_RUN_MARKS';

/** A command that may take long, print much and leave processes behind. */
export interface LongCommand {
  file: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** A file to read stdin from; otherwise stdin is empty. */
  stdinFile?: string;
  /** Files that stdout and stderr are written to (the same path: both into one log). */
  stdoutFile: string;
  stderrFile: string;
  /** Null: no limit. */
  timeoutMs: number | null;
  /** Names this run among all others on the machine. */
  mark: string;
  signal?: AbortSignal;
  onStart?: (pid: number) => void;
}

export interface LongCommandEnd {
  /** Who ended it. What the exit status says counts only for `itself`: a killed CLI may exit 0 (CLI-FACTS 4). */
  endedBy: 'itself' | 'timeout' | 'interruption' | 'not-found';
  exitCode: number | null;
  signal: string | null;
  durationMs: number;
}

/** How long each step of ending a process tree may take before the next, harder one. */
const GRACE_MS = { SIGINT: 2_000, SIGTERM: 2_000, SIGKILL: 2_000 } as const;

/**
 * Runs a long command to its end, or ends it: at the time limit, or when `signal` aborts. When it returns, nothing
 * that it started is left, even if it ended by itself.
 */
export async function superviseCommand(command: LongCommand): Promise<LongCommandEnd> {
  const started = performance.now();
  const descriptors = openFiles(command);
  // Loaded late: many scripts know how to run something long, and few do.
  const { execa } = await import('execa');
  const label = programLabel(command.file, command.args);
  faultPoint(`start ${label}`);
  const child = execa(command.file, [...command.args], {
    cwd: command.cwd,
    env: { ...command.env, [MARK_VARIABLE]: addMark(command.env[MARK_VARIABLE], command.mark) },
    extendEnv: false,
    reject: false,
    buffer: false,
    detached: true,
    stdio: [descriptors.stdin ?? 'ignore', descriptors.stdout, descriptors.stderr],
  });
  if (child.pid !== undefined) command.onStart?.(child.pid);

  const ending = new AbortController();
  const limit = waitForLimit(command, ending.signal);
  const first = await Promise.race([child.then(() => 'itself' as const), limit]);
  ending.abort();
  if (child.pid !== undefined) {
    await endProcessTree(child.pid, `:${command.mark}:`, first !== 'itself');
  }
  const result = await child;
  closeFiles(descriptors);
  faultPoint(`end ${label}`);

  const end: LongCommandEnd = {
    endedBy: isNotFound(result) ? 'not-found' : first,
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    durationMs: Math.round(performance.now() - started),
  };
  traceCommand(
    [command.file, ...command.args],
    command.cwd,
    end.exitCode ?? end.signal ?? end.endedBy,
    end.durationMs,
  );
  return end;
}

/**
 * Ends a process group, then every process that carries the mark: gently first, each step only while something
 * still runs. SIGINT is what lets all three agent CLIs end their own shells (CLI-FACTS 5).
 */
async function endProcessTree(leader: number, mark: string, leaderRuns: boolean): Promise<void> {
  await endGently(async (signal) => {
    // A leader that ended by itself has given up its id, which may be another group's by now.
    const group = leaderRuns ? await findByGroup(leader) : [];
    const marked = await findByEnvironment(MARK_VARIABLE, mark);
    const all = new Set([...group, ...marked]);
    for (const pid of all) sendSignal(pid, signal);
    return all.size > 0;
  });
}

/** Ends every process whose marks hold the given text. */
export async function endMarkedProcesses(mark: string): Promise<void> {
  await endGently(async (signal) => {
    const marked = await findByEnvironment(MARK_VARIABLE, mark);
    for (const pid of marked) sendSignal(pid, signal);
    return marked.length > 0;
  });
}

/** Ends one process, giving it the time to end what it looks after. */
export async function endProcess(pid: number): Promise<void> {
  const patience = { SIGINT: 10_000, SIGTERM: 2_000, SIGKILL: 2_000 };
  await endGently(
    async (signal) => (await identifyProcess(pid)) !== null && sendSignal(pid, signal),
    patience,
  );
}

/**
 * Sends harder and harder signals until nothing is left to receive one.
 * @param send sends it, and tells whether anybody was there; signal 0 only asks
 */
async function endGently(
  send: (signal: NodeJS.Signals | 0) => Promise<boolean>,
  patienceMs: Record<'SIGINT' | 'SIGTERM' | 'SIGKILL', number> = GRACE_MS,
): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    if (!(await send(signal))) return;
    const deadline = Date.now() + patienceMs[signal];
    while (Date.now() < deadline) {
      if (!(await send(0))) return;
      await sleep(50);
    }
  }
}

/** Whether there was a process to receive it. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH' || systemErrorCode(error) === 'EPERM') return false;
    throw error;
  }
}

function waitForLimit(
  command: LongCommand,
  ended: AbortSignal,
): Promise<'timeout' | 'interruption'> {
  return new Promise((resolve) => {
    const interrupt = () => resolve('interruption');
    if (command.signal?.aborted) interrupt();
    command.signal?.addEventListener('abort', interrupt, { once: true });
    const timer =
      command.timeoutMs === null
        ? undefined
        : setTimeout(() => resolve('timeout'), command.timeoutMs);
    ended.addEventListener('abort', () => {
      clearTimeout(timer);
      command.signal?.removeEventListener('abort', interrupt);
    });
  });
}

function addMark(marks: string | undefined, mark: string): string {
  return `${marks ?? ':'}${mark}:`;
}

/** execa takes any open file descriptor; its types know the first ten. */
type Descriptor = 3;

interface Descriptors {
  stdin?: Descriptor;
  stdout: Descriptor;
  stderr: Descriptor;
}

function openFiles({ stdinFile, stdoutFile, stderrFile }: LongCommand): Descriptors {
  const write = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;
  const stdout = openSync(stdoutFile, write, 0o600) as Descriptor;
  return {
    ...(stdinFile === undefined ? {} : { stdin: openSync(stdinFile, 'r') as Descriptor }),
    stdout,
    stderr: stderrFile === stdoutFile ? stdout : (openSync(stderrFile, write, 0o600) as Descriptor),
  };
}

function closeFiles({ stdin, stdout, stderr }: Descriptors): void {
  for (const descriptor of new Set([stdin, stdout, stderr])) {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function isNotFound(result: { exitCode?: number; signal?: string; code?: string }): boolean {
  return result.exitCode === undefined && result.signal === undefined && result.code === 'ENOENT';
}
