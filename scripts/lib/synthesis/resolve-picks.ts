/** From what was picked to what each path becomes: decided as data, before anything is built. */
import { UsageError } from '../errors.ts';
import { pathText, printPath, type RawPath } from '../git/paths.ts';
import type { TreeEntry } from '../git/trees.ts';
import { didYouMean, nearestNames } from '../nearest.ts';
import { shellWord } from '../shell-word.ts';
import { renamesIn } from './companions.ts';
import {
  type ComparedFile,
  type ComparedVersion,
  changesMode,
  ontoOf,
  type SharedHunk,
  versionOf,
} from './compare.ts';
import { assertModel, BASE, MODE, type Pick, type Picks, pathOfPick } from './picks.ts';

/** A hunk and the model that it is taken from. */
export interface TakenHunk {
  from: string;
  hunk: SharedHunk;
}

/** What a path becomes. */
export type Outcome =
  | { kind: 'take'; model: string; entry: TreeEntry | null }
  | { kind: 'base' }
  | { kind: 'hunks'; hunks: TakenHunk[]; onto: TreeEntry | null; mode: string; deletes: boolean };

export interface ResolvedEntry {
  path: RawPath;
  why: string | null;
  outcome: Outcome;
}

export interface UnpickedPath {
  path: RawPath;
  models: string[];
}

export interface ResolvedPicks {
  entries: ResolvedEntry[];
  /** Changed by some model and named by no pick, so that it stays as it is in base. */
  unpicked: UnpickedPath[];
  warnings: string[];
}

export interface PickContext {
  files: readonly ComparedFile[];
  /** All models that have a capture, those that changed nothing included. */
  models: readonly string[];
}

/**
 * What each picked path becomes. Both names of a rename go together unless each is named.
 * @throws UsageError `unknown-path`, `unknown-model`, `unknown-hunk`, `duplicate-pick`
 */
export function resolvePicks({ picks }: Picks, { files, models }: PickContext): ResolvedPicks {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const warnings: string[] = [];
  const named = new Map<RawPath, ResolvedEntry>();
  for (const pick of picks) {
    const file = fileOf(pick, byPath);
    if (named.has(file.path)) throw pickedTwice(file.path, 'is picked twice');
    const outcome = outcomeOf(pick, file, models, warnings);
    named.set(file.path, { path: file.path, why: pick.why ?? null, outcome });
  }
  const followed = followRenames(named, byPath);
  const entries = new Map([...named, ...followed, ...oldNames(named, followed, byPath)]);
  return {
    entries: [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    unpicked: files
      .filter(({ path }) => !entries.has(path))
      .map(({ path, versions }) => ({ path, models: versions.map(({ model }) => model) })),
    warnings,
  };
}

/** The models that a path is taken from; none for base. */
export function modelsTaken(outcome: Outcome): string[] {
  if (outcome.kind === 'take') return [outcome.model];
  if (outcome.kind === 'base') return [];
  return [...new Set(outcome.hunks.map(({ from }) => from))];
}

function outcomeOf(
  pick: Pick,
  file: ComparedFile,
  models: readonly string[],
  warnings: string[],
): Outcome {
  if (pick.hunks !== undefined) return mergeOf(pick.hunks, file, models, warnings);
  const model = pick.from ?? BASE;
  if (model === BASE) return { kind: 'base' };
  assertModel(model, models);
  const version = versionOf(file, model);
  if (version !== undefined) return { kind: 'take', model, entry: entryOf(version) };
  warnings.push(`${model} did not change ${pathText(file.path)}: base's version is taken.`);
  return { kind: 'base' };
}

function entryOf({ blob: oid, mode }: ComparedVersion): TreeEntry | null {
  return oid === null || mode === null ? null : { mode, oid };
}

function mergeOf(
  choices: NonNullable<Pick['hunks']>,
  file: ComparedFile,
  models: readonly string[],
  warnings: string[],
): Outcome {
  const hunks = new Map<string, TakenHunk>();
  const modes: string[] = [];
  for (const { from, ids } of choices) {
    assertModel(from, models);
    for (const id of ids) {
      if (id === MODE) {
        modes.push(modeOf(from, file));
        continue;
      }
      const hunk = file.hunks.find((one) => one.id === id && one.models.includes(from));
      if (hunk === undefined) throw unknownHunk(id, from, file);
      if (!hunks.has(id)) hunks.set(id, { from, hunk });
    }
  }
  const contributors = new Set(choices.map(({ from }) => from));
  const versions = file.versions.filter(({ model }) => contributors.has(model));
  const onto = ontoOf(file);
  const mode = modes[0] ?? onto?.mode ?? versions[0]?.mode ?? '';
  if (modes.length === 0) warnings.push(...modesLeftOut(file, versions));
  return {
    kind: 'hunks',
    hunks: [...hunks.values()],
    onto,
    mode,
    // To take all lines out of a file and to delete it is the same hunk: the model says which of them it was.
    deletes: versions.length > 0 && versions.every(({ blob }) => blob === null),
  };
}

function modeOf(model: string, file: ComparedFile): string {
  const version = versionOf(file, model);
  if (version?.mode != null && changesMode(file, version)) return version.mode;
  throw unknownHunk(MODE, model, file);
}

function modesLeftOut(file: ComparedFile, versions: readonly ComparedVersion[]) {
  return versions
    .filter((version) => changesMode(file, version))
    .map(
      ({ model, mode }) =>
        `${pathText(file.path)}: merged hunks keep the mode ${ontoOf(file)?.mode}; the change to ${mode} by ${model} is left out (take it with the id "mode").`,
    );
}

/** The other names of the renames that were picked, unless they are picked themselves. */
function followRenames(
  named: ReadonlyMap<RawPath, ResolvedEntry>,
  byPath: ReadonlyMap<RawPath, ComparedFile>,
): Map<RawPath, ResolvedEntry> {
  const followed = new Map<RawPath, ResolvedEntry>();
  for (const { model, from, to } of renamesIn(byPath.values())) {
    for (const [name, path] of [[from, to] as const, [to, from] as const]) {
      const picked = named.get(name);
      const version = versionIn(byPath, path, model);
      if (picked === undefined || version === undefined || named.has(path)) continue;
      if (!modelsTaken(picked.outcome).includes(model)) continue;
      const why = `goes with ${pathText(name)}: ${model} renamed ${pathText(from)} to ${pathText(to)}`;
      const entry = entryOf(version);
      if (isOtherThan(followed.get(path)?.outcome, entry))
        throw pickedTwice(path, 'comes with two picked renames, of different content');
      if (!followed.has(path))
        followed.set(path, { path, why, outcome: { kind: 'take', model, entry } });
    }
  }
  return followed;
}

/** A file that is merged under its new name is gone under the old one, whoever its hunks are of. */
function oldNames(
  named: ReadonlyMap<RawPath, ResolvedEntry>,
  followed: ReadonlyMap<RawPath, ResolvedEntry>,
  byPath: ReadonlyMap<RawPath, ComparedFile>,
): Map<RawPath, ResolvedEntry> {
  const gone = new Map<RawPath, ResolvedEntry>();
  for (const { path, outcome } of named.values()) {
    const file = byPath.get(path);
    const old = file?.origin?.path;
    if (outcome.kind !== 'hunks' || old === undefined || named.has(old) || followed.has(old))
      continue;
    const model = file?.versions[0]?.model ?? '';
    const why = `goes with ${pathText(path)}: ${model} renamed it`;
    gone.set(old, { path: old, why, outcome: { kind: 'take', model, entry: null } });
  }
  return gone;
}

function isOtherThan(outcome: Outcome | undefined, entry: TreeEntry | null): boolean {
  if (outcome?.kind !== 'take') return false;
  return outcome.entry?.oid !== entry?.oid || outcome.entry?.mode !== entry?.mode;
}

function versionIn(files: ReadonlyMap<RawPath, ComparedFile>, path: RawPath, model: string) {
  const file = files.get(path);
  return file === undefined ? undefined : versionOf(file, model);
}

function fileOf(pick: Pick, byPath: ReadonlyMap<RawPath, ComparedFile>): ComparedFile {
  const path = pathOfPick(pick);
  const file = byPath.get(path);
  if (file !== undefined) return file;
  const [name, names] = [pathText(path), [...byPath.keys()].map(pathText)];
  throw new UsageError({
    code: 'unknown-path',
    message: `No model changed ${JSON.stringify(name)}. ${didYouMean(name, names)}`,
    hint: 'Pick paths as compare lists them: relative to the top of the repository.',
    details: { ...printPath(path), nearest: nearestNames(name, names) },
  });
}

function pickedTwice(path: RawPath, how: string): UsageError {
  return new UsageError({
    code: 'duplicate-pick',
    message: `${JSON.stringify(pathText(path))} ${how}.`,
    hint: 'Keep one pick for the path; to mix models in one file, give that pick "hunks" instead of "from".',
    details: { ...printPath(path) },
  });
}

function unknownHunk(id: string, model: string, file: ComparedFile): UsageError {
  const path = pathText(file.path);
  const owners = file.hunks.find((hunk) => hunk.id === id)?.models;
  const ids = file.hunks.flatMap((hunk) => (hunk.models.includes(model) ? hunk.id : []));
  const help =
    owners !== undefined
      ? `It is of ${owners.join(' and ')}.`
      : ids.length > 0
        ? didYouMean(id, ids)
        : 'That model has no hunks there: take the whole file with "from".';
  return new UsageError({
    code: 'unknown-hunk',
    message: `${model} has no hunk "${id}" in ${JSON.stringify(path)}. ${help}`,
    hint: `Take the ids from compare --path ${shellWord(path)}.`,
    details: { ...printPath(file.path), id, model, nearest: nearestNames(id, ids), ids },
  });
}
