/** One run of a real agent CLI against a scripted model, found and resolved as the scripts do it. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gitLine } from '../../scripts/lib/git/git.ts';
import {
  type ConfiguredBackend,
  type ConfiguredBackendInput,
  configuredBackendSchema,
} from '../../scripts/lib/models/backend.ts';
import { resolveBackend } from '../../scripts/lib/models/backends.ts';
import { detectModels } from '../../scripts/lib/models/detect.ts';
import { type RunRequest, type RunResult, runModel } from '../../scripts/lib/models/run.ts';
import { findSandbox, ownPlaces, temporaryPlaces } from '../../scripts/lib/models/sandbox.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { MARK_VARIABLE } from '../../scripts/lib/process/supervise.ts';
import { type AgentCli, cliEnvironment } from './agent-clis.ts';
import { type ModelApi, startModelApi } from './model-api/server.ts';
import type { TurnScript } from './model-api/turn.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface CliRun {
  result: RunResult;
  /** The final text; null when none was written. */
  text: string | null;
  requests: ModelApi['requests'];
  /** Processes that carry the run's mark after it has ended. */
  left: number[];
  /** The content of a file in the worktree; null when there is none. */
  file(path: string): Promise<string | null>;
  env: NodeJS.ProcessEnv;
}

export interface CliRunOptions extends Partial<RunRequest> {
  turns: TurnScript;
  prompt?: string;
  /** Changes the settings after they were written. */
  prepare?: (home: string, apiUrl: string) => Promise<void>;
  environment?: NodeJS.ProcessEnv;
  /** The program is run by this record of a configuration, not by the built-in one. */
  record?: ConfiguredBackendInput;
  /** It is held in a sandbox, its home closed but for what is its own. */
  isSandboxed?: boolean;
  /** The run is told to stop once there is this file in the worktree. */
  stopWhen?: string;
}

/** Runs it in a fresh repository with a throwaway home, and gives what became of it to `look`. */
export async function withCliRun(
  cli: AgentCli,
  {
    turns,
    prompt = 'Do it.',
    prepare,
    environment,
    isSandboxed,
    record,
    stopWhen,
    ...changes
  }: CliRunOptions,
  look: (run: CliRun) => void | Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  await using api = await startModelApi({ turns });
  const at = (name: string) => join(folder.path, name);
  const home = at('home');
  const env = { ...(await cliEnvironment(cli, { apiUrl: api.url, home })), ...environment };
  await prepare?.(home, api.url);
  await mkdir(at('worktree'));
  await gitLine(at('worktree'), ['init', '--quiet']);
  await writeFile(at('prompt.md'), prompt);

  const configured: Record<string, ConfiguredBackend> =
    record === undefined ? {} : { mine: configuredBackendSchema.parse(record) };
  const backend = record === undefined ? cli.backend : 'mine';
  const { models } = await detectModels({
    models: [{ model: cli.model, backend }],
    host: 'none',
    backends: configured,
    env,
    cwd: folder.path,
    askVersions: false,
  });
  const detected = models[0];
  if (detected?.backend !== backend || !detected.available)
    throw new Error(`${cli.backend} was not found: ${detected?.reason}`);
  const request: RunRequest = {
    model: cli.model,
    backend: resolveBackend(detected, configured),
    agentModel: detected.agent_model,
    worktree: at('worktree'),
    promptFile: at('prompt.md'),
    outputFile: at('output.md'),
    stdoutFile: at('stdout.txt'),
    stderrFile: at('stderr.txt'),
    timeoutMs: 120_000,
    mark: `cli-${process.pid}-${folder.path.slice(-6)}`,
    env,
    hasChanged: async () => (await gitLine(at('worktree'), ['status', '--porcelain'])) !== '',
    retryDelayMs: 0,
    ...changes,
  };
  if (isSandboxed) {
    request.sandbox = {
      sandbox: await findSandbox(env),
      writable: [...(await ownPlaces(request.backend, env)), request.worktree],
      protected: [home],
      temporary: temporaryPlaces(),
    };
  }
  const stop = new AbortController();
  const over = new AbortController();
  if (stopWhen !== undefined) {
    request.signal = stop.signal;
    void untilThere(join(request.worktree, stopWhen), over.signal).then(() => stop.abort());
  }
  const result = await runModel(request).finally(() => over.abort());
  const left = await findByEnvironment(MARK_VARIABLE, `:${request.mark}:`);
  await look({
    result,
    text: await readOrNull(request.outputFile),
    requests: api.requests,
    left,
    file: (path) => readOrNull(join(request.worktree, path)),
    env,
  });
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}

async function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

async function untilThere(path: string, over: AbortSignal): Promise<void> {
  while (!existsSync(path) && !over.aborted) await sleep(100);
}
