/** Whether a result passed because it changed its judges: base's own tests and settings tell, by name. Through the launcher. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

const testsOf = (...tests: [name: string, code: string][]) =>
  [
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    "import { plus } from '../src/plus.mjs';",
    "import { minus } from '../src/minus.mjs';",
    ...tests.map(([name, code]) => `test('${name}', () => {\n  ${code}\n});`),
  ].join('\n');

const PLUS: [string, string] = ['plus is add', 'assert.equal(plus(2, 3), 5);'];
const MINUS: [string, string] = ['minus is subtract', 'assert.equal(minus(5, 3), 2);'];

const PROJECT = {
  'src/plus.mjs': 'export const plus = (a, b) => a + b;\n',
  'src/minus.mjs': 'export const minus = (a, b) => a - b;\n',
  'test/plus.test.mjs': testsOf(PLUS).replace(/^import .*minus.*\n/m, ''),
  'test/minus.test.mjs': testsOf(MINUS).replace(/^import .*plus.*\n/m, ''),
  'package.json':
    '{\n  "name": "sums",\n  "type": "module",\n  "scripts": {\n    "test": "node --test test/*.test.mjs"\n  }\n}\n',
};

const write = (path: string, text: string) => `write('${path}', ${JSON.stringify(text)});`;
const model = (...steps: string[]) => `${IMPORTS}${steps.join('\n')}\nconsole.log('done');`;
const change = (path: string, from: string, to: string) =>
  `{ const text = read('${path}', 'utf8'); if (!text.includes(${JSON.stringify(from)})) process.exit(9); write('${path}', text.replaceAll(${JSON.stringify(from)}, ${JSON.stringify(to)})); }`;

const CHEAT = write('src/plus.mjs', 'export const plus = () => 7;\n');

async function gated(box: Sandbox, models: Record<string, string>, files: Record<string, string>) {
  const cwd = await box.repository({ ...files, ...(await scriptedModels(box.folder, models)) });
  const { session_id } = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  const { results, markdown } = await ok(box, cwd, 'gates', '--all', '--base', ...session);
  const of: Json = Object.fromEntries(results.map((it: Json) => [it.target, it]));
  return { cwd, session, of, markdown };
}

const inShort = ({ passed, green, tampered, base_tests_failing }: Json) => ({
  ...{ passed, green, tampered, base_tests_failing },
});

const GREEN = { passed: true, green: true, tampered: [], base_tests_failing: [] };

test('removed, renamed, written as a table, cheated: asked, asked, nothing, caught by name', async () => {
  await using box = await sandbox();
  const rows =
    "for (const [a, b, sum] of [[2, 3, 5], [1, 1, 2]]) test(a + '+' + b, () => assert.equal(plus(a, b), sum));\n";
  const table = `${testsOf()}\n${rows}`;
  const models = {
    removes: model("remove('src/plus.mjs'); remove('test/plus.test.mjs');"),
    renames: model(
      "remove('src/plus.mjs'); remove('test/plus.test.mjs');",
      write('src/sum.mjs', 'export const sum = (a, b) => a + b;\n'),
      write('test/sum.test.mjs', PROJECT['test/plus.test.mjs'].replaceAll('plus', 'sum')),
    ),
    table: model(write('test/plus.test.mjs', table)),
    cheats: model(
      CHEAT,
      write(
        'test/plus.test.mjs',
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nconst plus = (a, b) => a + b;\ntest('plus is add', () => assert.equal(plus(2, 3), 5));\n",
      ),
    ),
  };
  const { cwd, session, of } = await gated(box, models, PROJECT);
  for (const name of ['removes', 'renames']) {
    const { base_tests_failing, ...rest } = inShort(of[name]);
    assert.equal(rest, { passed: true, green: true, tampered: [] }, name);
    assert.match(base_tests_failing.join(), /^test: .*plus/, name);
  }
  assert.equal(inShort(of.table), GREEN);
  assert.equal(of.table.gates[0].missing_tests, []);
  assert.equal(inShort(of.cheats), { ...GREEN, base_tests_failing: ['test: plus is add'] });
  assert.is(of.base.as_base, null);
  const { suggestion } = await ok(box, cwd, 'compare', '--suggest', ...session);
  // Two that do the same break it alike; who breaks it alone comes last.
  assert.equal(suggestion.wholes.at(-1).models, ['cheats']);
  assert.equal(suggestion.wholes.at(-1).breaks_alone, ['test: plus is add']);
});

test('what every candidate breaks alike is what the task asks for: said first, nobody is ranked by it, applied', async () => {
  await using box = await sandbox();
  const asked = (sign: string) =>
    model(
      write('src/plus.mjs', `export const plus = (a, b) => [a${sign}b];\n`),
      change('test/plus.test.mjs', '5);', '[5][0]);'),
      change('test/plus.test.mjs', 'plus(2, 3)', 'plus(2, 3)[0]'),
    );
  const models = { one: asked(' + '), two: asked(' - -') };
  const files = { ...PROJECT, ...(await scriptedModels(box.folder, models)) };
  const cwd = await box.repository(files);
  const words = ['execute', '--task', 'x', '--apply', '--take', 'best'];
  const done = await ok(box, cwd, ...words);
  const [question] = done.questions.filter(({ kind }: Json) => kind === 'base-test');
  assert.match(question.about, 'Every candidate fails');
  assert.equal(question.names, ['test: plus is add']);
  assert.equal([question.alike, done.suggestion.wholes[0].breaks_alone], [true, []]);
  assert.ok(done.applied !== null);
});

test('a test of base that one changed and fails: execute applies nothing until somebody has said that it was asked for', async () => {
  await using box = await sandbox();
  const models = {
    cheats: model(CHEAT, change('test/plus.test.mjs', '2, 3), 5', '2, 3), 7')),
  };
  const files = { ...PROJECT, ...(await scriptedModels(box.folder, models)) };
  const cwd = await box.repository(files);
  const words = ['execute', '--task', 'x', '--apply', '--take', 'best'];
  const { json, exitCode } = await box.mm(cwd, ...words);
  assert.equal([exitCode, json.error?.code], [3, 'base-tests-failing']);
  assert.match(json.error.message, 'plus is add');
  assert.is(await readFile(join(cwd, 'src/plus.mjs'), 'utf8'), PROJECT['src/plus.mjs']);
  // As the hint says it.
  const typed = /(apply-picks .*)$/.exec(json.error.hint)?.[1]?.split(' ') ?? [];
  assert.is((await ok(box, cwd, ...typed)).verify.passed, true);
});

test('scripts and settings that made a red gate green are tampering, and those that did not are shown', async () => {
  await using box = await sandbox();
  const files = { ...PROJECT, 'checks.mjs': "import './test/plus.test.mjs';\n" };
  const script = (to: string) => change('package.json', 'node --test test/*.test.mjs', to);
  const models = {
    silences: model(CHEAT, script('true')),
    excludes: model(CHEAT, script('node --test test/minus.test.mjs')),
    renames: model(script('node --test test/')),
    harmless: model(script('node --test test/*.test.mjs && true')),
    depends: model(change('package.json', '"type"', '"version": "1.0.0",\n  "type"')),
  };
  const { of } = await gated(box, models, files);
  for (const name of ['silences', 'excludes']) {
    const { tampered, passed, green } = of[name];
    assert.equal(
      { tampered, passed, green },
      { tampered: ['test'], passed: false, green: false },
      name,
    );
    assert.equal(of[name].base_tests_failing, ['test: plus is add'], name);
  }
  for (const name of ['renames', 'harmless', 'depends'])
    assert.equal(inShort(of[name]), GREEN, name);
  assert.equal(
    ['harmless', 'depends'].map((name) => of[name].gate_files.length),
    [1, 0],
  );
});

test('a task that starts red: passed is not green, said at every place, and --check exits 1', async () => {
  await using box = await sandbox();
  const files = {
    ...PROJECT,
    'src/minus.mjs': 'export const minus = (a, b) => a + b;\n',
    'src/plus.mjs': 'export const plus = (a, b) => a - b;\n',
  };
  const models = {
    half: model(write('src/plus.mjs', PROJECT['src/plus.mjs'])),
    other: model(write('src/minus.mjs', PROJECT['src/minus.mjs'])),
  };
  const { cwd, session, of } = await gated(box, models, files);
  assert.equal([of.half.passed, of.half.green], [true, false]);
  const left = ['test: minus is subtract (green with other)'];
  assert.equal(of.half.left_red, left);
  await ok(box, cwd, 'compare', ...session);
  const applied = await ok(box, cwd, 'apply-picks', '--take', 'half', '--verify', ...session);
  assert.equal([applied.verify.passed, applied.verify.green], [true, false]);
  assert.equal([applied.main_gates.passed, applied.main_gates.green], [true, false]);
  assert.match(applied.warnings.join('\n'), `The mix leaves red what was red on base: ${left}`);
  const check = ['gates', '--main', '--check', ...session];
  const red = await box.mm(cwd, ...check);
  assert.equal([red.exitCode, red.json.ok, red.json.results[0].left_red], [1, true, left]);
  assert.match(red.json.warnings.join('\n'), 'main: not green');
  assert.is((await box.mm(cwd, ...check, '--allow-pre-existing')).exitCode, 0);
  assert.equal((await ok(box, cwd, 'status', ...session)).left_red, left);
  await ok(box, cwd, 'cleanup', ...session);
  const { summary } = await ok(box, cwd, 'finish-session', ...session);
  assert.match(await readFile(summary, 'utf8'), 'Left red, as it was on base');
});

test('what a result’s tests do outside of their worktree while gates run is told; gates that do nothing there are not', async () => {
  await using box = await sandbox();
  const spoil = [
    "import { appendFileSync, writeFileSync } from 'node:fs';",
    `writeFileSync(${JSON.stringify(join(box.folder, 'project/.git/hooks/post-commit'))}, '#!/bin/sh\\n');`,
    `appendFileSync(${JSON.stringify(join(box.folder, 'project/src/plus.mjs'))}, '// mine\\n');`,
  ].join('\n');
  const models = {
    spoils: model(write('test/spoils.test.mjs', `${spoil}\n`)),
    works: model(write('test/new.test.mjs', PROJECT['test/plus.test.mjs'])),
  };
  const cwd = await box.repository({ ...PROJECT, ...(await scriptedModels(box.folder, models)) });
  const { session_id } = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', session_id];
  await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  await ok(box, cwd, 'capture-diff', '--all', ...session);
  const quiet = await ok(box, cwd, 'gates', '--model', 'works', '--base', ...session);
  assert.equal(quiet.warnings, []);
  const { warnings } = await ok(box, cwd, 'gates', '--model', 'spoils', ...session);
  const told = warnings.join('\n');
  assert.match(told, /the hook .*post-commit was added .*while the gates of spoils ran/);
  assert.match(told, /src\/plus\.mjs in the main tree was modified/);
});

test.run();
