/** Runs gates on trees: each tree once, in its own place, all within one budget of cores. */
import { join } from 'node:path';
import { mkdir } from '../disk.ts';
import { Refusal } from '../errors.ts';
import { tellsLess } from '../exam/base-tests.ts';
import { fileGateCache, type GateMemory, memoryOf } from '../gates/cache.ts';
import { foreignImports } from '../gates/foreign-imports.ts';
import type { Gate } from '../gates/gate.ts';
import { apartFromOthers } from '../gates/gate-environment.ts';
import { type GateResult, recallGates, runGates } from '../gates/run.ts';
import { describeSurroundings } from '../gates/surroundings.ts';
import { judge } from '../gates/verdict.ts';
import { listEntryChanges } from '../git/changes.ts';
import { scrubbedEnvironment } from '../git/git.ts';
import { pathText } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { rewindWorktree } from '../git/rewind-worktree.ts';
import { environmentIn } from '../process/led-environment.ts';
import { Slots } from '../process/slots.ts';
import type { Reporter } from '../script.ts';
import { readWorkplace, type Workplace } from '../session/capture.ts';
import { runMark, scratchMark, sessionMark } from '../session/marks.ts';
import type { Session } from '../session/session.ts';
import { type Examined, examineGates, NOT_EXAMINED } from './examine-gates.ts';
import { changedManifests, fitDependencies } from './fit-dependencies.ts';
import type { TargetResult } from './gate-record.ts';
import { withHeadOnBase } from './head-on-base.ts';
import { runnerIn } from './run-in-worktree.ts';
import { type Lay, withScratchWorktree } from './scratch-worktree.ts';
import { tellGate } from './tell-gate.ts';
import { type Needs, readNeeds } from './worktree-needs.ts';

/** Something to run gates on: which tree, and where. */
export interface GateTarget {
  target: string;
  tree: string;
  /** A place that holds the tree; null: a scratch worktree is made for it. */
  place: GatePlace | null;
}

export interface GatePlace {
  directory: string;
  /** The tree that lies there now. */
  read: () => Promise<string>;
  /** Makes it hold a tree again; null: nothing there is ours to change. */
  rewind: ((from: string, to: string) => Promise<void>) | null;
  /** The worktree of ours that it is; null: the main tree, which is as it is. */
  workplace: Workplace | null;
  /** Whose it is where a model works in it. */
  ownedBy: Session | null;
}

export interface GateRequest {
  gates: Gate[];
  targets: GateTarget[];
  /** What the targets are compared with. */
  base: string;
  timeoutMs: number;
  /** How many gates may run at once. */
  jobs: number;
  useCache: boolean;
  /** Whether a target that changed what judges it is gated with base's own tests and settings as well. */
  exam: boolean;
  /** Results of before, where base is none of the targets. */
  known?: readonly TargetResult[];
  /** Where logs go, and the cache. */
  logs: string;
  cache: string | null;
  /** One try among many: see runGates. */
  trial?: { always: number } | undefined;
  /** Where they are known; read without that. */
  needs?: Needs;
  /** The scratch worktree of whoever asks several times. */
  scratch?: Lay | undefined;
  signal: AbortSignal;
}

/** Gives the results in the targets' order; verdicts come later, when base is known. */
export async function gateTargets(
  repository: Repository,
  session: Session | null,
  request: GateRequest,
  reporter: Reporter,
): Promise<TargetResult[]> {
  if (request.gates.length === 0) throw noGates();
  const needs = request.needs ?? (await readNeeds(repository, session));
  const gateAll = (scratch: Lay) => gateIn(repository, session, request, reporter, needs, scratch);
  return request.scratch === undefined
    ? withScratchWorktree(repository, session, needs, reporter, gateAll)
    : gateAll(request.scratch);
}

async function gateIn(
  repository: Repository,
  session: Session | null,
  request: GateRequest,
  reporter: Reporter,
  needs: Needs,
  scratch: Lay,
): Promise<TargetResult[]> {
  await mkdir(request.logs, { recursive: true, mode: 0o700 });
  const failed = new AbortController();
  const signal = AbortSignal.any([request.signal, failed.signal]);
  const gating = new Gating(repository, session, { ...request, signal }, reporter, needs, scratch);
  const all = request.targets.map(async (target) => {
    try {
      return await gating.gate(target);
    } catch (error) {
      // The others end early, and are waited for: nothing may run on behind a failure.
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(all);
  request.signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return Promise.all(all);
}

class Gating {
  private readonly slots: Slots;
  private readonly known = new Map<string, Promise<TargetResult>>();
  /** Of what was said once. */
  private readonly told = new Set<string>();

  constructor(
    private readonly repository: Repository,
    private readonly session: Session | null,
    private readonly request: GateRequest,
    private readonly reporter: Reporter,
    private readonly needs: Needs,
    private readonly scratch: Lay,
  ) {
    this.slots = new Slots(request.jobs);
  }

  /** Two targets with the same tree are one; the main tree is a place of its own. */
  async gate(target: GateTarget): Promise<TargetResult> {
    if (target.target === 'main') return this.gateTree(target);
    const same = this.known.get(target.tree);
    if (same === undefined) {
      const running = this.gateTree(target);
      this.known.set(target.tree, running);
      return running;
    }
    const { gates, ...result } = await same;
    return {
      ...result,
      target: target.target,
      gates: gates.map((it) => ({ ...it, cached: true })),
    };
  }

  private async gateTree(target: GateTarget): Promise<TargetResult> {
    const { topLevel } = this.repository;
    const { base, exam, gates: all } = this.request;
    const [gates, examined] = await Promise.all([
      this.gatesOf(target),
      // What lies in the main tree is the user's word.
      exam && target.target !== 'main'
        ? examineGates(topLevel, base, target.tree, all)
        : NOT_EXAMINED,
    ]);
    const { passed, green } = judge(gates, { base: null });
    const as_base = await this.examine(target, gates, examined);
    return {
      ...{ target: target.target, tree: target.tree, gates, passed, green },
      ...{ gate_files: examined.files, base_tests_failing: [], tampered: [], left_red: [] },
      ...{ as_base, in_main: null },
    };
  }

  /** The gates on the result's code with base's own tests and settings; only where it changed some. */
  private async examine(
    { target }: GateTarget,
    own: readonly GateResult[],
    { asBase, withSettings, isTestsOnly, isOnlyMore, isScriptChanged }: Examined,
  ): Promise<TargetResult['as_base']> {
    if (asBase === null) return null;
    if (isOnlyMore) {
      const base = await this.resultsOfBase();
      if (base === null || !tellsLess(own, base)) return null;
    }
    const { gates: all } = this.request;
    // Changed tests say nothing of what a linter finds.
    const some = isTestsOnly ? all.filter(({ kind }) => kind === 'test') : all;
    const run = (tree: string, chosen: readonly Gate[]) =>
      chosen.length === 0
        ? []
        : this.gatesOf({ target: `${target} as base`, tree, place: null }, chosen);
    const gates = await run(asBase, some);
    const turned = some.filter(({ name }) => isGreen(own, name) && !isGreen(gates, name));
    const settings = isTestsOnly
      ? []
      : withSettings === null
        ? gates
        : await run(withSettings, turned);
    const scripts = all.filter(({ command }) => isScriptChanged(command));
    return { tree: asBase, gates, settings, scripts: scripts.map(({ name }) => name) };
  }

  /** Null: base is not gated here, and was not before. */
  private async resultsOfBase(): Promise<readonly GateResult[] | null> {
    const { targets, known = [] } = this.request;
    const base = targets.find(({ target }) => target === 'base');
    if (base !== undefined) return (await this.gate(base)).gates;
    return known.find(({ target }) => target === 'base')?.gates ?? null;
  }

  private async gatesOf(
    target: GateTarget,
    gates: readonly Gate[] = this.request.gates,
  ): Promise<GateResult[]> {
    const { request } = this;
    const { tree, place } = target;
    const memory = this.memoryOf(target);
    const known = memory && (await recallGates(gates, memory));
    if (known) {
      for (const result of known) this.tell(target, result);
      return known;
    }
    if (place !== null)
      return this.run(target, place, memory, gates, await this.fit(target, place));
    return this.scratch(tree, target.target, request.signal, (workplace) =>
      this.run(target, placeOf(workplace, null), memory, gates, workplace.missing),
    );
  }

  /** Null for the main tree: what was seen in a worktree says nothing of what only the main tree has. */
  private memoryOf({ target, tree, place }: GateTarget): GateMemory | null {
    const { useCache, cache } = this.request;
    if (!useCache || cache === null || target === 'main') return null;
    const { needed, setup } = this.needs;
    const paths = needed.map(({ path }) => path);
    const directory = place?.directory ?? this.repository.topLevel;
    const surroundings = `${describeSurroundings(directory, paths)}\n${setup?.command ?? ''}`;
    return memoryOf(fileGateCache(cache), tree, surroundings);
  }

  /** A model may have written a manifest and installed nothing. In the main tree nothing is installed. */
  private async fit({ target, tree }: GateTarget, place: GatePlace): Promise<string[]> {
    const { repository, session, request, needs } = this;
    const { directory, rewind } = place;
    const changed = await changedManifests(repository, needs, request.base, tree);
    const worktree = { label: target, directory };
    const run = rewind && runnerIn(repository, session, worktree, needs.secrets, request.signal);
    const means = { network: needs.network, run };
    const missing = await fitDependencies(repository, directory, changed, means, (message) =>
      this.reporter.progress(`${target}: ${message}`),
    );
    const now = changed.length === 0 || rewind === null ? tree : await place.read();
    if (now !== tree) await rewind?.(now, tree);
    return missing;
  }

  private run(
    target: GateTarget,
    place: GatePlace,
    memory: GateMemory | null,
    gates: readonly Gate[],
    missing: string[],
  ): Promise<GateResult[]> {
    const { workplace, ownedBy } = place;
    // A scratch worktree is on base from the start.
    if (workplace === null || ownedBy === null)
      return this.runIn(target, place, memory, gates, missing);
    return withHeadOnBase(workplace, this.request.base, ownedBy, (onBase) =>
      this.runIn(target, placeOf(onBase, ownedBy), memory, gates, missing),
    );
  }

  private async runIn(
    target: GateTarget,
    place: GatePlace,
    memory: GateMemory | null,
    gates: readonly Gate[],
    missing: string[],
  ): Promise<GateResult[]> {
    const { session, request, needs } = this;
    const { timeoutMs, logs, signal, trial } = request;
    const label = target.target.replaceAll(/[^\w.-]/g, '-');
    await this.tellForeignImports(target, place, gates);
    let tree = await place.read();
    return apartFromOthers(session?.data.session_id ?? 'alone', (apart) =>
      runGates({
        directory: place.directory,
        mainTree: this.repository.topLevel,
        gates,
        memory,
        logDirectory: join(logs, label),
        label: 'gate',
        timeoutMs,
        mark: runMark(session, `${label}-gates`, target.place === null ? scratchMark : sessionMark),
        signal,
        slots: this.slots,
        apart,
        secrets: needs.secrets,
        trial,
        missing,
        putBack: async () => {
          const now = await place.read();
          const paths = await this.pathsChanged(tree, now);
          if (place.rewind === null) tree = now;
          else if (paths.length > 0) await place.rewind(now, tree);
          return paths;
        },
        onGate: (result) => this.tell(target, result),
      }),
    );
  }

  /** Green on other code would prove nothing, and is never silent. */
  private async tellForeignImports(
    { target }: GateTarget,
    { directory }: GatePlace,
    gates: readonly Gate[],
  ): Promise<void> {
    const { topLevel } = this.repository;
    const tests = gates.flatMap(({ kind, command }) => (kind === 'test' ? command : []));
    if (directory === topLevel || tests.length === 0) return;
    const env = environmentIn(directory, topLevel, scrubbedEnvironment());
    const [file] = await foreignImports(directory, topLevel, tests, env);
    if (file === undefined || this.told.has(file)) return;
    this.told.add(file);
    this.reporter.warn(
      `${target}: its tests run on other code: python imports ${file} of the main tree, which is installed for editing in an environment outside of the repository. Make the environment in the repository (.venv), or let the tests find the code by PYTHONPATH.`,
    );
  }

  private async pathsChanged(from: string, to: string): Promise<string[]> {
    const changes = await listEntryChanges(this.repository.topLevel, from, to);
    const paths = changes.map(({ path }) => pathText(path));
    const rest = paths.length - MOST_PATHS;
    return rest > 0 ? [...paths.slice(0, MOST_PATHS), `... and ${rest} more`] : paths;
  }

  private tell({ target }: GateTarget, result: GateResult): void {
    tellGate(target, result, this.reporter);
  }
}

function isGreen(results: readonly GateResult[], gate: string): boolean {
  return results.some(({ name, status, flaky }) => name === gate && (status === 'pass' || flaky));
}

/** So many changed paths are named. */
const MOST_PATHS = 50;

/** A worktree of ours: what a gate changes there is put back. */
export function placeOf(workplace: Workplace, ownedBy: Session | null): GatePlace {
  return {
    workplace,
    ownedBy,
    directory: workplace.directory,
    read: () => readWorkplace(workplace),
    rewind: (from, to) => rewindWorktree(workplace.place, from, to),
  };
}

function noGates(): Refusal {
  return new Refusal({
    code: 'no-gates',
    message: 'The project has no quality gate that could be found.',
    hint: 'Name the commands that prove the project: --gate test="npm test" (or "gates" in .multi-model.json). Where there is none, compare goes on without: nothing is proved then.',
  });
}
