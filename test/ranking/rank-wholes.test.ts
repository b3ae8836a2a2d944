import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rankWholes, tiedWith, type WholeFacts } from '../../scripts/lib/ranking/rank-wholes.ts';

type Facts = Partial<Omit<WholeFacts, 'breaks' | 'repairs'>> & {
  breaks?: string[] | null;
  repairs?: string[];
};

/** Facts by model; the trees are in the order of the names turned round, so that no name helps. */
function rank(models: Record<string, Facts>) {
  const names = Object.keys(models);
  const wholes = rankWholes(
    Object.entries(models).map(([model, { breaks = [], repairs = [], ...facts }], at) => ({
      model,
      tree: `tree-${names.length - at}`,
      breaks: breaks && new Set(breaks),
      repairs: new Set(repairs),
      matrix: null,
      agreement: 0,
      prior: 0,
      ...facts,
    })),
  );
  return {
    wholes,
    order: wholes.map((it) => it.models.join('=')),
    tied: tiedWith(wholes).map((it) => it.models.join('=')),
  };
}

const cases: [string, Record<string, Facts>, string[], string[]][] = [
  [
    'what breaks nothing is before what is most like the others',
    { a: { breaks: ['test: adds'], agreement: 2 }, b: { agreement: 0.1 } },
    ['b', 'a'],
    ['b'],
  ],
  [
    'a test that several break is nobody’s fault: the task asks for it',
    {
      least: { agreement: 0.2 },
      b: { breaks: ['test: pinned'], agreement: 1 },
      c: { breaks: ['test: pinned'], agreement: 0.9 },
    },
    ['b', 'c', 'least'],
    ['b', 'c', 'least'],
  ],
  [
    'but not where as many break nothing: two may share a mistake',
    {
      ...{ a: { agreement: 0.2 }, b: { agreement: 0.1 } },
      c: { breaks: ['test: pinned'], agreement: 1 },
      d: { breaks: ['test: pinned'], agreement: 0.9 },
    },
    ['a', 'b', 'c', 'd'],
    ['a', 'b'],
  ],
  [
    'a gate that names no tests may be red for another reason with each',
    { a: { breaks: ['test'], agreement: 1 }, b: { breaks: ['test'], agreement: 1 }, c: {} },
    ['c', 'b', 'a'],
    ['c'],
  ],
  ['a red gate that it repairs', { a: {}, b: { repairs: ['lint'] } }, ['b', 'a'], ['b']],
  [
    'not gated is behind green and before red',
    { red: { breaks: ['lint'] }, unknown: { breaks: null }, green: {} },
    ['green', 'unknown', 'red'],
    ['green'],
  ],
  [
    'the others’ tests go before likeness',
    { popular: { matrix: 0.2, agreement: 1.5 }, right: { matrix: 0.9, agreement: 0.5 } },
    ['right', 'popular'],
    ['right'],
  ],
  [
    'whose tests are the only ones stands beside those who pass them best',
    { low: { matrix: 0 }, author: { agreement: 1 }, high: { matrix: 1, agreement: 0.5 } },
    ['author', 'high', 'low'],
    ['author', 'high'],
  ],
  [
    'a prior decides where likeness is near',
    { a: { agreement: 1 }, b: { agreement: 0.95, prior: 0.1 } },
    ['b', 'a'],
    ['b', 'a'],
  ],
  ['nothing known: by the trees, not by the names', { a: {}, b: {} }, ['b', 'a'], ['b', 'a']],
];
for (const [what, facts, order, tied] of cases) {
  test(what, () => {
    const ranked = rank(facts);
    assert.equal([ranked.order, ranked.tied], [order, tied]);
  });
}

test('equal trees are one whole with both names, and two voices', () => {
  const same = { tree: 'same', breaks: ['test: adds'], agreement: 1 };
  const { wholes, order } = rank({ a: same, b: same, c: { agreement: 0 } });
  assert.equal(order, ['a=b', 'c']);
  assert.equal(wholes[0]?.breaks_alone, []);
  assert.equal(wholes[0]?.breaks_shared, ['test: adds']);
});

test('nobody: no order', () => {
  assert.equal(rank({}).order, []);
});

test.run();
