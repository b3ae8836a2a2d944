/** What is known of each result without an opinion, side by side: a column for each model, a row for each fact. */
import { TAMPERING_WORDS } from '../gates/tampering/kinds.ts';
import { ownCommand } from '../own-command.ts';
import { crossTestMatrix } from './cross-test-matrix.ts';
import { muted, names, section, table, word } from './elements.ts';
import type { ReportEvidence } from './evidence-data.ts';
import { gateOutcome, passedWord } from './gate-words.ts';
import { type Html, html, type Insertion, shorten } from './html.ts';
import type { ReportData } from './report-data.ts';
import { count, duration } from './wording.ts';

export function evidenceSection({ evidence, cross_tests, session: { named } }: ReportData): Html {
  return section('evidence', 'Evidence', [
    evidence.length === 0
      ? html`<p>No facts were gathered in this pass yet. <code>${ownCommand('compare', ...named)}</code> gathers them.</p>`
      : evidenceTable(evidence),
    html`<h3>Whose tests catch whose code</h3>\n`,
    cross_tests === null
      ? html`<p>The models’ tests were not run on each other’s code in this pass. <code>${ownCommand('cross-tests', ...named)}</code> does that.</p>`
      : crossTestMatrix(cross_tests),
  ]);
}

/** A fact with a cell for each model; null: not known of this one. */
interface Row {
  title: Insertion;
  cells: (Insertion | null)[];
}

function evidenceTable(evidence: readonly ReportEvidence[]): Insertion {
  const rows = [
    ...sizeRows(evidence),
    ...gateRows(evidence),
    ...testRows(evidence),
    ...crossRows(evidence),
    ...codeRows(evidence),
    ...runRows(evidence),
  ].map(
    ({ title, cells }) =>
      html`<tr><th scope="row">${title}</th>${cells.map((cell) => html`<td class="text">${cell ?? muted('–')}</td>`)}</tr>\n`,
  );
  return [
    html`<p class="muted">As it was when the results were compared. A dash: not known.</p>\n`,
    table('Evidence', [muted('Fact'), ...evidence.map(({ model }) => model)], rows, {
      isWide: true,
    }),
  ];
}

/** A row, if some model has something there. */
function row(
  title: Insertion,
  evidence: readonly ReportEvidence[],
  cellOf: (evidence: ReportEvidence) => Insertion | null,
): Row[] {
  const cells = evidence.map(cellOf);
  return cells.some((cell) => cell !== null) ? [{ title, cells }] : [];
}

/**
 * A row of lists, if one of them is not empty; null: that list is not known.
 * @param judgement what stands above a list that is not empty
 */
function listRow(
  title: string,
  evidence: readonly ReportEvidence[],
  listOf: (evidence: ReportEvidence) => readonly Insertion[] | null,
  judgement: Html | null = null,
): Row[] {
  const lists = evidence.map(listOf);
  if (!lists.some((list) => list !== null && list.length > 0)) return [];
  const cells = lists.map((list) => {
    if (list === null) return null;
    if (list.length === 0) return muted('none');
    return [judgement, names(list)];
  });
  return [{ title, cells }];
}

function sizeRows(evidence: readonly ReportEvidence[]): Row[] {
  return row(
    'size',
    evidence,
    ({ files, additions, deletions }) =>
      html`${count(files, 'file')}<small>+${additions} −${deletions}</small>`,
  );
}

/** One for each gate that was run on somebody, by kind as they come. */
function gateRows(evidence: readonly ReportEvidence[]): Row[] {
  const gates = new Map(evidence.flatMap((it) => it.gates.map((gate) => [gate.name, gate])));
  return [
    ...[...gates.values()].flatMap(({ name, kind }) =>
      row(name === kind ? kind : html`${kind}<small>${short(name)}</small>`, evidence, (it) => {
        const gate = it.gates.find((one) => one.name === name);
        return gate === undefined ? null : gateOutcome(gate);
      }),
    ),
    ...row('all gates', evidence, ({ passed }) => (passed === null ? null : passedWord(passed))),
    ...listRow('gates tampered with', evidence, ({ tampered }) =>
      tampered.map(({ path, kind, severity }) => [
        severity === 'strong' ? word('bad', 'weaker') : word('warn', 'changed'),
        html` ${name(path)}: ${TAMPERING_WORDS[kind]}`,
      ]),
    ),
  ];
}

function testRows(evidence: readonly ReportEvidence[]): Row[] {
  return [
    ...listRow('new tests', evidence, ({ tests }) => tests.new_files.map(name)),
    ...listRow('changed tests', evidence, ({ tests }) => tests.changed_files.map(name)),
    ...listRow(
      'deleted tests',
      evidence,
      ({ tests }) => tests.deleted_files.map(name),
      word('warn', 'deleted'),
    ),
    ...row('tests run, against base', evidence, ({ tests: { ran_more } }) => {
      if (ran_more === null) return null;
      if (ran_more === 0) return 'as many';
      return ran_more > 0 ? `${ran_more} more` : word('warn', `${-ran_more} fewer`);
    }),
  ];
}

function crossRows(evidence: readonly ReportEvidence[]): Row[] {
  return [
    ...listRow('its tests catch', evidence, (it) => it.cross_tests?.catches.map(short) ?? null),
    ...listRow(
      'is caught by tests of',
      evidence,
      (it) => it.cross_tests?.caught_by.map(short) ?? null,
      word('bad', 'caught'),
    ),
    ...row('its tests fail on base', evidence, ({ cross_tests }) => {
      const proves = cross_tests?.proves_something ?? null;
      if (proves === null) return null;
      return proves
        ? word('good', 'yes')
        : html`${word('warn', 'no')}<small>they pass without its change</small>`;
    }),
    ...(evidence.some(({ cross_tests }) => cross_tests?.fails_own)
      ? row('its tests fail on its own code', evidence, ({ cross_tests }) => {
          if (cross_tests === null) return null;
          return cross_tests.fails_own ? word('bad', 'yes') : 'no';
        })
      : []),
  ];
}

function codeRows(evidence: readonly ReportEvidence[]): Row[] {
  return [
    ...listRow('dependencies added', evidence, ({ dependencies }) =>
      dependencies.added.map((it) => name(it.name)),
    ),
    ...listRow('dependencies removed', evidence, ({ dependencies }) =>
      dependencies.removed.map((it) => name(it.name)),
    ),
    ...listRow('dependencies changed', evidence, ({ dependencies }) =>
      dependencies.changed.map((it) => name(it.name)),
    ),
    ...listRow('public names added', evidence, ({ public_api }) =>
      public_api.added.map((it) => name(it.name)),
    ),
    ...listRow(
      'public names removed',
      evidence,
      ({ public_api }) => public_api.removed.map((it) => name(it.name)),
      word('warn', 'removed'),
    ),
  ];
}

function runRows(evidence: readonly ReportEvidence[]): Row[] {
  return [
    ...row('time', evidence, ({ duration_ms }) =>
      duration_ms === null ? null : duration(duration_ms),
    ),
    ...(evidence.some(({ attempts }) => attempts !== null && attempts > 1)
      ? row('attempts', evidence, ({ attempts }) => attempts)
      : []),
    ...row('cost', evidence, ({ cost_usd }) =>
      cost_usd === null ? null : `$${cost_usd.toFixed(2)}`,
    ),
  ];
}

/** A cell is no place for a name of thousands of letters. */
const LENGTH_OF_A_NAME = 160;

function short(text: string): string {
  return shorten(text, LENGTH_OF_A_NAME);
}

function name(text: string): Html {
  return html`<code>${short(text)}</code>`;
}
