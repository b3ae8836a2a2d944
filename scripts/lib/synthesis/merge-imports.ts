/**
 * Imports of several models at one place. Their order has no meaning, so two models that each add one have no dispute
 * there: all that were added are taken, all that were removed go. What is not plainly so is left to whoever decides.
 */
import type { RawLine } from './hunks.ts';
import { type ImportStatement, localName, readImports } from './import-statements.ts';

export interface ImportPlace {
  path: string;
  /** The lines of base at the place. */
  base: readonly RawLine[];
  /** What each model has there instead. */
  versions: readonly (readonly RawLine[])[];
  /** The lines of base before the place, from the top of the file. */
  before: readonly RawLine[];
}

/** The lines that hold what all versions want; null where that is no plain matter. */
export function mergeImports(place: ImportPlace): RawLine[] | null {
  const { path, base, versions, before } = place;
  if (isInsideBraces(before)) return mergeNameLines(base, versions);
  const [read, ...others] = [base, ...versions].map((lines) => readImports(path, lines));
  if (read == null || others.some((one) => one === null)) return null;
  const merged = mergeStatements(read, others as ImportStatement[][]);
  if (merged === null) return null;
  const locals = merged.flatMap((statement) => statement.locals);
  return isDistinct(locals) ? endWithNewlines(merged.flatMap(({ lines }) => lines)) : null;
}

function mergeStatements(
  base: readonly ImportStatement[],
  versions: readonly ImportStatement[][],
): ImportStatement[] | null {
  const all = [base, ...versions];
  if (!all.every((statements) => isDistinct(statements.map(({ key }) => key)))) return null;
  const result: ImportStatement[] = [];
  for (const statement of base) {
    const kept = versions.map((one) => one.find(({ key }) => key === statement.key));
    const present = kept.filter((one) => one !== undefined);
    const changed = present.filter((one) => !isSame(one, statement));
    // Taken out by one and changed by another: who is right?
    if (present.length < kept.length && changed.length > 0) return null;
    if (present.length < kept.length) continue;
    const one = withNamesOf(statement, present);
    if (one === null) return null;
    result.push(one);
  }
  return [...result, ...addedStatements(base, versions)];
}

function addedStatements(
  base: readonly ImportStatement[],
  versions: readonly ImportStatement[][],
): ImportStatement[] {
  const added = new Map<string, ImportStatement[]>();
  for (const statement of versions.flat()) {
    if (base.some(({ key }) => key === statement.key)) continue;
    added.set(statement.key, [...(added.get(statement.key) ?? []), statement]);
  }
  // By their text: an order that says nothing of whose they are.
  return [...added]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...more]]) =>
      first === undefined
        ? []
        : (withNamesOf({ ...first, names: first.names && [] }, [first, ...more]) ?? first),
    );
}

/** The statement of base with the names that models added, and without those that they took out. */
function withNamesOf(
  base: ImportStatement,
  versions: readonly ImportStatement[],
): ImportStatement | null {
  const [first = base] = versions;
  if (base.names === null) return versions.every((one) => isSame(one, first)) ? first : null;
  const lists = versions.map(({ names }) => names ?? []);
  const names = mergeNames(base.names, lists);
  const same = [base, ...versions].find(
    (one) => one.names?.length === names.length && one.names.every((name) => names.includes(name)),
  );
  if (same !== undefined) return same;
  if (names.length === 0 || first.withNames === null) return null;
  const widest = versions.reduce((one, other) =>
    other.lines.length > one.lines.length ? other : one,
  );
  const mains = first.locals.slice(0, first.locals.length - (first.names ?? []).length);
  const lines = widest.withNames?.(names) ?? [];
  return { ...widest, lines, names, locals: [...mains, ...names.map(localName)] };
}

/** In the order of base, sorted where base was; added ones of one place by their text. */
function mergeNames(base: readonly string[], lists: readonly string[][]): string[] {
  const kept = base.filter((name) => lists.every((list) => list.includes(name)));
  const added = [...new Set(lists.flat())].filter((name) => !base.includes(name)).sort(byName);
  const names = [...kept, ...added];
  return isSorted(base) ? names.sort(byName) : names;
}

function byName(a: string, b: string): number {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  return one < other ? -1 : one > other ? 1 : a < b ? -1 : Number(a > b);
}

function isSorted(names: readonly string[]): boolean {
  return names.every((name, at) => at === 0 || byName(names[at - 1] ?? '', name) <= 0);
}

function isSame(a: ImportStatement, b: ImportStatement): boolean {
  return a.lines.join('').trim() === b.lines.join('').trim();
}

const NAME_LINE = /^[ \t]*(?:type )?[\w$]+(?: as [\w$]+)?,[ \t]*\r?\n$/;
/** Longer lists of names are read by nobody. */
const MOST_NAMES = 500;

/** Whether the line after these stands between the braces of an import that goes over several lines. */
function isInsideBraces(before: readonly RawLine[]): boolean {
  for (let at = before.length - 1; at >= 0 && at > before.length - MOST_NAMES; at--) {
    const line = before[at] ?? '';
    if (/^import (?:type )?(?:[\w$]+, )?\{\s*$|^from [\w.]+ import \(\s*$/.test(line)) return true;
    if (!NAME_LINE.test(line)) return false;
  }
  return false;
}

function mergeNameLines(
  base: readonly RawLine[],
  versions: readonly (readonly RawLine[])[],
): RawLine[] | null {
  if (![base, ...versions].every((lines) => lines.every((line) => NAME_LINE.test(line))))
    return null;
  const lists = versions.map((lines) => [...lines]);
  const merged = mergeNames(base, lists);
  const locals = merged.map((line) => localName(line.replace(/,\s*$/, '')));
  return isDistinct(locals) ? merged : null;
}

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

/** The last statement of a file may have had no newline; in the middle it needs one. */
function endWithNewlines(lines: readonly RawLine[]): RawLine[] {
  return lines.map((line, at) =>
    at < lines.length - 1 && !line.endsWith('\n') ? `${line}\n` : line,
  );
}
