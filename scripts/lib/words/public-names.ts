/** The names that a model adds to and takes from what others may use, file by file. */
import { isTest } from '../exam/roles.ts';
import { pathText } from '../git/paths.ts';
import { definitionIn } from './names.ts';
import { definesNames, type Part, type Side } from './terms.ts';

export interface NamedAt {
  path: string;
  name: string;
}

/** What only moved is neither added nor removed. */
export function publicNames(
  parts: readonly Part[],
  model: string,
): { added: NamedAt[]; removed: NamedAt[] } {
  const own = parts.filter(
    ({ path, models }) => models.includes(model) && definesNames(path) && !isTest(path),
  );
  const collect = (side: Side) =>
    own.flatMap((part) => {
      const names = new Set(part[side].flatMap(namesOf));
      return [...names].map((name) => ({ path: pathText(part.path), name: pathText(name) }));
    });
  const [after, before] = [collect('lines'), collect('removed')];
  const only = (some: readonly NamedAt[], others: readonly NamedAt[]) => {
    const known = new Set(others.map(({ name }) => name));
    return some.filter(({ name }) => !known.has(name));
  };
  return { added: only(after, before), removed: only(before, after) };
}

/** What begins at the margin, or says that others may use it. */
function namesOf(line: string): string[] {
  const found = definitionIn(line);
  const isOuter = found?.indent === '' || /^\s*(?:export|pub|public)\b/.test(line);
  return found === null || !isOuter || found.name.startsWith('_') ? [] : [found.name];
}
