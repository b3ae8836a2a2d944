/** How each model's code does on the others' tests. */
import type { CrossTests, TellingTest } from './cross-tests.ts';

type Matrix = Pick<CrossTests, 'models' | 'telling_tests'>;

/** A test, and how far it counts. */
interface WeighedTest extends TellingTest {
  weight: number;
}

/**
 * For each model the share of the others' tests that pass on its code, 0 to 1. All tests of one author are one voice, and
 * each counts by how far the tests of third authors order the same models alike: one wrong test decides nothing. Null
 * where nothing is known, and for all where something is known of one alone.
 */
export function matrixScores({ models, telling_tests }: Matrix): Map<string, number | null> {
  const tests = weighed((telling_tests ?? []).filter(tellsApart));
  const scores = models.map((model) => scoreOf(model, tests));
  const isKnown = scores.filter((score) => score !== null).length > 1;
  return new Map(models.map((model, at) => [model, isKnown ? (scores[at] ?? null) : null]));
}

/** What fails on all code but its author's is as often too narrow as right, and says nothing of the others. */
function tellsApart({ tests_of, passes_on, fails_on }: TellingTest): boolean {
  return fails_on.length > 0 && passes_on.includes(tests_of) && passes_on.length > 1;
}

function scoreOf(model: string, tests: readonly WeighedTest[]): number | null {
  const asked = tests.filter(
    ({ tests_of, passes_on, fails_on }) =>
      tests_of !== model && (passes_on.includes(model) || fails_on.includes(model)),
  );
  const all = sum(asked.map(({ weight }) => weight));
  const passed = asked.filter(({ passes_on }) => passes_on.includes(model));
  return all === 0 ? null : sum(passed.map(({ weight }) => weight)) / all;
}

function weighed(tests: readonly TellingTest[]): WeighedTest[] {
  const voices = voicesOf(tests);
  const countOf = (author: string) => tests.filter(({ tests_of }) => tests_of === author).length;
  return tests.map((test) => ({
    ...test,
    weight: agreementOf(test, voices) / countOf(test.tests_of),
  }));
}

/** By author, by two models: how many more of its tests pass on the first than on the second, as a share of all. */
type Voices = ReadonlyMap<string, (better: string, worse: string) => number>;

function voicesOf(tests: readonly TellingTest[]): Voices {
  const authors = [...new Set(tests.map(({ tests_of }) => tests_of))];
  return new Map(
    authors.map((author) => {
      const own = tests.filter(({ tests_of }) => tests_of === author);
      const ordered = (better: string, worse: string) =>
        own.filter((it) => it.passes_on.includes(better) && it.fails_on.includes(worse)).length;
      return [
        author,
        (better, worse) => (ordered(better, worse) - ordered(worse, better)) / own.length,
      ];
    }),
  );
}

/**
 * Of the pairs of models that a test orders, the share that third authors order alike; one that they do not order is
 * half. Nobody is asked of their own code.
 */
function agreementOf({ tests_of, passes_on, fails_on }: TellingTest, voices: Voices): number {
  const pairs = passes_on.flatMap((better) => fails_on.map((worse) => [better, worse] as const));
  const agreed = pairs.map(([better, worse]) => {
    const others = [...voices].filter(
      ([author]) => author !== tests_of && author !== better && author !== worse,
    );
    const said = Math.sign(sum(others.map(([, voice]) => voice(better, worse))));
    return (1 + said) / 2;
  });
  return sum(agreed) / pairs.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
