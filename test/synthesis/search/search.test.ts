import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Choice } from '../../../scripts/lib/synthesis/search/choices.ts';
import {
  BudgetSpent,
  type Mix,
  type SearchTask,
  searchCulprits,
  searchGreenMix,
} from '../../../scripts/lib/synthesis/search/search.ts';
import { smallestSet } from '../../../scripts/lib/synthesis/search/smallest-set.ts';
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
  const redIn = (mix: Mix) =>
    new Set(Object.keys(tests).filter((name) => !tests[name]?.(sourceIn(mix))));
  const whole = (model: string) =>
    choices.map(({ options }) =>
      Math.max(
        options.findIndex(({ source }) => source === model),
        0,
      ),
    );
  const start = choices.map((it) => it.start);
  const sources = [...new Set(choices.flatMap(({ options }) => options.map((it) => it.source)))];
  const task: SearchTask = {
    choices,
    red: redIn(start),
    hopeless: new Set(),
    greenWith: (red) => sources.filter((source) => !redIn(whole(source)).has(red)),
    related: () => 0,
    isTest: ({ path }) => path.startsWith('test/'),
    ask: async (mix) => {
      if (asked.length >= (more.runs ?? 1000)) throw new BudgetSpent('no more');
      asked.push(mix.map((option, at) => choices[at]?.options[option]?.source).join());
      const red = redIn(mix);
      return { red, isGreen: (item) => !red.has(item) };
    },
    ...more,
  };
  return { task, asked, redIn, sourceIn };
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

test('what no model has is found by trying all mixes, and if there is none, that is said', async () => {
  const choices = [choice('a', ['x', 'y'], 'x'), choice('b', ['x', 'y'], 'base')];
  const both = taskOf(choices, { t: (at) => at('a') === 'y' && at('b') === 'x' });
  const { green } = await searchGreenMix(both.task);
  assert.equal(['a', 'b'].map(both.sourceIn(green ?? [])), ['y', 'x']);
  const none = taskOf(choices, { t: () => false });
  const result = await searchGreenMix(none.task);
  assert.equal([result.green, result.isExhausted], [null, true]);
  assert.is(none.asked.length, 8, 'all but the one that is known');
});

test('a budget that is spent ends the search with what it has', async () => {
  const choices = [choice('a', ['x', 'y'], 'x'), choice('b', ['x', 'y'], 'x')];
  const { task } = taskOf(choices, { t: () => false }, { runs: 3 });
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

test('what is red everywhere is tried for a while, then left', async () => {
  const names = Array.from({ length: 12 }, (_, at) => `f${at}`);
  const choices = names.map((name) => choice(name, ['x', 'y'], 'x'));
  const { task, asked } = taskOf(
    choices,
    { old: () => false, t: (at) => at('f3') === 'y' },
    { hopeless: new Set(['old']) },
  );
  const { green, left } = await searchGreenMix(task);
  assert.is(green?.[3], 2);
  assert.equal(left, ['old']);
  assert.ok(asked.length < 30, `${asked.length} runs`);
});

test('what cannot be made is no mix', async () => {
  const choices = [choice('a', ['x', 'y'], 'x')];
  const { task } = taskOf(choices, { t: () => false }, { ask: async () => null });
  assert.is((await searchGreenMix(task)).green, null);
});

test('the picks to blame where no mix is green', async () => {
  const names = Array.from({ length: 16 }, (_, at) => `f${at}`);
  const choices = names.map((name) => choice(name, ['x'], 'x'));
  const { task } = taskOf(choices, {
    t: (at) => !(at('f2') === 'x' && at('f11') === 'x'),
  });
  assert.equal(await searchCulprits(task), [2, 11]);
  const onBase = taskOf(choices, { t: () => false });
  assert.equal(await searchCulprits(onBase.task), []);
});

test('random faults: what is called green is green, what is called nearest is, none is overlooked', async () => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seededRandom(seed);
    const models = ['x', 'y', 'z'].slice(0, 2 + random(2));
    const paths = Array.from({ length: 2 + random(3) }, (_, at) => `p${at}`);
    const choices = paths.map((path) => choice(path, models, models[random(models.length)] ?? ''));
    const tests: Tests = {};
    for (let at = 0; at < 1 + random(3); at++) {
      const [one = '', other = ''] = [paths[random(paths.length)], paths[random(paths.length)]];
      const [a, b] = [models[random(models.length)], models[random(models.length)]];
      tests[`t${at}`] = (source) => source(one) === a && source(other) !== b;
    }
    const { task, redIn } = taskOf(choices, tests);
    if (task.red.size === 0) continue;
    const { green, isNearest, isExhausted } = await searchGreenMix(task);
    const all = allMixes(choices).filter((mix) => redIn(mix).size === 0);
    if (green === null) {
      assert.equal([all, isExhausted], [[], true], `seed ${seed}`);
      continue;
    }
    assert.is(redIn(green).size, 0, `seed ${seed}`);
    const distance = (mix: Mix) => mix.filter((option, at) => option !== choices[at]?.start).length;
    if (isNearest) assert.is(distance(green), Math.min(...all.map(distance)), `seed ${seed}`);
  }
});

function allMixes(choices: Choice[]): number[][] {
  return choices.reduce<number[][]>(
    (mixes, { options }) => mixes.flatMap((mix) => options.map((_, at) => [...mix, at])),
    [[]],
  );
}

test('the smallest set that is enough', async () => {
  for (const wanted of [[], [7], [0, 99], [3, 50, 51, 98]]) {
    let asked = 0;
    const found = await smallestSet(
      Array.from({ length: 100 }, (_, at) => at),
      async (part) => {
        asked++;
        return wanted.every((one) => part.includes(one));
      },
    );
    assert.equal(
      found.sort((a, b) => a - b),
      wanted,
    );
    assert.ok(asked < 12 * (wanted.length + 1), `${asked} questions`);
  }
});

test.run();
