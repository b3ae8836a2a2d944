/** What gates came to, as tables: for the page, for quality-gates.md, and a row of the evidence. */
import { gateKinds } from '../gates/gate-kind.ts';
import type { Verdict } from '../gates/verdict.ts';
import type { FactCell, FactTable, ReportGates } from '../report/report-data.ts';
import type { PrintedTarget } from './gate-record.ts';

type Gate = PrintedTarget['gates'][number];

/** The gates of one target: a model, base, the main tree, a mix. */
export type GatedTarget = Pick<
  PrintedTarget,
  'target' | 'tree' | 'gates' | 'passed' | 'green' | 'gate_files' | 'base_tests_failing' | 'as_base'
>;

const STATUSES: ReadonlyMap<string, string> = new Map<Gate['status'], string>([
  ['pass', '✓ pass'],
  ['fail', '✗ fail'],
  ['timeout', '✗ ran out of time'],
  ['not-run', '! ran no test'],
  ['error', '✗ could not be started'],
]);

const VERDICTS: Record<Verdict, string> = {
  ok: '',
  introduced: 'introduced',
  fixed: 'fixed',
  'pre-existing': 'pre-existing: red on base too',
  environment: 'environment: red in worktrees only',
  broken: 'broken: it could not start on base',
  tampered: 'tampered: red with the scripts and settings of base',
  flaky: 'flaky: red, then green',
  interference: 'interference: another program had its port or lock',
  'missing-dependency': 'missing-dependency: packages are not installed',
};

/** A status that is none of ours stands as it is. */
export function gateInWords(
  gate: (Pick<Gate, 'tests' | 'verdict'> & { status: string; cannot_load?: boolean }) | undefined,
): string {
  if (gate === undefined) return 'not run';
  const { status, tests, verdict, cannot_load = false } = gate;
  const shown = verdict === 'tampered' ? '✗ passed' : (STATUSES.get(status) ?? status);
  const counted = status === 'not-run' ? null : tests;
  const count =
    counted &&
    (counted.failed > 0 ? `${counted.failed} of ${counted.ran} failed` : `${counted.ran} ran`);
  return [shown, cannot_load ? 'no test could be loaded' : count, verdict && VERDICTS[verdict]]
    .filter(Boolean)
    .join(', ');
}

export function passedInWords({ passed, green }: { passed: boolean; green: boolean }): string {
  if (green) return '✓ green';
  return passed ? '! passed: nothing new is red, but not all is green' : '✗ not passed';
}

/** Gates are rows by kind, targets are columns. */
export function gateTables(targets: readonly GatedTarget[]): ReportGates['tables'] {
  const all = new Map(targets.flatMap(({ gates }) => gates.map((gate) => [gate.name, gate])));
  const gates = [...all.values()].sort(
    (a, b) => gateKinds.indexOf(a.kind) - gateKinds.indexOf(b.kind),
  );
  const rows = gates.map(({ name, kind, command }): FactCell[] => {
    const cells = targets.map((it) => gateInWords(it.gates.find((one) => one.name === name)));
    return [kind, [name], [command], ...cells];
  });
  const passed = targets.map(passedInWords);
  return {
    gates: {
      head: ['kind', 'gate', 'command', ...targets.map(({ target }) => [target])],
      rows: rows.length === 0 ? [] : [...rows, ['all', '', '', ...passed]],
    },
    tests: testsTable(targets),
    exam: examTable(targets),
    red: targets.flatMap(({ target, gates }) =>
      gates.flatMap((gate) =>
        gate.status === 'pass' ? [] : { target, said: gateInWords(gate), ...shownOf(gate) },
      ),
    ),
  };
}

function shownOf({ name, command, exit_code, log, tail }: Gate) {
  return { gate: name, command, exit_code, log, tail };
}

/** Which tests broke, were repaired, or no longer ran, against base; what the gates themselves changed. */
function testsTable(targets: readonly GatedTarget[]): FactTable {
  const rows = targets.flatMap(({ target, gates }) =>
    gates.flatMap((gate): FactCell[][] => [
      [[target], [gate.name], '✗ broken', gate.broken_tests],
      [[target], [gate.name], '✓ repaired', gate.repaired_tests],
      [[target], [gate.name], '! no longer run', gate.missing_tests],
      [[target], [gate.name], '! files changed by the gate itself', gate.changed_files],
    ]),
  );
  return { head: ['of', 'gate', 'what', 'names'], rows: rows.filter((row) => row.at(-1)?.length) };
}

/** What judges a result, and was changed by it; what base's own tests and settings say then. */
function examTable(targets: readonly GatedTarget[]): FactTable {
  const rows = targets.flatMap(({ target, gate_files, base_tests_failing, as_base }) => [
    ...CHANGES.map(([change, words]): FactCell[] => [
      ...[[target], words],
      gate_files.flatMap((it) => (it.change === change ? it.path : [])),
    ]),
    [[target], "✗ base's own that fail: was that asked for?", base_tests_failing],
    ...(as_base?.gates ?? []).map((gate): FactCell[] => [
      ...[[target], `with base's own tests and settings: ${gateInWords(gate)}`, [gate.name]],
    ]),
  ]);
  return { head: ['of', 'what', 'names'], rows: rows.filter((row) => row.at(-1)?.length) };
}

const CHANGES = [
  ['changed', 'changed'],
  ['deleted', '! deleted'],
  ['added', 'added'],
] as const;
