/**
 * HTML whose every insertion is text unless it is HTML already. What models, files and logs say is hostile: it can
 * become neither a tag nor an attribute, and no invisible character in it stays invisible.
 */
import { visible } from '../foreign-text.ts';

export class Html {
  constructor(readonly text: string) {}
}

export type Insertion = Html | string | number | null | readonly Insertion[];

/** A longer text is cut, whoever forgot to: one line of a log can have a megabyte. */
const MOST_CHARACTERS = 20_000;

/** html`<td>${anything}</td>`: text is escaped, also for a quoted attribute; null is nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...insertions: Insertion[]): Html {
  const parts = strings.map((part, index) => part + textOf(insertions[index] ?? null));
  return new Html(parts.join(''));
}

/** Insertions with a separator between them. */
export function join(insertions: readonly Insertion[], separator: Insertion): Insertion {
  return insertions.flatMap((insertion, index) =>
    index === 0 ? [insertion] : [separator, insertion],
  );
}

/** The address of a file from the page's own folder. It begins with a dot, so that no name can be a scheme. */
export function relativeUrl(path: string): string {
  // The way through bytes takes out lone surrogates, which have no encoding.
  const segments = Buffer.from(path, 'utf8').toString('utf8').split('/');
  return `./${segments.map(encodeURIComponent).join('/')}`;
}

/** A text that is at most so long, with a word on what is missing. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}… (${text.length - most} more characters)`;
}

function textOf(insertion: Insertion): string {
  if (insertion === null) return '';
  if (insertion instanceof Html) return insertion.text;
  if (typeof insertion === 'object') return insertion.map(textOf).join('');
  return escapeHtml(shorten(String(insertion), MOST_CHARACTERS));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
