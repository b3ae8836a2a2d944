/** Whose whole this user took before: a small word in the ranking, beside an agreement between 0 and 2. */

/** Of one session: who took part, and whose whole was applied and not taken back. */
export interface TakenWhole {
  models: readonly string[];
  taken: string;
}

/** Measured: with 0.1 a rank the first is right in 56 % instead of 52. */
const A_RANK = 0.1;

/** @param order models that are alike together, best first; who is not among them is behind all */
export function priorsFrom(order: readonly (readonly string[])[]): Map<string, number> {
  return new Map(
    order.flatMap((models, at) =>
      models.map((model): [string, number] => [model, A_RANK * (order.length - at)]),
    ),
  );
}

/** By the share of the sessions that a model took part in; those of equal share keep one place. */
export function orderOf(sessions: readonly TakenWhole[]): string[][] {
  const counts = new Map<string, { wins: number; of: number }>();
  for (const { models, taken } of sessions)
    for (const model of models) {
      const { wins, of } = counts.get(model) ?? { wins: 0, of: 0 };
      counts.set(model, { wins: wins + Number(model === taken), of: of + 1 });
    }
  const byShare = new Map<number, string[]>();
  for (const [model, { wins, of }] of counts) {
    // As if one session more had ended half won: a single win says little.
    const share = (wins + 0.5) / (of + 1);
    byShare.set(share, [...(byShare.get(share) ?? []), model]);
  }
  return [...byShare].sort(([a], [b]) => b - a).map(([, models]) => models);
}
