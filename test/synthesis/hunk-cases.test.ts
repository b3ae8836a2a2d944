/** What several models make of one place, from comparison to the tree: the cases that people meet. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printPath } from '../../scripts/lib/git/paths.ts';
import { type ComparedFile, compareCandidates } from '../../scripts/lib/synthesis/compare.ts';
import { expandPicks, hunksByModel, undisputed } from '../../scripts/lib/synthesis/expand-picks.ts';
import type { Pick } from '../../scripts/lib/synthesis/picks.ts';
import { type Question, questionsIn } from '../../scripts/lib/synthesis/questions.ts';
import { resolvePicks } from '../../scripts/lib/synthesis/resolve-picks.ts';
import { synthesize } from '../../scripts/lib/synthesis/synthesize.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { executable, type Files, makeRepository } from './repository.ts';

/** A comparison, and what picks onto it make. */
async function compared(folder: string, baseFiles: Files, models: Record<string, Files>) {
  const { directory, tree, read } = await makeRepository(folder);
  const base = await tree(baseFiles);
  const candidates: { model: string; tree: string }[] = [];
  for (const [model, files] of Object.entries(models))
    candidates.push({ model, tree: await tree(files, base) });
  const files = await compareCandidates(directory, base, candidates);
  const questions = questionsIn(files);
  const names = Object.keys(models);
  return {
    files,
    questions,
    agreements: Object.fromEntries(files.map(({ path, agreement }) => [path, agreement])),
    free: files.filter(({ moved_to }) => moved_to === null).map(freePick),
    make: async (picks: Pick[]) => {
      const choices = { asked: { files, questions }, all: { files, candidates }, labels: null };
      const resolved = resolvePicks(expandPicks({ picks }, choices), { files, models: names });
      const made = await synthesize(directory, base, resolved);
      return { ...made, contents: made.tree === null ? null : await read(made.tree) };
    },
  };
}

/** All that nobody disputes, of whoever made it. */
function freePick(file: ComparedFile): Pick {
  return { ...printPath(file.path), hunks: hunksByModel(undisputed(file)) };
}

const answer = ({ id }: Question, from: string): Pick => ({ decision: id, from });

function only(questions: readonly Question[]): Question {
  assert.is(questions.length, 1);
  return questions[0] as Question;
}

const CODE = `export function price(items) {
  const sum = items.reduce((all, item) => all + item.price, 0);
  return sum;
}

export function label(item) {
  return item.name;
}

export function count(items) {
  return items.length;
}
`;

test('the same function edited by two models: one question, answered by its id, and the rest of both taken', async () => {
  await using folder = await temporaryFolder();
  const claude = CODE.replace('  return sum;', '  return Math.round(sum);').replace(
    'item.name',
    'item.name.trim()',
  );
  const gpt = CODE.replace('  return sum;', '  return sum.toFixed(2);').replace(
    'items.length',
    'items?.length ?? 0',
  );
  const { questions, agreements, make, files } = await compared(
    folder.path,
    { 'shop.js': CODE },
    {
      claude: { 'shop.js': claude },
      gpt: { 'shop.js': gpt },
    },
  );
  assert.equal(agreements, { 'shop.js': 'conflict' });
  const question = only(questions);
  assert.is(question.kind, 'hunks');
  assert.equal(question.options.flatMap(({ models }) => models).sort(), ['claude', 'gpt']);
  assert.match(question.id, /^d[0-9a-f]{8}$/);
  const { contents } = await make([answer(question, 'gpt')]);
  assert.equal(contents, { 'shop.js': gpt.replace('item.name', 'item.name.trim()') });
  const none = await make([answer(question, 'base')]);
  const free = CODE.replace('item.name', 'item.name.trim()').replace(
    'items.length',
    'items?.length ?? 0',
  );
  assert.equal(none.contents, { 'shop.js': free });
  const exception = await make([{ path: 'shop.js', from: 'claude' }, answer(question, 'gpt')]);
  assert.equal(exception.contents, {
    'shop.js': claude.replace('Math.round(sum)', 'sum.toFixed(2)'),
  });
  assert.match(files[0]?.hunks[0]?.near ?? '', /export function price/);
});

test('different places of one function are no question', async () => {
  await using folder = await temporaryFolder();
  const { questions, agreements, free, make } = await compared(
    folder.path,
    { 'a.js': CODE },
    {
      claude: { 'a.js': CODE.replace('item.name;', 'item.name.trim();') },
      gpt: {
        'a.js': CODE.replace(
          'export function price(items) {',
          'export function price(items = []) {',
        ),
      },
    },
  );
  assert.equal([agreements, questions], [{ 'a.js': 'disjoint' }, []]);
  const { contents } = await make(free);
  assert.equal(contents, {
    'a.js': CODE.replace('item.name;', 'item.name.trim();').replace(
      '(items) {\n  const',
      '(items = []) {\n  const',
    ),
  });
});

const PRICE = CODE.slice(0, CODE.indexOf('export function label'));
const REST = CODE.slice(CODE.indexOf('export function label'));

test('code that one moved and another changed is one question: never twice, never gone', async () => {
  await using folder = await temporaryFolder();
  const moved = `${REST}\n${PRICE.trimEnd()}\n`;
  const edited = CODE.replace('item.price, 0', 'item.price * item.amount, 0');
  const { questions, make } = await compared(
    folder.path,
    { 'shop.js': CODE },
    {
      claude: { 'shop.js': moved },
      gpt: { 'shop.js': edited },
    },
  );
  const question = only(questions);
  assert.is(question.options.find(({ models }) => models.includes('claude'))?.hunks.length, 2);
  assert.equal((await make([answer(question, 'gpt')])).contents, { 'shop.js': edited });
  assert.equal((await make([answer(question, 'claude')])).contents, { 'shop.js': moved });
  assert.equal((await make([answer(question, 'base')])).contents, { 'shop.js': CODE });
});

test('imports that both put at the top are no question: all are there, each once', async () => {
  await using folder = await temporaryFolder();
  const base =
    "import { join } from 'node:path';\n\nexport const at = (name) => join('a', name);\n";
  const claude = base
    .replace('{ join }', '{ join, resolve }')
    .replace("'node:path';\n", "'node:path';\nimport { readFile } from 'node:fs/promises';\n")
    .concat('export const read = (name) => readFile(resolve(name));\n');
  const gpt = base
    .replace('{ join }', '{ basename, join }')
    .replace("'node:path';\n", "'node:path';\nimport os from 'node:os';\n")
    .replace("join('a', name)", 'join(os.tmpdir(), basename(name))');
  const { questions, agreements, make } = await compared(
    folder.path,
    { 'a.mjs': base },
    {
      claude: { 'a.mjs': claude },
      gpt: { 'a.mjs': gpt },
    },
  );
  assert.equal([agreements, questions], [{ 'a.mjs': 'conflict' }, questions]);
  assert.is(
    questions.length,
    1,
    'the line that gpt changed lies next to the one that claude added',
  );
  const { contents } = await make([answer(only(questions), 'gpt')]);
  assert.is(
    contents?.['a.mjs'],
    "import { basename, join, resolve } from 'node:path';\nimport { readFile } from 'node:fs/promises';\nimport os from 'node:os';\n\nexport const at = (name) => join(os.tmpdir(), basename(name));\n",
  );
});

test('imports alone: suggested, and merged in one order whoever is first', async () => {
  const base = 'import os\n\n\ndef run():\n    pass\n';
  const models = {
    a: { 'm.py': base.replace('import os\n', 'import os\nimport sys\nfrom typing import Any\n') },
    b: {
      'm.py': base.replace(
        'import os\n',
        'import os\nimport re\nfrom typing import Any, Callable\n',
      ),
    },
  };
  const results = [];
  for (const order of [models, { b: models.b, a: models.a }]) {
    await using folder = await temporaryFolder();
    const { questions, free, make } = await compared(folder.path, { 'm.py': base }, order);
    assert.equal(questions, []);
    results.push((await make(free)).contents);
  }
  const merged =
    'import os\nfrom typing import Any, Callable\nimport re\nimport sys\n\n\ndef run():\n    pass\n';
  assert.equal(results, [{ 'm.py': merged }, { 'm.py': merged }]);
});

test('a rename with an edit against an edit: one file under the new name, with both edits', async () => {
  await using folder = await temporaryFolder();
  const { files, questions, free, make } = await compared(
    folder.path,
    { 'old.js': CODE },
    {
      claude: { 'old.js': null, 'new.js': CODE.replace('item.name', 'item.title') },
      gpt: { 'old.js': CODE.replace('items.length', 'items?.length') },
    },
  );
  assert.equal(questions, []);
  assert.equal(
    files.map(({ path, moved_to }) => [path, moved_to]),
    [
      ['new.js', null],
      ['old.js', 'new.js'],
    ],
  );
  const made = await make(free);
  assert.equal(made.contents, {
    'new.js': CODE.replace('item.name', 'item.title').replace('items.length', 'items?.length'),
  });
  assert.equal(
    made.applied.map(({ path, status }) => [path, status]),
    [
      ['new.js', 'added'],
      ['old.js', 'deleted'],
    ],
  );
});

test('a rename with an edit against an edit of the same line is a question under the new name', async () => {
  await using folder = await temporaryFolder();
  const { questions, make } = await compared(
    folder.path,
    { 'old.js': CODE },
    {
      claude: { 'old.js': null, 'new.js': CODE.replace('item.name', 'item.title') },
      gpt: { 'old.js': CODE.replace('item.name', 'item.label') },
    },
  );
  const question = only(questions);
  assert.is(question.path, 'new.js');
  const made = await make([answer(question, 'gpt')]);
  assert.equal(made.contents, { 'new.js': CODE.replace('item.name', 'item.label') });
});

test('a pure rename against an edit', async () => {
  await using folder = await temporaryFolder();
  const edited = CODE.replace('item.name', 'item.label');
  const { questions, free, make } = await compared(
    folder.path,
    { 'old.js': CODE },
    {
      claude: { 'old.js': null, 'new.js': CODE },
      gpt: { 'old.js': edited },
    },
  );
  assert.equal(questions, []);
  assert.equal((await make(free)).contents, { 'new.js': edited });
});

test('two new names of one file are a question, and only one of them is taken', async () => {
  await using folder = await temporaryFolder();
  const { questions, make } = await compared(
    folder.path,
    { 'old.js': CODE },
    {
      claude: { 'old.js': null, 'new.js': CODE },
      gpt: { 'old.js': null, 'other.js': `${CODE}// more\n` },
    },
  );
  const question = only(questions);
  assert.equal([question.kind, question.path], ['names', 'old.js']);
  assert.equal((await make([answer(question, 'gpt')])).contents, {
    'other.js': `${CODE}// more\n`,
  });
  assert.equal((await make([answer(question, 'base')])).contents, { 'old.js': CODE });
});

test('deleted against edited is a question about the whole file', async () => {
  await using folder = await temporaryFolder();
  const edited = CODE.replace('item.name', 'item.label');
  const { questions, agreements, make } = await compared(
    folder.path,
    { 'a.js': CODE, b: 'b\n' },
    {
      claude: { 'a.js': null },
      gpt: { 'a.js': edited },
    },
  );
  assert.equal(agreements, { 'a.js': 'split' });
  const question = only(questions);
  assert.is(question.kind, 'versions');
  assert.equal((await make([answer(question, 'claude')])).contents, { b: 'b\n' });
  assert.equal((await make([answer(question, 'gpt')])).contents, { 'a.js': edited, b: 'b\n' });
});

test('a mode of one and lines of another go together', async () => {
  await using folder = await temporaryFolder();
  const edited = CODE.replace('item.name', 'item.label');
  const { agreements, free, make } = await compared(
    folder.path,
    { run: CODE },
    {
      claude: { run: executable(CODE) },
      gpt: { run: edited },
    },
  );
  assert.equal(agreements, { run: 'disjoint' });
  assert.equal((await make(free)).contents, { run: `100755 ${edited}` });
});

test('ids stay while content and place stay, and a decision that is unknown names the nearest', async () => {
  await using one = await temporaryFolder();
  await using two = await temporaryFolder();
  const models = {
    claude: { 'a.js': CODE.replace('sum;', 'Math.round(sum);') },
    gpt: { 'a.js': CODE.replace('sum;', 'sum.toFixed(2);') },
  };
  const first = await compared(one.path, { 'a.js': CODE }, models);
  const second = await compared(
    two.path,
    { 'a.js': CODE, z: 'z\n' },
    {
      gpt: { ...models.gpt, z: 'other\n' },
      claude: models.claude,
    },
  );
  const id = only(first.questions).id;
  assert.is(id, only(second.questions).id);
  const error = await first.make([{ decision: `${id}0`, from: 'gpt' }]).catch((it) => it);
  assert.is(error.code, 'unknown-decision');
  assert.equal(error.details.nearest, [id]);
  const stranger = await first.make([{ decision: id, from: 'gemini' }]).catch((it) => it);
  assert.is(stranger.code, 'unknown-model');
});

test.run();
