/** One model in any directory, without a session: for debugging a backend by itself. */

import { join, resolve } from 'node:path';
import { readConfiguration } from '../configuration.ts';
import { mkdir } from '../disk.ts';
import { Refusal, UsageError } from '../errors.ts';
import { filesAt } from '../git/files-at.ts';
import { openRepository, requireRevision } from '../git/repository.ts';
import { resolveBackend } from '../models/backends.ts';
import { detectModels } from '../models/detect.ts';
import { runModel } from '../models/run.ts';
import { findSandbox } from '../models/sandbox.ts';
import { DEFAULT_TIMEOUT_S } from '../models/triggers.ts';
import { ownCommand } from '../own-command.ts';
import type { Reporter } from '../script.ts';
import { captureAlone } from '../session/capture.ts';
import { runMark } from '../session/marks.ts';
import { fileName } from '../session/session.ts';
import type { Run } from './run-state.ts';
import { sandboxAlone } from './sandbox-places.ts';

export interface AloneOptions {
  model: readonly string[];
  worktree: string;
  promptFile?: string | undefined;
  base?: string | undefined;
  out?: string | undefined;
  timeout?: number | 'none' | undefined;
  idleTimeout?: number | undefined;
  sandbox: boolean | null;
  signal: AbortSignal;
}

/** @throws UsageError when an option that stands in for the session is missing */
export async function runAlone(options: AloneOptions, reporter: Reporter): Promise<Run> {
  const {
    model: [model, ...more],
    promptFile,
    out,
  } = options;
  if (model === undefined || more.length > 0 || promptFile === undefined || out === undefined) {
    throw new UsageError({
      code: 'incomplete-options',
      message:
        'Without a session, run-model needs one --model, --worktree, --prompt-file and --out.',
      hint: `For example: ${ownCommand('run-model', '--model', 'gpt', '--worktree', '../w', '--prompt-file', 'p.md', '--out', '/tmp/o')}`,
    });
  }
  const repository = await openRepository(options.worktree);
  const directory = repository.topLevel;
  const base = await requireRevision(directory, options.base ?? 'HEAD', 'commit');
  const configuration = await readConfiguration(filesAt(directory, base));
  const { models } = await detectModels({
    models: [model],
    named: true,
    host: 'none',
    backends: configuration.backends ?? {},
    env: process.env,
    cwd: directory,
  });
  const found = models[0];
  if (found?.backend == null) throw unavailable(model, found?.reason ?? 'it was not found');

  const folder = resolve(out);
  await mkdir(folder, { recursive: true });
  const file = (name: string) => join(folder, `${fileName(model)}${name}`);
  const limit = options.timeout ?? DEFAULT_TIMEOUT_S;
  const { idleTimeout } = options;
  const backend = resolveBackend(found, configuration.backends ?? {});
  const isSandboxed = options.sandbox ?? configuration.sandbox ?? false;
  const result = await runModel({
    model,
    backend,
    sandbox: isSandboxed
      ? await sandboxAlone(await findSandbox(process.env), repository, backend)
      : null,
    agentModel: found.agent_model,
    worktree: directory,
    promptFile: resolve(promptFile),
    outputFile: file('.md'),
    stdoutFile: file('-stdout.txt'),
    stderrFile: file('-stderr.txt'),
    timeoutMs: limit === 'none' ? null : limit * 1000,
    idleTimeoutMs: idleTimeout === undefined ? null : idleTimeout * 1000,
    mark: runMark(null, model),
    signal: options.signal,
    hasChanged: async () =>
      (await captureAlone(directory, base, file('.diff'))).state === 'changed',
    onProgress: reporter.progress,
  });
  return {
    ...result,
    model,
    backend: found.backend,
    output: file('.md'),
    stderr: file('-stderr.txt'),
  };
}

function unavailable(model: string, reason: string): Refusal {
  return new Refusal({
    code: 'model-unavailable',
    message: `${model} cannot be run: ${reason}`,
    hint: 'Install its program, or name one under "backends" in .multi-model.json.',
    details: { model },
  });
}
