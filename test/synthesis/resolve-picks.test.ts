import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../scripts/lib/errors.ts';
import type { ComparedFile } from '../../scripts/lib/synthesis/compare.ts';
import type { Pick } from '../../scripts/lib/synthesis/picks.ts';
import { modelsTaken, resolvePicks } from '../../scripts/lib/synthesis/resolve-picks.ts';
import { added, deleted, file, hunkAt, version } from './compared.ts';

const [first, second, both] = [
  hunkAt(1, 'x\n', ['a']),
  hunkAt(5, 'y\n', ['b']),
  hunkAt(9, 'z\n', ['a', 'b']),
];
const files: ComparedFile[] = [
  file('binary', 'single', [version('a', { binary: true })]),
  file('f', 'disjoint', [version('a'), version('b', { mode: '100755' })], {
    hunks: [first, second, both],
  }),
  file('new', 'single', [added('a', 'old')]),
  file('newer', 'single', [added('b', 'old')]),
  file('old', 'identical', [deleted('a'), deleted('b')]),
  file('src/gone.ts', 'single', [deleted('b')]),
];
const context = { files, models: ['a', 'b', 'idle'] };
const resolve = (...picks: Pick[]) => resolvePicks({ picks }, context);

function refused(code: string, ...picks: Pick[]): UsageError {
  try {
    resolve(...picks);
  } catch (error) {
    assert.instance(error, UsageError);
    assert.is((error as UsageError).code, code);
    return error as UsageError;
  }
  throw new Error(`${code} was not thrown`);
}

const refusals: [string, string, Pick[], RegExp][] = [
  [
    'a path nobody changed',
    'unknown-path',
    [{ path: 'scr/gone.ts', from: 'b' }],
    /Did you mean "src\/gone.ts"/,
  ],
  [
    'base for a path nobody changed',
    'unknown-path',
    [{ path: 'x', from: 'base' }],
    /No model changed "x"/,
  ],
  [
    'a model without a capture',
    'unknown-model',
    [{ path: 'f', from: 'idel' }],
    /Did you mean "idle"/,
  ],
  [
    'hunks of an unknown model',
    'unknown-model',
    [{ path: 'f', hunks: [{ from: 'base', ids: ['h'] }] }],
    /"base"/,
  ],
  [
    'a hunk of another model',
    'unknown-hunk',
    [{ path: 'f', hunks: [{ from: 'a', ids: [second.id] }] }],
    /It is of b\./,
  ],
  [
    'a prefix of a hunk',
    'unknown-hunk',
    [{ path: 'f', hunks: [{ from: 'a', ids: [first.id.slice(0, -1)] }] }],
    new RegExp(`Did you mean "${first.id}"`),
  ],
  [
    'a hunk of a binary',
    'unknown-hunk',
    [{ path: 'binary', hunks: [{ from: 'a', ids: ['h1'] }] }],
    /take the whole file/,
  ],
  [
    'the same path twice',
    'duplicate-pick',
    [
      { path: 'f', from: 'a' },
      { path: 'f', from: 'a' },
    ],
    /"f" is picked twice/,
  ],
  [
    'the same path by its bytes',
    'duplicate-pick',
    [
      { path: 'f', from: 'a' },
      { path_base64: 'Zg==', from: 'b' },
    ],
    /"f"/,
  ],
];
for (const [what, code, picks, message] of refusals) {
  test(`refused: ${what}`, () => {
    assert.match(refused(code, ...picks).message, message);
  });
}

test('a model, its deletion, base, and what was left out', () => {
  const { entries, unpicked, warnings } = resolve(
    { path: 'src/gone.ts', from: 'b', why: 'dead code' },
    { path: 'f', from: 'b' },
    { path: 'binary', from: 'base' },
  );
  assert.equal(entries, [
    { path: 'binary', why: null, outcome: { kind: 'base' } },
    {
      path: 'f',
      why: null,
      outcome: { kind: 'take', model: 'b', entry: { mode: '100755', oid: 'blob-b' } },
    },
    { path: 'src/gone.ts', why: 'dead code', outcome: { kind: 'take', model: 'b', entry: null } },
  ]);
  assert.equal(unpicked, [
    { path: 'new', models: ['a'] },
    { path: 'newer', models: ['b'] },
    { path: 'old', models: ['a', 'b'] },
  ]);
  assert.equal(warnings, []);
});

test('a model that left the path alone means base, with a warning', () => {
  const { entries, warnings } = resolve({ path: 'f', from: 'idle' });
  assert.equal(entries[0]?.outcome, { kind: 'base' });
  assert.match(warnings.join(), /idle did not change f/);
});

test('hunks: each once, the modes of base kept aloud', () => {
  const { entries, warnings } = resolve({
    path: 'f',
    hunks: [
      { from: 'b', ids: [both.id, second.id, second.id] },
      { from: 'a', ids: [both.id, first.id] },
    ],
  });
  const [entry] = entries;
  if (entry?.outcome.kind !== 'hunks') throw new Error('no hunks');
  assert.equal(
    entry.outcome.hunks.map(({ from, hunk }) => [from, hunk.id]),
    [
      ['b', both.id],
      ['b', second.id],
      ['a', first.id],
    ],
  );
  assert.is(entry.outcome.mode, '100644');
  assert.is(entry.outcome.deletes, false);
  assert.equal(modelsTaken(entry.outcome), ['b', 'a']);
  assert.match(warnings.join(), /100755 by b is left out/);
});

const outcomes = (...picks: Pick[]) =>
  resolve(...picks).entries.map(({ path, outcome }) => [
    path,
    modelsTaken(outcome).join() || 'base',
  ]);

test('both names of a rename go together, unless each is named', () => {
  assert.equal(outcomes({ path: 'new', from: 'a' }), [
    ['new', 'a'],
    ['old', 'a'],
  ]);
  assert.equal(outcomes({ path: 'old', from: 'b' }), [
    ['newer', 'b'],
    ['old', 'b'],
  ]);
  assert.equal(outcomes({ path: 'new', from: 'a' }, { path: 'old', from: 'base' }), [
    ['new', 'a'],
    ['old', 'base'],
  ]);
  assert.equal(outcomes({ path: 'new', from: 'base' }), [['new', 'base']]);
  const [, old] = resolve({ path: 'new', from: 'a' }).entries;
  assert.match(old?.why ?? '', /goes with new: a renamed old to new/);
});

test('two renames of one file may share the deletion, not a new name with two contents', () => {
  assert.equal(outcomes({ path: 'new', from: 'a' }, { path: 'newer', from: 'b' }), [
    ['new', 'a'],
    ['newer', 'b'],
    ['old', 'a'],
  ]);
  const shared = [
    file('from-a', 'single', [deleted('a')]),
    file('from-b', 'single', [deleted('b')]),
    file('to', 'conflict', [added('a', 'from-a'), added('b', 'from-b')]),
  ];
  const picks = [
    { path: 'from-a', from: 'a' },
    { path: 'from-b', from: 'b' },
  ];
  assert.throws(
    () => resolvePicks({ picks }, { files: shared, models: ['a', 'b'] }),
    (error: UsageError) => error.code === 'duplicate-pick' && error.message.includes('"to"'),
  );
});

test.run();
