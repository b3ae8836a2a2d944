/** Phase 7 as a whole: picks, synthesis, proof, application. */
import { join } from 'node:path';
import * as z from 'zod';
import { UsageError } from '../errors.ts';
import { pathText, printPath } from '../git/paths.ts';
import type { Reporter } from '../script.ts';
import { replaceJson } from '../session/files.ts';
import { stateRoot } from '../session/paths.ts';
import { passFolder, type Session } from '../session/session.ts';
import type { Picks } from '../synthesis/picks.ts';
import { applySynthesis, planApplication } from './apply.ts';
import { gateResultSchema, printTarget, type TargetResult } from './gate-record.ts';
import type { OpenedComparison } from './open-comparison.ts';
import { appliedFile } from './summary.ts';
import { buildSynthesis, keepSynthesis, proveTree, readPicks, redProof } from './synthesis.ts';

export const verificationSchema = z.object({
  passed: z.boolean(),
  gates: z.array(gateResultSchema),
  culprits: z.array(z.string()),
  nearest_green: z.object({ file: z.string(), changed: z.array(z.string()) }).nullable(),
  runs: z.number(),
});

export interface ApplyOptions {
  picksText: string | null;
  pick: string[];
  take?: string | undefined;
  verify: boolean;
  gate: string[];
  timeout: number;
  to: 'main' | 'scratch';
  dryRun: boolean;
  signal: AbortSignal;
}

/** @throws Refusal gates-red, pick-conflicts, main-tree-conflict, host-not-captured: in all of them nothing is applied */
export async function applyPicks(
  { session, repository, pass, comparison }: OpenedComparison,
  options: ApplyOptions,
  reporter: Reporter,
) {
  const main = options.to === 'main' ? session : null;
  if (session === null && options.to === 'main') throw needsSession();
  const picks = readPicks({ ...options, take: options.take }, comparison);
  const synthesis = await buildSynthesis(repository, comparison, picks);
  for (const warning of synthesis.warnings) reporter.warn(warning);
  const printed = {
    session_id: session?.data.session_id ?? null,
    pass: session === null ? null : pass,
    tree: synthesis.tree,
    to: options.to,
    applied: synthesis.applied.map(({ path, ...rest }) => ({ ...printPath(path), ...rest })),
    unpicked: synthesis.unpicked.map(({ path, models }) => ({ ...printPath(path), models })),
    conflicts: [],
  };
  // Conflicts with the user's own changes are told before gates spend minutes.
  const plan = main === null ? null : await planApplication(repository, main, synthesis.tree);
  for (const { path, commit } of plan?.submodules ?? []) {
    reporter.warn(
      `${pathText(path)} is a submodule, and is left to you: ${commit === null ? 'it was taken out' : `it was moved to ${commit}`}.`,
    );
  }
  if (options.dryRun) {
    return { ...printed, undo: null, verify: null, next: 'The same command without --dry-run.' };
  }

  const logs =
    session === null ? join(stateRoot(), 'gates') : join(passFolder(session, pass), 'logs');
  const proof = options.verify
    ? await proveTree(
        repository,
        session,
        {
          tree: synthesis.tree,
          base: comparison.base,
          pass,
          gateOptions: options.gate,
          logs,
          timeoutMs: options.timeout * 1000,
          signal: options.signal,
        },
        reporter,
      )
    : null;
  if (proof !== null && !proof.passed) throw redProof(proof);
  if (session !== null) await keepResults(session, pass, picks, printed);
  if (session !== null) await keepSynthesis(repository, session, pass, synthesis.tree);
  if (main !== null) await applySynthesis(repository, main, { tree: synthesis.tree, pass });
  const named = session === null ? '' : ` --session ${session.data.session_id}`;
  return {
    ...printed,
    undo: main === null ? null : `mm.mjs apply-picks --undo${named}`,
    verify: proof === null ? null : printProof(proof),
    next:
      main === null
        ? 'The tree is made and kept; the same command without "--to scratch" applies it.'
        : `mm.mjs gates --main${named}`,
  };
}

function printProof(proof: TargetResult): z.output<typeof verificationSchema> {
  const { gates, passed } = printTarget(proof);
  return { passed, gates, culprits: [], nearest_green: null, runs: 1 };
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
    hint: 'Take --to scratch; then the tree can be looked at, or applied by git itself: git restore --source TREE -- PATH.',
  });
}
