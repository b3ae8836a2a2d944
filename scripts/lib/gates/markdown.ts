import { type GateKind, gateKinds } from './gate-kind.ts';
import type { GateResult, GateStatus } from './run.ts';
import { TAMPERING_WORDS, type Tampering } from './tampering/kinds.ts';
import type { Verdict } from './verdict.ts';

/** The gates of one target: a model, base, the main tree, a synthesis. */
export interface GatedTarget {
  target: string;
  gates: readonly GateResult[];
  passed: boolean;
  tampered: readonly Tampering[];
}

const STATUS_WORDS: Record<GateStatus, string> = {
  pass: 'pass',
  fail: '**fail**',
  timeout: '**timed out**',
  'not-run': '**not run** (no test was executed)',
  error: '**error** (could not be started)',
};

const VERDICT_WORDS: Record<Verdict, string> = {
  ok: '',
  introduced: ' (introduced)',
  fixed: ' (fixed)',
  'pre-existing': ' (pre-existing)',
  environment: ' (environment: red in worktrees only)',
  tampered: ' (**tampered**: red with the gate files of base)',
  flaky: ' (flaky)',
};

/** quality-gates.md: which gate passed on whose result, what the red ones printed, and who changed the gates. */
export function qualityGatesMarkdown(targets: readonly GatedTarget[]): string {
  const sections = [
    '# Quality gates',
    table(targets),
    ...tests(targets),
    ...tampering(targets),
    ...tails(targets),
  ];
  return `${sections.join('\n\n')}\n`;
}

function table(targets: readonly GatedTarget[]): string {
  const rows = gateRows(targets);
  if (rows.length === 0) return 'No gate was run.';
  const head = ['kind', 'gate', ...targets.map(({ target }) => escaped(target))];
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(({ kind, name }) =>
      row([kind, escaped(name), ...targets.map(({ gates }) => cell(gates, name))]),
    ),
    row(['', 'all', ...targets.map(({ passed }) => (passed ? 'passed' : '**not passed**'))]),
  ].join('\n');
}

/** Each gate once, by kind, though a target may lack some. */
function gateRows(targets: readonly GatedTarget[]): { kind: GateKind; name: string }[] {
  const kinds = new Map(
    targets.flatMap(({ gates }) => gates.map(({ name, kind }) => [name, kind])),
  );
  return [...kinds]
    .map(([name, kind]) => ({ name, kind }))
    .sort((a, b) => gateKinds.indexOf(a.kind) - gateKinds.indexOf(b.kind));
}

function cell(gates: readonly GateResult[], name: string): string {
  const gate = gates.find((one) => one.name === name);
  if (gate === undefined) return '(none)';
  const { status, tests, verdict } = gate;
  const count = tests === null || tests.ran === 0 ? '' : `, ${tests.failed} of ${tests.ran} failed`;
  const counted = tests !== null && tests.failed === 0 ? `, ${tests.ran} ran` : count;
  const shown = status === 'pass' || status === 'fail' ? counted : '';
  return `${STATUS_WORDS[status]}${shown}${verdict === null ? '' : VERDICT_WORDS[verdict]}`;
}

function tails(targets: readonly GatedTarget[]): string[] {
  return targets.flatMap(({ target, gates }) =>
    gates
      .filter(({ status }) => status !== 'pass')
      .flatMap((gate) => [
        `## ${escaped(target)}: ${escaped(gate.name)}`,
        `${STATUS_WORDS[gate.status]}, exit status ${gate.exit_code ?? 'none'}, command ${codeSpan(gate.command)}, whole log ${codeSpan(gate.log)}`,
        fenced(gate.tail === '' ? '(it printed nothing)' : gate.tail),
      ]),
  );
}

/** Which tests broke, were repaired, or no longer ran, against base. */
function tests(targets: readonly GatedTarget[]): string[] {
  const lines = targets.flatMap(({ target, gates }) =>
    gates.flatMap((gate) =>
      (
        [
          ['broken', gate.broken_tests],
          ['repaired', gate.repaired_tests],
          ['no longer run', gate.missing_tests],
          ['files changed by the gate itself', gate.changed_files],
        ] as const
      ).flatMap(([what, names]) =>
        names.length === 0
          ? []
          : [`- ${escaped(target)}, ${escaped(gate.name)}: ${what}: ${inShort(names)}`],
      ),
    ),
  );
  return lines.length === 0 ? [] : ['## Test by test', lines.join('\n')];
}

const MOST_NAMES = 20;

function inShort(names: readonly string[]): string {
  const rest = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : '';
  return `${names.slice(0, MOST_NAMES).map(codeSpan).join(', ')}${rest}`;
}

function tampering(targets: readonly GatedTarget[]): string[] {
  const lines = targets.flatMap(({ target, tampered }) =>
    tampered.map(
      ({ path, kind, detail, severity }) =>
        `- ${escaped(target)}: ${codeSpan(path)}: ${severity === 'strong' ? '**' : ''}${TAMPERING_WORDS[kind]}${severity === 'strong' ? '**' : ''}${detail === '' ? '' : `: ${escaped(detail)}`}`,
    ),
  );
  return lines.length === 0 ? [] : ['## Changes to the gates themselves', lines.join('\n')];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Log text is untrusted: no line of it may close the fence that it stands in. */
function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function codeSpan(text: string): string {
  const line = text.replaceAll(/[\n\r\t]/g, (character) => JSON.stringify(character).slice(1, -1));
  const ticks = '`'.repeat(longestRun(line) + 1);
  return ticks.length === 1 ? `\`${line}\`` : `${ticks} ${line} ${ticks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function escaped(text: string): string {
  return text.replaceAll(/[\n\r]/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, String.raw`\$&`);
}
