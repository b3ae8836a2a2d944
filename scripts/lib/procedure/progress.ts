/** Where a session stands, and what follows from it. */
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  captureOf,
  participants,
  passFolder,
  readSession,
  type Session,
  worktreeOf,
} from '../session/session.ts';
import { standingApplication } from './apply.ts';
import { readGateRecord } from './gate.ts';
import { modelsWithWorktree } from './make-worktrees.ts';
import { printRun, readRunState } from './run-state.ts';

const POLL_MS = 500;
const REPORT_EVERY_MS = 30_000;

export type Progress = Awaited<ReturnType<typeof readProgress>>;

export async function readProgress(session: Session, pass: number) {
  const { data } = session;
  const gates = await readGateRecord(session, pass);
  const models = await Promise.all(
    data.models.map(async ({ model, role, available, reason }) => {
      const worktree = worktreeOf(session, model, pass);
      const run = await readRunState(session, model, pass);
      const gated = gates?.results.find(({ target }) => target === model);
      return {
        model,
        role,
        available,
        reason,
        worktree: worktree === null || worktree.removed ? null : worktree.path,
        branch: worktree === null || worktree.removed ? null : worktree.branch,
        run: run === null ? null : printRun(run),
        capture: captureOf(session, model, pass)?.state ?? null,
        gates:
          gated === undefined ? null : gated.passed ? ('passed' as const) : ('failed' as const),
      };
    }),
  );
  return {
    session_id: data.session_id,
    session_dir: session.directory,
    status: data.status,
    task: data.prompt_summary,
    base: data.base,
    pass,
    pass_count: data.pass_count,
    completed_passes: data.completed_passes,
    models: models.map(({ run, ...model }) => ({
      ...model,
      run: run && {
        status: run.status,
        cause: run.cause,
        duration_ms: run.duration_ms,
        changed: run.changed,
      },
    })),
    running: models.filter(({ run }) => run?.status === 'running').length,
    files: (await readdir(passFolder(session, pass))).sort(),
    user_changes: data.user_changes && {
      mode: data.user_changes.mode,
      state: data.user_changes.state,
    },
    applied: standingApplication(session)?.tree ?? null,
  };
}

/** Returns when no run of the pass is running any more, or when the time is up. */
export async function waitForRuns(
  session: Session,
  pass: number,
  limitMs: number,
  signal: AbortSignal,
  progress: (message: string) => void,
): Promise<void> {
  const started = Date.now();
  let reported = started;
  for (;;) {
    const states = await Promise.all(
      participants(session).map(({ model }) => readRunState(session, model, pass)),
    );
    const running = states.filter((state) => state?.status === 'running');
    if (running.length === 0 || Date.now() - started >= limitMs) break;
    if (Date.now() - reported >= REPORT_EVERY_MS) {
      reported = Date.now();
      progress(
        `waiting for ${running.map((state) => state?.model).join(', ')} (${Math.round((reported - started) / 1000)} s)`,
      );
    }
    await sleep(Math.min(POLL_MS, Math.max(1, limitMs - (Date.now() - started))), undefined, {
      signal,
    });
  }
  session.data = (await readSession(session.directory))?.data ?? session.data;
}

/** The command that usually follows, from what exists already. */
export function nextStep(session: Session, state: Progress): string {
  const named = `--session ${session.data.session_id}`;
  if (state.status !== 'in_progress')
    return `The session is ${state.status}; mm.mjs report ${named} shows it.`;
  if (state.applied !== null) return `mm.mjs cleanup --restore ${named}`;
  const taking = state.models.filter(({ available }) => available);
  const needWorktree = modelsWithWorktree(session);
  if (
    taking.some(
      ({ model, worktree, capture }) => needWorktree.includes(model) && !worktree && !capture,
    )
  ) {
    return `mm.mjs make-worktrees ${named}`;
  }
  if (state.running > 0) return `mm.mjs status --wait 540 ${named}`;
  if (taking.some(({ role, run, capture }) => role === 'external' && !run && !capture)) {
    return `mm.mjs run-model --all ${named}`;
  }
  if (taking.some(({ role, run, capture }) => role === 'host' && !run && !capture)) {
    const host = taking.find(({ role }) => role === 'host')?.model;
    return `The host implements the task, then: mm.mjs run-model --model ${host} --record FILE ${named}`;
  }
  if (taking.some(({ capture }) => !capture)) return `mm.mjs capture-diff --all ${named}`;
  if (taking.some(({ gates }) => !gates)) return `mm.mjs gates --all --base ${named}`;
  if (!state.files.includes('comparison.json')) return `mm.mjs compare ${named}`;
  if (!state.files.includes('synthesis.md')) {
    return `Show the user the analysis, then: mm.mjs complete-pass --analysis FILE ${named}`;
  }
  return `Ask the user, then: mm.mjs apply-picks --picks FILE --verify ${named}`;
}
