/** A tree that asks for other packages than base: they are taken from a model, installed, or named; no code is blamed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packPackage } from '../support/pack-package.ts';
import { type Json, type Sandbox, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

const QUIET = ['--silent', '--no-audit', '--no-fund', '--offline'];

const npm = (box: Sandbox, cwd: string, ...words: string[]) =>
  execFileSync('npm', [...words, ...QUIET], { cwd, env: box.env, stdio: 'ignore' });

const run = (program: string, ...words: string[]) =>
  `${IMPORTS} import { execFileSync } from 'node:child_process'; execFileSync(${JSON.stringify(program)}, ${JSON.stringify(words)}, { stdio: 'ignore' });`;

const install = (archive: string) => run('npm', 'install', archive, ...QUIET);

const MAKES = "import { up } from 'one';\nexport const make = (s) => up(s);\n";

const TEST = `import assert from 'node:assert'; import { test } from 'node:test'; import { base } from 'basic'; import { make } from '../src/make.js';
test('base', () => assert.equal(base, 1)); test('make', () => assert.equal(typeof make('A b'), 'string'));\n`;

async function npmProject(box: Sandbox, models: Record<string, string>): Promise<string> {
  const basic = await packPackage(box, 'basic', 'export const base = 1;');
  const cwd = await box.repository({
    'package.json': `${JSON.stringify({ name: 'x', version: '1.0.0', type: 'module', scripts: { test: 'node --test test/' } }, null, 2)}\n`,
    '.gitignore': 'node_modules/\n',
    'src/make.js': 'export const make = (s) => s;\n',
    'test/make.test.js': TEST,
    ...(await scriptedModels(box.folder, models)),
  });
  npm(box, cwd, 'install', basic);
  await box.git(cwd, 'add', '--all');
  await box.git(cwd, 'commit', '--quiet', '--message', 'with its dependency');
  return cwd;
}

async function captured(box: Sandbox, cwd: string) {
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const words = ['--session', started.session_id];
  const { worktrees } = await ok(box, cwd, 'make-worktrees', ...words);
  await ok(box, cwd, 'run-model', '--all', ...words);
  await ok(box, cwd, 'capture-diff', '--all', ...words);
  return { words, worktrees };
}

const verdictsOf = ({ results }: Json) =>
  Object.fromEntries(
    results.map((it: Json) => [
      it.target,
      [it.gates[0].status, it.gates[0].verdict, it.gates[0].missing_dependencies, it.passed],
    ]),
  );

test('a mix of two models’ packages is installed from the cache; nothing is installed in the main tree', async () => {
  await using box = await sandbox();
  const [one, two] = [
    await packPackage(box, 'one', 'export const up = (s) => s.toUpperCase();'),
    await packPackage(box, 'two', 'export const low = (s) => s.toLowerCase();'),
  ];
  const cwd = await npmProject(box, {
    first: `${install(one)} write('src/make.js', ${JSON.stringify(MAKES)});`,
    second: `${install(two)} write('src/low.js', "export { low } from 'two';\\n"); write('test/low.test.js', "import { test } from 'node:test'; import assert from 'node:assert'; import { low } from '../src/low.js'; test('low', () => assert.equal(low('A'), 'a'));\\n");`,
  });
  const { words, worktrees } = await captured(box, cwd);
  assert.equal(verdictsOf(await ok(box, cwd, 'gates', '--all', '--base', ...words)), {
    base: ['pass', null, [], true],
    first: ['pass', 'ok', [], true],
    second: ['pass', 'ok', [], true],
  });
  // As somebody would put it together who wants both, the lockfile left as it was.
  const clone = join(box.folder, 'clone');
  await box.git(cwd, 'clone', '--quiet', cwd, clone);
  for (const { path } of worktrees)
    execFileSync('cp', ['-R', join(path, 'src'), join(path, 'test'), clone]);
  await writeFile(join(clone, 'src/make.js'), MAKES);
  const manifest = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
  for (const archive of [one, two])
    manifest.dependencies[basename(archive).slice(0, 3)] = `file:../packages/${basename(archive)}`;
  await writeFile(join(clone, 'package.json'), JSON.stringify(manifest));
  await box.git(clone, 'add', '--all');
  await box.git(clone, 'commit', '--quiet', '--message', 'mix');
  await box.git(cwd, 'fetch', '--quiet', clone, 'HEAD');
  const tree = await box.git(cwd, 'rev-parse', 'FETCH_HEAD');
  const mixed = await ok(box, cwd, 'gates', '--tree', tree, ...words);
  assert.equal(
    mixed.results[0].gates.map((it: Json) => [it.status, it.tests]),
    [['pass', { ran: 3, failed: 0 }]],
  );
  assert.is(existsSync(join(cwd, 'node_modules/one')), false);
  assert.is(await box.git(cwd, 'status', '--porcelain'), '');
});

test('what cannot be had is named, is no proof, and blames nobody; a package that was taken away is gone', async () => {
  await using box = await sandbox();
  const edit = (change: string) =>
    `${IMPORTS} for (const file of ['package.json', 'package-lock.json']) { const it = JSON.parse(read(file, 'utf8')); ${change}; write(file, JSON.stringify(it, null, 2) + '\\n'); }`;
  const cwd = await npmProject(box, {
    // Written by hand, without a network.
    hand: `${edit("if (file === 'package.json') it.dependencies['not-to-be-had'] = '^1.0.0'")} write('src/make.js', "import { x } from 'not-to-be-had';\\nexport const make = (s) => x(s);\\n");`,
    // The tests still use it.
    without: edit(
      "delete it.dependencies; if (it.packages) { delete it.packages[''].dependencies; delete it.packages['node_modules/basic'] }",
    ),
    script: edit("if (it.scripts) it.scripts.hello = 'echo hello'"),
  });
  const { words } = await captured(box, cwd);
  const gated = await ok(box, cwd, 'gates', '--all', '--base', ...words);
  assert.equal(verdictsOf(gated), {
    base: ['pass', null, [], true],
    hand: ['fail', 'missing-dependency', ['not-to-be-had'], false],
    without: ['fail', 'introduced', [], false],
    script: ['pass', 'ok', [], true],
  });
  assert.match(gated.warnings.join('\n'), /hand: test is red, and packages .*not-to-be-had/);
  await ok(box, cwd, 'compare', ...words);
  const refused = await box.mm(cwd, 'apply-picks', '--take', 'hand', '--verify', ...words);
  assert.is(refused.exitCode, 3);
  assert.match(refused.json.error.message, /test \(missing dependency: not-to-be-had\)/);
  assert.match(refused.json.error.hint, /No code is to blame.*network/);
  assert.is(existsSync(join(cwd, 'node_modules/basic')), true);
});

test('the first dependency of a project: a mix has it, and what is only written down is installed', async () => {
  await using box = await sandbox();
  const one = await packPackage(box, 'one', 'export const up = (s) => s.toUpperCase();');
  const test =
    "import { test } from 'node:test'; import { make } from '../src/make.js'; test('make', () => make('a'));\n";
  const cwd = await box.repository({
    'package.json': '{"name":"x","type":"module","scripts":{"test":"node --test test/"}}\n',
    '.gitignore': 'node_modules/\n',
    'src/make.js': 'export const make = (s) => s;\n',
    'test/make.test.js': test,
    ...(await scriptedModels(box.folder, {
      installs: `${install(one)} write('src/make.js', ${JSON.stringify(MAKES)});`,
      writes: `${install(one)} remove('node_modules', { recursive: true }); write('src/make.js', ${JSON.stringify(MAKES)}); write('NOTES.md', 'x');`,
    })),
  });
  const { words } = await captured(box, cwd);
  assert.equal(verdictsOf(await ok(box, cwd, 'gates', '--all', '--base', ...words)), {
    base: ['pass', null, [], true],
    installs: ['pass', 'ok', [], true],
    writes: ['pass', 'ok', [], true],
  });
  await ok(box, cwd, 'compare', ...words);
  const mix = ['apply-picks', '--take', 'installs', '--pick', 'NOTES.md=writes', '--verify'];
  const { verify } = await ok(box, cwd, ...mix, ...words);
  assert.is(verify.gates[0].status, 'pass');
  assert.is(existsSync(join(cwd, 'node_modules')), false);
});

test('through a link nothing is installed: what lies behind it is the user’s', async () => {
  await using box = await sandbox();
  const one = await packPackage(box, 'one', 'export const up = (s) => s.toUpperCase();');
  const cwd = await npmProject(box, {
    hand: `${IMPORTS} const it = JSON.parse(read('package.json', 'utf8')); it.dependencies.one = 'file:${one}'; write('package.json', JSON.stringify(it)); write('src/make.js', ${JSON.stringify(MAKES)});`,
  });
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const words = ['--session', started.session_id];
  await ok(box, cwd, 'make-worktrees', '--link', 'node_modules', ...words);
  await ok(box, cwd, 'run-model', '--all', ...words);
  await ok(box, cwd, 'capture-diff', '--all', ...words);
  const gated = await ok(box, cwd, 'gates', '--all', '--base', ...words);
  assert.equal(verdictsOf(gated).hand, ['fail', 'missing-dependency', ['one'], false]);
  assert.equal(await readdir(join(cwd, 'node_modules')), ['.package-lock.json', 'basic']);
});

/** A wheel is an archive with its files and a list of them. */
const WHEEL = `import sys, zipfile
name, text, folder = sys.argv[1:]
info = f'{name}-1.0.dist-info'
with zipfile.ZipFile(f'{folder}/{name}-1.0-py3-none-any.whl', 'w') as it:
    it.writestr(f'{name}.py', text)
    it.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')
    it.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    it.writestr(f'{info}/RECORD', '')
`;

test('pip: a mix has the environment of the model that installed its requirements, and alone it is installed', async () => {
  await using box = await sandbox();
  const wheels = join(box.folder, 'wheels');
  await mkdir(wheels);
  for (const name of ['basic', 'slugger'])
    execFileSync('python3', ['-c', WHEEL, name, `name = '${name}'`, wheels]);
  const code = `write('requirements.txt', 'basic\\nslugger\\n'); write('make.py', 'from slugger import name\\n');`;
  const gone = `write('requirements.txt', 'basic\\nnot-to-be-had\\n'); write('make.py', 'from not_to_be_had import name\\n');`;
  const cwd = await box.repository({
    'requirements.txt': 'basic\n',
    '.gitignore': '.venv/\n__pycache__/\n',
    'make.py': "name = 'none'\n",
    'test_make.py':
      'import unittest, basic, make\nclass T(unittest.TestCase):\n    def test_make(self): self.assertTrue(make.name)\n',
    ...(await scriptedModels(box.folder, {
      installs: `${run('.venv/bin/python', '-m', 'pip', 'install', '--no-index', '--find-links', wheels, 'slugger')} ${code}`,
      writes: `${IMPORTS} ${code} write('more.py', '');`,
      cannot: `${IMPORTS} ${gone}`,
    })),
  });
  execFileSync('python3', ['-m', 'venv', '.venv'], { cwd });
  const pip = ['-m', 'pip', 'install', '-q', '--no-index', '--find-links', wheels, 'basic'];
  execFileSync('.venv/bin/python', pip, { cwd });
  const { words } = await captured(box, cwd);
  const gate = ['--gate', 'test=python -m unittest'];
  const gated = await ok(box, cwd, 'gates', '--all', '--base', ...gate, ...words);
  assert.equal(verdictsOf(gated), {
    base: ['pass', null, [], true],
    cannot: ['fail', 'missing-dependency', ['not-to-be-had'], false],
    installs: ['pass', 'ok', [], true],
    writes: ['fail', 'missing-dependency', ['slugger'], false],
  });
  await ok(box, cwd, 'compare', ...words);
  const mix = ['apply-picks', '--take', 'installs', '--pick', 'more.py=writes', '--verify'];
  const { verify, main_gates } = await ok(box, cwd, ...mix, ...words);
  assert.equal(
    verify.gates.map((it: Json) => [it.status, it.tests]),
    [['pass', { ran: 1, failed: 0 }]],
  );
  const [difference] = main_gates.differences;
  assert.is(difference.because, 'missing-dependency');
  assert.match(difference.detail, /not installed in your tree yet: slugger/);

  // Where the user's own configuration says where packages are, they are installed from there.
  box.env.PIP_FIND_LINKS = wheels;
  const again = await ok(box, cwd, 'gates', '--model', 'writes', ...gate, ...words);
  assert.equal(verdictsOf(again).writes, ['pass', 'ok', [], true]);
  assert.is(existsSync(join(cwd, '.venv/bin')), true);
  const main = ['-c', 'import slugger'];
  assert.throws(() => execFileSync('.venv/bin/python', main, { cwd, stdio: 'ignore' }));
});

test.run();
