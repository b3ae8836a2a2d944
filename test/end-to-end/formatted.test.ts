import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configuredGates, type Gate } from '../../scripts/lib/gates/gate.ts';
import { writeBlobs } from '../../scripts/lib/git/blobs.ts';
import { filesAt } from '../../scripts/lib/git/files-at.ts';
import type { RawPath } from '../../scripts/lib/git/paths.ts';
import { treeOf, writeTreeWith } from '../../scripts/lib/git/trees.ts';
import { listWorktrees } from '../../scripts/lib/git/worktrees.ts';
import { type FormatOutcome, formatTree } from '../../scripts/lib/procedure/format-mix.ts';
import type { TargetResult } from '../../scripts/lib/procedure/gate-record.ts';
import { type Exam, prepareExam } from '../../scripts/lib/procedure/prove.ts';
import { formattersToRun } from '../../scripts/lib/procedure/red-formatters.ts';
import { withScratchWorktree } from '../../scripts/lib/procedure/scratch-worktree.ts';
import { readNeeds } from '../../scripts/lib/procedure/worktree-needs.ts';
import { identifyProcess } from '../../scripts/lib/process/processes.ts';
import type { SessionData } from '../../scripts/lib/session/session.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { gated } from '../support/mix-tests.ts';
import { CHECK } from '../support/one-process.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import { type Files, type Sandbox, writeFiles } from '../support/sandbox.ts';
import { makeSession } from '../support/sessions.ts';
import { ok } from '../support/walk.ts';

const A = 'src/a.js';
/** One program in three hands, and another one. */
const BASE = 'export const sum = (a, b) => a - b;\n';
const DOUBLE = 'export const sum = (a, b) => [a, b].join("+");\n';
const SINGLE = "export const sum = (a, b) =>\n  [ a, b, ].join('+')\n";
const OTHER = "export const sum = (a, b) => [a, b].join('-');\n";
const BROKEN = 'export const sum = (a, b => [a;\n';

const BIOME = join(skillFolder, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

const PROJECT = {
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
function installBiome(at: string, box: Sandbox): Promise<void> {
  return install(at, 'biome', box, `exec '${process.execPath}' '${BIOME}' "$@"`);
}

async function setUp(files: Files = {}, data: Partial<SessionData> = {}) {
  const box = await ownSandbox();
  const all = { ...PROJECT, ...files };
  const at = await box.repository(all);
  await installBiome(at, box);
  const { repository, session } = await makeSession(at, data);
  const warnings: string[] = [];
  const reporter = { progress() {}, board() {}, warn: (text: string) => warnings.push(text) };
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
  const exam = await prepareExam({
    ...{ repository, session, pass: 1, base: repository.head, gateOptions: [] },
    ...{ timeoutMs: 60_000, signal: new AbortController().signal },
  });
  /** What comes of trees, one after the other in one scratch worktree. */
  const format = (
    trees: readonly string[],
    gates = writing(`node_modules/.bin/biome format --write src`),
    more: Partial<Exam> = {},
  ) => {
    const given = { ...exam, ...more };
    return withScratchWorktree(
      repository,
      given.session,
      given.needs,
      reporter,
      async (scratch) => {
        const outcomes: FormatOutcome[] = [];
        for (const one of trees) outcomes.push(await formatTree({ ...given, scratch }, gates, one));
        return outcomes;
      },
    );
  };
  const lines = async (name: string) =>
    existsSync(join(box.folder, name))
      ? (await readFile(join(box.folder, name), 'utf8')).split('\n').length - 1
      : 0;
  return {
    ...{ box, at, repository, session, warnings, tree, format, exam },
    runs: () => lines('runs'),
    async textOf(of: FormatOutcome | undefined, path = A) {
      return filesAt(at, of?.tree ?? '').read(path);
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

/** A formatter as it is run: with the command that writes. */
function writing(command: string, more: Partial<Gate> = {}): Gate[] {
  return configuredGates({ format: command }, 'test').map((gate) => ({ ...gate, ...more }));
}
const PRETTIER = 'node_modules/.bin/prettier --write .';

test('only what a tree changes is written; a tree that the formatter cannot read is left as it is', async () => {
  await using it = await setUp({ 'src/old.js': SINGLE });
  const [single, broken] = [
    await it.tree({ [A]: SINGLE, 'src/new.js': SINGLE }),
    await it.tree({ [A]: SINGLE, 'src/broken.js': BROKEN }),
  ];
  const [formatted, left, again] = await it.format([single, broken, single]);
  assert.equal(formatted?.files, [A, 'src/new.js']);
  assert.is(await it.textOf(formatted), DOUBLE);
  assert.is(await it.textOf(formatted, 'src/old.js'), SINGLE);
  assert.equal([left?.tree, left?.files], [broken, []]);
  assert.match(left?.problem ?? '', 'biome format --write src failed (exit 1); see ');
  const log = /see (.*)$/.exec(left?.problem ?? '')?.[1] ?? '';
  assert.match(await readFile(log, 'utf8'), 'broken.js');
  assert.equal(again?.tree, formatted?.tree);
  await it.isClean();
});

test('one that hangs is ended at its limit with all that it started; one that is not there is told', async () => {
  await using it = await setUp();
  await install(
    it.at,
    'prettier',
    it.box,
    `setsid sleep 60 & echo $! > '${it.box.folder}/left'; sleep 60`,
  );
  const tree = await it.tree({ [A]: SINGLE });
  const [hung] = await it.format([tree], writing(PRETTIER, { timeout_s: 2 }));
  assert.match(hung?.problem ?? '', `${PRETTIER} was ended at its time limit; see `);
  assert.is(hung?.tree, tree);
  const left = Number(await readFile(join(it.box.folder, 'left'), 'utf8'));
  assert.ok(left > 1);
  assert.is(await identifyProcess(left), null);
  // The limit of the exam, where a gate has none.
  const [second] = await it.format([tree], writing(PRETTIER), { timeoutMs: 2_000 });
  assert.match(second?.problem ?? '', 'was ended at its time limit');
  const [third] = await it.format([tree], writing('dprint fmt'));
  assert.match(third?.problem ?? '', 'dprint fmt could not be run (exit 127); see ');
  await it.isClean();
});

test('those run that are red and were not on base, if it is known how they write; base says what they run', async () => {
  await using it = await setUp();
  const gates = configuredGates(
    {
      'format:check': 'npm run format:check',
      format: 'node fmt.mjs --check',
      'format-2': 'biome check .',
      lint: 'biome format .',
      build: 'prettier --check .',
    },
    'test',
  );
  const result = (target: string, status: string) =>
    ({
      ...{ target, tree: '', passed: false },
      gates: gates.map(({ name }) => ({ name, status, flaky: false, outcomes: null })),
    }) as unknown as TargetResult;
  const commands = async (onBase: TargetResult[], mix = result('synthesis', 'fail')) => {
    const found = await formattersToRun({ ...it.exam, gates, known: onBase }, mix);
    return found.map(({ command }) => command);
  };
  const biome = ['npx --no-install biome format --write src'];
  assert.equal(await commands([]), biome);
  assert.equal(await commands([result('base', 'pass')]), biome);
  assert.equal(await commands([result('base', 'fail')]), []);
  assert.equal(await commands([], result('synthesis', 'pass')), []);
});

test('nothing is written through a link: not into the main tree, and not beside it', async () => {
  await using it = await setUp();
  await writeFiles(it.box.folder, { 'outside.js': DOUBLE });
  const gates = writing('node_modules/.bin/biome format --write .');
  const outcomes = await it.format(
    [
      await it.tree({ [A]: SINGLE }),
      await it.tree({ [A]: SINGLE, 'src/link.js': '->a.js', 'src/nothing.js': '->gone.js' }),
      await it.tree({ [A]: SINGLE, 'src/link.js': '->../../outside.js' }),
      await it.tree({ [A]: SINGLE, 'src/link': `->${it.at}`, 'src/link.js': '->link/src/a.js' }),
    ],
    gates,
  );
  const texts = await Promise.all(outcomes.map((one) => it.textOf(one)));
  assert.equal(texts, [DOUBLE, DOUBLE, SINGLE, SINGLE]);
  assert.is(await readFile(join(it.box.folder, 'outside.js'), 'utf8'), DOUBLE);
  assert.is(await it.runs(), 2);
  const problems = outcomes.map(({ problem }) => problem ?? '');
  assert.match(problems[2] ?? '', /^src\/link\.js is a link that leads out of it/);
  assert.match(problems[3] ?? '', /^src\/link is a link that leads out of it/);
  await it.isClean();
});

test("a file of the user's own that is linked into worktrees is never written", async () => {
  await using it = await setUp(
    { '.worktreeinclude': 'local.js\n' },
    { preparation: { link: ['local.js'], copy_limit_mb: null, hooks: null } },
  );
  const own = join(it.at, 'local.js');
  await writeFile(own, SINGLE);
  const needs = await readNeeds(it.repository, it.session);
  const gates = writing('node_modules/.bin/biome format --write .');
  const tree = await it.tree({ [A]: SINGLE });
  const [outcome] = await it.format([tree], gates, { needs });
  assert.match(outcome?.problem ?? '', /^local\.js is a link that leads out of it/);
  assert.is(await readFile(own, 'utf8'), SINGLE);
});

test('what a formatter leaves is not there for the next tree, and no part of the mix', async () => {
  await using it = await setUp();
  const body = 'ls -A . src generated > src/seen; echo left > left; echo "seen" >> src/a.js';
  await install(it.at, 'prettier', it.box, body);
  const [one, two] = await it.format(
    [
      await it.tree({ [A]: 'one\n', 'src/one.js': '' }),
      await it.tree({ [A]: 'two\n', 'generated/g.js': 'g\n', 'src/seen': '', 'biome.json': null }),
    ],
    writing(PRETTIER),
  );
  assert.equal(one?.files, [A]);
  assert.equal(two?.files, [A, 'src/seen']);
  assert.is(await it.textOf(two), 'two\nseen\n');
  const seen = (await it.textOf(two, 'src/seen'))?.split('\n') ?? [];
  assert.ok(seen.includes('g.js') && seen.includes('a.js'));
  for (const name of ['one.js', 'left', 'biome.json']) assert.not.ok(seen.includes(name), name);
});

test('line ends are as in captures: what is written with CR LF is one blob with LF', async () => {
  await using it = await setUp({ '.gitattributes': '*.js text eol=crlf\n*.txt text\n' });
  // Nobody touches the note: it stays what its tree has, though git would store it otherwise.
  const [outcome] = await it.format([
    await it.tree({ [A]: SINGLE, 'note.txt': 'as it is\r\n', 'src/b.js': DOUBLE }),
  ]);
  assert.equal(outcome?.files, [A]);
  assert.is(await it.textOf(outcome), DOUBLE);
  assert.is(await it.textOf(outcome, 'note.txt'), 'as it is\r\n');
});

test('one that fails because it changed something is run once more, and has formatted; several run in turn', async () => {
  await using it = await setUp();
  const body = 'grep -q formatted src/a.js || { echo formatted > src/a.js; exit 1; }';
  await install(it.at, 'prettier', it.box, body);
  await install(it.at, 'dprint', it.box, 'echo // two >> src/a.js; [ ! -e fails ]');
  const two = [...writing(PRETTIER), ...writing('node_modules/.bin/dprint fmt')];
  const [fine, red] = await it.format(
    [await it.tree({ [A]: DOUBLE }), await it.tree({ [A]: DOUBLE, fails: '' })],
    two,
  );
  assert.is(await it.textOf(fine), 'formatted\n// two\n');
  assert.is(await it.textOf(red), DOUBLE);
  assert.match(red?.problem ?? '', 'node_modules/.bin/dprint fmt failed (exit 1); see ');
  // Without a session as well.
  const [alone] = await it.format([await it.tree({ [A]: OTHER })], two, { session: null });
  assert.is(await it.textOf(alone), 'formatted\n// two\n');
  await it.isClean();
});

test('an interruption ends the formatter, is thrown, and leaves no worktree', async () => {
  await using it = await setUp();
  await install(it.at, 'prettier', it.box, 'sleep 60');
  const stop = new AbortController();
  const tree = await it.tree({ [A]: DOUBLE });
  const asking = it.format([tree], writing(PRETTIER), { signal: stop.signal });
  const waiting = setInterval(async () => {
    if ((await it.runs()) > 0) stop.abort(new Error('stopped'));
  }, 50);
  assert.is((await rejection(asking)).message, 'stopped');
  clearInterval(waiting);
  await it.isClean();
});

const CHECKED = {
  ...PROJECT,
  ...CHECK,
  'src/b.js': 'export const twice = (a) => a;\n',
  'a.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from './src/a.js';
import { twice } from './src/b.js';
test('sum', () => assert.equal(sum(1, 2), 3));
test('twice', () => assert.equal(twice(2), 4));
`,
};
const SUM = 'export const sum = (a, b) =>\n  a+b\n';
const TWICE = 'export const twice = (a) =>\n  2*a\n';

test('a whole that only the formatter finds fault with is formatted in the proof, applied so, and replayed', async () => {
  await using box = await ownSandbox();
  const models = {
    claude: { [A]: SUM, 'src/b.js': TWICE },
    gpt: { [A]: 'export const sum = (a, b) => a + b;\n' },
  };
  const project = {
    base: CHECKED,
    gates: { format: 'node_modules/.bin/biome format src' },
    models,
  };
  const { cwd, words } = await gated(box, project, (at) => installBiome(at, box));
  const { suggestion } = await ok(box, cwd, 'compare', '--suggest', ...words);
  assert.is(suggestion.spine.model, 'claude');
  const apply = ['apply-picks', '--picks', suggestion.file];
  const { verify, warnings, tree } = await ok(box, cwd, ...apply, '--verify', '--search', ...words);
  assert.equal([verify.passed, verify.red, verify.formatted], [true, [], [A, 'src/b.js']]);
  assert.equal([verify.runs, verify.search], [2, null]);
  assert.match(
    warnings.join('\n'),
    'The mix is formatted, proved and applied so, by node_modules/.bin/biome format --write src: src/a.js, src/b.js.',
  );
  assert.is(await readFile(join(cwd, A), 'utf8'), 'export const sum = (a, b) => a + b;\n');
  assert.is(await box.git(cwd, 'rev-parse', `${tree}^{tree}`), tree);
  await ok(box, cwd, 'apply-picks', '--undo', ...words);
  assert.is(await readFile(join(cwd, A), 'utf8'), BASE);
  // As it is, without a proof.
  await ok(box, cwd, ...apply, ...words);
  assert.is(await readFile(join(cwd, A), 'utf8'), SUM);
});

test('mixes of a search are formatted too; a formatter that was red on base writes nothing', async () => {
  await using box = await ownSandbox();
  const format = { format: 'node_modules/.bin/biome format src' };
  const models = { claude: { [A]: SUM }, gpt: { 'src/b.js': TWICE } };
  const prepare = (at: string) => installBiome(at, box);
  const { cwd, words } = await gated(box, { base: CHECKED, gates: format, models }, prepare);
  const take = ['apply-picks', '--take', 'claude', '--verify', '--search', ...words];
  const { json } = await box.mm(cwd, ...take);
  const { nearest_green } = json.error.details.verify;
  assert.equal(nearest_green.left_red, []);
  const picks = ['apply-picks', '--picks', nearest_green.file, '--verify', ...words];
  const { verify } = await ok(box, cwd, ...picks);
  assert.equal([verify.passed, verify.formatted], [true, [A, 'src/b.js']]);

  await using other = await ownSandbox();
  const base = { ...CHECKED, 'src/old.js': SINGLE };
  const red = await gated(other, { base, gates: format, models }, (at) => installBiome(at, other));
  const left = await other.mm(red.cwd, 'apply-picks', '--take', 'claude', '--verify', ...red.words);
  const proof = left.json.verify ?? left.json.error.details.verify;
  assert.equal(proof.formatted, []);
});

test.run();
