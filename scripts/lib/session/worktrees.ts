/** The worktrees that models work in: made, filled and recorded. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mkdir, rm } from '../disk.ts';
import { Failure, Refusal } from '../errors.ts';
import { listRefs } from '../git/refs.ts';
import { rememberFolders } from '../git/remembered-folders.ts';
import type { Repository } from '../git/repository.ts';
import { copyIndex } from '../git/trees.ts';
import { addWorktree, adminDirOf, fillWorktree, listWorktrees } from '../git/worktrees.ts';
import { withLock } from '../process/lock.ts';
import { lockReasonFor } from './find-session.ts';
import { compactTime, repositoryLock, stateRoot } from './paths.ts';
import {
  fileName,
  foldersFile,
  recordEvent,
  type Session,
  trustedIndex,
  updateSession,
  type WorktreeRecord,
  worktreeOf,
} from './session.ts';
import { worktreePlace } from './trusted-places.ts';

export interface PlannedWorktree {
  model: string;
  path: string;
  branch: string;
  /** False when it is there already. */
  create: boolean;
}

/** Where each model's worktree would be and on which branch. Nothing is made. */
export async function planWorktrees(
  repository: Repository,
  session: Session,
  models: readonly string[],
  now: Date = new Date(),
): Promise<PlannedWorktree[]> {
  const [known, branches] = await Promise.all([
    listWorktrees(repository.topLevel),
    listBranches(repository),
  ]);
  const isTaken = (path: string) => existsSync(path) || known.some((it) => it.path === path);
  const plans: PlannedWorktree[] = [];
  for (const model of models) {
    const existing = worktreeOf(session, model, session.data.current_pass);
    if (existing !== null && !existing.removed && existsSync(existing.path)) {
      plans.push({ model, path: existing.path, branch: existing.branch, create: false });
      continue;
    }
    const stamp = compactTime(now);
    const path = freePath(repository, session, model, stamp, isTaken);
    plans.push({ model, path, branch: freeBranch(branches, model, stamp), create: true });
  }
  return plans;
}

/** `../<slug>-mm-<model>`; where that is taken, with the time behind it. */
function freePath(
  repository: Repository,
  session: Session,
  model: string,
  stamp: string,
  isTaken: (path: string) => boolean,
): string {
  const short = join(dirname(repository.topLevel), `${session.data.slug}-mm-${fileName(model)}`);
  const names = [
    short,
    `${short}-${stamp}`,
    `${short}-${stamp}-${session.data.session_id.slice(-4)}`,
  ];
  const free = names.find((path) => !isTaken(path));
  if (free !== undefined) return free;
  throw new Refusal({
    code: 'path-taken',
    message: `There is no free place for ${model}'s worktree: ${names.join(', ')} are all taken.`,
    hint: `Remove one that is no longer needed (git worktree list shows them) and run make-worktrees again.`,
    details: { paths: names },
  });
}

/** `mm/<model>/<YYYYMMDD-HHMMSS>`; two sessions in one second get a number behind it. */
function freeBranch(branches: Branches, model: string, stamp: string): string {
  const prefix = freePrefix(branches, fileName(model));
  return firstFree(branches, `${prefix}/${stamp}`);
}

/** Where the user has a branch `mm` or `mm/<model>`, git can have none below it: then `mm-<model>`. */
function freePrefix(branches: Branches, model: string): string {
  const isUsual = !branches.has('mm') && !branches.has(`mm/${model}`.toLowerCase());
  return isUsual ? `mm/${model}` : firstFree(branches, `mm-${model}`);
}

function firstFree(branches: Branches, name: string): string {
  for (let number = 1; ; number++) {
    const branch = number === 1 ? name : `${name}-${number}`;
    if (!branches.has(branch.toLowerCase())) return branch;
  }
}

/** Names in lower case: on some disks git cannot have two that differ in nothing else. */
type Branches = ReadonlySet<string>;

/** Those that begin as ours do. */
async function listBranches({ topLevel }: Repository): Promise<Branches> {
  // A repository may have very many: only those that can stand in the way.
  const ours = ['', '/**', '-*', '-*/**'].map((end) => `refs/heads/[Mm][Mm]${end}`);
  const refs = await listRefs(topLevel, ...ours);
  return new Set(refs.map(({ name }) => name.slice('refs/heads/'.length).toLowerCase()));
}

/**
 * Makes the planned worktrees: registered one after the other under the repository's lock (git cannot do two at once),
 * then filled in parallel.
 */
export async function makeWorktrees(
  repository: Repository,
  session: Session,
  {
    models,
    start,
    provided,
    onProgress,
  }: {
    models: readonly string[];
    start: string;
    /** What will be copied in, recorded before it is: it is never taken for a model's work. */
    provided: string[];
    onProgress: (message: string) => void;
  },
): Promise<(WorktreeRecord & { created: boolean })[]> {
  const lock = repositoryLock(stateRoot(), repository.commonDir);
  const plans = await withLock(lock, async () => {
    const planned = await planWorktrees(repository, session, models);
    for (const plan of planned.filter(({ create }) => create)) {
      onProgress(`${plan.model}: worktree ${plan.path}`);
      await register(repository, session, plan, { start, provided });
    }
    return planned;
  });
  return Promise.all(plans.map((plan) => fill(session, plan)));
}

async function register(
  repository: Repository,
  session: Session,
  { model, path, branch }: PlannedWorktree,
  { start, provided }: { start: string; provided: string[] },
): Promise<void> {
  await rm(trustedIndex(session, { model, pass: session.data.current_pass }), { force: true });
  // Recorded first: a crash in between leaves a record of a worktree that is not there, which cleanup understands.
  await updateSession(session, ({ worktrees, current_pass }) => ({
    worktrees: [
      ...worktrees,
      {
        model,
        pass: current_pass,
        path,
        branch,
        start,
        state: 'preparing',
        removed: false,
        provided,
        tree_after_gates: null,
      },
    ],
  }));
  await addWorktree(repository.topLevel, { path, branch, start, reason: lockReasonFor(session) });
}

async function fill(
  session: Session,
  { model, create }: PlannedWorktree,
): Promise<WorktreeRecord & { created: boolean }> {
  const record = worktreeOf(session, model, session.data.current_pass);
  if (record === null) throw new Error(`No worktree is recorded for ${model}.`);
  const trusted = trustedIndex(session, record);
  const isFilled = existsSync(trusted);
  if (!isFilled) {
    const adminDir = await adminDirOf(session.data.common_dir, record.path);
    if (adminDir === null) throw notRegistered(record.path);
    const { main_tree } = session.data;
    await fillWorktree(worktreePlace(session, record.path), adminDir, record.start, main_tree);
    const folders = foldersFile(session, record);
    for (const file of [folders, trusted]) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    }
    await rememberFolders(record.path, folders);
    // The last step: it says that the worktree is filled.
    await copyIndex(join(adminDir, 'index'), trusted);
    await recordEvent(session, 'worktree_created', {
      model,
      path: record.path,
      branch: record.branch,
    });
  }
  return { ...record, created: create || !isFilled };
}

function notRegistered(path: string): Failure {
  return new Failure({
    code: 'not-registered',
    message: `git does not know ${path} as a worktree of this repository, though it was added a moment ago.`,
    hint: 'Something removed it, or wrote it another way. Run cleanup, then make-worktrees again.',
    details: { path },
  });
}
