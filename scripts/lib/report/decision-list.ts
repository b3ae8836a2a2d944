/** The decisions that are open, each with what there is to choose from. */
import { ownCommand } from '../own-command.ts';
import { diffLines, versionDiff } from './diff.ts';
import { fileLink, testTag } from './elements.ts';
import { type Html, html, type Insertion, join, shorten } from './html.ts';
import type { ReportHunk, ReportOption, ReportQuestion, ReportSession } from './report-data.ts';
import { count } from './wording.ts';

/** Of one option; the whole is in its diff. */
const MOST_HUNKS = 20;
const MOST_LINES = 60;
const MOST_FUNCTIONS = 3;
const LENGTH_OF_A_NAME = 200;

/** How a decision is made, once for all of them. */
export function howToDecide(
  [first]: readonly ReportQuestion[],
  { named }: ReportSession,
): Insertion {
  const model = first?.options[0]?.models[0];
  if (first === undefined || model === undefined) return null;
  const pick = `${first.id}=${model}`;
  return html`<p>Each is made by its id: <code>--pick ID=MODEL</code>, or <code>ID=base</code> to leave the place as it was. Several go into one call; <code>--take MODEL</code> beside them takes all else from one model.</p>
<p><code>${ownCommand('apply-picks', '--pick', pick, ...named)}</code></p>\n`;
}

export function decisionList(questions: readonly ReportQuestion[]): Insertion {
  return questions.map((question, index) => decision(question, index));
}

/** Where it stands in the page: by its number, never by a name from outside. */
export function decisionAddress(index: number): string {
  return `decision-${index + 1}`;
}

const KINDS: Record<ReportQuestion['kind'], string> = {
  hunks: 'the same lines, changed differently',
  versions: 'versions that cannot be merged line by line',
  names: 'one file under several new names',
};

function decision(question: ReportQuestion, index: number): Html {
  const { id, path, is_test, kind, options } = question;
  const address = decisionAddress(index);
  return html`<article class="decision" aria-labelledby="${address}">
<h4 id="${address}"><code class="id">${id}</code> <code>${path}</code>${is_test ? testTag() : null}</h4>
<p class="muted">${KINDS[kind]}${placeOf(question)}${around(question)}</p>
<div class="options">${options.map((option) => optionContent(option, question))}</div>
</article>\n`;
}

/** From the first line of base that an option touches to the last one. */
function placeOf({ options }: ReportQuestion): string {
  const hunks = options.flatMap((option) => option.hunks);
  if (hunks.length === 0) return '';
  const [from, to] = hunks.reduce(
    ([least, most], { old_start, old_lines }) => [
      Math.min(least, old_start),
      Math.max(most, old_start + Math.max(old_lines - 1, 0)),
    ],
    [Number.POSITIVE_INFINITY, 0],
  );
  if (to === 0) return ', at the start of the file';
  return `, ${from === to ? `line ${to}` : `lines ${from} to ${to}`} of base`;
}

function around({ near }: ReportQuestion): Insertion {
  if (near.length === 0) return null;
  const names = near.slice(0, MOST_FUNCTIONS);
  const more = near.length - names.length;
  const shown = names.map((line) => html`<code>${shorten(line.trim(), LENGTH_OF_A_NAME)}</code>`);
  return html`, in ${join(shown, ' and ')}${more > 0 ? ` and ${more} more` : null}`;
}

function optionContent(option: ReportOption, { kind }: ReportQuestion): Html {
  const { models } = option;
  const same = models.length > 1 ? html` <span class="muted">the same</span>` : null;
  const content = { hunks: hunksContent, versions: versionContent, names: nameContent }[kind];
  return html`<div class="option"><h5>${join(models, ', ')}${same}</h5>
${content(option)}</div>\n`;
}

function hunksContent({ hunks, models, diff }: ReportOption): Insertion {
  if (hunks.length === 0) return html`<p>Its lines are in ${fileLink(diff)}.</p>\n`;
  const shown = hunks.slice(0, MOST_HUNKS);
  const lines = shown.flatMap((hunk) => [`@@ ${hunkInWords(hunk)} @@`, ...linesOf(hunk)]);
  const hidden = hunks.length - shown.length;
  const left = shown.reduce((sum, { excerpt }) => sum + lack(excerpt), 0);
  const missing = shown.filter(({ excerpt }) => excerpt === null).length;
  const facts = [
    left > 0 ? `${count(left, 'more line')} of this` : null,
    hidden > 0 ? `${count(hidden, 'more hunk')}` : null,
    missing > 0 ? `the lines of ${count(missing, 'hunk')}, as far as it is kept,` : null,
  ].filter((fact) => fact !== null);
  return [
    diffLines(`What ${models.join(', ')} would have there`, lines),
    facts.length === 0
      ? null
      : html`<p class="note">${join(facts, ', ')} in ${fileLink(diff)}.</p>\n`,
  ];
}

function linesOf({ excerpt }: ReportHunk): string[] {
  return excerpt?.lines ?? [];
}

function lack(excerpt: ReportHunk['excerpt']): number {
  return excerpt === null ? 0 : excerpt.line_count - excerpt.lines.length;
}

function hunkInWords({ id, old_start, old_lines }: ReportHunk): string {
  const last = old_start + old_lines - 1;
  if (old_lines === 0)
    return `${id}: ${old_start === 0 ? 'new at the start' : `new after line ${old_start}`}`;
  return `${id}: ${last === old_start ? `line ${last}` : `lines ${old_start} to ${last}`}`;
}

function versionContent({ version, diff }: ReportOption): Insertion {
  if (version === null) return html`<p>Its version is in ${fileLink(diff)}.</p>\n`;
  const { status, mode, new_path } = version;
  const moved = new_path === null ? null : html`, moved to <code>${new_path}</code>`;
  return html`<p>${status}${mode === null ? null : `, mode ${mode}`}${moved}</p>
${versionDiff(version, MOST_LINES)}`;
}

function nameContent({ name }: ReportOption): Insertion {
  return name === null ? null : html`<p>renames it to <code>${name}</code></p>\n`;
}
