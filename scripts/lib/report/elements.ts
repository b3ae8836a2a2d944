/** Pieces of the page that several of its parts are made of. */
import { Html, html, type Insertion, relativeUrl, shorten } from './html.ts';
import type { FactCell, FactTable, Place } from './report-data.ts';

export type Tone = 'good' | 'bad' | 'warn';

const SIGNS: Record<Tone, string> = { good: '✓', bad: '✗', warn: '!' };

/** A judgement: the word says it, sign and colour only repeat it. */
export function word(tone: Tone, text: Insertion): Html {
  return html`<span class="word ${tone}"><span aria-hidden="true">${SIGNS[tone]} </span>${text}</span>`;
}

/** A part of the page with its heading; `id` is ours, never a name from outside. */
export function section(id: string, title: string, content: Insertion): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>\n`;
}

/**
 * A table that scrolls inside its own box, also by keyboard.
 * @param isWide the heads of its rows stay in sight
 */
export function table(
  name: string,
  head: readonly Insertion[],
  rows: readonly Insertion[],
  { numbers = [], isWide = false }: { numbers?: readonly number[]; isWide?: boolean } = {},
): Html {
  const cells = head.map((cell, index) => {
    const kind = numbers.includes(index) ? new Html(' class="number"') : null;
    return html`<th scope="col"${kind}>${cell}</th>`;
  });
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table${isWide ? new Html(' class="wide"') : null}>
<thead><tr>${cells}</tr></thead>
<tbody>${rows}</tbody>
</table></div>\n`;
}

export function details(summary: Insertion, content: Insertion): Html {
  return html`<details><summary>${summary}</summary><div>${content}</div></details>\n`;
}

/** A block of text that scrolls inside itself. */
export function textBlock(name: string, text: string): Html {
  return html`<pre class="text" role="region" aria-label="${name}" tabindex="0">${text}</pre>\n`;
}

export function note(content: Insertion): Html {
  return html`<p class="note">${content}</p>\n`;
}

/** Facts side by side; the heads of the rows stay in sight. */
export function factTable(name: string, { head, rows }: FactTable): Html {
  const cell = (fact: FactCell) => (typeof fact === 'string' ? judged(fact) : names(fact));
  const lines = rows.map(([first = '', ...facts]) => {
    const cells = facts.map((fact) => html`<td class="text">${cell(fact)}</td>`);
    return html`<tr><th scope="row">${cell(first)}</th>${cells}</tr>\n`;
  });
  return table(name, head.map(cell), lines, { isWide: true });
}

/** Words of ours begin with the sign of what they judge, if they do. */
function judged(fact: string): Insertion {
  const text = shorten(fact, LENGTH_OF_A_NAME);
  for (const tone of ['good', 'bad', 'warn'] as const) {
    if (text.startsWith(`${SIGNS[tone]} `)) return word(tone, text.slice(2));
  }
  return text;
}

const MOST_NAMES = 6;

/** A cell is no place for a name of thousands of letters. */
const LENGTH_OF_A_NAME = 160;

/** Names in a cell, cut with a word on the rest. */
function names(all: readonly string[]): Html {
  if (all.length === 0) return html`<span class="muted">none</span>`;
  const items = all
    .slice(0, MOST_NAMES)
    .map((name) => html`<li><code>${shorten(name, LENGTH_OF_A_NAME)}</code></li>`);
  const more = all.length - items.length;
  return html`<ul class="names">${items}${more > 0 ? html`<li class="muted">and ${more} more</li>` : null}</ul>`;
}

/** Beside a path: that it is a test by its name. */
export function testTag(): Html {
  return html` <span class="tag">test</span>`;
}

export function fileLink({ path }: Place, text: Insertion = html`<code>${path}</code>`): Html {
  return html`<a href="${relativeUrl(path)}">${text}</a>`;
}
