/** Phase 7, its first steps: picks become a tree, and the tree is proved in a scratch worktree. */
import { join } from 'node:path';
import { Refusal, UsageError } from '../errors.ts';
import { pathText } from '../git/paths.ts';
import { writeRef } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/trees.ts';
import { GATE_BUDGET } from '../process/slots.ts';
import type { Reporter } from '../script.ts';
import { passName } from '../session/paths.ts';
import { refPrefix, type Session } from '../session/session.ts';
import {
  BASE,
  overridePicks,
  type Picks,
  parsePickOption,
  parsePicks,
  picksTaking,
} from '../synthesis/picks.ts';
import { resolvePicks } from '../synthesis/resolve-picks.ts';
import { type Synthesis, synthesize } from '../synthesis/synthesize.ts';
import type { Comparison } from './compare.ts';
import { chooseGates } from './gate-choices.ts';
import { printTarget, readGateRecord, type TargetResult, withVerdicts } from './gate-record.ts';
import { gateTargets } from './gate-targets.ts';

export interface PickOptions {
  /** The text of a picks file. */
  picksText: string | null;
  /** PATH=MODEL, each. */
  pick: readonly string[];
  take: string | undefined;
}

/** @throws UsageError `no-picks`; whatever is wrong with the picks themselves */
export function readPicks({ picksText, pick, take }: PickOptions, comparison: Comparison): Picks {
  if (picksText === null && take === undefined && pick.length === 0) {
    throw new UsageError({
      code: 'no-picks',
      message: 'Nothing was picked.',
      hint: 'Give --picks FILE, --pick PATH=MODEL, or --take MODEL; compare --suggest writes a picks file to start from.',
    });
  }
  if (picksText !== null && take !== undefined) {
    throw new UsageError({
      code: 'two-inputs',
      message: '--picks and --take both say where everything comes from.',
      hint: 'Give one of them, and single exceptions with --pick PATH=MODEL.',
    });
  }
  const models = comparison.candidates.map(({ model }) => model);
  const whole: Picks =
    picksText !== null
      ? parsePicks(picksText)
      : take === undefined || take === BASE
        ? { picks: [] }
        : picksTaking(take, comparison.files, models);
  return overridePicks(whole, pick.map(parsePickOption));
}

/**
 * The tree that picks make, in the object store only.
 * @throws Refusal `pick-conflicts` where picked hunks overlap or paths exclude each other
 */
export async function buildSynthesis(
  repository: Repository,
  comparison: Comparison,
  picks: Picks,
): Promise<Synthesis & { tree: string }> {
  const models = comparison.candidates.map(({ model }) => model);
  const resolved = resolvePicks(picks, { files: comparison.files, models });
  const synthesis = await synthesize(repository.topLevel, comparison.base, resolved);
  if (synthesis.tree !== null) return { ...synthesis, tree: synthesis.tree };
  const conflicts = synthesis.conflicts.map(({ path, ...rest }) => ({
    path: pathText(path),
    ...rest,
  }));
  throw new Refusal({
    code: 'pick-conflicts',
    message: `The picks contradict each other in ${conflicts.length === 1 ? 'one path' : `${conflicts.length} paths`}: ${conflicts[0]?.path}: ${conflicts[0]?.reason}`,
    hint: 'Take one of the overlapping hunks, or the whole file from one model, and run apply-picks again. Nothing was applied.',
    details: { conflicts },
  });
}

/** Keeps the synthesis of a pass reachable. */
export async function keepSynthesis(
  repository: Repository,
  session: Session,
  pass: number,
  tree: string,
): Promise<void> {
  const { topLevel } = repository;
  const commit = await commitTree(
    topLevel,
    tree,
    [session.data.base],
    `synthesis of ${passName(pass)}`,
  );
  await writeRef(topLevel, `${refPrefix(session)}/${passName(pass)}/synthesis`, commit);
}

/** Runs the project's gates on the synthesis in a scratch worktree; verdicts against base where base was gated. */
export async function proveTree(
  repository: Repository,
  session: Session | null,
  {
    tree,
    base,
    pass,
    gateOptions,
    logs,
    timeoutMs,
    signal,
  }: {
    tree: string;
    base: string;
    pass: number;
    gateOptions: readonly string[];
    logs: string;
    timeoutMs: number;
    signal: AbortSignal;
  },
  reporter: Reporter,
): Promise<TargetResult> {
  const { gates } = await chooseGates(repository, session, base, gateOptions);
  const [result] = await gateTargets(
    repository,
    session,
    {
      gates,
      targets: [{ target: 'synthesis', tree, place: null }],
      base,
      timeoutMs,
      jobs: GATE_BUDGET,
      // What the user picked is the user's word, weaker tests included; they were shown before.
      asBase: false,
      useCache: true,
      logs,
      cache: session === null ? null : join(session.directory, 'gate-cache'),
      signal,
    },
    reporter,
  );
  if (result === undefined) throw new Error('The gates gave no result for the synthesis.');
  const baseResult =
    session === null
      ? undefined
      : (await readGateRecord(session, pass))?.results.find(({ target }) => target === 'base');
  return withVerdicts([...(baseResult === undefined ? [] : [baseResult]), result]).at(-1) ?? result;
}

/** A red proof: nothing is applied, and the answer names what is red. */
export function redProof(result: TargetResult): Refusal {
  const red = result.gates.filter(({ status }) => status !== 'pass');
  return new Refusal({
    code: 'gates-red',
    message: `The mix is not green: ${red.map(({ name, status }) => `${name} (${status})`).join(', ')}. Nothing was applied.`,
    hint: 'Read the logs that "details" names, change the picks, and run apply-picks again.',
    details: {
      verify: {
        passed: false,
        gates: printTarget(result).gates,
        culprits: [],
        nearest_green: null,
        runs: 1,
      },
    },
  });
}
