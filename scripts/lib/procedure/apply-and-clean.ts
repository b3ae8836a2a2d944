/** Phases 7 and 8 in one go: the picks proved and applied, the gates once more in the main tree, everything tidied. */
import type { Repository } from '../git/repository.ts';
import type { ScriptContext } from '../script.ts';
import type { Session } from '../session/session.ts';
import { restoreUserChanges } from '../session/user-changes.ts';
import type { Pick } from '../synthesis/picks.ts';
import { applyPicks } from './apply-picks.ts';
import { archiveWhenDone, cleanUp } from './cleanup.ts';
import { candidatesOf, compare } from './compare.ts';
import type { MainGates } from './explain-main.ts';
import { closeSession, completePass } from './passes.ts';
import { writeSummary } from './summary.ts';

export interface Finished {
  tree: string;
  /** The models that something was taken from. */
  from: string[];
  applied: { path: string; from: string; status: string; why: string | null }[];
  undo: string;
  /** In the main tree, after the application. */
  gates: MainGates;
  summary: string;
}

/** @throws Refusal gates-red and its kin, with nothing applied; the session then stays open */
export async function applyAndClean(
  repository: Repository,
  session: Session,
  picks: { picks: Pick[] },
  context: ScriptContext,
): Promise<Finished> {
  const { signal, ...reporter } = context;
  const pass = session.data.current_pass;
  const comparison = await compare(repository, session.data.base, candidatesOf(session, pass));
  const result = await applyPicks(
    { session, repository, pass, comparison },
    {
      picksText: JSON.stringify(picks),
      ...{ pick: [], verify: true, search: false, searchRuns: 0, searchMinutes: 0, gate: [] },
      ...{ timeout: 1200, to: 'main', mainGates: true, dryRun: false, signal },
    },
    reporter,
  );
  const gates = result.main_gates;
  if (gates === null) throw new Error('The gates gave no result for the main tree.');
  const from = [...new Set(result.applied.map((it) => it.from))];
  await completePass(session, pass, analysis(from, result.applied));
  await cleanUp(
    repository,
    session,
    { keepWorktrees: false, force: false, captureFirst: true },
    reporter,
  );
  const { status, command } = await restoreUserChanges(repository, session);
  if (status === 'conflict')
    context.warn(`Your own changes conflict with the result; by hand: ${command}`);
  await archiveWhenDone(repository, session);
  await closeSession(session, 'completed');
  return {
    tree: result.tree,
    from,
    applied: result.applied,
    undo: result.undo ?? '',
    gates,
    summary: await writeSummary(session),
  };
}

function analysis(from: readonly string[], applied: Finished['applied']): string {
  return [
    '# What was taken',
    '',
    `From ${from.join(' and ')}, without an analysis by a model.`,
    '',
    ...applied.map(({ path, from: model, why }) => `- ${path}: ${model}${why ? `, ${why}` : ''}`),
    '',
  ].join('\n');
}
