import type { Gate } from './gate.ts';

/** The files of base: gates are never discovered from what a model wrote. */
export interface ProjectFiles {
  /** A file as text, null if it is absent. */
  read(path: string): Promise<string | null>;
  /** Repository-relative paths, at the top and in subfolders. */
  list(): Promise<string[]>;
}

/** A gate that a source found, with what is needed to tell duplicates. */
export interface Candidate extends Gate {
  /** The commands that it consists of, where they are known. */
  runs: readonly string[];
  /** A habit of the language, not written down by the project: it gives way to a gate that runs the same program. */
  assumed: boolean;
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What all sources need to know. */
export interface Project {
  read(path: string): Promise<string | null>;
  paths: ReadonlySet<string>;
  /** package.json's; empty without one. */
  scripts: ReadonlyMap<string, string>;
  manager: PackageManager;
}

const LOCKFILES: readonly (readonly [string, PackageManager])[] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

export async function readProject(files: ProjectFiles): Promise<Project> {
  const paths = new Set(await files.list());
  const manifest = parseObject(await files.read('package.json'));
  const scripts = Object.entries(asObject(manifest.scripts)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return {
    read: (path) => files.read(path),
    paths,
    scripts: new Map(scripts),
    manager: packageManager(paths, manifest.packageManager),
  };
}

/** The one whose lockfile is there; `packageManager` in package.json decides between several, or without any. */
export function packageManager(paths: ReadonlySet<string>, declared: unknown): PackageManager {
  const locked = LOCKFILES.filter(([file]) => paths.has(file)).map(([, manager]) => manager);
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(declared))?.[1] as PackageManager | undefined;
  if (named !== undefined && (locked.length === 0 || locked.includes(named))) return named;
  return locked[0] ?? 'npm';
}

/** A manifest that is no JSON has no scripts; that it is broken is for the project's own tools to say. */
export function parseObject(text: string | null): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
