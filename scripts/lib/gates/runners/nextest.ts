import { addUnnamed, type Runner, type Test } from './runner.ts';

/** As its documentation shows it. */
export const nextest: Runner = {
  name: 'cargo nextest',
  summaries: [/^[ \t]*Summary \[.*\] +(?:\d+\/)?\d+ tests? run: (?<words>.*)$/gm],
  names: readNextest,
};

/** The tests that cargo nextest lists: those that passed, and each failure, which it may list twice. */
function readNextest(lines: readonly string[]): Test[] {
  if (!lines.some((line) => /^ +Summary \[ *[\d.]+s\]/.test(line))) return [];
  const tests = lines.flatMap((line): Test[] => {
    const [, word, name = ''] =
      /^ +(PASS|FAIL|TIMEOUT|ABORT|SIGSEGV|SIGABRT) \[ *[\d.]+s\] (?:\( *\d+\/\d+\) )?(\S.*)$/.exec(
        line,
      ) ?? [];
    return word === undefined ? [] : [{ name, outcome: word === 'PASS' ? 'passed' : 'failed' }];
  });
  return addUnnamed([], tests);
}
