/** Phase 5: each model's tests on each model's code and on base. Whose tests catch whom? */
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import {
  type CrossRun,
  type CrossTests,
  crossTests,
  crossTestsSchema,
} from '../gates/cross-tests.ts';
import type { Gate } from '../gates/gate.ts';
import type { Repository } from '../git/repository.ts';
import { GATE_BUDGET } from '../process/slots.ts';
import type { Reporter } from '../script.ts';
import { readJsonOrNull, replaceFile, replaceJson } from '../session/files.ts';
import { findSession } from '../session/find-session.ts';
import { requireCapture, selectModels, selectPass } from '../session/select-models.ts';
import { passFolder, type Session } from '../session/session.ts';
import { ensureObjects } from './archive.ts';
import { candidatesOf } from './compare.ts';
import { type Mix, mixTests } from './cross-mixes.ts';
import { crossTestsMarkdown } from './cross-tests-markdown.ts';
import { chooseGates } from './gate-choices.ts';
import { keepNamedGates } from './gate-record.ts';
import { type GateTarget, gateTargets } from './gate-targets.ts';
import { whileGatesAreWatched } from './guard.ts';

export interface CrossTestOptions {
  repo?: string | undefined;
  session?: string | undefined;
  pass?: number | undefined;
  /** Whose tests and whose code; none: all that were captured. */
  model: string[];
  all: boolean;
  gate: string[];
  /** Seconds for each gate that names no limit. */
  timeout: number;
  /** How many gates may run at once; half the cores without it. */
  jobs?: number | undefined;
  noCache: boolean;
}

export interface CrossTesting {
  repository: Repository;
  session: Session;
  pass: number;
  candidates: { model: string; tree: string }[];
  /** Those of kind test alone. */
  gates: Gate[];
  logs: string;
}

/** @throws Refusal `no-session`, `not-captured`, `nothing-captured`, `no-gates`; UsageError `unknown-model` */
export async function openCrossTesting(options: CrossTestOptions): Promise<CrossTesting> {
  const { repository, session } = await findSession(options);
  await ensureObjects(repository, session);
  const pass = selectPass(session, options.pass);
  const candidates =
    options.all || options.model.length === 0
      ? candidatesOf(session, pass)
      : selectModels(session, options).map(({ model }) => requireCapture(session, model, pass));
  const chosen = await chooseGates(repository, session, session.data.base, options.gate);
  const tests = chosen.gates.filter(({ kind }) => kind === 'test');
  if (tests.length === 0) throw noTestGate(chosen.gates);
  await keepNamedGates(session, chosen);
  const logs = join(passFolder(session, pass), 'logs');
  return { repository, session, pass, candidates, gates: tests, logs };
}

/** Runs what the session does not know yet, and keeps the matrix in the pass. */
export async function runCrossTests(
  testing: CrossTesting,
  options: Pick<CrossTestOptions, 'timeout' | 'jobs' | 'noCache'>,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<{ result: CrossTests; json: string; markdown: string }> {
  const { repository, session, pass, candidates, gates } = testing;
  const { models, mixes, controls } = await mixTests(repository, session.data.base, candidates);
  announce(mixes, gates, reporter);
  const run = (some: readonly Mix[]) => runMixes(testing, some, options, signal, reporter);
  const runs = await run(mixes);
  const first = crossTests(gates, models, runs);
  // Nobody is caught by tests of which it is not known that what goes along with them is enough.
  const catching = controls.filter(({ testsOf }) =>
    first.cells.some(({ tests_of, kind }) => tests_of === testsOf && kind === 'caught'),
  );
  const alone = new Map((await run(catching)).map((it) => [it.testsOf, it.run]));
  const result = alone.size === 0 ? first : crossTests(gates, models, runs, alone);
  return { result, ...(await keepCrossTests(session, pass, result)) };
}

/** Null where the models' tests have not been run on each other's code in this pass. */
export function readCrossTests(session: Session, pass: number): Promise<CrossTests | null> {
  return readJsonOrNull(join(passFolder(session, pass), 'cross-tests.json'), crossTestsSchema);
}

async function keepCrossTests(
  session: Session,
  pass: number,
  result: CrossTests,
): Promise<{ json: string; markdown: string }> {
  const folder = passFolder(session, pass);
  const [json, markdown] = [join(folder, 'cross-tests.json'), join(folder, 'cross-tests.md')];
  await replaceJson(json, result);
  await replaceFile(markdown, crossTestsMarkdown(result));
  return { json, markdown };
}

function announce(mixes: readonly Mix[], gates: readonly Gate[], reporter: Reporter): void {
  if (mixes.length === 0) {
    reporter.warn('No model added or changed a test, so nothing was run.');
    return;
  }
  const trees = new Set(mixes.flatMap(({ tree }) => tree ?? [])).size;
  const named = gates.map(({ name }) => name).join(', ');
  reporter.progress(
    `${mixes.length} pairs of tests and code, ${trees} different trees: ${trees * gates.length} runs of ${named}, without those that the session knows already`,
  );
}

async function runMixes(
  { repository, session, pass, gates, logs }: CrossTesting,
  mixes: readonly Mix[],
  options: Pick<CrossTestOptions, 'timeout' | 'jobs' | 'noCache'>,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<CrossRun[]> {
  if (mixes.length === 0) return [];
  const targets = mixes.flatMap(({ tree, target }): GateTarget[] =>
    tree === null ? [] : [{ target, tree, place: null }],
  );
  const request = {
    gates,
    targets,
    base: session.data.base,
    timeoutMs: options.timeout * 1000,
    jobs: options.jobs ?? GATE_BUDGET,
    useCache: !options.noCache,
    // Whose tests lie in these trees is known, and no tampering.
    exam: false,
    logs: join(logs, 'cross-tests'),
    cache: join(session.directory, 'gate-cache'),
    signal,
  };
  const watched = { pass, models: ['cross-tests'] };
  const results = await whileGatesAreWatched(repository, session, watched, reporter, () =>
    gateTargets(repository, session, request, reporter),
  );
  return mixes.map((mix) => ({
    ...mix,
    run: results.find(({ target }) => target === mix.target)?.gates ?? null,
  }));
}

function noTestGate(gates: readonly Gate[]): Refusal {
  const names = gates.map(({ name }) => name);
  return new Refusal({
    code: 'no-gates',
    message: `None of the project's gates is known to run tests${names.length > 0 ? ` (there are ${names.join(', ')})` : ''}.`,
    hint: 'Name the command that runs the tests: --gate test="npm test" (or "gates" in .multi-model.json, with "kind": "test").',
    details: { gates: names },
  });
}
