/** What runners are asked, and that it changes nothing else. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseGateOption } from '../../../scripts/lib/gates/gate.ts';
import { runGates } from '../../../scripts/lib/gates/run.ts';
import { askForReport } from '../../../scripts/lib/gates/runners/ask.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TEST =
  "const { test } = require('node:test');\ntest('adds', () => {});\ntest('halves', () => { throw new Error('no half'); });\n";

async function project(files: Record<string, string>) {
  const folder = await temporaryFolder();
  const cwd = join(folder.path, 'tree');
  await mkdir(cwd);
  for (const [path, text] of Object.entries(files)) await writeFile(join(cwd, path), text);
  const asked = async (command: string, env: NodeJS.ProcessEnv = {}) => {
    await using asking = await askForReport({ command }, { cwd, folder: `${cwd}-reports`, env });
    if (asking === null) return null;
    const own = Object.entries(asking.env).filter(([name, value]) => env[name] !== value);
    const changed = asking.command === command ? [] : [asking.command];
    return [...changed, ...own.map(([name, value]) => `${name}=${value}`)]
      .join(' ')
      .replaceAll(/[^\s=]*\/tree-reports\/[\da-f]{8}-/g, '…/');
  };
  const run = async (command: string) => {
    const [result] = await runGates({
      ...{ directory: cwd, gates: [parseGateOption(`test=${command}`)], label: 'gpt' },
      ...{ logDirectory: join(folder.path, 'logs'), timeoutMs: 60_000, mark: 'ask-test' },
      apart: { temporary: join(folder.path, 'tmp'), port: 20_000 },
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    if (result === undefined) throw new Error('no result');
    return result;
  };
  const { path } = folder;
  return { path, cwd, asked, run, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const scripts = (test: string, more = {}) => ({
  'package.json': JSON.stringify({ scripts: { test, ...more } }),
});

const cases: [
  title: string,
  files: Record<string, string>,
  command: string,
  asked: string | null,
  env?: NodeJS.ProcessEnv,
][] = [
  ['an unknown runner', {}, 'make test', null],
  ['node:test', {}, 'node --test', 'NODE_OPTIONS=--test-reporter=…/node-test.mjs'],
  [
    'node:test, with options of the user',
    scripts('node --test'),
    'npm test',
    'NODE_OPTIONS=--enable-source-maps --test-reporter=…/node-test.mjs',
    { NODE_OPTIONS: '--enable-source-maps' },
  ],
  [
    'node:test with a reporter of its own',
    scripts('node --test --test-reporter=dot'),
    'npm test',
    null,
  ],
  [
    'jest as a script',
    scripts('jest'),
    'npm test',
    'npm test -- --json --outputFile=…/jest.report',
  ],
  [
    'jest by pnpm',
    scripts('jest --ci'),
    'pnpm test',
    'pnpm test --json --outputFile=…/jest.report',
  ],
  ['jest in a chain', scripts('eslint . && jest'), 'npm test', null],
  ['jest behind a wrapper', scripts('c8 jest'), 'npm test', null],
  ['jest with a report of its own', scripts('jest --json'), 'npm test', null],
  [
    'vitest',
    {},
    'npx vitest run',
    'npx vitest run --reporter=default --reporter=json --outputFile.json=…/vitest.report',
  ],
  [
    'vitest with reporters in its settings',
    { 'vitest.config.ts': "export default { test: { reporters: ['dot'] } };" },
    'npx vitest run',
    null,
  ],
  ['mocha', scripts('mocha'), 'npm test', 'MOCHA_OPTIONS=--reporter …/mocha.cjs'],
  [
    'mocha told a reporter',
    { ...scripts('mocha'), '.mocharc.json': '{"reporter":"dot"}' },
    'npm test',
    null,
  ],
  ['pytest', {}, 'pytest', 'PYTEST_ADDOPTS=--junit-xml=…/pytest.report -o junit_family=xunit1'],
  [
    'pytest with a report of its own',
    { 'tox.ini': '[pytest]\naddopts = --junitxml=a.xml\n' },
    'pytest',
    null,
  ],
  [
    'rspec',
    { '.rspec': '--color\n' },
    'rspec',
    'SPEC_OPTS=--format progress --format json --out …/rspec.report',
  ],
  ['rspec told a format', { '.rspec': '--format documentation\n' }, 'rspec', null],
  ['phpunit', {}, 'vendor/bin/phpunit', 'vendor/bin/phpunit --log-junit …/phpunit.report'],
];
for (const [title, files, command, expected, env] of cases) {
  test(`${title}: ${expected ?? 'nothing is asked'}`, async () => {
    await using it = await project(files);
    assert.is(await it.asked(command, env), expected);
    assert.equal(await readdir(it.path), ['tree']);
  });
}

test('a folder with a space is not asked with', async () => {
  await using it = await project({});
  const place = { cwd: it.cwd, folder: join(it.path, 'a b'), env: {} };
  assert.is(await askForReport({ command: 'node --test' }, place), null);
});

test('a run that is asked prints what it prints, and tells its tests', async () => {
  await using it = await project({ 'a.test.js': TEST });
  const red = await it.run('node --test');
  assert.equal([red.outcomes?.failed, red.outcomes?.passed], [['halves'], ['adds']]);
  assert.match(red.tail, /✖ halves\nError: no half/);
  assert.not.match(await readFile(red.log, 'utf8'), /report/);
  assert.equal((await readdir(it.path)).sort(), ['logs', 'tree']);
  assert.equal(await readdir(it.cwd), ['a.test.js']);
});

test('what cannot bear to be asked runs once more without', async () => {
  await using it = await project({
    'a.test.js': TEST.replace("throw new Error('no half');", ''),
    // Two reporters and one place: Node refuses that.
    'check.sh': 'echo run >> ../runs; exec node --test --test-reporter=tap\n',
    ...scripts('sh check.sh', { other: 'node --test' }),
  });
  const result = await it.run('sh check.sh');
  assert.equal([result.status, result.flaky], ['pass', false]);
  assert.equal(result.outcomes?.passed, ['adds', 'halves']);
  assert.is(await readFile(join(it.path, 'runs'), 'utf8'), 'run\nrun\n');
});

test.run();
