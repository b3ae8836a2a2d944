import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PrintedTarget } from '../../scripts/lib/procedure/gate-record.ts';
import { qualityGatesMarkdown } from '../../scripts/lib/procedure/quality-gates.ts';

type GateResult = PrintedTarget['gates'][number];

const green: GateResult = {
  name: 'lint',
  kind: 'linter',
  command: 'npm run lint',
  status: 'pass',
  exit_code: 0,
  duration_ms: 10,
  log: '/logs/gpt-lint.log',
  tail: '',
  cached: false,
  flaky: false,
  tests: null,
  cannot_load: false,
  changed_files: [],
  ...{
    interference: false,
    missing_dependencies: [],
    broken_tests: [],
    repaired_tests: [],
    missing_tests: [],
  },
  verdict: null,
};
const red: GateResult = {
  ...green,
  name: 'test',
  kind: 'test',
  command: 'npm test',
  status: 'fail',
  exit_code: 1,
  tail: 'expected 1\ngot 2',
  tests: { ran: 10, failed: 2 },
  verdict: 'introduced',
};

/** Nothing of what judges it was changed. */
const UNEXAMINED = {
  ...{ tree: 't', green: false, gate_files: [], base_tests_failing: [], as_base: null },
};

test('no targets, no gates: it says so', () => {
  assert.match(qualityGatesMarkdown([]), 'No gate was run.');
});

test('gates are rows by kind, targets are columns', () => {
  const text = qualityGatesMarkdown([
    {
      target: 'base',
      gates: [{ ...red, status: 'pass', tests: { ran: 10, failed: 0 }, verdict: null }],
      passed: true,
      ...{ ...UNEXAMINED, tree: 'b', green: true },
    },
    { target: 'gpt', gates: [red, green], passed: false, ...UNEXAMINED },
  ]);
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  assert.equal(rows, [
    '| kind | gate | command | `base` | `gpt` |',
    '| --- | --- | --- | --- | --- |',
    '| linter | `lint` | `npm run lint` | not run | ✓ pass |',
    '| test | `test` | `npm test` | ✓ pass, 10 ran | ✗ fail, 2 of 10 failed, introduced |',
    '| all |  |  | ✓ green | ✗ not passed |',
  ]);
  assert.match(text, '## `gpt`: `test`');
  assert.match(text, '```text\nexpected 1\ngot 2\n```');
});

test('log text cannot close its fence', () => {
  const tail = 'a\n````\n# not a heading\n```';
  const text = qualityGatesMarkdown([
    { target: 'gpt', gates: [{ ...red, tail }], passed: false, ...UNEXAMINED },
  ]);
  assert.match(text, `\`\`\`\`\`text\n${tail}\n\`\`\`\`\``);
});

test('names cannot break the table or the list', () => {
  const path = 'test/a`b\n# c.test.ts';
  const text = qualityGatesMarkdown([
    {
      target: 'a|b\nc',
      gates: [red],
      passed: false,
      ...UNEXAMINED,
      gate_files: [{ path, role: 'test', change: 'deleted' }],
      base_tests_failing: ['test: a | b'],
    },
  ]);
  assert.match(text, '| kind | gate | command | `a\\|b\\nc` |');
  assert.match(text, '| `a\\|b\\nc` | ! deleted | ``test/a`b\\n# c.test.ts`` |');
  assert.match(
    text,
    "| `a\\|b\\nc` | ✗ base's own that fail: was that asked for? | `test: a \\| b` |",
  );
});

test('four models with forty red tests each fit into 8 KB, and say the same once', () => {
  const broken_tests = Array.from({ length: 40 }, (_, at) => `src/sum.test.js > sums > case ${at}`);
  const of = (target: string, tail: string) => ({
    target,
    gates: [{ ...red, tests: { ran: 50, failed: 40 }, broken_tests, tail }],
    ...{ passed: false, ...UNEXAMINED },
  });
  const tail = (said: string) => `✖ src/sum.test.js > sums > case 0\n${`${said}\n`.repeat(500)}`;
  const models = ['claude', 'gemini', 'gpt', 'grok'];
  const all = qualityGatesMarkdown(models.map((it) => of(it, tail(`AssertionError of ${it}`))));
  assert.ok(all.length < 8192, String(all.length));
  for (const model of models) assert.match(all, `AssertionError of ${model}`);
  const same = qualityGatesMarkdown(models.map((it) => of(it, 'AssertionError')));
  assert.is(same.match(/```text/g)?.length, 1);
  assert.match(same, 'It says the same as `claude`: `test`.');
});

test('a gate that could load nothing says so', () => {
  const gate = { ...red, cannot_load: true, tests: { ran: 1, failed: 1 } };
  const target = { target: 'gpt', passed: false, ...UNEXAMINED };
  const text = qualityGatesMarkdown([{ ...target, gates: [gate] }]);
  assert.match(text, '✗ fail, no test could be loaded, introduced');
});

test.run();
