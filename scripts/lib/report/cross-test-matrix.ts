/** Whose tests catch whose code: rows of tests, columns of code. */
import { BASE, type CrossCell } from '../gates/cross-tests.ts';
import { details, note, type Tone, table, word } from './elements.ts';
import type { ReportCrossTests } from './evidence-data.ts';
import { type Html, html, type Insertion, join, shorten } from './html.ts';

/** The rest is in cross-tests.json. */
const MOST_CELLS = 60;
const MOST_NAMES = 10;
const LENGTH_OF_A_NAME = 200;

export function crossTestMatrix(result: ReportCrossTests): Insertion {
  const { cells, models, outdated } = result;
  if (cells.length === 0) return html`<p>No model added or changed a test.</p>`;
  const brought = models.filter((model) => cells.some(({ tests_of }) => tests_of === model));
  const columns = [BASE, ...models];
  const rows = brought.map(
    (model) =>
      html`<tr><th scope="row">tests of ${model}</th>${columns.map((code) => matrixCell(cells, model, code))}</tr>\n`,
  );
  return [
    outdated ? note('Something was captured after this; run cross-tests again.') : null,
    table('Whose tests catch whose code', ['', ...columns.map((it) => `on ${it}`)], rows, {
      isWide: true,
    }),
    html`<p class="muted">Each row: one model’s new and changed tests; each column: the code that they ran on. Caught: they pass on their own code and fail on this; does not fit: they fail, and it is not known that they ran; tests that fail on their own code catch nobody.</p>\n`,
    failures(cells.filter(hasMore)),
  ];
}

function matrixCell(cells: readonly CrossCell[], testsOf: string, codeOf: string): Html {
  const cell = cells.find((it) => it.tests_of === testsOf && it.code_of === codeOf);
  if (cell === undefined) return html`<td class="muted">not run</td>`;
  const { ran, failed } = cell;
  const numbers =
    ran === null || failed === null
      ? null
      : html`<small>${failed === 0 ? `${ran} ran` : `${failed} of ${ran} failed`}</small>`;
  const own = testsOf === codeOf ? html`<small>its own code</small>` : null;
  const meaning = codeOf === BASE ? ON_BASE[cell.kind]?.[2] : undefined;
  return html`<td>${kindWord(cell)}${meaning === undefined ? null : html`<small>${meaning}</small>`}${numbers}${own}</td>`;
}

const KINDS: Record<CrossCell['kind'], [Tone | null, string]> = {
  caught: ['bad', 'caught'],
  'does-not-fit': ['warn', 'does not fit'],
  'fails-own': ['bad', 'fails on its own code'],
  unknown: [null, 'unknown'],
  'not-run': [null, 'not run'],
  passes: ['good', 'passes'],
};

/** On base it is the other way round: to fail there is what a new test is for. */
const ON_BASE: Partial<Record<CrossCell['kind'], [Tone, string, string]>> = {
  caught: ['good', 'fails', 'as new tests should'],
  'does-not-fit': ['good', 'does not fit', 'as new tests may'],
  passes: ['warn', 'passes', 'proves nothing new'],
};

function kindWord({ kind, code_of }: CrossCell): Html {
  const [tone, text] = (code_of === BASE ? ON_BASE[kind] : undefined) ?? KINDS[kind];
  return tone === null ? html`<span class="muted">${text}</span>` : word(tone, text);
}

function hasMore({ failed_tests_count, detail, kind }: CrossCell): boolean {
  return kind !== 'passes' && (failed_tests_count > 0 || detail !== '');
}

function failures(cells: readonly CrossCell[]): Insertion {
  if (cells.length === 0) return null;
  const items = cells.slice(0, MOST_CELLS).map(failure);
  const more = cells.length - items.length;
  return details('What failed, and why', [
    html`<ul>${items}</ul>`,
    more > 0 ? html`<p>and ${more} more in cross-tests.json</p>` : null,
  ]);
}

function failure(cell: CrossCell): Html {
  const { tests_of, code_of, detail, failed_tests, failed_tests_count } = cell;
  const shown = failed_tests
    .slice(0, MOST_NAMES)
    .map((name) => html`<code>${shorten(name, LENGTH_OF_A_NAME)}</code>`);
  const more = failed_tests_count - shown.length;
  const facts = [
    kindWord(cell),
    ...(detail === '' ? [] : [shorten(detail, LENGTH_OF_A_NAME)]),
    ...(shown.length === 0
      ? []
      : [html`${join(shown, ', ')}${more > 0 ? ` and ${more} more` : null}`]),
  ];
  return html`<li>tests of <strong>${tests_of}</strong> on <strong>${code_of}</strong>: ${join(facts, '; ')}</li>\n`;
}
