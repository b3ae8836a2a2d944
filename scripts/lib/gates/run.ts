import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { mkdir, writeFile } from '../disk.ts';
import { environmentIn } from '../process/led-environment.ts';
import { Slots } from '../process/slots.ts';
import { type LongCommandEnd, superviseCommand } from '../process/supervise.ts';
import { maskFile, maskTexts, type Secret } from '../secrets.ts';
import type { CachedResult, GateMemory } from './cache.ts';
import { type Gate, type GateKind, gateKinds } from './gate.ts';
import { type Apart, gateEnvironment } from './gate-environment.ts';
import { isInterfered, speaksOfInterference } from './interference.ts';
import { readEnd, tailOf, withLogs } from './log.ts';
import { excerptOf, tellingLines } from './runners/excerpt.ts';
import type { TestOutcomes } from './runners/outcomes.ts';
import type { TestCount } from './runners/runner.ts';
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
  /** Why its tests failed, else the end of the log, for people; empty for a gate that passed. */
  tail: string;
  cached: boolean;
  /** It was red, and green when it was run once more: `status`, log and tail are those of the red run. */
  flaky: boolean;
  /** Another program had what it needed, a port or a lock; or it was red beside other gates, and is green alone. */
  interference: boolean;
  /** Packages that its tree asks for and that could not be had where it was red. */
  missing_dependencies: string[];
  /** Of base: ignored files of the main tree that it asked for in a worktree, where they are not. */
  lacks?: string[] | undefined;
  tests: TestCount | null;
  /** The tests by their names, where the runner gives them. */
  outcomes: TestOutcomes | null;
  /** Nothing of its tests could be loaded, by what the runner says. */
  cannot_load: boolean;
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

const UNHINDERED = { flaky: false, interference: false, missing_dependencies: [] };

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
  /** Packages that the tree asks for and that are not there. */
  missing?: string[];
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
  return known && { name, kind, command, ...known, cached: true, ...UNHINDERED, ...UNJUDGED };
}

async function runGateOnce(request: RunGatesRequest, gate: Gate, log: string): Promise<GateResult> {
  const { memory = null, missing = [] } = request;
  const { name, kind, command } = gate;
  const result = await runUntilSure(request, gate, log);
  const isSure = !result.flaky && !result.interference && isLasting(result);
  const missing_dependencies = result.status === 'pass' ? [] : missing;
  const isKept = isSure && missing_dependencies.length === 0;
  if (memory !== null && isKept && (request.trial === undefined || result.status === 'pass'))
    await memory.write(gate, result as Outcome & CachedResult);
  return { name, kind, command, ...result, missing_dependencies, cached: false, ...UNJUDGED };
}

type Sure = Outcome & Pick<GateResult, 'flaky' | 'interference'>;

/**
 * What is red runs once more while nothing else does, before anybody is blamed. Red beside others and green alone, it is
 * green; red and then green in the same place, it changes its mind.
 */
async function runUntilSure(request: RunGatesRequest, gate: Gate, log: string): Promise<Sure> {
  const { slots = new Slots(1), signal, trial } = request;
  const rank = gateKinds.indexOf(gate.kind);
  const { wasBeside, ...first } = await slots.use(
    rank,
    async (isBeside) => ({ ...(await runGate(request, gate, log)), wasBeside: isBeside() }),
    signal,
  );
  const sure = { flaky: false, interference: false };
  const isRed = first.status === 'fail' || (first.status === 'timeout' && wasBeside);
  if (trial !== undefined || !isRed) return { ...first, ...sure };
  const againLog = log.replace(/\.log$/, '.again.log');
  return slots.alone(async () => {
    const again = await runGate(request, gate, againLog);
    const isGreen = again.status === 'pass';
    const interference = isGreen
      ? wasBeside || speaksOfInterference(await readEnd(first.log))
      : await isInterfered(await readEnd(again.log));
    if (isGreen && !interference) return { ...first, ...sure, flaky: true };
    return { ...(isGreen || wasBeside ? again : first), ...sure, interference };
  }, signal);
}

type Outcome = Pick<
  GateResult,
  | 'status'
  | 'exit_code'
  | 'duration_ms'
  | 'log'
  | 'tail'
  | 'tests'
  | 'outcomes'
  | 'cannot_load'
  | 'changed_files'
>;

/** @param isAsking for a report, which may be to blame where a red log speaks of it */
async function runGate(
  request: RunGatesRequest,
  gate: Gate,
  log: string,
  isAsking = gate.kind === 'test',
): Promise<Outcome> {
  const cwd = join(request.directory, gate.cwd);
  if (!(await isDirectory(cwd))) return notStarted(log, `The directory ${cwd} is not there.`);

  const env = gateEnvironment(
    environmentIn(
      request.directory,
      request.mainTree ?? request.directory,
      request.env ?? process.env,
    ),
    request.mark,
    request.apart,
  );
  // Loaded late: parsers of reports and of TAP.
  const runners = gate.kind === 'test' ? await import('./runners/read-tests.ts') : null;
  const folder = `${request.apart?.temporary ?? ''}-reports`;
  await using asking =
    isAsking && runners && request.apart
      ? await runners.askForReport(gate, { cwd, folder, env })
      : null;
  // Some disks keep times by the second.
  const sinceMs = Math.floor(Date.now() / 1000) * 1000;
  const end = await superviseCommand({
    file: 'sh',
    args: ['-c', asking?.command ?? gate.command],
    cwd,
    env: asking?.env ?? env,
    stdoutFile: log,
    stderrFile: log,
    timeoutMs: gate.timeout_s === undefined ? request.timeoutMs : gate.timeout_s * 1000,
    // A mark of its own: gates of other targets may run beside it, under the same mark of the caller's.
    mark: `${request.mark}-${randomUUID()}`,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  await asking?.removeTraces(log);
  const secrets = request.secrets ?? [];
  await maskFile(log, secrets);
  const changed_files = (await request.putBack?.()) ?? [];
  if (end.endedBy === 'interruption') throw request.signal?.reason;

  const output = await readEnd(log);
  if (end.exitCode !== 0 && asking?.isNoticed(output)) return runGate(request, gate, log, false);
  const place = { directory: cwd, root: request.directory, sinceMs };
  const facts =
    runners !== null
      ? await runners.readTests(output, place, maskTexts((await asking?.tests()) ?? [], secrets))
      : { tests: null, outcomes: null, cannot_load: false };
  const status = statusOf(end, gate.kind, facts.tests);
  const isRedTest = status === 'fail' && gate.kind === 'test';
  const telling = () => (isRedTest ? tellingLines(output).join('\n') : tailOf(output));
  return {
    status,
    exit_code: end.endedBy === 'itself' ? exitCodeOf(end) : null,
    duration_ms: end.durationMs,
    log,
    tail: status === 'pass' ? '' : excerptOf(facts.outcomes) || telling(),
    ...facts,
    cannot_load: facts.cannot_load && status === 'fail',
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
  const nothing = {
    exit_code: null,
    duration_ms: 0,
    tests: null,
    outcomes: null,
    cannot_load: false,
  };
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
