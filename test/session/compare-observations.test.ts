import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileChange } from '../../scripts/lib/git/changes.ts';
import {
  compareObservations,
  limitsOf,
  treesToCompare,
} from '../../scripts/lib/session/compare-observations.ts';
import type { Observation } from '../../scripts/lib/session/observation.ts';

const oid = (digit: string) => digit.repeat(40);
const [A, B, C] = [oid('a'), oid('b'), oid('c')];

function observation(more: Partial<Observation> = {}): Observation {
  return {
    at: '2026-01-01T00:00:00.000Z',
    head: { branch: 'refs/heads/main', oid: A },
    main_tree: A,
    index: A,
    worktrees: [],
    refs: [],
    stash: [],
    stash_tip: null,
    files: [],
    ignored: { files: [], folders: [] },
    outside: { folder: '/src', names: [] },
    ours: { worktrees: [], branches: [], stashes: [], refs: [], stash: null },
    unread: [],
    ...more,
  };
}

const ours = (more: Partial<Observation['ours']>): Observation['ours'] => ({
  ...observation().ours,
  ...more,
});
const ref = (name: string, value: string) => ({ name, oid: value, target: null });
const entry = (value: string, message = 'mine') => ({ oid: value, message });
const file = (path: string, sha256: string | null, more = {}) => ({
  ...{ path, sha256, kind: 'file' as const, mode: 0o644, size: 1, mtime_ms: 1 },
  ...more,
});
const hook = (path: string, sha256: string, more = {}) => ({
  what: 'hook' as const,
  ...file(path, sha256, more),
});
const folder = (path: string, entries: Record<string, string>, is_whole = true) => ({
  path,
  listing: Object.entries(entries)
    .map(([name, stamp]) => `${stamp} ${name}`)
    .join('\0'),
  is_whole,
});
const ignored = (
  files: Observation['ignored']['files'],
  folders: Observation['ignored']['folders'] = [],
) => ({ ignored: { files, folders } });
const worktree = (path: string, tree: string | null, more = {}) => ({
  ...{ path, tree, branch: 'side', head: A },
  ...more,
});
const changed = (path: string, status: FileChange['status'], more = {}): FileChange => ({
  ...{ path, status, oldPath: null, mode: '100644', oldMode: '100644', oid: B, oldOid: A },
  ...{ binary: false, additions: 0, deletions: 0 },
  ...more,
});

interface Case {
  name: string;
  before?: Partial<Observation>;
  after?: Partial<Observation>;
  trees?: Record<string, FileChange[]>;
  /** `what change path` of each. */
  found: string[];
  /** What the details say, one for each. */
  details?: (string | RegExp)[];
}

const locked = {
  worktrees: ['/src/w'],
  branches: [{ name: 'refs/heads/mm/x/1', worktree: '/src/w', own: false }],
};

const CASES: Case[] = [
  { name: 'nothing', found: [] },
  {
    name: 'files of the main tree, bytes of names and modes kept',
    after: { main_tree: B },
    trees: {
      'main-tree': [
        changed('caf\xe9', 'added'),
        changed('b', 'deleted'),
        changed('c', 'modified', { mode: '100755' }),
        changed('d', 'type-changed', { mode: '120000' }),
      ],
    },
    found: [
      'main-tree added caf\xe9',
      'main-tree deleted b',
      'main-tree modified c',
      'main-tree modified d',
    ],
    details: ['', '', 'mode 100644 -> 100755', 'mode 100644 -> 120000'],
  },
  {
    name: 'a file that became ignored, or is no longer, is in doubt and told once',
    before: ignored([file('out.txt', A)]),
    after: { main_tree: B, ...ignored([file('in.txt', A)], [folder('gen', { 'x/y.txt': '1' })]) },
    trees: {
      'main-tree': [
        changed('in.txt', 'deleted'),
        changed('gen/x/y.txt', 'deleted'),
        changed('out.txt', 'added'),
      ],
    },
    found: [
      'main-tree unknown in.txt',
      'main-tree unknown gen/x/y.txt',
      'main-tree unknown out.txt',
    ],
  },
  {
    name: 'what is staged is one line',
    after: { index: B },
    trees: { index: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((it) => changed(it, 'modified')) },
    found: ['index modified index'],
    details: ['staged otherwise: a, b, c, d, e and 2 more'],
  },
  {
    name: 'a main tree that is not watched',
    before: { main_tree: null, index: null },
    after: { main_tree: null, index: null },
    found: [],
  },
  {
    name: 'refs: added, moved, deleted, symbolic',
    before: {
      refs: [
        ref('refs/heads/a', A),
        ref('refs/tags/t', A),
        { name: 'refs/remotes/origin/HEAD', oid: A, target: 'refs/remotes/origin/a' },
      ],
    },
    after: {
      refs: [
        ref('refs/heads/a', B),
        ref('refs/heads/n', A),
        { name: 'refs/remotes/origin/HEAD', oid: A, target: 'refs/remotes/origin/b' },
      ],
    },
    found: [
      'ref modified refs/heads/a',
      'ref deleted refs/tags/t',
      'ref modified refs/remotes/origin/HEAD',
      'ref added refs/heads/n',
    ],
    details: [
      `${A} -> ${B}`,
      `${A} -> none`,
      'refs/remotes/origin/a -> refs/remotes/origin/b',
      `none -> ${A}`,
    ],
  },
  {
    name: 'the branches of this session are its own business',
    before: {
      refs: [ref('refs/heads/mm/gpt/1', A), ref('refs/heads/mm/gpt/2', A)],
      ours: ours({
        branches: [1, 2].map((it) => ({
          name: `refs/heads/mm/gpt/${it}`,
          worktree: `/w${it}`,
          own: true,
        })),
        worktrees: ['/w1', '/w2'],
      }),
    },
    after: { refs: [ref('refs/heads/mm/gpt/1', B)], ours: ours({ worktrees: ['/w1', '/w2'] }) },
    found: [],
  },
  {
    name: 'another session makes, moves and removes its branches',
    before: { refs: [ref('refs/heads/mm/x/1', A)], ours: ours(locked) },
    after: { refs: [], ours: ours({}) },
    found: [],
  },
  {
    name: 'the branch of another session goes, its worktree stays: in doubt',
    before: { refs: [ref('refs/heads/mm/x/1', A)], ours: ours(locked) },
    after: { refs: [], ours: ours(locked) },
    found: ['ref unknown refs/heads/mm/x/1'],
  },
  {
    name: 'a branch that only looks like ours',
    after: { refs: [ref('refs/heads/mm/x/9', A)] },
    found: ['ref added refs/heads/mm/x/9'],
  },
  {
    name: 'private refs of the session that are gone',
    before: { ours: ours({ refs: [ref('refs/mm/s/user/stash', A), ref('refs/mm/s/a', A)] }) },
    after: { ours: ours({ refs: [ref('refs/mm/s/a', B), ref('refs/mm/s/b', B)] }) },
    found: ['ref deleted refs/mm/s/user/stash'],
  },
  {
    name: 'HEAD on another branch, or detached; not when its branch moves',
    after: { head: { branch: 'refs/heads/other', oid: A } },
    found: ['head modified HEAD'],
    details: ['refs/heads/main -> refs/heads/other'],
  },
  {
    name: 'HEAD detached',
    after: { head: { branch: null, oid: B } },
    found: ['head modified HEAD'],
  },
  {
    name: 'HEAD with its branch',
    after: { head: { branch: 'refs/heads/main', oid: B } },
    found: [],
  },
  {
    name: 'stash entries: lost ones from the oldest on, then new ones',
    before: { stash: [entry(A, 'one'), entry(B, 'two'), entry(C, 'three')] },
    after: { stash: [entry(oid('d'), 'theirs'), entry(B, 'two')] },
    found: ['stash deleted stash@{2}', 'stash deleted stash@{0}', 'stash added stash@{0}'],
    details: ['three', 'one', 'theirs'],
  },
  {
    name: 'the same commit listed twice, and once',
    before: { stash: [entry(A), entry(A)] },
    after: { stash: [entry(A)] },
    found: ['stash deleted stash@{1}'],
  },
  {
    name: 'another order',
    before: { stash: [entry(A), entry(B)] },
    after: { stash: [entry(B), entry(A)] },
    found: ['stash modified stash'],
  },
  {
    name: 'our own entry that was put back in front meanwhile is no change',
    before: { stash: [entry(A), entry(B), entry(C)], ours: ours({ stash: B }) },
    after: { stash: [entry(B), entry(A), entry(C)], ours: ours({ stash: B }) },
    found: [],
  },
  {
    name: 'our own entry that is gone',
    before: { stash: [entry(A)], ours: ours({ stash: A }) },
    after: { ours: ours({ stash: A }) },
    found: ['stash deleted stash@{0}'],
    details: [/this session set aside/],
  },
  {
    name: 'our own entry that was brought back by us',
    before: { stash: [entry(A)], ours: ours({ stash: A }) },
    found: [],
  },
  {
    name: 'the entry of another session: stored and restored by it is no change, dropped by others is one',
    before: { stash: [entry(A), entry(B)] },
    after: {
      stash: [entry(C)],
      ours: ours({
        stashes: [
          { oid: A, state: 'restored' },
          { oid: B, state: 'set-aside' },
          { oid: C, state: 'saving' },
        ],
      }),
    },
    found: ['stash deleted stash@{1}'],
  },
  {
    name: 'hooks and configuration, the gravest first',
    before: {
      files: [
        { ...hook('/g/config', A), what: 'config' },
        hook('/g/hooks/a', A),
        hook('/g/hooks/b', A),
      ],
    },
    after: {
      files: [
        { ...hook('/g/config', B), what: 'config' },
        hook('/g/hooks/a', A, { mode: 0o755 }),
        hook('/g/hooks/c', A, { mode: 0o755 }),
        hook('/g/hooks/b', A, { kind: 'link' }),
      ],
    },
    found: [
      'hook modified /g/hooks/a',
      'hook modified /g/hooks/b',
      'hook added /g/hooks/c',
      'config modified /g/config',
    ],
    details: ['mode 644 -> 755', 'a file became a link', 'executable', ''],
  },
  {
    name: 'ignored files by content; by size and time where one was too large',
    before: ignored([
      file('same', A),
      file('touched', A),
      file('big', null),
      file('bigger', null),
      file('gone', A),
    ]),
    after: ignored([
      file('same', A),
      file('touched', A, { mtime_ms: 2 }),
      file('big', null, { mtime_ms: 2 }),
      file('bigger', null),
      file('new', A),
    ]),
    found: ['ignored-file modified big', 'ignored-file deleted gone', 'ignored-file added new'],
  },
  {
    name: 'ignored folders by size and time',
    before: ignored(
      [],
      [folder('node_modules', { a: '1:1', 'b/c': '1:1', d: '1:1' }), folder('same', { x: '1' })],
    ),
    after: ignored(
      [],
      [folder('node_modules', { a: '1:1', 'b/c': '2:1', e: '1:1' }), folder('same', { x: '1' })],
    ),
    found: [
      'ignored-file modified node_modules/b/c',
      'ignored-file deleted node_modules/d',
      'ignored-file added node_modules/e',
    ],
  },
  {
    name: 'behind the end of a listing that was cut nothing is said',
    before: ignored([], [folder('n', { a: '1', b: '1', z: '1' })]),
    after: ignored([], [folder('n', { a: '2', a1: '1', b: '1' }, false)]),
    found: ['ignored-file modified n/a', 'ignored-file added n/a1'],
  },
  {
    name: 'very many changes in an ignored folder are told together',
    before: ignored([], [folder('n', {})]),
    after: ignored(
      [],
      [
        folder(
          'n',
          Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`f${at + 10}`, '1'])),
        ),
      ],
    ),
    found: [
      ...Array.from({ length: 50 }, (_, at) => `ignored-file added n/f${at + 10}`),
      'ignored-file modified n/',
    ],
  },
  {
    name: 'the user’s other worktrees: files, HEAD, removed, added',
    before: { worktrees: [worktree('/w/a', A), worktree('/w/b', A), worktree('/w/gone', A)] },
    after: {
      worktrees: [
        worktree('/w/a', B),
        worktree('/w/b', A, { branch: null }),
        worktree('/w/new', A),
      ],
    },
    trees: { '/w/a': [changed('x/y', 'modified')] },
    found: [
      'head modified /w/b',
      'worktree modified /w/a/x/y',
      'worktree deleted /w/gone',
      'worktree added /w/new',
    ],
  },
  {
    name: 'a worktree of ours that a model unlocked is not the user’s; one of the user’s that was marked is in doubt',
    before: { worktrees: [worktree('/w/mine', A)], ours: ours({ worktrees: ['/w/ours'] }) },
    after: { worktrees: [worktree('/w/ours', A)], ours: ours({ worktrees: ['/w/mine'] }) },
    found: ['worktree unknown /w/mine'],
  },
  {
    name: 'names beside the worktrees, ours left out',
    before: {
      outside: { folder: '/src', names: ['old', 'w1', 'x'] },
      ours: ours({ worktrees: ['/src/w1'] }),
    },
    after: {
      outside: { folder: '/src', names: ['new', 'w2', 'x'] },
      ours: ours({ worktrees: ['/src/w2'] }),
    },
    found: ['outside added /src/new', 'outside deleted /src/old'],
  },
  {
    name: 'what could not be read is unknown, and not compared',
    before: { refs: [ref('refs/heads/a', A)], worktrees: [worktree('/w/a', A)], head: null },
    after: {
      worktrees: [worktree('/w/a', null)],
      unread: [
        { part: 'ref', path: null, reason: 'bad config' },
        { part: 'worktree', path: '/w/a', reason: 'no permission' },
        { part: 'head', path: null, reason: 'bad config' },
      ],
    },
    found: ['head unknown (head)', 'ref unknown (ref)', 'worktree unknown /w/a'],
    details: [/bad config/, /bad config/, /no permission/],
  },
  {
    name: 'unread twice is told once',
    before: { unread: [{ part: 'main-tree', path: null, reason: 'x' }], main_tree: null },
    after: { unread: [{ part: 'main-tree', path: null, reason: 'x' }], main_tree: null },
    found: ['main-tree unknown (main-tree)'],
  },
];

for (const { name, before, after, trees = {}, found, details } of CASES) {
  test(name, () => {
    const changes = compareObservations(
      observation(before),
      observation(after),
      new Map(Object.entries(trees)),
    );
    assert.equal(
      changes.map((it) => `${it.what} ${it.change} ${it.path}`),
      found,
    );
    for (const [at, detail] of (details ?? []).entries()) {
      const said = changes[at]?.detail ?? '';
      if (typeof detail === 'string') assert.is(said, detail);
      else assert.match(said, detail);
    }
  });
}

test('what was there and what is stands beside each change', () => {
  const [moved] = compareObservations(
    observation({ refs: [ref('refs/heads/a', A)] }),
    observation({ refs: [ref('refs/heads/a', B)] }),
    new Map(),
  );
  assert.equal([moved?.before, moved?.after], [A, B]);
});

test('only trees that differ, and are known on both sides, are to be compared', () => {
  const before = observation({
    worktrees: [worktree('/w/a', A), worktree('/w/b', A), worktree('/w/c', A)],
    index: null,
  });
  const after = observation({
    main_tree: B,
    worktrees: [worktree('/w/a', B), worktree('/w/b', A)],
  });
  assert.equal(treesToCompare(before, after), [
    { of: 'main-tree', from: A, to: B },
    { of: '/w/a', from: A, to: B },
  ]);
});

test('what there was too much of is said', () => {
  const whole = observation(ignored([], [folder('a', {})]));
  const cut = observation(ignored([], [folder('a', {}), folder('b', {}, false)]));
  assert.equal(limitsOf(whole, whole), []);
  assert.match(limitsOf(whole, cut)[0] ?? '', /only partly, looked at: b\./);
});

test.run();
