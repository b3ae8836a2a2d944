/** Tables of test cases: lists that a loop, or the runner itself, makes one test of each row of. */
import { type Brackets, partsOf } from './brackets.ts';
import type { Source } from './source.ts';
import { squeezed } from './squeeze.ts';

export interface Table {
  name: string;
  rows: string[];
}

/** Lists given to the runner, or to a loop, as they are. */
const GIVEN =
  /(?:\.(?:each|for)\s{0,9}\(|\bparametrize\s{0,9}\(\s{0,9}(?:["'([][^()[\]]{0,300}["')\]]|\w{1,60})\s{0,9},|\bof|\brange|\bin)\s{0,20}(?=[[{(])/g;

/** Lists with a name that a loop goes over. */
const NAMED =
  /\b([A-Za-z_]\w{0,60})\s{0,9}(?::[^=\n]{1,200}|:)?=\s{0,20}(?:\w{0,30}\[\]\w{0,30}(?:\{[^{}]{0,400}\})?|(?:new\s)?\w{1,30}(?:<[^<>]{0,60}>)?\(?)?\s{0,9}(?=[[{(])/g;

const ITERATED =
  /\bof\s{1,9}(?:Object\.(?:entries|keys|values)\()?(\w{1,60})\b|\brange\s{1,9}(\w{1,60})\b|\bin\s{1,9}(\w{1,60})\s{0,9}(?:[:){]|\.items)|\.(?:each|for)\s{0,9}\(\s{0,9}(\w{1,60})\s{0,9}\)|\b(\w{1,60})\.(?:forEach|map|each|entries)\b|\bparametrize\([^()\n]{0,300},\s{0,9}(\w{1,60})\b|:\s{1,9}(\w{1,60})\)\s{0,9}\{/g;

/** `for (const [a, b] of`: what a list without a name is known by. */
function lineBefore({ code }: Source, at: number): string {
  const before = code.slice(Math.max(0, at - 100), at);
  return `${before.slice(before.lastIndexOf('\n') + 1).trim()} `;
}

/** The tables of a file in their order, by the text that stands before each. */
export function findTables(source: Source, brackets: Brackets): Table[] {
  const { shape } = source;
  const iterated = new Set(
    [...shape.matchAll(ITERATED)].flatMap(([, ...names]) => names.filter(Boolean)),
  );
  const starts = [
    ...[...shape.matchAll(GIVEN)].map(({ 0: all, index }) => ({
      name: lineBefore(source, index) + all.trim(),
      open: index + all.length,
    })),
    ...[...shape.matchAll(NAMED)]
      .filter(([, name = '']) => iterated.has(name))
      .map(({ 0: all, 1: name = '', index }) => ({ name, open: index + all.length })),
  ];
  const seen = new Set<number>();
  return starts.flatMap(({ name, open }) => {
    if (seen.has(open)) return [];
    seen.add(open);
    const rows = partsOf(shape, brackets, open).map(([start, end]) => squeezed(source, start, end));
    return rows.length === 0 ? [] : [{ name, rows }];
  });
}
