/** Phase 7, before anything runs: picks that are missing, because others use what only these bring; and what is there twice. */
import * as z from 'zod';
import { findWords } from '../git/find-words.ts';
import { pathText, printPath, type RawPath } from '../git/paths.ts';
import type { Repository } from '../git/repository.ts';
import { listed } from '../listed.ts';
import { shellWord } from '../shell-word.ts';
import type { ComparedFile } from '../synthesis/compare.ts';
import { BASE, type Pick as PickOfPath, type Picks, picksSchema } from '../synthesis/picks.ts';
import { type Outcome, resolvePicks, type TakenHunk } from '../synthesis/resolve-picks.ts';
import { addedTwice } from '../words/added-twice.ts';
import { isLockfile } from '../words/dependencies.ts';
import { findNeeds, type Need, withoutKnown, wordsInDoubt } from '../words/missing.ts';
import type { Part } from '../words/terms.ts';
import type { Comparison } from './compare.ts';

export const missingPickSchema = z.object({
  pick: picksSchema.shape.picks.element.describe('the pick that is missing, as it can be pasted'),
  brings: z.array(z.string()).describe('names, files, packages, scripts'),
  needed_by: z.array(z.string()).describe('paths'),
  message: z.string(),
});

export type MissingPick = z.output<typeof missingPickSchema>;

/** An answer is no place for longer lists. */
const MOST_NAMES = 8;
const MOST_HUNKS = 50;

/** @returns what is missing, and warnings of what is there twice */
export async function checkPicks(
  repository: Pick<Repository, 'topLevel'>,
  comparison: Comparison,
  picks: Picks,
): Promise<{ missing: MissingPick[]; warnings: string[] }> {
  const { needs, parts, outcomes } = await needsOfPicks(repository, comparison, picks);
  const groups = new Map<string, Need[]>();
  for (const need of needs) {
    const key = `${need.pick.path}\0${need.pick.model}\0${need.isTakenAway}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(need);
  }
  const missing = [...groups.values()].map((group) => missingPick(group, comparison, outcomes));
  missing.sort((a, b) => (a.message < b.message ? -1 : 1));
  return { missing, warnings: addedTwice(parts) };
}

/** Read are the hunks of the comparison; what base knows is asked only of words that seem to be missing. */
export async function needsOfPicks(
  { topLevel }: Pick<Repository, 'topLevel'>,
  { base, files, candidates }: Comparison,
  picks: Picks,
) {
  const models = candidates.map(({ model }) => model);
  const { entries } = resolvePicks(picks, { files, models });
  const outcomes = new Map(entries.map(({ path, outcome }) => [path, outcome]));
  const parts = partsOf(files, outcomes);
  const found = findNeeds(parts);
  const known = await findWords(topLevel, base, wordsInDoubt(found));
  return { needs: withoutKnown(found, known), parts, outcomes };
}

/**
 * The parts of all candidates.
 * @param outcomes what picks make of paths; by default nothing is picked
 */
export function partsOf(
  files: readonly ComparedFile[],
  outcomes: ReadonlyMap<RawPath, Outcome> = new Map(),
): Part[] {
  return files.flatMap(({ path, base, hunks, versions }) => {
    const outcome = outcomes.get(path) ?? { kind: 'base' };
    const becomes = outcome.kind === 'take' ? 'version' : outcome.kind;
    const taker = takerOf(outcome);
    const deleters = versions.flatMap(({ model, blob }) => (blob === null ? model : []));
    const part = (models: readonly string[], hunk: ComparedFile['hunks'][number] | null): Part => {
      const from = taker(models, hunk);
      const isDeletion = models.some((one) => deleters.includes(one));
      return {
        path,
        becomes,
        models: from === null ? models : [from],
        hunk: hunk?.id ?? null,
        lines: hunk?.lines ?? [],
        removed: hunk?.removed ?? [],
        change: base === null ? 'makes' : isDeletion ? 'deletes' : null,
        isPicked: from !== null,
      };
    };
    const read = new Set(hunks.flatMap(({ models }) => models));
    // A binary file, an empty one, a link: there is nothing to read, but its name.
    const others = versions.flatMap(({ model }) => (read.has(model) ? [] : part([model], null)));
    return [...hunks.map((hunk) => part(hunk.models, hunk)), ...others];
  });
}

/** Whom a part is taken from; null: it is not. */
function takerOf(outcome: Outcome) {
  const from =
    outcome.kind === 'hunks'
      ? new Map(outcome.hunks.map((one: TakenHunk) => [one.hunk.digest, one.from]))
      : null;
  return (models: readonly string[], hunk: { digest: string } | null): string | null => {
    if (outcome.kind === 'take') return models.includes(outcome.model) ? outcome.model : null;
    return from?.get(hunk?.digest ?? '') ?? null;
  };
}

/** What one pick answers, together. */
function missingPick(
  needs: readonly Need[],
  comparison: Comparison,
  outcomes: ReadonlyMap<RawPath, Outcome>,
): MissingPick {
  const pick = pickFor(needs, comparison, outcomes);
  const most = (all: readonly string[]) => [...new Set(all.map(pathText))].slice(0, MOST_NAMES);
  const brings = most(needs.map(({ name }) => name));
  const users = most(needs.map(({ path }) => path));
  const place = pick.decision ?? pick.path ?? '';
  const paste =
    pick.from === undefined
      ? `${JSON.stringify(pick)} as the pick of it`
      : `--pick ${shellWord(`${place}=${pick.from}`)}`;
  const isMix = isLockfile(place) && outcomes.get(needs[0]?.pick.path ?? '')?.kind === 'take';
  const [verb, without] = needs[0]?.isTakenAway
    ? [users.length === 1 ? 'still uses' : 'still use', 'the picks take away']
    : [users.length === 1 ? 'needs' : 'need', 'the picks leave out'];
  const text = `${listed(users)} ${verb} ${listed(brings)}, which ${without}: ${paste}`;
  return {
    pick,
    brings,
    needed_by: users,
    message: oneLine(isMix ? `${text} (or lock anew after applying)` : text),
  };
}

/** The version of a path; what is picked there already stays, where hunks can be put together. */
function pickFor(
  needs: readonly Need[],
  { files, questions }: Comparison,
  outcomes: ReadonlyMap<RawPath, Outcome>,
): PickOfPath {
  const { path = '', model = null } = needs[0]?.pick ?? {};
  const from = model ?? BASE;
  const whole = { ...printPath(path), from };
  const outcome = outcomes.get(path) ?? { kind: 'base' };
  const wanted = new Set(needs.map(({ pick }) => pick.hunk ?? ''));
  if (outcome.kind === 'base' || wanted.has('')) return whole;
  const asked = questions.find(({ options }) =>
    options.some((one) => one.models.includes(from) && one.hunks.some(({ id }) => wanted.has(id))),
  );
  if (asked !== undefined) return { decision: asked.id, from };
  const hunks = files.find((one) => one.path === path)?.hunks ?? [];
  const taker = takerOf(outcome);
  const ids = new Map<string, string[]>();
  for (const hunk of hunks) {
    const source = wanted.has(hunk.id) ? from : taker(hunk.models, hunk);
    if (source !== null) ids.set(source, [...(ids.get(source) ?? []), hunk.id]);
  }
  if ([...ids.values()].flat().length > MOST_HUNKS) return whole;
  return { ...printPath(path), hunks: [...ids].map(([one, own]) => ({ from: one, ids: own })) };
}

/** Whatever a name holds. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{fffd}');
}
