/** What keeps the old state of each thing that changed, once a window is closed: a patch, a private ref or a copy. */
import { basename, join } from 'node:path';
import { mkdir } from '../disk.ts';
import { type FileChange, listChanges, writePatch } from '../git/changes.ts';
import { objectKinds } from '../git/objects.ts';
import { pathText, printPath, type RawPath, rawPathOf } from '../git/paths.ts';
import { writeRefs } from '../git/refs.ts';
import { commitTree } from '../git/trees.ts';
import { type Change, type TreeChanges, treesToCompare } from '../session/compare-observations.ts';
import { joinRaw } from '../session/file-facts.ts';
import type { GuardChange } from '../session/guard-record.ts';
import type { Observation } from '../session/observation.ts';
import { mainPlace } from '../session/trusted-places.ts';
import { commandLine } from '../shell-word.ts';
import {
  anchorRef,
  evidenceFolder,
  guardRefs,
  restoreTags,
  type WindowPlace,
} from './guard-anchor.ts';
import { Copies, type Evidence, NO_EVIDENCE } from './guard-copies.ts';

/** How each pair of trees differs. */
export async function readTreeChanges(
  { session }: WindowPlace,
  before: Observation,
  after: Observation,
): Promise<TreeChanges> {
  const changes = new Map<string, FileChange[]>();
  for (const { of, from, to } of treesToCompare(before, after)) {
    changes.set(of, await listChanges(mainPlace(session), from, to, { renames: false }));
  }
  return changes;
}

export interface KeptEvidence {
  changes: GuardChange[];
  /** False: git could not keep what it should, so the anchor and the window must stay. */
  isComplete: boolean;
}

/** Keeps what changed, and says of each change how, and what shows it or brings it back. */
export async function keepEvidence(
  place: WindowPlace,
  before: Observation,
  after: Observation,
  changes: readonly Change[],
): Promise<KeptEvidence> {
  if (changes.length === 0) return { changes: [], isComplete: true };
  await mkdir(evidenceFolder(place), { recursive: true, mode: 0o700 });
  let isComplete = true;
  const orEmpty = <T>(keeping: Promise<Map<string, T>>) =>
    keeping.catch(() => {
      isComplete = false;
      return new Map<string, T>();
    });
  const trees = await orEmpty(keepTrees(place, before, after, changes));
  const refs = await orEmpty(keepRefs(place, before, changes));
  const all: Kept = { trees, refs, copies: new Copies(place, before, after) };
  const told: GuardChange[] = [];
  for (const change of changes) {
    const { kept, command, note } = await evidenceOf(place, change, { before, after }, all);
    const detail = [change.detail, note ?? ''].filter((it) => it !== '').join('; ');
    const { what, path, change: kind, before: from, after: to } = change;
    const facts = { detail, before: from, after: to, kept, command };
    told.push({ what, ...printPath(path), change: kind, ...facts });
  }
  return { changes: told, isComplete };
}

interface Kept {
  trees: ReadonlyMap<string, KeptTree>;
  refs: ReadonlyMap<string, string>;
  copies: Copies;
}

function evidenceOf(
  place: WindowPlace,
  change: Change,
  seen: { before: Observation; after: Observation },
  { trees, refs, copies }: Kept,
): Evidence | Promise<Evidence> {
  const { topLevel } = place.repository;
  const git = (directory: string, ...words: string[]) =>
    commandLine(['git', '-C', directory, ...words]);
  switch (change.what) {
    case 'main-tree':
      return treeEvidence(topLevel, change.path, change, trees.get('main-tree'), git);
    case 'worktree':
      return worktreeEvidence(place, change, trees, git);
    case 'index':
      return indexEvidence(topLevel, trees.get('index'), git);
    case 'stash':
    case 'ref':
    case 'head':
      return change.change === 'unknown'
        ? {
            kept: anchorRef(place),
            command: git(topLevel, 'log', '--oneline', '-1', anchorRef(place)),
          }
        : refsEvidence(topLevel, change, seen, refs, git);
    case 'outside':
      return { kept: null, command: commandLine(['ls', '-la', pathText(change.path)]) };
    case 'ignored-file':
      return copies.evidence(change, joinRaw(rawPathOf(topLevel), change.path));
    default:
      return copies.evidence(change, change.path);
  }
}

type Git = (directory: string, ...words: string[]) => string;

interface KeptTree {
  before: string;
  after: string;
  patch: string;
}

/** Refs for both trees of each pair, and the patch from one to the other. */
async function keepTrees(
  place: WindowPlace,
  before: Observation,
  after: Observation,
  changes: readonly Change[],
): Promise<Map<string, KeptTree>> {
  const { repository, session } = place;
  const kept = new Map<string, KeptTree>();
  const refs: Record<string, string> = {};
  const keep = async (tree: string, name: string, label: string) => {
    const ref = `${guardRefs(place)}/${name}`;
    refs[ref] = await commitTree(repository.topLevel, tree, [session.data.base], label);
    return ref;
  };
  for (const { of, from, to } of treesToCompare(before, after)) {
    const name = treeName(of, before);
    const patch = join(evidenceFolder(place), `${name}.patch`);
    await writePatch(mainPlace(session), from, to, patch, { renames: false });
    kept.set(of, {
      before: await keep(from, `${name}/before`, `${of} before`),
      after: await keep(to, `${name}/after`, `${of} after`),
      patch,
    });
  }
  for (const [of, tree] of treesWithoutPair(before, changes)) {
    if (kept.has(of)) continue;
    const ref = await keep(tree, `${treeName(of, before)}/before`, `${of} before`);
    kept.set(of, { before: ref, after: ref, patch: ref });
  }
  await writeRefs(repository.topLevel, refs);
  return kept;
}

/** What is gone as a whole, or could not be read any more: only what was there can be kept. */
function treesWithoutPair(before: Observation, changes: readonly Change[]): [string, string][] {
  return changes.flatMap(({ what, path, change }) => {
    if (change !== 'deleted' && change !== 'unknown') return [];
    const tree =
      what === 'main-tree'
        ? before.main_tree
        : what === 'index'
          ? before.index
          : before.worktrees.find((it) => what === 'worktree' && rawPathOf(it.path) === path)?.tree;
    const of = what === 'worktree' ? pathText(path) : what;
    return tree == null ? [] : [[of, tree] as [string, string]];
  });
}

/** `main-tree`, `index`, or a name for a worktree that is a part of refs and files. */
function treeName(of: string, before: Observation): string {
  const at = before.worktrees.findIndex(({ path }) => path === of);
  return at < 0 ? of : `worktree-${at + 1}-${basename(of).replaceAll(/[^\w-]+/g, '-')}`;
}

function treeEvidence(
  directory: string,
  path: RawPath,
  { change }: Change,
  kept: KeptTree | undefined,
  git: Git,
): Evidence {
  if (kept === undefined) return NO_EVIDENCE;
  if (kept.patch === kept.before)
    return { kept: kept.before, command: git(directory, 'diff', kept.before) };
  const text = pathText(path);
  const isText = rawPathOf(text) === path;
  if (change === 'added' || change === 'unknown') {
    const words = [
      'diff',
      kept.before,
      kept.after,
      '--',
      ...(isText ? [`:(top,literal)${text}`] : []),
    ];
    return { kept: kept.patch, command: git(directory, ...words) };
  }
  // Reversed, the patch refuses where the file was changed once more, and takes nothing else back.
  const only = isText ? [`--include=${text.replaceAll(/[*?[\\]/g, '\\$&')}`] : [];
  const words = ['apply', '--reverse', '--binary', ...only, kept.patch];
  return { kept: kept.patch, command: git(directory, ...words) };
}

function indexEvidence(topLevel: string, kept: KeptTree | undefined, git: Git): Evidence {
  if (kept === undefined) return NO_EVIDENCE;
  return { kept: kept.before, command: git(topLevel, 'read-tree', kept.before) };
}

function worktreeEvidence(
  { repository }: WindowPlace,
  change: Change,
  trees: Kept['trees'],
  git: Git,
): Evidence {
  const { worktree, path } = change;
  const kept = worktree === null ? undefined : trees.get(worktree);
  if (worktree === null || kept === undefined) return NO_EVIDENCE;
  if (path !== rawPathOf(worktree)) {
    const inside = path.slice(rawPathOf(worktree).length + 1);
    return treeEvidence(worktree, inside, change, kept, git);
  }
  const again = ['worktree', 'add', '--force', '--detach', worktree, kept.before];
  return { kept: kept.before, command: git(repository.topLevel, ...again) };
}

/** A private ref for each object that nothing else may hold any more, by its id. */
async function keepRefs(
  place: WindowPlace,
  before: Observation,
  changes: readonly Change[],
): Promise<Map<string, string>> {
  const { topLevel } = place.repository;
  const lost = changes.filter(
    ({ what, change, before: oid }) =>
      ['stash', 'ref', 'head'].includes(what) && change !== 'added' && oid !== null,
  );
  const names = new Map(lost.flatMap((change) => refFor(place, before, change)));
  await restoreTags(place, [...names.keys()]);
  const there = await objectKinds(topLevel, [...names.keys()]);
  const kept = new Map([...names].filter(([oid]) => there.has(oid)));
  await writeRefs(topLevel, Object.fromEntries([...kept].map(([oid, name]) => [name, oid])));
  return kept;
}

function refFor(place: WindowPlace, before: Observation, change: Change): [string, string][] {
  const { what, path, before: value } = change;
  if (value === null || !/^[0-9a-f]{40,}$/.test(value)) return [];
  // The order of the stash names many, and loses none.
  if (what === 'stash' && value.includes(' ')) return [];
  const prefix = guardRefs(place);
  // Our own private refs are put back under their own names.
  if (path.startsWith('refs/mm/')) return [];
  if (what === 'ref') return [[value, `${prefix}/ref/${pathText(path).replace(/^refs\//, '')}`]];
  if (what === 'head') return [[value, `${prefix}/head/${treeName(pathText(path), before)}`]];
  return [[value, `${prefix}/stash/${/\d+/.exec(path)?.[0] ?? '0'}`]];
}

function refsEvidence(
  topLevel: string,
  change: Change,
  seen: { before: Observation; after: Observation },
  refs: Kept['refs'],
  git: Git,
): Evidence {
  if (change.what === 'stash') return stashEvidence(topLevel, change, seen, refs, git);
  if (change.path.startsWith('refs/mm/')) return NO_EVIDENCE;
  if (change.what === 'ref') return refEvidence(topLevel, change, refs, git);
  return headEvidence(topLevel, change, refs, git);
}

function stashEvidence(
  topLevel: string,
  { change, before: oid, after: fresh, detail }: Change,
  { before, after }: { before: Observation; after: Observation },
  refs: Kept['refs'],
  git: Git,
): Evidence {
  if (change === 'added' && fresh !== null) {
    const words = ['stash', 'show', '--include-untracked', '-p', fresh];
    return { kept: null, command: git(topLevel, ...words) };
  }
  if (change !== 'deleted' || oid === null)
    return { kept: null, command: git(topLevel, 'stash', 'list') };
  const kept = refs.get(oid) ?? null;
  if (oid === before.ours.stash) return { kept, command: null };
  const store = git(topLevel, 'stash', 'store', '-m', detail, oid);
  if (after.stash_tip !== oid || after.stash.length > 0) return { kept, command: store };
  // The list was emptied, and its ref was left: git takes the entry for listed already.
  const isListed = `test -n "$(${git(topLevel, 'stash', 'list')})"`;
  const forget = git(topLevel, 'update-ref', '-d', 'refs/stash', oid);
  return { kept, command: `${isListed} || ${forget}; ${store}` };
}

function refEvidence(
  topLevel: string,
  { path, change, before, after }: Change,
  refs: Kept['refs'],
  git: Git,
): Evidence {
  const name = pathText(path);
  if (before === null) return { kept: null, command: git(topLevel, 'log', '-1', name) };
  const kept = refs.get(before) ?? null;
  if (before.startsWith('refs/'))
    return { kept, command: git(topLevel, 'symbolic-ref', name, before) };
  const expected =
    change === 'modified' && after !== null && !after.startsWith('refs/') ? [after] : [];
  const words = ['update-ref', '--no-deref', name, before, ...expected];
  return { kept, command: git(topLevel, ...words) };
}

function headEvidence(
  topLevel: string,
  { path, before }: Change,
  refs: Kept['refs'],
  git: Git,
): Evidence {
  const directory = path === 'HEAD' ? topLevel : pathText(path);
  if (before === null) return NO_EVIDENCE;
  const command = before.startsWith('refs/')
    ? git(directory, 'symbolic-ref', 'HEAD', before)
    : git(directory, 'update-ref', '--no-deref', 'HEAD', before);
  return { kept: refs.get(before) ?? null, command };
}
