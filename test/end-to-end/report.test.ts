import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { textOf } from '../report/said.ts';
import { sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok, project, upToComparison } from '../support/walk.ts';

test('a session that has only begun has a page; without a session, a pass or a display it says so', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const none = await box.mm(cwd, 'report');
  assert.equal([none.exitCode, none.json.error.code], [3, 'no-session']);
  const started = await ok(box, cwd, 'start-session', '--task', 'Repair <b>sum</b>');
  const { json, exitCode } = await box.mm(cwd, 'report');
  assert.is(exitCode, 0);
  assert.equal([json.session_id, json.pass, json.opened], [started.session_id, 1, false]);
  assert.is(json.report, join(started.session_dir, 'pass-0001', 'report.html'));
  assert.is(json.bytes, (await stat(json.report)).size);
  const page = await readFile(json.report, 'utf8');
  assert.match(page, /<h1>Repair &lt;b&gt;sum&lt;\/b&gt;<\/h1>/);
  assert.match(page, /not run yet/);
  const later = await box.mm(cwd, 'report', '--pass', '2');
  assert.equal([later.exitCode, later.json.error.code], [2, 'unknown-pass']);
  const unseen = await box.mm(cwd, 'report', '--open');
  assert.equal([unseen.exitCode, unseen.json.opened], [0, false]);
  assert.match(unseen.json.warnings.join(), /The page was not opened/);
});

test('the page tells the whole walk, also after cleanup, and names what it cannot read', async () => {
  await using box = await sandbox();
  const cwd = await project(box);
  const { session } = await upToComparison(box, cwd);
  await ok(box, cwd, 'complete-pass', '--analysis-text', 'one is better', ...session);
  const picks = ['--pick', 'sum.js=one', '--pick', 'product.js=two'];
  await ok(box, cwd, 'apply-picks', ...picks, ...session);
  await ok(box, cwd, 'cleanup', '--restore', ...session);

  const { report } = await ok(box, cwd, 'report', ...session);
  const page = await readFile(report, 'utf8');
  for (const part of [
    ...['conflict', '+export const product', '-export const old', 'one is better'],
    ...['stands in your working tree', 'apply-picks --undo', './diffs/two.diff', ', fixed'],
  ]) {
    assert.ok(page.includes(part), part);
  }

  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  await writeFile(join(report, '..', 'gates.json'), '{');
  const again = await ok(box, cwd, 'report', ...session);
  assert.match(again.warnings.join(), /gates\.json cannot be read/);
  assert.match(await readFile(report, 'utf8'), /applied and taken back/);
});

const SHAPES = `export function area(width, height) {
  // The area
  // of a rectangle.
  // It is a product.
  return width + height;
}

export function perimeter(width, height) {
  // The perimeter
  // of a rectangle.
  // It is a sum.
  return width + height;
}
`;

const SHAPES_TEST = `import assert from 'node:assert';
import { test } from 'node:test';
import { area, perimeter } from './shapes.js';
test('area', () => assert.equal(area(1, 1) > 0, true));
`;

/** Two that disagree in two functions, of which one renames what the other edits, and brings a test that is not met by the other. */
const RIVALS = {
  one: `${IMPORTS} const shapes = read('shapes.js', 'utf8');
    write('shapes.js', shapes.replace('width + height', 'width * height').replace('  return width + height', '  return 2 * (width + height)'));
    write('shapes.test.js', read('shapes.test.js', 'utf8') + "test('perimeter', () => assert.equal(perimeter(1, 2), 6));\\n");
    write('names.js', read('words.js', 'utf8')); remove('words.js'); write('spaces.js', 'export const a  = 1;\\n'); console.log('done');`,
  two: `${IMPORTS} const shapes = read('shapes.js', 'utf8');
    write('shapes.js', shapes.replace('width + height', 'height * width').replace('  return width + height', '  return width * 2 + 1'));
    write('words.js', read('words.js', 'utf8').replace("'five'", "'5'")); write('spaces.js', 'export const a = 1;\\n'); console.log('done');`,
};

test('the suggestion, its questions, evidence, cross-tests and the proof of the mix are on the page', async () => {
  await using box = await sandbox();
  const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
  const cwd = await box.repository({
    ...{
      'shapes.js': SHAPES,
      'shapes.test.js': SHAPES_TEST,
      'package.json': '{"type":"module"}\n',
    },
    'words.js': words.map((word) => `export const ${word} = '${word}';\n`).join(''),
    'AGENTS.md': '# Checks\n\nRun the tests: `node --test`\n',
    // Two equals: which comes first is not left to the ids of trees.
    ...(await scriptedModels(box.folder, RIVALS, { prefer: ['two', 'one'] })),
  });
  const { session } = await upToComparison(box, cwd);
  const { cells } = await ok(box, cwd, 'cross-tests', ...session);
  const { questions } = await ok(box, cwd, 'compare', '--suggest', ...session);
  assert.ok(questions.length > 0);
  await ok(box, cwd, 'apply-picks', '--take', 'one', '--verify', ...session);

  const { report, warnings } = await ok(box, cwd, 'report', ...session);
  assert.equal(warnings, []);
  const page = await readFile(report, 'utf8');
  const said = textOf(page);
  for (const part of [
    ...['All of two : ', 'its tests fail on base', 'How to apply it'],
    ...questions.map(({ id, about }: Record<string, string>) => `${id} ${about}`),
    ...['renamed from words.js ; edits under the old name are compared here'],
    ...["format only (white space, or what the project's formatter makes equal)"],
    ...[
      'shapes.test.js test single',
      'command base one two main mix ',
      'The gates on this mix: ✓ passed',
    ],
  ])
    assert.ok(said.includes(part), `${part}\n${said}`);
  assert.match(page, /class="add">\+ {2}return width \* height;/);
  assert.match(page, /class="add">\+ {2}return height \* width;/);
  const caught = cells.filter(({ kind }: { kind: string }) => kind === 'caught');
  assert.ok(caught.some(({ code_of }: { code_of: string }) => code_of === 'two'));
  assert.match(said, /one two ✗ caught 1 perimeter/);
  assert.match(said, /is caught by tests of none one/);

  // As an older version left it: no suggestion, no evidence, no facts of tests and renames.
  const file = join(report, '..', 'comparison.json');
  const { suggestion: _, evidence: __, files, ...rest } = JSON.parse(await readFile(file, 'utf8'));
  const older = files.map(
    ({ is_test, base, origin, moved_to, hunks, ...facts }: Record<string, unknown>) => ({
      ...facts,
      hunks: (hunks as Record<string, unknown>[]).map(({ near, decision, ...hunk }) => hunk),
    }),
  );
  await writeFile(file, JSON.stringify({ ...rest, files: older }));
  const crossTests = join(report, '..', 'cross-tests.json');
  const kept = await readFile(crossTests, 'utf8');
  await writeFile(crossTests, '{');
  const again = await ok(box, cwd, 'report', ...session);
  assert.equal([again.warnings.length, /cross-tests\.json/.test(again.warnings.join())], [1, true]);
  const old = textOf(await readFile(report, 'utf8'));
  assert.match(old, /Nothing was suggested in this pass yet/);
  assert.match(old, /No facts were gathered/);

  // What nobody picked is asked in the next pass, with the lines that fail.
  await writeFile(crossTests, kept);
  await writeFile(join(report, '..', 'picks.json'), '{"picks":[]}');
  await ok(box, cwd, 'complete-pass', '--analysis-text', 'one is better', ...session);
  const next = await ok(box, cwd, 'next-pass', ...session);
  assert.is(next.unresolved.decisions, questions.length);
  const prompt = await readFile(next.prompt, 'utf8');
  assert.match(prompt, /fail on the one that came first: is the test right, or the code\?/);
  assert.match(prompt, /- `perimeter`\n\n```text\n[\s\S]*AssertionError/);
});

test.run();
