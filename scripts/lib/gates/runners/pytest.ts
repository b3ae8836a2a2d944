import { junitCases } from './junit.ts';
import { addUnnamed, type Outcome, type Runner, type Test } from './runner.ts';

const COUNTED =
  '\\d+ (?:subtests )?(?:passed|failed|skipped|deselected|errors?|warnings?|xfailed|xpassed|rerun)';

export const pytest: Runner = {
  name: 'pytest',
  // `===== 1 failed, 3 passed in 0.12s =====`, without the rules with -q.
  summaries: [
    new RegExp(
      `^=*[ \\t]*(?<words>no tests ran|${COUNTED}(?:, ${COUNTED})*) in \\d[\\d.]*s\\b.*$`,
      'gm',
    ),
    /^collected 0 items\b/gm,
  ],
  names: readSummary,
  /** What the command line says comes later and counts; what settings say would not, so it is looked for. */
  ask({ path, words, env }) {
    const { PYTEST_ADDOPTS: own = '' } = env;
    if (!/py\.?test/.test(words) || /junit/i.test(words + own)) return null;
    const options = `--junit-xml=${path}.report -o junit_family=xunit1`;
    return { env: { PYTEST_ADDOPTS: `${own} ${options}`.trim() } };
  },
  read: readReport,
};

/** By the names that pytest prints: `tests/test_a.py::TestA::test_b[1]`. */
function readReport(report: string): Test[] | null {
  const cases = junitCases(report)?.cases;
  return (
    cases?.map(({ name, attributes, type, ...test }): Test => {
      const { classname = '', file = '' } = attributes;
      // What failed while tests were collected has the name of its module alone.
      if (classname === '') {
        const isUnloaded = test.outcome === 'failed';
        return {
          ...test,
          name: `${name.replaceAll('.', '/')}.py`,
          ...(isUnloaded ? { isUnloaded } : {}),
        };
      }
      const module = file.replace(/\.py$/, '').replaceAll('/', '.');
      const classes = classname.startsWith(module)
        ? classname.slice(module.length)
        : `.${classname}`;
      // It was expected to fail, and ran.
      const outcome = type === 'pytest.xfail' ? 'passed' : test.outcome;
      return { ...test, outcome, name: `${file}${classes.replaceAll('.', '::')}::${name}` };
    }) ?? null
  );
}

const WORDS: Record<string, Outcome> = {
  PASSED: 'passed',
  XPASS: 'passed',
  XFAIL: 'passed',
  FAILED: 'failed',
  ERROR: 'failed',
  SKIPPED: 'skipped',
};

/** The tests in pytest's summary, by their node ids: those that failed, with -rA all of them. */
function readSummary(lines: readonly string[]): Test[] {
  const tests: Test[] = [];
  let isSummary = false;
  for (const line of lines) {
    if (/^=+ short test summary info =+$/.test(line)) isSummary = true;
    else if (/^(?:=+ |\d+ ).* in [\d.]+s\b/.test(line)) isSummary = false;
    else if (isSummary) tests.push(...readSummarized(line));
  }
  return addUnnamed([], tests);
}

/** `FAILED a.py::test - message`. */
function readSummarized(line: string): Test[] {
  const [, word = '', text = ''] = /^([A-Z]+) (\S.*)$/.exec(line) ?? [];
  const outcome = WORDS[word];
  // A skip is told by its place, not by its name.
  if (outcome === undefined || outcome === 'skipped' || /^\[\d+\] /.test(text)) return [];
  const name = withoutMessage(text);
  // A file without a test in it.
  const isUnloaded = outcome === 'failed' && !name.includes('::');
  return [{ name, outcome, ...(isUnloaded ? { isUnloaded } : {}) }];
}

/** A parameter in brackets may hold ` - ` itself. */
function withoutMessage(text: string): string {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '[') depth++;
    if (text[index] === ']') depth--;
    if (depth <= 0 && text.startsWith(' - ', index)) return text.slice(0, index);
  }
  return text;
}
