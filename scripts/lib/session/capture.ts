/** A model's whole result as a tree: what lies in its working tree, whatever it committed, added or left untracked. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { type FileChange, listChanges, writePatch } from '../git/changes.ts';
import { writeRef } from '../git/refs.ts';
import { countCommits, type Repository, resolveRevision } from '../git/repository.ts';
import { commitTree, treeOf, withTemporaryIndex, writeWorkingTree } from '../git/trees.ts';
import { passName } from './paths.ts';
import {
  type CaptureRecord,
  captureOf,
  fileName,
  hostWorksInMainTree,
  modelRefs,
  passFolder,
  recordEvent,
  type Session,
  trustedIndex,
  updateSession,
  type WorktreeRecord,
  worktreeOf,
} from './session.ts';

export interface Capture {
  model: string;
  base: string;
  tree: string;
  /** Null when captured outside a session. */
  ref: string | null;
  state: 'changed' | 'empty';
  files: FileChange[];
  /** Commits that the model made on its branch. */
  commitsByModel: number;
  /** The file with the patch. */
  diff: string;
}

/** Where a model works, and how to read it: the index that is trusted, and what is not the model's. */
export interface Workplace {
  directory: string;
  indexFile: string;
  without: readonly string[];
  /** The commit that it started from. */
  start: string;
}

/** The working tree of a model in a pass; null when it has none, or none any more. */
export function workplaceOf(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): Workplace | null {
  const record = worktreeOf(session, model, pass);
  if (record !== null) return record.removed ? null : workplaceIn(session, record);
  const isHost = session.data.models.some((it) => it.model === model && it.role === 'host');
  if (!isHost || !hostWorksInMainTree(session)) return null;
  return {
    directory: repository.topLevel,
    indexFile: trustedIndex(session, 'main'),
    without: [],
    start: session.data.base,
  };
}

export function workplaceIn(session: Session, record: WorktreeRecord): Workplace {
  const indexFile = trustedIndex(session, record);
  return { directory: record.path, indexFile, without: record.provided, start: record.start };
}

/** What lies in a workplace now, as a tree. */
export function readWorkplace({ directory, indexFile, without }: Workplace): Promise<string> {
  return writeWorkingTree(directory, indexFile, without);
}

/** Captures a model's result and keeps it: private refs, the record in session.json, the patch. */
export async function captureModel(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): Promise<Capture> {
  const place = workplaceOf(repository, session, model, pass);
  const known = captureOf(session, model, pass);
  const isThere = place !== null && existsSync(place.directory);
  if (!isThere && known === null) throw noWorkplace(session, model, place?.directory);
  // What is gone, or holds a synthesis by now, was captured before: that capture stands.
  const stands = known !== null && (!isThere || holdsSynthesis(repository, session, place, pass));
  const { tree, head, ref } = stands
    ? known
    : await keepCapture(repository, session, place as Workplace, { model, pass });

  const diff = join(passFolder(session, pass), 'diffs', `${fileName(model)}.diff`);
  const capture = await describeCapture(repository.topLevel, session.data.base, tree, diff);
  const start = worktreeOf(session, model, pass)?.start ?? session.data.base;
  const commitsByModel = await countCommits(repository.topLevel, start, head);
  await recordEvent(session, 'capture', { model, pass, tree, state: capture.state });
  return { model, ...capture, ref, commitsByModel };
}

/** Captures any working tree, without a session. */
export async function captureAlone(
  directory: string,
  base: string,
  diff: string,
): Promise<Omit<Capture, 'model'>> {
  const tree = await withTemporaryIndex(directory, { tree: base }, (env) =>
    writeWorkingTree(directory, env.GIT_INDEX_FILE),
  );
  const head = await resolveRevision(directory, 'HEAD', 'commit');
  return {
    ...(await describeCapture(directory, base, tree, diff)),
    ref: null,
    commitsByModel: head === null ? 0 : await countCommits(directory, base, head),
  };
}

async function describeCapture(directory: string, base: string, tree: string, diff: string) {
  await mkdir(join(diff, '..'), { recursive: true, mode: 0o700 });
  await writePatch(directory, base, tree, diff);
  const files = await listChanges(directory, base, tree);
  const state: 'changed' | 'empty' = files.length === 0 ? 'empty' : 'changed';
  return { base, tree, state, files, diff };
}

/** Whether picks of this pass were applied where the host works: what lies there is no longer the host's own. */
function holdsSynthesis(
  { topLevel }: Repository,
  { data }: Session,
  place: Workplace,
  pass: number,
): boolean {
  const applied = data.applications.some((it) => it.pass === pass && it.state !== 'undone');
  return applied && place.directory === topLevel;
}

async function keepCapture(
  repository: Repository,
  session: Session,
  place: Workplace,
  { model, pass }: { model: string; pass: number },
): Promise<CaptureRecord> {
  const tree = await readWorkplace(place);
  const head = (await resolveRevision(place.directory, 'HEAD', 'commit')) ?? place.start;
  const known = captureOf(session, model, pass);
  if (known?.tree === tree && known.head === head) return known;
  const { topLevel } = repository;
  const { base } = session.data;
  const refs = modelRefs(session, model, pass);
  const ref = `${refs}/tree`;
  const commit = await commitTree(topLevel, tree, [base], `${model}, ${passName(pass)}`);
  await writeRef(topLevel, ref, commit);
  await writeRef(topLevel, `${refs}/head`, head);
  const baseTree = await treeOf(topLevel, base);
  const record: CaptureRecord = {
    model,
    pass,
    tree,
    ref,
    head,
    state: tree === baseTree ? 'empty' : 'changed',
    captured_at: new Date().toISOString(),
  };
  await updateSession(session, ({ captures }) => ({
    captures: [...captures.filter((it) => it.model !== model || it.pass !== pass), record],
  }));
  return record;
}

/**
 * Whether a model's working tree differs from what it started with; null when that cannot be told.
 * A failure is not "no": it is answered as unknown, and the capture will say why.
 */
export async function hasChanged(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): Promise<boolean | null> {
  const place = workplaceOf(repository, session, model, pass);
  if (place === null) return null;
  try {
    const tree = await readWorkplace(place);
    return tree !== (await treeOf(repository.topLevel, place.start));
  } catch {
    return null;
  }
}

function noWorkplace(session: Session, model: string, directory: string | undefined): Refusal {
  return new Refusal({
    code: 'no-worktree',
    message:
      directory === undefined
        ? `${model} has no worktree in ${passName(session.data.current_pass)}.`
        : `${model}'s worktree ${directory} is gone.`,
    hint: 'Make it with make-worktrees; what was captured of it before is still in its ref and its diff.',
    details: { model, directory: directory ?? null },
  });
}
