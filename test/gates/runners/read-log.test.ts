import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareOutcomes } from '../../../scripts/lib/gates/compare-outcomes.ts';
import type { TestOutcomes } from '../../../scripts/lib/gates/runners/outcomes.ts';
import { factsOf, readLog } from '../../../scripts/lib/gates/runners/read-log.ts';

const countTests = (log: string) => readLog(log).count;

/** Without what the failures say. */
function readOutcomes(log: string, root?: string): TestOutcomes | null {
  const { outcomes } = factsOf(readLog(log), root);
  if (outcomes === null) return null;
  const { messages, ...names } = outcomes;
  return names;
}

/** All tests are named. */
const all = (failed: string[], passed: string[]): TestOutcomes => ({
  failed,
  passed,
  complete: true,
});
/** Those that failed are named. */
const some = (failed: string[], passed: string[] = []): TestOutcomes => ({
  failed,
  passed,
  complete: false,
});

const NODE_SPEC = `✔ top passes (6.979872ms)
✖ top fails (9.837021ms)
  AssertionError [ERR_ASSERTION]: 1 == 2
      at TestContext.<anonymous> (file:///p/node.test.mjs:4:34)
▶ suite
  ✔ inner ok (0.583511ms)
  ✖ inner bad # 3 (2.215039ms)
    Error: x
  ﹣ skipped (0.252152ms) # why
  ✖ todo (0.224339ms) # TODO
    Error: y
  ▶ deep
    ✖ er (23.324975ms)
      AssertionError [ERR_ASSERTION]: The expression evaluated to a falsy value:
  ✖ deep (23.800543ms)
✖ suite (33.040489ms)
▶ with subtests
  ✔ sub (0.353651ms)
✔ with subtests (4.594375ms)
ℹ tests 8
ℹ suites 2
ℹ pass 3
ℹ fail 3
ℹ cancelled 0
ℹ skipped 1
ℹ todo 1
ℹ duration_ms 469.526089

✖ failing tests:

test at t/node.test.mjs:4:1
✖ top fails (9.837021ms)
  AssertionError [ERR_ASSERTION]: 1 == 2

test at t/node.test.mjs:10:28
✖ er (23.324975ms)
`;

const NODE_TAP = `TAP version 13
# Subtest: top passes
ok 1 - top passes
  ---
  duration_ms: 2.154636
  ...
# Subtest: suite
    # Subtest: inner bad \\# 3
    not ok 1 - inner bad \\# 3
      ---
      duration_ms: 0.208519
      location: '/p/t/node.test.mjs:7:3'
      error: |-
        ok 9 - what the message of an error says
      ...
    # Subtest: skipped
    ok 2 - skipped # SKIP why
      ---
      duration_ms: 0.2513
      ...
    # Subtest: todo
    not ok 3 - todo # TODO
    # Subtest: deep
        # Subtest: er
        not ok 1 - er
        1..1
    not ok 4 - deep
    1..4
not ok 2 - suite
# a line that a test printed
# Subtest: all good
    # Subtest: one
    ok 1 - one
    1..1
ok 3 - all good
1..3
# tests 6
# suites 3
# pass 2
# fail 2
# cancelled 0
# skipped 1
# todo 1
# duration_ms 362.126584
`;

const NODE_HOOK = `▶ hooked
  ✔ inner (0.1ms)
✖ hooked (1.2ms)
  Error: after
ℹ tests 1
ℹ suites 1
ℹ pass 1
ℹ fail 0
`;

const VITEST = ` RUN  v4.1.12 /p

 ❯ t/v.test.mjs (6 tests | 2 failed | 1 skipped | 1 todo) 35ms
   ✓ top passes 8ms
     ✓ inner ok 0ms
     × inner bad 23ms
       × er > x 1ms
 ❯ t/x.test.mjs (0 test)
 ✓ t/w.test.mjs (1 test) 3ms

⎯⎯⎯⎯⎯⎯ Failed Suites 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  t/x.test.mjs [ t/x.test.mjs ]
Error: Cannot find module './nope.mjs' imported from /p/t/x.test.mjs
 ❯ t/x.test.mjs:1:1

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  t/v.test.mjs > suite > inner bad
AssertionError: expected 1 to be 2 // Object.is equality

 FAIL  t/v.test.mjs > suite > deep > er > x
Error: x
 ❯ t/v.test.mjs:8:55

 Test Files  2 failed | 1 passed (3)
      Tests  2 failed | 3 passed | 1 skipped | 1 todo (7)
   Start at  03:25:54
`;

const VITEST_VERBOSE = ` ✓ t/v.test.mjs > top passes 3ms
 ✓ t/v.test.mjs > suite > inner ok 0ms
 × t/v.test.mjs > suite > inner bad 8ms
   → expected 1 to be 2 // Object.is equality
 ↓ t/v.test.mjs > suite > skipped
 □ t/v.test.mjs > suite > later
 ✓ t/w.test.mjs > alone 1.20s

 FAIL  t/v.test.mjs > suite > inner bad
AssertionError: expected 1 to be 2 // Object.is equality

 Test Files  1 failed | 1 passed (2)
      Tests  1 failed | 3 passed | 1 skipped | 1 todo (6)
`;

const VITEST_TAP = `TAP version 13
1..2
not ok 1 - t/v.test.mjs # time=13.49ms {
    1..2
    ok 1 - top passes # time=1.78ms
    not ok 2 - suite # time=9.20ms {
        1..3
        ok 1 - inner ok # time=0.21ms
        not ok 2 - inner bad # time=7.94ms
            ---
            error:
                name: "AssertionError"
            at: "/p/t/v.test.mjs:5:37"
            ...
        ok 3 - skipped # SKIP
    }
}
ok 2 - t/w.test.mjs # time=3.34ms {
    1..1
    ok 1 - alone # time=1.54ms
}
`;

const JEST = `FAIL j/j.test.js
  ● suite › inner bad

    expect(received).toBe(expected) // Object.is equality

      at Object.toBe (j.test.js:4:37)

  ● suite › deep › er

    x

PASS j/k.test.js (5.2 s)
FAIL j/l.test.js
  ● Console

    console.log
      hello

  ● Test suite failed to run

    Cannot find module './nope' from 'l.test.js'

  ●  Cannot log after tests are done. Did you forget to wait for something async in your test?

Test Suites: 2 failed, 1 passed, 3 total
Tests:       2 failed, 1 skipped, 1 todo, 3 passed, 7 total
Snapshots:   0 total
`;

const JEST_VERBOSE = `FAIL j/j.test.js
  ✓ top passes (3 ms)
  suite
    ✓ inner ok (1 ms)
    ✕ inner bad (5 ms)
    ○ skipped skipped
    ✎ todo later
    deep
      ✕ er (2 ms)

  ● suite › inner bad

    expect(received).toBe(expected) // Object.is equality

  ● suite › deep › er

    x

PASS j/k.test.js
  ✓ alone (8 ms)

Test Suites: 1 failed, 1 passed, 2 total
Tests:       2 failed, 1 skipped, 1 todo, 3 passed, 7 total
`;

const MOCHA = `

  ✔ top passes
  suite
    ✔ inner ok
    ✔ slow (94ms)
    1) inner bad
    - skipped
    - later
    ✔ after deep
    deep
      2) er

  hooked
    3) "before all" hook for "never"


  4 passing (114ms)
  2 pending
  3 failing

  1) suite
       inner bad:

      AssertionError [ERR_ASSERTION]: 1 == 2
      at Context.<anonymous> (m/m.spec.cjs:6:34)

  2) suite
       deep
         er:
     Error: x
      at Context.<anonymous> (m/m.spec.cjs:9:51)

  3) hooked
       "before all" hook for "never":
     Error: hook
      at Context.<anonymous> (m/m.spec.cjs:12:49)

`;

const UVU = `u.test.mjs
• ✘   (1 / 2)

   FAIL  "top bad"
    Expected values to be strictly equal:  (is)

 My suite  • ✘   (1 / 2)

   FAIL  My suite  "bad "quoted""
    x

  Total:     4
  Passed:    2
  Skipped:   1
  Duration:  3.10ms
`;

const AVA = `
  - [skip] a › later
  - [todo] a › todo
  ✔ a › top ok (123ms)
  ✘ [fail]: a › top bad
  ✘ [fail]: a › throws Error thrown in test
  ✔ b › solo
  ─

  a › top bad

  a/a.test.mjs:2

  Difference (- actual, + expected):

  a › throws

  Error thrown in test:

  ─

  2 tests failed
  1 test skipped
  1 test todo
`;

const TAPE = `TAP version 13
# first thing
ok 1 is true
not ok 2 numbers
  ---
    operator: equal
    at: Test.<anonymous> (/p/p.test.cjs:2:55)
  ...
# nested
# inner
ok 3 inner pass
# SKIP skip me
# TODO todo me
not ok 4 later # TODO

1..4
# tests 4
# pass  3
# fail  1
`;

const PYTEST_FAILURES = `=================================== FAILURES ===================================
tests/test_x.py:7: AssertionError
=========================== short test summary info ============================
FAILED tests/test_x.py::test_p[two words] - AssertionError: assert 'two words...
FAILED tests/test_x.py::test_p[a/b - c] - AssertionError: assert 'a/b - c' == 1
FAILED tests/test_x.py::TestC::test_m - AssertionError: msg - with dash
ERROR tests/test_x.py::test_err - RuntimeError: f
`;

const PYTEST = `tests/test_x.py .FFFsxXE                                               [100%]

${PYTEST_FAILURES}=== 3 failed, 2 passed, 1 skipped, 1 xfailed, 1 xpassed, 1 error in 1.69s =====
`;

const PYTEST_VERBOSE = `tests/test_x.py::test_p[1] PASSED                                        [ 30%]
tests/test_x.py::test_p[two words] FAILED                                [ 40%]
tests/test_x.py::test_p[a/b - c] FAILED                                  [ 50%]
tests/test_x.py::TestC::test_m FAILED                                    [ 60%]
tests/test_x.py::test_s SKIPPED (r)                                      [ 70%]
tests/test_x.py::test_xf XFAIL                                           [ 80%]
tests/test_x.py::test_xp XPASS                                           [ 90%]
tests/test_x.py::test_err ERROR                                          [100%]

${PYTEST_FAILURES}=== 3 failed, 1 passed, 1 skipped, 1 xfailed, 1 xpassed, 1 error in 1.17s =====
`;

const UNITTEST_FAILURES = `
======================================================================
ERROR: test_err (test_u.Foo.test_err)
----------------------------------------------------------------------
ValueError: x

======================================================================
FAIL: test_doc (test_u.Foo.test_doc)
A doc line.
----------------------------------------------------------------------
AssertionError: x

======================================================================
FAIL: test_sub (test_u.Foo.test_sub) (i=0)
----------------------------------------------------------------------

======================================================================
FAIL: test_sub (test_u.Foo.test_sub) (i=2)
----------------------------------------------------------------------
UNEXPECTED SUCCESS: test_us (test_u.Foo.test_us)
----------------------------------------------------------------------
Ran 7 tests in 0.004s

FAILED (failures=3, errors=1, skipped=1, expected failures=1, unexpected successes=1)
`;

const UNITTEST_VERBOSE = `test_doc (test_u.Foo.test_doc)
A doc line. ... FAIL
test_err (test_u.Foo.test_err) ... ERROR
test_ok (test_u.Foo.test_ok) ... ok
test_skip (test_u.Foo.test_skip) ... skipped 'why'
test_sub (test_u.Foo.test_sub) ...${' '}
  test_sub (test_u.Foo.test_sub) (i=0) ... FAIL
  test_sub (test_u.Foo.test_sub) (i=2) ... FAIL
test_us (test_u.Foo.test_us) ... unexpected success
test_xf (test_u.Foo.test_xf) ... expected failure
${UNITTEST_FAILURES}`;

const CARGO = `     Running unittests src/lib.rs (target/debug/deps/x-b885370c02d1f6ea)

running 4 tests
test tests::later ... ignored
test tests::ok ... ok
test tests::bad ... FAILED
test tests::panics - should panic ... ok

failures:

---- tests::bad stdout ----

thread 'tests::bad' (31930) panicked at src/lib.rs:11:24:

failures:
    tests::bad

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.26s

     Running tests/it.rs (target/debug/deps/it-97a530dcf0405fc9)

running 1 test
test ok ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests x

running 1 test
test src/lib.rs - f (line 4) ... FAILED

failures:
    src/lib.rs - f (line 4)

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.50s
`;

const CARGO_QUIET = `running 5 tests
.i. 3/5
tests::bad --- FAILED
.
failures:

---- tests::bad stdout ----

thread 'tests::bad' (32066) panicked at src/lib.rs:11:24:


failures:
    tests::bad

test result: FAILED. 3 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.15s
`;

const GO = `# example.com/x/d [example.com/x/d.test]
d/d_test.go:3:28: undefined: y
--- FAIL: TestA (0.00s)
    --- FAIL: TestA/deep (0.00s)
        a_test.go:3: boom
FAIL
FAIL	example.com/x/a	0.006s
?   	example.com/x/b	[no test files]
ok  	example.com/x/c	0.024s
FAIL	example.com/x/d [build failed]
FAIL
`;

const GO_VERBOSE = `=== RUN   TestA
=== RUN   TestA/sub_one
=== RUN   TestA/deep
    a_test.go:3: boom
--- FAIL: TestA (0.00s)
    --- PASS: TestA/sub_one (0.00s)
    --- FAIL: TestA/deep (0.00s)
=== RUN   TestC
--- SKIP: TestC (0.00s)
FAIL
FAIL	example.com/x/a	0.003s
=== RUN   TestB
--- PASS: TestB (0.00s)
PASS
ok  	example.com/x/c	0.002s
`;

const GO_JSON = `{"Time":"2026-11-23T03:24:40.04Z","Action":"run","Package":"example.com/x/a","Test":"TestA"}
{"Time":"2026-11-23T03:24:40.04Z","Action":"output","Package":"example.com/x/a","Test":"TestA","Output":"--- FAIL: TestA (0.00s)\\n"}
{"Time":"2026-11-23T03:24:40.04Z","Action":"pass","Package":"example.com/x/a","Test":"TestA/sub_one","Elapsed":0}
{"Time":"2026-11-23T03:24:40.04Z","Action":"fail","Package":"example.com/x/a","Test":"TestA","Elapsed":0}
{"Time":"2026-11-23T03:24:40.04Z","Action":"skip","Package":"example.com/x/a","Test":"TestC","Elapsed":0}
{"Time":"2026-11-23T03:24:40.04Z","Action":"fail","Package":"example.com/x/a","Elapsed":0.037}
{"Time":"2026-11-23T03:24:40.04Z","Action":"fail","Package":"example.com/x/d","Elapsed":0}
{broken
`;

const CTEST = `1/5 Test #1: a.pass ...........................   Passed    0.02 sec
2/5 Test #2: b fail ...........................***Failed    0.01 sec
3/5 Test #3: c_skip ...........................***Skipped   0.00 sec
4/5 Test #4: d_missing ........................***Not Run   0.00 sec
5/5 Test #5: e_disabled .......................***Not Run (Disabled)   0.00 sec

50% tests passed, 2 tests failed out of 4

Total Test time (real) =   0.02 sec

The following tests did not run:
	  3 - c_skip (Skipped)
	  5 - e_disabled (Disabled)
`;

const RSPEC_END = `
Finished in 0.02131 seconds (files took 0.12371 seconds to load)
4 examples, 2 failures, 1 pending

Failed examples:

rspec ./spec/x_spec.rb:7 # Stack is expected to eq 3
rspec './spec/x_spec.rb[1:2:1]' # Stack when empty fails

`;

const RSPEC_FAILURES = `
Failures:

  1) Stack is expected to eq 3
     Failure/Error: it { expect(1).to eq 3 }
     # ./spec/x_spec.rb:7:in \`block (2 levels) in <top (required)>'
`;

const RSPEC_DOCUMENTATION = `
Stack
  is expected to eq 3 (FAILED - 1)
  when empty
    is empty
    fails (FAILED - 2)
    is pending (PENDING: Not yet implemented)
`;

const MINITEST_FAILURES = `
  1) Failure:
spec thing#test_0001_does it [m_test.rb:9]:
Expected: 2
  Actual: 1

  2) Skipped:
StackTest#test_d [m_test.rb:6]:
s

  3) Error:
StackTest#test_c:
RuntimeError: x
    m_test.rb:5:in \`test_c'

4 runs, 3 assertions, 1 failures, 1 errors, 1 skips
`;

const MINITEST_VERBOSE = `spec thing#test_0001_does it = 0.00 s = F
StackTest#test_d = 0.00 s = S
StackTest#test_c = 0.00 s = E
StackTest#test_a = 0.00 s = .

Finished in 0.003405s, 1468.5142 runs/s, 881.1085 assertions/s.
${MINITEST_FAILURES}`;

const TEST_UNIT = `.F
===============================================================================
Failure: test_b(StackTest)
t_test.rb:4:in \`test_b'
E
===============================================================================
Error: test_c(StackTest): RuntimeError: x
O
Omission: s [test_d(StackTest)]
-------------------------------------------------------------------------------
4 tests, 2 assertions, 1 failures, 1 errors, 0 pendings, 1 omissions, 0 notifications
`;

const PHPUNIT = `PHPUnit 9.6.7 by Sebastian Bergmann and contributors.

...FESI.FF                                                        10 / 10 (100%)

There was 1 error:

1) StackTest::testC
RuntimeException: x

/p/t/StackTest.php:6

--

There were 2 failures:

1) StackTest::testB
Failed asserting that 2 is identical to 1.

2) StackTest::testF with data set "two words" (2)
Failed asserting that 2 is identical to 1.

--

There was 1 skipped test:

1) StackTest::testD
s

ERRORS!
Tests: 10, Assertions: 7, Errors: 1, Failures: 2, Skipped: 1, Incomplete: 1.
`;

const TESTDOX = `PHPUnit 9.6.7 by Sebastian Bergmann and contributors.

Ok
 ✔ A

Stack
 ✔ A
 ✘ B
   │
   │ Failed asserting that 2 is identical to 1.
   │

 ↩ D
 ∅ E

Time: 00:00.016, Memory: 6.00 MB

Summary of non-successful tests:

Stack
 ✘ B

FAILURES!
Tests: 5, Assertions: 3, Failures: 1, Skipped: 1, Incomplete: 1.
`;

const SUREFIRE = `[ERROR] Tests run: 7, Failures: 2, Errors: 1, Skipped: 1, Time elapsed: 0.008 s <<< FAILURE! -- in ATest$Inner
[ERROR] ATest.p(int)[2] -- Time elapsed: 0.028 s <<< FAILURE!
[ERROR] ATest.boom -- Time elapsed: 0.002 s <<< ERROR!
[ERROR] bad(BTest)  Time elapsed: 0.003 s  <<< FAILURE!
[INFO] Results:
[ERROR] Tests run: 8, Failures: 2, Errors: 1, Skipped: 1
`;

const GRADLE = `> Task :test FAILED

ATest > bad() FAILED
    java.lang.AssertionError at ATest.java:9

ATest > Inner > deep() PASSED

3 tests completed, 1 failed
`;

const DOTNET = `  Failed My.Tests.Bad [5 ms]
  Error Message:
   Assert.True() Failure
  Passed My.Tests.Good [< 1 ms]

Total tests: 2
     Passed: 1
     Failed: 1
`;

const JUNIT = `<testsuite name="Mocha Tests" tests="2" failures="0" errors="1" skipped="0">
<testcase classname="suite" name="inner ok" file="/p/m.spec.cjs" time="0"/>
<testcase classname="suite deep" name="er" file="/p/m.spec.cjs" time="0"><failure>x
Error: x
    at Context.&#x3C;anonymous&#x3E; (m/m.spec.cjs:9:51)</failure></testcase>
</testsuite>
`;

const logs: [title: string, log: string, TestOutcomes | null][] = [
  ['nothing', '', null],
  ['an unknown program', 'test a ... done\nFAILED to open a::b\n✔ all is well\n', null],
  ['a run of no test', 'collected 0 items\n\n==== no tests ran in 0.01s ====\n', null],
  ['failures without a name', '...F.\n==== 1 failed, 4 passed in 0.01s ====\n', null],
  ['success without a name', '.....\n==== 5 passed in 0.01s ====\n', some([])],
  ['node:test, spec', NODE_SPEC, { ...some(['top fails', 'er']), partial: true }],
  [
    'node:test, spec, coloured',
    '\u001b[32m✔ a \u001b[90m(0.5ms)\u001b[39m\u001b[39m\r\n\u001b[34mℹ tests 1\u001b[39m\r\nℹ suites 0\r\n',
    some([]),
  ],
  ['node:test, spec, a hook that fails', NODE_HOOK, some([])],
  [
    'node:test, TAP',
    NODE_TAP,
    all(['suite > inner bad # 3', 'suite > deep > er'], ['top passes', 'all good > one']),
  ],
  [
    'vitest',
    VITEST,
    some([
      't/x.test.mjs',
      't/v.test.mjs > suite > inner bad',
      't/v.test.mjs > suite > deep > er > x',
    ]),
  ],
  ['vitest, green', '      Tests  3 passed (3)\n', some([])],
  ['vitest, verbose', VITEST_VERBOSE, some(['t/v.test.mjs > suite > inner bad'])],
  [
    'vitest, TAP',
    VITEST_TAP,
    all(
      ['t/v.test.mjs > suite > inner bad'],
      ['t/v.test.mjs > top passes', 't/v.test.mjs > suite > inner ok', 't/w.test.mjs > alone'],
    ),
  ],
  [
    'jest',
    JEST,
    some(['j/j.test.js > suite > inner bad', 'j/j.test.js > suite > deep > er', 'j/l.test.js']),
  ],
  [
    'jest, verbose',
    JEST_VERBOSE,
    some(['j/j.test.js > suite > inner bad', 'j/j.test.js > suite > deep > er']),
  ],
  [
    'mocha',
    MOCHA,
    some(['suite > inner bad', 'suite > deep > er', 'hooked > "before all" hook for "never"']),
  ],
  [
    'mocha, dots',
    `\n\n  ...!,,.!!\n\n${MOCHA.slice(MOCHA.indexOf('  4 passing'))}`,
    some(['suite > inner bad', 'suite > deep > er', 'hooked > "before all" hook for "never"']),
  ],
  [
    'mocha, TAP',
    'ok 1 top passes\nok 2 suite inner ok\nnot ok 3 suite inner bad\n  1 == 2\nok 4 suite later # SKIP -\n# tests 3\n# pass 2\n# fail 1\n1..4\n',
    all(['suite inner bad'], ['top passes', 'suite inner ok']),
  ],
  ['uvu', UVU, some(['u.test.mjs > top bad', 'u.test.mjs > My suite > bad "quoted"'])],
  ['ava', AVA, all(['a > top bad', 'a > throws'], ['a > top ok', 'b > solo'])],
  [
    'ava, TAP',
    'TAP version 13\nok 1 - a › later # SKIP\nnot ok 2 - a › todo # TODO\nok 3 - a › top ok\nnot ok 4 - a › top bad\n\n1..4\n# tests 3\n# pass 1\n# skip 1\n# fail 2\n',
    all(['a > top bad'], ['a > top ok']),
  ],
  ['tape', TAPE, all(['first thing > numbers'], ['first thing > is true', 'inner > inner pass'])],
  [
    'TAP of perl',
    "1..4\nok 1 - a\nnot ok 2 - b\n#   Failed test 'b'\n#   at t/a.t line 1.\nok 3 # skip no\nok 4\n",
    all(['b'], ['a', 'test 4']),
  ],
  [
    'pytest',
    PYTEST,
    some([
      'tests/test_x.py::test_p[two words]',
      'tests/test_x.py::test_p[a/b - c]',
      'tests/test_x.py::TestC::test_m',
      'tests/test_x.py::test_err',
    ]),
  ],
  [
    'pytest -v',
    PYTEST_VERBOSE,
    some([
      'tests/test_x.py::test_p[two words]',
      'tests/test_x.py::test_p[a/b - c]',
      'tests/test_x.py::TestC::test_m',
      'tests/test_x.py::test_err',
    ]),
  ],
  [
    'pytest -rA',
    '=== short test summary info ===\nPASSED a.py::test_a\nSKIPPED [1] a.py:8: r\nFAILED a.py::test_b - assert 1 == 2\n==== 1 failed, 1 passed, 1 skipped in 0.5s ====\n',
    all(['a.py::test_b'], ['a.py::test_a']),
  ],
  [
    'pytest, broken import',
    '=== short test summary info ===\nERROR tests/test_imp.py\n!!!! Interrupted: 1 error during collection !!!!\n==== 1 error in 2.19s ====\n',
    all(['tests/test_imp.py'], []),
  ],
  [
    'unittest',
    `FE.sFFux\n${UNITTEST_FAILURES}`,
    some([
      'test_u.Foo.test_err',
      'test_u.Foo.test_doc',
      'test_u.Foo.test_sub',
      'test_u.Foo.test_us',
    ]),
  ],
  [
    'unittest -v',
    UNITTEST_VERBOSE,
    all(
      ['test_u.Foo.test_doc', 'test_u.Foo.test_err', 'test_u.Foo.test_sub', 'test_u.Foo.test_us'],
      ['test_u.Foo.test_ok', 'test_u.Foo.test_xf'],
    ),
  ],
  [
    'unittest before Python 3.11',
    'test_a (m.Foo) ... ok\ntest_b (m.Foo) ... FAIL\n\nRan 2 tests in 0.1s\n\nFAILED (failures=1)\n',
    all(['m.Foo.test_b'], ['m.Foo.test_a']),
  ],
  [
    'cargo test',
    CARGO,
    all(
      ['x (src/lib.rs) > tests::bad', 'Doc-tests x > src/lib.rs - f'],
      ['x (src/lib.rs) > tests::ok', 'x (src/lib.rs) > tests::panics', 'it (tests/it.rs) > ok'],
    ),
  ],
  ['cargo test -q', CARGO_QUIET, some(['tests::bad'])],
  [
    'cargo nextest',
    '        PASS [   0.003s] x tests::ok\n        FAIL [   0.004s] (2/2) x tests::bad\n     Summary [   0.010s] 2 tests run: 1 passed, 1 failed, 0 skipped\n        FAIL [   0.004s] (2/2) x tests::bad\n',
    all(['x tests::bad'], ['x tests::ok']),
  ],
  [
    'go test',
    GO,
    some(['example.com/x/a > TestA', 'example.com/x/a > TestA/deep', 'example.com/x/d']),
  ],
  [
    'go test -v',
    GO_VERBOSE,
    all(
      ['example.com/x/a > TestA', 'example.com/x/a > TestA/deep'],
      ['example.com/x/a > TestA/sub_one', 'example.com/x/c > TestB'],
    ),
  ],
  [
    'go test -json',
    GO_JSON,
    all(['example.com/x/a > TestA', 'example.com/x/d'], ['example.com/x/a > TestA/sub_one']),
  ],
  ['ctest', CTEST, all(['b fail', 'd_missing'], ['a.pass'])],
  [
    'rspec',
    `FF.*\n${RSPEC_FAILURES}${RSPEC_END}`,
    some(['spec/x_spec.rb > Stack is expected to eq 3', 'spec/x_spec.rb > Stack when empty fails']),
  ],
  [
    'rspec, documentation',
    `Randomized with seed 12\n${RSPEC_DOCUMENTATION}${RSPEC_FAILURES}${RSPEC_END}`,
    some(['spec/x_spec.rb > Stack is expected to eq 3', 'spec/x_spec.rb > Stack when empty fails']),
  ],
  [
    'rspec, a file that cannot be loaded',
    'An error occurred while loading ./spec/y_spec.rb.\n\n0 examples, 0 failures, 1 error occurred outside of examples\n',
    all(['spec/y_spec.rb'], []),
  ],
  [
    'minitest',
    `FSE.\n${MINITEST_FAILURES}`,
    some(['spec thing#test_0001_does it', 'StackTest#test_c']),
  ],
  [
    'minitest -v',
    MINITEST_VERBOSE,
    all(['spec thing#test_0001_does it', 'StackTest#test_c'], ['StackTest#test_a']),
  ],
  ['test-unit', TEST_UNIT, some(['test_b(StackTest)', 'test_c(StackTest)'])],
  [
    'phpunit',
    PHPUNIT,
    some(['StackTest::testC', 'StackTest::testB', 'StackTest::testF with data set "two words"']),
  ],
  ['phpunit --testdox', TESTDOX, null],
  ['surefire', SUREFIRE, some(['ATest.p(int)[2]', 'ATest.boom', 'BTest.bad'])],
  ['gradle', GRADLE, some(['ATest > bad()'], ['ATest > Inner > deep()'])],
  ['dotnet', DOTNET, all(['My.Tests.Bad'], ['My.Tests.Good'])],
  ['JUnit XML', JUNIT, all(['suite deep > er'], ['suite > inner ok'])],
  [
    'two runners that name all',
    `1..1\nok 1 - a\n${CTEST}`,
    all(['b fail', 'd_missing'], ['a', 'a.pass']),
  ],
  [
    'a runner that names all beside one that does not',
    `${CTEST}.....\n==== 5 passed in 0.01s ====\n`,
    some(['b fail', 'd_missing'], ['a.pass']),
  ],
  [
    'a log that has lost its start',
    NODE_SPEC.slice(NODE_SPEC.indexOf('  ▶ deep')),
    { ...some(['top fails', 'er']), partial: true },
  ],
  [
    'a log of mocha that has lost its start',
    MOCHA.slice(MOCHA.indexOf('    ✔ inner ok')),
    some(['suite > inner bad', 'suite > deep > er', 'hooked > "before all" hook for "never"']),
  ],
  ['a name that fails and passes', '1..2\nok 1 - a\nnot ok 2 - a\n', all(['a'], [])],
];
for (const [title, log, expected] of logs) {
  test(`${title}: ${expected?.failed.length ?? 'no'} failed`, () =>
    assert.equal(readOutcomes(log), expected));
}

const names: [title: string, printed: string, name: string, root?: string][] = [
  ['the working tree', '/home/a/tree/n/c.test.mjs', 'n/c.test.mjs', '/home/a/tree'],
  ['an address of a file', 'file:///home/a/tree/c.mjs', 'c.mjs', '/home/a/tree'],
  ['a temporary folder', 'writes /tmp/x-8fj3/sub/a.txt', 'writes a.txt'],
  ['the temporary folder of macOS', '/private/var/folders/1/2/T/a.txt', 'a.txt'],
  ['a place in memory', 'test[<A object at 0x7fc6cecb8110>]', 'test[<A object at 0x>]'],
  ['a line and a column', 'fails at a.test.ts:12:3', 'fails at a.test.ts'],
  ['a path that is none', 'GET /api/users/1 at 10:30', 'GET /api/users/1 at 10:30'],
  ['a long name', 'a'.repeat(600), 'a'.repeat(500)],
];
for (const [title, printed, name, root] of names) {
  test(`two runs share a name: ${title}`, () =>
    assert.equal(readOutcomes(`1..1\nok 1 - ${printed}\n`, root)?.passed, [name]));
}

const nothing = { broken: [], repaired: [], missing: [] };
const changes: [
  title: string,
  result: TestOutcomes | null,
  base: TestOutcomes | null,
  expected: ReturnType<typeof compareOutcomes>,
][] = [
  ['nothing is known', null, null, nothing],
  ['nothing is known of the result', null, some(['a']), nothing],
  ['nothing is known of base', some(['a']), null, { ...nothing, broken: ['a'] }],
  ['the same', all(['a'], ['b']), all(['a'], ['b']), nothing],
  ['passed, fails', all(['a'], []), all([], ['a']), { ...nothing, broken: ['a'] }],
  ['is new, and fails', all(['b'], ['a']), all([], ['a']), { ...nothing, broken: ['b'] }],
  ['failed, passes', all([], ['a']), all(['a'], []), { ...nothing, repaired: ['a'] }],
  [
    'failed, and is not there, where all are named',
    all([], ['b']),
    all(['a'], ['b']),
    { ...nothing, missing: ['a'] },
  ],
  ['passed, and is not there', all([], []), all([], ['a']), { ...nothing, missing: ['a'] }],
  ['failed, and is not among the failures', some([]), some(['a']), { ...nothing, repaired: ['a'] }],
  [
    'failed, and there are failures without a name',
    { ...some([]), partial: true },
    some(['a']),
    nothing,
  ],
  [
    'failed, and its file fails as a whole',
    some(['t/a.test.ts']),
    some(['t/a.test.ts > b']),
    { ...nothing, broken: ['t/a.test.ts'] },
  ],
  [
    'failed, and its file cannot be imported',
    some(['t/a.py']),
    some(['t/a.py::test_b']),
    { ...nothing, broken: ['t/a.py'] },
  ],
  ['passed, where only failures are named now', some([]), all([], ['a']), nothing],
  [
    'failed, where only failures were named',
    all([], ['b']),
    some(['a']),
    { ...nothing, missing: ['a'] },
  ],
  [
    'passed, and got its file in front, because there are two files now',
    all(['test > a'], ['test > b', 'other > c']),
    all([], ['a', 'b']),
    { ...nothing, broken: ['a'] },
  ],
  [
    'failed, and lost its file in front, because there is one file now',
    all([], ['a']),
    all(['test > a'], ['other > c']),
    { ...nothing, repaired: ['test > a'], missing: ['other > c'] },
  ],
];
for (const [title, result, base, expected] of changes) {
  test(`compared with base: ${title}`, () => assert.equal(compareOutcomes(result, base), expected));
}

const SIZE = 1024 ** 2;
const fill = (unit: string) => unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
const stairs = (text: string) =>
  Array.from({ length: 900 }, (_, indent) => `${' '.repeat(indent)}${text}`);
const down = stairs('▶ long name').join('\n');
const up = stairs('ok 1 - x').reverse().join('\n');

const hostile: [title: string, log: string][] = [
  ['one line', fill('a > b :: ')],
  ['empty lines', fill('\n')],
  ['results', `1..3\n${fill('ok 1 - a\n')}`],
  ['deep results', `1..3\n${fill(`${' '.repeat(900)}ok 1 - a\n`)}\n${up}\n`],
  ['deep groups', `ℹ tests 3\n${down}\n${fill(`${' '.repeat(60)}✔ y (1ms)\n`)}`],
  ['places', `ℹ tests 3\n${fill(`✔ ${'/tmp/'.repeat(300)} (1ms)\n`)}`],
  ['brackets', `ℹ tests 3\n${fill(`✔ ${' (1'.repeat(600)}\n`)}`],
  ['explanations', `  3 passing\n  9 failing\n  1) a\n${fill('   b\n')}`],
  ['titles', `${fill(`  ✘ [fail]: ${'a '.repeat(900)}\n`)}\n  ─\n`],
  ['examples', `${fill(`a\n${' b (PENDING: '.repeat(100)}\n`)}1 example, 0 failures\n`],
  [
    'parameters',
    `== short test summary info ==\n${fill(`FAILED a.py::b[${' - ['.repeat(400)}\n`)}`,
  ],
  ['reasons', fill(`a.py::b${' SKIPPED ('.repeat(180)})\n`)],
  ['classes', `> Task :a\n${fill(`a${' > b'.repeat(400)}\n`)}`],
  ['times', fill(`[ERROR] a ${' -- Time elapsed: 1'.repeat(90)}\n`)],
  ['events', fill(`{"Action":"pass"${'{'.repeat(1000)}\n`)],
];
const everything = hostile.map(([, log]) => log.slice(0, (4 * SIZE) / hostile.length)).join('\n');

for (const [title, log] of [...hostile, ['everything, 4 of them', everything] as const]) {
  test(`megabytes of ${title} are read in seconds`, () => {
    const start = process.cpuUsage();
    readOutcomes(log);
    // Of the processor's time: another test may run beside this one.
    assert.ok(process.cpuUsage(start).user < 10e6);
  });
}

test('what pnpm prints for several packages at once is read package by package', () => {
  const log = `packages/one test$ node --test
packages/two test$ node --test
packages/one test: # Subtest: adds
packages/two test: # Subtest: multiplies
packages/one test: ok 1 - adds
packages/two test: not ok 1 - multiplies
packages/one test: 1..1
packages/two test: 1..1
packages/one test: # tests 1
packages/one test: # pass 1
packages/two test: # tests 1
packages/one test: # fail 0
packages/two test: # pass 0
packages/two test: # fail 1
`;
  assert.equal(countTests(log), { ran: 2, failed: 1 });
  assert.equal(readOutcomes(log), all(['multiplies'], ['adds']));
});

test.run();
