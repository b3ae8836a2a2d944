/** Phase 5: the project's quality gates on every candidate, and on what they are compared with. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readConfiguration } from '../configuration.ts';
import { Refusal } from '../errors.ts';
import { fileGateCache } from '../gates/cache.ts';
import { discoverGates } from '../gates/discover.ts';
import {
  configuredGates,
  type Gate,
  gateKinds,
  gateSchema,
  parseGateOption,
} from '../gates/gate.ts';
import { qualityGatesMarkdown } from '../gates/markdown.ts';
import { type GateResult, runGates } from '../gates/run.ts';
import { findTampering } from '../gates/tampering.ts';
import { judge } from '../gates/verdict.ts';
import { listChanges } from '../git/changes.ts';
import { filesAt } from '../git/files-at.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { writeWorkingTree } from '../git/trees.ts';
import { GATE_BUDGET, inParallel } from '../process/in-parallel.ts';
import { withLock } from '../process/lock.ts';
import type { Reporter } from '../script.ts';
import { workplaceOf } from '../session/capture.ts';
import { readJsonOrNull, replaceFile, replaceJson } from '../session/files.ts';
import { readMainTree } from '../session/main-tree.ts';
import { runMark } from '../session/marks.ts';
import {
  captureOf,
  fileName,
  passFolder,
  recordEvent,
  type Session,
  updateSession,
} from '../session/session.ts';
import { withScratchWorktree } from './scratch-worktree.ts';

export const gateResultSchema = z.object({
  name: z.string(),
  kind: z.enum(gateKinds),
  command: z.string(),
  status: z.enum(['pass', 'fail', 'timeout', 'not-run', 'error']),
  exit_code: z.number().nullable(),
  duration_ms: z.number(),
  log: z.string(),
  tail: z.string().describe('the last lines of a red one'),
  cached: z.boolean(),
  tests: z.object({ ran: z.number(), failed: z.number() }).nullable(),
  verdict: z
    .enum(['ok', 'introduced', 'fixed', 'pre-existing', 'flaky'])
    .nullable()
    .describe('against base; null until base was run'),
});

export const targetResultSchema = z.object({
  target: z.string().describe("a model's name, base, main or a tree's object id"),
  tree: z.string(),
  gates: z.array(gateResultSchema),
  passed: z.boolean(),
  tampered: z.array(
    z.object({
      path: z.string(),
      kind: z.enum([
        'test-deleted',
        'gate-configuration-changed',
        'ci-changed',
        'manifest-changed',
      ]),
    }),
  ),
});

export type TargetResult = z.output<typeof targetResultSchema>;

/** gates.json: the gates that a pass is judged by, and what became of each target. */
const gateRecordSchema = z.object({
  schema_version: z.literal(1),
  gates: z.array(gateSchema),
  /** Whether the list was named by option: then later scripts of the session use it too. */
  named: z.boolean(),
  results: z.array(targetResultSchema),
});

export type GateRecord = z.output<typeof gateRecordSchema>;

export function readGateRecord(session: Session, pass: number): Promise<GateRecord | null> {
  return readJsonOrNull(join(passFolder(session, pass), 'gates.json'), gateRecordSchema);
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
  const capture = captureOf(session, model, pass);
  if (capture === null) throw notCaptured(session, model);
  const place = workplaceOf(repository, session, model, pass);
  if (place === null || place.directory === repository.topLevel || !existsSync(place.directory)) {
    return { target: model, tree: capture.tree, directory: null };
  }
  const now = await writeWorkingTree(place.directory, place.indexFile);
  if (now === capture.tree)
    return { target: model, tree: capture.tree, directory: place.directory };
  reporter.progress(
    `${model}: its worktree has changed since the capture; the capture is gated in a scratch worktree`,
  );
  return { target: model, tree: capture.tree, directory: null };
}

export async function mainTarget(repository: Repository): Promise<GateTarget> {
  return { target: 'main', tree: await readMainTree(repository), directory: repository.topLevel };
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
    const run = (directory: string) => gateIn(directory, session, target, request, reporter);
    const results =
      target.directory === null
        ? await withScratchWorktree(repository, session, target.tree, run)
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
    logDirectory: logs,
    label: fileName(target),
    timeoutMs,
    mark: runMark(session, `${target}-gates`),
    signal,
    ...(useCache && cache !== null ? { cache: fileGateCache(cache) } : {}),
    onGate: ({ name, status, duration_ms, cached }) =>
      reporter.progress(
        `${target}: ${name} ${status}${cached ? ' (cached)' : ` in ${Math.round(duration_ms / 100) / 10} s`}`,
      ),
  });
}

/** Keeps results in the pass: gates.json and quality-gates.md, merged with what was there, verdicts against base. */
export async function keepGateResults(
  session: Session,
  pass: number,
  { gates, named }: { gates: Gate[]; named: boolean },
  results: TargetResult[],
): Promise<TargetResult[]> {
  const folder = passFolder(session, pass);
  return withLock(join(session.directory, 'lock'), async () => {
    const before = (await readGateRecord(session, pass))?.results ?? [];
    const kept = before.filter(({ target }) => !results.some((it) => it.target === target));
    const all = withVerdicts([...kept, ...results]);
    await replaceJson(join(folder, 'gates.json'), {
      schema_version: 1,
      gates,
      named,
      results: all,
    });
    await replaceFile(join(folder, 'quality-gates.md'), qualityGatesMarkdown(all));
    for (const { target, passed } of results)
      await recordEvent(session, 'gates', { pass, target, passed });
    return all.filter(({ target }) => results.some((it) => it.target === target));
  });
}

export function withVerdicts(results: TargetResult[]): TargetResult[] {
  const base = results.find(({ target }) => target === 'base')?.gates ?? null;
  return results.map((result) => {
    const judged = judge(result.gates, result.target === 'base' ? null : base);
    return { ...result, gates: judged.results, passed: judged.passed };
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
    const after = await writeWorkingTree(place.directory, place.indexFile);
    if (after === tree) continue;
    await updateSession(session, ({ worktrees }) => ({
      worktrees: worktrees.map((it) =>
        it.path === directory ? { ...it, tree_after_gates: after } : it,
      ),
    }));
  }
}

/** Whether a model is green in a pass: null when its gates were not run. */
export async function greenModels(session: Session, pass: number): Promise<Set<string> | null> {
  const record = await readGateRecord(session, pass);
  if (record === null) return null;
  return new Set(record.results.filter(({ passed }) => passed).map(({ target }) => target));
}

function notCaptured(session: Session, model: string): Refusal {
  return new Refusal({
    code: 'not-captured',
    message: `${model} has not been captured in this pass, and gates run on captures.`,
    hint: `mm.mjs capture-diff --model ${model} --session ${session.data.session_id}`,
    details: { model },
  });
}

function noGates(): Refusal {
  return new Refusal({
    code: 'no-gates',
    message: 'The project has no quality gate that could be found.',
    hint: 'Ask the user which commands prove the project, and name them: --gate test="npm test" (or "gates" in .multi-model.json).',
  });
}
