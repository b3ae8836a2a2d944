/** Whose tests catch whom: scripted models in a real repository, with real runs of node:test. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openRepository } from '../../scripts/lib/git/repository.ts';
import { mixTests } from '../../scripts/lib/procedure/cross-mixes.ts';
import { readCrossTests } from '../../scripts/lib/procedure/cross-tests.ts';
import { readSession } from '../../scripts/lib/session/session.ts';
import { type Files, type Json, type Sandbox, sandbox, writeFiles } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

const HEAD =
  "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport * as math from './math.js';\n";
const SUM = 'export const sum = (a, b) => a + b;\n';
const PROJECT = {
  'math.js': `${SUM}export const clamp = (n) => n;\n`,
  'math.test.js': `${HEAD}test('sum', () => assert.equal(math.sum(1, 2), 3));\n`,
  'package.json': '{"type":"module"}\n',
};

const RIGHT = `${SUM}export const clamp = (n, low, high) => Math.min(Math.max(n, low), high);\n`;
const ALL = 'export const clampAll = (all, low, high) => all.map((n) => clamp(n, low, high));\n';
/** Forgets the lower bound. */
const SLOPPY = `${SUM}export const clamp = (n, low, high) => Math.min(n, high);\n`;

/** What each model writes. `sloppy` takes base's own test away too. */
const RESULTS: Record<string, Files> = {
  right: {
    'math.js': RIGHT,
    'clamp.test.js': `${HEAD}test('low', () => assert.equal(math.clamp(-5, 0, 9), 0));\ntest('high', () => assert.equal(math.clamp(12, 0, 9), 9));\n`,
  },
  sloppy: {
    'math.js': SLOPPY,
    'math.test.js': `${HEAD}test('clamp', () => assert.equal(math.clamp(5, 0, 9), 5));\n`,
  },
  inventor: {
    'math.js': RIGHT + ALL,
    'test/all.test.js':
      "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { clampAll } from '../math.js';\nimport { numbers } from './numbers.js';\ntest('all', () => assert.deepEqual(clampAll(numbers, 0, 9), [0, 5]));\n",
    'test/numbers.js': 'export const numbers = [-5, 5];\n',
  },
  quiet: { 'math.js': `// Quiet.\n${RIGHT}` },
};

async function project(box: Sandbox, results = RESULTS, files: Files = PROJECT): Promise<string> {
  const models = Object.entries(results).map(([model, files]) => {
    const writes = Object.entries(files).map(
      ([path, text]) => `write(${JSON.stringify(path)}, ${JSON.stringify(text)});`,
    );
    return [
      model,
      `${IMPORTS} for (const folder of ['test', 'data', 'lists']) make(folder, { recursive: true }); ${writes.join(' ')} console.log('done');`,
    ];
  });
  const make = "import { mkdirSync as make } from 'node:fs';\n";
  const scripts = Object.fromEntries(models.map(([model, code]) => [model, make + code]));
  return box.repository({ ...files, ...(await scriptedModels(box.folder, scripts)) });
}

const outcome = ({ code_of, kind, caught }: Json) => `${code_of} ${kind} ${caught}`;

test('one catches a bug, one proves nothing, one fits nobody else, one brought none; then nothing runs', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const started = await ok(box, cwd, 'start-session', '--task', 'clamp', '--host', 'none');
  const session = ['--session', started.session_id];
  const early = await box.mm(cwd, 'cross-tests', '--gate', 'test=node --test', ...session);
  assert.is(early.json.error.code, 'nothing-captured');
  assert.is(early.exitCode, 3);
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  const untestable = await box.mm(cwd, 'cross-tests', '--gate', 'lint=true', ...session);
  assert.is(untestable.json.error.code, 'no-gates');
  assert.match(untestable.json.error.message, 'there are lint');

  const count = join(box.folder, 'count');
  const words = [
    'cross-tests',
    ...['--gate', `test=echo run >> ${count}; node --test`, '--gate', 'lint=false'],
    ...session,
  ];
  const run = await box.mm(cwd, ...words);
  assert.is(run.exitCode, 0, run.stdout);
  const first = run.json;
  assert.match(run.stderr, /20 pairs of tests and code, \d+ different trees: \d+ runs of test/);
  const trees = Number(/(\d+) different trees/.exec(run.stderr)?.[1]);
  const red = first.cells.filter((it: Json) => it.status === 'fail');
  const runs = (await readFile(count, 'utf8')).split('\n').length - 1;
  // A red run is run once more.
  assert.is(runs, trees + new Set(red.map((it: Json) => it.tree)).size);

  const rows = (model: string) =>
    first.cells.filter((it: Json) => it.tests_of === model).map(outcome);
  assert.equal(rows('right'), [
    'base caught true',
    'right passes false',
    'sloppy caught true',
    'inventor passes false',
    'quiet passes false',
  ]);
  assert.equal(rows('sloppy'), [
    'base passes false',
    'right passes false',
    'sloppy passes false',
    'inventor passes false',
    'quiet passes false',
  ]);
  assert.equal(rows('inventor'), [
    'base does-not-fit null',
    'right does-not-fit null',
    'sloppy does-not-fit null',
    'inventor passes false',
    'quiet does-not-fit null',
  ]);
  assert.equal(rows('quiet'), []);
  const caught = first.cells.find((it: Json) => it.tests_of === 'right' && it.code_of === 'sloppy');
  assert.equal(
    [caught.status, caught.ran, caught.failed, caught.failed_tests, caught.failed_tests_count],
    ['fail', 3, 1, ['low'], 1],
  );
  assert.match(
    first.cells.find((it: Json) => it.does_not_fit).detail,
    'the runner could not run test/all.test.js',
  );
  // The code is the model's own, with base's tests and those of the row.
  const listed = await box.git(cwd, 'ls-tree', '-r', '--name-only', caught.tree);
  assert.equal(
    listed.split('\n').filter((it) => it.endsWith('.js')),
    [...['clamp.test.js', 'math.js', 'math.test.js']],
  );
  const show = (path: string) => box.git(cwd, 'show', `${caught.tree}:${path}`);
  assert.is(`${await show('math.js')}\n`, SLOPPY);
  assert.is(`${await show('math.test.js')}\n`, PROJECT['math.test.js']);

  assert.equal(
    first.summary.map((it: Json) => [it.tests_of, it.proves_something, it.catches, it.caught_by]),
    [
      ['right', true, ['sloppy'], []],
      ['sloppy', false, [], ['right']],
      ['inventor', true, [], []],
      ['quiet', null, [], []],
    ],
  );
  assert.equal(
    first.summary.map((it: Json) => it.files),
    [['clamp.test.js'], ['math.test.js'], ['test/all.test.js', 'test/numbers.js'], []],
  );
  assert.ok(first.summary.every((it: Json) => it.fails_own === false));
  for (const it of first.cells) assert.ok(it.logs.every(existsSync), outcome(it));

  const second = await ok(box, cwd, ...words);
  assert.is((await readFile(count, 'utf8')).split('\n').length - 1, runs);
  const facts = ({ cells, summary }: Json) => [cells.map(outcome), summary];
  assert.equal(facts(second), facts(first));

  const kept = await readSession(started.session_dir);
  if (kept === null) throw new Error('the session is gone');
  const read = await readCrossTests(kept, 1);
  assert.equal(read?.cells, second.cells);
  assert.is(await readCrossTests(kept, 2), null);
  const page = await readFile(second.markdown, 'utf8');
  assert.match(
    page,
    '| `right` | ✓ fails, 2 of 3 failed | ✓ passes, 3 ran | ✗ caught, 1 of 3 failed |',
  );
  assert.match(page, '| `sloppy` | `math.test.js` | ! prove nothing new |');

  const two = await ok(box, cwd, ...words, '--model', 'right', '--model', 'quiet');
  assert.equal(two.cells.map(outcome), [
    'base caught true',
    'right passes false',
    'quiet passes false',
  ]);
  const none = await ok(box, cwd, ...words, '--model', 'quiet');
  assert.equal([none.cells, none.base_tests], [[], []]);
  assert.match(none.warnings.join(), 'No model added or changed a test');
  assert.is((await readFile(count, 'utf8')).split('\n').length - 1, runs);
  assert.is(captures.length, 4);
  assert.equal((await ok(box, cwd, 'cleanup', ...session)).kept, []);
});

const READING =
  "import assert from 'node:assert';\nimport { readdirSync, readFileSync } from 'node:fs';\nimport { test } from 'node:test';\nimport * as math from './math.js';\n";
const ROWS = '[[-5, 0, 9, 0], [12, 0, 9, 9]]\n';
const EACH = 'for (const [n, low, high, end] of rows) assert.equal(math.clamp(n, low, high), end);';

/** Each has a test that reads what it added beside it. */
const READERS: Record<string, Files> = {
  // Its test names the file.
  naming: {
    'math.js': RIGHT,
    'naming.test.js': `${READING}test('named', () => { const rows = JSON.parse(readFileSync('data/rows.json')); ${EACH} });\n`,
    'data/rows.json': ROWS,
  },
  // Its test names the folder alone, so that the file stays behind.
  listing: {
    'math.js': `// Lists.\n${RIGHT}`,
    'listing.test.js': `${READING}test('listed', () => { const rows = readdirSync('lists').flatMap((it) => JSON.parse(readFileSync('lists/' + it))); assert.ok(rows.length > 0); ${EACH} });\n`,
    'lists/rows.json': ROWS,
  },
  sloppy: { 'math.js': SLOPPY },
};

test('what a test needs comes along; where it stays behind, nobody is caught by its want', async () => {
  await using box = await sandbox();
  const cwd = await project(box, READERS, PROJECT);
  const started = await ok(box, cwd, 'start-session', '--task', 'clamp', '--host', 'none');
  const session = ['--session', started.session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  const { cells, summary, file } = await ok(
    box,
    cwd,
    ...['cross-tests', '--gate', 'test=node --test *.test.js', ...session],
  );
  const rows = (model: string) => cells.filter((it: Json) => it.tests_of === model).map(outcome);
  assert.equal(rows('naming'), [
    'base caught true',
    'naming passes false',
    'listing passes false',
    'sloppy caught true',
  ]);
  assert.equal(rows('listing'), [
    'base does-not-fit null',
    'naming does-not-fit null',
    'listing passes false',
    'sloppy does-not-fit null',
  ]);
  assert.match(
    cells.find((it: Json) => it.tests_of === 'listing' && it.code_of === 'naming').detail,
    'without other new files of their author they fail',
  );
  assert.equal(summary[0].files, ['naming.test.js', 'data/rows.json']);
  assert.equal(
    summary.map((it: Json) => it.caught_by),
    [[], [], ['naming']],
  );
  const { telling_tests } = JSON.parse(await readFile(file, 'utf8'));
  assert.equal(telling_tests, [
    {
      tests_of: 'naming',
      name: 'named',
      passes_on: ['naming', 'listing'],
      fails_on: ['sloppy'],
    },
  ]);
});

/** A tree with some files of a commit replaced; null takes one away. */
async function treeWith(
  box: Sandbox,
  cwd: string,
  files: Record<string, string | null>,
): Promise<string> {
  const start = await box.git(cwd, 'rev-parse', 'HEAD');
  for (const [path, text] of Object.entries(files)) {
    if (text === null) await box.git(cwd, 'rm', '-rq', path);
  }
  await writeFiles(
    cwd,
    Object.fromEntries(
      Object.entries(files).flatMap(([path, text]) => (text === null ? [] : [[path, text]])),
    ),
  );
  await box.git(cwd, 'add', '--all');
  const tree = await box.git(cwd, 'write-tree');
  await box.git(cwd, 'reset', '--quiet', '--hard', start);
  return tree;
}

test('trees: deleted tests are back, what cannot be one tree is none, names stay different as folders', async () => {
  await using box = await sandbox();
  const cwd = await box.repository({
    'code.js': '1\n',
    tool: 'old\n',
    'test/a.test.js': 'base a\n',
    'test/b.test.js': 'base b\n',
  });
  const repository = await openRepository(cwd);
  const candidates = [
    {
      model: 'gpt#2',
      tree: await treeWith(box, cwd, {
        'code.js': '2\n',
        'test/a.test.js': 'own a\n',
        'test/b.test.js': null,
        'test/c.test.js': 'tool.js in.txt\n',
        'data/in.txt': 'in\n',
        'data/out.txt': 'out\n',
        'tool.js': 'tool\n',
      }),
    },
    // Its test lies where base has a file.
    {
      model: 'gpt-2',
      tree: await treeWith(box, cwd, {
        tool: null,
        'tool/x.test.js': 'x\n',
        'tool/x.js': 'x\n',
        'data/in.txt': 'x\n',
      }),
    },
  ];
  const { models, mixes, controls } = await mixTests(repository, repository.head, candidates);
  assert.equal(models, [
    { model: 'gpt#2', files: ['test/a.test.js', 'test/c.test.js', 'data/in.txt'] },
    { model: 'gpt-2', files: ['tool/x.test.js'] },
  ]);
  const treeOf = (testsOf: string, codeOf: string) =>
    mixes.find((it) => it.testsOf === testsOf && it.codeOf === codeOf)?.tree ?? null;
  const read = async (tree: string | null) => {
    const names = (await box.git(cwd, 'ls-tree', '-r', '--name-only', tree ?? '')).split('\n');
    const texts = await Promise.all(names.map((it) => box.git(cwd, 'show', `${tree}:${it}`)));
    return names.map((name, at) => `${name}: ${texts[at]}`);
  };
  const tests = [
    'test/a.test.js: own a',
    'test/b.test.js: base b',
    'test/c.test.js: tool.js in.txt',
  ];
  const [named, rest, tool] = ['data/in.txt: in', 'data/out.txt: out', 'tool.js: tool'];
  assert.equal(await read(treeOf('gpt#2', 'base')), ['code.js: 1', named, ...tests, 'tool: old']);
  assert.equal(await read(treeOf('gpt#2', 'gpt#2')), [
    ...['code.js: 2', named, rest, ...tests],
    ...['tool: old', tool],
  ]);
  assert.equal(await read(treeOf('gpt#2', 'gpt-2')), [
    ...['code.js: 1', 'data/in.txt: x', ...tests, 'tool/x.js: x'],
  ]);
  assert.equal(await read(treeOf('base', 'gpt#2')), [
    ...['code.js: 2', named, rest, 'test/a.test.js: base a', 'test/b.test.js: base b'],
    ...['tool: old', tool],
  ]);
  assert.equal(
    controls.map(({ testsOf, codeOf }) => [testsOf, codeOf]),
    [
      ['gpt#2', 'gpt#2'],
      ['gpt-2', 'gpt-2'],
    ],
  );
  assert.equal(await read(controls[0]?.tree ?? null), [
    ...['code.js: 2', named, ...tests, 'tool: old', tool],
  ]);
  const absent = mixes.filter((it) => it.absent.length > 0);
  assert.equal(
    absent.map((it) => [it.testsOf, it.codeOf, it.absent]),
    [
      ['gpt#2', 'base', ['tool.js']],
      ['gpt#2', 'gpt-2', ['tool.js', 'data/in.txt']],
    ],
  );
  assert.is(treeOf('base', 'base'), await box.git(cwd, 'rev-parse', 'HEAD^{tree}'));
  assert.is(treeOf('gpt-2', 'base'), null);
  assert.is(treeOf('gpt-2', 'gpt#2'), null);
  assert.ok(treeOf('gpt-2', 'gpt-2'));
  const folders = [...mixes, ...controls].map(({ target }) => target.replaceAll(/[^\w.-]/g, '-'));
  assert.is(new Set(folders).size, 11);
});

test.run();
