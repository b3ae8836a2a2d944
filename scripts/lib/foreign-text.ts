/** Text of others inside markdown: shown as it is, and never as markup. */

/** A fence longer than any run of backticks inside cannot be closed from inside. */
export function fenced(text: string, language = 'text'): string {
  const shown = visible(text);
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}${language}\n${shown}${shown.endsWith('\n') ? '' : '\n'}${fence}`;
}

/** A name on one line, in which markdown has no say; a longer one is cut. */
export function codeSpan(text: string, mostCharacters = 200): string {
  return span(cutTo(onOneLine(text), mostCharacters));
}

/** The same of any length, that keeps its table cell. */
export function inlineCode(text: string): string {
  // Two backslashes and a pipe would end the cell after all.
  return span(
    onOneLine(text)
      .replace(/\\(?=\|)/g, '\\u{5c}')
      .replaceAll('|', '\\|'),
  );
}

function onOneLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function span(shown: string): string {
  const fence = '`'.repeat(longestRun(shown) + 1);
  // Spaces at both ends are markdown's own, and keep a backtick at the border from joining the fence.
  return /^[` ]|[` ]$/.test(shown) ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

/** At most so many characters, with a sign where some are missing; no character is cut in two. */
export function cutTo(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text;
  return `${text.slice(0, mostCharacters).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * Control characters, those that turn or hide text, and halves of characters, by their numbers. Newline and tab stay,
 * and the selectors that only choose how an emoji is drawn.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu,
    (character) =>
      '\n\t\uFE0E\uFE0F'.includes(character)
        ? character
        : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
