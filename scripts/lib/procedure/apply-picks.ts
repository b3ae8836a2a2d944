/** Phase 7 as a whole: picks, synthesis, proof, application, and the gates once more where the result lies. */
import { join } from 'node:path';
import { Failure, messageOf, UsageError } from '../errors.ts';
import { pathText, printPath } from '../git/paths.ts';
import type { Reporter } from '../script.ts';
import { replaceJson } from '../session/files.ts';
import { passFolder, type Session } from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import type { Picks } from '../synthesis/picks.ts';
import { applySynthesis, planApplication } from './apply.ts';
import { gateMainTree, type MainGates } from './explain-main.ts';
import { readLabels } from './keep-comparison.ts';
import { checkPicks } from './missing-picks.ts';
import type { OpenedComparison } from './open-comparison.ts';
import { appliedFile } from './summary.ts';
import { buildSynthesis, keepSynthesis, openPicks } from './synthesis.ts';
import { keepTakenWhole, wholeTaken } from './taken-wholes.ts';
import { type VerifyOptions, verifyPicks } from './verify-picks.ts';

export interface ApplyOptions extends Omit<VerifyOptions, 'missing'> {
  picksText: string | null;
  pick: string[];
  take?: string | undefined;
  verify: boolean;
  to: 'main' | 'scratch';
  /** Whether the gates run in the main tree too, after a proof. */
  mainGates: boolean;
  dryRun: boolean;
  /** The tree that the picks must make, where they are replayed. */
  expectedTree?: string | undefined;
}

/** @throws Refusal gates-red, pick-conflicts, main-tree-conflict, host-not-captured: in all of them nothing is applied */
export async function applyPicks(
  opened: OpenedComparison,
  options: ApplyOptions,
  reporter: Reporter,
) {
  const { session, repository, pass } = opened;
  const main = options.to === 'main' ? session : null;
  if (session === null && options.to === 'main') throw needsSession();
  const labels = session === null ? null : await readLabels(session, pass);
  const { picks, comparison } = await openPicks(opened, options, labels);
  const synthesis = await buildSynthesis(repository, comparison, picks);
  for (const warning of synthesis.warnings) reporter.warn(warning);
  // What a proof formats is known afterwards.
  if (!options.verify) checkReplay(options, synthesis.tree);
  const { missing, warnings } = await checkPicks(repository, comparison, picks);
  for (const warning of warnings) reporter.warn(warning);
  for (const { message } of missing) reporter.warn(message);
  const printed = {
    session_id: session?.data.session_id ?? null,
    pass: session === null ? null : pass,
    tree: synthesis.tree,
    to: options.to,
    applied: synthesis.applied.map(({ path, ...rest }) => ({ ...printPath(path), ...rest })),
    unpicked: synthesis.unpicked.map(({ path, models }) => ({ ...printPath(path), models })),
    missing,
    conflicts: [],
  };
  // Conflicts with the user's own changes are told before gates spend minutes.
  const plan = main === null ? null : await planApplication(main, synthesis.tree);
  for (const { path, commit } of plan?.submodules ?? []) {
    reporter.warn(
      `${pathText(path)} is a submodule, and is left to you: ${commit === null ? 'it was taken out' : `it was moved to ${commit}`}.`,
    );
  }
  if (options.dryRun) {
    const next = 'The same command without --dry-run.';
    return { ...printed, undo: null, verify: null, main_gates: null, next };
  }

  const proved = options.verify
    ? await verifyPicks(
        opened,
        comparison,
        picks,
        synthesis.tree,
        { ...options, missing },
        reporter,
      )
    : null;
  const tree = proved?.tree ?? synthesis.tree;
  checkReplay(options, tree);
  if (session !== null) await keepResults(session, pass, picks, { ...printed, tree });
  if (session !== null) await keepSynthesis(repository, session, pass, tree);
  if (main !== null) {
    await applySynthesis(repository, main, { tree, pass }, plan?.taken);
    const models = comparison.candidates.map(({ model }) => model);
    await rememberTaken(main, models, wholeTaken(printed.applied, printed.unpicked), reporter);
  }
  const mainGates =
    proved === null || main === null || !options.mainGates
      ? null
      : await gateMainTree(proved.exam, main, { tree, proof: proved.proof }, reporter);
  return {
    ...printed,
    tree,
    undo: main === null ? null : sessionCommand(main, 'apply-picks', '--undo'),
    verify: proved === null ? null : proved.verification,
    main_gates: mainGates,
    next: nextStep(main, mainGates),
  };
}

/** It is applied by now: that this could not be written is told, and no more. */
export async function rememberTaken(
  session: Session,
  models: readonly string[],
  taken: string | null,
  { warn }: Pick<Reporter, 'warn'>,
): Promise<void> {
  try {
    await keepTakenWhole(session, models, taken);
  } catch (error) {
    warn(`Whose whole was taken could not be kept for later rankings: ${messageOf(error)}`);
  }
}

function nextStep(main: Session | null, gates: MainGates | null): string {
  if (main === null)
    return 'The tree is made and kept; the same command without "--to scratch" applies it.';
  return gates?.passed === true
    ? sessionCommand(main, 'cleanup', '--restore')
    : sessionCommand(main, 'gates', '--main');
}

function checkReplay({ expectedTree: expected }: ApplyOptions, tree: string): void {
  if (expected === undefined || expected === tree) return;
  throw new Failure({
    code: 'replay-differs',
    message: `The picks of the bundle make the tree ${tree} here, and made ${expected} when it was written. Nothing was applied.`,
    hint: 'The bundle was changed, or is of another version of this skill, or what was formatted in its proof needs --verify here too: compare versions, or pick anew with --picks.',
    details: { expected, tree },
  });
}

/** What was picked and what came of it, for the summary and for whoever asks later. */
async function keepResults(
  session: Session,
  pass: number,
  picks: Picks,
  {
    tree,
    to,
    applied,
    unpicked,
  }: { tree: string; to: string; applied: unknown[]; unpicked: unknown[] },
): Promise<void> {
  await replaceJson(join(passFolder(session, pass), 'picks.json'), picks);
  await replaceJson(appliedFile(session, pass), { tree, to, applied, unpicked });
}

function needsSession(): UsageError {
  return new UsageError({
    code: 'needs-session',
    message:
      'Without a session there is no undo, so candidates from options are not applied to the main tree.',
    hint: 'Take --to scratch; then the tree can be looked at, or applied by git itself, with git restore --source.',
  });
}
