/** The suggestion as its users meet it: what twenty files cost to read, and the best taken and applied in one command. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHECK, RUN_CHECK } from '../support/one-process.ts';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

const NAMES = Array.from({ length: 20 }, (_, at) => `part-${at}`);

/** Every function of every file in another way, and a test that another's code fails. */
function designOf(model: string, how: string): string {
  return `${IMPORTS} for (const name of ${JSON.stringify(NAMES)}) {
  const file = 'src/' + name + '.js';
  const text = read(file, 'utf8').replace('return value;', ${JSON.stringify(how)}).replace('return other;', 'return other + "${model}".length;');
  write(file, text + '\\nexport const by${model} = true;\\n');
}
write('${model}.test.js', 'import assert from "node:assert/strict";\\nimport { test } from "node:test";\\nimport { first } from "./src/part-0.js";\\ntest("${model} one", () => assert.equal(first("2"), ${how.includes('Number') ? 2 : '"2"'}));\\ntest("${model} two", () => assert.equal(first("3"), ${how.includes('Number') ? 3 : '"3"'}));\\n');
console.log('done');`;
}

test('twenty files and three models: a handful of questions, in few bytes, and every version to look at', async () => {
  await using box = await sandbox();
  const part = `export function first(value) {\n  return value;\n}\n\nexport function second(other) {\n  return other;\n}\n`;
  const cwd = await box.repository({
    ...Object.fromEntries(NAMES.map((name) => [`src/${name}.js`, part])),
    ...{ 'package.json': '{"type":"module"}\n', ...CHECK },
    'base.test.js': `import { test } from 'node:test';\nimport './src/part-1.js';\ntest('loads', () => undefined);\n`,
    ...(await scriptedModels(
      box.folder,
      {
        claude: designOf('claude', 'return Number(value);'),
        gemini: designOf('gemini', 'return String(value);'),
        gpt: designOf('gpt', 'const text = String(value); return text;'),
      },
      { gates: { test: RUN_CHECK } },
    )),
  });
  const { session_id } = await ok(box, cwd, 'execute', '--task', 'x');
  const session = ['--session', session_id];
  const { stdout, json } = await box.mm(cwd, 'compare', '--suggest', ...session);
  assert.ok(Buffer.byteLength(stdout) < 6 * 1024, `${Buffer.byteLength(stdout)} bytes`);
  assert.ok(json.decisions <= 5 && json.decisions >= 1, JSON.stringify(json.questions));
  const failing = json.questions.filter(({ kind }: Json) => kind === 'test');
  assert.equal(
    [json.suggestion.spine.model === 'claude', failing.map((it: Json) => it.names.length)],
    [false, [2]],
    'the tests of one author that fail are one question',
  );
  const markdown = await readFile(json.comparison, 'utf8');
  assert.ok(markdown.length < 12 * 1024, `${markdown.length} characters`);
  for (const name of NAMES) {
    assert.match(markdown, new RegExp(`^\\| \`src/${name}\\.js\` \\| \`\\w+\` \\| conflict`, 'm'));
    assert.match(markdown, new RegExp(`### \`src/${name}\\.js\``));
  }
  const full = JSON.parse(await readFile(json.full, 'utf8'));
  // Every id that is shown can be picked.
  for (const { id, options } of [...full.questions, full.disputes[0]]) {
    const pick = ['--pick', `${id.startsWith('q') ? id.slice(0, 5) : id}=${options[0].models[0]}`];
    const words = ['--picks', json.suggestion.file, ...pick, '--to', 'scratch', ...session];
    await ok(box, cwd, 'apply-picks', ...words);
  }
  const neither = ['--pick', `${failing[0].id}=neither`, '--to', 'scratch', ...session];
  const kept = await ok(box, cwd, 'apply-picks', '--picks', json.suggestion.file, ...neither);
  assert.is(
    kept.unpicked.some(({ path }: Json) => path === 'claude.test.js'),
    true,
  );
});

const SUM = {
  'sum.js': 'export const sum = (a, b) => a - b;\n',
  'sum.test.js':
    "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { sum } from './sum.js';\ntest('sum', () => assert.equal(sum(1, 2), 3));\n",
  'package.json': '{"type":"module"}\n',
  ...CHECK,
};
const NOTHING = "console.log('I would rather not.');";
const FAILS = "console.error('out of credit'); process.exit(1);";
const REPAIRS = `${IMPORTS} write('sum.js', 'export const sum = (a, b) => a + b;\\n'); console.log('done');`;
const REPAIRS_ELSE = `${IMPORTS} write('sum.js', 'export const sum = (a, b) => b + a;\\n'); console.log('done');`;

async function take(box: Sandbox, models: Record<string, string>, ...words: string[]) {
  const configuration = { gates: { test: RUN_CHECK } };
  const cwd = await box.repository({
    ...SUM,
    ...(await scriptedModels(box.folder, models, configuration)),
  });
  const all = ['execute', '--task', 'Repair sum', ...words, '--apply'];
  return { cwd, ...(await box.mm(cwd, ...all)) };
}

test('--take best --apply: neither who failed nor who changed nothing is taken, and it is said who was', async () => {
  await using box = await sandbox();
  const models = { a: FAILS, b: NOTHING, c: REPAIRS };
  const { cwd, json, stderr, exitCode } = await take(box, models, '--take', 'best');
  assert.is(exitCode, 0, stderr);
  assert.equal([json.suggestion.spine.model, json.applied.from], ['c', ['c']]);
  assert.match(stderr, /First: c, because the only one that changed anything/);
  assert.match(stderr, /To take it back: .*apply-picks --undo/);
  assert.match(await readFile(join(cwd, 'sum.js'), 'utf8'), /a \+ b/);
});

test('--take best --apply where nobody changed anything is refused, and nothing is touched', async () => {
  await using box = await sandbox();
  const { cwd, json, exitCode } = await take(box, { a: FAILS, b: NOTHING }, '--take', 'best');
  assert.equal([exitCode, json.error.code], [3, 'nothing-changed']);
  assert.is(await box.git(cwd, 'status', '--porcelain'), '');
});

test('a tie: without --take it is asked, with it the first is taken; whose whole was taken counts next time', async () => {
  await using box = await sandbox();
  const models = { a: REPAIRS, b: REPAIRS_ELSE };
  const { cwd, json } = await take(box, models);
  assert.equal([json.applied, json.questions.length], [null, 1]);
  const [{ id, options }] = json.questions;
  const [second] = options[1].models;
  const session = ['--session', json.session_id];
  const picks = ['--picks', json.suggestion.file, '--pick', `${id}=${second}`];
  await ok(box, cwd, 'apply-picks', ...picks, '--verify', ...session);
  await box.git(cwd, 'stash', '--quiet');
  const again = await box.mm(cwd, 'execute', '--task', 'x', '--take', 'best', '--apply');
  assert.equal([again.json.applied.from, again.json.suggestion.wholes[0].prior], [[second], 0.2]);
  assert.match(again.stderr, /0\.2 for what was taken before/);
  await ok(box, cwd, 'apply-picks', '--undo', ...session).catch(() => undefined);
});

test.run();
