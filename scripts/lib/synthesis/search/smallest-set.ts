/**
 * The smallest part of a set that is enough, found by halves: Junker's QuickXplain (2004). With n things of which k are
 * needed it asks about k·log(n/k) times where a larger set never does worse than a smaller one; where that does not
 * hold, what it finds is still enough, but perhaps not the smallest.
 * @param isEnough is asked for parts of the set, the empty one first; the whole set must be enough
 */
export async function smallestSet<T>(
  all: readonly T[],
  isEnough: (part: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  if (await isEnough([])) return [];
  const found = await search([], false, all, isEnough);
  return found.length < all.length && !(await isEnough(found)) ? [...all] : found;
}

async function search<T>(
  given: readonly T[],
  hasChanged: boolean,
  rest: readonly T[],
  isEnough: (part: readonly T[]) => Promise<boolean>,
): Promise<T[]> {
  if (hasChanged && (await isEnough(given))) return [];
  if (rest.length <= 1) return [...rest];
  const middle = Math.floor(rest.length / 2);
  const [first, second] = [rest.slice(0, middle), rest.slice(middle)];
  const ofSecond = await search([...given, ...first], first.length > 0, second, isEnough);
  const ofFirst = await search([...given, ...ofSecond], ofSecond.length > 0, first, isEnough);
  return [...ofFirst, ...ofSecond];
}
