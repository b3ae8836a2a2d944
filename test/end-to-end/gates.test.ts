/** Gates that can be trusted: what each verdict means, on real worktrees, through the scripts themselves. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { findByEnvironment } from '../../scripts/lib/process/processes.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { ownClone } from '../support/own-clone.ts';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, MODELS, ok, PROJECT, project } from '../support/walk.ts';

/** Starts a session, has its models work, and captures them. */
async function captured(box: Sandbox, cwd: string): Promise<string[]> {
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', started.session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  return session;
}

const byTarget = (results: Json[]): Json =>
  Object.fromEntries(results.map((it) => [it.target, it]));

const NEAREST = 'test/nearest.test.ts';

const NEEDED = 'uvu dequal diff kleur mri sade tsx esbuild @esbuild fastest-levenshtein'.split(' ');

test('on a clone of this repository: repaired is fixed, broken is introduced, a deleted test is asked about', async () => {
  await using box = await sandbox();
  const clone = await ownClone(box, NEEDED);
  // A test is red before anybody begins.
  const red =
    "\ntest('is red on base', () => assert.equal(nearestNames('right', ['wrongly']), ['wrongly']));\n";
  const file = join(clone, NEAREST);
  const text = (await readFile(file, 'utf8')).replace('\ntest.run();', `${red}\ntest.run();`);
  await writeFile(file, text);
  const edit = (at: string, from: string, to: string) =>
    `${IMPORTS} const text = read('${at}', 'utf8'); const from = ${JSON.stringify(from)}; if (!text.includes(from)) process.exit(9); write('${at}', text.replace(from, () => ${JSON.stringify(to)})); console.log('done');`;
  const source = 'scripts/lib/nearest.ts';
  const limit = '  const limit = ';
  const models = {
    fixes: edit(source, limit, `  if (typed === 'right') return [...known];\n${limit}`),
    breaks: edit(source, '.slice(0, most)', '.slice(0, 0)'),
    deletes: edit(NEAREST, red, ''),
  };
  for (const [path, content] of Object.entries(await scriptedModels(box.folder, models)))
    await writeFile(join(clone, path), content);
  await box.git(clone, 'add', '--all');
  await box.git(clone, 'commit', '--quiet', '--message', 'one test is red');

  const session = await captured(box, clone);
  const gate = ['--gate', `test=node --import tsx ${NEAREST}`];
  const gated = await ok(box, clone, 'gates', '--all', '--base', ...gate, ...session);
  const results = byTarget(gated.results);
  assert.equal(
    ['base', 'fixes', 'breaks', 'deletes'].map((it) => [
      results[it].gates[0].status,
      results[it].gates[0].verdict,
      results[it].passed,
    ]),
    [
      ['fail', 'pre-existing', false],
      ['pass', 'fixed', true],
      ['fail', 'introduced', false],
      ['pass', 'fixed', true],
    ],
  );
  const gone = ['test: is red on base'];
  assert.equal(results.deletes.base_tests_failing, gone);
  assert.equal(results.deletes.gate_files, [{ path: NEAREST, role: 'test', change: 'changed' }]);
  assert.equal([results.deletes.tampered, results.fixes.as_base], [[], null]);
  assert.is(results.deletes.as_base.gates[0].status, 'fail');
  assert.ok(results.breaks.gates[0].broken_tests.length > 0);

  await ok(box, clone, 'compare', '--suggest', ...session);
  const { report: page } = await ok(box, clone, 'report', ...session);
  const words = (await readFile(page, 'utf8')).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  for (const said of [
    ', fixed',
    ', introduced',
    'was that asked for?',
    'pre-existing: red on base too',
    'is red on base',
  ])
    assert.ok(words.includes(said), said);
  const { results: suggested } = JSON.parse(
    await readFile(join(gated.markdown, '../gates.json'), 'utf8'),
  );
  assert.is(suggested.length, 4);
  assert.equal((await ok(box, clone, 'cleanup', ...session)).kept, []);
});

const node = JSON.stringify(process.execPath);

test('a gate that hangs, leaves a server, floods, rewrites, wants a terminal, or finds no test is told for what it is', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const session = await captured(box, cwd);
  const port =
    'const s = require("node:net").createServer(); s.listen(+process.env.MM_PORT, "127.0.0.1")';
  const gates = {
    hangs: 'sleep 600 & sleep 600',
    serves: `${node} -e '${port}' & sleep 1; echo started`,
    floods: `${node} -e 'const lines = ("x".repeat(1023) + "\\n").repeat(64); for (let i = 0; i < 200 * 16; i++) require("node:fs").writeSync(1, lines)'`,
    rewrites: "printf 'export const sum = 0;\\n' > sum.js; rm -f old.js; echo made > made.txt",
    terminal: 'test -t 0 && read answer < /dev/tty; head -c 1 /dev/tty',
    'test-nothing':
      "node --test 'no-such-file-*.mjs' || true; printf '# tests 0\\n# pass 0\\n# fail 0\\n'",
    'after-all': 'test -f old.js && grep -q "a - b\\|a + b" sum.js && test ! -e made.txt',
  };
  const words = Object.entries(gates).flatMap(([name, command]) => [
    '--gate',
    `${name}=${command}`,
  ]);
  const answer = await ok(
    box,
    cwd,
    'gates',
    '--model',
    'one',
    '--timeout',
    '20',
    ...words,
    ...session,
  );
  const [one] = answer.results;
  const of = (name: string) => one.gates.find((it: Json) => it.name === name);
  assert.equal(
    one.gates.map((it: Json) => `${it.name} ${it.status}`),
    [
      'hangs timeout',
      'serves pass',
      'floods pass',
      'rewrites pass',
      'terminal fail',
      'test-nothing not-run',
      'after-all pass',
    ],
  );
  assert.is((await stat(of('floods').log)).size, 200 * 1024 ** 2);
  assert.equal(of('rewrites').changed_files, ['made.txt', 'old.js', 'sum.js']);
  assert.match(
    answer.warnings.join('\n'),
    'the gate rewrites itself changed made.txt, old.js, sum.js',
  );
  assert.match(of('terminal').tail, 'tty');
  assert.equal(await findByEnvironment('MM_RUN_MARKS', session[1] ?? ''), []);
  const left = (await readdir(box.env.TMPDIR ?? tmpdir())).filter((it) =>
    it.includes(session[1] ?? ''),
  );
  assert.equal(left, []);
  // What the gate wrote is not the model's.
  const [before] = (await ok(box, cwd, 'status', ...session)).models;
  const { captures } = await ok(box, cwd, 'capture-diff', '--model', 'one', ...session);
  assert.equal(
    captures[0].files.map((it: Json) => it.path),
    ['sum.js'],
  );
  assert.is(before.model, 'one');
  assert.equal((await ok(box, cwd, 'cleanup', ...session)).kept, []);
});

test('the same captures gated twice: the second time no command runs, and no worktree is made', async () => {
  await using box = await sandbox();
  const twin = MODELS.one;
  const models = await scriptedModels(box.folder, { ...MODELS, twin });
  const cwd = await box.repository({ ...PROJECT, ...models });
  const session = await captured(box, cwd);
  const count = join(box.folder, 'count');
  const gate = ['--gate', `test=echo run >> ${count}; node --test`];
  const words = ['gates', '--all', '--base', ...gate, ...session];
  const first = byTarget((await ok(box, cwd, ...words)).results);
  // `one` and `twin` are one tree.
  assert.equal([first.one.tree, first.one.passed], [first.twin.tree, true]);
  const runs = await readFile(count, 'utf8');
  const second = byTarget((await ok(box, cwd, ...words)).results);
  assert.is(await readFile(count, 'utf8'), runs);
  for (const target of ['base', 'one', 'two', 'twin']) {
    assert.is(second[target].gates[0].cached, true, target);
    assert.is(second[target].gates[0].verdict, first[target].gates[0].verdict);
  }
  // Another setting is another environment: nothing of before counts for it.
  await writeFile(join(cwd, '.env'), 'A=1\n');
  await writeFile(join(cwd, '.git/info/exclude'), '.env\n');
  const third = byTarget((await ok(box, cwd, 'gates', '--base', ...gate, ...session)).results);
  assert.is(third.base.gates[0].cached, false);
  assert.is(await readFile(count, 'utf8').then((it) => it.length > runs.length), true);
});

test('red in a worktree and green in the main tree is the environment, said before a model is judged', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  await writeFile(join(cwd, '.git/info/exclude'), 'generated.txt\n');
  await writeFile(join(cwd, 'generated.txt'), 'made once, by hand\n');
  const session = await captured(box, cwd);
  const gates = ['--gate', 'check=test -f generated.txt', '--gate', 'test=node --test'];
  const base = await ok(box, cwd, 'gates', '--base', ...gates, ...session);
  assert.equal(
    base.results[0].gates.map((it: Json) => it.verdict),
    ['environment', 'pre-existing'],
  );
  assert.match(
    base.warnings.join('\n'),
    'base: check: red in a worktree and green in the main tree',
  );
  assert.match(base.warnings.join('\n'), 'base: test: red before any model began');
  const all = byTarget((await ok(box, cwd, 'gates', '--all', ...session)).results);
  assert.equal(
    all.one.gates.map((it: Json) => it.verdict),
    ['environment', 'fixed'],
  );
  assert.is(all.one.passed, true);
});

test('what a setup command writes is nobody’s work, and what it finds is said in its environment', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  await writeFile(
    join(cwd, 'conductor.json'),
    JSON.stringify({
      scripts: {
        setup:
          'echo $CONDUCTOR_ROOT_PATH > made.txt; echo changed >> sum.js; rm old.js; echo $TMPDIR; test -d $TMPDIR',
      },
    }),
  );
  await box.git(cwd, 'add', '--all');
  await box.git(cwd, 'commit', '--quiet', '--message', 'setup');
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', started.session_id];
  const planned = await ok(box, cwd, 'make-worktrees', '--dry-run', ...session);
  assert.match(planned.worktrees[0].setup.source, 'conductor.json scripts.setup');
  const { worktrees, warnings } = await ok(box, cwd, 'make-worktrees', ...session);
  assert.is(worktrees[0].setup.exit_code, 0);
  assert.is(await readFile(join(worktrees[0].path, 'made.txt'), 'utf8'), `${cwd}\n`);
  assert.is(await readFile(join(worktrees[0].path, 'sum.js'), 'utf8'), PROJECT['sum.js']);
  assert.match(warnings.join('\n'), 'changed old.js and 1 more: put back as base has it');
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  assert.equal(
    captures.map((it: Json) => it.state),
    ['empty', 'empty'],
  );
  assert.equal((await ok(box, cwd, 'cleanup', ...session)).kept, []);
});

test('submodules are checked out as in the main tree, in scratch worktrees too; the post-checkout hook runs, or not', async () => {
  await using box = await sandbox();
  const library = await box.repository({ 'lib.js': 'export const lib = 1;\n' }, 'library');
  const cwd = await project(box);
  const allow = ['-c', 'protocol.file.allow=always'];
  await box.git(cwd, ...allow, 'submodule', '--quiet', 'add', library, 'vendored');
  await box.git(cwd, 'commit', '--quiet', '--message', 'a submodule');
  const hook = join(cwd, '.git/hooks/post-checkout');
  await writeFile(hook, '#!/bin/sh\necho "$3 $PWD" > hooked.txt\nexit 3\n', { mode: 0o755 });
  const session = await captured(box, cwd);
  const { captures } = await ok(box, cwd, 'capture-diff', '--model', 'one', ...session);
  assert.equal(
    captures[0].files.map((it: Json) => it.path),
    ['sum.js'],
  );
  const gates = ['--gate', 'check=test -f vendored/lib.js && grep -q "^1 $PWD" hooked.txt'];
  const answer = await ok(box, cwd, 'gates', '--all', '--base', ...gates, ...session);
  assert.equal(
    answer.results.map((it: Json) => `${it.target} ${it.gates[0].status}`),
    ['base pass', 'one pass', 'two pass'],
  );
  assert.match(answer.warnings.join('\n'), 'base: the post-checkout hook: it failed');
  assert.equal((await ok(box, cwd, 'cleanup', ...session)).kept, []);

  const started = await ok(box, cwd, 'start-session', '--another', '--task', 'x', '--host', 'none');
  const without = ['--session', started.session_id];
  const made = await ok(box, cwd, 'make-worktrees', '--no-hooks', ...without);
  assert.equal(made.warnings, []);
  assert.not(existsSync(join(made.worktrees[0].path, 'hooked.txt')));
  assert.equal((await ok(box, cwd, 'cleanup', ...without)).kept, []);
});

test('the plan says what would be provided, how, and how much it is; a limit and a link count for the session', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  await mkdir(join(cwd, 'node_modules/large'), { recursive: true });
  await writeFile(join(cwd, 'node_modules/large/x'), Buffer.alloc(3 * 1024 ** 2));
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', started.session_id];
  const provided = async (...words: string[]) =>
    (await ok(box, cwd, 'make-worktrees', ...words, ...session)).worktrees[0].provided;
  const [planned] = await provided('--dry-run');
  assert.ok(['copy', 'reflink'].includes(planned.how));
  assert.equal([planned.path, planned.bytes], ['node_modules', 3 * 1024 ** 2]);
  if (planned.how === 'copy') {
    const [limited] = await provided('--dry-run', '--copy-limit', '2');
    assert.is(limited.how, 'skipped');
    assert.match(limited.reason, '3.0 MB are more than the limit of copies, 2.0 MB');
  }
  const [linked] = await provided('--link', 'node_modules');
  assert.is(linked.how, 'link');
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  assert.equal(
    captures.map((it: Json) => it.state),
    ['empty', 'empty'],
  );
  const gate = ['--gate', 'check=test -L node_modules && test -f node_modules/large/x'];
  const { results } = await ok(box, cwd, 'gates', '--base', ...gate, ...session);
  assert.is(results[0].gates[0].status, 'pass');
  assert.equal((await ok(box, cwd, 'cleanup', ...session)).kept, []);
  assert.is((await stat(join(cwd, 'node_modules/large/x'))).size, 3 * 1024 ** 2);
});

test('gates that stand in YAML are read by the launched copy and through tsx', async () => {
  await using box = await sandbox();
  const cwd = await box.repository({
    'package.json': '{"private":true}\n',
    'pnpm-workspace.yaml': 'packages: [packages/*]\n',
    'packages/a/package.json': '{"name":"a","scripts":{"test":"node --test"}}\n',
    'Taskfile.yml': 'version: "3"\ntasks:\n  lint: node lint.mjs\n',
    '.github/workflows/ci.yml':
      'on: [push]\njobs:\n  t:\n    steps:\n      - run: npx --no-install tsc --noEmit\n',
  });
  const { gates } = await ok(box, cwd, 'gates', '--discover');
  assert.equal(
    gates.map((it: Json) => it.name),
    ['lint', 'typecheck', 'test'],
  );
  const tsx = join(skillFolder, 'node_modules/.bin/tsx');
  const words = [join(skillFolder, 'scripts/gates.ts'), '--discover'];
  const { stdout } = await runCommand({ file: tsx, args: words, cwd, env: box.env });
  assert.equal(JSON.parse(stdout.toString('utf8')).gates, gates);
});

test.run();
