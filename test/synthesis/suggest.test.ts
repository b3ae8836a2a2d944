import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComparedFile } from '../../scripts/lib/synthesis/compare.ts';
import { parsePicks } from '../../scripts/lib/synthesis/picks.ts';
import { suggestPicks } from '../../scripts/lib/synthesis/suggest.ts';
import { added, deleted, file, hunkAt, version } from './compared.ts';

const two = [version('b'), version('a')];

/** What, the file, who is green, the model taken or null, words of the reason. */
const cases: [string, ComparedFile, string[] | null, string | null, RegExp][] = [
  ['identical', file('f', 'identical', two), null, 'a', /a and b made the same change/],
  ['identical, one green', file('f', 'identical', two), ['b'], 'b', /same change/],
  ['white space', file('f', 'format-only', two), null, 'a', /a is the first by name/],
  ['white space, one green', file('f', 'format-only', two), ['b'], 'b', /gates of b are green/],
  ['single', file('f', 'single', [version('b')]), null, 'b', /only b changed it/],
  ['single, green', file('f', 'single', [version('b')]), ['b'], 'b', /its gates are green/],
  ['single, red', file('f', 'single', [version('b')]), ['a'], null, /its gates are not green/],
  ['conflict', file('f', 'conflict', two), null, null, /same lines, and no gates say/],
  [
    'conflict, one green',
    file('f', 'conflict', two),
    ['b', 'c'],
    'b',
    /only the gates of b are green/,
  ],
  [
    'conflict, both green',
    file('f', 'conflict', two),
    ['a', 'b'],
    null,
    /more than one of them is green/,
  ],
  ['conflict, none green', file('f', 'conflict', two), ['c'], null, /none of them is green/],
  [
    'split, one green',
    file('f', 'split', [deleted('a'), version('b')]),
    ['a'],
    'a',
    /only the gates of a/,
  ],
  [
    'conflict, two green that agree',
    file('f', 'conflict', [...two, version('c')], { groups: [['b'], ['c', 'a']] }),
    ['a', 'c'],
    'a',
    /only the gates of c and a are green/,
  ],
];
for (const [what, compared, green, model, reason] of cases) {
  test(`${what}: ${model ?? 'open'}`, () => {
    const { picks, reasons, open_decisions } = suggestPicks([compared], {
      green: green === null ? null : new Set(green),
    });
    if (model === null) {
      assert.equal([picks, reasons], [[], []]);
      assert.equal(
        open_decisions.map(({ path, agreement }) => [path, agreement]),
        [['f', compared.agreement]],
      );
      assert.match(open_decisions[0]?.reason ?? '', reason);
    } else {
      assert.equal(open_decisions, []);
      assert.equal(
        picks.map(({ path, from }) => [path, from]),
        [['f', model]],
      );
      assert.match(reasons[0]?.reason ?? '', reason);
      assert.is(picks[0]?.why, reasons[0]?.reason);
    }
  });
}

test('disjoint changes are merged, each hunk once, and a red gate is said', () => {
  const hunks = [hunkAt(1, 'x\n', ['b']), hunkAt(5, 'y\n', ['b', 'a']), hunkAt(9, 'z\n', ['b'])];
  const compared = file('\xff', 'disjoint', two, { hunks });
  const [one, shared, three] = hunks.map(({ id }) => id);
  const { picks, reasons } = suggestPicks([compared], { green: new Set(['a']) });
  assert.equal(picks[0]?.hunks, [
    { from: 'b', ids: [one, three] },
    { from: 'a', ids: [shared] },
  ]);
  assert.is(picks[0]?.path_base64, '/w==');
  assert.match(reasons[0]?.reason ?? '', /do not touch each other; the gates of b are not green/);
  assert.equal(parsePicks(JSON.stringify({ picks })), { picks });
});

const paths = (files: ComparedFile[], green: string[] | null) => {
  const { picks, open_decisions } = suggestPicks(files, { green: green && new Set(green) });
  return {
    picked: picks.map(({ path, from }) => `${path}=${from}`),
    open: open_decisions.map(({ path }) => path),
  };
};

test('a rename is taken whole, or left open whole', () => {
  const renamed = file('new', 'single', [added('a', 'old')]);
  const alone = [renamed, file('old', 'single', [deleted('a')])];
  assert.equal(paths(alone, null), { picked: ['new=a', 'old=a'], open: [] });
  const disputed = [renamed, file('old', 'split', [deleted('a'), version('b')])];
  assert.equal(paths(disputed, null), { picked: [], open: ['new', 'old'] });
  assert.equal(paths(disputed, ['a']), { picked: ['new=a', 'old=a'], open: [] });
  assert.equal(paths(disputed, ['b']), { picked: ['old=b'], open: ['new'] });
});

test('a folder in the place of a file is taken whole, or left open whole', () => {
  const files = [
    file('d', 'split', [deleted('a'), deleted('c'), version('b')], { groups: [['a', 'c'], ['b']] }),
    file('d/x', 'identical', [added('a'), added('c')]),
    file('else', 'single', [version('a')]),
  ];
  assert.equal(paths(files, null), { picked: ['else=a'], open: ['d', 'd/x'] });
  assert.equal(paths(files, ['b']), { picked: ['d=b'], open: ['d/x', 'else'] });
  assert.equal(paths(files, ['c']), { picked: ['d=c', 'd/x=c'], open: ['else'] });
});

test('nothing to suggest', () => {
  assert.equal(suggestPicks([], { green: null }), { picks: [], reasons: [], open_decisions: [] });
});

test('with nobody green the parts are all there is', () => {
  const files = [file('f', 'single', [version('a')]), file('g', 'single', [version('b')])];
  const { picks, open_decisions } = suggestPicks(files, { green: new Set() });
  assert.equal(
    picks.map(({ path, from }) => [path, from]),
    [
      ['f', 'a'],
      ['g', 'b'],
    ],
  );
  assert.equal(open_decisions, []);
});

test('green but for what is red with everybody is not called green', () => {
  const { reasons } = suggestPicks([file('f', 'single', [version('a')])], {
    green: new Set(['a']),
    spotless: new Set(),
  });
  assert.match(reasons[0]?.reason ?? '', /but for what is red with everybody$/);
});

test.run();
