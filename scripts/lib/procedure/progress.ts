/** Where a session stands, and what follows from it. */
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJsonOrNull } from '../session/files.ts';
import { isBeingWatched } from '../session/guard-record.ts';
import {
  captureOf,
  hasChangesSetAside,
  modelsWithWorktree,
  participants,
  passFolder,
  readSession,
  type Session,
  standingApplication,
  worktreeOf,
} from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { type GateRecord, readGateRecord, targetResultSchema } from './gate-record.ts';
import {
  afterAnalysis,
  afterComparison,
  anotherPass,
  runModelsCommand,
  waitCommand,
} from './next-command.ts';
import { proofFile } from './prove.ts';
import { printRun, readRunState } from './run-state.ts';

const POLL_MS = 500;

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
        gates: gates?.gates.length === 0 ? ('none' as const) : wordOf(gated?.passed),
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
    applied: appliedIn(session, pass),
    left_red: await leftRedIn(session, pass, gates),
    worktrees_left: data.worktrees.filter(({ removed }) => !removed).length,
  };
}

/** Of the main tree, where its gates ran, else of the last mix that was proved. */
async function leftRedIn(
  session: Session,
  pass: number,
  gates: GateRecord | null,
): Promise<string[]> {
  const main = gates?.results.find(({ target }) => target === 'main');
  const proof = main ?? (await readJsonOrNull(proofFile(session, pass), targetResultSchema));
  return proof?.left_red ?? [];
}

function wordOf(passed: boolean | undefined): 'passed' | 'failed' | null {
  if (passed === undefined) return null;
  return passed ? 'passed' : 'failed';
}

/** Returns when no run of the pass is running any more and it is known what they did, or when the time is up. */
export async function waitForRuns(
  session: Session,
  pass: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const started = Date.now();
  for (;;) {
    const states = await Promise.all(
      participants(session).map(({ model }) => readRunState(session, model, pass)),
    );
    const running = states.filter((state) => state?.status === 'running');
    if (Date.now() - started >= limitMs) break;
    if (running.length === 0 && !(await isBeingWatched(session))) break;
    await sleep(Math.min(POLL_MS, Math.max(1, limitMs - (Date.now() - started))), undefined, {
      signal,
    });
  }
  session.data = (await readSession(session.directory))?.data ?? session.data;
}

/** The synthesis of this pass that stands in the main tree; a fresh start before the pass is none. */
function appliedIn(session: Session, pass: number): string | null {
  const standing = standingApplication(session);
  return standing?.pass === pass && pass === session.data.current_pass ? standing.tree : null;
}

/** The command that usually follows, from what exists already: the first step of the procedure that is not done. */
export function nextStep(session: Session, state: Progress): string | Promise<string> {
  if (state.status !== 'in_progress') return sessionCommand(session, 'report');
  const step = STEPS.find(({ isDue }) => isDue(session, state));
  const next = step?.next ?? afterAnalysis;
  return Array.isArray(next) ? sessionCommand(session, ...next) : next(session, state.pass);
}

interface Step {
  isDue: (session: Session, state: Progress) => boolean;
  /** The words of a script's command, or what says the step. */
  next: string[] | ((session: Session, pass: number) => string | Promise<string>);
}

type ModelState = Progress['models'][number];

const some = (state: Progress, test: (model: ModelState) => boolean) =>
  state.models.some((model) => model.available && test(model));

/** A model has something to show, or is on its way to it. */
const hasRun = ({ run, capture }: ModelState) =>
  capture !== null || (run !== null && run.cause !== 'interrupted');

const STEPS: readonly Step[] = [
  {
    isDue: (session, { applied, worktrees_left }) =>
      applied !== null && (worktrees_left > 0 || hasChangesSetAside(session)),
    next: ['cleanup', '--restore'],
  },
  { isDue: (_, { applied }) => applied !== null, next: ['finish-session'] },
  { isDue: (_, { running }) => running > 0, next: waitCommand },
  {
    isDue: (session, state) =>
      some(
        state,
        (it) => modelsWithWorktree(session).includes(it.model) && !it.worktree && !it.capture,
      ),
    next: ['make-worktrees'],
  },
  {
    isDue: (_, state) => some(state, (it) => it.role === 'external' && !hasRun(it)),
    next: runModelsCommand,
  },
  {
    isDue: (_, state) => some(state, (it) => it.role === 'host' && !hasRun(it)),
    next: ({ data: { host } }) =>
      `${host}, the host, implements the task itself; then run-model --record-text records its final text.`,
  },
  { isDue: (_, state) => some(state, ({ capture }) => !capture), next: ['capture-diff', '--all'] },
  {
    isDue: (_, state) => some(state, ({ gates }) => !gates),
    next: ['gates', '--all', '--base'],
  },
  // The host's work stands in the main tree.
  {
    isDue: (_, state) => !some(state, ({ role }) => role === 'external'),
    next: ['finish-session'],
  },
  {
    isDue: (_, { files }) => !files.includes('comparison.json'),
    next: ['compare', '--suggest'],
  },
  { isDue: (_, { files }) => !files.includes('synthesis.md'), next: afterComparison },
  {
    isDue: (_, { completed_passes, pass_count }) => completed_passes < pass_count,
    next: anotherPass,
  },
];
