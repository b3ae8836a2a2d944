/** Phase 3: a worktree for each model, with what the project's gates need to run in it. */
import { join } from 'node:path';
import { filesAt } from '../git/files-at.ts';
import { scrubbedEnvironment } from '../git/git.ts';
import type { Repository } from '../git/repository.ts';
import { readConfiguration } from '../configuration.ts';
import { type Provided, planProvision, provide } from '../gates/provide.ts';
import { superviseCommand } from '../process/supervise.ts';
import type { Reporter } from '../script.ts';
import { runMark } from '../session/marks.ts';
import { fileName, passFolder, type Session, type WorktreeRecord } from '../session/session.ts';
import { makeWorktrees } from '../session/worktrees.ts';

export interface Setup {
  command: string;
  exit_code: number | null;
  log: string;
}

export interface MadeWorktree extends WorktreeRecord {
  created: boolean;
  provided: Provided[];
  setup: Setup | null;
}

/** Limit of the user's setup command; an install from a cold cache takes minutes. */
const SETUP_LIMIT_MS = 15 * 60_000;

/** The models that need a worktree: all external ones, and the host when it does not work in the main tree. */
export function modelsWithWorktree({ data }: Session): string[] {
  return data.models
    .filter(
      ({ available, role }) => available && (role === 'external' || data.host_tree === 'worktree'),
    )
    .map(({ model }) => model);
}

/** Makes them all, then provides each in parallel. */
export async function makeModelWorktrees(
  repository: Repository,
  session: Session,
  {
    models,
    start,
    setup,
    signal,
  }: { models: string[]; start: string; setup: string | undefined; signal: AbortSignal },
  reporter: Reporter,
): Promise<MadeWorktree[]> {
  const made = await makeWorktrees(repository, session, {
    models,
    start,
    onProgress: reporter.progress,
  });
  const configuration = await readConfiguration(filesAt(repository.topLevel, session.data.base));
  const plan = made.some(({ created }) => created)
    ? await planProvision(repository.topLevel, configuration)
    : [];
  const command = setup ?? configuration.setup;
  return Promise.all(
    made.map(async (worktree) => {
      if (!worktree.created) return { ...worktree, provided: [], setup: null };
      const provided = await provide(repository.topLevel, worktree.path, plan, {
        onProgress: (message) => reporter.progress(`${worktree.model}: ${message}`),
      });
      for (const { path, how, reason } of provided) {
        if (how === 'skipped')
          reporter.warn(`${worktree.model}: ${path} was not provided: ${reason}`);
      }
      const ran = command === undefined ? null : await runSetup(session, worktree, command, signal);
      if (ran !== null && ran.exit_code !== 0) {
        reporter.warn(
          `${worktree.model}: the setup command failed (exit ${ran.exit_code}); see ${ran.log}.`,
        );
      }
      return { ...worktree, provided, setup: ran };
    }),
  );
}

async function runSetup(
  session: Session,
  worktree: WorktreeRecord,
  command: string,
  signal: AbortSignal,
): Promise<Setup> {
  const log = join(
    passFolder(session, worktree.pass),
    'logs',
    `${fileName(worktree.model)}-setup.log`,
  );
  const { exitCode } = await superviseCommand({
    file: 'sh',
    args: ['-c', command],
    cwd: worktree.path,
    env: scrubbedEnvironment(),
    stdoutFile: log,
    stderrFile: log,
    timeoutMs: SETUP_LIMIT_MS,
    mark: runMark(session, `${worktree.model}-setup`),
    signal,
  });
  signal.throwIfAborted();
  return { command, exit_code: exitCode, log };
}
