/** The wholes of a pass in their order, with the facts that it follows from. */
import { readConfiguration } from '../configuration.ts';
import type { CrossTests } from '../gates/cross-tests.ts';
import { matrixScores } from '../gates/matrix-score.ts';
import { filesAt } from '../git/files-at.ts';
import type { Repository } from '../git/repository.ts';
import { agreementOf } from '../ranking/agreement.ts';
import { orderOf, priorsFrom } from '../ranking/prior.ts';
import { type RankedWhole, rankWholes, type WholeFacts } from '../ranking/rank-wholes.ts';
import type { Session } from '../session/session.ts';
import { versionOf } from '../synthesis/compare.ts';
import type { Mendable } from '../synthesis/design-questions.ts';
import { BASE } from '../synthesis/picks.ts';
import type { Comparison } from './compare.ts';
import { readCrossTests } from './cross-tests.ts';
import { readGateRecord, type TargetResult } from './gate-record.ts';
import { greenWith, isGreen, redItems } from './red-items.ts';
import { readTakenWholes } from './taken-wholes.ts';

export interface Ranking {
  /** Best first; whoever changed nothing is not among them. */
  wholes: RankedWhole[];
  /** What is red with the first, and green with others. */
  mendable: Mendable[];
  /** Of each model: tests of base that fail on it, and that it changed. */
  baseTests: Map<string, string[]>;
  cross: CrossTests | null;
}

export async function rankCandidates(
  repository: Repository,
  session: Session | null,
  pass: number,
  { base, candidates, files }: Comparison,
): Promise<Ranking> {
  const record = session === null ? null : await readGateRecord(session, pass);
  const cross = session === null ? null : await readCrossTests(session, pass);
  const results = new Map((record?.results ?? []).map((result) => [result.target, result]));
  const changing = candidates.filter(({ model }) => files.some((it) => versionOf(it, model)));
  const names = changing.map(({ model }) => model);
  const [agreement, matrix] = [agreementOf(files, names), cross && matrixScores(cross)];
  const priors = await readPriors(repository, session, base);
  const facts = changing.map(({ model, tree }): WholeFacts => {
    const result = results.get(model) ?? null;
    return {
      model,
      tree,
      ...judged(result, results.get(BASE) ?? null),
      matrix: matrix?.get(model) ?? null,
      agreement: agreement.get(model) ?? 0,
      prior: priors.get(model) ?? 0,
    };
  });
  const wholes = rankWholes(facts);
  const baseTests = new Map(
    names.map((model) => [model, results.get(model)?.base_tests_failing ?? []]),
  );
  return { wholes, mendable: mendableIn(wholes[0], names, results), baseTests, cross };
}

/** What the project's own formatter would rewrite is mended in the proof, and is no fault of a whole. */
function judged(
  result: TargetResult | null,
  base: TargetResult | null,
): Pick<WholeFacts, 'breaks' | 'repairs'> {
  if (result === null) return { breaks: null, repairs: new Set() };
  const before = base === null ? new Set<string>() : redItems(base);
  const counted = result.gates.filter(({ kind }) => kind !== 'formatter');
  const red = redItems({ gates: counted });
  if (counted.length > 0 && counted.every(({ status }) => status === 'not-run'))
    red.add('no gate ran');
  // A test that somebody changed is one that fails all the same.
  const broken = [...red, ...result.base_tests_failing].filter((item) => !before.has(item));
  return {
    breaks: new Set(broken),
    repairs: new Set([...before].filter((item) => isGreen(item, result, base))),
  };
}

function mendableIn(
  spine: RankedWhole | undefined,
  names: readonly string[],
  results: ReadonlyMap<string, TargetResult>,
): Mendable[] {
  const result = results.get(spine?.models[0] ?? '');
  if (spine === undefined || result === undefined) return [];
  const others = names.filter((name) => !spine.models.includes(name));
  const known = new Map(
    others.flatMap((name): [string, TargetResult][] => {
      const its = results.get(name);
      return its === undefined ? [] : [[name, its]];
    }),
  );
  const counted = { gates: result.gates.filter(({ kind }) => kind !== 'formatter') };
  return [...redItems(counted)].flatMap((item) => {
    const models = greenWith(item, known, result);
    return models.length === 0 ? [] : [{ item, models }];
  });
}

/** As the user's configuration says, else by whose wholes were taken. */
async function readPriors(
  repository: Repository,
  session: Session | null,
  base: string,
): Promise<Map<string, number>> {
  const { prefer } = await readConfiguration(filesAt(repository.topLevel, base));
  if (prefer !== undefined) return priorsFrom(prefer.map((model) => [model]));
  return priorsFrom(session === null ? [] : orderOf(await readTakenWholes(session)));
}
