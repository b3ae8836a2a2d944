/** Phase 4: all external models at work, each in its own worktree, in parallel. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Configuration, readConfiguration } from '../configuration.ts';
import { Refusal } from '../errors.ts';
import { filesAt } from '../git/files-at.ts';
import type { Repository } from '../git/repository.ts';
import { resolveBackend } from '../models/backends.ts';
import { runModel } from '../models/run.ts';
import { findSandbox, type Sandbox } from '../models/sandbox.ts';
import { startDetached } from '../process/detached.ts';
import { identifyProcess, ownIdentity } from '../process/processes.ts';
import { endMarkedProcesses } from '../process/supervise.ts';
import type { Reporter } from '../script.ts';
import { maskFile, maskText } from '../secrets.ts';
import { hasChanged, type Workplace, workplaceOf } from '../session/capture.ts';
import { replaceFile } from '../session/files.ts';
import type { Guard } from '../session/guard-record.ts';
import { runMark } from '../session/marks.ts';
import { passFolder, recordEvent, type Session, type SessionModel } from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { secretsOf } from '../session/session-secrets.ts';
import { readActivity } from '../session/worktree-activity.ts';
import { launcher } from '../skill-folder.ts';
import { Accounts, type UsedUp } from './accounts.ts';
import { whileWatched } from './guard.ts';
import { waitCommand } from './next-command.ts';
import {
  printRun,
  type Run,
  type RunState,
  readRunState,
  runFiles,
  writeRunState,
} from './run-state.ts';
import { sandboxOfModel } from './sandbox-places.ts';
import { showRuns } from './show-runs.ts';

export interface RunOptions {
  pass: number;
  timeout: number | 'none' | undefined;
  /** Seconds without a sign of life after which a run is ended; undefined: none. */
  idleTimeout: number | undefined;
  /** Null: as the configuration says. */
  sandbox: boolean | null;
  promptFile: string | undefined;
  /** Run again what succeeded already. */
  again: boolean;
  signal: AbortSignal;
}

export interface WatchedRuns {
  runs: Run[];
  /** What was noticed meanwhile; null: no model had to be started, or it could not be found out. */
  guard: Guard | null;
}

/** Runs the models to their ends, all at the same time; one that fails does not stop the others. */
export async function runModels(
  repository: Repository,
  session: Session,
  models: readonly SessionModel[],
  options: RunOptions,
  reporter: Reporter,
): Promise<WatchedRuns> {
  const configuration = await readConfiguration(filesAt(repository.topLevel, session.data.base));
  assertRunnable(repository, session, models, options);
  const isSandboxed = options.sandbox ?? configuration.sandbox ?? false;
  const shared: SharedByRuns = {
    configuration,
    accounts: await Accounts.of(session),
    sandbox: isSandboxed ? await findSandbox(process.env) : null,
  };
  const runAll = async () => {
    const names = models.map(({ model }) => model);
    const stop = showRuns(repository, session, names, options.pass, reporter);
    try {
      return await Promise.all(
        models.map((model) => runOne(repository, session, model, options, shared, reporter)),
      );
    } finally {
      stop();
    }
  };
  const starting = await modelsToStart(session, models, options);
  if (starting.length === 0) return { runs: await runAll(), guard: null };
  const watched = { pass: options.pass, models: starting };
  const { result, guard } = await whileWatched(repository, session, watched, reporter, runAll);
  return { runs: result, guard };
}

/** What all runs that are started together have in common. */
interface SharedByRuns {
  configuration: Configuration;
  accounts: Accounts;
  /** Null: they run in the open. */
  sandbox: Sandbox | null;
}

/** Those that are not running, and have not succeeded already. */
async function modelsToStart(
  session: Session,
  models: readonly SessionModel[],
  { pass, again }: RunOptions,
): Promise<string[]> {
  const names: string[] = [];
  for (const { model } of models) {
    const known = await readRunState(session, model, pass);
    const isRunning = known?.status === 'running' && !isOwnRun(known);
    if (!isRunning && (known?.status !== 'succeeded' || again)) names.push(model);
  }
  return names;
}

function assertRunnable(
  repository: Repository,
  session: Session,
  models: readonly SessionModel[],
  { pass, promptFile }: RunOptions,
): void {
  for (const { model, role } of models) {
    if (role === 'host') throw hostIsNotStarted(model);
    const place = workplaceOf(repository, session, model, pass);
    if (place === null || !existsSync(place.directory)) throw noWorktree(session, model);
  }
  const prompt = promptFile ?? join(passFolder(session, pass), 'prompt.md');
  if (!existsSync(prompt)) throw noPrompt(prompt);
}

async function runOne(
  repository: Repository,
  session: Session,
  { model, backend, agent_model, binary }: SessionModel,
  options: RunOptions,
  { configuration, accounts, sandbox }: SharedByRuns,
  reporter: Reporter,
): Promise<Run> {
  const { pass, timeout, idleTimeout, promptFile, again, signal } = options;
  const known = await readRunState(session, model, pass);
  if (known?.status === 'running' && !isOwnRun(known)) {
    reporter.warn(
      `${model} is already running (pid ${known.supervisor?.pid}). To wait for it: ${waitCommand(session)}`,
    );
    return printRun(known);
  }
  if (known?.status === 'succeeded' && !again) {
    reporter.warn(
      `${model} has succeeded in this pass already; --again runs it once more and costs tokens.`,
    );
    return printRun(known);
  }

  const place = workplaceOf(repository, session, model, pass);
  if (place === null) throw noWorktree(session, model);
  // A run whose supervisor was killed may still be at work in this worktree.
  if (known?.cause === 'interrupted' && known.mark !== null) {
    await endMarkedProcesses(`:${known.mark}:`);
  }
  const resolved = resolveBackend({ backend, binary }, configuration.backends ?? {});
  const files = runFiles(session, model, pass);
  const mark = runMark(session, model);
  const limit = timeout ?? session.data.timeout_s;
  const supervisor = await ownIdentity();
  const state: RunState = {
    ...startedRun(model, backend, files),
    ...{ account: resolved.account, mark, supervisor },
  };
  const usedUp = again ? null : accounts.usedUpBy(resolved.account);
  if (usedUp !== null) return notStarted(session, pass, state, usedUp, reporter);
  await writeRunState(session, pass, state);
  await recordEvent(session, 'run_start', { model, pass, backend });

  const result = await runModel({
    model,
    backend: resolved,
    sandbox: sandbox && (await sandboxOfModel(sandbox, repository, session, place, resolved)),
    agentModel: agent_model,
    worktree: place.directory,
    promptFile: promptFile ?? join(passFolder(session, pass), 'prompt.md'),
    outputFile: files.output,
    stdoutFile: files.stdout,
    stderrFile: files.stderr,
    timeoutMs: limit === 'none' ? null : limit * 1000,
    idleTimeoutMs: idleTimeout === undefined ? null : idleTimeout * 1000,
    mark,
    signal,
    hasChanged: () => hasChanged(repository, session, model, pass),
    mainTree: repository.topLevel,
    hasActed: activityDetector(place),
    canPay: () => accounts.usedUpBy(resolved.account) === null,
    onProgress: reporter.progress,
  });
  const secrets = await secretsOf(session);
  for (const file of Object.values(files)) {
    if (existsSync(file)) await maskFile(file, secrets);
  }
  const message = result.message && maskText(result.message, secrets);
  const ended: RunState = { ...state, ...result, message, supervisor: null };
  accounts.note(ended);
  await writeRunState(session, pass, ended);
  await recordEvent(session, 'run_end', {
    model,
    pass,
    status: result.status,
    cause: result.cause,
  });
  return printRun(ended);
}

/** A detached start has recorded its child already, which is this process. */
function isOwnRun({ supervisor }: RunState): boolean {
  return supervisor?.pid === process.pid;
}

/** A start that would only be refused by the API is not made; the answer says whose word that is. */
async function notStarted(
  session: Session,
  pass: number,
  state: RunState,
  usedUp: UsedUp,
  reporter: Reporter,
): Promise<Run> {
  const until = usedUp.resetsAt === null ? '' : ` until ${usedUp.resetsAt.toISOString()}`;
  const refused: RunState = {
    ...state,
    status: 'failed',
    cause: 'quota',
    message: `Not started: the quota of ${state.account} is used up${until}, as ${usedUp.model} found out. --again tries all the same.`,
    resets_at: usedUp.resetsAt?.toISOString() ?? null,
    supervisor: null,
  };
  await writeRunState(session, pass, refused);
  await recordEvent(session, 'run_end', {
    model: state.model,
    pass,
    status: 'failed',
    cause: 'quota',
  });
  reporter.warn(`${state.model}: ${refused.message}`);
  return printRun(refused);
}

/** Tells whether the files of a worktree are others than when it was asked last. */
function activityDetector(place: Workplace): () => Promise<boolean> {
  let last: string | null = null;
  return async () => {
    // What cannot be looked at is not taken for idleness.
    const fingerprint = await readActivity(place).then(
      (it) => it.fingerprint,
      () => null,
    );
    const hasActed = fingerprint === null || fingerprint !== last;
    last = fingerprint;
    return hasActed;
  };
}

function startedRun(
  model: string,
  backend: string | null,
  files: { output: string; stderr: string },
): Omit<RunState, 'supervisor'> {
  return {
    mark: null,
    model,
    backend,
    status: 'running',
    cause: null,
    message: null,
    attempts: [],
    exit_code: null,
    signal: null,
    duration_ms: null,
    output: files.output,
    stderr: files.stderr,
    usage: null,
    changed: null,
    resets_at: null,
    account: null,
    started_at: new Date().toISOString(),
  };
}

/**
 * Starts another process that runs the models, and returns at once. It is in a session of its own, so it outlives the
 * shell that started it.
 */
export async function runModelsDetached(
  repository: Repository,
  session: Session,
  models: readonly SessionModel[],
  options: RunOptions,
): Promise<Run[]> {
  assertRunnable(repository, session, models, options);
  // Said here, where somebody is listening.
  const configuration = await readConfiguration(filesAt(repository.topLevel, session.data.base));
  if (options.sandbox ?? configuration.sandbox) await findSandbox(process.env);
  const { pass, timeout, idleTimeout, sandbox, promptFile, again } = options;
  const words = [
    ...models.flatMap(({ model }) => ['--model', model]),
    ...['--session', session.directory, '--repo', repository.topLevel, '--pass', String(pass)],
    ...(timeout === undefined ? [] : ['--timeout', String(timeout)]),
    ...(promptFile === undefined ? [] : ['--prompt-file', promptFile]),
    ...(idleTimeout === undefined ? [] : ['--idle-timeout', String(idleTimeout)]),
    ...(sandbox === null ? [] : [sandbox ? '--sandbox' : '--no-sandbox']),
    ...(again ? ['--again'] : []),
  ];
  const { pid } = await startDetached({
    file: process.execPath,
    args: [launcher, 'run-model', ...words],
    cwd: repository.topLevel,
    env: process.env,
    logFile: join(passFolder(session, pass), 'logs', 'run-model.log'),
  });
  const supervisor = await identifyProcess(pid);
  return Promise.all(
    models.map(async ({ model, backend }) => {
      const known = await readRunState(session, model, pass);
      if (known?.status === 'running' || (known?.status === 'succeeded' && !again))
        return printRun(known);
      const state = { ...startedRun(model, backend, runFiles(session, model, pass)), supervisor };
      await writeRunState(session, pass, state);
      return printRun(state);
    }),
  );
}

/** Marks the host's run as ended, with its final text: the host is not started by us. */
export async function recordHostRun(
  repository: Repository,
  session: Session,
  model: string,
  text: string,
  pass: number,
): Promise<Run> {
  const files = runFiles(session, model, pass);
  await replaceFile(files.output, text);
  const state: RunState = {
    ...startedRun(model, null, files),
    status: text.trim() === '' ? 'failed' : 'succeeded',
    cause: text.trim() === '' ? 'empty-output' : null,
    stderr: null,
    changed: await hasChanged(repository, session, model, pass),
    supervisor: null,
  };
  await writeRunState(session, pass, state);
  await recordEvent(session, 'run_end', { model, pass, status: state.status, cause: state.cause });
  return printRun(state);
}

function hostIsNotStarted(model: string): Refusal {
  return new Refusal({
    code: 'host-is-not-started',
    message: `${model} is the host of this session: it does its own editing, no program is started for it.`,
    hint: 'When it is done, record its final text with --record-text.',
    details: { model },
  });
}

function noWorktree(session: Session, model: string): Refusal {
  return new Refusal({
    code: 'no-worktree',
    message: `${model} has no worktree to run in.`,
    hint: sessionCommand(session, 'make-worktrees', '--model', model),
    details: { model },
  });
}

function noPrompt(file: string): Refusal {
  return new Refusal({
    code: 'no-prompt',
    message: `There is no prompt: ${file} does not exist.`,
    hint: 'start-session and next-pass write it; or name one with --prompt-file.',
    details: { file },
  });
}
