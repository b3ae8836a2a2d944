import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discoverGates } from '../../scripts/lib/gates/discover.ts';
import { configuredGates, type Gate } from '../../scripts/lib/gates/gate.ts';
import { readBlobs, writeBlobs } from '../../scripts/lib/git/blobs.ts';
import { filesAt } from '../../scripts/lib/git/files-at.ts';
import { type RawPath, rawPathOf } from '../../scripts/lib/git/paths.ts';
import { treeOf, writeTreeWith } from '../../scripts/lib/git/trees.ts';
import { listWorktrees } from '../../scripts/lib/git/worktrees.ts';
import { type FormattingRequest, formattedBlobs } from '../../scripts/lib/procedure/formatted.ts';
import { identifyProcess } from '../../scripts/lib/process/processes.ts';
import type { SessionData } from '../../scripts/lib/session/session.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import {
  type FormattedBlobs,
  sameAfterFormatting,
} from '../../scripts/lib/synthesis/same-format.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { type Files, type Sandbox, writeFiles } from '../support/sandbox.ts';
import { makeSession } from '../support/sessions.ts';

const A = 'src/a.js';
/** One program in three hands, and another one. */
const BASE = 'export const sum = (a, b) => a - b;\n';
const DOUBLE = 'export const sum = (a, b) => [a, b].join("+");\n';
const SINGLE = "export const sum = (a, b) =>\n  [ a, b, ].join('+')\n";
const OTHER = "export const sum = (a, b) => [a, b].join('-');\n";
const BROKEN = 'export const sum = (a, b => [a;\n';

const BIOME = join(skillFolder, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

const PROJECT: Files = {
  '.gitignore': 'node_modules\n/generated\n/local.js\n',
  'package.json': JSON.stringify({ scripts: { 'format:check': 'biome format src' } }),
  'biome.json': JSON.stringify({ formatter: { indentStyle: 'space' } }),
  [A]: BASE,
};

/** Writes down outside of every tree that it was run, then does as it is told. */
async function install(at: string, name: string, box: Sandbox, body: string): Promise<void> {
  const file = join(at, 'node_modules', '.bin', name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "$@" >> '${box.folder}/runs'\n${body}\n`);
  await chmod(file, 0o755);
}

/** A project whose formatter is installed, a session, and what is needed to ask about trees of it. */
async function setUp(files: Files = {}, data: Partial<SessionData> = {}) {
  const box = await ownSandbox();
  const counting = { setup: `echo made >> '${box.folder}/worktrees'` };
  const all = { ...PROJECT, '.multi-model.json': JSON.stringify(counting), ...files };
  const at = await box.repository(all);
  await install(at, 'biome', box, `exec '${process.execPath}' '${BIOME}' "$@"`);
  const { repository, session } = await makeSession(at, data);
  const warnings: string[] = [];
  const reporter = { progress() {}, board() {}, warn: (text: string) => warnings.push(text) };
  const { gates: found } = await discoverGates(filesAt(at, repository.head));
  const base = await treeOf(at, 'HEAD');
  /** A tree of base with other files; null takes one out, a text with `->` in front is a link. */
  const tree = async (changes: Record<string, string | null>) => {
    const texts = Object.entries(changes).filter((entry) => entry[1] !== null);
    const bytes = texts.map(([, text]) => Buffer.from(String(text).replace(/^->/, '')));
    const oids = await writeBlobs(at, bytes);
    const modes = texts.map(([, text]) => (text?.startsWith('->') ? '120000' : '100644'));
    const written = texts.map(([path], i) => [path, { mode: modes[i] ?? '', oid: oids[i] ?? '' }]);
    const gone = Object.entries(changes).filter((entry) => entry[1] === null);
    return writeTreeWith(at, base, new Map([...gone, ...written] as [RawPath, null][]));
  };
  const ask = (
    trees: readonly string[],
    more: Partial<FormattingRequest & { alone: boolean; paths: string[] }> = {},
  ) =>
    formattedBlobs(
      repository,
      more.alone ? null : session,
      {
        gates: found,
        base: repository.head,
        versions: trees.map((one) => ({ tree: one, paths: (more.paths ?? [A]).map(rawPathOf) })),
        signal: new AbortController().signal,
        ...more,
      },
      reporter,
    );
  const lines = async (name: string) =>
    existsSync(join(box.folder, name))
      ? (await readFile(join(box.folder, name), 'utf8')).split('\n').length - 1
      : 0;
  return {
    ...{ box, at, repository, session, warnings, tree, ask },
    runs: () => lines('runs'),
    worktrees: () => lines('worktrees'),
    async textOf(blobs: FormattedBlobs | null, of: string, path = A) {
      const oid = blobs?.get(of)?.get(rawPathOf(path));
      return oid && (await readBlobs(at, [oid])).get(oid)?.toString();
    },
    async isClean() {
      assert.is(await box.git(at, 'status', '--porcelain'), '');
      assert.is((await listWorktrees(at)).length, 1);
      const beside = await readdir(dirname(at));
      assert.equal(
        beside.filter((name) => name.includes('scratch')),
        [],
      );
    },
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

async function same(at: string, blobs: FormattedBlobs | null, trees: readonly string[]) {
  const versions = trees.map(async (tree, number) => {
    const text = await filesAt(at, tree).read(A);
    const [blob = null] = text === null ? [] : await writeBlobs(at, [Buffer.from(text)]);
    return { model: `model-${number}`, tree, blob };
  });
  return sameAfterFormatting(rawPathOf(A), await Promise.all(versions), blobs ?? new Map());
}

function configured(name: string, command: string, more: Partial<Gate> = {}): Gate[] {
  return configuredGates({ [name]: command }, 'test').map((gate) => ({ ...gate, ...more }));
}

/** Without npx, which takes longer than all else; that what is found is run by npx is shown by the first tests. */
function direct(): Gate[] {
  return configured('format', 'node_modules/.bin/biome format src');
}

test('quotes, commas and lines are format, another sign is none; what is known is not run again', async () => {
  await using it = await setUp();
  const [double, single, other] = [
    await it.tree({ [A]: DOUBLE }),
    await it.tree({ [A]: SINGLE }),
    // Its own package.json is not heeded.
    await it.tree({ [A]: OTHER, 'package.json': '{"scripts":{"format:check":"exit 1"}}' }),
  ];
  const blobs = await it.ask([double, single, other, double]);
  assert.equal(it.warnings, []);
  assert.is(await same(it.at, blobs, [double, single]), true);
  assert.is(await same(it.at, blobs, [double, single, other]), false);
  assert.is(await same(it.at, new Map(), [double, single]), false);
  assert.is(await it.textOf(blobs, single), DOUBLE);
  assert.equal([await it.runs(), await it.worktrees()], [3, 1]);
  assert.match(await readFile(join(it.box.folder, 'runs'), 'utf8'), /^(format --write src\n){3}$/);
  await it.isClean();

  assert.equal(
    await it.ask([single, other, double]),
    new Map(
      [...(blobs ?? [])].sort(
        ([a], [b]) => [single, other, double].indexOf(a) - [single, other, double].indexOf(b),
      ),
    ),
  );
  const elsewhere = await it.ask([single], { paths: ['biome.json', 'src/gone.js'] });
  assert.equal([...(elsewhere?.get(single)?.keys() ?? [])], ['biome.json']);
  assert.equal([await it.runs(), await it.worktrees()], [3, 1]);

  const third = await it.tree({ [A]: SINGLE, 'b.txt': 'b' });
  assert.is(await same(it.at, await it.ask([double, third]), [double, third]), true);
  assert.equal([await it.runs(), await it.worktrees()], [4, 2]);
});

test('a tree that cannot be read by the formatter is left as it is, with a warning each time', async () => {
  await using it = await setUp();
  const [broken, double, single] = [
    await it.tree({ [A]: SINGLE, 'src/broken.js': BROKEN }),
    await it.tree({ [A]: DOUBLE }),
    await it.tree({ [A]: SINGLE }),
  ];
  const blobs = await it.ask([broken, double, single]);
  assert.is(await it.textOf(blobs, broken), SINGLE);
  assert.is(await same(it.at, blobs, [double, single]), true);
  assert.is(await same(it.at, blobs, [double, broken]), false);
  const [warning = ''] = it.warnings;
  assert.is(it.warnings.length, 1);
  assert.match(warning, `The tree ${broken.slice(0, 12)} is compared unformatted, as it is`);
  assert.match(warning, 'npx --no-install biome format --write src failed (exit 1); see ');
  const log = /see (.*)\.$/.exec(warning)?.[1] ?? '';
  assert.match(await readFile(log, 'utf8'), 'broken.js');
  await it.isClean();

  const runs = await it.runs();
  assert.equal(await it.ask([broken, double, single]), blobs);
  assert.equal(it.warnings, [warning, warning]);
  assert.equal([await it.runs(), await it.worktrees()], [runs, 1]);
});

test('one that hangs is ended at its limit with all that it started, and no further tree is tried', async () => {
  await using it = await setUp();
  await install(
    it.at,
    'prettier',
    it.box,
    `setsid sleep 60 & echo $! > '${it.box.folder}/left'; sleep 60`,
  );
  const command = 'node_modules/.bin/prettier --check .';
  const gates = configured('format', command, { timeout_s: 2 });
  const trees = [await it.tree({ [A]: DOUBLE }), await it.tree({ [A]: SINGLE })];
  assert.is(await it.ask(trees, { gates }), null);
  assert.match(
    it.warnings.join(),
    'node_modules/.bin/prettier --write . was ended at its time limit; see ',
  );
  assert.equal([it.warnings.length, await it.runs()], [1, 1]);
  const left = Number(await readFile(join(it.box.folder, 'left'), 'utf8'));
  assert.ok(left > 1);
  assert.is(await identifyProcess(left), null);
  await it.isClean();
  // The limit of the request, where a gate has none; nothing of a time-out is kept.
  const limit = { gates: configured('format', command), timeoutMs: 2_000 };
  assert.is(await it.ask(trees, limit), null);
  assert.equal([it.warnings.length, await it.runs()], [2, 2]);
});

test('trees that were formatted before it hung count, and are kept', async () => {
  await using it = await setUp();
  await install(it.at, 'prettier', it.box, '[ ! -e hang ] || sleep 60; echo formatted > src/a.js');
  const gates = configured('format', 'node_modules/.bin/prettier --check .', { timeout_s: 5 });
  const [first, hanging, last] = [
    await it.tree({ [A]: DOUBLE }),
    await it.tree({ [A]: SINGLE, hang: '' }),
    await it.tree({ [A]: OTHER }),
  ];
  const blobs = await it.ask([first, hanging, last], { gates });
  const texts = [first, hanging, last].map((tree) => it.textOf(blobs, tree));
  assert.equal(await Promise.all(texts), ['formatted\n', SINGLE, OTHER]);
  assert.is(await it.textOf(await it.ask([first], { gates }), first), 'formatted\n');
  assert.equal([await it.runs(), it.warnings.length], [2, 1]);
});

test('one that is not there is told once', async () => {
  await using it = await setUp();
  const trees = [await it.tree({ [A]: DOUBLE }), await it.tree({ [A]: SINGLE })];
  assert.is(await it.ask(trees, { gates: configured('format', 'dprint check') }), null);
  assert.is(it.warnings.length, 1);
  assert.match(it.warnings[0] ?? '', 'dprint fmt could not be run (exit 127); see ');
  await it.isClean();
});

test('no formatter that is known to write: nothing is made, and nothing is said', async () => {
  await using it = await setUp();
  const trees = [await it.tree({ [A]: DOUBLE })];
  for (const [name, command] of [
    ['format', 'node fmt.mjs --check'],
    ['format', 'biome check .'],
    ['lint', 'biome format .'],
    ['test', 'prettier --check .'],
  ] as const)
    assert.is(await it.ask(trees, { gates: configured(name, command) }), null);
  assert.is(await it.ask(trees, { gates: [] }), null);
  assert.equal(await it.ask([]), new Map());
  assert.equal(await it.ask(trees, { paths: [] }), new Map());
  assert.equal([it.warnings, await it.runs(), await it.worktrees()], [[], 0, 0]);
});

test('nothing is written through a link: not into the main tree, and not beside it', async () => {
  await using it = await setUp(
    { '.worktreeinclude': 'local.js\n' },
    {
      preparation: { link: ['local.js'], copy_limit_mb: null, hooks: null },
    },
  );
  const own = join(it.at, 'local.js');
  await writeFiles(it.box.folder, { 'outside.js': DOUBLE, 'project/local.js': SINGLE });
  const gates = configured('format', 'node_modules/.bin/biome format .');
  const [plain, inside, outside, through] = [
    await it.tree({ [A]: SINGLE }),
    await it.tree({ [A]: SINGLE, 'src/link.js': '->a.js', 'src/nothing.js': '->gone.js' }),
    await it.tree({ [A]: SINGLE, 'src/link.js': '->../../outside.js' }),
    await it.tree({ [A]: SINGLE, 'src/link': `->${it.at}`, 'src/link.js': '->link/src/a.js' }),
  ];
  const blobs = await it.ask([plain, inside, outside, through], { gates });
  const texts = [plain, inside, outside, through].map((tree) => it.textOf(blobs, tree));
  assert.equal(await Promise.all(texts), [DOUBLE, DOUBLE, SINGLE, SINGLE]);
  assert.is(await readFile(own, 'utf8'), SINGLE);
  assert.is(await readFile(join(it.box.folder, 'outside.js'), 'utf8'), DOUBLE);
  assert.is(await it.runs(), 2);
  assert.match(it.warnings.join('\n'), /src\/link\.js is a link that leads out of the repository/);
  assert.match(it.warnings.join('\n'), /src\/link is a link that leads out of the repository/);
  await it.isClean();
});

test('what a formatter leaves is not there for the next tree; ignored files that a tree has are', async () => {
  await using it = await setUp();
  const body = 'ls -A . src generated > src/seen; echo left > left; echo "seen" >> src/a.js';
  await install(it.at, 'prettier', it.box, body);
  const gates = configured('format', 'node_modules/.bin/prettier --check .');
  const [one, two] = [
    await it.tree({ [A]: 'one\n', 'src/one.js': '' }),
    await it.tree({ [A]: 'two\n', 'generated/g.js': 'g\n', 'biome.json': null }),
  ];
  const paths = [A, 'src/seen', 'left', 'generated/g.js', 'biome.json'];
  const blobs = await it.ask([one, two], { gates, paths });
  assert.equal([...(blobs?.get(two)?.keys() ?? [])].sort(), [
    'generated/g.js',
    'left',
    A,
    'src/seen',
  ]);
  assert.is(await it.textOf(blobs, two), 'two\nseen\n');
  const seen = (await it.textOf(blobs, two, 'src/seen'))?.split('\n') ?? [];
  assert.ok(seen.includes('g.js') && seen.includes('a.js'));
  for (const name of ['one.js', 'left', 'biome.json']) assert.not.ok(seen.includes(name), name);
});

test('line ends are as in captures: what is written with CR LF is one blob with LF', async () => {
  await using it = await setUp({ '.gitattributes': '*.js text eol=crlf\n*.txt text\n' });
  // Nobody touches the note: it stays what its tree has, though git would store it otherwise.
  const note = { 'note.txt': 'as it is\r\n' };
  const trees = [await it.tree({ [A]: DOUBLE }), await it.tree({ [A]: SINGLE, ...note })];
  const blobs = await it.ask(trees, { gates: direct(), paths: [A, 'note.txt'] });
  assert.is(await it.textOf(blobs, trees[1] ?? ''), DOUBLE);
  assert.is(await it.textOf(blobs, trees[1] ?? '', 'note.txt'), 'as it is\r\n');
  assert.is(await same(it.at, blobs, trees), true);
});

test('one that fails because it changed something is run once more, and has formatted', async () => {
  await using it = await setUp();
  const body = 'grep -q formatted src/a.js || { echo formatted > src/a.js; exit 1; }';
  await install(it.at, 'prettier', it.box, body);
  const gates = configured('format', 'node_modules/.bin/prettier --check .');
  const tree = await it.tree({ [A]: DOUBLE });
  assert.is(await it.textOf(await it.ask([tree], { gates }), tree), 'formatted\n');
  assert.equal([await it.runs(), it.warnings], [2, []]);
});

test('several formatters are run one after the other; one that fails leaves the tree as it is', async () => {
  await using it = await setUp();
  await install(it.at, 'prettier', it.box, 'echo // one >> src/a.js');
  await install(it.at, 'dprint', it.box, 'echo // two >> src/a.js; [ ! -e fails ]');
  const gates = ['prettier --check .', 'dprint check'].flatMap((command, at) =>
    configured(`format-${at}`, `node_modules/.bin/${command}`),
  );
  const [fine, red] = [await it.tree({}), await it.tree({ fails: '' })];
  const blobs = await it.ask([fine, red], { gates });
  assert.is(await it.textOf(blobs, fine), `${BASE}// one\n// two\n`);
  assert.is(await it.textOf(blobs, red), BASE);
  assert.match(it.warnings.join(), 'node_modules/.bin/dprint fmt failed (exit 1); see ');
});

test('a folder that a tree does not have is a matter of that tree', async () => {
  const inWeb = { 'web/package.json': PROJECT['package.json'] ?? '', 'web/src/b.js': SINGLE };
  await using it = await setUp(inWeb);
  const gates = configured('format', '../node_modules/.bin/biome format src', { cwd: 'web' });
  assert.is(await it.ask([await it.tree({})], { gates }), null, 'not a program that is known');
  const scripts = configured('format', 'npm run format:check', { cwd: 'web' });
  const without = await it.tree({ 'web/src/b.js': null, 'web/package.json': null });
  const blobs = await it.ask([without, await it.tree({ [A]: SINGLE })], {
    gates: scripts,
    paths: [A, 'web/src/b.js'],
  });
  assert.is(await it.textOf(blobs, await it.tree({ [A]: SINGLE }), 'web/src/b.js'), DOUBLE);
  assert.is(await it.textOf(blobs, await it.tree({ [A]: SINGLE })), SINGLE);
  assert.equal([...(blobs?.get(without)?.keys() ?? [])], [A]);
  assert.is(it.warnings.length, 1);
});

test('without a session it is formatted all the same, and nothing is kept', async () => {
  await using it = await setUp();
  const trees = [await it.tree({ [A]: DOUBLE }), await it.tree({ [A]: SINGLE })];
  for (const runs of [2, 4]) {
    const blobs = await it.ask(trees, { gates: direct(), alone: true });
    assert.is(await same(it.at, blobs, trees), true);
    assert.is(await it.runs(), runs);
  }
  assert.not.ok(existsSync(join(it.session.directory, 'gate-cache')));
  await it.isClean();
});

test('what is known is forgotten when git has dropped it, when it is damaged, and with another program', async () => {
  await using it = await setUp();
  const tree = await it.tree({ [A]: SINGLE });
  const cache = join(it.session.directory, 'gate-cache');
  const damage = async (text: string) => {
    for (const name of await readdir(cache)) await writeFile(join(cache, name), text);
    assert.is(await it.textOf(await it.ask([tree], { gates: direct() }), tree), DOUBLE);
  };
  assert.is(await it.textOf(await it.ask([tree], { gates: direct() }), tree), DOUBLE);
  await damage(JSON.stringify({ formatted: '0'.repeat(40), problem: null }));
  await damage('{"formatted":');
  await damage('{}');
  assert.is(await it.runs(), 4);
  await mkdir(join(it.at, 'node_modules', 'another'));
  await it.ask([tree], { gates: direct() });
  assert.is(await it.runs(), 5);
});

test('an interruption ends the formatter, is thrown, and leaves no worktree', async () => {
  await using it = await setUp();
  await install(it.at, 'prettier', it.box, 'sleep 60');
  const stop = new AbortController();
  const asking = it.ask([await it.tree({ [A]: DOUBLE })], {
    gates: configured('format', 'node_modules/.bin/prettier --check .'),
    signal: stop.signal,
  });
  const waiting = setInterval(async () => {
    if ((await it.runs()) > 0) stop.abort(new Error('stopped'));
  }, 50);
  assert.is((await rejection(asking)).message, 'stopped');
  clearInterval(waiting);
  await it.isClean();
});

const P = rawPathOf(A);
const [X, Y] = ['x'.repeat(40), 'y'.repeat(40)];
const version = (tree: string, blob: string | null) => ({ model: tree, tree, blob });

for (const [what, versions, formatted, expected] of [
  ['both become one', [version('1', X), version('2', Y)], { 1: Y, 2: Y }, true],
  ['one is as it becomes', [version('1', X), version('2', Y)], { 1: Y }, true],
  ['they become different', [version('1', X), version('2', Y)], { 1: Y, 2: X }, false],
  ['none was formatted', [version('1', X), version('2', Y)], {}, false],
  ['one is a deletion', [version('1', X), version('2', null)], { 1: Y, 2: Y }, false],
  ['all are deletions', [version('1', null), version('2', null)], {}, false],
  ['there is none', [], {}, false],
] as const) {
  test(`same after formatting: ${what}`, () => {
    const blobs = new Map(
      Object.entries(formatted).map(([tree, oid]) => [tree, new Map([[P, oid]])]),
    );
    assert.is(sameAfterFormatting(P, versions, blobs), expected);
  });
}

test.run();
