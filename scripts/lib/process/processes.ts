/** What this machine says about running processes. The one place with code for one platform. */
import { readdirSync, readFileSync } from 'node:fs';
import { runCommand } from './command.ts';

export interface ProcessIdentity {
  pid: number;
  /** When it started, in the platform's own words: with the pid it names one process for good. */
  started: string;
}

/** The identity of a live process, or null when it is gone (a zombie is gone: it only waits to be reaped). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const started = process.platform === 'linux' ? startOnLinux(pid) : await startFromPs(pid);
  return started === null ? null : { pid, started };
}

/** Whether this very process still runs, not another one that was given its pid. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.started === identity.started;
}

let own: Promise<ProcessIdentity> | undefined;

/** This process. */
export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= identifyProcess(process.pid).then((identity) => {
    if (identity === null) throw new Error('This process was not found in the process table.');
    return identity;
  });
  return own;
}

/**
 * Processes whose environment holds `NAME=...mark...`, this one and its ancestors left out.
 * Agent CLIs start shells in sessions of their own that no process group reaches; the environment does (CLI-FACTS 5).
 */
export async function findByEnvironment(name: string, mark: string): Promise<number[]> {
  const marked = await findMarked(name, mark);
  if (marked.length === 0) return [];
  const spared = lineOf(process.pid, await listProcesses());
  return marked.filter((pid) => !spared.has(pid));
}

/** The same, with this process and its ancestors where they are marked. */
export async function findMarked(name: string, mark: string): Promise<number[]> {
  return process.platform === 'linux' ? markedOnLinux(name, mark) : markedFromPs(name, mark);
}

/** A process and its ancestors: whoever ends what is marked may have been started by it. */
export function lineOf(pid: number, rows: readonly ProcessRow[]): Set<number> {
  const parents = new Map(rows.map((row) => [row.pid, row.parent]));
  const line = new Set<number>();
  for (let at = pid; at > 1 && !line.has(at); at = parents.get(at) ?? 0) line.add(at);
  return line;
}

/** A live process; a zombie is not alive, though a signal to its group still succeeds. */
export interface ProcessRow extends ProcessIdentity {
  parent: number;
  /** Its session where the platform tells, else its process group. */
  session: number;
}

/** All live processes. */
export async function listProcesses(): Promise<ProcessRow[]> {
  if (process.platform !== 'linux') {
    return parsePsRows((await ps(['-axo', 'pid=,ppid=,pgid=,stat=,lstart='])).stdout);
  }
  return pidsOnLinux().flatMap((pid) => {
    const stat = statOnLinux(pid);
    return stat === null ? [] : [{ pid, ...stat }];
  });
}

function startOnLinux(pid: number): string | null {
  return statOnLinux(pid)?.started ?? null;
}

/** Null for a process that is gone, or a zombie. */
function statOnLinux(
  pid: number,
): { parent: number; session: number; flags: number; started: string } | null {
  const stat = readProc(pid, 'stat');
  if (stat === null) return null;
  // The second field is the command in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, session, started] = [fields[0], fields[1], fields[3], fields[19]];
  if (state === 'Z' || state === 'X' || started === undefined) return null;
  return { parent: Number(parent), session: Number(session), flags: Number(fields[6]), started };
}

function pidsOnLinux(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function markedOnLinux(name: string, mark: string): number[] {
  return pidsOnLinux()
    .filter((pid) => {
      const environment = readEnvironment(pid);
      return environment !== null && hasMark(environment.split('\0'), name, mark);
    })
    .filter((pid) => startOnLinux(pid) !== null);
}

const EXEC_PATIENCE_MS = 50;
const KERNEL_THREAD = 0x00200000;

/**
 * A process in the middle of execve shows an empty environment for a moment, and would escape whoever looks for its mark
 * just then: such a one is read again. Kernel threads and zombies have none for good.
 */
function readEnvironment(pid: number): string | null {
  const deadline = Date.now() + EXEC_PATIENCE_MS;
  for (;;) {
    const environment = readProc(pid, 'environ');
    if (environment !== '' || Date.now() > deadline) return environment;
    const stat = statOnLinux(pid);
    if (stat === null || (stat.flags & KERNEL_THREAD) !== 0) return environment;
    // A millisecond, without giving up the thread: this is a snapshot of the process table.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}

/** Null when the process is gone, or another user's. */
function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return null;
  }
}

async function startFromPs(pid: number): Promise<string | null> {
  const { exitCode, stdout } = await ps(['-o', 'stat=,lstart=', '-p', String(pid)]);
  return exitCode === 0 ? parsePsStart(stdout) : null;
}

/** `S+   Sun Nov 22 14:40:00 2026` -> the start time; null for a zombie or an empty answer. */
export function parsePsStart(line: string): string | null {
  const match = /^\s*(\S+)\s+(\S.*?)\s*$/.exec(line);
  return match?.[2] === undefined || match[1]?.startsWith('Z') ? null : match[2];
}

/** `pid ppid pgid stat lstart` a line, zombies left out. */
export function parsePsRows(listing: string): ProcessRow[] {
  return listing.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line);
    const [, pid, parent, session, state, started] = match ?? [];
    if (started === undefined || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), session: Number(session), started }];
  });
}

async function markedFromPs(name: string, mark: string): Promise<number[]> {
  return parsePsEnvironment((await ps(['-axwwE', '-o', 'pid=,command='])).stdout, name, mark);
}

/** `ps -E` prints the environment after the command, separated by spaces. */
export function parsePsEnvironment(listing: string, name: string, mark: string): number[] {
  return listing.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match?.[1] !== undefined && hasMark((match[2] ?? '').split(' '), name, mark)
      ? [Number(match[1])]
      : [];
  });
}

function hasMark(variables: string[], name: string, mark: string): boolean {
  return variables.some((variable) => variable.startsWith(`${name}=`) && variable.includes(mark));
}

async function ps(args: string[]): Promise<{ exitCode: number; stdout: string }> {
  const { exitCode, stdout } = await runCommand({
    file: 'ps',
    args,
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    timeoutMs: 10_000,
  });
  return { exitCode, stdout: stdout.toString('utf8') };
}
