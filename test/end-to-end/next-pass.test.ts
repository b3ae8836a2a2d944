import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import glob from 'fast-glob';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { laidDown } from '../support/laid-down.ts';
import { contentsOf } from '../support/repository-state.ts';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { ok } from '../support/walk.ts';

const IMPORTS =
  "import { existsSync, readFileSync as read, writeFileSync as write } from 'node:fs';\n";

/** On the mix, `one` settles the notes and `two` has nothing to do; on the original both begin anew. */
const MODELS = {
  one: `${IMPORTS} write('notes.txt', existsSync('product.js') ? 'of both\\n' : 'of the first\\n');
    if (!existsSync('product.js')) write('product.js', 'export const product = (a, b) => a * b;\\n');
    console.log('done');`,
  two: `${IMPORTS} if (!existsSync('product.js')) {
      write('notes.txt', 'of the second\\n'); write('product.js', 'export const product = 2;\\n');
      write('sum.js', 'export const sum = () => 0;\\n'); }
    console.log('done');`,
};

const PROJECT = {
  'sum.js': 'export const sum = (a, b) => a + b;\n',
  'sum.test.js':
    "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { sum } from './sum.js';\ntest('adds up', () => assert.equal(sum(1, 2), 3));\n",
  'package.json': '{"type":"module"}\n',
  'AGENTS.md': '# Checks\n\nRun the tests: `node --test`\n',
  '.gitignore': 'secret.env\n',
  '.worktreeinclude': 'secret.env\n',
};

interface Run {
  box: Sandbox;
  cwd: string;
  folder: string;
  session: string[];
  ok(...words: string[]): Promise<Json>;
  /** Refused: its code. */
  refused(...words: string[]): Promise<Json>;
  /** A pass from the runs of its models to the comparison. */
  work(): Promise<Json[]>;
  end(...picks: string[]): Promise<void>;
}

async function start(box: Sandbox, models: Record<string, string>, ...words: string[]) {
  const host = words.includes('claude') ? ['claude'] : [];
  const names = [...host, ...Object.keys(models)];
  const cwd = await box.repository({
    ...PROJECT,
    ...(await scriptedModels(box.folder, models, { models: names })),
  });
  await writeFile(join(cwd, 'secret.env'), 'API_KEY=sk-1234567890abcdef\n');
  const { session_id, session_dir } = await ok(
    ...([box, cwd, 'start-session', '--task', 'Write product, and notes'] as const),
    ...(host.length > 0 ? words : ['--host', 'none', ...words]),
  );
  const run = runOf(box, { cwd, session: ['--session', session_id], folder: session_dir });
  await run.ok('make-worktrees');
  return run;
}

function runOf(box: Sandbox, made: Pick<Run, 'cwd' | 'session' | 'folder'>): Run {
  const { cwd, session } = made;
  const run: Run = {
    ...{ box, ...made },
    ok: (...it) => ok(box, cwd, ...it, ...session),
    async refused(...it) {
      const { json, exitCode } = await box.mm(cwd, ...it, ...session);
      assert.is(exitCode, 3, JSON.stringify(json));
      return json.error;
    },
    async work() {
      await run.ok('run-model', '--all');
      return (await run.ok('capture-diff', '--all')).captures;
    },
    async end(...picks) {
      if (picks.length > 0) await run.ok('apply-picks', '--to', 'scratch', ...picks);
      await run.ok('complete-pass', '--analysis-text', 'ANALYSIS: the second breaks sum.');
    },
  };
  return run;
}

/** Both models have worked and are captured. */
const worked = laidDown(
  (make) => make(),
  async (box) => {
    const run = await start(box, MODELS);
    const captures = await run.work();
    return { cwd: run.cwd, session: run.session, folder: run.folder, captures };
  },
);

const treeOf = ({ box, cwd }: Run, revision: string) =>
  box.git(cwd, 'rev-parse', `${revision}^{tree}`);

/** The files of a pass with their bytes, and its refs. */
async function passState({ box, cwd, folder, session }: Run, pass: string) {
  const files = await glob('**', { cwd: join(folder, pass), dot: true });
  const contents = await Promise.all(
    files.sort().map(async (file) => [file, await readFile(join(folder, pass, file), 'utf8')]),
  );
  const refs = await box.git(cwd, 'for-each-ref', `refs/mm/${session[1]}/${pass}`);
  return { refs, contents };
}

/** What session.json says of the worktrees of a pass. */
async function recordsOf({ folder }: Run, pass: number): Promise<Json[]> {
  const { worktrees } = JSON.parse(await readFile(join(folder, 'session.json'), 'utf8'));
  return worktrees.filter((it: Json) => it.pass === pass);
}

/** The tree that a capture's patch makes of base. */
async function treeOfPatch({ box, cwd }: Run, { diff, base }: Json): Promise<string> {
  const copy = join(box.folder, `copy-${Math.random()}`);
  await box.git(cwd, 'clone', '--quiet', '--no-checkout', cwd, copy);
  await box.git(copy, 'checkout', '--quiet', base);
  await box.git(copy, 'apply', '--index', '--binary', diff);
  return box.git(copy, 'write-tree');
}

test('from the mix: models go on from it, and captures stay against base', async () => {
  await using box = await worked();
  const { cwd, folder, captures: before } = box.made;
  const run = runOf(box, box.made);
  const [first] = before;
  await run.ok('gates', '--all', '--base');
  await run.end('--pick', 'product.js=one');
  const passOne = await passState(run, 'pass-0001');
  const mix = `refs/mm/${run.session[1]}/pass-0001/synthesis`;

  const second = await run.ok('next-pass', '--from', 'synthesis');
  assert.equal([second.pass, second.from], [2, 'synthesis']);
  assert.equal(second.unresolved, { decisions: 0, red_gates: 1, feedback: false });
  assert.equal(second.left_out, { red_gates: 0, decisions: 0, analysis_bytes: 0 });
  // The new worktrees lie where the old ones lay, and are others.
  const records = await recordsOf(run, 1);
  assert.equal(
    records.map(({ path, state, removed }) => [path, state, removed]),
    second.worktrees.map(({ path }: Json) => [path, 'removing', true]),
  );
  const { base } = await run.ok('status');
  for (const { path } of second.worktrees) {
    assert.is(await box.git(path, 'rev-parse', 'HEAD'), second.start);
    assert.is(await box.git(path, 'rev-parse', 'HEAD^'), base);
    assert.is(await box.git(path, 'status', '--porcelain'), '');
    assert.match(await readFile(join(path, 'product.js'), 'utf8'), 'a * b');
    assert.not(existsSync(join(path, 'notes.txt')));
  }
  assert.is(await treeOf(run, second.start), await treeOf(run, mix));
  const recorded = JSON.parse(await readFile(join(folder, 'pass-0002/start.json'), 'utf8'));
  assert.equal([recorded.from, recorded.start], ['synthesis', second.start]);

  const prompt = await readFile(second.prompt, 'utf8');
  assert.is(second.prompt_bytes, Buffer.byteLength(prompt));
  for (const part of [
    'You start from the mix of their work so far',
    '- added: `product.js`\n',
    '`test` of one of the implementations fails',
    'Broken tests: `adds up`',
    'ANALYSIS: the second breaks sum.',
  ])
    assert.ok(prompt.includes(part), part);
  // Something was picked; and nobody is told whose is whose, or where.
  for (const part of ['## Open questions', 'product = 2', '`one`', '`two`', `${cwd}-mm`])
    assert.not(prompt.includes(part), part);

  const { runs } = await run.ok('run-model', '--all');
  const facts = runs.map((it: Json) => [it.model, it.status, it.changed]);
  assert.equal(facts, [
    ['one', 'succeeded', true],
    ['two', 'failed', false],
  ]);
  const { captures } = await run.ok('capture-diff', '--all');
  const [one, two] = captures;
  assert.is(two.tree, await treeOf(run, second.start));
  for (const capture of captures) {
    assert.is(capture.base, base);
    assert.is(capture.commits_by_model, 0);
    assert.is(await treeOfPatch(run, capture), capture.tree);
  }
  assert.equal(
    one.files.map((it: Json) => it.path),
    ['notes.txt', 'product.js'],
  );
  const { results } = await run.ok('gates', '--all', '--base');
  assert.equal(
    results.map((it: Json) => [it.target, it.gates[0].status, it.gates[0].verdict]),
    [
      ['base', 'pass', null],
      ['one', 'pass', 'ok'],
      ['two', 'pass', 'ok'],
    ],
  );
  const { applied } = await run.ok('apply-picks', '--to', 'scratch', '--take', 'one');
  assert.equal(
    applied.map((it: Json) => it.path),
    ['notes.txt', 'product.js'],
  );
  assert.equal(await passState(run, 'pass-0001'), passOne);

  // The third starts from the original code again; the worktrees of the second are proved and go.
  await run.end();
  const passTwo = await passState(run, 'pass-0002');
  const third = await run.ok('next-pass', '--feedback-text', 'Add a test.');
  assert.equal([third.pass, third.from, third.start], [3, 'base', base]);
  assert.equal(third.unresolved, { decisions: 0, red_gates: 0, feedback: true });
  for (const { path } of third.worktrees) assert.not(existsSync(join(path, 'product.js')));
  const [again] = await run.work();
  assert.is(again.tree, first.tree);
  assert.equal(await passState(run, 'pass-0001'), passOne);
  assert.equal(await passState(run, 'pass-0002'), passTwo);
  const trees = ['0001', '0002', '0003'].map((pass) =>
    treeOf(run, `refs/mm/${run.session[1]}/pass-${pass}/one/tree`),
  );
  assert.equal(await Promise.all(trees), [first.tree, one.tree, again.tree]);
  assert.equal(await recordsOf(run, 1), records);
  assert.is((await run.ok('cleanup')).kept.length, 0);
});

test('a pass that changed nothing is the last: said, nothing set up, but for --again', async () => {
  await using box = await worked();
  const run = runOf(box, box.made);
  await run.end();
  const second = await run.ok('next-pass');
  assert.equal([second.from, second.unresolved.decisions], ['base', 1]);
  const asked = await readFile(second.prompt, 'utf8');
  assert.match(
    asked,
    /Nothing that ran tells the first results apart; they differ in\n\n- `product.js`/,
  );
  await run.work();
  await run.end();
  const before = await contentsOf(run.folder);
  const refused = await run.refused('next-pass', '--feedback-text', 'Better!');
  assert.is(refused.code, 'nothing-new');
  assert.match(refused.message, 'Pass 2 changed nothing: every model came to the same result');
  assert.match(refused.hint, '--again');
  assert.equal(await contentsOf(run.folder), before);
  for (const { path } of second.worktrees) assert.ok(existsSync(path));
  assert.is((await run.ok('next-pass', '--again')).pass, 3);
});

test('nothing unresolved: said, nothing set up, but for feedback or --again', async () => {
  await using box = await sandbox();
  const run = await start(box, { one: MODELS.one });
  await run.work();
  await run.ok('gates', '--all', '--base');
  await run.end();
  const before = await contentsOf(run.folder);
  for (const words of [[], ['--feedback-text', ' \n']]) {
    const refused = await run.refused('next-pass', ...words);
    assert.is(refused.code, 'nothing-unresolved');
    assert.match(refused.hint, '--feedback');
  }
  const none = await run.refused('next-pass', '--from', 'synthesis', '--feedback-text', 'x');
  assert.is(none.code, 'no-synthesis');
  assert.match(none.hint, 'make a mix with apply-picks --to scratch');
  const long = await run.box.mm(
    ...[run.cwd, 'next-pass', '--feedback-text', 'x'.repeat(4000), '--prompt-limit', '4000'],
    ...run.session,
  );
  assert.equal([long.exitCode, long.json.error.code], [2, 'feedback-too-long']);
  assert.equal(await contentsOf(run.folder), before);
  const { unresolved, prompt } = await run.ok('next-pass', '--again');
  assert.equal(unresolved, { decisions: 0, red_gates: 0, feedback: false });
  assert.match(await readFile(prompt, 'utf8'), 'Nothing is known to be unresolved.');
});

test('work that nobody captured is told before anything is removed', async () => {
  await using box = await worked();
  const run = runOf(box, box.made);
  await run.end();
  const paths = ['one', 'two'].map((model) => `${run.cwd}-mm-${model}`);
  await writeFile(join(paths[1] ?? '', 'late.txt'), 'after the capture\n');
  const before = await contentsOf(run.folder);
  const refused = await run.refused('next-pass');
  assert.is(refused.code, 'not-captured');
  assert.equal(
    refused.details.kept.map(({ path }: Json) => path),
    [paths[1]],
  );
  assert.equal(await contentsOf(run.folder), before);
  for (const path of paths) assert.ok(existsSync(path));
});

test('asked again, an open pass stands; what is said anew changes it, its start too', async () => {
  await using box = await worked();
  const run = runOf(box, box.made);
  await run.end('--take', 'one');
  const first = await run.ok('next-pass', '--feedback-text', 'KEEP-THE-NAMES');
  const again = await run.ok('next-pass');
  assert.equal({ ...again, duration_ms: 0 }, { ...first, duration_ms: 0 });

  const other = await run.ok('next-pass', '--from', 'synthesis');
  assert.equal([other.pass, other.from], [2, 'synthesis']);
  // What was said before stands.
  assert.match(await readFile(other.prompt, 'utf8'), 'KEEP-THE-NAMES');
  for (const { path } of other.worktrees) {
    assert.is(await box.git(path, 'rev-parse', 'HEAD'), other.start);
    assert.ok(existsSync(join(path, 'product.js')));
  }
  const said = await run.ok('next-pass', '--feedback-text', 'DROP-THE-NOTES');
  const prompt = await readFile(said.prompt, 'utf8');
  assert.equal([said.from, said.worktrees], ['synthesis', other.worktrees]);
  assert.ok(prompt.includes('DROP-THE-NOTES') && !prompt.includes('KEEP-THE-NAMES'));
  assert.equal(await readdir(join(run.folder)).then((names) => names.includes('pass-0003')), false);
  // Made by itself, a worktree starts where its pass does.
  await run.ok('cleanup');
  const { worktrees } = await run.ok('make-worktrees');
  for (const { path, base } of worktrees) {
    assert.is(base, other.start);
    assert.ok(existsSync(join(path, 'product.js')));
  }
});

test('the last proof tells what is red, and secrets do not go to other models', async () => {
  await using box = await sandbox();
  const run = await start(box, MODELS);
  await run.work();
  const { results } = await run.ok('gates', '--all', '--base');
  const red = results.find((it: Json) => it.target === 'two');
  await run.end('--take', 'two');
  const { tree } = JSON.parse(await readFile(join(run.folder, 'pass-0001/applied.json'), 'utf8'));
  const picks = join(run.folder, 'pass-0001/picks.json');
  await writeFile(picks, '{"picks":[]}');
  const [gate] = red.gates;
  const gates = [{ ...gate, tail: 'Error: API_KEY=sk-1234567890abcdef is no key' }];
  const proof = { ...red, target: 'synthesis', tree, gates };
  await writeFile(join(run.folder, 'pass-0001/proof.json'), JSON.stringify(proof));
  const second = await run.ok('next-pass', '--from', 'synthesis');
  const prompt = await readFile(second.prompt, 'utf8');
  assert.equal(second.unresolved, { decisions: 0, red_gates: 1, feedback: false });
  assert.ok(prompt.includes('`test` of the mix so far fails (it was not so before)'));
  assert.ok(prompt.includes('Error: API_KEY=[masked] is no key'));
  assert.not(prompt.includes('sk-1234567890abcdef'));
});

test('a host in the main tree starts from the mix as well, and can take it back', async () => {
  await using box = await sandbox();
  const run = await start(box, { one: MODELS.one }, '--host', 'claude');
  const { cwd } = run;
  const original = await contentsOf(cwd);
  await run.ok('run-model', '--all');
  await writeFile(join(cwd, 'notes.txt'), 'of the host\n');
  await run.ok('run-model', '--model', 'claude', '--record-text', 'Done.');
  await run.ok('capture-diff', '--all');
  await run.end('--take', 'one');
  const second = await run.ok('next-pass', '--from', 'synthesis', '--feedback-text', 'Shorter.');
  const started = { ...original, ...(await contentsOf(cwd)) };
  assert.match(await readFile(join(cwd, 'notes.txt'), 'utf8'), 'of the first\n');
  assert.ok(existsSync(join(cwd, 'product.js')));
  assert.equal((await run.ok('next-pass')).start, second.start);
  assert.equal({ ...original, ...(await contentsOf(cwd)) }, started);
  assert.is((await run.ok('status')).applied, null);

  await writeFile(join(cwd, 'notes.txt'), 'shorter\n');
  await run.ok('run-model', '--model', 'claude', '--record-text', 'Done.');
  const { captures } = await run.ok('capture-diff', '--model', 'claude');
  assert.equal(
    captures[0].files.map((it: Json) => it.path),
    ['notes.txt', 'product.js'],
  );
  await writeFile(join(cwd, 'notes.txt'), 'shortest\n');
  const { captures: later } = await run.ok('capture-diff', '--model', 'claude');
  assert.is.not(later[0].tree, captures[0].tree);
  await run.ok('apply-picks', '--take', 'base');
  assert.equal(await contentsOf(cwd), original);
});

test('after cleanup has packed everything away, a pass can still start from the mix', async () => {
  await using box = await worked();
  const run = runOf(box, box.made);
  await run.end('--take', 'one');
  await run.ok('cleanup');
  assert.is(await box.git(run.cwd, 'for-each-ref', 'refs/mm'), '');
  const second = await run.ok('next-pass', '--from', 'synthesis', '--feedback-text', 'More.');
  for (const { path } of second.worktrees) assert.ok(existsSync(join(path, 'product.js')));
  const kept = await box.git(
    run.cwd,
    'for-each-ref',
    '--format=%(objectname)',
    'refs/mm/*/start/*',
  );
  assert.is(kept, second.start);
});

test.run();
