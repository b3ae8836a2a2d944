/**
 * Before anything runs: picked lines that use what only a part brings that was not picked, by words alone, whatever the
 * language. Nothing is read but hunks, so that it costs what was changed and no more.
 */
import { folderOf, isTest } from '../exam/roles.ts';
import type { RawPath } from '../git/paths.ts';
import { isManifest } from './dependencies.ts';
import { parametersIn } from './names.ts';
import { broughtBy, type Kind, type Offer, type Part, type Terms, usedBy } from './terms.ts';

export interface Need {
  /** A name, a file, a package, a script. */
  name: string;
  /** The file that needs it. */
  path: RawPath;
  /** Whether it is not brought yet, or picks take it away. */
  isTakenAway: boolean;
  /** The version of a path, and if there is one the hunk, that has it; model null: what base has. */
  pick: { path: RawPath; model: string | null; hunk: string | null };
  /** A word that base knows was never missing: anywhere, in the file itself, in a manifest. Null: whatever it knows. */
  unlessIn: 'base' | 'file' | 'manifest' | null;
}

/** A pure function of the parts of all models. What is in doubt has `unlessIn`: see withoutKnown(). */
export function findNeeds(parts: readonly Part[]): Need[] {
  const taken = parts.filter(({ isPicked }) => isPicked);
  const takers = new Set(taken.flatMap(({ models }) => models));
  // Only of models that something is taken from: others may have what they like.
  const left = parts.filter(
    ({ isPicked, models }) => !isPicked && models.some((one) => takers.has(one)),
  );
  const found = new Map<string, Need>();
  for (const need of [...notBrought(taken, left), ...takenAway(taken, left)]) {
    const key = `${need.name}\0${need.path}\0${need.pick.path}`;
    if (!found.has(key)) found.set(key, need);
  }
  return [...found.values()];
}

/** More of them are a guess no longer. */
const MOST_WORDS = 100;

/** The words of which it must be known where base has them. */
export function wordsInDoubt(needs: readonly Need[]): string[] {
  const words = needs.flatMap(({ name, unlessIn }) => (unlessIn === null ? [] : name));
  return [...new Set(words)].slice(0, MOST_WORDS);
}

/** @param known of the words in doubt, the paths of base that have them */
export function withoutKnown(
  needs: readonly Need[],
  known: ReadonlyMap<string, ReadonlySet<RawPath>>,
): Need[] {
  const asked = new Set(wordsInDoubt(needs));
  return needs.filter(({ name, pick, unlessIn }) => {
    if (unlessIn === null || !asked.has(name)) return unlessIn === null;
    const places = known.get(name) ?? new Set<RawPath>();
    if (unlessIn === 'file') return !places.has(pick.path);
    return unlessIn === 'manifest' ? ![...places].some(isManifest) : places.size === 0;
  });
}

/** Picked lines use what only unpicked ones of the same model bring. */
function notBrought(taken: readonly Part[], left: readonly Part[]): Need[] {
  const offers = broughtBy(left, 'lines');
  const old = broughtBy(left, 'removed', offers);
  const here = broughtBy(taken, 'lines', offers);
  const found = new Map<string, Need>();
  const bound = new Set<string>();
  for (const user of taken)
    usedBy(user, 'lines', offers, (kind, key, line) => {
      if (offersOf(here, kind, key).some((one) => reaches(one, user))) return;
      const offer = offerFor(user, offers, kind, key);
      if (offer === null || offersOf(old, kind, key).some(({ part }) => part === offer.part))
        return;
      const id = `${kind}\0${key}\0${user.path}`;
      if (kind === 'name' && parametersIn(line).includes(key)) bound.add(id);
      const unless = unlessIn(kind, line, user, offer.part);
      if (!found.has(id) || unless === 'file')
        found.set(id, needOf(offer.name, user.path, offer.part, user, unless));
    });
  return [...found].flatMap(([id, need]) => (bound.has(id) ? [] : need));
}

function unlessIn(kind: Kind, line: string, user: Part, offer: Part): Need['unlessIn'] {
  if (kind !== 'name') return kind === 'package' ? 'manifest' : null;
  return isNear(line, user, offer) ? 'file' : 'base';
}

/** The same file, or a line that names the other one. */
function isNear(line: string, user: Part, { path }: Part): boolean {
  const stem = /([^/]+?)(?:\.\w+)?$/.exec(path)?.[1] ?? '';
  return path === user.path || (stem.length > 2 && line.includes(stem));
}

function offersOf(terms: Terms, kind: Kind, key: string): readonly Offer[] {
  return terms.get(kind)?.get(key) ?? [];
}

function reaches({ isLocal, part }: Offer, user: Part): boolean {
  return !isLocal || part.path === user.path;
}

/** Of the same model, in the same file before others; what a test defines is for tests. */
function offerFor(user: Part, offers: Terms, kind: Kind, key: string): Offer | null {
  const fitting = offersOf(offers, kind, key).filter(
    (one) =>
      reaches(one, user) &&
      one.part.models.some((model) => user.models.includes(model)) &&
      (kind !== 'name' || isTest(user.path) || !isTest(one.part.path)),
  );
  return fitting.find(({ part }) => part.path === user.path) ?? fitting[0] ?? null;
}

/** Picks take something out: what used it stays as in base, or another model's picked lines use it. */
function takenAway(taken: readonly Part[], left: readonly Part[]): Need[] {
  const gone = broughtBy(taken, 'removed');
  const again = broughtBy(taken, 'lines', gone);
  const isGone = (kind: Kind, key: string, line: string, user: Part, { part, isTop }: Offer) => {
    const isClose = isNear(line, user, part) || folderOf(user.path) === folderOf(part.path);
    return offersOf(again, kind, key).length === 0 && (kind !== 'name' || (isTop && isClose));
  };
  const found: Need[] = [];
  for (const user of left.filter(({ becomes }) => becomes !== 'version')) {
    const kept = new Set<string>();
    usedBy(user, 'lines', gone, (kind, key) => kept.add(`${kind}\0${key}`));
    usedBy(user, 'removed', gone, (kind, key, line) => {
      const offer = kept.has(`${kind}\0${key}`) ? null : offerFor(user, gone, kind, key);
      if (offer !== null && isGone(kind, key, line, user, offer))
        found.push({ ...needOf(offer.name, user.path, user, offer.part, null), isTakenAway: true });
    });
  }
  for (const user of taken)
    usedBy(user, 'lines', gone, (kind, key, line) => {
      const [offer] = offersOf(gone, kind, key);
      if (offer === undefined || offerFor(user, gone, kind, key) !== null) return;
      if (!isGone(kind, key, line, user, offer)) return;
      const pick = { path: offer.part.path, model: null, hunk: null };
      found.push({ name: offer.name, path: user.path, pick, unlessIn: null, isTakenAway: true });
    });
  return found;
}

function needOf(
  name: string,
  path: RawPath,
  from: Part,
  other: Part,
  unless: Need['unlessIn'],
): Need {
  const model = from.models.find((one) => other.models.includes(one)) ?? from.models[0] ?? null;
  const pick = { path: from.path, model, hunk: from.hunk };
  return { name, path, pick, unlessIn: unless, isTakenAway: false };
}
