/** What the `gates` script was asked for: in a session or alone, which gates, which targets. */
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Gate } from '../gates/gate.ts';
import { openRepository, type Repository, requireRevision } from '../git/repository.ts';
import type { Reporter } from '../script.ts';
import { findSessionOrNull } from '../session/find-session.ts';
import { stateRoot } from '../session/paths.ts';
import { selectModels, selectPass } from '../session/select-models.ts';
import { passFolder, type Session } from '../session/session.ts';
import {
  chooseGates,
  type GateTarget,
  gateTargets,
  mainTarget,
  modelTarget,
  noteLeftByGates,
} from './gate.ts';
import { keepGateResults, type TargetResult } from './gate-record.ts';

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
  noCache: boolean;
}

export interface Gating {
  repository: Repository;
  session: Session | null;
  pass: number;
  base: string;
  chosen: { gates: Gate[]; named: boolean };
  folder: string;
  logs: string;
}

/** A session where there is one; otherwise the repository alone, with HEAD as base. */
export async function openGating(options: GatingOptions): Promise<Gating> {
  const found = await findSessionOrNull(options);
  const repository = found?.repository ?? (await openRepository(options.repo ?? process.cwd()));
  const session = found?.session ?? null;
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

export async function runGating(
  { repository, session, pass, base, chosen, logs }: Gating,
  options: GatingOptions,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<TargetResult[]> {
  const targets = await chooseTargets({ repository, session, pass, base }, options, reporter);
  const results = await gateTargets(
    repository,
    session,
    {
      gates: chosen.gates,
      targets,
      base,
      timeoutMs: options.timeout * 1000,
      useCache: !options.noCache,
      logs,
      cache: session === null ? null : join(session.directory, 'gate-cache'),
      signal,
    },
    reporter,
  );
  if (session === null) return results;
  await noteLeftByGates(repository, session, pass, targets);
  return keepGateResults(session, pass, chosen, results);
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
      directory: null,
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
      directory: null,
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
