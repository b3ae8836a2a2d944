/**
 * Picks in their plainest form, paths with a model or with hunks: decisions are answered, labels replaced. What is left
 * means the same on its own, with no comparison beside it.
 */
import { pathText, printPath, type RawPath, rawPathOf } from '../git/paths.ts';
import type { LabelMap } from './blind.ts';
import { type ComparedFile, changesMode, versionOf } from './compare.ts';
import {
  BASE,
  MODE,
  noAnswer,
  type Pick,
  type Picks,
  pathOfPick,
  unknownDecision,
} from './picks.ts';
import type { Option, Question } from './questions.ts';

export interface Choices {
  /** The comparison that asked the questions. */
  asked: { files: readonly ComparedFile[]; questions: readonly Question[] };
  /** The one that holds all that picks may name: the same, or one with more candidates. */
  all: { files: readonly ComparedFile[]; candidates: readonly { model: string }[] };
  /** Null where nothing was labelled. */
  labels: LabelMap | null;
}

/** @throws UsageError `unknown-decision`, `unknown-model`, `duplicate-pick` */
export function expandPicks({ picks }: Picks, choices: Choices): Picks {
  const plain = picks.map((pick) => withModels(withDecision(pick, choices), choices));
  const answers = plain.filter(({ decision }) => decision !== undefined);
  if (answers.length === 0) return { picks: plain };
  const byPath = new Map<RawPath, Pick[]>();
  for (const pick of plain) {
    if (pick.decision === undefined) continue;
    const { path } = questionOf(pick.decision, choices);
    byPath.set(path, [...(byPath.get(path) ?? []), pick]);
  }
  const named = plain.filter(({ decision }) => decision === undefined);
  const answered = [...byPath].flatMap(([path, ones]) =>
    answer(path, ones, named.find((pick) => pathOfPick(pick) === path) ?? null, choices),
  );
  const done = new Set(answered.map(pathOfPick));
  return { picks: [...named.filter((pick) => !done.has(pathOfPick(pick))), ...answered] };
}

/** `--pick ID=MODEL` reads like a path; it is one if a model changed a path of that name. */
function withDecision(pick: Pick, { all: { files }, asked: { questions } }: Choices): Pick {
  const { path, hunks, ...rest } = pick;
  if (path === undefined || hunks !== undefined) return pick;
  if (!questions.some(({ id }) => id === path)) return pick;
  const raw = rawPathOf(path);
  return files.some((file) => file.path === raw) ? pick : { ...rest, decision: path };
}

function withModels(pick: Pick, { labels, all }: Choices): Pick {
  const modelOf = (name: string) =>
    labels === null || all.candidates.some(({ model }) => model === name)
      ? name
      : (new Map(Object.entries(labels)).get(name) ?? name);
  const { from, hunks } = pick;
  return {
    ...pick,
    ...(from === undefined ? {} : { from: modelOf(from) }),
    ...(hunks === undefined
      ? {}
      : { hunks: hunks.map((it) => ({ ...it, from: modelOf(it.from) })) }),
  };
}

function questionOf(id: string, { asked: { questions } }: Choices): Question {
  const question = questions.find((it) => it.id === id);
  if (question !== undefined) return question;
  throw unknownDecision(
    id,
    questions.map((it) => it.id),
  );
}

/** All answers to the questions of one path, onto what was picked for the path itself. */
function answer(
  path: RawPath,
  answers: readonly Pick[],
  named: Pick | null,
  choices: Choices,
): Pick[] {
  const questions = answers.map(({ decision = '', from = BASE }) => ({
    question: questionOf(decision, choices),
    from,
  }));
  const why = [...new Set([named?.why, ...answers.map((it) => it.why)])].filter(
    (it) => it !== undefined,
  );
  const reason = why.length === 0 ? {} : { why: why.join('; ') };
  const whole = questions.find(({ question }) => question.kind !== 'hunks');
  if (whole !== undefined) return wholeAnswer(whole.question, whole.from, reason);
  const merged = new Map(hunksPicked(path, named, choices));
  for (const { question, from } of questions) {
    for (const { id } of question.options.flatMap(({ hunks }) => hunks)) merged.delete(id);
    const { hunks } = optionOf(question, from);
    for (const { id } of hunks) merged.set(id, from);
  }
  if (merged.size === 0) return [{ ...printPath(path), from: BASE, ...reason }];
  return [{ ...printPath(path), hunks: hunksByModel(merged), ...reason }];
}

function optionOf(question: Question, from: string): Option {
  const none = { models: [], hunks: [], version: null, name: null };
  if (from === BASE) return none;
  const option = question.options.find(({ models }) => models.includes(from));
  if (option !== undefined) return option;
  throw noAnswer(question, from, BASE);
}

/** A version is a pick of the path; a name is one of the new path, and the others stay away. */
function wholeAnswer(question: Question, from: string, reason: { why?: string }): Pick[] {
  const option = optionOf(question, from);
  if (question.kind === 'versions') return [{ ...printPath(question.path), from, ...reason }];
  const others = question.options.filter((it) => it !== option);
  return [
    { ...printPath(question.path), from, ...reason },
    ...(option.name === null ? [] : [{ ...printPath(option.name), from, ...reason }]),
    ...others.flatMap(({ name }) => (name === null ? [] : [{ ...printPath(name), from: BASE }])),
  ];
}

/** Hunk to model, of what was picked for the path; without a pick, all that nobody disputes. */
function hunksPicked(
  path: RawPath,
  named: Pick | null,
  { asked, all }: Choices,
): [id: string, from: string][] {
  const fileIn = (files: readonly ComparedFile[]) => {
    const file = files.find((it) => it.path === path);
    if (file === undefined) throw new Error(`The question of ${pathText(path)} has no file.`);
    return file;
  };
  if (named === null) return undisputed(fileIn(asked.files));
  if (named.hunks !== undefined)
    return named.hunks.flatMap(({ from, ids }) => ids.map((id): [string, string] => [id, from]));
  const { from = BASE } = named;
  return hunksOf(fileIn(all.files), from).map((id) => [id, from]);
}

/** What a model's version of a file consists of: its hunks, and its change of the mode. */
export function hunksOf(file: ComparedFile, model: string): string[] {
  const own = file.hunks.filter(({ models }) => models.includes(model)).map(({ id }) => id);
  const version = versionOf(file, model);
  return version !== undefined && changesMode(file, version) ? [...own, MODE] : own;
}

/** Every hunk of a file that nobody disputes, from the first of the models that made it, and the change of the mode. */
export function undisputed(file: ComparedFile): [id: string, from: string][] {
  const disputed = new Set(file.disputes.flat().map(({ id }) => id));
  const free = file.hunks.filter(({ id }) => !disputed.has(id));
  const mode = file.versions.find((version) => changesMode(file, version));
  const hunks = free.map(({ id, models: [first = ''] }): [string, string] => [id, first]);
  return mode === undefined ? hunks : [...hunks, [MODE, mode.model]];
}

export function hunksByModel(
  picked: Iterable<[id: string, from: string]>,
): NonNullable<Pick['hunks']> {
  const ids = new Map<string, string[]>();
  for (const [id, from] of picked) ids.set(from, [...(ids.get(from) ?? []), id]);
  return [...ids].map(([from, ofModel]) => ({ from, ids: ofModel }));
}
