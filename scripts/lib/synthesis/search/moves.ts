/** Steps from one mix to the next, each with what it costs: versions of files, hunks that belong together, a whole. */
import type { RawPath } from '../../git/paths.ts';
import type { ComparedFile } from '../compare.ts';
import type { Choice } from './choices.ts';
import type { Mix } from './search.ts';

export interface Move {
  cost: number;
  /** Place of a choice to its new option. */
  changes: ReadonlyMap<number, number>;
}

export interface MoveFacts {
  choices: readonly Choice[];
  /** Model to places of choices that belong together. */
  units: ReadonlyMap<string, readonly (readonly number[])[]>;
  /** How much a choice has to do with something red: from 0 to 1. */
  related: (choice: Choice, item: string) => number;
  isTest: (choice: Choice) => boolean;
}

/** What a file costs that has to do with what is red, taken from where that is green. Everything else is dearer. */
const COST = { file: 1, block: 1.5, hunks: 1.5, leavingOut: 1, test: 1, leavingOutTest: 10 };
/** The halves of a block come after it, and their halves after them. */
const DEEPER = 0.05;

/** A mix with its name: a model's own, base's, or the one that the search began with. */
export interface Target {
  source: string;
  mix: Mix;
}

/** @param targets where what is red here is green */
export function movesFor(
  facts: MoveFacts,
  mix: Mix,
  item: string,
  targets: readonly Target[],
): Move[] {
  return targets.flatMap((target) => {
    const others = mix.flatMap((option, at) => (option === target.mix[at] ? [] : [at]));
    const byPath = pathsOf(facts.choices, others);
    const steps = [...byPath.values(), ...hunksOf(facts, byPath, others, target)];
    const single = steps.map((places, at) => {
      const isPart = at >= byPath.size;
      return moveTo(target, places, costOf(facts, places, item, target) + (isPart ? 0.5 : 0));
    });
    return [...single, ...blocksOf(facts, byPath, item, target)];
  });
}

/** A model's own tree, or base's. */
export function wholeOf(choices: readonly Choice[], source: string): Mix {
  return choices.map(({ options }) =>
    Math.max(
      options.findIndex(({ models }) => models.includes(source)),
      0,
    ),
  );
}

function moveTo({ mix }: Target, places: readonly number[], cost: number): Move {
  return { cost, changes: new Map(places.map((at) => [at, mix[at] ?? 0])) };
}

function pathsOf(choices: readonly Choice[], places: readonly number[]): Map<RawPath, number[]> {
  const byPath = new Map<RawPath, number[]>();
  for (const at of places) {
    const path = choices[at]?.path ?? '';
    byPath.set(path, [...(byPath.get(path) ?? []), at]);
  }
  return byPath;
}

/** Parts of files: hunks that share a name, and each alone. */
function hunksOf(
  { units }: MoveFacts,
  byPath: ReadonlyMap<RawPath, readonly number[]>,
  others: readonly number[],
  { source }: Target,
): (readonly number[])[] {
  const together = (units.get(source) ?? []).map((unit) =>
    unit.filter((at) => others.includes(at)),
  );
  const parts = [...byPath.values()].filter((places) => places.length > 1);
  return [...together.filter((unit) => unit.length > 1), ...parts.flat().map((at) => [at])];
}

function costOf(
  facts: MoveFacts,
  places: readonly number[],
  item: string,
  { mix }: Target,
): number {
  const { choices, isTest } = facts;
  const own = places.flatMap((at) => choices[at] ?? []);
  const relation = relationOf(facts, places, item);
  const leavesOut = places.every((at) => mix[at] === 0);
  const test = !own.some(isTest) ? 0 : leavesOut ? COST.leavingOutTest : COST.test;
  return COST.file + (1 - relation) + (leavesOut ? COST.leavingOut : 0) + test;
}

/** All files of a target that it has, those that have to do with what is red, halves of them; and what it has not left out. */
function blocksOf(
  facts: MoveFacts,
  byPath: ReadonlyMap<RawPath, readonly number[]>,
  item: string,
  target: Target,
): Move[] {
  const { choices, isTest } = facts;
  const files = [...byPath.values()]
    .filter((places) => !places.some((at) => isTest(choices[at] as Choice)))
    .map((places) => ({ places, relation: relationOf(facts, places, item) }))
    .sort((a, b) => b.relation - a.relation);
  const taken = files.filter(({ places }) => places.some((at) => target.mix[at] !== 0));
  const about = taken.filter(({ relation }) => relation > 0);
  const blocks = halvesOf(taken).map((block, at) => ({ block, cost: DEEPER * Math.log2(at + 2) }));
  if (about.length < taken.length) blocks.push({ block: about, cost: 0 });
  if (taken.length < files.length) blocks.push({ block: files, cost: COST.leavingOut });
  return blocks.flatMap(({ block, cost }) => {
    const places = block.flatMap((file) => file.places);
    return block.length < 2 ? [] : [moveTo(target, places, COST.block + cost)];
  });
}

function relationOf(
  { choices, related }: MoveFacts,
  places: readonly number[],
  item: string,
): number {
  return Math.max(...places.map((at) => related(choices[at] as Choice, item)));
}

/** The whole, its halves, their halves. */
function halvesOf<T>(all: readonly T[]): (readonly T[])[] {
  const found: (readonly T[])[] = [all];
  for (let at = 0; at < found.length; at++) {
    const part = found[at] ?? [];
    const middle = Math.ceil(part.length / 2);
    if (part.length > 3) found.push(part.slice(0, middle), part.slice(middle));
  }
  return found;
}

const DECLARATION =
  /\b(?:function\*?|const|let|var|class|def|func|fn|type|interface|enum|struct|import|from|require|use)\b(.*)/g;

/** Model to the places whose hunks share a name that one of them declares or imports. */
export function unitsOf(
  choices: readonly Choice[],
  files: readonly ComparedFile[],
): Map<string, number[][]> {
  const models = new Set(files.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk.models)));
  return new Map([...models].map((model) => [model, unitsOfModel(model, choices, files)]));
}

function unitsOfModel(
  model: string,
  choices: readonly Choice[],
  files: readonly ComparedFile[],
): number[][] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const places = choices.flatMap(({ path, options }, at) => {
    const option = options.find(({ models }) => models.includes(model));
    const ids = option?.hunks?.map(([id]) => id) ?? null;
    const own = byPath.get(path)?.hunks.filter((hunk) => hunk.models.includes(model)) ?? [];
    const hunks = own.filter(({ id }) => ids === null || ids.includes(id));
    const added = hunks.flatMap(({ lines }) => lines);
    const gone = wordsIn(hunks.flatMap(({ removed }) => removed).join(''));
    const declared = added.flatMap((line) =>
      [...line.matchAll(DECLARATION)].map(([, rest = '']) => rest),
    );
    const names = [...wordsIn(declared.join('\n'))].filter((name) => !gone.has(name));
    return option === undefined ? [] : [{ at, names, words: wordsIn(added.join('')) }];
  });
  const units = [...new Set(places.flatMap(({ names }) => names))].map((name) =>
    places.flatMap(({ at, words }) => (words.has(name) ? [at] : [])),
  );
  return [
    ...new Map(units.filter((unit) => unit.length > 1).map((unit) => [unit.join(), unit])).values(),
  ];
}

function wordsIn(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_$][\w$]{2,}/g));
}
