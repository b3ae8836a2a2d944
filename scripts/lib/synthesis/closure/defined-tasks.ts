/** Names that manifests and task files give to commands. */
import { asTable, isTable } from '../../code/dependencies/requirements.ts';

export type Runner = 'npm' | 'make' | 'just';

const RUNNERS: readonly (readonly [RegExp, Runner])[] = [
  [/(^|\/)package\.json$/, 'npm'],
  [/(^|\/)(GNUmakefile|makefile|Makefile)$|\.mk$/, 'make'],
  [/(^|\/)(\.?justfile|Justfile)$|\.just$/, 'just'],
];

/** No line that somebody wrote is longer. */
const LONGEST_LINE = 2000;

export function runnerOf(path: string): Runner | null {
  return RUNNERS.find(([names]) => names.test(path))?.[1] ?? null;
}

export function definesTasks(path: string): boolean {
  return runnerOf(path) !== null;
}

/** The scripts, targets or recipes of a file; null where it cannot be read. */
export function definedTasks(path: string, text: string): Set<string> | null {
  switch (runnerOf(path)) {
    case 'npm':
      return scriptsOf(text);
    case 'make':
      return new Set(linesOf(text).flatMap(targetsOf));
    case 'just':
      return new Set(linesOf(text).flatMap(recipesOf));
    case null:
      return null;
  }
}

function scriptsOf(text: string): Set<string> | null {
  try {
    const manifest: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isTable(manifest) ? new Set(Object.keys(asTable(manifest.scripts))) : null;
  } catch {
    // That it is broken is for the project's own tools to say.
    return null;
  }
}

function linesOf(text: string): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.slice(0, LONGEST_LINE));
}

/** `name other: needs`; `:=` is a variable, and a tab begins a command. */
function targetsOf(line: string): string[] {
  const at = line.indexOf(':');
  if (at < 1 || /^[\t#]/.test(line) || line[at + 1] === '=') return [];
  const names = line.slice(0, at);
  return /[=$"']/.test(names) ? [] : names.split(/\s+/).filter((name) => name !== '');
}

/** `name parameter='x': needs`, `alias name := other`. */
function recipesOf(line: string): string[] {
  const alias = /^alias\s+([\w-]+)\s*:=/.exec(line)?.[1];
  if (alias !== undefined) return [alias];
  const recipe = /^@?([A-Za-z_][\w-]*)[^:]*:(?!=)/.exec(line)?.[1];
  return recipe === undefined ? [] : [recipe];
}
