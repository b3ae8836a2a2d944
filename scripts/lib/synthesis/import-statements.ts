/** Import statements, read line by line: enough to put those of several models together, and to say where it is not enough. */
import type { RawLine } from './hunks.ts';

/** One statement of an import. */
export interface ImportStatement {
  lines: RawLine[];
  /** Two statements with the same key import from the same place in the same way, so that their names can be put together. */
  key: string;
  /** What stands between the braces or after `import`; null: the statement is taken as it is, or not at all. */
  names: string[] | null;
  /** The names that it makes known in the file; empty where that is not known. */
  locals: string[];
  /** The statement with other names, in the manner of its own lines. */
  withNames: ((names: readonly string[]) => RawLine[]) | null;
}

type Reader = (text: string, lines: RawLine[]) => ImportStatement | null;

const SCRIPT =
  /^import (type )?(?:([\w$]+)(?:, ?|(?= from)))?(?:\{ ?([^{}]*?),? ?\} ?)?(?: ?from )(['"])([^'"]+)\4;?$/;
const REQUIRE =
  /^(?:const|let|var) (?:\{ ?([^{}]*?),? ?\}|([\w$]+)) = require\((['"])([^'"]+)\3\);?$/;
const WHOLE_SCRIPT = /^import (?:(type )?\* as ([\w$]+) from )?(['"])[^'"]+\3;?$/;
const FROM = /^from ([\w.]+) import (?:\( ?([^()]*?),? ?\)|([^()#]+))$/;
const PYTHON = /^import ([\w.]+)(?: as (\w+))?$/;

/** Where a line is one import, whole, and nothing else needs to be known of it. */
const SINGLE_LINES: [RegExp, RegExp][] = [
  [/\.go$/, /^(?:import )?(?:[\w.]+ )?"[^"]+"$/],
  [/\.rs$/, /^(?:pub(?:\([^)]*\))? )?use [^;{}]+;$/],
  [/\.(java|kt|kts|scala|groovy)$/, /^import (?:static )?[\w.*]+;?$/],
  [/\.(c|h|cc|cpp|cxx|hpp|hh|m|mm)$/, /^#(?:include|import) (?:<[^>]+>|"[^"]+")$/],
  [/\.cs$/, /^(?:global )?using (?:static )?[\w.]+;$/],
  [/\.php$/, /^use (?:function |const )?[\w\\]+(?: as \w+)?;$/],
  [/\.rb$/, /^require(?:_relative)? ['"][^'"]+['"]$/],
];

/** The statements that lines consist of, or null where a line is anything but an import. */
export function readImports(path: string, lines: readonly RawLine[]): ImportStatement[] | null {
  const reader = readerFor(path);
  if (reader === null) return null;
  const statements: ImportStatement[] = [];
  let open: RawLine[] = [];
  for (const line of lines) {
    open.push(line);
    const text = squeeze(open.join(' '));
    if (isUnclosed(text)) continue;
    const statement = reader(text, open);
    if (statement === null) return null;
    statements.push(statement);
    open = [];
  }
  return open.length > 0 ? null : statements;
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function isUnclosed(text: string): boolean {
  return /^(?:import|const|let|var|from)\b[^{}()]*[{(][^{}()]*$/.test(text);
}

function readerFor(path: string): Reader | null {
  if (/\.[cm]?[jt]sx?$|\.(?:vue|svelte)$/i.test(path)) return readScript;
  if (/\.pyi?$/i.test(path)) return readPython;
  const single = SINGLE_LINES.find(([name]) => name.test(path))?.[1];
  if (single === undefined) return null;
  return (text, lines) => (single.test(text) ? asItIs(text, lines, []) : null);
}

function asItIs(text: string, lines: RawLine[], locals: string[]): ImportStatement {
  return { lines, key: text.replace(/;$/, ''), names: null, locals, withNames: null };
}

const readScript: Reader = (text, lines) => {
  const whole = WHOLE_SCRIPT.exec(text);
  if (whole !== null) return asItIs(text, lines, whole[2] === undefined ? [] : [whole[2]]);
  const match = SCRIPT.exec(text);
  if (match === null) return readRequire(text, lines);
  const [, type = '', main, list, , source = ''] = match;
  if (main === undefined && list === undefined) return null;
  const mains = main === undefined ? [] : [main];
  if (list === undefined) return asItIs(text, lines, mains);
  const names = namesIn(list);
  return {
    ...{ lines, key: `import ${type}${main ?? ''} ${source}`, names },
    locals: [...mains, ...names.map(localName)],
    withNames: (wanted) => between(lines, '{', '}', ' ', wanted),
  };
};

const readRequire: Reader = (text, lines) => {
  const match = REQUIRE.exec(text);
  if (match === null) return null;
  const [, list, main, , source = ''] = match;
  if (list === undefined) return asItIs(text, lines, [main ?? '']);
  const names = namesIn(list);
  return {
    ...{ lines, key: `require ${source}`, names, locals: names.map(localName) },
    withNames: (wanted) => between(lines, '{', '}', ' ', wanted),
  };
};

const readPython: Reader = (text, lines) => {
  const plain = PYTHON.exec(text);
  // `import a.b` and `import a.c` both make `a` known, and do not get in each other's way.
  if (plain !== null) return asItIs(text, lines, plain[2] === undefined ? [] : [plain[2]]);
  const match = FROM.exec(text);
  if (match === null) return null;
  const [, source = '', inside, after = ''] = match;
  const names = namesIn(inside ?? after);
  if (names.includes('*')) return asItIs(text, lines, []);
  return {
    ...{ lines, key: `from ${source}`, names, locals: names.map(localName) },
    withNames: (wanted) =>
      inside === undefined
        ? [`from ${source} import ${wanted.join(', ')}${ending(lines)}`]
        : between(lines, '(', ')', '', wanted),
  };
};

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** `a as b`, `a: b`, `type A`: the last word is the one that the file knows. */
export function localName(name: string): string {
  return /([\w$]+)$/.exec(name)?.[1] ?? name;
}

/** Replaces what stands between brackets: on one line, or a line each where it was so. */
function between(
  lines: readonly RawLine[],
  open: string,
  close: string,
  space: string,
  names: readonly string[],
): RawLine[] {
  const text = lines.join('');
  const [from, to] = [text.indexOf(open) + 1, text.lastIndexOf(close)];
  if (lines.length === 1)
    return [`${text.slice(0, from)}${space}${names.join(', ')}${space}${text.slice(to)}`];
  const [first = '', second = ''] = lines;
  const indent = /^[ \t]*/.exec(second)?.[0] ?? '';
  const comma = /,\s*$/.test(text.slice(from, to)) ? ',' : '';
  const last = text.slice(to);
  const rows = names.map(
    (name, at) => `${indent}${name}${at < names.length - 1 ? ',' : comma}${ending([first])}`,
  );
  return [first, ...rows, last];
}

function ending(lines: readonly RawLine[]): string {
  return /\r?\n$/.exec(lines.at(-1) ?? '')?.[0] ?? '';
}
