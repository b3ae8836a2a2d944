/** What is missing in words, with the pick at the end. */
import { BASE } from '../picks.ts';
import type { CheckedFile, Need, Trees } from './need.ts';
import { listed, pickOption, shown } from './shown.ts';

export interface Provider {
  model: string;
  path: string;
}

export interface Remedies {
  /** The versions that have what is needed. */
  having: readonly Provider[];
  /** What to pick of them. */
  picks: readonly Provider[];
  /** Versions of the file itself that do not need it; better where there are any. */
  without: readonly Provider[];
}

/** More of them are one folder, or one chain of files: the first say which. */
const MOST_PICKS = 4;

/** @param names all that is missing in the same way */
export function messageOf(
  file: CheckedFile,
  need: Need,
  names: readonly string[],
  { having, picks, without }: Remedies,
  trees: Trees,
): string {
  const phrase = names.length < 2 ? need.phrase : (need.together?.(names) ?? need.phrase);
  const said = `${sourceOf(file)} ${phrase}, which ${ownersOf(having, need)}`;
  const [other] = without;
  if (other !== undefined)
    return `${said}; ${other.model}, whose pick takes it away, has a ${shown(file.path)} that does without: ${pickOption(other.path, other.model)}`;
  return `${said}${takenElsewhere(picks, trees)}: ${picksOf(picks)}`;
}

/** `src/a.ts (from gpt)` */
export function sourceOf({ path, from }: CheckedFile): string {
  return `${shown(path)} (${from.length === 0 ? 'as in base' : `from ${listed(from)}`})`;
}

export function picksOf(picks: readonly Provider[]): string {
  return picks
    .slice(0, MOST_PICKS)
    .map(({ path, model }) => pickOption(path, model))
    .join(' ');
}

/** `only gemini's src/slug.ts exports`; for whole files, `only gemini has`. */
function ownersOf(having: readonly Provider[], { needs, verb: [one, several] }: Need): string {
  const isFile = needs === 'file';
  const owners = isFile
    ? [...new Set(having.map(({ model }) => model))]
    : having.map(({ model, path }) => `${model}'s ${shown(path)}`);
  const [first = ''] = owners;
  if (owners.length === 1) return `only ${first} ${one}`;
  const most = owners.slice(0, MOST_PICKS);
  return `${listed(most)} ${several}`;
}

/** The pick would take the place of another one: then the hunks of both may be what is wanted. */
function takenElsewhere(picks: readonly Provider[], { taken, synthesis }: Trees): string {
  const [first] = picks;
  if (first === undefined) return '';
  const from = (taken.get(first.path) ?? []).filter((model) => model !== first.model);
  if (from.length === 0) return '';
  const place = shown(first.path);
  if (!synthesis.has(first.path))
    return ` (the pick of ${place} from ${listed(from)} takes it away)`;
  const merge = first.model === BASE ? '' : '; hunks of both may go together';
  return ` (${place} is from ${listed(from)} now${merge})`;
}
