/** Words of models, tools and file names in markdown: on one line, and never as markup. */
import { inlineCode } from '../../foreign-text.ts';

/** Prose. */
export function prose(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\\`*_[\]<>|]/g, String.raw`\$&`)
    .trim();
}

/** A name that must be read exactly: as it is where markdown leaves it so. */
export function exact(text: string): string {
  return /^[\w./@#+-]+$/.test(text) && !/^[#+-]|_/.test(text) ? text : inlineCode(text);
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)];
}
