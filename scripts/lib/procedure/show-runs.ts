/** What people see while models run: a line a model, with its time, its last sign of life and what it has changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Repository } from '../git/repository.ts';
import { lastWritten } from '../process/silence.ts';
import type { Reporter } from '../script.ts';
import { workplaceOf } from '../session/capture.ts';
import type { Session } from '../session/session.ts';
import { readActivity } from '../session/worktree-activity.ts';
import { howItEnded, type RunState, readRunState, runFiles } from './run-state.ts';

const SHOW_EVERY_MS = 1_000;
/** How often changed files are counted; in a large repository less often, that it never costs more than a tenth. */
const COUNT_EVERY_MS = 5_000;
const COUNT_SHARE = 10;

/** Shows the runs of a pass until the returned function is called. */
export function showRuns(
  repository: Repository,
  session: Session,
  models: readonly string[],
  pass: number,
  reporter: Reporter,
): () => void {
  const over = new AbortController();
  void keepShowing(repository, session, models, pass, reporter, over.signal);
  return () => {
    over.abort();
    reporter.board([]);
  };
}

async function keepShowing(
  repository: Repository,
  session: Session,
  models: readonly string[],
  pass: number,
  reporter: Reporter,
  over: AbortSignal,
): Promise<void> {
  const counts = new Map(
    models.map((model) => [model, changeCounter(repository, session, model, pass)]),
  );
  const width = Math.max(...models.map(({ length }) => length));
  while (!over.aborted) {
    const lines: string[] = [];
    for (const model of models) {
      // A board is no reason to fail: what cannot be read is not shown.
      const state = await readRunState(session, model, pass).catch(() => null);
      if (state === null) continue;
      const isRunning = state.status === 'running';
      const changed = isRunning ? ((await counts.get(model)?.()) ?? null) : null;
      lines.push(
        lineOf(
          { ...state, model: model.padEnd(width) },
          changed,
          isRunning ? lastOutputAt(session, state, pass) : null,
          Date.now(),
        ),
      );
    }
    if (over.aborted) return;
    if (lines.length > 0) reporter.board(lines);
    await sleep(SHOW_EVERY_MS, undefined, { signal: over }).catch(() => {});
  }
}

/** The line of one model. `lastOutput` in milliseconds since 1970; null: none yet. */
export function lineOf(
  run: RunState,
  changedFiles: number | null,
  lastOutput: number | null,
  now: number,
): string {
  const { model, status, started_at, duration_ms } = run;
  if (status !== 'running') {
    return `${model}  ${clock(duration_ms ?? 0)}  ${howItEnded(run)}`;
  }
  const quiet =
    lastOutput === null ? 'no output yet' : `last output ${clock(now - lastOutput)} ago`;
  const files =
    changedFiles === null
      ? ''
      : `, ${changedFiles} ${changedFiles === 1 ? 'file' : 'files'} changed`;
  return `${model}  ${clock(now - Date.parse(started_at))}  ${quiet}${files}`;
}

/** 65 000 -> `1:05` */
function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

function lastOutputAt(session: Session, state: RunState, pass: number): number | null {
  const { stdout, stderr } = runFiles(session, state.model, pass);
  const at = lastWritten([stdout, stderr]);
  // What an earlier run of the same model left is not this one's.
  return at < Date.parse(state.started_at) ? null : at;
}

/** Counts now and then, and in between gives the last number; null: not known. */
function changeCounter(repository: Repository, session: Session, model: string, pass: number) {
  let [count, next]: [number | null, number] = [null, 0];
  return async (): Promise<number | null> => {
    const started = Date.now();
    if (started < next) return count;
    const place = workplaceOf(repository, session, model, pass);
    count =
      place === null
        ? null
        : await readActivity(place).then(
            ({ changedFiles }) => changedFiles,
            () => null,
          );
    const cost = Date.now() - started;
    next = Date.now() + Math.max(COUNT_EVERY_MS, cost * COUNT_SHARE);
    return count;
  };
}
