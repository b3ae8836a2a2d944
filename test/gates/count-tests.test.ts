import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { countTests, type TestCount } from '../../scripts/lib/gates/count-tests.ts';

const nodeTap = (tests: number, fail: number, skipped = 0) =>
  `1..${tests}\n# tests ${tests}\n# suites 0\n# pass ${tests - fail - skipped}\n# fail ${fail}\n# cancelled 0\n# skipped ${skipped}\n# todo 0\n# duration_ms 143.87\n`;

const uvu = (total: number, passed: number, skipped = 0) =>
  `•• ✘   (${passed} / ${total})\n\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.63ms\n\n`;

const logs: [title: string, log: string, TestCount | null][] = [
  ['nothing', '', null],
  ['an unknown program', 'all is well\nTotal: 12 files\n12 modules in 3s\n3 passed gates\n', null],
  ['node:test, TAP', nodeTap(3, 1, 1), { ran: 2, failed: 1 }],
  ['node:test, no test', nodeTap(0, 0), { ran: 0, failed: 0 }],
  ['node:test, all skipped', nodeTap(3, 0, 3), { ran: 0, failed: 0 }],
  ['node:test, spec', nodeTap(4, 2).replaceAll('# ', 'ℹ '), { ran: 4, failed: 2 }],
  [
    'node:test, spec, coloured, CRLF',
    '\u001b[34mℹ tests 2\u001b[39m\r\n\u001b[34mℹ fail 1\u001b[39m\r\n\u001b[34mℹ cancelled 1\u001b[39m\r\n',
    { ran: 2, failed: 2 },
  ],
  ['node:test twice', nodeTap(3, 1) + nodeTap(2, 0), { ran: 5, failed: 1 }],
  [
    'subtests are no summary',
    '    # tests 9\n    1..9\n# tests 1\n# fail 0\n',
    { ran: 1, failed: 0 },
  ],
  ["mocha's and tape's TAP", '1..3\n# tests 3\n# pass 2\n# fail 1\n', { ran: 3, failed: 1 }],
  ['uvu', uvu(2, 1, 1), { ran: 2, failed: 1 }],
  ['uvu, a process a file', uvu(2, 2) + uvu(5, 4), { ran: 7, failed: 1 }],
  ['uvu, no test', uvu(0, 0), { ran: 0, failed: 0 }],
  [
    'vitest',
    ' Test Files  1 failed | 1 passed (2)\n      Tests  1 failed | 3 passed | 2 skipped (6)\n   Start at  10:00:00\n',
    { ran: 4, failed: 1 },
  ],
  ['vitest, no file', 'No test files found, exiting with code 0\n', { ran: 0, failed: 0 }],
  ['vitest, no test', ' Test Files  1 skipped (1)\n      Tests  no tests\n', { ran: 0, failed: 0 }],
  [
    'jest',
    'Test Suites: 1 failed, 1 passed, 2 total\nTests:       1 failed, 2 skipped, 1 todo, 5 passed, 9 total\nSnapshots:   0 total\n',
    { ran: 6, failed: 1 },
  ],
  ['jest, no test', 'No tests found, exiting with code 0\n', { ran: 0, failed: 0 }],
  ['jest, none', 'Tests:       0 total\n', { ran: 0, failed: 0 }],
  ['mocha', '  3 passing (10ms)\n  1 pending\n  2 failing\n', { ran: 5, failed: 2 }],
  ['mocha, no test', '\n\n  0 passing (1ms)\n', { ran: 0, failed: 0 }],
  ['ava', '  ─\n\n  1 test failed\n  3 tests passed\n  1 test skipped\n', { ran: 4, failed: 1 }],
  [
    'pytest',
    'collected 5 items\n=========== 1 failed, 3 passed, 1 skipped in 0.12s ===========\n',
    { ran: 4, failed: 1 },
  ],
  ['pytest -q', '....\n4 passed in 0.01s\n', { ran: 4, failed: 0 }],
  ['pytest, long', '=== 2 passed, 1 warning in 75.10s (0:01:15) ===\n', { ran: 2, failed: 0 }],
  [
    'pytest, no test',
    'collected 0 items\n\n==== no tests ran in 0.01s ====\n',
    { ran: 0, failed: 0 },
  ],
  ['pytest, deselected', '==== 3 deselected in 0.01s ====\n', { ran: 0, failed: 0 }],
  ['pytest, broken import', '==== 1 error in 0.09s ====\n', { ran: 1, failed: 1 }],
  [
    'unittest',
    'Ran 4 tests in 0.001s\n\nFAILED (failures=1, errors=1, skipped=1)\n',
    { ran: 3, failed: 2 },
  ],
  ['unittest, none', 'Ran 0 tests in 0.000s\n\nNO TESTS RAN\n', { ran: 0, failed: 0 }],
  [
    'cargo test, with doc tests',
    'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n   Doc-tests x\n\nrunning 0 tests\n\ntest result: FAILED. 1 passed; 2 failed; 0 ignored\n',
    { ran: 6, failed: 2 },
  ],
  [
    'cargo nextest',
    '     Summary [   0.010s] 3 tests run: 2 passed, 1 failed, 4 skipped\n',
    { ran: 3, failed: 1 },
  ],
  ['deno', 'ok | 3 passed (1 step) | 0 failed | 1 ignored (10ms)\n', { ran: 3, failed: 0 }],
  [
    'bun',
    ' 3 pass\n 1 fail\n 3 expect() calls\nRan 4 tests across 1 file. [10.00ms]\n',
    { ran: 4, failed: 1 },
  ],
  [
    'playwright',
    '  1 failed\n    [chromium] › a.spec.ts\n  2 passed (2.1s)\n',
    { ran: 3, failed: 1 },
  ],
  [
    'go test -v',
    '=== RUN   TestA\n=== RUN   TestA/sub\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n=== RUN   TestB\n--- FAIL: TestB (0.00s)\n=== RUN   TestC\n--- SKIP: TestC (0.00s)\nFAIL\nFAIL\texample.com/a\t0.003s\n',
    { ran: 2, failed: 1 },
  ],
  ['go test', 'ok  \texample.com/a\t0.003s\n?   \texample.com/b\t[no test files]\n', null],
  ['go test, cached', 'ok  \texample.com/a\t(cached)\n', null],
  [
    'go test, no test',
    '?   \texample.com/a\t[no test files]\n?   \texample.com/b\t[no test files]\n',
    { ran: 0, failed: 0 },
  ],
  [
    'go test, none selected',
    'ok  \texample.com/a\t0.002s [no tests to run]\n',
    { ran: 0, failed: 0 },
  ],
  ['make with a folder called test', "make: 'test' is up to date.\n", { ran: 0, failed: 0 }],
  ['the plain line', 'some words\n12 passed, 1 failed\n', { ran: 13, failed: 1 }],
  ['the plain line repeats a summary', `${uvu(3, 2)}2 passed, 1 failed\n`, { ran: 3, failed: 1 }],
  ['two runners', `${nodeTap(3, 0)}\n==== 2 passed in 0.01s ====\n`, { ran: 5, failed: 0 }],
];
for (const [title, log, expected] of logs) {
  test(`${title}: ${JSON.stringify(expected)}`, () => assert.equal(countTests(log), expected));
}

test('megabytes of awkward output are read without a stall', () => {
  const noise = `${' '.repeat(5000)}\n${'= '.repeat(3000)}\n${'1 passed, '.repeat(500)}\n`.repeat(
    100,
  );
  assert.equal(countTests(`${noise}\n# tests 2\n# fail 0\n`), { ran: 2, failed: 0 });
});

test.run();
