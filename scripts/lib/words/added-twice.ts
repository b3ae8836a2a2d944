/** Names that picked parts of different models add at the same level of one file: one of them is one too many. */
import { pathText } from '../git/paths.ts';
import type { Part } from './missing.ts';
import { definedIn } from './names.ts';

/** As warnings, one for each name. */
export function addedTwice(parts: readonly Part[]): string[] {
  const first = new Map<string, Part>();
  const warnings = new Map<string, string>();
  for (const part of parts) {
    if (!part.isPicked) continue;
    const before = new Set(part.removed.flatMap(definedIn));
    for (const line of part.lines) {
      const level = /^[ \t]*/.exec(line)?.[0] ?? '';
      for (const name of definedIn(line)) {
        if (before.has(name)) continue;
        const key = [part.path, level, name].join('\0');
        const known = first.get(key);
        if (known === undefined) first.set(key, part);
        else if (!known.models.some((model) => part.models.includes(model)))
          warnings.set(key, warningOf(name, part, known));
      }
    }
  }
  return [...warnings.values()];
}

function warningOf(name: string, part: Part, known: Part): string {
  return `Both ${known.models[0]} and ${part.models[0]} add ${pathText(name)} to ${pathText(part.path)}: it may be there twice.`;
}
