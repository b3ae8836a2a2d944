import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readLog } from '../../../scripts/lib/gates/runners/read-log.ts';
import type { TestCount } from '../../../scripts/lib/gates/runners/runner.ts';

const countIn = (log: string) => readLog(log).count;

const nodeTap = (tests: number, fail: number, skipped = 0) =>
  `1..${tests}\n# tests ${tests}\n# suites 0\n# pass ${tests - fail - skipped}\n# fail ${fail}\n# cancelled 0\n# skipped ${skipped}\n# todo 0\n# duration_ms 143.87\n`;

const uvu = (total: number, passed: number, skipped = 0) =>
  `•• ✘   (${passed} / ${total})\n\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.63ms\n\n`;

const CTEST = `    Start 1: a.pass
1/5 Test #1: a.pass ...........................   Passed    0.02 sec
    Start 2: b fail
2/5 Test #2: b fail ...........................***Failed    0.01 sec
    Start 3: c_skip
3/5 Test #3: c_skip ...........................***Skipped   0.00 sec
Unable to find executable: /nonexistent/x
4/5 Test #4: d_missing ........................***Not Run   0.00 sec
5/5 Test #5: e_disabled .......................***Not Run (Disabled)   0.00 sec

50% tests passed, 2 tests failed out of 4

Total Test time (real) =   0.02 sec

The following tests did not run:
\t  3 - c_skip (Skipped)
\t  5 - e_disabled (Disabled)

The following tests FAILED:
\t  2 - b fail (Failed)
\t  4 - d_missing (Not Run)
Errors while running CTest
`;

const SUREFIRE = `[INFO] Running BTest
[INFO] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.073 s -- in BTest
[INFO] Running ATest$Inner
[ERROR] Tests run: 7, Failures: 2, Errors: 1, Skipped: 1, Time elapsed: 0.008 s <<< FAILURE! -- in ATest$Inner
[ERROR] ATest.bad -- Time elapsed: 0.003 s <<< FAILURE!
[INFO] Tests run: 0, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.253 s -- in ATest
[INFO]${' '}
[INFO] Results:
[INFO]${' '}
[ERROR] Failures:${' '}
[ERROR]   ATest.bad:2 expected: <1> but was: <2>
[INFO]${' '}
[ERROR] Tests run: 8, Failures: 2, Errors: 1, Skipped: 1
[INFO] Running CTest
[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.100 s -- in CTest
[INFO] Results:
[INFO]${' '}
[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0
`;

const JUNIT = `<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests" tests="3" failures="1" errors="0" time="0.037">
    <testsuite name="t/v.test.mjs" tests="3" failures="1" errors="0" skipped="1" time="0.033">
        <testcase classname="t/v.test.mjs" name="top passes" time="0.006">
        </testcase>
        <testcase classname="t/v.test.mjs" name="suite &gt; inner bad" time="0.018">
            <failure message="boom" type="AssertionError">
boom
            </failure>
        </testcase>
        <testcase classname="t/v.test.mjs" name="suite &gt; skipped" time="0">
            <skipped/>
        </testcase>
    </testsuite>
</testsuites>
`;

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
  ['ctest', CTEST, { ran: 3, failed: 2 }],
  [
    'ctest, all passed',
    '1/1 Test #1: a.pass ...........................   Passed    0.00 sec\n\n100% tests passed, 0 tests failed out of 5\n\nTotal Test time (real) =   0.01 sec\n',
    { ran: 5, failed: 0 },
  ],
  [
    'ctest, all skipped',
    '100% tests passed, 0 tests failed out of 1\n\nTotal Test time (real) =   0.01 sec\n\nThe following tests did not run:\n\t  1 - c_skip (Skipped)\n',
    { ran: 0, failed: 0 },
  ],
  ['ctest, no test', 'Test project /p/b\nNo tests were found!!!\n', { ran: 0, failed: 0 }],
  [
    'rspec',
    'Finished in 0.02131 seconds (files took 0.12371 seconds to load)\n5 examples, 3 failures, 1 pending\n',
    { ran: 4, failed: 3 },
  ],
  ['rspec, one', '1 example, 0 failures\n', { ran: 1, failed: 0 }],
  ['rspec, none', 'No examples found.\n\n0 examples, 0 failures\n', { ran: 0, failed: 0 }],
  [
    'rspec, a file that cannot be loaded',
    '0 examples, 0 failures, 1 error occurred outside of examples\n',
    { ran: 1, failed: 1 },
  ],
  [
    'phpunit',
    'Time: 00:00.005, Memory: 4.00 MB\n\nOK (2 tests, 2 assertions)\n',
    { ran: 2, failed: 0 },
  ],
  [
    'phpunit, failures',
    'ERRORS!\nTests: 10, Assertions: 7, Errors: 1, Failures: 3, Skipped: 1, Incomplete: 1.\n',
    { ran: 8, failed: 4 },
  ],
  [
    'phpunit, skipped',
    'OK, but incomplete, skipped, or risky tests!\nTests: 2, Assertions: 1, Skipped: 1.\n',
    { ran: 1, failed: 0 },
  ],
  ['phpunit, none', 'No tests executed!\n', { ran: 0, failed: 0 }],
  [
    'minitest',
    '5 runs, 3 assertions, 2 failures, 1 errors, 1 skips\n\nYou have skipped tests. Run with --verbose for details.\n',
    { ran: 4, failed: 3 },
  ],
  [
    'minitest, none',
    '0 runs, 0 assertions, 0 failures, 0 errors, 0 skips\n',
    { ran: 0, failed: 0 },
  ],
  [
    'test-unit',
    '5 tests, 2 assertions, 1 failures, 1 errors, 1 pendings, 1 omissions, 0 notifications\n25% passed\n',
    { ran: 3, failed: 2 },
  ],
  [
    'plain TAP',
    "1..3\nok 1 - a\nnot ok 2 - b\n#   Failed test 'b'\nok 3 # skip no\n",
    { ran: 2, failed: 1 },
  ],
  [
    'plain TAP, subtest and todo',
    '# Subtest: deep\n    1..2\n    ok 1 - x\n    not ok 2 - y\nok 1 - deep\nnot ok 2 - todo one # TODO later\n1..2\n',
    { ran: 2, failed: 0 },
  ],
  ['plain TAP, all skipped', '1..0 # SKIP why\n', { ran: 0, failed: 0 }],
  ['results without a plan are no TAP', 'ok 1 is done\nnot ok\n', null],
  [
    "vitest's TAP",
    'TAP version 13\n1..2\nnot ok 1 - t/v.test.mjs # time=13.49ms {\n    1..2\n    ok 1 - top passes # time=1.78ms\n    not ok 2 - bad # time=9.20ms\n}\nok 2 - t/w.test.mjs # time=3.34ms {\n    1..1\n    ok 1 - alone # time=1.54ms\n}\n',
    { ran: 2, failed: 1 },
  ],
  [
    'tape',
    '# first thing\nok 1 is true\nnot ok 2 numbers\n# TODO todo me\nnot ok 3 later # TODO\n\n1..3\n# tests 3\n# pass  2\n# fail  1\n',
    { ran: 3, failed: 1 },
  ],
  [
    "ava's TAP counts what is still to be done as failed",
    'TAP version 13\nok 1 - a › later # SKIP\nnot ok 2 - a › todo # TODO\nok 3 - a › top ok\nnot ok 4 - a › top bad\nnot ok 5 - a › throws\nok 6 - b › solo\n\n1..6\n# tests 5\n# pass 2\n# skip 1\n# fail 3\n',
    { ran: 4, failed: 2 },
  ],
  [
    'ava counts what passed only where nothing failed',
    '  - [skip] a › later\n  ✔ a › top ok\n  ✘ [fail]: a › top bad\n  ✔ b › solo\n  ─\n\n  top bad\n\n  ─\n\n  1 test failed\n  1 test skipped\n',
    { ran: 3, failed: 1 },
  ],
  [
    'node-tap',
    '# Subtest: suite\n    ok 1 - fine\n    not ok 2 - nums\n    1..2\nnot ok 1 - suite # time=44.994ms\nok 2 - top\n1..2\n# { total: 3, pass: 2, fail: 1 }\n# time=107.132ms\n',
    { ran: 3, failed: 1 },
  ],
  [
    'prove',
    't/a.t .. \nFailed 1/3 subtests \nt/c.t .. skipped: why\n\nTest Summary Report\n-------------------\nt/a.t (Wstat: 256 (exited 1) Tests: 3 Failed: 1)\n  Failed test:  2\nFiles=3, Tests=5,  0 wallclock secs ( 0.03 usr  0.01 sys +  0.19 cusr  0.03 csys =  0.26 CPU)\nResult: FAIL\n',
    { ran: 5, failed: 1 },
  ],
  ['surefire, two modules', SUREFIRE, { ran: 9, failed: 3 }],
  [
    'surefire, classes without a total',
    '[INFO] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.073 s -- in BTest\n[ERROR] Tests run: 7, Failures: 2, Errors: 1, Skipped: 1, Time elapsed: 0.008 s <<< FAILURE! -- in ATest\n',
    { ran: 7, failed: 3 },
  ],
  ['surefire, no test', '[INFO] No tests to run.\n', { ran: 0, failed: 0 }],
  [
    'gradle',
    '> Task :test FAILED\n\nATest > bad() FAILED\n    java.lang.AssertionError at ATest.java:9\n\n3 tests completed, 1 failed, 1 skipped\n',
    { ran: 2, failed: 1 },
  ],
  [
    'dotnet',
    'Passed!  - Failed:     0, Passed:     3, Skipped:     0, Total:     3, Duration: 5 ms - A.dll (net8.0)\nFailed!  - Failed:     1, Passed:     2, Skipped:     1, Total:     4, Duration: 9 ms - B.dll (net8.0)\n',
    { ran: 6, failed: 1 },
  ],
  [
    'dotnet, talkative',
    'Test Run Failed.\nTotal tests: 4\n     Passed: 2\n     Failed: 1\n    Skipped: 1\n Total time: 0.5 Seconds\n',
    { ran: 3, failed: 1 },
  ],
  [
    'go test -json',
    '{"Action":"run","Package":"x/a","Test":"TestA"}\n{"Action":"output","Package":"x/a","Test":"TestA","Output":"--- FAIL: TestA (0.00s)\\n"}\n{"Action":"pass","Package":"x/a","Test":"TestA/sub_one","Elapsed":0}\n{"Action":"fail","Package":"x/a","Test":"TestA","Elapsed":0}\n{"Action":"skip","Package":"x/a","Test":"TestC","Elapsed":0}\n{"Action":"pass","Package":"x/a","Test":"TestB","Elapsed":0}\n{"Action":"fail","Package":"x/a","Elapsed":0.037}\n{"Action":"skip","Package":"x/b","Elapsed":0}\n',
    { ran: 2, failed: 1 },
  ],
  [
    'go test -json, no test',
    '{"Action":"output","Package":"x/b","Output":"?   \\tx/b\\t[no test files]\\n"}\n{"Action":"skip","Package":"x/b","Elapsed":0}\n',
    { ran: 0, failed: 0 },
  ],
  [
    'unittest, what was expected to fail and did not',
    'Ran 8 tests in 0.004s\n\nFAILED (failures=4, errors=1, skipped=1, expected failures=1, unexpected successes=1)\n',
    { ran: 7, failed: 6 },
  ],
  [
    'unittest, expected failures are none',
    'Ran 2 tests in 0.004s\n\nOK (expected failures=1)\n',
    { ran: 2, failed: 0 },
  ],
  ['JUnit XML', `# some words\n${JUNIT}`, { ran: 2, failed: 1 }],
  [
    'JUnit XML beside its runner',
    `${JUNIT}\n      Tests  1 failed | 1 passed (2)\n`,
    { ran: 2, failed: 1 },
  ],
  [
    'a summary in the output of a test is none',
    JUNIT.replace('boom', 'Tests:       5 failed, 5 total\n3 examples, 0 failures\n'),
    { ran: 2, failed: 1 },
  ],
  [
    'JUnit XML that breaks off hides nothing without a test',
    '<testsuite name="a">\n==== 2 passed in 0.01s ====\n',
    { ran: 2, failed: 0 },
  ],
  ['two runners', `${nodeTap(3, 0)}\n==== 2 passed in 0.01s ====\n`, { ran: 5, failed: 0 }],
];
for (const [title, log, expected] of logs) {
  test(`${title}: ${JSON.stringify(expected)}`, () => assert.equal(countIn(log), expected));
}

const SIZE = 1024 ** 2;
const fill = (unit: string) => unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);

const hostile: [title: string, log: string][] = [
  ['spaces', fill(' ')],
  ['lines of spaces', fill(`${' '.repeat(5000)}\n`)],
  ['empty lines', fill('\n')],
  ['rules', fill(`${'= '.repeat(3000)}\n`)],
  ['counts in a row', fill('1 passed, ')],
  ['digits', fill('1')],
  ['an escape sequence that never ends', `\u001b${fill(';#')}`],
  ['summaries only', fill('# tests 1\n# a 1\n')],
  ['tags that never close', fill('<testsuite name="a">\n')],
  ['brackets', `<testsuite>\n${fill('<')}`],
  ['attributes', `<testsuite>\n<testcase ${fill('a="b" ')}`],
  ['almost a total', fill(`Tests: 1 ${'total '.repeat(300)}x\n`)],
  ['almost a summary of nextest', fill(`     Summary [${'] '.repeat(900)}\n`)],
  ['almost a summary of prove', fill(`${'a (Wstat: '.repeat(180)}\n`)],
];
const everything = hostile.map(([, log]) => log.slice(0, (4 * SIZE) / hostile.length)).join('\n');

for (const [title, log] of [...hostile, ['everything, 4 of them', everything] as const]) {
  test(`megabytes of ${title} are read in seconds`, () => {
    const start = process.cpuUsage();
    countIn(`${log}\n==== 2 passed in 0.01s ====\n`);
    // Of the processor's time: another test may run beside this one.
    assert.ok(process.cpuUsage(start).user < 10e6);
  });
}

test('megabytes of awkward output are read without a stall', () => {
  const noise = `${' '.repeat(5000)}\n${'= '.repeat(3000)}\n${'1 passed, '.repeat(500)}\n`.repeat(
    100,
  );
  assert.equal(countIn(`${noise}\n# tests 2\n# fail 0\n`), { ran: 2, failed: 0 });
});

test.run();
