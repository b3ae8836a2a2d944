/** Tests compared with base's, by language: what is found, and what is not. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findTampering } from '../../scripts/lib/gates/tampering/tampering.ts';

const FILES = {
  js: 'test/a.test.ts',
  py: 'tests/test_a.py',
  rb: 'spec/a_spec.rb',
  exs: 'test/a_test.exs',
  go: 'a_test.go',
  rs: 'tests/a.rs',
  java: 'src/test/java/ATest.java',
  kt: 'src/test/kotlin/ATest.kt',
  cs: 'tests/ATests.cs',
  php: 'tests/ATest.php',
  swift: 'Tests/ATests.swift',
  dart: 'test/a_test.dart',
  cpp: 'tests/a_test.cpp',
  scala: 'src/test/scala/ASpec.scala',
};

type Language = keyof typeof FILES;

/** `kind severity`, each once, in order. */
function kindsOf(path: string, before: string, after: string): string[] {
  const found = findTampering([{ path, status: 'modified', before, after }]);
  return [...new Set(found.map(({ kind, severity }) => `${kind} ${severity}`))];
}

const DELETED = 'test-deleted strong';
const SKIPPED = 'test-skipped strong';
const EMPTIED = 'test-emptied strong';
const REMOVED = 'assertions-removed strong';
const LOOSENED = 'assertion-loosened strong';
const CHANGED = 'assertion-changed weak';
const FEWER_CASES = 'test-cases-removed strong';

const it = (body: string, name = 'adds') => `it('${name}', () => {\n  ${body}\n});\n`;
const py = (body: string, name = 'test_adds') => `def ${name}():\n    ${body}\n`;
const go = (body: string) => `func TestAdds(t *testing.T) {\n\t${body}\n}\n`;
const rust = (body: string) => `#[test]\nfn adds() {\n    ${body}\n}\n`;
const java = (body: string) => `class ATest {\n  @Test\n  void adds() {\n    ${body}\n  }\n}\n`;
const php = (body: string) =>
  `<?php\nclass ATest {\n  public function testAdds() {\n    ${body}\n  }\n}\n`;
const swift = (body: string) => `class A: XCTestCase {\n  func testAdds() {\n    ${body}\n  }\n}\n`;
const cs = (body: string) => `class A {\n  [Fact]\n  public void Adds() {\n    ${body}\n  }\n}\n`;

/** Both sides within the same wrapping. */
const both = (wrap: (body: string) => string, before: string, after: string) =>
  [wrap(before), wrap(after)] as const;

const EQUAL = 'expect(add(1, 2)).toBe(3);';

const found: [Language, what: string, before: string, after: string, ...kinds: string[]][] = [
  // Gone.
  ['js', 'a test is gone', it(EQUAL) + it('expect(b).toBe(1);', 'other'), it(EQUAL), DELETED],
  ['js', 'a test is a comment now', it(EQUAL), `/* ${it(EQUAL)} */`, DELETED],
  ['js', 'a test is in a string now', it(EQUAL), `const text = \`${it(EQUAL)}\`;`, DELETED],
  ['js', 'one of two of the same name', it(EQUAL) + it('expect(b).toBe(1);'), it(EQUAL), DELETED],
  [
    'py',
    'a function is no test any more',
    py('assert add(1, 2) == 3\n    assert b'),
    py('assert add(1, 2) == 3\n    assert b', 'adds'),
    DELETED,
  ],
  [
    'py',
    'a method is gone',
    `class TestA:\n    ${py('assert a == 1').replaceAll('\n', '\n    ')}\n    def test_b(self):\n        assert b == 2\n`,
    `class TestA:\n    ${py('assert a == 1').replaceAll('\n', '\n    ')}\n`,
    DELETED,
  ],
  [
    'rb',
    'an example is gone',
    "describe 'A' do\n  it 'adds' do\n    expect(a).to eq 3\n  end\n\n  it 'subtracts' do\n    expect(b).to eq 1\n  end\nend\n",
    "describe 'A' do\n  it 'adds' do\n    expect(a).to eq 3\n  end\nend\n",
    DELETED,
  ],
  [
    'go',
    'a subtest is gone',
    go(
      't.Run("one", func(t *testing.T) { require.Equal(t, 1, one()) })\n\tt.Run("two", func(t *testing.T) { require.Equal(t, 2, two()) })',
    ),
    go('t.Run("one", func(t *testing.T) { require.Equal(t, 1, one()) })'),
    DELETED,
  ],
  [
    'rs',
    'the attribute is gone',
    rust('assert_eq!(add(1, 2), 3);'),
    'fn adds() {\n    assert_eq!(add(1, 2), 3);\n}\n',
    DELETED,
  ],
  [
    'java',
    'the annotation is gone',
    java('assertEquals(3, add(1, 2));'),
    java('assertEquals(3, add(1, 2));').replace('@Test', ''),
    DELETED,
  ],
  [
    'kt',
    'a function with a name in words',
    'class A {\n  @Test\n  fun `adds two`() {\n    assertEquals(3, add(1, 2))\n  }\n}\n',
    'class A {\n}\n',
    DELETED,
  ],
  ['cs', 'a fact is gone', cs('Assert.Equal(3, Add(1, 2));'), 'class A {\n}\n', DELETED],
  [
    'php',
    'a method is gone',
    php('$this->assertSame(3, add(1, 2));'),
    '<?php\nclass ATest {\n}\n',
    DELETED,
  ],
  [
    'swift',
    'a method is gone',
    swift('XCTAssertEqual(add(1, 2), 3)'),
    'class A: XCTestCase {\n}\n',
    DELETED,
  ],
  [
    'dart',
    'a test is gone',
    "void main() {\n  test('adds', () {\n    expect(add(1, 2), 3);\n  });\n}\n",
    'void main() {\n}\n',
    DELETED,
  ],
  ['cpp', 'a test is gone', 'TEST(Add, Works) {\n  EXPECT_EQ(add(1, 2), 3);\n}\n', '\n', DELETED],
  [
    'exs',
    'a test is gone',
    'defmodule ATest do\n  test "adds" do\n    assert add(1, 2) == 3\n  end\nend\n',
    'defmodule ATest do\nend\n',
    DELETED,
  ],
  [
    'scala',
    'a test is gone',
    'class ASpec extends AnyFunSuite {\n  test("adds") {\n    assert(add(1, 2) == 3)\n  }\n}\n',
    'class ASpec extends AnyFunSuite {\n}\n',
    DELETED,
  ],

  // Skipped.
  ...(['it.skip', 'xit', 'it.todo', 'test.skip', 'it.fails', 'it.skipIf(true)'] as const).map(
    (word): [Language, string, string, string, string] => [
      'js',
      word,
      it(EQUAL),
      it(EQUAL).replace('it', word),
      SKIPPED,
    ],
  ),
  [
    'js',
    'describe.skip around it',
    `describe('a', () => {\n${it(EQUAL)}});\n`,
    `describe.skip('a', () => {\n${it(EQUAL)}});\n`,
    SKIPPED,
  ],
  [
    'js',
    'an option',
    it(EQUAL),
    it(EQUAL).replace("'adds', ", "'adds', { skip: true }, "),
    SKIPPED,
  ],
  [
    'js',
    'an option with a reason',
    it(EQUAL),
    it(EQUAL).replace("'adds', ", "'adds', { skip: 'flaky' }, "),
    SKIPPED,
  ],
  [
    'js',
    't.skip',
    "test('adds', (t) => {\n  t.equal(add(1, 2), 3);\n});\n",
    "test('adds', (t) => {\n  t.skip();\n  t.equal(add(1, 2), 3);\n});\n",
    SKIPPED,
  ],
  [
    'js',
    'only',
    it(EQUAL),
    `${it(EQUAL)}it.only('fast', () => {\n  expect(1 + one).toBe(2);\n});\n`,
    SKIPPED,
  ],
  ['js', 'an exit', it(EQUAL), `process.exit(0);\n${it(EQUAL)}`, SKIPPED],
  ['js', 'an early return', it(EQUAL), it(`return;\n  ${EQUAL}`), SKIPPED],
  [
    'js',
    'an early return without a semicolon',
    it(EQUAL),
    it(`start()\n  return\n  ${EQUAL}`),
    SKIPPED,
  ],
  ['js', 'a return that always happens', it(EQUAL), it(`if (true) return;\n  ${EQUAL}`), SKIPPED],
  [
    'js',
    'a suite of uvu that is not run',
    `import { test } from 'uvu';\ntest('adds', () => {\n  assert.is(add(1, 2), 3);\n});\ntest.run();\n`,
    `import { test } from 'uvu';\ntest('adds', () => {\n  assert.is(add(1, 2), 3);\n});\n`,
    SKIPPED,
  ],
  [
    'js',
    'a suite of its own name',
    "const adding = suite('adding');\nadding('two', () => {\n  assert.is(add(1, 2), 3);\n});\n",
    "const adding = suite('adding');\nadding.skip('two', () => {\n  assert.is(add(1, 2), 3);\n});\n",
    SKIPPED,
  ],
  ...(
    [
      ['@pytest.mark.skip(reason="flaky")\n', 'mark.skip'],
      ['@pytest.mark.skipif(True, reason="x")\n', 'mark.skipif'],
      ['@pytest.mark.xfail\n', 'mark.xfail'],
      ['@unittest.skip("x")\n', 'unittest.skip'],
    ] as const
  ).map(([mark, what]): [Language, string, string, string, string] => [
    'py',
    what,
    py('assert add(1, 2) == 3'),
    mark + py('assert add(1, 2) == 3'),
    SKIPPED,
  ]),
  [
    'py',
    'pytest.skip',
    py('assert add(1, 2) == 3'),
    py('pytest.skip("x")\n    assert add(1, 2) == 3'),
    SKIPPED,
  ],
  [
    'py',
    'pytestmark',
    py('assert add(1, 2) == 3'),
    `pytestmark = pytest.mark.skip\n${py('assert add(1, 2) == 3')}`,
    SKIPPED,
  ],
  [
    'py',
    'os._exit',
    py('assert add(1, 2) == 3'),
    `import os\nos._exit(0)\n${py('assert add(1, 2) == 3')}`,
    SKIPPED,
  ],
  [
    'py',
    'an early return',
    py('assert add(1, 2) == 3'),
    py('return\n    assert add(1, 2) == 3'),
    SKIPPED,
  ],
  [
    'rb',
    'xit',
    "it 'adds' do\n  expect(a).to eq 3\nend\n",
    "xit 'adds' do\n  expect(a).to eq 3\nend\n",
    SKIPPED,
  ],
  [
    'rb',
    'pending',
    "it 'adds' do\n  expect(a).to eq 3\nend\n",
    "it 'adds' do\n  pending\n  expect(a).to eq 3\nend\n",
    SKIPPED,
  ],
  [
    'rb',
    'an option',
    "it 'adds' do\n  expect(a).to eq 3\nend\n",
    "it 'adds', skip: true do\n  expect(a).to eq 3\nend\n",
    SKIPPED,
  ],
  [
    'exs',
    'a tag',
    'test "adds" do\n  assert add(1, 2) == 3\nend\n',
    '@tag :skip\ntest "adds" do\n  assert add(1, 2) == 3\nend\n',
    SKIPPED,
  ],
  [
    'go',
    't.Skip',
    go('require.Equal(t, 3, add(1, 2))'),
    go('t.Skip("x")\n\trequire.Equal(t, 3, add(1, 2))'),
    SKIPPED,
  ],
  [
    'go',
    'a build constraint',
    `package a\n${go('require.Equal(t, 3, add(1, 2))')}`,
    `//go:build never\n\npackage a\n${go('require.Equal(t, 3, add(1, 2))')}`,
    SKIPPED,
  ],
  [
    'rs',
    'ignore',
    rust('assert_eq!(add(1, 2), 3);'),
    `#[ignore]\n${rust('assert_eq!(add(1, 2), 3);')}`,
    SKIPPED,
  ],
  [
    'java',
    'Disabled',
    java('assertEquals(3, add(1, 2));'),
    java('assertEquals(3, add(1, 2));').replace('@Test', '@Disabled("x")\n  @Test'),
    SKIPPED,
  ],
  [
    'java',
    'Disabled on the class',
    java('assertEquals(3, add(1, 2));'),
    `@Disabled\n${java('assertEquals(3, add(1, 2));')}`,
    SKIPPED,
  ],
  [
    'kt',
    'Ignore',
    '@Test\nfun adds() {\n  assertEquals(3, add(1, 2))\n}\n',
    '@Ignore\n@Test\nfun adds() {\n  assertEquals(3, add(1, 2))\n}\n',
    SKIPPED,
  ],
  [
    'cs',
    'Skip',
    cs('Assert.Equal(3, Add(1, 2));'),
    cs('Assert.Equal(3, Add(1, 2));').replace('[Fact]', '[Fact(Skip = "x")]'),
    SKIPPED,
  ],
  [
    'php',
    'markTestSkipped',
    php('$this->assertSame(3, add(1, 2));'),
    php('$this->markTestSkipped();\n    $this->assertSame(3, add(1, 2));'),
    SKIPPED,
  ],
  [
    'swift',
    'XCTSkip',
    swift('XCTAssertEqual(add(1, 2), 3)'),
    swift('throw XCTSkip()\n    XCTAssertEqual(add(1, 2), 3)'),
    SKIPPED,
  ],
  [
    'dart',
    'an option',
    "test('adds', () {\n  expect(add(1, 2), 3);\n});\n",
    "test('adds', skip: true, () {\n  expect(add(1, 2), 3);\n});\n",
    SKIPPED,
  ],
  [
    'cpp',
    'DISABLED_',
    'TEST(Add, Works) {\n  EXPECT_EQ(add(1, 2), 3);\n}\n',
    'TEST(Add, DISABLED_Works) {\n  EXPECT_EQ(add(1, 2), 3);\n}\n',
    SKIPPED,
  ],

  ['js', 'never', it(EQUAL), `if (false) {\n${it(EQUAL)}}\n`, SKIPPED],
  ['js', 'another name for what skips', it(EQUAL), `const it = test.skip;\n${it(EQUAL)}`, SKIPPED],
  ['py', 'never', ...both(py, 'assert a == 3', 'if False:\n        assert a == 3'), SKIPPED],
  [
    'go',
    'never',
    ...both(
      go,
      'f(t)\n\trequire.Equal(t, a, 3)',
      'if false {\n\t\tf(t)\n\t\trequire.Equal(t, a, 3)\n\t}',
    ),
    SKIPPED,
  ],

  // Emptied.
  ['js', 'nothing is left', ...both(it, EQUAL, ''), EMPTIED],
  ['js', 'a comment is left', ...both(it, EQUAL, '// expect(add(1, 2)).toBe(3);'), EMPTIED],
  [
    'js',
    'no assertion is left',
    ...both(it, `const sum = add(1, 2);\n  ${EQUAL}`, 'const sum = add(1, 2);'),
    EMPTIED,
  ],
  [
    'js',
    'an assertion of nothing is left',
    ...both(it, `start();\n  ${EQUAL}`, 'start();\n  expect(true).toBe(true);'),
    EMPTIED,
  ],
  ['py', 'pass', ...both(py, 'assert add(1, 2) == 3', 'pass'), EMPTIED],
  ['py', 'a docstring', ...both(py, 'assert add(1, 2) == 3', '"""Adds."""'), EMPTIED],
  ['py', 'assert True', ...both(py, 'assert add(1, 2) == 3', 'assert True'), EMPTIED],
  [
    'rb',
    'nothing is left',
    "it 'adds' do\n  expect(a).to eq 3\nend\n",
    "it 'adds' do\nend\n",
    EMPTIED,
  ],
  ['go', 'nothing is left', ...both(go, 'require.Equal(t, 3, add(1, 2))', ''), EMPTIED],
  ['rs', 'assert!(true)', ...both(rust, 'assert_eq!(add(1, 2), 3);', 'assert!(true);'), EMPTIED],
  ['java', 'nothing is left', ...both(java, 'assertEquals(3, add(1, 2));', 'add(1, 2);'), EMPTIED],
  [
    'php',
    'assertTrue(true)',
    ...both(php, '$this->assertSame(3, add(1, 2));', '$this->assertTrue(true);'),
    EMPTIED,
  ],

  // Fewer assertions.
  ['js', 'one of two is gone', ...both(it, `${EQUAL}\n  expect(b).toBe(1);`, EQUAL), REMOVED],
  [
    'js',
    'a helper asserts less',
    `function check(a: number) {\n  assert.equal(a, 3);\n  assert.ok(a > 2);\n}\n${it('check(add(1, 2));')}`,
    `function check(a: number) {\n  assert.ok(a > 2);\n}\n${it('check(add(1, 2));')}`,
    REMOVED,
  ],
  [
    'py',
    'one of two is gone',
    ...both(py, 'assert a == 1\n    assert b == 2', 'assert a == 1'),
    REMOVED,
  ],
  [
    'py',
    'one of two of unittest',
    ...both(py, 'self.assertEqual(a, 1)\n    self.assertIn(b, c)', 'self.assertEqual(a, 1)'),
    REMOVED,
  ],
  [
    'rb',
    'one of two is gone',
    "it 'adds' do\n  expect(a).to eq 3\n  expect(b).to eq 4\nend\n",
    "it 'adds' do\n  expect(a).to eq 3\nend\n",
    REMOVED,
  ],
  [
    'go',
    'one of two is gone',
    ...both(
      go,
      'if a != 1 {\n\t\tt.Errorf("a")\n\t}\n\tif b != 2 {\n\t\tt.Errorf("b")\n\t}',
      'if a != 1 {\n\t\tt.Errorf("a")\n\t}',
    ),
    REMOVED,
  ],
  [
    'rs',
    'one of two is gone',
    ...both(rust, 'assert_eq!(a, 1);\n    assert!(b);', 'assert_eq!(a, 1);'),
    REMOVED,
  ],
  [
    'java',
    'one of two is gone',
    ...both(java, 'assertThat(a).isEqualTo(1);\n    assertEquals(2, b);', 'assertEquals(2, b);'),
    REMOVED,
  ],
  [
    'cs',
    'one of two is gone',
    ...both(cs, 'Assert.Equal(1, a);\n    b.Should().Be(2);', 'Assert.Equal(1, a);'),
    REMOVED,
  ],
  [
    'swift',
    'one of two is gone',
    ...both(swift, 'XCTAssertEqual(a, 1)\n    XCTAssertTrue(b)', 'XCTAssertEqual(a, 1)'),
    REMOVED,
  ],

  // Loosened.
  ...(
    [
      ['expect(a).toBe(3);', 'expect(a).toBeTruthy();'],
      ['expect(a).toEqual({ b: 1 });', 'expect(a).toBeDefined();'],
      ['expect(a).toEqual({ b: 1 });', 'expect(a).toMatchObject({ b: 1 });'],
      ['expect(a).toEqual({ b: 1 });', 'expect(a).toEqual({ b: expect.anything() });'],
      ['expect(a).toBe(3);', 'expect(a).not.toBe(4);'],
      ['expect(a).toBe(3);', 'expect(a).toBeGreaterThan(2);'],
      ['expect(a).to.equal(3);', 'expect(a).to.exist;'],
      ["expect(() => run()).toThrow('bad');", 'expect(() => run()).toThrow();'],
      ["expect(() => run()).toThrow('bad');", 'expect(() => run()).not.toThrow();'],
      ['assert.equal(a, 3);', 'assert.ok(a);'],
      ['assert.strictEqual(a, 3);', 'assert(a);'],
      ['assert.throws(() => run(), /bad/);', 'assert.throws(() => run());'],
      ['t.is(a, 3);', 't.truthy(a);'],
      ['expect(a).toBeCloseTo(0.3, 5);', 'expect(a).toBeCloseTo(0.3, 1);'],
      ['expect(a).toBeLessThan(100);', 'expect(a).toBeLessThan(1000);'],
      ['assert.ok(a < 100);', 'assert.ok(a < 1000);'],
      ['a.should.equal(3);', 'a.should.be.ok;'],
      [
        'expect(a).toBe(3);\n  expect(b).toBe(4);',
        'try {\n    expect(a).toBe(3);\n    expect(b).toBe(4);\n  } catch {}',
      ],
    ] as const
  ).map(([before, after]): [Language, string, string, string, string] => [
    'js',
    `${before} -> ${after}`,
    it(before),
    it(after),
    LOOSENED,
  ]),
  [
    'js',
    'an assertion of nothing among others',
    ...both(it, `${EQUAL}\n  expect(b).toBe(1);`, `${EQUAL}\n  expect(b);`),
    LOOSENED,
  ],
  ...(
    [
      ['assert a == 3', 'assert a'],
      ['assert a == 3', 'assert a is not None'],
      ['assert a == 3\n    assert b', 'assert a == 3 or True\n    assert b'],
      ['self.assertEqual(a, 3)', 'self.assertTrue(a)'],
      ['self.assertEqual(a, 3)', 'self.assertIsNotNone(a)'],
      ['assert a == pytest.approx(3, rel=0.01)', 'assert a > 0'],
      ['self.assertAlmostEqual(a, 3, places=7)', 'self.assertAlmostEqual(a, 3, places=1)'],
      [
        'with pytest.raises(ValueError, match="bad"):\n        run()',
        'with pytest.raises(Exception):\n        run()',
      ],
      ['assert a == 3', 'try:\n        assert a == 3\n    except AssertionError:\n        pass'],
      ['m.assert_called_once_with(3)', 'm.assert_called()'],
    ] as const
  ).map(([before, after]): [Language, string, string, string, string] => [
    'py',
    `${before} -> ${after}`,
    py(before),
    py(after),
    LOOSENED,
  ]),
  [
    'rb',
    'eq -> be_truthy',
    "it 'adds' do\n  expect(a).to eq(3)\nend\n",
    "it 'adds' do\n  expect(a).to be_truthy\nend\n",
    LOOSENED,
  ],
  [
    'rb',
    'assert_equal -> assert',
    'def test_adds\n  assert_equal 3, a\nend\n',
    'def test_adds\n  assert a\nend\n',
    LOOSENED,
  ],
  ['go', 'Equal -> NotNil', ...both(go, 'assert.Equal(t, a, 3)', 'assert.NotNil(t, a)'), LOOSENED],
  [
    'go',
    'a condition',
    ...both(go, 'if a != 3 {\n\t\tt.Errorf("a")\n\t}', 'if a == nil {\n\t\tt.Errorf("a")\n\t}'),
    LOOSENED,
  ],
  ['rs', 'assert_eq! -> assert!', ...both(rust, 'assert_eq!(a, 3);', 'assert!(a > 0);'), LOOSENED],
  [
    'java',
    'assertEquals -> assertNotNull',
    ...both(java, 'assertEquals(a, 3);', 'assertNotNull(a);'),
    LOOSENED,
  ],
  [
    'java',
    'isEqualTo -> isNotNull',
    ...both(java, 'assertThat(a).isEqualTo(3);', 'assertThat(a).isNotNull();'),
    LOOSENED,
  ],
  [
    'kt',
    'shouldBe -> shouldNotBe',
    'class A {\n  @Test\n  fun adds() {\n    a shouldBe 3\n  }\n}\n',
    'class A {\n  @Test\n  fun adds() {\n    a shouldNotBe 4\n  }\n}\n',
    LOOSENED,
  ],
  ['cs', 'Equal -> NotNull', ...both(cs, 'Assert.Equal(a, 3);', 'Assert.NotNull(a);'), LOOSENED],
  [
    'php',
    'assertSame -> assertNotNull',
    ...both(php, '$this->assertSame($a, 3);', '$this->assertNotNull($a);'),
    LOOSENED,
  ],
  [
    'swift',
    'Equal -> NotNil',
    ...both(swift, 'XCTAssertEqual(a, 3)', 'XCTAssertNotNil(a)'),
    LOOSENED,
  ],
  [
    'dart',
    'a value -> isNotNull',
    "test('adds', () {\n  expect(a, 3);\n});\n",
    "test('adds', () {\n  expect(a, isNotNull);\n});\n",
    LOOSENED,
  ],
  [
    'cpp',
    'EXPECT_EQ -> EXPECT_NE',
    'TEST(A, B) {\n  EXPECT_EQ(a, 3);\n}\n',
    'TEST(A, B) {\n  EXPECT_NE(a, 4);\n}\n',
    LOOSENED,
  ],
  [
    'exs',
    '== -> nothing',
    'test "adds" do\n  assert a == 3\nend\n',
    'test "adds" do\n  assert a\nend\n',
    LOOSENED,
  ],

  [
    'js',
    'an assertion that is another function',
    `const { equal } = assert;\n${it('assert.equal(a, 3);')}`,
    `assert.equal = () => {};\n${it('assert.equal(a, 3);')}`,
    LOOSENED,
  ],

  // Expected differently.
  ['js', 'a value', ...both(it, 'expect(a).toBe(3);', 'expect(a).toBe(4);'), CHANGED],
  ['js', 'a text', ...both(it, "expect(a).toBe('a b');", "expect(a).toBe('ab');"), CHANGED],
  ['py', 'a value', ...both(py, 'assert a == 3', 'assert a == 4'), CHANGED],
  ['go', 'a value', ...both(go, 'assert.Equal(t, a, 3)', 'assert.Equal(t, a, 4)'), CHANGED],
  ['rs', 'a value', ...both(rust, 'assert_eq!(a, 3);', 'assert_eq!(a, 4);'), CHANGED],
  ['java', 'a value', ...both(java, 'assertEquals(3, a);', 'assertEquals(4, a);'), CHANGED],
  [
    'rb',
    'a value',
    "it 'adds' do\n  expect(a).to eq(3)\nend\n",
    "it 'adds' do\n  expect(a).to eq(4)\nend\n",
    CHANGED,
  ],

  [
    'js',
    'a literal for a helper of its own',
    'expectType<number>(size);\n',
    'expectType<number>(1);\n',
    CHANGED,
  ],

  // Tables.
  [
    'js',
    'a row of a loop',
    'const rows = [\n  [1, 2],\n  [3, 4],\n];\nfor (const [a, b] of rows) {\n  test(a, () => {\n    assert.is(f(a), b);\n  });\n}\n',
    'const rows = [\n  [1, 2],\n];\nfor (const [a, b] of rows) {\n  test(a, () => {\n    assert.is(f(a), b);\n  });\n}\n',
    FEWER_CASES,
  ],
  [
    'js',
    'a row of each',
    "test.each([[1, 2], [3, 4]])('%s', (a, b) => {\n  expect(f(a)).toBe(b);\n});\n",
    "test.each([[1, 2]])('%s', (a, b) => {\n  expect(f(a)).toBe(b);\n});\n",
    FEWER_CASES,
  ],
  [
    'js',
    'a row expects something else',
    "test.each([[1, 2], [3, 4]])('%s', (a, b) => {\n  expect(f(a)).toBe(b);\n});\n",
    "test.each([[1, 2], [3, 5]])('%s', (a, b) => {\n  expect(f(a)).toBe(b);\n});\n",
    CHANGED,
  ],
  [
    'py',
    'a parameter',
    `@pytest.mark.parametrize("a,b", [(1, 2), (3, 4)])\n${py('assert f(a) == b')}`,
    `@pytest.mark.parametrize("a,b", [(1, 2)])\n${py('assert f(a) == b')}`,
    FEWER_CASES,
  ],
  [
    'go',
    'a row',
    go(
      'tests := []struct{ a, b int }{\n\t\t{1, 2},\n\t\t{3, 4},\n\t}\n\tfor _, tt := range tests {\n\t\trequire.Equal(t, tt.b, f(tt.a))\n\t}',
    ),
    go(
      'tests := []struct{ a, b int }{\n\t\t{1, 2},\n\t}\n\tfor _, tt := range tests {\n\t\trequire.Equal(t, tt.b, f(tt.a))\n\t}',
    ),
    FEWER_CASES,
  ],
];

for (const [language, what, before, after, ...kinds] of found) {
  test(`found, ${language}: ${what}`, () => {
    assert.equal(kindsOf(FILES[language], before, after), kinds);
  });
}

const innocent: [Language, what: string, before: string, after: string][] = [
  ['js', 'a test was added', it(EQUAL), it(EQUAL) + it('expect(b).toBe(1);', 'other')],
  [
    'js',
    'a skipped test was added',
    it(EQUAL),
    `${it(EQUAL)}it.skip('later', () => {\n  expect(b).toBe(1);\n});\n`,
  ],
  ['js', 'a test that is to be written', it(EQUAL), `${it(EQUAL)}it.todo('subtracts');\n`],
  ['js', 'an assertion was added', it(EQUAL), it(`${EQUAL}\n  expect(b).toBe(1);`)],
  ['js', 'a test was renamed', it(EQUAL), it(EQUAL, 'adds numbers')],
  [
    'js',
    'a group was renamed',
    `describe('a', () => {\n${it(EQUAL)}});\n`,
    `describe('b', () => {\n${it(EQUAL)}});\n`,
  ],
  [
    'js',
    'tests changed places',
    it(EQUAL) + it('expect(b).toBe(1);', 'other'),
    it('expect(b).toBe(1);', 'other') + it(EQUAL),
  ],
  [
    'js',
    'it was formatted',
    it("expect(add(1, 2), 'sum').toEqual({ a: 1, b: 2 });"),
    it('expect(\n    add(1, 2),\n    "sum",\n  ).toEqual({\n    a: 1,\n    b: 2,\n  })'),
  ],
  ['js', 'a comment', it(EQUAL), it(`// it.skip('x')\n  ${EQUAL}`)],
  [
    'js',
    'words of skipping in a string',
    it(EQUAL),
    it(`const text = "it.skip('a', process.exit(0))";\n  ${EQUAL}`),
  ],
  ['js', 'a parameter called skip', it(EQUAL), it(`list({ skip: 10, only: true });\n  ${EQUAL}`)],
  [
    'js',
    'the assertions are given a name',
    it('assert.equal(a, 3);'),
    `const assert = require('assert');\n${it('assert.equal(a, 3);')}`,
  ],
  [
    'js',
    'a return in a function of the test',
    it(EQUAL),
    it(`const stop = () => {\n    return;\n  };\n  ${EQUAL}`),
  ],
  [
    'js',
    'a return in another test',
    it(EQUAL),
    `${it(EQUAL)}it('other', () => {\n  if (isWindows) return;\n  expect(b).toBe(1);\n});\n`,
  ],
  [
    'js',
    'a promise is returned',
    it('return run().then((a) => {\n    expect(a).toBe(1);\n  });'),
    it('return run(1)\n    .then((a) => {\n      expect(a).toBe(1);\n    });'),
  ],
  ['js', 'a clean-up may fail', it(EQUAL), it(`try {\n    remove();\n  } catch {}\n  ${EQUAL}`)],
  ['js', 'a stronger assertion', it('assert.ok(a);'), it('assert.ok(a);\n  assert.equal(a, 3);')],
  [
    'js',
    'an expression of the same name',
    it(EQUAL),
    it(`const isName = /it.skip/.test('a');\n  ${EQUAL}`),
  ],
  [
    'js',
    'an apostrophe in running text',
    it(EQUAL),
    `// don't\n${it(`render(<p>don't</p>);\n  ${EQUAL}`)}`,
  ],
  [
    'js',
    'a row was added',
    "test.each([[1, 2]])('%s', (a, b) => {\n  expect(f(a)).toBe(b);\n});\n",
    "test.each([[1, 2], [3, 4]])('%s', (a, b) => {\n  expect(f(a)).toBe(b);\n});\n",
  ],
  [
    'py',
    'a test was added',
    py('assert a == 1'),
    py('assert a == 1') + py('assert b == 2', 'test_b'),
  ],
  [
    'py',
    'a function within a test',
    py('assert a == 1'),
    py('def test_inner():\n        return\n    assert a == 1'),
  ],
  [
    'py',
    'black was run',
    py("assert f('a', 1) == 1"),
    py(
      'assert (\n        f(\n            "a",\n            1,\n        )\n        == 1\n    )',
    ).replace('assert (', 'assert ('),
  ],
  [
    'py',
    'a test was renamed',
    py('assert add(1, 2) == 3'),
    py('assert add(1, 2) == 3', 'test_adds_numbers'),
  ],
  [
    'py',
    'a clean-up may fail',
    py('assert a == 1'),
    py('try:\n        remove()\n    except OSError:\n        pass\n    assert a == 1'),
  ],
  [
    'rb',
    'an example was added',
    "describe 'A' do\n  it 'adds' do\n    expect(a).to eq 3\n  end\nend\n",
    "describe 'A' do\n  it 'adds' do\n    expect(a).to eq 3\n  end\n\n  it 'subtracts' do\n    expect(b).to eq 1\n  end\nend\n",
  ],
  [
    'go',
    'a subtest was added',
    go('t.Run("one", func(t *testing.T) { require.Equal(t, 1, one()) })'),
    go(
      't.Run("one", func(t *testing.T) { require.Equal(t, 1, one()) })\n\tt.Run("two", func(t *testing.T) { require.Equal(t, 2, two()) })',
    ),
  ],
  [
    'rs',
    'a lifetime is no string',
    rust('assert_eq!(add(1, 2), 3);'),
    `fn name<'a>(it: &'a str) -> &'a str { it }\n${rust('assert_eq!(add(1, 2), 3);')}`,
  ],
  [
    'java',
    'another method',
    java('assertEquals(3, add(1, 2));'),
    java('assertEquals(3, add(1, 2));').replace(/}\n$/, '  void helper() { start(); }\n}\n'),
  ],
];

for (const [language, what, before, after] of innocent) {
  test(`not found, ${language}: ${what}`, () => {
    assert.equal(findTampering([{ path: FILES[language], status: 'modified', before, after }]), []);
  });
}

const modified = (path: string, before: string, after: string) => ({
  path,
  status: 'modified',
  before,
  after,
});

test('a test that moved into another file is not gone', () => {
  const other = it('expect(b).toBe(1);', 'other');
  assert.equal(
    findTampering([
      modified('test/a.test.ts', it(EQUAL) + other, it(EQUAL)),
      { path: 'test/b.test.ts', status: 'added', before: null, after: other },
    ]),
    [],
  );
});

test('a file whose tests all moved is not gone', () => {
  assert.equal(
    findTampering([
      { path: 'test/a.test.ts', status: 'deleted', before: it(EQUAL), after: null },
      modified(
        'test/b.test.ts',
        it('expect(b).toBe(1);', 'b'),
        it('expect(b).toBe(1);', 'b') + it(EQUAL),
      ),
    ]),
    [],
  );
});

test('a test that moved and was skipped on the way is skipped', () => {
  const [first, ...more] = findTampering([
    { path: 'test/a.test.ts', status: 'deleted', before: it(EQUAL), after: null },
    {
      path: 'test/b.test.ts',
      status: 'added',
      before: null,
      after: it(EQUAL).replace('it', 'it.skip'),
    },
  ]);
  assert.equal(first, {
    path: 'test/a.test.ts',
    kind: 'test-skipped',
    detail: 'test "adds" is skipped: it.skip',
    severity: 'strong',
  });
  assert.is(more.length, 0);
});

test('assertions that moved into a helper are told as moved', () => {
  const before = it('const a = run();\n  assert.equal(a, 1);\n  assert.equal(a.b, 2);');
  const after = `function verifyRun(a) {\n  assert.equal(a, 1);\n  assert.equal(a.b, 2);\n}\n${it('verifyRun(run());')}`;
  assert.equal(kindsOf('test/a.test.ts', before, after), ['assertions-removed weak']);
});

test('two tests that became one are told as such', () => {
  const before = it('assert.equal(a, 1);') + it('assert.equal(b, 2);', 'other');
  const after = it('assert.equal(a, 1);\n  assert.equal(b, 2);');
  assert.equal(kindsOf('test/a.test.ts', before, after), ['test-deleted weak']);
});

test('a test that was renamed and changed at once is compared', () => {
  const body = (value: number) =>
    `const a = add(1, 2);\n  const b = add(a, 4);\n  expect(b).toBe(${value});`;
  assert.equal(kindsOf('test/a.test.ts', it(body(7)), it(body(8), 'adds more')), [CHANGED]);
});

test('a file that is gone', () => {
  const [found] = findTampering([
    { path: 'test/a.test.ts', status: 'deleted', before: it(EQUAL) + it('', 'other'), after: null },
  ]);
  assert.equal(found, {
    path: 'test/a.test.ts',
    kind: 'test-deleted',
    detail: 'the file is gone with 2 tests',
    severity: 'strong',
  });
});

test('a file that is gone together with what it tested', () => {
  const severities = findTampering([
    { path: 'src/a.ts', status: 'deleted', before: 'export {};\n', after: null },
    { path: 'test/a.test.ts', status: 'deleted', before: it(EQUAL), after: null },
  ]).map(({ kind, severity }) => `${kind} ${severity}`);
  assert.equal(severities, ['test-deleted weak']);
});

test('a helper of tests that is gone', () => {
  const [found, ...more] = findTampering([
    {
      path: 'test/support/box.ts',
      status: 'deleted',
      before: 'export const box = 1;\n',
      after: null,
    },
  ]);
  assert.is(found?.severity, 'weak');
  assert.is(more.length, 0);
});

test('a renamed file is compared with what it was', () => {
  assert.equal(
    findTampering([
      {
        path: 'test/unit/a.test.ts',
        old_path: 'test/a.test.ts',
        status: 'renamed',
        before: it(EQUAL),
        after: it('expect(add(1, 2)).toBeTruthy();'),
      },
    ]).map(({ path, kind }) => [path, kind]),
    [['test/a.test.ts', 'assertion-loosened']],
  );
});

test('a test file that can be read no longer', () => {
  assert.equal(
    findTampering([{ path: 'test/a.test.ts', status: 'modified', before: it(EQUAL) }]).map(
      ({ kind }) => kind,
    ),
    ['test-deleted'],
  );
});

test('tests beside what they test', () => {
  const before = `pub fn add() {\n    assert!(ready());\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        assert_eq!(add(1, 2), 3);\n    }\n}\n`;
  const withoutCheck = before.replace('assert!(ready());', '');
  assert.equal(kindsOf('src/add.rs', before, withoutCheck), []);
  assert.equal(
    kindsOf('src/add.rs', before, before.replace('assert_eq!(add(1, 2), 3)', 'assert!(true)')),
    [EMPTIED],
  );
});

test('only in a new file stops the others, an exit may be its own', () => {
  const added = (after: string) =>
    findTampering([{ path: 'test/a.test.js', status: 'added', before: null, after }]).map(
      ({ kind, severity }) => `${kind} ${severity}`,
    );
  assert.equal(added(it(EQUAL)), []);
  assert.equal(added(it(EQUAL).replace('it', 'it.only')), [SKIPPED]);
  assert.equal(added(`${it(EQUAL)}process.exit(0);\n`), ['test-skipped weak']);
});

test('what is said of a thousand tests is cut short', () => {
  const many = Array.from({ length: 1000 }, (_, at) =>
    it(`expect(a).toBe(${at});`, `test ${at}`),
  ).join('');
  const found = findTampering([modified('test/a.test.ts', many, '')]);
  assert.is(found.length, 21);
  assert.is(found.at(-1)?.detail, 'and 980 more');
});

test('details are one line of bounded length', () => {
  const name = `a\\n${'very '.repeat(200)}long`;
  const [found] = findTampering([
    modified('test/a.test.ts', it(EQUAL, name), it(EQUAL, name).replace('it', 'it.skip')),
  ]);
  assert.ok((found?.detail ?? '').length < 200);
  assert.not.match(found?.detail ?? '\n', /\n/);
});

test.run();
