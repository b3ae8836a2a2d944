/** Text of others inside a prompt: shown as it is, and never as markup. */

/** A fence longer than any run of backticks inside cannot be closed from inside. */
export function fenced(text: string, language = 'text'): string {
  const shown = visible(text);
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}${shown.endsWith('\n') ? '' : '\n'}${fence}`;
}

/** A name on one line, in which markdown has no say; a longer one is cut. */
export function codeSpan(text: string, mostCharacters = 200): string {
  const line = visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  const shown = cutTo(line, mostCharacters);
  const fence = '`'.repeat(longestRun(shown) + 1);
  // Spaces at both ends are markdown's own, and keep a backtick at the border from joining the fence.
  return /^[` ]|[` ]$/.test(shown) ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

/** At most so many characters, with a sign where some are missing; no character is cut in two. */
export function cutTo(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text;
  return `${text.slice(0, mostCharacters).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Control characters, and those that turn or hide text, by their numbers; newline and tab stay. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
