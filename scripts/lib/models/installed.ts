import { isAbsolute, resolve } from 'node:path';
import { runCommand } from '../process/command.ts';
import type { Backend } from './backend.ts';
import { runEnvironment } from './environment.ts';
import { findProgram } from './find-program.ts';

export interface DetectedBackend {
  backend: string;
  binary: string | null;
  version: string | null;
  found: boolean;
}

/** With what is odd about it. */
export type Installed = DetectedBackend & { reason: string | null };

export interface LookUp {
  env: NodeJS.ProcessEnv;
  /** What a relative program of the configuration is relative to: the top of the main tree. */
  cwd: string;
  /** False: no program is started at all, and versions are null. */
  askVersions?: boolean;
  versionTimeoutMs?: number;
}

const VERSION_TIMEOUT_MS = 10_000;

/** Looks a backend's program up and, unless told not to, asks it for its version. */
export async function findInstalled(backend: Backend, request: LookUp): Promise<Installed> {
  const { name, program } = backend;
  const path =
    program.includes('/') && !isAbsolute(program) ? resolve(request.cwd, program) : program;
  const binary = await findProgram(path, request.env);
  const { version, reason } =
    binary === null || request.askVersions === false
      ? { version: null, reason: null }
      : await askVersion(backend, binary, request);
  return { backend: name, binary, version, found: binary !== null, reason };
}

async function askVersion(
  backend: Backend,
  binary: string,
  { env, cwd, versionTimeoutMs = VERSION_TIMEOUT_MS }: LookUp,
): Promise<{ version: string | null; reason: string | null }> {
  if (backend.versionArgs === null) return { version: null, reason: null };
  const command = `${backend.name} ${backend.versionArgs.join(' ')}`;
  const answer = await runCommand({
    file: binary,
    args: backend.versionArgs,
    cwd,
    env: runEnvironment(env, backend, binary, cwd),
    timeoutMs: versionTimeoutMs,
  }).catch(() => null);
  if (answer === null)
    return { version: null, reason: `${command}: the program could not be started.` };
  if (answer.timedOut) {
    return {
      version: null,
      reason: `${command} did not answer within ${versionTimeoutMs / 1000} s.`,
    };
  }
  const version = answer.exitCode === 0 ? parseVersion(answer.stdout.toString('utf8')) : null;
  return {
    version,
    reason:
      version === null ? `${command} gave no version (exit status ${answer.exitCode}).` : null,
  };
}

/** `codex-cli 0.169.0` -> `0.169.0`; `2.1.197 (Claude Code)` -> `2.1.197`; `GitHub Copilot CLI 1.0.102.` -> `1.0.102`. */
export function parseVersion(output: string): string | null {
  return /\bv?(\d+\.\d+(?:[\w.+-]*\w)?)/.exec(output)?.[1] ?? null;
}
