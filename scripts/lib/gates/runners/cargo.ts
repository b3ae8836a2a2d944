import { addUnnamed, nameOf, type Outcome, type Runner, type Test } from './runner.ts';

export const cargo: Runner = {
  name: 'cargo test',
  // One for each crate and for the doc tests.
  summaries: [/^[ \t]*test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed;/gm],
  names: readCargo,
  unloaded: /^error: could not compile `/m,
};

const WORDS: Record<string, Outcome> = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' };

/** The tests that cargo test lists, each with its binary; with -q those that failed. */
function readCargo(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^test result: \w+\. \d/.test(line))) return [];
  const tests: Test[] = [];
  let binary: string[] = [];
  let listed: Test[] = [];
  let failures: Test[] | null = null;
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
