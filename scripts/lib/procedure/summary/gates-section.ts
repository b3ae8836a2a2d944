/** The gates before and after, side by side, and on each candidate. */
import type { PrintedTarget } from '../gate-record.ts';
import { gateTables } from '../gate-tables.ts';
import { tableMarkdown } from '../table-markdown.ts';
import { exact, table } from './cells.ts';
import { isHostAlone, type PassFacts, type SummaryFacts, shownPass } from './summary-facts.ts';

export function gatesSection(facts: SummaryFacts): string[] {
  const rows = facts.passes.flatMap(({ pass, gates, proof }) =>
    [...(gates?.results ?? []), ...(proof === null ? [] : [proof])].map((result) => [
      ...[String(pass), exact(result.target), inShort(result)],
      result.green ? 'green' : result.passed ? 'passed, not green' : 'no',
    ]),
  );
  if (rows.length === 0) return ['## Gates', '', 'No gate was run.'];
  const { before, after } = beforeAndAfter(facts);
  const missing = [
    ...(before === null ? ['They were not run on base.'] : []),
    ...(after === null ? ['They were not run on the result.'] : []),
  ];
  const left = after?.left_red ?? [];
  return [
    '## Gates before and after',
    '',
    ...(left.length === 0
      ? []
      : ['Left red, as it was on base:', '', ...left.map((it) => `- ${exact(it)}`), '']),
    ...(missing.length === 0 ? [] : [missing.join(' '), '']),
    ...(before === null && after === null ? [] : [sideBySide(before, after), '']),
    '## Gates of each pass',
    '',
    ...table(['pass', 'target', 'gates', 'passed'], rows),
  ];
}

/** What counts as before: base. As after: the main tree with the result in it, else what was proved with its content. */
export function beforeAndAfter(facts: SummaryFacts): {
  before: PrintedTarget | null;
  after: PrintedTarget | null;
} {
  const { passes } = facts;
  const shown = shownPass(facts);
  const before = resultsOf(passes).findLast(({ target }) => target === 'base') ?? null;
  // What an earlier pass found says nothing of a later mix.
  const later = passes.filter(({ pass }) => pass >= (shown?.pass ?? 1));
  const inMain = later.findLast(({ pass }) => isGatedAfterwards(facts, shown, pass));
  const proved = [...resultsOf(later), ...later.flatMap(({ proof }) => proof ?? [])].findLast(
    ({ target, tree }) => target !== 'base' && tree === shown?.applied?.tree,
  );
  const main = inMain?.gates?.results.find(({ target }) => target === 'main');
  return { before, after: main ?? proved ?? null };
}

/** Whether the gates ran in the main tree while the result lay in it; the host alone works there all along. */
function isGatedAfterwards(facts: SummaryFacts, shown: PassFacts | null, pass: number): boolean {
  const { data, events } = facts;
  const last = (name: string) => events.findLast(({ event }) => event === name)?.timestamp;
  const gated = events.findLast(
    (it) => it.event === 'gates' && it.target === 'main' && it.pass === pass,
  )?.timestamp;
  if (gated === undefined) return false;
  if (shown === null) return isHostAlone(facts);
  const application = data.applications.findLast((it) => it.tree === shown.applied?.tree);
  if (application === undefined || gated <= application.applied_at) return false;
  const undone = last('undo');
  return application.state !== 'undone' || undone === undefined || gated < undone;
}

function resultsOf(passes: readonly PassFacts[]): PrintedTarget[] {
  return passes.flatMap(({ gates }) => gates?.results ?? []);
}

function sideBySide(before: PrintedTarget | null, after: PrintedTarget | null): string {
  const as = (result: PrintedTarget | null, target: string) =>
    result === null ? [] : { ...result, target };
  const title =
    after === null || after.target === 'main' ? 'main' : `what was applied, as ${after.target}`;
  const targets = [as(before, 'before (base)'), as(after, `after (${title})`)];
  return tableMarkdown(gateTables(targets.flat()).gates);
}

function inShort({ gates }: PrintedTarget): string {
  return gates
    .map(({ name, status, verdict }) => {
      const words = verdict === null || verdict === 'ok' ? status : `${status}, ${verdict}`;
      return `${exact(name)}: ${words}`;
    })
    .join('; ');
}
