import { access, constants, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFile } from '../disk.ts';
import { Failure, messageOf } from '../errors.ts';
import { type Attempt, keepAttemptFiles, type Limits, removeOldFiles, runOnce } from './attempt.ts';
import type { Backend } from './backend.ts';
import { describeOutcome } from './describe-outcome.ts';
import { findProgram } from './find-program.ts';
import { type Cause, type Retry, type RunStatus, retryAfter } from './outcome.ts';
import type { Usage } from './readers/reading.ts';
import type { Sandbox, SandboxPlaces } from './sandbox.ts';

export interface RunRequest {
  model: string;
  backend: Backend;
  agentModel: string | null;
  worktree: string;
  /** The user's own tree, where that is another one. */
  mainTree?: string;
  promptFile: string;
  /** The final text goes here. */
  outputFile: string;
  /** Raw output of the last attempt; an earlier one's is kept beside it as `NAME.attempt-1.EXT`. */
  stdoutFile: string;
  stderrFile: string;
  /** Null: no limit. */
  timeoutMs: number | null;
  /** How long it may neither print nor change anything. */
  idleTimeoutMs?: number | null;
  /** Null: it runs in the open. */
  sandbox?: RunSandbox | null;
  /** Names this run among all others on the machine. */
  mark: string;
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
  /** Whether the worktree differs from what it was before the run; null: unknown. */
  hasChanged: () => Promise<boolean | null>;
  /** Whether anything in the worktree has become different since this was asked last. */
  hasActed?: () => Promise<boolean>;
  /** Asked before a second attempt: false once another run has found the quota of the same account used up. */
  canPay?: () => boolean;
  onAttempt?: (attempt: number, pid: number) => void | Promise<void>;
  /** In place of the delay that the rules say. */
  retryDelayMs?: number;
  onProgress?: (message: string) => void;
}

/** The sandbox that a run is held in, and what it may write there beside its own home. */
export interface RunSandbox extends SandboxPlaces {
  sandbox: Sandbox;
}

export interface RunResult {
  status: RunStatus;
  cause: Cause | null;
  attempts: {
    cause: Cause | null;
    exit_code: number | null;
    signal: string | null;
    duration_ms: number;
    timeout_ms: number | null;
  }[];
  exit_code: number | null;
  signal: string | null;
  /** Of all attempts and the wait between them. */
  duration_ms: number;
  /** Of all attempts together: a failed one was paid for too. */
  usage: Usage | null;
  changed: boolean | null;
  /** When a quota that is used up is filled again, where that was said. */
  resets_at: string | null;
  /** One readable line why it did not succeed. */
  message: string | null;
}

/**
 * Runs a backend in its worktree, a second time where that can help. A model that fails is a result, not an error.
 * When this returns, nothing that the run started is left.
 * @throws Failure `missing-directory` or `missing-file` when the worktree or the prompt is not there
 */
export async function runModel(request: RunRequest): Promise<RunResult> {
  await assertReady(request);
  await removeOldFiles(request);
  const started = performance.now();
  const attempts = await attemptAll(request);
  const last = attempts.at(-1) as Attempt;
  // Told to stop while a second attempt was still to come: the list keeps why the first one failed.
  const isCutShort = request.signal?.aborted === true && retryOf(last, attempts.length) !== null;
  const final = isCutShort ? interrupted(last) : last;

  const { text } = final.reading;
  if (text !== '' || final.outcome.status !== 'failed') {
    await writeFile(request.outputFile, text === '' ? '' : `${text}\n`, { mode: 0o600 });
  }
  return {
    status: final.outcome.status,
    cause: final.outcome.cause,
    resets_at: final.outcome.resetsAt?.toISOString() ?? null,
    attempts: attempts.map(({ outcome, end, limits }) => ({
      cause: outcome.cause,
      exit_code: end.exitCode,
      signal: end.signal,
      duration_ms: end.durationMs,
      timeout_ms: limits.timeoutMs,
    })),
    exit_code: final.end.exitCode,
    signal: final.end.signal,
    duration_ms: Math.round(performance.now() - started),
    usage: addUsage(attempts.flatMap(({ reading }) => reading.usage ?? [])),
    changed: final.changed,
    message: describeOutcome(request.backend.name, final),
  };
}

/** The attempts in their order: one, or two. */
async function attemptAll(request: RunRequest): Promise<Attempt[]> {
  const { backend, signal } = request;
  const program = await findProgram(backend.program, request.env ?? process.env);
  const attempts: Attempt[] = [];
  let limits: Limits = { timeoutMs: request.timeoutMs, idleMs: request.idleTimeoutMs ?? null };
  for (let number = 1; ; number++) {
    const most = limits.timeoutMs === null ? '' : `, at most ${limits.timeoutMs / 1000} s`;
    report(request, `${backend.name} started${most}`);
    const attempt = await runOnce(request, { program, number, limits });
    attempts.push(attempt);
    report(request, describeOutcome(backend.name, attempt) ?? `${backend.name} succeeded`);

    const retry = retryOf(attempt, number);
    if (retry === null) return attempts;
    if (request.canPay?.() === false) {
      report(request, 'not tried again: the quota of its account is used up');
      return attempts;
    }
    const delayMs = request.retryDelayMs ?? retry.delayMs;
    report(request, `trying once more${delayMs > 0 ? ` in ${delayMs / 1000} s` : ''}`);
    await wait(delayMs, signal);
    if (signal?.aborted) return attempts;
    await keepAttemptFiles(request, number);
    limits = { timeoutMs: longer(limits.timeoutMs, retry), idleMs: longer(limits.idleMs, retry) };
  }
}

function longer(limitMs: number | null, { timeoutFactor }: Retry): number | null {
  return limitMs === null ? null : Math.round(limitMs * timeoutFactor);
}

/** Work that is done is not done twice for the sake of its missing summary. */
function retryOf({ outcome, changed, end }: Attempt, number: number): Retry | null {
  if (outcome.cause === null || (outcome.cause === 'empty-output' && changed === true)) return null;
  return retryAfter(outcome.cause, number, end.quietMs);
}

function interrupted(attempt: Attempt): Attempt {
  return { ...attempt, outcome: { ...attempt.outcome, cause: 'interrupted' } };
}

/** Ends early, without an error, when `signal` aborts. */
async function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(delayMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

function addUsage(usages: readonly Usage[]): Usage | null {
  if (usages.length === 0) return null;
  const costs = usages.flatMap(({ cost_usd }) => cost_usd ?? []);
  return {
    input_tokens: usages.reduce((sum, { input_tokens }) => sum + input_tokens, 0),
    output_tokens: usages.reduce((sum, { output_tokens }) => sum + output_tokens, 0),
    cost_usd: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
  };
}

function report({ model, onProgress }: RunRequest, message: string): void {
  onProgress?.(`${model}: ${message}`);
}

async function assertReady({ worktree, promptFile }: RunRequest): Promise<void> {
  const isDirectory = await stat(worktree).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isDirectory) {
    throw new Failure({
      code: 'missing-directory',
      message: `The worktree ${worktree} is not there.`,
      hint: 'make-worktrees makes it again.',
      details: { directory: worktree },
    });
  }
  await access(promptFile, constants.R_OK).catch((error) => {
    throw new Failure({
      code: 'missing-file',
      message: `The prompt ${promptFile} cannot be read: ${messageOf(error)}`,
      hint: 'Name a readable file with --prompt-file.',
      details: { file: promptFile },
    });
  });
}
