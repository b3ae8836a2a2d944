import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { mkdir, writeFile } from '../disk.ts';
import { scrubbedEnvironment } from '../git/git.ts';
import { type LongCommandEnd, MARK_VARIABLE, superviseCommand } from '../process/supervise.ts';
import { type CachedResult, type GateCache, gateCacheKey } from './cache.ts';
import { countTests, type TestCount } from './count-tests.ts';
import type { Gate, GateKind } from './gate.ts';
import { readEnd, tailOf, withLogs } from './log.ts';
import type { Verdict } from './verdict.ts';

export type GateStatus = 'pass' | 'fail' | 'timeout' | 'not-run' | 'error';

export interface GateResult {
  name: string;
  kind: GateKind;
  command: string;
  status: GateStatus;
  /** Null when the gate did not end by itself, or never started. */
  exit_code: number | null;
  duration_ms: number;
  /** Absolute path of its whole output. */
  log: string;
  /** The end of the log, for people; empty for a gate that passed. */
  tail: string;
  cached: boolean;
  /** It was red, and green when it was run once more: `status`, log and tail are those of the red run. */
  flaky: boolean;
  tests: TestCount | null;
  verdict: Verdict | null;
}

export interface RunGatesRequest {
  /** Top of the working tree that they run in. */
  directory: string;
  gates: readonly Gate[];
  logDirectory: string;
  /** In front of the log files' names: whose gates these are. */
  label: string;
  /** For gates that have no limit of their own; null: none. */
  timeoutMs: number | null;
  /** Names this run among all others on the machine. */
  mark: string;
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
  onGate?: (result: GateResult) => void;
  cache?: GateCache;
  /** The tree object that `directory` holds; without it nothing is read from the cache or kept in it. */
  tree?: string | null;
}

/**
 * Runs gates one after the other, in the given order. A red gate is a result, and the next one runs all the same.
 * @throws the signal's reason when it is interrupted, after everything that was started has ended
 */
export async function runGates(request: RunGatesRequest): Promise<GateResult[]> {
  await mkdir(request.logDirectory, { recursive: true, mode: 0o700 });
  const results: GateResult[] = [];
  for (const { gate, log } of withLogs(request.gates, request.logDirectory, request.label)) {
    request.signal?.throwIfAborted();
    const result = await runGateOnce(request, gate, log);
    results.push(result);
    request.onGate?.(result);
  }
  return results;
}

/** The environment of a gate: the caller's, without what would make it another run than the user's own in that folder. */
export function gateEnvironment(env: NodeJS.ProcessEnv, mark: string): NodeJS.ProcessEnv {
  const kept = Object.entries(scrubbedEnvironment(env)).filter(
    ([name]) => (!name.startsWith('MM_') || name === MARK_VARIABLE) && !OURS.has(name),
  );
  return {
    ...Object.fromEntries(kept),
    CI: '1',
    NO_COLOR: '1',
    [MARK_VARIABLE]: `${env[MARK_VARIABLE] ?? ':'}${mark}:`,
  };
}

/** Variables that our own start, or a test runner around us, sets for itself; FORCE_COLOR would beat NO_COLOR. */
const OURS = new Set(['NODE_OPTIONS', 'NODE_TEST_CONTEXT', 'FORCE_COLOR']);

async function runGateOnce(request: RunGatesRequest, gate: Gate, log: string): Promise<GateResult> {
  const { cache, tree } = request;
  const { name, kind, command } = gate;
  const key = cache && tree ? gateCacheKey({ tree, gate }) : null;
  const known = key === null ? null : await cache?.read(key);
  const head = { name, kind, command };
  if (known) return { ...head, ...known, cached: true, flaky: false, verdict: null };

  const result = await runGate(request, gate, log);
  const flaky = result.status === 'fail' && (await changesItsMind(request, gate, log));
  if (key !== null && isLasting(result) && !flaky) await cache?.write(key, result);
  return { ...head, ...result, cached: false, flaky, verdict: null };
}

/** Whether a red gate is green when it is run once more. */
async function changesItsMind(request: RunGatesRequest, gate: Gate, log: string): Promise<boolean> {
  request.signal?.throwIfAborted();
  const again = await runGate(request, gate, log.replace(/\.log$/, '.again.log'));
  return again.status === 'pass';
}

type Outcome = Pick<GateResult, 'status' | 'exit_code' | 'duration_ms' | 'log' | 'tail' | 'tests'>;

async function runGate(request: RunGatesRequest, gate: Gate, log: string): Promise<Outcome> {
  const cwd = join(request.directory, gate.cwd);
  if (!(await isDirectory(cwd))) return notStarted(log, `The directory ${cwd} is not there.`);

  const end = await superviseCommand({
    file: 'sh',
    args: ['-c', gate.command],
    cwd,
    env: gateEnvironment(request.env ?? process.env, request.mark),
    stdoutFile: log,
    stderrFile: log,
    timeoutMs: gate.timeout_s === undefined ? request.timeoutMs : gate.timeout_s * 1000,
    // A mark of its own: gates of other targets may run beside it, under the same mark of the caller's.
    mark: `${request.mark}-${randomUUID()}`,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  if (end.endedBy === 'interruption') throw request.signal?.reason;

  const output = await readEnd(log);
  const tests = gate.kind === 'test' ? countTests(output) : null;
  const status = statusOf(end, gate.kind, tests);
  return {
    status,
    exit_code: end.endedBy === 'itself' ? exitCodeOf(end) : null,
    duration_ms: end.durationMs,
    log,
    tail: status === 'pass' ? '' : tailOf(output),
    tests,
  };
}

/** 127 and 126 are the shell's words for "no such command" and "cannot be run": nothing was examined. */
function statusOf(end: LongCommandEnd, kind: GateKind, tests: TestCount | null): GateStatus {
  if (end.endedBy === 'timeout') return 'timeout';
  if (end.endedBy === 'not-found' || end.exitCode === 127 || end.exitCode === 126) return 'error';
  if (end.exitCode !== 0) return 'fail';
  return kind === 'test' && tests?.ran === 0 ? 'not-run' : 'pass';
}

/** As a shell would say it: 128 and the number of the signal that ended it. */
function exitCodeOf({ exitCode, signal }: LongCommandEnd): number | null {
  if (exitCode !== null || signal === null) return exitCode;
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

async function notStarted(log: string, message: string): Promise<Outcome> {
  await writeFile(log, `${message}\n`, { mode: 0o600 });
  return { status: 'error', exit_code: null, duration_ms: 0, log, tail: message, tests: null };
}

function isLasting(result: Outcome): result is Outcome & CachedResult {
  return result.status === 'pass' || result.status === 'fail' || result.status === 'not-run';
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
