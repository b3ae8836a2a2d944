/** A model's whole result as a tree: what lies in its working tree, whatever it committed, added or left untracked. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { type FileChange, listChanges, writePatch } from '../git/changes.ts';
import { gitLine } from '../git/git.ts';
import { writeRef } from '../git/refs.ts';
import { countCommits, type Repository, resolveRevision } from '../git/repository.ts';
import { commitTree, withTemporaryIndex, writeWorkingTree } from '../git/trees.ts';
import { passName } from './paths.ts';
import {
  type CaptureRecord,
  captureOf,
  fileName,
  hostWorksInMainTree,
  passFolder,
  recordEvent,
  refPrefix,
  type Session,
  trustedIndex,
  updateSession,
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

/** The working tree of a model in a pass, and the index that is trusted for it. */
export function workplaceOf(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): { directory: string; indexFile: string; start: string } | null {
  const record = worktreeOf(session, model, pass);
  if (record !== null) {
    return record.removed
      ? null
      : { directory: record.path, indexFile: trustedIndex(session, record), start: record.start };
  }
  const isHost = session.data.models.some((it) => it.model === model && it.role === 'host');
  if (!isHost || !hostWorksInMainTree(session)) return null;
  return {
    directory: repository.topLevel,
    indexFile: trustedIndex(session, 'main'),
    start: session.data.base,
  };
}

/** Captures a model's result and keeps it: private refs, the record in session.json, the patch. */
export async function captureModel(
  repository: Repository,
  session: Session,
  model: string,
  pass: number,
): Promise<Capture> {
  const place = workplaceOf(repository, session, model, pass);
  if (place === null || !existsSync(place.directory))
    throw noWorkplace(session, model, place?.directory);
  const tree = await writeWorkingTree(place.directory, place.indexFile);
  const head = (await resolveRevision(place.directory, 'HEAD', 'commit')) ?? place.start;
  const record = await keepCapture(repository, session, { model, pass, tree, head });

  const diff = join(passFolder(session, pass), 'diffs', `${fileName(model)}.diff`);
  const capture = await describeCapture(repository.topLevel, session.data.base, tree, diff);
  const commitsByModel = await countCommits(repository.topLevel, place.start, head);
  await recordEvent(session, 'capture', { model, pass, tree, state: capture.state });
  return { model, ...capture, ref: record.ref, commitsByModel };
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

async function keepCapture(
  repository: Repository,
  session: Session,
  { model, pass, tree, head }: { model: string; pass: number; tree: string; head: string },
): Promise<CaptureRecord> {
  const known = captureOf(session, model, pass);
  if (known?.tree === tree && known.head === head) return known;
  const { topLevel } = repository;
  const { base } = session.data;
  const ref = `${refPrefix(session)}/${passName(pass)}/${fileName(model)}`;
  const commit = await commitTree(topLevel, tree, [base], `${model}, ${passName(pass)}`);
  await writeRef(topLevel, ref, commit);
  await writeRef(topLevel, `${ref}-head`, head);
  const baseTree = await gitLine(topLevel, ['rev-parse', `${base}^{tree}`]);
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
    const tree = await writeWorkingTree(place.directory, place.indexFile);
    return tree !== (await gitLine(repository.topLevel, ['rev-parse', `${place.start}^{tree}`]));
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
