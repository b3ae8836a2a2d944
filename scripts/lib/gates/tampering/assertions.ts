/** The assertions of a program's text. */
import { type Brackets, partsOf } from './brackets.ts';
import { isIndented, logicalEnd } from './indented-regions.ts';
import type { Language, Source } from './source.ts';
import { squeezed } from './squeeze.ts';
import { type Demand, demandOf } from './strength.ts';

export interface Assertion extends Demand {
  at: number;
  end: number;
  /** As it is written, without what a formatter may change. */
  text: string;
}

const HEAD_FOR_MOST = String.raw`(?:(?:chai|t|tt|test|ctx|context|this|self|QUnit|browser)\.)?(?:assert|expect)(?:_\w{1,60}|[A-Z]\w{0,60})?|(?:Assert|Assertions|Expect)|XCT(?:Assert|Fail|Unwrap)\w{0,60}|#(?:expect|require)|fail|(?:t|tt|tap)\.(?:is|isNot|not|true|false|truthy|falsy|like|unlike|ok|notOk|equal|equals|same|throws|regex|snapshot|match|has|rejects|resolves|type|pass|fail|deep\w{1,40}|not\w{1,40}|strict\w{1,40}|throws\w{1,20}|matchSnapshot|assert)`;

const HEAD_WORDS: Partial<Record<Language, string>> = {
  go: String.raw`(?:assert|require|is|qt|c)\.[A-Z]\w{0,40}|[a-z]\w{0,9}\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)|assert\w{0,60}|require[A-Z]\w{0,60}|check[A-Z]\w{0,60}`,
  rust: String.raw`(?:debug_)?assert\w{0,60}!|panic!|unreachable!`,
  cpp: String.raw`(?:EXPECT|ASSERT|REQUIRE|CHECK|BOOST_CHECK|BOOST_REQUIRE|BOOST_TEST)(?:_\w{1,40})?|assert\w{0,60}|FAIL|XCTAssert\w{0,60}`,
  php: String.raw`(?:\$this\s{0,9}->|self::|static::|Assert::)\s{0,9}(?:assert|expect)\w{0,80}|expect|assert\w{0,60}|\$this\s{0,9}->\s{0,9}fail`,
  ruby: String.raw`(?:assert|refute|must|wont)\w{0,60}[?!]?|expect(?:_\w{1,60})?|is_expected|should(?:_not)?|flunk`,
  elixir: String.raw`(?:assert|refute)\w{0,60}|flunk`,
  python: String.raw`self\.(?:assert\w{0,60}|fail)|assert\w{0,60}|(?:\w{1,30}\.){1,4}assert_\w{1,60}|pytest\.(?:raises|warns|fail)|expect`,
  java: `${HEAD_FOR_MOST}|verify`,
  kotlin: `${HEAD_FOR_MOST}|verify|should[A-Z]\\w{0,60}`,
  shell: String.raw`assert\w{0,40}`,
};

/** `checkResult(...)`, as a statement: very likely a helper that asserts. */
const HELPER = String.raw`(?<helper>(?:check|verify|ensure|must|should)(?:[A-Z]\w{0,60}|_\w{1,60}))(?<=(?:^|[\n;{]|=>|\bawait|\breturn)[ \t]{0,80}\k<helper>)`;

function headPattern(language: Language): RegExp {
  const words = HEAD_WORDS[language] ?? HEAD_FOR_MOST;
  if (isIndented(language)) {
    return new RegExp(
      `(?<![\\w$.@:])(?:${words}|${HELPER})(?![\\w?!=]|\\s{0,9}=[^=~])|(?<=[\\w)\\]}] ?)\\.(?:should|must_\\w{1,30}|wont_\\w{1,30})\\b`,
      'g',
    );
  }
  const infix = String.raw`(?<=[\w)\]}])(?:\.should\b|\.Should\b|\s{1,9}should[A-Z]\w{0,60}\b)`;
  return new RegExp(
    `(?<![\\w$.])(?:${words}|${HELPER})(?:\\.\\w{1,60}){0,6}\\s{0,9}(?:<[^<>()]{0,80}>)?\\s{0,9}\\(|${infix}`,
    'g',
  );
}

/** Built in, and no assertion by itself: `expect.any(...)` within one. */
const NO_ASSERTION =
  /^expect\.(?:any|anything|objectContaining|arrayContaining|stringMatching|stringContaining|closeTo|not|extend|addSnapshotSerializer)\b|^(?:should|test)$/;

/** All assertions, by their place; those within others too, unless it goes on without end. */
export function findAssertions(source: Source, brackets: Brackets): Assertion[] {
  const found: Assertion[] = [];
  const around: number[] = [];
  for (const { 0: head, index } of source.shape.matchAll(headPattern(source.language))) {
    while ((around.at(-1) ?? Number.POSITIVE_INFINITY) <= index) around.pop();
    if (around.length >= DEEPEST || NO_ASSERTION.test(head) || isDefinition(source, index))
      continue;
    const assertion = readAssertion(source, brackets, index, head);
    if (assertion === null) continue;
    around.push(assertion.end);
    found.push(assertion);
  }
  return found;
}

const DEEPEST = 3;

/** `function assertValid(...)`, `def assert_valid`, `fn assert_ok`, `void checkAll(`. */
function isDefinition({ shape }: Source, at: number): boolean {
  return /\b(?:function\*?|def|fn|func|fun|void|import|class|from)\s{1,9}(?:self\.)?$/.test(
    shape.slice(Math.max(0, at - 20), at),
  );
}

function readAssertion(
  source: Source,
  brackets: Brackets,
  at: number,
  head: string,
): Assertion | null {
  if (!head.endsWith('(')) return readStatement(source, brackets, at, head);
  const open = at + head.length - 1;
  const close = brackets.partner(open);
  if (close < 0) return null;
  const { end, words, lists } = readChain(source, brackets, close + 1);
  const first = partsOf(source.shape, brackets, open);
  const rest = lists.flatMap((list) => partsOf(source.shape, brackets, list));
  const condition = conditionBefore(source, at);
  const demand = demandOf(source, brackets, {
    words: [...head.slice(0, -1).split(/\.|::|->/), ...words],
    first: isReporter(source, first[0]) ? first.slice(1) : first,
    rest,
    condition,
  });
  const text =
    squeezed(source, condition?.[0] ?? at, condition?.[1] ?? at) + squeezed(source, at, end);
  return { ...demand, at, end, text };
}

/** In Go the first argument of many is the test itself. */
function isReporter({ language, shape }: Source, part: [number, number] | undefined): boolean {
  if (language !== 'go' || part === undefined) return false;
  return /^\s*(?:t|b|tb|s\.T\(\)|suite\.T\(\))\s*$/.test(
    shape.slice(part[0], Math.min(part[1], part[0] + 20)),
  );
}

/** `.not.toBe(5)`: what is chained to a call, and the lists of arguments in it. */
function readChain({ shape }: Source, brackets: Brackets, from: number) {
  const link = /\s{0,200}(?:\?\.|\.|->)\s{0,20}(\w{1,80})(?:<[\w\s,[\]|]{0,60}>)?/y;
  const words: string[] = [];
  const lists: number[] = [];
  let end = from;
  for (;;) {
    if (shape[end] === '(') {
      const close = brackets.partner(end);
      if (close < 0) break;
      lists.push(end);
      end = close + 1;
      continue;
    }
    link.lastIndex = end;
    const match = link.exec(shape);
    if (match === null) break;
    words.push(match[1] ?? '');
    end = link.lastIndex;
  }
  return { end, words, lists };
}

/** `if got != want {` right before `t.Errorf(...)`: it is what the report depends on. */
function conditionBefore({ shape, language }: Source, at: number): [number, number] | null {
  if (language !== 'go') return null;
  const from = Math.max(0, at - 400);
  const before = shape.slice(from, at);
  const match = /\bif\s([^\n{}]{1,300})\{\s{0,40}$/.exec(
    before.slice(Math.max(0, before.lastIndexOf('if '))),
  );
  if (match === null) return null;
  const condition = match[1] ?? '';
  const start = from + before.lastIndexOf('if ') + match.index + 3;
  const own = condition.lastIndexOf(';') + 1;
  return [start + own, start + condition.length];
}

const LONGEST_LINE = 4000;

/** An assertion without brackets of its own: it is the whole line, or what is left of it. */
function readStatement(source: Source, brackets: Brackets, at: number, head: string): Assertion {
  const { shape } = source;
  const isInfix = /^[\s.]/.test(head);
  const end = isIndented(source.language)
    ? Math.min(logicalEnd(shape, brackets, at), statementEnd(shape, brackets, at))
    : lineEnd(shape, at);
  const from = isInfix
    ? Math.max(0, at - 1000) + shape.slice(Math.max(0, at - 1000), at).search(/[^\n;{}]*$/)
    : at;
  const demand = isInfix
    ? infixDemand(source, brackets, [from, at, end], head)
    : statementDemand(source, brackets, at, end, head);
  const wrapped =
    head === 'assert' ? wrappedCondition(source, brackets, at + head.length, end) : null;
  const text =
    wrapped === null
      ? squeezed(source, from, end)
      : head + squeezed(source, wrapped + 1, brackets.partner(wrapped));
  return { ...demand, at, end, text };
}

function lineEnd(shape: string, at: number): number {
  const end = shape.slice(at, at + LONGEST_LINE).search(/[\n;]/);
  return end < 0 ? Math.min(shape.length, at + LONGEST_LINE) : at + end;
}

/** Where the bracket closes that the statement stands in: `{ expect(a).to eq(b) }`. */
function statementEnd(shape: string, brackets: Brackets, at: number): number {
  const around = brackets.enclosing(at);
  return around < 0 ? shape.length : brackets.partner(around);
}

/** `a.should.equal(b)`, `a shouldBe b`, `a.must_equal b`: what it looks at stands before it. */
function infixDemand(
  source: Source,
  brackets: Brackets,
  [from, at, end]: [from: number, at: number, end: number],
  head: string,
): Demand {
  const after = at + head.length;
  const { words, lists } = readChain(source, brackets, after);
  const own = head.trim().replace(/^\.?(?:should|must|wont)_?(?=\w)/i, '');
  const [, operator = '', spoken = ''] =
    /^\s*(?:(==)|(?:be\s+)?([a-z]\w*))/.exec(
      source.shape.slice(after, Math.min(end, after + 100)),
    ) ?? [];
  const rest = lists.flatMap((list) => partsOf(source.shape, brackets, list));
  return demandOf(source, brackets, {
    words: ['should', own, ...words, operator === '' ? spoken : 'eq'],
    first: [[from, at]],
    rest: rest.length > 0 || words.length > 0 ? rest : [[after, end]],
    condition: null,
  });
}

/** Python, Ruby and Elixir, where a call needs no brackets and what follows a call is its matcher. */
function statementDemand(
  source: Source,
  brackets: Brackets,
  at: number,
  end: number,
  head: string,
): Demand {
  const { shape } = source;
  const spoken =
    source.language === 'ruby' ? spokenDemand(source, brackets, [at, end], head) : null;
  if (spoken !== null) return spoken;
  const after = at + head.length;
  const gap = /^[ \t]{0,20}/.exec(shape.slice(after, after + 20))?.[0].length ?? 0;
  const isCall = shape[after] === '(' || (shape[after + gap] === '(' && head !== 'assert');
  const wrapped = head === 'assert' ? wrappedCondition(source, brackets, after, end) : null;
  const open = isCall ? after + gap : (wrapped ?? -1);
  const close = open < 0 ? -1 : brackets.partner(open);
  const name = head.trim().split('.');
  // `assert (a) == b` and `assert a == b`: the whole line is the condition.
  const isBare =
    close < 0 || (/^(?:assert|refute)$/.test(head) && shape.slice(close + 1, end).trim() !== '');
  if (isBare) {
    const parts = commaParts(source, brackets, after, end);
    return demandOf(source, brackets, { words: name, first: parts, rest: [], condition: null });
  }
  const first = partsOf(shape, brackets, open);
  const { words, lists } = readChain(source, brackets, close + 1);
  const rest = lists.flatMap((list) => partsOf(shape, brackets, list));
  return demandOf(source, brackets, { words: [...name, ...words], first, rest, condition: null });
}

/** `expect(a).to eq(b)`, `expect { a }.to raise_error`, `is_expected.to eq b` */
function spokenDemand(
  source: Source,
  brackets: Brackets,
  [at, end]: [at: number, end: number],
  head: string,
): Demand | null {
  const { shape } = source;
  const opening = /^\s{0,9}[({]/.exec(shape.slice(at + head.length, at + head.length + 10));
  const open = at + head.length + (opening?.[0].length ?? 0) - 1;
  const after = opening === null ? open + 1 : brackets.partner(open) + 1;
  if (after <= 0) return null;
  const spoken = /^\s{0,9}\.\s{0,9}(to|not_to|to_not)\b[ \t(]{0,9}(\w{0,60})/.exec(
    shape.slice(after, end),
  );
  if (spoken === null) return null;
  const [all, to = '', matcher = ''] = spoken;
  return demandOf(source, brackets, {
    words: ['expect', to, matcher],
    first: opening === null ? [] : [[open + 1, after - 1]],
    rest: after + all.length < end ? [[after + all.length, end]] : [],
    condition: null,
  });
}

/** `assert (a == b)`: where the brackets open that hold all of it, which a formatter may add. */
function wrappedCondition(
  { shape }: Source,
  brackets: Brackets,
  after: number,
  end: number,
): number | null {
  const open = after + shape.slice(after, after + 20).search(/\S/);
  const close = shape[open] === '(' ? brackets.partner(open) : -1;
  return close > 0 && shape.slice(close + 1, end).trim() === '' ? open : null;
}

function commaParts(
  { shape }: Source,
  brackets: Brackets,
  start: number,
  end: number,
): [number, number][] {
  const parts: [number, number][] = [];
  let from = start;
  const stop = /[([{,]/g;
  stop.lastIndex = start;
  for (
    let found = stop.exec(shape);
    found !== null && found.index < end;
    found = stop.exec(shape)
  ) {
    if (found[0] === ',') {
      parts.push([from, found.index]);
      from = found.index + 1;
    } else stop.lastIndex = Math.max(brackets.partner(found.index), found.index + 1);
  }
  parts.push([from, end]);
  return parts;
}
