/** Gates of real projects in fresh worktrees: nothing is installed there, and each model is judged test by test. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Files, type Json, type Sandbox, sandbox, writeFiles } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

/** What a model does to files: `write('path', 'text')`. */
type Models = Record<string, string>;

async function gated(
  box: Sandbox,
  {
    files,
    models,
    untracked,
  }: { files: Files; models: Models; untracked: (cwd: string) => Promise<unknown> },
): Promise<{
  cwd: string;
  gates: Json[];
  captures: Json[];
  worktrees: Json[];
  results: Json;
  session: string[];
}> {
  const scripts = Object.entries(models).map(([name, code]) => [
    name,
    `${IMPORTS} ${code}; console.log('done');`,
  ]);
  const cwd = await box.repository({
    ...files,
    ...(await scriptedModels(box.folder, Object.fromEntries(scripts))),
  });
  await untracked(cwd);
  const { gates } = await ok(box, cwd, 'gates', '--discover');
  const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
  const session = ['--session', started.session_id];
  const { worktrees } = await ok(box, cwd, 'make-worktrees', ...session);
  await ok(box, cwd, 'run-model', '--all', ...session);
  const { captures } = await ok(box, cwd, 'capture-diff', '--all', ...session);
  const { results } = await ok(box, cwd, 'gates', '--all', '--base', '--jobs', '2', ...session);
  const byTarget = Object.fromEntries(results.map((it: Json) => [it.target, it]));
  return { cwd, gates, captures, worktrees, results: byTarget, session };
}

const named = (gates: Json[]) => gates.map((it) => `${it.name}: ${it.command}`);
const summary = ({ gates }: Json) =>
  gates.map((it: Json) => `${it.name} ${it.status} ${it.verdict}`);

test('npm: a workspace with node_modules and .env, revealed by a model in .gitignore', async () => {
  await using box = await sandbox();
  const nodeTest = (body: string) =>
    `import assert from 'node:assert';\nimport { test } from 'node:test';\n${body}`;
  const { captures, worktrees, results, gates, cwd } = await gated(box, {
    files: {
      '.gitignore': 'node_modules/\n.env\n',
      'package.json':
        '{"private":true,"type":"module","workspaces":["packages/*"],"scripts":{"test":"node --test"}}\n',
      'package-lock.json': '{"name":"w","lockfileVersion":3,"packages":{}}\n',
      'packages/one/package.json':
        '{"name":"@us/one","version":"1.0.0","type":"module","main":"index.js"}\n',
      'packages/one/index.js': 'export const one = () => 1;\n',
      'packages/two/package.json': '{"name":"@us/two","version":"1.0.0","type":"module"}\n',
      'packages/two/two.test.js': nodeTest(
        "import { readFileSync } from 'node:fs';\nimport { one } from '@us/one';\nimport { far } from 'far';\n" +
          "test('adds', () => assert.equal(one() + 1, 2));\ntest('knows what is far', () => assert.equal(far, 'away'));\n" +
          "test('has its settings', () => assert.match(readFileSync(new URL('../../.env', import.meta.url), 'utf8'), /A_TOKEN/));\n",
      ),
    },
    models: {
      breaks: "write('packages/one/index.js', 'export const one = () => 7;\\n')",
      reveals:
        "write('.gitignore', ''); write('packages/one/index.js', 'export const one = () => 1; // ' + read('.env', 'utf8').trim() + '\\n')",
    },
    untracked: async (at) => {
      // Without anything to fetch it makes the links between the packages.
      const words = ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock'];
      execFileSync('npm', words, { cwd: at, env: box.env, stdio: 'ignore' });
      await writeFiles(at, {
        '.env': 'A_TOKEN=swordfish-77\n',
        'node_modules/far/package.json': '{"name":"far","type":"module","main":"index.js"}',
        'node_modules/far/index.js': "export const far = 'away';\n",
      });
    },
  });
  assert.equal(named(gates), ['test: npm test']);
  assert.equal(
    worktrees[0].provided.map((it: Json) => it.path),
    ['.env', 'node_modules'],
  );
  assert.equal(summary(results.base), ['test pass null']);
  assert.equal(summary(results.breaks), ['test fail introduced']);
  assert.equal(results.breaks.gates[0].broken_tests, ['adds']);
  assert.equal(summary(results.reveals), ['test pass ok']);
  const revealed = captures.find((it) => it.model === 'reveals');
  assert.equal(
    revealed.files.map((it: Json) => it.path),
    ['.gitignore', 'packages/one/index.js'],
  );
  assert.equal(revealed.secrets, [{ path: 'packages/one/index.js', secret: '.env: A_TOKEN' }]);
  const diff = await readFile(revealed.diff, 'utf8');
  assert.match(diff, 'A_TOKEN=[masked]');
  assert.not.match(diff, 'swordfish');
  assert.is(await readFile(join(cwd, '.env'), 'utf8'), 'A_TOKEN=swordfish-77\n');
});

const PYTEST = existsSync('/usr/bin/pytest-3');

if (PYTEST) {
  test('Python: a virtual environment with an editable install runs the worktree’s own sources', async () => {
    await using box = await sandbox();
    const { results, gates } = await gated(box, {
      files: {
        '.gitignore': '.venv/\n__pycache__/\n.pytest_cache/\n',
        'AGENTS.md': '# Checks\n\nRun the tests: `.venv/bin/python -m pytest -v`\n',
        'pyproject.toml': '[project]\nname = "app"\nversion = "1"\n',
        'src/app.py': 'def half(number):\n    return number / 2\n',
        'tests/test_app.py':
          'import app\n\n\ndef test_half():\n    assert app.half(4) == 2\n\n\ndef test_third():\n    assert app.third(3) == 1\n',
      },
      models: {
        repairs:
          "write('src/app.py', 'def half(number):\\n    return number / 2\\n\\n\\ndef third(number):\\n    return number / 3\\n')",
        breaks: "write('src/app.py', 'def half(number):\\n    return number\\n')",
      },
      untracked: async (at) => {
        execFileSync(
          '/usr/bin/python3',
          ['-m', 'venv', '--without-pip', '--system-site-packages', '.venv'],
          {
            cwd: at,
            env: box.env,
          },
        );
        const [python] = execFileSync('ls', [join(at, '.venv/lib')], { encoding: 'utf8' })
          .trim()
          .split('\n');
        const packages = join(at, '.venv/lib', python ?? '', 'site-packages');
        await writeFile(join(packages, '__editable__.app.pth'), `${join(at, 'src')}\n`);
      },
    });
    assert.equal(named(gates), ['test: .venv/bin/python -m pytest -v']);
    assert.equal(results.base.gates[0].tests, { ran: 2, failed: 1 });
    assert.equal(summary(results.base), ['test fail pre-existing']);
    assert.equal(summary(results.repairs), ['test pass fixed']);
    assert.equal(results.repairs.gates[0].repaired_tests, ['tests/test_app.py::test_third']);
    assert.equal(summary(results.breaks), ['test fail introduced']);
    assert.equal(results.breaks.gates[0].broken_tests, ['tests/test_app.py::test_half']);
  });

  test('Python: an environment elsewhere with the repository installed for editing: led where it is active, said where not', async () => {
    await using box = await sandbox();
    const venv = join(box.folder, 'venvs/app');
    await mkdir(venv, { recursive: true });
    const words = ['-m', 'venv', '--without-pip', '--system-site-packages', venv];
    execFileSync('/usr/bin/python3', words, { env: box.env });
    const [python = ''] = await readdir(join(venv, 'lib'));
    const packages = join(venv, 'lib', python, 'site-packages');
    await writeFile(join(packages, '__editable__.app.pth'), `${join(box.folder, 'project/src')}\n`);
    const tests = 'import app\n\n\ndef test_half():\n    assert app.half(4) == 2\n';
    const files = {
      'pyproject.toml': '[project]\nname = "app"\nversion = "1"\n',
      'src/app.py': 'def half(number):\n    return number / 2\n',
      'tests/test_app.py': tests,
      '.gitignore': '__pycache__/\n.pytest_cache/\n',
    };
    const breaks = `${IMPORTS} write('src/app.py', 'def half(number):\\n    return number\\n'); console.log('done');`;
    const cwd = await box.repository({
      ...files,
      ...(await scriptedModels(box.folder, { breaks })),
    });
    const started = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
    const session = ['--session', started.session_id];
    for (const script of ['make-worktrees', 'run-model', 'capture-diff'])
      await ok(box, cwd, script, ...(script === 'make-worktrees' ? [] : ['--all']), ...session);
    const statuses = async (command: string) => {
      const gate = ['--gate', `test=${command}`, '--no-cache'];
      const { results, warnings } = await ok(
        box,
        cwd,
        'gates',
        '--all',
        '--base',
        ...gate,
        ...session,
      );
      return [results.map((it: Json) => it.gates[0].status), warnings.join('\n')];
    };
    // Nothing can lead it: nobody says which environment it is.
    const [seen, warned] = await statuses(`${venv}/bin/python -m pytest -q`);
    assert.equal(seen, ['pass', 'pass']);
    assert.match(warned, 'its tests run on other code');
    Object.assign(box.env, { VIRTUAL_ENV: venv, PATH: `${venv}/bin:${box.env.PATH}` });
    const [led, quiet] = await statuses('python -m pytest -q');
    assert.equal(led, ['pass', 'fail']);
    assert.not.match(quiet, 'other code');
  });
} else {
  test.skip('Python: pytest of the system is not installed (apt-get install python3-pytest)');
}

test('Make: targets, TAP, and a formatter that rewrites', async () => {
  await using box = await sandbox();
  const { results, gates } = await gated(box, {
    files: {
      Makefile: '.PHONY: test lint\nlint:\n\t! grep -n "TODO" words.txt\ntest:\n\tsh test.sh\n',
      'words.txt': 'alpha\nbeta\n',
      'test.sh':
        'code=0\necho 1..2\nif grep -q alpha words.txt; then echo "ok 1 - has alpha"; else echo "not ok 1 - has alpha"; code=1; fi\nif grep -q beta words.txt; then echo "ok 2 - has beta"; else echo "not ok 2 - has beta"; code=1; fi\nexit $code\n',
    },
    models: {
      loses: "write('words.txt', 'alpha\\n')",
      jots: "write('words.txt', 'alpha\\nbeta\\nTODO gamma\\n')",
    },
    untracked: async () => {},
  });
  assert.equal(named(gates), ['lint: make lint', 'test: make test']);
  assert.equal(summary(results.base), ['lint pass null', 'test pass null']);
  assert.equal(summary(results.loses), ['lint pass ok', 'test fail introduced']);
  assert.equal(results.loses.gates[1].tests, { ran: 2, failed: 1 });
  assert.equal(results.loses.gates[1].broken_tests, ['has beta']);
  assert.equal(summary(results.jots), ['lint fail introduced', 'test pass ok']);
});

if (existsSync('/usr/bin/go')) {
  test('Go: vet and test as the language has them', async () => {
    await using box = await sandbox();
    const { results, gates } = await gated(box, {
      files: {
        'go.mod': 'module example.com/app\n\ngo 1.19\n',
        'app.go': 'package app\n\nfunc Half(n int) int { return n / 2 }\n',
        'app_test.go':
          'package app\n\nimport "testing"\n\nfunc TestHalf(t *testing.T) {\n\tif Half(4) != 2 {\n\t\tt.Error("no half")\n\t}\n}\n',
      },
      models: {
        breaks: "write('app.go', 'package app\\n\\nfunc Half(n int) int { return n }\\n')",
        skips:
          "write('app_test.go', read('app_test.go', 'utf8').replace('{\\n', '{\\n\\tt.Skip()\\n'))",
      },
      untracked: async (at) => mkdir(join(at, '.cache'), { recursive: true }),
    });
    assert.ok(named(gates).includes('test: go test ./...'), named(gates).join());
    const testOf = ({ gates: ran }: Json) => ran.find((it: Json) => it.kind === 'test');
    assert.is(testOf(results.base).status, 'pass');
    assert.is(testOf(results.breaks).verdict, 'introduced');
    assert.equal(testOf(results.breaks).broken_tests, ['example.com/app > TestHalf']);
    // Only a line was added, and the test no longer runs: base's own file passes, so that nobody is asked.
    assert.is(results.skips.as_base.gates[0].status, 'pass');
    assert.equal(results.skips.base_tests_failing, []);
  });
} else {
  test.skip('Go: the system has no go');
}

test.run();
