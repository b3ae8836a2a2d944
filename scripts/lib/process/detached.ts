import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { openSync } from '../disk.ts';
import { faultPoint, programLabel } from '../fault-points.ts';
import { traceCommand } from './trace.ts';

/** A program that is to outlive this one. */
export interface DetachedCommand {
  file: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Where its output is appended; null: nowhere. */
  logFile: string | null;
}

export interface DetachedProcess {
  pid: number;
  /** Its exit status, should it end while this program still runs; null when a signal ended it. */
  ended: Promise<number | null>;
}

/**
 * Starts a program in a session of its own, and does not wait for it.
 * @throws the system's error when it cannot be started
 */
export async function startDetached(command: DetachedCommand): Promise<DetachedProcess> {
  const { file, args, cwd, env, logFile } = command;
  const log = logFile === null ? null : openSync(logFile, 'a', 0o600);
  try {
    const output = log ?? 'ignore';
    faultPoint(`start ${programLabel(file, args)}`);
    const child = spawn(file, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    faultPoint(`started ${programLabel(file, args)}`);
    traceCommand([file, ...args], cwd, 'detached', 0);
    return { pid: child.pid as number, ended };
  } finally {
    if (log !== null) closeSync(log);
  }
}
