/** What is known of each result without an opinion, side by side. */
import { ownCommand } from '../own-command.ts';
import { details, factTable, note, section } from './elements.ts';
import { type Html, html, type Insertion } from './html.ts';
import type { ReportCrossTests, ReportData } from './report-data.ts';

export function evidenceSection({ evidence, cross_tests, session: { named } }: ReportData): Html {
  return section('evidence', 'Evidence', [
    evidence === null
      ? html`<p>No facts were gathered in this pass yet. <code>${ownCommand('compare', ...named)}</code> gathers them.</p>`
      : [
          html`<p class="muted">As it was when the results were compared.</p>\n`,
          factTable('Evidence', evidence),
        ],
    html`<h3>Whose tests catch whose code</h3>\n`,
    cross_tests === null
      ? html`<p>The models’ tests were not run on each other’s code in this pass. <code>${ownCommand('cross-tests', ...named)}</code> does that.</p>`
      : crossTests(cross_tests),
  ]);
}

/** The rest is in cross-tests.json. */
const MOST_FAILURES = 60;

function crossTests({ matrix, failures: { head, rows }, outdated }: ReportCrossTests): Insertion {
  if (matrix === null) return html`<p>No model added or changed a test.</p>`;
  const more = rows.length - MOST_FAILURES;
  return [
    outdated ? note('Something was captured after this; run cross-tests again.') : null,
    factTable('Whose tests catch whose code', matrix),
    html`<p class="muted">Each row: one model’s new and changed tests; each column: the code that they ran on. Caught: they pass on their own code and fail on this; does not fit: they fail, and it is not known that they ran; tests that fail on their own code catch nobody.</p>\n`,
    rows.length === 0
      ? null
      : details('What failed, and why', [
          factTable('What failed', { head, rows: rows.slice(0, MOST_FAILURES) }),
          more > 0 ? html`<p>and ${more} more in cross-tests.json</p>` : null,
        ]),
  ];
}
