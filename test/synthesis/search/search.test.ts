import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Choice } from '../../../scripts/lib/synthesis/search/choices.ts';
import { wholeOf } from '../../../scripts/lib/synthesis/search/moves.ts';
import {
  BudgetSpent,
  type Mix,
  type Outcome,
  type SearchTask,
  searchGreenMix,
} from '../../../scripts/lib/synthesis/search/search.ts';
import { seededRandom } from '../random.ts';

/** A choice of a path between base and models, of which the picks took one. */
function choice(path: string, models: string[], start: string): Choice {
  const options = ['base', ...models].map((source) => ({
    source,
    models: source === 'base' ? [] : [source],
    hunks: null,
  }));
  return { path, name: path, options, start: ['base', ...models].indexOf(start) };
}

/** Tests as a table: each with what it needs to be green, by the sources of its paths. */
type Tests = Record<string, (at: (path: string) => string) => boolean>;

function taskOf(
  choices: Choice[],
  tests: Tests,
  more: Partial<SearchTask> & { runs?: number } = {},
) {
  const asked: string[] = [];
  const sourceIn = (mix: Mix) => (path: string) => {
    const at = choices.findIndex((it) => it.path === path);
    return choices[at]?.options[mix[at] ?? 0]?.source ?? 'base';
  };
  const outcomeOf = (mix: Mix): Outcome => {
    const red = new Set(Object.keys(tests).filter((name) => !tests[name]?.(sourceIn(mix))));
    return { red, isGreen: (item) => !red.has(item) };
  };
  const sources = [...new Set(choices.flatMap(({ options }) => options.map((it) => it.source)))];
  const { red } = outcomeOf(choices.map((it) => it.start));
  const known = new Map(sources.map((it) => [it, outcomeOf(wholeOf(choices, it))]));
  const isHopeless = (item: string) => ![...known.values()].some((it) => it.isGreen(item));
  const task: SearchTask = {
    ...{ choices, red, sources, known, units: new Map() },
    hopeless: new Set([...red].filter(isHopeless)),
    related: ({ path }, item) => Number(item.split(' ').includes(path)),
    isTest: ({ path }) => path.startsWith('test/'),
    missing: async () => [],
    ask: async (mix) => {
      if (asked.length >= (more.runs ?? 1000)) throw new BudgetSpent('no more');
      asked.push(mix.map((option, at) => choices[at]?.options[option]?.source).join());
      return outcomeOf(mix);
    },
    ...more,
  };
  return { task, asked, sourceIn, redIn: (mix: Mix) => outcomeOf(mix).red };
}

test('one file to blame: the other model that is right there, in one step', async () => {
  const choices = [
    choice('a', ['x', 'y'], 'x'),
    choice('b', ['x', 'y'], 'x'),
    choice('c', ['x'], 'x'),
  ];
  const { task, asked, sourceIn } = taskOf(choices, {
    a: (at) => at('a') === 'x',
    b: (at) => at('b') === 'y',
    c: (at) => at('c') === 'x',
  });
  const { green, isNearest, left } = await searchGreenMix(task);
  assert.equal(['a', 'b', 'c'].map(sourceIn(green ?? [])), ['x', 'y', 'x']);
  assert.equal([isNearest, left], [true, []]);
  assert.ok(asked.length <= 4, `${asked.length} runs`);
});

test('one of forty is found by halves', async () => {
  const names = Array.from({ length: 40 }, (_, at) => `f${at}`);
  const choices = names.map((name) => choice(name, ['x', 'y'], 'x'));
  const { task, asked, sourceIn } = taskOf(choices, { t: (at) => at('f23') === 'y' });
  const { green, isNearest } = await searchGreenMix(task);
  assert.equal(
    names.filter((name) => sourceIn(green ?? [])(name) !== 'x'),
    ['f23'],
  );
  assert.is(isNearest, true);
  assert.ok(asked.length <= 16, `${asked.length} runs`);
});

test('what no model has is found where it is about several files; what is about one or none ends at once', async () => {
  const choices = [choice('a', ['x', 'y'], 'x'), choice('b', ['x', 'y'], 'base')];
  const both = taskOf(choices, { 'a b': (at) => at('a') === 'y' && at('b') === 'x' });
  const { green } = await searchGreenMix(both.task);
  assert.equal(['a', 'b'].map(both.sourceIn(green ?? [])), ['y', 'x']);
  for (const about of ['a', 'nothing']) {
    const none = taskOf(choices, { [about]: () => false });
    const result = await searchGreenMix(none.task);
    assert.equal([result.green, result.isExhausted], [null, true]);
    assert.equal(none.asked, []);
  }
});

test('a budget that is spent ends the search with what it has', async () => {
  const choices = [choice('a', ['x', 'y'], 'x'), choice('b', ['x', 'y'], 'x')];
  const { task } = taskOf(
    choices,
    { t: (at) => at('a') === at('b') && at('a') === 'y' },
    { runs: 0 },
  );
  assert.equal(await searchGreenMix(task), {
    green: null,
    left: [],
    isNearest: false,
    isExhausted: false,
  });
});

test('a test is given up only where nothing else is green', async () => {
  const choices = [
    choice('a', ['x', 'y'], 'x'),
    choice('b', ['y'], 'base'),
    choice('test/a', ['x'], 'x'),
  ];
  const tests: Tests = {
    t: (at) => at('test/a') === 'base' || (at('a') === 'y' && at('b') === 'y'),
  };
  const { task, sourceIn } = taskOf(choices, tests);
  const { green } = await searchGreenMix(task);
  assert.equal(['a', 'b', 'test/a'].map(sourceIn(green ?? [])), ['y', 'y', 'x']);
  const wrong = taskOf(choices, { t: (at) => at('test/a') === 'base' });
  const given = await searchGreenMix(wrong.task);
  assert.equal(['a', 'b', 'test/a'].map(wrong.sourceIn(given.green ?? [])), ['x', 'base', 'base']);
});

test('what is red with everybody stays, and costs no run', async () => {
  const names = Array.from({ length: 12 }, (_, at) => `f${at}`);
  const choices = names.map((name) => choice(name, ['x', 'y'], 'x'));
  const tests: Tests = { old: () => false, 'f3 is right': (at) => at('f3') === 'y' };
  const { task, asked } = taskOf(choices, tests);
  const { green, left } = await searchGreenMix(task);
  assert.is(green?.[3], 2);
  assert.equal(left, ['old']);
  assert.is(asked.length, 1);
});

test('versions that have what is missing come before anything else', async () => {
  const choices = ['a', 'b', 'c'].map((name) => choice(name, ['x', 'y'], 'x'));
  const { task, asked } = taskOf(
    choices,
    { a: (at) => at('c') === 'y' },
    { missing: async () => [{ cost: 0.5, changes: new Map([[2, 2]]) }] },
  );
  assert.equal((await searchGreenMix(task)).green, [1, 1, 2]);
  assert.is(asked.length, 1);
});

test('what cannot be made is no mix', async () => {
  const choices = [choice('a', ['x', 'y'], 'x')];
  const { task } = taskOf(choices, { t: () => false }, { ask: async () => null });
  assert.is((await searchGreenMix(task)).green, null);
});

test('random faults: what is called green is green, and what one whole of a file mends is found', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seededRandom(seed);
    const models = ['x', 'y', 'z'].slice(0, 2 + random(2));
    const paths = Array.from({ length: 2 + random(3) }, (_, at) => `p${at}`);
    const choices = paths.map((path) => choice(path, models, models[random(models.length)] ?? ''));
    const tests: Tests = {};
    for (let at = 0; at < 1 + random(3); at++) {
      const [one = '', other = ''] = [paths[random(paths.length)], paths[random(paths.length)]];
      const [a, b] = [models[random(models.length)], models[random(models.length)]];
      tests[`${one} ${other} ${at}`] = (source) => source(one) === a && source(other) !== b;
    }
    const { task, redIn, asked } = taskOf(choices, tests);
    if (task.red.size === 0) continue;
    const { green } = await searchGreenMix(task);
    if (green !== null) {
      const left = [...redIn(green)].filter((it) => !task.hopeless.has(it));
      assert.equal(left, [], `seed ${seed}`);
      continue;
    }
    const start = choices.map((it) => it.start);
    const one = start.flatMap((_, at) =>
      models.map((_, option) => start.map((old, place) => (place === at ? option + 1 : old))),
    );
    if (task.hopeless.size === 0)
      assert.equal(
        one.filter((mix) => redIn(mix).size === 0),
        [],
        `seed ${seed}: ${asked}`,
      );
  }
});

test.run();
