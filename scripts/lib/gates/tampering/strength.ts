/** How much an assertion demands, by the words that assertion libraries of many languages have in common. */
import { type Brackets, topLevel } from './brackets.ts';
import type { Source } from './source.ts';
import { squeezed } from './squeeze.ts';

/** Each passes for fewer values than the one before. */
export const NOTHING = 0;
export const PRESENCE = 1;
export const PARTIAL = 2;
export const NARROW = 3;
export const EXACT = 4;

type Span = [start: number, end: number];

export interface Parts {
  /** Of the call and what is chained to it: `expect`, `not`, `toBe`. */
  words: readonly string[];
  /** The arguments of the call. */
  first: readonly Span[];
  /** Those of what is chained to it. */
  rest: readonly Span[];
  /** What has to hold for a report of failure to be made. */
  condition: Span | null;
}

export interface Demand {
  /** Null: nobody knows, as with a helper of the project's own. */
  level: number | null;
  /** What it looks at. */
  subject: string;
  /** It says no more than true or false of its subject, exactly. */
  isBoolean: boolean;
  /** How far off a number may be; larger is looser; null: no such number. */
  tolerance: number | null;
}

export function demandOf(source: Source, brackets: Brackets, parts: Parts): Demand {
  const { first, rest, condition } = parts;
  const spans = [...first, ...rest];
  const [head] = condition === null ? first : [condition];
  const looked = head === undefined ? '' : subjectOf(source, brackets, head);
  const expected = spans.slice(1).map(([start, end]) => squeezed(source, start, end));
  return {
    level: levelOf(source, brackets, parts, looked, expected),
    subject: namedSubject(parts.words) ?? looked,
    isBoolean: expected.length === 1 && /^(?:true|false|True|False)$/.test(expected[0] ?? ''),
    tolerance: toleranceOf(source, brackets, parts),
  };
}

/** `pytest.raises(...)` looks at what is run in it, and `mock.assert_called_with(...)` at the mock. */
function namedSubject(words: readonly string[]): string | null {
  if (/^(?:raises|assertRaises\w*|assertThrows)$/.test(words.at(-1) ?? '')) return 'raises';
  return isOfObject(words) ? words.slice(0, -1).join('.') : null;
}

function isOfObject(words: readonly string[]): boolean {
  return words.length > 1 && /^assert_/.test(words.at(-1) ?? '');
}

const COMPARISON = /===|!==|==|!=|<=|(?<![=-])>=?|<|\bis\b|\bin\b|\bnot in\b/;

/** Of a comparison, its left side. */
function subjectOf(source: Source, brackets: Brackets, [start, end]: Span): string {
  const flat = topLevel(source.shape, brackets, start, Math.min(end, start + 4000));
  const operator = COMPARISON.exec(flat);
  const whole = squeezed(source, start, end);
  return operator === null ? whole : (whole.split(operator[0])[0] ?? whole);
}

const REPORT =
  /^(?:fail|failnow|errorf?|fatalf?|xctfail|pass|unreachable|panic|flunk|assertions|hasassertions|plan)$/;

const CONDITION =
  /^(?:ok|isok|assert|assert_|should|expect|require|check|tobetruthy|tobefalsy|tobedefined|truthy|falsy|exists?|isdefined|xctassert|(?:xct)?(?:assert|expect|require|check)?(?:is)?(?:true|false)|bevalid|betruthy|befalsy|defined|boosttest|debugassert)$/;

const STRICT_BOOLEAN =
  /^(?:istrue|isfalse|true|false|betrue|befalse|tobetrue|tobefalse|asserttrue|assertfalse)$/;

const RANKS: readonly (readonly [RegExp, number])[] = [
  [/called(?:once)?with|returnedwith|exactly|equalto|hascalls$/, EXACT],
  [/snapshot|calledtimes|calledonce|times$/, NARROW],
  [/^(?:tohavebeen|assert)?called$|received$|present$|noerror$|nothrow|notpanics/, PRESENCE],
  [
    /contain|include|match|greater|less|almost|near$|delta|epsilon|close|approx|length|count|size|instance|typeof|^type|^a$|^an$|\bany|within|starts?with|ends?with|like|^has|property|some|every|empty|regexp?|^in$|assertin$|isin$|above|below|least|most|positive|negative|subset|satisf|^(?:assert|expect|require|check)[lg][te]$|respondto/,
    PARTIAL,
  ],
  [
    /equals?|^eql?$|eq$|same|identical|^is$|^be$|tobe$|null$|undefined$|nan$|nil$|none$|deep|resolves|strict|assertis$|predicate/,
    EXACT,
  ],
];

const NEGATED =
  /(?:^|\.)(?:not|notto|tonot|never|isnot|without)(?:\.|$)|(?:^|\.|assert|should|xctassert|is|to)(?:not(?!h)|isnot)[a-z]*(?:\.|$)|doesnot|refute|wont|(?:expect|assert|require|check)ne(?:\.|!|$)|unlike/;

function levelOf(
  source: Source,
  brackets: Brackets,
  { words, first, rest, condition }: Parts,
  subject: string,
  expected: readonly string[],
): number | null {
  const named = words.map((word) => word.toLowerCase().replace(/[^a-z]/g, '')).filter(Boolean);
  const last = named.findLast((word) => word !== 'and' && word !== 'eventually') ?? '';
  if (condition !== null) return conditionLevel(source, brackets, condition, true);
  if (REPORT.test(last)) return null;
  if (last === 'catch') return NOTHING;
  const spans = [...first, ...rest];
  const isNegated = NEGATED.test(named.join('.'));
  const isThrow = /throw|raise|panics|^rejects/.test(last) && !isNegated;
  // What a helper of the project's own makes of `1` nobody knows.
  const isKnown = isNegated || isThrow || CONDITION.test(last) || rankOf(last) !== null;
  if (isKnown && spans.length > 0 && !isOfObject(words) && isLiteral(source, spans)) return NOTHING;
  if (
    named.length === 1 &&
    named[0] === 'expect' &&
    spans.length <= 1 &&
    source.language !== 'swift'
  )
    return NOTHING;
  if (isThrow) {
    return throwLevel(subject, expected, rest, words);
  }
  if (isNegated) return PRESENCE;
  const isOuter = /^(?:assertthat|expect)$/.test(last) && spans.length > 1;
  if (!isOuter && CONDITION.test(last) && first[0] !== undefined) {
    const level = conditionLevel(source, brackets, first[0], false);
    return level === PRESENCE && STRICT_BOOLEAN.test(last) ? NARROW : level;
  }
  const level = isOuter ? rankOfMatcher(source, spans[1]) : rankOf(last);
  if (level === EXACT && subject !== '' && expected[0] === subject) return NOTHING;
  const isOpen = expected.some((text) =>
    /\bany(?:thing)?\(|Containing\(|Matching\(|\bANY\b/.test(text),
  );
  return level === EXACT && isOpen ? PARTIAL : level;
}

function rankOf(word: string): number | null {
  return RANKS.find(([pattern]) => pattern.test(word))?.[1] ?? null;
}

/** `assertThat(a, is(b))` and `expect(a, equals(b))`: the matcher is the second argument; a plain value has to be equal. */
function rankOfMatcher({ shape }: Source, span: Span | undefined): number | null {
  if (span === undefined) return null;
  const matcher = /^\s*([a-zA-Z]\w{0,60})(\(|\s*$)/.exec(
    shape.slice(span[0], Math.min(span[1], span[0] + 100)),
  );
  const word = matcher?.[1]?.toLowerCase() ?? '';
  if (/^(?:istrue|isfalse|istruthy|isnotnull|isnotempty|notnullvalue)$/.test(word)) return PRESENCE;
  return rankOf(word) ?? (matcher?.[2] === '(' ? null : EXACT);
}

function throwLevel(
  subject: string,
  expected: readonly string[],
  rest: readonly Span[],
  words: readonly string[],
): number {
  const isChained = /^(?:expect|toThrow|toThrowError)/.test(words[0] ?? '');
  const isContext = /raises|assertRaises|assertThrows/.test(words.join('.'));
  if (expected.some((text) => /^match=/.test(text))) return EXACT;
  if (isContext && rest.length === 0) {
    return /^(?:Base)?Exception\b|^Throwable\b|^StandardError$/.test(subject) ? PARTIAL : NARROW;
  }
  return (isChained ? rest.length : expected.length) > 0 ? EXACT : PARTIAL;
}

/** How much a condition says: `a == b` all of a, `a > b` something of it, `a` alone that it is there. */
function conditionLevel(source: Source, brackets: Brackets, span: Span, negated: boolean): number {
  const [start, end] = span;
  const flat = topLevel(source.shape, brackets, start, Math.min(end, start + 4000));
  if (/\|\|\s*(?:true|1)\b|\bor\s+(?:True|1|true)\b/.test(flat)) return NOTHING;
  if (negated && /&&\s*false\b|^\s*false\b/.test(flat)) return NOTHING;
  if (!negated && isLiteral(source, [span])) return NOTHING;
  const isNothing = /(?:===?|!==?|\bis(?: not)?)\s*(?:null|undefined|None|nil|nullptr)\b/.test(
    flat,
  );
  const [same, other] = negated
    ? [/!=/, /==/]
    : [/(?<![!<>=])={2,3}(?!=)|\bis\b(?! not)/, /!=|\bis not\b|\bnot in\b/];
  if (isNothing) return negated || other.test(flat) ? PRESENCE : EXACT;
  if (
    same.test(flat) ||
    /\b(?:DeepEqual|isDeepStrictEqual|equals|Equals|Equal|errors\.(?:Is|As))\(/.test(flat)
  ) {
    return hasSameSides(source, brackets, span) ? NOTHING : EXACT;
  }
  if (other.test(flat)) return PRESENCE;
  return /(?<![=-])>|<|\bin\b|=~|\.(?:includes?|has|test|match\w*|startsWith|endsWith|startswith|endswith|[cC]ontains?|HasPrefix|HasSuffix|MatchString|some|every|include\?)\(|\b(?:isinstance|any|all)\(/.test(
    flat,
  )
    ? PARTIAL
    : PRESENCE;
}

/** `assert a == a` */
function hasSameSides(source: Source, brackets: Brackets, [start, end]: Span): boolean {
  const flat = topLevel(source.shape, brackets, start, Math.min(end, start + 4000));
  if (/&&|\|\||\band\b|\bor\b/.test(flat)) return false;
  const [left, right, more] = squeezed(source, start, Math.min(end, start + 4000)).split(/={2,3}/);
  return more === undefined && left !== '' && left === right;
}

const LITERAL_WORDS = /^(?:true|false|null|undefined|None|nil|True|False|NaN|nullptr)$/;

/** Whether nothing in it depends on the program: `1`, `'a'`, `[true]`. */
function isLiteral({ shape, text }: Source, spans: readonly Span[]): boolean {
  return spans.every(([start, end]) => {
    if (end - start > 2000) return false;
    const words = shape.slice(start, end).match(/(?![bru]{1,2}["'])[A-Za-z_$@]\w*/g) ?? [];
    // A string may hold code of its own: `${value}`, "#{value}", "\(value)".
    const isInterpolated = /[$#]\{|\\\(|["'].*\$\w/.test(text.slice(start, end));
    return !isInterpolated && words.every((word) => LITERAL_WORDS.test(word));
  });
}

const NUMBER = /^-?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?$/i;

function toleranceOf(
  source: Source,
  brackets: Brackets,
  { words, first, rest }: Parts,
): number | null {
  const texts = [...first, ...rest].map(([start, end]) =>
    squeezed(source, start, Math.min(end, start + 200)),
  );
  const named = words.join('.');
  const last = Number(texts.findLast((text) => NUMBER.test(text)) ?? Number.NaN);
  for (const text of texts) {
    const [, key = '', value] =
      /\b(places|delta|rel|abs|rel_tol|abs_tol|rtol|atol|tolerance|within)[=:](-?[\d.e+-]+)/.exec(
        text,
      ) ?? [];
    if (value !== undefined && !Number.isNaN(Number(value)))
      return key === 'places' ? -Number(value) : Number(value);
  }
  if (/toBeCloseTo/.test(named)) return rest.length > 1 && !Number.isNaN(last) ? -last : -2;
  if (Number.isNaN(last)) return comparedNumber(source, brackets, first[0]);
  if (/Less|Below|Most|InDelta|InEpsilon|closeTo|approximately|Near|\bLt\b|\bbelow\b/.test(named))
    return last;
  if (/Greater|Above|Least|\babove\b|\bleast\b/.test(named)) return -last;
  return comparedNumber(source, brackets, first[0]);
}

/** `a < 10` -> 10, `a > 10` -> -10. */
function comparedNumber(source: Source, brackets: Brackets, span: Span | undefined): number | null {
  if (span === undefined) return null;
  const flat = topLevel(source.shape, brackets, span[0], Math.min(span[1], span[0] + 400));
  const [, operator = '', number = ''] =
    /([<>])=?\s*(-?\d[\d_.]*(?:e[+-]?\d+)?)\s*$/i.exec(flat) ?? [];
  if (operator === '') return null;
  const value = Number(number.replaceAll('_', ''));
  return Number.isNaN(value) ? null : operator === '<' ? value : -value;
}
