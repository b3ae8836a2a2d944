/** What came of it: what was taken from whom, how to take it back, what the user was shown, and where all of it lies. */
import { details, fileLink, note, section, table, textBlock, word } from './elements.ts';
import { type Html, html, type Insertion, join, shorten } from './html.ts';
import type { ReportApplied, ReportData, ReportGates } from './report-data.ts';

/** The rest is in applied.json. */
const MOST_FILES = 400;
const MOST_OF_ANALYSIS = 20_000;

export function analysisSection({ analysis }: ReportData): Html {
  const content =
    analysis === null
      ? html`<p>No analysis was stored in this pass yet.</p>`
      : details('What you were shown', textBlock('Analysis', shorten(analysis, MOST_OF_ANALYSIS)));
  return section('analysis', 'Analysis', content);
}

export function appliedSection({ applied, gates }: ReportData): Html {
  const mix = gates?.mix ?? null;
  const content =
    applied === null
      ? html`<p>Nothing was applied in this pass.${mix && html` The last mix that was proved, <code>${mix.tree.slice(0, 12)}</code>, came to: ${passedWord(mix.passed)}.`}</p>`
      : appliedContent(applied, proofInWords(applied, mix));
  return section('applied', 'What was applied', content);
}

/** The gates' word on exactly this tree; a proof of another says nothing of it. */
function proofInWords({ tree }: ReportApplied, mix: ReportGates['mix']): Html {
  if (mix === null) return html`<p class="muted">No proof of this mix is kept.</p>\n`;
  if (mix.tree !== tree)
    return note(
      html`The last proof was of another mix, <code>${mix.tree.slice(0, 12)}</code>: ${passedWord(mix.passed)}.`,
    );
  return html`<p>The gates on this mix: ${passedWord(mix.passed)}. They are the last column of the <a href="#gates">quality gates</a>.</p>\n`;
}

function appliedContent(applied: ReportApplied, proof: Html): Insertion {
  const { files, unpicked } = applied;
  const rows = files
    .slice(0, MOST_FILES)
    .map(
      ({ path, from, status, why }) =>
        html`<tr><th scope="row" class="path"><code>${path}</code></th><td>${from}</td><td>${status}</td><td class="text">${why}</td></tr>\n`,
    );
  return [
    html`<p>${stateInWords(applied)}</p>\n`,
    proof,
    rows.length === 0
      ? null
      : table('Files and where they come from', ['File', 'From', 'Status', 'Why'], rows),
    files.length > rows.length
      ? note(`${files.length - rows.length} more files in applied.json.`)
      : null,
    unpicked.length === 0 ? null : unpickedContent(unpicked.slice(0, MOST_FILES)),
    undoContent(applied),
  ];
}

function stateInWords({ state, to, tree }: ReportApplied): Insertion {
  const oid = html`<code>${tree.slice(0, 12)}</code>`;
  if (to === 'scratch')
    return html`The synthesis ${oid} was built and not brought to your working tree.`;
  if (state === 'applied')
    return html`${word('good', 'The synthesis stands in your working tree')}, unstaged and not committed. Its tree is ${oid}.`;
  if (state === 'undone')
    return html`${word('warn', 'It was applied and taken back.')} The synthesis was ${oid}.`;
  if (state === 'writing')
    return html`${word('bad', 'The application was cut short.')} The next apply-picks, or its undo, puts it right.`;
  return html`The synthesis ${oid} was built; it is not in your working tree.`;
}

function unpickedContent(unpicked: ReportApplied['unpicked']): Html {
  const items = unpicked.map(
    ({ path, models }) => html`<li><code>${path}</code> (${join(models, ', ')})</li>`,
  );
  return html`<h3>Changed by a model and taken from none</h3><ul>${items}</ul>\n`;
}

function undoContent({ undo }: ReportApplied): Insertion {
  if (undo === null) return null;
  return html`<h3>How to take it back</h3><p><code>${undo}</code> puts every file back to what it held before; what you changed since stays.</p>\n`;
}

export function placesSection({ folder, places, session }: ReportData): Html {
  const items = places.map((place) => html`<li>${fileLink(place)}: ${place.what}</li>`);
  return section(
    'places',
    'Where everything lies',
    html`<p>Session: <code>${session.directory}</code><br>This pass: <code>${folder}</code></p><ul>${items}</ul>`,
  );
}

function passedWord(passed: boolean): Html {
  return passed ? word('good', 'passed') : word('bad', 'not passed');
}
