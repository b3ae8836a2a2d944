/** Phase 5: which gates count, and what they run on. */
import { existsSync } from 'node:fs';
import { readConfiguration } from '../configuration.ts';
import { type Discovered, discoverGates } from '../gates/discover.ts';
import { configuredGates, type Gate, parseGateOption } from '../gates/gate.ts';
import { filesAt } from '../git/files-at.ts';
import type { Repository } from '../git/repository.ts';
import type { Reporter } from '../script.ts';
import { readWorkplace, workplaceOf } from '../session/capture.ts';
import { readMainTree, readMainTreeAlone } from '../session/main-tree.ts';
import { requireCapture } from '../session/select-models.ts';
import { type Session, updateSession } from '../session/session.ts';
import { readGateRecord, type TargetResult } from './gate-record.ts';
import { type GateTarget, placeOf } from './gate-targets.ts';

export interface ChosenGates extends Discovered {
  /** By option: then the list counts for later scripts of the session, too. */
  named: boolean;
}

/**
 * The gates that count: those named by option, else those that the session was given by option before, else the
 * configuration's, else the discovered ones. Read from base, never from what a model wrote.
 */
export async function chooseGates(
  repository: Repository,
  session: Session | null,
  base: string,
  options: readonly string[],
): Promise<ChosenGates> {
  if (options.length > 0) {
    return { gates: options.map(parseGateOption), leftOut: [], named: true };
  }
  const before = session === null ? null : await lastNamedGates(session);
  if (before !== null) return { gates: before, leftOut: [], named: true };
  const files = filesAt(repository.topLevel, base);
  const configuration = await readConfiguration(files);
  if (configuration.gates !== undefined) {
    const gates = configuredGates(configuration.gates, '.multi-model.json');
    return { gates, leftOut: [], named: false };
  }
  return { ...(await discoverGates(files)), named: false };
}

async function lastNamedGates(session: Session): Promise<Gate[] | null> {
  for (let pass = session.data.current_pass; pass >= 1; pass--) {
    const record = await readGateRecord(session, pass);
    if (record?.named) return record.gates;
  }
  return null;
}

/** The target that a model's capture is. Its gates run in its own worktree, but never in the user's main tree. */
export async function modelTarget(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
  reporter: Reporter,
): Promise<GateTarget> {
  const capture = requireCapture(session, model, pass);
  const place = workplaceOf(repository, session, model, pass);
  if (place === null || place.directory === repository.topLevel || !existsSync(place.directory)) {
    return { target: model, tree: capture.tree, place: null };
  }
  const now = await readWorkplace(place);
  if (now === capture.tree) {
    return { target: model, tree: capture.tree, place: placeOf(place, session) };
  }
  reporter.progress(
    `${model}: its worktree has changed since the capture; the capture is gated in a scratch worktree`,
  );
  return { target: model, tree: capture.tree, place: null };
}

export async function mainTarget(
  repository: Repository,
  session: Session | null,
): Promise<GateTarget> {
  const read = () =>
    session === null ? readMainTreeAlone(repository) : readMainTree(repository, session);
  const place = {
    ...{ directory: repository.topLevel, read, rewind: null },
    ...{ workplace: null, ownedBy: null },
  };
  return { target: 'main', tree: await read(), place };
}

/**
 * Notes what gates left behind in a model's worktree, where they changed something and it could not be put back as it
 * was, so that cleanup does not take it for the model's work.
 */
export async function noteLeftByGates(
  repository: Repository,
  session: Session,
  pass: number,
  targets: readonly GateTarget[],
  results: readonly TargetResult[],
): Promise<void> {
  for (const [at, { target, tree, place: gated }] of targets.entries()) {
    if (results[at]?.gates.every(({ changed_files }) => changed_files.length === 0)) continue;
    const place = workplaceOf(repository, session, target, pass);
    if (place === null || place.directory !== gated?.directory) continue;
    const after = await readWorkplace(place);
    if (after === tree) continue;
    await updateSession(session, ({ worktrees }) => ({
      worktrees: worktrees.map((it) =>
        it.path === place.directory ? { ...it, tree_after_gates: after } : it,
      ),
    }));
  }
}
