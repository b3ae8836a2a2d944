/**
 * Whether tests fail on somebody's code because they do not fit it: they use a module, a name or a parameter that only
 * other code has. That says nothing of whether this code does its work.
 */
import { belongsToTests } from './cross-trees.ts';
import { plainText } from './outcomes/plain-text.ts';
import { shortened } from './tampering/kinds.ts';

export interface FitSigns {
  /** Each place where something was missing, once: the line that says so, without the folder that it ran in. */
  misfits: string[];
  /** Something was asserted, and did not hold. */
  asserts: boolean;
}

interface Sign {
  pattern: RegExp;
  /**
   * Where the log tells in which file it happened: on the line itself, else `after` it, as in stacks of calls, or `near`
   * it, wherever that is nearest.
   */
  place: 'after' | 'near';
  /** It counts where no file is told, too. In a file that is no test, neither does: that is the code's own fault. */
  sure: boolean;
}

/** A runner or a compiler of a new kind is a new line. Made from what each prints itself. */
const SIGNS: readonly Sign[] = [
  // JavaScript: node, bun, esbuild, vite, webpack, jest.
  {
    pattern:
      /\bdoes not provide an export named\b|\bNo matching export in ["']|\bExport named ["'][^"']{1,200}["'] not found\b|\bhas no exported member\b/,
    ...{ place: 'near', sure: true },
  },
  {
    pattern:
      /\bCannot find (?:module|package) ["']|\bFailed to (?:resolve import|load url) |\bCould not resolve ["']|\bModule not found: /,
    ...{ place: 'near', sure: true },
  },
  { pattern: /\bis not a (?:function|constructor)\b/, place: 'after', sure: false },
  {
    pattern: /\berror TS(?:2304|2305|2307|2339|2345|2459|2551|2554|2555|2576|2614|2724)\b/,
    ...{ place: 'near', sure: true },
  },
  // Python.
  {
    pattern: /\bImportError: cannot import name\b|\bModuleNotFoundError: No module named\b/,
    ...{ place: 'near', sure: true },
  },
  {
    pattern:
      /\bAttributeError: (?:module |type object |'(?!NoneType')[\w.]{1,200}' object ).*\bhas no attribute\b/,
    ...{ place: 'near', sure: false },
  },
  {
    pattern:
      /\bTypeError: [\w.<>]{1,200}\(\) (?:got an unexpected keyword|got multiple values|takes |missing \d)/,
    ...{ place: 'near', sure: false },
  },
  // Go: what the compiler says of a test file, before any test runs.
  {
    pattern:
      /: undefined: |\bundefined \(type |\bundefined \(cannot refer to|\b(?:not enough|too many) arguments in call to\b|\bcannot use .*\bin argument to\b|: unknown field |: assignment mismatch: |\bno required module provides package\b|\bis not in (?:std|GOROOT)\b/,
    ...{ place: 'near', sure: false },
  },
  // Rust.
  {
    pattern: /^error\[E0(?:061|308|405|407|412|423|425|432|433|560|599|603|609|616)\]/,
    ...{ place: 'near', sure: false },
  },
  // Java, Kotlin, C#.
  {
    pattern:
      /\bcannot find symbol\b|\bpackage [\w.]{1,200} does not exist\b|\bUnresolved reference\b|\bunresolved reference\b|\berror CS(?:0103|0117|0234|0246|1061|1501|7036)\b/,
    ...{ place: 'near', sure: false },
  },
  // Ruby, PHP.
  {
    pattern:
      /\buninitialized constant\b|\bundefined method [`'][^`']{1,200}' for (?!nil\b)|\bwrong number of arguments\b|\bcannot load such file\b|\bError: Class "[^"]{1,200}" not found|\bCall to undefined (?:function|method)\b/,
    ...{ place: 'after', sure: false },
  },
];

const ASSERTS =
  /AssertionError|AssertionFailedError|ERR_ASSERTION|expect\(received\)|^E\s+assert\b|\bassertion .{0,80}\bfailed\b|^\s*--- FAIL: |Failed asserting that|^\s*[Ee]xpected: /;

/** What is said elsewhere in the log too, with its place: by pytest at the end, by vitest in its list and in causes. */
const SUMMARY = /^(?:FAILED |ERROR |\s*→ |Caused by: )/;

/** No message is longer; what is, is data. */
const LONGEST_LINE = 2000;
const FURTHEST = { after: 12, near: 8 } as const;
/** More say no more. */
const MOST_MISFITS = 1000;

/**
 * What a log says of how its tests fit. Linear in its length.
 * @param around the folder that the working trees lie in, whichever of them the tests ran in
 */
export function readFitSigns(log: string, around: string): FitSigns {
  const lines = plainText(log).replaceAll('file://', '').split('\n');
  const plain = lines.map((line) =>
    line.length > LONGEST_LINE || SUMMARY.test(line) ? '' : withoutTop(line, around),
  );
  const misfits = new Map<string, string>();
  for (const [at, line] of plain.entries()) {
    const sign = SIGNS.find(({ pattern }) => pattern.test(line));
    if (sign === undefined || misfits.size >= MOST_MISFITS) continue;
    const place = placeOf(plain, at, sign.place);
    if (place === null ? !sign.sure : !belongsToTests(place.path)) continue;
    misfits.set(`${line.trim()}\n${place?.text ?? ''}`, shortened(line.replace(MARKS, ''), 160));
  }
  return { misfits: [...misfits.values()], asserts: plain.some((line) => ASSERTS.test(line)) };
}

/** What runners put in front of a message. */
const MARKS = /^(?:E {2,}|[#>✘\s]+|\[ERROR\] )+/;

/**
 * Whether misfits are all that is known to be wrong. Where more tests fail than that, and assertions did not hold, the
 * code was really examined by some.
 * @param failures how many tests fail there for want of something; null: nobody says
 * @param wasRed base's own tests fail on the same code, so that assertions may be theirs
 */
export function doesNotFit(
  { misfits, asserts }: FitSigns,
  { failures, wasRed }: { failures: number | null; wasRed: boolean },
): boolean {
  if (misfits.length === 0) return false;
  return !asserts || wasRed || failures === null || failures <= misfits.length;
}

interface Place {
  path: string;
  /** With its line. */
  text: string;
}

function placeOf(lines: readonly string[], at: number, where: 'after' | 'near'): Place | null {
  const own = placeIn(lines[at] ?? '') ?? importerIn(lines[at] ?? '');
  if (own !== null) return own;
  for (let distance = 1; distance <= FURTHEST[where]; distance++) {
    const before = where === 'near' ? placeIn(lines[at - distance] ?? '') : null;
    const found = before ?? placeIn(lines[at + distance] ?? '');
    if (found !== null) return found;
  }
  return null;
}

const SOURCE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|go|rs|rb|php|java|kts?|scala|groovy|cs|swift|exs?)$/;

/** `a.js:3`, `File "a.py", line 3`, `a.cs(3,5)`, `a.java:[3,5]`. */
const LINE_NUMBER = /^(?:["']?(?::\d+|, line \d+)|\(\d+,\d+\)|:\[\d+)/;

/** The first file of the project that a line names together with a place in it; or alone in a list, as node does. */
function placeIn(line: string): Place | null {
  const listed = /^[#\s]*- (\S+)$/.exec(line)?.[1];
  if (listed !== undefined && isOurs(listed)) return { path: listed, text: listed };
  for (const { 0: word, index } of line.matchAll(/[\w@.+~/-]+/g)) {
    const path = word.replace(/^\.\//, '');
    if (!isOurs(path)) continue;
    const number = LINE_NUMBER.exec(line.slice(index + word.length, index + word.length + 20));
    if (number !== null) return { path, text: path + number[0] };
  }
  return null;
}

/** `Cannot find module './x' from 'a.test.js'`, `... imported from test/a.test.js`. */
function importerIn(line: string): Place | null {
  const path = /(?:imported from|["'] from) ["']?([^"'\s]+)/.exec(line)?.[1];
  return path !== undefined && isOurs(path) ? { path, text: path } : null;
}

/** A source file of the project, and not one of a runner, a library or the language. */
function isOurs(path: string): boolean {
  return SOURCE.test(path) && !path.startsWith('/') && !/(?:node_modules|-packages)\//.test(path);
}

/** Without the paths of working trees: `/repos/project-mm-x/test/a.js` -> `test/a.js`. */
function withoutTop(line: string, around: string): string {
  const [start = '', ...rest] = line.split(around.endsWith('/') ? around : `${around}/`);
  return start + rest.map((part) => part.slice(part.indexOf('/') + 1)).join('');
}
