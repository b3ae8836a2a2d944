/** The manifests of npm and of Composer. */
import { isTable, Requirements, tableAt } from './requirements.ts';

const NPM_GROUPS = [
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'peerDependencies',
] as const;

/** https://docs.npmjs.com/cli/configuring-npm/package-json */
export const readPackageJson = (text: string) => readGroups(text, NPM_GROUPS);

/** https://getcomposer.org/doc/04-schema.md */
export const readComposerJson = (text: string) => readGroups(text, ['require', 'require-dev']);

function readGroups(text: string, groups: readonly string[]): Map<string, string> | null {
  const manifest = parseJson(text);
  if (!isTable(manifest)) return null;
  const requirements = new Requirements();
  for (const group of groups) {
    for (const [name, requirement] of Object.entries(tableAt(manifest, group)))
      if (typeof requirement === 'string') requirements.add(name, requirement);
  }
  return requirements.toMap();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // That it is broken is for the project's own tools to say.
    return null;
  }
}
