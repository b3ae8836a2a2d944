/** Phase 5: the project's quality gates on every candidate, and on what they are compared with. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration } from '../configuration.ts';
import { mkdir } from '../disk.ts';
import { Refusal } from '../errors.ts';
import { fileGateCache } from '../gates/cache.ts';
import { discoverGates } from '../gates/discover.ts';
import { configuredGates, type Gate, parseGateOption } from '../gates/gate.ts';
import { type GateResult, runGates } from '../gates/run.ts';
import { findTampering } from '../gates/tampering.ts';
import { judge } from '../gates/verdict.ts';
import { listChanges } from '../git/changes.ts';
import { filesAt } from '../git/files-at.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { GATE_BUDGET, inParallel } from '../process/in-parallel.ts';
import type { Reporter } from '../script.ts';
import { readWorkplace, workplaceOf } from '../session/capture.ts';
import { readMainTree, readMainTreeAlone } from '../session/main-tree.ts';
import { runMark } from '../session/marks.ts';
import { requireCapture } from '../session/select-models.ts';
import { type Session, updateSession } from '../session/session.ts';
import { readGateRecord, type TargetResult } from './gate-record.ts';
import { withScratchWorktree } from './scratch-worktree.ts';

/**
 * The gates that count: those named by option, else those that the session was given by option before, else the
 * configuration's, else the discovered ones. Read from base, never from what a model wrote.
 */
export async function chooseGates(
  repository: Repository,
  session: Session | null,
  base: string,
  options: readonly string[],
): Promise<{ gates: Gate[]; named: boolean }> {
  if (options.length > 0) return { gates: options.map(parseGateOption), named: true };
  const before = session === null ? null : await lastNamedGates(session);
  if (before !== null) return { gates: before, named: true };
  const files = filesAt(repository.topLevel, base);
  const configuration = await readConfiguration(files);
  if (configuration.gates !== undefined) {
    return { gates: configuredGates(configuration.gates, '.multi-model.json'), named: false };
  }
  return { gates: await discoverGates(files), named: false };
}

async function lastNamedGates(session: Session): Promise<Gate[] | null> {
  for (let pass = session.data.current_pass; pass >= 1; pass--) {
    const record = await readGateRecord(session, pass);
    if (record?.named) return record.gates;
  }
  return null;
}

/** Something to run gates on: where, and which tree that is. */
export interface GateTarget {
  target: string;
  tree: string;
  /** Null: in a scratch worktree of the tree. */
  directory: string | null;
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
    return { target: model, tree: capture.tree, directory: null };
  }
  const now = await readWorkplace(place);
  if (now === capture.tree)
    return { target: model, tree: capture.tree, directory: place.directory };
  reporter.progress(
    `${model}: its worktree has changed since the capture; the capture is gated in a scratch worktree`,
  );
  return { target: model, tree: capture.tree, directory: null };
}

export async function mainTarget(
  repository: Repository,
  session: Session | null,
): Promise<GateTarget> {
  const tree =
    session === null
      ? await readMainTreeAlone(repository)
      : await readMainTree(repository, session);
  return { target: 'main', tree, directory: repository.topLevel };
}

export interface GateRequest {
  gates: Gate[];
  targets: GateTarget[];
  /** What the targets are compared with for tampering. */
  base: string;
  timeoutMs: number;
  useCache: boolean;
  /** Where logs go, and the cache. */
  logs: string;
  cache: string | null;
  signal: AbortSignal;
}

/** Runs the gates on all targets, several at once within a budget of cores; verdicts come later, when base is known. */
export async function gateTargets(
  repository: Repository,
  session: Session | null,
  request: GateRequest,
  reporter: Reporter,
): Promise<TargetResult[]> {
  if (request.gates.length === 0) throw noGates();
  await mkdir(request.logs, { recursive: true, mode: 0o700 });
  return inParallel(GATE_BUDGET, request.targets, async (target) => {
    const scratch = { label: target.target, signal: request.signal };
    const run = (directory: string) => gateIn(directory, session, target, request, reporter);
    const results =
      target.directory === null
        ? await withScratchWorktree(
            repository,
            session,
            { ...scratch, tree: target.tree },
            reporter,
            run,
          )
        : await run(target.directory);
    const changes = await listChanges(repository.topLevel, request.base, target.tree);
    const tampered = findTampering(
      changes.map(({ path, oldPath, status }) => ({
        path: pathText(path),
        old_path: oldPath === null ? null : pathText(oldPath),
        status,
      })),
    );
    const { passed } = judge(results, null);
    return { target: target.target, tree: target.tree, gates: results, passed, tampered };
  });
}

async function gateIn(
  directory: string,
  session: Session | null,
  { target, tree }: GateTarget,
  { gates, timeoutMs, useCache, logs, cache, signal }: GateRequest,
  reporter: Reporter,
): Promise<GateResult[]> {
  return runGates({
    directory,
    gates,
    tree,
    logDirectory: join(logs, target.replaceAll(/[^\w.-]/g, '-')),
    label: 'gate',
    timeoutMs,
    mark: runMark(session, `${target}-gates`),
    signal,
    // What was seen in a scratch worktree says nothing of the main tree's own environment.
    ...(useCache && cache !== null && target !== 'main' ? { cache: fileGateCache(cache) } : {}),
    onGate: ({ name, status, duration_ms, cached }) =>
      reporter.progress(
        `${target}: ${name} ${status}${cached ? ' (cached)' : ` in ${Math.round(duration_ms / 100) / 10} s`}`,
      ),
  });
}

/** Notes what gates left behind in a model's worktree, so that cleanup does not take it for the model's work. */
export async function noteLeftByGates(
  repository: Repository,
  session: Session,
  pass: number,
  targets: readonly GateTarget[],
): Promise<void> {
  for (const { target, tree, directory } of targets) {
    const place = workplaceOf(repository, session, target, pass);
    if (place === null || place.directory !== directory) continue;
    const after = await readWorkplace(place);
    if (after === tree) continue;
    await updateSession(session, ({ worktrees }) => ({
      worktrees: worktrees.map((it) =>
        it.path === directory ? { ...it, tree_after_gates: after } : it,
      ),
    }));
  }
}

function noGates(): Refusal {
  return new Refusal({
    code: 'no-gates',
    message: 'The project has no quality gate that could be found.',
    hint: 'Ask the user which commands prove the project, and name them: --gate test="npm test" (or "gates" in .multi-model.json).',
  });
}
