/** The names that a model adds to and takes from what others may use, file by file. */

import { pathText } from '../git/paths.ts';
import { isCode } from '../ranking/is-code.ts';
import type { Part } from './missing.ts';
import { definedIn, isOuter } from './names.ts';

export interface NamedAt {
  path: string;
  name: string;
}

export function publicNames(
  parts: readonly Part[],
  model: string,
): { added: NamedAt[]; removed: NamedAt[] } {
  const own = parts.filter(({ path, models }) => models.includes(model) && isCode(pathText(path)));
  const collect = (lines: (part: Part) => readonly string[]) => {
    const names = own.flatMap((part) =>
      lines(part)
        .filter(isOuter)
        .flatMap(definedIn)
        .map((name) => `${part.path}\0${name}`),
    );
    return new Set(names);
  };
  const [after, before] = [collect((part) => part.lines), collect((part) => part.removed)];
  const only = (some: ReadonlySet<string>, others: ReadonlySet<string>) =>
    [...some].flatMap((key) => {
      const [path = '', name = ''] = key.split('\0');
      return others.has(key) ? [] : { path: pathText(path), name: pathText(name) };
    });
  return { added: only(after, before), removed: only(before, after) };
}
