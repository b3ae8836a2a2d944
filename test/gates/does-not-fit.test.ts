/** Logs as runners and compilers print them, shortened; working trees lie in /repos. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doesNotFit, readFitSigns } from '../../scripts/lib/gates/does-not-fit.ts';

const NODE_EXPORT = `# file:///repos/project-mm-scratch-1a2b3c4d/test/a.test.js:2
# import { total } from '../sum.js';
#          ^^^^^
# SyntaxError: The requested module '../sum.js' does not provide an export named 'total'
#     at ModuleJob._instantiate (node:internal/modules/esm/module_job:213:21)
# Subtest: /repos/project-mm-scratch-1a2b3c4d/test/a.test.js
not ok 1 - /repos/project-mm-scratch-1a2b3c4d/test/a.test.js
  error: 'test failed'
  code: 'ERR_TEST_FAILURE'`;

const NODE_MODULE = `# node:internal/modules/esm/resolve:283
#     throw new ERR_MODULE_NOT_FOUND(
# Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/repos/project-mm-gpt/total.js' imported from /repos/project-mm-gpt/test/b.test.js
#     at finalizeResolution (node:internal/modules/esm/resolve:283:11)
#   code: 'ERR_MODULE_NOT_FOUND',`;

const NODE_REQUIRE = `# Error: Cannot find module '../nothing.cjs'
# Require stack:
# - /repos/p-mm-x/test/d.test.cjs
#     at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)
#   requireStack: [ '/repos/p-mm-x/test/d.test.cjs' ]`;

const NODE_CALL = `not ok 3 - not function
  ---
  location: 'LOCATION'
  failureType: 'testCodeFailure'
  error: 's.total is not a function'
  code: 'ERR_TEST_FAILURE'
  name: 'TypeError'
  stack: |-
    TestContext.<anonymous> (file:///repos/p-mm-x/PLACE:3:43)
    Test.runInAsyncScope (node:async_hooks:206:9)
  ...`.replace('LOCATION', '/repos/p-mm-x/test/c.test.js:3:1');

const VITEST = ` ❯ test/a.test.ts (3 tests | 2 failed) 18ms
   × t 7ms
     → (0 , total) is not a function
   × own bug 1ms
     → sum.nothing is not a function

 FAIL  test/b.test.ts [ test/b.test.ts ]
Error: Cannot find module '../total.ts' imported from '/repos/js/test/b.test.ts'
 ❯ test/b.test.ts:2:1
      1| import { expect, test } from 'vitest';

Caused by: Error: Failed to load url ../total.ts (resolved id: ../total.ts) in /repos/js/test/b.test.ts. Does the file exist?
 ❯ loadAndTransform node_modules/vite/dist/node/chunks/config.js:22907:33

 FAIL  test/a.test.ts > t
TypeError: (0 , total) is not a function
 ❯ test/a.test.ts:3:26
      3| test('t', () => { expect(total(1)).toBe(1); });

 FAIL  test/a.test.ts > own bug
TypeError: sum.nothing is not a function
 ❯ bad sum.ts:1:115
 ❯ test/a.test.ts:4:32
`;

const JEST = `  ● t

    TypeError: total is not a function

      2 | test('t', () => {
      3 |   const x = 1;
    > 4 |   expect(total(x)).toBe(1);
        |          ^
      5 | });
      6 | test('own bug', () => { expect(bad()).toBe(1); });

      at Object.total (test/a.test.js:4:10)

  ● own bug

    TypeError: exports.nothing is not a function

    > 1 | exports.sum = (a,b)=>a+b; exports.bad = () => exports.nothing(1)
        |                                                       ^

      at nothing (sum.js:1:55)
      at Object.bad (test/a.test.js:6:32)

  ● Test suite failed to run

    Cannot find module '../total' from 'test/b.test.js'
`;

const TSC = `sum.ts(1,60): error TS2304: Cannot find name 'undefinedThing'.
sum.ts(1,115): error TS2339: Property 'nothing' does not exist on type '() => any'.
test/a.test.ts(2,10): error TS2305: Module '"../sum.ts"' has no exported member 'total'.
test/b.test.ts(2,23): error TS2307: Cannot find module '../total.ts' or its corresponding type declarations.
test/b.test.ts(4,2): error TS2339: Property 'x' does not exist on type 'Y'.`;

const PYTEST = `__________________________ ERROR collecting test_a.py __________________________
ImportError while importing test module '/repos/py/test_a.py'.
Traceback:
/usr/lib/python3.11/importlib/__init__.py:126: in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
test_a.py:1: in <module>
    from calc import total
E   ImportError: cannot import name 'total' from 'calc' (/repos/py/calc.py)
__________________________ ERROR collecting test_c.py __________________________
test_c.py:1: in <module>
    import nothing
E   ModuleNotFoundError: No module named 'nothing'
__________________________________ test_attr ___________________________________

>   def test_attr(): assert calc.total(1)==1
                            ^^^^^^^^^^
E   AttributeError: module 'calc' has no attribute 'total'

test_b.py:2: AttributeError
___________________________________ test_kw ____________________________________

>   def test_kw(): assert calc.add(a=1,c=2)==1
E   TypeError: add() got an unexpected keyword argument 'c'

test_b.py:4: TypeError
__________________________________ test_none ___________________________________

>   def test_none(): assert calc.broken().x==1
E   AttributeError: 'NoneType' object has no attribute 'x'

test_b.py:6: AttributeError
__________________________________ test_deep ___________________________________

    def test_deep():
>       calc.deep()

test_b.py:9:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

    def deep():
>       return Foo().bar()
E       AttributeError: 'Foo' object has no attribute 'bar'

calc.py:7: AttributeError
=========================== short test summary info ============================
FAILED test_b.py::test_attr - AttributeError: module 'calc' has no attribute 'total'
ERROR test_a.py - ImportError: cannot import name 'total' from 'calc'`;

const UNITTEST = `ERROR: test_a (unittest.loader._FailedTest.test_a)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/usr/lib/python3.11/unittest/loader.py", line 362, in _get_module_from_name
    __import__(name)
  File "/repos/py/test_a.py", line 1, in <module>
    from calc import total
ImportError: cannot import name 'total' from 'calc' (/repos/py/calc.py)

======================================================================
ERROR: test_own (test_u.T.test_own)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/repos/py/test_u.py", line 3, in test_own
    calc.own()
  File "/repos/py/calc.py", line 9, in own
    return lost.total(1)
           ^^^^^^^^^^
AttributeError: module 'lost' has no attribute 'total'
`;

const GO = `# example.com/m [example.com/m.test]
./m_test.go:3:31: undefined: Total
./m_test.go:3:74: v.Foo undefined (type T has no field or method Foo)
./m_test.go:3:85: not enough arguments in call to Sum
	have (number)
	want (int, int)
./m_test.go:3:105: cannot use "a" (untyped string constant) as int value in argument to Sum
./m.go:7:2: undefined: helper
FAIL	example.com/m [build failed]`;

const RUST = `error[E0432]: unresolved import \`m::total\`
 --> tests/a.rs:1:5
  |
1 | use m::total;
error[E0425]: cannot find function \`foo\` in crate \`m\`
 --> src/lib.rs:2:46
`;

const JAVAC = `[ERROR] /repos/p/src/test/java/FooTest.java:[5,3] cannot find symbol
src/main/java/Bar.java:1: error: cannot find symbol`;

const RUBY = `  1) Error:
T#test_b:
NameError: uninitialized constant T::Bar

  def test_b; Bar; end
              ^^^
    foo_test.rb:5:in \`test_b'

  2) Error:
T#test_c:
NoMethodError: undefined method \`bar' for nil:NilClass

    foo_test.rb:6:in \`test_c'
`;

const logs: [name: string, log: string, misfits: string[]][] = [
  [
    'node, an export',
    NODE_EXPORT,
    ["SyntaxError: The requested module '../sum.js' does not provide an export named 'total'"],
  ],
  [
    'node, an export that the code itself lacks',
    NODE_EXPORT.replace('test/a.test.js:2', 'src/a.js:2'),
    [],
  ],
  [
    'node, a module',
    NODE_MODULE,
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'total.js' imported from test/b.test.js"],
  ],
  [
    'node, a module that the code itself lacks',
    NODE_MODULE.replace('test/b.test.js', 'src/b.js'),
    [],
  ],
  ['node, require', NODE_REQUIRE, ["Error: Cannot find module '../nothing.cjs'"]],
  [
    'node, a call in a test',
    NODE_CALL.replace('PLACE', 'test/c.test.js'),
    ["error: 's.total is not a function'"],
  ],
  ['node, a call in the code', NODE_CALL.replace('PLACE', 'src/c.js'), []],
  [
    'vitest',
    VITEST,
    [
      "Error: Cannot find module '../total.ts' imported from 'test/b.test.ts'",
      'TypeError: (0 , total) is not a function',
    ],
  ],
  [
    'jest',
    JEST,
    ['TypeError: total is not a function', "Cannot find module '../total' from 'test/b.test.js'"],
  ],
  [
    'tsc',
    TSC,
    [
      `test/a.test.ts(2,10): error TS2305: Module '"../sum.ts"' has no exported member 'total'.`,
      "test/b.test.ts(2,23): error TS2307: Cannot find module '../total.ts' or its corresponding type declarations.",
      "test/b.test.ts(4,2): error TS2339: Property 'x' does not exist on type 'Y'.",
    ],
  ],
  [
    'pytest',
    PYTEST,
    [
      "ImportError: cannot import name 'total' from 'calc' (calc.py)",
      "ModuleNotFoundError: No module named 'nothing'",
      "AttributeError: module 'calc' has no attribute 'total'",
      "TypeError: add() got an unexpected keyword argument 'c'",
    ],
  ],
  ['unittest', UNITTEST, ["ImportError: cannot import name 'total' from 'calc' (calc.py)"]],
  [
    'go',
    GO,
    [
      './m_test.go:3:31: undefined: Total',
      './m_test.go:3:74: v.Foo undefined (type T has no field or method Foo)',
      './m_test.go:3:85: not enough arguments in call to Sum',
      './m_test.go:3:105: cannot use "a" (untyped string constant) as int value in argument to Sum',
    ],
  ],
  ['rust', RUST, ['error[E0432]: unresolved import `m::total`']],
  ['java', JAVAC, ['src/test/java/FooTest.java:[5,3] cannot find symbol']],
  ['ruby', RUBY, ['NameError: uninitialized constant T::Bar']],
  ['a plain failure', "  error: '3 == 4'\n  code: 'ERR_ASSERTION'\n  name: 'AssertionError'", []],
  ['nothing', '', []],
];
for (const [name, log, misfits] of logs) {
  test(`${name}: ${misfits.length} misfits`, () => {
    assert.equal(readFitSigns(log, '/repos').misfits, misfits);
  });
}

const asserting: [log: string, asserts: boolean][] = [
  ["  code: 'ERR_ASSERTION'", true],
  ['AssertionError: expected 3 to be 4 // Object.is equality', true],
  ['    expect(received).toBe(expected)', true],
  ['E   assert 3 == 4', true],
  ["thread 't' panicked at src/lib.rs:3:5:\nassertion `left == right` failed", true],
  ['--- FAIL: TestX (0.00s)', true],
  ['  Expected: 1\n  Actual: 2', true],
  [NODE_EXPORT, false],
  [GO, false],
  [RUST, false],
];
for (const [log, asserts] of asserting) {
  test(`asserts ${asserts}: ${log.slice(0, 40)}`, () => {
    assert.is(readFitSigns(log, '/repos').asserts, asserts);
  });
}

test('two places of the same message are two, one that is printed twice is one', () => {
  const block = (file: string) =>
    `${file}:1: in <module>\nE   ModuleNotFoundError: No module named 'x'\n`;
  const twice = [block('test_a.py'), block('test_b.py'), block('test_a.py')].join(
    '\n\n\n\n\n\n\n\n\n\n',
  );
  assert.is(readFitSigns(twice, '/repos').misfits.length, 2);
});

const decisions: [
  misfits: number,
  asserts: boolean,
  failures: number | null,
  wasRed: boolean,
  fits: boolean,
][] = [
  // Nothing was missing: what fails, fails for what the code does.
  [0, true, 1, false, true],
  [0, false, null, false, true],
  // All that is known is that something was missing.
  [1, false, 1, false, false],
  [1, false, 9, false, false],
  [1, false, null, false, false],
  // An assertion about something that was missing.
  [2, true, 2, false, false],
  [2, true, 1, false, false],
  // More failures than things missing, and assertions that do not hold.
  [1, true, 2, false, true],
  // These assertions may be of base's own tests.
  [1, true, 2, true, false],
  [1, true, null, false, false],
];
for (const [misfits, asserts, failures, wasRed, fits] of decisions) {
  test(`${misfits} misfits, asserts ${asserts}, ${failures} failures, was red ${wasRed}: fits ${fits}`, () => {
    const signs = { misfits: Array.from({ length: misfits }, String), asserts };
    assert.is(doesNotFit(signs, { failures, wasRed }), !fits);
  });
}

test('hostile logs: read in a moment, and shown in one short line', () => {
  const long = `${'a.js:1 '.repeat(200)}Cannot find module 'x' from 'y.test.js'\n`;
  const many = `${"Cannot find module '".repeat(90)}\n`;
  const deep = `${'cannot use '.repeat(150)} ${'x-'.repeat(100)}\n`;
  const log = (long + many + deep).repeat(700);
  const { misfits } = readFitSigns(log, '/repos');
  assert.ok(misfits.length <= 1000);
  assert.ok(misfits.every((it) => it.length <= 161 && !it.includes('\n')));
  assert.equal(readFitSigns(`Cannot find module '${'x'.repeat(5000)}'`, '/repos').misfits, []);
});

test.run();
