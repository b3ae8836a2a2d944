/**
 * The names in changed lines, in any language: what looks like a definition, by the words and signs that languages share.
 * It is a reading of words, not of grammars: what it finds is shown and tried, and decides nothing.
 */

/** Bytes, one character each: letters of other scripts are among the last. */
const NAME = '[A-Za-z_$\\x80-\\xff][\\w$\\x80-\\xff]{2,}';

const WORDS =
  'function\\*?|class|def|func|fn|fun|const|let|var|val|type|interface|enum|struct|trait|module|namespace|record|object|macro_rules!|#define';

const DEFINITIONS = [
  // With a word before it; in Go a receiver may stand between.
  new RegExp(`(?:^|[^\\w$.])(?:${WORDS})\\s+(?:\\([^)]*\\)\\s*)?(${NAME})`, 'g'),
  // A name that something is assigned to, at the start of a line.
  new RegExp(`^\\s*(?:export\\s+)?(${NAME})\\s*(?::=|=(?![=>~]))`, 'g'),
  // A method: its name, parameters, and the beginning of a body.
  new RegExp(
    `^\\s*(?:(?:public|private|protected|static|async|final|override)\\s+)*(?:[\\w<>\\[\\],.?]+\\s+)?(${NAME})\\s*\\([^;]*\\)[^;]*\\{\\s*$`,
    'g',
  ),
];

/** What looks like a call or a branch of those. */
const NO_NAMES = new Set(['for', 'while', 'switch', 'catch', 'function', 'return', 'else', 'elif']);

/** Longer lines are data, or were written by a program. */
const LONGEST_LINE = 2000;

/** Names that a line looks to define. */
export function definedIn(line: string): string[] {
  if (line.length > LONGEST_LINE) return [];
  const found = DEFINITIONS.flatMap((pattern) =>
    [...line.matchAll(pattern)].map(([, name]) => name),
  );
  return found.filter((name): name is string => name !== undefined && !NO_NAMES.has(name));
}

const IDENTIFIER = new RegExp(NAME, 'g');

/** All names of a line. */
export function namesIn(line: string): string[] {
  return line.length > LONGEST_LINE ? [] : (line.match(IDENTIFIER) ?? []);
}

/** Lines that begin at the margin, or that say that others may use what they define. */
const OUTER = /^\S|^\s*(?:export|pub|public)\b/;

export function isOuter(line: string): boolean {
  return OUTER.test(line);
}
