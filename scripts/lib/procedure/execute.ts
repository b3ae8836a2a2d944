/** Detection to comparison in one go: the same functions that the scripts call, in the same order. */

import { join } from 'node:path';
import { messageOf, Refusal } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import type { Triggers } from '../models/triggers.ts';
import type { Reporter, ScriptContext } from '../script.ts';
import type { Guard } from '../session/guard-record.ts';
import type { PrintedCapture } from '../session/printed-capture.ts';
import {
  fileName,
  modelsWithWorktree,
  participants,
  passFolder,
  type Session,
} from '../session/session.ts';
import { mainPlace } from '../session/trusted-places.ts';
import type { DesignQuestion } from '../synthesis/design-questions.ts';
import { captureModels } from './capture-models.ts';
import { type Comparison, candidatesOf, compare } from './compare.ts';
import { openCrossTesting, runCrossTests } from './cross-tests.ts';
import { readEvidence } from './evidence.ts';
import { keepGateResults, readGateRecord, type TargetResult } from './gate-record.ts';
import { gatingOptions, openGating, runGating } from './gating.ts';
import { keepComparison } from './keep-comparison.ts';
import { makeModelWorktrees } from './make-worktrees.ts';
import { planSession, type StartOptions } from './plan-session.ts';
import { prepareStart } from './prepare-start.ts';
import { runModels } from './run-models.ts';
import type { Run } from './run-state.ts';
import { snapshotTree } from './snapshot.ts';
import { startSession } from './start-session.ts';
import { keepSuggestion, type PrintedSuggestion, suggest } from './suggest.ts';

export interface ExecuteOptions {
  triggers: Triggers;
  models: string[] | null;
  timeout: number | 'none' | undefined;
  idleTimeout: number | undefined;
  sandbox: boolean | null;
  userChanges?: StartOptions['userChanges'];
  gate: string[];
  /** Whether the models' new tests run on each other's code, where the wholes are to be ranked. */
  crossTests: boolean;
}

export interface Executed {
  session: Session;
  runs: Run[];
  guard: Guard | null;
  captures: PrintedCapture[];
  gates: TargetResult[];
  comparison: Comparison;
  suggestion: PrintedSuggestion;
  questions: DesignQuestion[];
}

/** Nobody hosts: every model is external, each in its own worktree. */
export async function execute(
  repository: Repository,
  options: ExecuteOptions,
  context: ScriptContext,
): Promise<Executed> {
  const { signal, ...reporter } = context;
  const start: StartOptions = {
    ...options,
    userChanges: options.userChanges,
    host: 'none',
    hostTree: 'main',
    passes: 1,
  };
  await prepareStart(repository, { another: true, dryRun: false }, reporter);
  const session = await startSession(repository, await planSession(repository, start), start);
  reporter.progress(`session ${session.data.session_id} in ${session.directory}`);
  const models = participants(session);
  const pass = session.data.current_pass;

  await makeModelWorktrees(
    repository,
    session,
    { models: modelsWithWorktree(session), signal },
    reporter,
  );
  const { timeout, idleTimeout, sandbox } = options;
  const run = { pass, timeout, idleTimeout, sandbox, promptFile: undefined, again: false, signal };
  // Base is gated meanwhile: that costs no token, and says early whether the worktrees lack something.
  const gatingBase = gateBase(repository, session, options, signal, reporter).catch((error) => {
    signal.throwIfAborted();
    // What the models do costs tokens: it is not given up for this.
    reporter.warn(`base could not be gated: ${messageOf(error)}`);
  });
  gatingBase.catch(() => undefined);
  const { runs, guard } = await runModels(repository, session, models, run, reporter);
  signal.throwIfAborted();
  await gatingBase;
  const captures = await captureModels(repository, session, models, pass, reporter);
  for (const { model, tree } of captures) {
    const folder = join(passFolder(session), 'files', fileName(model));
    await snapshotTree(mainPlace(session), session.data.base, tree, folder);
  }
  const gates = await gateModels(repository, session, options, signal, reporter);
  if (options.crossTests) await crossTestModels(repository, session, options, signal, reporter);
  const comparison = await compare(repository, session.data.base, candidatesOf(session, pass));
  const evidence = await readEvidence(session, pass, comparison);
  const suggested = await suggest(repository, session, pass, comparison);
  await keepComparison(session, pass, comparison, evidence, suggested);
  const suggestion = await keepSuggestion(session, pass, suggested.suggestion);
  const { questions } = suggested;
  return { session, runs, guard, captures, gates, comparison, suggestion, questions };
}

/** Each model's new tests on the others' code: where there are any, they tell wholes apart that their gates do not. */
async function crossTestModels(
  repository: Repository,
  session: Session,
  { gate }: ExecuteOptions,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<void> {
  try {
    const options = { ...gatingOptions(repository, session, { all: true, gate }), model: [] };
    const testing = await openCrossTesting(options);
    const quiet = { ...reporter, warn: reporter.progress };
    if (testing.candidates.length > 1) await runCrossTests(testing, options, signal, quiet);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // A project without a test gate has nothing to try.
    if (error.code !== 'no-gates') reporter.warn(`cross-tests were not run: ${messageOf(error)}`);
  }
}

async function gateBase(
  repository: Repository,
  session: Session,
  { gate }: ExecuteOptions,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<void> {
  const options = gatingOptions(repository, session, { base: true, gate });
  const gating = await openGating(options);
  if (gating.chosen.gates.length > 0) await runGating(gating, options, signal, reporter);
}

async function gateModels(
  repository: Repository,
  session: Session,
  { gate }: ExecuteOptions,
  signal: AbortSignal,
  reporter: Reporter,
): Promise<TargetResult[]> {
  const options = gatingOptions(repository, session, { all: true, gate });
  const gating = await openGating(options);
  if (gating.chosen.gates.length === 0) {
    await keepGateResults(session, gating.pass, gating.chosen, []);
    reporter.warn(
      'The project has no quality gate that could be found, so nothing was proved. Name one with --gate NAME=CMD.',
    );
    return [];
  }
  const results = await runGating(gating, options, signal, reporter);
  const record = await readGateRecord(session, gating.pass);
  const base = record?.results.find(({ target }) => target === 'base');
  return base === undefined ? results : [base, ...results];
}
