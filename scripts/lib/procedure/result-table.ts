/** The table that a person reads on stderr: who did what, and whether it holds. */
import type { PrintedCapture } from '../session/printed-capture.ts';
import type { TargetResult } from './gate-record.ts';
import { howItEnded, type Run } from './run-state.ts';

export function resultTable(
  runs: readonly Run[],
  captures: readonly PrintedCapture[],
  gates: readonly TargetResult[],
): string {
  const names = gates[0]?.gates.map(({ name }) => name) ?? [];
  const base = gates.find(({ target }) => target === 'base');
  const rows = [
    ['model', 'run', 'time', 'changes', ...names, 'green'],
    ...(base === undefined ? [] : [['(base)', '', '', '', ...gateCells(names, base)]]),
    ...runs.map((run) => [
      run.model,
      `${howItEnded(run)}${run.attempts.length > 1 ? ', retried' : ''}`,
      run.duration_ms === null ? '' : `${(run.duration_ms / 1000).toFixed(1)} s`,
      changes(captures.find(({ model }) => model === run.model)),
      ...gateCells(
        names,
        gates.find(({ target }) => target === run.model),
      ),
    ]),
  ];
  return alignRows(rows);
}

function gateCells(names: readonly string[], result: TargetResult | undefined): string[] {
  const cells = names.map((name) => {
    const gate = result?.gates.find((it) => it.name === name);
    if (gate === undefined) return '';
    const verdict = gate.verdict !== null && gate.verdict !== 'ok' ? ` (${gate.verdict})` : '';
    return `${gate.status}${verdict}`;
  });
  return [...cells, result === undefined ? '' : greenInWords(result)];
}

function greenInWords({ green, passed }: TargetResult): string {
  return green ? 'yes' : passed ? 'no, as base' : 'no';
}

function changes(capture: PrintedCapture | undefined): string {
  if (capture === undefined) return '';
  const { files, additions, deletions } = capture.totals;
  if (files === 0) return 'none';
  return `${files === 1 ? '1 file' : `${files} files`}, +${additions} -${deletions}`;
}

/** Columns padded to their widest cell, a line under the head. */
export function alignRows(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
