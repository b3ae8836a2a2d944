/** Names out of repositories and programs, as one line of a message. */
import { shellWord } from '../../shell-word.ts';

const LONGEST = 120;

/** A name in quotes, without what would break the line. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name);
}

const MOST_NAMES = 5;

/** Many names: the first say which. */
export function allQuoted(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  const first = names.slice(0, MOST_NAMES).map(quoted);
  return listed(more > 0 ? [...first, `${more} more`] : first);
}

/** A path as it is; in quotes where it would break the line. */
export function shown(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are looked for
  return /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(path) ? quoted(path) : path;
}

export function pickOption(path: string, model: string): string {
  return `--pick ${shellWord(shown(`${path}=${model}`))}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
