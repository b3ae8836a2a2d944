/** Which bracket belongs to which, in code whose strings and comments are masked. */

const OPENING = '([{';
const CLOSING = ')]}';

export interface Brackets {
  /** Where the partner of the bracket at a place is; -1 for what is no bracket or has none. */
  partner(at: number): number;
  /** The bracket that a place is directly within; -1 at the top. */
  enclosing(at: number): number;
}

/** Linear; a bracket that was lost makes its neighbours partners no longer, and nothing else. */
export function matchBrackets(shape: string): Brackets {
  const partners = new Int32Array(shape.length).fill(-1);
  const open: { at: number; kind: number }[] = [];
  const depth = [0, 0, 0];
  const bracket = /[()[\]{}]/g;
  for (let found = bracket.exec(shape); found !== null; found = bracket.exec(shape)) {
    const opens = OPENING.indexOf(found[0]);
    if (opens >= 0) {
      open.push({ at: found.index, kind: opens });
      depth[opens] = (depth[opens] ?? 0) + 1;
      continue;
    }
    const kind = CLOSING.indexOf(found[0]);
    if (depth[kind] === 0) continue;
    for (let top = open.pop(); top !== undefined; top = open.pop()) {
      depth[top.kind] = (depth[top.kind] ?? 1) - 1;
      if (top.kind !== kind) continue;
      partners[top.at] = found.index;
      partners[found.index] = top.at;
      break;
    }
  }
  const around = enclosingBrackets(partners);
  return { partner: (at) => partners[at] ?? -1, enclosing: (at) => around[at] ?? -1 };
}

function enclosingBrackets(partners: Int32Array): Int32Array {
  const around = new Int32Array(partners.length);
  const open: number[] = [];
  for (let at = 0; at < partners.length; at++) {
    const partner = partners[at] ?? -1;
    if (partner >= 0 && partner < at) open.pop();
    around[at] = open.at(-1) ?? -1;
    if (partner > at) open.push(at);
  }
  return around;
}

/** A stretch of masked code without what is in its brackets: `f(a == b) > [c]` -> `f() > []`. */
export function topLevel(shape: string, brackets: Brackets, start: number, end: number): string {
  const kept: string[] = [];
  let from = start;
  const opening = /[([{]/g;
  opening.lastIndex = start;
  for (let found = opening.exec(shape); found !== null; found = opening.exec(shape)) {
    if (found.index >= end) break;
    const partner = brackets.partner(found.index);
    if (partner < 0) continue;
    kept.push(shape.slice(from, found.index + 1));
    if (partner >= end) return kept.join('');
    from = partner;
    opening.lastIndex = partner;
  }
  kept.push(shape.slice(from, end));
  return kept.join('');
}

/** Where the parts of a bracketed list begin and end: `(a, [b, c])` -> `a`, `[b, c]`; blank parts are left out. */
export function partsOf(
  shape: string,
  brackets: Brackets,
  open: number,
): [start: number, end: number][] {
  const close = brackets.partner(open);
  const parts: [number, number][] = [];
  let start = open + 1;
  const add = (end: number) => {
    if (shape.slice(start, end).trim() !== '') parts.push([start, end]);
    start = end + 1;
  };
  const stop = /[([{,]/g;
  stop.lastIndex = start;
  for (let found = stop.exec(shape); found !== null; found = stop.exec(shape)) {
    if (found.index >= close) break;
    if (found[0] === ',') add(found.index);
    else stop.lastIndex = Math.max(brackets.partner(found.index), found.index + 1);
  }
  if (close >= 0) add(close);
  return parts;
}
