/** Configuration of any format as flat settings: `rules.no-console` -> `error`. */
import { matchBrackets } from './brackets.ts';
import { scanSource } from './source.ts';

/** Paths of keys, joined by dots, and values as text; a list has one entry for each item, `key[]`. */
export type Settings = ReadonlyMap<string, readonly string[]>;

type Format = 'json' | 'toml' | 'ini' | 'yaml' | 'code' | 'lines';

function formatOf(path: string): Format {
  if (/\.([cm]?[jt]sx?|mjs)$/.test(path)) return 'code';
  if (/\.toml$|\.lock$/.test(path)) return 'toml';
  if (/\.ya?ml$|\.clang-(format|tidy)$/.test(path)) return 'yaml';
  if (/\.(ini|cfg|coveragerc|neon|properties)$|\.?(flake8|pylintrc|editorconfig)$/.test(path))
    return 'ini';
  if (/\.jsonc?5?$/.test(path)) return 'json';
  if (/(^|\/)\.\w+rc$/.test(path)) return 'json';
  return 'lines';
}

/** The settings of a file; null where it cannot be read as what its name says. */
export function readSettings(path: string, text: string): Settings | null {
  switch (formatOf(path)) {
    case 'json':
      return jsonSettings(text) ?? (/rc$/.test(path) ? yamlSettings(text) : null);
    case 'toml':
      return tomlSettings(text);
    case 'ini':
      return iniSettings(text);
    case 'yaml':
      return yamlSettings(text);
    case 'code':
      return codeSettings(text);
    case 'lines':
      return null;
  }
}

class Collected {
  readonly settings = new Map<string, string[]>();

  add(path: string, value: string): void {
    const values = this.settings.get(path);
    if (values === undefined) this.settings.set(path, [value]);
    else values.push(value);
  }
}

/** JSON, with comments and trailing commas as configuration has them. */
export function parseJson(text: string): unknown {
  const plain = scanSource(text.replace(/^\uFEFF/, ''), 'javascript');
  try {
    return JSON.parse(text);
  } catch {
    // Trailing commas are found where the strings are masked, and taken out where they are not.
    const pieces: string[] = [];
    let from = 0;
    for (const { index } of plain.shape.matchAll(/,(?=\s*[}\]])/g)) {
      pieces.push(plain.code.slice(from, index));
      from = index + 1;
    }
    pieces.push(plain.code.slice(from));
    try {
      return JSON.parse(pieces.join(''));
    } catch {
      return undefined;
    }
  }
}

function jsonSettings(text: string): Settings | null {
  const value = parseJson(text);
  return value === undefined ? null : flatten(value);
}

/** The settings of a plain value, below a path. */
export function flatten(value: unknown, path = ''): Settings {
  const collected = new Collected();
  const visit = (at: string, it: unknown, depth: number) => {
    if (typeof it !== 'object' || it === null || depth > DEEPEST) {
      collected.add(at, typeof it === 'string' ? it : (JSON.stringify(it) ?? ''));
    } else if (Array.isArray(it)) {
      for (const item of it) visit(`${at}[]`, item, depth + 1);
    } else {
      for (const [key, inner] of Object.entries(it))
        visit(at === '' ? key : `${at}.${key}`, inner, depth + 1);
    }
  };
  visit(path, value, 0);
  return collected.settings;
}

const DEEPEST = 30;

/** No setting is longer. */
const LONGEST_LINE = 10_000;

/** Values over several lines are joined; the keys are enough to tell what changed. */
export function tomlSettings(text: string): Settings {
  const collected = new Collected();
  const { code, shape } = scanSource(text, 'python');
  const brackets = matchBrackets(shape);
  let section = '';
  for (let start = 0; start < shape.length; ) {
    const { end, next } = tomlLine(shape, brackets.partner, start);
    const line = code.slice(start, end).trim();
    const header = /^\[\[?\s*([^\]]{1,200}?)\s*\]\]?$/.exec(line);
    if (header !== null) section = (header[1] ?? '').replace(/\s*\.\s*/g, '.').replaceAll('"', '');
    else addPair(collected, section, line);
    start = next;
  }
  return collected.settings;
}

/** A line of TOML ends where no bracket of its value is open. */
function tomlLine(shape: string, partner: (at: number) => number, start: number) {
  const stop = /[\n[{]/g;
  stop.lastIndex = start;
  for (let found = stop.exec(shape); found !== null; found = stop.exec(shape)) {
    if (found[0] === '\n') return { end: found.index, next: found.index + 1 };
    stop.lastIndex = Math.max(partner(found.index), found.index + 1);
  }
  return { end: shape.length, next: shape.length };
}

function addPair(collected: Collected, section: string, line: string): void {
  const equals = line.indexOf('=');
  if (equals < 1) return;
  const key = line.slice(0, equals).trim().replaceAll(/["']/g, '');
  addValue(collected, section === '' ? key : `${section}.${key}`, line.slice(equals + 1).trim());
}

/** A list or an inline table counts by its parts. */
function addValue(collected: Collected, path: string, value: string): void {
  if (value.startsWith('[')) {
    for (const item of listItems(value)) collected.add(`${path}[]`, item);
  } else if (value.startsWith('{')) {
    for (const item of listItems(value)) addPair(collected, path, item);
  } else {
    collected.add(path, unquoted(value));
  }
}

function listItems(list: string): string[] {
  const items =
    list.slice(1, -1).match(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\[[^[\]]*\]|\{[^{}]*\}|[^,"'[\]{}]+/g) ??
    [];
  const joined: string[] = [];
  let isValueNext = false;
  for (const item of items) {
    if (isValueNext) joined.push(`${joined.pop()}${item}`);
    else if (item.trim() !== '') joined.push(item.trim());
    // `{ a = "b" }`: what follows belongs to the key; a key whose value is another key is damage.
    isValueNext = !isValueNext && /=\s*$/.test(item.slice(-20));
  }
  return joined.map(unquoted);
}

function unquoted(value: string): string {
  return value
    .trim()
    .replace(/^("""|'''|["'])([\s\S]*)\1$/, '$2')
    .trim();
}

/** `key = value` or `key: value`; a deeper line goes on with the value above. */
export function iniSettings(text: string): Settings {
  const collected = new Collected();
  let section = '';
  let key = '';
  for (const line of text.split(/\r?\n/)) {
    const content = line
      .slice(0, LONGEST_LINE)
      .replace(/(?:^|\s)[#;].*/, '')
      .trimEnd();
    const header = /^\[([^\]]{1,200})\]/.exec(content);
    const pair = /^([^\s=:][^=:]{0,200}?)\s*[=:]\s*(.*)$/.exec(content);
    if (content.trim() === '') continue;
    if (header !== null) [section, key] = [header[1] ?? '', ''];
    else if (/^\s/.test(content) && key !== '') collected.add(`${key}[]`, content.trim());
    else if (pair !== null) {
      key = section === '' ? (pair[1] ?? '') : `${section}.${pair[1]}`;
      for (const value of (pair[2] ?? '').split(/,\s*/)) {
        if (value !== '') collected.add((pair[2] ?? '').includes(',') ? `${key}[]` : key, value);
      }
    } else collected.add(section === '' ? content.trim() : `${section}.${content.trim()}`, 'true');
  }
  return collected.settings;
}

/** By indentation; enough to tell what changed, and not what YAML makes of it in the end. */
export function yamlSettings(text: string): Settings {
  const collected = new Collected();
  const open: { indent: number; path: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const content = line
      .slice(0, LONGEST_LINE)
      .replace(/(?:^|\s)#.*/, '')
      .trimEnd();
    const match = /^( *)((?:- +)*)(-$)?(.*)$/.exec(content);
    if (match === null || content.trim() === '') continue;
    const [, blanks = '', dashes = '', , rest = ''] = match;
    const indent = blanks.length + dashes.length;
    while ((open.at(-1)?.indent ?? -1) >= (dashes === '' ? indent : blanks.length + 1)) open.pop();
    const parent = (open.at(-1)?.path ?? '') + (dashes === '' ? '' : '[]');
    const pair = /^(?:"([^"]{1,200})"|'([^']{1,200})'|([^\s:"'][^:]{0,200}?)):(?:\s+(.*))?$/.exec(
      rest,
    );
    if (pair === null) {
      if (rest !== '') collected.add(parent, unquoted(rest));
      continue;
    }
    const key = pair[1] ?? pair[2] ?? pair[3] ?? '';
    const path = parent === '' ? key : `${parent}.${key}`;
    if ((pair[4] ?? '') === '') open.push({ indent, path: path.slice(0, 500) });
    else addValue(collected, path, pair[4] ?? '');
  }
  return collected.settings;
}

/** Object literals in a program that configures: keys whose value is written down as it is. */
export function codeSettings(text: string): Settings {
  const { shape, code } = scanSource(text, 'javascript');
  const collected = new Collected();
  const open: string[] = [];
  let key = '';
  const token =
    /(['"`])(~*)\1(\s{0,20}:(?!:))?|([A-Za-z_$][\w$]{0,100})(\s{0,20}:(?!:))?|(-?\d[\d._]*)|([[{(])|([\]})])|,/g;
  for (const match of shape.matchAll(token)) {
    const [all, quote, , quotedKey, word, wordKey, number, opening, closing] = match;
    const written = code.slice(match.index, match.index + all.length);
    const path = () => [...open.slice(0, DEEPEST), key].filter(Boolean).join('.');
    if (quotedKey !== undefined || wordKey !== undefined) {
      key = written
        .replace(/\s*:$/, '')
        .replace(/^(['"`])([\s\S]*)\1$/, '$2')
        .slice(0, 200);
    } else if (opening !== undefined) {
      open.push(opening === '[' && key !== '' ? `${key}[]` : key);
      key = '';
    } else if (closing !== undefined) {
      open.pop();
      key = '';
    } else if (all === ',') key = '';
    else if (quote !== undefined) collected.add(path() || '[]', written.slice(1, -1));
    else if (number !== undefined) collected.add(path() || '[]', number);
    else if (word !== undefined && key !== '') collected.add(path(), word);
  }
  return collected.settings;
}
