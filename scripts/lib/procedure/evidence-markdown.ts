/** The evidence as a table: a column for each model, a row for each fact. */
import { inlineCode } from '../synthesis/markdown.ts';
import { crossTestsMarkdown } from './cross-tests-markdown.ts';
import type { Evidence, EvidenceOfAll } from './evidence.ts';

/** So many names stand in a cell. */
const MOST_NAMES = 6;

export function evidenceMarkdown({ models, cross }: EvidenceOfAll): string {
  if (models.length === 0) return '';
  const gates = [...new Set(models.flatMap((it) => it.gates.map(({ name }) => name)))];
  const rows: [string, (evidence: Evidence) => string][] = [
    ['files, lines', ({ files, additions, deletions }) => `${files}, +${additions} −${deletions}`],
    ...gates.map((name): [string, (evidence: Evidence) => string] => [
      inlineCode(name),
      (it) => gateCell(it, name),
    ]),
    ['new tests', ({ tests }) => names(tests.new_files)],
    ['changed tests', ({ tests }) => names(tests.changed_files)],
    ['deleted tests', ({ tests }) => names(tests.deleted_files)],
    ['tests more than base', ({ tests }) => (tests.ran_more === null ? '' : `${tests.ran_more}`)],
    ['its tests catch', (it) => it.cross_tests?.catches.map(inlineCode).join(', ') ?? ''],
    ['is caught by tests of', (it) => it.cross_tests?.caught_by.map(inlineCode).join(', ') ?? ''],
    ['its tests fail on base', ({ cross_tests }) => inWords(cross_tests?.proves_something ?? null)],
    ['dependencies added', (it) => names(it.dependencies.added.map(({ name }) => name))],
    ['dependencies removed', (it) => names(it.dependencies.removed.map(({ name }) => name))],
    ['public names added', (it) => names(it.public_api.added.map(({ name }) => name))],
    ['public names removed', (it) => names(it.public_api.removed.map(({ name }) => name))],
    [
      'gates tampered with',
      (it) => names(it.tampered.map((one) => `${one.path}: ${one.kind} (${one.severity})`)),
    ],
    [
      'time',
      ({ duration_ms }) => (duration_ms === null ? '' : `${Math.round(duration_ms / 1000)} s`),
    ],
    ['cost', ({ cost_usd }) => (cost_usd === null ? '' : `$${cost_usd.toFixed(2)}`)],
  ];
  const filled = rows
    .map(([title, cell]) => [title, ...models.map(cell)])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ''));
  const head = ['', ...models.map(({ model }) => inlineCode(model))];
  const table = [head, head.map(() => '---'), ...filled]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
  const matrix =
    cross === null
      ? ''
      : `\n${crossTestsMarkdown(cross).replaceAll(/^#+ /gm, '### ').replace('### Cross-tests', '### Whose tests catch whose code')}`;
  return `## Evidence\n\n${table}\n${matrix}`;
}

function gateCell({ gates }: Evidence, wanted: string): string {
  const gate = gates.find(({ name }) => name === wanted);
  if (gate === undefined) return 'not run';
  const { status, verdict, tests } = gate;
  const count =
    tests === null ? '' : `, ${tests.ran} ran${tests.failed > 0 ? `, ${tests.failed} failed` : ''}`;
  return `${status}${verdict === null || verdict === 'ok' ? '' : ` (${verdict})`}${count}`;
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, MOST_NAMES).map(inlineCode).join(', ');
  return all.length > MOST_NAMES ? `${shown} and ${all.length - MOST_NAMES} more` : shown;
}

function inWords(fact: boolean | null): string {
  return fact === null ? '' : fact ? 'yes' : 'no';
}
