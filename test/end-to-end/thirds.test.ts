/** The whole procedure on a clone of this repository: three models do a third of the task well, and spoil the others. */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { ownClone } from '../support/own-clone.ts';
import { type Json, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

const NEEDED =
  'uvu dequal diff kleur mri sade esbuild @esbuild fastest-levenshtein @biomejs .bin'.split(' ');

const [NEAREST, SHELL, BYTES] = ['nearest', 'shell-word', 'same-bytes'].map(
  (name) => `scripts/lib/${name}.ts`,
) as [string, string, string];

/** Base has no test of this one. */
const SHELL_TEST = `import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandLine } from '../scripts/lib/shell-word.ts';

test('words with spaces are quoted', () => assert.is(commandLine(['a b', 'c']), "'a b' c"));

test.run();
`;

const GOOD = {
  [NEAREST]: `
/** The one known name closest to what was typed; null when nothing is close. */
export function nearestName(typed: string, known: Iterable<string>): string | null {
  return nearestNames(typed, known, 1)[0] ?? null;
}
`,
  [SHELL]: `
/** Whether a word has to be quoted for a shell. */
export function needsQuotes(word: string): boolean {
  return shellWord(word) !== word;
}
`,
  [BYTES]: `
/** Whether all files hold the same. */
export function haveAllSameBytes(files: readonly string[]): boolean {
  const [first, ...others] = files;
  return first === undefined || others.every((other) => haveSameBytes(first, other));
}
`,
};

const TESTS = {
  alpha: [
    'test/nearest.test.ts',
    'nearestName',
    "test('the nearest name', () => assert.is(nearestName('tets', ['test', 'best']), 'test'));",
  ],
  beta: [
    'test/shell-word.test.ts',
    'needsQuotes',
    "test('needs quotes', () => assert.equal([needsQuotes('a b'), needsQuotes('ab')], [true, false]));",
  ],
  gamma: [
    'test/same-bytes.test.ts',
    'haveAllSameBytes',
    "test('all the same', () => assert.is(haveAllSameBytes([import.meta.filename, import.meta.filename]), true));",
  ],
} as const;

/** Breaks a file in a way of its own, so that no two models break it alike. */
const SPOILED: Record<string, Record<string, [from: string, to: string]>> = {
  alpha: {
    [SHELL]: ["return words.map(shellWord).join(' ');", "return words.join(' ');"],
    [BYTES]: [
      'if (size !== fstatSync(b).size) return false;',
      'if (size !== fstatSync(b).size) return true;',
    ],
  },
  beta: {
    [NEAREST]: ['.slice(0, most)', '.slice(0, 0 * most)'],
    [BYTES]: ['!== 0) return false;', '!== 0) return true;'],
  },
  gamma: {
    [NEAREST]: [
      'const limit = Math.max(2, Math.floor(typed.length / 2));',
      'const limit = Math.min(0, typed.length);',
    ],
    [SHELL]: ['.test(word) ? word', '.test(word) ? word + word'],
  },
};

/** Adds its own third with a test, and breaks the two others. */
function modelProgram(name: keyof typeof TESTS, third: string): string {
  const [testFile, imported, testCode] = TESTS[name];
  const source = third.slice(third.lastIndexOf('/') + 1);
  return `${IMPORTS}
const replace = (path, from, to) => {
  const text = read(path, 'utf8');
  if (!text.includes(from)) throw new Error(path + ' has no ' + from);
  write(path, text.replace(from, () => to));
};
write(${JSON.stringify(third)}, read(${JSON.stringify(third)}, 'utf8') + ${JSON.stringify(GOOD[third])});
replace(${JSON.stringify(testFile)}, '\\ntest.run();', ${JSON.stringify(`\n${testCode}\n\ntest.run();`)});
const text = read(${JSON.stringify(testFile)}, 'utf8');
write(${JSON.stringify(testFile)}, text.replace(/import \\{ ([^}]*) \\} from '..\\/scripts\\/lib\\/${source.replace('.', '\\.')}'/, (_, names) => {
  const all = [...names.split(', '), ${JSON.stringify(imported)}].sort();
  return "import { " + all.join(', ') + " } from '../scripts/lib/${source}'";
}));
for (const [path, [from, to]] of Object.entries(${JSON.stringify(SPOILED[name])})) replace(path, from, to);
console.log('did it all');`;
}

const MODELS = {
  alpha: modelProgram('alpha', NEAREST),
  beta: modelProgram('beta', SHELL),
  gamma: modelProgram('gamma', BYTES),
};

const CHANGED = `${NEAREST} ${SHELL} ${BYTES} test/nearest.test.ts test/shell-word.test.ts`;

/** Formats and lints at once, and no tsx: dozens of mixes are asked. */
const GATES = [
  `lint=node_modules/.bin/biome check --error-on-warnings ${CHANGED}`,
  ...['nearest', 'shell-word', 'same-bytes'].map(
    (it) =>
      `${it}=node_modules/.bin/esbuild test/${it}.test.ts --bundle --platform=node --format=esm --target=node20 --log-level=warning --outfile=$TMPDIR/${it}.mjs && node $TMPDIR/${it}.mjs`,
  ),
];

test('three good thirds become one green whole', async () => {
  await using box = await sandbox();
  const clone = await ownClone(box, NEEDED);
  const files = {
    'test/shell-word.test.ts': SHELL_TEST,
    ...(await scriptedModels(box.folder, MODELS)),
  };
  for (const [path, content] of Object.entries(files)) await writeFile(join(clone, path), content);
  await box.git(clone, 'add', '--all');
  await box.git(clone, 'commit', '--quiet', '--message', 'a test of shell words');
  await writeFile(join(clone, 'notes.txt'), 'my own\n');

  const started = await ok(
    box,
    clone,
    'start-session',
    '--task',
    'Three helpers',
    '--host',
    'none',
    '--user-changes',
    'include',
  );
  const session = ['--session', started.session_id];
  await ok(box, clone, 'make-worktrees', ...session);
  await ok(box, clone, 'run-model', '--all', ...session);
  await ok(box, clone, 'capture-diff', '--all', ...session);
  const gates = GATES.flatMap((gate) => ['--gate', gate]);
  const { markdown } = await ok(box, clone, 'gates', '--all', '--base', ...gates, ...session);
  const record = JSON.parse(await readFile(join(markdown, '../gates.json'), 'utf8'));
  assert.equal(
    record.results.map(({ target, passed }: Json) => [target, passed]),
    [
      ['base', true],
      ['alpha', false],
      ['beta', false],
      ['gamma', false],
    ],
  );
  const { suggestion } = await ok(box, clone, 'compare', '--suggest', ...session);
  const apply = ['--verify', '--search', ...session];
  const red = await box.mm(clone, 'apply-picks', '--picks', suggestion.file, ...apply);
  assert.is(red.json.error.code, 'gates-red', red.stdout);
  const { verify } = red.json.error.details;
  assert.ok(verify.runs <= 41, `${verify.runs} runs`);
  if (process.env.MM_SHOW_NUMBERS) console.error(verify.runs, verify.search, verify.nearest_green);
  assert.equal(await box.git(clone, 'status', '--porcelain'), '?? notes.txt');
  const applied = await ok(
    box,
    clone,
    'apply-picks',
    '--picks',
    verify.nearest_green.file,
    ...apply,
  );
  assert.is(applied.main_gates.passed, true);
  for (const [path, good] of Object.entries(GOOD)) {
    const text = await readFile(join(clone, path), 'utf8');
    assert.is(text, (await readFile(join(skillFolder, path), 'utf8')) + good, path);
  }
  for (const gate of GATES) {
    const command = gate.slice(gate.indexOf('=') + 1);
    execFileSync('sh', ['-c', command], { cwd: clone, env: box.env, stdio: 'pipe' });
  }
  assert.equal((await ok(box, clone, 'cleanup', '--restore', ...session)).kept, []);
  const { summary } = await ok(box, clone, 'finish-session', ...session);
  const told = await readFile(summary, 'utf8');
  for (const model of Object.keys(MODELS)) assert.match(told, new RegExp(model));
  assert.is(await readFile(join(clone, 'notes.txt'), 'utf8'), 'my own\n');
});

test.run();
