/** A program's text as the tests in it, each with what it asserts and with what keeps it from running. */
import { type Assertion, findAssertions } from './assertions.ts';
import { matchBrackets } from './brackets.ts';
import { isIndented } from './indented-regions.ts';
import { earlyReturns, findMarks, type Mark } from './marks.ts';
import type { Region } from './region.ts';
import { findRegions } from './regions.ts';
import { type Language, type Source, scanSource } from './source.ts';
import { squeezed } from './squeeze.ts';
import { NOTHING } from './strength.ts';
import { findTables, type Table } from './tables.ts';

export interface TestCase {
  name: string;
  /** The name with those of the groups around it. */
  path: string;
  /** Its body without what a formatter may change, and without the tests within it. */
  body: string;
  /** Its lines that say something, each once. */
  lines(): ReadonlySet<string>;
  assertions: Assertion[];
  /** What keeps it from running, on itself and on the groups around it. */
  skips: string[];
  /** Its body is a function of another place. */
  isHandedOn: boolean;
  /** What lets it pass whatever it finds. */
  evasions: string[];
}

export interface TestFile {
  tests: TestCase[];
  /** What stands in no test: set-up, and helpers that assert. */
  outside: TestCase;
  onlys: string[];
  exits: string[];
  /** How often a runner is called that runs nothing by itself. */
  runs: number;
  tables: Table[];
}

/** Reads a program's tests; linear in its length. */
export function readTestFile(text: string, language: Language): TestFile {
  const source = scanSource(text, language);
  const brackets = matchBrackets(source.shape);
  const regions = findRegions(source, brackets);
  const assertions = findAssertions(source, brackets);
  const marks = [...findMarks(source, brackets), ...earlyReturns(source, brackets, regions)];
  const { frames, outside } = nest(source, regions, assertions, marks);
  const exits = marks.filter(({ kind }) => kind === 'exit');
  const runs = text.includes('uvu') ? marks.filter(({ kind }) => kind === 'run').length : 0;
  return {
    tests: frames.filter(({ region }) => region?.kind === 'test').map((it) => testCase(source, it)),
    outside: testCase(source, outside),
    onlys: marks.filter((mark) => mark.kind === 'only' && isPlaced(mark)).map(({ text: it }) => it),
    exits: exits.map(({ text: it }) => it),
    runs,
    tables: findTables(source, brackets),
  };

  function isPlaced({ headOnly, at }: Mark): boolean {
    return !headOnly || regions.some(({ start, body }) => start <= at && at < body);
  }
}

/** A region with what lies in it and in no region within it. */
interface Frame {
  region: Region | null;
  path: string;
  depth: number;
  segments: [start: number, end: number][];
  assertions: Assertion[];
  marks: Mark[];
  parent: Frame | null;
}

/** Names of groups are told up to here: deeper ones are not written by people. */
const DEEPEST_NAME = 20;

function nest(
  source: Source,
  regions: readonly Region[],
  assertions: readonly Assertion[],
  marks: readonly Mark[],
): { frames: Frame[]; outside: Frame } {
  const outside: Frame = {
    region: null,
    path: '',
    depth: 0,
    segments: [],
    assertions: [],
    marks: [],
    parent: null,
  };
  const frames: Frame[] = [];
  const things = [
    ...assertions.map((assertion) => ({ at: assertion.at, assertion, mark: null })),
    ...marks.map((mark) => ({ at: mark.at, assertion: null, mark })),
  ].sort((a, b) => a.at - b.at);
  let current = outside;
  let cursor = 0;
  let next = 0;
  const advance = (to: number) => {
    for (; (things[next]?.at ?? Number.POSITIVE_INFINITY) < to; next++) {
      const { assertion, mark } = things[next] ?? {};
      if (assertion) current.assertions.push(assertion);
      if (mark) current.marks.push(mark);
    }
    if (to > cursor) current.segments.push([cursor, to]);
    cursor = Math.max(cursor, to);
  };
  const leaveUpTo = (at: number) => {
    while (current.region !== null && current.region.end <= at) {
      advance(current.region.end);
      current = current.parent ?? outside;
    }
  };
  for (const region of regions) {
    leaveUpTo(region.start);
    advance(region.start);
    const { path, depth } = current;
    const own = depth < DEEPEST_NAME ? `${path} > ${region.name}` : path;
    current = {
      region,
      path: own,
      depth: depth + 1,
      segments: [],
      assertions: [],
      marks: [],
      parent: current,
    };
    frames.push(current);
  }
  leaveUpTo(source.text.length);
  advance(source.text.length + 1);
  return { frames, outside };
}

function testCase(source: Source, frame: Frame): TestCase {
  const { region, path, segments, assertions, marks } = frame;
  const body = segments
    .map(([start, end]) => [Math.max(start, region?.body ?? 0), end] as const)
    .filter(([start, end]) => start < end);
  let lines: Set<string> | null = null;
  return {
    name: region?.name ?? '',
    path,
    body: body.map(([start, end]) => squeezed(source, start, end)).join(''),
    lines: () => {
      lines ??= linesOf(source, body);
      return lines;
    },
    assertions,
    skips: skipsOf(frame),
    isHandedOn: region?.isHandedOn ?? false,
    evasions: evasions(source, region, assertions, marks),
  };
}

function linesOf(source: Source, spans: readonly (readonly [number, number])[]): Set<string> {
  const texts = spans.flatMap(([start, end]) => source.code.slice(start, end).split('\n'));
  return new Set(
    texts.map((text) => text.replace(/[\s,;]+/g, '')).filter((text) => text.length > 3),
  );
}

function skipsOf(frame: Frame): string[] {
  const own = frame.marks
    .filter(
      ({ kind, at, headOnly }) => kind === 'skip' && (!headOnly || at < (frame.region?.body ?? 0)),
    )
    .map(({ text }) => text);
  const disabled = /^DISABLED_|, ?DISABLED_/.test(frame.region?.name ?? '') ? ['DISABLED_'] : [];
  const { parent } = frame;
  const inherited = parent === null ? [] : inheritedSkips(parent);
  return [...inherited, ...disabled, ...own];
}

/** One is enough: it keeps all from running that lies within. */
function inheritedSkips(frame: Frame): string[] {
  for (
    let at: Frame | null = frame, depth = 0;
    at !== null && depth < DEEPEST_NAME;
    at = at.parent, depth++
  ) {
    if (at.region?.kind === 'test') continue;
    const { region, marks } = at;
    const mark = marks.find(
      ({ kind, headOnly, at: place }) =>
        kind === 'skip' && (!headOnly || place < (region?.body ?? 0)),
    );
    if (mark !== undefined) return [mark.text];
  }
  return [];
}

function evasions(
  source: Source,
  region: Region | null,
  assertions: readonly Assertion[],
  marks: readonly Mark[],
): string[] {
  const real = assertions.filter(({ level }) => level !== NOTHING);
  return marks.flatMap(({ kind, at, from = at, text }) => {
    if (kind === 'swallow') {
      const isAround = from === at || real.some((it) => from <= it.at && it.at < at);
      return isAround ? [`what fails is swallowed: ${text}`] : [];
    }
    if (kind !== 'return' || region?.kind !== 'test') return [];
    if (isIndented(source.language) && !isFirstLevel(source, region, at)) return [];
    return real.some((it) => it.at > at) ? ['it returns before its assertions'] : [];
  });
}

/** Whether the line of a place is as deep as the first one of the body. */
function isFirstLevel({ shape }: Source, { body }: Region, at: number): boolean {
  const depthOf = (text: string) => /^[ \t]*/.exec(text)?.[0].length ?? 0;
  const first = /\n([ \t]*)[^\s]/.exec(shape.slice(body, body + 4000));
  const line = shape.lastIndexOf('\n', at) + 1;
  return first !== null && depthOf(shape.slice(line, at)) === (first[1]?.length ?? -1);
}
