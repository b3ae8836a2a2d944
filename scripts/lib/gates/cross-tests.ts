/** The cross-test matrix: whose tests catch whose code. */
import * as z from 'zod';
import { type CellAnswer, cellKinds, holdingIn, judgeCell, type TestRun } from './cross-cell.ts';
import type { GateStatus } from './run.ts';

/** What base is called among the models, none of which can have this name. */
export const BASE = 'base';

const name = z.string().describe('a model, or its label where names are hidden');
const code = z.string().describe('whose code it was: a model, or base');

const facts = {
  tree: z.string().nullable().describe('the code with these tests; null: it could not be made'),
  status: z.enum(['pass', 'fail', 'timeout', 'not-run', 'error']),
  ran: z.number().nullable().describe('tests; null: the runner does not say'),
  failed: z.number().nullable(),
  failed_tests: z.array(z.string()),
  failed_tests_count: z.number().describe('of how many those are the first'),
  logs: z.array(z.string()),
};

const cellSchema = z.object({
  tests_of: name,
  code_of: code,
  ...facts,
  failed_tests: facts.failed_tests.describe(
    "tests that fail there, and do not with base's own tests on the same code",
  ),
  kind: z
    .enum(cellKinds)
    .describe(
      'does-not-fit: none of the tests that fail is known to have run there, or they need what did not come along; fails-own: they fail on the code of their author too',
    ),
  caught: z
    .boolean()
    .nullable()
    .describe('they pass on their own code and fail on this; null: nothing can be said'),
  does_not_fit: z.boolean(),
  detail: z.string().describe('in words, where there is more to say'),
});

const summarySchema = z.object({
  tests_of: name,
  files: z.array(z.string()).describe('what it added or changed that belongs to the tests'),
  proves_something: z
    .boolean()
    .nullable()
    .describe('its tests fail on base; false: they pass there too, and prove nothing new'),
  catches: z.array(name).describe('models whose code its tests catch'),
  caught_by: z.array(name).describe('models whose tests catch its code'),
  fails_own: z.boolean().describe('its tests fail on its own code: these catch nobody'),
});

const tellingSchema = z.object({
  tests_of: name,
  name: z.string().nullable().describe('null: all of them, where the runner names none'),
  passes_on: z.array(name).describe('models, its author among them unless it fails there too'),
  fails_on: z.array(name),
});

/** cross-tests.json of a pass. */
export const crossTestsSchema = z.object({
  schema_version: z.literal(1),
  gates: z.array(z.object({ name: z.string(), command: z.string() })),
  models: z.array(name).describe('whose code was tested'),
  base_tests: z
    .array(z.object({ code_of: code, ...facts }))
    .describe("base's own tests on each code: what the cells are compared with"),
  cells: z.array(cellSchema),
  summary: z.array(summarySchema),
  telling_tests: z
    .array(tellingSchema)
    .optional()
    .describe(
      "tests that hold on their author's code and fail on another's, the first of each author",
    ),
});

export type TellingTest = z.output<typeof tellingSchema>;
export type CrossTests = z.output<typeof crossTestsSchema>;
export type CrossCell = CrossTests['cells'][number];
export type CrossSummary = CrossTests['summary'][number];

/** Somebody's tests on somebody's code. */
export interface CrossRun {
  /** A model, or base. */
  testsOf: string;
  codeOf: string;
  tree: string | null;
  run: TestRun;
  /** Files that the tests need, and that this code does not have, or has others in their place. */
  absent: readonly string[];
}

/**
 * @param runs all pairs that there are: whoever brought tests, and base, on base and each model
 * @param controls by author: its tests on its own code, without what it added beside them and did not go along
 */
export function crossTests(
  gates: readonly { name: string; command: string }[],
  models: readonly { model: string; files: string[] }[],
  runs: readonly CrossRun[],
  controls: ReadonlyMap<string, TestRun> = new Map(),
): CrossTests {
  const runOf = (testsOf: string, codeOf: string) =>
    runs.find((it) => it.testsOf === testsOf && it.codeOf === codeOf)?.run ?? null;
  const judged = runs
    .filter(({ testsOf }) => testsOf !== BASE)
    .map((it): JudgedRun => {
      const { testsOf, codeOf } = it;
      const answer = judgeCell({
        ...it,
        isOwn: testsOf === codeOf,
        own: runOf(testsOf, testsOf),
        control: controls.get(testsOf) ?? null,
        baseHere: runOf(BASE, codeOf),
        baseOwn: runOf(BASE, testsOf),
      });
      return { ...it, ...answer };
    });
  const cells = judged.map((it) => ({
    tests_of: it.testsOf,
    code_of: it.codeOf,
    ...factsOf(it, it.failed),
    ...wordsOf(it),
  }));
  return {
    schema_version: 1,
    gates: gates.map(({ name, command }) => ({ name, command })),
    models: models.map(({ model }) => model),
    base_tests: runs
      .filter(({ testsOf }) => testsOf === BASE)
      .map((it) => ({ code_of: it.codeOf, ...factsOf(it, allFailed(it.run)) })),
    cells,
    summary: models.map(({ model, files }) => summaryOf(model, files, cells)),
    telling_tests: models.flatMap(({ model }) =>
      tellingTests(judged.filter(({ testsOf, codeOf }) => testsOf === model && codeOf !== BASE)),
    ),
  };
}

type JudgedRun = CrossRun & CellAnswer;

/** So many of one author, in its own order; more say no more. */
const MOST_TELLING = 100;

/** @param row one author's tests on the models' code */
function tellingTests(row: readonly JudgedRun[]): TellingTest[] {
  const catching = row.filter(({ kind }) => kind === 'caught');
  const passing = row.filter(({ kind }) => kind === 'passes');
  const codes = (some: readonly CrossRun[]) => some.map(({ codeOf }) => codeOf);
  const all = { tests_of: row[0]?.testsOf ?? '', passes_on: codes(passing) };
  if (catching.length === 0) return [];
  if (catching.some(({ failed }) => failed.length === 0))
    return [{ ...all, name: null, fails_on: codes(catching) }];
  const names = [...new Set(catching.flatMap(({ failed }) => failed))].slice(0, MOST_TELLING);
  return names.map((name) => {
    const failing = catching.filter(({ failed }) => failed.includes(name));
    const holding = [...passing, ...catching].filter(
      (it) => !failing.includes(it) && it.run?.some((gate) => holdingIn(gate, [name]).length > 0),
    );
    return { ...all, name, passes_on: codes(holding), fails_on: codes(failing) };
  });
}

function wordsOf({ kind, detail }: CellAnswer) {
  const caught = kind === 'caught' ? true : kind === 'passes' ? false : null;
  return { kind, caught, does_not_fit: kind === 'does-not-fit', detail };
}

/** So many are named; a suite may have thousands. */
const MOST_NAMES = 20;

function factsOf({ tree, run }: CrossRun, failedTests: readonly string[]) {
  const gates = run ?? [];
  const counts = gates.flatMap(({ tests }) => tests ?? []);
  const sum = (numbers: number[]) =>
    numbers.length === 0 ? null : numbers.reduce((total, number) => total + number, 0);
  return {
    tree,
    status: worstOf(gates.map(({ status }) => status)),
    ran: sum(counts.map(({ ran }) => ran)),
    failed: sum(counts.map(({ failed }) => failed)),
    failed_tests: failedTests.slice(0, MOST_NAMES),
    failed_tests_count: failedTests.length,
    logs: gates.map(({ log }) => log),
  };
}

/** A gate that ran no test beside one that did is no more than a gate without tests. */
const WORST_FIRST: readonly GateStatus[] = ['fail', 'timeout', 'error', 'pass'];

function worstOf(statuses: readonly GateStatus[]): GateStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'not-run';
}

function allFailed(run: TestRun): string[] {
  return [...new Set((run ?? []).flatMap(({ outcomes }) => outcomes?.failed ?? []))];
}

function summaryOf(model: string, files: string[], cells: readonly CrossCell[]): CrossSummary {
  const own = cells.filter(({ tests_of }) => tests_of === model);
  const kindOn = (codeOf: string) => own.find(({ code_of }) => code_of === codeOf)?.kind;
  const onBase = kindOn(BASE);
  const caught = cells.filter((cell) => cell.caught && cell.code_of !== BASE);
  return {
    tests_of: model,
    files,
    // Base lacks what they use: they cannot pass there.
    proves_something:
      onBase === 'caught' || onBase === 'does-not-fit' ? true : onBase === 'passes' ? false : null,
    catches: caught.filter(({ tests_of }) => tests_of === model).map(({ code_of }) => code_of),
    caught_by: caught.filter(({ code_of }) => code_of === model).map(({ tests_of }) => tests_of),
    fails_own: kindOn(model) === 'fails-own',
  };
}

/**
 * The same with other names for the models, in the order of these names, and without what else tells whose it is: logs
 * and trees. Names of files and tests stay: a model that wrote its own name there can be known by it.
 */
export function relabelCrossTests(
  result: CrossTests,
  labelOf: (model: string) => string,
): CrossTests {
  const label = (model: string) => (model === BASE ? BASE : labelOf(model));
  const labels = (models: readonly string[]) => models.map(label).sort(byLabel);
  const hidden = { tree: null, logs: [] };
  return {
    ...result,
    models: labels(result.models),
    base_tests: result.base_tests
      .map((it) => ({ ...it, ...hidden, code_of: label(it.code_of) }))
      .sort((a, b) => byLabel(a.code_of, b.code_of)),
    cells: result.cells
      .map((it) => ({
        ...it,
        ...hidden,
        tests_of: label(it.tests_of),
        code_of: label(it.code_of),
      }))
      .sort((a, b) => byLabel(a.tests_of, b.tests_of) || byLabel(a.code_of, b.code_of)),
    summary: result.summary
      .map((it) => ({
        ...it,
        tests_of: label(it.tests_of),
        catches: labels(it.catches),
        caught_by: labels(it.caught_by),
      }))
      .sort((a, b) => byLabel(a.tests_of, b.tests_of)),
    telling_tests: (result.telling_tests ?? [])
      .map(({ name, ...it }) => ({
        tests_of: label(it.tests_of),
        name,
        passes_on: labels(it.passes_on),
        fails_on: labels(it.fails_on),
      }))
      .sort((a, b) => byLabel(a.tests_of, b.tests_of)),
  };
}

/** Base first, then A before Z before AA. */
function byLabel(a: string, b: string): number {
  const rank = (it: string) => (it === BASE ? 0 : it.length);
  return rank(a) - rank(b) || (a < b ? -1 : Number(a > b));
}
