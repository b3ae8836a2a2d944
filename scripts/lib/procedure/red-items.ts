/** What is red in a result, item by item: tests where their names are known, gates otherwise. */
import { listed } from '../listed.ts';
import type { TargetResult } from './gate-record.ts';

type GateOutcome = TargetResult['gates'][number];

/** `test: adds numbers`, `lint`, `test (timeout)`. What is red in worktrees only, or changes its mind, says nothing of a tree. */
export function redItems({ gates }: Pick<TargetResult, 'gates'>): Set<string> {
  return new Set(gates.flatMap(redInGate));
}

function redInGate(gate: GateOutcome): string[] {
  const { name, status, verdict, flaky, outcomes } = gate;
  if (status === 'pass' || flaky || verdict === 'environment' || verdict === 'flaky') return [];
  if (verdict === 'interference') return [`${name} (interference)`];
  if (verdict === 'missing-dependency')
    return [`${name} (missing dependency: ${listed(gate.missing_dependencies)})`];
  if (status !== 'fail') return [`${name} (${status})`];
  const tests = outcomes?.failed ?? [];
  return tests.length === 0 ? [name] : tests.map((test) => itemOf(name, test));
}

function itemOf(gate: string, test: string): string {
  return `${gate}: ${test}`;
}

/**
 * Whether an item is known to be green in a result: the gate passed, or the test did. Where a runner names failures only,
 * a test is green that is not among them, if no fewer tests ran than in the result that the item is from.
 */
export function isGreen(
  item: string,
  { gates }: Pick<TargetResult, 'gates'>,
  from: Pick<TargetResult, 'gates'> | null = null,
): boolean {
  return gates.some((gate) => {
    const { name, status, outcomes } = gate;
    if (!isOfGate(item, name)) return false;
    const test = item.startsWith(`${name}: `) ? item.slice(name.length + 2) : null;
    if (status === 'pass') return test === null || !hasNot(test, outcomes);
    if (test === null || outcomes === null || status !== 'fail') return false;
    if (outcomes.passed.includes(test)) return true;
    const before = from?.gates.find((it) => it.name === name)?.tests?.ran;
    const ranAll = before !== undefined && (gate.tests?.ran ?? 0) >= before;
    const isSilent = outcomes.complete || outcomes.partial === true || !ranAll;
    return !isSilent && !outcomes.failed.includes(test);
  });
}

/** Whether all tests that ran are named, and this is none of them. */
function hasNot(test: string, outcomes: GateOutcome['outcomes']): boolean {
  return outcomes?.complete === true && !outcomes.passed.includes(test);
}

/** Whether an item is the gate, or one of its tests. */
export function isOfGate(item: string, gate: string): boolean {
  return item === gate || item.startsWith(`${gate}: `) || item.startsWith(`${gate} (`);
}

/** Whose results are green where another is red: base and candidates, by name. */
export type KnownResults = ReadonlyMap<string, Pick<TargetResult, 'gates'>>;

/** @param from the result that the item is red in */
export function greenWith(
  item: string,
  known: KnownResults,
  from: Pick<TargetResult, 'gates'> | null = null,
): string[] {
  return [...known].flatMap(([source, result]) => (isGreen(item, result, from) ? source : []));
}

/** Red on base and green with nobody: perhaps nothing that anyone picks can mend it. */
export function hopelessItems(
  red: ReadonlySet<string>,
  base: Pick<TargetResult, 'gates'> | null,
  known: KnownResults,
): Set<string> {
  if (base === null) return new Set();
  const before = redItems(base);
  return new Set([...red].filter((it) => before.has(it) && greenWith(it, known).length === 0));
}

/** So many are named. */
const MOST_LEFT_RED = 10;

/** What is red in a result that broke nothing, each with the others that have it green. */
export function leftRed(result: TargetResult, all: readonly TargetResult[]): string[] {
  const others = new Map(all.flatMap((it) => (it === result ? [] : [[it.target, it] as const])));
  const items = [...redItems(result)];
  const shown = items.slice(0, MOST_LEFT_RED).map((item) => {
    const models = greenWith(item, others, result);
    return models.length === 0 ? item : `${item} (green with ${models.join(', ')})`;
  });
  const rest = items.length - shown.length;
  return rest > 0 ? [...shown, `and ${rest} more`] : shown;
}
