/** Tests of languages whose blocks can be told by their indentation: Python, Ruby, Elixir. */
import type { Brackets } from './brackets.ts';
import { nameIn, type Region } from './region.ts';
import type { Language, Source } from './source.ts';

export function isIndented(language: Language): boolean {
  return language === 'python' || language === 'ruby' || language === 'elixir';
}

/** A line with what its open brackets draw to it from the lines below. */
export interface LogicalLine {
  start: number;
  end: number;
  indent: number;
}

/** The lines that are not blank. */
export function logicalLines(shape: string, brackets: Brackets): LogicalLine[] {
  const lines: LogicalLine[] = [];
  for (let start = 0; start < shape.length; ) {
    const end = logicalEnd(shape, brackets, start);
    const indent = shape.slice(start, Math.min(end, start + 1000)).search(/[^ \t\r]/);
    if (indent >= 0) lines.push({ start, end, indent });
    start = end + 1;
  }
  return lines;
}

/** The end of the line that a place is in, with what its open brackets draw to it. */
export function logicalEnd(shape: string, brackets: Brackets, start: number): number {
  const stop = /[\n([{]/g;
  stop.lastIndex = start;
  for (let found = stop.exec(shape); found !== null; found = stop.exec(shape)) {
    if (found[0] === '\n') return found.index;
    stop.lastIndex = Math.max(brackets.partner(found.index), found.index + 1);
  }
  return shape.length;
}

interface Head {
  kind: Region['kind'];
  name: string;
  /** Where its body begins. */
  body: number;
  /** The whole block is on the line. */
  closed: boolean;
}

/** Regions by the indentation of their heads: a block ends before the first line that is not deeper. */
export function indentedRegions(source: Source, brackets: Brackets): Region[] {
  const regions: Region[] = [];
  const open: { region: Region; indent: number }[] = [];
  const readHead = source.language === 'python' ? pythonHead : rubyHead;
  let decorated: LogicalLine | null = null;
  let last = 0;
  const closeDownTo = (indent: number, end: number) => {
    while ((open.at(-1)?.indent ?? -1) >= indent) {
      const closing = open.pop()?.region;
      if (closing !== undefined) closing.end = end;
    }
  };
  for (const line of logicalLines(source.shape, brackets)) {
    const isEnd = /^\s*end\b/.test(source.shape.slice(line.start, line.start + line.indent + 5));
    closeDownTo(line.indent, isEnd ? line.end : last);
    last = line.end;
    if (isDecorator(source, line)) {
      decorated ??= line;
      continue;
    }
    const head = readHead(source, brackets, line);
    // A function within a test is the test's own, whatever it is called.
    const isWithinTest = source.language === 'python' && open.at(-1)?.region.kind === 'test';
    if (head !== null && !isWithinTest) {
      const start = decorated?.indent === line.indent ? decorated.start : line.start;
      const { kind, name, body } = head;
      const region = { kind, name, start, end: line.end, body, brace: -1, isHandedOn: false };
      regions.push(region);
      if (!head.closed) open.push({ region, indent: line.indent });
    }
    decorated = null;
  }
  closeDownTo(0, last);
  return regions;
}

/** `@decorator` in Python, `@tag :skip` in Elixir. */
function isDecorator({ shape, language }: Source, line: LogicalLine): boolean {
  return language !== 'ruby' && shape[line.start + line.indent] === '@';
}

function pythonHead({ shape }: Source, brackets: Brackets, line: LogicalLine): Head | null {
  const text = shape.slice(line.start, line.start + line.indent + 300);
  const match = /^[ \t]*(?:async[ \t]+)?(def|class)[ \t]+(\w+)[ \t]*([(:[])/.exec(text);
  if (match === null) return null;
  const [all, word, name = '', next] = match;
  if (word === 'def' && !/^test/.test(name)) return null;
  const at = line.start + all.length - 1;
  const close = next === ':' ? at : Math.max(brackets.partner(at), at);
  const colon = shape.slice(close, Math.min(line.end, close + 1000)).indexOf(':');
  const body = colon < 0 ? line.end : close + colon + 1;
  return { kind: word === 'class' ? 'group' : 'test', name, body, closed: false };
}

const RUBY_TEST =
  'it|specify|example|scenario|test|should|property|xit|xspecify|xexample|xscenario|fit|fspecify|its';
const RUBY_GROUP = 'describe|context|feature|xdescribe|xcontext|fdescribe|fcontext|shared_examples';

const RUBY_HEAD = new RegExp(
  `^[ \\t]*(?:RSpec\\.)?(?:(${RUBY_TEST})|(${RUBY_GROUP}))\\b[ \\t]*([({"']|do\\b|:\\w|[A-Z]|$)`,
);
const RUBY_DECLARATION =
  /^[ \t]*(?:def[ \t]+(test_\w+[?!]?)|(?:class|module|defmodule)[ \t]+([\w:.]+))/;

function rubyHead(source: Source, _: Brackets, line: LogicalLine): Head | null {
  const text = source.shape.slice(line.start, Math.min(line.end, line.start + line.indent + 2000));
  const declared = RUBY_DECLARATION.exec(text);
  if (declared !== null) {
    const [all, method, group = ''] = declared;
    const body = line.start + all.length;
    if (method !== undefined) return { kind: 'test', name: method, body, closed: false };
    return { kind: 'group', name: group, body, closed: false };
  }
  const match = RUBY_HEAD.exec(text);
  if (match === null) return null;
  const block = /\bdo\b(?:[ \t]*\|[^|\n]{0,200}\|)?[ \t\r]*$|\{/.exec(text);
  const end = line.start + (block === null ? text.trimEnd().length : block.index);
  const first = line.start + match[0].length - (match[3]?.length ?? 0);
  const body = end + (block?.[0].length ?? 0);
  return {
    kind: match[1] === undefined ? 'group' : 'test',
    name: rubyName(source, first, end),
    body,
    closed: !(block?.[0].startsWith('do') ?? false),
  };
}

function rubyName(source: Source, start: number, end: number): string {
  const quoted = /^[( \t]*(?=["'])(["']~*["'])/.exec(source.shape.slice(start, end));
  if (quoted === null) return nameIn(source, start, end);
  const from = start + quoted[0].length - (quoted[1]?.length ?? 0);
  return nameIn(source, from, start + quoted[0].length);
}
