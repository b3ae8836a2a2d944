/**
 * The user's own working tree: changed only where something is to change, and only as it was seen. A change is planned,
 * made ready beside the tree, written down, and then swapped in; half of it can always be told from all of it.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { mkdir, rm } from '../disk.ts';
import { Refusal } from '../errors.ts';
import { type EntryChange, listEntryChanges } from '../git/changes.ts';
import type { TrustedPlace } from '../git/git.ts';
import { mergeTrees } from '../git/merge-trees.ts';
import {
  type PrintedPath,
  pathText,
  printPath,
  type RawPath,
  rawPathOfPrinted,
} from '../git/paths.ts';
import { convertedPaths, plainPaths, readPresentFiles, type Sight } from '../git/present-files.ts';
import type { Repository } from '../git/repository.ts';
import { isAttributesFile, stageAsBytes, stageFiles } from '../git/stage-files.ts';
import { removeEmptyFolders, swapFiles } from '../git/swap-files.ts';
import {
  type Entries,
  forgetReplacement,
  listSubmodules,
  readTree,
  type TreeEntry,
  withWholeIndex,
  writeTree,
} from '../git/trees.ts';
import { isAsBytes, placeIn } from '../git/trusted-git-dir.ts';
import { readWorkingTree } from '../git/working-tree.ts';
import { withLock } from '../process/lock.ts';
import { repositoryLock, stateRoot } from './paths.ts';
import { refreshSession, type Session } from './session.ts';
import { bytesPlace, mainPlace, withPlaceAlone } from './trusted-places.ts';

/** What lies in the main tree now, as a tree. */
export function readMainTree(repository: Repository, session: Session): Promise<string> {
  const submodules = session.data.submodules.map(rawPathOfPrinted);
  return readTreeThrough(mainPlace(session), repository, submodules);
}

/** The same without a session. */
export function readMainTreeAlone(repository: Repository): Promise<string> {
  return withPlaceAlone(repository, async (place) =>
    readTreeThrough(place, repository, await listSubmodules(place, repository.head)),
  );
}

function readTreeThrough(
  place: TrustedPlace,
  { topLevel, gitDir }: Repository,
  gitlinks: readonly RawPath[],
): Promise<string> {
  return withWholeIndex(topLevel, gitDir, async (indexFile) => {
    const { tree } = await readWorkingTree({ place, indexFile, gitlinks });
    return tree;
  });
}

/** A change of the main tree, byte for byte, so that it can be taken back: trees of nothing but the paths it touches. */
export interface MainTreeChange {
  before: string;
  after: string;
  /** Permissions of the old files that a tree does not know. */
  modes: (PrintedPath & { mode: number })[];
}

export interface MainTreePlan {
  /** What shall be at the paths that change. */
  wanted: Entries;
  present: Entries;
  sights: ReadonlyMap<RawPath, Sight>;
  place: TrustedPlace;
  modes: ReadonlyMap<RawPath, number>;
  /** Paths that are gone already: a crash may have left the folders that they were in. */
  gone: RawPath[];
  /** Of the paths that change, those whose files are as their objects. */
  plain: ReadonlySet<RawPath>;
  /** The step itself, where nothing but what it says is there and changes: then its trees say all. */
  step: { ancestor: string; target: string } | null;
  /** Submodules that would move: nothing but git itself can do that, in them. */
  submodules: { path: RawPath; commit: string | null }[];
}

interface Step {
  /** The tree that the main tree came from, and the one it goes to: whole trees, or just some paths of them. */
  ancestor: string;
  target: string;
  /** What differs between the two, where it has been listed already. */
  changes?: readonly EntryChange[];
  /** What to do about a conflict. */
  hint: string;
}

/**
 * What the main tree would become if the step from `ancestor` to `target` were taken on top of what lies there now:
 * what somebody changed since `ancestor` is merged in. Nothing is written, and no path that the step leaves alone is read.
 * @throws Refusal `main-tree-conflict` where both changed the same place
 */
export function planMainTree(session: Session, step: Step): Promise<MainTreePlan> {
  return plan(mainPlace(session), session.data.main_tree, step, new Map());
}

/** The way back: byte for byte, whatever is said of line ends and filters by now. */
export function planBack(
  session: Session,
  { before, after, modes }: MainTreeChange,
  hint: string,
): Promise<MainTreePlan> {
  const place = bytesPlace(session, session.data.main_tree);
  const step = { ancestor: after, target: before, hint };
  return plan(place, session.data.main_tree, step, modesByPath(modes));
}

async function plan(
  place: TrustedPlace,
  topLevel: string,
  { ancestor, target, hint, changes: listed }: Step,
  modes: ReadonlyMap<RawPath, number>,
): Promise<MainTreePlan> {
  const changes = listed ?? (await listEntryChanges(place, ancestor, target));
  const isSubmodule = (entry: TreeEntry | null) => entry?.mode === '160000';
  const submodules = changes.filter(({ from, to }) => isSubmodule(from) || isSubmodule(to));
  const files = changes.filter((it) => !submodules.includes(it));
  const from = new Map(files.map((it) => [it.path, it.from]));
  const to = new Map(files.map((it) => [it.path, it.to]));
  const plain = await plainPathsOf(place, [...from.keys()]);
  const { entries, sights } = await readPresentFiles(place, from, plain);
  const { merged, conflicts } = await mergeInto(place, from, entries, to);
  if (conflicts.length > 0) throw new MainTreeConflict(topLevel, conflicts, hint);
  const paths = [...merged.keys()].filter((path) => !isSame(merged.get(path), entries.get(path)));
  const isStep =
    merged === to &&
    plain.size === changes.length &&
    [...from].every(([path, entry]) => isSame(entry, entries.get(path)));
  return {
    ...{ place, sights, modes, plain },
    step: isStep ? { ancestor, target } : null,
    wanted: pick(merged, paths),
    present: pick(entries, paths),
    gone: files.flatMap(({ path, to }) => (to === null && !entries.get(path) ? [path] : [])),
    submodules: submodules.map((it) => ({ path: it.path, commit: it.to?.oid ?? null })),
  };
}

/** With other attributes afterwards, none is known to be. */
async function plainPathsOf(
  place: TrustedPlace,
  paths: readonly RawPath[],
): Promise<ReadonlySet<RawPath>> {
  return paths.some(isAttributesFile) ? new Set() : plainPaths(place, paths);
}

function pick(entries: Entries, paths: readonly RawPath[]): Entries {
  return new Map(paths.map((path) => [path, entries.get(path) ?? null]));
}

function isSame(a: TreeEntry | null | undefined, b: TreeEntry | null | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}

async function mergeInto(
  place: TrustedPlace,
  ancestor: Entries,
  present: Entries,
  target: Entries,
): Promise<{ merged: Entries; conflicts: RawPath[] }> {
  const isTouched = ([path, entry]: [RawPath, TreeEntry | null]) =>
    !isSame(entry, present.get(path));
  const touched = [...ancestor]
    .filter(isTouched)
    .filter(([path]) => isTouched([path, target.get(path) ?? null]));
  if (touched.length === 0) return { merged: target, conflicts: [] };
  const { tree, conflicts } = await mergeTrees(
    place,
    await writeTree(place, ancestor),
    await writeTree(place, present),
    await writeTree(place, target),
  );
  const merged = await readTree(place, tree);
  return {
    merged: new Map([...target.keys()].map((path) => [path, merged.get(path) ?? null])),
    conflicts,
  };
}

/**
 * Carries out a plan.
 * @param keep is told what is about to change before the first byte does; unless it returns, none does. Null for the way
 *   back, which leads to what is written down already
 * @throws Refusal `files-differ` when the tree is no longer as planned; nothing is changed then
 */
export async function changeMainTree(
  repository: Repository,
  session: Session,
  plan: MainTreePlan,
  keep: ((change: MainTreeChange) => Promise<void>) | null,
): Promise<void> {
  removeEmptyFolders(session.data.main_tree, plan.gone);
  if (keep === null && plan.wanted.size === 0) return;
  await withStagingFolder(repository, session, async (staged) => {
    const names = await stage(plan, staged);
    const wanted = await asBytes(session, plan, plan.wanted, join(staged, CONVERTED));
    const present = await asBytes(session, plan, plan.present, session.data.main_tree);
    const change = await describeChange(session, plan, present, wanted);
    await keep?.(change);
    const swap = { before: present, after: wanted, sights: plan.sights, modes: plan.modes };
    try {
      swapFiles({ directory: session.data.main_tree, staged, names, ...swap });
    } catch (error) {
      await putBack(repository, session, change);
      throw error;
    }
  });
}

/** The wanted files, ready in two folders: those that are as their objects, and those that git converts. */
const [PLAIN, CONVERTED] = ['plain', 'converted'];

/** Makes the wanted files ready below a folder. Gives where each of them lies in it. */
async function stage(
  { place, wanted, plain }: MainTreePlan,
  folder: string,
): Promise<Map<RawPath, RawPath>> {
  const paths = [...wanted.keys()];
  const others = paths.filter((path) => !plain.has(path));
  await mkdir(join(folder, PLAIN));
  await mkdir(join(folder, CONVERTED));
  const asTheyAre = pick(
    wanted,
    paths.filter((path) => plain.has(path)),
  );
  const [names] = await Promise.all([
    stageAsBytes(place, asTheyAre, join(folder, PLAIN)),
    stageFiles(place, pick(wanted, others), join(folder, CONVERTED)),
  ]);
  return new Map([
    ...others.map((path) => [path, `${CONVERTED}/${path}`] as const),
    ...[...names].map(([path, name]) => [path, `${PLAIN}/${name}`] as const),
  ]);
}

async function describeChange(
  session: Session,
  plan: MainTreePlan,
  present: Entries,
  wanted: Entries,
): Promise<MainTreeChange> {
  const modes = unusualModes(plan);
  if (plan.step !== null) return { before: plan.step.ancestor, after: plan.step.target, modes };
  const bytes = bytesPlace(session, session.data.main_tree);
  const [before, after] = await Promise.all([writeTree(bytes, present), writeTree(bytes, wanted)]);
  return { before, after, modes };
}

/** What was swapped before a failure goes back, and nothing else: what somebody changed meanwhile is theirs. */
async function putBack(
  repository: Repository,
  session: Session,
  { before, after, modes }: MainTreeChange,
): Promise<void> {
  const place = bytesPlace(session, session.data.main_tree);
  const changes = await listEntryChanges(place, after, before);
  const ours = new Map(changes.map((it) => [it.path, it.from]));
  const { entries, sights } = await readPresentFiles(place, ours);
  const swapped = changes.filter(({ path, from }) => isSame(entries.get(path), from));
  if (swapped.length === 0) return;
  const old: Entries = new Map(swapped.map((it) => [it.path, it.to]));
  await withStagingFolder(repository, session, async (staged) => {
    await stageFiles(place, old, staged);
    swapFiles({
      ...{ directory: session.data.main_tree, sights, staged },
      ...{ before: pick(entries, [...old.keys()]), after: old, modes: modesByPath(modes) },
    });
  });
}

function modesByPath(modes: MainTreeChange['modes']): ReadonlyMap<RawPath, number> {
  return new Map(modes.map((it) => [rawPathOfPrinted(it), it.mode]));
}

/** The entries as they are on the disk, where that differs from what a tree holds. */
async function asBytes(
  session: Session,
  { place, plain }: MainTreePlan,
  entries: Entries,
  directory: string,
): Promise<Entries> {
  if (isAsBytes(place)) return entries;
  const files = [...entries].flatMap(([path, entry]) =>
    entry === null || plain.has(path) ? [] : [path],
  );
  const converted = pick(entries, [
    ...(await convertedPaths(placeIn(place, directory), files)).keys(),
  ]);
  if (converted.size === 0) return entries;
  return new Map([
    ...entries,
    ...(await readPresentFiles(bytesPlace(session, directory), converted)).entries,
  ]);
}

function unusualModes({ present, sights }: MainTreePlan): MainTreeChange['modes'] {
  return [...present].flatMap(([path, entry]) => {
    const mode = sights.get(path)?.mode;
    if (mode === undefined || !entry?.mode.startsWith('100')) return [];
    const usual = (entry.mode === '100755' ? 0o777 : 0o666) & ~process.umask();
    return mode === usual ? [] : [{ ...printPath(path), mode }];
  });
}

/**
 * A folder for what is to be swapped in, on the main tree's own disk, because a rename does not cross disks: in its git
 * directory, where no watcher looks, or, if that lies elsewhere, in the tree itself.
 */
async function withStagingFolder<T>(
  repository: Repository,
  session: Session,
  action: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = stagingFolder(repository, session);
  // What a killed process left there is of no use: its change was written down.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** For a moment, to try what the disk can do; beside the staging folder, and removed like it. */
export function trialFolder(gitDir: string, session: Session | null): string {
  return join(gitDir, `multi-model-execute-${session?.data.session_id ?? 'alone'}-trial`);
}

function stagingFolder({ topLevel, gitDir }: Repository, { data }: Session): string {
  const name = `multi-model-execute-${data.session_id}`;
  const isOneDisk = statSync(topLevel).dev === statSync(gitDir).dev;
  return isOneDisk ? join(gitDir, name) : join(topLevel, `.${name}`);
}

/**
 * One at a time applies to a main tree, undoes, or brings work back, of whatever session. What another process of this session did while this one
 * waited is known to `action`.
 */
export async function withMainTree<T>(
  { commonDir }: Repository,
  session: Session,
  action: () => Promise<T>,
): Promise<T> {
  return withLock(`${repositoryLock(stateRoot(), commonDir)}-main`, async () => {
    await refreshSession(session);
    return action();
  });
}

/** Removes what a killed process had made ready; whoever changes the main tree just now is waited for. */
export async function removeStaging(repository: Repository, session: Session): Promise<void> {
  await withMainTree(repository, session, async () => {
    for (const folder of [
      stagingFolder(repository, session),
      trialFolder(repository.gitDir, session),
    ])
      await rm(folder, { recursive: true, force: true });
    await forgetReplacement(repository.gitDir, session.data.session_id);
  });
}

/** What lies in the main tree and what is to come contradict each other. Nothing was written. */
export class MainTreeConflict extends Refusal {
  readonly conflicts: readonly RawPath[];

  constructor(topLevel: string, conflicts: readonly RawPath[], hint: string) {
    const paths = conflicts.map(pathText);
    super({
      code: 'main-tree-conflict',
      message: `${paths.length === 1 ? 'One file was' : `${paths.length} files were`} changed in ${topLevel} in the same places: ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ', ...' : ''}. Nothing was written.`,
      hint,
      details: { conflicts: paths },
    });
    this.conflicts = conflicts;
  }
}
