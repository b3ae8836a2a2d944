import { addUnnamed, nameOf, type Outcome, type TestLine } from './test-line.ts';

const WORDS: Record<string, Outcome> = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' };

/** The tests that cargo test lists, each with its binary; with -q those that failed. */
export function readCargo(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^test result: \w+\. \d/.test(line))) return [];
  const tests: TestLine[] = [];
  let binary: string[] = [];
  let listed: TestLine[] = [];
  let failures: TestLine[] | null = null;
  for (const line of lines) {
    binary = binaryOf(line) ?? binary;
    if (line === 'failures:') failures = [];
    const [, name = '', word = ''] = /^test (\S.*) \.\.\. (ok|FAILED|ignored)\b/.exec(line) ?? [];
    const outcome = WORDS[word];
    if (outcome !== undefined) listed.push({ name: named(binary, name), outcome });
    const failed = failures && /^ {4}(\S.*)$/.exec(line)?.[1];
    if (failed) failures?.push({ name: named(binary, failed), outcome: 'failed' });
    if (!line.startsWith('test result: ')) continue;
    for (const test of addUnnamed(listed, failures ?? [])) tests.push(test);
    listed = [];
    failures = null;
  }
  return tests;
}

/** `Running unittests src/lib.rs (target/debug/deps/x-b885370c02d1f6ea)`, `Doc-tests x`. */
function binaryOf(line: string): string[] | null {
  const documented = /^ +Doc-tests (\S+)$/.exec(line)?.[1];
  if (documented !== undefined) return [`Doc-tests ${documented}`];
  const [, source = '', file] = /^ +Running (?:unittests )?(\S+) \((\S+)\)$/.exec(line) ?? [];
  if (file === undefined) return null;
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/-[\da-f]{16}(?:\.exe)?$/, '');
  return [`${name} (${source})`];
}

/** An example in a comment is named by its line, which moves with each change above it. */
function named(binary: readonly string[], name: string): string {
  return nameOf([...binary, name.replace(/ - should panic$/, '').replace(/ \(line \d+\)/, '')]);
}

/** The tests that cargo nextest lists: those that passed, and each failure, which it may list twice. */
export function readNextest(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^ +Summary \[ *[\d.]+s\]/.test(line))) return [];
  const tests = lines.flatMap((line): TestLine[] => {
    const [, word, name = ''] =
      /^ +(PASS|FAIL|TIMEOUT|ABORT|SIGSEGV|SIGABRT) \[ *[\d.]+s\] (?:\( *\d+\/\d+\) )?(\S.*)$/.exec(
        line,
      ) ?? [];
    return word === undefined ? [] : [{ name, outcome: word === 'PASS' ? 'passed' : 'failed' }];
  });
  return addUnnamed([], tests);
}
