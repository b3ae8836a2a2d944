/**
 * TypeScript that is newer than its grammar (tree-sitter-typescript 0.23.2), by what can be left out of it without
 * changing what a file offers and needs: `export type * from`, `export default abstract class`, `interface A<in out T>`.
 * White space is counted, because hostile files have much of it.
 */
const UNKNOWN = [
  /(\bexport\s{1,9})type(?=\s{0,9}\*)/g,
  /(\bexport\s{1,9}default\s{1,9})abstract(?=\s{1,9}class\b)/g,
  /([<,]\s{0,99})(?:in\s{1,9}out|in|out)(?=\s{1,9}\p{Lu})/gu,
];

/** The text with spaces in place of that, as long and with as many lines; the text itself where there is none. */
export function withoutNewerTypeScript(text: string): string {
  const blank = (found: string, before: string) =>
    before + found.slice(before.length).replace(/\S/g, ' ');
  return UNKNOWN.reduce((rest, words) => rest.replace(words, blank), text);
}
