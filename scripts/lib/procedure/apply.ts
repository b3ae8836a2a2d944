/** Phase 7, its last step: the main tree is brought to a tree that was proved, once, and can be brought back. */
import { Refusal } from '../errors.ts';
import { type EntryChange, listEntryChanges } from '../git/changes.ts';
import { writeRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree, treeOf } from '../git/trees.ts';
import {
  changeMainTree,
  type MainTreeChange,
  type MainTreePlan,
  planBack,
  planMainTree,
  withMainTree,
} from '../session/main-tree.ts';
import {
  captureOf,
  hostWorksInMainTree,
  recordEvent,
  refPrefix,
  type Session,
  type SessionData,
  standingApplication,
  updateSession,
} from '../session/session.ts';
import { sessionCommand } from '../session/session-command.ts';
import { mainPlace } from '../session/trusted-places.ts';

type Application = SessionData['applications'][number];

/** The host's model when it works in the main tree; its capture must exist before that tree is changed. */
function hostInMainTree(session: Session): string | null {
  if (!hostWorksInMainTree(session)) return null;
  return session.data.models.find(({ role }) => role === 'host')?.model ?? null;
}

/**
 * What lies in the main tree because of the session: the last synthesis, or what the host captured since, or base, which
 * is a commit and no tree. Whatever lies there beyond it is the user's own, and stays.
 * @throws Refusal `host-not-captured`: what the host did would be lost
 */
function sessionsPartOfMainTree(session: Session): string {
  const applied = standingApplication(session);
  const host = hostInMainTree(session);
  const captured = host === null ? null : latestCapture(session, host);
  if (host !== null && captured === null && applied === null) throw hostNotCaptured(session, host);
  if (captured !== null && (applied === null || captured.captured_at > applied.applied_at)) {
    return captured.tree;
  }
  if (applied !== null) return applied.tree;
  // Of uncommitted work that was included, base holds more than HEAD did: here it lies only where the session began.
  const { base, ref, user_changes } = session.data;
  return user_changes?.mode === 'include' ? base : ref;
}

function latestCapture(session: Session, model: string) {
  for (let pass = session.data.current_pass; pass >= 1; pass--) {
    const capture = captureOf(session, model, pass);
    if (capture !== null) return capture;
  }
  return null;
}

/** From one tree to another: what differs never changes. */
export interface ApplicationStep {
  /** What the session has in the main tree: a commit, or the tree itself. */
  from: string;
  ancestor: string;
  target: string;
  changes: readonly EntryChange[];
}

/** @param known the step as it was before; it holds while the session has the same in the main tree */
async function stepTo(
  session: Session,
  target: string,
  known?: ApplicationStep,
): Promise<ApplicationStep> {
  const from = sessionsPartOfMainTree(session);
  if (known?.from === from && known.target === target) return known;
  const { base, ref, main_tree } = session.data;
  const ancestor = [base, ref].includes(from) ? await treeOf(main_tree, from) : from;
  const changes = await listEntryChanges(mainPlace(session), ancestor, target);
  return { from, ancestor, target, changes };
}

/**
 * What applying a synthesis would make of the main tree. Nothing is written.
 * @param known the step of an earlier plan
 */
export async function planApplication(
  session: Session,
  synthesis: string,
  known?: ApplicationStep,
): Promise<MainTreePlan & { taken: ApplicationStep }> {
  const taken = await stepTo(session, synthesis, known);
  const plan = await planMainTree(session, {
    ...taken,
    hint: 'The main tree holds changes of its own in these files. Commit or move them away, or leave these paths out of the picks, and run apply-picks again.',
  });
  return { ...plan, taken };
}

/**
 * Brings the main tree to the synthesis: recorded before the first byte.
 * @param known the step of an earlier plan
 */
export async function applySynthesis(
  repository: Repository,
  session: Session,
  { tree, pass }: { tree: string; pass: number },
  known?: ApplicationStep,
): Promise<MainTreePlan> {
  return withMainTree(repository, session, async () => {
    await finishInterrupted(repository, session);
    const plan = await planApplication(session, tree, known);
    if (plan.wanted.size === 0 && standingApplication(session)?.tree === tree) return plan;
    const applied_at = new Date().toISOString();
    await changeOrForget(repository, session, plan, (change) =>
      begin(repository, session, { pass, tree, ...change, state: 'writing', applied_at }),
    );
    await setLastState(session, 'applied');
    await recordEvent(session, 'apply', { pass, tree });
    return plan;
  });
}

/** Refs first: an undo needs both sides, and git gc must not take them. */
async function begin(
  repository: Repository,
  session: Session,
  application: Application,
): Promise<void> {
  await keep(repository, session, application);
  await updateSession(session, ({ applications }) => ({
    applications: [...applications, application],
  }));
}

/** Where the change was refused, nothing is left of it, and there is nothing to undo. */
async function changeOrForget(
  repository: Repository,
  session: Session,
  plan: MainTreePlan,
  keepChange: (change: MainTreeChange) => Promise<void>,
): Promise<void> {
  let isKept = false;
  const keepIt = async (change: MainTreeChange) => {
    await keepChange(change);
    isKept = true;
  };
  try {
    await changeMainTree(repository, session, plan, keepIt);
  } catch (error) {
    if (isKept && error instanceof Refusal) await setLastState(session, 'undone');
    throw error;
  }
}

/**
 * Takes the last application back: the main tree holds again what it held before, with what was changed since.
 * @throws Refusal `nothing-to-undo`
 */
export async function undoApplication(
  repository: Repository,
  session: Session,
): Promise<MainTreePlan> {
  return withMainTree(repository, session, async () => {
    const last = standingApplication(session);
    if (last === null) throw nothingToUndo(session);
    const change = await takeBack(repository, session, last);
    await recordEvent(session, 'undo', { pass: last.pass, tree: last.tree });
    return change;
  });
}

/** An application that a crash cut short is taken back first: then the main tree is as it was before. */
async function finishInterrupted(repository: Repository, session: Session): Promise<void> {
  const last = standingApplication(session);
  if (last?.state === 'writing') await takeBack(repository, session, last);
}

async function takeBack(
  repository: Repository,
  session: Session,
  application: Application,
): Promise<MainTreePlan> {
  const plan = await planBack(
    session,
    application,
    'These files were changed since the application in the places that it changed. Move those changes away, then run apply-picks --undo again.',
  );
  // What this writes is the state that is recorded already: a crash in between is finished by the next one who undoes.
  await changeMainTree(repository, session, plan, null);
  await setLastState(session, 'undone');
  return plan;
}

/** Refs for both sides: an undo needs them, and git gc must not take them. */
async function keep(
  repository: Repository,
  session: Session,
  { before, after }: MainTreeChange,
): Promise<void> {
  const number = session.data.applications.length + 1;
  const commit = (name: string, tree: string) =>
    commitTree(repository.topLevel, tree, [], `${name} application ${number}`);
  const [one, other] = await Promise.all([commit('before', before), commit('after', after)]);
  const refs = `${refPrefix(session)}/apply/${number}`;
  await writeRefs(repository.topLevel, { [`${refs}-before`]: one, [`${refs}-after`]: other });
}

async function setLastState(session: Session, state: 'applied' | 'undone'): Promise<void> {
  await updateSession(session, ({ applications }) => {
    const at = applications.findLastIndex((it) => it.state !== 'undone');
    return {
      applications: applications.map((it, index) => (index === at ? { ...it, state } : it)),
    };
  });
}

function hostNotCaptured(session: Session, host: string): Refusal {
  return new Refusal({
    code: 'host-not-captured',
    message: `${host} works in the main tree and has not been captured, so what it did there would be lost.`,
    hint: sessionCommand(session, 'capture-diff', '--model', host),
    details: { model: host },
  });
}

function nothingToUndo(session: Session): Refusal {
  return new Refusal({
    code: 'nothing-to-undo',
    message: `Session ${session.data.session_id} has no application that stands in the main tree.`,
    hint: 'apply-picks applies one; each can be undone once, the last first.',
  });
}
