/** The user's uncommitted work: seen, anchored by a private ref before anything moves, set aside, brought back. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import { listEntryChanges } from '../git/changes.ts';
import { git, gitLine } from '../git/git.ts';
import { hostFiles } from '../git/host-files.ts';
import {
  joinNul,
  type PrintedPath,
  pathText,
  printPath,
  type RawPath,
  rawPathOfPrinted,
  splitNul,
} from '../git/paths.ts';
import { writeRef } from '../git/refs.ts';
import { type Repository, resolveRevision } from '../git/repository.ts';
import {
  commitTree,
  copyIndex,
  type Entries,
  readTree,
  replaceIndex,
  setEntries,
  treeOf,
  writeIndexTree,
  writeTreeWith,
} from '../git/trees.ts';
import {
  changeMainTree,
  type MainTreeChange,
  MainTreeConflict,
  planBack,
  planMainTree,
  readMainTree,
  withMainTree,
} from './main-tree.ts';
import { refPrefix, type Session, updateSession } from './session.ts';
import { sessionCommand } from './session-command.ts';
import { mainPlace } from './trusted-places.ts';

export interface UserChange {
  path: RawPath;
  /** The two letters of `git status --porcelain`: staged, unstaged. */
  status: string;
}

/** Staged, unstaged and untracked changes in the main tree; ignored files are none, nor is what the host needs. */
export async function listUserChanges({ topLevel }: Repository): Promise<UserChange[]> {
  const { stdout } = await git(topLevel, [
    ...['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--', ':/'],
    ...(await hostFiles(topLevel)).map((path) => excluded(pathText(path))),
  ]);
  return splitNul(stdout).map((line) => ({ status: line.slice(0, 2), path: line.slice(3) }));
}

function excluded(path: string): string {
  return `:(top,exclude,literal)${path}`;
}

type PrintedChange = PrintedPath & { status: string };

/** The two letters stay two: " M" is not staged, "M " is. */
export function printUserChanges(changes: readonly UserChange[]): PrintedChange[] {
  return changes.map(({ path, status }) => ({ ...printPath(path), status }));
}

const UNMERGED = new Set(['DD', 'AU', 'UD', 'UA', 'DU', 'AA', 'UU']);

/** @throws Refusal when a merge is open: its sides cannot be kept in trees. */
export function assertNoOpenMerge(changes: readonly UserChange[]): void {
  const unmerged = changes.filter(({ status }) => UNMERGED.has(status));
  if (unmerged.length === 0) return;
  throw new Refusal({
    code: 'unmerged-paths',
    message: `A merge or rebase is not finished: ${unmerged.length} files have conflicts.`,
    hint: 'Finish it (git status says how) or abort it, then run the same command again.',
    details: { files: unmerged.map(({ path }) => pathText(path)) },
  });
}

export interface UserWork {
  /** What the user sees: a tree of tracked and untracked files. */
  tree: string;
  /** What is staged. */
  indexTree: string;
}

/** The user's work as trees. Neither the files nor the index are touched. */
export async function readUserWork(repository: Repository, session: Session): Promise<UserWork> {
  return {
    tree: await readMainTree(repository, session),
    indexTree: await writeIndexTree(repository.topLevel, join(repository.gitDir, 'index')),
  };
}

/**
 * The work as a commit in the form of a stash entry (HEAD, index, untracked files), so that even without us
 * `git stash apply --index <commit>` brings it back.
 */
export async function commitUserWork(
  repository: Repository,
  { tree, indexTree }: UserWork,
  changes: readonly UserChange[],
  title: string,
): Promise<string> {
  const { topLevel, head, branch } = repository;
  const untracked = changes.filter(({ status }) => status === '??').map(({ path }) => path);
  const entries = await readTree(topLevel, tree);
  const tracked = await writeTreeWith(
    topLevel,
    tree,
    new Map(untracked.map((path) => [path, null])),
  );
  const emptyTree = await gitLine(topLevel, ['mktree'], { input: '' });
  const untrackedTree = await writeTreeWith(
    topLevel,
    emptyTree,
    new Map(untracked.map((path) => [path, entries.get(path) ?? null])),
  );
  const index = await commitTree(topLevel, indexTree, [head], `index on ${branch ?? 'no branch'}`);
  const others = await commitTree(
    topLevel,
    untrackedTree,
    [],
    `untracked files on ${branch ?? 'no branch'}`,
  );
  return commitTree(
    topLevel,
    tracked,
    [head, index, others],
    `On ${branch ?? 'no branch'}: ${title}`,
  );
}

/** The message of the stash entry that people see in `git stash list`. */
export function stashTitle(session: Session): string {
  return `mm-execute: user-changes stash ${session.data.session_id}`;
}

/**
 * Moves the user's work out of the main tree: anchored first, listed as a stash entry, then the files and the index go
 * back to HEAD. A crash at any point leaves it either in the tree or anchored, and restoreUserChanges() mends both.
 */
export async function setAsideUserChanges(repository: Repository, session: Session): Promise<void> {
  const changes = session.data.user_changes;
  if (changes?.stash == null || changes.state !== 'saving') return;
  const { topLevel, gitDir, head } = repository;
  await writeRef(topLevel, `${refPrefix(session)}/user/stash`, changes.stash);
  await copyIndex(join(gitDir, 'index'), savedIndex(session));
  await git(topLevel, ['stash', 'store', '--quiet', '-m', stashTitle(session), changes.stash]);

  const headTree = await treeOf(topLevel, head);
  const plan = await planMainTree(session, {
    ancestor: changes.tree,
    target: headTree,
    hint: `Something writes to these files. Let it finish, bring back what was moved, and start again: ${sessionCommand(session, 'cleanup', '--restore')}`,
  });
  await changeMainTree(repository, session, plan, (moved) => keepMove(repository, session, moved));
  await moveIndex(repository, session, changes.index_tree, headTree, plan.wanted);
  await forgetIntentToAdd(topLevel, changes.files);
  await refreshIndex(repository, session);
  await setState(session, 'set-aside');
}

/** What is about to be moved, byte for byte, and refs that keep it. */
async function keepMove(
  { topLevel }: Repository,
  session: Session,
  moved: MainTreeChange,
): Promise<void> {
  for (const side of ['before', 'after'] as const) {
    const commit = await commitTree(topLevel, moved[side], [], `${side} setting aside`);
    await writeRef(topLevel, `${refPrefix(session)}/user/${side}`, commit);
  }
  await updateSession(session, ({ user_changes }) => ({
    user_changes: user_changes && { ...user_changes, moved },
  }));
}

export interface Restoration {
  status: 'restored' | 'conflict' | 'none';
  conflicts: PrintedPath[];
  /** What brings the work back by hand; null when nothing is left to bring back. */
  command: string | null;
}

/**
 * Brings set-aside work back on top of whatever the main tree holds now. Where both changed the same place nothing is
 * written: the work stays anchored, and the answer names the files and the command.
 */
export async function restoreUserChanges(
  repository: Repository,
  session: Session,
): Promise<Restoration> {
  return withMainTree(repository, session, async () => {
    const changes = session.data.user_changes;
    if (changes?.stash == null || changes.state === 'restored' || changes.state === 'in-place') {
      return { status: 'none', conflicts: [], command: null };
    }
    // Without a record of a move nothing was moved: a crash came before the first byte.
    if (changes.moved !== null) {
      const conflicts = await moveBack(repository, session, changes.moved);
      if (conflicts !== null) {
        const command = await byHand(repository, session, changes.stash);
        return { status: 'conflict', conflicts, command };
      }
    }
    await restoreIndex(repository, session, changes.index_tree);
    await dropStashEntry(repository.topLevel, changes.stash);
    await setState(session, 'restored');
    return { status: 'restored', conflicts: [], command: null };
  });
}

/** Null, or the files in which the work and what lies there now contradict each other; nothing is written then. */
async function moveBack(
  repository: Repository,
  session: Session,
  moved: MainTreeChange,
): Promise<PrintedPath[] | null> {
  try {
    const plan = await planBack(session, moved, '');
    await changeMainTree(repository, session, plan, null);
    return null;
  } catch (error) {
    if (!(error instanceof MainTreeConflict)) throw error;
    return error.conflicts.map(printPath);
  }
}

/**
 * Puts what was staged back into the index. If nobody staged anything since, the saved index itself returns, with all
 * that a tree cannot say (intent to add, flags); otherwise only the entries that differ from the old HEAD.
 */
async function restoreIndex(
  repository: Repository,
  session: Session,
  indexTree: string,
): Promise<void> {
  const { topLevel, gitDir } = repository;
  const base = await treeOf(topLevel, session.data.ref);
  const current = await writeIndexTree(topLevel, join(gitDir, 'index'));
  const wasMoved = existsSync(savedIndex(session));
  if (wasMoved && current === base) {
    await replaceIndex(gitDir, savedIndex(session), session.data.session_id);
  } else if (wasMoved && current !== indexTree) {
    await moveIndex(repository, session, base, indexTree);
  }
  await refreshIndex(repository, session);
}

/** Changes the index's entries as one tree differs from another; all others keep what git knows of their files. */
async function moveIndex(
  { topLevel, gitDir }: Repository,
  session: Session,
  from: string,
  to: string,
  written: Entries = new Map(),
): Promise<void> {
  const changes = await listEntryChanges(mainPlace(session), from, to);
  // An entry that is set anew knows nothing of its file, so git compares contents: by its old size, a file that came back
  // with other line ends would count as changed.
  const entries = new Map([
    ...[...written].filter(([, entry]) => entry !== null),
    ...changes.map((it) => [it.path, it.to] as const),
  ]);
  await setEntries(topLevel, { GIT_INDEX_FILE: join(gitDir, 'index') }, entries, from.length);
}

/** `git add -N` leaves entries that no tree holds; the saved index has them, for the way back. */
async function forgetIntentToAdd(topLevel: string, files: readonly PrintedChange[]): Promise<void> {
  const paths = files.filter(({ status }) => status === ' A').map(rawPathOfPrinted);
  if (paths.length === 0) return;
  await git(topLevel, ['update-index', '--force-remove', '-z', '--stdin'], {
    input: joinNul(paths),
  });
}

function savedIndex(session: Session): string {
  return join(session.directory, 'index', 'user');
}

/** Lets git note the new time stamps, so that unchanged files are not shown as changed; differences are no failure. */
async function refreshIndex({ gitDir }: Repository, session: Session): Promise<void> {
  const env = { GIT_INDEX_FILE: join(gitDir, 'index') };
  await git(mainPlace(session), ['update-index', '-q', '--refresh'], { env, answers: [0, 1] });
}

/** Drops our stash entry, found by its object id: the user may have stashed something since. */
async function dropStashEntry(topLevel: string, stash: string): Promise<void> {
  if ((await resolveRevision(topLevel, 'refs/stash', 'commit')) === null) return;
  const { stdout } = await git(topLevel, ['stash', 'list', '--format=%H']);
  const position = stdout.toString().split('\n').indexOf(stash);
  if (position < 0) return;
  const entry = `stash@{${position}}`;
  if ((await gitLine(topLevel, ['rev-parse', entry])) !== stash) return;
  await git(topLevel, ['stash', 'drop', '--quiet', entry]);
}

async function setState(session: Session, state: 'set-aside' | 'restored'): Promise<void> {
  await updateSession(session, ({ user_changes }) => ({
    user_changes: user_changes && { ...user_changes, state },
  }));
}

/**
 * git applies a stash entry only over committed content. Whoever wants to merge by hand commits the result first, on
 * a branch of their own if they like; we never do.
 */
async function byHand(repository: Repository, session: Session, stash: string): Promise<string> {
  const { topLevel } = repository;
  const present = await readMainTree(repository, session);
  const words = `git -C ${quoted(topLevel)}`;
  const apply = `${words} stash apply ${stash}`;
  if (present === (await gitLine(topLevel, ['rev-parse', 'HEAD^{tree}']))) return apply;
  const host = (await hostFiles(topLevel)).map(pathText);
  const content = host.length === 0 ? '' : ` -- :/ ${host.map(excluded).map(quoted).join(' ')}`;
  return `${words} add --all${content} && ${words} commit -m "Result of multi-model-execute" && ${apply}`;
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
