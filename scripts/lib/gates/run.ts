import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { mkdir, writeFile } from '../disk.ts';
import { environmentIn } from '../process/led-environment.ts';
import type { Slots } from '../process/slots.ts';
import { type LongCommandEnd, superviseCommand } from '../process/supervise.ts';
import { maskFile, type Secret } from '../secrets.ts';
import type { CachedResult, GateMemory } from './cache.ts';
import type { TestCount } from './count-tests.ts';
import { type Gate, type GateKind, gateKinds } from './gate.ts';
import { type Apart, gateEnvironment } from './gate-environment.ts';
import { readEnd, tailOf, withLogs } from './log.ts';
import type { TestOutcomes } from './outcomes/outcomes.ts';
import { readTests } from './read-tests.ts';
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
  /** The tests by their names, where the runner gives them. */
  outcomes: TestOutcomes | null;
  /** Files of the tree that the gate itself changed; they were put back. */
  changed_files: string[];
  verdict: Verdict | null;
  /** Against base: which tests fail here and did not there, the other way round, and which no longer ran. */
  broken_tests: string[];
  repaired_tests: string[];
  missing_tests: string[];
}

/** What a gate came to before it is compared with anything. */
const UNJUDGED = { verdict: null, broken_tests: [], repaired_tests: [], missing_tests: [] };

export interface RunGatesRequest {
  /** Top of the working tree that they run in. */
  directory: string;
  /** The user's own, where that is another one. */
  mainTree?: string;
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
  /** Results of before, on the same content with the same surroundings. */
  memory?: GateMemory | null;
  /** Shared with other working trees: each gate waits for a slot, formatters and linters before tests. */
  slots?: Slots;
  /** A temporary folder and ports of its own. */
  apart?: Apart | null;
  /** Are masked in the logs. */
  secrets?: readonly Secret[];
  /** Puts back what the gate changed in the tree, and tells what it was. */
  putBack?: () => Promise<string[]>;
  /**
   * A try among many: so many gates run in any case, the others only while none is red. What is red is not run once more
   * to see whether it changes its mind, and not remembered.
   */
  trial?: { always: number } | undefined;
}

/**
 * Runs the gates of one working tree one after the other, in the given order: two in one folder would meet in its files. A red gate is a result, and the next one runs all the same.
 * @throws the signal's reason when it is interrupted, after everything that was started has ended
 */
export async function runGates(request: RunGatesRequest): Promise<GateResult[]> {
  await mkdir(request.logDirectory, { recursive: true, mode: 0o700 });
  const { memory = null } = request;
  const known = await Promise.all(request.gates.map((gate) => memory && recall(gate, memory)));
  const results: GateResult[] = [];
  for (const [at, { gate, log }] of withLogs(
    request.gates,
    request.logDirectory,
    request.label,
  ).entries()) {
    request.signal?.throwIfAborted();
    const { trial } = request;
    const isRed = results.some(({ status, flaky }) => status !== 'pass' && !flaky);
    if (trial !== undefined && at >= trial.always && isRed) break;
    const result = known[at] ?? (await runGateOnce(request, gate, log));
    results.push(result);
    request.onGate?.(result);
  }
  return results;
}

/** What is known of all gates without running one; null unless that is everything. */
export async function recallGates(
  gates: readonly Gate[],
  memory: GateMemory,
): Promise<GateResult[] | null> {
  const known = await Promise.all(gates.map((gate) => recall(gate, memory)));
  return known.every((result) => result !== null) ? known : null;
}

async function recall(gate: Gate, memory: GateMemory): Promise<GateResult | null> {
  const known = await memory.read(gate);
  const { name, kind, command } = gate;
  return known && { name, kind, command, ...known, cached: true, flaky: false, ...UNJUDGED };
}

async function runGateOnce(request: RunGatesRequest, gate: Gate, log: string): Promise<GateResult> {
  const { memory = null, slots, signal, trial } = request;
  const { name, kind, command } = gate;
  const result = await inSlot(slots, kind, signal, async () => {
    const first = await runGate(request, gate, log);
    if (trial !== undefined && first.status !== 'pass') return { ...first, flaky: false };
    const flaky = first.status === 'fail' && (await changesItsMind(request, gate, log));
    const lasting = isLasting(first) && !flaky ? first : null;
    if (memory !== null && lasting !== null) await memory.write(gate, lasting);
    return { ...first, flaky };
  });
  return { name, kind, command, ...result, cached: false, ...UNJUDGED };
}

function inSlot<Result>(
  slots: Slots | undefined,
  kind: GateKind,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  return slots === undefined ? work() : slots.use(gateKinds.indexOf(kind), work, signal);
}

/** Whether a red gate is green when it is run once more. */
async function changesItsMind(request: RunGatesRequest, gate: Gate, log: string): Promise<boolean> {
  request.signal?.throwIfAborted();
  const again = await runGate(request, gate, log.replace(/\.log$/, '.again.log'));
  return again.status === 'pass';
}

type Outcome = Pick<
  GateResult,
  'status' | 'exit_code' | 'duration_ms' | 'log' | 'tail' | 'tests' | 'outcomes' | 'changed_files'
>;

async function runGate(request: RunGatesRequest, gate: Gate, log: string): Promise<Outcome> {
  const cwd = join(request.directory, gate.cwd);
  if (!(await isDirectory(cwd))) return notStarted(log, `The directory ${cwd} is not there.`);

  // Some disks keep times by the second.
  const sinceMs = Math.floor(Date.now() / 1000) * 1000;
  const end = await superviseCommand({
    file: 'sh',
    args: ['-c', gate.command],
    cwd,
    env: gateEnvironment(
      environmentIn(
        request.directory,
        request.mainTree ?? request.directory,
        request.env ?? process.env,
      ),
      request.mark,
      request.apart,
    ),
    stdoutFile: log,
    stderrFile: log,
    timeoutMs: gate.timeout_s === undefined ? request.timeoutMs : gate.timeout_s * 1000,
    // A mark of its own: gates of other targets may run beside it, under the same mark of the caller's.
    mark: `${request.mark}-${randomUUID()}`,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  await maskFile(log, request.secrets ?? []);
  const changed_files = (await request.putBack?.()) ?? [];
  if (end.endedBy === 'interruption') throw request.signal?.reason;

  const output = await readEnd(log);
  const { tests, outcomes } =
    gate.kind === 'test'
      ? await readTests(output, { directory: cwd, root: request.directory, sinceMs })
      : { tests: null, outcomes: null };
  const status = statusOf(end, gate.kind, tests);
  return {
    status,
    exit_code: end.endedBy === 'itself' ? exitCodeOf(end) : null,
    duration_ms: end.durationMs,
    log,
    tail: status === 'pass' ? '' : tailOf(output),
    tests,
    outcomes,
    changed_files,
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
  const nothing = { exit_code: null, duration_ms: 0, tests: null, outcomes: null };
  return { status: 'error', ...nothing, log, tail: message, changed_files: [] };
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
