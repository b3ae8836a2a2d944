import { distance } from 'fastest-levenshtein';

/** The known names closest to what was typed, best first, for "did you mean" hints; none when nothing is close. */
export function nearestNames(typed: string, known: Iterable<string>, most = 3): string[] {
  const limit = Math.max(2, Math.floor(typed.length / 2));
  return [...new Set(known)]
    .map((name) => ({ name, away: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .filter(({ away }) => away <= limit)
    .sort((a, b) => a.away - b.away || a.name.localeCompare(b.name))
    .slice(0, most)
    .map(({ name }) => name);
}

/** A hint's first half: `Did you mean "x"?`, or the whole list when nothing is close and the list is short. */
export function didYouMean(typed: string, known: Iterable<string>): string {
  const names = [...new Set(known)];
  const near = nearestNames(typed, names);
  if (near.length > 0) return `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`;
  if (names.length === 0) return 'There is none to choose from.';
  return `Known: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}.`;
}
