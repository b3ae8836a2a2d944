/** What the project's own quality gates said of each candidate, and who changed the gates. */
import { TAMPERING_WORDS } from '../gates/tampering/kinds.ts';
import { ownCommand } from '../own-command.ts';
import { details, note, section, table, textBlock, word } from './elements.ts';
import { gateOutcome, passedWord, statusText, statusWord, VERDICTS } from './gate-words.ts';
import { type Html, html, type Insertion, join } from './html.ts';
import type {
  ReportData,
  ReportGate,
  ReportGates,
  ReportMix,
  ReportSession,
  ReportTarget,
} from './report-data.ts';
import { duration } from './wording.ts';

export function gateSection({ gates, session }: ReportData): Html {
  return section('gates', 'Quality gates', gates === null ? noGates(session) : gateContent(gates));
}

function noGates({ named }: ReportSession): Html {
  return html`<p>No gate was run in this pass. <code>${ownCommand('gates', '--all', '--base', ...named)}</code> runs them on every capture.</p>`;
}

function gateContent(gates: ReportGates): Insertion {
  const { targets, mix } = gates;
  const outdated = targets.filter((target) => target.outdated);
  const all = [...targets, ...(mix === null ? [] : [mix])];
  return [
    outdated.length === 0
      ? null
      : note(
          html`${join(
            outdated.map(({ target }) => target),
            ', ',
          )}: captured again since; run the gates again.`,
        ),
    gateTable(gates),
    targets.some(({ target }) => target === 'base')
      ? null
      : html`<p class="muted">The gates were not run on base, so nothing says which failures were there before.</p>`,
    targets.length === 0 ? null : tampering(targets),
    namedTests(all),
    redGates(all),
  ];
}

/** One row a gate, by kind; one column a target, and whether all together are good enough. */
function gateTable({ gates, targets, mix }: ReportGates): Html {
  const columns = [...targets, ...(mix === null ? [] : [mix])];
  const rows = gates.map(
    ({ name, kind, command, source }) =>
      html`<tr><th scope="row">${kind}</th><td class="text">${name}<small><code>${command}</code> (${source})</small></td>
${columns.map((target) => gateCell(target, name))}</tr>\n`,
  );
  const all = html`<tr><th scope="row">all</th><td></td>
${columns.map(({ passed }) => html`<td>${passedWord(passed)}</td>`)}</tr>`;
  const heads = [...targets.map(({ target }) => target), ...(mix === null ? [] : [mixHead(mix)])];
  return table('Quality gates', ['Kind', 'Gate', ...heads], [...rows, all]);
}

function mixHead({ target, tree }: ReportMix): Html {
  return html`${target}<small>the last proof, of <code>${tree.slice(0, 12)}</code></small>`;
}

function gateCell({ gates }: ReportTarget, name: string): Html {
  const gate = gates.find((it) => it.name === name);
  if (gate === undefined) return html`<td class="muted">not run</td>`;
  return html`<td>${gateOutcome(gate, duration(gate.duration_ms), gate.cached ? 'cached' : '')}</td>`;
}

function tampering(targets: readonly ReportTarget[]): Html {
  const items = targets.flatMap(({ target, tampered, as_base }) => [
    ...tampered.map(
      ({ path, kind, detail, severity }) =>
        html`<li>${severity === 'strong' ? word('bad', 'weaker') : word('warn', 'changed')} <strong>${target}</strong>: <code>${path}</code>, ${TAMPERING_WORDS[kind]}${detail === '' ? null : html`: ${detail}`}</li>`,
    ),
    ...(as_base === null ? [] : [asBase(target, as_base)]),
  ]);
  const content =
    items.length === 0
      ? html`<p>No model changed a file that the gates depend on.</p>`
      : html`<p>${word('warn', 'Look at these before you trust a green gate.')}</p><ul>${items}</ul>`;
  return html`<h3>Changes to the gates themselves</h3>${content}\n`;
}

function asBase(target: string, { gates }: NonNullable<ReportTarget['as_base']>): Html {
  const red = gates.filter(({ status, flaky }) => status !== 'pass' && !flaky);
  return red.length === 0
    ? html`<li><strong>${target}</strong>: with the gate files of base its gates are green as well.</li>`
    : html`<li>${word('bad', 'red')} <strong>${target}</strong>: with the gate files of base: ${join(
        red.map(({ name, status }) => `${name} ${statusText(status)}`),
        ', ',
      )}.</li>`;
}

/** Which tests broke and which were repaired, where the runner names them; what the gates themselves changed. */
function namedTests(targets: readonly ReportTarget[]): Insertion {
  const items = targets.flatMap(({ target, gates }) =>
    gates.flatMap(({ name, ...gate }) => [
      testList(target, name, word('bad', 'broken'), gate.broken_tests),
      testList(target, name, word('good', 'repaired'), gate.repaired_tests),
      testList(target, name, word('warn', 'no longer run'), gate.missing_tests),
      testList(target, name, word('warn', 'files changed by the gate itself'), gate.changed_files),
    ]),
  );
  const told = items.filter((item) => item !== null);
  return told.length === 0
    ? null
    : [html`<h3>Test by test, against base</h3>\n<ul>`, told, html`</ul>\n`];
}

const MOST_NAMES = 10;

function testList(target: string, gate: string, what: Html, names: readonly string[]): Html | null {
  if (names.length === 0) return null;
  const rest = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : '';
  const shown = names.slice(0, MOST_NAMES).map((name) => html`<code>${name}</code>`);
  return html`<li><strong>${target}</strong>, ${gate}: ${what} ${join(shown, ', ')}${rest}</li>`;
}

function redGates(targets: readonly ReportTarget[]): Insertion {
  const red = targets.flatMap(({ target, gates }) =>
    gates.filter(({ status }) => status !== 'pass').map((gate) => redGate(target, gate)),
  );
  return red.length === 0 ? null : [html`<h3>What the red ones printed last</h3>\n`, red];
}

function redGate(target: string, gate: ReportGate): Html {
  const { name, exit_code, verdict, command, log, tail } = gate;
  const judged = verdict === null || verdict === 'ok' ? '' : `, ${VERDICTS[verdict]}`;
  return details(
    html`<strong>${target}: ${name}</strong> ${statusWord(gate.status)}${judged}`,
    html`<p><code>${command}</code> ${exit_code === null ? 'did not end by itself' : `ended with exit status ${exit_code}`}. The whole log: <code>${log}</code></p>
${tail.trim() === '' ? html`<p>It printed nothing.</p>` : textBlock(`Log of ${name} on ${target}`, tail)}`,
  );
}
