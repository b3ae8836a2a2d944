/** What a project depends on, as its manifests say it. */
import { readCargoToml } from './dependencies/cargo.ts';
import { readGemfile } from './dependencies/gemfile.ts';
import { readGoMod } from './dependencies/go-mod.ts';
import { readComposerJson, readPackageJson } from './dependencies/json.ts';
import {
  readPipfile,
  readPyproject,
  readRequirements,
  readSetupCfg,
} from './dependencies/python.ts';

export { goModuleOf } from './dependencies/go-mod.ts';
export { isLockfile, lockfilesOf, manifestsOf } from './dependencies/lockfiles.ts';
export { isDistributionOf } from './dependencies/python-distributions.ts';

type Reader = (text: string) => Map<string, string> | null;

/** By the name of the file, in whatever folder. */
const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/(^|\/)package\.json$/, readPackageJson],
  [/(^|\/)composer\.json$/, readComposerJson],
  [/(^|\/)pyproject\.toml$/, readPyproject],
  [/(^|\/)Pipfile$/, readPipfile],
  [/(^|\/)setup\.cfg$/, readSetupCfg],
  [
    /(^|\/)(?:[\w-]+[-_])?requirements[\w.-]*\.(?:txt|in)$|(^|\/)requirements\/[^/]+\.(?:txt|in)$/,
    readRequirements,
  ],
  [/(^|\/)go\.mod$/, readGoMod],
  [/(^|\/)Cargo\.toml$/, readCargoToml],
  [/(^|\/)(?:Gemfile|gems\.rb)$/, readGemfile],
];

export interface DependencyChanges {
  added: { name: string; requirement: string }[];
  removed: string[];
  changed: { name: string; before: string; after: string }[];
}

/** Whether the file's name is that of a manifest that readDependencies() knows. */
export function isManifest(path: string): boolean {
  return READERS.some(([names]) => names.test(path));
}

/**
 * The dependencies that a manifest names, of all its groups (development, optional, peers) together.
 * @returns name -> requirement as written, empty where none is given; null: no manifest, or one that cannot be read
 */
export function readDependencies(path: string, text: string): Map<string, string> | null {
  const reader = READERS.find(([names]) => names.test(path))?.[1];
  return reader?.(text) ?? null;
}

/** What one state of a manifest has and the other has not, each list in the manifest's order. */
export function dependencyChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): DependencyChanges {
  const kept = [...after].filter(([name]) => before.has(name));
  return {
    added: [...after]
      .filter(([name]) => !before.has(name))
      .map(([name, requirement]) => ({ name, requirement })),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: kept
      .map(([name, requirement]) => ({ name, before: before.get(name) ?? '', after: requirement }))
      .filter((change) => change.before !== change.after),
  };
}
