/** From questions to a proved mix in the main tree: decisions, labels, red mixes, and what differs where the result lies. */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gated } from '../support/mix-tests.ts';
import { CHECK, RUN_CHECK } from '../support/one-process.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

const SHOP = `export const price = (items) => {
  return items.length;
};

export const label = (item) => {
  return item.name;
};

export const first = (items) => {
  return items[0];
};
`;

const TEST = `import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { first, label, price } from './shop.js';

test('price', () => assert.equal(price([]), 0));
test('label', () => assert.equal(label({ name: 'a' }), 'a'));
test('first', () => assert.equal(first(['a']), 'a'));
test('no flag', () => assert.ok(!existsSync('local.flag')));
`;

/** Both change price; claude changes label well, gpt changes first badly and adds a file with its test. */
const MODELS = {
  claude: `${IMPORTS} const shop = read('shop.js', 'utf8');
write('shop.js', shop.replace('items.length', 'items.length * 1').replace('item.name', 'String(item.name)'));
console.log('claude was here');`,
  gpt: `${IMPORTS} const shop = read('shop.js', 'utf8');
write('shop.js', shop.replace('items.length', 'items.length + 0').replace('items[0]', 'items.at(1)'));
write('more.js', 'import { price } from "./shop.js";\\n\\nexport const more = (items) => price(items) + 1;\\n');
write('more.test.js', 'import assert from "node:assert/strict";\\nimport { test } from "node:test";\\nimport { more } from "./more.js";\\ntest("more", () => assert.equal(more([]), 1));\\n');
console.log('gpt was here');`,
};

async function compared(box: Sandbox): Promise<{ cwd: string; session: string[]; pass: string }> {
  const cwd = await box.repository({
    ...{ 'shop.js': SHOP, 'shop.test.js': TEST, '.gitignore': 'local.flag\n' },
    ...{ 'package.json': '{"type":"module"}\n', ...CHECK },
    ...(await scriptedModels(box.folder, MODELS, { gates: { test: RUN_CHECK } })),
  });
  const done = await ok(box, cwd, 'execute', '--task', 'x');
  return {
    cwd,
    session: ['--session', done.session_id],
    pass: join(done.session_dir, 'pass-0001'),
  };
}

/** Every file of a working tree with its bytes, its mode and when it was written. */
async function photo(cwd: string): Promise<Json[]> {
  const names = (await readdir(cwd, { recursive: true })).filter(
    (it) => it !== '.git' && !it.startsWith('.git/'),
  );
  return Promise.all(
    names.sort().map(async (name) => {
      const { mode, mtimeMs } = await stat(join(cwd, name));
      const isFile = (await stat(join(cwd, name))).isFile();
      return [name, mode, mtimeMs, isFile ? await readFile(join(cwd, name), 'latin1') : null];
    }),
  );
}

test('a red mix leaves every byte where it is, says what is to blame, and what would be green', async () => {
  await using box = await sandbox();
  const { cwd, session, pass } = await compared(box);
  const compare = await ok(box, cwd, 'compare', '--suggest', '--full', ...session);
  assert.equal([compare.decisions, compare.suggestion.spine.model], [0, 'claude']);
  const [question] = compare.disputes;
  const facts = Object.fromEntries(compare.evidence.map((it: Json) => [it.model, it]));
  assert.equal(facts.gpt.tests.new_files, ['more.test.js']);
  assert.equal(facts.gpt.public_api.added, [{ path: 'more.js', name: 'more' }]);
  assert.equal([facts.claude.passed, facts.gpt.passed], [true, false]);
  assert.match(await readFile(compare.comparison, 'utf8'), /## Evidence[\s\S]*public names added/);

  const before = await photo(cwd);
  const mix = {
    picks: [
      { path: 'more.js', from: 'gpt' },
      { path: 'more.test.js', from: 'gpt' },
      { path: 'shop.js', from: 'claude' },
    ],
  };
  const ids = compare.files.find((it: Json) => it.path === 'shop.js').hunks;
  const bad = ids.find((it: Json) => it.decision === null && it.models[0] === 'gpt').id;
  const good = ids.find((it: Json) => it.decision === null && it.models[0] === 'claude').id;
  const red = {
    picks: [
      ...mix.picks.slice(0, 2),
      {
        path: 'shop.js',
        hunks: [
          { from: 'claude', ids: [good] },
          { from: 'gpt', ids: [bad] },
        ],
      },
    ],
  };
  const file = join(pass, 'my-picks.json');
  await writeFile(file, JSON.stringify(red));
  const plain = await box.mm(cwd, 'apply-picks', '--picks', file, '--verify', ...session);
  assert.equal([plain.exitCode, plain.json.error.code], [3, 'gates-red']);
  assert.equal(plain.json.error.details.verify.red, ['test: first']);
  assert.equal(await photo(cwd), before);

  const found = await box.mm(
    cwd,
    'apply-picks',
    '--picks',
    file,
    '--verify',
    '--search',
    ...session,
  );
  assert.equal([found.exitCode, found.json.error.code], [3, 'gates-red']);
  const { verify } = found.json.error.details;
  assert.ok(verify.culprits.includes(`shop.js (${bad}) (from gpt)`), verify.culprits.join());
  // A whole file comes before a part of one.
  assert.equal(verify.nearest_green.changed, ['shop.js: claude, gpt -> claude']);
  assert.is(verify.runs, 2);
  assert.match(found.json.error.message, /To blame: shop\.js/);
  assert.match(found.json.error.hint, /--picks .*picks\.green\.json --verify/);
  assert.equal(await photo(cwd), before);

  const green = verify.nearest_green.file;
  const answered = [
    'apply-picks',
    '--picks',
    green,
    '--pick',
    `${question.id}=claude`,
    '--verify',
    ...session,
  ];
  const applied = await ok(box, cwd, ...answered);
  assert.equal([applied.main_gates.passed, applied.main_gates.differences], [true, []]);
  assert.match(applied.next, /cleanup --restore/);
  const shop = await readFile(join(cwd, 'shop.js'), 'utf8');
  assert.match(shop, /items\.length \* 1[\s\S]*String\(item\.name\)[\s\S]*items\[0\]/);
  assert.equal(await box.git(cwd, 'diff', '--cached', '--name-only'), '');

  // What was picked is kept in its plainest form, and makes the same tree again.
  const kept = JSON.parse(await readFile(join(pass, 'picks.json'), 'utf8'));
  assert.not.match(JSON.stringify(kept), /"decision"/);
  const again = await ok(
    box,
    cwd,
    'apply-picks',
    '--picks',
    join(pass, 'picks.json'),
    '--to',
    'scratch',
    ...session,
  );
  assert.is(again.tree, applied.tree);
});

/** Each of three models mends or spoils what is there, and adds a function in the same place, with what uses it. */
function lister(right: boolean, name: string, body: string) {
  const user = `import { ${name} } from './list.js';\n\nexport const use = (list) => ${name}(list);\n`;
  return {
    'list.js': LIST.replace('list[1]', right ? 'list.at(0)' : 'list.at(-1)').replace(
      '// end\n',
      `export const ${name} = (list) => ${body};\n`,
    ),
    [`use-${name}.js`]: user,
    [`use-${name}.test.js`]: `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { use } from './use-${name}.js';\n\ntest('use of ${name}', () => assert.equal(use([3, 1]), ${name === 'least' ? 1 : name === 'sum' ? 4 : 2}));\n`,
  };
}

const LIST = `export const first = (list) => list[1];

export const isEmpty = (list) => list.length === 0;

// end
`;

test('three models add to the same place of one file: the whole version that is green is found in four runs', async () => {
  await using box = await ownSandbox();
  const base = {
    ...{ 'package.json': '{"type":"module"}\n', 'list.js': LIST, ...CHECK },
    'list.test.js':
      "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { first } from './list.js';\n\ntest('first', () => assert.equal(first([1, 2, 3]), 1));\n",
  };
  const models = {
    claude: lister(false, 'sum', 'list.reduce((all, one) => all + one)'),
    gemini: lister(false, 'count', 'list.length'),
    gpt: lister(true, 'least', 'Math.min(...list)'),
  };
  const { cwd, words } = await gated(box, { base, models });
  const { files } = await ok(box, cwd, 'compare', '--full', ...words);
  const { hunks } = files.find((it: Json) => it.path === 'list.js');
  const idOf = (model: string, at: number) =>
    hunks.filter((it: Json) => it.models.includes(model)).at(at).id;
  const starts = [
    [{ path: 'list.js', from: 'claude' }],
    [{ path: 'list.js', hunks: [{ from: 'gpt', ids: [idOf('gpt', -1)] }] }],
    [
      {
        path: 'list.js',
        hunks: [
          { from: 'claude', ids: [idOf('claude', 0)] },
          { from: 'gpt', ids: [idOf('gpt', -1)] },
        ],
      },
    ],
  ];
  const users = ['use-least.js', 'use-least.test.js'].map((path) => ({ path, from: 'gpt' }));
  for (const picks of starts) {
    const text = JSON.stringify({ picks: [...picks, ...users] });
    const apply = ['apply-picks', '--picks-text', text, '--verify', '--search', ...words];
    const { error } = (await box.mm(cwd, ...apply)).json;
    assert.is(error.code, 'gates-red');
    const { runs, nearest_green } = error.details.verify;
    assert.ok(runs <= 4, `${runs} runs`);
    const list = nearest_green?.picks.find((it: Json) => it.path === 'list.js');
    assert.equal(list, { path: 'list.js', from: 'gpt' });
  }
});

test('where the main tree differs from the proof, it is said why', async () => {
  await using box = await sandbox();
  const { cwd, session } = await compared(box);
  await writeFile(join(cwd, 'local.flag'), '');
  const take = ['apply-picks', '--take', 'claude', '--verify', ...session];
  const flagged = await ok(box, cwd, ...take);
  assert.is(flagged.verify.passed, true);
  assert.equal(
    flagged.main_gates.differences.map((it: Json) => [it.gate, it.proof, it.main, it.because]),
    [['test', 'pass', 'fail', 'environment']],
  );
  assert.match(flagged.warnings.join(), /main: test is fail here.*git ignores/);
  await ok(box, cwd, 'apply-picks', '--undo', ...session);
  await rm(join(cwd, 'local.flag'));
  const own =
    "import { test } from 'node:test';\n\ntest('mine', () => { throw new Error('not yet'); });\n";
  await writeFile(join(cwd, 'mine.test.js'), own);
  const dirty = await ok(box, cwd, ...take);
  const [difference] = dirty.main_gates.differences;
  assert.is(difference.because, 'user-changes');
  assert.match(difference.detail, /mine\.test\.js/);
  assert.is(await readFile(join(cwd, 'mine.test.js'), 'utf8'), own);
});

test('what a picked file needs is told before anything runs; blind: no name and no order of models, whatever labels were drawn; picks by label', async () => {
  await using box = await sandbox();
  const { cwd, session, pass } = await compared(box);
  // Only unpicked versions have it.
  const picks = ['apply-picks', '--pick', 'more.test.js=gpt', '--dry-run', ...session];
  const { missing, warnings } = await ok(box, cwd, ...picks);
  assert.equal(
    missing.map((it: Json) => [it.needed_by, it.brings, it.pick]),
    [[['more.test.js'], ['more.js', 'more'], { path: 'more.js', from: 'gpt' }]],
  );
  assert.match(warnings.join(), /more\.js.*--pick more\.js=gpt/);
  const both = await ok(box, cwd, 'apply-picks', '--take', 'gpt', '--dry-run', ...session);
  assert.equal(both.missing, []);

  const drawn = new Map<string, Json>();
  for (let draw = 0; draw < 12 && drawn.size < 2; draw++) {
    await rm(join(pass, 'label-map.json'), { force: true });
    const { stdout, json, stderr } = await box.mm(
      cwd,
      'compare',
      '--blind',
      '--suggest',
      '--full',
      ...session,
    );
    assert.not.match(stdout + stderr, /claude|gpt/);
    for (const file of [json.comparison, json.suggestion.file])
      assert.not.match(await readFile(file, 'utf8'), /claude|gpt/);
    assert.equal(
      json.models.map((it: Json) => it.model),
      ['A', 'B'],
    );
    assert.equal(
      json.evidence.map((it: Json) => [it.model, it.duration_ms, it.cost_usd]),
      [
        ['A', null, null],
        ['B', null, null],
      ],
    );
    for (const { versions } of json.files)
      assert.equal(
        versions,
        [...versions].sort((a: Json, b: Json) => (a.model < b.model ? -1 : 1)),
      );
    const labels = JSON.parse(await readFile(join(pass, 'label-map.json'), 'utf8'));
    // The diffs are what the labels say.
    for (const [label, model] of Object.entries(labels))
      assert.is(
        await readFile(json.diffs[label], 'utf8'),
        await readFile(join(pass, `diffs/${model}.diff`), 'utf8'),
      );
    drawn.set(labels.A, { labels, ids: json.disputes.map((it: Json) => it.id) });
  }
  assert.equal([...drawn.keys()].sort(), ['claude', 'gpt'], 'both orders came up');
  const ids = [...drawn.values()].map((it) => it.ids);
  assert.equal(ids[0], ids[1], 'ids know no labels');
  const labels = JSON.parse(await readFile(join(pass, 'label-map.json'), 'utf8'));
  const [label = ''] = Object.entries(labels).find(([, model]) => model === 'gpt') ?? [];
  const scratch = ['--to', 'scratch', ...session];
  const named = await ok(box, cwd, 'apply-picks', '--pick', 'more.js=gpt', ...scratch);
  const labelled = await ok(box, cwd, 'apply-picks', '--pick', `more.js=${label}`, ...scratch);
  assert.is(labelled.tree, named.tree);
  const { labels: shown } = await ok(box, cwd, 'compare', '--reveal', ...session);
  assert.equal(shown, labels);
});

test.run();
