/**
 * How alike each whole is to the others. What several agents make of one task independently is more often right than what
 * one makes alone: over 374 real tasks with four agents each, the first by this is right in 52 % where a random one is in
 * 43 % (smallest diff: 40 %, largest: 48 %).
 */
import { pathText, type RawPath } from '../git/paths.ts';
import { isCode } from './is-code.ts';

/** A change of some lines of a file, and the models that made it; lines are bytes, one character a byte. */
interface SharedChange {
  models: readonly string[];
  lines: readonly string[];
  removed: readonly string[];
}

export interface ChangedFile {
  path: RawPath;
  hunks: readonly SharedChange[];
}

/** What a whole adds and removes, without places. */
interface Change {
  /** Identifier, with the side it is on, to how often. */
  words: Map<string, number>;
  lines: Set<string>;
}

/** Shorter ones (`i`, `if`) and lines of one sign (`}`) are in every change. */
const IDENTIFIER = /[A-Za-z_$\x80-\xff][\w$\x80-\xff]{2,}/g;
const SHORTEST_LINE = 2;

/**
 * The mean over the other models of the cosine of the identifiers in changed lines plus the overlap of the changed lines
 * (white space apart), in files that are neither tests nor documents: 0 to 2. For one model alone: 0.
 */
export function agreementOf(
  files: readonly ChangedFile[],
  models: readonly string[],
): Map<string, number> {
  const changes = models.map((model): [string, Change] => [
    model,
    { words: new Map(), lines: new Set() },
  ]);
  const changeOf = new Map(changes);
  for (const { path, hunks } of files) {
    if (!isCode(pathText(path))) continue;
    for (const { models: by, lines, removed } of hunks) {
      const own = by.flatMap((model) => changeOf.get(model) ?? []);
      for (const change of own) {
        collect(change, '+', lines);
        collect(change, '-', removed);
      }
    }
  }
  const sums = new Map(models.map((model) => [model, 0]));
  for (const [at, [one, own]] of changes.entries())
    for (const [other, its] of changes.slice(at + 1)) {
      const alike = cosine(own.words, its.words) + overlap(own.lines, its.lines);
      sums.set(one, (sums.get(one) ?? 0) + alike);
      sums.set(other, (sums.get(other) ?? 0) + alike);
    }
  const others = Math.max(models.length - 1, 1);
  return new Map([...sums].map(([model, sum]) => [model, sum / others]));
}

function collect({ words, lines }: Change, side: '+' | '-', changed: readonly string[]): void {
  for (const line of changed) {
    for (const [word] of line.matchAll(IDENTIFIER)) {
      const key = side + word;
      words.set(key, (words.get(key) ?? 0) + 1);
    }
    const bare = line.replace(/[ \t\r\n\f\v]+/g, '');
    if (bare.length >= SHORTEST_LINE) lines.add(side + bare);
  }
}

function cosine(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const [fewer, more] = a.size < b.size ? [a, b] : [b, a];
  let product = 0;
  for (const [word, count] of fewer) product += count * (more.get(word) ?? 0);
  return product === 0 ? 0 : product / (length(a) * length(b));
}

function length(words: ReadonlyMap<string, number>): number {
  let squares = 0;
  for (const count of words.values()) squares += count * count;
  return Math.sqrt(squares);
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [fewer, more] = a.size < b.size ? [a, b] : [b, a];
  let shared = 0;
  for (const line of fewer) if (more.has(line)) shared++;
  return shared === 0 ? 0 : shared / (a.size + b.size - shared);
}
