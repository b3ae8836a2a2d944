/** What came from whom. */
import { standingApplication } from '../../session/session.ts';
import { exact, prose, table } from './cells.ts';
import { isHostAlone, type PassFacts, type SummaryFacts, shownPass } from './summary-facts.ts';

export function originsSection(facts: SummaryFacts): string[] {
  return ['## What came from whom', '', ...origins(facts)];
}

function origins(facts: SummaryFacts): string[] {
  const shown = shownPass(facts);
  if (shown?.applied == null) {
    return [
      isHostAlone(facts)
        ? 'Only the host took part; its work stands in the main tree.'
        : 'Nothing was applied.',
    ];
  }
  const { applied, unpicked } = shown.applied;
  const others = facts.passes.filter((it) => it.applied !== null && it.pass !== shown.pass);
  return [
    `The mix of pass ${shown.pass}, tree ${shown.applied.tree}: ${stateOf(facts, shown)}.`,
    '',
    ...(applied.length === 0
      ? ['Nothing was taken from anybody: it is base.']
      : table(
          ['file', 'from', 'status', 'why'],
          applied.map(({ path, from, status, why }) => [
            ...[exact(path), prose(from), status, prose(why ?? '')],
          ]),
        )),
    ...(unpicked.length === 0
      ? []
      : [
          '',
          'Changed by some model and taken from none:',
          '',
          ...unpicked.map(
            ({ path, models }) => `- ${exact(path)} (${models.map(prose).join(', ')})`,
          ),
        ]),
    ...others.flatMap((it) => [
      '',
      `The mix of pass ${it.pass}, tree ${it.applied?.tree}: ${stateOf(facts, it)}.`,
    ]),
  ];
}

/** What became of a pass's mix. */
function stateOf({ directory, data }: SummaryFacts, { pass, applied }: PassFacts): string {
  const last = data.applications.findLast((it) => it.pass === pass && it.tree === applied?.tree);
  if (last === undefined) return 'made, and not applied to the main tree';
  if (last.state === 'writing') return 'its application was cut short';
  if (last.state === 'undone') return 'applied, and taken back since';
  return last === standingApplication({ directory, data })
    ? 'applied to the main tree'
    : 'applied, and replaced since';
}
