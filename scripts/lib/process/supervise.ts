import { closeSync, constants, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSync } from '../disk.ts';
import { systemErrorCode } from '../errors.ts';
import { faultPoint, programLabel } from '../fault-points.ts';
import { Family } from './family.ts';
import { identifyProcess } from './processes.ts';
import { lastWritten, Silence } from './silence.ts';
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
  /** How long it may neither print anything nor do what `hasActed` sees. */
  idleMs?: number | null;
  /** Whether it has done anything but print since this was asked last; asked before it is ended for its silence. */
  hasActed?: () => Promise<boolean>;
  /** What it prints to stderr once waiting any longer is of no use. */
  givesUpAt?: RegExp | null;
  /** Names this run among all others on the machine. */
  mark: string;
  signal?: AbortSignal;
  onStart?: (pid: number) => void;
}

/** Why a command ended: by itself, or what made us end it. */
export type EndedBy = 'itself' | 'timeout' | 'silence' | 'giving-up' | 'interruption' | 'not-found';

export interface LongCommandEnd {
  /** What the exit status says counts only for `itself`: a killed CLI may exit 0 (CLI-FACTS 4). */
  endedBy: EndedBy;
  exitCode: number | null;
  signal: string | null;
  durationMs: number;
  /** How long it had printed nothing when it said its last words. */
  quietMs: number;
}

/** How long each step of ending a process tree may take before the next, harder one. */
const GRACE_MS = { SIGINT: 2_000, SIGTERM: 2_000, SIGKILL: 2_000 } as const;

/**
 * Runs a long command to its end, or ends it: at the time limit, or when `signal` aborts. When it returns, nothing
 * that it started is left, even if it ended by itself.
 */
export async function superviseCommand(command: LongCommand): Promise<LongCommandEnd> {
  const started = performance.now();
  const silence = new Silence(Date.now());
  const heard = () => silence.heard(lastWritten([command.stdoutFile, command.stderrFile]));
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
  const family = new Family(MARK_VARIABLE, `:${command.mark}:`);
  if (child.pid !== undefined) {
    await family.add(child.pid);
    command.onStart?.(child.pid);
  }

  let quietMs = 0;
  const ending = new AbortController();
  const limit = waitForLimit(command, ending.signal);
  const watching = watch(command, family, silence, heard, ending.signal);
  let first: EndedBy = 'itself';
  try {
    first = await Promise.race([child.then(() => 'itself' as const), limit, watching]);
  } finally {
    // Also where it could not be watched: nothing that was started is left alone.
    ending.abort();
    heard();
    quietMs = silence.beforeTheEndMs(Date.now());
    await endAll(() => family.members());
  }
  const result = await child;
  closeFiles(descriptors);
  faultPoint(`end ${label}`);

  const end: LongCommandEnd = {
    endedBy: isNotFound(result) ? 'not-found' : first,
    exitCode: result.exitCode ?? null,
    signal: result.signal ?? null,
    durationMs: Math.round(performance.now() - started),
    quietMs,
  };
  traceCommand(
    [command.file, ...command.args],
    command.cwd,
    end.exitCode ?? end.signal ?? end.endedBy,
    end.durationMs,
  );
  return end;
}

/** Ends every process whose marks hold the given text, with all that those started. */
export async function endMarkedProcesses(mark: string): Promise<void> {
  const family = new Family(MARK_VARIABLE, mark);
  await endAll(() => family.members());
}

/**
 * Ends processes, gently first, each step only while one is left. SIGINT is what lets the agent CLIs end their own
 * shells (CLI-FACTS 5).
 */
async function endAll(members: () => Promise<number[]>): Promise<void> {
  await endGently(async (signal) => {
    const pids = await members();
    for (const pid of pids) sendSignal(pid, signal);
    return pids.length > 0;
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

const WATCH_EVERY_MS = 500;
/** Every so many looks at the output one at the process table. */
const OBSERVE_EVERY = 4;

/** Follows a command's output and its processes until it has ended; resolves earlier when it has to be ended. */
async function watch(
  command: LongCommand,
  family: Family,
  silence: Silence,
  heard: () => void,
  ended: AbortSignal,
): Promise<'silence' | 'giving-up'> {
  const { idleMs = null, hasActed, givesUpAt = null, stderrFile } = command;
  const readAppended = appendedTo(stderrFile);
  let actedAt = Date.now();
  let askedAt = 0;
  for (let look = 1; ; look++) {
    await sleep(WATCH_EVERY_MS, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return new Promise(() => {});
    if (look % OBSERVE_EVERY === 0) await family.observe();
    if (givesUpAt?.test(readAppended())) return 'giving-up';
    heard();
    if (idleMs === null) continue;
    const now = Date.now();
    const isDue = Math.min(silence.lengthMs(now), now - actedAt) >= idleMs;
    // Asked in between too: what was done at the beginning is not to count as done just now.
    if (!isDue && now - askedAt < idleMs / 4) continue;
    askedAt = now;
    if (await hasActed?.()) actedAt = now;
    else if (isDue) return 'silence';
  }
}

const MAX_APPENDED_BYTES = 65_536;
/** What is kept of a line that goes on. */
const MAX_LINE_LENGTH = 1_000;

/** Reads what a file has become longer by; of very much only the end. Begins a line earlier, should one have been cut. */
function appendedTo(file: string): () => string {
  let [read, line] = [0, ''];
  return () => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= read) return '';
    const buffer = Buffer.alloc(Math.min(size - read, MAX_APPENDED_BYTES));
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    } finally {
      closeSync(descriptor);
    }
    read = size;
    const text = line + buffer.toString('latin1');
    line = text.slice(text.lastIndexOf('\n') + 1).slice(-MAX_LINE_LENGTH);
    return text;
  };
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
