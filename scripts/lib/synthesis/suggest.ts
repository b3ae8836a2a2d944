/**
 * The whole that facts put first, and what evidence adds to it from the others. Parts of several wholes are not united
 * because they do not overlap: all models solved the same task, so that they are alternatives as often as complements.
 */
import type { CrossTests } from '../gates/cross-tests.ts';
import { pathText, printPath, type RawPath, rawPathOf } from '../git/paths.ts';
import { listed } from '../listed.ts';
import { isCode } from '../ranking/is-code.ts';
import type { RankedWhole } from '../ranking/rank-wholes.ts';
import { numberedAlternatives } from '../words/numbered-files.ts';
import { type ComparedFile, type SharedHunk, versionOf } from './compare.ts';
import { hunksOf } from './expand-picks.ts';
import { overlap } from './hunks.ts';
import { type Pick, picksTaking } from './picks.ts';

export interface SuggestionFacts {
  files: readonly ComparedFile[];
  /** Best first. */
  wholes: readonly RankedWhole[];
  /** Null: cross-tests was not run. */
  cross: CrossTests | null;
}

export interface Suggestion {
  /** As they are written to a picks file: the spine with its grafts. */
  picks: Pick[];
  grafts: Graft[];
  /** What evidence speaks for, and does not decide. */
  undecided: Graft[];
  /** What others did beside it: listed, not taken. */
  offers: { path: RawPath; models: string[] }[];
}

/** What is added to the spine at one path. */
export interface Graft {
  path: RawPath;
  models: string[];
  pick: Pick;
}

/** @returns null where nobody changed anything */
export function suggestPicks({ files, wholes, cross }: SuggestionFacts): Suggestion | null {
  const [spine, ...others] = wholes;
  const [model] = spine?.models ?? [];
  if (spine === undefined || model === undefined) return null;
  const grafts = provedTests(model, others, files, cross);
  const undecided = sharedEdits(spine, others, files);
  const picks = new Map(
    picksTaking(model, files).picks.map((pick): [string, Pick] => [
      keyOf(pick),
      { ...pick, why: 'the spine' },
    ]),
  );
  for (const { pick } of grafts) picks.set(keyOf(pick), pick);
  const taken = new Set([...grafts, ...undecided].map(({ path }) => path));
  return { picks: [...picks.values()], grafts, undecided, offers: offersOf(spine, files, taken) };
}

function keyOf({ path, path_base64 }: Pick): string {
  return path_base64 ?? path ?? '';
}

/** New tests that pass on the spine and fail on base, or on another's code; each path from the first that brings it. */
function provedTests(
  spine: string,
  others: readonly RankedWhole[],
  files: readonly ComparedFile[],
  cross: CrossTests | null,
): Graft[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const grafts = new Map<RawPath, Graft>();
  for (const author of others.flatMap(({ models }) => models)) {
    const brought = testsBrought(author, spine, cross).map(rawPathOf);
    const known = brought.flatMap((path) => byPath.get(path) ?? []);
    // What passed was all of them together.
    const isFree = known.every((file) => !grafts.has(file.path) && leavesAlone(spine, file));
    if (!isFree || known.length !== brought.length) continue;
    for (const file of known) {
      const why = `tests of ${author}: they pass on this, and fail without it`;
      const pick = { ...printPath(file.path), from: author, why };
      grafts.set(file.path, { path: file.path, models: [author], pick });
    }
  }
  return [...grafts.values()];
}

/** The files of the tests that a model brought, if they pass on the code of another and prove something. */
function testsBrought(author: string, codeOf: string, cross: CrossTests | null): string[] {
  const summary = cross?.summary.find(({ tests_of }) => tests_of === author);
  const cell = cross?.cells.find((it) => it.tests_of === author && it.code_of === codeOf);
  if (summary === undefined || summary.fails_own || cell?.kind !== 'passes') return [];
  return summary.proves_something === true || summary.catches.length > 0 ? summary.files : [];
}

/** Neither the file nor its name: an old one that it would bring back, or another that it would replace. */
function leavesAlone(model: string, file: ComparedFile): boolean {
  return versionOf(file, model) === undefined && file.moved_to === null && file.origin === null;
}

/**
 * Edits of code that at least two others share where the spine left base alone. None is taken by itself: of real ones few
 * were needed, most were of another design, and one that all others made was as often wrong as right.
 */
function sharedEdits(
  spine: RankedWhole,
  others: readonly RankedWhole[],
  files: readonly ComparedFile[],
): Graft[] {
  const [model = ''] = spine.models;
  const names = others.flatMap(({ models }) => models);
  const numbered = numberedLike(model, files);
  return files.flatMap((file) => {
    // Two migrations of one task would be the same step twice.
    if (numbered.has(file.path)) return [];
    if (file.moved_to !== null || file.origin !== null || !isCode(pathText(file.path))) return [];
    const isShared = ({ models }: { models: readonly string[] }) =>
      names.filter((name) => models.includes(name)).length > 1;
    if (versionOf(file, model) === undefined) {
      const models = file.groups.find((group) => isShared({ models: group }));
      return models === undefined ? [] : [graftOfFile(file, models)];
    }
    const own = file.hunks.filter((hunk) => hunk.models.includes(model));
    const hunks = file.hunks.filter(
      (hunk) => isShared(hunk) && !own.some((it) => it === hunk || overlap(it, hunk)),
    );
    if (hunks.length === 0 || file.base === null) return [];
    return [graftOfHunks(file, model, hunks)];
  });
}

/** New files that are under another number what the spine has, and are not in it. */
function numberedLike(spine: string, files: readonly ComparedFile[]): Set<RawPath> {
  const added = files.flatMap(({ path, base, versions }) =>
    base === null ? { path, models: versions.map(({ model }) => model) } : [],
  );
  const groups = numberedAlternatives(added).filter((group) =>
    group.some(({ models }) => models.includes(spine)),
  );
  return new Set(groups.flat().flatMap(({ path, models }) => (models.includes(spine) ? [] : path)));
}

function graftOfFile({ path }: ComparedFile, models: string[]): Graft {
  const why = `${listed(models)} made the same change, and the spine left it alone`;
  return { path, models, pick: { ...printPath(path), from: models[0] ?? '', why } };
}

function graftOfHunks(file: ComparedFile, model: string, hunks: readonly SharedHunk[]): Graft {
  const models = [...new Set(hunks.flatMap((hunk) => hunk.models))];
  const byModel = new Map([[model, hunksOf(file, model)]]);
  for (const {
    id,
    models: [from = ''],
  } of hunks)
    byModel.set(from, [...(byModel.get(from) ?? []), id]);
  const why = `the spine, and what ${listed(models)} share beside it`;
  const choices = [...byModel].flatMap(([from, ids]) => (ids.length === 0 ? [] : { from, ids }));
  return { path: file.path, models, pick: { ...printPath(file.path), hunks: choices, why } };
}

function offersOf(
  spine: RankedWhole,
  files: readonly ComparedFile[],
  taken: ReadonlySet<RawPath>,
): Suggestion['offers'] {
  const [model = ''] = spine.models;
  return files.flatMap((file) => {
    if (file.moved_to !== null || taken.has(file.path)) return [];
    if (versionOf(file, model) !== undefined) return [];
    return [{ path: file.path, models: file.versions.map((version) => version.model) }];
  });
}
