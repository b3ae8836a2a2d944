/** Diffs: each line with its sign, coloured by it, and never more than a page can bear. */
import { fileLink } from './elements.ts';
import { type Html, html, type Insertion } from './html.ts';
import type { ReportVersion } from './report-data.ts';
import { count } from './wording.ts';

export function versionDiff({ models, binary, patch, diff, new_path }: ReportVersion): Insertion {
  if (new_path !== null && patch === null) return null;
  const whole = fileLink(diff);
  if (patch === null)
    return html`<p>The diff is not there: ${whole} does not hold this file.</p>\n`;
  if (binary) return html`<p>A binary file: its bytes are in ${whole}.</p>\n`;
  if (patch.line_count === 0) return html`<p>No line differs.</p>\n`;
  const { lines } = patch;
  const left = patch.line_count - lines.length;
  const note =
    left === 0
      ? null
      : html`<p class="note">${count(left, 'more line')} of this diff in ${whole}.</p>\n`;
  return [diffLines(`Diff of ${models.join(', ')}`, lines), note];
}

/** Lines of a diff under a name for those who do not see them; nothing where there are none. */
function diffLines(name: string, lines: readonly string[]): Insertion {
  if (lines.length === 0) return null;
  // Where every line ends so, the line ends are the file's own and not what was changed.
  const hasOwnEnds = lines.every((line) => /\r$|^[@\\]/.test(line));
  const shown = hasOwnEnds ? lines.map((line) => line.replace(/\r$/, '')) : lines;
  return html`<pre class="diff" role="region" aria-label="${name}" tabindex="0"><code>${shown.map(diffLine)}</code></pre>\n`;
}

const KINDS: Record<string, string> = { '+': 'add', '-': 'del', '@': 'at', '\\': 'at' };

function diffLine(line: string): Html {
  return html`<span class="${KINDS[line[0] ?? ''] ?? 'same'}">${line}</span>`;
}
