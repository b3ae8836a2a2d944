/** What a fresh worktree needs before gates can run in it: ignored files, dependencies, the setup command. */

import { join } from 'node:path';
import { readConfiguration } from '../configuration.ts';
import { mkdir } from '../disk.ts';
import { type Provided, type Provision, planProvision, provide } from '../gates/provide.ts';
import { filesAt } from '../git/files-at.ts';
import { scrubbedEnvironment } from '../git/git.ts';
import type { Repository } from '../git/repository.ts';
import { superviseCommand } from '../process/supervise.ts';
import type { Reporter } from '../script.ts';
import { runMark } from '../session/marks.ts';
import { stateRoot } from '../session/paths.ts';
import { passFolder, type Session } from '../session/session.ts';

/** What is done to a worktree, decided before one is made. */
export interface Preparation {
  provision: Provision[];
  /** The setup command, or null. */
  setup: string | null;
}

export interface Prepared {
  provided: Provided[];
  setup: { command: string; exit_code: number | null; log: string } | null;
}

/** Limit of the user's setup command; an install from a cold cache takes minutes. */
const SETUP_LIMIT_MS = 15 * 60_000;

/** The same for models' worktrees and for scratch ones: otherwise their gates could not be compared. */
export async function planPreparation(
  repository: Repository,
  session: Session | null,
): Promise<Preparation> {
  const base = session?.data.base ?? repository.head;
  const configuration = await readConfiguration(filesAt(repository.topLevel, base));
  return {
    provision: await planProvision(repository.topLevel, configuration),
    setup: session?.data.setup ?? configuration.setup ?? null,
  };
}

/** Carries it out in one worktree; what could not be provided, or a setup that failed, is a warning. */
export async function prepareWorktree(
  repository: Repository,
  session: Session | null,
  { label, path }: { label: string; path: string },
  { provision, setup }: Preparation,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<Prepared> {
  const provided = await provide(repository.topLevel, path, provision, {
    onProgress: (message) => reporter.progress(`${label}: ${message}`),
  });
  for (const { path: missing, how, reason } of provided) {
    if (how === 'skipped') reporter.warn(`${label}: ${missing} was not provided: ${reason}`);
  }
  const ran = setup === null ? null : await runSetup(session, label, path, setup, signal);
  if (ran !== null && ran.exit_code !== 0) {
    reporter.warn(`${label}: the setup command failed (exit ${ran.exit_code}); see ${ran.log}.`);
  }
  return { provided, setup: ran };
}

async function runSetup(
  session: Session | null,
  label: string,
  path: string,
  command: string,
  signal: AbortSignal,
): Promise<NonNullable<Prepared['setup']>> {
  const logs = session === null ? join(stateRoot(), 'gates') : join(passFolder(session), 'logs');
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const log = join(logs, `${label.replaceAll(/[^\w.-]/g, '-')}-setup.log`);
  const { exitCode } = await superviseCommand({
    file: 'sh',
    args: ['-c', command],
    cwd: path,
    env: scrubbedEnvironment(),
    stdoutFile: log,
    stderrFile: log,
    timeoutMs: SETUP_LIMIT_MS,
    mark: runMark(session, `${label}-setup`),
    signal,
  });
  signal.throwIfAborted();
  return { command, exit_code: exitCode, log };
}
