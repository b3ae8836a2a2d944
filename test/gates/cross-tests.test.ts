import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { belongsToTests } from '../../scripts/lib/exam/roles.ts';
import type { CellKind, TestGate } from '../../scripts/lib/gates/cross-cell.ts';
import {
  type CrossRun,
  crossTests,
  crossTestsSchema,
  relabelCrossTests,
} from '../../scripts/lib/gates/cross-tests.ts';
import { addedFiles, crossEntries, testsIn } from '../../scripts/lib/gates/cross-trees.ts';
import type { EntryChange } from '../../scripts/lib/git/changes.ts';
import { crossTestsMarkdown } from '../../scripts/lib/procedure/cross-tests-markdown.ts';

const belonging: [path: string, belongs: boolean][] = [
  ['test/a.js', true],
  ['src/a.test.ts', true],
  ['tests/helpers/build.ts', true],
  ['tests/data.bin', true],
  ['test/tsconfig.json', true],
  ['src/__snapshots__/a.test.ts.snap', true],
  ['parser/testdata/in.txt', true],
  ['fixtures/in.json', true],
  ['pkg/__mocks__/fs.ts', true],
  ['conftest.py', true],
  ['m_test.go', true],
  ['out.golden', true],
  ['src/a.ts', false],
  ['package.json', false],
  ['vitest.config.ts', false],
  ['tsconfig.test.json', false],
  ['.github/actions/test/action.yml', false],
  ['.github/workflows/unit-test.yml', false],
  ['src/contest.py', false],
  ['latest/a.ts', false],
];
for (const [path, belongs] of belonging) {
  test(`${path} belongs to the tests: ${belongs}`, () => assert.is(belongsToTests(path), belongs));
}

const entry = (oid: string | null) => (oid === null ? null : { mode: '100644', oid });
const change = (path: string, from: string | null, to: string | null): EntryChange => ({
  path,
  from: entry(from),
  to: entry(to),
});

const CODE = [
  change('src/a.ts', '1', '2'),
  change('test/changed.test.ts', '1', '2'),
  change('test/added.test.ts', null, '2'),
  change('test/gone.test.ts', '1', null),
];

const mixes: [
  name: string,
  code: EntryChange[],
  tests: EntryChange[],
  entries: Record<string, string | null> | null,
][] = [
  ['base and its own tests', [], [], {}],
  [
    "a result and base's tests",
    CODE,
    [],
    { 'test/changed.test.ts': '1', 'test/added.test.ts': null, 'test/gone.test.ts': '1' },
  ],
  [
    'tests of another over them; what it deleted, and its code, do not come along',
    CODE,
    [
      change('src/a.ts', '1', '3'),
      change('test/added.test.ts', null, '3'),
      change('test/new.test.ts', null, '3'),
      change('test/other.test.ts', '1', null),
    ],
    {
      'test/changed.test.ts': '1',
      'test/added.test.ts': '3',
      'test/gone.test.ts': '1',
      'test/new.test.ts': '3',
    },
  ],
  [
    'on base',
    [],
    [change('src/a.ts', '1', '3'), change('a.test.ts', '1', '3')],
    { 'a.test.ts': '3' },
  ],
  [
    'on itself',
    CODE,
    CODE,
    { 'test/changed.test.ts': '2', 'test/added.test.ts': '2', 'test/gone.test.ts': '1' },
  ],
  [
    'a file of the code in the place of a folder of the tests',
    [change('tool', null, '2')],
    [change('tool/a.test.ts', null, '3')],
    null,
  ],
  [
    'a folder of the code in the place of a test',
    [change('a_test.go/x', null, '2')],
    [change('a_test.go', null, '3')],
    null,
  ],
  [
    "a file of base's in the place of a folder of the tests",
    [],
    [change('tool', '1', null), change('tool/a.test.ts', null, '3')],
    null,
  ],
  [
    'a file that the code took away is not in the way',
    [change('tool', '1', null)],
    [change('tool', '1', null), change('tool/a.test.ts', null, '3')],
    { 'tool/a.test.ts': '3' },
  ],
  [
    "the code's file where base's tests lay",
    [change('test/a.test.ts', '1', null), change('test', null, '2')],
    [],
    null,
  ],
];
for (const [name, code, tests, entries] of mixes) {
  test(`tree: ${name}`, () => {
    const found = crossEntries(code, tests);
    const oids = found && [...found].map(([path, it]) => [path, it?.oid ?? null]);
    assert.equal(oids && Object.fromEntries(oids), entries);
  });
}

test('tests of a result are what it added or changed', () => {
  assert.equal(
    testsIn(CODE).map(({ path }) => path),
    ['test/changed.test.ts', 'test/added.test.ts'],
  );
});

const added = (path: string) => change(path, null, '2');

const companions: [
  path: string,
  texts: { tests?: string; code?: string },
  becomes: 'companions' | 'named' | 'rest' | null,
][] = [
  ['data/in.json', { tests: "read('../data/in.json')" }, 'companions'],
  ['data/in.json', {}, 'rest'],
  ['data/in.json', { tests: "read('../data/main.json')" }, 'rest'],
  ['data/in.json', { code: "import data from './data/in.json'" }, null],
  ['data/in.json', { tests: '`in.json`', code: "'in.json'" }, 'companions'],
  ['qa/steps', {}, 'companions'],
  ['qa/steps.js', {}, 'companions'],
  ['mixed/in.txt', {}, 'rest'],
  ['in.txt', {}, 'rest'],
  ['src/new.js', { tests: "import { it } from '../src/new.js'" }, 'named'],
  ['src/new.js', { code: "import { it } from './new.js'" }, null],
  ['src/new/a.js', { tests: "import { it } from '../src/a.js'" }, null],
  // They have gone along already, or are configuration.
  ['test/in.txt', { tests: "'in.txt'" }, null],
  ['tsconfig.test.json', { tests: "'tsconfig.test.json'" }, null],
  ['.github/workflows/in.yml', { tests: "'in.yml'" }, null],
];
for (const [path, { tests = '', code = '' }, becomes] of companions) {
  test(`added ${path}, tests say ${tests}, code ${code}: ${becomes}`, () => {
    const base = ['a.test.js', 'qa/a.test.js', 'mixed/a.test.js', 'mixed/a.js', 'src/a.js'];
    const found = addedFiles([added(path)], { tests, code }, base);
    const where = Object.entries(found).flatMap(([name, files]) => (files.length > 0 ? name : []));
    assert.equal(where, becomes === null ? [] : [becomes]);
  });
}

test('what was there before, or is gone, is nothing that was added', () => {
  const changes = [change('data/in.json', '1', '2'), change('data/gone.json', '1', null)];
  const found = addedFiles(changes, { tests: "'in.json' 'gone.json'", code: '' }, []);
  assert.equal(found, { companions: [], named: [], rest: [] });
});

test('what goes along lies over tests, and never over what the code has of its own', () => {
  const code = [added('data/in.json'), change('src/a.js', '1', '2')];
  const brought = ['data/in.json', 'data/more.json', 'a.test.js'].map((path) =>
    change(path, null, '3'),
  );
  const entries = crossEntries(code, brought, brought);
  assert.equal([...(entries?.keys() ?? [])], ['data/more.json', 'a.test.js']);
});

type Facts = Partial<TestGate> & { names?: [passed: string[], failed: string[]] };

function gate(status: TestGate['status'], { names, ...more }: Facts = {}): TestGate {
  const [passed, failed] = names ?? [[], []];
  const known = names === undefined ? null : { passed, failed, complete: true };
  return {
    name: 'test',
    status,
    flaky: false,
    tests:
      names === undefined ? null : { ran: passed.length + failed.length, failed: failed.length },
    outcomes: known,
    log: '/logs/gate-test.log',
    ...more,
  };
}

const passes = (...passed: string[]) => gate('pass', { names: [passed, []] });
const fails = (passed: string[], failed: string[], more: Facts = {}) =>
  gate('fail', { names: [passed, failed], ...more });
/** As of a runner that names no test but those that fail. */
const silently = (...failed: string[]): TestGate =>
  gate(failed.length > 0 ? 'fail' : 'pass', {
    outcomes: failed.length > 0 ? { failed, passed: [], complete: false } : null,
  });

const ONLY_FAILURES = (...failed: string[]): Facts => ({
  tests: { ran: 2, failed: failed.length },
  outcomes: { failed, passed: [], complete: false },
});

interface Case {
  here: TestGate | null;
  own?: TestGate;
  baseHere?: TestGate;
  baseOwn?: TestGate;
  kind: CellKind;
  caught: boolean | null;
  failed?: string[];
  /** Tests of `a` on its own code, without its other new files. */
  control?: TestGate;
  absent?: string[];
}

/** Tests of `a` on the code of `b`; base's own test is `old`, that of `a` is `new`. */
function cellOf({ here, own, baseHere, baseOwn, control, absent = [] }: Case) {
  const pair = (testsOf: string, codeOf: string, it: TestGate | null): CrossRun => ({
    ...{ testsOf, codeOf, tree: it === null ? null : 'f'.repeat(40) },
    run: it && [it],
    absent: testsOf === 'a' && codeOf === 'b' ? absent : [],
  });
  const runs = [
    pair('base', 'base', passes('old')),
    pair('base', 'a', baseOwn ?? passes('old')),
    pair('base', 'b', baseHere ?? passes('old')),
    pair('a', 'base', fails(['old'], ['new'])),
    pair('a', 'a', own ?? passes('old', 'new')),
    pair('a', 'b', here),
  ];
  const models = [
    { model: 'a', files: ['new.test.js'] },
    { model: 'b', files: [] },
  ];
  const controls = new Map(control === undefined ? [] : [['a', [control]] as const]);
  const result = crossTests([{ name: 'test', command: 'npm test' }], models, runs, controls);
  crossTestsSchema.parse(result);
  return { result, cell: result.cells.find(({ code_of }) => code_of === 'b') };
}

const cases: Record<string, Case> = {
  'they pass': { here: passes('old', 'new'), kind: 'passes', caught: false },
  'they fail, and pass on their own code': {
    here: fails(['old'], ['new']),
    ...{ kind: 'caught', caught: true, failed: ['new'] },
  },
  'they fail on their own code too': {
    here: fails(['old'], ['new']),
    own: fails(['old'], ['new']),
    ...{ kind: 'fails-own', caught: null, failed: ['new'] },
  },
  'they pass here, and fail on their own code': {
    here: passes('old', 'new'),
    own: fails(['old'], ['new']),
    ...{ kind: 'passes', caught: false },
  },
  'one of them fails on its own code, and another one here': {
    here: fails(['old'], ['new', 'bad']),
    own: fails(['old', 'new'], ['bad']),
    ...{ kind: 'caught', caught: true, failed: ['new'] },
  },
  "what fails, fails with base's own tests too": {
    here: fails(['new'], ['old']),
    baseHere: fails([], ['old']),
    ...{ kind: 'passes', caught: false },
  },
  "a test that goes by a name of base's, and is another one": {
    here: fails([], ['old']),
    own: passes('old'),
    baseHere: fails([], ['old']),
    baseOwn: fails([], ['old']),
    ...{ kind: 'caught', caught: true, failed: ['old'] },
  },
  'another test under a name of base’s, where only what fails is named': {
    here: silently('m > old'),
    own: silently(),
    baseHere: silently('m > old'),
    baseOwn: silently('m > old'),
    ...{ kind: 'caught', caught: true, failed: ['m > old'] },
  },
  'one fails on its own code, another one here, and only what fails is named': {
    here: silently('m > new', 'm > bad'),
    own: silently('m > bad'),
    baseHere: silently(),
    baseOwn: silently(),
    ...{ kind: 'caught', caught: true, failed: ['m > new'] },
  },
  "a test of base's that its author deleted fails everywhere": {
    here: fails(['new'], ['old']),
    own: fails(['new'], ['old']),
    baseHere: fails([], ['old']),
    baseOwn: fails([], ['old']),
    ...{ kind: 'passes', caught: false },
  },
  'a file of tests that the runner could not load': {
    here: fails(['old'], ['new.test.js']),
    ...{ kind: 'does-not-fit', caught: null, failed: ['new.test.js'] },
  },
  'one file was loaded, in which a test fails, and another was not': {
    here: fails(['old'], ['new', 'more.test.js']),
    own: passes('old', 'new', 'more'),
    ...{ kind: 'caught', caught: true, failed: ['new'] },
  },
  'a file that could not be loaded, where only what fails is named': {
    here: gate('fail', ONLY_FAILURES('test_new.py')),
    own: gate('pass', { tests: { ran: 2, failed: 0 } }),
    ...{ kind: 'does-not-fit', caught: null, failed: ['test_new.py'] },
  },
  'unittest could not load one': {
    here: gate('fail', ONLY_FAILURES('unittest.loader._FailedTest.test_new')),
    own: gate('pass', { tests: { ran: 2, failed: 0 } }),
    ...{ kind: 'does-not-fit', caught: null, failed: ['unittest.loader._FailedTest.test_new'] },
  },
  'a test fails, where only what fails is named': {
    here: gate('fail', ONLY_FAILURES('test_new.py::test_new')),
    own: gate('pass', { tests: { ran: 2, failed: 0 } }),
    ...{ kind: 'caught', caught: true, failed: ['test_new.py::test_new'] },
  },
  'a package of go is not built': {
    here: silently('example.com/m'),
    own: silently(),
    baseHere: silently(),
    baseOwn: silently(),
    ...{ kind: 'does-not-fit', caught: null, failed: ['example.com/m'] },
  },
  'what is always counted is not counted': {
    here: gate('fail'),
    ...{ kind: 'does-not-fit', caught: null },
  },
  'it fails before any test ran': {
    here: gate('fail', { tests: { ran: 0, failed: 0 } }),
    ...{ kind: 'does-not-fit', caught: null },
  },
  'without other new files of their author they fail on its code too': {
    here: fails(['old'], ['new']),
    control: fails(['old'], ['new']),
    ...{ kind: 'does-not-fit', caught: null, failed: ['new'] },
  },
  'the author’s other new files change nothing': {
    here: fails(['old'], ['new']),
    control: passes('old', 'new'),
    ...{ kind: 'caught', caught: true, failed: ['new'] },
  },
  'of two that fail, one needs other new files of its author': {
    here: fails(['old'], ['new', 'needy']),
    own: passes('old', 'new', 'needy'),
    control: fails(['old', 'new'], ['needy']),
    ...{ kind: 'caught', caught: true, failed: ['new'] },
  },
  'they name a program that only their author’s code has': {
    here: fails(['old'], ['new']),
    absent: ['src/new.js'],
    ...{ kind: 'does-not-fit', caught: null, failed: ['new'] },
  },
  'it does not end': { here: gate('timeout'), kind: 'unknown', caught: null },
  'it cannot be started': { here: gate('error'), kind: 'unknown', caught: null },
  'no test ran': { here: gate('not-run'), kind: 'unknown', caught: null },
  'no test runs anywhere': {
    here: gate('not-run'),
    own: gate('not-run'),
    ...{ kind: 'not-run', caught: null },
  },
  'none of the new tests is among those that ran': {
    here: passes('old'),
    ...{ kind: 'not-run', caught: null },
  },
  'none of the new tests is named where base has none': {
    here: passes('unrelated'),
    own: passes('new'),
    baseOwn: gate('not-run'),
    ...{ kind: 'not-run', caught: null },
  },
  'they change their mind': {
    here: fails(['old'], ['new'], { flaky: true }),
    ...{ kind: 'unknown', caught: null },
  },
  'base’s own tests change their mind there': {
    here: fails([], ['old', 'new']),
    baseHere: fails([], ['old'], { flaky: true }),
    ...{ kind: 'unknown', caught: null },
  },
  'they never ended on their own code': {
    here: fails(['old'], ['new']),
    own: gate('timeout'),
    ...{ kind: 'unknown', caught: null, failed: ['new'] },
  },
  'base’s own tests were not seen there': {
    here: fails(['old'], ['new']),
    baseHere: gate('timeout'),
    ...{ kind: 'unknown', caught: null },
  },
  'nobody names tests, as many ran as on their own code': {
    here: gate('fail', { tests: { ran: 9, failed: 1 } }),
    own: gate('pass', { tests: { ran: 9, failed: 0 } }),
    baseHere: gate('pass'),
    ...{ kind: 'caught', caught: true },
  },
  'nobody names tests, fewer ran than on their own code': {
    here: gate('fail', { tests: { ran: 8, failed: 1 } }),
    own: gate('pass', { tests: { ran: 9, failed: 0 } }),
    baseHere: gate('pass'),
    ...{ kind: 'does-not-fit', caught: null },
  },
  'nobody names tests, nor counts them': {
    here: gate('fail'),
    own: gate('pass'),
    baseHere: gate('pass'),
    ...{ kind: 'does-not-fit', caught: null },
  },
  'nobody names tests, base is red': {
    here: gate('fail'),
    own: gate('pass'),
    baseHere: gate('fail'),
    ...{ kind: 'unknown', caught: null },
  },
  'nobody names tests, more fail than of base’s own': {
    here: gate('fail', { tests: { ran: 9, failed: 2 } }),
    own: gate('pass', { tests: { ran: 9, failed: 0 } }),
    baseHere: gate('fail', { tests: { ran: 8, failed: 1 } }),
    ...{ kind: 'caught', caught: true },
  },
  'base has no tests': {
    here: fails([], ['new']),
    own: passes('new'),
    baseHere: gate('not-run'),
    baseOwn: gate('not-run'),
    ...{ kind: 'caught', caught: true, failed: ['new'] },
  },
  'there is no such tree': { here: null, kind: 'not-run', caught: null },
};
for (const [name, expected] of Object.entries(cases)) {
  test(`cell: ${name}`, () => {
    const { cell, result } = cellOf(expected);
    assert.equal(
      [cell?.kind, cell?.caught, cell?.does_not_fit, cell?.failed_tests],
      [expected.kind, expected.caught, expected.kind === 'does-not-fit', expected.failed ?? []],
    );
    const [a, b] = result.summary;
    assert.equal(a?.catches, expected.caught ? ['b'] : []);
    assert.equal(b?.caught_by, expected.caught ? ['a'] : []);
    assert.is(
      a?.fails_own,
      result.cells.some((it) => it.code_of === 'a' && it.kind === 'fails-own'),
    );
    if (cell?.kind !== 'passes') assert.ok(cell?.kind === 'caught' || cell?.detail !== '');
  });
}

test('several gates: whichever says most; what says nothing anywhere is no hindrance', () => {
  const e2e = (status: TestGate['status']) => gate(status, { name: 'e2e' });
  const pair = (testsOf: string, codeOf: string, ...run: TestGate[]): CrossRun => ({
    ...{ testsOf, codeOf, tree: 'f'.repeat(40), absent: [] },
    run,
  });
  const runs = [
    pair('base', 'base', passes('old'), e2e('error')),
    pair('base', 'a', passes('old'), e2e('error')),
    pair('a', 'base', passes('old', 'new'), e2e('error')),
    pair('a', 'a', passes('old', 'new'), e2e('error')),
  ];
  const { cells, base_tests, summary } = crossTests([], [{ model: 'a', files: ['x'] }], runs);
  assert.equal(
    cells.map(({ kind, status, ran }) => [kind, status, ran]),
    [
      ['passes', 'error', 2],
      ['passes', 'error', 2],
    ],
  );
  assert.equal([base_tests.length, summary[0]?.proves_something], [2, false]);
});

test('names are limited, and counted', () => {
  const many = Array.from({ length: 30 }, (_, at) => `new ${at}`);
  const { cell } = cellOf({
    here: fails(['old'], many),
    own: passes('old', ...many),
    ...{ kind: 'caught', caught: true },
  });
  assert.equal([cell?.failed_tests.length, cell?.failed_tests_count], [20, 30]);
});

/** Tests of `a` on its own code and that of `b`, `c` and `d`. */
function tellingOf(own: TestGate, others: TestGate[]) {
  const models = ['a', 'b', 'c', 'd'].slice(0, others.length + 1);
  const pair = (testsOf: string, codeOf: string, it: TestGate): CrossRun => ({
    ...{ testsOf, codeOf, tree: null, absent: [] },
    run: [it],
  });
  const runs = [
    ...models.map((model) => pair('base', model, passes('old'))),
    ...[own, ...others].map((it, at) => pair('a', models[at] ?? '', it)),
  ];
  const { telling_tests } = crossTests(
    [],
    models.map((model) => ({ model, files: [] })),
    runs,
  );
  return telling_tests?.map((it) => `${it.name}: ${it.passes_on.join()} | ${it.fails_on.join()}`);
}

const counted = (failed: number) =>
  gate(failed > 0 ? 'fail' : 'pass', { tests: { ran: 9, failed } });

const NUMBERS = Array.from({ length: 101 }, (_, at) => `${at}`);

const telling: [name: string, own: TestGate, others: TestGate[], expected: string[]][] = [
  ['all pass everywhere', passes('old', 'x'), [passes('old', 'x')], []],
  [
    'each test by itself; where one did not run, nothing is said of it',
    passes('old', 'x', 'y'),
    [fails(['old', 'x'], ['y']), fails(['old'], ['x', 'y']), fails(['old'], ['x', 'y.test.js'])],
    ['y: a | b,c', 'x: a,b | c,d'],
  ],
  [
    'what does not fit is not among those that fail, nor that pass',
    passes('old', 'x', 'y'),
    [fails(['old', 'y'], ['x']), fails(['old'], ['new.test.js']), passes('old', 'x', 'y')],
    ['x: a,d | b'],
  ],
  ['no names: all of them', counted(0), [counted(1), counted(0)], ['null: a,c | b']],
  [
    'many are limited',
    passes(...NUMBERS),
    [fails([], NUMBERS)],
    NUMBERS.slice(0, 100).map((name) => `${name}: a | b`),
  ],
];
for (const [name, own, others, expected] of telling) {
  test(`telling tests: ${name}`, () => assert.equal(tellingOf(own, others), expected));
}

const proofs: [onBase: TestGate, proves: boolean | null][] = [
  [fails(['old'], ['new']), true],
  [fails(['old'], ['new.test.js']), true],
  [passes('old', 'new'), false],
  [gate('timeout'), null],
];
for (const [onBase, proves] of proofs) {
  test(`on base ${onBase.status}, ${onBase.outcomes?.failed}: proves ${proves}`, () => {
    const runs: CrossRun[] = [
      { testsOf: 'base', codeOf: 'base', tree: null, absent: [], run: [passes('old')] },
      { testsOf: 'base', codeOf: 'a', tree: null, absent: [], run: [passes('old')] },
      { testsOf: 'a', codeOf: 'base', tree: null, absent: [], run: [onBase] },
      { testsOf: 'a', codeOf: 'a', tree: null, absent: [], run: [passes('old', 'new')] },
    ];
    const { summary } = crossTests([], [{ model: 'a', files: [] }], runs);
    assert.is(summary[0]?.proves_something, proves);
    assert.equal(summary[0]?.catches, []);
  });
}

test('other names: in their own order, without logs and trees; base stays', () => {
  const { result } = cellOf({
    here: fails(['old'], ['new']),
    ...{ kind: 'caught', caught: true },
  });
  const asked: string[] = [];
  const blind = relabelCrossTests(result, (model) => {
    asked.push(model);
    return model === 'a' ? 'B' : 'A';
  });
  crossTestsSchema.parse(blind);
  assert.not(asked.includes('base'));
  assert.equal(blind.models, ['A', 'B']);
  assert.equal(
    blind.cells.map((it) => [it.tests_of, it.code_of, it.caught, it.tree, it.logs]),
    [
      ['B', 'base', true, null, []],
      ['B', 'A', true, null, []],
      ['B', 'B', false, null, []],
    ],
  );
  assert.equal(
    blind.base_tests.map((it) => [it.code_of, it.tree, it.logs]),
    [
      ['base', null, []],
      ['A', null, []],
      ['B', null, []],
    ],
  );
  assert.equal(
    blind.summary.map((it) => [it.tests_of, it.catches, it.caught_by]),
    [
      ['A', [], ['B']],
      ['B', ['A'], []],
    ],
  );
  assert.equal(blind.telling_tests, [
    { tests_of: 'B', name: 'new', passes_on: ['B'], fails_on: ['A'] },
  ]);
  assert.not(JSON.stringify(blind).includes('/logs'));
  assert.ok(result.cells.every(({ logs }) => logs.length === 1));
});

test('the page: the matrix, and hostile names that stay in their cells', () => {
  const name = 'evil | `x`\n# title';
  const { result } = cellOf({
    here: fails(['old', 'new'], [name]),
    own: passes('old', 'new', name),
    ...{ kind: 'caught', caught: true },
  });
  const page = crossTestsMarkdown(result);
  assert.match(
    page,
    '| `a` | ✓ fails, 1 of 2 failed | ✓ passes, 3 ran | ✗ caught, 1 of 3 failed |',
  );
  assert.match(page, '| `b` | none |  |  | none | `a` |');
  assert.not.match(page, /^# title/m);
  const empty = crossTestsMarkdown({ ...result, cells: [], base_tests: [], summary: [] });
  assert.match(empty, 'No model added or changed a test.');
});

test.run();
