/** What can be chosen otherwise in picks: one choice for each path, each question, and each hunk that nobody disputes. */
import { pathText, printPath, type RawPath } from '../../git/paths.ts';
import { comparesByLines } from '../agreement.ts';
import { type ComparedFile, changesMode, ontoOf, type SharedHunk } from '../compare.ts';
import { hunksByModel, hunksOf } from '../expand-picks.ts';
import { BASE, MODE, type Pick, type Picks, pathOfPick } from '../picks.ts';
import { type Question, questionsByPath } from '../questions.ts';
import { isRegularFile } from '../read-hunks.ts';

/** One way to decide a choice. */
export interface ChoiceOption {
  /** `base`, a model, or several joined by "+" that made the same. */
  source: string;
  models: string[];
  /** Hunks, each with the model that it is taken from; null: the whole version of the first model, or base. */
  hunks: [id: string, from: string][] | null;
}

export interface Choice {
  path: RawPath;
  /** For people: the path, and the hunks where it is about some of them. */
  name: string;
  options: ChoiceOption[];
  /** The place of the option that the picks took. */
  start: number;
}

const NOTHING: ChoiceOption = { source: BASE, models: [], hunks: null };

/** The choices that picks made, those that were left at base included. `picks` must be plain (see expandPicks). */
export function choicesIn(
  { files, questions }: { files: readonly ComparedFile[]; questions: readonly Question[] },
  { picks }: Picks,
): Choice[] {
  const named = new Map(picks.map((pick) => [pathOfPick(pick), pick]));
  const byPath = questionsByPath(questions);
  return files.flatMap((file) => {
    // It is decided under its new name.
    if (file.moved_to !== null && !named.has(file.path)) return [];
    const pick = named.get(file.path) ?? null;
    if (!isMadeOfHunks(file, pick)) return [wholeChoice(file, pick)];
    return hunkChoices(file, byPath.get(file.path) ?? [], pick);
  });
}

function isMadeOfHunks(file: ComparedFile, pick: Pick | null): boolean {
  if (pick?.hunks !== undefined || comparesByLines(file)) return true;
  if (file.hunks.length < 2) return false;
  const isText = file.versions.every(({ blob, binary }) => blob !== null && !binary);
  return isText && file.base !== null && isRegularFile(file.base.mode);
}

function wholeChoice(file: ComparedFile, pick: Pick | null): Choice {
  const versions = file.groups.map((models) => ({ source: models.join('+'), models, hunks: null }));
  const options = [NOTHING, ...versions];
  const start = options.findIndex(({ models }) => models.includes(pick?.from ?? ''));
  return { path: file.path, name: pathText(file.path), options, start: Math.max(start, 0) };
}

function hunkChoices(
  file: ComparedFile,
  questions: readonly Question[],
  pick: Pick | null,
): Choice[] {
  const taken = hunksTaken(file, pick);
  const disputed = new Set(file.disputes.flat());
  const free = file.hunks.filter((hunk) => !disputed.has(hunk));
  return [
    ...file.disputes.map((hunks) => hunkChoice(file, hunks, taken, idOf(hunks, questions))),
    ...free.map((hunk) => hunkChoice(file, [hunk], taken, null)),
    ...modeChoice(file, taken),
  ];
}

/** The hunks of a group that each model made, as options; what was picked of them is one more where it is none of these. */
function hunkChoice(
  file: ComparedFile,
  group: readonly SharedHunk[],
  taken: ReadonlyMap<string, string>,
  decision: string | null,
): Choice {
  const options = new Map<string, ChoiceOption>([['', NOTHING]]);
  for (const model of new Set(group.flatMap(({ models }) => models))) {
    const ids = group.filter(({ models }) => models.includes(model)).map(({ id }) => id);
    const models = [...(options.get(ids.join())?.models ?? []), model];
    const [from = ''] = models;
    const hunks = ids.map((id): [string, string] => [id, from]);
    options.set(ids.join(), { source: models.join('+'), models, hunks });
  }
  const picked = group.filter(({ id }) => taken.has(id)).map(({ id }) => id);
  if (!options.has(picked.join())) {
    const hunks = picked.map((id): [string, string] => [id, taken.get(id) ?? '']);
    const models = [...new Set(hunks.map(([, from]) => from))];
    options.set(picked.join(), { source: models.join('+'), models, hunks });
  }
  const ids = decision ?? group.map(({ id }) => id).join(' ');
  return {
    path: file.path,
    name: `${pathText(file.path)} (${ids})`,
    options: [...options.values()],
    start: [...options.keys()].indexOf(picked.join()),
  };
}

/** The id of the question that hunks are disputed in. */
function idOf(hunks: readonly SharedHunk[], questions: readonly Question[]): string | null {
  const isOf = ({ options }: Question) =>
    options.some((option) => option.hunks.some((hunk) => hunks.includes(hunk)));
  return questions.find(isOf)?.id ?? null;
}

function modeChoice(file: ComparedFile, taken: ReadonlyMap<string, string>): Choice[] {
  const models = file.versions.filter((it) => changesMode(file, it)).map(({ model }) => model);
  const [from] = models;
  if (from === undefined) return [];
  const changed: ChoiceOption = { source: models.join('+'), models, hunks: [[MODE, from]] };
  const name = `${pathText(file.path)} (${MODE})`;
  return [{ path: file.path, name, options: [NOTHING, changed], start: taken.has(MODE) ? 1 : 0 }];
}

/** Hunk to the model that it was picked from. */
function hunksTaken(file: ComparedFile, pick: Pick | null): Map<string, string> {
  if (pick?.hunks !== undefined)
    return new Map(
      pick.hunks.flatMap(({ from, ids }) => ids.map((id): [string, string] => [id, from])),
    );
  const from = pick?.from ?? BASE;
  return new Map(hunksOf(file, from).map((id) => [id, from]));
}

/** The picks that options make, one for each choice, with the reasons of the picks that stay as they were. */
export function picksOf(
  choices: readonly Choice[],
  chosen: readonly number[],
  files: readonly ComparedFile[],
  { picks }: Picks,
): Picks {
  const before = new Map(picks.map((pick) => [pathOfPick(pick), pick]));
  const byPath = new Map<RawPath, { option: ChoiceOption; isStart: boolean }[]>();
  for (const [at, choice] of choices.entries()) {
    const option = choice.options[chosen[at] ?? 0] ?? NOTHING;
    const all = byPath.get(choice.path) ?? [];
    byPath.set(choice.path, [...all, { option, isStart: chosen[at] === choice.start }]);
  }
  const made = [...byPath].flatMap(([path, decided]): Pick[] => {
    const pick = before.get(path);
    if (decided.every(({ isStart }) => isStart)) return pick === undefined ? [] : [pick];
    const hunks = decided.flatMap(({ option }) => option.hunks ?? []);
    const whole = decided.find(({ option }) => option.models.length > 0 && option.hunks === null);
    const [from] = whole?.option.models ?? [];
    if (from !== undefined) return [{ ...printPath(path), from }];
    if (hunks.length > 0) return [wholeOrHunks(path, hunks, files)];
    // Named base in the picks, it keeps the other name of a rename from coming along.
    return pick === undefined ? [] : [{ ...printPath(path), from: BASE }];
  });
  const decided = new Set(byPath.keys());
  return { picks: [...picks.filter((pick) => !decided.has(pathOfPick(pick))), ...made] };
}

/** All hunks of one model are its version, which is said more shortly. */
function wholeOrHunks(
  path: RawPath,
  hunks: readonly [id: string, from: string][],
  files: readonly ComparedFile[],
): Pick {
  const file = files.find((it) => it.path === path);
  const ids = new Set(hunks.map(([id]) => id));
  const whole = file?.versions.find(({ model }) => {
    const wanted = hunksOf(file, model);
    return wanted.length === ids.size && wanted.every((id) => ids.has(id));
  });
  const isPlain = file !== undefined && ontoOf(file) === file.base;
  if (whole !== undefined && isPlain) return { ...printPath(path), from: whole.model };
  return { ...printPath(path), hunks: hunksByModel(hunks) };
}

/** What was chosen otherwise, for people: `src/a.ts: claude -> gpt`, or hunk by hunk. */
export function changesIn(choices: readonly Choice[], chosen: readonly number[]): string[] {
  const changed = choices.flatMap((choice, at) => (chosen[at] === choice.start ? [] : [choice]));
  return [...new Set(changed.map(({ path }) => path))].flatMap((path) => {
    const own = choices.flatMap((choice, at) => (choice.path === path ? [{ choice, at }] : []));
    const before = modelsIn(own.map(({ choice }) => sourceAt(choice, choice.start)));
    const after = modelsIn(own.map(({ choice, at }) => sourceAt(choice, chosen[at])));
    // All of it is from one model now, or from nobody.
    if (own.length > 1 && after.length < 2 && before.join() !== after.join())
      return `${pathText(path)}: ${before.join(', ') || BASE} -> ${after[0] ?? BASE}`;
    return own.flatMap(({ choice, at }) => {
      const [from, to] = [sourceAt(choice, choice.start), sourceAt(choice, chosen[at])];
      return from === to ? [] : `${choice.name}: ${from} -> ${to}`;
    });
  });
}

function sourceAt({ options }: Choice, place = 0): string {
  return options[place]?.source ?? BASE;
}

function modelsIn(sources: readonly string[]): string[] {
  return [...new Set(sources)].filter((source) => source !== BASE);
}
