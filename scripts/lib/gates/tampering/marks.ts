/** What in a test's text keeps it, or others, from running. */
import type { Brackets } from './brackets.ts';
import { isIndented } from './indented-regions.ts';
import type { Region } from './region.ts';
import type { Language, Source } from './source.ts';

export type MarkKind =
  /** The test does not run, or what it finds does not count. */
  | 'skip'
  /** Only what bears it runs. */
  | 'only'
  /** The runner ends before it has seen anything fail. */
  | 'exit'
  /** What fails within is not heard of. */
  | 'swallow'
  /** Nothing after it is reached. */
  | 'return'
  /** Without it the tests of the file do not run at all. */
  | 'run';

export interface Mark {
  kind: MarkKind;
  at: number;
  text: string;
  /** It counts before the body of a test only: `skip: 10` in a body is anything. */
  headOnly: boolean;
  /** Where what it silences begins; without an assertion from there on it is an ordinary clean-up. */
  from?: number;
}

interface Pattern {
  kind: MarkKind;
  pattern: RegExp;
  headOnly?: boolean;
  /** It catches what fails in the block before it. */
  isAfterBlock?: boolean;
}

const skip = (pattern: RegExp): Pattern => ({ kind: 'skip', pattern });
const skipInHead = (pattern: RegExp): Pattern => ({ kind: 'skip', pattern, headOnly: true });
const only = (pattern: RegExp): Pattern => ({ kind: 'only', pattern });
const exit = (pattern: RegExp): Pattern => ({ kind: 'exit', pattern });
const swallow = (pattern: RegExp): Pattern => ({ kind: 'swallow', pattern });
const swallowBlock = (pattern: RegExp): Pattern => ({ ...swallow(pattern), isAfterBlock: true });

const EMPTY_CATCH = swallowBlock(/\bcatch\b\s{0,9}(?:\([^()]{0,120}\))?\s{0,9}\{\s{0,200}\}/g);

/** `if (false) {`: what is within is not run; all languages say it alike. */
const NEVER = skip(
  /\bif\s{1,9}(?:false|False|0)\s{0,9}[:{\n]|\bif\s{0,9}\(\s{0,9}(?:false|0|!1|!true)\s{0,9}\)/g,
);

const JAVASCRIPT: readonly Pattern[] = [
  skip(
    /(?<![\w$.])(?:\w{1,30}\.)?(?:it|test|describe|suite|context|specify|bench|group)(?:\.\w{1,30}){0,4}\.(?:skip|todo|fixme|fails|failing|fail|skipIf|runIf)\b/g,
  ),
  skip(/(?<![\w$.])x(?:it|test|describe|specify|context|suite)\b(?=\s{0,9}[.(])/g),
  skip(/(?<![\w$.])(?:t|ctx|context|this|testContext)\.(?:skip|todo)\s{0,9}\(/g),
  // A suite with a name of its own, as uvu has them.
  skip(/(?<![\w$.])\w{1,60}\.skip\s{0,9}\(\s{0,9}(?=['"`])/g),
  only(/(?<![\w$.])\w{1,60}\.only\s{0,9}\(\s{0,9}(?=['"`])/g),
  skip(/(?<![\w$.])pending\s{0,9}\(/g),
  skipInHead(/\b(?:skip|todo)\s{0,9}:\s{0,9}(?!false\b|undefined\b|null\b|\d|''|"")/g),
  only(
    /(?<![\w$.])(?:\w{1,30}\.)?(?:it|test|describe|suite|context|specify)(?:\.\w{1,30}){0,4}\.only\b/g,
  ),
  only(/(?<![\w$.])f(?:it|describe|context)\s{0,9}\(\s{0,9}(?=['"`])/g),
  { ...only(/\bonly\s{0,9}:\s{0,9}true\b/g), headOnly: true },
  exit(/\bprocess\.exit\s{0,9}\(\s{0,9}0?\s{0,9}\)|\bprocess\.exitCode\s{0,9}=\s{0,9}0\b/g),
  exit(
    /\bDeno\.exit\s{0,9}\(\s{0,9}0?\s{0,9}\)|\bprocess\.(?:kill\s{0,9}\(\s{0,9}process\.pid\b|abort\s{0,9}\(|reallyExit\b)/g,
  ),
  EMPTY_CATCH,
  // An assertion that is another function from there on.
  swallow(
    /(?<![\w$.])(?<!\b(?:const|let|var)\s{1,9})(?:globalThis\.|global\.)?(?:assert|expect)(?:\.\w{1,40}){0,4}\s{0,9}=(?![=>])/g,
  ),
  { kind: 'run', pattern: /\b\w{1,60}\.run\s{0,9}\(\s{0,9}\)/g },
];

const JVM: readonly Pattern[] = [
  skip(/@(?:[\w.]{0,60}\.)?(?:Disabled\w{0,40}|Ignore|EnabledIf\w{0,40}|EnabledOn\w{0,20})\b/g),
  skip(/\bassume(?:True|False|That|NotNull|NoException)?\s{0,9}\(|\bAssumptions\./g),
  skip(/\bnew\s{1,9}(?:SkipException|TestAbortedException|AssumptionViolatedException)\b/g),
  skip(
    /\benabled\s{0,9}=\s{0,9}false\b|(?<![\w$.])(?:ignore|xit|xtest|xdescribe)\s{0,9}\(\s{0,9}"/g,
  ),
  skip(/"\s{1,9}ignore\s{0,9}\{/g),
  exit(
    /\bSystem\.exit\s{0,9}\(\s{0,9}0|\bexitProcess\s{0,9}\(\s{0,9}0|\bRuntime\b.{0,40}\bhalt\s{0,9}\(\s{0,9}0/g,
  ),
  EMPTY_CATCH,
];

const RUBY: readonly Pattern[] = [
  skip(
    /(?<![\w.:@])x(?:it|describe|context|specify|example|scenario|feature)\b(?=[ \t]{0,9}[('"]|[ \t]{1,9}do\b)/g,
  ),
  skip(/\b(skip|pending)\b(?<=(?:^|[\n;{]|\bdo)[ \t]{0,200}\1)(?![ \t]{0,9}[=.])/g),
  skipInHead(/:skip\b|:pending\b|\b(?:skip|pending):\s{0,9}(?!false\b|nil\b)/g),
  skip(/@(?:module|describe)?tag\s{1,9}:?(?:skip|pending)\b/g),
  only(/(?<![\w.:@])f(?:it|describe|context|specify)\b(?=[ \t]{0,9}[('"])/g),
  { ...only(/:focus\b|\bfocus:\s{0,9}true\b/g), headOnly: true },
  exit(
    /\b((?:Kernel\.)?exit)\b(?<=(?:^|[\n;{]|\bdo)[ \t]{0,200}\1)!?(?![ \t(]{0,3}(?:[1-9a-z]|false))|\bSystem\.halt\(0/g,
  ),
  swallowBlock(
    /\brescue\b[^\n]{0,120}\n\s{0,200}(?:nil\s{1,200})?end\b|\brescue\s{1,9}(?:nil|true)\b/g,
  ),
];

const PATTERNS: Record<Language, readonly Pattern[]> = {
  javascript: JAVASCRIPT,
  dart: [
    skipInHead(/\bskip\s{0,9}:\s{0,9}(?!false\b)/g),
    exit(/(?<![\w.])exit\s{0,9}\(\s{0,9}0/g),
    EMPTY_CATCH,
  ],
  python: [
    skip(/\b(?:pytest\.)?mark\.(?:skip|skipif|xfail)\b/g),
    skip(/@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b/g),
    skip(/\bpytest\.(?:skip|xfail|importorskip)\s{0,9}\(|\bself\.skipTest\s{0,9}\(|\bSkipTest\b/g),
    skip(/\b__test__\s{0,9}=\s{0,9}False\b|\bcollect_ignore(?:_glob)?\s{0,9}\+?=/g),
    exit(
      /\bos\._exit\s{0,9}\(\s{0,9}0|\bsys\.exit\s{0,9}\(\s{0,9}(?:0\s{0,9}|None\s{0,9})?\)|(?<![\w.])(?:exit|quit)\s{0,9}\(\s{0,9}0?\s{0,9}\)/g,
    ),
    exit(
      /\bpytest\.exit\s{0,9}\(|\b(?:raise\s{1,9})SystemExit(?:\s{0,9}\(\s{0,9}0?\s{0,9}\))?(?!\s{0,9}\()/g,
    ),
    swallowBlock(/\bexcept\b[^\n:]{0,120}:\s{0,200}(?:pass|return|\.\.\.)[ \t]{0,200}(?=\n|$|#)/g),
    swallow(/\b(?:contextlib\.)?suppress\s{0,9}\(\s{0,9}(?:Base)?(?:Exception|AssertionError)\b/g),
  ],
  ruby: RUBY,
  elixir: RUBY,
  go: [
    skip(/\b[a-z]\w{0,9}\.(?:Skip|Skipf|SkipNow)\s{0,9}\(/g),
    exit(/\bos\.Exit\s{0,9}\(\s{0,9}0\s{0,9}\)/g),
    swallow(/\brecover\s{0,9}\(\s{0,9}\)/g),
  ],
  rust: [
    skipInHead(/#\[\s{0,9}(?:ignore\b|should_panic\b|cfg_attr\b)/g),
    skipInHead(/#\[\s{0,9}cfg\s{0,9}\(\s{0,9}(?!test\s{0,9}\))/g),
    exit(/\bprocess::(?:exit\s{0,9}\(\s{0,9}0|abort)/g),
    swallow(/\bcatch_unwind\b/g),
  ],
  java: JVM,
  kotlin: JVM,
  scala: [...JVM, skip(/\bcancel\s{0,9}\(|\bpending\b/g)],
  csharp: [
    skip(
      /\bSkip\s{0,9}=\s{0,9}"|\[\s{0,9}(?:Ignore|Explicit)\b|\bAssert\.(?:Ignore|Inconclusive|Skip)\b/g,
    ),
    exit(/\bEnvironment\.Exit\s{0,9}\(\s{0,9}0/g),
    EMPTY_CATCH,
  ],
  php: [
    skip(/\bmarkTest(?:Skipped|Incomplete)\b|->\s{0,9}(?:skip|todo|skipOn\w{0,20})\s{0,9}\(/g),
    skip(/(?<![\w$>:])todo\s{0,9}\(/g),
    only(/->\s{0,9}only\s{0,9}\(/g),
    exit(/(?<![\w$>:])(?:exit|die)\s{0,9}(?:\(\s{0,9}0?\s{0,9}\))?\s{0,9};/g),
    EMPTY_CATCH,
  ],
  swift: [
    skip(
      /\bXCTSkip\w{0,20}\b|\.disabled\s{0,9}\(|\bXCTExpectFailure\b|\bwithKnownIssue\b|(?<![\w.])x(?:it|describe|context)\s{0,9}\(/g,
    ),
    only(/(?<![\w.])f(?:it|describe|context)\s{0,9}\(\s{0,9}"/g),
    exit(/(?<![\w.])exit\s{0,9}\(\s{0,9}(?:0|EXIT_SUCCESS)/g),
    EMPTY_CATCH,
  ],
  cpp: [
    skip(/\bGTEST_SKIP\b|\bDISABLED_|(?<![\w.])SKIP\s{0,9}\(/g),
    exit(/(?<![\w.])_?exit\s{0,9}\(\s{0,9}(?:0|EXIT_SUCCESS)/g),
    swallowBlock(/\bcatch\s{0,9}\(\s{0,9}\.\.\.\s{0,9}\)\s{0,9}\{\s{0,200}\}/g),
  ],
  shell: [
    exit(/\b(exit)[ \t]{1,9}0\b(?<=(?:^|[\n;])[ \t]{0,200}exit[ \t]{1,9}0)/g),
    skip(/\bskip\b(?<=(?:^|[\n;])[ \t]{0,200}skip)/g),
  ],
};

/** All marks of a file, by their place. */
export function findMarks(source: Source, brackets: Brackets): Mark[] {
  const marks = [...PATTERNS[source.language], NEVER].flatMap(
    ({ kind, pattern, headOnly = false, isAfterBlock }) =>
      [...source.shape.matchAll(pattern)].map(({ 0: all, index }) => ({
        kind,
        at: index,
        text: all
          .replace(/\s+/g, ' ')
          .replace(/ ?\( ?$/, '')
          .trim(),
        headOnly,
        ...(isAfterBlock ? { from: tryBefore(source.shape, brackets, index) } : {}),
      })),
  );
  return [...marks, ...buildTags(source)].sort((a, b) => a.at - b.at);
}

/** Where the block begins whose failures are caught at a place. */
function tryBefore(shape: string, brackets: Brackets, at: number): number {
  const before = shape.slice(Math.max(0, at - 2000), at).trimEnd();
  const last = Math.max(0, at - 2000) + before.length - 1;
  if (before.endsWith('}')) return Math.max(brackets.partner(last), 0);
  const opening = Math.max(before.lastIndexOf('try'), before.lastIndexOf('begin'));
  return opening < 0 ? at : last + 1 - before.length + opening;
}

/** Go compiles a file only where its build constraint holds. */
function buildTags({ language, text, comments }: Source): Mark[] {
  if (language !== 'go') return [];
  return comments.flatMap(({ start, end }) => {
    const match = /^\/\/(?:go:build| ?\+build)\b.*/.exec(
      text.slice(start, Math.min(end, start + 200)),
    );
    return match === null ? [] : [{ kind: 'skip', at: start, text: match[0], headOnly: false }];
  });
}

/** A return that nothing stands before: what follows in the body of the test is never reached. */
export function earlyReturns(
  source: Source,
  brackets: Brackets,
  regions: readonly Region[],
): Mark[] {
  if (isIndented(source.language)) return indentedReturns(source);
  const braces = new Set(regions.map(({ brace }) => brace).filter((brace) => brace >= 0));
  const bare = /\breturn\b[ \t]{0,20}(?=[;}\n\r]|(?:undefined|null|true|false|0|nil)\b)/g;
  return [...source.shape.matchAll(bare)].flatMap(({ index }) => {
    const isInBody = braces.has(brackets.enclosing(index));
    return isInBody && !isConditional(source.shape, brackets, index)
      ? [{ kind: 'return', at: index, text: 'return', headOnly: false }]
      : [];
  });
}

/** `if (condition) return`, unless the condition is none: `if (true) return`. */
function isConditional(shape: string, brackets: Brackets, at: number): boolean {
  const before = shape.slice(Math.max(0, at - 200), at).trimEnd();
  if (/\belse$/.test(before)) return true;
  if (!before.endsWith(')')) return false;
  const close = Math.max(0, at - 200) + before.length - 1;
  const open = brackets.partner(close);
  if (open < 0 || !/\b(?:if|while|for)\s{0,9}$/.test(shape.slice(Math.max(0, open - 20), open))) {
    return false;
  }
  return !/^\s*(?:true|1|!0|!!1|!false)\s*$/.test(
    shape.slice(open + 1, Math.min(close, open + 20)),
  );
}

/** In languages without braces: as deep as the first line of the body, which whoever asks compares. */
function indentedReturns({ shape }: Source): Mark[] {
  const bare =
    /\b(return|next)\b(?<=(?:^|\n)[ \t]{0,200}\1)(?=[ \t]{0,20}(?:\n|$|;|None\b|nil\b|True\b|true\b))/g;
  return [...shape.matchAll(bare)].map(({ index }) => ({
    kind: 'return',
    at: index,
    text: 'return',
    headOnly: false,
  }));
}
