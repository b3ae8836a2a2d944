import { addUnnamed, type Outcome, type TestLine } from './test-line.ts';

const WORDS: Record<string, Outcome> = {
  PASSED: 'passed',
  XPASS: 'passed',
  XFAIL: 'passed',
  FAILED: 'failed',
  ERROR: 'failed',
  SKIPPED: 'skipped',
};

/** The tests that pytest names by their node ids: with -v or -rA all of them, else those that failed. */
export function readPytest(lines: readonly string[]): TestLine[] {
  const listed: TestLine[] = [];
  const summarized: TestLine[] = [];
  let isSummary = false;
  for (const line of lines) {
    if (/^=+ short test summary info =+$/.test(line)) isSummary = true;
    else if (/^=+ .* in [\d.]+s\b/.test(line) || /^\d+ .* in [\d.]+s\b/.test(line))
      isSummary = false;
    else if (isSummary) summarized.push(...readSummarized(line));
    else listed.push(...readListed(line));
  }
  return addUnnamed(listed, summarized);
}

/** `a.py::test PASSED [ 10%]`, `a.py::test SKIPPED (why) [ 20%]`; of xdist `[gw0] [ 10%] PASSED a.py::test`. */
function readListed(line: string): TestLine[] {
  const [, first = '', rest = ''] = /^\[gw\d+\] \[ *\d+%\] ([A-Z]+) (\S.*)$/.exec(line) ?? [];
  const spread = WORDS[first];
  if (spread !== undefined) return [{ name: rest.trimEnd(), outcome: spread }];
  if (!/^\S+\.\w+::/.test(line)) return [];
  const text = withoutProgress(line);
  const reason = text.endsWith(')') ? / (?:SKIPPED|XFAIL|XPASS) \(/.exec(text)?.index : undefined;
  const end = reason ?? text.lastIndexOf(' ');
  const outcome = WORDS[/^[A-Z]+/.exec(text.slice(end + 1))?.[0] ?? ''];
  if (outcome === undefined || (reason === undefined && !/^[A-Z]+$/.test(text.slice(end + 1)))) {
    return [];
  }
  return [{ name: text.slice(0, end).trimEnd(), outcome }];
}

function withoutProgress(line: string): string {
  const text = line.trimEnd();
  return text.endsWith('%]') ? text.slice(0, text.lastIndexOf('[')).trimEnd() : text;
}

/** `FAILED a.py::test - message`. */
function readSummarized(line: string): TestLine[] {
  const [, word = '', text = ''] = /^([A-Z]+) (\S.*)$/.exec(line) ?? [];
  const outcome = WORDS[word];
  // A skip is told by its place, not by its name.
  if (outcome === undefined || outcome === 'skipped' || /^\[\d+\] /.test(text)) return [];
  return [{ name: withoutMessage(text), outcome }];
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

const UNITTEST: Record<string, Outcome> = {
  ok: 'passed',
  'expected failure': 'passed',
  FAIL: 'failed',
  ERROR: 'failed',
  'unexpected success': 'failed',
};

/** The tests that unittest names by their dotted names: with -v all of them, else those that failed. */
export function readUnittest(lines: readonly string[]): TestLine[] {
  if (!lines.some((line) => /^Ran \d+ tests? in /.test(line))) return [];
  const listed: TestLine[] = [];
  const failed: TestLine[] = [];
  let name: string | null = null;
  for (const line of lines) {
    const explained = /^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (.+)$/.exec(line)?.[1];
    const title = explained === undefined ? null : dottedName(explained);
    if (title !== null) failed.push({ name: title, outcome: 'failed' });
    // With a doc comment, the outcome stands on the comment's line, below the name.
    const end = line.lastIndexOf(' ... ');
    const own = dottedName(end === -1 ? line : line.slice(0, end));
    const outcome = end === -1 ? undefined : outcomeOf(line.slice(end + ' ... '.length));
    name = own ?? (end === -1 ? null : name);
    if (name !== null && outcome !== undefined) listed.push({ name, outcome });
  }
  return withAgain(listed.length === 0 ? failed : addUnnamed(listed, failed));
}

/** Each subtest that failed has a line of its own. */
function withAgain(tests: readonly TestLine[]): TestLine[] {
  const known = new Set<string>();
  return tests.map((test) => {
    const isAgain = known.has(test.name);
    known.add(test.name);
    return isAgain ? { ...test, isAgain } : test;
  });
}

function outcomeOf(text: string): Outcome | undefined {
  return text.startsWith('skipped ') ? 'skipped' : UNITTEST[text.trimEnd()];
}

/** `test_a (module.Class.test_a)`, before Python 3.11 `test_a (module.Class)`; a subtest is its test. */
function dottedName(text: string): string | null {
  const [, test = '', place = ''] = /^ *([\w.]+) \(([\w.]+)\)(?: .*)?$/.exec(text) ?? [];
  if (test === '') return null;
  return place.endsWith(`.${test}`) ? place : `${place}.${test}`;
}
