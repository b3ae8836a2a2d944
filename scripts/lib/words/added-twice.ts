/** Names that picked parts of different models add at the same level of one file: one of them is one too many. */
import { pathText } from '../git/paths.ts';
import { type Definition, definitionIn } from './names.ts';
import { definesNames, type Part } from './terms.ts';

/** As warnings, one for each name. */
export function addedTwice(parts: readonly Part[]): string[] {
  const first = new Map<string, Part>();
  const warnings = new Map<string, string>();
  for (const part of parts) {
    if (part.becomes !== 'hunks' || !part.isPicked || !definesNames(part.path)) continue;
    const before = new Set(definitionsIn(part.removed).map(({ name }) => name));
    for (const { name, indent } of definitionsIn(part.lines)) {
      const key = [part.path, indent, name].join('\0');
      const known = first.get(key) ?? part;
      first.set(key, known);
      if (!before.has(name) && !known.models.some((model) => part.models.includes(model)))
        warnings.set(key, warningOf(name, part, known));
    }
  }
  return [...warnings.values()];
}

function definitionsIn(lines: readonly string[]): Definition[] {
  return lines.flatMap((line) => definitionIn(line) ?? []);
}

function warningOf(name: string, part: Part, known: Part): string {
  const [a, b] = [known.models[0], part.models[0]];
  return `Both ${pathText(name)} of ${a} and of ${b} are in ${pathText(part.path)}.`;
}
