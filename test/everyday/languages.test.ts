/** Other languages than JavaScript: Python with an editable installation, Go, and what only has a Makefile. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testEveryday } from '../support/everyday.ts';
import { CACHE } from '../support/everyday-installs.ts';
import type { Sandbox } from '../support/sandbox.ts';

/** Why there can be no virtual environment with pytest; null: there can. */
function missingPython(): string | null {
  if (!existsSync('/usr/bin/pytest')) return 'there is no pytest (apt-get install python3-pytest)';
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'there is no venv (apt-get install python3-venv)';
  }
}

/** As `pip install -e .` leaves it: the sources on the path, and programs that name their interpreter by its path. */
async function editable(cwd: string, { env }: Sandbox): Promise<void> {
  const words = ['-m', 'venv', '--without-pip', '--system-site-packages', '.venv'];
  execFileSync('/usr/bin/python3', words, { cwd, env });
  const [python = ''] = readdirSync(join(cwd, '.venv/lib'));
  const packages = join(cwd, '.venv/lib', python, 'site-packages');
  await writeFile(join(packages, '__editable__.halves-1.0.pth'), `${join(cwd, 'src')}\n`);
  const pytest = join(cwd, '.venv/bin/pytest');
  const lines = `#!${cwd}/.venv/bin/python\nimport sys\nfrom pytest import console_main\nsys.exit(console_main())\n`;
  await writeFile(pytest, lines);
  await chmod(pytest, 0o755);
}

testEveryday([
  {
    title: 'Python, with pytest and an editable .venv',
    missing: missingPython(),
    surround: editable,
    files: {
      '.gitignore': '.venv/\n__pycache__/\n.pytest_cache/\n',
      'pyproject.toml':
        '[project]\nname = "halves"\nversion = "1.0"\n\n[project.optional-dependencies]\ndev = ["pytest"]\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
      'tox.ini': '[tox]\nenvlist = py39,py311\n',
      'src/halves.py': 'def half(number):\n    return number / 2\n',
      'tests/test_halves.py':
        'import halves\nimport pytest\n\n\n@pytest.mark.parametrize("number", [2, 4])\ndef test_half(number):\n    assert halves.half(number) * 2 == number\n\n\ndef test_zero():\n    assert halves.half(0) == 0\n',
    },
    gates: ['test test: pytest'],
    tests: { test: 3 },
    adds: {
      files: {
        'src/thirds.py': 'def third(number):\n    return number / 3\n',
        'tests/test_thirds.py':
          'import thirds\n\n\ndef test_third():\n    assert thirds.third(3) == 1\n',
      },
      ran: { test: 4 },
    },
    breaks: {
      files: {
        'src/halves.py': 'def half(number):\n    return number if number == 4 else number / 2\n',
      },
      broken: { test: ['tests/test_halves.py::test_half[4]'] },
    },
  },
  {
    title: 'a Go module',
    missing: existsSync('/usr/bin/go') ? null : 'there is no go (apt-get install golang-go)',
    surround: async (_, { env }) => {
      // The standard library is compiled once for all.
      Object.assign(env, { GOCACHE: join(CACHE, 'go-build'), GOFLAGS: '-mod=mod', GOPROXY: 'off' });
    },
    files: {
      'go.mod': 'module example.com/halves\n\ngo 1.19\n',
      'half.go':
        '// Package halves halves.\npackage halves\n\n// Half is half of it.\nfunc Half(n int) int { return n / 2 }\n',
      'half_test.go':
        'package halves\n\nimport "testing"\n\nfunc TestHalf(t *testing.T) {\n\tif Half(4) != 2 {\n\t\tt.Error("no half")\n\t}\n}\n\nfunc TestZero(t *testing.T) {\n\tif Half(0) != 0 {\n\t\tt.Error("something")\n\t}\n}\n',
    },
    gates: ['linter lint: go vet ./...', 'test test: go test ./...', 'build build: go build ./...'],
    // Without -v it names and counts nothing but failures.
    tests: { test: null },
    adds: {
      files: {
        'third/third.go':
          '// Package third is for thirds.\npackage third\n\n// Third is a third of it.\nfunc Third(n int) int { return n / 3 }\n',
        'third/third_test.go':
          'package third\n\nimport "testing"\n\nfunc TestThird(t *testing.T) {\n\tif Third(3) != 1 {\n\t\tt.Error("no third")\n\t}\n}\n',
      },
      ran: { test: null },
    },
    breaks: {
      files: {
        'half.go':
          '// Package halves halves.\npackage halves\n\n// Half is half of it.\nfunc Half(n int) int { return n }\n',
      },
      broken: { test: ['example.com/halves > TestHalf'] },
    },
  },
  {
    title: 'a Makefile, and no manifest',
    missing: existsSync('/usr/bin/make') ? null : 'there is no make (apt-get install make)',
    files: {
      Makefile:
        '.PHONY: all build test lint install clean deploy-check\nall: build\n\nbuild: words.txt\n\t@mkdir -p out && sort words.txt > out/sorted.txt\n\ntest: build\n\t@sh test.sh\n\nlint:\n\t@! grep -n TODO words.txt\n\ninstall: build\n\tcp out/sorted.txt /usr/local/share/\n\nclean:\n\trm -rf out\n\ndeploy-check:\n\trsync -a out/ example.invalid:\n',
      '.gitignore': 'out/\n',
      'words.txt': 'beta\nalpha\n',
      'test.sh':
        'code=0\nn=0\ncheck() {\n  n=$((n + 1))\n  if grep -q "^$1\\$" out/sorted.txt; then echo "ok $n - has $1"; else echo "not ok $n - has $1"; code=1; fi\n}\ncheck alpha\ncheck beta\n[ ! -f more.txt ] || check gamma\necho "1..$n"\nexit $code\n',
    },
    gates: ['linter lint: make lint', 'test test: make test', 'build build: make build'],
    leftOut: ['deploy-check'],
    tests: { test: ['has alpha', 'has beta'] },
    adds: {
      files: { 'words.txt': 'beta\nalpha\ngamma\n', 'more.txt': 'gamma\n' },
      ran: { test: 3 },
    },
    breaks: { files: { 'words.txt': 'beta\n' }, broken: { test: ['has alpha'] } },
  },
]);
