/** Two looks at what models share with the user: what changed between them. Pure: decided from the two alone. */
import type { FileChange } from '../git/changes.ts';
import { pathText, type RawPath, rawPathOf } from '../git/paths.ts';
import { type FileFacts, isSameFile, joinRaw } from './file-facts.ts';
import { WATCHED, type Watched } from './guard-record.ts';
import {
  comparePlaces,
  type IgnoredFiles,
  type IgnoredFolder,
  parseListing,
} from './ignored-files.ts';
import type { Observation, ObservedWorktree, Part } from './observation.ts';

export interface Change {
  what: Watched;
  /** Of a file in the main tree repository-relative, of any other absolute; a ref's name; `stash@{0}`. */
  path: RawPath;
  /** `unknown`: it could not be read, or it cannot be told whose doing it was. */
  change: 'added' | 'modified' | 'deleted' | 'unknown';
  detail: string;
  /** Object ids, content hashes, branch names: what was there, and what is. */
  before: string | null;
  after: string | null;
  /** Where a file in one of the user's other worktrees lies. */
  worktree: string | null;
}

/** Two trees of which it must be known how they differ. */
export interface TreePair {
  /** `main-tree`, `index`, or a worktree's path. */
  of: string;
  from: string;
  to: string;
}

/** What differs between the trees of a pair, by `of`; without renames. */
export type TreeChanges = ReadonlyMap<string, readonly FileChange[]>;

/** The trees that differ: git has to say how. */
export function treesToCompare(before: Observation, after: Observation): TreePair[] {
  const pairs = [
    { of: 'main-tree', from: before.main_tree, to: after.main_tree },
    { of: 'index', from: before.index, to: after.index },
    ...before.worktrees.map(({ path, tree }) => ({
      of: path,
      from: tree,
      to: after.worktrees.find((it) => it.path === path)?.tree ?? null,
    })),
  ];
  return pairs.flatMap(({ of, from, to }) =>
    from === null || to === null || from === to ? [] : [{ of, from, to }],
  );
}

/** All changes from one look to the next, the gravest first. */
export function compareObservations(
  before: Observation,
  after: Observation,
  trees: TreeChanges,
): Change[] {
  const unread = compareUnread(before, after);
  const isUnread = (part: Part) => unread.some((it) => it.part === part && it.all);
  const parts: [Part, () => Change[]][] = [
    ['stash', () => compareStash(before, after)],
    ['head', () => compareHead(before, after)],
    ['ref', () => compareRefs(before, after)],
    ['main-tree', () => compareMainTree(before, after, trees)],
    ['index', () => compareIndex(before, after, trees)],
    ['worktree', () => compareWorktrees(before, after, trees)],
    ['ignored-file', () => compareIgnored(before, after, trees)],
    ['outside', () => compareOutside(before, after)],
  ];
  const changes = [
    ...compareFiles(before, after),
    ...parts.flatMap(([part, compare]) => (isUnread(part) ? [] : compare())),
    ...unread.map(({ change }) => change),
  ];
  // Stable: within a kind the order stays.
  return changes.sort((a, b) => WATCHED.indexOf(a.what) - WATCHED.indexOf(b.what));
}

/** What one of the looks could not read: in doubt it is told. */
function compareUnread(before: Observation, after: Observation) {
  const all = [...before.unread, ...after.unread];
  const first = all.filter(
    (it, at) => all.findIndex(({ part, path }) => part === it.part && path === it.path) === at,
  );
  return first.map(({ part, path, reason }) => ({
    part,
    all: path === null,
    change: change(part, rawPathOf(path ?? `(${part})`), 'unknown', `could not be read: ${reason}`),
  }));
}

function change(
  what: Watched,
  path: RawPath,
  kind: Change['change'],
  detail: string,
  {
    before = null,
    after = null,
    worktree = null,
  }: Partial<Pick<Change, 'before' | 'after' | 'worktree'>> = {},
): Change {
  return { what, path, change: kind, detail, before, after, worktree };
}

function compareStash(before: Observation, after: Observation): Change[] {
  const isOwn = ({ oid }: { oid: string }) => oid === before.ours.stash || oid === after.ours.stash;
  const stateOf = (oid: string) => after.ours.stashes.find((it) => it.oid === oid)?.state ?? null;
  const lost = without(before.stash, after.stash).flatMap(({ entry, at }) => {
    // Brought back: by another session its own work, by this one.
    if (stateOf(entry.oid) === 'restored') return [];
    if (entry.oid === before.ours.stash && after.ours.stash === null) return [];
    const detail = isOwn(entry)
      ? `the work that this session set aside: ${entry.message}`
      : entry.message;
    return [change('stash', `stash@{${at}}`, 'deleted', detail, { before: entry.oid })];
  });
  const fresh = without(after.stash, before.stash).flatMap(({ entry, at }) =>
    isOwn(entry) || stateOf(entry.oid) !== null
      ? []
      : [change('stash', `stash@{${at}}`, 'added', entry.message, { after: entry.oid })],
  );
  // The oldest first: put back in this order, they are listed as they were.
  return [...lost.reverse(), ...fresh, ...compareStashOrder(before, after, isOwn)];
}

type Entry = Observation['stash'][number];

/** The entries of one list that the other has not, each with its place; an object may be listed twice. */
function without(entries: readonly Entry[], others: readonly Entry[]) {
  const left = others.map(({ oid }) => oid);
  return entries.flatMap((entry, at) => {
    const found = left.indexOf(entry.oid);
    if (found < 0) return [{ entry, at }];
    left.splice(found, 1);
    return [];
  });
}

function compareStashOrder(
  before: Observation,
  after: Observation,
  isOwn: (entry: Entry) => boolean,
): Change[] {
  const order = (entries: readonly Entry[], others: readonly Entry[]) =>
    entries
      .filter((entry) => !isOwn(entry) && others.some(({ oid }) => oid === entry.oid))
      .map(({ oid }) => oid)
      .join(' ');
  const [from, to] = [order(before.stash, after.stash), order(after.stash, before.stash)];
  if (from === to || from.length !== to.length) return [];
  return [
    change('stash', 'stash', 'modified', 'the order of the entries', { before: from, after: to }),
  ];
}

function compareHead(before: Observation, after: Observation): Change[] {
  return headChange('HEAD', before.head, after.head);
}

/** A branch that moves is told as a ref; a HEAD that names another one, or moves by itself, here. */
function headChange(path: RawPath, from: Observation['head'], to: Observation['head']): Change[] {
  if (from === null || to === null) return [];
  const [before, after] = [from.branch ?? from.oid, to.branch ?? to.oid];
  if (before === after) return [];
  return [
    change('head', path, 'modified', `${before ?? 'nothing'} -> ${after ?? 'nothing'}`, {
      before,
      after,
    }),
  ];
}

type RefState = Observation['refs'][number];

function compareRefs(before: Observation, after: Observation): Change[] {
  const [old, now] = [byName(before.refs), byName(after.refs)];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  const changed = names.flatMap((name) => {
    const [from, to] = [refValue(old.get(name)), refValue(now.get(name))];
    return from === to ? [] : judgeRef(before, after, name, from, to);
  });
  return [...changed, ...lostPrivateRefs(before, after)];
}

function byName(refs: readonly RefState[]): Map<RawPath, RefState> {
  return new Map(refs.map((ref) => [ref.name, ref]));
}

function refValue(ref: RefState | undefined): string | null {
  return ref === undefined ? null : (ref.target ?? ref.oid);
}

function judgeRef(
  before: Observation,
  after: Observation,
  name: RawPath,
  from: string | null,
  to: string | null,
): Change[] {
  const owners = [...before.ours.branches, ...after.ours.branches].filter(
    (it) => rawPathOf(it.name) === name,
  );
  const kind = kindOf(from, to);
  if (owners.length === 0) {
    return [
      change('ref', name, kind, `${from ?? 'none'} -> ${to ?? 'none'}`, {
        before: from,
        after: to,
      }),
    ];
  }
  // A session removes the worktree first, then its branch: a branch that went alone was not its doing.
  const isStray = owners.some(
    ({ own, worktree }) => !own && kind === 'deleted' && after.ours.worktrees.includes(worktree),
  );
  const detail = 'a branch of another session, whose worktree is still there';
  return isStray ? [change('ref', name, 'unknown', detail, { before: from, after: to })] : [];
}

function kindOf(from: unknown, to: unknown): 'added' | 'modified' | 'deleted' {
  if (from === null || from === undefined) return 'added';
  return to === null || to === undefined ? 'deleted' : 'modified';
}

/** Refs that keep the session's captures and the user's work: nothing of ours deletes them while models run. */
function lostPrivateRefs(before: Observation, after: Observation): Change[] {
  const there = new Set(after.ours.refs.map(({ name }) => name));
  return before.ours.refs
    .filter(({ name }) => !there.has(name))
    .map(({ name, oid }) =>
      change('ref', name, 'deleted', 'a private ref of this session', { before: oid }),
    );
}

function compareFiles(before: Observation, after: Observation): Change[] {
  const now = new Map(after.files.map((file) => [file.path, file]));
  const old = new Map(before.files.map((file) => [file.path, file]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path) => {
    const [from, to] = [old.get(path), now.get(path)];
    const what = (to ?? from)?.what;
    if (what === undefined || (from && to && isSameFile(from, to))) return [];
    return [change(what, path, kindOf(from, to), inModes(from, to), hashes(from, to))];
  });
}

/** What is to be said of permissions and kinds. */
function inModes(from: FileFacts | undefined, to: FileFacts | undefined): string {
  if (to === undefined) return '';
  if (from === undefined) return (to.mode & 0o100) !== 0 && to.kind === 'file' ? 'executable' : '';
  if (from.kind !== to.kind) return `a ${from.kind} became a ${to.kind}`;
  return from.mode === to.mode ? '' : `mode ${from.mode.toString(8)} -> ${to.mode.toString(8)}`;
}

type Hashed = { sha256: string | null } | undefined;

function hashes(from: Hashed, to: Hashed) {
  return { before: from?.sha256 ?? null, after: to?.sha256 ?? null };
}

function compareMainTree(before: Observation, after: Observation, trees: TreeChanges): Change[] {
  const was = ignoredPaths(before.ignored);
  const is = ignoredPaths(after.ignored);
  return (trees.get('main-tree') ?? []).map((file) => {
    const told = fileChange('main-tree', file.path, file, null);
    if (file.status === 'deleted' && is(file.path))
      return { ...told, change: 'unknown', detail: 'it is ignored now: not compared' };
    if (file.status === 'added' && was(file.path))
      return { ...told, change: 'unknown', detail: 'it is no longer ignored' };
    return told;
  });
}

function fileChange(
  what: 'main-tree' | 'worktree',
  path: RawPath,
  { status, mode, oldMode, oid, oldOid }: FileChange,
  worktree: string | null,
): Change {
  const kind = status === 'added' || status === 'deleted' ? status : 'modified';
  const detail = kind === 'modified' && mode !== oldMode ? `mode ${oldMode} -> ${mode}` : '';
  return change(what, path, kind, detail, { before: oldOid, after: oid, worktree });
}

function ignoredPaths({ files, folders }: IgnoredFiles): (path: RawPath) => boolean {
  const names = new Set([...files, ...folders].map(({ path }) => path));
  return (path) => {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1))
      if (names.has(path.slice(0, at))) return true;
    return false;
  };
}

const FEW = 5;

/** One line for all: what is staged is told as a whole, and taken back as a whole. */
function compareIndex(before: Observation, after: Observation, trees: TreeChanges): Change[] {
  const files = trees.get('index') ?? [];
  if (files.length === 0) return [];
  const names = files.slice(0, FEW).map(({ path }) => pathText(path));
  const detail = `staged otherwise: ${names.join(', ')}${files.length > FEW ? ` and ${files.length - FEW} more` : ''}`;
  const states = { before: before.index, after: after.index };
  return [change('index', 'index', 'modified', detail, states)];
}

function compareWorktrees(before: Observation, after: Observation, trees: TreeChanges): Change[] {
  const now = new Map(after.worktrees.map((it) => [it.path, it]));
  const old = new Map(before.worktrees.map((it) => [it.path, it]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path) => {
    const [from, to] = [old.get(path), now.get(path)];
    if (from === undefined) return to === undefined ? [] : addedWorktree(before, to);
    if (to === undefined) return [lostWorktree(after, from)];
    const files = (trees.get(path) ?? []).map((file) =>
      fileChange('worktree', joinRaw(rawPathOf(path), file.path), file, path),
    );
    return [...headChange(rawPathOf(path), headOf(from), headOf(to)), ...files];
  });
}

function headOf({ branch, head }: ObservedWorktree): Observation['head'] {
  return { branch: branch === null ? null : `refs/heads/${branch}`, oid: head };
}

function addedWorktree(before: Observation, { path, tree }: ObservedWorktree): Change[] {
  if (before.ours.worktrees.includes(path)) return [];
  return [
    change('worktree', rawPathOf(path), 'added', 'a worktree', { after: tree, worktree: path }),
  ];
}

function lostWorktree(after: Observation, { path, tree }: ObservedWorktree): Change {
  const isOurs = after.ours.worktrees.includes(path);
  const detail = isOurs
    ? 'a worktree that carries the mark of this skill now'
    : 'a worktree: its folder is gone, or git does not know it any more';
  const facts = { before: tree, worktree: path };
  return change('worktree', rawPathOf(path), isOurs ? 'unknown' : 'deleted', detail, facts);
}

function compareIgnored(before: Observation, after: Observation, trees: TreeChanges): Change[] {
  const moved = new Set((trees.get('main-tree') ?? []).map(({ path }) => path));
  const old = new Map(before.ignored.files.map((file) => [file.path, file]));
  const now = new Map(after.ignored.files.map((file) => [file.path, file]));
  const files = [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path) => {
    const [from, to] = [old.get(path), now.get(path)];
    if (moved.has(path) || (from && to && isSameFile(from, to))) return [];
    return [change('ignored-file', path, kindOf(from, to), inModes(from, to), hashes(from, to))];
  });
  const isKnown = (path: RawPath) => moved.has(path) || old.has(path) || now.has(path);
  return [...files, ...compareFolders(before.ignored.folders, after.ignored.folders, isKnown)];
}

/** A folder in which more changed than this is told as a whole. */
const MOST_IN_A_FOLDER = 50;

function compareFolders(
  before: readonly IgnoredFolder[],
  after: readonly IgnoredFolder[],
  isKnown: (path: RawPath) => boolean,
): Change[] {
  const old = new Map(before.map((folder) => [folder.path, folder]));
  const now = new Map(after.map((folder) => [folder.path, folder]));
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.flatMap((path) => {
    const [from, to] = [old.get(path), now.get(path)];
    if (from?.listing === to?.listing && from && to) return [];
    const changes = compareListings(from, to)
      .map(({ name, kind }) => ({ path: joinRaw(path, name), kind }))
      .filter((it) => !isKnown(it.path));
    return toldTogether(path, changes);
  });
}

function toldTogether(
  folder: RawPath,
  changes: readonly { path: RawPath; kind: Change['change'] }[],
): Change[] {
  const detail = 'in an ignored folder: told by size and time';
  const told = changes
    .slice(0, MOST_IN_A_FOLDER)
    .map(({ path, kind }) => change('ignored-file', path, kind, detail));
  const more = changes.length - told.length;
  if (more === 0) return told;
  return [
    ...told,
    change('ignored-file', `${folder}/`, 'modified', `and ${more} more files in it`),
  ];
}

function compareListings(from: IgnoredFolder | undefined, to: IgnoredFolder | undefined) {
  const [old, now] = [parseListing(from?.listing ?? ''), parseListing(to?.listing ?? '')];
  const ends = [
    ...(from && !from.is_whole ? [[...old.keys()].at(-1) ?? null] : []),
    ...(to && !to.is_whole ? [[...now.keys()].at(-1) ?? null] : []),
  ];
  // Behind the end of a listing that was cut nothing is known.
  const isKnown = (name: RawPath) =>
    ends.every((end) => end !== null && comparePlaces(name, end) <= 0);
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name) && isKnown(name))
    .sort(comparePlaces)
    .map((name) => ({ name, kind: kindOf(old.get(name), now.get(name)) }));
}

function compareOutside(before: Observation, after: Observation): Change[] {
  const { folder } = after.outside;
  const owned = [...before.ours.worktrees, ...after.ours.worktrees];
  const known = new Set(
    [...owned, ...[...before.worktrees, ...after.worktrees].map(({ path }) => path)].map(rawPathOf),
  );
  const [old, now] = [new Set(before.outside.names), new Set(after.outside.names)];
  return [...new Set([...old, ...now])].sort().flatMap((name) => {
    const path = joinRaw(folder, name);
    if ((old.has(name) && now.has(name)) || known.has(path)) return [];
    return [change('outside', path, now.has(name) ? 'added' : 'deleted', 'beside the worktrees')];
  });
}

/** What was not compared, in words, because there was too much of it. */
export function limitsOf(before: Observation, after: Observation): string[] {
  const cut = [...before.ignored.folders, ...after.ignored.folders].filter((it) => !it.is_whole);
  if (cut.length === 0) return [];
  const names = [...new Set(cut.map(({ path }) => pathText(path)))];
  return [
    `There are too many ignored files to look at all: not, or only partly, looked at: ${names.slice(0, FEW).join(', ')}${names.length > FEW ? ', ...' : ''}.`,
  ];
}
