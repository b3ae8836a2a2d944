/** What the project's own quality gates said of each candidate, and who changed the gates. */
import { ownCommand } from '../own-command.ts';
import { details, factTable, note, section, textBlock } from './elements.ts';
import { type Html, html, type Insertion, join } from './html.ts';
import type { FactTable, ReportData, ReportGates, ReportSession } from './report-data.ts';

export function gateSection({ gates, session }: ReportData): Html {
  return section('gates', 'Quality gates', gates === null ? noGates(session) : gateContent(gates));
}

function noGates({ named }: ReportSession): Html {
  return html`<p>No gate was run in this pass. <code>${ownCommand('gates', '--all', '--base', ...named)}</code> runs them on every capture.</p>`;
}

function gateContent({ outdated, targets, tables }: ReportGates): Insertion {
  const { gates, tests, exam, red } = tables;
  return [
    outdated.length === 0
      ? null
      : note(html`${join(outdated, ', ')}: captured again since; run the gates again.`),
    factTable('Quality gates', gates),
    targets.some(({ target }) => target === 'base')
      ? null
      : html`<p class="muted">The gates were not run on base, so nothing says which failures were there before.</p>`,
    titled('What judges the results, and was changed', exam),
    titled('Test by test, against base', tests),
    red.length === 0 ? null : [html`<h3>What the red ones printed last</h3>\n`, red.map(redGate)],
  ];
}

function titled(title: string, table: FactTable): Insertion {
  return table.rows.length === 0 ? null : [html`<h3>${title}</h3>\n`, factTable(title, table)];
}

function redGate({
  target,
  gate,
  said,
  command,
  exit_code,
  log,
  tail,
}: ReportGates['tables']['red'][number]): Html {
  return details(
    html`<strong>${target}: ${gate}</strong> ${said}`,
    html`<p><code>${command}</code> ${exit_code === null ? 'did not end by itself' : `ended with exit status ${exit_code}`}. The whole log: <code>${log}</code></p>
${tail.trim() === '' ? html`<p>It printed nothing.</p>` : textBlock(`Log of ${gate} on ${target}`, tail)}`,
  );
}
