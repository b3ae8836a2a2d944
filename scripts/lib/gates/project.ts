import type { Gate } from './gate.ts';
import { asObject, parseObject } from './json-object.ts';
import { workspacePackages } from './workspace-packages.ts';

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
  /** The project's CI or its AGENTS.md runs it, as `source` says. */
  isRun?: boolean;
  /** Why it never is a gate, though its name speaks of a check. */
  refused?: string | null;
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What all sources need to know. */
export interface Project {
  read(path: string): Promise<string | null>;
  paths: ReadonlySet<string>;
  /** package.json's; empty without one. */
  scripts: ReadonlyMap<string, string>;
  manager: PackageManager;
  /** The scripts of a workspace's packages, by folder. */
  packages: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Folders with manifests of their own, where the top has no tests. */
  parts: ReadonlyMap<string, Project>;
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
  const packages = (await workspacePackages(files, paths)).map(async (folder) => {
    const inner = parseObject(await files.read(`${folder}/package.json`));
    return [folder, scriptsOf(inner)] as const;
  });
  return {
    read: (path) => files.read(path),
    paths,
    scripts: scriptsOf(manifest),
    manager: packageManager(paths, manifest.packageManager),
    packages: new Map(await Promise.all(packages)),
    parts: new Map(),
  };
}

function scriptsOf(manifest: Record<string, unknown>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(asObject(manifest.scripts)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

/** The one whose lockfile is there; `packageManager` in package.json decides between several, or without any. */
export function packageManager(paths: ReadonlySet<string>, declared: unknown): PackageManager {
  const locked = LOCKFILES.filter(([file]) => paths.has(file)).map(([, manager]) => manager);
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(declared))?.[1] as PackageManager | undefined;
  if (named !== undefined && (locked.length === 0 || locked.includes(named))) return named;
  return locked[0] ?? 'npm';
}

const MANIFEST =
  /^(package\.json|pyproject\.toml|setup\.(py|cfg)|pytest\.ini|requirements\.txt|go\.mod|Cargo\.toml|[Mm]akefile|GNUmakefile|[Jj]ustfile|Taskfile\.ya?ml|composer\.json|Gemfile|Rakefile|deno\.jsonc?|build\.gradle(\.kts)?|pom\.xml)$/;

/** More than these are no parts of one project, but a collection of them. */
const MOST_PARTS = 12;

/** The folders, at most two levels deep, that have manifests of their own and lie in no other such folder. */
export async function readParts(
  files: ProjectFiles,
  { paths }: Pick<Project, 'paths'>,
): Promise<Map<string, Project>> {
  const folders = [...paths]
    .map((path) => path.split('/'))
    .filter((words) => words.length <= 3 && MANIFEST.test(words.at(-1) ?? ''))
    .map((words) => words.slice(0, -1).join('/'));
  const tops = [...new Set(folders)]
    .filter((folder) => folder !== '' && !/(^|\/)(\.|node_modules|vendor)/.test(folder))
    .filter((folder) => !folders.includes(folder.split('/')[0] ?? '') || !folder.includes('/'))
    .sort();
  if (tops.length > MOST_PARTS) return new Map();
  const read = async (folder: string) => [folder, await readProject(below(files, folder))] as const;
  return new Map(await Promise.all(tops.map(read)));
}

function below(files: ProjectFiles, folder: string): ProjectFiles {
  const prefix = `${folder}/`;
  return {
    read: (path) => files.read(prefix + path),
    list: async () =>
      (await files.list())
        .filter((path) => path.startsWith(prefix))
        .map((path) => path.slice(prefix.length)),
  };
}
