/** Damaged and hostile texts: some answer, in time that grows with the length and no faster. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findTampering, restoreGateFiles } from '../../scripts/lib/gates/tampering/tampering.ts';

/** Quadratic work on so much takes far longer than what is linear does on a slow machine under load. */
const BYTES = 150 * 1024;
const MOST_MS = 5000;

const filled = (piece: string, bytes = BYTES) =>
  piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes);

const PATHS = {
  javascript: 'test/a.test.ts',
  python: 'tests/test_a.py',
  ruby: 'spec/a_spec.rb',
  go: 'a_test.go',
  rust: 'tests/a.rs',
  java: 'src/test/ATest.java',
  php: 'tests/ATest.php',
};

const REAL: Record<keyof typeof PATHS, string> = {
  javascript: "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
  python: 'def test_adds():\n    assert add(1, 2) == 3\n',
  ruby: "it 'adds' do\n  expect(add(1, 2)).to eq(3)\nend\n",
  go: 'func TestAdds(t *testing.T) {\n\tif add(1, 2) != 3 {\n\t\tt.Errorf("no")\n\t}\n}\n',
  rust: '#[test]\nfn adds() {\n    assert_eq!(add(1, 2), 3);\n}\n',
  java: '@Test\nvoid adds() {\n  assertEquals(3, add(1, 2));\n}\n',
  php: '<?php\nfunction testAdds() {\n  $this->assertSame(3, add(1, 2));\n}\n',
};

const texts: [what: string, text: string][] = [
  ['blanks', filled(' ')],
  ['tabs and line ends', filled('\t\n')],
  ['line ends', filled('\n')],
  ['one word', filled('a')],
  ['words', filled('it test expect assert ')],
  ['opening brackets', filled('(')],
  ['brackets of all kinds', filled('([{')],
  ['brackets that do not fit', filled('(]{)[}')],
  ['quotes', filled('\'"`')],
  ['escaped quotes', filled("\\'")],
  ['slashes', filled('/[ ')],
  ['comments that do not end', filled('/* ')],
  ['templates within templates', filled('`${')],
  ['calls within calls', filled("it('a', () => {")],
  ['assertions within assertions', filled('expect(')],
  ['chains', `expect(a)${filled('.not')}`],
  ['heads on one line', filled('func TestA(t *testing.T) = fun a() = fn a(b) ')],
  ['heads without bodies', filled('def test_a(\n')],
  ['heads of heredocs', filled('<<A\n<<B\n')],
  ['attributes', filled('#[a] @A ')],
  ['catches', filled('} catch (a) { ')],
  ['comparisons', filled('assert a == b == ')],
  ['commas', filled('assert_eq!(a,,')],
  ['tests of the same name', filled("it('a', () => { expect(a).toBe(1); });\n")],
  [
    'many tests',
    Array.from(
      { length: 3000 },
      (_, at) => `it('${at}', () => { expect(a).toBe(${at}); });\n`,
    ).join(''),
  ],
  [
    'deeper and deeper',
    Array.from({ length: 500 }, (_, at) => `${' '.repeat(at)}def test_a():\n`).join(''),
  ],
];

for (const [language, path] of Object.entries(PATHS)) {
  const real = REAL[language as keyof typeof PATHS];
  test(`${language}: hostile texts are read in time`, () => {
    for (const [what, text] of texts) {
      const start = performance.now();
      const found = findTampering([{ path, status: 'modified', before: real, after: text }]);
      assert.ok(performance.now() - start < MOST_MS, `${what}: ${performance.now() - start} ms`);
      // Whatever took its place, the test is not there any more, or not as it was.
      assert.ok(
        found.some(({ severity }) => severity === 'strong'),
        what,
      );
    }
  });

  test(`${language}: what is real is found beside what is damaged`, () => {
    for (const damage of ['\n)]}\n', '\n/* \n*/ ) } ]\n', "\n// it's\n# it's\n"]) {
      const before = `${damage.includes('#') && language !== 'python' && language !== 'ruby' ? damage.replace(/#.*\n/, '') : damage}${real}`;
      assert.equal(findTampering([{ path, status: 'modified', before, after: before }]), []);
      const found = findTampering([{ path, status: 'modified', before, after: '\n' }]);
      assert.equal(
        found.map(({ kind }) => kind),
        ['test-deleted'],
        `${language} ${JSON.stringify(damage)}`,
      );
    }
  });
}

test('the largest texts that are read at all are read in time', () => {
  const many = (times: number) =>
    Array.from(
      { length: times },
      (_, at) => `it('${at}', () => {\n  expect(a).toBe(${at});\n});\n`,
    ).join('');
  const start = performance.now();
  const found = findTampering([
    { path: 'test/a.test.ts', status: 'modified', before: many(70_000), after: many(69_999) },
  ]);
  assert.ok(performance.now() - start < 30_000, `${performance.now() - start} ms`);
  assert.equal(
    found.map(({ detail }) => detail),
    ['test "69999" is gone'],
  );
});

const configurations: [path: string, pieces: string[]][] = [
  ['package.json', ['{"a":', '[', ' ', '"', ',', '{"scripts":{"a":"b"},']],
  ['pyproject.toml', ['[a]\n', '[', 'a = [', '"""', ' ', 'a = "b\n', '[[']],
  ['setup.cfg', ['[a]\n', 'a = b\n', ' ', 'a', ' #', '\n ']],
  ['.golangci.yml', ['a:\n', '- ', ' ', 'a: [', '"a": ', ': ']],
  ['eslint.config.js', ['a: ', '{ a: ', "'a", '[', ' ', '`${']],
  ['Makefile', ['a:\n', '\t-a\n', 'A = b\n', ' ', '\\\n', ':', 'MAKEFLAGS ']],
  ['Taskfile.yml', ['tasks:\n  a:\n', '  ', ' #', 'a: ']],
  ['pom.xml', ['<skipTests>', ' ', 'test\n', '\n']],
  ['.github/workflows/ci.yml', ['if: ', ' ', '\n', '; ', '|| ', 'set +e ', '- run: a\n']],
  ['.eslintignore', ['a\n', ' ', '\n', '!']],
  ['scripts/test.sh', ['true\n', '; ', ' ', 'echo ', '<<A\n']],
  ['src/a.ts', ['// @ts-ignore\n', '/* eslint ', '# noqa: ', '//', ' ', 'eslint-disable-']],
];
for (const [path, pieces] of configurations) {
  test(`${path}: hostile texts are read, and put back, in time`, () => {
    for (const piece of pieces) {
      const start = performance.now();
      const files = [{ path, status: 'modified', before: 'a: b\n', after: filled(piece) }];
      const tampered = findTampering(files);
      restoreGateFiles(files, tampered);
      assert.ok(
        performance.now() - start < MOST_MS,
        `${JSON.stringify(piece)}: ${performance.now() - start} ms`,
      );
      assert.ok(tampered.every(({ detail }) => detail.length < 400 && !detail.includes('\n')));
    }
  });
}

test.run();
