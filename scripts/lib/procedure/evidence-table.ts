/** The evidence as a table: a column for each model, a row for each fact that somebody has. */
import type { FactCell, FactTable } from '../report/report-data.ts';
import { duration } from '../report/wording.ts';
import type { Evidence } from './evidence.ts';
import { gateInWords, passedInWords } from './gate-tables.ts';

export function evidenceTable(models: readonly Evidence[]): FactTable {
  const gates = [...new Set(models.flatMap((it) => it.gates.map(({ name }) => name)))];
  const named = (all: readonly { name: string }[]) => all.map(({ name }) => name);
  const rows: [FactCell, (evidence: Evidence) => FactCell][] = [
    ['files, lines', ({ files, additions, deletions }) => `${files}, +${additions} −${deletions}`],
    ...gates.map((name): [FactCell, (evidence: Evidence) => FactCell] => [
      [name],
      (it) => gateInWords(it.gates.find((gate) => gate.name === name)),
    ]),
    [
      'all gates',
      ({ passed, green }) =>
        passed === null ? '' : passedInWords({ passed, green: green === true }),
    ],
    ['tests of base that fail on it', (it) => it.base_tests_failing],
    ['new tests', ({ tests }) => tests.new_files],
    ['changed tests', ({ tests }) => tests.changed_files],
    ['deleted tests', ({ tests }) => tests.deleted_files],
    ['tests more than base', ({ tests }) => (tests.ran_more === null ? '' : `${tests.ran_more}`)],
    ['its tests catch', (it) => it.cross_tests?.catches ?? ''],
    ['is caught by tests of', (it) => it.cross_tests?.caught_by ?? ''],
    ['its tests fail on base', ({ cross_tests }) => inWords(cross_tests?.proves_something ?? null)],
    ['its tests fail on its own code', ({ cross_tests }) => (cross_tests?.fails_own ? 'yes' : '')],
    ['dependencies added', (it) => named(it.dependencies.added)],
    ['dependencies removed', (it) => named(it.dependencies.removed)],
    ['public names added', (it) => named(it.public_api.added)],
    ['public names removed', (it) => named(it.public_api.removed)],
    ['made green by scripts or settings', (it) => it.tampered],
    ['time', ({ duration_ms }) => (duration_ms === null ? '' : duration(duration_ms))],
    ['cost', ({ cost_usd }) => (cost_usd === null ? '' : `$${cost_usd.toFixed(2)}`)],
  ];
  return {
    head: ['', ...models.map(({ model }) => [model])],
    rows: rows
      .map(([title, cell]) => [title, ...models.map(cell)])
      .filter(([, ...cells]) => cells.some((cell) => cell.length > 0)),
  };
}

function inWords(fact: boolean | null): string {
  return fact === null ? '' : fact ? 'yes' : 'no';
}
