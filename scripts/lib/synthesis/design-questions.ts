/** What somebody has to decide beside a suggestion: designs and failing tests, not hunks. */
import { createHash } from 'node:crypto';
import type { CrossTests } from '../gates/cross-tests.ts';
import { pathText } from '../git/paths.ts';
import { listed } from '../listed.ts';
import { isCode } from '../ranking/is-code.ts';
import { type RankedWhole, tiedWith } from '../ranking/rank-wholes.ts';
import type { ComparedFile } from './compare.ts';
import { shortestPrefixes } from './hunks.ts';
import type { Pick } from './picks.ts';
import type { Graft, Suggestion } from './suggest.ts';

/** An answer: whoever it is of, and what it means for the picks. "neither" is always one more. */
export interface DesignOption {
  models: string[];
  /** The whole of this model in the place of the spine. */
  take?: string | undefined;
  /** Picks that are added to the others. */
  picks?: Pick[] | undefined;
}

/**
 * whole: which whole, where nothing that ran tells the first ones apart; base-test: tests of base that fail on the spine,
 * and that it changed; test: is a test of another model right, or the
 * spine; worse: what is red with the spine and green with another; graft: what evidence speaks for and does not decide.
 */
export interface DesignQuestion {
  /** `q` and hex digits: the same as long as what is asked about is the same. */
  id: string;
  kind: 'whole' | 'base-test' | 'test' | 'worse' | 'graft';
  about: string;
  /** Tests, gates or files by name: the first of them. */
  names: string[];
  /** Logs in which the failing lines stand. */
  logs: string[];
  options: DesignOption[];
  /** Every candidate, of two or more, fails the same tests of base: it is the task that asks for it. */
  alike?: true;
}

/** What is red with the spine, and with whom it is green. */
export interface Mendable {
  item: string;
  models: string[];
}

/** More are never asked; failing tests and wholes go before edits. */
const MOST_QUESTIONS = 5;
const MOST_NAMES = 5;

type Unnamed = Omit<DesignQuestion, 'id'> & { key: string[] };

export function designQuestions(
  files: readonly ComparedFile[],
  wholes: readonly RankedWhole[],
  suggestion: Suggestion | null,
  facts: {
    cross: CrossTests | null;
    mendable: readonly Mendable[];
    /** Of each model: tests of base that fail on it, and that it changed. */
    baseTests: ReadonlyMap<string, readonly string[]>;
  },
): DesignQuestion[] {
  const [spine] = wholes;
  const [model] = spine?.models ?? [];
  if (spine === undefined || model === undefined || suggestion === null) return [];
  const asked = [
    ...whichWhole(files, wholes),
    ...failingBaseTests(wholes, facts.baseTests),
    ...failingTests(model, facts.cross),
    ...whereWorse(model, facts.mendable),
    ...whichGrafts(suggestion.undecided),
  ].slice(0, MOST_QUESTIONS);
  const digests = asked.map(({ kind, key }) => digestOf([kind, spine.tree, ...key]));
  const ids = shortestPrefixes(new Set(digests), 6);
  return asked.map(({ key, ...question }, at) => ({
    id: `q${ids.get(digests[at] ?? '')}`,
    ...question,
  }));
}

function whichWhole(files: readonly ComparedFile[], wholes: readonly RankedWhole[]): Unnamed[] {
  const tied = tiedWith(wholes);
  const [first, second] = tied;
  if (first === undefined || second === undefined) return [];
  const [one = '', other = ''] = [first, second].map(({ models }) => models[0]);
  const apart = files.filter((file) => isCode(pathText(file.path)) && differ(file, one, other));
  const names = apart.map(({ path }) => pathText(path));
  return [
    {
      kind: 'whole',
      about: `Nothing that ran tells ${listed(tied.map(({ models }) => models.join('=')))} apart; ${one} comes first because it is most like the others${first.prior > 0 ? ', and by what was taken before' : ''}. ${one} and ${other} differ in ${names.length} files of code.`,
      names: names.slice(0, MOST_NAMES),
      logs: [],
      options: tied.map(({ models }) => ({ models, take: models[0] })),
      key: tied.map(({ tree }) => tree),
    },
  ];
}

function differ({ groups }: ComparedFile, one: string, other: string): boolean {
  const groupOf = (model: string) => groups.find((models) => models.includes(model));
  return groupOf(one) !== groupOf(other);
}

/** One for all candidates: the first option keeps the spine, the others are wholes on which none of those tests fails. */
function failingBaseTests(
  wholes: readonly RankedWhole[],
  baseTests: ReadonlyMap<string, readonly string[]>,
): Unnamed[] {
  const failingOn = ({ models }: RankedWhole) => baseTests.get(models[0] ?? '') ?? [];
  const [spine, ...others] = wholes;
  const names = spine === undefined ? [] : failingOn(spine);
  if (spine === undefined || names.length === 0) return [];
  const candidates = wholes.flatMap(({ models }) => models);
  const alike = others.filter((whole) => names.every((name) => failingOn(whole).includes(name)));
  const free = others.filter((whole) => !names.some((name) => failingOn(whole).includes(name)));
  const isTask = candidates.length > 1 && alike.length === others.length;
  const [model = ''] = spine.models;
  const who = isTask
    ? `Every candidate fails ${names.length === 1 ? "base's test" : `${names.length} of base's tests`} alike, which is the strongest sign that the task asks for it`
    : `${names.length === 1 ? "Base's test fails" : `${names.length} of base's tests fail`} on ${listed([model, ...alike.flatMap(({ models }) => models)])}, where it was changed`;
  return [
    {
      kind: 'base-test',
      about: `${who}: was that asked for? ${model} keeps it${free.length === 0 ? '' : '; another name takes the whole of a model on which base’s own pass'}.`,
      names: names.slice(0, MOST_NAMES),
      logs: [],
      options: [
        { models: [...spine.models, ...alike.flatMap(({ models }) => models)] },
        ...free.map(({ models }) => ({ models, take: models[0] })),
      ],
      key: [...names],
      ...(isTask ? { alike: true as const } : {}),
    },
  ];
}

/** One for each author: its tests that fail on the spine, and pass on its own code. */
function failingTests(spine: string, cross: CrossTests | null): Unnamed[] {
  return (cross?.cells ?? []).flatMap((cell) => {
    if (cell.code_of !== spine || cell.kind !== 'caught') return [];
    const author = cell.tests_of;
    const files = cross?.summary.find(({ tests_of }) => tests_of === author)?.files ?? [];
    const names = cell.failed_tests.slice(0, MOST_NAMES);
    const count = cell.failed_tests_count || cell.failed || 0;
    return {
      kind: 'test' as const,
      about: `${count || 'Some'} of ${author}'s new tests fail on ${spine}: is the test right, or ${spine}? ${author} takes the tests along (the proof is red then, until ${spine} is mended); neither leaves them.`,
      names,
      logs: cell.logs,
      options: [{ models: [author], picks: files.map((path) => ({ path, from: author })) }],
      key: [author, ...cell.failed_tests],
    };
  });
}

/** One for each set of models with which something is green. */
function whereWorse(spine: string, mendable: readonly Mendable[]): Unnamed[] {
  const byModels = new Map<string, { models: string[]; items: string[] }>();
  for (const { item, models } of mendable) {
    const known = byModels.get(models.join('\0')) ?? { models, items: [] };
    known.items.push(item);
    byModels.set(models.join('\0'), known);
  }
  return [...byModels.values()].map(({ models, items }) => ({
    kind: 'worse' as const,
    about: `Red with ${spine}, green with ${listed(models)}: --verify --search looks for the smallest change that mends it; a model's name takes its whole instead.`,
    names: items.slice(0, MOST_NAMES),
    logs: [],
    options: models.map((model) => ({ models: [model], take: model })),
    key: [...models, ...items],
  }));
}

/** One for all edits that the same models share. */
function whichGrafts(undecided: readonly Graft[]): Unnamed[] {
  const byModels = new Map<string, Graft[]>();
  for (const graft of undecided) {
    const key = graft.models.join('\0');
    byModels.set(key, [...(byModels.get(key) ?? []), graft]);
  }
  return [...byModels.values()].map((grafts) => {
    const models = grafts[0]?.models ?? [];
    const names = grafts.map(({ path }) => pathText(path));
    return {
      kind: 'graft' as const,
      about: `${listed(models)} make the same edits where the spine leaves base alone: take them along?`,
      names: names.slice(0, MOST_NAMES),
      logs: [],
      options: [{ models, picks: grafts.map(({ pick }) => pick) }],
      key: [...models, ...grafts.map(({ pick }) => JSON.stringify(pick))],
    };
  });
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}
