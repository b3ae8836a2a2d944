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

test.run();
