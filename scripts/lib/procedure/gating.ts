/** What the `gates` script was asked for: in a session or alone, which gates, which targets. */
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { openRepository, type Repository, requireRevision } from '../git/repository.ts';
import { GATE_BUDGET } from '../process/slots.ts';
import type { Reporter } from '../script.ts';
import { findSessionOrNull } from '../session/find-session.ts';
import { stateRoot } from '../session/paths.ts';
import { selectModels, selectPass } from '../session/select-models.ts';
import { passFolder, type Session } from '../session/session.ts';
import { assertStateRootApart } from '../session/state-root.ts';
import { askMainTree, warningsOfBase } from './ask-main-tree.ts';
import {
  type ChosenGates,
  chooseGates,
  mainTarget,
  modelTarget,
  noteLeftByGates,
} from './gate-choices.ts';
import { keepGateResults, readGateRecord, type TargetResult, withVerdicts } from './gate-record.ts';
import { type GateTarget, gateTargets } from './gate-targets.ts';
import { whileGatesAreWatched } from './guard.ts';

export interface GatingOptions {
  repo?: string | undefined;
  session?: string | undefined;
  pass?: number | undefined;
  model: string[];
  all: boolean;
  base: boolean;
  main: boolean;
  tree?: string | undefined;
  gate: string[];
  timeout: number;
  /** How many gates may run at once; half the cores without it. */
  jobs?: number | undefined;
  noCache: boolean;
}

export interface Gating {
  repository: Repository;
  session: Session | null;
  pass: number;
  base: string;
  chosen: ChosenGates;
  folder: string;
  logs: string;
}

/** What the script is asked for without options, in a session; and what is asked for beside that. */
export function gatingOptions(
  { topLevel }: Repository,
  session: Session,
  chosen: Partial<GatingOptions>,
): GatingOptions {
  return {
    ...{ repo: topLevel, session: session.directory, model: [], all: false, base: false },
    ...{ main: false, gate: [], timeout: 1200, noCache: false },
    ...chosen,
  };
}

/** A session where there is one; otherwise the repository alone, with HEAD as base. */
export async function openGating(options: GatingOptions): Promise<Gating> {
  const found = await findSessionOrNull(options);
  const repository = found?.repository ?? (await openRepository(options.repo ?? process.cwd()));
  const session = found?.session ?? null;
  if (session === null) await assertStateRootApart(repository);
  const pass = session === null ? 1 : selectPass(session, options.pass);
  const base = session?.data.base ?? repository.head;
  const folder = session === null ? join(stateRoot(), 'gates') : passFolder(session, pass);
  return {
    repository,
    session,
    pass,
    base,
    chosen: await chooseGates(repository, session, base, options.gate),
    folder,
    logs: session === null ? folder : join(folder, 'logs'),
  };
}

/** Runs the gates on what the options name, and keeps the results in the pass. */
export async function runGating(
  gating: Gating,
  options: GatingOptions,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<TargetResult[]> {
  const { repository, session, pass, base, chosen, logs } = gating;
  const targets = await chooseTargets(gating, options, reporter);
  // Refused below; but that there is none is known now, and what comes after gates need not wait for any.
  if (session !== null && chosen.gates.length === 0)
    await keepGateResults(session, pass, chosen, []);
  const request = {
    gates: chosen.gates,
    targets,
    base,
    timeoutMs: options.timeout * 1000,
    jobs: options.jobs ?? GATE_BUDGET,
    exam: true,
    known: session === null ? [] : ((await readGateRecord(session, pass))?.results ?? []),
    useCache: !options.noCache,
    logs,
    cache: session === null ? null : join(session.directory, 'gate-cache'),
    signal,
  };
  // What lies in the main tree runs there, as the user has it.
  const watched = targets.flatMap(({ target }) =>
    target === 'base' || target === 'main' ? [] : target,
  );
  const ran = await whileGatesAreWatched(
    repository,
    session,
    { pass, models: options.main ? [] : watched },
    reporter,
    () => gateTargets(repository, session, request, reporter),
  );
  const results = options.main
    ? ran
    : await askMainTree(repository, session, { ...request, pass }, ran, reporter);
  if (session !== null) await noteLeftByGates(repository, session, pass, targets, results);
  const judged =
    session === null
      ? withVerdicts(results)
      : await keepGateResults(session, pass, chosen, results);
  for (const warning of await warningsOfBase(repository, session, judged)) reporter.warn(warning);
  for (const { target, left_red } of judged) {
    const isMix = target === 'main' || target === options.tree;
    if (isMix && left_red.length > 0)
      reporter.warn(`${target}: not green, what was red on base is red: ${left_red.join('; ')}.`);
  }
  return judged;
}

async function chooseTargets(
  { repository, session, pass, base }: Pick<Gating, 'repository' | 'session' | 'pass' | 'base'>,
  options: GatingOptions,
  reporter: Reporter,
): Promise<GateTarget[]> {
  const { topLevel } = repository;
  const targets: GateTarget[] = [];
  if (options.base)
    targets.push({
      target: 'base',
      tree: await requireRevision(topLevel, base, 'tree'),
      place: null,
    });
  if (session !== null && (options.all || options.model.length > 0)) {
    for (const { model } of selectModels(session, options)) {
      targets.push(await modelTarget(repository, session, model, pass, reporter));
    }
  }
  if (options.main) targets.push(await mainTarget(repository, session));
  if (options.tree !== undefined) {
    targets.push({
      target: options.tree,
      tree: await requireRevision(topLevel, options.tree, 'tree'),
      place: null,
    });
  }
  if (targets.length > 0) return targets;
  throw new UsageError({
    code: 'no-target',
    message: 'Nothing was named to run the gates on.',
    hint:
      session === null
        ? 'There is no open session here: name --main, or --tree REV.'
        : 'Name --all, --model NAME, --base, --main or --tree REV; --discover only lists the gates.',
  });
}
