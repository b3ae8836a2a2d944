/** Where tests, and groups of tests, are in a program's text. */
import { type Brackets, partsOf, topLevel } from './brackets.ts';
import { indentedRegions, isIndented } from './indented-regions.ts';
import { nameIn, type Region } from './region.ts';
import type { Language, Source } from './source.ts';

/** All of a file's regions, by where they start; they lie within each other or apart. */
export function findRegions(source: Source, brackets: Brackets): Region[] {
  const regions = isIndented(source.language)
    ? indentedRegions(source, brackets)
    : [...calls(source, brackets), ...declarations(source, brackets)];
  regions.sort((a, b) => a.start - b.start || b.end - a.end);
  return regions;
}

const TESTS =
  'it|test|specify|xit|xtest|xspecify|fit|ftest|should|scenario|xscenario|ignore|expectation';
const GROUPS = 'describe|context|suite|feature|xdescribe|xcontext|fdescribe|fcontext|xsuite|group';

const CALL_WORDS: Partial<Record<Language, string>> = {
  javascript: `${TESTS}|${GROUPS}`,
  dart: 'test|testWidgets|group',
  php: 'it|test|describe|todo',
  kotlin: `${TESTS}|${GROUPS}|given|then`,
  scala: 'test|ignore|describe|it|feature|scenario|they',
  swift: `${TESTS}|${GROUPS}`,
  go: String.raw`\w{1,20}\.Run`,
};

/** `const adding = suite('adding')`: then `adding('name', ...)` is a test as well. */
const ALIAS =
  /\b(?:const|let|var)\s{1,9}(\w{1,60})\s{0,9}=\s{0,9}(?:\w{1,30}\.)?(?:suite|it|test)\b(?!\s{0,9}\(\s{0,9}[^)]{0,200}=>)/g;

const GROUP_WORD = new RegExp(`^(?:${GROUPS})$`);

const LINE_LENGTH = 4000;

const FUNCTION = /=>|\b(?:function|func|fn)\b|\)\s{0,9}(?:async\s{0,9})?\{/;

/** Tests that are calls with a name and a function: `it('adds', () => {})`, `t.Run("adds", func() {})`. */
function calls(source: Source, brackets: Brackets): Region[] {
  const { language, shape } = source;
  const words = CALL_WORDS[language];
  if (words === undefined) return [];
  const aliases = language === 'javascript' ? [...shape.matchAll(ALIAS)].slice(0, 50) : [];
  const names = [words, ...new Set(aliases.map(([, name = '']) => name))].join('|');
  const call = new RegExp(`(?<![\\w$])(${names})((?:\\.\\w{1,30}){0,6})\\s{0,9}(?=[(\`])`, 'g');
  const regions = [...shape.matchAll(call)].flatMap(
    ({ 0: all, 1: word = '', 2: chain = '', index }) => {
      const open = lastCall(source, brackets, index + all.length);
      const isMethod = shape[index - 1] === '.';
      const region = open < 0 ? null : callRegion(source, brackets, index, open, isMethod);
      const isGroup = GROUP_WORD.test(word) || /\.describe\b/.test(chain);
      return region === null
        ? []
        : [{ ...region, kind: isGroup ? ('group' as const) : region.kind }];
    },
  );
  return language === 'scala' ? [...regions, ...scalaSentences(source, brackets)] : regions;
}

/** `test.each(rows)('name', fn)` and `test.each<template>('name', fn)`: the call with the name is the last one. */
function lastCall({ shape }: Source, brackets: Brackets, at: number): number {
  if (shape[at] === '`') {
    const end = shape.indexOf('`', at + 1);
    return end > 0 && shape[end + 1] === '(' ? end + 1 : -1;
  }
  const close = brackets.partner(at);
  return close > 0 && shape[close + 1] === '(' ? lastCallAfter(shape, brackets, close + 1) : at;
}

function lastCallAfter(shape: string, brackets: Brackets, open: number): number {
  let last = open;
  for (let close = brackets.partner(last); shape[close + 1] === '(' && close > last; ) {
    last = close + 1;
    close = brackets.partner(last);
  }
  return last;
}

function callRegion(
  source: Source,
  brackets: Brackets,
  start: number,
  open: number,
  isMethod: boolean,
): Region | null {
  const { shape } = source;
  const close = brackets.partner(open);
  const [first, ...rest] = partsOf(shape, brackets, open);
  if (first === undefined) return null;
  const name = nameIn(source, ...first);
  const trailing = /^\s{0,20}\{/.exec(shape.slice(close + 1, close + 25));
  if (trailing !== null && rest.length === 0) {
    const brace = close + trailing[0].length;
    const end = brackets.partner(brace);
    if (end > 0)
      return { kind: 'test', name, start, end: end + 1, body: brace, brace, isHandedOn: false };
  }
  const whole = { kind: 'test' as const, name, start, end: close + 1 };
  const last = rest.findLast(([from, to]) => FUNCTION.test(topLevel(shape, brackets, from, to)));
  if (last === undefined) {
    // A method called test may be anything's; a word alone that is given a name in quotes is a runner's.
    const isNamed = /^\s*['"`]/.test(shape.slice(first[0], first[0] + 200));
    return isMethod || !isNamed
      ? null
      : { ...whole, body: rest[0]?.[0] ?? close, brace: -1, isHandedOn: true };
  }
  const text = shape.slice(...last).trimEnd();
  const brace = text.endsWith('}') ? brackets.partner(last[0] + text.length - 1) : -1;
  const arrow = text.indexOf('=>');
  const body = brace >= 0 ? brace : last[0] + Math.max(0, arrow);
  return { ...whole, body, brace, isHandedOn: false };
}

function scalaSentences(source: Source, brackets: Brackets): Region[] {
  const sentence = /"~*"\s{1,9}(?:in|ignore)\s{0,9}\{/g;
  return [...source.shape.matchAll(sentence)].flatMap(({ 0: all, index }) => {
    const brace = index + all.length - 1;
    const end = brackets.partner(brace);
    const name = nameIn(source, index, index + all.indexOf('"', 1) + 1);
    return end < 0
      ? []
      : [{ kind: 'test', name, start: index, end: end + 1, body: brace, brace, isHandedOn: false }];
  });
}

interface Declaration {
  /** The name is the first group. */
  head: RegExp;
  /** `before`: what stands before the head, as it is written. */
  isTest: (name: string, before: string) => boolean;
}

const JVM_TEST =
  /@(?:[\w.]{0,60}\.)?(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property)\b/;

const DECLARATIONS: Partial<Record<Language, Declaration>> = {
  go: {
    head: /\bfunc\s{1,9}(?:\([^()\n]{0,100}\)\s{0,9})?(\w{1,200})\s{0,9}\(/g,
    isTest: (name) => /^(Test|Benchmark|Fuzz|Example)(?![a-z])/.test(name) && name !== 'TestMain',
  },
  rust: {
    head: /\bfn\s{1,9}(\w{1,200})\s{0,9}(?:<[^<>]{0,100}>)?\(/g,
    isTest: (_, before) => /#\[\s*[\w:]*(?:test|rstest)\b|#\[\s*[\w:]*test_case/.test(before),
  },
  java: {
    head: /\b(?:void|def|Object|[A-Z]\w{0,60}(?:<[^<>]{0,100}>)?)\s{1,9}(\w{1,200}|"~*")\s{0,9}\(/g,
    isTest: (name, before) => JVM_TEST.test(before) || /^test|^["']/.test(name),
  },
  kotlin: {
    head: /\bfun\s{1,9}(?:<[^<>]{0,100}>\s{0,9})?(\w{1,200}|`[^`\n]{1,300}`)\s{0,9}\(/g,
    isTest: (name, before) => JVM_TEST.test(before) || /^test/.test(name),
  },
  scala: {
    head: /\bdef\s{1,9}(\w{1,200}|`[^`\n]{1,300}`)\s{0,9}\(/g,
    isTest: (name, before) => JVM_TEST.test(before) || /^test/.test(name),
  },
  csharp: {
    head: /\b(?:void|Task|ValueTask|IEnumerator)(?:<[^<>]{0,100}>)?\s{1,9}(\w{1,200})\s{0,9}\(/g,
    isTest: (_, before) => /\[\s*(?:\w+\.)*(?:Fact|Theory|Test\w*|DataTestMethod)\b/.test(before),
  },
  php: {
    head: /\bfunction\s{1,9}(\w{1,200})\s{0,9}\(/g,
    isTest: (name, before) => /^test/.test(name) || /#\[\s*Test\b|@test\b/.test(before),
  },
  swift: {
    head: /\bfunc\s{1,9}(\w{1,200}|`[^`\n]{1,300}`)\s{0,9}\(/g,
    isTest: (name, before) => /^test/.test(name) || /@Test\b/.test(before),
  },
  cpp: {
    head: /\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|TEST_CASE|SCENARIO|BOOST_AUTO_TEST_CASE)\s{0,9}(\()/g,
    isTest: () => true,
  },
};

const GROUP_HEAD: Partial<Record<Language, RegExp>> = {
  rust: /\bmod\s{1,9}(\w{1,200})\s{0,9}(?=\{)/g,
  java: /\bclass\s{1,9}(\w{1,200})/g,
  kotlin: /\bclass\s{1,9}(\w{1,200})/g,
  scala: /\bclass\s{1,9}(\w{1,200})/g,
  csharp: /\bclass\s{1,9}(\w{1,200})/g,
  php: /\bclass\s{1,9}(\w{1,200})/g,
  swift: /\b(?:class|struct)\s{1,9}(\w{1,200})/g,
};

/** Tests that are functions of their own, known by their name or by what is written before them. */
function declarations(source: Source, brackets: Brackets): Region[] {
  const { language, shape, text } = source;
  const declaration = DECLARATIONS[language];
  if (declaration === undefined) return [];
  const groupHead = GROUP_HEAD[language];
  const heads = [
    ...[...shape.matchAll(declaration.head)].map((match) => ({ match, isGroup: false })),
    ...(groupHead === undefined ? [] : [...shape.matchAll(groupHead)]).map((match) => ({
      match,
      isGroup: true,
    })),
  ].sort((a, b) => a.match.index - b.match.index);
  const regions: Region[] = [];
  let floor = 0;
  for (const { match, isGroup } of heads) {
    const start = beginning(shape, brackets, match.index, floor);
    const headEnd = match.index + match[0].length;
    const params = isGroup ? -1 : headEnd - 1;
    const close = isGroup ? headEnd : brackets.partner(params);
    floor = headEnd;
    if (close < 0) continue;
    const [body, end, brace] = bodyAfter(shape, brackets, close + (isGroup ? 0 : 1));
    if (end < 0) continue;
    const name = match[1] === '(' ? text.slice(params + 1, close) : (match[1] ?? '');
    const written = name.includes('~') ? nameIn(source, match.index, headEnd - 1) : name;
    if (
      !isGroup &&
      !declaration.isTest(written, text.slice(Math.max(start, match.index - 4000), match.index))
    )
      continue;
    const kind = isGroup ? 'group' : 'test';
    regions.push({ kind, name: shorter(written), start, end, body, brace, isHandedOn: false });
  }
  return regions;
}

function shorter(name: string): string {
  return name.slice(0, 400).replace(/\s+/g, ' ').replaceAll('`', '').trim().slice(0, 200);
}

/** Back over attributes, annotations and modifiers to where a declaration begins; `floor` is no longer its own. */
function beginning(shape: string, brackets: Brackets, head: number, floor: number): number {
  let at = head - 1;
  for (; at >= floor; at--) {
    const character = shape[at] ?? '';
    if (character === ';' || character === '{' || character === '}') break;
    const partner = character === ')' || character === ']' ? brackets.partner(at) : -1;
    if (partner >= floor) at = partner;
  }
  at++;
  while (at < head && /\s/.test(shape[at] ?? '')) at++;
  return at;
}

/** The body after a head: in braces, or after `=` up to the end of the line. */
function bodyAfter(
  shape: string,
  brackets: Brackets,
  from: number,
): [body: number, end: number, brace: number] {
  const [, equals = '', until = ''] =
    /^([^{};=]{0,300})([{};=]?)/.exec(shape.slice(from, from + 301)) ?? [];
  const at = from + equals.length;
  if (until === '{') {
    const end = brackets.partner(at);
    return [at, end < 0 ? -1 : end + 1, at];
  }
  if (until !== '=') return [at, -1, -1];
  const line = lineEnd(shape, at);
  const brace = shape.slice(at, line).indexOf('{');
  const end = brace < 0 ? -1 : brackets.partner(at + brace);
  return end < 0 ? [at, line, -1] : [at, end + 1, at + brace];
}

/** No line is taken to be longer than what a person would write. */
function lineEnd(shape: string, at: number): number {
  const end = shape.slice(at, at + LINE_LENGTH).indexOf('\n');
  return end < 0 ? Math.min(shape.length, at + LINE_LENGTH) : at + end;
}
