/** cross-tests.md: the matrix for people. Names of files and tests are a model's words, and never markup. */

import { inlineCode } from '../foreign-text.ts';
import { BASE, type CrossCell, type CrossTests } from '../gates/cross-tests.ts';
import type { FactTable } from '../report/report-data.ts';
import { tableMarkdown, tableSection } from './table-markdown.ts';

/** Rows: whose tests. Columns: whose code. Also of a relabelled result. */
export function crossTestsMarkdown(result: CrossTests): string {
  return [
    '# Cross-tests',
    result.cells.length === 0
      ? 'No model added or changed a test.'
      : `Each row is one model's new and changed tests, each column the code that they ran on: ${gatesOf(result)}.`,
    ...(result.cells.length === 0 ? [] : [tableMarkdown(crossMatrix(result))]),
    ...tableSection('What the tests are worth', worthTable(result)),
    ...tableSection('What failed', crossFailures(result)),
    ...tableSection('Base’s own tests', baseTable(result)),
  ]
    .join('\n\n')
    .concat('\n');
}

function gatesOf({ gates }: CrossTests): string {
  return gates
    .map(({ name, command }) => `${inlineCode(name)} (${inlineCode(command)})`)
    .join(', ');
}

export function crossMatrix({ cells, models }: CrossTests): FactTable {
  const columns = [BASE, ...models];
  const rows = models.filter((model) => cells.some(({ tests_of }) => tests_of === model));
  const cellOf = (row: string, column: string) =>
    cells.find(({ tests_of, code_of }) => tests_of === row && code_of === column);
  return {
    head: ['tests of \\ code of', ...columns.map((it) => [it])],
    rows: rows.map((row) => [[row], ...columns.map((it) => cellText(cellOf(row, it)))]),
  };
}

export function crossFailures({ cells }: CrossTests): FactTable {
  const failing = cells.filter(
    ({ failed_tests_count, detail, kind }) =>
      kind !== 'passes' && (failed_tests_count > 0 || detail !== ''),
  );
  const rows = failing.map((cell) => [
    ...[[cell.tests_of], [cell.code_of], kindText(cell)],
    cell.detail === '' ? '' : [cell.detail],
    cell.failed_tests_count === 0 ? '' : `${cell.failed_tests_count}`,
    cell.failed_tests.length === 0 ? '' : cell.failed_tests,
  ]);
  return { head: ['tests of', 'code of', 'what', 'why', 'failed', 'the first'], rows };
}

const KIND_WORDS: Record<CrossCell['kind'], string> = {
  caught: '✗ caught',
  'does-not-fit': '! does not fit',
  'fails-own': '✗ fails on its own code',
  unknown: 'unknown',
  'not-run': 'not run',
  passes: '✓ passes',
};

/** On base it is the other way round: to fail there is what a new test is for. */
const ON_BASE: Partial<Record<CrossCell['kind'], string>> = {
  caught: '✓ fails',
  'does-not-fit': '✓ does not fit',
  passes: '! passes',
};

function cellText(cell: CrossCell | undefined): string {
  if (cell === undefined) return '';
  const { failed, ran } = cell;
  if (ran === null || failed === null) return kindText(cell);
  return `${kindText(cell)}, ${failed === 0 ? `${ran} ran` : `${failed} of ${ran} failed`}`;
}

function kindText({ kind, code_of }: CrossCell): string {
  return (code_of === BASE ? ON_BASE[kind] : undefined) ?? KIND_WORDS[kind];
}

function worthTable({ summary }: CrossTests): FactTable {
  const rows = summary.map(
    ({ tests_of, files, proves_something, catches, caught_by, fails_own }) => {
      const onBase =
        proves_something === null ? '' : proves_something ? '✓ fail' : '! prove nothing new';
      return [[tests_of], files, onBase, fails_own ? '✗ fail' : '', catches, caught_by];
    },
  );
  return {
    head: ['tests of', 'files', 'on base', 'on their own code', 'catch', 'its code is caught by'],
    rows,
  };
}

function baseTable({ base_tests }: CrossTests): FactTable {
  const red = base_tests.filter(({ status }) => status !== 'pass');
  const rows = red.map(({ code_of, status, failed_tests, failed_tests_count }) => [
    ...[[code_of], status, `${failed_tests_count}`, failed_tests],
  ]);
  return { head: ['code of', 'status', 'failed', 'the first'], rows };
}
