/** Which model's whole comes first, from facts alone. Size is none of them: the smallest is right less often than a random one. */

/** What is known of one model's whole. */
export interface WholeFacts {
  model: string;
  tree: string;
  /** What is red with it and was not on base: gates, or tests by name; null: its gates were not run. */
  breaks: ReadonlySet<string> | null;
  /** What was red on base and is green with it. */
  repairs: ReadonlySet<string>;
  /** How it does on the others' new tests, 0 to 1; null: nothing is known. */
  matrix: number | null;
  /** How alike it is to the others, 0 to 2. */
  agreement: number;
  /** By whose whole this user took before, 0.1 a rank. */
  prior: number;
}

/** A whole, and the figures that put it where it is. */
export interface RankedWhole {
  /** Who made it: several where their trees are equal. */
  models: string[];
  tree: string;
  /** Null: its gates were not run. */
  breaks_alone: string[] | null;
  /** Tests that several break, and more than break nothing: perhaps the task asks for it. */
  breaks_shared: string[];
  repairs: string[];
  matrix: number | null;
  agreement: number;
  prior: number;
}

/** Best first; what facts leave equal is in the order of the trees' ids, which say nothing of models. */
export function rankWholes(facts: readonly WholeFacts[]): RankedWhole[] {
  const shared = brokenBySeveral(facts);
  const byTree = new Map<string, RankedWhole>();
  for (const { model, tree, breaks, repairs, matrix, agreement, prior } of facts) {
    const same = byTree.get(tree);
    if (same !== undefined) {
      same.models.push(model);
      same.agreement = Math.max(same.agreement, agreement);
      same.prior = Math.max(same.prior, prior);
      continue;
    }
    byTree.set(tree, {
      models: [model],
      tree,
      breaks_alone: breaks && [...breaks].filter((item) => !shared.has(item)),
      breaks_shared: [...(breaks ?? [])].filter((item) => shared.has(item)),
      repairs: [...repairs],
      matrix,
      agreement,
      prior,
    });
  }
  const wholes = [...byTree.values()];
  const byTests = testsOf(wholes);
  return wholes.sort((a, b) => byTests(a, b) || byLikeness(a, b) || (a.tree < b.tree ? -1 : 1));
}

/** The first, and all that neither base's tests nor the others' tests tell from it. */
export function tiedWith(wholes: readonly RankedWhole[]): RankedWhole[] {
  const byTests = testsOf(wholes);
  return wholes.filter((whole) => byTests(wholes[0] ?? whole, whole) === 0);
}

/**
 * Below 0: what ran speaks for the first of two. Whose tests are the only ones is judged by nobody, and stands beside those
 * who pass them best.
 */
function testsOf(wholes: readonly RankedWhole[]): (a: RankedWhole, b: RankedWhole) => number {
  const known = wholes.flatMap(({ matrix }) => matrix ?? []);
  const inMatrix = ({ matrix }: RankedWhole) => matrix ?? Math.max(0, ...known);
  return (a, b) =>
    brokenBy(a) - brokenBy(b) || b.repairs.length - a.repairs.length || inMatrix(b) - inMatrix(a);
}

/** Not known is less than green, and more than any red. */
function brokenBy({ breaks_alone: broken }: RankedWhole): number {
  return broken === null ? 0.5 : broken.length;
}

function byLikeness(a: RankedWhole, b: RankedWhole): number {
  return b.agreement + b.prior - (a.agreement + a.prior);
}

/**
 * Tests that several models break, and more than there are models that break nothing: those would speak against it. A gate
 * without names of tests may be red for another reason with each, so that it is nobody's excuse.
 */
function brokenBySeveral(facts: readonly WholeFacts[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { breaks } of facts)
    for (const item of breaks ?? [])
      if (item.includes(': ')) counts.set(item, (counts.get(item) ?? 0) + 1);
  const green = facts.filter(({ breaks }) => breaks?.size === 0).length;
  const isShared = (count: number) => count > 1 && count > green;
  return new Set([...counts].flatMap(([item, count]) => (isShared(count) ? item : [])));
}
